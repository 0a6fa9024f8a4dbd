"""Visits typed in after a walk: the twin of the printed visit list, ten women a screen, or of the sheet of a sample."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flask import render_template, request

from relay.arrays.columns import NONE
from relay.desk import visiting
from relay.desk.visiting import CHECKED, MOST_VISITS, VISIT, Visited
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import RelayError
from relay.exchange import cells
from relay.reports.field import visits
from relay.web import guard, privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import say_error
from relay.web.permission import action
from relay.web.recording.form_fields import Field, field_of
from relay.web.recording.form_submission import SAYS_NO, answers_of, objection
from relay.web.request import current
from relay.web.request.typed_form import pressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.arrays.lineage import Survey
    from relay.domain.acts import Value
    from relay.domain.schema import Column
    from relay.ledger.batch import Outcome
    from relay.reports.field.contacts import Contact
    from relay.reports.field.visits import Visit

ON_A_SCREEN: Final = 10
"""Women of whom outcomes are typed at once (our choice: as many as fit on a sheet of the printed list)."""

_SAID: Final = ("outcome", "note")
_FALLEN: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRow:
    """One woman who is on the list.

    Attributes:
        placement_id: Of whom.
        visit: Why she is on the list; None where she is on it no more.
        typed: Field → what stands in it: outcome and note.
        again: The questions that were answered with yes.
        values: Column → what was said, as far as it could be read.
        faults: Field → what is wrong with it.
        question: The code of what is asked about it.
        became: Its outcome; None while nothing was recorded.
    """

    placement_id: str
    visit: Visit | None = None
    typed: Mapping[str, str] = field(default_factory=dict[str, str])
    again: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    question: str = ""
    became: Outcome | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether it stands in the ledger."""
        return self.became is not None and self.became.error is None

    @property
    def is_visited(self) -> bool:
        """Whether anything is said of her."""
        return any(self.typed.values())

    @property
    def beneficiary_id(self) -> str | None:
        """Who holds the placement; None when that is not known."""
        snapshot = current.snapshot()
        row = snapshot.placements.ids.row(self.placement_id)
        holder = NONE if row is None else int(snapshot.placements.beneficiary[row])
        return None if holder == NONE else snapshot.beneficiaries.ids[holder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The page as it is filled in.

    Attributes:
        walk_id: Minted with the page: whoever sends it twice records it once.
        day: When the visits were made.
        outcome: The words among which is chosen, as a field.
        place_id: Of whose people it is; None for all.
        rows: In the order of the printed list.
        left: Women on the list after those of this page.
        next: The placement with which the next page begins; empty where this is the last.
        sampled: Whether its women are those of an audit sample, not of the visit list.
        fault: Why nothing was recorded.
    """

    walk_id: str
    day: Field
    outcome: Field
    place_id: str | None
    rows: tuple[WalkRow, ...]
    left: int = 0
    next: str = ""
    sampled: bool = False
    fault: str = ""

    @property
    def place(self) -> str:
        """What the place is called; empty for none."""
        return privacy.places_and_donors().places.get(self.place_id or "", self.place_id or "")

    @property
    def recorded(self) -> tuple[WalkRow, ...]:
        """The rows that stand in the ledger."""
        return tuple(row for row in self.rows if row.is_recorded)

    @property
    def fallen(self) -> tuple[WalkRow, ...]:
        """The rows of who was visited that do not."""
        return tuple(row for row in self.rows if row.is_visited and not row.is_recorded)

    def people(self) -> Mapping[str, Contact]:
        """Beneficiary id → her name and telephone, of all whom the rows are about."""
        return privacy.contacts(sorted({id_ for row in self.rows if (id_ := row.beneficiary_id)}))


@action("event", typed=True)
def page(programme_id: str) -> str | tuple[str, int]:  # noqa: ARG001 - `current` reads it
    """The next women of the list, to be filled in; or the outcome for each of them."""
    if request.method == "GET":
        return _shown(_opened())
    walk = _typed()
    if pressed() != "record":
        return _shown(walk)
    walk = _recorded(walk)
    return _shown(walk), _FALLEN if walk.fault or walk.fallen else 200


def _shown(walk: Walk) -> str:
    return render_template("recording/visit_form.html", walk=walk, people=walk.people(), today=current.today())


def _survey() -> Survey:
    return current.kept_survey(current.today(), confirmed_only=False)


def _listed(place_id: str | None) -> Sequence[Visit]:
    """The visits of the printed list that are about a placement, in its order."""
    found = visits.todo(_survey(), place_id=place_id, names=privacy.places_and_donors(), tasks=privacy.tasks())
    return [visit for visit in found if visit.placement_id]


def _opened() -> Walk:
    place_id = request.args.get("place") or None
    if sampled := request.args.getlist("placement")[:MOST_VISITS]:
        return _blank(place_id, [WalkRow(placement_id=each) for each in dict.fromkeys(sampled)], sampled=True)
    listed = _listed(place_id)
    ids = [visit.placement_id for visit in listed]
    begins = request.args.get("from")
    first = ids.index(begins) if begins in ids else 0
    shown, after = listed[first : first + ON_A_SCREEN], listed[first + ON_A_SCREEN :]
    rows = [WalkRow(placement_id=str(visit.placement_id), visit=visit) for visit in shown]
    return _blank(place_id, rows, left=len(after), next=str(after[0].placement_id) if after else "")


def _blank(place_id: str | None, rows: Sequence[WalkRow], **more: Any) -> Walk:  # noqa: ANN401 - attributes of a walk
    """A page on which nothing was typed yet."""
    walk_id = new_id(secrets.token_bytes(ID_BYTES))
    return Walk(walk_id=walk_id, day=_day(), outcome=_outcome(), place_id=place_id, rows=tuple(rows), **more)


def _day() -> Field:
    return field_of("event", _column("happened_on"), needed=True)


def _outcome() -> Field:
    return field_of("event", _column("outcome"))


def _column(name: str) -> Column:
    return next(column for column in current.graph().catalogue.kind("event").columns if column.name == name)


# ------------------------------------------------------------------------------------------------ what was typed


def _typed() -> Walk:
    """The page as it was sent."""
    id_column = current.graph().catalogue.kind("event").columns[0]
    place_id, known = request.form.get("place") or None, request.form.get("left", "")
    listed = {visit.placement_id: visit for visit in _listed(place_id)}
    return Walk(
        walk_id=str(cells.read(id_column, request.form.get("walk_id", "")) or new_id(secrets.token_bytes(ID_BYTES))),
        day=_day().typed(request.form),
        outcome=_outcome(),
        place_id=place_id,
        rows=tuple(
            _row(placement_id, listed.get(placement_id))
            for placement_id in dict.fromkeys(request.form.getlist("row")[:MOST_VISITS])
        ),
        left=int(known) if known.isascii() and known.isdecimal() else 0,
        next=request.form.get("next", ""),
        sampled=bool(request.form.get("sampled")),
    )


def _row(placement_id: str, visit: Visit | None) -> WalkRow:
    typed = {name: request.form.get(f"{name}.{placement_id}", "").strip() for name in _SAID}
    values, faults = dict[str, "Value"](), dict[str, str]()
    for name, text in typed.items():
        try:
            if (value := cells.read(_column(name), text)) is not None:
                values[name] = value
        except RelayError as error:
            faults[name] = say_error(error)
    if typed["note"] and not typed["outcome"]:
        faults["outcome"] = gettext("This is needed.")
    return WalkRow(
        placement_id=placement_id,
        visit=visit,
        typed=typed,
        again=tuple(request.form.getlist(f"again.{placement_id}")),
        values=values,
        faults=faults,
    )


# ------------------------------------------------------------------------------------------------ what is recorded


def _recorded(walk: Walk) -> Walk:
    """The page with the outcome of each row, or with its fault where nothing was recorded."""
    if walk.day.fault:
        return replace(walk, fault=gettext("Nothing was recorded yet: look at what is marked below."))
    sound = [row for row in walk.rows if row.is_visited and not row.faults]
    if walk.fallen and not sound:
        return walk
    seen = [Visited(placement_id=row.placement_id, said=row.values, answers=answers_of(row.again)) for row in sound]
    programme_id = current.head().programme_id
    try:
        became = visiting.record_walk(
            current.built(),
            programme_id,
            walk.walk_id,
            str(walk.day.value),
            seen,
            guard.clerk(programme_id),
            kind=CHECKED if walk.sampled else VISIT,
        )
    except SAYS_NO as error:
        return replace(walk, fault=say_error(error))
    return replace(walk, rows=tuple(_answered(walk.rows, became)))


def _answered(rows: Iterable[WalkRow], became: Iterable[Outcome]) -> Iterator[WalkRow]:
    """The rows with their outcomes; a question stands beside the row that raised it."""
    of = {str(outcome.act.values["placement_id"]): outcome for outcome in became}
    for row in rows:
        found = of.get(row.placement_id)
        yield replace(row, became=found, **objection(found.error if found else None, row.again, _beside))


def _beside(column: str) -> str:
    """The field of a row that a column is typed into; empty for none."""
    return column if column in _SAID else ""
