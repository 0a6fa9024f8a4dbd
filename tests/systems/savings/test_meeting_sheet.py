"""The sheet of a savings meeting, written out, typed in and recorded."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
import xlsxwriter

from relay.exchange.workbook import pages
from relay.service.question import Source
from relay.systems.savings.questions import books_of
from tests.systems.savings.scene import added, lent, paid

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

DAY: Final = date(2023, 8, 25)


@pytest.fixture
def shell(alone: Shell, connection: Connection, village: Graph) -> Shell:
    added(village, paid("A1: W1 at M1", saved=100), lent("L1: W1 at M1", principal=90))
    alone.use(connection)
    return alone


def rows_of(path: Path) -> list[list[object]]:
    """The rows of a sheet, its header first."""
    return [[*row] for row in next(iter(pages(path))).rows]  # type: ignore[misc]


def type_in(path: Path, **cells: object) -> Path:
    """A copy with some cells filled in, named by the woman and the column."""
    header, *rows = rows_of(path)
    filled = [row + [""] * (len(header) - len(row)) for row in rows]
    row_of = {row[header.index("beneficiary_id")]: row for row in filled}
    for name, value in cells.items():
        woman, _, column = name.partition("_")
        row_of[woman][header.index(column)] = value
    typed = path.with_name("typed.xlsx")
    with xlsxwriter.Workbook(typed) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([header, *filled]):
            sheet.write_row(place, 0, row)
    return typed


def test_a_sheet_is_written_out_typed_in_and_recorded_once(shell: Shell, village: Graph, tmp_path: Path) -> None:
    path = tmp_path / "meeting.xlsx"
    shell.ok("sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    assert [row[7] for row in rows_of(path)] == ["beneficiary_id", "W1", "W2", "W3"]
    with zipfile.ZipFile(path) as parts:
        assert "keep_animal,feed_vet" in parts.read("xl/worksheets/sheet1.xml").decode(), "a list to choose from"

    said = {"W1_there": "x", "W2_there": "x", "W1_cash_before": 10, "W1_cash_after": 126, "W1_saved": 50}
    said |= {"W1_principal": 45, "W1_charge": 5.4, "W2_saved": 25.6, "W2_social": 90, "W2_lent": 100}
    path = type_in(path, **said, W2_months=3, W2_purpose="school")
    rehearsed = shell.ok("meeting-sheet", str(path), "--dry-run")
    recorded = shell.ok("meeting-sheet", str(path))
    again = shell.ok("meeting-sheet", str(path))

    assert "3 recorded, 0 not recorded" in rehearsed.err
    assert recorded.err.count("3 recorded, 0 not recorded") == again.err.count("3 recorded, 0 not recorded") == 1
    books = books_of(Source(graph=village, folder=tmp_path), "demo", "G", DAY)
    meeting = books.meetings[-1]
    assert sorted(meeting.attended) == ["W1", "W2"]
    assert books.boxes[meeting.meeting_id].gap == 0, "10 + 50 + 45 + 5.40 + 25.60 + 90 - 100 = 126"
    assert books.accounts["L1"].balance_on(DAY) == 4500
    assert len(books.loans) == 2


def test_what_cannot_be_read_or_be_true_is_told_and_the_rest_stands(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "meeting.xlsx"
    shell.ok("sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    path = type_in(path, W1_there="x", W1_saved=50, W2_there="perhaps", W2_saved=-5, W3_there="x", W3_principal=20)

    told = shell.run("meeting-sheet", str(path))

    assert told.code == 1
    assert "1 recorded, 2 not recorded" in told.err
    assert "W2: " in told.err
    assert "W3: " in told.err
    assert "not of which loan" in told.err
