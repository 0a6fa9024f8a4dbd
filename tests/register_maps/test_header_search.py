"""Finding the register in a file, and what is said of cells that would be read wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
import xlsxwriter

from relay.exchange.cells import CellFault
from relay.exchange.sheets import all_sheets
from relay.register_maps import days
from relay.register_maps.existing_records import ExistingRecords
from relay.register_maps.map_proposal import proposed
from tests.exchange.test_sheets import workbook

if TYPE_CHECKING:
    from pathlib import Path

GOATS = ExistingRecords(helps={"goat": 2.0}, gifts={"G1": "goat"}, places={"PAL-TAN-5": "Tansen-5"})
HEADER: Final[list[object]] = ["SN", "Name", "Ward", "Received on", "Animals"]
ROWS: Final[list[list[object]]] = [
    [1, "Rita Harro", "Tansen-5", "2024-02-01", 2],
    [2, "Sita Utis", "Tansen-5", "2024-02-03", 2],
]


def proposal(path: Path) -> list[str]:
    return proposed(all_sheets(path), GOATS, path.stem).splitlines()


def line(lines: list[str], name: str) -> str:
    """The value of a line, without its comment."""
    return next(each for each in lines if each.startswith(f"{name} = ")).partition(" = ")[2].partition("  #")[0]


@pytest.mark.parametrize("above", [0, 1, 4])
def test_titles_above_the_table_are_passed_over(tmp_path: Path, above: int) -> None:
    titles = [["Women's livestock programme"], ["Register of goats, 2024"], [], ["Ward 5"]][:above]

    lines = proposal(workbook(tmp_path / "a.xlsx", {"S": [*titles, HEADER, *ROWS]}))

    assert line(lines, "header") == f"[{above + 1}]"
    assert line(lines, "key") == '"SN"'


def test_the_visible_sheet_that_is_a_register_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Notes": [["Please fill in"]],
        "Old": [HEADER, *ROWS, *ROWS],
        "Goats": [HEADER, *ROWS],
    }
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == "Old":
                sheet.hide()

    lines = proposal(tmp_path / "a.xlsx")

    assert line(lines, "sheet") == '"Goats"'
    assert '# Sheet "Old" is not read (it is hidden).' in lines
    assert '# Sheet "Notes" is not read.' in lines


def test_a_row_of_totals_ends_the_register(tmp_path: Path) -> None:
    lines = proposal(
        workbook(tmp_path / "a.xlsx", {"S": [HEADER, *ROWS, ["Total:", "", "", "", 4], ["Signed", "", ""]]})
    )

    assert line(lines, "stop_at") == '"Total"'


def test_text_in_an_old_font_is_named_and_ordinary_names_are_not(tmp_path: Path) -> None:
    preeti = [[1, "l;tf yfkf", "Tansen-5", "2024-02-01", 2], [2, "nIdL du/", "Tansen-5", "2024-02-03", 2]]

    odd = proposal(workbook(tmp_path / "odd.xlsx", {"S": [HEADER, *preeti]}))
    plain = proposal(workbook(tmp_path / "plain.xlsx", {"S": [HEADER, *ROWS]}))

    told = '# Column "Name" is written in an old font such as Preeti: convert it to Unicode first.'
    assert told in odd
    assert told not in plain


def test_days_of_two_calendars_in_one_column_are_told(tmp_path: Path) -> None:
    mixed = [[number, f"Rita Harro {'I' * number}", "Tansen-5", day, 2] for number, day in enumerate(
        ("2080-01-05", "2080-02-05", "2024-03-05"), 1)]  # fmt: skip

    lines = proposal(workbook(tmp_path / "a.xlsx", {"S": [HEADER, *mixed]}))

    assert line(lines, "calendar") == '"BS"'
    assert '# Column "Received on" has days of two calendars; only those in BS are taken.' in lines


def test_what_nothing_proves_stays_open_with_what_it_may_be(tmp_path: Path) -> None:
    undecided = [[1, "Rita Harro", "Tansen-5", "03/04/2024", 2], [2, "Sita Utis", "Rampur-4", "05/06/2024", 2]]

    lines = proposal(workbook(tmp_path / "a.xlsx", {"S": [HEADER, *undecided]}))

    assert 'order = "?"  # perhaps "day-month-year" (0.50); or month-day-year' in lines
    assert '"Rampur-4" = "?"  # write its id, or "" to leave it out' in lines
    assert '"Tansen-5" = "PAL-TAN-5"' in lines


@pytest.mark.parametrize(
    ("cell", "calendar", "order", "day"),
    [
        ("15 Jan 2022", "AD", "year-month-day", "2022-01-15"),
        ("January 15, 2022", "AD", "year-month-day", "2022-01-15"),
        ("1er mars 2022", "AD", "day-month-year", "2022-03-01"),
        ("15.1.2022", "AD", "day-month-year", "2022-01-15"),
        ("1/15/2022", "AD", "month-day-year", "2022-01-15"),
        ("२०७९-०१-१५", "BS", "year-month-day", "2079-01-15 BS"),
        ("१५ वैशाख २०७९", "BS", "year-month-day", "2079-01-15 BS"),
        ("2079/1/15 वि.सं.", "BS", "year-month-day", "2079-01-15 BS"),
        ("2022-01-15T09:30:00", "AD", "year-month-day", "2022-01-15"),
        ("soon", "AD", "year-month-day", "soon"),
        ("12345", "AD", "year-month-day", "12345"),
    ],
)
def test_a_day_is_read_in_the_calendar_and_the_order_of_its_map(
    cell: str, calendar: days.Calendar, order: days.Order, day: str
) -> None:
    assert days.read(cell, calendar, order) == day


def test_a_day_that_can_be_read_in_two_ways_is_refused_where_the_map_has_the_year_first() -> None:
    """05/06 may be May or June; 25/06 can only be June, and so can 5 June."""
    with pytest.raises(CellFault, match="in two ways"):
        days.read("05/06/2024", "AD", "year-month-day")

    read = [days.read(cell, "AD", "year-month-day") for cell in ("25/06/2024", "06/25/2024", "5 June 2024")]
    assert read == ["2024-06-25", "2024-06-25", "2024-06-05"]
    assert days.read("05/06/2024", "AD", "day-month-year") == "2024-06-05"


def test_days_prove_whether_a_column_names_givers_or_receivers(tmp_path: Path) -> None:
    # "Partner" says nothing: in one register partners received later than the row's woman, in the other earlier
    header: list[object] = ["SN", "Name", "Ward", "Received on", "Animals", "Given by / given to"]
    chain = ["2020-02-01", "2021-03-01", "2022-04-01", "2023-05-01"]
    givers = [
        [number, f"Rita {'I' * number}", "Tansen-5", day, 2, number - 1 or None] for number, day in enumerate(chain, 1)
    ]
    receivers = [[*row[:5], number + 1 if number < len(chain) else None] for number, row in enumerate(givers, 1)]

    back = proposal(workbook(tmp_path / "back.xlsx", {"S": [header, *givers]}))
    on = proposal(workbook(tmp_path / "on.xlsx", {"S": [header, *receivers]}))

    assert 'giver_placement_id = "back-{Given by / given to}"' in [each.partition("  #")[0] for each in back]
    assert 'receiver_placement_id = "on-{Given by / given to}"' in [each.partition("  #")[0] for each in on]


def test_a_ward_that_may_be_several_and_a_bare_number_stay_open(tmp_path: Path) -> None:
    programme = ExistingRecords(
        helps=GOATS.helps, gifts=GOATS.gifts, places={"A": "Gorkha", "B": "Gorkha", "C": "Tansen-5"}
    )
    rows = [
        [1, "Rita Harro", "Gorkha", "2024-02-01", 2],
        [2, "Sita Utis", 5, "2024-02-03", 2],
        [3, "Maya", "Tansen 5", "", 2],
    ]

    lines = proposed(all_sheets(workbook(tmp_path / "a.xlsx", {"S": [HEADER, *rows]})), programme, "a").splitlines()

    assert '"Gorkha" = "?"  # write its id, or "" to leave it out' in lines
    assert '"5" = "?"  # write its id, or "" to leave it out' in lines
    assert '"Tansen 5" = "C"  # 0.99' in lines
