"""A small vocabulary for tests: acts said as a clerk would say them, and a register kept in memory.

    passed("T1: P1 > P2 on 2021-03-01")     2 goats on from placement P1 to P2, which W2 holds
    placed("P1 on 2020-03-01")              2 goats of gift G1, received by W1
    happened("E1: death of P1 on 2020-05-01")

Placement P1 is held by W1, P2 by W2, and so on; P1b is W1's second one.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from relay.domain.acts import Act
from relay.domain.entries import ORIGIN
from relay.domain.kinds import rule_id
from relay.domain.questions import NOTED, Answers
from relay.domain.register import Change, Register
from relay.ledger.batch import Batch, Clerk, Outcome, require_whole
from relay.ledger.graph_changes import Delta
from relay.ledger.programme_heads import PROJECTION, Head
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relay.domain.system import Catalogue
    from relay.errors import RelayError

TODAY = date(2024, 6, 30)

Said = str | int | float | dict[str, Any] | None  # a value of an act; None leaves its field out


def clerk(by: str = "local:asha", today: date = TODAY, seed: int = 1) -> Clerk:
    """Somebody who records at noon in Kathmandu, with randomness that can be repeated."""
    noon = datetime(today.year, today.month, today.day, 6, 15, tzinfo=UTC)
    return Clerk(by=by, now=noon, random=Random(seed).randbytes)  # noqa: S311 - the tests keep no secrets


def programme(programme_id: str = "demo", **values: Said) -> Act:
    said: dict[str, Any] = {"id": programme_id, "name": "Passing the Relay", "timezone": "Asia/Kathmandu", **values}
    return Act(kind="programme", id=programme_id, values=said)


def rule(help_: str = "goat", on: str = "2020-01-01", **values: Said) -> Act:
    """2 given, 2 owed within 24 months, with 90 days of grace."""
    said: dict[str, Any] = {"help": help_, "unit": "animal", "given": 2, "owed": 2, "months": 24, "grace_days": 90}
    said |= {"earliest_days": 150, "from": on, **values}
    return Act(kind="rule", id=rule_id(said), values=_filled(said))


def place(place_id: str, **values: Said) -> Act:
    return _act("place", {"place_id": place_id, "name": f"Ward {place_id}", **values})


def group(group_id: str, **values: Said) -> Act:
    return _act("group", {"group_id": group_id, "name": f"Group {group_id}", **values})


def woman(beneficiary_id: str, **values: Said) -> Act:
    return _act("beneficiary", {"beneficiary_id": beneficiary_id, "name": f"Name of {beneficiary_id}", **values})


def gift(gift_id: str = "G1", help_: str = "goat", **values: Said) -> Act:
    said = {"gift_id": gift_id, "donor": f"Donor of {gift_id}", "help": help_, "given_on": "2020-01-01"}
    return _act("gift", said | values)


def placed(said: str, **values: Said) -> Act:
    placement_id, on = _read(r"(\S+) on (\S+)", said)
    known = {"gift_id": "G1", "beneficiary_id": holder(placement_id), "help": "goat", "received_on": on, "animals": 2}
    return _act("placement", {"placement_id": placement_id, **known, **values})


def passed(said: str, animals: float = 2, **values: Said) -> Act:
    pass_id, giver_id, receiver_id, on = _read(r"(\S+): (\S+) > (\S+) on (\S+)", said)
    ends = {"giver_placement_id": giver_id, "receiver_placement_id": receiver_id, "beneficiary_id": holder(receiver_id)}
    return _act("pass", {"pass_id": pass_id, **ends, "passed_on": on, "animals": animals, **values})


def happened(said: str, **values: Said) -> Act:
    event_id, kind, placement_id, on = _read(r"(\S+): (\S+) of (\S+) on (\S+)", said)
    known = {"event_id": event_id, "placement_id": placement_id, "kind": kind, "happened_on": on}
    return _act("event", known | values)


def claimed(claim_id: str, gift_id: str = "G1", **values: Said) -> Act:
    said = {"claim_id": claim_id, "gift_id": gift_id, "what": "families", "value": 3, "as_of": "2024-01-01"}
    return _act("claim", said | values)


def held(ceremony_id: str, *, on: str, **values: Said) -> Act:
    return _act("ceremony", {"ceremony_id": ceremony_id, "held_on": on, **values})


def same(said: str, **values: Said) -> Act:
    """One woman under two ids, such as "S1: W1 = W2": she is kept as W1."""
    same_id, kept_id, other_id = re.split(": | = ", said)
    return _act("same", {"same_id": same_id, "kept_id": kept_id, "other_id": other_id, **values})


def different(said: str, **values: Said) -> Act:
    """Two women, such as "D1: W1 / W2"."""
    different_id, a_id, b_id = re.split(": | / ", said)
    return _act("different", {"different_id": different_id, "a_id": a_id, "b_id": b_id, **values})


def taken_back(act_id: str, correct_id: str = "C1") -> Act:
    said = {"correct_id": correct_id, "act_id": act_id, "how": "did_not_happen", "why": "asked again"}
    return _act("correct", said)


def corrected(act_id: str, correct_id: str = "C1", **changes: Said) -> Act:
    said = {"correct_id": correct_id, "act_id": act_id, "how": "wrong_data", "why": "misread", "changes": changes}
    return _act("correct", said)


def confirmed(act_id: str, confirm_id: str = "F1") -> Act:
    return _act("confirm", {"confirm_id": confirm_id, "act_id": act_id})


def erased(subject_id: str, erase_id: str = "X1") -> Act:
    return _act("erase", {"erase_id": erase_id, "subject_id": subject_id})


def holder(placement_id: str) -> str:
    """P1 and P1b are W1's."""
    return f"W{placement_id.strip('Pabc')}"


