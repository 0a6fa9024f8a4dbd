"""Whom or what typed words mean: an id, or the records near a name, of which one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from relay.arrays.columns import NONE
from relay.desk.lookup import NotInRecord, resolve
from relay.errors import RelayError
from relay.reports import search
from relay.reports.place_tree import upwards
from relay.web import privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import say_error
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relay.reports.search import Hit

MOST: Final = 8
"""Records to choose among (our choice: a phone shows them on one screen)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsMeant:
    """What typed words mean.

    Attributes:
        id: Of the record, without its kind; None where a choice is left, or nothing was found.
        named: What it is called, as far as the reader may see it.
        found: The records near the words, to choose among.
        fault: Why there is no id.
    """

    id: str | None = None
    named: str = ""
    found: tuple[Hit, ...] = ()
    fault: str = ""

    def as_field(self) -> dict[str, Any]:
        """What a field takes from it."""
        return {"value": self.id, "named": self.named, "found": self.found, "fault": self.fault}


def meant(kind: str, text: str, home: str | None = None) -> WordsMeant:
    """What typed words mean among the records of a kind, those nearest to a place first."""
    programme_id = current.head().programme_id
    try:
        act_id = resolve(current.graph(), programme_id, text, kinds=(kind,))
    except NotInRecord:
        found = near(kind, text, home)
        if not found:
            return WordsMeant(
                fault=gettext("Nothing in the record has this name or id. Try fewer letters, or register it.")
            )
        return WordsMeant(found=found, fault=gettext("Choose which of these is meant."))
    except RelayError as error:
        return WordsMeant(fault=say_error(error))
    return WordsMeant(id=act_id.partition(":")[2], named=called(act_id))


def near(kind: str, text: str, home: str | None = None) -> tuple[Hit, ...]:
    """The records of a kind that some words may mean, as `near_each` finds them."""
    return near_each(kind, (text,), home)[text]


def near_each(kind: str, texts: Collection[str], home: str | None = None) -> Mapping[str, tuple[Hit, ...]]:
    """Text → the records of a kind that its words may mean, the likest first; that they are shown is logged.

    Of women equally like, those come first who live nearest to a place: in its ward, its municipality, its district.
    """
    found = search.find_each(
        current.built(),
        current.head().programme_id,
        texts,
        kind=kind,
        as_of=current.today(),
        seen=privacy.seen,
        far=_far_from(home),
        speech=labels.SPEECH,
    )
    hits = {text: privacy.hits(each)[:MOST] for text, each in found.items()}
    privacy.opened("find", search.named(hit for each in hits.values() for hit in each))
    return hits


def _far_from(home: str | None) -> Callable[[str], int]:
    """Of a woman, how many places one goes up from a place until one is in a place where she lives."""
    snapshot = current.snapshot()
    row = None if home is None else snapshot.places.ids.row(home)
    if row is None:
        return lambda _: 0
    around = {place: steps for steps, place in enumerate(upwards(snapshot.places.parent, row))}

    def far(act_id: str) -> int:
        woman = snapshot.beneficiaries.ids.row(act_id.partition(":")[2])
        lives = NONE if woman is None else int(snapshot.beneficiaries.place[woman])
        hers = () if lives == NONE else upwards(snapshot.places.parent, lives)
        return next((around[place] for place in hers if place in around), len(around))

    return far


def home_of(*, woman: str | None = None, group: str | None = None) -> str | None:
    """The place where a woman lives, or where a group is at home; None where that is not known."""
    snapshot = current.snapshot()
    some, id_ = (snapshot.beneficiaries, woman) if woman else (snapshot.groups, group)
    row = some.ids.row(id_) if id_ else None
    place = NONE if row is None else int(some.place[row])
    return None if place == NONE else snapshot.places.ids[place]


def called(act_id: str) -> str:
    """What a record is called: her name, or that of who holds it, or what a group or place is called.

    It is empty where the reader may not see it.
    """
    kind, _, id_ = act_id.partition(":")
    if kind == "placement":
        snapshot = current.snapshot()
        row = snapshot.placements.ids.row(id_)
        holder = NONE if row is None else int(snapshot.placements.beneficiary[row])
        return "" if holder == NONE else called(f"beneficiary:{snapshot.beneficiaries.ids[holder]}")
    if kind == "beneficiary":
        return privacy.names("form", (id_,)).get(id_, "")
    if kind == "group":
        return privacy.group_names().get(id_, "")
    return privacy.places_and_donors().places.get(id_, "") if kind == "place" else ""
