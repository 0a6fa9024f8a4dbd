"""Likeness: how likely it is that two registrations are one person, as a sum that can be read.

Each thing that is known of both adds or takes away bits (after Fellegi and Sunter, A Theory for Record Linkage, 1969):
as many as it is likelier of one person than of two. The weights are fixed data, likeness.toml; only how common a name
or a ward is comes from the register itself. Two whose first names do not sound alike, who were born more than 5 years
apart, or who differ in sex are never one: house-mates share all the rest.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf, log2
from typing import Any, Final, Literal, Self

from relay.countries.telephone import Telephone
from relay.domain.name_matching import code, key, sound_alike
from relay.text import Sentence

_NEAR_YEARS: Final = 2
YEARS_APART: Final = 5
"""Years of birth are guessed; of one person none lies further apart (our choice)."""
_VOWELS: Final = re.compile("[aeiou]")
_SKELETON: Final = 3  # letters

COMPARED: Final = ("beneficiary_id", "name", "kind", "birth_year", "place_id", "phone", "household_id", "sex")
"""What is recorded of a beneficiary that tells who she is: all that `Person.of` looks at."""

What = Literal["first_name", "surname", "birth_year", "ward", "phone", "household"]
How = Literal["same", "slip", "near", "far", "other"]

SAID: Final[Mapping[tuple[What, How], Sentence]] = {
    ("first_name", "same"): Sentence("same first name"),
    ("first_name", "slip"): Sentence("similar first name"),
    ("surname", "same"): Sentence("same surname"),
    ("surname", "slip"): Sentence("similar surname"),
    ("surname", "other"): Sentence("another surname"),
    ("birth_year", "same"): Sentence("same year of birth"),
    ("birth_year", "near"): Sentence("born within 2 years"),
    ("birth_year", "far"): Sentence("born within 5 years"),
    ("ward", "same"): Sentence("same ward"),
    ("ward", "other"): Sentence("another ward"),
    ("phone", "same"): Sentence("same telephone"),
    ("phone", "other"): Sentence("another telephone"),
    ("household", "same"): Sentence("same household"),
    ("household", "other"): Sentence("another household"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that is known of both, and what it tells.

    Attributes:
        what: The thing.
        how: How it compares.
        bits: What it adds; below 0 it speaks against their being one.
    """

    what: What
    how: How
    bits: float

    @property
    def sentence(self) -> str:
        """In words, without what is personal."""
        return SAID[self.what, self.how]


