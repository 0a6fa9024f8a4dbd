"""The sheet of a ceremony: a CSV file or workbook with one row a giver, printed, filled in by hand, and typed in after.

Each row has the ceremony's id and its own number, from which all ids are made, so a sheet that is recorded twice is
recorded only once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from relay import private_files
from relay.domain.own_columns import is_own
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.domain.rulebook import NO_SUCH_COLUMN
from relay.domain.schema import Column
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange import cells
from relay.exchange.sheets import Unreadable, all_sheets
from relay.exchange.writing import new_workbook
from relay.ledger.programme_heads import head
from relay.office.ceremony import Ceremony, HandOverRow, record_day, require_counted
from relay.text import Sentence, Units

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.acts import Value
    from relay.domain.model import Quantity
    from relay.domain.own_columns import OwnColumn
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.reports.field.givers import Giver

WALK_INS: Final = 10
"""Number of empty rows at the end of a sheet, for people who come unexpectedly (our choice)."""

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
class UnreadableRow:
    """A row that cannot be read.

    Attributes:
        number: Number of the row in the sheet; None if even that cannot be read.
        error: The reason.
    """

    number: int | None
    error: RelayError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSheet:
    """A sheet after it was typed in.

    Attributes:
        ceremony: The ceremony.
        rows: Rows of those who handed over.
        fallen: Rows that cannot be read.
    """

    ceremony: Ceremony
    rows: tuple[HandOverRow, ...]
    unreadable: tuple[UnreadableRow, ...]


def write(path: Path, ceremony: Ceremony, givers: Sequence[Giver], own: Sequence[str] = ()) -> None:
    """Write the sheet of a ceremony, without names.

    It has a row for each giver and her planned receiver, and `WALK_INS` empty rows.

    Args:
        path: A .csv or .xlsx file that does not exist yet.
        ceremony: The ceremony.
        givers: The givers in order.
        own: The columns of the programme's own of pass-ons, "own.NAME".

    Raises:
        ThereAlready: Something is at this path.
        WrongEnding: It ends neither in .csv nor in .xlsx.
        Invalid: It cannot be written there.
    """
    private_files.require_ending(path, ".csv", ".xlsx")
    header = (*HEADER, *own)
    head = [getattr(ceremony, name) or "" for name in _OF_CEREMONY]
    listed = [
        (each.placement_id, Units(each.still_owed, each.help), each.planned_receiver or "", each.still_owed)
        for each in givers
    ]
    rows = [
        [*head, number, giver, owes, "", receiver, animals, "", "", "", "", *([""] * len(own))]
        for number, (giver, owes, receiver, animals) in enumerate([*listed, *[("", "", "", "")] * WALK_INS], 1)
    ]
    if path.suffix.lower() == ".xlsx":
        with new_workbook(path) as book:
            sheet = book.add_worksheet("ceremony")
            sheet.freeze_panes(1, len(_OF_CEREMONY) + 2)
            for place, row in enumerate([header, *rows]):
                sheet.write_row(place, 0, row)
        return
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    with private_files.create(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def read(
    path: Path, catalogue: Catalogue, own: Callable[[], tuple[OwnColumn, ...]] = tuple, *, again: bool = False
) -> TypedSheet:
    """Read a sheet that was typed in.

    Args:
        path: A .csv or .xlsx file.
        catalogue: Catalogue of the kinds of acts.
        own: Asked for the columns of the programme's own only where the sheet has one.
        again: Whether all questions about its rows are answered with yes.

    Raises:
        CannotRead: There is no such file, or it is neither.
        Invalid: It is not the sheet of one ceremony.
    """
    lines_ = list(lines(path, HEADER, lambda what: refused(NO_SHEET, path=path, what=what)))
    if not lines_:
        raise refused(NO_SHEET, path=path, what=Sentence("it has no rows"))
    kind, heads = catalogue.kind("ceremony"), {tuple(line[name] for name in _OF_CEREMONY) for line in lines_}
    if len(heads) > 1:
        raise refused(NO_SHEET, path=path, what=Sentence("its rows name several ceremonies"))
    columns = {column.name: column for column in kind.columns}
    columns_of_ceremony = {name: cells.read(columns[name], lines_[0][name]) for name in _OF_CEREMONY}
    if not (columns_of_ceremony["ceremony_id"] and columns_of_ceremony["held_on"]):
        raise refused(NO_SHEET, path=path, what=Sentence("its rows do not say which ceremony it is, and its day"))
    ceremony = Ceremony(**{name: None if value is None else str(value) for name, value in columns_of_ceremony.items()})  # type: ignore[arg-type]
    catalogue = catalogue.knowing("pass", lines_[0], own)
    rows, unreadable = list[HandOverRow](), list[UnreadableRow]()
    for line in lines_:
        number: int | None = None
        try:
            number = int(str(cells.read(_NUMBER, line["row"]) or 0))
            if ticked(line["handed_over"]):
                rows.append(_row(number, line, catalogue, again=again))
        except RelayError as error:
            unreadable.append(UnreadableRow(number=number, error=error))
    return TypedSheet(ceremony=ceremony, rows=tuple(rows), unreadable=tuple(unreadable))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """The result of one row of a ceremony sheet, as it is reported.

    Attributes:
        row: Number of the row; None if even that cannot be read.
        act_id: Id of the pass-on that it records, or would record; None if it cannot be read.
        action: "added", "same", "asked" with the question, or "not" with the reason.
        code: Code of the question or reason, or None.
        field: The column at fault, or None.
        reason: Why it was not recorded, or None.
        suggestion: What to do, or None.
        notes: Notes for the auditor.
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
        """The result of a row with its error, if it has one."""
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
    """The results of a sheet.

    Attributes:
        readable: Whether all rows could be read; if not, nothing was recorded, and only the unreadable rows are
            reported.
        rows: A line for each row that is ticked or cannot be read.
    """

    readable: bool
    rows: tuple[RowLine, ...]


