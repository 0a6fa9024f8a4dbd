"""Who reads every release of some years, and lays them beside each other, finds no small count.

D1 ── M1, M2          D2 ── M3, M4

The attacker has what was published, and nothing else. He knows the places, which months nobody reported, that counts
are whole and not negative, and that whoever was referred made contact; a linear program tells him what a count can be.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from numpy import array
from scipy.optimize import Bounds, milp

from relay.domain.bikram_sambat import months_from
from relay.systems.protection.kinds import LEVELS, OF_COMMITTEES, SPANS
from relay.systems.protection.release import K
from relay.systems.protection.rules import ReleasedAlready, require_unreleased
from relay.systems.protection.tables import NothingCounted, Published, RawCount, TooMuchHidden, Wanted, made
from tests.rigs.soak import share

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

Count = tuple[str, str, str]
"""Measure, municipality and month."""

DISTRICT: Final = {"M1": "D1", "M2": "D1", "M3": "D2", "M4": "D2"}
PLACES: Final = {
    **{each: {"kind": "district"} for each in DISTRICT.values()},
    **{each: {"kind": "municipality", "parent_id": district} for each, district in DISTRICT.items()},
}
YEARS: Final = months_from("2021-01", "2023-12")
INFEASIBLE: Final = 2  # as `milp` says it


def published(numbers: Mapping[Count, int], asked: Wanted) -> tuple[Wanted, str] | None:
    """A release, coarser than asked where it must be; None where nothing may be released."""
    counted = [
        RawCount(act_id="", place_id=place, month=month, measure=measure, count=number)
        for (measure, place, month), number in numbers.items()
        if measure == asked.measure
    ]
    for wanted in asked.and_coarser():
        try:
            return wanted, made(counted, PLACES, wanted).text()
        except (TooMuchHidden, NothingCounted):
            continue
    return None


class Attacker:
    """Who has read some releases."""

    def __init__(self, reported: Collection[Count], releases: Iterable[tuple[Wanted, str]]) -> None:
        """Read what was published of the counts that exist."""
        self.reported = {*reported}
        self.hidden = list[set[Count]]()  # what each mark sums up
        self.known = list[tuple[dict[Count, float], float, float]]()  # counts, and the least and most of their sum
        for measure, place, month in self.reported:
            if measure == "referrals_made" and ("contacts", place, month) in self.reported:
                differ = {("contacts", place, month): 1.0, (measure, place, month): -1.0}
                self.known.append((differ, 0, float("inf")))
        for wanted, text in releases:
            self._read(wanted, text)

    def _read(self, wanted: Wanted, text: str) -> None:
        all_months = tuple(month for part in wanted.parts for month in part)
        columns = (*wanted.parts, all_months) if len(wanted.parts) > 1 else wanted.parts
        for row in Published.of(text).rows():
            here = [place for place, above in DISTRICT.items() if row.place_id in (None, place, above)]
            sums = [self.reported & {*product((wanted.measure,), here, column)} for column in columns]
            for summed, shown in zip(sums, row.cells, strict=True):
                if isinstance(shown, int):
                    self.known.append((dict.fromkeys(summed, 1.0), shown, shown))
                elif summed:
                    self.hidden.append(summed)

    def width(self, summed: Collection[Count]) -> int | None:
        """How far apart the least and the most are that some counts can be together; None where there is no most."""
        related = {*summed}
        while more := [each for each, _, _ in self.known if each.keys() & related and each.keys() - related]:
            related |= {count for each in more for count in each}
        order, known = sorted(related), [each for each in self.known if each[0].keys() & related]
        matrix = array([[each.get(count, 0) for count in order] for each, _, _ in known]).reshape(-1, len(order))
        about = (matrix, [least for _, least, _ in known], [most for _, _, most in known])
        found = [
            milp(
                [sign * (count in summed) for count in order],
                constraints=about,
                integrality=[1] * len(order),
                bounds=Bounds(0),
            )
            for sign in (1, -1)
        ]
        assert INFEASIBLE not in [each.status for each in found], "what happened is possible"
        least, most = (round(abs(each.fun)) if each.status == 0 else None for each in found)
        return None if most is None else most - (least or 0)

    def finds(self, numbers: Mapping[Count, int]) -> list[set[Count]]:
        """Small numbers, each a mark or a part of what was published, of which all releases together tell too much."""
        single = {count for each, _, _ in self.known for count in each}.union(*self.hidden)
        small = [
            each
            for each in (*self.hidden, *({count} for count in sorted(single)))
            if sum(numbers[count] for count in each) < K
        ]
        return [each for each in small if (width := self.width(each)) is not None and width < K - 1]


# ------------------------------------------------------------------------------------------- he finds what is careless

NUMBERS: Final = {
    ("contacts", place, f"2023-{month:02}"): number
    for place, numbers in {
        "M1": (30, 19, 50, 20, 21, 22),
        "M2": (38, 12, 30, 23, 24, 25),
        "M3": (70, 30, 2, 26, 27, 28),
    }.items()
    for month, number in enumerate(numbers, 1)
}
MARCH: Final = {("contacts", "M3", "2023-03")}


def asked(from_month: str, until_month: str, *, level: str = "municipality", span: str = "month") -> Wanted:
    return Wanted(measure="contacts", from_month=from_month, until_month=until_month, level=level, span=span)


def texts(*wanted: Wanted) -> list[tuple[Wanted, str]]:
    found = [published(NUMBERS, each) for each in wanted]
    return [each for each in found if each]


FIRST: Final = asked("2023-01", "2023-03")  # hides February and March of M2 and M3
FEBRUARY: Final = asked("2023-02", "2023-02")  # 19, 12, 30: nothing is small; so M2 had 30 in March, and M3 2
HALF: Final = asked("2023-01", "2023-06", level="district", span="quarter")


@pytest.mark.parametrize("order", [(FIRST, FEBRUARY), (FEBRUARY, FIRST)])
def test_two_releases_of_one_month_give_it_away_and_so_the_second_is_refused(order: tuple[Wanted, Wanted]) -> None:
    first, second = order
    for one in order:
        assert Attacker(NUMBERS, texts(one)).finds(NUMBERS) == []
    both = Attacker(NUMBERS, texts(first, second))
    assert both.width(MARCH) == 0
    assert both.finds(NUMBERS)[0] == MARCH

    before = [{"release_id": "Z1", "measure": first.measure, **_period(first)}]
    with pytest.raises(ReleasedAlready):
        require_unreleased(second.measure, second.from_month, second.until_month, before)


def test_a_later_month_beside_and_the_same_months_of_districts_tell_no_more() -> None:
    wide = Attacker(NUMBERS, texts(FIRST)).width(MARCH)

    assert wide == 32, "between 0 and 30 + 2, since February and March of M3 are 32 together"
    assert Attacker(NUMBERS, texts(FIRST, HALF, asked("2023-04", "2023-06"))).width(MARCH) == wide


def _period(wanted: Wanted) -> dict[str, str]:
    return {"from_month": wanted.from_month, "until_month": wanted.until_month}


# ------------------------------------------------------------------------------------------------ ten releases, drawn


def drawn(draw: Random) -> dict[Count, int]:
    """Three years of counts, many of them small; of some months nobody reported."""
    numbers = dict[Count, int]()
    for measure, place, month in product(OF_COMMITTEES, DISTRICT, YEARS):
        most = numbers.get(("contacts", place, month), 40) if measure == "referrals_made" else 40
        if draw.random() < 0.9:
            numbers[measure, place, month] = draw.randint(0, most)
    return numbers


def ten_releases(draw: Random, numbers: Mapping[Count, int]) -> Sequence[tuple[Wanted, str]]:
    """Whatever somebody may think of releasing, until ten are recorded; overlaps are tried, and refused."""
    recorded, releases = list[dict[str, str]](), list[tuple[Wanted, str]]()
    while len(releases) < 10:
        span = draw.choice([*SPANS])
        many = SPANS[span] * draw.choice((1, 2, 3) if span == "month" else (1,))
        first = draw.randrange(len(YEARS) - many + 1)
        period = {"from_month": YEARS[first], "until_month": YEARS[first + many - 1]}
        wanted = Wanted(measure=draw.choice(OF_COMMITTEES), level=draw.choice(LEVELS), span=span, **period)
        try:
            require_unreleased(wanted.measure, wanted.from_month, wanted.until_month, recorded)
        except ReleasedAlready:
            continue
        if made_ := published(numbers, wanted):
            releases.append(made_)
            recorded.append({"release_id": str(len(releases)), "measure": wanted.measure, **period})
    return releases


@pytest.mark.parametrize("seed", range(share(500)))
def test_ten_releases_of_three_years_laid_beside_each_other_give_no_small_count_away(seed: int) -> None:
    draw = Random(seed)  # noqa: S311 - the tests keep no secrets
    numbers = drawn(draw)

    releases = ten_releases(draw, numbers)

    assert Attacker(numbers, releases).finds(numbers) == []