def beginnings(women: int = 6) -> list[Act]:
    """A programme with goats and pigs, one gift, and some women; nothing placed yet."""
    return [
        programme(),
        rule("goat", equivalents={"pig": 1.5}),
        rule("pig", months=12),
        gift(),
        *(woman(f"W{number}", household_id=f"H{number}") for number in range(1, women + 1)),
    ]


def unjudged(register: Register, act: Act, sequence: int, **_: object) -> tuple[Change, tuple[()]]:
    """What an act changes, as a version of before took it that knew the rule not yet; in place of `judge`."""
    return register.change(act, sequence), ()


class Book:
    """A ledger kept in memory: acts are judged against the whole register, second placements unasked as in imports."""

    def __init__(
        self, *acts: Act, programme_id: str = "demo", today: date = TODAY, catalogue: Catalogue = CORE
    ) -> None:
        """Begin with acts that all must stand."""
        self.register = Register(programme_id, catalogue)
        self.head = Head(sequence=0, hash=ORIGIN, projection=PROJECTION)
        self.today = today
        self.deltas: list[Delta] = []
        self.add(*acts)

    def offer(self, act: Act, *, by: str = "local:asha", answers: Answers = NOTED) -> Outcome:
        """What becomes of one more act."""
        (outcome,) = self.together([act], by=by, answers=answers)
        return outcome

    def together(self, acts: Sequence[Act], *, by: str = "local:asha", answers: Answers = NOTED) -> tuple[Outcome, ...]:
        """What becomes of each of some acts that are given together."""
        batch = Batch(self.register, self.head, clerk(by, self.today, seed=self.head.sequence), answers=answers)
        outcomes = tuple(map(batch.offer, acts))
        self.head = batch.head
        self.deltas.append(batch.delta())
        return outcomes

    def add(self, *acts: Act, by: str = "local:asha", answers: Answers = NOTED) -> Outcome | None:
        """Record acts that must stand; the last one's outcome."""
        outcome = None
        for act in acts:
            outcome = self.offer(act, by=by, answers=answers)
            assert outcome.action == "added", (act.act_id, outcome.error)
        return outcome

    def whole(self, *acts: Act) -> None:
        """Record acts of which all must stand, or none."""
        batch = Batch(self.register, self.head, clerk(today=self.today, seed=self.head.sequence), together=True)
        for act in acts:
            outcome = batch.offer(act)
            assert outcome.action == "added", (act.act_id, outcome.error)
        require_whole(self.register, batch.moved)
        self.head = batch.head
        self.deltas.append(batch.delta())

    def refusal(self, act: Act, *, by: str = "local:asha", answers: Answers = NOTED) -> RelayError:
        """Why an act is not recorded."""
        before = self.head
        outcome = self.offer(act, by=by, answers=answers)
        assert outcome.action in ("asked", "not"), act.act_id
        assert outcome.error is not None
        assert self.head == before
        return outcome.error

    def notes(self, act: Act, *, by: str = "local:asha") -> list[str]:
        """What is noted for the auditor when an act is recorded."""
        outcome = self.offer(act, by=by)
        assert outcome.action == "added", outcome.error
        return [note.note for note in outcome.notes]


def _act(kind: str, values: dict[str, Any]) -> Act:
    return Act(kind=kind, id=str(next(iter(values.values()))), values=_filled(values))


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _read(pattern: str, said: str) -> Iterable[str]:
    found = re.fullmatch(pattern, said)
    assert found, said
    return found.groups()
