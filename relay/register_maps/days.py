"""Days as registers write them: in either calendar, in any order, with months in figures or in words.

The way in which the days of a column are written is found out once and saved in the map. A single cell then has only
one reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeVar

from relay.domain import bikram_sambat
from relay.exchange.cells import CellFault

Calendar = Literal["AD", "BS"]
Order = Literal["year-month-day", "day-month-year", "month-day-year"]

_Word = TypeVar("_Word", Calendar, Order)

ORDERS: Final[tuple[Order, ...]] = ("year-month-day", "day-month-year", "month-day-year")
FIRST_BS: Final = 2040  # our choice: AD 2040 has not come, BS 2040 is 1983
LAST_AD: Final = 2030  # our choice: years up to BS 2039 (1982) are before any programme; 2031 to 2039 prove nothing

_MONTHS: Final = 12
_LONGEST_AD_MONTH: Final = 31
_DEVANAGARI: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_MARK: Final = re.compile(r"\s*(?:\bB\.?\s?S\.?|वि\.?\s?सं\.?|\bA\.?\s?D\.?|ई\.?\s?सं\.?|गते)\s*", re.IGNORECASE)
_PARTS: Final = re.compile(r"[\s\-/.,।]+")
_DAY_NUMBER: Final = re.compile(r"([0-9]{1,4})(?:st|nd|rd|th|er)?", re.IGNORECASE)

_AD_MONTHS: Final = (
    "january jan janvier janv जनवरी",
    "february feb février fevrier févr fevr fév फेब्रुअरी",
    "march mar mars मार्च",
    "april apr avril avr अप्रिल",
    "may mai मे",
    "june jun juin जुन",
    "july jul juillet juil जुलाई",
    "august aug août aout अगस्ट",
    "september sep sept septembre सेप्टेम्बर",
    "october oct octobre अक्टोबर",
    "november nov novembre नोभेम्बर",
    "december dec décembre déc decembre डिसेम्बर",
)
_BS_MONTHS: Final = (
    "baisakh baishakh वैशाख बैशाख",
    "jestha jeth jyestha जेठ जेष्ठ ज्येष्ठ",
    "asar ashar ashadh असार आषाढ",
    "shrawan saun sawan साउन श्रावण",
    "bhadra bhadau भदौ भाद्र",
    "ashwin asoj ashoj असोज आश्विन",
    "kartik kattik कात्तिक कार्तिक",
    "mangsir mansir मंसिर मङ्सिर मार्ग",
    "poush push paush पुस पुष पौष",
    "magh माघ",
    "falgun phagun fagun फागुन फाल्गुन",
    "chaitra chait चैत चैत्र",
)


def _months(lists: Iterable[str], calendar: Calendar) -> Mapping[str, tuple[Calendar, int]]:
    return {word: (calendar, number) for number, words in enumerate(lists, 1) for word in words.split()}


_NAMED: Final = {**_months(_AD_MONTHS, "AD"), **_months(_BS_MONTHS, "BS")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A day as it is written: its numbers in order, and the month if it is a word."""

    numbers: tuple[int, ...]
    month: int = 0
    calendar: Calendar | None = None

    @property
    def year(self) -> int:
        """The number that can only be a year; 0 if there is none."""
        return next((number for number in self.numbers if number > 99), 0)  # noqa: PLR2004 - two digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How the days of some columns are written.

    Attributes:
        calendar: Calendar that most years and names of months prove.
        order: Order of year, month and day that most figures prove.
        calendar_share: Share of the cells that prove a calendar and prove this one, in [0, 1].
        order_share: Share of the cells that prove an order and prove this one, in [0, 1].
    """

    calendar: Calendar = "AD"
    order: Order = "year-month-day"
    calendar_share: float = 0.0
    order_share: float = 0.0


def habit(column: Iterable[object]) -> Habit:
    """How days are written, by the cells of all columns with days; shares are 0 if nothing proves it.

    >>> habit(["13/01/2079", "02/05/2079"])
    Habit(calendar='BS', order='day-month-year', calendar_share=1.0, order_share=1.0)
    """
    calendars: Counter[Calendar] = Counter()
    orders: Counter[Order] = Counter()
    for cell in column:
        written = _written(cell)
        if written is None:
            continue
        if calendar := _only_calendar(written):
            calendars[calendar] += 1
        if order := _only_order(written):
            orders[order] += 1
    calendar, calendar_share = _commonest(calendars, "AD")
    order, order_share = _commonest(orders, "year-month-day")
    return Habit(calendar=calendar, order=order, calendar_share=calendar_share, order_share=order_share)


def _commonest(counts: Counter[_Word], otherwise: _Word) -> tuple[_Word, float]:
    """The most frequent item and its share, or `otherwise` and 0."""
    if not counts:
        return otherwise, 0.0
    word, times = counts.most_common(1)[0]
    return word, times / counts.total()


def is_day(cell: object) -> bool:
    """Whether a cell looks like a day."""
    return _written(cell) is not None


def has_two_readings(cell: object) -> bool:
    """Whether a day is in figures with its year last, so that the order of day and month must be known."""
    written = _written(cell)
    return written is not None and not written.month and written.numbers[-1] == written.year


def parts(cell: object, order: Order) -> tuple[int, int, int] | None:
    """Year, month and day as they are written, for comparison within one calendar; None if it is not a day."""
    written = _written(cell)
    return _year_month_day(written, order) if written and written.year else None


def year_of(cell: object) -> int:
    """The year of a day as written; 0 if it has none."""
    written = _written(cell)
    return written.year if written else 0


def read(cell: object, calendar: Calendar, order: Order) -> object:
    """A day in the form of the exchange format: "2022-01-15", or "2079-01-02 BS".

    A cell that is not a day is returned as it is, so that the reader of cells can say what is wrong.

    >>> read("१३ बैशाख २०७९", "BS", "day-month-year"), read("15 janv. 2022", "AD", "day-month-year")
    ('2079-01-13 BS', '2022-01-15')

    Raises:
        CellFault: The day is of another calendar than the column, or has two readings.
    """
    written = _written(cell)
    if written is None:
        return cell
    own = written.calendar or _only_calendar(written)
    if own not in (None, calendar):
        raise _wrong_calendar(written, calendar)
    if not written.year:
        raise CellFault(reason="The year has two digits.", advice="Write it in four.")
    if order == "year-month-day" and _only_order(written) is None and has_two_readings(cell):
        raise CellFault(
            reason="This day can be read in two ways: the map says year, month, day.",
            advice="Say in the map which comes first, day-month-year or month-day-year.",
        )
    proven = _only_order(written) if order == "year-month-day" else None
    year, month, day = _year_month_day(written, proven or order)
    return f"{year:04}-{month:02}-{day:02}{' BS' if calendar == 'BS' else ''}"


def _written(cell: object) -> _Written | None:
    """The parts of a day; None if the cell is not a day."""
    if isinstance(cell, date):
        # A spreadsheet knows one calendar: a day of 2079 is one of Bikram Sambat that was typed into it.
        return _Written(numbers=(cell.year, cell.month, cell.day))
    if not isinstance(cell, str) or len(cell) > 60 or not cell.strip():  # noqa: PLR2004 - our choice
        return None
    text, marked = _MARK.subn(" ", _without_time(cell.translate(_DEVANAGARI)))
    numbers: list[int] = []
    named: tuple[Calendar, int] | None = None
    for part in filter(None, _PARTS.split(text.strip())):
        if number := _DAY_NUMBER.fullmatch(part):
            numbers.append(int(number[1]))
        elif named is None and part.casefold() in _NAMED:
            named = _NAMED[part.casefold()]
        else:
            return None
    if len(numbers) + (named is not None) != 3:  # noqa: PLR2004 - year, month and day
        return None
    calendar: Calendar | None = named[0] if named else None
    if marked and calendar is None:
        calendar = "AD" if re.search(r"A\.?\s?D|ई", cell, re.IGNORECASE) else "BS"
    return _Written(numbers=tuple(numbers), month=named[1] if named else 0, calendar=calendar)


def _without_time(text: str) -> str:
    """A day without the time that forms and databases add."""
    return re.sub(r"(?<=[0-9])[T ][0-9]{1,2}:[0-9]{2}.*$", "", text.strip())


def _only_calendar(written: _Written) -> Calendar | None:
    """The only calendar that a day can be of, by its month's name, mark, year or 32nd day; None if both may be."""
    if written.calendar:
        return written.calendar
    if written.year >= FIRST_BS or _LONGEST_AD_MONTH + 1 in written.numbers:
        return "BS"
    return "AD" if 0 < written.year <= LAST_AD else None


