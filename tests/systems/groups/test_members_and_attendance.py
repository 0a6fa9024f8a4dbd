"""Who was a member, who came, who stayed, which offices were empty: worked by hand.

            from        until                     T1 2023-02-01   T2 05-01     T3 07-01    T4 09-01
W1          2023-01-01                            present         present      present     -
W2          2023-01-01  2023-04-30, 09-01 again   present         no member    no member   present
W3          2023-03-01                            no member       excused      present     late
W4          2023-01-01  2023-06-30                late            -            no member   no member
                                                  3 of 3          1 of 3       2 of 2      2 of 3
"""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from relay.domain.acts import Act
from relay.domain.model import Rate, add_months
from relay.domain.register import Change, Fact, Register
from relay.systems.groups.members_and_attendance import (
    Custody,
    Customs,
    Meeting,
    Membership,
    Office,
    Roll,
    Span,
    custody_gaps,
    gaps,
    meetings_held,
    twelve_months,
)
from tests.systems.groups.scene import CATALOGUE

FIRST: Final = date(2023, 1, 1)


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) > len("01-01") else f"2023-{text}")


def member(woman: str, since: str, until: str | None = None) -> Membership:
    return Membership(
        membership_id=f"{woman}@{since}",
        group_id="A",
        beneficiary_id=woman,
        from_on=day(since),
        until_on=day(until) if until else None,
    )


def span(first: str, last: str) -> Span:
    return Span(from_on=day(first), until_on=day(last))


def office(woman: str, what: str, since: str, until: str | None = None) -> Office:
    return Office(
        office_id=f"{woman}@{since}",
        group_id="A",
        beneficiary_id=woman,
        office=what,
        from_on=day(since),
        until_on=day(until) if until else None,
    )


def met(meeting_id: str, on: str, present: str = "", late: str = "", excused: str = "", **more: object) -> Meeting:
    said = {"meeting_id": meeting_id, "held_on": day(on).isoformat(), "kind": "regular", "group_id": "A"}
    return Meeting.of({**said, "present": present, "late": late, "excused": excused, **more})


MEMBERS: Final = (
    member("W1", "01-01"),
    member("W2", "01-01", "04-30"),
    member("W2", "09-01"),
    member("W3", "03-01"),
    member("W4", "01-01", "06-30"),
)
MEETINGS: Final = (
    met("T4", "09-01", present="W2", late="W3"),
    met("T1", "02-01", present="W1;W2", late="W4"),
    met("T2", "05-01", present="W1", excused="W3"),
    met("T3", "07-01", present="W1;W3"),
)


def roll(*, as_of: str = "12-31", customs: Customs | None = None, offices: tuple[Office, ...] = ()) -> Roll:
    return Roll(memberships=MEMBERS, meetings=MEETINGS, offices=offices, as_of=day(as_of), customs=customs)


def made_of(rate: Rate) -> tuple[float, float]:
    return rate.numerator, rate.denominator


def test_a_woman_is_a_member_on_her_first_and_her_last_day() -> None:
    found = roll()

    assert found.members_on("A", day("01-01")) == {"W1", "W2", "W4"}
    assert found.members_on("A", day("04-30")) == {"W1", "W2", "W3", "W4"}
    assert found.members_on("A", day("06-30")) == {"W1", "W3", "W4"}
    assert found.members_on("A", day("07-01")) == {"W1", "W3"}
    assert found.members_on("B", day("07-01")) == frozenset()
    assert [found.member_since(woman, "A") for woman in ("W1", "W2", "W4")] == [FIRST, day("09-01"), None]
    assert roll(as_of="04-30").member_since("W2", "A") == FIRST


def test_attendance_is_the_sum_over_the_sum_of_who_was_a_member_that_day() -> None:
    found = roll()

    assert [meeting.meeting_id for meeting in found.meetings] == ["T1", "T2", "T3", "T4"]
    assert [(len(found.attended(each)), len(found.expected(each))) for each in found.meetings] == [
        (3, 3),
        (1, 3),
        (2, 2),
        (2, 3),
    ]
    assert made_of(found.attendance(found.meetings)) == (8, 11)  # the mean of the percentages would be 75 %
    assert found.attendance(found.meetings).share == pytest.approx(0.7272, abs=1e-4)
    assert [made_of(found.attendance(found.meetings, woman)) for woman in ("W1", "W2", "W3", "W4")] == [
        (3, 4),
        (2, 2),
        (2, 3),
        (1, 2),
    ]
    assert found.attendance([]).share is None


