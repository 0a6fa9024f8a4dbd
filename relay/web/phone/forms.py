"""The forms of the phone app as JSON for its scripts: those of the pages, without what a phone must not store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.vocabulary import STATES
from relay.text import UNITS
from relay.web.i18n import labels
from relay.web.i18n.language import both_forms
from relay.web.i18n.sentences import translate
from relay.web.recording.form_fields import field_of
from relay.web.recording.forms import all_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relay.domain.schema import Column
    from relay.domain.system import Catalogue
    from relay.web.recording.forms import Form

FIRST: Final = ("pass-on", "visit")
"""The forms that are offered first."""

OPENED_ON: Final = frozenset({"placement", "beneficiary", "place"})
"""The kinds of records that a phone has."""

OMITTED: Final = frozenset({"phone", "birth_year", "household_id", "place_id", "group_id", "ceremony_id"})
"""Columns that no form of a phone has: they are too personal to carry about, or known, or cannot be looked up."""

_TYPES_LEFT_OUT: Final = frozenset({"ids", "pairs", "changes", "equivalents"})


def phone_forms(catalogue: Catalogue) -> list[dict[str, Any]]:
    """All forms of the phone, in the reader's language."""
    forms = [
        form for form in all_forms(catalogue) if form.kind in catalogue.on_telephones and form.opened_on in OPENED_ON
    ]
    forms.sort(key=lambda each: FIRST.index(each.name) if each.name in FIRST else len(FIRST))
    return [_form(catalogue, form) for form in forms]


def record_words() -> Mapping[str, Mapping[str, str]]:
    """Words of the record that the phone shows besides its forms: states, kinds of help, what ready days rest on."""
    return {
        "basis": {word: str(text) for word, text in labels.BASES.items()},
        "state": {state: str(labels.STATES[state]) for state in STATES},
        "help": {help_: labels.value_text(help_, "help") for help_ in labels.HELPS},
    }


def unit_words() -> Mapping[str, tuple[str, str]]:
    """Kind of help → its singular and plural, each with %(count)s for the number."""
    return {help_: both_forms(*forms) for help_, forms in UNITS.items()}


def _form(catalogue: Catalogue, form: Form) -> dict[str, Any]:
    asks, more = form.columns(catalogue, ())
    own = catalogue.kind(form.kind).id_column
    return {
        "name": form.name,
        "kind": form.kind,
        "on": form.opened_on,
        "title": translate(form.title),
        "tie": form.tie,
        "says": dict(form.fixed_values),
        "asks": [*_fields(form, asks)],
        "more": [*_fields(form, (column for column in more if column.name != own))],
    }


def _fields(form: Form, columns: Iterable[Column]) -> Iterator[dict[str, Any]]:
    for column in columns:
        made = column.begins is not None  # by the phone
        if not made and column.name not in OMITTED and column.type not in _TYPES_LEFT_OUT:
            yield _field(form, column)


def _field(form: Form, column: Column) -> dict[str, Any]:
    field = field_of(
        form.kind,
        column,
        needed=column.required or column.name in form.needs,
        choices=form.choices.get(column.name, ()),
    )
    return {
        "name": field.name,
        "asks": field.asks,
        "meaning": field.meaning,
        "sort": field.sort,
        "needed": field.needed,
        "steps": field.has_steps,
        "choices": dict(field.choices) if field.choices else None,
        "refers_to": column.refers_to,
        "coming": column.coming,
    }
