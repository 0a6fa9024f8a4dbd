"""Members, officers and attendance of groups, worked out from acts recorded in any order.

A woman is a member from her first day to her last, both included. At a meeting, those who are members on that day are
expected. Late arrivals count as having attended; those excused count as absent, unless the programme's rule leaves them
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Literal, Self, get_args

from relay.countries.country import country_of
from relay.domain.acts import OfAct
from relay.domain.bikram_sambat import month_days, month_of
from relay.domain.model import Quantity, Rate, add_months
from relay.service.json_codec import read_columns

Every = Literal["week", "fortnight", "month"]
EVERY: Final[tuple[str, ...]] = get_args(Every)
DAYS: Final[Mapping[str, int]] = {"week": 7, "fortnight": 14, "month": 32}
"""Greatest number of days of each interval; a month of Bikram Sambat has up to 32 days."""
NOT_OF_MEMBERS: Final = frozenset({"session", "event"})
"""Kinds of meetings at which the members are not those expected: enrolled women are, or anybody."""
ROSTER: Final = ("present", "late", "excused")
"""Columns of a roster: women who attended in time, came late, or were excused."""
QUORUM: Final = 0.5
LEADING: Final = ("chair", "treasurer")
"""Offices without which a group cannot act."""
GONE: Final = frozenset({"sold", "died"})
"""Reasons for the end of a custody after which nobody keeps the animal."""
_A_DAY: Final = timedelta(days=1)


def ids(cell: object) -> frozenset[str]:
    """The ids in a column of a roster; empty if the column is."""
    return frozenset(str(cell).split(";")) if cell else frozenset()


def roster(values: Mapping[str, Any], main_id: Callable[[str], str] = str) -> dict[str, frozenset[str]]:
    """Column of a roster → the ids in it.

    Args:
        values: Columns of a meeting.
        main_id: Gives a woman's main id.
    """
    return {name: frozenset(map(main_id, ids(values.get(name)))) for name in ROSTER}


def as_word(reason: object) -> str | None:
    """The reason for an end as a word in lower case; None if none was given."""
    return str(reason).strip().casefold() if reason else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period with a first day and, once it is over, a last day.

    Attributes:
        from_on: First day.
        until_on: Last day; None while it continues.
    """

    from_on: date
    until_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether a day lies within the period."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)

    def meets(self, other: Span) -> bool:
        """Whether any day lies within both periods."""
        return self.from_on <= (other.until_on or date.max) and other.from_on <= (self.until_on or date.max)

    @classmethod
    def read(cls, values: Mapping[str, Any], *, ended_on: object = None, **known: object) -> Self:
        """Make a period from the columns of its act; its last day is its own or that of an end, whichever is earlier.

        Args:
            values: Columns of the act.
            ended_on: Day of a separate act that ended it; None for none.
            known: Attributes whose value is not that of the column, such as the main id of a woman.
        """
        until_on = min((str(day) for day in (values.get("until_on"), ended_on) if day), default=None)
        return read_columns(cls, {**values, **known, "until_on": until_on})


