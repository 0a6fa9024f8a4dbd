"""Compares savings with the relay: do animals stay after a loan at the right moment, and who passes on in time?

Both are associations, not causes: women who save, or who were given a loan, may differ in many other ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import NO_DAY, day_number
from relay.arrays.same_woman import women_of
from relay.domain.model import Rate
from relay.domain.vocabulary import EVENT_KINDS
from relay.systems.savings.journal.loans import Loan
from relay.systems.savings.journal.records import GroupRecord

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey

KEEPS_DAYS: Final = 180
"""Days after a loan at which the animals are checked."""
BEFORE_DUE: Final = timedelta(days=365)
"""Time before her due day at which a woman must be in a group that saves."""
_GIVEN_UP: Final = frozenset({EVENT_KINDS.index("sale"), EVENT_KINDS.index("slaughter")})
KEEP_ANIMAL: Final = "keep_animal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedShare:
    """A share among some women or placements, compared with the share among all others.

    Attributes:
        of_them: The share, with numerator and denominator.
        interval: Its 95 % confidence interval; None if the denominator is 0.
        of_others: The share among the others.
        interval_of_others: Its 95 % confidence interval; None if the denominator is 0.
    """

    of_them: Rate
    interval: tuple[float, float] | None
    of_others: Rate
    interval_of_others: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsAndRelay:
    """Savings compared with the relay: associations, not causes.

    Attributes:
        kept_after_loan: Placements from which nothing was sold or slaughtered within 180 days of a loan to keep the
            animal, of those with such a loan at least that old. The others are placements without one, checked for as
            long, starting as many days after receipt as the median loan.
        on_time: Placements past their due day that had passed on all by then, of women who 12 months before it were
            members of a group with a savings cycle. The others are those of all other women.
    """

    kept_after_loan: ComparedShare
    on_time: ComparedShare


def compare_with_relay(groups: Mapping[str, GroupRecord], survey: Survey) -> SavingsAndRelay:
    """Compare placements with and without savings on the day of a survey."""
    main_id = _women(survey)
    loans = [loan for each in groups.values() for loan in each.loans]
    after_loan, without = _kept_animals(survey, loans)
    saving, others = _on_time(survey, groups, main_id)
    return SavingsAndRelay(
        kept_after_loan=_compared(after_loan, without),
        on_time=_compared(saving, others),
    )


def _women(survey: Survey) -> Callable[[int], str]:
    """A function from the row of a placement to the main id of its holder."""
    snapshot = survey.snapshot
    women, people = women_of(snapshot), snapshot.beneficiaries.ids
    return lambda row: people[int(women[snapshot.placements.beneficiary[row]])]


def _kept_animals(survey: Survey, loans: Iterable[Loan]) -> tuple[list[bool], list[bool]]:
    """Whether nothing was sold or slaughtered, for each placement after its first such loan, and for each other."""
    today, standings = day_number(survey.as_of), survey.standings
    rows = survey.snapshot.placements.ids
    taken: dict[int, int] = {}
    for loan in sorted(loans, key=lambda each: (each.taken_on, each.loan_id)):
        row = rows.row(loan.placement_id) if loan.purpose == KEEP_ANIMAL and loan.placement_id else None
        if row is not None and standings.there[row]:
            taken.setdefault(row, day_number(loan.taken_on))
    gone = _days_of_sales(survey)
    after_loan = [
        not any(day <= each <= day + KEEPS_DAYS for each in gone[row])
        for row, day in taken.items()
        if day + KEEPS_DAYS < today
    ]
    lags = [day - int(standings.received_day[row]) for row, day in taken.items()]
    lag = round(median(lags)) if lags else 0
    others = (
        (row, int(received) + lag)
        for row, received in enumerate(standings.received_day.tolist())
        if standings.there[row] and row not in taken
    )
    without = [
        not any(each <= day + KEEPS_DAYS for each in gone[row])
        for row, day in others
        if day + KEEPS_DAYS < today and not any(each < day for each in gone[row])
    ]
    return after_loan, without


def _days_of_sales(survey: Survey) -> Mapping[int, list[int]]:
    """Row of a placement → days on which an animal of it was sold or slaughtered."""
    events, today = survey.snapshot.events, day_number(survey.as_of)
    gone: dict[int, list[int]] = defaultdict(list)
    for row, kind, day in zip(events.placement.tolist(), events.kind.tolist(), events.day.tolist(), strict=True):
        if kind in _GIVEN_UP and day <= today:
            gone[row].append(day)
    return gone


def _on_time(
    survey: Survey, groups: Mapping[str, GroupRecord], main_id: Callable[[int], str]
) -> tuple[list[bool], list[bool]]:
    """Whether placements past their due day passed on in time: of women who saved a year before, and of the others."""
    standings, today = survey.standings, day_number(survey.as_of)
    spans = _saving_periods(groups)
    saving, others = list[bool](), list[bool]()
    columns = (standings.there.tolist(), standings.due_day.tolist(), standings.fulfilled_day.tolist())
    for row, (there, due, fulfilled) in enumerate(zip(*columns, strict=True)):
        if there and due < today:
            before = due - BEFORE_DUE.days
            saved = any(since <= before <= until for since, until in spans[main_id(row)])
            (saving if saved else others).append(fulfilled != NO_DAY and fulfilled <= due)
    return saving, others


def _saving_periods(groups: Mapping[str, GroupRecord]) -> Mapping[str, list[tuple[int, int]]]:
    """For each woman, the periods in which she was in a group that had begun to save."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for group in groups.values():
        begun = min((each.from_on for each in group.cycles), default=date.max)
        for member in group.members:
            since, until = max(member.from_on, begun), member.until_on or date.max
            spans[member.beneficiary_id].append((day_number(since), day_number(until)))
    return spans


def _compared(these: Iterable[bool], others: Iterable[bool]) -> ComparedShare:
    (rate, between), (rate_of_others, between_others) = _share_of(these), _share_of(others)
    return ComparedShare(of_them=rate, interval=between, of_others=rate_of_others, interval_of_others=between_others)


def _share_of(flags: Iterable[bool]) -> tuple[Rate, tuple[float, float] | None]:
    from relay.audit.error_rate import interval

    all_ = [*flags]
    if not all_:
        return Rate(numerator=0, denominator=0, share=None), None
    share = sum(all_) / len(all_)
    return Rate(numerator=sum(all_), denominator=len(all_), share=share), interval(share, len(all_))
