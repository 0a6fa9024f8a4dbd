"""What a country.toml says, read and checked: what of a programme depends on where it works."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from relay.countries.telephone import Telephone
from relay.errors import Failure, Invalid, refused
from relay.text import Sentence, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIRST: Final = "np"
"""The country of a programme that names none, as all did before there were others."""

NAMES: Final = ("np", "rw", "generic")
"""The countries that come with Relay."""

FILE: Final = "country.toml"
MOST_CHARACTERS: Final = 10_000
"""Of a country.toml, as of any text (our choice: a cell of a workbook has to hold it)."""

CALENDARS: Final = ("gregorian", "bikram_sambat")
LIMITS: Final = ("most_young_a_birth", "least_days_between_births", "gestation_days", "first_birth_days")

_MOST_LEVELS: Final = 8  # our choice: no country has more than six
_MOST_DAYS: Final = 3650
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLAIN: Final = re.compile(r"[^<>&\"\x00-\x1f\x7f]{1,60}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_PREFIX: Final = re.compile(r"[0-9]{0,4}")
_MONEY: Final = re.compile(r"[A-Z]{3}")
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"name", "timezone", "calendar", "languages", "area"}),
    "telephone": frozenset({"prefix", "digits"}),
    "currency": frozenset({"code", "unit", "decimals"}),
    "level": frozenset({"name", "words", "headings"}),
    "outlines": frozenset({"file", "source", "licence", "sha256"}),
}


NOT_A_COUNTRY: Final = Failure(
    Invalid,
    "not_a_country",
    "Line %(line)s of the country's file: %(what)s",
    field="country",
)


NO_SUCH_COUNTRY: Final = Failure(
    Invalid,
    "no_such_country",
    "There is no country %(name)s here.",
    advice="Countries that come with Relay: %(known)s.",
    field="country",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of place.

    Attributes:
        name: The word that the record holds, such as "ward".
        words: Language → what it is called there.
        headings: Other words by which lists of places head its column.
    """

    name: str
    words: Mapping[str, str]
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """How many young the dams of one help can bear.

    Attributes:
        young: The most at one birth.
        apart_days: The fewest between two births of one dam.
        grown_days: The age from which what was born bears too.
    """

    young: int
    apart_days: int
    grown_days: int

    def most(self, days: int) -> int:
        """How many young one dam can bear within some days after she was received, when she came pregnant."""
        return self.young * (1 + max(days, 0) // self.apart_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the animals of one help can do at the most; None where no source was found.

    Attributes:
        most_young_a_birth: Born at once to one dam.
        least_days_between_births: Of one dam.
        gestation_days: From conceiving to birth.
        first_birth_days: Her age at her first.
    """

    most_young_a_birth: int | None = None
    least_days_between_births: int | None = None
    gestation_days: int | None = None
    first_birth_days: int | None = None

    @property
    def apart_days(self) -> int | None:
        """The fewest days between two births of one dam: no fewer than she carries; None where neither is known."""
        return self.least_days_between_births or self.gestation_days

    @property
    def grown_days(self) -> int | None:
        """The age from which what was born bears too: no less than a dam carries; None where neither is known."""
        return self.first_birth_days or self.gestation_days

    @property
    def bearing(self) -> Bearing | None:
        """How many young a dam can bear; None where that cannot be said."""
        if not (self.most_young_a_birth and self.apart_days and self.grown_days):
            return None
        return Bearing(young=self.most_young_a_birth, apart_days=self.apart_days, grown_days=self.grown_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Its money.

    Attributes:
        code: ISO 4217, such as "RWF".
        unit: The unit in which rules count it, such as "franc".
        decimals: Of the smallest unit: 2 where a hundredth is.
    """

    code: str
    unit: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """The file of its outlines.

    Attributes:
        file: Its name in the folder.
        source: Where they are from.
        licence: Under which they may be used.
        sha256: Of the file, in hexadecimal digits; "" of a country that comes with Relay.
    """

    file: str
    source: str
    licence: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country as its country.toml says it.

    Attributes:
        name: Language → what it is called.
        timezone: In which its days are counted.
        calendar: That stands beside the Gregorian one, or "gregorian" for no other.
        languages: That are offered in it.
        levels: Its levels of place, the smallest first: each lies within the next.
        area: The level by which the map is coloured and samples are drawn.
        telephone: How its numbers are written.
        currency: Its money.
        limits: Help → what its animals can do; helps without limits are absent.
        outlines: Of the places of that level; None where there are none.
        folder: The word by which it comes with Relay; "" of a country of one's own.
    """

    name: Mapping[str, str]
    timezone: str
    calendar: str
    languages: tuple[str, ...]
    levels: tuple[Level, ...]
    area: str
    telephone: Telephone
    currency: Currency
    limits: Mapping[str, Limits] = field(repr=False)
    outlines: Outlines | None = None
    folder: str = ""

    @property
    def has_bikram_sambat(self) -> bool:
        """Whether days are told in Bikram Sambat too, and months are its months."""
        return self.calendar == "bikram_sambat"

    @property
    def level_names(self) -> tuple[str, ...]:
        """The words of its levels, the smallest first."""
        return tuple(level.name for level in self.levels)

    @property
    def within_area(self) -> str:
        """The level below that of the map; that itself where it is the smallest."""
        return self.level_names[max(self.level_names.index(self.area) - 1, 0)]

    @property
    def counted_by(self) -> tuple[str, ...]:
        """The levels that are large enough to count by: that below the map's, and all larger ones."""
        return self.level_names[self.level_names.index(self.within_area) :]

    @property
    def tabled_by(self) -> tuple[str, ...]:
        """The levels by which published tables are made: that below the map's, then that of the map."""
        return tuple(dict.fromkeys((self.within_area, self.area)))

    def word(self, level: str, language: str) -> str | None:
        """What a level is called in a language, else in English; None for what is no level of it."""
        found = next((each for each in self.levels if each.name == level), None)
        return (found.words.get(language) or found.words["en"]) if found else None

    def called(self, language: str) -> str:
        """What it is called in a language, else in English."""
        return self.name.get(language) or self.name["en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLine:
    """What is wrong in a file.

    Attributes:
        line: Of the file, from 1.
        what: What is wrong, and what to write.
    """

    line: int
    what: Sentence


@lru_cache(maxsize=32)
def country_of(said: str | None) -> Country:
    """The country that a programme names: one that comes with Relay by its word, or one of its own by its file.

    Raises:
        Invalid: There is none of that name, or the file cannot be read.
    """
    if said is None or "\n" not in said:
        return replace(read(packaged(said or FIRST)), folder=said or FIRST)
    return read(said)


def packaged(name: str) -> str:
    """The country.toml of a country that comes with Relay.

    Raises:
        Invalid: There is none of that name.
    """
    if name not in NAMES:
        raise refused(NO_SUCH_COUNTRY, name=name, known=NAMES)
    return files("relay.countries").joinpath(name, FILE).read_text(encoding="utf-8")


def read(text: str) -> Country:
    """A country as a file says it.

    Raises:
        Invalid: The first thing that is wrong in it.
    """
    country, wrong = reading_of(text)
    if country is None:
        raise refused(NOT_A_COUNTRY, line=wrong[0].line, what=wrong[0].what)
    return country


def reading_of(text: str, *, anew: bool = False) -> tuple[Country | None, tuple[WrongLine, ...]]:
    """A country as a file says it, or None and all that is wrong in it, by line.

    Where it comes `anew`, more is wrong than in one that a programme recorded, which stays readable.
    """
    reading = _CountryFile(text, anew=anew)
    country = reading.country()
    return country, tuple(sorted(reading.faults, key=lambda fault: fault.line))


def tidied(text: str) -> str:
    """The text of a file as it is recorded: its letters composed (NFC), no blank line before or after."""
    return "\n".join(unicodedata.normalize("NFC", text).splitlines()).strip()


class _CountryFile:
    """One reading of a file, which goes on after what is wrong."""

    def __init__(self, text: str, *, anew: bool) -> None:
        self.anew = anew
        self.lines = text.splitlines()
        self.faults: list[WrongLine] = []
        self.content: dict[str, Any] = {}
        if len(text) > MOST_CHARACTERS:
            self._wrong(
                1, Sentence("it has more than %(most)s characters. Shorten its comments.", most=MOST_CHARACTERS)
            )
            return
        try:
            self.content = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            self._wrong(line_of(error), Sentence("this is not TOML from here on. Compare it with a country's."))

    def country(self) -> Country | None:
        """The country, as far as it can be read; None after a fault."""
        if self.faults:
            return None
        self._known_keys()
        levels = self._levels()
        country = Country(
            name=self._words_of("", "name", self.content.get("name")),
            timezone=self._timezone(),
            calendar=self._one_of("", "calendar", self.content.get("calendar"), CALENDARS),
            languages=self._languages(),
            levels=levels,
            area=self._one_of("", "area", self.content.get("area"), [level.name for level in levels]),
            telephone=self._telephone(),
            currency=self._currency(),
            limits=self._limits(),
            outlines=self._outlines(),
        )
        return None if self.faults else country

    # -- one part each

    def _known_keys(self) -> None:
        for key, value in self.content.items():
            if isinstance(value, dict) and key in _KEYS:
                self._only(key, value)
            elif key == "level" and isinstance(value, list):
                for number, each in enumerate(value):
                    self._only(key, each if isinstance(each, dict) else {}, number)
            elif key not in {*_KEYS[""], *_KEYS, "limits"}:
                self._wrong(self._line("", key), Sentence("“%(key)s” is not known.", key=key))

    def _only(self, table: str, values: Mapping[str, object], number: int = 0) -> None:
        for key in values.keys() - _KEYS[table]:
            self._wrong(self._line(table, key, number), Sentence("“%(key)s” is not known.", key=key))

    def _timezone(self) -> str:
        named = self._text("", "timezone", self.content.get("timezone"), PLAIN)
        try:
            ZoneInfo(named or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._wrong(
                self._line("", "timezone"), Sentence("this is not the name of a time zone, such as Africa/Kampala.")
            )
        return named

    def _languages(self) -> tuple[str, ...]:
        named = self.content.get("languages")
        if (
            isinstance(named, list)
            and named
            and all(isinstance(each, str) and _LANGUAGE.fullmatch(each) for each in named)
        ):
            return tuple(dict.fromkeys(named))
        self._wrong(self._line("", "languages"), Sentence('languages are a list such as ["en", "fr"].'))
        return ()

    def _levels(self) -> tuple[Level, ...]:
        given = self.content.get("level")
        if not isinstance(given, list) or not 0 < len(given) <= _MOST_LEVELS:
            message = Sentence(
                "write 1 to %(most)s levels of place, each under [[level]], the smallest first.", most=_MOST_LEVELS
            )
            self._wrong(self._line("level", ""), message)
            return ()
        levels: list[Level] = []
        for number, each in enumerate(given):
            values = each if isinstance(each, dict) else {}
            name = self._text("level", "name", values.get("name"), _WORD, number)
            if name and name in {level.name for level in levels}:
                message = Sentence(
                    "level %(name)s stands twice: each lies within the next, so it would be in itself.", name=name
                )
                self._wrong(self._line("level", "name", number), message)
            words = self._words_of("level", "words", values.get("words"), number)
            headings = values.get("headings", [])
            if not isinstance(headings, list) or not all(
                isinstance(word, str) and PLAIN.fullmatch(word) for word in headings
            ):
                self._wrong(self._line("level", "headings", number), Sentence("headings are a list of plain words."))
                headings = []
            of_another = {word.casefold() for level in levels for word in (level.name, *level.headings)}
            for word in headings:
                if self.anew and word.casefold() in of_another:
                    message = Sentence("“%(word)s” heads the column of another level: leave it out of one.", word=word)
                    self._wrong(self._line("level", "headings", number), message)
            levels.append(Level(name=name, words=words, headings=tuple(headings)))
        return tuple(levels)

    def _telephone(self) -> Telephone:
        given = self._table("telephone")
        prefix = self._text("telephone", "prefix", given.get("prefix"), _PREFIX)
        if self.anew and prefix.startswith("0"):
            message = Sentence("“%(key)s” has at most four digits, and does not begin with 0.", key="prefix")
            self._wrong(self._line("telephone", "prefix"), message)
        digits = self._whole("telephone", "digits", given.get("digits"), range(6, 16))
        return Telephone(prefix=prefix, digits=digits)

    def _currency(self) -> Currency:
        given = self._table("currency")
        return Currency(
            code=self._text("currency", "code", given.get("code"), _MONEY),
            unit=self._text("currency", "unit", given.get("unit"), PLAIN),
            decimals=self._whole("currency", "decimals", given.get("decimals"), range(4)),
        )

    def _limits(self) -> Mapping[str, Limits]:
        found: dict[str, Limits] = {}
        for help_, given in self._table("limits", needed=False).items():
            table = f"limits.{help_}"
            values = given if isinstance(given, dict) else {}
            sources = values.get("source")
            numbers: dict[str, int] = {}
            for name in values.keys() - {"source"}:
                if name not in LIMITS:
                    self._wrong(self._line(table, name), Sentence("“%(key)s” is not known.", key=name))
                    continue
                numbers[name] = self._whole(table, name, values[name], range(1, _MOST_DAYS))
                if not (isinstance(sources, dict) and str(sources.get(name, "")).strip()):
                    message = Sentence(
                        "%(name)s of %(help)s has no source. Name one, or leave it out.", name=name, help=help_
                    )
                    self._wrong(self._line(table, name), message)
            if not (_WORD.fullmatch(help_) and values):
                self._wrong(
                    self._line(table, ""), Sentence("“%(key)s” is no kind of help, or has no numbers.", key=help_)
                )
            found[help_] = Limits(**numbers)
        return found

    def _outlines(self) -> Outlines | None:
        given = self._table("outlines", needed=False)
        if not given:
            return None
        file, source, licence = (
            self._text("outlines", key, given.get(key), PLAIN) for key in ("file", "source", "licence")
        )
        if "/" in file or file.startswith("."):
            self._wrong(self._line("outlines", "file"), Sentence("write the name of a file of this folder."))
        digest = given.get("sha256", "")
        if not re.fullmatch("([0-9a-f]{64})?", str(digest)):
            self._wrong(self._line("outlines", "sha256"), Sentence("leave it out: it is worked out of the file."))
        return Outlines(file=file, source=source, licence=licence, sha256=str(digest))

    # -- one value each

    def _table(self, name: str, *, needed: bool = True) -> Mapping[str, Any]:
        given = self.content.get(name, {})
        if not isinstance(given, dict) or (needed and not given):
            self._wrong(self._line(name, ""), Sentence("“%(key)s” is missing. Begin it with [%(key)s].", key=name))
            return {}
        return given

    def _text(self, table: str, key: str, value: object, pattern: re.Pattern[str], number: int = 0) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        missing = Sentence("“%(key)s” is missing.", key=key)
        wrong = Sentence("“%(key)s” cannot be this. It is a short text without < > & or quotes.", key=key)
        if pattern is _WORD:
            wrong = Sentence("“%(key)s” is a word of small letters a to z, digits and _, such as sub_county.", key=key)
        elif pattern is _PREFIX:
            wrong = Sentence("“%(key)s” has at most four digits, and does not begin with 0.", key=key)
        elif pattern is _MONEY:
            wrong = Sentence("“%(key)s” has three capital letters, such as UGX.", key=key)
        self._wrong(self._line(table, key, number), missing if value is None else wrong)
        return ""

    def _whole(self, table: str, key: str, value: object, allowed: range) -> int:
        if type(value) is int and value in allowed:
            return value
        message = Sentence(
            "“%(key)s” is a whole number from %(least)s to %(most)s.", key=key, least=allowed[0], most=allowed[-1]
        )
        self._wrong(self._line(table, key), message)
        return allowed[0]

    def _one_of(self, table: str, key: str, value: object, words: Sequence[str]) -> str:
        if isinstance(value, str) and value in words:
            return value
        self._wrong(
            self._line(table, key), Sentence("“%(key)s” is one of: %(words)s.", key=key, words=", ".join(words))
        )
        return ""

    def _words_of(self, table: str, key: str, value: object, number: int = 0) -> Mapping[str, str]:
        if (
            isinstance(value, dict)
            and "en" in value
            and all(_LANGUAGE.fullmatch(each) for each in value)
            and all(isinstance(word, str) and PLAIN.fullmatch(word) for word in value.values())
        ):
            return value
        message = Sentence("“%(key)s” is a plain word in each language, in English at least: { en = “…” }.", key=key)
        self._wrong(self._line(table, key, number), message)
        return {"en": ""}

    def _line(self, table: str, key: str, number: int = 0) -> int:
        """The line of a key in a table, or of the table's heading; the first where neither stands there."""
        start = 0
        if table:
            heading = re.compile(rf"\s*\[+\s*{re.escape(table)}\s*\]")
            headings = [row for row, line in enumerate(self.lines) if heading.match(line)]
            if not headings:
                return 1
            start = headings[min(number, len(headings) - 1)]
        return next(self._lines_of(key, start, nested=bool(table)), start + 1) if key else start + 1

    def _lines_of(self, key: str, start: int, *, nested: bool) -> Iterator[int]:
        for row in range(start, len(self.lines)):
            if row > start and self.lines[row].lstrip().startswith("[") and (nested or row):
                return
            if re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", self.lines[row]):
                yield row + 1

    def _wrong(self, line: int, what: Sentence) -> None:
        self.faults.append(WrongLine(line=line, what=what))
