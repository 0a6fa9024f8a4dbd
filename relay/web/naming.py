"""What people, places, donors and groups are called, as far as this reader may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from relay.desk.lookup import Named
from relay.ledger import places
from relay.reports import breakdown
from relay.reports.breakdown import Names
from relay.web import current, privacy
from relay.web.result_cache import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_Names = TypeVar("_Names")


def people(beneficiary_ids: Collection[str]) -> Mapping[str, str]:
    """Beneficiary id → her name, of those whose name is known and may be told to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    beneficiary_ids = privacy.told(beneficiary_ids)
    said = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in beneficiary_ids}
    named = current.graph().read(lambda transaction: Named(transaction, current.head().programme_id, said))
    return {id_: name for id_ in beneficiary_ids if (name := named.beneficiary(id_))}


def places_and_donors() -> Names:
    """What places are called, and donors where the reader is told who gave.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _called("names", lambda programme_id: breakdown.names(current.graph(), programme_id, ("place", "donor")))
    return found if privacy.within() is None else Names(places=found.places)


def groups() -> Mapping[str, str]:
    """Group id → what it is called, of those whose name is known and may be told to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _called("groups", lambda programme_id: breakdown.group_names(current.graph(), programme_id))
    within = privacy.within()
    if within is None:
        return found
    there = places.groups_in(current.graph(), current.head().programme_id, within)
    return {id_: name for id_, name in found.items() if id_ in there}


def _called(what: str, read: Callable[[str], _Names]) -> _Names:
    """What something is called, read once for as long as nobody gives or changes a name."""
    known = current.snapshot()
    return kept((what, known.programme_id), known.named, lambda: read(known.programme_id))


def districts() -> Mapping[str, str]:
    """Place id → name, of the places that are districts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _called("districts", lambda programme_id: breakdown.districts(current.graph(), programme_id))
