"""The sheet of a savings meeting, written out, typed in and recorded."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
import xlsxwriter

from relay.exchange.sheets import all_sheets
from relay.service.question import Source
from relay.systems.groups.reading import chosen_at
from relay.systems.savings.meeting_sheet import MORE_ROWS
from relay.systems.savings.questions import journal_of
from tests.scenes import acts as say
from tests.systems.savings.scene import added, lent, paid

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    return [[*row] for row in next(iter(all_sheets(path))).rows]  # type: ignore[misc]


def type_in(path: Path, **cells: object) -> Path:
    """A copy with some cells filled in, named by the woman and the column."""
    header, *rows = rows_of(path)
    filled = [row + [""] * (len(header) - len(row)) for row in rows]
    row_of = {row[header.index("beneficiary_id")]: row for row in filled}
    for name, value in cells.items():
        woman, _, column = name.partition("_")
        row_of[woman][header.index(column)] = value
    return written(path.with_name("typed.xlsx"), [header, *filled])


def written(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return path


def test_a_sheet_is_written_out_typed_in_and_recorded_once(shell: Shell, village: Graph, tmp_path: Path) -> None:
    path = tmp_path / "meeting.xlsx"
    shell.ok("savings-sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    header, *rows = rows_of(path)
    assert [row[header.index("beneficiary_id")] for row in rows] == ["W1", "W2", "W3", *[""] * MORE_ROWS]
    with zipfile.ZipFile(path) as parts:
        assert "keep_animal,feed_vet" in parts.read("xl/worksheets/sheet1.xml").decode(), "a list to choose from"

    said = {"W1_there": "x", "W2_there": "x", "W1_cash_before": 10, "W1_cash_after": 156, "W1_saved": 50}
    said |= {"W1_principal": 45, "W1_charge": 5.4, "W2_saved": 25.6, "W2_social": 90, "W2_lent": 70}
    path = type_in(path, **said, W2_months=3, W2_purpose="school")
    rehearsed = shell.ok("savings-meeting", str(path), "--dry-run")
    recorded = shell.ok("savings-meeting", str(path))
    again = shell.ok("savings-meeting", str(path))

    assert "3 recorded, 0 not recorded" in rehearsed.err
    assert recorded.err.count("3 recorded, 0 not recorded") == again.err.count("3 recorded, 0 not recorded") == 1
    journal = journal_of(Source(graph=village, folder=tmp_path), "demo", "G", DAY)
    meeting = journal.meetings[-1]
    assert sorted(meeting.attended) == ["W1", "W2"]
    assert journal.boxes[meeting.meeting_id].gap == 0, "10 + 50 + 45 + 5.40 + 25.60 + 90 - 70 = 156"
    assert journal.accounts["L1"].balance_on(DAY) == 4500
    assert len(journal.loans) == 2


def test_what_cannot_be_read_or_be_true_is_told_and_the_rest_stands(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "meeting.xlsx"
    shell.ok("savings-sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    path = type_in(path, W1_there="x", W1_saved=50, W2_there="perhaps", W2_saved=-5, W3_there="x", W3_principal=20)

    told = shell.run("savings-meeting", str(path))

    assert told.code == 1
    assert "1 recorded, 2 not recorded" in told.err
    assert "W2: " in told.err
    assert "W3: " in told.err
    assert "does not say which loan it repays" in told.err


def test_the_sheet_says_what_became_of_the_groups_money_and_who_was_elected(
    shell: Shell, village: Graph, tmp_path: Path
) -> None:
    """Placement P2 of W2 owes a goat; W5 is no member: she is typed into an empty row at the foot.

    126 were in the box: 100 saved before, 26 saved today; 40 go to the bank and 20 are spent, so 66 remain.
    """
    added(village, say.gift(), say.placed("P2 on 2023-06-01"))
    path = tmp_path / "meeting.xlsx"
    shell.ok("savings-sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    said = {"W1_there": "x", "W1_cash_before": 100, "W1_cash_after": 66, "W1_saved": 26}
    header, *_ = rows_of(path)
    path = type_in(path, **said, W1_group_money="to_bank", W1_amount=40)
    typed = [*rows_of(path)]
    typed[4] = [*typed[4], *[""] * (len(header) - len(typed[4]))]
    for column, value in {
        "beneficiary_id": "W5",
        "receives_from": "P2",
        "votes_for": 2,
        "votes_against": 1,
        "group_money": "expense",
        "amount": 20,
    }.items():
        typed[4][header.index(column)] = value
    written(path, typed)

    recorded = shell.ok("savings-meeting", str(path))
    again = shell.ok("savings-meeting", str(path))

    assert "4 recorded, 0 not recorded" in recorded.err
    assert "4 recorded, 0 not recorded" in again.err
    journal = journal_of(Source(graph=village, folder=tmp_path), "demo", "G", DAY)
    assert journal.boxes[journal.meetings[-1].meeting_id].gap == 0, "100 + 26 - 40 - 20 = 66"
    (chosen,) = chosen_at(village, "demo", journal.meetings[-1].meeting_id)
    assert (chosen.beneficiary_id, chosen.votes_for, chosen.votes_against) == ("W5", 2, 1)
    assert "plan" in shell.ok("show", f"plan:{chosen.plan_id}").out


def test_money_and_elections_that_cannot_be_fall_alone(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "meeting.xlsx"
    shell.ok("savings-sheet", "G", "--as-of", "2023-08-25", "--to", str(path))
    path = type_in(path, W1_saved=26, W2_receives_from="P99", W3_group_money="expense")

    told = shell.run("savings-meeting", str(path))

    assert told.code == 1
    assert "1 recorded, 2 not recorded" in told.err
    assert "P99" in told.err
    assert "amount" in told.err
