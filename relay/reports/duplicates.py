"""Likely duplicates: the pairs of registrations that may be one woman, with the sum of what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.database import cypher
from relay.database.keys_and_properties import key_of
from relay.domain.people.blocking import alike
from relay.domain.people.likeness import Person
from relay.domain.people.one_woman import OneWoman, SameWoman

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from relay.domain.people.blocking import Pair
    from relay.graph import Graph

LIKELY: Final = 0.5
"""From which likelihood on a pair is listed (our choice: of ten that are listed nine are one woman)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One thing that speaks for a pair being one person, or against it.

    Attributes:
        what: Such as "first_name".
        how: How it compares: "same", "slip", "near", "far" or "other".
        bits: What it adds, in bits; below 0 it speaks against.
        sentence: In words.
    """

    what: str
    how: str
    bits: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Two registrations that may be one person.

    Attributes:
        one_id: The beneficiary that was registered first, by its id.
        other_id: The other one.
        one_name: Her name; None where it is not told.
        other_name: The other's.
        place_id: Where the first one lives, or her group does; None where that is not known.
        place_name: What that place is called.
        bits: The sum of the reasons.
        reasons: What the sum is made of.
    """

    one_id: str
    other_id: str
    one_name: str | None = None
    other_name: str | None = None
    place_id: str | None = None
    place_name: str | None = None
    bits: float
    reasons: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """The likely duplicates of a programme.

    Attributes:
        people: Registrations of people.
        women: How many people they are, by what was said of them so far.
        needed_bits: The sum at which two are as likely one person as two; the more people, the more it takes.
        left_out: Blocks of too many people to compare, such as a ward where half bear one name.
        candidates: The likeliest first.
    """

    people: int
    women: int
    needed_bits: float
    left_out: int
    candidates: tuple[Candidate, ...]


def duplicates(graph: Graph, programme_id: str, *, most: int | None = None) -> Duplicates:
    """The pairs that are likely one woman.

    Those who are said to be one, or two, and those of whom one passed on to the other are left out.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        most: At most so many, the likeliest; None for all.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (known,) = graph.rows(cypher.PEOPLE, programme_id=programme_id)
    said = graph.rows(cypher.SAID_OF_PEOPLE, programme_id=programme_id)
    one_woman = OneWoman()
    for row in said:
        if row["kind"] == "same":
            one_woman.add(
                SameWoman(act_id=row["key"], kept_id=row["one"], other_id=row["other"], sequence=row["sequence"])
            )
    people = _people(graph, programme_id, known)
    found = alike(people, LIKELY)
    apart = {frozenset(map(one_woman.kept, (row["one"], row["other"]))) for row in said if row["kind"] == "different"}
    pairs = [pair for pair in found.pairs if _is_open(one_woman, apart, pair)]
    handed = _passed_between(graph, programme_id, pairs)
    wards = {person.id: person.ward for person in people}
    candidates = [_candidate(pair, wards) for pair in pairs if frozenset((pair.one, pair.other)) not in handed]
    return Duplicates(
        people=len(known["ids"]),
        women=len({one_woman.kept(id_) for id_ in known["ids"]}),
        needed_bits=round(found.needed, 1),
        left_out=found.left_out,
        candidates=tuple(candidates[:most]),
    )


def _people(graph: Graph, programme_id: str, known: Mapping[str, Any]) -> list[Person]:
    """All whose names are known."""
    people = key_of(programme_id, "beneficiary:")
    (personal,) = graph.rows(cypher.PERSONAL, programme_id=programme_id, people=people)
    columns = ("keys", "names", "phones", "years", "households")
    of_key = {row[0]: row[1:] for row in zip(*(personal[name] for name in columns), strict=True)}
    found: list[Person] = []
    for key, id_, sex, place_id in zip(*(known[name] for name in ("keys", "ids", "sexes", "places")), strict=True):
        if key in of_key:
            name, phone, year, household_id = of_key[key]
            said = {"beneficiary_id": id_, "name": name, "phone": phone, "birth_year": year, "sex": sex}
            person = Person.of({**said, "household_id": household_id, "place_id": place_id})
            found += [person] if person else []
    return found


def _is_open(one_woman: OneWoman, apart: Collection[frozenset[str]], pair: Pair) -> bool:
    """Whether nobody has said yet whether two are one."""
    kept = frozenset(map(one_woman.kept, (pair.one, pair.other)))
    return len(kept) > 1 and kept not in apart


def _passed_between(graph: Graph, programme_id: str, pairs: Iterable[Pair]) -> set[frozenset[str]]:
    """Those of whom one passed on to the other: they are two."""
    ids = {key_of(programme_id, f"beneficiary:{id_}"): id_ for pair in pairs for id_ in (pair.one, pair.other)}
    keys = {id_: key for key, id_ in ids.items()}
    ways = [(keys[pair.one], keys[pair.other]) for pair in pairs]
    asked = [{"one": one, "other": other} for way in ways for one, other in (way, way[::-1])]
    return {frozenset((ids[row["one"]], ids[row["other"]])) for row in graph.rows(cypher.PASSED_BETWEEN, pairs=asked)}


def _candidate(pair: Pair, wards: Mapping[str, str]) -> Candidate:
    reasons = (
        Because(what=each.what, how=each.how, bits=round(each.bits, 1), sentence=each.sentence) for each in pair.reasons
    )
    return Candidate(
        one_id=pair.one,
        other_id=pair.other,
        place_id=wards[pair.one] or None,
        bits=round(pair.bits, 1),
        reasons=tuple(reasons),
    )