ALWAYS: Final = Span(from_on=date.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(OfAct, Span):
    """A woman's membership in a group.

    Attributes:
        membership_id: Id of the act.
        group_id: Id of the group.
        beneficiary_id: Her main id.
        member_no: Her number in the group's own book; None if not recorded.
    """

    membership_id: str
    group_id: str
    beneficiary_id: str
    member_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(OfAct, Span):
    """A woman's term in an office of a group.

    Attributes:
        office_id: Id of the act.
        group_id: Id of the group.
        beneficiary_id: Her main id.
        office: The office, such as "chair".
    """

    office_id: str
    group_id: str
    beneficiary_id: str
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting(OfAct):
    """A meeting that was held.

    Attributes:
        meeting_id: Id of the act.
        held_on: Day of the meeting.
        kind: Kind of meeting, such as "regular".
        group_id: Id of the group; None for meetings that are not a group's.
        course_id: Id of the course that it is a session of; None for others.
        present: Main ids of the women who attended in time.
        late: Main ids of those who came later.
        excused: Main ids of those who were excused.
        unnamed: Number of women, men, girls and boys counted without names.
        minutes: Length in minutes; None if not recorded.
    """

    meeting_id: str
    held_on: date
    kind: str
    group_id: str | None = None
    course_id: str | None = None
    present: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    unnamed: Quantity = 0
    minutes: Quantity | None = None

    @property
    def attended(self) -> frozenset[str]:
        """Women who attended, late or not, without those excused."""
        return (self.present | self.late) - self.excused

    def expected(self, belonging: frozenset[str], *, excused_counts: bool) -> frozenset[str]:
        """Those of the women who belong that day who are expected: all, or those not excused if the rule says so."""
        return belonging if excused_counts else belonging - self.excused

    @property
    def is_of_members(self) -> bool:
        """Whether the members of its group are expected."""
        return bool(self.group_id) and self.kind not in NOT_OF_MEMBERS and not self.course_id

    @property
    def has_roster(self) -> bool:
        """Whether attendance was written down."""
        return bool(self.attended or self.excused)

    @classmethod
    def of(cls, values: Mapping[str, Any], main_id: Callable[[str], str] = str) -> Self:
        """Make a meeting from the columns of its act.

        Args:
            values: Columns of the act.
            main_id: Gives a woman's main id.
        """
        unnamed = sum(values.get(name) or 0 for name in ("women", "men", "girls", "boys"))
        return read_columns(cls, {**values, **roster(values, main_id), "unnamed": unnamed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody(OfAct, Span):
    """The period in which a woman or a group keeps an animal that belongs to a group.

    Attributes:
        custody_id: Id of the act.
        animal: Tag or name of the animal.
        help: Kind of help that the animal is.
        owner_group_id: Id of the group that owns it.
        keeper_beneficiary_id: Main id of the woman who keeps it, or None.
        keeper_group_id: Id of the group that keeps it, or None.
        reason: Why it ended, such as "rotation"; None if not recorded.
    """

    custody_id: str
    animal: str
    help: str
    owner_group_id: str
    keeper_beneficiary_id: str | None = None
    keeper_group_id: str | None = None
    reason: str | None = None

    @property
    def keeper(self) -> str:
        """The record of the keeper, "kind:id"."""
        if self.keeper_group_id:
            return f"group:{self.keeper_group_id}"
        return f"beneficiary:{self.keeper_beneficiary_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """How the groups of a programme meet, by its rules.toml.

    Attributes:
        meeting_every: How often they meet; None if not given, so that no meetings are planned.
        quorum_share: Share of the members who have to attend.
        excused_counts: Whether those excused count as absent; if not, they are left out.
        sambat: Whether a month is one of Bikram Sambat, as the country has it; else it is Gregorian.
    """

    meeting_every: str | None = None
    quorum_share: float = QUORUM
    excused_counts: bool = True
    sambat: bool = True

    @classmethod
    def of(cls, programme: Mapping[str, Any]) -> Self:
        """Make customs from the columns of the programme."""
        excused = programme.get("excused_counts", "yes") == "yes"
        sambat = country_of(programme.get("country")).has_bikram_sambat
        return read_columns(cls, {**programme, "excused_counts": excused, "sambat": sambat})


def twelve_months(as_of: date) -> Span:
    """The twelve months that end with a day.

    >>> twelve_months(date(2024, 6, 30)).from_on.isoformat()
    '2023-07-01'
    """
    return Span(from_on=add_months(as_of, -12) + _A_DAY, until_on=as_of)


def meetings_held(days: Collection[date], every: str | None, span: Span, *, sambat: bool) -> Rate:
    """Share of planned intervals that ended within a period in which a group met.

    Args:
        days: Days on which it met, earlier ones included.
        every: How often it should meet, one of `EVERY`; None if not given, and then nothing is planned.
        span: A period with a last day.
        sambat: Whether a month is one of Bikram Sambat; else it is Gregorian.
    """
    planned = [*_intervals(every, span, sambat=sambat)]
    return Rate.of(sum(any(each.is_on(day) for day in days) for each in planned), len(planned))


def _intervals(every: str | None, span: Span, *, sambat: bool) -> Iterator[Span]:
    """Months that end within a period; or weeks or fortnights, counted from its first day."""
    begins, last = span.from_on, span.until_on or date.max
    while every and (interval := _interval(every, begins, sambat=sambat)) and interval[1] <= last:
        yield Span(from_on=interval[0], until_on=interval[1])
        begins = interval[1] + _A_DAY


def _interval(every: str, day: date, *, sambat: bool) -> tuple[date, date] | None:
    """The month in which a day lies, or what begins with it; None outside of the table of months."""
    if every != "month":
        return day, day + timedelta(days=DAYS[every] - 1)
    month = month_of(day, sambat=sambat)
    return month_days(month) if month else None


class Roll:
    """The members, officers and meetings of groups by a day.

    Attributes:
        as_of: Reference day; what happens later does not count.
        customs: How the groups meet.
        memberships: Memberships that had begun by the day, by first day and id.
        offices: Terms of office that had begun by the day, by first day and id.
        meetings: Meetings held by the day, by day and id.
    """

    def __init__(
        self,
        *,
        memberships: Iterable[Membership] = (),
        offices: Iterable[Office] = (),
        meetings: Iterable[Meeting] = (),
        as_of: date = date.max,
        customs: Customs | None = None,
    ) -> None:
        """Take memberships, terms and meetings, and leave out what had not happened by the day."""
        self.as_of = as_of
        self.customs = customs or Customs()
        self.memberships = sorted(
            (each for each in memberships if each.from_on <= as_of), key=lambda each: (each.from_on, each.membership_id)
        )
        self.offices = sorted(
            (each for each in offices if each.from_on <= as_of), key=lambda each: (each.from_on, each.office_id)
        )
        self.meetings = sorted(
            (each for each in meetings if each.held_on <= as_of), key=lambda each: (each.held_on, each.meeting_id)
        )
        self._expected = dict[str, frozenset[str]]()

    # -- members -----------------------------------------------------------------------------------------------------

    def members_on(self, group_id: str, day: date) -> frozenset[str]:
        """Main ids of the members of a group on a day."""
        return frozenset(each.beneficiary_id for each in self._of_group(group_id) if each.is_on(day))

    def is_member(self, beneficiary_id: str, group_id: str, day: date) -> bool:
        """Whether a woman was a member of a group on a day."""
        return any(each.is_on(day) for each in self._hers.get((beneficiary_id, group_id), ()))

    def member_since(self, beneficiary_id: str, group_id: str) -> date | None:
        """First day of a woman's unbroken membership in a group up to the day; None if she is not a member."""
        since, looked_at = None, self.as_of
        for each in reversed(self._hers.get((beneficiary_id, group_id), ())):
            if each.is_on(looked_at):
                since, looked_at = each.from_on, each.from_on - _A_DAY
        return since

    def stayed(self, group_id: str, first: date, last: date) -> Mapping[str, frozenset[str]]:
        """The women of a group on two days.

        Returns:
            "then": members on the first day; "now": on the last day; "kept": on both, even if they left in between;
            "joined": on the last day only.
        """
        then, now = self.members_on(group_id, first), self.members_on(group_id, last)
        return {"then": then, "now": now, "kept": then & now, "joined": now - then}

    def _of_group(self, group_id: str) -> list[Membership]:
        return self._members.get(group_id, [])

    @cached_property
    def _members(self) -> Mapping[str, list[Membership]]:
        members = defaultdict[str, list[Membership]](list)
        for each in self.memberships:
            members[each.group_id].append(each)
        return members

    @cached_property
    def _hers(self) -> Mapping[tuple[str, str], list[Membership]]:
        """Woman and group → her memberships in it, in order."""
        memberships = defaultdict[tuple[str, str], list[Membership]](list)
        for each in self.memberships:
            memberships[each.beneficiary_id, each.group_id].append(each)
        return memberships

    # -- meetings ----------------------------------------------------------------------------------------------------

    def of_members(self, group_id: str, span: Span = ALWAYS) -> list[Meeting]:
        """The meetings of a group's members within a period, in order."""
        return [each for each in self._met.get(group_id, ()) if span.is_on(each.held_on)]

    @cached_property
    def _met(self) -> Mapping[str, list[Meeting]]:
        meetings = defaultdict[str, list[Meeting]](list)
        for each in self.meetings:
            if each.group_id and each.is_of_members:
                meetings[each.group_id].append(each)
        return meetings

    def expected(self, meeting: Meeting) -> frozenset[str]:
        """Women who are expected at a meeting of members: members of its group that day; the excused if they count."""
        women = self._expected.get(meeting.meeting_id)
        if women is None:
            members = self.members_on(meeting.group_id or "", meeting.held_on)
            women = meeting.expected(members, excused_counts=self.customs.excused_counts)
            self._expected[meeting.meeting_id] = women
        return women

    def attended(self, meeting: Meeting) -> frozenset[str]:
        """Those of the expected women who attended."""
        return meeting.attended & self.expected(meeting)

    def attendance(self, meetings: Iterable[Meeting], beneficiary_id: str | None = None) -> Rate:
        """Women who attended, of those expected, over all meetings with a roster; for one woman if an id is given.

        It is the sum of both over all meetings, not a mean of percentages.
        """
        came = due = 0
        for each in meetings:
            if each.is_of_members and each.has_roster:
                expected = self.expected(each)
                if beneficiary_id is not None:
                    expected &= {beneficiary_id}
                came += len(each.attended & expected)
                due += len(expected)
        return Rate.of(came, due)

    def quorum(self, meeting: Meeting) -> Rate:
        """Members who attended, of all members that day, excused or not."""
        members = self.members_on(meeting.group_id or "", meeting.held_on)
        return Rate.of(len(meeting.attended & members), len(members))

    def has_quorum(self, meeting: Meeting) -> bool:
        """Whether enough members attended; true if there is no roster, or if no member is recorded."""
        share = self.quorum(meeting).share
        return not meeting.has_roster or share is None or share >= self.customs.quorum_share

    def held(self, group_id: str, span: Span) -> Rate:
        """Share of planned intervals that ended within a period in which a group met."""
        days = {each.held_on for each in self.of_members(group_id)}
        return meetings_held(days, self.customs.meeting_every, span, sambat=self.customs.sambat)

    # -- offices -----------------------------------------------------------------------------------------------------

    def officers_on(self, group_id: str, day: date) -> list[Office]:
        """The terms of office of a group on a day; women who have left the group hold none."""
        members = self.members_on(group_id, day)
        return [each for each in self._offices_of(group_id) if each.is_on(day) and each.beneficiary_id in members]

    def _offices_of(self, group_id: str) -> list[Office]:
        return [each for each in self.offices if each.group_id == group_id]

    def vacancies(self, group_id: str, office: str) -> Iterator[Span]:
        """The periods in which an office of a group was vacant, since its first member; the last may continue."""
        if not (members := self._of_group(group_id)):
            return
        terms: list[Span] = []
        for each in self._offices_of(group_id):
            if each.office == office:
                terms += self._while_member(each)
        yield from gaps(terms, members[0].from_on, self.as_of)

    def _while_member(self, office: Office) -> Iterator[Span]:
        for each in self._of_group(office.group_id):
            if each.beneficiary_id == office.beneficiary_id and each.meets(office):
                until = min(filter(None, (each.until_on, office.until_on)), default=None)
                yield Span(from_on=max(each.from_on, office.from_on), until_on=until)


def gaps(spans: Iterable[Span], first: date, last: date) -> Iterator[Span]:
    """The periods between two days that are in none of some periods; one that includes the last day has no end.

    >>> [gap] = gaps([Span(from_on=date(2024, 1, 1), until_on=date(2024, 1, 9))], date(2024, 1, 1), date(2024, 2, 1))
    >>> gap.from_on.isoformat(), gap.until_on
    ('2024-01-10', None)
    """
    free: date | None = first
    for each in sorted(spans, key=lambda each: each.from_on):
        if free is None or free > last:
            return
        if each.from_on > free:
            yield Span(from_on=free, until_on=min(each.from_on - _A_DAY, last))
        free = max(free, each.until_on + _A_DAY) if each.until_on else None
    if free is not None and free <= last:
        yield Span(from_on=free)


def custody_gaps(custodies: Iterable[Custody], as_of: date) -> Iterator[Span]:
    """The periods in which nobody kept an animal, from its first keeper to the day, or until it was sold or died."""
    spans = sorted(
        (each for each in custodies if each.from_on <= as_of), key=lambda each: (each.from_on, each.custody_id)
    )
    if not spans:
        return
    last = spans[-1]
    gone = last.until_on if last.reason in GONE else None
    yield from gaps(spans, spans[0].from_on, min(filter(None, (gone, as_of))))