def test_who_is_excused_is_left_out_where_the_rule_says_so() -> None:
    found = roll(customs=Customs(excused_counts=False))

    assert made_of(found.attendance(found.meetings)) == (8, 10)
    assert made_of(found.quorum(found.meetings[1])) == (1, 3), "a quorum is of all members"


def test_a_meeting_without_a_roster_says_nothing_of_who_came() -> None:
    found = Roll(memberships=MEMBERS, meetings=[met("T5", "03-01", women=20), *MEETINGS])

    assert made_of(found.attendance(found.meetings)) == (8, 11)
    assert found.has_quorum(met("T5", "03-01", women=20))


def test_a_quorum_is_of_the_members_of_that_day() -> None:
    assert [roll().has_quorum(each) for each in roll().meetings] == [True, False, True, True]
    assert not roll(customs=Customs(quorum_share=0.75)).has_quorum(roll().meetings[3])


def test_sessions_and_events_are_not_of_the_members() -> None:
    session = met("T6", "02-02", course_id="C1")
    event = met("T7", "02-03", present="W9", kind="event")
    found = Roll(memberships=MEMBERS, meetings=[session, event, *MEETINGS])

    assert [each.meeting_id for each in found.of_members("A")] == ["T1", "T2", "T3", "T4"]
    assert made_of(found.attendance(found.meetings)) == (8, 11)


def test_who_left_and_came_back_stayed_and_who_joined_is_a_number_of_its_own() -> None:
    def stayed(first: str, last: str) -> dict[str, set[str]]:
        return {word: {*women} for word, women in roll().stayed("A", day(first), day(last)).items()}

    found = stayed("02-01", "09-01")
    assert (found["then"], found["kept"], found["joined"]) == ({"W1", "W2", "W4"}, {"W1", "W2"}, {"W3"})
    assert {word: len(women) for word, women in stayed("02-01", "07-01").items() if word in ("then", "kept")} == {
        "then": 3,
        "kept": 1,
    }
    assert stayed("2022-12-31", "09-01")["then"] == set()


def test_meetings_are_held_against_the_months_of_bikram_sambat_or_the_weeks() -> None:
    monthly, weekly = roll(customs=Customs(meeting_every="month")), roll(customs=Customs(meeting_every="week"))

    # Magh 2079 to Bhadra 2080 are eight months; they met in Magh, Baisakh, Asar and Bhadra
    assert made_of(monthly.held("A", span("01-15", "09-17"))) == (4, 8)
    assert made_of(monthly.held("A", span("01-14", "09-17"))) == (4, 9), "Poush ends on the first of these days"
    assert made_of(monthly.held("A", span("01-16", "09-16"))) == (3, 7), "Magh ended in it, Bhadra has not"
    assert made_of(weekly.held("A", span("01-01", "02-06"))) == (1, 5)
    assert made_of(roll().held("A", span("01-15", "09-17"))) == (0, 0), "nobody said how often they meet"


def test_in_a_country_without_bikram_sambat_a_month_of_meetings_is_a_gregorian_one() -> None:
    """Uganda: one meeting in each month of 2026 to November, one of them on the 28th, and none in December 2025."""
    days = {date(2026, month, 20 if month == 4 else 28 if month == 11 else 5) for month in range(1, 12)}
    year = twelve_months(date(2026, 12, 2))

    assert made_of(meetings_held(days, "month", year, sambat=False)) == (11, 12)
    assert not Customs.of({"country": "rw"}).sambat
    assert Customs.of({}).sambat


@pytest.mark.parametrize("as_of", [day("12-24"), day("12-25"), day("12-26"), date(2024, 2, 29), date(2024, 3, 25)])
def test_a_year_of_monthly_meetings_is_twelve_of_twelve_on_each_day_of_it(as_of: date) -> None:
    """A meeting on the 25th of every month, for two years: thirteen lie in 366 days."""
    monthly = [met(f"T{nth}", add_months(date(2022, 4, 25), nth).isoformat(), present="W1") for nth in range(24)]
    found = Roll(memberships=MEMBERS, meetings=monthly, as_of=as_of, customs=Customs(meeting_every="month"))
    year = twelve_months(as_of)

    assert len(found.of_members("A", year)) == 12
    assert made_of(found.held("A", year)) == (12, 12)


