"""The questions about groups; each share has its numerator and denominator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from relay.domain.model import Quantity, Rate, add_months
from relay.service.question import Says, Source
from relay.service.questions.parameters import Id, OfADay
from relay.systems.groups import reading
from relay.systems.groups.members_and_attendance import LEADING, Custody, Meeting, Roll, twelve_months
from relay.systems.groups.placements import HeldByMembers, held_by, of_due
from relay.text import as_counted

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.systems.groups.reading import GroupsRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group, and how it did in the 12 months up to the day.

    Attributes:
        group_id: Id of the group.
        kind: Kind of group, such as "womens_group"; None if not recorded.
        place_id: Id of its place; None if not recorded.
        members: Number of members on the day.
        joined: Number of these who were not members 12 months before.
        members_kept: Members 12 months before who still are members.
        last_met_on: Day of its last meeting; None if none is recorded.
        attendance: Women who attended its meetings, of all expected.
        without_roster: Number of meetings without a roster, which do not count in `attendance`.
        meetings_held: Planned weeks or months that ended in that time in which it met; 0 of 0 if its interval was not
            given.
        vacant: Leading offices that nobody holds.
    """

    group_id: str
    kind: str | None
    place_id: str | None
    members: int
    joined: int
    members_kept: Rate
    last_met_on: date | None
    attendance: Rate
    without_roster: int
    meetings_held: Rate
    vacant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A member of a group on the day.

    Attributes:
        beneficiary_id: Her main id.
        member_no: Her number in the group's own book; None if not recorded.
        since: First day of her unbroken membership.
        offices: Offices that she holds.
        attendance: Meetings she attended in 12 months, of those at which she was expected.
    """

    beneficiary_id: str
    member_no: str | None
    since: date
    offices: tuple[str, ...]
    attendance: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRow:
    """A term of office.

    Attributes:
        office_id: Id of the act.
        office: The office, such as "chair".
        beneficiary_id: Main id of the woman who holds or held it.
        from_on: First day of the term.
        until_on: Last day; None while she holds the office.
    """

    office_id: str
    office: str
    beneficiary_id: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting.

    Attributes:
        meeting_id: Id of the act.
        held_on: Day of the meeting.
        kind: Kind of meeting, such as "regular".
        attended: Number of members who attended; None without a roster.
        expected: Number of members who were expected.
        late: Number of those who attended that came late.
        excused: Number of members who were excused.
        unnamed: Number of people counted without names.
        has_quorum: Whether enough members attended, as far as is known.
    """

    meeting_id: str
    held_on: date
    kind: str
    attended: int | None
    expected: int
    late: int
    excused: int
    unnamed: Quantity
    has_quorum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRow:
    """A custody: who keeps or kept an animal of a group.

    Attributes:
        custody_id: Id of the act.
        animal: Tag or name of the animal.
        help: Kind of help that the animal is.
        owner_group_id: Id of the group that owns it.
        keeper: The record of the keeper, "kind:id".
        from_on: First day.
        until_on: Last day; None while it continues.
        days: Number of days by the reference day.
        reason: Why it ended; None if not recorded.
    """

    custody_id: str
    animal: str
    help: str
    owner_group_id: str
    keeper: str
    from_on: date
    until_on: date | None
    days: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetail:
    """One group on a day.

    Attributes:
        group: How it did in 12 months.
        members: Sorted by number in the group's book, then by id.
        offices: All terms of office; current ones first, then the latest.
        meetings: Meetings in 12 months, latest first.
        custodies: Custodies of animals that the group owns or keeps.
        placements: Placements of members and of the group itself.
        covered: Pass-ons from these in which the group stood in for the giver, of all pass-ons from these.
    """

    group: GroupRow
    members: tuple[MemberRow, ...]
    offices: tuple[OfficeRow, ...]
    meetings: tuple[MeetingRow, ...]
    custodies: tuple[CustodyRow, ...]
    placements: HeldByMembers
    covered: Rate


def group_row(record: GroupsRecord, group_id: str, as_of: date) -> GroupRow:
    """How a group did in the 12 months up to a day."""
    roll, year = record.roll, twelve_months(as_of)
    stayed = {word: len(women) for word, women in _stayed(roll, group_id, as_of).items()}
    met, of_year = roll.of_members(group_id), roll.of_members(group_id, year)
    offices_held = {each.office for each in roll.officers_on(group_id, as_of)}
    return GroupRow(
        **record.groups[group_id],
        members=stayed["now"],
        joined=stayed["joined"],
        members_kept=Rate.of(stayed["kept"], stayed["then"]),
        last_met_on=met[-1].held_on if met else None,
        attendance=roll.attendance(of_year),
        without_roster=sum(not each.has_roster for each in of_year),
        meetings_held=roll.held(group_id, year),
        vacant=tuple(each for each in LEADING if each not in offices_held),
    )


def _stayed(roll: Roll, group_id: str, as_of: date) -> Mapping[str, frozenset[str]]:
    """The women of a group on a day and 12 months before; see `Roll.stayed`."""
    return roll.stayed(group_id, add_months(as_of, -12), as_of)


def members(roll: Roll, group_id: str, as_of: date) -> tuple[MemberRow, ...]:
    """The members of a group on a day, sorted by number in its book (as numbers), then by id."""
    met = roll.of_members(group_id, twelve_months(as_of))
    officers = roll.officers_on(group_id, as_of)
    rows = [
        MemberRow(
            beneficiary_id=each.beneficiary_id,
            member_no=each.member_no,
            since=roll.member_since(each.beneficiary_id, group_id) or each.from_on,
            offices=tuple(office.office for office in officers if office.beneficiary_id == each.beneficiary_id),
            attendance=roll.attendance(met, each.beneficiary_id),
        )
        for each in roll.memberships
        if each.group_id == group_id and each.is_on(as_of)
    ]
    return tuple(sorted(rows, key=_in_book))


