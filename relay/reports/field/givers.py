"""Who may be expected to hand over at a ceremony of a place or group, and who is waiting to receive there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.domain.model import Quantity, shown, thousandths
from relay.domain.vocabulary import SETTLED
from relay.reports.placements import Holding, Holdings, PlacementFilter, holders, holdings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relay.arrays.lineage import Survey

AHEAD_DAYS: Final = 60
"""Days before the due day from which a giver is listed (our choice: a ceremony is held once or twice a year)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """A placement that something is to be passed on from.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Id of its holder; None if foreign data does not have it.
        help: Help that it owes.
        still_owed: Units still owed; 0 when everything was passed on.
        due_on: Day by which all is to be passed on.
        planned_receiver: Id of the woman who is planned to receive from it; None if nobody is.
    """

    placement_id: str
    beneficiary_id: str | None
    help: str
    still_owed: Quantity
    due_on: date | None
    planned_receiver: str | None = None


def givers(
    survey: Survey,
    day: date,
    *,
    place_id: str | None = None,
    group_id: str | None = None,
    planned: Mapping[str, str],
) -> tuple[Giver, ...]:
    """The placements in a place or group that owe something, and are due by a day or soon after.

    Args:
        survey: Survey of the programme as now known.
        day: Day of the ceremony.
        place_id: Only holders in this place or in any place inside it.
        group_id: Only holders who are members of this group.
        planned: Placement id → id of the planned receiver; such placements are listed even before they are due.

    Returns:
        Sorted by due day; empty if neither place nor group is given, or nobody there owes.

    Raises:
        NotFound: The place or group is not in the programme.
    """
    if place_id is None and group_id is None:
        return ()
    last = day + timedelta(days=AHEAD_DAYS)
    return tuple(
        _giver(each, planned.get(each.placement_id))
        for each in holdings(survey, PlacementFilter(place_id=place_id, group_id=group_id), sort="due")
        if each.state not in (*SETTLED, "lost") and each.owed > each.passed
        if (each.due_on and each.due_on <= last) or each.placement_id in planned
    )


def of_placements(survey: Survey, placement_ids: Iterable[str]) -> Mapping[str, Giver]:
    """Placement id → what it still owes, for placements that exist on the day."""
    ids = survey.snapshot.placements.ids
    rows = [row for id_ in placement_ids if (row := ids.row(id_)) is not None and survey.standings.there[row]]
    return {each.placement_id: _giver(each) for each in Holdings(survey, np.array(rows, np.int32))}


def _giver(holding: Holding, planned_receiver: str | None = None) -> Giver:
    return Giver(
        placement_id=holding.placement_id,
        beneficiary_id=holding.beneficiary_id,
        help=holding.help,
        still_owed=shown(max(thousandths(holding.owed) - thousandths(holding.passed), 0)),
        due_on=holding.due_on,
        planned_receiver=planned_receiver,
    )


def waiting(survey: Survey, *, place_id: str | None = None, group_id: str | None = None) -> tuple[str, ...]:
    """Ids of the beneficiaries in a place or group who hold nothing, in order; empty if neither is given.

    Raises:
        NotFound: The place or group is not in the programme.
    """
    if place_id is None and group_id is None:
        return ()
    holders_waiting = holders(survey, state="waiting", place_id=place_id, group_id=group_id)
    return tuple(each.beneficiary_id for each in holders_waiting)
