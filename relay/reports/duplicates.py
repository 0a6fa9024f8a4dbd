"""Likely duplicates: pairs of registrations that may be one woman, each with its score and the reasons for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.database import cypher
from relay.database.acts_as_nodes import key_of
from relay.domain.people.blocking import alike
from relay.domain.people.likeness import Person
from relay.domain.people.one_woman import OneWoman, SameWoman

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from relay.countries.telephone import Telephone
    from relay.domain.people.blocking import Pair
    from relay.graph import Graph

LIKELY: Final = 0.5
"""Least likelihood of a listed pair (our choice: of ten pairs that are listed, nine are one woman)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredReason:
    """One reason for or against a pair being one person.

    Attributes:
        what: What is compared, such as "first_name".
        how: Result of the comparison: "same", "slip", "near", "far" or "other".
        bits: Its part of the score, in bits; below 0 if it speaks against.
        sentence: The reason in words.
    """

    what: str
    how: str
    bits: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Two registrations that may be one person.

    Attributes:
        one_id: Id of the beneficiary that was registered first.
        other_id: Id of the other.
        one_name: Name of the first; None if the reader may not see names.
        other_name: Name of the other.
        place_id: Where the first one lives, or where her group is; None if that is unknown.
        place_name: Name of that place.
        bits: The score: the sum of the reasons.
        reasons: The reasons.
    """

    one_id: str
    other_id: str
    one_name: str | None = None
    other_name: str | None = None
    place_id: str | None = None
    place_name: str | None = None
    bits: float
    reasons: tuple[ScoredReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """The likely duplicates of a programme.

    Attributes:
        people: Number of registrations of people.
        women: Number of different people, as declared so far.
        needed_bits: Score at which two are as likely one person as two; it grows with the number of people.
        left_out: Number of groups that were too large to compare, such as a ward where half have the same name.
        candidates: The pairs, the likeliest first.
    """

    people: int
    women: int
    needed_bits: float
    left_out: int
    candidates: tuple[Candidate, ...]


def duplicates(graph: Graph, programme_id: str, telephone: Telephone, *, most: int | None = None) -> Duplicates:
    """The pairs of registrations that are likely one woman.

    Pairs that were declared to be one woman or two, or of whom one passed on to the other, are left out.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        telephone: How numbers are written in its country.
        most: Number of pairs to list, the likeliest first; None lists all.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (people_columns,) = graph.rows(cypher.PEOPLE, programme_id=programme_id)
    declared = graph.rows(cypher.SAME_AND_DIFFERENT_WOMEN, programme_id=programme_id)
    one_woman = OneWoman()
    for row in declared:
        if row["kind"] == "same":
            one_woman.add(
                SameWoman(act_id=row["key"], kept_id=row["one"], other_id=row["other"], sequence=row["sequence"])
            )
    people = _people(graph, programme_id, telephone, people_columns)
    likely = alike(people, LIKELY)
    apart = {
        frozenset(map(one_woman.kept, (row["one"], row["other"]))) for row in declared if row["kind"] == "different"
    }
    pairs = [pair for pair in likely.pairs if _is_open(one_woman, apart, pair)]
    handed = _passed_between(graph, programme_id, pairs)
    wards = {person.id: person.ward for person in people}
    candidates = [_candidate(pair, wards) for pair in pairs if frozenset((pair.one, pair.other)) not in handed]
    return Duplicates(
        people=len(people_columns["ids"]),
        women=len({one_woman.kept(id_) for id_ in people_columns["ids"]}),
        needed_bits=round(likely.needed, 1),
        left_out=likely.left_out,
        candidates=tuple(candidates[:most]),
    )


def _people(graph: Graph, programme_id: str, telephone: Telephone, recorded: Mapping[str, Any]) -> list[Person]:
    """All people with a recorded name."""
    beneficiaries = key_of(programme_id, "beneficiary:")
    (personal,) = graph.rows(cypher.PERSONAL, programme_id=programme_id, people=beneficiaries)
    columns = ("keys", "names", "phones", "years", "households")
    of_key = {row[0]: row[1:] for row in zip(*(personal[name] for name in columns), strict=True)}
    people: list[Person] = []
    for key, id_, sex, place_id in zip(*(recorded[name] for name in ("keys", "ids", "sexes", "places")), strict=True):
        if key in of_key:
            name, phone, year, household_id = of_key[key]
            values = {"beneficiary_id": id_, "name": name, "phone": phone, "birth_year": year, "sex": sex}
            person = Person.of({**values, "household_id": household_id, "place_id": place_id}, telephone)
            people += [person] if person else []
    return people


def _is_open(one_woman: OneWoman, apart: Collection[frozenset[str]], pair: Pair) -> bool:
    """Whether nobody has declared yet whether two are one woman."""
    main_ids = frozenset(map(one_woman.kept, (pair.one, pair.other)))
    return len(main_ids) > 1 and main_ids not in apart


def _passed_between(graph: Graph, programme_id: str, pairs: Iterable[Pair]) -> set[frozenset[str]]:
    """The pairs of whom one passed on to the other, who are certainly two."""
    ids = {key_of(programme_id, f"beneficiary:{id_}"): id_ for pair in pairs for id_ in (pair.one, pair.other)}
    keys = {id_: key for key, id_ in ids.items()}
    ways = [(keys[pair.one], keys[pair.other]) for pair in pairs]
    asked = [{"one": one, "other": other} for way in ways for one, other in (way, way[::-1])]
    return {frozenset((ids[row["one"]], ids[row["other"]])) for row in graph.rows(cypher.PASSED_BETWEEN, pairs=asked)}


def _candidate(pair: Pair, wards: Mapping[str, str]) -> Candidate:
    reasons = (
        ScoredReason(what=each.what, how=each.how, bits=round(each.bits, 1), sentence=each.sentence)
        for each in pair.reasons
    )
    return Candidate(
        one_id=pair.one,
        other_id=pair.other,
        place_id=wards[pair.one] or None,
        bits=round(pair.bits, 1),
        reasons=tuple(reasons),
    )
