"""Search: finds records of a programme by words of a name, digits of a phone, or the beginning of an id."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from relay.countries.country import country_of
from relay.database import cypher
from relay.database.acts_as_nodes import key_of, kind_and_id
from relay.domain import name_matching
from relay.domain.register import Register
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme
from relay.office.lookup import Named, day_of, says
from relay.office.wording import PLAIN, what_it_is, who_or_what
from relay.reports.place_tree import upwards

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.countries.telephone import Telephone
    from relay.graph import Graph, Transaction
    from relay.office.wording import Speech

MOST: Final = 20
"""Default number of hits (our choice: so many are looked through before another letter is typed)."""

COUNTED: Final = 500
"""So many hits by id of each kind are counted (our choice: nobody reads that many)."""

EXACT: Final = 100.0
ID_BEGINNING: Final = 95.0  # our choice: the beginning of an id is nearer than a name with a slip
PHONE_END: Final = 95.0  # our choice, as the beginning of an id
PHONE_DIGITS: Final = 4  # our choice: fewer would find every phone

_FIRST: Final = ("beneficiary", "group", "placement", "gift", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that a search found.

    Attributes:
        id: Id of the record, "kind:id".
        what: What it is, in words, without a person's name.
        name: Its own name, its donor's, or the name of its holder or receiver; None if none is known.
        place: Where she lives, or which place it lies in; None if that is unknown.
        score: 0 to 100. It is 100 for an id, a phone or a household, and if every word of the text is a word of the
            name or, if at least one is, of a place around.
    """

    id: str
    what: str
    name: str | None
    place: str | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found.

    Attributes:
        hits: The nearest hits.
        total: How many there are in all; of ids that begin alike, `COUNTED` of a kind at most.
    """

    hits: tuple[Hit, ...]
    total: int


def named(hits: Iterable[Hit]) -> tuple[str, ...]:
    """The ids of hits that a name led to: people, what they hold, and gifts with donors; places are not personal."""
    return tuple(hit.id for hit in hits if hit.name and not hit.id.startswith(("place:", "group:", "programme:")))


Seen = Callable[[Collection[str]], Collection[str]]
"""Selects the act ids that count, of some."""
Far = Callable[[str], int]
"""Distance of a record, by act id, from where the search was made; 0 for the nearest."""


def find(
    graph: Graph,
    programme_id: str,
    text: str,
    limit: int = MOST,
    *,
    kind: str = "",
    as_of: date = date.max,
    seen: Seen = frozenset,
    speech: Speech = PLAIN,
) -> tuple[Hit, ...]:
    """The hits of one text; see `find_each`."""
    (hits,) = find_each(graph, programme_id, (text,), limit, kind=kind, as_of=as_of, seen=seen, speech=speech).values()
    return hits


def find_counted(
    graph: Graph,
    programme_id: str,
    text: str,
    limit: int,
    *,
    as_of: date,
    seen: Seen,
    speech: Speech,
) -> SearchResult:
    """The hits of one text, and how many there are; see `find_each`."""

    def found(transaction: Transaction) -> SearchResult:
        words = unicodedata.normalize("NFC", text.strip())
        names = _Names(transaction, programme_id)
        return _Search(names, words, "", as_of, speech).found(limit, seen, lambda _: 0, COUNTED)

    return graph.read(found)


def find_each(
    graph: Graph,
    programme_id: str,
    texts: Collection[str],
    limit: int = MOST,
    *,
    kind: str = "",
    as_of: date = date.max,
    seen: Seen = frozenset,
    far: Far = lambda _: 0,
    speech: Speech = PLAIN,
) -> Mapping[str, tuple[Hit, ...]]:
    """Find acts and placements by id; people, groups, donors and places by name; people by phone and household.

    Names are found in either script and with typing errors; a woman also by her name together with the places around
    her. Part of an id (its beginning) or of a phone (its last digits) is enough.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        texts: One text for each record that is looked for; names are read once for all texts.
        limit: Greatest number of hits for each text.
        kind: Only records of this kind; "" for all kinds.
        as_of: Reference day; what happened later is not found, nor what anybody holds only since then.
        seen: Given the ids of all near matches, returns those that may be found; others are not counted.
        far: Distance of a record from the reader.
        speech: Language of the texts of hits.

    Returns:
        Text → hits. A matching id comes first, then by score. At the same score: people, groups, placements, gifts,
        places, then other acts; then by distance, then shorter names and ids first, then by id. Empty if nothing is
        similar.

    Raises:
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """

    def found(transaction: Transaction) -> Mapping[str, tuple[Hit, ...]]:
        names = _Names(transaction, programme_id)
        words = {text: unicodedata.normalize("NFC", text.strip()) for text in texts}
        return {
            text: _Search(names, word, kind, as_of, speech).found(limit, seen, far, limit).hits
            for text, word in words.items()
        }

    return graph.read(found)


def households(graph: Graph, programme_id: str) -> Sequence[str]:
    """The number of each person's household, of those of whom it is known, in no order; of two in one it comes twice.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (columns,) = graph.rows(cypher.NAMES, programme_id=programme_id)
    return [each for each in columns["households"] if each]


