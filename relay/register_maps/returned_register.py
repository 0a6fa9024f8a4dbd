"""Writes a register for those who keep it: their own workbook, with the result of each row and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from relay.exchange.sheets import Unreadable
from relay.exchange.writing import new_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from relay.exchange.exchange_format import Action, ReportRow
    from relay.exchange.sheets import AnySheet
    from relay.register_maps.map_file import RegisterMap
    from relay.register_maps.register_reading import MappedRegister

RESULT_TITLE: Final = "What became of it"
ADVICE_TITLE: Final = "What to do"

_WIDTH: Final = 60  # characters of each of the two columns
_COLOURS: Final[Mapping[Action, str]] = {
    "added": "#E2F0D9",
    "same": "#FFFFFF",
    "put aside": "#FFE699",
    "refused": "#F8CBAD",
}
_GRAVEST: Final[Sequence[Action]] = ("refused", "put aside", "added", "same")


def in_its_words(report: Iterable[ReportRow], how: RegisterMap) -> Iterator[ReportRow]:
    """A report with the register's columns instead of the format's, where a value comes from one column."""
    called: dict[tuple[str, str], set[str]] = {}
    for make in how.makes:
        for field, source in make.values.items():
            called.setdefault((make.act, field), set()).add(", ".join(source.columns[:1]))
    for row in report:
        kind = (row.act_id or "").partition(":")[0]
        names = called.get((kind, row.field or ""), set()) - {""}
        yield replace(row, field=next(iter(names))) if len(names) == 1 else row


def hand_back(path: Path, register: MappedRegister, report: Iterable[ReportRow], *, applied: bool) -> None:
    """Write a register as a workbook with its own sheets and two more columns.

    Args:
        path: The .xlsx file to write; it may not exist yet.
        register: The register.
        report: The results of its rows.
        applied: Whether the rows were recorded, not only rehearsed.

    Raises:
        ThereAlready: Something is at this path.
        Invalid: It cannot be written.
    """
    of_row: dict[int, list[ReportRow]] = {}
    for row in report:
        of_row.setdefault(row.row, []).append(row)
    with new_workbook(path) as book:
        for page in register.pages:
            sheet = book.add_worksheet("" if page.name.endswith(".csv") else page.name)
            _copy(book, sheet, page)
            if page.name == register.table.sheet:
                _write_results(book, sheet, page, register.map.header[-1], of_row, applied=applied)
            elif page.hidden:
                sheet.hide()


def _copy(book: Any, sheet: Any, page: AnySheet) -> None:  # noqa: ANN401 - xlsxwriter has no types
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, cells in enumerate(page.rows):
        for place, cell in enumerate(() if isinstance(cells, Unreadable) else cells):
            if isinstance(cell, datetime | date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
            elif cell not in (None, ""):
                sheet.write_string(number, place, str(cell))
    merged = book.add_format({"align": "center", "valign": "vcenter"})
    for (top, left), (bottom, right) in page.merged:
        first = page.rows[top] if top < len(page.rows) else ()
        text = "" if isinstance(first, Unreadable) or left >= len(first) else str(first[left])
        sheet.merge_range(top, left, bottom, right, text, merged)


def _write_results(
    book: Any,  # noqa: ANN401
    sheet: Any,  # noqa: ANN401
    page: AnySheet,
    header: int,
    of_row: Mapping[int, Sequence[ReportRow]],
    *,
    applied: bool,
) -> None:
    width = max((len(cells) for cells in page.rows if not isinstance(cells, Unreadable)), default=0)
    last = header - 1
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        action: book.add_format({"text_wrap": True, "valign": "top", "bg_color": colour})
        for action, colour in _COLOURS.items()
    }
    sheet.write_row(last, width, (RESULT_TITLE, ADVICE_TITLE), bold)
    for number, rows in of_row.items():
        gravest = next(action for action in _GRAVEST if any(row.action == action for row in rows))
        sheet.write_string(number - 1, width, "\n".join(_result_lines(rows, applied=applied)), formats[gravest])
        to_do = dict.fromkeys(row.suggestion for row in rows if row.suggestion)
        sheet.write_string(number - 1, width + 1, "\n".join(to_do), formats[gravest])
    sheet.set_column(width, width + 1, _WIDTH)
    sheet.freeze_panes(last + 1, 0)
    sheet.autofilter(last, 0, max(len(page.rows) - 1, last), width + 1)


def _result_lines(rows: Sequence[ReportRow], *, applied: bool) -> Iterator[str]:
    """The results of one row, a line for each."""
    labels: Mapping[Action, str] = {
        "added": "Recorded" if applied else "Can be recorded",
        "same": "Recorded before, and the same",
    }
    for action, words in labels.items():
        if ids := [row.act_id or "" for row in rows if row.action == action]:
            yield f"{words}: {', '.join(ids)}."
    for row in rows:
        if row.action in ("put aside", "refused"):
            where = f"{row.field}: " if row.field else ""
            yield f"{row.action.capitalize()}{f' ({row.act_id})' if row.act_id else ''}: {where}{row.reason}"
        yield from (f"Note: {note}" for note in row.notes)
