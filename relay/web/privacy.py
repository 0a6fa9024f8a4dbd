"""What is personal: whose names a reader is told, and that it is written down who opened what.

Staff of a place are told the names of those who live there. All that tells names of people in a list asks `told` first,
by `asked.names`; a page about one record says `opened`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import request

from relay.access import access_log
from relay.access.roles import NotThatPlace
from relay.domain.entries import instant
from relay.reports import geography
from relay.web import current, guard, responses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from relay.reports.record_history import Record
    from relay.reports.search import Hit


_OF_ONE_PLACE: Final = ("place:", "group:", "beneficiary:", "placement:")
"""Records that lie where the one lives whose name they bear; a pass-on lies where its giver lives too."""


def told(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader is told; that they are told is written down.

    Raises:
        Unavailable: The database cannot be reached.
        NotWrittenDown: It cannot be written down.
    """
    found = nameable(beneficiary_ids)
    if found:
        opened(str(request.endpoint), (f"beneficiary:{id_}" for id_ in sorted(found)))
    return found


def donors_named(gift_ids: Iterable[str]) -> None:
    """Write down that this reader is told who gave some gifts.

    Raises:
        NotWrittenDown: It cannot be written down.
    """
    opened(str(request.endpoint), (f"gift:{id_}" for id_ in sorted(gift_ids)))


def nameable(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader may be told.

    Raises:
        Unavailable: The database cannot be reached.
    """
    allowed = within()
    if allowed is None or not beneficiary_ids:
        return tuple(beneficiary_ids)
    there = geography.people_in(current.graph(), current.head().programme_id, allowed, beneficiary_ids)
    return tuple(id_ for id_ in beneficiary_ids if id_ in there)


def seen(act_ids: Collection[str]) -> Collection[str]:
    """Those of some records that this reader may find.

    Raises:
        Unavailable: The database cannot be reached.
    """
    programme_id = current.head().programme_id
    allowed = guard.places("find", programme_id)
    return act_ids if allowed is None else geography.lying_in(current.graph(), programme_id, allowed, act_ids)


def hits(found: Iterable[Hit]) -> tuple[Hit, ...]:
    """What a search found among what is `seen`, with the names that this reader is told."""
    if guard.places("find", current.head().programme_id) is None:
        return tuple(found)
    return tuple(hit if hit.id.startswith(_OF_ONE_PLACE) else replace(hit, name=None) for hit in found)


def record(found: Record) -> Record:
    """A record as far as this reader may see it: staff of a place are told who lives there, and no donor.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if within() is None:
        return found
    kind, _, id_ = found.id.partition(":")
    own = id_ if kind == "beneficiary" else found.values.get("beneficiary_id")
    named = {*nameable({str(id_) for id_ in (own, *(each.beneficiary_id for each in found.history)) if id_})}
    return replace(
        found,
        name=found.name if own is None or own in named else None,
        history=tuple(
            each if each.beneficiary_id in named and not each.gift_id else replace(each, name=None)
            for each in found.history
        ),
        gifts=tuple(replace(each, donor=None) for each in found.gifts),
    )


def require_donors() -> None:
    """Refuse to tell who gave where this reader may not be told.

    Raises:
        NotThatPlace: The reader's account works for some places only.
    """
    own = within()
    if own is not None:
        raise NotThatPlace(own)


def within() -> frozenset[str] | None:
    """The places whose names this reader is told; None: all, and who gave, since a gift lies in none."""
    return guard.places("names", current.head().programme_id)


def opened(what: str, ids: Iterable[str]) -> None:
    """Write down that this reader opened something personal; without any ids nothing is written.

    Raises:
        NotWrittenDown: It cannot be written; then it must not be shown.
    """
    core = current.core()
    responses.never_kept()
    access = access_log.Access(at=instant(core.now()), by=guard.known().by, what=what, ids=tuple(ids))
    if access.ids:
        access_log.note(core.settings.data_folder, current.head().programme_id, access)