def _only_order(written: _Written) -> Order | None:
    """The only order that a day can have; None if several are possible."""
    if written.month or len(written.numbers) != 3:  # noqa: PLR2004
        return None
    first, second, third = written.numbers
    if first == written.year:
        return "year-month-day"
    if third != written.year or (first <= _MONTHS and second <= _MONTHS):
        return None
    return "day-month-year" if first > _MONTHS else "month-day-year"


def _year_month_day(written: _Written, order: Order) -> tuple[int, int, int]:
    """Year, month and day of a day written in an order."""
    year = written.year
    if written.month:
        return year, written.month, next(number for number in written.numbers if number != year)
    first, second, third = written.numbers
    if first == year:
        return year, second, third
    return (year, second, first) if order != "month-day-year" else (year, first, second)


def _wrong_calendar(written: _Written, calendar: Calendar) -> CellFault:
    year, month, day = _year_month_day(
        written, "year-month-day" if written.numbers[0] == written.year else "day-month-year"
    )
    meant = ""
    if calendar == "BS" and 1 <= month <= _MONTHS and 1 <= day <= _LONGEST_AD_MONTH:
        try:
            meant = (bikram_sambat.bikram_sambat(date(year, month, day)) or "").removesuffix(" BS")
        except ValueError:
            meant = ""
    elif calendar == "AD":
        day_ = bikram_sambat.gregorian(year, month, day)
        meant = day_.isoformat() if day_ else ""
    return CellFault(
        reason=f"The map says {calendar}, and this year is of the other calendar.",
        advice=f"Write {meant}, if that is the day." if meant else "Write it as the other days are written.",
    )


def day_of(cell: object) -> object:
    """The day of a spreadsheet's day with time, since forms store both; other cells are returned as they are."""
    return cell.date() if isinstance(cell, datetime) else cell