class _Names:
    """The names of everybody and every place in a programme; each kind is read once, when a text first needs it."""

    def __init__(self, transaction: Transaction, programme_id: str) -> None:
        self.transaction = transaction
        self.programme_id = programme_id
        # not cached properties: those of Python 3.11 are worked out for one search at a time
        self.places, self.people, self.homes = cache(self._places), cache(self._people), cache(self._homes)

    def _places(self) -> Mapping[str, Any]:
        """Ids, names and parents of places."""
        rows = self.transaction.rows(cypher.PLACE_NAMES, ledger=self.programme_id)
        if not rows:
            raise NoProgramme(programme_id=self.programme_id)
        return rows[0]

    def _people(self) -> Mapping[str, Any]:
        """Keys, names, phones and households of people, and names of groups and donors."""
        (columns,) = self.transaction.rows(cypher.NAMES, programme_id=self.programme_id)
        return columns

    def _homes(self) -> Mapping[str, str]:
        """Beneficiary id → id of the place where she lives."""
        (lives,) = self.transaction.rows(cypher.WHERE_PEOPLE_LIVE, programme_id=self.programme_id)
        return dict(zip(lives["ids"], lives["homes"], strict=True))


class _Search:
    """One search in a programme; each source gives act ids with scores, in its own order."""

    def __init__(self, names: _Names, text: str, kind: str, as_of: date, speech: Speech) -> None:
        self.names = names
        self.transaction = transaction = names.transaction
        self.programme_id = names.programme_id
        self.text = text
        self.kinds = (kind,) if kind else tuple(transaction.catalogue.kinds)
        self.as_of = as_of
        self.speech = speech

    def found(self, limit: int, seen: Seen, far: Far, ids: int) -> SearchResult:
        """The nearest hits, `limit` at most, among so many ids of each kind as begin with the text."""
        scores: dict[str, float] = {}
        for act_id, score in (*self._by_id(ids), *self._by_person_or_name()):
            if act_id.partition(":")[0] in self.kinds:
                scores[act_id] = max(score, scores.get(act_id, 0.0))
        exact = {self.text, *(f"{kind}:{self.text}" for kind in self.kinds)}
        may_be_found = seen(scores.keys())
        # Sorting keeps the order of the source among equals.
        nearest = sorted(
            (act_id for act_id in scores if act_id in may_be_found),
            key=lambda act_id: (act_id not in exact, -scores[act_id], _rank(act_id), far(act_id)),
        )
        hits = tuple(islice(self._described(nearest, scores, limit), limit))
        return SearchResult(hits=hits, total=len(nearest) if len(hits) == limit else len(hits))

    def _by_id(self, limit: int) -> Iterator[tuple[str, float]]:
        kind, colon, bare = self.text.rpartition(":")
        latin = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in bare)  # as ids are kept
        beginnings = sorted({bare, latin, latin.upper()} - {""})
        matching: set[str] = set()
        for act_id in (
            f"{each}:{beginning}" for each in self.kinds for beginning in beginnings if not colon or each == kind
        ):
            texts = (cypher.ACTS_BEGINNING, cypher.PLACEMENTS_BEGINNING)
            for text in texts if act_id.startswith("placement:") else texts[:1]:
                rows = self.transaction.rows(text, beginning=key_of(self.programme_id, act_id), limit=limit)
                matching |= {row["act_id"] for row in rows}
        for act_id in sorted(matching, key=lambda act_id: (len(act_id), act_id)):
            yield act_id, EXACT if act_id.partition(":")[2] in beginnings else ID_BEGINNING

    def _by_person_or_name(self) -> Iterator[tuple[str, float]]:
        places, people = self.names.places(), self.names.people()
        act_ids = [":".join(kind_and_id(key)) for key in people["keys"]]
        rows = zip(act_ids, people["phones"], people["households"], strict=True)
        yield from sorted(_by_person(rows, self.text, country_of(places["country"]).telephone))
        named = dict(zip(act_ids, people["names"], strict=True))
        named |= {f"place:{id_}": name for id_, name in zip(places["ids"], places["names"], strict=True)}
        for likeness in name_matching.like(self.text, named, self._around(places)):
            yield likeness.id, likeness.score

    def _around(self, places: Mapping[str, Any]) -> dict[str, str]:
        """Beneficiary id → names of the places around her; empty if no word of the text is like a name of a place."""
        called = dict(zip(places["ids"], places["names"], strict=True))
        words = self.text.split()
        if len(words) == 1 or not any(name_matching.like(word, called) for word in words):
            return {}
        row_of = {id_: row for row, id_ in enumerate(places["ids"])}
        parent = [row_of.get(each, -1) for each in places["parents"]]
        homes = self.names.homes()
        around = {
            home: " ".join(places["names"][each] for each in upwards(parent, row_of[home]))
            for home in set(homes.values())
            if home in row_of
        }
        return {f"beneficiary:{id_}": around[home] for id_, home in homes.items() if home in around}

    def _described(self, nearest: Sequence[str], scores: dict[str, float], step: int) -> Iterator[Hit]:
        """Hits that had happened by the day, by score; read in steps, since the first step is usually enough."""
        for first in range(0, len(nearest), step):
            yield from self._described_at_once(nearest[first : first + step], scores)

    def _described_at_once(self, act_ids: Sequence[str], scores: dict[str, float]) -> Iterator[Hit]:
        for hit in described(self.transaction, self.programme_id, act_ids, as_of=self.as_of, speech=self.speech):
            yield replace(hit, score=scores[hit.id])


