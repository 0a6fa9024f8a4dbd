"""The digest of a week: what broke, what is due, what waits, which telephones are silent, and which visits were made.

It counts, and names no woman, so that it may be sent by mail and printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.access import accounts, devices, roles
from relay.arrays.columns import day_number
from relay.arrays.placement_states import DUE, LATE
from relay.backup.backup_status import BackupState
from relay.domain.vocabulary import EVENT_KINDS
from relay.ledger.held import held_list
from relay.reports import placements, unconfirmed
from relay.reports.breakdown import PartNames, within
from relay.reports.field import visits
from relay.reports.placements import PlacementFilter

if TYPE_CHECKING:
    from relay.access.devices import Device
    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.reports.field.tasks import Task

DAYS: Final = 7
"""Days that a digest looks back and ahead: it is sent on Mondays."""

SILENT_DAYS: Final = 14
"""Days after which a telephone is silent (our choice: a fortnight, in which whoever has it passes a line)."""

_VISITED: Final = tuple(EVENT_KINDS.index(kind) for kind in ("visit", "checked"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """How many there are at one place.

    Attributes:
        place_id: Id of the place; None if it is not known.
        name: Its name; None if it has none.
        many: How many.
    """

    place_id: str | None
    name: str | None
    many: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentTelephone:
    """A telephone of which nothing has been heard for two weeks.

    Attributes:
        device_id: Its id.
        login: The account for which it records.
        place_id: Its place.
        place_name: The name of that place; None if it has none.
        heard_on: The day on which it was last heard of; when it was enrolled, if never since.
        held: Acts that it handed in and that are held. What it has not sent yet is known to it alone.
    """

    device_id: str
    login: str
    place_id: str
    place_name: str | None
    heard_on: date
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsMade:
    """The visits that were due a week ago in the places that some accounts cover, and those of them that were made.

    Attributes:
        place_ids: The places; empty for the whole programme.
        place_names: Their names, or ids.
        logins: The accounts that cover exactly these places.
        due: Placements that the visit list named a week ago.
        made: Those of them at which a visit was recorded since.
    """

    place_ids: tuple[str, ...]
    place_names: tuple[str, ...]
    logins: tuple[str, ...]
    due: int
    made: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a manager is told of a week.

    Attributes:
        as_of: The day.
        since: A week before; what happened on that day is not counted any more.
        broke: Placements that became lost or broken since.
        broke_at: Where, the places with most first.
        due_soon: Placements that are due within a week.
        due: Placements that are due within 60 days, these included.
        late: Placements in their days of grace.
        to_visit: Visits that the visit list asks for.
        to_confirm: Pass-ons that nobody has confirmed.
        held: Acts that are held.
        held_since: The day on which the first of them came; None when nothing is held.
        silent: Telephones of which nothing has been heard for two weeks, the longest first.
        visits: The visits made of those due, by the places that accounts cover, in the order of their names.
        backup: The state of the backups.
    """

    as_of: date
    since: date
    broke: int
    broke_at: tuple[PlaceCount, ...]
    due_soon: int
    due: int
    late: int
    to_visit: int
    to_confirm: int
    held: int
    held_since: date | None
    silent: tuple[SilentTelephone, ...]
    visits: tuple[VisitsMade, ...]
    backup: BackupState


