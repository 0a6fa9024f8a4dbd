"""The reader's language: texts through gettext, days and numbers as that language writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask_babel

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask


def set_up(app: Flask) -> None:
    """Let an application speak to its reader in a language that it knows."""
    app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_TRANSLATION_DIRECTORIES="translations")
    flask_babel.Babel(app)
    for name, function in (("_", gettext), ("ngettext", ngettext), ("language", language)):
        app.add_template_global(function, name)


def language() -> str:
    """The language of this page, such as "en"."""
    return str(flask_babel.get_locale())


def gettext(text: str, **values: object) -> str:
    """A text with its values."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """A text that depends on a number, which it may show as %(num)s."""
    return str(flask_babel.ngettext(one, many, number, **values))


def lazy_gettext(text: str) -> Any:  # noqa: ANN401 - a LazyString, which is turned into text when it is shown
    """A text whose language is chosen when it is shown."""
    return flask_babel.lazy_gettext(text)


def day(value: date) -> str:
    """A Gregorian day, such as "24 Nov 2026"."""
    return str(flask_babel.format_date(value, "d MMM y"))


def number(value: float) -> str:
    """A number of thousandths at most, such as "10,000" and "2.5"."""
    return str(flask_babel.format_decimal(value, "#,##0.###"))