@cache
def weights() -> Mapping[str, Any]:
    """The weights as likeness.toml has them."""
    return tomllib.loads(files("relay.domain.people").joinpath("likeness.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One registration, as it is compared; what is not known is empty.

    Attributes:
        id: Her beneficiary id.
        first: The key of her first name.
        surname: The key of her surname, of several spellings the one that stands for them.
        birth_year: Gregorian, or None.
        ward: The id of the place where she lives, or where her group is at home.
        phones: The digits of each of her numbers.
        household: The code of her household.
        sort: Her sex, or what kind of beneficiary she is; of two that are known to differ, none is the other.
    """

    id: str
    first: str
    surname: str
    birth_year: int | None
    ward: str
    phones: frozenset[str]
    household: str
    sort: str

    @classmethod
    def of(cls, values: Mapping[str, Any], telephone: Telephone, ward: str = "") -> Self | None:
        """From what is recorded of a beneficiary; None where no name is known, and for groups.

        Args:
            values: Column → what it says.
            telephone: How numbers are written in the programme's country.
            ward: Where her group is at home.

        >>> she = {"beneficiary_id": "B1", "name": "Sita Kumari B.K.", "phone": "98-41000226", "sex": "F"}
        >>> she = Person.of(she, Telephone(prefix="", digits=10))
        >>> she.first, she.surname, sorted(she.phones)
        ('sita', 'bisbakarma', ['9841000226'])
        """
        first, surname = first_and_surname(str(values.get("name") or ""))
        if not first or values.get("kind") == "group":
            return None
        return cls(
            id=str(values["beneficiary_id"]),
            first=first,
            surname=surname,
            birth_year=values.get("birth_year"),
            ward=str(values.get("place_id") or ward),
            phones=telephone.every(str(values.get("phone") or "")),
            household=code(str(values.get("household_id") or "")),
            sort=str(values.get("sex") or ""),
        )

    @property
    def skeleton(self) -> str:
        """The first consonants of her first name, which most slips leave as they are."""
        return skeleton(self.first)


def skeleton(word: str) -> str:
    """The first letter of a key, and what follows without vowels; 3 letters at most.

    >>> skeleton("sita"), skeleton("asmita"), skeleton("maya")
    ('st', 'asm', 'my')
    """
    return (word[:1] + _VOWELS.sub("", word[1:]))[:_SKELETON]


@dataclass(frozen=True, slots=True, kw_only=True)
class _NameWords:
    """What is known of how names are written.

    Attributes:
        titles: Keys of what stands before a name.
        middle: Keys of what stands between first name and surname.
        surnames: Key of a surname → the key that stands for it.
    """

    titles: frozenset[str]
    middle: frozenset[str]
    surnames: Mapping[str, str]


@cache
def _words() -> _NameWords:
    said = weights()
    return _NameWords(
        titles=frozenset(map(key, said["titles"])),
        middle=frozenset(map(key, said["middle"])),
        surnames={key(each): key(name) for name, others in said["surnames"].items() for each in (name, *others)},
    )


def first_and_surname(name: str) -> tuple[str, str]:
    """The keys of a person's first name and surname; "" for what she does not give.

    >>> first_and_surname("Shrimati Laxmi Devi Poudyal"), first_and_surname("लक्ष्मी पौडेल"), first_and_surname("Sita")
    (('laksmi', 'paudel'), ('laksmi', 'paudel'), ('sita', ''))
    """
    known, words = _words(), key(name).split()
    if len(words) > 1 and words[0] in known.titles:
        words = words[1:]
    first, *rest = words or [""]
    written = " ".join(word for word in rest if word not in known.middle)
    last = written.rpartition(" ")[2]
    return first, known.surnames.get(written) or known.surnames.get(last, last)


class Commonness:
    """How common names and wards are among some people, and how much speaks for two of them being one.

    >>> names = ("Sita Rai", "Sita Rai", "Gita Rai", "Ram Rai")
    >>> telephone = Telephone(prefix="", digits=10)
    >>> each = [Person.of({"beneficiary_id": f"B{row}", "name": name}, telephone) for row, name in enumerate(names)]
    >>> [(reason.what, reason.how, round(reason.bits, 1)) for reason in Commonness(each).reasons(each[0], each[1])]
    [('first_name', 'same', 0.6), ('surname', 'same', -0.4)]
    >>> Commonness(each).reasons(each[0], each[2])
    ()
    """

    def __init__(self, people: Iterable[Person]) -> None:
        """Count them."""
        self._first, self._surnames, self._wards = Counter[str](), Counter[str](), Counter[str]()
        self.people = 0
        for person in people:
            self.people += 1
            self._first[person.first] += 1
            self._surnames[person.surname] += 1
            self._wards[person.ward] += 1
        self._shared: dict[tuple[What, int], Reason] = {}
        self._slips: dict[tuple[What, int], Reason] = {}

    @property
    def needed(self) -> float:
        """The bits at which two of these people are as likely one as two: so many pairs there are for each such one."""
        return log2(max(self.people - 1, 1) / 2 / weights()["expected_share"])

    def least(self, share: float) -> float:
        """The bits from which two are one with at least some likelihood, above 0 and below 1."""
        return self.needed + log2(share / (1 - share))

    def reasons(self, one: Person, other: Person) -> tuple[Reason, ...]:
        """What speaks for and against two being one person; empty where they never are."""
        if one.sort and other.sort and one.sort != other.sort:
            return ()
        if one.birth_year and other.birth_year and abs(one.birth_year - other.birth_year) > YEARS_APART:
            return ()
        name = self._name("first_name", one.first, other.first, self._first)
        return (name, *self._others(one, other)) if name.how != "other" else ()

    def _name(self, what: What, one: str, other: str, common: Counter[str]) -> Reason:
        many = max(common[one], common[other])
        if one == other:
            return self._same(what, many)
        return self._slip(what, many) if sound_alike(one, other, weights()[what]["alike"]) else _fixed()[what, "other"]

    def _others(self, one: Person, other: Person) -> Iterator[Reason]:
        if one.surname and other.surname:
            yield self._name("surname", one.surname, other.surname, self._surnames)
        if one.birth_year and other.birth_year:
            years = abs(one.birth_year - other.birth_year)
            yield _fixed()["birth_year", "far" if years > _NEAR_YEARS else "near" if years else "same"]
        if one.ward and other.ward:
            yield self._same("ward", self._wards[one.ward]) if one.ward == other.ward else _fixed()["ward", "other"]
        if one.phones and other.phones:
            yield _fixed()["phone", "same" if one.phones & other.phones else "other"]
        if one.household and other.household:
            yield _fixed()["household", "same" if one.household == other.household else "other"]

    def _same(self, what: What, many: int) -> Reason:
        """What is the same of two, and of so many people."""
        if (what, many) not in self._shared:
            said = weights()[what]
            bits = min(said["most"], log2(said["same_share"] * self.people / max(many, 1)))
            self._shared[what, many] = Reason(what=what, how="same", bits=bits)
        return self._shared[what, many]

    def _slip(self, what: What, many: int) -> Reason:
        """What is nearly the same, which never counts more than the same."""
        if (what, many) not in self._slips:
            bits = min(weights()[what]["slip"], self._same(what, many).bits)
            self._slips[what, many] = Reason(what=what, how="slip", bits=bits)
        return self._slips[what, many]


@cache
def _fixed() -> Mapping[tuple[What, How], Reason]:
    """What counts the same whoever the two are."""
    fixed: dict[tuple[What, How], Reason] = {
        (what, how): Reason(what=what, how=how, bits=weights()[what][how])
        for what, how in SAID
        if how in weights()[what]
    }
    fixed["first_name", "other"] = Reason(what="first_name", how="other", bits=-inf)
    return fixed


def total(reasons: Iterable[Reason]) -> float:
    """The sum of some reasons, in bits."""
    return sum(reason.bits for reason in reasons)
