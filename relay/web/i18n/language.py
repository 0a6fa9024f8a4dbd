"""The reader's language: texts through gettext, days and numbers as that language writes them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from functools import lru_cache, partial, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVarTuple
from urllib.parse import quote, urlencode

import flask_babel
from babel import Locale
from flask import current_app, g, has_app_context, request
from flask_babel.speaklater import LazyString

from relay import languages as every
from relay.countries import month_table
from relay.countries.country import country_of
from relay.domain import bikram_sambat
from relay.web import remembered_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from flask import Flask

    from relay.countries.country import Country
    from relay.countries.month_table import MonthTable
    from relay.domain.system import Catalogue
    from relay.ledger.programme_heads import LedgerHead

LANGUAGES: Final = {word: str(Locale.parse(word).get_display_name()).capitalize() for word in every.languages()}
"""Each language by its own name."""

_MOST_CACHED: Final = 8192
"""Texts that are cached for each function (our choice: the days and numbers of a large tree; under a megabyte)."""

_Values = TypeVarTuple("_Values")


def set_up(app: Flask) -> None:
    """Have an application choose the language of each page, and give the text functions to its templates."""
    app.config.update(BABEL_DEFAULT_LOCALE=every.ENGLISH)
    flask_babel.Babel(app, locale_selector=_wanted_language)
    for function in (ngettext, language, languages, url_in_language, day_form, month_form):
        app.add_template_global(function)
    app.add_template_global(gettext, "_")
    app.before_request(_begin_request)
    app.after_request(partial(remembered_choice.remember, "lang", LANGUAGES))
    app.teardown_request(_end_request)


def catalogue() -> Catalogue:
    """The kinds of records of this application; with the columns of its own of the programme that the page is about."""
    catalogue_: Catalogue = current_app.extensions["relay"].graph.catalogue
    return catalogue_.with_own(g.head.own) if "head" in g else catalogue_


def country() -> Country:
    """The country of the programme that this request has opened; the usual one before it has."""
    head: LedgerHead | None = g.get("head")
    return country_of(head.country if head else None)


def _begin_request() -> None:
    g.speaking = every.speaking(str(flask_babel.get_locale()))  # for a tree it is read thousands of times
    g.speaking.__enter__()


def _end_request(_: BaseException | None) -> None:
    if "speaking" in g:
        g.pop("speaking").__exit__(None, None, None)


def _wanted_language() -> str:
    """The language in the URL, else that of the cookie, else the best match of the browser's languages."""
    return remembered_choice.chosen("lang", LANGUAGES) or request.accept_languages.best_match(LANGUAGES, every.ENGLISH)


def languages() -> Mapping[str, str]:
    """Each language that the country offers, and that of the page, by its own name."""
    offered = {*country().languages, language()}
    return {word: name for word, name in LANGUAGES.items() if word in offered}


def url_in_language(word: str) -> str:
    """The URL of this page in a language."""
    return url_of_this_page("lang", word)


def url_of_this_page(name: str, value: str | None) -> str:
    """The URL of this page with one parameter changed; None leaves it out."""
    parameters = [(each, text) for each, text in request.args.items(multi=True) if each != name]
    parameters += [(name, value)] if value else []
    return quote(request.script_root + request.path) + (f"?{urlencode(parameters)}" if parameters else "")


def language() -> str:
    """The language of this page, such as "en"."""
    return every.spoken() or str(flask_babel.get_locale())


def cached_by_language(write: Callable[[*_Values], str]) -> Callable[[*_Values], str]:
    """Decorate a function that makes a text in the page's language: cache it by language, calendar and arguments."""

    @lru_cache(maxsize=_MOST_CACHED)
    def cached(_language: str, _calendar: MonthTable, values: tuple[*_Values]) -> str:
        return write(*values)

    @wraps(write)
    def in_language(*values: *_Values) -> str:
        return cached(language(), month_table.in_use(), values)

    return in_language


def gettext(text: str, /, **values: object) -> str:
    """The translation of a text, with its values filled in."""
    translated = _text(text, None)
    return translated % values if values else translated


def pgettext(context: str, text: str) -> str:
    """The translation of a text in a context, such as "column"."""
    return _text(text, context)


@cached_by_language
def _text(text: str, context: str | None) -> str:
    told = every.texts(language())
    return told.pgettext(context, text) if context else told.gettext(text)


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """A text that depends on a count, which it may show as %(num)s, written as the language writes numbers."""
    return every.texts(language()).ngettext(one, many, num) % {"num": number(num), **values}


def both_forms(one: str, many: str) -> tuple[str, str]:
    """The two forms of a text that depends on a count, for a script that chooses and fills in %(num)s."""
    told = every.texts(language())
    return told.ngettext(one, many, 1), told.ngettext(one, many, 2)


