"""Periods of both calendars."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from relay.web.i18n import language, periods
from relay.web.i18n.language import force_language

if TYPE_CHECKING:
    from flask import Flask


def test_a_day_lies_in_a_month_and_a_fiscal_year_of_nepal(app: Flask) -> None:
    with app.test_request_context():
        month, year = next(periods.bs_months(date(2026, 7, 16))), next(periods.fiscal_years(date(2026, 7, 16)))
        following = next(periods.fiscal_years(date(2026, 7, 17)))
        before = next(periods.bs_months(date(1900, 1, 1)), None), next(periods.fiscal_years(date(1900, 1, 1)), None)

    assert before == (None, None)  # the table begins in 1918
    assert (month.key, month.label, month.last) == ("2083-03", "Asar 2083", date(2026, 7, 16))
    assert (year.key, year.last, year.approximate) == ("2082/83", date(2026, 7, 16), False)
    assert (following.label, following.approximate) == ("≈ fiscal year 2083/84", True)  # ends in 2084


def test_periods_go_back_without_a_gap(app: Flask) -> None:
    with app.test_request_context():
        months = periods.periods_back(periods.bs_months, date(2026, 11, 25), date(2024, 1, 1), 100)
        years = periods.periods_back(periods.ad_years, date(2026, 11, 25), date(2024, 1, 1), 2)

    assert months[-1].label == "Mangsir 2083"
    assert len({month.label for month in months}) == len(months) == 36  # Poush 2080 to Mangsir 2083
    assert all(29 <= (later.last - month.last).days <= 32 for month, later in pairwise(months))
    assert [year.key for year in years] == ["2025", "2026"]


def test_periods_go_back_to_where_the_table_of_nepal_begins(app: Flask) -> None:
    with app.test_request_context():
        months = list(periods.bs_months(date(1919, 4, 12)))
        gregorian = periods.periods_back(periods.ad_months, date(2024, 3, 31), date(2023, 12, 1), 9)

    assert (len(months), months[-1].key, months[-1].last) == (12, "1975-01", date(1918, 5, 13))
    assert [month.last.isoformat() for month in gregorian] == ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"]


@pytest.mark.parametrize(
    ("word", "day", "later", "outside", "months"),
    [
        (
            "en",
            ("25 Nov 2026", "2083-08-09 BS"),
            ("1 Jan 2030", "≈ 2086-09-17 BS"),
            ("1 Jan 1900", ""),
            "Kartik 2083 to Mangsir 2083, and Nov 2026",
        ),
        (
            "ne",
            ("9 मंसिर 2083", "25 नोभेम्बर 2026"),
            ("≈ 17 पुस 2086 (1 जनवरी 2030)", ""),
            ("1 जनवरी 1900", ""),
            "कात्तिक 2083 to मंसिर 2083, and नोभेम्बर 2026",
        ),
    ],
)
def test_nepali_tells_days_by_the_calendar_of_nepal_first(
    app: Flask, word: str, day: tuple[str, str], later: tuple[str, str], outside: tuple[str, str], months: str
) -> None:
    with app.test_request_context(), force_language(word):
        for told, value in ((day, date(2026, 11, 25)), (later, date(2030, 1, 1)), (outside, date(1900, 1, 1))):
            assert (language.day(value), language.other_day(value)) == told
        assert periods.months_named("2083-07 BS to 2083-08 BS, and 2026-11") == months


def test_days_and_other_numbers_are_no_months(app: Flask) -> None:
    with app.test_request_context():
        assert (
            periods.months_named("2026-11-25, 12026-11, 2026-13 and 2026-112")
            == "2026-11-25, 12026-11, 2026-13 and 2026-112"
        )
