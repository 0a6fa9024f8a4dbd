"""The rule by which a group saves and lends, and its way of counting months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, Self

from relay.countries import month_table
from relay.countries.month_table import MonthTable
from relay.domain import bikram_sambat
from relay.domain.model import add_months, thousandths
from relay.systems.savings.journal.money import PAISA, in_paisa, paisa
from relay.systems.savings.kinds import ChargeMethod, Instalments, Rhythm, ShareOut

_FOUR_WEEKS: Final = 28
_MONTHS: Final = 12
WORKED_OUT: Final = ("absent", "late", "unsaved")
"""Fines that Relay works out from the records of a meeting."""
_AHEAD: Final = 56 * _MONTHS + 8  # Bikram Sambat is ahead by 56 years and 8 months and a half


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsRule:
    """The agreed rule of a group; without one, nothing is charged, and savings are paid back with the profit.

    Attributes:
        kind: Kind of groups that it is for; None if it is for one group.
        group_id: Group that it is for, which goes before any rule for its kind; None if it is for all of the kind.
        from_on: First day; None if no rule was recorded.
        meeting_every: How often the group meets, and in what units it counts months.
        share_value: Price of a share in paisa; None if free amounts are saved.
        saving: Amount that each saves at a meeting, in paisa; None if that is free or in shares.
        shares_max: Greatest number of shares bought at a meeting; None for no limit.
        charge_percent: Monthly charge in thousandths of a percent.
        charge_method: Basis of the charge: the balance, the principal for all months, the principal once, or none.
        instalments: Whether monthly repayments are equal with their charge, or without.
        loan_times_savings: Largest loan as a multiple of her savings, in thousandths; None for no limit.
        loan_months: Longest term in months; None for no limit.
        loans_at_once: Most loans at the same time; None for no limit.
        fines: "absent", "late" or "unsaved" → fine in paisa.
        other_fines: Words of other fines, which Relay does not work out; the group reads them from its rule.
        share_out: How the fund is shared at the end of a cycle.
        round_to: Payouts are rounded down to a multiple of this, in paisa.
        excused_counts: Whether an excused member counts as expected.
        grace_days: Days after the due day before a loan is late.
        sambat: Whether a month is one of Bikram Sambat, as the country has it; else it is Gregorian.
    """

    kind: str | None = None
    group_id: str | None = None
    from_on: date | None = None
    meeting_every: Rhythm = "month"
    share_value: int | None = None
    saving: int | None = None
    shares_max: int | None = None
    charge_percent: int = 0
    charge_method: ChargeMethod = "none"
    instalments: Instalments = "equal_principal"
    loan_times_savings: int | None = None
    loan_months: int | None = None
    loans_at_once: int | None = None
    fines: Mapping[str, int] = field(default_factory=dict[str, int])
    other_fines: tuple[str, ...] = ()
    share_out: ShareOut = "by_savings"
    round_to: int = PAISA
    excused_counts: bool = True
    grace_days: int = 0
    sambat: bool = True

    @classmethod
    def of(cls, values: Mapping[str, Any], *, sambat: bool = True) -> Self:
        """Make a rule from the columns of its act, for a country with Bikram Sambat or without."""
        percent = thousandths(values.get("charge_percent", 0))
        times = values.get("loan_times_savings")
        fines = dict(pair.split("=", 1) for pair in str(values.get("fines") or "").split(";") if "=" in pair)
        usual = {
            "charge_method": "declining" if percent else "none",
            "share_out": "by_shares" if values.get("share_value") else "by_savings",
        }
        return in_paisa(
            cls,
            {**usual, **values},
            group_id=values.get("group"),
            from_on=values["from"],
            charge_percent=percent,
            loan_times_savings=None if times is None else thousandths(times),
            fines={word: paisa(float(amount)) for word, amount in fines.items() if _is_worked_out(word, amount)},
            other_fines=tuple(word for word, amount in fines.items() if not _is_worked_out(word, amount)),
            round_to=paisa(values.get("round_to", 1)),
            excused_counts=values.get("excused_counts", "yes") == "yes",
            sambat=sambat,
        )

    # -- months --------------------------------------------------------------------------------------------------------

    def months(self, since: date, day: date) -> int:
        """The number of months that began after a day, up to another: of the calendar, or of four weeks each.

        >>> SavingsRule().months(date(2026, 11, 16), date(2026, 11, 17))  # the last of Kartik, the first of Mangsir
        1
        """
        if self.meeting_every == "month":
            return _month(day, sambat=self.sambat) - _month(since, sambat=self.sambat)
        return (day - since).days // _FOUR_WEEKS

    def after_months(self, since: date, months: int) -> date:
        """The day a number of months later: the same day of the month, or its last."""
        if self.meeting_every != "month":
            return since + timedelta(days=_FOUR_WEEKS * months)
        if not self.sambat:
            return add_months(since, months)
        year_month_day = bikram_sambat.year_month_day(since)
        if year_month_day:
            year, month = divmod(year_month_day[0] * _MONTHS + year_month_day[1] - 1 + months, _MONTHS)
            later = bikram_sambat.gregorian(year, month + 1, year_month_day[2]) or bikram_sambat.last_of_month(
                year, month + 1
            )
            if later:
                return later
        return since + timedelta(days=round(30.44 * months))  # beyond the published years


UNRULED: Final = SavingsRule()
"""The rule of a group for which none was in force."""


def rules_of(acts: Iterable[Mapping[str, Any]], *, sambat: bool) -> list[SavingsRule]:
    """The rules of a programme, by the columns of their acts; one without a first day is for groups that have none."""
    return [SavingsRule(sambat=sambat), *(SavingsRule.of(each, sambat=sambat) for each in acts)]


def in_force(rules: Iterable[SavingsRule], group_id: str, kind: str | None, day: date) -> SavingsRule:
    """The rule that binds a group on a day: the newest of its own, else of its kind, else that without a first day."""
    earlier = [rule for rule in rules if (rule.from_on or date.min) <= day]
    own = [rule for rule in earlier if rule.group_id == group_id]
    of_kind = [rule for rule in earlier if rule.group_id is None and (rule.kind == kind or rule.from_on is None)]
    return max(own or of_kind, key=lambda rule: rule.from_on or date.min, default=UNRULED)


def _is_worked_out(word: str, amount: str) -> bool:
    return word in WORKED_OUT and amount != "charge"


def _month(day: date, *, sambat: bool) -> int:
    """A month as a number, one more than that of the month before."""
    return _month_of(month_table.in_use(), day) if sambat else day.year * _MONTHS + day.month


@lru_cache(maxsize=4096)  # days: meetings are asked for again and again
def _month_of(table: MonthTable, day: date) -> int:
    year_month_day = table.year_month_day(day)
    return (
        year_month_day[0] * _MONTHS + year_month_day[1] if year_month_day else day.year * _MONTHS + day.month + _AHEAD
    )
