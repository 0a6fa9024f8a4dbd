"""Lists as downloads: CSV, XLSX and JSON of exactly the rows and columns that are shown, all pages of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from relay.exchange import writing
from relay.exchange.cells import escaped
from relay.service.json_codec import json_of
from relay.web import responses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from relay.reports.contacts import Contact
    from relay.web.lists.listing import ListColumn, ListPage

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(page: ListPage, form: str) -> Response:
    """The list in one of the `FORMS`, named after the programme, the list and the day."""
    name = f"{page.relay.survey.snapshot.programme_id}-{page.name}-{page.as_of}.{form}"
    return responses.attached(FORMS[form](page), name)


def _rows(page: ListPage) -> Iterator[dict[str, Any]]:
    """Heading → value, of every row."""
    rows = page.rows[:]
    people = page.people(rows) if page.with_names else {}
    for row in rows:
        yield {
            heading: value for column in page.columns for heading, value in _cells(page, column, row, people).items()
        }


def _cells(page: ListPage, column: ListColumn, row: Any, people: Mapping[str, Contact]) -> dict[str, Any]:  # noqa: ANN401 - any row
    value = json_of(getattr(row, column.key))
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


def _written(value: object) -> str | float | None:
    """A value as a cell of a sheet."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value if value is None or isinstance(value, int | float) else str(value)


def _safe(value: object) -> str | float:
    """A value as a cell of CSV: what a spreadsheet would take for a formula begins with an apostrophe."""
    written = _written(value)
    return escaped(written) if isinstance(written, str) else "" if written is None else written


def _headings(page: ListPage, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(rows[0]) if rows else tuple(column.key for column in page.columns)


def _csv(page: ListPage) -> Response:
    rows, text = list(_rows(page)), io.StringIO(newline="")
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(_headings(page, rows))
    sheet.writerows([_safe(value) for value in row.values()] for row in rows)
    # with a byte-order mark, without which Excel does not show Devanagari
    return Response(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")


def _xlsx(page: ListPage) -> Response:
    rows = list(_rows(page))
    headings = _headings(page, rows)
    with TemporaryDirectory() as at:
        path = Path(at) / "list.xlsx"
        with writing.workbook(path, (page.name,), {}) as book:
            for row in rows:
                book.add(page.name, headings, [_written(value) for value in row.values()])
        return Response(path.read_bytes(), mimetype=_XLSX)


def _json(page: ListPage) -> Response:
    rows = list(_rows(page))
    return jsonify(
        programme_id=page.relay.survey.snapshot.programme_id, as_of=page.as_of.isoformat(), total=len(rows), rows=rows
    )


FORMS: Final[Mapping[str, Callable[[ListPage], Response]]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
