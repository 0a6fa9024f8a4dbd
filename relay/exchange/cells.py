"""Reads one cell, or an option of the command line, as the value of a column.

A cell is accepted in any form that has only one meaning; a form with two meanings is a fault.

Values are normalised here, so that the same fact always has the same bytes: text is NFC without outer blanks, a day is
ISO text, a whole number is an `int`, any other number a `float`. An empty cell has no value.
"""

from __future__ import annotations

import calendar
import difflib
import math
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from relay import errors
from relay.countries import month_table
from relay.countries.country import country_of, tidied
from relay.domain import bikram_sambat, kinds, schema
from relay.text import Sentence, any_of

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar = str | int | float
Value = Scalar | Mapping[str, Scalar]

FIRST_YEAR: Final = 1900  # our choice: no beneficiary was born and no gift was made before
LAST_YEAR: Final = 2100  # our choice: a later year is a slip of the pen
LONGEST_ID: Final = 64  # characters
LONGEST_TEXT: Final = (
    10_000  # characters; our choice: fits a spreadsheet's cell (32,767 UTF-16 units) with room to spare
)
LONGEST_NAME: Final = 200  # characters; our choice: of a person, a group or a place, in any script
LARGEST_NUMBER: Final = 1_000_000_000  # our choice: thousandths of it are exact in a float
LONGEST_TERM: Final = (
    36_500  # months, days or generations of a rule; our choice: keeps every due date below the year 9999
)

_HOW_MANY: Final = Sentence("Write how many.")
_DEVANAGARI_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_PROGRAMME_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_HELP: Final = re.compile(r"[a-z0-9_]{1,40}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")
_COMMA: Final = re.compile(r"([0-9]{1,3})((?:,[0-9]+)+)")
_INVISIBLE: Final = re.compile(  # else two ids look alike; after the virama of Devanagari a joiner shapes the letters
    r"[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200b\u200e\u200f\u202a-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]|(?<!\u094d)[\u200c\u200d]"
)
_THOUSANDS: Final = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{2}0")  # 10.000: nobody writes noughts behind a half goat
_ID_MADE_A_NUMBER: Final = re.compile(r"([0-9]+)\.0+")
_ID_MADE_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")
_DIGITS_LOST: Final = re.compile(r"\+?[0-9]([.,][0-9]+)?[eE]\+[0-9]+|\+?[0-9]{4,}[.,]0+")
OF_DIGITS: Final = frozenset({"phone", "dam_tag", "sire_tag"})  # text of which every digit counts
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})\s*(BS)?", re.IGNORECASE)
_BS_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\s*BS", re.IGNORECASE)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})([T ][0-9:.]+)?")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_DAY_IN_WORDS: Final = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]+([a-z]+)[-/., ]+([0-9]{4})", re.IGNORECASE)
_MONTH_FIRST: Final = re.compile(r"([a-z]+)[-/., ]+([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]+([0-9]{4})", re.IGNORECASE)
_MIDNIGHT: Final = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_DAYS_AGO: Final = re.compile(r"-([0-9]{1,5})d")
# A spreadsheet counts days from here (its 1900 system, right for every day since 1900-03-01).
_LEAST_LIKENESS: Final = 0.75  # our choice: "recieved_on" is, "id" and "kind" are not
_SPREADSHEET_DAY_0: Final = date(1899, 12, 30)
_MONTHS: Final = 12
_LONGEST_MONTH: Final = 31
_DECIMALS: Final = 3  # of units, which are whole thousandths; also the digits between two commas of thousands
_EXACT: Final = 10**15  # a spreadsheet keeps 15 digits of a number
_NOISE: Final = 1e-9  # our choice: far below a thousandth, above what double arithmetic leaves behind
_THE_DAY_FORM: Final = Sentence("Write it as 2026-11-24, or as 2083-08-08 BS.")
_THE_ASKED_DAY_FORM: Final = Sentence("Write it as 2026-11-24, as 2083-08-08 BS, or as today, yesterday or -3d.")
_OTHER_WORDS_FOR_CHOICES: Final = {
    **dict.fromkeys(("female", "woman", "femme", "femelle", "महिला", "स्त्री"), "F"),
    **dict.fromkeys(("male", "man", "homme", "mâle", "पुरुष"), "M"),
    **dict.fromkeys(("व्यक्ति", "personne"), "person"),
    **dict.fromkeys(("समूह", "groupe"), "group"),
}
"""Other words for the options of a choice; each has one meaning only."""
_SAMBAT: Final = re.compile(r"\s*(?:B\.?\s?S\.?|वि\.?\s?सं\.?)\s*", re.IGNORECASE)
_SERIAL: Final = re.compile(r"[0-9]{5}")  # days, as a spreadsheet counts them: 10,000 is in 1927
_YEAR_FORM: Final = Sentence("Write the Gregorian year in four digits.")
_EQUIVALENTS_FORM: Final = Sentence("Write { pig = 1.5 } in rules.toml, pig=1.5 in a sheet.")
_PAIRS_FORM: Final = Sentence("Write it as absent=5;late=2.")
_MADE_A_NUMBER: Final = Sentence("A spreadsheet turned this id into a number.")
DITTO: Final = frozenset(
    {
        *('"', "''", "”", "“", "„", "″", "〃", ",,", '-"-', "-do-", "do.", "ditto", "same as above", "as above"),
        *("ऐ", "ऐ.", "ऐ ऐ", "ऐ.ऐ.", "उही", "सोही"),
    }
)
_LONGEST_DITTO: Final = 2 * max(map(len, DITTO))  # blanks around it
_AS_TEXT: Final = Sentence("Format the column as text and write it again.")


