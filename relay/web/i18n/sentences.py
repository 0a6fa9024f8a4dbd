"""Sentences of the core, its errors and their advice, in the reader's language."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.desk import wording
from relay.text import Sentence, Units
from relay.web.i18n.labels import help_word, units
from relay.web.i18n.language import catalogue, gettext, iso_day, language, pgettext

if TYPE_CHECKING:
    from flask import Flask

    from relay.errors import RelayError

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OWN: Final = re.compile(r"(?:pass:)?%\((act_id|pass_id)\)s|%\((name)\)s:")  # how a sentence begins that names its act
_STOPS: Final = (".", "।")
"""With what a sentence ends, in Latin letters and in Nepali."""


def set_up(app: Flask) -> None:
    """Give the templates of an application what says a sentence."""
    for filter_ in (say, say_beside, say_advice):
        app.add_template_filter(filter_, filter_.__name__)


def say(sentence: str) -> str:
    """A sentence of the core, with the sentences within it, in the language of the page; other text as it is.

    A value that is one of the few words of a column of its name is said as the forms say it.
    """
    if not isinstance(sentence, Sentence):
        return sentence
    return gettext(sentence.template, **{name: _said(value, name) for name, value in sentence.values.items()})


def say_beside(sentence: str) -> str:
    """The same beside the form or row that it is about.

    That act is "this" there, since nobody knows the id that was made for it, and a column is called as on its form.
    """
    if not isinstance(sentence, Sentence):
        return sentence
    values = {
        name: say_beside(value) if isinstance(value, Sentence) else _said(value, name)
        for name, value in sentence.values.items()
    }
    begins = _OWN.match(sentence.template)
    own = next(filter(None, begins.groups())) if begins else "act_id"
    if own not in values:
        return gettext(sentence.template, **values)
    named = rf"(?:pass:)?%\({own}\)s"
    said = re.sub(named, gettext("this"), re.sub(rf"\A{named}\s*:\s*", "", gettext(sentence.template)))
    told = said % {**values, "field": pgettext("column", wording.heading(str(values.get("field", ""))))}
    return told if ":" in told.partition(" ")[0] else told[:1].upper() + told[1:]  # an id is written as it is


def say_error(error: RelayError) -> str:
    """Why what a form says cannot be done, and what to do next, in the language of the page."""
    return f"{say_beside(error.reason)} {say_advice(error)}".strip()


def say_advice(error: RelayError) -> str:
    """What to do next, as a page says it: without the command that a terminal would need."""
    said = say(error.advice)
    return f"{said}{_STOPS[language() == 'ne']}" if error.command else said


def _said(value: object, name: str) -> object:
    """A value of a sentence: a sentence, a count, a day or a word of a column in this language; others as they are."""
    if isinstance(value, Sentence):
        return say(value)
    if isinstance(value, Units) or name in ("help", "rule_help"):
        return units(value.many, value.help) if isinstance(value, Units) else help_word(str(value))
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return iso_day(str(value))
    if isinstance(value, str) and (name, value) in catalogue().words:
        return pgettext("record", wording.spoken(value))
    return value