def record(
    graph: Graph, programme_id: str, path: Path, counted: Quantity, clerk: Clerk, *, again: bool
) -> SheetOutcome:
    """Record a sheet that was typed in; see `office.ceremony.record_day`.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        path: The sheet's file.
        counted: Number of animals counted in the yard.
        clerk: Who records.
        again: Whether all questions about its rows are answered with yes.

    Raises:
        CannotRead: There is no such file, or it is neither a CSV file nor a workbook.
        NoSheet: It is not the sheet of one ceremony.
        OtherNumberOfAnimals: Another number was counted; nothing was recorded.
        RelayError: The ceremony itself cannot be recorded; nothing was recorded.
    """
    typed = read(path, graph.catalogue, lambda: head(graph, programme_id).own, again=again)
    if typed.unreadable or not typed.rows:
        refused_rows = tuple(RowLine.of(each.number, None, "not", each.error) for each in typed.unreadable)
        return SheetOutcome(readable=not typed.unreadable, rows=refused_rows)
    require_counted(graph, programme_id, typed.rows, counted)
    became = record_day(graph, programme_id, typed.ceremony, typed.rows, clerk)
    refused_rows = tuple(
        RowLine.of(each.number, f"pass:{each.pass_id}", each.action, each.error, each.notes) for each in became
    )
    return SheetOutcome(readable=True, rows=refused_rows)


def lines(path: Path, header: Sequence[str], fault: Callable[[Sentence], Invalid]) -> Iterator[Mapping[str, object]]:
    """The rows of a sheet below its header, each as column → cell; empty rows are left out.

    Beside the columns of the header each has those that a programme has of its own.

    Args:
        path: A .csv or .xlsx file.
        header: Columns that it must have.
        fault: Makes the error for a file that is not such a sheet, from a sentence that says why.

    Raises:
        CannotRead: There is no such file, or it is neither.
        Invalid: It is not such a sheet.
    """
    page = next((page for page in all_sheets(path) if not page.hidden), None)
    first = page.rows[0] if page and page.rows else ()
    names = [] if isinstance(first, Unreadable) else [str(cell).strip() for cell in first]
    missing = [name for name in header if name not in names]
    asked = (*header, *filter(is_own, names))
    if page is None or missing:
        raise fault(Sentence("these columns are missing: %(missing)s", missing=", ".join(missing)))
    for row in page.rows[1:]:
        if isinstance(row, Unreadable):
            raise fault(Sentence("row %(row)s cannot be read", row=row.row))
        cell_of = dict(zip(names, row, strict=False))
        if any(str(cell_of.get(name) or "").strip() for name in asked):
            yield {name: cell_of.get(name, "") for name in asked}


def ticked(cell: object) -> bool:
    """Whether a cell is ticked, in any of the usual ways.

    Raises:
        Invalid: It is neither a tick nor empty nor a no.
    """
    word = str(cells.read(_TEXT, cell) or "").casefold().removesuffix(".0")
    if word not in _YES | _NO:
        raise refused(NEITHER_YES_NOR_NO)
    return word in _YES


def _row(number: int, line: Mapping[str, object], catalogue: Catalogue, *, again: bool) -> HandOverRow:
    values = dict[str, "Value"]()
    for name in (*_OF_PASS, *filter(is_own, line)):
        column = catalogue.kind("pass").column(name)
        if column is None:
            raise refused(NO_SUCH_COLUMN, name=name, of="pass", field=name)
        if (value := cells.read(column, line[name])) is not None:
            values[name] = value
    return HandOverRow(
        number=number,
        giver=str(cells.read(_GIVER, line["giver"]) or ""),
        receiver=str(cells.read(_GIVER, line["receiver"]) or ""),
        said=values,
        answers=EVERY_ANSWER if again else NO_ANSWER,
    )
