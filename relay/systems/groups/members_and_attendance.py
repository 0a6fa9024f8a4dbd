"""Who belongs to a group, who holds its offices and who came, worked out from what was recorded, in whatever order.

A woman is a member from her first day to her last, both included. Expected at a meeting is who is a member that day;
who came late came; who was excused is absent, unless the programme's rule leaves her out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Literal, Self, get_args

from relay.domain import bikram_sambat
from relay.domain.acts import OfAct
from relay.domain.model import Quantity, Rate, add_months
from relay.service.json_codec import read_columns

Every = Literal["week", "fortnight", "month"]
EVERY: Final[tuple[str, ...]] = get_args(Every)
DAYS: Final[Mapping[str, int]] = {"week": 7, "fortnight": 14, "month": 32}
"""How long each interval is at the most; a month of Bikram Sambat has up to 32 days."""
NOT_OF_MEMBERS: Final = frozenset({"session", "event"})
"""Meetings at which not the members are expected: who is enrolled, or whoever comes."""
ROSTER: Final = ("present", "late", "excused")
"""The columns of who came, late or not, and who had said that she would not."""
QUORUM: Final = 0.5
LEADING: Final = ("chair", "treasurer")
"""The offices without which a group cannot act."""
GONE: Final = frozenset({"sold", "died"})
"""Why nobody keeps an animal any more."""
_A_DAY: Final = timedelta(days=1)


def ids(said: object) -> frozenset[str]:
    """The ids of a roster; none where it is empty."""
    return frozenset(str(said).split(";")) if said else frozenset()


def roster(values: Mapping[str, Any], kept: Callable[[str], str] = str) -> dict[str, frozenset[str]]:
    """Column of a roster → the ids in it, each as that under which a woman is kept."""
    return {name: frozenset(map(kept, ids(values.get(name)))) for name in ROSTER}


def as_word(said: object) -> str | None:
    """Why something ended, as a word in lower case; None where nobody said."""
    return str(said).strip().casefold() if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time with a first day and, once it is over, a last one.

    Attributes:
        from_on: The first day.
        until_on: The last; None while it goes on.
    """

    from_on: date
    until_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether a day lies within it."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)

    def meets(self, other: Span) -> bool:
        """Whether some day lies within both."""
        return self.from_on <= (other.until_on or date.max) and other.from_on <= (self.until_on or date.max)

    @classmethod
    def read(cls, values: Mapping[str, Any], *, ended_on: object = None, **known: object) -> Self:
        """From the columns of its act and the day on which it was ended: the first of the two is its last.

        Args:
            values: Of the act.
            ended_on: By an end; None for none.
            known: What takes the place of a column, such as the main id of a woman.
        """
        until_on = min((str(day) for day in (values.get("until_on"), ended_on) if day), default=None)
        return read_columns(cls, {**values, **known, "until_on": until_on})


