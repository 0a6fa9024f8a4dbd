"""The reader's language: texts through gettext, days and numbers as that language writes them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVarTuple
from urllib.parse import quote, urlencode

import flask_babel
from babel import Locale
from flask import current_app, g, request
from flask_babel.speaklater import LazyString

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from flask import Flask, Response

    from relay.domain.system import Catalogue

LANGUAGES: Final = {"en": "English", "fr": "Français", "ne": "नेपाली"}
"""Each language by its own name."""

_WRITTEN: Final = 8192
"""Days and numbers that are remembered as they are written (our choice: those of a large tree; under a megabyte)."""

_SPOKEN: Final = ContextVar[str | None]("language", default=None)
"""The language of the page that is being made; a tree asks for it thousands of times."""

_Values = TypeVarTuple("_Values")

_A_YEAR: Final = 365 * 24 * 60 * 60  # seconds


def set_up(app: Flask) -> None:
    """Let an application speak to its reader in a language that it knows."""
    systems = app.extensions["relay"].graph.catalogue.systems.values()
    folders = ["translations", *(f"{system.folder}/translations" for system in systems if system.folder)]
    app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_TRANSLATION_DIRECTORIES=";".join(folders))
    flask_babel.Babel(app, locale_selector=_wanted)
    for function in (ngettext, language, languages, in_language):
        app.add_template_global(function)
    app.add_template_global(gettext, "_")
    app.before_request(_begins)
    app.after_request(_remembered)
    app.teardown_request(_ends)


def catalogue() -> Catalogue:
    """The kinds of records that this application can hold, whose words it says."""
    found: Catalogue = current_app.extensions["relay"].graph.catalogue
    return found


def _begins() -> None:
    g.spoken = _SPOKEN.set(str(flask_babel.get_locale()))


def _ends(_: BaseException | None) -> None:
    if "spoken" in g:
        _SPOKEN.reset(g.pop("spoken"))


def _wanted() -> str:
    """The language that the address names, else the one chosen before, else the best that the browser reads."""
    for word in (request.args.get("lang"), request.cookies.get("lang")):
        if word in LANGUAGES:
            return word
    return request.accept_languages.best_match(LANGUAGES, "en")


def _remembered(response: Response) -> Response:
    """Keep the language that the address names for the pages that follow."""
    word = request.args.get("lang")
    if word in LANGUAGES and "untraced" not in g:
        secure = request.is_secure
        response.set_cookie("lang", word, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response


def languages() -> Mapping[str, str]:
    """Each language by its own name."""
    return LANGUAGES


def in_language(word: str) -> str:
    """The address of this page in a language."""
    return this_page("lang", word)


def this_page(name: str, value: str | None) -> str:
    """The URL of this page with one parameter changed; None leaves it out."""
    said = [(each, text) for each, text in request.args.items(multi=True) if each != name]
    said += [(name, value)] if value else []
    return quote(request.script_root + request.path) + (f"?{urlencode(said)}" if said else "")


def language() -> str:
    """The language of this page, such as "en"."""
    return _SPOKEN.get() or str(flask_babel.get_locale())


def remembered(say_it: Callable[[*_Values], str]) -> Callable[[*_Values], str]:
    """A function that says something of its values, and remembers what it said in each language."""

    @lru_cache(maxsize=_WRITTEN)
    def kept(_language: str, values: tuple[*_Values]) -> str:
        return say_it(*values)

    @wraps(say_it)
    def said(*values: *_Values) -> str:
        return kept(language(), values)

    return said


def gettext(text: str, /, **values: object) -> str:
    """A text with its values."""
    said = _text(text, None)
    return said % values if values else said


def pgettext(context: str, text: str) -> str:
    """A text that means what it means in a context."""
    return _text(text, context)


@remembered
def _text(text: str, context: str | None) -> str:
    return str(flask_babel.pgettext(context, text) if context else flask_babel.gettext(text))


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """A text that depends on a count, which it may show as %(num)s, written as the language writes numbers."""
    text = flask_babel.get_domain().get_translations().ungettext(one, many, num)
    return str(text) % {"num": number(num), **values}


def both_forms(one: str, many: str) -> tuple[str, str]:
    """The two forms of a text that depends on a count, for a script that chooses and fills in %(num)s."""
    ungettext = flask_babel.get_domain().get_translations().ungettext
    return str(ungettext(one, many, 1)), str(ungettext(one, many, 2))


@contextmanager
def speaking(word: str) -> Generator[None]:
    """Speak one of the languages, whichever the reader's is."""
    spoken = _SPOKEN.set(word)
    try:
        with flask_babel.force_locale(word):
            yield
    finally:
        _SPOKEN.reset(spoken)


def lazy_gettext(text: str) -> Any:  # noqa: ANN401 - a LazyString, which is turned into text when it is shown
    """A text whose language is chosen when it is shown."""
    return LazyString(gettext, text)


@remembered
def day(value: date) -> str:
    """A Gregorian day, such as "24 Nov 2026"."""
    return str(flask_babel.format_date(value, "d MMM y"))


def iso_day(text: str) -> str:
    """A Gregorian day that is given as ISO text; other text as it is."""
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


@remembered
def places(value: float, many: int = 2) -> str:
    """A number to that many decimal places, such as "0.83"."""
    return str(flask_babel.format_decimal(value, f"#,##0.{'0' * many}"))


@remembered
def signed(value: float, many: int = 0) -> str:
    """By how much something rose or fell, to that many decimal places, such as "+1.6" and "-3"."""
    form = f"#,##0.{'0' * many}" if many else "#,##0"
    return str(flask_babel.format_decimal(round(value, many) + 0.0, f"+{form};-{form}"))  # and never -0


@remembered
def number(value: float) -> str:
    """A number of thousandths at most, such as "10,000" and "2.5"."""
    return str(flask_babel.format_decimal(value))
