"""A ceremony day on one page: a row for each giver, recorded together, each row standing or falling alone."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flask import render_template, request

from relay.desk import ceremony as desk
from relay.desk.ceremony import MOST_ROWS, Ceremony, HandOverRow
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import RelayError
from relay.exchange import cells
from relay.reports.field import givers
from relay.service.question import of_system
from relay.web import guard, privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import say_error
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.recording import record_lookup
from relay.web.recording.form_fields import Field, field_of
from relay.web.recording.form_submission import SAYS_NO, answers_of, objection
from relay.web.request import current
from relay.web.request.typed_form import pressed
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flask import Response

    from relay.arrays.lineage import Survey
    from relay.desk.ceremony import RowOutcome
    from relay.domain.acts import Value
    from relay.domain.model import Quantity
    from relay.domain.schema import Column
    from relay.reports.field.givers import Giver
    from relay.reports.search import Hit

WALK_INS: Final = 3
"""Empty rows at the foot of a page, for who came without being expected."""
NEW: Final = "new:"
"""Chosen where a name means a woman who is new; no id holds a colon."""

_PLANS: Final = "plans"
"""The question of who is planned to receive from whom, of whichever system answers it."""
_OFFERED: Final = 500  # our choice: receivers that a browser completes; of more, ids are typed whole
_ROW: Final = re.compile(r"([0-9]{1,3})\.giver")
_ENDS: Final = ("giver", "receiver")
_SAID: Final = ("animals", "females", "males", "tags")
_FALLEN: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRow:
    """One row of the page.

    Attributes:
        number: By which its fields are named, and its ids made.
        typed: Field → what stands in it: giver, receiver, animals, females, males and tags.
        is_listed: Whether its giver was expected; else she is typed too.
        planned: Who is planned to receive, as it was when the page was opened; empty for nobody.
        is_ticked: Whether it was handed over.
        chosen: Field → the record that was chosen for its words.
        again: The questions that were answered with yes.
        values: Column of the pass-on → what was said, as far as it could be read.
        faults: Field → what is wrong with it.
        found: Field → the records that its words may mean.
        question: The code of what is asked about it.
        became: What became of it; None while nothing was recorded.
    """

    number: int
    typed: Mapping[str, str]
    is_listed: bool = False
    planned: str = ""
    is_ticked: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])
    again: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    found: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict[str, "tuple[Hit, ...]"])
    question: str = ""
    became: RowOutcome | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether it stands in the ledger."""
        return self.became is not None and self.became.error is None

    def meant(self, name: str) -> str:
        """The id that was chosen for a field, or what was typed."""
        chosen = self.chosen.get(name, "")
        return chosen if chosen and chosen != NEW else self.typed[name]

    def hand_over(self) -> HandOverRow:
        """What it says."""
        return HandOverRow(
            number=self.number,
            giver=self.meant("giver"),
            receiver=self.meant("receiver"),
            is_new=self.chosen.get("receiver") == NEW,
            said=self.values,
            answers=answers_of(self.again),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The page as it is filled in.

    Attributes:
        ceremony_id: Minted with the page: whoever sends it twice records it once.
        fields: When, what it is called and who saw it, by name.
        place_id: Of whose people it is; None for none.
        group_id: Of which group; None for none.
        rows: In order.
        counted: What was typed as the number of animals in the yard.
        fault: Why nothing was recorded.
        left_out: Givers for whom there is no row any more.
        money: Givers of its rows who hand over money, which nobody counts in a yard.
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
        """What the place is called; empty for none."""
        return privacy.places_and_donors().places.get(self.place_id or "", self.place_id or "")

    @property
    def group(self) -> str:
        """What the group is called; empty for none."""
        return privacy.group_names().get(self.group_id or "", self.group_id or "")

    @property
    def ticked(self) -> tuple[CeremonyRow, ...]:
        """The rows of who handed over."""
        return tuple(row for row in self.rows if row.is_ticked)

    @property
    def recorded(self) -> tuple[CeremonyRow, ...]:
        """The rows that stand in the ledger."""
        return tuple(row for row in self.rows if row.is_recorded)

    @property
    def fallen(self) -> tuple[CeremonyRow, ...]:
        """The ticked rows that do not."""
        return tuple(row for row in self.ticked if not row.is_recorded)

    @property
    def expected(self) -> int:
        """Givers in all: those who are listed, and those who came besides."""
        return sum(row.is_listed or row.is_ticked for row in self.rows)

    @property
    def animals(self) -> Quantity:
        """That the ticked rows hand over, as far as their numbers can be read."""
        return desk.units(row.hand_over() for row in self.ticked if not self.is_money(row))

    @property
    def amount(self) -> Quantity:
        """Of money that they hand over, the same."""
        return desk.units(row.hand_over() for row in self.ticked if self.is_money(row))

    def is_money(self, row: CeremonyRow) -> bool:
        """Whether a row hands over money."""
        return row.meant("giver") in self.money

    @property
    def agrees(self) -> bool:
        """Whether as many were counted in the yard."""
        with suppress(RelayError):
            return bool(self.ticked) and _counted(self.counted) == self.animals
        return False

    @property
    def listed(self) -> Mapping[str, Giver]:
        """Placement id → its giver, of the rows that were listed."""
        return givers.of_placements(_survey(), [row.typed["giver"] for row in self.rows if row.is_listed])

    def names(self) -> Mapping[str, str]:
        """Beneficiary id → what she is called, of all whom the rows name and who may be offered as receivers."""
        ids = {each.beneficiary_id for each in self.listed.values() if each.beneficiary_id} | {*self.receivers()}
        ids |= {row.planned for row in self.rows if row.planned}
        ids |= {row.became.beneficiary_id for row in self.rows if row.became and row.became.beneficiary_id}
        return privacy.names("form", ids)

    def receivers(self) -> tuple[str, ...]:
        """Who waits there, to be completed as they are typed."""
        return givers.waiting(_survey(), place_id=self.place_id, group_id=self.group_id)[:_OFFERED]


def _survey() -> Survey:
    return current.kept_survey(current.today(), confirmed_only=False)


def _new_id() -> str:
    return new_id(secrets.token_bytes(ID_BYTES))


@action("pass-on", typed=True, largest=limits.FORM_BYTES)
def page(programme_id: str) -> str | tuple[str, int]:  # noqa: ARG001 - `current` reads it
    """The day, to be filled in; or what became of each of its rows."""
    if request.method == "GET":
        return _shown(_opened())
    day = _typed()
    if pressed() != "record":
        return _shown(day)
    day = _recorded(day)
    return _shown(_with_walk_ins(day)), _FALLEN if day.fault or day.fallen else 200


def _shown(day: Day) -> str:
    told = _with_money(day)
    return render_template("recording/ceremony_form.html", day=told, names=told.names(), today=current.today(), new=NEW)


def _with_money(day: Day) -> Day:
    givers_ = [row.meant("giver") for row in day.rows]
    return replace(day, money=desk.with_money(current.built(), current.head().programme_id, givers_))


def _planned() -> Mapping[str, str]:
    """Placement id → who is planned to receive from it, where a system of this programme plans."""
    catalogue, head = current.graph().catalogue, current.head()
    planned = dict[str, str]()
    for question in (each for name in head.systems for each in of_system(catalogue.systems[name])):
        if question.name == _PLANS and guard.may(question.action, head.programme_id):
            plans: Any = question
            answered = privacy.answer_to(plans(as_of=current.today(), state="open"))
            planned |= {plan.giver_placement_id: plan.beneficiary_id for plan in answered if plan.giver_placement_id}
    return planned


@action("pass-on")
def sheet(programme_id: str, form: str | None = None) -> Response | str:
    """The page on paper, with a box for each thumb: taken along, and typed in after."""
    day = _with_money(_opened())
    page = render_template("recording/hand_over_sheet.html", day=day, names=day.names(), today=current.today())
    return pdf.answer(page, form, f"{programme_id}-hand-over")


def _opened() -> Day:
    """The page with a row for each giver who is expected."""
    place_id, group_id, planned = _part("place"), _part("group"), _planned()
    due = givers.givers(_survey(), current.today(), place_id=place_id, group_id=group_id, planned=planned)
    walk_ins = _number(request.args.get("walk_ins", ""))
    most = MOST_ROWS - walk_ins
    rows = [
        CeremonyRow(
            number=number,
            is_listed=True,
            planned=each.planned_receiver or "",
            typed=_empty(each, each.planned_receiver or ""),
        )
        for number, each in enumerate(due[:most], 1)
    ]
    day = Day(
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
    """The fields of the day: it is not ahead, since who handed over is recorded with it."""
    catalogue = current.graph().catalogue
    asked = (("ceremony", "held_on"), ("ceremony", "name"), ("pass", "witness"))
    return {
        name: field_of(kind, replace(column, coming=False), needed=column.required)
        for kind, name in asked
        if (column := catalogue.kind(kind).column(name))
    }


def _empty(giver: Giver | None = None, receiver: str = "") -> dict[str, str]:
    """What stands in the fields of a row before anything is typed."""
    known = {"giver": giver.placement_id, "animals": cells.write(giver.still_owed)} if giver else {}
    return {"giver": "", "receiver": receiver, **dict.fromkeys(_SAID, ""), **known}


def _with_walk_ins(day: Day, many: int = WALK_INS) -> Day:
    """The page with that many empty rows at its foot."""
    rows = [row for row in day.rows if row.is_listed or row.is_ticked or any(row.typed.values())]
    first = max((row.number for row in rows), default=0) + 1
    more = min(many, MOST_ROWS - len(rows))
    return replace(day, rows=(*rows, *(CeremonyRow(number=first + each, typed=_empty()) for each in range(more))))


# ------------------------------------------------------------------------------------------------ what was typed


def _typed() -> Day:
    """The page as it was sent."""
    id_column = current.graph().catalogue.kind("ceremony").columns[0]
    ceremony_id = str(cells.read(id_column, request.form.get("ceremony_id", "")) or _new_id())
    sent = sorted({int(found[1]) for name in request.form if (found := _ROW.fullmatch(name))})
    day = Day(
        ceremony_id=ceremony_id,
        fields={name: each.typed(request.form) for name, each in _fields().items()},
        place_id=_part("place"),
        group_id=_part("group"),
        rows=tuple(_with_whom([_row(number) for number in sent], ceremony_id)),
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
            faults[column.name] = say_error(error)
    return CeremonyRow(
        number=number,
        typed=typed,
        is_listed=bool(sent("listed")),
        planned=sent("planned"),
        is_ticked=bool(sent("did")),
        chosen={name: chosen for name in _ENDS if (chosen := sent(f"{name}.chosen"))},
        again=tuple(request.form.getlist(f"{number}.again")),
        values=values,
        faults=faults,
    )


def _columns() -> Iterator[Column]:
    kind = current.graph().catalogue.kind("pass")
    return (column for column in kind.columns if column.name in _SAID)


def _with_whom(rows: Sequence[CeremonyRow], ceremony_id: str) -> Iterator[CeremonyRow]:
    """The rows with those among whom is to be chosen, where words are typed in place of an id."""
    asked = {row.number: _words(row, ceremony_id) for row in rows if row.is_ticked}
    near = record_lookup.near_each("beneficiary", {text for each in asked.values() for text in each.values()}, _home())
    for row in rows:
        if not row.is_ticked:
            yield row
            continue
        found = {name: near[text] for name, text in asked[row.number].items() if near[text]}
        needed = [name for name in _ENDS if not row.typed[name]]
        needed += ["animals"] if not {"animals"} & (row.values.keys() | row.faults.keys()) else []
        faults = dict.fromkeys(needed, gettext("This is needed."))
        faults |= dict.fromkeys(found, gettext("Choose which of these is meant."))
        yield replace(row, faults={**row.faults, **faults}, found=found)


def _words(row: CeremonyRow, ceremony_id: str) -> Mapping[str, str]:
    """Field of a row → the words in it that may mean somebody.

    Nothing is to be chosen where the row registered her before, under the id that it makes.
    """
    new_id_ = desk.id_of(ceremony_id, row.number, "beneficiary")
    is_registered = current.snapshot().beneficiaries.ids.row(new_id_) is not None
    return {
        name: text
        for name in _ENDS
        if (text := row.typed[name])
        and not (row.chosen.get(name) or _is_an_id(text) or (name == "receiver" and is_registered))
    }


def _home() -> str | None:
    """Where the day is held: the place, or that of the group."""
    return _part("place") or record_lookup.home_of(group=_part("group"))


def _is_an_id(text: str) -> bool:
    """Whether a text is an id of the record, or reads like one: names have no digits."""
    known = current.snapshot()
    there = known.beneficiaries.ids.row(text) is not None or known.placements.ids.row(text) is not None
    return there or ":" in text or any(map(str.isdigit, text))


# ------------------------------------------------------------------------------------------------ what is recorded


def _recorded(day: Day) -> Day:
    """The page with the outcome of each row; with its fault where nothing more was recorded."""
    wrong = next((each.fault for each in day.fields.values() if each.fault), "")
    if wrong:
        return _in_vain(day, gettext("Nothing was recorded yet: look at what is marked below."))
    try:
        ticked = [row.hand_over() for row in day.ticked]
        desk.require_counted(current.built(), current.head().programme_id, ticked, _counted(day.counted))
        rows = [row.hand_over() for row in day.ticked if not row.faults]
        if not rows and day.ticked:
            return day
        became = desk.record_day(
            current.built(),
            current.head().programme_id,
            _ceremony(day),
            rows,
            guard.clerk(current.head().programme_id),
        )
    except SAYS_NO as error:
        return _in_vain(day, say_error(error))
    return replace(day, rows=tuple(_answered(day.rows, became)))


def _in_vain(day: Day, fault: str) -> Day:
    """The page with its fault; what was recorded of it before stays told."""
    rows = [row.hand_over() for row in day.ticked]
    became = desk.standing(current.built(), current.head().programme_id, day.ceremony_id, rows)
    return replace(day, fault=fault, rows=tuple(_answered(day.rows, became)))


def _counted(text: str) -> Quantity:
    column = current.graph().catalogue.kind("pass").column("animals")
    value = cells.read(column, text) if column else None
    return value if isinstance(value, int | float) else 0


def _ceremony(day: Day) -> Ceremony:
    said = {name: None if each.value is None else str(each.value) for name, each in day.fields.items()}
    return Ceremony(
        ceremony_id=day.ceremony_id,
        held_on=str(said["held_on"]),
        place_id=day.place_id,
        group_id=day.group_id,
        name=said["name"],
        witness=said["witness"],
    )


def _answered(rows: Iterable[CeremonyRow], became: Iterable[RowOutcome]) -> Iterator[CeremonyRow]:
    """The rows with what became of them; a question stands beside the row that raised it."""
    by_number = {each.number: each for each in became}
    for row in rows:
        found = by_number.get(row.number)
        yield replace(row, became=found, **objection(found.error if found else None, row.again, _beside))


def _beside(column: str) -> str:
    """The field of a row that a column is typed into; empty for none."""
    ends = {"giver_placement_id": "giver", "beneficiary_id": "receiver", "name": "receiver"}
    return ends.get(column, column if column in _SAID else "")
