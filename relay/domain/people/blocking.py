"""Blocking: which registrations are worth comparing, so that a hundred thousand take seconds and not days.

Two are compared that share one of: ward and the first consonants of the first name; a telephone number; household and
initial; the consonants of both names and a birth year within three years. A block that is larger than `MOST` says
too little to be worth its pairs: it is left out, and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from relay.domain.people.likeness import Commonness, Person, Reason, skeleton, total

MOST: Final = 200
"""Registrations in a block (our choice: 20,000 pairs)."""
_YEARS: Final = 6  # of birth in a block; every block overlaps two others, so that a guess 3 years off is beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two registrations that may be one person.

    Attributes:
        one: Her id, the one that is first of the two in order.
        other: The other's.
        reasons: What speaks for it and against.
    """

    one: str
    other: str
    reasons: tuple[Reason, ...]

    @property
    def bits(self) -> float:
        """The sum."""
        return total(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What comparing some people found.

    Attributes:
        pairs: The likeliest first, then by their ids.
        needed: The bits at which two are as likely one person as two.
        compared: How many pairs were compared.
        left_out: How many blocks were too large to compare.
    """

    pairs: tuple[Pair, ...]
    needed: float
    compared: int
    left_out: int


def alike(people: Sequence[Person], share: float) -> Found:
    """The pairs that are one person with at least some likelihood.

    Args:
        people: Each with an id of her own.
        share: The likelihood, above 0 and below 1.
    """
    common, blocks = Commonness(people), _blocks(people)
    least, compared, pairs = common.least(share), set[tuple[int, int]](), list[Pair]()
    for rows in blocks.values():
        if len(rows) > MOST:
            continue
        for both in combinations(rows, 2):
            if both in compared:
                continue
            compared.add(both)
            one, other = sorted((people[row] for row in both), key=lambda person: person.id)
            reasons = common.reasons(one, other)
            if reasons and total(reasons) >= least:
                pairs.append(Pair(one=one.id, other=other.id, reasons=reasons))
    return Found(
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.bits, pair.one, pair.other))),
        needed=common.needed,
        compared=len(compared),
        left_out=sum(len(rows) > MOST for rows in blocks.values()),
    )


def _blocks(people: Sequence[Person]) -> dict[tuple[str, ...], list[int]]:
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, person in enumerate(people):
        for name in _names(person):
            blocks[name].append(row)
    return blocks


def _names(person: Person) -> Iterator[tuple[str, ...]]:
    """The blocks to which somebody belongs."""
    if person.ward:
        yield "ward", person.ward, person.skeleton
    for phone in person.phones:
        yield "phone", phone
    if person.household:
        yield "household", person.household, person.first[:1]
    if person.surname and person.birth_year:
        for beginning in (0, _YEARS // 2):
            years = str((person.birth_year + beginning) // _YEARS)
            yield "names", person.skeleton, skeleton(person.surname), str(beginning), years
