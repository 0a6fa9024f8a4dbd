"""The forms of the phone: those of the pages, without what a phone must not hold, as values for its scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.vocabulary import STATES
from relay.text import UNITS
from relay.web.i18n import labels
from relay.web.i18n.language import both_forms
from relay.web.i18n.sentences import say
from relay.web.recording.form_fields import field_of
from relay.web.recording.forms import every

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relay.domain.schema import Column
    from relay.domain.system import Catalogue
    from relay.web.recording.forms import Form

FORMS: Final = ("pass-on", "visit", "event", "excuse", "extension", "placement", "person")
"""The forms that are filled in where the animals are."""

OPENED_ON: Final = frozenset({"placement", "beneficiary", "place"})
"""The records that a phone has."""

LEFT_OUT: Final = frozenset({"phone", "birth_year", "household_id", "place_id", "group_id", "ceremony_id"})
"""Columns that no form of a phone has: what must not be carried about, and what it knows or cannot look up."""

_TYPES_LEFT_OUT: Final = frozenset({"ids", "pairs", "changes", "equivalents"})


def told(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Every form of the phone, in the reader's language."""
    forms = (form for form in every(catalogue) if form.name in FORMS and form.opened_on in OPENED_ON)
    return [_form(catalogue, form) for form in sorted(forms, key=lambda each: FORMS.index(each.name))]


def words() -> Mapping[str, Mapping[str, str]]:
    """Words of the record that the phone shows beside its forms: states and kinds of help."""
    return {
        "state": {state: str(labels.STATES[state]) for state in STATES},
        "help": {help_: labels.said(help_, "help") for help_ in labels.HELPS},
    }


def units() -> Mapping[str, tuple[str, str]]:
    """Kind of help → what one and what several of it are called, with their number."""
    return {help_: both_forms(*said) for help_, said in UNITS.items()}


def _form(catalogue: Catalogue, form: Form) -> dict[str, Any]:
    asks, more = form.columns(catalogue, ())
    own = catalogue.kind(form.kind).id_column
    return {
        "name": form.name,
        "kind": form.kind,
        "on": form.opened_on,
        "title": say(form.title),
        "tie": form.tie,
        "says": dict(form.says),
        "asks": [*_fields(form, asks)],
        "more": [*_fields(form, (column for column in more if column.name != own))],
    }


def _fields(form: Form, columns: Iterable[Column]) -> Iterator[dict[str, Any]]:
    for column in columns:
        made = column.begins is not None  # by the phone
        if not made and column.name not in LEFT_OUT and column.type not in _TYPES_LEFT_OUT:
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
        "sort": field.sort,
        "needed": field.needed,
        "steps": field.has_steps,
        "choices": dict(field.choices) if field.choices else None,
        "refers_to": column.refers_to,
        "coming": column.coming,
    }
