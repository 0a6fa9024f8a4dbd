"""A form as it is filled in: the record from which it was opened, the id of its act, and the values of its fields."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import abort

from relay.domain.acts import ID_BYTES, id_made_of, new_id
from relay.domain.bikram_sambat import as_typed
from relay.exchange import cells
from relay.office.lookup import resolve
from relay.reports import record_history
from relay.web import privacy, sessions
from relay.web.i18n import labels
from relay.web.named_records import MARKING, NamedRecords
from relay.web.recording import offered, record_lookup
from relay.web.recording.form_fields import blamed, field_of
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
        return any(field.text or field.chosen or field.fault for field in self.more)

    @property
    def new_woman(self) -> Mapping[str, Value]:
        """What is registered of a woman who is named and not in the record yet; empty for nobody.

        She lives where the subject does, as at a ceremony: else she is registered first.
        """
        named = next((field for field in self.fields if field.is_new), None)
        if named is None:
            return {}
        lives = {"place_id": named.home} if named.home else {}
        return {"beneficiary_id": self._id_of_new_woman, "name": named.text, "sex": "F", **lives}

    @property
    def _id_of_new_woman(self) -> str:
        return id_made_of(f"{self.own_id}/beneficiary")

    @property
    def filled(self) -> tuple[Field, ...]:
        """The fields with a value; for a correction, those that it changes, and why."""
        if self.form is not CORRECT:
            return tuple(field for field in self.fields if field.is_answered)
        changes = self.changes()
        return tuple(field for field in self.fields if field.name in changes or field.name == "why")

    def typed(self, sent: Mapping[str, str]) -> FilledForm:
        """The form with the texts of a sent form."""
        own_id = sent.get(OWN_ID, "")
        id_column = current.catalogue().kind(self.form.kind).columns[0]
        return replace(
            self,
            own_id=str(cells.read(id_column, own_id) or self.own_id),
            seen=int(seen) if (seen := sent.get(SEEN_ENTRY, "")).isdecimal() else self.seen,
            asked=tuple(field.typed(sent) for field in self.asked),
            more=tuple(field.typed(sent) for field in self.more),
            shown={name: sent.get(f"{WAS_PREFIX}{name}", text) for name, text in self.shown.items()},
        )

    def blaming(self, column: str, fault: str) -> FilledForm:
        """The form with a fault at the field of a column, or else at that of a woman who is new, if it has one."""
        names = {field.name for field in self.fields}
        if column not in names and self.new_woman:
            column = self.form.registers
        return replace(self, asked=blamed(self.asked, column, fault), more=blamed(self.more, column, fault))

    def was(self, field: Field) -> Any:  # noqa: ANN401 - a value of an act
        """The current value of a field's column in the record that is corrected."""
        return self.subject.values.get(field.name) if self.subject else None

    def changes(self) -> dict[str, Value | None]:
        """What a correction changes: column → new value; None empties it.

        A field that was left as it was shown changes nothing, even if somebody else corrected it meanwhile. Where
        nothing else is changed, a day that was written otherwise is said again: so is one confirmed (`_says_already` of
        the rule book).
        """
        shown = [field for field in self.fields if field.name in self.shown]
        changed = {
            field.name: field.value for field in shown if field.value != self.was(field) and self._is_touched(field)
        }
        again = (field for field in shown if field.column.type == "date" and field.text != self.shown[field.name])
        return changed or {field.name: field.value for field in again if field.value == self.was(field)}

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
        id_column = current.catalogue().kind(self.form.kind).id_column
        values: dict[str, Any] = {id_column: self.own_id, **self.form.fixed_values}
        if self.subject:
            tie = current.catalogue().kind(self.form.kind).column(self.form.tie)
            values[self.form.tie] = self.subject.id if tie and tie.type == "act" else _bare(self.subject.id)
        if self.form is CORRECT:
            why = next(field.value for field in self.fields if field.name == "why")
            return {**values, "why": why, **({"changes": changes} if (changes := self.changes()) else {})}
        values |= {field.name: field.value for field in self.fields if field.value is not None}
        return values | {field.name: self._id_of_new_woman for field in self.fields if field.is_new}

    def carried(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of the check page, name and text: each day as a date, each person as she was chosen.

        A day whose year is not published is as it was typed, and so is a value that says again what was shown.
        """
        yield OWN_ID, self.own_id
        for field in self.fields:
            if field.chosen:
                yield field.name, field.text
                yield f"{field.name}.for", field.text
                yield f"{field.name}.chosen", field.chosen
            elif field.value is not None:
                text = cells.write(field.value) if field.sort == "number" else str(as_typed(field.value))
                yield field.name, field.text if text == self.shown.get(field.name) else text
        yield from self.opened_with()

    def opened_with(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of a correction: the text of each field when the form was opened."""
        return ((f"{WAS_PREFIX}{name}", text) for name, text in self.shown.items())

    def news(self) -> tuple[Happening, ...]:
        """What others recorded about this record since the form was opened."""
        if self.subject is None or current.head().entries <= self.seen:
            return ()
        by = sessions.signed_in().by
        since = [each for each in self.subject.history if each.sequence > self.seen and each.recorded_by != by]
        names = NamedRecords((each.what for each in since), on="form")
        return tuple(replace(each, what=names.text(each.what)) for each in since)


def open_form(form_name: str, act_id: str) -> FilledForm:
    """Open a form from a record, or from the programme if `act_id` is empty.

    Raises:
        werkzeug.exceptions.NotFound: Such a record does not have this form.
        RelayError: The record cannot be shown.
    """
    head, catalogue = current.head(), current.catalogue()
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
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=MARKING)
    privacy.log_opened("show", (record.id,))
    names = NamedRecords((record.what,), on="form")
    return privacy.record_for_reader(replace(record, what=names.text(record.what)))


