"""A form as it is filled in: the record from which it was opened, the id of its act, and the values of its fields."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import abort

from relay.desk.lookup import resolve
from relay.domain.acts import ID_BYTES, new_id
from relay.exchange import cells
from relay.reports import record_history
from relay.web import privacy, sessions
from relay.web.i18n import labels
from relay.web.recording import record_lookup
from relay.web.recording.form_fields import field_of
from relay.web.recording.forms import ANY, CORRECT, forms_on
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relay.domain.acts import Value
    from relay.domain.schema import Column
    from relay.reports.record_history import Happening, Record
    from relay.web.recording.form_fields import Field
    from relay.web.recording.forms import Form

OWN_ID: Final = "own_id"
SEEN_ENTRY: Final = "seen"
WAS_PREFIX: Final = "was:"
"""The prefix of hidden fields of a correction: the text of a field when the form was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form with the values in its fields.

    Attributes:
        form: The form.
        subject: The record from which it was opened; None for the programme.
        own_id: The id of its act, made with the form, so that a form sent twice is recorded once.
        seen: The number of the ledger's last entry when the form was opened.
        asked: The fields that are shown.
        more: The fields that are folded away.
        shown: For a correction, field → its text when the form was opened; "" if it was empty.
    """

    form: Form
    subject: Record | None
    own_id: str
    seen: int
    asked: tuple[Field, ...]
    more: tuple[Field, ...]
    shown: Mapping[str, str]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields."""
        return (*self.asked, *self.more)

    @property
    def is_sound(self) -> bool:
        """Whether all fields could be read."""
        return not any(field.fault for field in self.fields)

    @property
    def more_is_open(self) -> bool:
        """Whether a field that is folded away has a text or a fault, so that all are unfolded."""
        return any(field.text or field.fault for field in self.more)

    @property
    def filled(self) -> tuple[Field, ...]:
        """The fields with a value; for a correction, those that it changes, and why."""
        if self.form is not CORRECT:
            return tuple(field for field in self.fields if field.value is not None)
        changes = self.changes()
        return tuple(field for field in self.fields if field.name in changes or field.name == "why")

    def typed(self, sent: Mapping[str, str]) -> FilledForm:
        """The form with the texts of a sent form."""
        own_id = sent.get(OWN_ID, "")
        id_column = current.graph().catalogue.kind(self.form.kind).columns[0]
        return replace(
            self,
            own_id=str(cells.read(id_column, own_id) or self.own_id),
            seen=int(seen) if (seen := sent.get(SEEN_ENTRY, "")).isdecimal() else self.seen,
            asked=tuple(field.typed(sent) for field in self.asked),
            more=tuple(field.typed(sent) for field in self.more),
            shown={name: sent.get(f"{WAS_PREFIX}{name}", text) for name, text in self.shown.items()},
        )

    def blaming(self, column: str, fault: str) -> FilledForm:
        """The form with a fault at the field of a column, if it has such a field."""

        def blamed(fields: tuple[Field, ...]) -> tuple[Field, ...]:
            return tuple(replace(field, fault=fault) if field.name == column else field for field in fields)

        return replace(self, asked=blamed(self.asked), more=blamed(self.more))

    def was(self, field: Field) -> Any:  # noqa: ANN401 - a value of an act
        """The current value of a field's column in the record that is corrected."""
        return self.subject.values.get(field.name) if self.subject else None

    def changes(self) -> dict[str, Value | None]:
        """What a correction changes: column → new value; None empties it.

        A field that was left as it was shown changes nothing, even if somebody else corrected it meanwhile.
        """
        return {
            field.name: field.value
            for field in self.fields
            if field.name in self.shown and field.value != self.was(field) and self._is_touched(field)
        }

    def _is_touched(self, field: Field) -> bool:
        shown = self.shown[field.name]
        return field.text != shown and field.value != field.typed({field.name: shown}).value

    @property
    def is_recorded_already(self) -> bool:
        """Whether this form recorded its correction before, so that it changes nothing any more."""
        return (
            self.form is CORRECT
            and self.subject is not None
            and not self.changes()
            and any(each.id == f"{self.form.kind}:{self.own_id}" for each in self.subject.history)
        )

    def values(self) -> dict[str, Any]:
        """The values of the act: column → value; empty fields are left out."""
        id_column = current.graph().catalogue.kind(self.form.kind).id_column
        values: dict[str, Any] = {id_column: self.own_id, **self.form.fixed_values}
        if self.subject:
            tie = current.graph().catalogue.kind(self.form.kind).column(self.form.tie)
            values[self.form.tie] = self.subject.id if tie and tie.type == "act" else _bare(self.subject.id)
        if self.form is CORRECT:
            why = next(field.value for field in self.fields if field.name == "why")
            return {**values, "why": why, **({"changes": changes} if (changes := self.changes()) else {})}
        return {**values, **{field.name: field.value for field in self.fields if field.value is not None}}

    def carried(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of the check page, name and text: each day as a date, each person by her id."""
        yield OWN_ID, self.own_id
        for field in self.fields:
            if field.value is not None:
                yield field.name, cells.write(field.value) if field.sort == "number" else str(field.value)
        yield from self.opened_with()

    def opened_with(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of a correction: the text of each field when the form was opened."""
        return ((f"{WAS_PREFIX}{name}", text) for name, text in self.shown.items())

    def news(self) -> tuple[Happening, ...]:
        """What others recorded about this record since the form was opened."""
        if self.subject is None or current.head().entries <= self.seen:
            return ()
        by = sessions.signed_in().by
        return tuple(each for each in self.subject.history if each.sequence > self.seen and each.recorded_by != by)


def open_form(form_name: str, act_id: str) -> FilledForm:
    """Open a form from a record, or from the programme if `act_id` is empty.

    Raises:
        werkzeug.exceptions.NotFound: Such a record does not have this form.
        RelayError: The record cannot be shown.
    """
    head, catalogue = current.head(), current.graph().catalogue
    subject = _subject(act_id) if act_id else None
    kind = subject.id.partition(":")[0] if subject else ""
    form = next((each for each in forms_on(catalogue, kind, head.systems) if each.name == form_name), None)
    if form is None or (form.opened_on == ANY and (subject is None or not subject.sequence)):
        abort(404)
    asked, more = _columns_of_subject(subject) if form is CORRECT and subject else form.columns(catalogue, head.systems)
    mended = [each for each in (*asked, *more) if each not in catalogue.kind("correct").columns]
    return FilledForm(
        form=form,
        subject=subject,
        own_id=new_id(secrets.token_bytes(ID_BYTES)),
        seen=head.entries,
        asked=tuple(_fields(form, asked, subject)),
        more=tuple(_fields(form, more, subject)),
        shown={each.name: _written(subject.values.get(each.name)) for each in mended}
        if form is CORRECT and subject
        else {},
    )


def _written(value: Value | None) -> str:
    return "" if value is None else cells.write(value)


def _subject(act_id: str) -> Record:
    programme_id = current.head().programme_id
    act_id = resolve(current.graph(), programme_id, act_id)
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    privacy.log_opened("show", (record.id,))
    return privacy.record_for_reader(record)


def _columns_of_subject(subject: Record) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns that a correction of a record may change: those with a value and "why", and the empty ones."""
    catalogue = current.graph().catalogue
    columns = catalogue.columns_on(subject.id.partition(":")[0], current.head().systems)
    may = [each for each in columns if not each.fixed and each.name not in subject.withheld]
    filled = tuple(each for each in may if subject.values.get(each.name) is not None)
    why = catalogue.kind("correct").column("why")
    return (*filled, *([why] if why else [])), tuple(each for each in may if each not in filled)


def _fields(form: Form, columns: Iterable[Column], subject: Record | None) -> Iterator[Field]:
    catalogue = current.graph().catalogue
    mended = subject.id.partition(":")[0] if form is CORRECT and subject else form.kind
    home = record_lookup.home_of(woman=subject.holder_id) if subject else None
    for column in columns:
        own = column.name == catalogue.kind(form.kind).id_column
        kind = form.kind if column in catalogue.kind(form.kind).columns else mended
        field = field_of(
            kind,
            column,
            needed=(column.required and not own and not column.begins) or column.name in form.needs,
            choices=form.choices.get(column.name, ()),
            home=home,
        )
        if form is CORRECT and kind == mended and subject and subject.values.get(column.name) is not None:
            field = field.typed({column.name: _written(subject.values[column.name])})
        elif column.name == "help" and subject and subject.values.get("help"):
            field = replace(field, text=str(subject.values["help"]) if form.kind == "placement" else "")
        yield field


def _bare(act_id: str) -> str:
    return act_id.partition(":")[2]
