"""Sentences of the core, its errors and their advice, in the reader's language."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from relay import languages
from relay.office import wording
from relay.text import Sentence, Units
from relay.web.i18n.labels import help_word, units
from relay.web.i18n.language import catalogue, gettext, iso_day, language, pgettext

if TYPE_CHECKING:
    from flask import Flask

    from relay.errors import RelayError

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OWN_ID: Final = re.compile(r"(?:pass:)?%\((act_id|pass_id)\)s|%\((name)\)s:")
"""How a sentence begins that names its own act."""

_FULL_STOPS: Final = (".", "।")
"""The full stop in Latin letters and in Nepali."""


def set_up(app: Flask) -> None:
    """Give these functions to the templates, as filters."""
    for filter_ in (translate, translate_at_form, advice_text):
        app.add_template_filter(filter_, filter_.__name__)


def translate(sentence: str) -> str:
    """A sentence of the core in the language of the page, with the sentences inside it; other text as it is.

    A value that is a choice of the column with its name is translated as in forms.
    """
    return languages.translate(sentence, gettext, _translated_value)


def translate_at_form(sentence: str) -> str:
    """The same for a sentence shown next to the form or row of the act that it is about.

    There the act is "this" instead of its id, which nobody has seen yet, and a column has its name on the form.
    """
    if not isinstance(sentence, Sentence):
        return sentence
    values = {
        name: translate_at_form(value) if isinstance(value, Sentence) else _translated_value(value, name)
        for name, value in sentence.values.items()
    }
    begins = _OWN_ID.match(sentence.template)
    own = next(filter(None, begins.groups())) if begins else "act_id"
    if own not in values:
        return gettext(sentence.template, **values)
    named = rf"(?:pass:)?%\({own}\)s"
    text = re.sub(named, gettext("this"), re.sub(rf"\A{named}\s*:\s*", "", gettext(sentence.template)))
    filled = text % {**values, "field": pgettext("column", wording.heading(str(values.get("field", ""))))}
    return filled if ":" in filled.partition(" ")[0] else filled[:1].upper() + filled[1:]  # an id is written as it is


def error_text(error: RelayError) -> str:
    """The reason and the advice of an error, in the language of the page, for the form that caused it."""
    return f"{translate_at_form(error.reason)} {advice_text(error)}".strip()


def advice_text(error: RelayError) -> str:
    """The advice of an error for a page, without the command for a terminal."""
    advice = translate(error.advice)
    return f"{advice}{_FULL_STOPS[language() == 'ne']}" if error.command else advice


def _translated_value(value: object, name: str) -> object:
    """A value of a sentence, translated if it is a sentence, a count, a day or a choice of a column; else as it is."""
    if isinstance(value, Sentence):
        return translate(value)
    if isinstance(value, Units) or name in ("help", "rule_help"):
        return units(value.many, value.help) if isinstance(value, Units) else help_word(str(value))
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return iso_day(str(value))
    if isinstance(value, str) and (name, value) in catalogue().words:
        return pgettext("record", wording.spoken(value))
    return value