class CellFault(errors.Invalid):
    """One cell cannot be read; `reason` never contains the value, which may be a name."""


def read(column: schema.Column, cell: object) -> Value | None:
    """Read one cell as the value of a column.

    Args:
        column: The column.
        cell: Text, or what a workbook or rules.toml has: a number, a day, a truth value.

    Returns:
        The normalised value: a mapping for equivalents, `int` or `float` for numbers, else text (ISO for a day). None
        if the cell is empty or blank.

    Raises:
        CellFault: The cell holds something else.
    """
    try:
        return READERS[column.type](column, cell)
    except CellFault as fault:
        fault.field = column.name
        raise


def read_in_table(column: schema.Column, cell: object) -> Value | None:
    """Read one cell of a table, as `read` does.

    Raises:
        CellFault: The cell holds something else, or ditto marks, which are refused since rows have no order; free text
            may be anything.
    """
    marks = isinstance(cell, str) and column.type != "text" and len(cell) <= _LONGEST_DITTO
    if marks and str(cell).strip().casefold() in DITTO:
        fault = CellFault(
            reason=Sentence("This repeats the cell above it."), advice=Sentence("Write the value in full.")
        )
        fault.field = column.name
        raise fault
    return read(column, cell)


def read_record(column: schema.Column, text: str) -> str | None:
    """Read the id of a record of any kind, with or without its kind, as in pass:T1; None if it is empty.

    Raises:
        CellFault: What follows the kind cannot be an id.
    """
    kind, colon, bare = text.rpartition(":")
    id_ = read(column, bare)
    return None if id_ is None else f"{kind}{colon}{id_}"


def read_day(text: str, today: date) -> date:
    """Read a day as options of the command line accept it.

    Args:
        text: A day as in a cell, such as "2083-08-08 BS"; or "today", "yesterday", or "-3d" for three days ago.
        today: The current day in the programme's time zone.

    Raises:
        CellFault: It is none of these, the day does not exist, or it is most likely in Bikram Sambat.
    """
    plain = _digits(_plain(text))
    if plain.casefold() == "today":
        return today
    if plain.casefold() == "yesterday":
        return today - timedelta(days=1)
    if ago := _DAYS_AGO.fullmatch(plain):
        try:
            return today - timedelta(days=int(ago[1]))
        except OverflowError:
            raise CellFault(reason=Sentence("This is too many days ago."), advice=_THE_ASKED_DAY_FORM) from None
    try:
        day = _day(plain)
    except CellFault as fault:
        if fault.suggestion == _THE_DAY_FORM:
            raise CellFault(reason=fault.reason, advice=_THE_ASKED_DAY_FORM) from None
        raise
    if advice := bikram_sambat.likely(day.isoformat()):
        raise CellFault(reason=Sentence("This day is decades from today."), advice=advice)
    return day


def read_day_as_text(text: str, today: date) -> str:
    """The same as the value of a column, in ISO form; a day of a year not published yet keeps its own form.

    Raises:
        CellFault: As for `read_day`.
    """
    return _iso(read_day(text, today), text)


