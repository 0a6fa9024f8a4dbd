"""What becomes of what was written down in the field, whatever happens meanwhile.

Two telephones of one writer, a clerk with a paper register, and an office, in any order of their deeds: acts are
written, sent, sent and not answered, the service is killed before it tries what waited, a telephone is revoked, the
writer's role is withdrawn and given back, and what is held is discarded, handed in, or called the same as another
record. After each:

    written  =  kept on a telephone alone  +  held  +  recorded  +  settled otherwise
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from relay.access import accounts
from relay.access.roles import grant_of
from relay.ledger import reading, recording
from relay.ledger.held import held_list, settling, trying_again
from relay.ledger.verify import verify
from tests.ledger.held.test_receiving import SIX, SOURCE, begun, handed_in, sent
from tests.rigs.soak import share
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.ledger.held.held_list import HeldAct

SCHEDULES: Final = max(share(150), 3)
DEEDS: Final = 16

MORE: Final[tuple[Act, ...]] = (
    say.happened("E3: visit of P1 on 2019-01-01"),  # before she had received anything: refused
    say.happened("E4: visit of P77 on 2023-06-01"),  # of which nobody ever hears
    say.passed("T3: P1 > P4 on 2021-03-01", animals=1, beneficiary_id="W2"),  # as T1: asked
    say.woman("W4"),
)
WRITTEN: Final = {act.act_id: act for act in (*SIX, *MORE)}
FOR_THE_OFFICE: Final = ("from_revoked", "not_allowed")
"""What is not tried by itself, even where somebody else has recorded it meanwhile: a person looks at it."""

OFFICE: Final = say.clerk("account:bina")


def killed(*_: object) -> None:
    """As a service that is killed here: what waited is not tried."""


class Field(RuleBasedStateMachine):
    """One meadow, and what is done there; the graph is that of the test."""

    graph: Graph

    @initialize()
    def begins(self) -> None:
        """Begin with one placement, a writer, and two telephones that keep nothing."""
        begun(self.graph)
        before = {each.act_id for each in reading.entries(self.graph, "demo")}
        self.before = len(before)
        self.kept = dict[str, str]()  # act → the telephone that keeps it
        self.written = set[str]()
        self.arrived = set[str]()  # those which the service committed, whether it answered or not
        self.settled = set[str]()
        self.revoked = set[str]()

    @rule(act_id=st.sampled_from(sorted(WRITTEN)), device=st.sampled_from(["D1", "D2"]))
    def writes(self, act_id: str, device: str) -> None:
        """She writes an act down on one of her telephones."""
        if act_id not in self.written:
            self.written.add(act_id)
            self.kept[act_id] = device

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), end=st.sampled_from(["answered", "answered", "not answered", "killed"]))
    def sends(self, data: st.DataObject, end: str) -> None:
        """A telephone sends some of what it keeps; it forgets what is answered as recorded or held."""
        device = data.draw(st.sampled_from(sorted(set(self.kept.values()))))
        here = sorted(act_id for act_id, where in self.kept.items() if where == device)
        some = data.draw(st.lists(st.sampled_from(here), min_size=1, max_size=4, unique=True))
        source = replace(SOURCE, device_id=device, revoked=device in self.revoked)
        with pytest.MonkeyPatch.context() as patch:
            if end == "killed":
                patch.setattr(trying_again, "after", killed)
            answers = handed_in(self.graph, [WRITTEN[act_id] for act_id in some], source)
        self.arrived.update(some)
        for act_id, row in zip(some, answers, strict=True):
            if end == "answered" and (row.result in ("added", "same") or row.held_id):
                del self.kept[act_id]

    @rule(device=st.sampled_from(["D1", "D2"]))
    def is_revoked(self, device: str) -> None:
        """A telephone is lost, and the office ends it."""
        self.revoked.add(device)

    @rule(role=st.sampled_from(["staff", "auditor"]))
    def has_a_role(self, role: str) -> None:
        """Her role is withdrawn, or given back."""
        accounts.set_grants(self.graph, "maya", (grant_of(f"{role}@demo"),))

    @rule(act=st.sampled_from([SIX[0], SIX[2]]))
    def a_clerk_records(self, act: Act) -> None:
        """The same is recorded from a paper register: as it is, or under the id of another."""
        outcome = recording.record(self.graph, "demo", [act], say.clerk("account:clerk2"))[0]
        if outcome.action == "added" and act.act_id not in self.written:
            self.written.add(act.act_id)
            self.arrived.add(act.act_id)

    @precondition(lambda self: bool(held_list.every(self.graph, "demo")))
    @rule(data=st.data(), how=st.sampled_from(["discard", "hand_in", "same", "try"]))
    def the_office_settles(self, data: st.DataObject, how: str) -> None:
        """The office settles something that is held, or tries everything again."""
        row: HeldAct = data.draw(st.sampled_from(held_list.every(self.graph, "demo")))
        if how == "try":
            trying_again.everything(self.graph, "demo", OFFICE)
        elif how == "hand_in":
            settling.hand_in(self.graph, row, replace(sent(WRITTEN[row.act_id]), clerk=OFFICE))
        else:
            self.settled.add(row.act_id)
            if how == "discard":
                settling.discard(self.graph, row, "tried", OFFICE)
            else:
                settling.same(self.graph, row, "placement:P1", OFFICE)

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        """Each act that was written is in one place, or in as many as its telephone knows of."""
        recorded = [each.act_id for each in reading.entries(self.graph, "demo")][self.before :]
        every = held_list.every(self.graph, "demo")
        held = [row.act_id for row in every]
        assert len(recorded) == len({*recorded})
        assert len(held) == len({*held})
        alone = self.written - self.arrived
        assert alone <= self.kept.keys()
        assert not alone & {*recorded, *held}
        assert {*recorded} | {*held} | alone | self.settled >= self.written
        assert {*recorded} | {*held} <= self.written
        assert not {*recorded} & {row.act_id for row in every if row.code not in FOR_THE_OFFICE}

    def teardown(self) -> None:
        """In the end everything is sent, and the office settles what is left; the ledger is sound."""
        accounts.set_grants(self.graph, "maya", (grant_of("staff@demo"),))
        for act_id in sorted(self.kept):
            handed_in(self.graph, [WRITTEN[act_id]], replace(SOURCE, device_id=self.kept[act_id]))
        self.arrived |= self.kept.keys()
        self.kept.clear()
        trying_again.everything(self.graph, "demo", OFFICE)
        while held := held_list.every(self.graph, "demo"):
            self.settled.add(held[0].act_id)
            settling.discard(self.graph, held[0], "nobody knows it", OFFICE)
        self.nothing_is_lost_and_nothing_doubled()
        assert verify(self.graph, "demo").faults == ()


def test_whatever_happens_what_was_written_is_kept_held_recorded_or_settled(graph: Graph) -> None:
    machine = type("Meadow", (Field,), {"graph": graph})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SCHEDULES,
            stateful_step_count=DEEDS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
