"""Whatever a ledger goes through: what is applied entry by entry, the whole pass, networkx and the plain oracle agree.

Sequences of up to 60 acts: pooled and split, in any order of days, corrected, taken back, restored and confirmed.
`make soak` runs 2,000 of them, every run ten.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from relay.arrays import lineage
from relay.arrays.apply_entries import applied
from relay.arrays.from_register import of_register
from relay.arrays.tables import differences
from tests.arrays.test_lineage import assert_lineage, assert_states, assert_travels, days_touched
from tests.rigs.soak import SOAK
from tests.scenes import acts as say
from tests.scenes.oracle import Oracle

if TYPE_CHECKING:
    from relay.domain.acts import Act

SEQUENCES: Final = 2_000 if SOAK else 10
ACTS: Final = 60

DAYS: Final = st.sampled_from([f"{year}-{month:02}-15" for year in (2020, 2021) for month in (2, 6, 10)])
LATER: Final = st.sampled_from([0, 30, 200, 400, 600, 745, 900])
"""Days after a receipt: goats are due after some 730, and broken after 90 more."""
UNITS: Final = st.sampled_from([2, 2, 1, 1, 0.5])
HELPS: Final = st.sampled_from([None, None, None, "pig", "goat"])
EVENTS: Final = st.sampled_from(["birth", "death", "theft", "sale", "left", "replacement", "excused", "extended"])
FAULTS: Final[dict[str, list[dict[str, say.Said]]]] = {
    "placement": [
        {"received_on": "2020-06-01"},
        {"received_on": "2022-06-01"},
        {"animals": 1},
        {"condition": "young"},
        {"beneficiary_id": "W60"},
    ],
    "pass": [
        {"passed_on": "2021-10-01"},
        {"passed_on": "2023-06-01"},
        {"animals": 1},
        {"kind": "cash"},
        {"beneficiary_id": "W60"},
        {"giver_placement_id": "P1"},
    ],
    "event": [{"happened_on": "2021-06-01"}, {"kind": "theft"}, {"kind": "excused"}, {"animals": 2}],
    "rule": [{"owed": 1}, {"months": 12}, {"grace_days": 0}, {"equivalents": {"pig": 2}}],
}
"""What may turn out to be wrong, by kind of act."""


LAST_DAY: Final = date(2030, 1, 1)


def known(id_: str | None) -> MultipleResults[str]:
    """What was recorded, so that later acts may be about it; nothing where the rules refused it."""
    return multiple(id_) if id_ else multiple()


class Relays(RuleBasedStateMachine):
    """A programme that is recorded act by act, and the snapshot that is refreshed beside it."""

    placements: Bundle[str] = Bundle("placements")
    passes: Bundle[str] = Bundle("passes")
    recorded: Bundle[str] = Bundle("recorded")

    @initialize(targets=(placements, recorded))
    def begin(self) -> MultipleResults[str]:
        """A programme of goats and pigs, with two women who have received goats and others who may."""
        self.book = say.Book(
            *say.beginnings(women=ACTS), *(say.placed(f"P{number} on 2020-02-15") for number in (1, 2))
        )
        self.known = of_register(self.book.register)
        self.number = 2
        self.day = date(2020, 2, 15)
        return multiple("placement:P1", "placement:P2")

    @initialize(target=recorded)
    def rule_of_goats(self) -> str:
        """Rules may be wrong too."""
        return "rule:goat@2020-01-01"

    def offer(self, act: Act, *, by: str = "local:asha") -> str | None:
        """Record an act where the rules allow it, and refresh the snapshot; its id where it was recorded."""
        if self.book.offer(act, by=by).action != "added":
            return None
        whole = of_register(self.book.register)
        found = applied(self.known, [self.book.register.entries[act.act_id]])
        assert found is None or differences(found, whole) == ()
        self.known = found or whole
        said = act.values.get("passed_on") or act.values.get("received_on") or act.values.get("happened_on")
        self.day = date.fromisoformat(str(said)) if said else self.day
        return act.act_id

    def new(self) -> int:
        """A number that no act bears yet."""
        self.number += 1
        return self.number

    def after(self, placement: str, days: int) -> str:
        """A day some days after a placement was first received."""
        placed = self.book.register.placements.get(placement.partition(":")[2])
        received_on = placed.receipts[0].received_on if placed and placed.receipts else self.day
        return (received_on + timedelta(days=days)).isoformat()

    @rule(targets=(placements, recorded), on=DAYS, units=UNITS, help_=st.sampled_from(["goat", "goat", "pig"]))
    def place(self, on: str, units: float, help_: str) -> MultipleResults[str]:
        """A gift fills another placement."""
        return known(self.offer(say.placed(f"P{self.new()} on {on}", animals=units, help=help_)))

    @rule(targets=(placements, recorded), giver=placements, days=LATER, units=UNITS, help_=HELPS)
    def pass_on(self, giver: str, days: int, units: float, help_: str | None) -> MultipleResults[str]:
        """Somebody passes on to a woman who has nothing yet; who does so twice has split what she owes."""
        number, on = self.new(), self.after(giver, days)
        said = f"T{number}: {giver.partition(':')[2]} > P{number} on {on}"
        return known(self.offer(say.passed(said, units, help=help_)) and f"placement:P{number}")

    @rule(targets=(passes, recorded), giver=placements, receiver=placements, days=LATER, units=UNITS)
    def pool(self, giver: str, receiver: str, days: int, units: float) -> MultipleResults[str]:
        """Somebody adds to what another has received."""
        ends, on = f"{giver.partition(':')[2]} > {receiver.partition(':')[2]}", self.after(giver, days)
        return known(self.offer(say.passed(f"T{self.new()}: {ends} on {on}", units)))

    @rule(target=recorded, kind=EVENTS, placement=placements, days=LATER, units=UNITS)
    def happen(self, kind: str, placement: str, days: int, units: float) -> MultipleResults[str]:
        """Something happens to a placement."""
        said = f"E{self.new()}: {kind} of {placement.partition(':')[2]} on {self.after(placement, days)}"
        until = self.after(placement, 1000) if kind == "extended" else None
        return known(self.offer(say.happened(said, animals=units, until_on=until)))

    @rule(target=recorded, act_id=recorded, nth=st.integers(0, 5))
    def correct(self, act_id: str, nth: int) -> MultipleResults[str]:
        """What was recorded turns out to be wrong."""
        about = self.corrected(act_id)
        faults = FAULTS[about.partition(":")[0]]
        return known(self.offer(say.corrected(about, f"C{self.new()}", **faults[nth % len(faults)])))

    @rule(target=recorded, act_id=recorded)
    def take_back(self, act_id: str) -> MultipleResults[str]:
        """What was recorded did not happen; where that was a correction, what it corrected is restored."""
        about = act_id if act_id.startswith("correct:") else self.corrected(act_id)
        return known(self.offer(say.taken_back(about, f"C{self.new()}")))

    @rule(act_id=st.one_of(placements, passes))
    def confirm(self, act_id: str) -> None:
        """A second person confirms a pass-on."""
        self.offer(say.confirmed(self.corrected(act_id), f"F{self.new()}"), by="local:bina")

    def corrected(self, act_id: str) -> str:
        """The act to correct: of a placement the one that filled it, of a correction the one it is about."""
        while act_id.startswith("correct:"):
            act_id = str(self.book.register.entries[act_id].payload["act_id"])
        kind, _, id_ = act_id.partition(":")
        began = f"pass:T{id_[1:]}"
        return began if kind == "placement" and began in self.book.register.entries else act_id

    @invariant()
    def agrees_on_the_day_of_the_last_act(self) -> None:
        """What was just recorded is seen at once."""
        self.agree(self.day)

    @invariant()
    def agrees_on_a_day_on_which_all_is_past(self) -> None:
        """Whatever was due is overdue by then."""
        self.agree(LAST_DAY)

    def teardown(self) -> None:
        """At the end all days are asked on which anything began and those beside them, confirmed pass-ons alone too."""
        for as_of in days_touched(self.book.register) if hasattr(self, "book") else ():
            self.agree(as_of)
            self.agree(as_of, confirmed_only=True)

    def agree(self, as_of: date, *, confirmed_only: bool = False) -> None:
        """Four ways of asking give one answer."""
        survey = lineage.survey(self.known, as_of, confirmed_only=confirmed_only)
        oracle = Oracle(self.book.register, as_of, confirmed_only=confirmed_only)
        assert_states(survey, oracle)
        assert_lineage(survey, oracle)
        assert_travels(survey, oracle)


@pytest.mark.usefixtures("loops")
def test_however_a_ledger_grows_and_is_corrected_all_ways_of_asking_agree() -> None:
    run_state_machine_as_test(
        Relays,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=ACTS,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
