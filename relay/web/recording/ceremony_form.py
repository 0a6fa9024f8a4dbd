"""The form of a ceremony: a row for each giver, sent together, each row recorded or refused alone."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from flask import render_template, request

from relay.domain.acts import ID_BYTES, new_id
from relay.errors import RelayError
from relay.exchange import cells
from relay.office import ceremony as ceremony_day
from relay.office.ceremony import MOST_ROWS, Ceremony, HandOverRow
from relay.reports.field import givers
from relay.web import guard, privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.recording import record_lookup
from relay.web.recording.form_fields import NEW, Field, faults_of, field_of, own_fields, values_of
from relay.web.recording.form_submission import CORRECTABLE, answers_from, row_fault
from relay.web.recording.offered import planned_receivers
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flask import Response

    from relay.arrays.lineage import Survey
    from relay.domain.acts import Value
    from relay.domain.model import Quantity
    from relay.domain.schema import Column
    from relay.office.ceremony import RowOutcome
    from relay.reports.field.givers import Giver
    from relay.reports.search import Hit

WALK_INS: Final = 3
"""Empty rows at the foot of the form, for people who came without being expected."""
_OFFERED: Final = 500  # our choice: receivers that a browser completes; ids of others are typed completely
_ROW: Final = re.compile(r"([0-9]{1,3})\.giver")
_ENDS: Final = ("giver", "receiver")
_TYPED_COLUMNS: Final = ("animals", "females", "males", "tags")
_NOT_ALL_RECORDED: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRow:
    """One row of the form.

    Attributes:
        number: Its number, of which the names of its fields and the ids of its acts are made.
        typed: Field → its text: giver, receiver, animals, females, males and tags.
        own: What the programme asks of its own about pass-ons.
        is_listed: Whether its giver was expected; else she is typed too.
        planned: Who was planned to receive when the form was opened; empty for nobody.
        is_ticked: Whether it was handed over.
        chosen: Field → the id that was chosen among the matches of its text.
        again: The questions that were answered with yes.
        values: Column of the pass-on → its value, of those that could be read.
        faults: Field → what is wrong with it.
        matches: Field → the records that its text may mean.
        question: The code of the question that Relay asks about it; empty for none.
        outcome: The outcome of recording it; None if it was not recorded yet.
    """

    number: int
    typed: Mapping[str, str]
    own: tuple[Field, ...] = ()
    is_listed: bool = False
    planned: str = ""
    is_ticked: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])
    again: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    matches: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict[str, "tuple[Hit, ...]"])
    question: str = ""
    outcome: RowOutcome | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether it is in the ledger."""
        return self.outcome is not None and self.outcome.error is None

    def meant(self, name: str) -> str:
        """The id that was chosen for a field, or what was typed."""
        chosen = self.chosen.get(name, "")
        return chosen if chosen and chosen != NEW else self.typed[name]

    def hand_over(self) -> HandOverRow:
        """The hand-over that it describes."""
        return HandOverRow(
            number=self.number,
            giver=self.meant("giver"),
            receiver=self.meant("receiver"),
            is_new=self.chosen.get("receiver") == NEW,
            said=self.values,
            answers=answers_from(self.again),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyPage:
    """The form as it is filled in.

    Attributes:
        ceremony_id: The ceremony's id, made with the form, so that a form sent twice is recorded once.
        fields: Name → field, of the day, the name and the witness of the ceremony.
        place_id: The place whose people are givers; None for no place.
        group_id: The group whose members are givers; None for no group.
        rows: The rows, in order.
        counted: The typed number of animals that were counted in the yard.
        fault: Why nothing was recorded; empty if there is no fault.
        left_out: How many givers have no row, because there are too many.
        money: The ids of givers who hand over money, which is not counted in the yard.
    """

    ceremony_id: str
    fields: Mapping[str, Field]
    place_id: str | None
    group_id: str | None
    rows: tuple[CeremonyRow, ...]
    counted: str = ""
    fault: str = ""
    left_out: int = 0
    money: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """The name of the place; empty for none."""
        return privacy.places_and_donors().places.get(self.place_id or "", self.place_id or "")

    @property
    def group(self) -> str:
        """The name of the group; empty for none."""
        return privacy.group_names().get(self.group_id or "", self.group_id or "")

    @property
    def ticked(self) -> tuple[CeremonyRow, ...]:
        """The rows of givers who handed over."""
        return tuple(row for row in self.rows if row.is_ticked)

    @property
    def recorded(self) -> tuple[CeremonyRow, ...]:
        """The rows that are in the ledger."""
        return tuple(row for row in self.rows if row.is_recorded)

    @property
    def fallen(self) -> tuple[CeremonyRow, ...]:
        """The ticked rows that are not in the ledger."""
        return tuple(row for row in self.ticked if not row.is_recorded)

    @property
    def expected(self) -> int:
        """How many givers there are: the listed ones, and the others who came."""
        return sum(row.is_listed or row.is_ticked for row in self.rows)

    @property
    def animals(self) -> Quantity:
        """The animals that the ticked rows hand over, as far as their numbers can be read."""
        return ceremony_day.units(row.hand_over() for row in self.ticked if not self.is_money(row))

    @property
    def amount(self) -> Quantity:
        """The money that the ticked rows hand over, as far as their numbers can be read."""
        return ceremony_day.units(row.hand_over() for row in self.ticked if self.is_money(row))

    def is_money(self, row: CeremonyRow) -> bool:
        """Whether a row hands over money."""
        return row.meant("giver") in self.money

    @property
    def agrees(self) -> bool:
        """Whether as many animals were counted in the yard as the ticked rows hand over."""
        with suppress(RelayError):
            return bool(self.ticked) and _counted(self.counted) == self.animals
        return False

    @property
    def listed(self) -> Mapping[str, Giver]:
        """Placement id → its giver, of the listed rows."""
        return givers.of_placements(_survey(), [row.typed["giver"] for row in self.rows if row.is_listed])

    def names(self) -> Mapping[str, str]:
        """Beneficiary id → name, of all people in the rows and all who may be offered as receivers."""
        ids = {each.beneficiary_id for each in self.listed.values() if each.beneficiary_id} | {*self.receivers()}
        ids |= {row.planned for row in self.rows if row.planned}
        ids |= {row.outcome.beneficiary_id for row in self.rows if row.outcome and row.outcome.beneficiary_id}
        return privacy.names("form", ids)

    def receivers(self) -> tuple[str, ...]:
        """The ids of the people who wait at the place or in the group, to be completed as they are typed."""
        return givers.waiting(_survey(), place_id=self.place_id, group_id=self.group_id)[:_OFFERED]


def _survey() -> Survey:
    return current.cached_survey(current.today(), confirmed_only=False)


def _new_id() -> str:
    return new_id(secrets.token_bytes(ID_BYTES))


@action("pass-on", typed=True, largest=limits.FORM_BYTES)
def page(programme_id: str) -> str | tuple[str, int]:  # noqa: ARG001 - `current` reads it
    """The form to fill in; or, when it was sent, the form with the outcome of each row."""
    if request.method == "GET":
        return _render(_new_page())
    day = _page_as_sent()
    if pressed_button() != "record":
        return _render(day)
    day = _record_rows(day)
    return _render(_with_walk_ins(day)), _NOT_ALL_RECORDED if day.fault or day.fallen else 200


def _render(day: CeremonyPage) -> str:
    with_money = _with_money(day)
    return render_template(
        "recording/ceremony_form.html", day=with_money, names=with_money.names(), today=current.today(), new=NEW
    )


def _with_money(day: CeremonyPage) -> CeremonyPage:
    givers_ = [row.meant("giver") for row in day.rows]
    return replace(day, money=ceremony_day.with_money(current.built_graph(), current.head().programme_id, givers_))


@action("pass-on")
def sheet(programme_id: str, form: str | None = None) -> Response | str:
    """The form to print, with a box for each thumbprint; it is filled in by hand, and typed in afterwards."""
    day = _with_money(_new_page())
    page = render_template("recording/hand_over_sheet.html", day=day, names=day.names(), today=current.today())
    return pdf.page_or_pdf(page, form, f"{programme_id}-hand-over")


def _new_page() -> CeremonyPage:
    """The form with a row for each expected giver."""
    place_id, group_id, planned = _part("place"), _part("group"), planned_receivers()
    due = givers.givers(_survey(), current.today(), place_id=place_id, group_id=group_id, planned=planned)
    walk_ins = _number(request.args.get("walk_ins", ""))
    most = MOST_ROWS - walk_ins
    rows = [
        CeremonyRow(
            number=number,
            is_listed=True,
            planned=each.planned_receiver or "",
            typed=_empty(each, each.planned_receiver or ""),
            own=_own(number),
        )
        for number, each in enumerate(due[:most], 1)
    ]
    day = CeremonyPage(
        ceremony_id=_new_id(),
        fields=_fields(),
        place_id=place_id,
        group_id=group_id,
        rows=tuple(rows),
        left_out=len(due[most:]),
    )
    return _with_walk_ins(day, walk_ins)


def _number(text: str) -> int:
    return min(int(text), MOST_ROWS) if text.isdecimal() and len(text) <= len(str(MOST_ROWS)) else WALK_INS


def _part(name: str) -> str | None:
    return request.values.get(name) or None


def _fields() -> Mapping[str, Field]:
    """The fields of the ceremony; its day may not be in the future, since hand-overs are recorded with it."""
    catalogue = current.catalogue()
    asked = (("ceremony", "held_on"), ("ceremony", "name"), ("pass", "witness"))
    return {
        name: field_of(kind, replace(column, coming=False), needed=column.required)
        for kind, name in asked
        if (column := catalogue.kind(kind).column(name))
    }


def _empty(giver: Giver | None = None, receiver: str = "") -> dict[str, str]:
    """The texts in the fields of a row before anything is typed."""
    first = {"giver": giver.placement_id, "animals": cells.write(giver.still_owed)} if giver else {}
    return {"giver": "", "receiver": receiver, **dict.fromkeys(_TYPED_COLUMNS, ""), **first}


def _own(number: int) -> tuple[Field, ...]:
    return own_fields("pass", f"{number}.")


def _with_walk_ins(day: CeremonyPage, many: int = WALK_INS) -> CeremonyPage:
    """The form with that many empty rows at its foot."""
    rows = [row for row in day.rows if row.is_listed or row.is_ticked or any(row.typed.values())]
    first = max((row.number for row in rows), default=0) + 1
    more = min(many, MOST_ROWS - len(rows))
    return replace(
        day,
        rows=(
            *rows,
            *(CeremonyRow(number=each, typed=_empty(), own=_own(each)) for each in range(first, first + more)),
        ),
    )


# ------------------------------------------------------------------------------------------------ reading the form


def _page_as_sent() -> CeremonyPage:
    """The form as it was sent."""
    id_column = current.catalogue().kind("ceremony").columns[0]
    ceremony_id = str(cells.read(id_column, request.form.get("ceremony_id", "")) or _new_id())
    sent = sorted({int(match[1]) for name in request.form if (match := _ROW.fullmatch(name))})
    day = CeremonyPage(
        ceremony_id=ceremony_id,
        fields={name: each.typed(request.form) for name, each in _fields().items()},
        place_id=_part("place"),
        group_id=_part("group"),
        rows=tuple(_with_matches([_row(number) for number in sent], ceremony_id)),
        counted=request.form.get("counted", ""),
    )
    return _with_walk_ins(day)


def _row(number: int) -> CeremonyRow:
    def sent(name: str) -> str:
        return request.form.get(f"{number}.{name}", "").strip()

    typed = {name: sent(name) for name in _empty()}
    values, faults = dict[str, "Value"](), dict[str, str]()
    for column in _columns():
        try:
            if (value := cells.read(column, typed[column.name])) is not None:
                values[column.name] = value
        except RelayError as error:
            faults[column.name] = error_text(error)
    own = tuple(each.typed(request.form) for each in _own(number))
    return CeremonyRow(
        number=number,
        typed=typed,
        own=own,
        is_listed=bool(sent("listed")),
        planned=sent("planned"),
        is_ticked=bool(sent("did")),
        chosen={name: chosen for name in _ENDS if (chosen := sent(f"{name}.chosen"))},
        again=tuple(request.form.getlist(f"{number}.again")),
        values=values | values_of(own),
        faults=faults | faults_of(own),
    )


def _columns() -> Iterator[Column]:
    kind = current.catalogue().kind("pass")
    return (column for column in kind.columns if column.name in _TYPED_COLUMNS)


def _with_matches(rows: Sequence[CeremonyRow], ceremony_id: str) -> Iterator[CeremonyRow]:
    """The rows, with matches to choose from if a name is typed in place of an id."""
    asked = {row.number: _words(row, ceremony_id) for row in rows if row.is_ticked}
    matches_by_text = record_lookup.matches_of_each(
        "beneficiary", {text for each in asked.values() for text in each.values()}, _home()
    )
    for row in rows:
        if not row.is_ticked:
            yield row
            continue
        matches = {name: matches_by_text[text] for name, text in asked[row.number].items() if matches_by_text[text]}
        needed = [name for name in _ENDS if not row.typed[name]]
        needed += ["animals"] if not {"animals"} & (row.values.keys() | row.faults.keys()) else []
        faults = dict.fromkeys(needed, gettext("This is needed."))
        faults |= dict.fromkeys(matches, gettext("Choose which of these is meant."))
        yield replace(row, faults={**row.faults, **faults}, matches=matches)


def _words(row: CeremonyRow, ceremony_id: str) -> Mapping[str, str]:
    """Field of a row → its text, if that may be a name.

    The receiver's name needs no choice if this row registered her before, when the form was sent the first time.
    """
    new_id_ = ceremony_day.id_of(ceremony_id, row.number, "beneficiary")
    is_registered = current.snapshot().beneficiaries.ids.row(new_id_) is not None
    return {
        name: text
        for name in _ENDS
        if (text := row.typed[name])
        and not (row.chosen.get(name) or _is_an_id(text) or (name == "receiver" and is_registered))
    }


def _home() -> str | None:
    """The place of the ceremony: the form's place, or that of its group."""
    return _part("place") or record_lookup.home_of(group=_part("group"))


def _is_an_id(text: str) -> bool:
    """Whether a text is an id in the record, or has a digit or a colon, which names do not have."""
    snapshot = current.snapshot()
    there = snapshot.beneficiaries.ids.row(text) is not None or snapshot.placements.ids.row(text) is not None
    return there or record_lookup.looks_like_an_id(text)


# ------------------------------------------------------------------------------------------------ recording


def _record_rows(day: CeremonyPage) -> CeremonyPage:
    """Record the ticked rows, and return the form with the outcome of each, or with the fault if none was recorded."""
    wrong = next((each.fault for each in day.fields.values() if each.fault), "")
    if wrong:
        return _with_fault(day, gettext("Nothing was recorded yet: look at what is marked below."))
    try:
        ticked = [row.hand_over() for row in day.ticked]
        ceremony_day.require_counted(current.built_graph(), current.head().programme_id, ticked, _counted(day.counted))
        rows = [row.hand_over() for row in day.ticked if not row.faults]
        if not rows and day.ticked:
            return day
        outcomes = ceremony_day.record_day(
            current.built_graph(),
            current.head().programme_id,
            _ceremony(day),
            rows,
            guard.clerk(current.head().programme_id),
        )
    except CORRECTABLE as error:
        return _with_fault(day, error_text(error))
    return replace(day, rows=tuple(_with_outcomes(day.rows, outcomes)))


def _with_fault(day: CeremonyPage, fault: str) -> CeremonyPage:
    """The form with a fault; rows that were recorded before have their outcome."""
    rows = [row.hand_over() for row in day.ticked]
    outcomes = ceremony_day.standing(current.built_graph(), current.head().programme_id, day.ceremony_id, rows)
    return replace(day, fault=fault, rows=tuple(_with_outcomes(day.rows, outcomes)))


def _counted(text: str) -> Quantity:
    column = current.catalogue().kind("pass").column("animals")
    value = cells.read(column, text) if column else None
    return value if isinstance(value, int | float) else 0


def _ceremony(day: CeremonyPage) -> Ceremony:
    values = {name: None if each.value is None else str(each.value) for name, each in day.fields.items()}
    return Ceremony(
        ceremony_id=day.ceremony_id,
        held_on=str(values["held_on"]),
        place_id=day.place_id,
        group_id=day.group_id,
        name=values["name"],
        witness=values["witness"],
    )


def _with_outcomes(rows: Iterable[CeremonyRow], outcomes: Iterable[RowOutcome]) -> Iterator[CeremonyRow]:
    """The rows with their outcomes, faults and questions."""
    by_number = {each.number: each for each in outcomes}
    for row in rows:
        outcome = by_number.get(row.number)
        yield replace(
            row, outcome=outcome, **row_fault(outcome.error if outcome else None, row.again, _field_of_column)
        )


def _field_of_column(column: str) -> str:
    """The field of a row that a column is typed into; empty for none."""
    ends = {"giver_placement_id": "giver", "beneficiary_id": "receiver", "name": "receiver"}
    return ends.get(column, column if column in _TYPED_COLUMNS else "")
