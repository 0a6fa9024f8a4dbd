"""The form for visits that were made: rows as on the printed visit list, ten a page, or as on the sheet of a sample."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flask import render_template, request

from relay.arrays.columns import NONE
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import RelayError
from relay.exchange import cells
from relay.office import visiting
from relay.office.visiting import CHECKED, MOST_VISITS, VISIT, Visited
from relay.reports.field import visits
from relay.web import guard, privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.recording.form_fields import Field, faults_of, field_of, own_fields, values_of
from relay.web.recording.form_submission import CORRECTABLE, answers_from, row_fault
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.arrays.lineage import Survey
    from relay.domain.acts import Value
    from relay.domain.schema import Column
    from relay.ledger.batch import Outcome
    from relay.reports.field.contacts import Contact
    from relay.reports.field.visits import Visit

ON_A_SCREEN: Final = 10
"""Rows of a form (our choice: as many as fit on a sheet of the printed list)."""

_TYPED_COLUMNS: Final = ("outcome", "note")
_NOT_ALL_RECORDED: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFormRow:
    """One row of the form: a placement that was to be visited.

    Attributes:
        placement_id: The placement.
        visit: Why it is on the list; None if it no longer is.
        typed: Field → its text: outcome and note.
        own: What the programme asks of its own about visits.
        again: The questions that were answered with yes.
        values: Column → its value, of those that could be read.
        faults: Field → what is wrong with it.
        question: The code of the question that Relay asks about it; empty for none.
        recorded_outcome: The outcome of recording it; None if it was not recorded yet.
    """

    placement_id: str
    visit: Visit | None = None
    typed: Mapping[str, str] = field(default_factory=dict[str, str])
    own: tuple[Field, ...] = ()
    again: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    question: str = ""
    recorded_outcome: Outcome | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether it is in the ledger."""
        return self.recorded_outcome is not None and self.recorded_outcome.error is None

    @property
    def is_visited(self) -> bool:
        """Whether anything was typed in this row."""
        return any(self.typed.values()) or any(each.text for each in self.own)

    @property
    def beneficiary_id(self) -> str | None:
        """Who holds the placement; None when that is not known."""
        snapshot = current.snapshot()
        row = snapshot.placements.ids.row(self.placement_id)
        holder = NONE if row is None else int(snapshot.placements.beneficiary[row])
        return None if holder == NONE else snapshot.beneficiaries.ids[holder]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsPage:
    """The form as it is filled in.

    Attributes:
        walk_id: An id made with the form, so that a form sent twice is recorded once.
        day: The field for the day of the visits.
        outcome: The field with the choices of outcomes.
        place_id: The place whose visits are listed; None for all.
        rows: The rows, in the order of the printed list.
        left: How many visits come after those of this page.
        next: The placement with which the next page begins; empty if this is the last.
        sampled: Whether its placements are those of an audit sample, not of the visit list.
        fault: Why nothing was recorded; empty if there is no fault.
    """

    walk_id: str
    day: Field
    outcome: Field
    place_id: str | None
    rows: tuple[VisitFormRow, ...]
    left: int = 0
    next: str = ""
    sampled: bool = False
    fault: str = ""

    @property
    def place(self) -> str:
        """The name of the place; empty for none."""
        return privacy.places_and_donors().places.get(self.place_id or "", self.place_id or "")

    @property
    def recorded(self) -> tuple[VisitFormRow, ...]:
        """The rows that are in the ledger."""
        return tuple(row for row in self.rows if row.is_recorded)

    @property
    def fallen(self) -> tuple[VisitFormRow, ...]:
        """The rows with a visit that are not in the ledger."""
        return tuple(row for row in self.rows if row.is_visited and not row.is_recorded)

    def people(self) -> Mapping[str, Contact]:
        """Beneficiary id → her name and telephone, of all people in the rows."""
        return privacy.contacts(sorted({id_ for row in self.rows if (id_ := row.beneficiary_id)}))


@action("event", typed=True)
def page(programme_id: str) -> str | tuple[str, int]:  # noqa: ARG001 - `current` reads it
    """The form with the next rows to fill in; or, when it was sent, with the outcome of each row."""
    if request.method == "GET":
        return _render(_new_page())
    walk = _page_as_sent()
    if pressed_button() != "record":
        return _render(walk)
    walk = _record_rows(walk)
    return _render(walk), _NOT_ALL_RECORDED if walk.fault or walk.fallen else 200


def _render(walk: VisitsPage) -> str:
    return render_template("recording/visit_form.html", walk=walk, people=walk.people(), today=current.today())


def _survey() -> Survey:
    return current.cached_survey(current.today(), confirmed_only=False)


def _listed(place_id: str | None) -> Sequence[Visit]:
    """The visits of the printed list that are about a placement, in its order."""
    visits_ = visits.todo(_survey(), place_id=place_id, names=privacy.places_and_donors(), tasks=privacy.tasks())
    return [visit for visit in visits_ if visit.placement_id]