def test_twelve_months_begin_on_the_day_after_the_same_day_of_last_year() -> None:
    year = twelve_months(day("06-30"))

    assert (year.is_on(date(2022, 6, 30)), year.is_on(date(2022, 7, 1)), year.is_on(day("06-30"))) == (
        False,
        True,
        True,
    )
    assert twelve_months(date(2024, 2, 29)).from_on == day("03-01")


def test_an_office_is_empty_from_the_day_after_its_holder_left_the_group() -> None:
    found = roll(offices=(office("W4", "chair", "02-01"), office("W1", "chair", "10-01", "11-30")))

    assert [*found.vacancies("A", "chair")] == [
        Span(from_on=FIRST, until_on=day("01-31")),
        Span(from_on=day("07-01"), until_on=day("09-30")),
        Span(from_on=day("12-01")),
    ]
    assert [*found.vacancies("A", "treasurer")] == [Span(from_on=FIRST)]
    assert [*found.vacancies("B", "chair")] == []
    assert [each.beneficiary_id for each in found.officers_on("A", day("06-30"))] == ["W4"]
    assert found.officers_on("A", day("07-01")) == []


def test_nobody_kept_the_buck_between_two_keepers_and_after_the_last_unless_he_is_gone() -> None:
    def kept(custody_id: str, since: str, until: str | None, **how: str) -> Custody:
        said = {"custody_id": custody_id, "animal": "B1", "help": "goat", "owner_group_id": "A", "from_on": since}
        return Custody.read({**said, "keeper_group_id": "A", **how}, ended_on=until)

    first = kept("C1", "2023-01-01", "2023-05-31")
    second = kept("C2", "2023-06-10", "2023-12-31", reason="rotation")
    between = Span(from_on=day("06-01"), until_on=day("06-09"))

    assert [*custody_gaps([second, first], day("12-31"))] == [between]
    assert [*custody_gaps([first, second], date(2024, 2, 1))] == [between, Span(from_on=date(2024, 1, 1))]
    died = kept("C2", "2023-06-10", "2023-12-31", reason="died")
    assert [*custody_gaps([first, died], date(2024, 2, 1))] == [between]
    assert [*custody_gaps([], date(2024, 2, 1))] == []


def test_gaps_are_what_no_spell_covers() -> None:
    spans = [Span(from_on=day("02-01"), until_on=day("02-10")), Span(from_on=day("02-05"), until_on=day("02-20"))]

    assert [*gaps(spans, FIRST, day("02-28"))] == [
        Span(from_on=FIRST, until_on=day("01-31")),
        Span(from_on=day("02-21")),
    ]
    assert [*gaps([Span(from_on=FIRST)], FIRST, day("02-28"))] == []


def test_what_is_judged_beside_each_other_stays_in_order_whatever_was_refused_or_taken_back() -> None:
    """M2 is refused as entry 2, which M3 becomes; M2 is recorded as entry 4, M1 taken back and brought back."""
    register = Register("demo", CATALOGUE)

    def take(number: int, sequence: int, *, stands: bool = True) -> list[str]:
        values = {"membership_id": f"M{number}", "group_id": "A", "beneficiary_id": f"W{number}"}
        fact = Fact(kind="membership", id=f"M{number}", values=values, sequence=sequence)
        act = Act(kind="membership", id=fact.id, values=values)
        facts = {fact.act_id: fact if stands else None}
        register.take(Change(act=act, sequence=sequence, facts=facts, placements={}, rules=()))
        return [each.id for each in register.beside("membership", "group:A")]

    assert take(1, 1) == ["M1"]
    assert take(2, 2) == ["M1", "M2"]
    assert take(2, 2, stands=False) == ["M1"]
    assert take(3, 2) == ["M1", "M3"]
    assert take(2, 4) == ["M1", "M3", "M2"]
    assert take(1, 1, stands=False) == ["M3", "M2"]
    assert take(1, 1) == ["M1", "M3", "M2"]
    assert [each.id for each in register.beside("membership", "group:A", "group:B")] == ["M1", "M3", "M2"]
