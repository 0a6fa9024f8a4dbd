"""Who reads a release, knows the rule, and has counted herself, finds nobody's small count.

D1 ── M1, M2          D2 ── M3

The attacker has what was published. He knows the places, who reported when, and how Relay makes a release. In the worst
case he knows every number but those of one place, since all others told him theirs. He tries every number that these
can be, makes the release of each by Relay's own rule, and keeps those that give what was published.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay.countries.country import country_of
from relay.errors import Refused
from relay.systems.protection.release_tables import K, Published, RawCount, Wanted, made
from relay.systems.protection.rules import RELEASED_ALREADY, require_unreleased
from tests.rigs.soak import share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Count = tuple[str, str]
"""Place or site, and month."""

PLACES: Final = {
    **{each: {"kind": "district"} for each in ("D1", "D2")},
    **{place: {"kind": "municipality", "parent_id": place_above} for place, place_above in
       (("M1", "D1"), ("M2", "D1"), ("M3", "D2"))},
}  # fmt: skip
SITES: Final = {"S1": "M1", "S2": "M1"}
MONTHS: Final = ("2023-01", "2023-02", "2023-03")


def wanted(level: str = "municipality", span: str = "month", months: Sequence[str] = MONTHS) -> Wanted:
    return Wanted(measure="contacts", from_month=months[0], until_month=months[-1], level=level, span=span)


def published(numbers: Mapping[Count, int], asked: Wanted) -> Published:
    """What Relay makes of some counts."""
    return made(
        [
            RawCount(
                act_id="",
                place_id=SITES.get(by, by),
                site_id=by if by in SITES else None,
                month=month,
                measure="contacts",
                count=number,
            )
            for (by, month), number in numbers.items()
        ],
        PLACES,
        asked,
    )


def can_be(numbers: Mapping[Count, int], unknown: Sequence[Count], *asked: Wanted) -> dict[Count, set[int]]:
    """What each unknown count can be, for who knows all others, the rule, and what was published."""
    seen = [published(numbers, each) for each in asked]
    most = max(numbers[count] for count in unknown) + 2 * K
    agreeing = [
        guess
        for guess in product(range(most), repeat=len(unknown))
        if [published({**numbers, **dict(zip(unknown, guess, strict=True))}, each) for each in asked] == seen
    ]
    return {count: {guess[at] for guess in agreeing} for at, count in enumerate(unknown)}


def test_who_counted_knows_of_the_other_count_no_more_than_one_of_five() -> None:
    """M1 counted 12, M2 counted 3: together 10, since 12 is rounded down to 10 and 3 to 0."""
    numbers = {("M1", "2023-01"): 12, ("M2", "2023-01"): 3}
    january = wanted(months=MONTHS[:1])

    assert published(numbers, january).lines == {"M1": (10,), "M2": ("·",), None: (10,)}
    assert can_be(numbers, [("M2", "2023-01")], january) == {("M2", "2023-01"): {0, 1, 2, 3, 4}}
    assert published(numbers, wanted(level="district", months=MONTHS[:1])).lines == {"D1": (10,)}


def test_two_sites_of_one_municipality_are_rounded_each_for_itself() -> None:
    numbers = {("S1", "2023-01"): 12, ("S2", "2023-01"): 3}
    january = wanted(months=MONTHS[:1])

    assert published(numbers, january).lines == {"M1": (10,)}, "not the 15 that they are together"
    assert can_be(numbers, [("S2", "2023-01")], january) == {("S2", "2023-01"): {0, 1, 2, 3, 4}}


def test_a_month_and_its_quarter_together_would_tell_more_and_so_the_second_is_refused() -> None:
    """M1 counted 4, 4 and 2: of each month a dot, of the quarter 10; so no month can have been 0."""
    numbers = {("M1", month): number for month, number in zip(MONTHS, (4, 4, 2), strict=True)}
    months, quarter = wanted(), wanted(span="quarter")

    assert can_be(numbers, [*numbers], months)["M1", "2023-03"] == {0, 1, 2, 3, 4}
    assert can_be(numbers, [*numbers], months, quarter)["M1", "2023-03"] == {2, 3, 4}
    before = {"release_id": "Z1", "measure": "contacts", "from_month": "2023-01", "until_month": "2023-03"}
    with pytest.raises(Refused, check=RELEASED_ALREADY.matches):
        require_unreleased("contacts", "2023-03", "2023-05", [before])


@pytest.mark.parametrize("seed", range(share(1000)))
def test_nobody_who_knows_the_rule_and_all_counts_but_one_place_s_narrows_a_small_one(seed: int) -> None:
    draw = Random(seed)  # noqa: S311 - the tests keep no secrets
    everybody = draw.choice((["M1", "M2"], ["M1", "M2", "M3"], ["S1", "S2", "M3"]))
    months = MONTHS[: draw.choice((1, 3))]
    numbers: dict[Count, int] = {
        count: draw.choice((0, 1, 2, 3, 4, 5, 6, 8, 12)) for count in product(everybody, months) if draw.random() < 0.9
    } or {("M1", months[0]): 3}
    asked = wanted(
        draw.choice(country_of(None).tabled_by),
        draw.choice(("month", "quarter") if len(months) > 1 else ("month",)),
        months,
    )
    by = draw.choice(sorted({by for by, _ in numbers}))
    unknown = [count for count in numbers if count[0] == by]

    for count, possible in can_be(numbers, unknown, asked).items():
        assert numbers[count] >= K or len(possible) >= K, (numbers, asked, count, possible)
