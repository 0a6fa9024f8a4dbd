"""Registers in which some women stand twice, and how many of them Relay's list of likely duplicates finds.

    python -m relay.seeds.duplicates --seed 1 --size 6000           prints precision and recall
    python -m relay.seeds.duplicates --seed 1 --size 6000 FOLDER    also writes the register there, to import

8 women in a hundred are registered twice, the second time by another clerk: in the other script or spelling, with a
slip of the pen (15 in a hundred), another surname (10), a year of birth that is a guess or left out, another ward (10),
or without the telephone. And 15 in a hundred have another woman of the house in the register, which is the hard part:
she has the same ward, household, surname and telephone. Without her any method looks splendid.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Final

from relay.countries.country import country_of
from relay.domain.people.blocking import alike
from relay.domain.people.likeness import Person
from relay.reports.duplicates import LIKELY

_GIVEN_NAMES: Final = """
सीता Sita Seeta, गीता Gita Geeta, रीता Rita Reeta, मीना Mina Meena, लक्ष्मी Laxmi Lakshmi Luxmi,
सरस्वती Saraswati Sarswati, पार्वती Parbati Parvati, दुर्गा Durga, कमला Kamala Kamla, विमला Bimala Vimala Bimla,
सुनिता Sunita Suneeta, अनिता Anita Aneeta, सरिता Sarita, कविता Kabita Kavita, सविता Sabita Savita, राधा Radha,
माया Maya, मनमाया Manmaya, धनमाया Dhanmaya, फूलमाया Phulmaya Fulmaya, शान्ति Shanti Santi, कृष्णा Krishna Krisna,
गंगा Ganga, जमुना Jamuna Yamuna, तुलसी Tulasi Tulsi, इन्दिरा Indira, विष्णु Bishnu Vishnu Bisnu, हरिमाया Harimaya,
देवी Devi, सुमित्रा Sumitra, निर्मला Nirmala, उर्मिला Urmila, पूर्णिमा Purnima, रमा Rama, उमा Uma,
यशोदा Yashoda Jasoda, भगवती Bhagawati Bhagwati, चन्द्रा Chandra, बसन्ती Basanti Vasanti, तारा Tara
"""
_SURNAMES: Final = """
थापा Thapa, मगर Magar Mager, तामाङ Tamang Tamaang, गुरुङ Gurung, राई Rai Raee, श्रेष्ठ Shrestha Shresth,
पौडेल Paudel Poudel Poudyal, अधिकारी Adhikari Adhikary, विश्वकर्मा Bishwakarma B.K. BK, परियार Pariyar,
नेपाली Nepali, क्षेत्री Chhetri Kshetri Chettri, खड्का Khadka, बस्नेत Basnet, कार्की Karki,
चौधरी Chaudhary Choudhary, भट्टराई Bhattarai, लामा Lama, शर्मा Sharma, बुढा Budha Buda
"""


def _spellings(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name.split()) for name in text.split(","))


GIVEN: Final = _spellings(_GIVEN_NAMES)
"""Forty given names: in Devanagari, then as clerks write them in Latin letters."""
FAMILY: Final = _spellings(_SURNAMES)
"""Twenty surnames, the same way."""

WARD: Final = 50  # women on average
_TWICE, _HOUSE_MATES = 0.08, 0.15
_HEADER: Final = ("beneficiary_id", "name", "kind", "sex", "birth_year", "household_id", "phone", "place_id")
_LETTERS: Final = "aeiknrstu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Woman:
    """Who she is, whatever is written of her: rows of `GIVEN` and `FAMILY`, and the rest."""

    given: int
    family: int
    birth_year: int
    household: str
    phone: str
    ward: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made register.

    Attributes:
        rows: As in beneficiaries.csv, what is not known being empty.
        twice: The pairs of ids that are one woman, each in order.
    """

    rows: tuple[dict[str, str], ...]
    twice: frozenset[tuple[str, str]]


def make(seed: int, size: int) -> Made:
    """A register of some women, of whom some stand in it twice.

    Args:
        seed: The same gives the same register.
        size: How many women there are, house-mates included.
    """
    random = Random(seed)  # noqa: S311 - made data keeps no secrets
    written: list[tuple[int, dict[str, str]]] = []
    for number, woman in enumerate(_women(random, size)):
        written.append((number, _first_row(random, woman)))
        if random.random() < _TWICE:
            written.append((number, _second_row(random, woman, size)))
    random.shuffle(written)
    rows, known, twice = list[dict[str, str]](), dict[int, str](), set[tuple[str, str]]()
    for count, (number, row) in enumerate(written, 1):
        id_ = f"B{count:06}"
        rows.append({"beneficiary_id": id_, "kind": "person", "sex": "F", **row})
        if number in known:
            twice.add((known[number], id_))
        known[number] = id_
    return Made(rows=tuple(rows), twice=frozenset(twice))