@contextmanager
def force_language(word: str) -> Generator[None]:
    """Make texts in a language, whichever the reader's is."""
    with every.speaking(word), flask_babel.force_locale(word):
        yield


def lazy_gettext(text: str) -> Any:  # noqa: ANN401 - a LazyString, which is turned into text when it is shown
    """A text whose language is chosen when it is shown."""
    return LazyString(gettext, text)


BS_MONTHS: Final = (
    lazy_gettext("Baisakh"),
    lazy_gettext("Jestha"),
    lazy_gettext("Asar"),
    lazy_gettext("Shrawan"),
    lazy_gettext("Bhadra"),
    lazy_gettext("Ashwin"),
    lazy_gettext("Kartik"),
    lazy_gettext("Mangsir"),
    lazy_gettext("Poush"),
    lazy_gettext("Magh"),
    lazy_gettext("Falgun"),
    lazy_gettext("Chaitra"),
)
"""The months of Bikram Sambat."""


def bs_month(year: int, month: int) -> str:
    """A month of Bikram Sambat, such as "Kartik 2083"."""
    return gettext("%(month)s %(year)s", month=BS_MONTHS[month - 1], year=year)


def day_form() -> str:
    """How a day is written, in each calendar of the country."""
    return gettext("2026-11-24, or 2083-08-08 BS") if has_bikram_sambat() else "2026-11-24"


def month_form(month: int) -> str:
    """How a month of a year is written, in the calendar that the country counts by."""
    return f"2083-{month:02} BS" if has_bikram_sambat() else f"2026-{month:02}"


def has_bikram_sambat() -> bool:
    """Whether days are told in Bikram Sambat too: its country says so, which a page without a programme leaves open."""
    return not has_app_context() or country().has_bikram_sambat


def day(value: date) -> str:
    """A day as the page's language tells it, such as "24 Nov 2026"; in Nepali in Bikram Sambat, "8 मंसिर 2083".

    It is so where the country has that calendar. A day whose year of it is not published yet stands there with the
    Gregorian one, which is certain.
    """
    return _day(value, has_bikram_sambat())


@cached_by_language
def _day(value: date, has_other: bool) -> str:  # noqa: FBT001 - cached by its values
    named = _bs_day(value) if has_other and language() == "ne" else ""
    return f"{named} ({_gregorian(value)})" if named.startswith(_ABOUT) else named or _gregorian(value)


def other_day(value: date) -> str:
    """The same day in the other calendar, to stand beside it: "2083-08-09 BS", in Nepali "24 नोभेम्बर 2026".

    It begins with "≈" when its year is not published yet; "" where there is no other, or `day` tells both.
    """
    return _other_day(value) if has_bikram_sambat() else ""


@cached_by_language
def _other_day(value: date) -> str:
    if language() != "ne":
        return bikram_sambat.bikram_sambat(value) or ""
    named = _bs_day(value)
    return _gregorian(value) if named and not named.startswith(_ABOUT) else ""


_ABOUT: Final = "≈ "


def _bs_day(value: date) -> str:
    """A day in Bikram Sambat with its month's name; "" for a day outside the table."""
    parts = bikram_sambat.year_month_day(value)
    if parts is None:
        return ""
    year, month, number = parts
    return f"{'' if bikram_sambat.is_published(year) else _ABOUT}{number} {bs_month(year, month)}"


def _gregorian(value: date) -> str:
    return str(flask_babel.format_date(value, "d MMM y"))


def iso_day(text: str) -> str:
    """A day that is given as ISO text, as `day` tells it; other text as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def months() -> tuple[str, ...]:
    """The Gregorian months as days name them, such as "Nov"."""
    names = Locale.parse(language()).months["format"]["abbreviated"]
    return tuple(str(names[month]) for month in range(1, 13))


def month_and_year(value: date) -> str:
    """A Gregorian month, such as "Nov 2026"."""
    return str(flask_babel.format_date(value, "MMM y"))


def percent(share: float) -> str:
    """A share to a tenth of a per cent, such as "61.5%"."""
    whole = Locale.parse(language()).percent_formats[None].pattern
    return str(flask_babel.format_percent(share, whole.replace("0", "0.0")))


@cached_by_language
def places(value: float, many: int = 2) -> str:
    """A number to that many decimal places, such as "0.83"."""
    return str(flask_babel.format_decimal(value, f"#,##0.{'0' * many}"))


@cached_by_language
def signed(value: float, many: int = 0) -> str:
    """By how much something rose or fell, to that many decimal places, such as "+1.6" and "-3"."""
    form = f"#,##0.{'0' * many}" if many else "#,##0"
    return str(flask_babel.format_decimal(round(value, many) + 0.0, f"+{form};-{form}"))  # and never -0


@cached_by_language
def number(value: float) -> str:
    """A number of thousandths at most, such as "10,000" and "2.5"."""
    return str(flask_babel.format_decimal(value))
