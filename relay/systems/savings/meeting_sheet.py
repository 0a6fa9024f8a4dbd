"""The sheet of a savings meeting: a row for each member and loan, and some for the rest, printed and typed in after.

It has the meeting's id, from which all ids are made, so a sheet that is recorded twice is recorded only once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.domain.schema import Column
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange import cells
from relay.exchange.ceremony_sheet import lines, ticked
from relay.exchange.writing import new_workbook
from relay.systems.groups.meeting_recording import WrittenRow
from relay.systems.savings.kinds import FLOW_KINDS, PURPOSES
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.acts import Value
    from relay.domain.system import Catalogue
    from relay.systems.savings.report import DueFromHer

_OF_MEETING: Final = ("meeting_id", "group_id", "held_on", "cycle_id")
_COUNTED: Final = ("cash_before", "cash_after", "bank_after")
_PAID: Final = ("shares", "saved", "social", "fine", "other", "principal", "charge")
_LENT: Final = ("lent", "months", "purpose")
_MOVED: Final = ("group_money", "amount")
_ELECTED: Final = ("receives_from", "votes_for", "votes_against")
_WOMAN: Final = ("row", "beneficiary_id", "due", "loan_id", "there")
HEADER: Final = (*_OF_MEETING, *_COUNTED, *_WOMAN, *_PAID, *_LENT, *_MOVED, *_ELECTED)
_DROP_DOWNS: Final[Mapping[str, Sequence[str]]] = {"there": ("x",), "purpose": PURPOSES, "group_money": FLOW_KINDS}
_NUMBER: Final = Column(name="row", type="term", required=True)
MORE_ROWS: Final = 6
"""Number of empty rows at the end: for money of the group, and for elected women who are not members."""


NO_MEETING_SHEET: Final = Failure(
    Invalid,
    "no_meeting_sheet",
    "%(path)s is no sheet of a savings meeting: %(what)s.",
    advice="Write one with relay savings-sheet GROUP --to FILE, and leave its first line as it is.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRow:
    """A row that cannot be read.

    Attributes:
        woman: Id of the woman, or number of a row without one.
        error: The reason.
    """

    woman: str
    error: RelayError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMeetingSheet:
    """A sheet after it was typed in.

    Attributes:
        meeting: Columns of the meeting.
        rows: What was paid and lent, money of the group, and elections.
        unread: Rows that cannot be read.
    """

    meeting: Mapping[str, Value]
    rows: tuple[WrittenRow, ...]
    unread: tuple[UnreadRow, ...]


def write(path: Path, meeting_id: str, group_id: str, day: date, cycle_id: str, due: Sequence[DueFromHer]) -> None:
    """Write the sheet of a meeting, without names; a workbook has lists to choose from.

    Args:
        path: A .csv or .xlsx file that does not exist yet.
        meeting_id: Id that the meeting will have.
        group_id: Id of the group.
        day: Day of the meeting.
        cycle_id: Id of its cycle.
        due: What is due from each woman.

    Raises:
        ThereAlready: Something is at this path.
        WrongEnding: It ends neither in .csv nor in .xlsx.
        Invalid: It cannot be written there.
    """
    private_files.require_ending(path, ".csv", ".xlsx")
    head = (meeting_id, group_id, day.isoformat(), cycle_id, *[""] * len(_COUNTED))
    members = [(each.beneficiary_id, each.total, each.loan_id or "") for each in due]
    rows = [(*head, number, *each) for number, each in enumerate([*members, *[("", "", "")] * MORE_ROWS], 1)]
    rows = [(*row, *[""] * (len(HEADER) - len(row))) for row in rows]
    if path.suffix.lower() == ".xlsx":
        with new_workbook(path) as book:
            sheet = book.add_worksheet("meeting")
            sheet.freeze_panes(1, HEADER.index("there"))
            for place, row in enumerate([HEADER, *rows]):
                sheet.write_row(place, 0, row)
            for name, words in _DROP_DOWNS.items():
                column = HEADER.index(name)
                sheet.data_validation(1, column, len(rows), column, {"validate": "list", "source": [*words]})
        return
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    with private_files.create(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def read(path: Path, catalogue: Catalogue) -> TypedMeetingSheet:
    """Read a sheet that was typed in.

    Args:
        path: A .csv or .xlsx file.
        catalogue: Catalogue of the kinds of acts.

    Raises:
        CannotRead: There is no such file, or it is neither.
        Invalid: It is not the sheet of one meeting.
    """
    lines_ = list(lines(path, HEADER, lambda what: refused(NO_MEETING_SHEET, path=path, what=what)))
    if len({tuple(str(line[name]) for name in _OF_MEETING) for line in lines_}) != 1:
        raise refused(NO_MEETING_SHEET, path=path, what=Sentence("its rows do not name one meeting"))
    head = _cells(catalogue, "meeting", lines_[0], _OF_MEETING)
    for line in lines_:  # counted once for all: on whichever row that was written
        head |= _cells(catalogue, "meeting", line, _COUNTED)
    if not (head.get("meeting_id") and head.get("group_id") and head.get("held_on")):
        raise refused(NO_MEETING_SHEET, path=path, what=Sentence("it does not say which group met, and when"))
    rows, unread, there = list[WrittenRow](), list[UnreadRow](), dict[str, None]()
    for line in lines_:
        woman = str(line["beneficiary_id"] or "").strip()
        try:
            if ticked(line["there"]) and woman:
                there[woman] = None
            rows += [*_rows(catalogue, line, woman, str(head.get("cycle_id") or ""))]  # all that a row says, or nothing
        except RelayError as error:
            unread.append(UnreadRow(woman=woman or f"row {line['row']}", error=error))
    roster = {"present": ";".join(there)} if there else {}
    meeting = {**head, "kind": "savings", **roster}
    return TypedMeetingSheet(meeting=meeting, rows=tuple(rows), unread=tuple(unread))


def _rows(catalogue: Catalogue, line: Mapping[str, object], woman: str, cycle_id: str) -> Iterator[WrittenRow]:
    """The acts of a row: what she paid, what she was lent, money of the group, and from whom she is to receive."""
    hers: Mapping[str, Value] = {"beneficiary_id": woman} if woman else {}
    paid = _cells(catalogue, "passbook", line, (*_PAID, "loan_id"))
    loan_id = paid.pop("loan_id", None)
    if paid:
        if loan_id and ("principal" in paid or "charge" in paid):
            paid["loan_id"] = loan_id
        yield WrittenRow(name=f"paid/{woman}/{loan_id or ''}", kind="passbook", values={**hers, **paid})
    lent = _cells(catalogue, "loan", {**line, "principal": line["lent"]}, ("principal", "months", "purpose"))
    if "principal" in lent:
        yield WrittenRow(
            name=f"lent/{woman}/{loan_id or ''}", kind="loan", values={**hers, "cycle_id": cycle_id, **lent}
        )
    moved = _cells(catalogue, "flow", {**line, "kind": line["group_money"]}, ("kind", "amount"))
    if moved:
        yield WrittenRow(name=f"moved/{cells.read(_NUMBER, line['row'])}", kind="flow", values={**hers, **moved})
    elected = _cells(
        catalogue,
        "plan",
        {**line, "giver_placement_id": line["receives_from"]},
        ("giver_placement_id", "votes_for", "votes_against"),
    )
    if "giver_placement_id" in elected:
        yield WrittenRow(name=f"elected/{woman}", kind="plan", values={**hers, **elected})


def _cells(catalogue: Catalogue, kind: str, line: Mapping[str, object], names: Sequence[str]) -> dict[str, Value]:
    """The values of some cells of a row; empty cells are left out."""
    columns = {column.name: column for column in catalogue.kind(kind).columns}
    read_cells = {name: cells.read(columns[name], line[name]) for name in names}
    return {name: value for name, value in read_cells.items() if value is not None}
