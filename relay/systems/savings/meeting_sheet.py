"""The sheet of a savings meeting: a row for each member and loan, written out before it and typed in after.

It bears the meeting's id, of which all ids are made: who records a sheet twice records it once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.errors import Invalid, RelayError
from relay.exchange import cells
from relay.exchange.ceremony_sheet import lines, ticked
from relay.exchange.writing import sheets_of_ones_own
from relay.systems.savings.kinds import PURPOSES
from relay.systems.savings.meeting_day import Written
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
HEADER: Final = (*_OF_MEETING, *_COUNTED, "beneficiary_id", "due", "loan_id", "there", *_PAID, *_LENT)
_DROP_DOWNS: Final[Mapping[str, Sequence[str]]] = {"there": ("x",), "purpose": PURPOSES}


class NoMeetingSheet(Invalid):
    """A file that should be the sheet of a savings meeting is none."""

    reason = "%(path)s is no sheet of a savings meeting: %(what)s."
    suggestion = "Write one with relay sheet GROUP --to FILE, and leave its first line as it is."

    path: Path
    what: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRow:
    """A row that cannot be read.

    Attributes:
        woman: Whose; empty where even that cannot be read.
        error: Why.
    """

    woman: str
    error: RelayError


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedIn:
    """A sheet as it was typed in.

    Attributes:
        meeting: The columns of the meeting.
        rows: What was paid and lent.
        unread: Rows that cannot be read.
    """

    meeting: Mapping[str, Value]
    rows: tuple[Written, ...]
    unread: tuple[UnreadRow, ...]


def write(path: Path, meeting_id: str, group_id: str, day: date, cycle_id: str, due: Sequence[DueFromHer]) -> None:
    """Write the sheet of a meeting, without names; a workbook has lists to choose from.

    Args:
        path: A .csv or .xlsx file; nothing may be there.
        meeting_id: That the meeting will have.
        group_id: Of the group.
        day: On which it meets.
        cycle_id: Of its cycle.
        due: What is due from each.

    Raises:
        ThereAlready: Something is at this path.
        NotWritten: It cannot be written there.
    """
    head = (meeting_id, group_id, day.isoformat(), cycle_id, *[""] * len(_COUNTED))
    empty = [""] * (1 + len(_PAID) + len(_LENT))
    rows = [(*head, each.beneficiary_id, each.total, each.loan_id or "", *empty) for each in due]
    if path.suffix.lower() == ".xlsx":
        with sheets_of_ones_own(path) as book:
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


def read(path: Path, catalogue: Catalogue) -> TypedIn:
    """Read a sheet that was typed in.

    Args:
        path: A .csv or .xlsx file.
        catalogue: Of the kinds of acts.

    Raises:
        CannotRead: There is no such file, or it is neither.
        NoMeetingSheet: It is no sheet of one meeting.
    """
    said = list(lines(path, HEADER, lambda what: NoMeetingSheet(path=path, what=what)))
    if len({tuple(str(line[name]) for name in _OF_MEETING) for line in said}) != 1:
        raise NoMeetingSheet(path=path, what=Sentence("its rows do not name one meeting"))
    head = _cells(catalogue, "meeting", said[0], _OF_MEETING)
    for line in said:  # counted once for all: on whichever row that was written
        head |= _cells(catalogue, "meeting", line, _COUNTED)
    if not (head.get("meeting_id") and head.get("group_id") and head.get("held_on")):
        raise NoMeetingSheet(path=path, what=Sentence("it does not say which group met, and when"))
    rows, unread, there = list[Written](), list[UnreadRow](), dict[str, None]()
    for line in said:
        woman = str(line["beneficiary_id"] or "").strip()
        try:
            if ticked(line["there"]):
                there[woman] = None
            rows += _rows(catalogue, line, woman, str(head.get("cycle_id") or ""))
        except RelayError as error:
            unread.append(UnreadRow(woman=woman, error=error))
    roster = {"present": ";".join(there)} if there else {}
    meeting = {**head, "kind": "savings", **roster}
    return TypedIn(meeting=meeting, rows=tuple(rows), unread=tuple(unread))


def _rows(catalogue: Catalogue, line: Mapping[str, object], woman: str, cycle_id: str) -> list[Written]:
    """A passbook line where she paid something, and a loan where she was lent something."""
    found = list[Written]()
    paid = _cells(catalogue, "passbook", line, (*_PAID, "loan_id"))
    loan_id = paid.pop("loan_id", None)
    if paid:
        if loan_id and ("principal" in paid or "charge" in paid):
            paid["loan_id"] = loan_id
        name = f"paid/{woman}/{loan_id or ''}"
        found.append(Written(name=name, kind="passbook", said={"beneficiary_id": woman, **paid}))
    lent = _cells(catalogue, "loan", {**line, "principal": line["lent"]}, ("principal", "months", "purpose"))
    if "principal" in lent:
        said: dict[str, Value] = {"beneficiary_id": woman, "cycle_id": cycle_id, **lent}
        found.append(Written(name=f"lent/{woman}/{loan_id or ''}", kind="loan", said=said))
    return found


def _cells(catalogue: Catalogue, kind: str, line: Mapping[str, object], names: Sequence[str]) -> dict[str, Value]:
    """What some cells of a row say; empty ones are left out."""
    columns = {column.name: column for column in catalogue.kind(kind).columns}
    read_cells = {name: cells.read(columns[name], line[name]) for name in names}
    return {name: value for name, value in read_cells.items() if value is not None}