def _women(random: Random, size: int) -> Iterator[Woman]:
    """Women, of whom some live in the house of the one before."""
    before: Woman | None = None
    for number in range(size):
        given, year = random.randrange(len(GIVEN)), random.randint(1950, 2004)
        if before and random.random() < _HOUSE_MATES:
            house = before.household, before.phone, before.ward, before.family
        else:
            phone = f"97{90000000 + number}" if random.random() < 0.8 else ""  # noqa: PLR2004 - so many have one
            ward = random.randrange(max(size // WARD, 1))
            house = f"H{number:06}", phone, ward, random.randrange(len(FAMILY))
        household, phone, ward, family = house
        before = Woman(given=given, family=family, birth_year=year, household=household, phone=phone, ward=ward)
        yield before


def _name(random: Random, names: Sequence[str], *, devanagari: bool) -> str:
    return names[0] if devanagari else random.choice(names[1:])


def _row(random: Random, woman: Woman, family: int) -> dict[str, str]:
    devanagari = random.random() < 0.5  # noqa: PLR2004 - half of all
    given = _name(random, GIVEN[woman.given], devanagari=devanagari)
    return {
        "name": f"{given} {_name(random, FAMILY[family], devanagari=devanagari)}",
        "birth_year": str(woman.birth_year) if random.random() < 0.8 else "",  # noqa: PLR2004 - so many know it
        "household_id": woman.household if random.random() < 0.5 else "",  # noqa: PLR2004 - so often it is numbered
        "phone": woman.phone,
        "place_id": f"L{woman.ward:05}",
    }


def _first_row(random: Random, woman: Woman) -> dict[str, str]:
    return _row(random, woman, woman.family)


def _second_row(random: Random, woman: Woman, size: int) -> dict[str, str]:
    """She is registered again, by somebody who does not know of the first time."""

    def happens(share: float) -> bool:
        return random.random() < share

    row = _row(random, woman, random.randrange(len(FAMILY)) if happens(0.10) else woman.family)
    if happens(0.15):
        row["name"] = _slip(random, row["name"])
    if row["birth_year"] and happens(0.3):
        row["birth_year"] = str(woman.birth_year + random.choice((-3, -2, -1, 1, 2, 3)))
    if happens(0.10):
        row["place_id"] = f"L{random.randrange(max(size // WARD, 1)):05}"
    if happens(0.3):
        row["phone"] = ""
    return row


def _slip(random: Random, name: str) -> str:
    """A letter left out, doubled or mistaken, anywhere in a name."""
    at = random.randrange(1, len(name) - 1)
    if name.isascii():
        return name[:at] + random.choice(("", name[at] * 2, random.choice(_LETTERS))) + name[at + 1 :]
    return name[:at] + random.choice(("", name[at] * 2)) + name[at + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well duplicates are found.

    Attributes:
        rows: In the register.
        twice: Pairs of rows that are one woman.
        listed: Pairs that were listed.
        right: Those of them that are one woman.
        compared: Pairs that were compared.
        seconds: It took.
    """

    rows: int
    twice: int
    listed: int
    right: int
    compared: int
    seconds: float

    @property
    def precision(self) -> float:
        """Of what is listed, the share that is right."""
        return self.right / self.listed

    @property
    def recall(self) -> float:
        """Of the women who stand there twice, the share that is listed."""
        return self.right / self.twice


def measured(made: Made, share: float = LIKELY) -> Figures:
    """How well the duplicates of a made register are found."""
    begun = monotonic()
    read = ({**row, "birth_year": int(row["birth_year"] or 0)} for row in made.rows)
    telephone = country_of(None).telephone
    found = alike([person for row in read if (person := Person.of(row, telephone))], share)
    right = sum((pair.one, pair.other) in made.twice for pair in found.pairs)
    return Figures(
        rows=len(made.rows),
        twice=len(made.twice),
        listed=len(found.pairs),
        right=right,
        compared=found.compared,
        seconds=monotonic() - begun,
    )


def write(made: Made, folder: Path) -> None:
    """Write the register as files that Relay imports into a programme that has rules."""
    folder.mkdir(parents=True, exist_ok=True)
    places = sorted({row["place_id"] for row in made.rows})
    tables: dict[str, list[tuple[str, ...]]] = {
        "places": [("place_id", "name", "kind"), *((place, f"Ward {place}", "ward") for place in places)],
        "beneficiaries": [_HEADER, *(tuple(row[name] for name in _HEADER) for row in made.rows)],
        "twice": [("one", "other"), *sorted(made.twice)],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def main() -> None:
    """Make a register, and say how many of those who stand there twice are found."""
    parser = argparse.ArgumentParser(
        prog="python -m relay.seeds.duplicates", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=6000, help="women, those who stand there twice counted once")
    parser.add_argument("folder", type=Path, nargs="?", help="where the register is written; nowhere if left out")
    asked = parser.parse_args()
    made = make(asked.seed, asked.size)
    if asked.folder:
        write(made, asked.folder)
    found = measured(made)
    print(f"rows {found.rows}, twice {found.twice}, compared {found.compared}, {found.seconds:.1f} s")  # noqa: T201
    print(f"listed {found.listed}, precision {found.precision:.3f}, recall {found.recall:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
