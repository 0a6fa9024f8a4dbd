"""Writes an empty workbook of the exchange format for a programme, with its own rules and places to choose from.

Ids, telephone numbers and tags are formatted as text, so that spreadsheets do not turn them into numbers. Columns that
allow only certain words offer a list, and each column has a line that says what to enter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from relay.countries.country import country_of
from relay.domain.acts import systems_of
from relay.exchange.cells import OF_DIGITS, write
from relay.exchange.exporting import acts_in_force
from relay.exchange.writing import MOST_ROWS, new_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relay.countries.country import Country
    from relay.domain.acts import Act
    from relay.domain.schema import Column, Kind
    from relay.domain.system import Catalogue
    from relay.graph import Graph

_FILLED: Final = ("programme", "rule", "column", "place", "group", "gift")
"""Kinds of records that other rows refer to, or that say which columns there are: the workbook lists what exists."""

_CHOSEN: Final[Mapping[str, str]] = {"place": "places", "group": "groups", "gift": "gifts"}
"""Kind that a column refers to → sheet with its ids in the first column."""

_MORE: Final = 500  # rows beyond those filled in from which an id can be chosen; our choice
_AS_TEXT: Final = 49  # the number of the format "text" (the XLSX format)
_WIDTH: Final = 18  # characters
_TEXT: Final = frozenset(
    {"id", "ids", "act", "tags", "programme_id", "text", "name", "choice", "help", "level", "country"}
)
_LONGEST_LIST: Final = 255  # characters of a list of choices (the XLSX format)
_TITLE: Final = 32  # characters (the XLSX format), as 255 are of the line below it

_OF_TYPE: Final[Mapping[str, str]] = {
    "id": "Letters and digits; the same always means the same.",
    "ids": "Ids, with ; between them.",
    "act": "Its kind and id, such as plan:N1.",
    "date": "A day, as 2026-11-24.",
    "month": "A month, as 2026-11.",
    "units": "A number, such as 2 or 0.5.",
    "amount": "A number above 0.",
    "count": "A number, 0 or more.",
    "money": "An amount of money, such as 50 or 12.50.",
    "term": "A whole number.",
    "days": "A whole number of days.",
    "year": "A year in four digits.",
    "degrees": "Degrees, such as 27.87.",
    "help": "Choose one of the programme's helps.",
    "choice": "Choose one.",
    "tags": "With ; between them.",
    "words": "Words, with ; between them.",
    "equivalents": "Such as pig=1.5.",
    "pairs": "Such as absent=5;late=2.",
    "timezone": "Such as Africa/Kigali.",
    "country": "Such as rw.",
    "level": "A level of place, such as district.",
    "programme_id": "Small letters, digits and -.",
}
"""Type of a column → how a value is written, where that is not plain."""

_IN_SAMBAT: Final = {"date": "A day, as 2026-11-24 or 2083-08-08 BS.", "month": "A month, as 2026-11 or 2083-08 BS."}


def help_line(column: Column, country: Country) -> str:
    """What a column is and what to enter there in a country, in one line."""
    forms = {**_OF_TYPE, **_IN_SAMBAT} if country.has_bikram_sambat else _OF_TYPE
    written = forms.get(column.type, "")
    if column.refers_to and column.type != "ids":
        written = f"The id of a {column.refers_to} in its own sheet, or of one that is recorded already."
    elif column.name in OF_DIGITS:
        written = "As text."
    required = "Required." if column.required and not column.personal else ""
    return " ".join(filter(None, (column.meaning, written, required)))


def listed_acts(graph: Graph, programme_id: str) -> Iterator[Act]:
    """The acts in force that the empty workbook of a programme lists to choose from, without personal values.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    catalogue = graph.catalogue
    for act in acts_in_force(graph, programme_id):
        catalogue = catalogue.after(act)
        if act.kind in _FILLED:
            hidden = catalogue.personal(act.kind)
            yield replace(act, values={name: value for name, value in act.values.items() if name not in hidden})


def write_template(acts: Iterable[Act], catalogue: Catalogue, path: Path) -> None:
    """Write the empty workbook of a programme; it has no names of people.

    Args:
        acts: The acts of `listed_acts`.
        catalogue: Catalogue of the kinds of acts.
        path: The .xlsx file to write; it may not exist yet.

    Raises:
        ThereAlready: Something is at this path.
        Invalid: It cannot be written there.
    """
    there: dict[str, list[Act]] = {}
    for act in acts:
        there.setdefault(act.kind, []).append(act)
        catalogue = catalogue.after(act)
    programme = there["programme"][0].values
    used, said = systems_of(programme), programme.get("country")
    country = country_of(str(said) if said else None)
    with new_workbook(path) as book:
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1, "num_format": _AS_TEXT}),
            "number": book.add_format(),
            "text": book.add_format({"num_format": _AS_TEXT}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for kind in _kinds(catalogue, used):
            columns = [column for column in catalogue.columns_on(kind.name, used) if column.offered]
            sheet = book.add_worksheet(kind.file)
            sheet.freeze_panes(1, 1)
            acts = there.get(kind.name, ())
            for place, column in enumerate(columns):
                sheet.set_column(place, place, _WIDTH, formats[_format_of(column)])
                sheet.write_string(0, place, column.name, formats["header"])
                sheet.data_validation(1, place, MOST_ROWS - 1, place, _choice(column, there, country))
                for row, act in enumerate(acts, 1):
                    _write(sheet, row, place, act.values.get(column.name))
            if kind.name == "beneficiary":
                sheet.activate()


def _kinds(catalogue: Catalogue, used: Sequence[str]) -> list[Kind]:
    """The kinds with a sheet in the workbooks of a programme."""
    return [kind for kind in catalogue.filed if catalogue.is_on(kind.name, used) and kind.name != "column"]


def _format_of(column: Column) -> str:
    if column.type == "date":
        return "day"
    return "text" if column.type in _TEXT or column.name in OF_DIGITS else "number"


def _choice(column: Column, there: Mapping[str, Sequence[Act]], country: Country) -> dict[str, Any]:
    """The data validation of a column, and the line shown at each of its cells."""
    rules = len(there.get("rule", ()))
    helps = list(dict.fromkeys(str(act.values["help"]) for act in there.get("rule", ())))
    message = {"input_title": column.name[:_TITLE], "input_message": help_line(column, country), "ignore_blank": True}
    if column.choices and column.type == "choice":
        return {"validate": "list", "source": list(column.choices), **message}
    if column.type == "level":
        return {"validate": "list", "source": list(country.level_names), **message}
    if column.type == "help" and not column.fixed and helps:
        listed = len(",".join(helps)) <= _LONGEST_LIST
        return {"validate": "list", "source": helps if listed else f"=rules!$A$2:$A${rules + 1}", **message}
    if (sheet := _CHOSEN.get(column.refers_to or "")) and not (column.fixed and column.refers_to != "gift"):
        last = len(there.get(column.refers_to or "", ())) + 1 + _MORE
        return {"validate": "list", "source": f"={sheet}!$A$2:$A${last}", **message}
    return {"validate": "any", **message}


def _write(sheet: Any, row: int, place: int, value: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    if isinstance(value, int | float):
        sheet.write_number(row, place, value)
    elif value is not None:
        sheet.write_string(row, place, write(value))
