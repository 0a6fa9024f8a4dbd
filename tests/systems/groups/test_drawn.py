"""Drawn groups: what the roll tells agrees with counting every woman on every day, in whatever order it arrived."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

import pytest

from relay.systems.groups.members_and_attendance import Meeting, Membership, Roll, Span, gaps
from tests.rigs.soak import share

FIRST: Final = date(2023, 1, 1)
DAYS: Final = 60
CASES: Final = range(share(2000))
WOMEN: Final = tuple(f"W{number}" for number in range(6))


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def spans(random: Random) -> list[tuple[int, int | None]]:
    """Times of one woman that do not touch, as first and last day."""
    edges = sorted(random.sample(range(DAYS), 2 * random.randint(0, 2)))
    found: list[tuple[int, int | None]] = [(edges[each], edges[each + 1]) for each in range(0, len(edges), 2)]
    if found and random.random() < 0.5:
        found[-1] = found[-1][0], None
    return found


@pytest.mark.parametrize("seed", CASES)
def test_members_attendance_and_who_stayed_are_what_counting_gives(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - drawn cases
    times = {woman: spans(random) for woman in WOMEN}
    members = {
        day: {woman for woman, known in times.items() if any(a <= day and (b is None or day <= b) for a, b in known)}
        for day in range(DAYS)
    }
    memberships = [
        Membership(
            membership_id=f"{woman}-{first}",
            group_id="A",
            beneficiary_id=woman,
            from_on=on(first),
            until_on=None if last is None else on(last),
        )
        for woman, known in times.items()
        for first, last in known
    ]
    came = {
        day: {woman for woman in sorted(members[day]) if random.random() < 0.6} for day in random.sample(range(DAYS), 8)
    }
    meetings = [
        Meeting(
            meeting_id=str(day),
            held_on=on(day),
            kind="regular",
            group_id="A",
            present=frozenset(there),
        )
        for day, there in came.items()
    ]
    random.shuffle(memberships)
    random.shuffle(meetings)
    roll = Roll(memberships=memberships, meetings=meetings, as_of=on(DAYS))

    assert all(roll.members_on("A", on(day)) == there for day, there in members.items())
    found = roll.attendance(roll.meetings)
    with_roster = [day for day, there in came.items() if there]
    assert found.numerator == sum(len(came[day]) for day in with_roster)
    assert found.denominator == sum(len(members[day]) for day in with_roster)
    first, last = sorted(random.sample(range(DAYS), 2))
    stayed = roll.stayed("A", on(first), on(last))
    assert stayed["kept"] == members[first] & members[last]
    assert stayed["then"] == members[first]
    assert stayed["joined"] == members[last] - members[first]


@pytest.mark.parametrize("seed", CASES)
def test_gaps_are_the_days_that_no_spell_holds(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - drawn cases
    known = [
        Span(from_on=on(first), until_on=None if random.random() < 0.1 else on(first + random.randint(0, 15)))
        for first in random.sample(range(DAYS), random.randint(0, 5))
    ]
    free = {day for day in range(DAYS) if not any(each.is_on(on(day)) for each in known)}

    found = [*gaps(known, FIRST, on(DAYS - 1))]

    assert {day for day in range(DAYS) if any(each.is_on(on(day)) for each in found)} == free
    assert all(not one.meets(other) for one in found for other in found if one != other)
