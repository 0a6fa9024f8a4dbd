"""The page on which a meeting is entered: its own fields, its rows, and the outcome of each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Asked, RelayError
from relay.exchange import cells
from relay.systems.groups import reading
from relay.systems.groups.meeting_recording import WrittenRow, WrittenRowOutcome, record_meeting
from relay.systems.groups.placements import to_pass_on
from relay.web import guard
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text, translate_at_form
from relay.web.recording.form_fields import field_of
from relay.web.recording.form_submission import answers_from, row_fault
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeVar

    from werkzeug.datastructures import MultiDict

    from relay.domain.acts import Value
    from relay.reports.field.givers import Giver
    from relay.web.recording.form_fields import Field

    Form = MultiDict[str, str]
    AnyPage = TypeVar("AnyPage", bound="MeetingPage")

ELECTED: Final = ("giver_placement_id", "beneficiary_id", "votes_for", "votes_against")
"""Fields about a woman whom the meeting chose to receive next."""
_RECEIVER: Final = "beneficiary_id"
ELECTIONS: Final = 2
"""Number of women who can be chosen on one page."""
FALLEN: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPageRow:
    """One row of a meeting's page.

    Attributes:
        name: Beginning of the names of its fields.
        kind: Kind of the act that it records.
        fixed: Column → value that is not entered: the woman, or her loan.
        typed: Column → text in its field.
        there: Whether she attended; always true for rows that are not about a woman.
        faults: Column → what is wrong with it; "" for the whole row.
        again: Codes of questions that were answered with yes.
        question: Code of the question about it; "" for none.
        values: Column → value, as far as the text could be read.
        became: Its outcome; None while nothing was recorded.
        receiver: Of an election, the field in which the woman who was chosen is found by name; None of other rows.
    """

    name: str
    kind: str
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    typed: Mapping[str, str] = field(default_factory=dict[str, str])
    there: bool = True
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    again: tuple[str, ...] = ()
    question: str = ""
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    became: WrittenRowOutcome | None = None
    receiver: Field | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether its act is recorded."""
        return self.became is not None and self.became.error is None

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered in it."""
        return any(self.typed.values())

    def answered(self, became: WrittenRowOutcome | None) -> MeetingPageRow:
        """The row with an outcome."""
        return replace(self, became=became, **row_fault(became.error if became else None, self.again, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPage:
    """The page of a meeting as it is being filled in.

    Attributes:
        meeting_id: Id made with the page, so that a page that is sent twice is recorded once.
        typed: Column of the meeting → text in its field.
        rows: What happened at it, such as the choice of a next receiver in programmes that plan.
        is_held: Whether the meeting itself is recorded.
        faults: Column of the meeting → what is wrong with it; "" for the whole meeting.
        again: Codes of questions about it that were answered with yes.
        question: Code of the question about it; "" for none.
    """

    meeting_id: str
    typed: Mapping[str, str]
    rows: tuple[MeetingPageRow, ...]
    is_held: bool = False
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    again: tuple[str, ...] = ()
    question: str = ""

    @property
    def fallen(self) -> tuple[MeetingPageRow, ...]:
        """The rows with a fault."""
        return tuple(row for row in self.rows if row.faults)

    @property
    def recorded(self) -> tuple[MeetingPageRow, ...]:
        """The rows whose act is recorded."""
        return tuple(row for row in self.rows if row.is_recorded)

    def of(self, kind: str) -> tuple[MeetingPageRow, ...]:
        """The rows of one kind."""
        return tuple(row for row in self.rows if row.kind == kind)


def plans() -> bool:
    """Whether the programme plans next receivers."""
    return "planning" in current.head().systems


def givers(programme_id: str, members: Iterable[str]) -> Sequence[Giver]:
    """The placements of members, under any of their ids, that still owe; empty if the programme does not plan."""
    if not plans():
        return ()
    one_woman = reading.women(current.built_graph(), programme_id)
    return to_pass_on(current.survey_of_all(), {id_ for each in members for id_ in one_woman.ids(each)})


def values_and_faults(kind: str, typed: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, str]]:
    """Read the texts entered in the columns of a kind.

    Returns:
        Column → value, for what could be read; and column → fault, for what could not.
    """
    values, faults = dict[str, "Value"](), dict[str, str]()
    for name, text in typed.items():
        column = current.graph().catalogue.kind(kind).column(name)
        try:
            if column and column.type == "date":
                values |= {name: cells.read_day_as_text(text, current.today())} if text else {}
            elif column and (value := cells.read(column, text)) is not None:
                values[name] = value
        except RelayError as error:
            faults[name] = error_text(error)
    return values, faults


def sent_id(form: Form) -> str:
    """The id of the meeting of the page that was sent; for a new page, a new id."""
    column = current.graph().catalogue.kind("meeting").columns[0]
    return str(cells.read(column, form.get("meeting_id", "")) or new_id(secrets.token_bytes(ID_BYTES)))


def sent_row(form: Form, name: str, kind: str, columns: Iterable[str], fixed: Iterable[str] = ()) -> MeetingPageRow:
    """A row as it was sent, with the values that could be read; for a new page, an empty row."""
    fixed_values = {each: form.get(f"{name}.{each}", "") for each in fixed}
    typed = {each: form.get(f"{name}.{each}", "").strip() for each in columns}
    values, faults = values_and_faults(kind, {**fixed_values, **typed}) if any(typed.values()) else ({}, {})
    again = tuple(form.getlist(f"{name}.again"))
    return MeetingPageRow(
        name=name, kind=kind, fixed=fixed_values, typed=typed, faults=faults, again=again, values=values
    )


def sent_election(form: Form, name: str, home: str | None) -> MeetingPageRow:
    """A row about a woman whom the meeting chose to receive next; she is found by name, near the group's place first.

    Args:
        form: The page that was sent; empty for a new page.
        name: Beginning of the names of its fields.
        home: The place of the group; None if it is not known.
    """
    column = current.graph().catalogue.kind("plan").column(_RECEIVER)
    if column is None:
        raise LookupError(_RECEIVER)
    asked = replace(field_of("plan", column, home=home), prefix=f"{name}.", asks=gettext("To whom?")).typed(form)
    row = sent_row(form, name, "plan", [each for each in ELECTED if each != _RECEIVER])
    row = replace(
        row, receiver=replace(asked, needed=True), typed={**row.typed, _RECEIVER: str(asked.value or asked.text)}
    )
    if asked.fault:
        return replace(row, faults={**row.faults, _RECEIVER: asked.fault})
    return replace(row, values={**row.values, _RECEIVER: asked.value}) if asked.value else row


def recorded(programme_id: str, page: AnyPage, also: Mapping[str, Value], again: Sequence[str]) -> AnyPage:
    """Record a meeting and its rows, each of which is accepted or refused by itself.

    Args:
        programme_id: Id of the programme.
        page: The page as it was sent.
        also: Values of the meeting that are not entered as text, such as who attended.
        again: Codes of questions that are answered with yes.

    Returns:
        The page with the outcome of each row, or with the reason why nothing was recorded.
    """
    values, faults = values_and_faults("meeting", page.typed)
    if faults:
        return replace(page, faults=faults)
    meeting = {**values, **also, "meeting_id": page.meeting_id}
    rows = [
        WrittenRow(name=row.name, kind=row.kind, values=row.values, answers=answers_from(row.again))
        for row in page.rows
        if row.is_filled and not row.faults
    ]
    page = replace(page, again=tuple(again))
    answers = answers_from(again)
    try:
        became = record_meeting(
            current.built_graph(), programme_id, meeting, rows, guard.clerk(programme_id), answers=answers
        )
    except Asked as error:
        return replace(page, faults={"": translate_at_form(error.reason)}, question=error.code)
    except RelayError as error:
        return replace(page, faults={error.field if error.field in page.typed else "": error_text(error)})
    return replace(page, is_held=True, rows=tuple(row.answered(became.get(row.name)) for row in page.rows))
