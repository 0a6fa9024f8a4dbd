"""Looks up which record a typed text means: by its id, or by a name, with the matches to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from relay.arrays.columns import NONE
from relay.errors import RelayError
from relay.office.lookup import NotInRecord, resolve
from relay.reports import search
from relay.reports.place_tree import upwards
from relay.web import privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.named_records import MARKING, NamedRecords
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

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


def look_up(kind: str, text: str, home: str | None = None, *, may_be_new: bool = False) -> LookupResult:
    """Look up a typed text among the records of a kind.

    A text means a record if it is its id, or the whole name of one record alone.

    Args:
        kind: The kind of the record.
        text: What was typed.
        home: The place near which matches come first; None if it is not known.
        may_be_new: Whether a woman may be meant who is not in the record yet.
    """
    programme_id = current.head().programme_id
    try:
        act_id = resolve(current.graph(), programme_id, text, kinds=(kind,))
    except NotInRecord:
        hits = matches(kind, text, home)
        called = [hit for hit in hits if hit.name and hit.name.casefold() == text.casefold()]
        if len(called) == 1:
            return LookupResult(id=called[0].id.partition(":")[2], named=called[0].name or "", matches=(called[0],))
        return LookupResult(matches=hits, fault=_choose(hits, may_be_new=may_be_new))
    except RelayError as error:
        return LookupResult(fault=error_text(error))
    named = name_of(act_id)
    found = tuple(replace(hit, name=named or None) for hit in described((act_id,)))
    return LookupResult(id=act_id.partition(":")[2], named=named, matches=found)


def _choose(hits: tuple[Hit, ...], *, may_be_new: bool) -> str:
    """What to do with a text that means no single record."""
    if hits and may_be_new:
        return gettext("Choose which of these is meant, or say that she is new.")
    if hits:
        return gettext("Choose which of these is meant.")
    if may_be_new:
        return gettext("Nobody in the record has this name. Is she new? Then say so here: she is registered too.")
    return gettext("Nothing in the record has this name or id. Try fewer letters, or register it.")


def described(act_ids: Sequence[str]) -> tuple[Hit, ...]:
    """Some records in words, in their order; those that the reader may not find are left out."""
    programme_id, may_be_found = current.head().programme_id, privacy.findable(act_ids)
    hits = current.built_graph().read(
        lambda transaction: [
            *search.described(
                transaction, programme_id, [each for each in act_ids if each in may_be_found], speech=MARKING
            )
        ]
    )
    return _worded(privacy.hits_for_reader(hits))


def _worded(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Records whose words name other records by their names, as far as the reader may see them."""
    names = NamedRecords((hit.what for hit in hits), on="form")
    return tuple(replace(hit, what=names.text(hit.what)) for hit in hits)


def looks_like_an_id(text: str) -> bool:
    """Whether a text has a digit or a colon, which names do not have."""
    return ":" in text or any(map(str.isdigit, text))


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
        speech=MARKING,
    )
    hits = {text: _worded(privacy.hits_for_reader(each)[:MOST]) for text, each in by_text.items()}
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
