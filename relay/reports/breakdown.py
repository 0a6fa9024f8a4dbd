"""Divides a programme into parts: by generation, help, place, donor and so on.

A placement belongs to the place, group and sex of the beneficiary who holds it, and to every place around hers. It
belongs to every donor whose gift it descends from. So parts by place and by donor overlap, and their numbers add up to
more than the programme's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.arrays import lineage
from relay.arrays.columns import EPOCH, NONE, Codes, Flags, IdColumn, Rows
from relay.arrays.lineage import Survey
from relay.arrays.tables import Snapshot
from relay.database import cypher
from relay.domain.vocabulary import PARTED_BY, SEXES
from relay.errors import Failure, Invalid, NotFound, refused
from relay.reports.place_tree import upwards
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.graph import Graph

UNKNOWN: Final = "unknown"
"""Stands for the placements whose part is unknown."""


class NoSuchWord(Invalid):
    """A programme cannot be divided by this word."""

    reason = "A programme cannot be broken down by %(quoted_word)s."
    advice = "Use one of: %(words)s."
    words = PARTED_BY

    word: str

    @property
    def quoted_word(self) -> str:
        """The word as it was entered."""
        return repr(self.word)


NO_SUCH_PART: Final = Failure(
    NotFound,
    "no_such_part",
    "There is no %(word)s %(asked)s in this programme.",
    advice="Check the id, or search by name",
    command="relay find NAME",
)


NO_SUCH_DONOR: Final = Failure(
    NotFound,
    "no_such_donor",
    "No gift is from that donor.",
    advice="Look at the donors",
    command="relay health --by donor",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNames:
    """Names that a snapshot does not hold; empty if they were not asked for.

    Attributes:
        places: Place id → name.
        donors: Gift id → donor, which is personal; gifts whose donor was erased are left out.
    """

    places: Mapping[str, str] = field(default_factory=dict[str, str])
    donors: Mapping[str, str] = field(default_factory=dict[str, str])

    def first_gifts(self) -> Mapping[str, str]:
        """Donor → id of the donor's first gift, which is shown in place of a donor's name; sorted by these ids."""
        first: dict[str, str] = {}
        for gift_id, donor in sorted(self.donors.items()):
            first.setdefault(donor, gift_id)
        return first


def names(graph: Graph, programme_id: str, words: Iterable[str]) -> PartNames:
    """The names that a division by some words needs: of places, and of donors only if the words include donors.

    Raises:
        Unavailable: The database cannot be reached.
    """
    asked = set(words)
    places = graph.rows(cypher.PLACE_NAMES, ledger=programme_id) if "place" in asked else []
    donors = graph.rows(cypher.DONORS, programme_id=programme_id) if "donor" in asked else []
    return PartNames(
        places={id_: name for row in places for id_, name in zip(row["ids"], row["names"], strict=True)},
        donors={row["gift_id"]: row["donor"] for row in donors if row["donor"]},
    )


def group_names(graph: Graph, programme_id: str) -> Mapping[str, str]:
    """Group id → name; groups whose name was erased are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.GROUP_NAMES, programme_id=programme_id)
    return {row["group_id"]: row["name"] for row in rows if row["name"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOnMap:
    """A place that a map may show.

    Attributes:
        place_id: Its id.
        name: Its name.
        latitude: In degrees north; None if unknown.
        longitude: In degrees east; None if unknown.
    """

    place_id: str
    name: str
    latitude: float | None
    longitude: float | None


def places_of(graph: Graph, programme_id: str, level: str) -> Mapping[str, PlaceOnMap]:
    """Place id → the places of a level, such as district, sorted by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.PLACES_OF_A_LEVEL, programme_id=programme_id, level=level)
    return {row["place_id"]: PlaceOnMap(**row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Which placements belong to which part; a placement may belong to several parts, once to each.

    Attributes:
        keys: Id, word or number of each part, in order; last None, for placements whose part is unknown. Parts without
            placements are left out.
        row: Rows of placements.
        part: The part of each of these rows, as an index into `keys`.
    """

    keys: tuple[str | int | None, ...]
    row: Rows
    part: Rows


def parts(survey: Survey, word: str, names: PartNames) -> Parts:
    """Divide a programme by one of `vocabulary.PARTED_BY`, as it stood on the day of the survey.

    Raises:
        NoSuchWord: It is none of these words.
    """
    snapshot, stood = survey.snapshot, survey.standings
    there = np.flatnonzero(stood.there).astype(np.int32)
    holder = snapshot.placements.beneficiary[there]
    beneficiaries = snapshot.beneficiaries
    if word == "generation":
        return _parted(there, survey.generation[there], lambda number: None if number == NONE else number)
    if word == "year":
        years = stood.received_day[there].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int32)
        return _parted(there, years, lambda number: EPOCH.year + number)
    if word == "help":
        return _by_id(snapshot.helps, there, snapshot.placements.help[there].astype(np.int32))
    if word == "sex":
        return _by_id(SEXES, there, _of(beneficiaries.sex, holder))
    if word == "group":
        return _by_id(snapshot.groups.ids, there, _of(beneficiaries.group, holder))
    if word == "place":
        return _by_place(survey.snapshot, there, _of(beneficiaries.place, holder))
    if word == "donor":
        return _by_donor(survey, there, names)
    raise NoSuchWord(word=word)


def _of(column: Rows | Codes, row: Rows) -> Rows:
    """Values of a column for row numbers that refer to it; -1 for row number -1."""
    return np.append(column, NONE).astype(np.int32)[row]


def _by_id(ids: Sequence[str], row: Rows, code: Rows) -> Parts:
    return _parted(row, code, lambda number: None if number == NONE else ids[number])


def _parted(row: Rows, code: Rows, key_of: Callable[[int], str | int | None]) -> Parts:
    codes, part = np.unique(code, return_inverse=True)
    keys = [key_of(number) for number in codes.tolist()]
    order = sorted(range(len(keys)), key=lambda nth: (keys[nth] is None, keys[nth]))
    rank = np.empty(len(keys), np.int32)
    rank[order] = np.arange(len(keys))
    return Parts(keys=tuple(keys[nth] for nth in order), row=row, part=rank[part])


def _by_place(snapshot: Snapshot, row: Rows, place: Rows) -> Parts:
    """Placements by every place they lie in: a ward, its municipality, its district and its province."""
    around = [upwards(snapshot.places.parent, each) for each in range(len(snapshot.places))] + [[NONE]]
    many = np.array([len(each) for each in around])
    start, of_each = np.cumsum(many) - many, many[place]
    nth = np.arange(of_each.sum()) - np.repeat(np.cumsum(of_each) - of_each, of_each)
    code = np.concatenate(around)[np.repeat(start[place], of_each) + nth]
    return _by_id(snapshot.places.ids, np.repeat(row, of_each), code.astype(np.int32))


def _by_donor(survey: Survey, there: Rows, names: PartNames) -> Parts:
    """Placements by every donor whose gift filled them or a placement they descend from."""
    donors = [names.donors.get(gift_id) for gift_id in survey.snapshot.gifts.ids] + [None]
    keys, originals = sorted({donor for donor in donors if donor}), np.flatnonzero(survey.original).tolist()
    filled: dict[str | None, list[int]] = {}
    for row, gift in zip(originals, survey.snapshot.placements.gift[originals].tolist(), strict=True):
        filled.setdefault(donors[gift], []).append(row)
    rows = [lineage.below(survey, filled.get(donor, [])).row for donor in keys]
    unknown = np.setdiff1d(there, np.concatenate([there[:0], *rows])).astype(np.int32)
    many = [len(each) for each in (*rows, unknown)]
    code = np.repeat(np.array([*range(len(keys)), NONE], np.int32), many)
    return _by_id(keys, np.concatenate([*rows, unknown]), code)


def inhabited(snapshot: Snapshot) -> list[int]:
    """Rows of the places where a beneficiary lives, in ledger order."""
    rows: list[int] = np.flatnonzero(np.bincount(snapshot.beneficiaries.place + 1)[1:]).tolist()
    return rows


def within(snapshot: Snapshot, place_id: str) -> Flags:
    """Which beneficiaries live in a place, or in any place below it.

    Raises:
        NotFound: There is no such place.
    """
    asked, places = row_of("place", snapshot.places.ids, place_id), snapshot.places
    inside = np.array([asked in upwards(places.parent, place) for place in range(len(places))] + [False])
    lives_within: Flags = inside[snapshot.beneficiaries.place]
    return lives_within


def code_of(word: str, words: tuple[str, ...], asked: str) -> int:
    """The code of a help or chain state: its position in the list of all.

    Raises:
        NotFound: It is not in the list.
    """
    if asked not in words:
        listed = Sentence("Choose one of: %(listed)s.", listed=", ".join(words)) if words else ""
        raise refused(NO_SUCH_PART, word=word, asked=asked, advice=listed)
    return words.index(asked)


def row_of(word: str, ids: IdColumn, id_: str) -> int:
    """The row of an id that a filter refers to.

    Raises:
        NotFound: There is no such id.
    """
    row = ids.row(id_)
    if row is None:
        raise refused(NO_SUCH_PART, word=word, asked=id_)
    return row