def digest(
    graph: Graph,
    survey: Survey,
    before: Survey,
    *,
    names: PartNames,
    tasks: Sequence[Task],
    now: datetime,
    backup: BackupState,
) -> Digest:
    """The digest of a programme.

    Args:
        graph: The database.
        survey: The survey of the programme on the day.
        before: The survey of the same snapshot, a week before.
        names: With the names of places.
        tasks: The tasks for visits on the day.
        now: The instant, by which telephones are silent.
        backup: The state of the backups.

    Raises:
        Unavailable: The database cannot be reached.
    """
    snapshot, stood, today = survey.snapshot, survey.standings, day_number(survey.as_of)
    programme_id = snapshot.programme_id
    due = stood.state == DUE
    broke = placements.holdings(survey, PlacementFilter(since=before.as_of))
    pending = held_list.every(graph, programme_id)
    return Digest(
        as_of=survey.as_of,
        since=before.as_of,
        broke=len(broke),
        broke_at=_by_place(Counter(row.place_id for row in broke[:]), names),
        due_soon=int((due & (stood.due_day <= today + DAYS)).sum()),
        due=int(due.sum()),
        late=int((stood.state == LATE).sum()),
        to_visit=len(visits.Visits(visits.by_rank(survey, most=1), names, tasks)),
        to_confirm=unconfirmed.in_all(snapshot, survey.as_of),
        held=len(pending),
        held_since=min((date.fromisoformat(row.received_at[:10]) for row in pending), default=None),
        silent=_silent(
            [each for each in devices.all_devices(graph) if each.programme_id == programme_id and not each.revoked_at],
            Counter(row.device_id for row in pending),
            names,
            now,
        ),
        visits=_visits_made(_covered(graph, programme_id), survey, before, names),
        backup=backup,
    )


def _by_place(many: Mapping[str | None, int], names: PartNames) -> tuple[PlaceCount, ...]:
    counted = (
        PlaceCount(place_id=place_id, name=names.places.get(place_id or ""), many=count)
        for place_id, count in many.items()
    )
    return tuple(sorted(counted, key=lambda each: (-each.many, each.name or each.place_id or "")))


def _silent(
    telephones: Sequence[Device], held: Mapping[str, int], names: PartNames, now: datetime
) -> tuple[SilentTelephone, ...]:
    before = now.astimezone(UTC) - timedelta(days=SILENT_DAYS)
    heard = [(datetime.fromisoformat(each.last_used_at or each.enrolled_at), each) for each in telephones]
    return tuple(
        SilentTelephone(
            device_id=each.device_id,
            login=each.login,
            place_id=each.place_id,
            place_name=names.places.get(each.place_id),
            heard_on=at.date(),
            held=held.get(each.device_id, 0),
        )
        for at, each in sorted(heard, key=lambda one: (one[0], one[1].device_id))
        if at < before
    )


def _covered(graph: Graph, programme_id: str) -> Mapping[frozenset[str], Sequence[str]]:
    """Places → the logins of staff that cover exactly these; no place stands for the whole programme."""
    found: dict[frozenset[str], list[str]] = {}
    for account in accounts.all_accounts(graph):
        held = [grant for grant in account.grants if grant.role == "staff" and grant.covers(programme_id)]
        if held:
            found.setdefault(roles.bound_places(held) or frozenset(), []).append(account.login)
    return found


def _visits_made(
    covered: Mapping[frozenset[str], Sequence[str]], survey: Survey, before: Survey, names: PartNames
) -> tuple[VisitsMade, ...]:
    snapshot, events = survey.snapshot, survey.snapshot.events
    lately = (events.day > day_number(before.as_of)) & (events.day <= day_number(survey.as_of))
    visited = lately & np.isin(events.kind, _VISITED)
    seen = {*events.placement[visited].tolist()}
    due = visits.by_rank(before, most=1).row
    holder = snapshot.placements.beneficiary[due]
    found = list[VisitsMade]()
    for place_ids, logins in covered.items():
        there = [place_id for place_id in sorted(place_ids) if snapshot.places.ids.row(place_id) is not None]
        lives = [within(snapshot, place_id)[holder] for place_id in there]
        rows = due[sum(lives) > 0].tolist() if lives else [] if place_ids else due.tolist()
        found.append(
            VisitsMade(
                place_ids=tuple(there),
                place_names=tuple(names.places.get(place_id, place_id) for place_id in there),
                logins=tuple(logins),
                due=len(rows),
                made=len(seen.intersection(rows)),
            )
        )
    return tuple(sorted(found, key=lambda each: each.place_names))