def _new_page() -> VisitsPage:
    place_id = request.args.get("place") or None
    if sampled := request.args.getlist("placement")[:MOST_VISITS]:
        return _blank(place_id, [_blank_row(each) for each in dict.fromkeys(sampled)], sampled=True)
    listed = _listed(place_id)
    ids = [visit.placement_id for visit in listed]
    begins = request.args.get("from")
    first = ids.index(begins) if begins in ids else 0
    shown, after = listed[first : first + ON_A_SCREEN], listed[first + ON_A_SCREEN :]
    rows = [_blank_row(str(visit.placement_id), visit) for visit in shown]
    return _blank(place_id, rows, left=len(after), next=str(after[0].placement_id) if after else "")


def _blank_row(placement_id: str, visit: Visit | None = None) -> VisitFormRow:
    return VisitFormRow(placement_id=placement_id, visit=visit, own=own_fields("event", f"{placement_id}."))


def _blank(place_id: str | None, rows: Sequence[VisitFormRow], **more: Any) -> VisitsPage:  # noqa: ANN401 - attributes of a walk
    """A form in which nothing was typed yet."""
    walk_id = new_id(secrets.token_bytes(ID_BYTES))
    return VisitsPage(walk_id=walk_id, day=_day(), outcome=_outcome(), place_id=place_id, rows=tuple(rows), **more)


def _day() -> Field:
    return field_of("event", _column("happened_on"), needed=True)


def _outcome() -> Field:
    return field_of("event", _column("outcome"))


def _column(name: str) -> Column:
    return next(column for column in current.catalogue().kind("event").columns if column.name == name)


# ------------------------------------------------------------------------------------------------ reading the form


def _page_as_sent() -> VisitsPage:
    """The form as it was sent."""
    id_column = current.catalogue().kind("event").columns[0]
    place_id, left = request.form.get("place") or None, request.form.get("left", "")
    listed = {visit.placement_id: visit for visit in _listed(place_id)}
    return VisitsPage(
        walk_id=str(cells.read(id_column, request.form.get("walk_id", "")) or new_id(secrets.token_bytes(ID_BYTES))),
        day=_day().typed(request.form),
        outcome=_outcome(),
        place_id=place_id,
        rows=tuple(
            _row(placement_id, listed.get(placement_id))
            for placement_id in dict.fromkeys(request.form.getlist("row")[:MOST_VISITS])
        ),
        left=int(left) if left.isascii() and left.isdecimal() else 0,
        next=request.form.get("next", ""),
        sampled=bool(request.form.get("sampled")),
    )


def _row(placement_id: str, visit: Visit | None) -> VisitFormRow:
    typed = {name: request.form.get(f"{name}.{placement_id}", "").strip() for name in _TYPED_COLUMNS}
    values, faults = dict[str, "Value"](), dict[str, str]()
    for name, text in typed.items():
        try:
            if (value := cells.read(_column(name), text)) is not None:
                values[name] = value
        except RelayError as error:
            faults[name] = error_text(error)
    own = tuple(each.typed(request.form) for each in own_fields("event", f"{placement_id}."))
    row = VisitFormRow(
        placement_id=placement_id,
        visit=visit,
        typed=typed,
        own=own,
        again=tuple(request.form.getlist(f"again.{placement_id}")),
        values=values | values_of(own),
        faults=faults | faults_of(own),
    )
    if row.is_visited and not typed["outcome"]:
        return replace(row, faults={**row.faults, "outcome": gettext("This is needed.")})
    return row


# ------------------------------------------------------------------------------------------------ recording


def _record_rows(walk: VisitsPage) -> VisitsPage:
    """Record the visits, and return the form with the outcome of each row, or with the fault if none was recorded."""
    if walk.day.fault:
        return replace(walk, fault=gettext("Nothing was recorded yet: look at what is marked below."))
    sound = [row for row in walk.rows if row.is_visited and not row.faults]
    if walk.fallen and not sound:
        return walk
    seen = [Visited(placement_id=row.placement_id, said=row.values, answers=answers_from(row.again)) for row in sound]
    programme_id = current.head().programme_id
    try:
        outcomes = visiting.record_walk(
            current.built_graph(),
            programme_id,
            walk.walk_id,
            str(walk.day.value),
            seen,
            guard.clerk(programme_id),
            kind=CHECKED if walk.sampled else VISIT,
        )
    except CORRECTABLE as error:
        return replace(walk, fault=error_text(error))
    return replace(walk, rows=tuple(_with_outcomes(walk.rows, outcomes)))


def _with_outcomes(rows: Iterable[VisitFormRow], outcomes: Iterable[Outcome]) -> Iterator[VisitFormRow]:
    """The rows with their outcomes, faults and questions."""
    by_placement = {str(outcome.act.values["placement_id"]): outcome for outcome in outcomes}
    for row in rows:
        outcome = by_placement.get(row.placement_id)
        yield replace(
            row, recorded_outcome=outcome, **row_fault(outcome.error if outcome else None, row.again, _field_of_column)
        )


def _field_of_column(column: str) -> str:
    """The field of a row that a column is typed into; empty for none."""
    return column if column in _TYPED_COLUMNS else ""