def described(
    transaction: Transaction,
    programme_id: str,
    act_ids: Sequence[str],
    *,
    as_of: date = date.max,
    speech: Speech = PLAIN,
) -> Iterator[Hit]:
    """Describe some acts and placements, in their order, leaving out what had not happened by a day.

    Raises:
        Unavailable: The database cannot be reached.
    """
    register = read(transaction, programme_id, act_ids) or Register(programme_id, transaction.catalogue)
    there = [act_id for act_id in act_ids if (day_of(register, act_id) or date.min) <= as_of]
    values_by_id = {act_id: says(register, act_id) for act_id in there}
    named = Named(transaction, programme_id, values_by_id, as_of)
    for act_id in there:
        held, taken_back = named.held(act_id), register.taken_back_by(act_id) is not None
        values, place = named.said[act_id], named.place(act_id)
        yield Hit(
            id=act_id,
            what=who_or_what(register.catalogue, act_id, values, speech, place=place, held=held, taken_back=taken_back)
            if speech.tells
            else what_it_is(register.catalogue, act_id, values, speech, held=held, taken_back=taken_back),
            name=named.name(act_id),
            place=place,
            score=EXACT,
        )


def _by_person(people: Iterable[tuple[str, str, str]], text: str, telephone: Telephone) -> Iterator[tuple[str, float]]:
    code = name_matching.code(text)
    digits = "" if any(letter.isalpha() for letter in text) else telephone.one(text)
    for act_id, phone, household in people:
        if code and household and name_matching.code(household) == code:
            yield act_id, 100.0
        elif phone and len(digits) >= PHONE_DIGITS and (own := telephone.one(phone)).endswith(digits):
            yield act_id, 100.0 if own == digits else PHONE_END


def _rank(act_id: str) -> int:
    kind = act_id.partition(":")[0]
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
