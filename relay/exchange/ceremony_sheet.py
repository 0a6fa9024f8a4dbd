"""The sheet of a ceremony: a row a giver, taken along on paper and typed in after, as a CSV file or a workbook.

Every row bears the ceremony's id and its own number, of which all ids are made: who records a sheet twice records it
once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from relay import private_files
from relay.desk.ceremony import Ceremony, HandOverRow, record_day, require_counted
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.domain.schema import Column
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange import cells
from relay.exchange.workbook import Unreadable, pages
from relay.exchange.writing import sheets_of_ones_own
from relay.text import Sentence, Units

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.acts import Value
    from relay.domain.model import Quantity
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.reports.field.givers import Giver

WALK_INS: Final = 10
"""Empty rows at the foot of a sheet, for who comes without being expected (our choice)."""

_OF_CEREMONY: Final = ("ceremony_id", "held_on", "place_id", "group_id")
_OF_ROW: Final = ("row", "giver", "owes", "handed_over", "receiver", "animals", "females", "males", "tags", "witness")
HEADER: Final = (*_OF_CEREMONY, *_OF_ROW)
_OF_PASS: Final = ("animals", "females", "males", "tags", "witness")
_YES: Final = frozenset({"x", "yes", "y", "1", "✓", "✔", "oui", "छ", "हो"})
_NO: Final = frozenset({"", "no", "n", "0", "-", "non", "छैन", "होइन"})
_NUMBER: Final = Column(name="row", type="term", required=True)
_TEXT: Final = Column(name="receiver", type="text")
_GIVER: Final = Column(name="giver", type="id")


NO_SHEET: Final = Failure(
    Invalid,
    "no_sheet",
    "%(path)s is no sheet of a ceremony: %(what)s.",
    advice="Write one with relay ceremony sheet, and leave its first line as it is.",
)


NEITHER_YES_NOR_NO: Final = Failure(
    Invalid,
    "neither_yes_nor_no",
    "It is not clear whether this is ticked.",
    advice="Write x where it was, and leave the cell empty where it was not.",
    field="handed_over",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A row that cannot be read.

    Attributes:
        number: Of the row in the sheet; None where even that cannot be read.
        error: Why.
    """

    number: int | None
    error: RelayError


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A sheet as it was typed in.

    Attributes:
        ceremony: The day.
        rows: Who handed over.
        fallen: Rows that cannot be read.
    """

    ceremony: Ceremony
    rows: tuple[HandOverRow, ...]
    fallen: tuple[Fallen, ...]


def write(path: Path, ceremony: Ceremony, givers: Sequence[Giver]) -> None:
    """Write the sheet of a ceremony, without names: a row for each giver and her planned receiver, and `WALK_INS` more.

    Args:
        path: A .csv or .xlsx file; nothing may be there.
        ceremony: Which.
        givers: In order.

    Raises:
        ThereAlready: Something is at this path.
        WrongEnding: It ends neither in .csv nor in .xlsx.
        Invalid: It cannot be written there.
    """
    private_files.require_ending(path, ".csv", ".xlsx")
    head = [getattr(ceremony, name) or "" for name in _OF_CEREMONY]
    listed = [
        (each.placement_id, Units(each.still_owed, each.help), each.planned_receiver or "", each.still_owed)
        for each in givers
    ]
    rows = [
        [*head, number, giver, owes, "", receiver, animals, "", "", "", ""]
        for number, (giver, owes, receiver, animals) in enumerate([*listed, *[("", "", "", "")] * WALK_INS], 1)
    ]
    if path.suffix.lower() == ".xlsx":
        with sheets_of_ones_own(path) as book:
            sheet = book.add_worksheet("ceremony")
            sheet.freeze_panes(1, len(_OF_CEREMONY) + 2)
            for place, row in enumerate([HEADER, *rows]):
                sheet.write_row(place, 0, row)
        return
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    with private_files.create(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def read(path: Path, catalogue: Catalogue, *, again: bool = False) -> Typed:
    """Read a sheet that was typed in.

    Args:
        path: A .csv or .xlsx file.
        catalogue: Catalogue of the kinds of acts.
        again: Whether every question about its rows is answered.

    Raises:
        CannotRead: There is no such file, or it is neither.
        Invalid: It is no sheet of one ceremony.
    """
    said = list(lines(path, HEADER, lambda what: refused(NO_SHEET, path=path, what=what)))
    if not said:
        raise refused(NO_SHEET, path=path, what=Sentence("it has no rows"))
    kind, heads = catalogue.kind("ceremony"), {tuple(line[name] for name in _OF_CEREMONY) for line in said}
    if len(heads) > 1:
        raise refused(NO_SHEET, path=path, what=Sentence("its rows name several ceremonies"))
    columns = {column.name: column for column in kind.columns}
    known = {name: cells.read(columns[name], said[0][name]) for name in _OF_CEREMONY}
    if not (known["ceremony_id"] and known["held_on"]):
        raise refused(NO_SHEET, path=path, what=Sentence("its rows do not say which ceremony it is, and its day"))
    ceremony = Ceremony(**{name: None if value is None else str(value) for name, value in known.items()})  # type: ignore[arg-type]
    rows, fallen = list[HandOverRow](), list[Fallen]()
    for line in said:
        number: int | None = None
        try:
            number = int(str(cells.read(_NUMBER, line["row"]) or 0))
            if ticked(line["handed_over"]):
                rows.append(_row(number, line, catalogue, again=again))
        except RelayError as error:
            fallen.append(Fallen(number=number, error=error))
    return Typed(ceremony=ceremony, rows=tuple(rows), fallen=tuple(fallen))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """The outcome of one row of a ceremony, as it is told.

    Attributes:
        row: Its number; None where even that cannot be read.
        act_id: Id of the pass-on that it is, or would be; None where it cannot be read.
        action: "added", "same", "asked" with the question, or "not" with the reason.
        code: The stable name of the question or reason, or None.
        field: The column at fault, or None.
        reason: Why it was not recorded, or None.
        suggestion: What to do, or None.
        notes: What was noted for the auditor.
    """

    row: int | None
    act_id: str | None
    action: str
    code: str | None
    field: str | None
    reason: str | None
    suggestion: str | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, row: int | None, act_id: str | None, action: str, error: RelayError | None, notes: tuple[str, ...] = ()
    ) -> Self:
        """Tell it with the error, where there is one."""
        return cls(
            row=row,
            act_id=act_id,
            action=action,
            code=error.code if error else None,
            field=error.field if error else None,
            reason=str(error.reason) if error else None,
            suggestion=str(error.suggestion) if error else None,
            notes=notes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOutcome:
    """The outcome of a sheet.

    Attributes:
        readable: Whether all rows could be read; else nothing was recorded, and the others are told.
        rows: A line for each row that is ticked, or that cannot be read.
    """

    readable: bool
    rows: tuple[RowLine, ...]


def record(
    graph: Graph, programme_id: str, path: Path, counted: Quantity, clerk: Clerk, *, again: bool
) -> SheetOutcome:
    """Record a sheet that was typed in; see `desk.ceremony.record_day`.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        path: Of the sheet.
        counted: The animals that were counted in the yard.
        clerk: Who records.
        again: Whether every question about its rows is answered.

    Raises:
        CannotRead: There is no such file, or it is neither a CSV file nor a workbook.
        NoSheet: It is no sheet of one ceremony.
        OtherNumberOfAnimals: Others were counted; nothing was recorded.
        RelayError: The ceremony itself cannot be recorded, and so nothing was.
    """
    typed = read(path, graph.catalogue, again=again)
    if typed.fallen or not typed.rows:
        told = tuple(RowLine.of(each.number, None, "not", each.error) for each in typed.fallen)
        return SheetOutcome(readable=not typed.fallen, rows=told)
    require_counted(graph, programme_id, typed.rows, counted)
    became = record_day(graph, programme_id, typed.ceremony, typed.rows, clerk)
    told = tuple(
        RowLine.of(each.number, f"pass:{each.pass_id}", each.action, each.error, each.notes) for each in became
    )
    return SheetOutcome(readable=True, rows=told)


def lines(path: Path, header: Sequence[str], fault: Callable[[Sentence], Invalid]) -> Iterator[Mapping[str, object]]:
    """The rows of a sheet under its header, each as its column → its cell; empty ones are left out.

    Args:
        path: A .csv or .xlsx file.
        header: The columns that it has to have.
        fault: What is raised of a file that is no such sheet, by what is wrong with it.

    Raises:
        CannotRead: There is no such file, or it is neither.
        Invalid: It is no such sheet.
    """
    page = next((page for page in pages(path) if not page.hidden), None)
    first = page.rows[0] if page and page.rows else ()
    known = [] if isinstance(first, Unreadable) else [str(cell).strip() for cell in first]
    missing = [name for name in header if name not in known]
    if page is None or missing:
        raise fault(Sentence("these columns are missing: %(missing)s", missing=", ".join(missing)))
    for row in page.rows[1:]:
        if isinstance(row, Unreadable):
            raise fault(Sentence("row %(row)s cannot be read", row=row.row))
        cell_of = dict(zip(known, row, strict=False))
        if any(str(cell_of.get(name) or "").strip() for name in header):
            yield {name: cell_of.get(name, "") for name in header}


def ticked(cell: object) -> bool:
    """Whether a cell is ticked, in any of the usual ways.

    Raises:
        Invalid: It says something else.
    """
    word = str(cells.read(_TEXT, cell) or "").casefold().removesuffix(".0")
    if word not in _YES | _NO:
        raise refused(NEITHER_YES_NOR_NO)
    return word in _YES


def _row(number: int, line: Mapping[str, object], catalogue: Catalogue, *, again: bool) -> HandOverRow:
    said = dict[str, "Value"]()
    for name in _OF_PASS:
        column = catalogue.kind("pass").column(name)
        if column and (value := cells.read(column, line[name])) is not None:
            said[name] = value
    return HandOverRow(
        number=number,
        giver=str(cells.read(_GIVER, line["giver"]) or ""),
        receiver=str(cells.read(_GIVER, line["receiver"]) or ""),
        said=said,
        answers=EVERY_ANSWER if again else NO_ANSWER,
    )