def _columns_of_subject(subject: Record) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns that a correction of a record may change: those with a value and "why", and the empty ones."""
    catalogue = current.catalogue()
    columns = catalogue.columns_on(subject.id.partition(":")[0], current.head().systems)
    may = [each for each in columns if not each.fixed and each.name not in subject.withheld]
    filled = tuple(each for each in may if subject.values.get(each.name) is not None)
    may = [each for each in may if each.offered]
    why = catalogue.kind("correct").column("why")
    return (*filled, *([why] if why else [])), tuple(each for each in may if each not in filled)


def _fields(form: Form, columns: Iterable[Column], subject: Record | None) -> Iterator[Field]:
    catalogue = current.catalogue()
    mended = subject.id.partition(":")[0] if form is CORRECT and subject else form.kind
    home = record_lookup.home_of(woman=subject.holder_id) if subject else None
    first = offered.first_texts(form, subject)
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
        field = _offering(form, kind, field, subject)
        if form is CORRECT and kind == mended and subject and subject.values.get(column.name) is not None:
            field = field.typed({column.name: _written(subject.values[column.name])})
        elif first.get(column.name):
            field = field.typed({column.name: first[column.name]})
        if field.choices != {} or not field.are_all:  # else there is nothing to choose
            yield field


def _offering(form: Form, kind: str, field: Field, subject: Record | None) -> Field:
    """A field with what it offers before anything is typed."""
    column = field.column
    if column.type in ("help", "words", "level") and (known := offered.words_of(kind, column)):
        now = str(subject.values.get(column.name) or "") if form is CORRECT and subject else ""
        stated = {word: labels.value_text(word, column.name) for word in filter(None, now.split(";"))}
        return replace(field, choices={**stated, **known.labels}, are_all=known.are_all)
    if column.type == "id" and not (column.refers_to or column.begins):
        named = column.name.removesuffix("_id")
        if named in offered.NAMED_BY_ID_ALONE and (matches := offered.latest(named)) and form is not CORRECT:
            return replace(field, column=replace(column, refers_to=named), matches=matches)
    if field.sort == "who":
        matches = () if form is CORRECT else offered.records(column, subject)
        field = replace(field, matches=matches, may_be_new=column.name == form.registers)
        only = matches[0].id.partition(":")[2] if field.needed and len(matches) == 1 else ""
        return field.typed({f"{column.name}.chosen": only}) if only else field
    own = column.name == current.catalogue().kind(form.kind).id_column
    numbered = form.kind if own else column.begins
    if form is CORRECT:
        return field
    return replace(
        field, free_number=offered.free_number(numbered) if numbered else offered.free_value(column, subject)
    )


def _bare(act_id: str) -> str:
    return act_id.partition(":")[2]
