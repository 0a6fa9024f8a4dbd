"""Looks up which record a typed text means: by its id, or by a name, with the matches to choose from."""

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
from relay.web.i18n.sentences import error_text
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relay.reports.search import Hit

MOST: Final = 8
"""The most matches to choose from (our choice: a phone shows them on one screen)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupResult:
    """The result of looking up a typed text.

    Attributes:
        id: The id of the record, without its kind; None if there is a choice, or no match.
        named: The name of the record, as far as the reader may see it.
        matches: The records to choose from.
        fault: Why there is no id; empty if there is one.
    """

    id: str | None = None
    named: str = ""
    matches: tuple[Hit, ...] = ()
    fault: str = ""

    def as_field(self) -> dict[str, Any]:
        """The attributes that a `Field` takes from it."""
        return {"value": self.id, "named": self.named, "matches": self.matches, "fault": self.fault}


def look_up(kind: str, text: str, home: str | None = None) -> LookupResult:
    """Look up a typed text among the records of a kind; matches near the place `home` come first."""
    programme_id = current.head().programme_id
    try:
        act_id = resolve(current.graph(), programme_id, text, kinds=(kind,))
    except NotInRecord:
        hits = matches(kind, text, home)
        if not hits:
            return LookupResult(
                fault=gettext("Nothing in the record has this name or id. Try fewer letters, or register it.")
            )
        return LookupResult(matches=hits, fault=gettext("Choose which of these is meant."))
    except RelayError as error:
        return LookupResult(fault=error_text(error))
    return LookupResult(id=act_id.partition(":")[2], named=name_of(act_id))


def matches(kind: str, text: str, home: str | None = None) -> tuple[Hit, ...]:
    """The records of a kind that a text may mean; see `matches_of_each`."""
    return matches_of_each(kind, (text,), home)[text]


def matches_of_each(kind: str, texts: Collection[str], home: str | None = None) -> Mapping[str, tuple[Hit, ...]]:
    """Text → the records of a kind that it may mean, the best match first; logs that they are shown.

    Of women who match equally, those come first who live near the place `home`: in its ward, municipality or district.
    """
    by_text = search.find_each(
        current.built_graph(),
        current.head().programme_id,
        texts,
        kind=kind,
        as_of=current.today(),
        seen=privacy.findable,
        far=_far_from(home),
        speech=labels.SPEECH,
    )
    hits = {text: privacy.hits_for_reader(each)[:MOST] for text, each in by_text.items()}
    privacy.log_opened("find", search.named(hit for each in hits.values() for hit in each))
    return hits


def _far_from(home: str | None) -> Callable[[str], int]:
    """Make a function of a woman's record: the number of steps up from a place to one in which she lives."""
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
    """The place where a woman lives, or where a group is based; None if that is not known."""
    snapshot = current.snapshot()
    some, id_ = (snapshot.beneficiaries, woman) if woman else (snapshot.groups, group)
    row = some.ids.row(id_) if id_ else None
    place = NONE if row is None else int(some.place[row])
    return None if place == NONE else snapshot.places.ids[place]


def name_of(act_id: str) -> str:
    """The name of a person, group or place, or of the holder of a placement; empty if the reader may not see it."""
    kind, _, id_ = act_id.partition(":")
    if kind == "placement":
        snapshot = current.snapshot()
        row = snapshot.placements.ids.row(id_)
        holder = NONE if row is None else int(snapshot.placements.beneficiary[row])
        return "" if holder == NONE else name_of(f"beneficiary:{snapshot.beneficiaries.ids[holder]}")
    if kind == "beneficiary":
        return privacy.names("form", (id_,)).get(id_, "")
    if kind == "group":
        return privacy.group_names().get(id_, "")
    return privacy.places_and_donors().places.get(id_, "") if kind == "place" else ""
