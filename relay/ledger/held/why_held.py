"""How an act stands that was not recorded: what it waits for, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.access.roles import Locked, NotAllowed, NotThatPlace
from relay.domain.rulebook import Missing
from relay.errors import Asked, Conflict, Refused, RelayError
from relay.ledger.batch import EarlierActs, StandsOnDoubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.ledger.held.held_list import HeldAct


class FromRevoked(Refused):
    """An act came from a device that was revoked."""

    reason = "This came from a device after it was revoked, so a person has to look at it."
    advice = "Hand it in if it is true, or discard it with a reason."


class NotByThatWay(Refused):
    """A telephone, its file or an outbox holds an act that nobody records there."""

    reason = "%(act)s is not handed in by a telephone, a file or an outbox, so a person has to look at it."
    advice = "Hand it in if it is true, or discard it with a reason."

    act: str


class CarriedByAnother(Refused):
    """A file holds what somebody else recorded than who carries it."""

    reason = "%(writer)s recorded this, and somebody else carried it here, so a person has to look at it."
    advice = "Hand it in if it is true, or discard it with a reason."

    writer: str


class AfterTheParting(Refused):
    """The machine that was the original before has something that was handed in there after its copy was promoted."""

    reason = "%(writer)s recorded this on the former original, after this machine had taken over from it."
    advice = "Hand it in if it is true, or discard it with a reason."

    writer: str


BY_HAND: Final = (FromRevoked, NotByThatWay, CarriedByAnother, AfterTheParting)
"""What waits for a person whatever is recorded."""

_FOR_OTHERS: Final = (NotAllowed, NotThatPlace, Locked, *BY_HAND)
"""What the writer cannot put right herself: the act waits for somebody who can."""


def standing(error: RelayError) -> tuple[str, str]:
    """How an act that was not recorded stands, and the record that it waits for, or empty."""
    if isinstance(error, Missing):
        return "held", error.act_id
    if isinstance(error, StandsOnDoubt):
        return "held", error.doubtful
    if isinstance(error, Asked):
        return "asked", ""
    if isinstance(error, Conflict):
        return "conflict", ""
    if isinstance(error, _FOR_OTHERS):
        return "held", ""
    return "refused", ""


def in_doubt(before: Sequence[HeldAct]) -> EarlierActs:
    """What a device handed in before and does not agree with the record: what depends on it waits for a person."""
    earlier = EarlierActs()
    for row in before:
        if row.result == "conflict" and (act := row.as_act):
            earlier.doubt(act, row.act_id)
    return earlier
