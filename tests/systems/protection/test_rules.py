"""Protection refuses what would tell of somebody: small places, months twice, overlaps, and anybody near a committee.

D1 ── M1 ── ward 1, M2          D2 ── M3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.domain.bikram_sambat import months_from, share_a_day
from relay.domain.rulebook import WOULD_BREAK
from relay.domain.system import Catalogue
from relay.errors import Refused
from relay.ledger import verify
from relay.systems import SYSTEMS
from relay.systems.groups.rules import UNTIL_BEFORE_FROM
from relay.systems.protection import reading, release_tables
from relay.systems.protection.kinds import KINDS, OF_A_GROUP
from relay.systems.protection.release_tables import Published
from relay.systems.protection.rules import (
    COMMITTEE_COUNTED_ALREADY,
    NO_COMMITTEE_LATER,
    NOT_A_PERIOD,
    NOT_A_WHOLE_COUNT,
    NOT_AS_RELEASED,
    PLACE_TOO_SMALL,
    RELEASED_ALREADY,
    LeadsToACommittee,
)
from tests.scenes import acts as say
from tests.systems.protection.scene import (
    act,
    added,
    committee,
    counted,
    refusal,
    released,
    service,
    wanted,
)

if TYPE_CHECKING:
    from relay.graph import Graph


def test_a_count_is_of_a_municipality_or_larger_whole_and_once_a_month(valley: Graph) -> None:
    assert PLACE_TOO_SMALL.matches(refusal(valley, counted("A1: contacts in 1 in 2023-01", 7)))
    assert NOT_A_WHOLE_COUNT.matches(refusal(valley, counted("A2: contacts in M1 in 2023-01", 7.5)))
    assert COMMITTEE_COUNTED_ALREADY.matches(refusal(valley, counted("A3: people_informed in M1 in 2023-01", 7)))
    overlaps = counted("A4: people_informed in M1 in 2079-10 BS", 7)  # 15 January to 12 February 2023
    assert COMMITTEE_COUNTED_ALREADY.matches(refusal(valley, overlaps))
    assert "but today is" in str(refusal(valley, counted("A5: contacts in M1 in 2024-07", 7)))
    added(valley, counted("A6: contacts in M1 in 2023-01", 0), counted("A7: people_informed in D1 in 2023-01", 9))
    assert NOT_A_WHOLE_COUNT.matches(refusal(valley, say.corrected("committee_count:A6", "C1", count=1.5)))
    added(valley, say.corrected("committee_count:A6", "C2", count=1))
    assert WOULD_BREAK.matches(refusal(valley, say.corrected("place:M1", "C3", kind="ward")))
    closed = service("V3: shelter in D1 on 2024-01-01", closed_on="2023-12-31")
    assert UNTIL_BEFORE_FROM.matches(refusal(valley, closed))
    assert verify.verify(valley, "demo").ok


def test_a_count_knows_a_place_a_month_and_a_measure_and_no_text_and_nobody() -> None:
    _, count, release = KINDS

    assert {column.type for column in count.columns} == {"id", "month", "choice", "count"}
    assert {column.refers_to for column in count.columns if column.refers_to} == {"place"}
    assert not [column for column in release.columns if column.refers_to]
    assert [column.name for column in release.columns if column.type == "text"] == ["table"]


def test_from_a_count_a_service_or_a_site_nothing_leads_to_anybody_but_through_a_place() -> None:
    catalogue = Catalogue(SYSTEMS)
    ends = [{start, end} for start, end in catalogue.edges.values()]
    begin = {"Site", "SiteCount", "Service", "CommitteeCount", "Release"}

    reached, more = begin, True
    while more:
        found = {label for pair in ends if pair & (reached - {"Place"}) for label in pair}
        more, reached = not found <= reached, reached | found

    assert reached == begin | {"Place"}
    assert not any(kind.ended_by for kind in KINDS)


def test_no_kind_of_act_but_a_meeting_without_a_roster_names_a_committee(valley: Graph) -> None:
    catalogue = Catalogue(SYSTEMS)
    naming_groups = {kind for kind in catalogue.kinds for _, named in catalogue.references(kind) if named == "group"}

    assert naming_groups <= {*OF_A_GROUP}, "what names a group is judged beside committees"
    added(valley, committee("C", "1"))
    meeting = {"meeting_id": "T1", "group_id": "C", "kind": "committee", "held_on": "2024-06-01", "women": 6, "men": 5}
    added(valley, act("meeting", meeting))
    assert refusal(valley, act("meeting", {**meeting, "meeting_id": "T2", "present": "W1"}))
    told = {**meeting, "meeting_id": "T3", "note": "She came."}
    assert isinstance(refusal(valley, act("meeting", told)), LeadsToACommittee)
    member = {"membership_id": "M1", "group_id": "C", "beneficiary_id": "W1", "from_on": "2024-01-01"}
    assert isinstance(refusal(valley, act("membership", member)), LeadsToACommittee)
    assert isinstance(refusal(valley, say.woman("W9", group_id="C")), LeadsToACommittee)
    course = {"course_id": "K1", "name": "Rights", "kind": "training", "group_id": "C", "from_on": "2024-01-01"}
    assert isinstance(refusal(valley, act("course", course)), LeadsToACommittee)
    assert isinstance(refusal(valley, say.corrected("beneficiary:W1", "C1", group_id="C")), LeadsToACommittee)
    assert refusal(valley, say.corrected("meeting:T1", "C2", present="W1"))
    added(valley, act("group", {"group_id": "G", "name": "Sisters", "kind": "womens_group"}))
    assert NO_COMMITTEE_LATER.matches(refusal(valley, say.corrected("group:G", "C3", kind="protection_committee")))


def test_months_of_either_calendar_follow_each_other() -> None:
    assert months_from("2023-11", "2024-02") == ("2023-11", "2023-12", "2024-01", "2024-02")
    assert months_from("2024-02", "2024-01") == ()
    assert share_a_day(("2079-10 BS", "2079-10 BS"), ("2023-02", "2023-03"))
    assert not share_a_day(("2079-10 BS", "2079-10 BS"), ("2023-03", "2023-03"))


def test_a_month_is_released_once_and_for_good(valley: Graph) -> None:
    added(valley, *(counted(f"R{n}: referrals_made in M{n} in 2023-02", 20) for n in (1, 2)))
    added(valley, *(counted(f"S{n}: contacts in M{n} in 2023-02", 30) for n in (1, 2)))
    february = wanted("contacts", from_month="2023-02", until_month="2023-02")
    made = released(valley, "Z1", february)
    added(valley, made)

    later = {**made.values, "release_id": "Z2", "from_month": "2023-02"}
    assert RELEASED_ALREADY.matches(refusal(valley, act("release", later)))
    assert RELEASED_ALREADY.matches(refusal(valley, act("release", {**later, "measure": "referrals_made"})))
    sambat = {**later, "from_month": "2079-11 BS", "until_month": "2079-11 BS"}  # 13 February to 14 March
    assert RELEASED_ALREADY.matches(refusal(valley, act("release", sambat)))
    with pytest.raises(Refused, check=RELEASED_ALREADY.matches):
        released(valley, "Z3", wanted("referrals_made"))
    assert "cannot be taken back" in str(refusal(valley, say.taken_back("release:Z1", "C1")))
    assert refusal(valley, say.corrected("release:Z1", "C2", k=4))
    assert verify.verify(valley, "demo").ok


def test_what_is_no_period_or_no_table_of_relay_is_not_released(valley: Graph) -> None:
    made = dict(released(valley, "Z1", wanted()).values)

    for wrong in ({"until_month": "2022-12"}, {"until_month": "2079-12 BS"}, {"span": "year"}):
        assert NOT_A_PERIOD.matches(refusal(valley, act("release", {**made, **wrong}))), wrong
    tables_: tuple[dict[str, str | int], ...] = (
        {"table": "Nobody came."},
        {"table": str(made["table"]).replace("·", "2")},
        {"table": '{"columns":["2023-01"],"places":{"M1":[30]}}'},
        {"k": 3},
    )
    for unlike in tables_:
        assert NOT_AS_RELEASED.matches(refusal(valley, act("release", {**made, **unlike}))), unlike
    added(valley, act("release", made))


def test_a_release_is_of_months_that_are_over_and_of_no_committee_alone(valley: Graph) -> None:
    with pytest.raises(Refused, check=release_tables.MONTH_GOES_ON.matches):
        released(valley, "Z1", wanted(from_month="2024-06", until_month="2024-06"))
    with pytest.raises(Refused, check=release_tables.NOTHING_COUNTED.matches):
        released(valley, "Z1", wanted("contacts"))
    added(valley, committee("C", "1"))
    with pytest.raises(release_tables.OneCommittee):
        reading.table(
            reading.counts(reading.acts_in(valley, "demo", ("groups", "protection")), "people_informed"), wanted()
        )
    assert '"D1":[175]' in str(released(valley, "Z1", wanted(level="district", span="quarter")).values["table"])
    assert released(valley, "Z1", wanted()).values["level"] == "district", "by itself"
    added(valley, committee("E", "M1"))
    added(valley, released(valley, "Z1", wanted()))


def test_a_quarter_is_added_up_before_it_is_rounded_and_a_district_after(valley: Graph) -> None:
    # M1 counted 25 in all, M2 35 and M3 27; as months most of them are small
    numbers = {"M1": (3, 20, 2), "M2": (4, 1, 30), "M3": (2, 25, 0)}
    for place, months_ in numbers.items():
        for month, number in enumerate(months_, 1):
            added(valley, counted(f"B{place}{month}: contacts in {place} in 2023-0{month}", number))

    def table(**how: str) -> object:
        return released(valley, "Z1", wanted("contacts", span="quarter", **how)).values["table"]

    columns = '"columns":["2023-01 to 2023-03"]'
    assert table() == f'{{{columns},"places":{{"M1":[25],"M2":[35],"M3":[25]}},"total":[85]}}'
    assert table(level="district") == f'{{{columns},"places":{{"D1":[60],"D2":[25]}},"total":[85]}}'
    added(valley, released(valley, "Z1", wanted("contacts", span="quarter")))


def test_a_month_nobody_reported_is_told_apart_from_none(valley: Graph) -> None:
    numbers = {"M1": (30, 20), "M2": (14, 31), "M3": (0, 60)}  # M3 counted none in January, nobody anything in March
    for place, months_ in numbers.items():
        for month, number in enumerate(months_, 1):
            added(valley, counted(f"B{place}{month}: contacts in {place} in 2023-0{month}", number))
    added(valley, counted("BM13: contacts in M1 in 2023-03", 9))

    monthly = Published.of(str(released(valley, "Z1", wanted("contacts")).values["table"])).rows()
    quarter = Published.of(str(released(valley, "Z1", wanted("contacts", span="quarter")).values["table"])).rows()

    assert [row.cells for row in monthly] == [
        (30, 20, 5, 55),
        (10, 30, "-", 40),
        ("·", 60, "-", 60),
        (40, 110, 5, 155),
    ]
    assert [(row.cells, row.not_reported) for row in quarter] == [
        ((55,), ()),
        ((45,), ("2023-03",)),
        ((60,), ("2023-03",)),
        ((160,), ()),
    ]