def _in_book(row: MemberRow) -> tuple[object, ...]:
    return row.member_no is None, as_counted(row.member_no or ""), as_counted(row.beneficiary_id)


def offices(roll: Roll, group_id: str) -> Iterator[OfficeRow]:
    """The terms of office of a group: current ones first, then the latest."""
    terms = [each for each in roll.offices if each.group_id == group_id]
    for each in sorted(terms, key=lambda each: (each.until_on or date.max, each.from_on), reverse=True):
        yield OfficeRow(
            office_id=each.office_id,
            office=each.office,
            beneficiary_id=each.beneficiary_id,
            from_on=each.from_on,
            until_on=each.until_on,
        )


def meeting_row(roll: Roll, meeting: Meeting) -> MeetingRow:
    """A meeting of members, with its attendance."""
    return MeetingRow(
        meeting_id=meeting.meeting_id,
        held_on=meeting.held_on,
        kind=meeting.kind,
        attended=len(roll.attended(meeting)) if meeting.has_roster else None,
        expected=len(roll.expected(meeting)),
        late=len(meeting.late),
        excused=len(meeting.excused),
        unnamed=meeting.unnamed,
        has_quorum=roll.has_quorum(meeting),
    )


def custody_rows(custodies: Iterable[Custody], as_of: date) -> Iterator[CustodyRow]:
    """Custodies, each with its length in days by a day."""
    for each in custodies:
        yield CustodyRow(
            custody_id=each.custody_id,
            animal=each.animal,
            help=each.help,
            owner_group_id=each.owner_group_id,
            keeper=each.keeper,
            from_on=each.from_on,
            until_on=each.until_on,
            days=(min(each.until_on or as_of, as_of) - each.from_on).days + 1,
            reason=each.reason if each.until_on else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsQuestion(OfADay[tuple[GroupRow, ...]]):
    """All groups, and how they fared in 12 months."""

    name = "groups"
    action = "groups"
    path = "groups"
    ids_only = True

    place_id: Annotated[str | None, Says(sort="word", text="Only groups at home there.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[GroupRow, ...]:
        """By id."""
        record = reading.read(source.graph, programme_id, self.as_of)
        there = [id_ for id_, group in record.groups.items() if self.place_id in (None, group["place_id"])]
        return tuple(group_row(record, group_id, self.as_of) for group_id in there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(OfADay[GroupDetail]):
    """One group: its members, officers, meetings, animals, and what its members hold."""

    name = "group"
    action = "groups"
    path = "groups/<id>"
    ids_only = True

    id: Id

    def answer(self, source: Source, programme_id: str) -> GroupDetail:
        """On the day."""
        group_id = self.id.rpartition(":")[2]
        record = reading.read(source.graph, programme_id, self.as_of, group_id)
        women = _women(record, group_id)
        covered = reading.stood_in(source.graph, programme_id, women, self.as_of)
        return GroupDetail(
            group=group_row(record, group_id, self.as_of),
            members=members(record.roll, group_id, self.as_of),
            offices=tuple(offices(record.roll, group_id)),
            meetings=tuple(
                meeting_row(record.roll, each)
                for each in reversed(record.roll.of_members(group_id, twelve_months(self.as_of)))
            ),
            custodies=tuple(
                custody_rows(reading.custodies(source.graph, programme_id, self.as_of, group_id), self.as_of)
            ),
            placements=held_by(self.survey(source, programme_id), women),
            covered=Rate.of([*covered.values()].count(group_id), len(covered)),
        )


def counted(source: Source, programme_id: str, survey: Survey, group_id: str) -> Mapping[str, Sequence[str]]:
    """The records that the numbers of a group count: word → records, "kind:id".

    The words are those of `Roll.stayed` for women; "due" and of these "fulfilled" for placements of members; "passed"
    and of these "covered" by the group for pass-ons; and "without_roster" for meetings in 12 months.

    Raises:
        NotFound: There is no such group.
        Unavailable: The database cannot be reached.
    """
    record = reading.read(source.graph, programme_id, survey.as_of, group_id)
    stayed = _stayed(record.roll, group_id, survey.as_of)
    women, year = _women(record, group_id), twelve_months(survey.as_of)
    passed = reading.stood_in(source.graph, programme_id, women, survey.as_of)
    return {
        **{word: [f"beneficiary:{id_}" for id_ in sorted(ids)] for word, ids in stayed.items()},
        **{word: [f"placement:{id_}" for id_ in ids] for word, ids in of_due(survey, women).items()},
        "without_roster": [each.act_id for each in record.roll.of_members(group_id, year) if not each.has_roster],
        "passed": [f"pass:{id_}" for id_ in passed],
        "covered": [f"pass:{id_}" for id_, group in passed.items() if group == group_id],
    }


def _women(record: GroupsRecord, group_id: str) -> frozenset[str]:
    """Ids of the members on the day, and those under which the group itself holds placements."""
    there = record.roll.members_on(group_id, record.roll.as_of)
    hers = (id_ for each in there for id_ in record.women.ids(each))
    return frozenset(hers) | record.holders


@dataclass(frozen=True, slots=True, kw_only=True)
class Custodies(OfADay[tuple[CustodyRow, ...]]):
    """Who keeps the animals of groups, and who kept them."""

    name = "custodies"
    action = "groups"
    path = "custodies"
    ids_only = True

    def answer(self, source: Source, programme_id: str) -> tuple[CustodyRow, ...]:
        """By owner, animal and first day."""
        return tuple(custody_rows(reading.custodies(source.graph, programme_id, self.as_of), self.as_of))


QUESTIONS: Final = (GroupsQuestion, Group, Custodies)