ALWAYS: Final = Span(from_on=date.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(OfAct, Span):
    """A woman belongs to a group.

    Attributes:
        membership_id: Id of the act.
        group_id: Id of the group.
        beneficiary_id: Her main id.
        member_no: Her number in the group's own book; None where nobody said.
    """

    membership_id: str
    group_id: str
    beneficiary_id: str
    member_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(OfAct, Span):
    """A woman holds an office of a group.

    Attributes:
        office_id: Id of the act.
        group_id: Id of the group.
        beneficiary_id: Her main id.
        office: Which, such as "chair".
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
        held_on: The day.
        kind: Such as "regular".
        group_id: Of which group; None for others.
        course_id: Of which course it is a session; None for none.
        present: Who was there from the beginning, by the ids under which they are kept.
        late: Who came later.
        excused: Who had said that she would not come.
        unnamed: How many women, men, girls and boys were counted without names.
        minutes: How long it was; None where nobody said, or nobody asked.
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
        """Who came, late or not; who was excused never did."""
        return (self.present | self.late) - self.excused

    def expected(self, belonging: frozenset[str], *, excused_counts: bool) -> frozenset[str]:
        """Who is expected of those who belonged that day: all, or where the rule says so all who were not excused."""
        return belonging if excused_counts else belonging - self.excused

    @property
    def is_of_members(self) -> bool:
        """Whether the members of its group are expected."""
        return bool(self.group_id) and self.kind not in NOT_OF_MEMBERS and not self.course_id

    @property
    def has_roster(self) -> bool:
        """Whether it was written down who came."""
        return bool(self.attended or self.excused)

    @classmethod
    def of(cls, values: Mapping[str, Any], kept: Callable[[str], str] = str) -> Self:
        """From the columns of its act, and what gives the main id of a woman."""
        unnamed = sum(values.get(name) or 0 for name in ("women", "men", "girls", "boys"))
        return read_columns(cls, {**values, **roster(values, kept), "unnamed": unnamed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody(OfAct, Span):
    """A woman or a group keeps an animal that belongs to a group.

    Attributes:
        custody_id: Id of the act.
        animal: Its tag or name.
        help: What it is.
        owner_group_id: To which group it belongs.
        keeper_beneficiary_id: Who keeps it, where that is a woman.
        keeper_group_id: The same, where that is a group.
        reason: Why it ended, such as "rotation"; None where nobody said.
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
        """The record of who keeps it, "kind:id"."""
        if self.keeper_group_id:
            return f"group:{self.keeper_group_id}"
        return f"beneficiary:{self.keeper_beneficiary_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """How the groups of a programme meet, as rules.toml says it.

    Attributes:
        meeting_every: How often; None where nobody said, so that nothing is planned.
        quorum_share: Of the members so many have to come.
        excused_counts: Whether who was excused counts as absent; else she is left out.
    """

    meeting_every: str | None = None
    quorum_share: float = QUORUM
    excused_counts: bool = True

    @classmethod
    def of(cls, programme: Mapping[str, Any]) -> Self:
        """From the columns of the programme."""
        excused = programme.get("excused_counts", "yes") == "yes"
        return read_columns(cls, {**programme, "excused_counts": excused})


def twelve_months(as_of: date) -> Span:
    """The days after the same day of last year, up to a day.

    >>> twelve_months(date(2024, 6, 30)).from_on.isoformat()
    '2023-07-01'
    """
    return Span(from_on=add_months(as_of, -12) + _A_DAY, until_on=as_of)


def meetings_held(days: Collection[date], every: str | None, span: Span) -> Rate:
    """Of the planned intervals that ended within some days, those in which a group met.

    Args:
        days: On which it met, before that too.
        every: How often it meets, one of `EVERY`; None where nobody said, and then nothing is planned.
        span: Some days, with a last one.
    """
    planned = [*_intervals(every, span)]
    return Rate.of(sum(any(each.is_on(day) for day in days) for each in planned), len(planned))


def _intervals(every: str | None, span: Span) -> Iterator[Span]:
    """The months of Bikram Sambat that end within some days; or their weeks or fortnights, from the first day on."""
    begins, last = span.from_on, span.until_on or date.max
    if every == "month" and (known := bikram_sambat.year_month_day(begins)):
        begins -= timedelta(days=known[2] - 1)
    while every and (ends := _last_of(every, begins)) and ends <= last:
        yield Span(from_on=begins, until_on=ends)
        begins = ends + _A_DAY


def _last_of(every: str, begins: date) -> date | None:
    if every != "month":
        return begins + timedelta(days=DAYS[every] - 1)
    known = bikram_sambat.year_month_day(begins)
    return bikram_sambat.last_of_month(known[0], known[1]) if known else None


class Roll:
    """The members, officers and meetings of groups by a day.

    Attributes:
        as_of: Reference day; what happens later does not count.
        customs: How the groups meet.
        memberships: That had begun by the day, by first day and id.
        offices: The same.
        meetings: Held by the day, by day and id.
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
        """Leave out what had not happened by the day."""
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
        """Who was a member of a group on a day."""
        return frozenset(each.beneficiary_id for each in self._of_group(group_id) if each.is_on(day))

    def is_member(self, beneficiary_id: str, group_id: str, day: date) -> bool:
        """Whether a woman was a member of a group on a day."""
        return any(each.is_on(day) for each in self._hers.get((beneficiary_id, group_id), ()))

    def member_since(self, beneficiary_id: str, group_id: str) -> date | None:
        """Since when a woman who is a member on the day has been so without a day between; None if she is not."""
        since, looked_at = None, self.as_of
        for each in reversed(self._hers.get((beneficiary_id, group_id), ())):
            if each.is_on(looked_at):
                since, looked_at = each.from_on, each.from_on - _A_DAY
        return since

    def stayed(self, group_id: str, first: date, last: date) -> Mapping[str, frozenset[str]]:
        """The women of a group on two days: "then", "now", "kept" on both, "joined" between; who came back stayed."""
        then, now = self.members_on(group_id, first), self.members_on(group_id, last)
        return {"then": then, "now": now, "kept": then & now, "joined": now - then}

    def _of_group(self, group_id: str) -> list[Membership]:
        return self._members.get(group_id, [])

    @cached_property
    def _members(self) -> Mapping[str, list[Membership]]:
        found = defaultdict[str, list[Membership]](list)
        for each in self.memberships:
            found[each.group_id].append(each)
        return found

    @cached_property
    def _hers(self) -> Mapping[tuple[str, str], list[Membership]]:
        """Woman and group → her memberships in it, in order."""
        found = defaultdict[tuple[str, str], list[Membership]](list)
        for each in self.memberships:
            found[each.beneficiary_id, each.group_id].append(each)
        return found

    # -- meetings ----------------------------------------------------------------------------------------------------

    def of_members(self, group_id: str, span: Span = ALWAYS) -> list[Meeting]:
        """The meetings of a group's members within some days, in order."""
        return [each for each in self._met.get(group_id, ()) if span.is_on(each.held_on)]

    @cached_property
    def _met(self) -> Mapping[str, list[Meeting]]:
        found = defaultdict[str, list[Meeting]](list)
        for each in self.meetings:
            if each.group_id and each.is_of_members:
                found[each.group_id].append(each)
        return found

    def expected(self, meeting: Meeting) -> frozenset[str]:
        """Who is expected at a meeting of members: its group's, as of that day; the excused where they count."""
        found = self._expected.get(meeting.meeting_id)
        if found is None:
            members = self.members_on(meeting.group_id or "", meeting.held_on)
            found = meeting.expected(members, excused_counts=self.customs.excused_counts)
            self._expected[meeting.meeting_id] = found
        return found

    def attended(self, meeting: Meeting) -> frozenset[str]:
        """Who of them came."""
        return meeting.attended & self.expected(meeting)

    def attendance(self, meetings: Iterable[Meeting], beneficiary_id: str | None = None) -> Rate:
        """Who came of all who were expected, over some meetings of which a roster is known; or of one woman alone.

        It is the sum over the sum, not the mean of percentages.
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
        """Who came of all members of that day, excused or not."""
        members = self.members_on(meeting.group_id or "", meeting.held_on)
        return Rate.of(len(meeting.attended & members), len(members))

    def has_quorum(self, meeting: Meeting) -> bool:
        """Whether enough came; nobody knows otherwise where there is no roster, or no member is recorded."""
        found = self.quorum(meeting).share
        return not meeting.has_roster or found is None or found >= self.customs.quorum_share

    def held(self, group_id: str, span: Span) -> Rate:
        """Of the planned intervals that ended within some days, those in which a group met."""
        return meetings_held({each.held_on for each in self.of_members(group_id)}, self.customs.meeting_every, span)

    # -- offices -----------------------------------------------------------------------------------------------------

    def officers_on(self, group_id: str, day: date) -> list[Office]:
        """The offices of a group that are held on a day; who has left the group holds none."""
        members = self.members_on(group_id, day)
        return [each for each in self._offices_of(group_id) if each.is_on(day) and each.beneficiary_id in members]

    def _offices_of(self, group_id: str) -> list[Office]:
        return [each for each in self.offices if each.group_id == group_id]

    def vacancies(self, group_id: str, office: str) -> Iterator[Span]:
        """The times in which nobody held an office of a group, since it had its first member; the last may go on."""
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
    """The times between two days that lie in none of some spans; one that goes on on the last day has no end.

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
    """The times in which nobody kept an animal, from its first keeper to the day, or until it was sold or died."""
    known = sorted(
        (each for each in custodies if each.from_on <= as_of), key=lambda each: (each.from_on, each.custody_id)
    )
    if not known:
        return
    last = known[-1]
    gone = last.until_on if last.reason in GONE else None
    yield from gaps(known, known[0].from_on, min(filter(None, (gone, as_of))))