def _iso(day: date, text: str) -> str:
    return bikram_sambat.iso(day, in_sambat=bool(_SAMBAT.search(text)))


def write(value: Value) -> str:
    """Write a value as the text of a cell, so that `read` of `unescaped` gives it back.

    Text that a spreadsheet would take for a formula gets a leading apostrophe. Numbers are written without an exponent;
    negative ones need no apostrophe, since a spreadsheet takes them for numbers.

    >>> write({"pig": 1.5, "seed": 2})
    'pig=1.5;seed=2'
    """
    if isinstance(value, Mapping):
        return ";".join(f"{key}={write(one)}" for key, one in value.items())
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, int):
        return str(value)
    return f"{value:.6f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Put an apostrophe before text that begins like a formula: with = + - @, tab, return or line feed.

    Text that begins with apostrophes followed by one of these gets one more, so that no two texts are written alike.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Remove the apostrophe that `escaped` added; other text is returned unchanged."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def closest(word: str, known: tuple[str, ...]) -> str:
    """The known word that is most like a word, or "" if none is like it.

    >>> closest("recieved_on", ("received_on",)), closest("id", ("kind",))
    ('received_on', '')
    """
    matches = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=_LEAST_LIKENESS)
    return matches[0] if matches else ""


def _plain(cell: object) -> str:
    """The cell as NFC text without outer blanks; every line end is a line feed."""
    text = cell if isinstance(cell, str) else _text_of(cell)
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    for character in text:
        # Surrogates and U+FFFE, U+FFFF have no place in UTF-8 or XML; other control characters have no shape.
        if (unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t") or character in "\ufffe\uffff":
            raise CellFault(
                reason=Sentence("The character U+%(code)s cannot be shown.", code=f"{ord(character):04X}"),
                advice=Sentence("Delete that character."),
            )
    return text


def _text_of(cell: object) -> str:
    """The text that a person sees in a cell of a workbook that is not text.

    A whole number counts as text that was typed (a telephone number, an ear tag); truth values and days do not.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    raise CellFault(reason=Sentence("This is not text."), advice=_AS_TEXT)


def _write_this(text: str) -> Sentence:
    return Sentence("Write %(text)s.", text=text)


def _if_that_is_meant(text: str) -> Sentence:
    return Sentence("Write %(text)s, if that is meant.", text=text)


def _perhaps(text: str) -> Sentence:
    return Sentence("Format the column as text and write it again, perhaps %(text)s.", text=text)


def _digits(text: str) -> str:
    return text if text.isascii() else text.translate(_DEVANAGARI_DIGITS)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _read_text(column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    text = _plain(cell)
    if column.name in OF_DIGITS:
        _refuse_a_number(text)
    is_name = column.name == "name"
    most = LONGEST_NAME if is_name else LONGEST_TEXT
    if len(text) > most:
        raise CellFault(
            reason=Sentence("This is longer than %(most)s characters.", most=most),
            advice=Sentence("Enter the name alone.") if is_name else Sentence("Shorten it."),
        )
    if is_name and len(text.splitlines()) > 1:
        raise CellFault(reason=Sentence("This name has several lines."), advice=Sentence("Write it on one line."))
    return text


def _read_name(column: schema.Column, cell: object) -> str | None:
    text = _read_text(column, cell)
    if text and not _INVISIBLE.sub("", text).strip():
        raise CellFault(reason=Sentence("Nothing of this name can be seen."), advice=Sentence("Enter her name."))
    if text and any(letter.isdecimal() for letter in text) and not any(letter.isalpha() for letter in text):
        raise CellFault(
            reason=Sentence("This is a number, not a name."),
            advice=Sentence("Enter her name; leave out total rows."),
        )
    return text


def _read_tags(column: schema.Column, cell: object) -> str | None:
    text = _read_text(column, cell)
    if text is None:
        return None
    tags = [tag for part in text.split(";") if (tag := part.strip())]
    for tag in tags:
        _refuse_a_number(tag)
    return ";".join(tags) or None


def _read_words(column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    parts = cell if isinstance(cell, list) else re.split("[;,]", _plain(cell))
    words = list(dict.fromkeys(word for part in parts if (word := _plain(part))))
    for word in words:
        if not _WORD.fullmatch(word) or (column.choices and word not in column.choices):
            raise CellFault(
                reason=Sentence("This holds a word that is not known here."),
                advice=Sentence("Write some of: %(choices)s.", choices=", ".join(column.choices))
                if column.choices
                else Sentence("Write words of small letters, digits and _, with ; between them."),
            )
    return ";".join(words) or None


def _refuse_a_number(text: str) -> None:
    """Refuse a telephone number or tag that a spreadsheet has turned into a number."""
    if _DIGITS_LOST.fullmatch(_digits(text)):
        raise CellFault(
            reason=Sentence("A spreadsheet turned this into a number, and digits of it may be lost."),
            advice=_AS_TEXT,
        )


def _kind_of(column: schema.Column) -> str:
    """The kind that an id column refers to: "placement" for giver_placement_id; a cell may name it: placement:P1."""
    return column.refers_to or column.name.removesuffix("_id").rpartition("_")[2]


def _read_id(column: schema.Column, cell: object) -> str | None:
    if isinstance(cell, str) and cell.isascii() and len(cell) <= LONGEST_ID and cell.replace("-", "").isalnum():
        return cell  # the usual id, at no cost
    if _is_blank(cell):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not (cell >= 0 and _is_exact(cell)):
        raise CellFault(reason=_MADE_A_NUMBER, advice=_AS_TEXT)
    text = _digits(_plain(cell)).removeprefix(f"{_kind_of(column)}:")
    if made := _ID_MADE_A_NUMBER.fullmatch(text):
        raise CellFault(reason=_MADE_A_NUMBER, advice=_perhaps(made[1]))
    if _ID_MADE_SCIENTIFIC.fullmatch(text):
        raise CellFault(reason=_MADE_A_NUMBER, advice=_AS_TEXT)
    if len(text) > LONGEST_ID:
        raise CellFault(
            reason=Sentence("This is longer than %(most)s characters.", most=LONGEST_ID),
            advice=Sentence("Write a shorter id."),
        )
    if text.startswith(tuple(f"{each.name}:" for each in kinds.CORE)):
        raise CellFault(
            reason=Sentence("This names a record of another kind."),
            advice=Sentence("Enter the id alone, or with its kind before it."),
        )
    _refuse_what_no_url_holds(text)
    if column.fixed and column.refers_to is None:  # its own: what is recorded already can be named
        _refuse_invisible(text)
    return text


def _read_ids(column: schema.Column, cell: object) -> str | None:
    """Several ids, each once, in their own order, so that the same people are always written in the same way."""
    if not isinstance(cell, str):
        return _read_id(column, cell)
    ids = {id_ for part in re.split(r"[;\n]", _read_text(column, cell) or "") if (id_ := _read_id(column, part))}
    return ";".join(sorted(ids)) or None


def _read_act(column: schema.Column, cell: object) -> str | None:
    """The id of an act, with its kind if the cell has one."""
    kind, colon, _ = _plain(cell).partition(":") if isinstance(cell, str) else ("", "", "")
    if not (colon and _WORD.fullmatch(kind)):
        return _read_id(column, cell)
    id_ = _read_id(column, str(cell).partition(":")[2])
    return None if id_ is None else f"{kind}:{id_}"


def _is_exact(cell: float) -> bool:
    """Whether a number in a sheet is whole, and small enough to have all its digits."""
    return math.isfinite(cell) and cell == int(cell) and cell < _EXACT


def _refuse_invisible(text: str) -> None:
    if unseen := _INVISIBLE.search(text):
        raise CellFault(
            reason=Sentence(
                "The character U+%(code)s is invisible; an id cannot contain it.",
                code=f"{ord(unseen[0]):04X}",
            ),
            advice=_write_this(_INVISIBLE.sub("", text)),
        )


def _refuse_what_no_url_holds(text: str) -> None:
    """Refuse an id that cannot be part of a URL, or one word of a line."""
    if ":" in text or "/" in text:
        raise CellFault(
            reason=Sentence('An id cannot contain ":" or "/".'),
            advice=_write_this(text.replace(":", "-").replace("/", "-")),
        )
    if not text.strip("."):
        raise CellFault(
            reason=Sentence("An id cannot be dots alone."),
            advice=Sentence("Write letters or digits."),
        )
    if "\n" in text or "\t" in text or "\u2028" in text or "\u2029" in text:
        raise CellFault(
            reason=Sentence("An id cannot contain a line break or a tab."),
            advice=_write_this("-".join(text.split())),
        )


def _read_help(_column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    text = _plain(cell)
    if _HELP.fullmatch(text):
        return text
    meant = re.sub(r"[\s\-]+", "_", _digits(text).lower())
    if _HELP.fullmatch(meant):
        return meant
    raise CellFault(
        reason=Sentence("This is not the name of a help: a to z, 0 to 9 and _, at most 40 characters."),
        advice=Sentence("Write the name that its rule has."),
    )


def _read_choice(column: schema.Column, cell: object) -> str | None:
    if isinstance(cell, bool) and "yes" in column.choices:  # as rules.toml says it
        return "yes" if cell else "no"
    if cell in column.choices:
        return str(cell)
    if _is_blank(cell):
        return None
    word = re.sub(r"[\s\-]+", "_", _plain(cell).casefold())
    for choice in column.choices:
        if choice.casefold() == word or choice == _OTHER_WORDS_FOR_CHOICES.get(word):
            return choice
    these = Sentence("Use %(choices)s.", choices=", ".join(column.choices))
    if likely := closest(word, column.choices):
        raise CellFault(reason=these, advice=_write_this(likely))
    raise CellFault(reason=Sentence("This is not one of the words that can be chosen."), advice=these)


def _read_date(_column: schema.Column, cell: object) -> str | None:
    if isinstance(cell, str):
        if _is_blank(cell):
            return None
        text = _digits(_plain(cell))
        return _iso(_day(text), text)
    if cell is None:
        return None
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise CellFault(
                reason=Sentence("This is a time, not a day."),
                advice=_write_this(cell.date().isoformat()),
            )
        return _within_years(cell.date()).isoformat()
    if isinstance(cell, date):
        return _within_years(cell).isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell <= LARGEST_NUMBER:
        raise CellFault(reason=Sentence("This is a number, not a day."), advice=_spreadsheet_day(int(cell)))
    raise CellFault(reason=Sentence("This is not a day."), advice=_THE_DAY_FORM)


def _read_month(_column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    match = _MONTH.fullmatch(_digits(_plain(cell)))
    if not match:
        raise CellFault(reason=Sentence("This is not a month."), advice=Sentence("Write it as 2083-08 BS, or 2026-11."))
    month = f"{match[1]}-{int(match[2]):02}{' BS' if match[3] else ''}"
    if not bikram_sambat.month_days(month):
        raise CellFault(reason=Sentence("There is no such month."), advice=Sentence("Check the year and the month."))
    return month


def _spreadsheet_day(days: int) -> Sentence:
    try:
        day = _SPREADSHEET_DAY_0 + timedelta(days=days)
    except OverflowError:
        return _THE_DAY_FORM
    return (
        Sentence("Format the column as a date, perhaps %(day)s.", day=day)
        if FIRST_YEAR <= day.year <= LAST_YEAR
        else _THE_DAY_FORM
    )


def _day(text: str) -> date:
    """The day that normalised text means."""
    if day := _DAY.fullmatch(text):
        return _within_years(_gregorian(int(day[1]), int(day[2]), int(day[3])))
    if day := _BS_DAY.fullmatch(text):
        return _bikram_sambat(int(day[1]), int(day[2]), int(day[3]))
    if day := _DAY_IN_WORDS.fullmatch(text):
        return _with_a_month_in_words(day[3], day[2], day[1])
    if day := _MONTH_FIRST.fullmatch(text):
        return _with_a_month_in_words(day[3], day[1], day[2])
    possible = _possible_days(_MIDNIGHT.sub("", text))
    if len(possible) == 1:
        return possible[0]
    raise CellFault(reason=Sentence("This is not a day."), advice=_likely_day(text))


def _with_a_month_in_words(year: str, word: str, day: str) -> date:
    """A Gregorian day whose month is given by its English name, or the first three letters."""
    names = [name.casefold() for name in calendar.month_name]
    month = next((names.index(name) for name in names if name and word.casefold() in (name, name[:3])), 0)
    if not month or int(year) in bikram_sambat.LIKELY_YEARS:
        raise CellFault(reason=Sentence("This is not a day."), advice=_THE_DAY_FORM)
    return _within_years(_gregorian(int(year), month, int(day)))


def _within_years(day: date) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise _outside_years()


def _outside_years() -> CellFault:
    return CellFault(
        reason=Sentence("This is not between the years %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR),
        advice=_THE_DAY_FORM,
    )


def _gregorian(year: int, month: int, day: int) -> date:
    if year < FIRST_YEAR:
        raise _outside_years()
    if not 1 <= month <= _MONTHS:
        swapped = f"{year:04}-{day:02}-{month:02}"
        raise CellFault(
            reason=Sentence("There is no month called %(month)s.", month=month),
            advice=_if_that_is_meant(swapped)
            if 1 <= day <= _MONTHS and 1 <= month <= _LONGEST_MONTH
            else _THE_DAY_FORM,
        )
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        sambat_day = (
            bikram_sambat.likely(f"{year:04}-{month:02}-{day:02}")
            if bikram_sambat.gregorian(year, month, day)
            else None
        )
        raise CellFault(
            reason=Sentence("This day does not exist: the month has %(last)s days.", last=last),
            advice=sambat_day
            or Sentence("Look it up; the last day of that month is %(day)s.", day=f"{year:04}-{month:02}-{last:02}"),
        )
    return date(year, month, day)


def _bikram_sambat(year: int, month: int, day: int) -> date:
    table = month_table.in_use()
    if not table.first <= year <= table.last:
        raise CellFault(
            reason=Sentence(
                "Bikram Sambat days are known from %(first)s to %(last)s only.",
                first=table.first,
                last=table.last,
            ),
            advice=Sentence("Write the Gregorian day, as 2026-11-24."),
        )
    day_ = table.gregorian(year, month, day)
    if day_ is None:
        raise CellFault(
            reason=Sentence("This day does not exist in the Bikram Sambat calendar."),
            advice=Sentence("Look it up; months have 29 to 32 days."),
        )
    return day_


def _possible_days(text: str) -> list[date]:
    """The days that digits with separators can mean; empty if the calendar is uncertain, or if there is a time."""
    year, meant, marked = _parts(text)
    timed = (form := _YEAR_FIRST.fullmatch(text)) and form[4]
    if timed or (not marked and year in bikram_sambat.LIKELY_YEARS):
        return []
    days = [
        bikram_sambat.gregorian(year, month, day)
        if marked
        else date(year, month, day)
        if _is_day(year, month, day)
        else None
        for month, day in meant
    ]
    return [day for day in days if day]


def _parts(text: str) -> tuple[int, list[tuple[int, int]], bool]:
    """The year, the possible pairs of month and day, and whether Bikram Sambat is named; no pairs for other forms."""
    text, marked = _SAMBAT.subn("", text)
    if form := _YEAR_FIRST.fullmatch(text):
        return int(form[1]), [(int(form[2]), int(form[3]))], bool(marked)
    if form := _YEAR_LAST.fullmatch(text):
        one, two = int(form[1]), int(form[2])
        return int(form[3]), [(two, one), (one, two)][: 1 + (one != two)], bool(marked)
    return 0, [], False


def _likely_day(text: str) -> Sentence:
    """The day that the writer of another form probably meant, as advice."""
    if _SERIAL.fullmatch(text):
        return _spreadsheet_day(int(text))
    year, meant, marked = _parts(text)
    if marked or year in bikram_sambat.LIKELY_YEARS:
        possible = [
            f"{year}-{month:02}-{day:02} BS" for month, day in meant if bikram_sambat.gregorian(year, month, day)
        ]
    else:
        possible = [f"{year:04}-{month:02}-{day:02}" for month, day in meant if _is_day(year, month, day)]
    return _write_this(any_of(possible)) if possible else _THE_DAY_FORM


def _is_day(year: int, month: int, day: int) -> bool:
    months = FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= _MONTHS
    return months and 1 <= day <= calendar.monthrange(year, month)[1]


def _number(cell: object) -> int | float:
    """The number in a cell that is not blank, of any sign, below 10^15."""
    if isinstance(cell, str):
        text = _digits(_plain(cell))
        if _NUMBER.fullmatch(text):
            number: int | float = float(text) if "." in text else int(text)
        elif comma := _COMMA.fullmatch(text):
            raise CellFault(reason=Sentence("The comma can be read in two ways."), advice=_without_comma(comma))
        else:
            raise CellFault(
                reason=Sentence("This is not a number."), advice=Sentence("Write digits, such as 2 or 0.5.")
            )
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < math.inf:
        number = cell
    else:
        raise CellFault(reason=Sentence("This is not a number."), advice=Sentence("Write digits, such as 2 or 0.5."))
    if abs(number) > LARGEST_NUMBER:
        raise CellFault(
            reason=Sentence("This is more than %(most)s.", most=LARGEST_NUMBER),
            advice=Sentence("Check for an extra digit."),
        )
    return int(number) if number == int(number) else number


def _without_comma(comma: re.Match[str]) -> Sentence:
    whole, groups = comma[1], comma[2][1:].split(",")
    if len(groups) > 1:
        return _write_this(f"{whole}{''.join(groups)}")
    point = f"{whole}.{groups[0]}".rstrip("0").rstrip(".")
    return _write_this(any_of([f"{whole}{groups[0]}", point]) if len(groups[0]) == _DECIMALS else point)


def _thousandths(cell: object) -> int | float:
    """A number of at most 3 decimals; noise of a spreadsheet's arithmetic (0.1 + 0.2) is rounded away."""
    number = _number(cell)
    if isinstance(cell, str) and _THOUSANDS.fullmatch(_digits(_plain(cell))):
        raise CellFault(
            reason=Sentence("The point can be read in two ways."),
            advice=_write_this(any_of([write(number), write(number * 1000)])),
        )
    rounded = round(number, _DECIMALS)
    if abs(number - rounded) > _NOISE:
        raise CellFault(
            reason=Sentence("This has more than %(most)s decimals.", most=_DECIMALS),
            advice=_write_this(write(rounded)) if rounded else _HOW_MANY,
        )
    return int(rounded) if rounded == int(rounded) else rounded


def _read_units(_column: schema.Column, cell: object) -> int | float | None:
    if isinstance(cell, str) and len(cell) == 1 and "1" <= cell <= "9":
        return int(cell)  # the usual number, at no cost
    return None if _is_blank(cell) else _thousandths(cell)


def _read_amount(_column: schema.Column, cell: object) -> int | float | None:
    if _is_blank(cell):
        return None
    number = _thousandths(cell)
    if number <= 0:
        raise CellFault(reason=Sentence("This must be more than 0."), advice=_HOW_MANY)
    return number


def _read_count(_column: schema.Column, cell: object) -> int | float | None:
    if _is_blank(cell):
        return None
    number = _thousandths(cell)
    if number < 0:
        raise CellFault(
            reason=Sentence("This is below 0."),
            advice=_if_that_is_meant(write(-number)),
        )
    return number


def _read_money(column: schema.Column, cell: object) -> int | float | None:
    number = _read_count(column, cell)
    if number is not None and round(number, 2) != number:
        raise CellFault(
            reason=Sentence("This has more than %(most)s decimals.", most=2),
            advice=_write_this(write(round(number, 2))),
        )
    return number


def _read_pairs(column: schema.Column, cell: object) -> str | None:
    """A table of rules.toml, or text such as "absent=5;late=2", sorted by word."""
    if _is_blank(cell):
        return None
    parts = [*cell.items()] if isinstance(cell, Mapping) else [part.split("=") for part in _plain(cell).split(";")]
    pairs: dict[str, str] = {}
    for name, worth in (each if len(each) == len("=") + 1 else ("", "") for each in parts):
        word = _plain(name)
        if not _WORD.fullmatch(word) or word in pairs:
            raise CellFault(reason=Sentence("This is not a list of words with amounts."), advice=_PAIRS_FORM)
        pairs[word] = str(worth) if worth in column.choices else write(_read_money(column, worth) or 0)
    return ";".join(f"{word}={amount}" for word, amount in sorted(pairs.items())) or None


def _read_term(_column: schema.Column, cell: object) -> int | None:
    return None if _is_blank(cell) else _whole(cell, least=1)


def _read_days(_column: schema.Column, cell: object) -> int | None:
    return None if _is_blank(cell) else _whole(cell, least=0)


def _whole(cell: object, least: int) -> int:
    number = _number(cell)
    if isinstance(number, int) and least <= number <= LONGEST_TERM:
        return number
    raise CellFault(
        reason=Sentence("This is not a whole number from %(least)s to %(most)s.", least=least, most=LONGEST_TERM),
        advice=Sentence("Write a whole number."),
    )


def _read_year(_column: schema.Column, cell: object) -> int | None:
    if _is_blank(cell):
        return None
    try:
        number = _number(cell)
    except CellFault as fault:
        raise CellFault(reason=Sentence("This is not a year."), advice=_YEAR_FORM) from fault
    if not isinstance(number, int) or not FIRST_YEAR <= number <= LAST_YEAR:
        raise CellFault(
            reason=Sentence("This is not a year between %(first)s and %(last)s.", first=FIRST_YEAR, last=LAST_YEAR),
            advice=_YEAR_FORM,
        )
    return number


def _read_degrees(column: schema.Column, cell: object) -> int | float | None:
    if _is_blank(cell):
        return None
    number = round(_number(cell), 6)  # a tenth of a metre; our choice
    farthest = 90 if column.name == "latitude" else 180
    if abs(number) > farthest:
        raise CellFault(
            reason=Sentence("This is not between -%(farthest)s and %(farthest)s degrees.", farthest=farthest),
            advice=Sentence("Write it in degrees with a point, such as 27.87."),
        )
    return int(number) if number == int(number) else number


def _read_equivalents(_column: schema.Column, cell: object) -> Mapping[str, int | float] | None:
    """A table of rules.toml, or text such as "pig=1.5;seed=2", sorted by help."""
    if isinstance(cell, str):
        parts: Iterable[tuple[object, object]] = (
            (name, number) for name, _, number in (part.partition("=") for part in cell.split(";") if part.strip())
        )
    elif isinstance(cell, Mapping):
        parts = cell.items()
    elif cell is None:
        return None
    else:
        raise CellFault(reason=Sentence("Not a list of helps and numbers."), advice=_EQUIVALENTS_FORM)
    equivalents: dict[str, int | float] = {}
    for name, number in parts:
        help_, amount = _read_help(_column, name), _read_amount(_column, number)
        if help_ is None or amount is None or help_ in equivalents:
            raise CellFault(reason=Sentence("Give one number for each help."), advice=_EQUIVALENTS_FORM)
        equivalents[help_] = amount
    return dict(sorted(equivalents.items())) or None


def _read_programme_id(_column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    text = _plain(cell)
    if _PROGRAMME_ID.fullmatch(text):
        return text
    raise CellFault(
        reason=Sentence("This is not a programme's id: a to z, 0 to 9 and -, at most 40 characters."),
        advice=Sentence("Write, for example, relay-demo."),
    )


def _read_timezone(_column: schema.Column, cell: object) -> str | None:
    if _is_blank(cell):
        return None
    text = _plain(cell)
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CellFault(
            reason=Sentence("This is not the name of a time zone."),
            advice=Sentence("Write, for example, Africa/Kigali."),
        ) from None
    return text


def _read_country(_column: schema.Column, cell: object) -> str | None:
    """A country that comes with Relay, by its word, or the country.toml of one of its own."""
    if _is_blank(cell) or not isinstance(cell, str):
        return None
    text = tidied(cell)
    said = text if len(text.splitlines()) > 1 else text.lower()
    try:
        country_of(said)
    except errors.Invalid as error:
        raise CellFault(reason=error.reason, advice=error.suggestion) from None
    return said


def _read_level(_column: schema.Column, cell: object) -> str | None:
    """A level of place, such as ward; whether the programme's country has it, the rule book says."""
    if _is_blank(cell):
        return None
    meant = re.sub(r"[\s\-]+", "_", _plain(cell).lower())
    if _WORD.fullmatch(meant):
        return meant
    raise CellFault(
        reason=Sentence("This is not a level of place."),
        advice=Sentence("Write one of the country's, such as district."),
    )


READERS: Final[Mapping[schema.Type, Callable[[schema.Column, object], Value | None]]] = {
    "id": _read_id,
    "text": _read_text,
    "name": _read_name,
    "help": _read_help,
    "date": _read_date,
    "month": _read_month,
    "units": _read_units,
    "amount": _read_amount,
    "count": _read_count,
    "money": _read_money,
    "term": _read_term,
    "days": _read_days,
    "year": _read_year,
    "degrees": _read_degrees,
    "choice": _read_choice,
    "tags": _read_tags,
    "words": _read_words,
    "ids": _read_ids,
    "act": _read_act,
    "equivalents": _read_equivalents,
    "pairs": _read_pairs,
    "programme_id": _read_programme_id,
    "timezone": _read_timezone,
    "country": _read_country,
    "level": _read_level,
}
