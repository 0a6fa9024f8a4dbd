"""The table of Bikram Sambat's months: the one that comes with Relay, or one by which an operator replaced it.

The lengths of its months cannot be computed: they are published year by year. A table of the data folder is in use
until a release of Relay brings one that is published further.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from relay.errors import Failure, Invalid, refused
from relay.text import Sentence, line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "bikram_sambat.toml"
MONTHS: Final = 12
LENGTHS: Final = range(29, 33)
"""Days that a month can have."""

MOST_CHARACTERS: Final = 20_000
"""Of a file with a table (our choice: a year takes some 60, and the calendar of two centuries fits)."""

_KEYS: Final = frozenset({"begins", "published", "source", "months"})

NOT_A_TABLE: Final = Failure(
    Invalid,
    "not_a_month_table",
    "Line %(line)s of the calendar's file: %(what)s",
    advice="Nothing was changed. relay help countries shows such a file.",
    field="file",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class MonthTable:
    """The days of each month, year by year.

    Attributes:
        begins: The Gregorian day on which its first year begins.
        first: Its first year.
        published: The last year that is published; what follows is an estimate.
        source: Where the lengths are from.
        lengths: The days of the twelve months of each year, in order.
    """

    begins: date
    first: int
    published: int
    source: str
    lengths: tuple[tuple[int, ...], ...]

    @property
    def last(self) -> int:
        """Its last year."""
        return self.first + len(self.lengths) - 1

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The ordinal of each month's first day; then of the day after the last month."""
        return tuple(accumulate(chain.from_iterable(self.lengths), initial=self.begins.toordinal()))

    @cached_property
    def text(self) -> str:
        """The table as its file."""
        rows = "".join(f"{year} = {list(days)}\n" for year, days in enumerate(self.lengths, self.first))
        source = self.source.replace("\\", "").replace('"', "”")
        return f'begins = {self.begins}\npublished = {self.published}\nsource = "{source}"\n\n[months]\n{rows}'

    @cached_property
    def digest(self) -> str:
        """A hash of it (12 hexadecimal digits)."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def gregorian(self, year: int, month: int, day: int) -> date | None:
        """The Gregorian day of a day; None where there is no such day."""
        if not (self.first <= year <= self.last and 1 <= month <= MONTHS):
            return None
        if not 1 <= day <= self.lengths[year - self.first][month - 1]:
            return None
        return date.fromordinal(self.starts[(year - self.first) * MONTHS + month - 1] + day - 1)

    def year_month_day(self, day: date) -> tuple[int, int, int] | None:
        """Year, month and day of a Gregorian day; None outside of the table."""
        number = day.toordinal()
        if not self.starts[0] <= number < self.starts[-1]:
            return None
        month = bisect_right(self.starts, number) - 1
        return self.first + month // MONTHS, month % MONTHS + 1, number - self.starts[month] + 1

    def written(self, day: date) -> str:
        """A Gregorian day as year-month-day, such as "2083-08-08"; "" outside of the table."""
        found = self.year_month_day(day)
        return "{:04}-{:02}-{:02}".format(*found) if found else ""


def read(text: str, before: MonthTable | None = None) -> MonthTable:
    """A table as a file says it, joined to the one before.

    Args:
        text: The file: years that follow one another, each with the days of its months; the last that is published.
        before: Whose years stand where the file has none; None for a file that is whole.

    Raises:
        Invalid: The first thing that is wrong in it, with its line.
    """
    content = _content(text)
    years = _years(text, content.get("months"))
    first, published = min(years), content.get("published")
    if type(published) is not int or (before and published < before.published):
        raise _wrong(
            text,
            "published",
            Sentence("say the last published year, such as published = 2084; it is never an earlier one than before."),
        )
    begins = before.gregorian(first, 1, 1) if before else content.get("begins")
    if before and begins is None and first == before.last + 1:
        begins = date.fromordinal(before.starts[-1])
    if not isinstance(begins, date):
        raise _wrong(text, str(first), Sentence("year %(year)s does not follow those that are known.", year=first))
    if content.get("begins", begins) != begins:
        raise _wrong(text, "begins", Sentence("year %(year)s begins on %(day)s.", year=first, day=begins))
    lengths = tuple(years[year] for year in sorted(years))
    table = MonthTable(
        begins=begins, first=first, published=published, source=str(content.get("source", "")), lengths=lengths
    )
    if before:
        kept, later = before.lengths[: first - before.first], before.lengths[table.last + 1 - before.first :]
        table = replace(table, begins=before.begins, first=before.first, lengths=(*kept, *lengths, *later))
    if published > table.last:
        raise _wrong(text, "published", Sentence("its months are not in the table."))
    return table


def _content(text: str) -> Mapping[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise refused(NOT_A_TABLE, line=1, what=Sentence("it has more than %(most)s characters.", most=MOST_CHARACTERS))
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what = Sentence("this is not TOML from here on; a year stands in it once.")
        raise refused(NOT_A_TABLE, line=line_of(error), what=what) from error
    for key in content:
        if key not in _KEYS:
            raise _wrong(text, key, Sentence("“%(key)s” is not known.", key=key))
    return content


def _years(text: str, months: object) -> dict[int, tuple[int, ...]]:
    """The days of the months of each year; at least one year, and none left out between two."""
    years: dict[int, tuple[int, ...]] = {}
    for key, days in months.items() if isinstance(months, dict) else ():
        if not re.fullmatch("[0-9]{4}", key):
            raise _wrong(text, key, Sentence("“%(key)s” is not a year in four digits.", key=key))
        if not isinstance(days, list) or len(days) != MONTHS:
            raise _wrong(text, key, Sentence("year %(year)s needs the days of its twelve months.", year=key))
        for month, length in enumerate(days, 1):
            if type(length) is not int or length not in LENGTHS:
                raise _wrong(
                    text,
                    key,
                    Sentence(
                        "month %(month)s of %(year)s has %(days)s days; a month has 29 to 32.",
                        month=month,
                        year=key,
                        days=str(length)[:20],
                    ),
                )
        years[int(key)] = tuple(days)
    if not years:
        raise _wrong(text, "months", Sentence("write the years below [months], each as 2084 = [31, 31, 32, …]."))
    for year in range(min(years), max(years)):
        if year not in years:
            raise _wrong(text, str(year + 1), Sentence("year %(year)s is missing before it.", year=year))
    return years


def _wrong(text: str, key: str, what: Sentence) -> Exception:
    lines = enumerate(text.splitlines(), 1)
    line = next((number for number, each in lines if re.match(rf"\s*\[?\"?{re.escape(key)}\b", each)), 1)
    return refused(NOT_A_TABLE, line=line, what=what)


@lru_cache(maxsize=1)
def packaged() -> MonthTable:
    """The table that comes with Relay."""
    return read(files("relay.countries").joinpath("np", FILE).read_text(encoding="utf-8"))


class _Followed(NamedTuple):
    """The data folder whose table this process follows, and its file as it was seen: replaced as a whole."""

    folder: Path | None = None
    seen: tuple[int, int] | None = None
    table: MonthTable | None = None


_followed = _Followed()


def follow(folder: Path) -> None:
    """Count days by the table of a data folder from now on, where there is one; call it as each request begins."""
    global _followed  # noqa: PLW0603 - one assignment, so that no thread sees a half of it
    path = folder / FILE
    try:
        found = path.stat()
    except OSError:
        seen = None
    else:
        seen = (found.st_ino, found.st_mtime_ns)
    if (folder, seen) != _followed[:2]:
        _followed = _Followed(folder, seen, read(path.read_text(encoding="utf-8")) if seen else None)


def in_use() -> MonthTable:
    """The table by which days are counted now."""
    own = _followed.table
    return own if own and own.published >= packaged().published else packaged()


def keep(table: MonthTable, folder: Path) -> None:
    """Put a table into a data folder, for every process that uses it.

    Raises:
        Invalid: It cannot be written there.
    """
    from relay import private_files  # noqa: PLC0415 - an update alone writes

    with private_files.replace(folder / FILE) as file:
        file.write(table.text.encode())
    follow(folder)
