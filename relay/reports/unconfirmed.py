"""What waits for a second person: the pass-ons that nobody has confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.domain.entries import login_of
from relay.domain.model import Quantity, shown, thousandths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pass-on that nobody confirmed.

    Attributes:
        pass_id: Its id.
        giver_placement_id: Who passed on.
        receiver_placement_id: Which placement received.
        beneficiary_id: Who holds that.
        passed_on: The day.
        help: As handed over.
        animals: Units handed over.
        recorded_by: Who recorded it, and so cannot confirm it.
        corrected_by: Who corrected it, and so cannot confirm it either; in order, each once.
    """

    pass_id: str
    giver_placement_id: str
    receiver_placement_id: str
    beneficiary_id: str
    passed_on: date
    help: str
    animals: Quantity
    recorded_by: str
    corrected_by: tuple[str, ...]

    def told_by(self, login: str) -> bool:
        """Whether it is somebody's own word, who so cannot confirm it."""
        return login in map(login_of, (self.recorded_by, *self.corrected_by))


MOST: Final = 10_000  # our choice: a programme in which more wait does not confirm


def waiting(
    graph: Graph, programme_id: str, as_of: date, most: int | None = None, *, last_by: str | None = None
) -> tuple[Waiting, ...]:
    """The pass-ons that nobody confirmed.

    Args:
        graph: Where.
        programme_id: Of the programme.
        as_of: Those that had been made by this day; confirmations count as known now.
        most: Only so many, the first; `MOST` when None.
        last_by: The login of somebody who cannot confirm her own word: that comes after all others.

    Returns:
        By day, then by id; empty when all are confirmed, or when there is no such programme.

    Raises:
        Unavailable: The database cannot be reached.
    """
    most = min(most or MOST, MOST)
    of = {"programme_id": programme_id, "as_of": as_of, "most": most}
    found = [_waiting(**row) for row in graph.rows(cypher.UNCONFIRMED, **of)]
    if last_by is None:
        return tuple(found)
    if len(found) == most and any(each.told_by(last_by) for each in found):  # others may come after these
        found = [_waiting(**row) for row in graph.rows(cypher.UNCONFIRMED_OWN_LAST, last=f":{last_by}", **of)]
    return tuple(sorted(found, key=lambda each: each.told_by(last_by)))


def _waiting(*, passed_on: str, animals: float, corrected_by: Iterable[str], **row: Any) -> Waiting:  # noqa: ANN401 - a row's other columns
    return Waiting(
        passed_on=date.fromisoformat(passed_on),
        animals=shown(thousandths(animals)),
        corrected_by=tuple(corrected_by),
        **row,
    )
