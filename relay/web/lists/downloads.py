"""Lists as downloads: CSV, XLSX and JSON with the rows of all pages and the columns that are shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from flask import Response, current_app, jsonify

from relay.exchange import writing
from relay.exchange.cells import escaped
from relay.service.json_codec import json_of
from relay.web import responses
from relay.web.i18n.language import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relay.reports.field.contacts import Contact
    from relay.web.lists.listing import ListColumn, ListPage

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_CellsOfColumn = Callable[["ListPage", "ListColumn", Any, "Mapping[str, Contact]"], dict[str, Any]]


def file(page: ListPage, form: str) -> Response:
    """The list as a file in one of the `FORMS`, named after programme, list and day."""
    name = f"{page.survey.snapshot.programme_id}-{page.name}-{page.as_of}.{form}"
    return responses.as_attachment(FORMS[form](page), name)


def _rows(page: ListPage, cells: _CellsOfColumn) -> Iterator[dict[str, Any]]:
    """Each row as heading → value."""
    rows = page.rows[:]
    people = page.people(rows) if page.with_names else {}
    for row in rows:
        yield {heading: value for column in page.columns for heading, value in cells(page, column, row, people).items()}


def _cells(page: ListPage, column: ListColumn, row: Any, people: Mapping[str, Contact]) -> dict[str, Any]:  # noqa: ANN401 - any row
    value = json_of(page.value(column, row))
    if column.cell == "states":
        return {f"{column.key}_{state}": count for state, count in value.items()}
    if column.cell == "place":
        return {column.key: value, "place": page.place(value)}
    if column.cell == "person" and page.with_names:
        return {column.key: value, "name": page.person(value, people) if value else None}
    if column.cell == "units":
        return {column.key: value, "help": row.help}
    if column.cell in ("place_of", "group_of"):
        return {f"{column.cell[:5]}_id": value, "name": row.name}
    if column.cell == "rate":
        rate = row.fulfilled_of_due
        return {"numerator": rate.numerator, "denominator": rate.denominator, column.key: value}
    if column.cell in ("donor", "phone") and value:
        return {column.key: page.donor(value) if column.cell == "donor" else page.phone(value, people)}
    return {column.key: value}


def _to_cell(value: object) -> str | float | None:
    """A value as a cell of a sheet."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value if value is None or isinstance(value, int | float) else str(value)


def _to_csv_cell(value: object) -> str | float:
    """A value as a cell of CSV; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    written = _to_cell(value)
    return escaped(written) if isinstance(written, str) else "" if written is None else written


_WORDS: Final = frozenset({"state", "help", "cause", "kind", "check", "rate_name", "severity", "answer"})
"""Kinds of cells whose value a template filter of the same name translates."""


def _cells_in_words() -> _CellsOfColumn:
    """Make a function like `_cells` whose headings and values are in the reader's language, for spreadsheets."""
    words = dict[str, Any](current_app.jinja_env.filters)
    called = {
        "place": gettext("Name of the place"),
        "name": gettext("Name"),
        "help": gettext("Help"),
        "numerator": gettext("Numerator"),
        "denominator": gettext("Denominator"),
        "place_id": gettext("Place"),
        "group_id": gettext("Group"),
    }

    def of(page: ListPage, column: ListColumn, row: Any, people: Mapping[str, Contact]) -> dict[str, Any]:  # noqa: ANN401 - any row
        label, value = str(column.label), page.value(column, row)
        if column.cell == "states":
            return {words["state"](state): count for state, count in value.items()}
        if column.cell == "day":
            return {label: value}
        if column.cell in _WORDS:
            return {label: value and words[column.cell](value)}
        if column.cell == "reasons":
            return {label: ", ".join(map(words["reason"], value))}
        cells = _cells(page, column, row, people)
        if "help" in cells:
            cells["help"] = cells["help"] and words["help"](cells["help"])
        return {label if heading == column.key else called.get(heading, heading): cells[heading] for heading in cells}

    return of


def _headings(page: ListPage, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(rows[0]) if rows else tuple(column.key for column in page.columns)


def _csv(page: ListPage) -> Response:
    rows, text = list(_rows(page, _cells)), io.StringIO(newline="")
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(_headings(page, rows))
    sheet.writerows([_to_csv_cell(value) for value in row.values()] for row in rows)
    # with a byte-order mark, without which Excel does not show Devanagari
    return Response(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")


def _xlsx(page: ListPage) -> Response:
    rows = list(_rows(page, _cells_in_words()))
    headings = tuple(rows[0]) if rows else tuple(str(column.label) for column in page.columns)
    with TemporaryDirectory() as at:
        path = Path(at) / "list.xlsx"
        with writing.workbook(path, (page.name,), {}) as book:
            for row in rows:
                content = [value if isinstance(value, date) else _to_cell(value) for value in row.values()]
                book.add(page.name, headings, content)
        return Response(path.read_bytes(), mimetype=_XLSX)


def _json(page: ListPage) -> Response:
    rows = list(_rows(page, _cells))
    return jsonify(
        programme_id=page.survey.snapshot.programme_id, as_of=page.as_of.isoformat(), total=len(rows), rows=rows
    )


FORMS: Final[Mapping[str, Callable[[ListPage], Response]]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
