"""The empty workbook of a programme: what can be chosen in it, and that it comes in again as it is."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

import pytest
import python_calamine
import xlsxwriter

from relay.countries.country import country_of
from relay.domain.system import Catalogue
from relay.exchange.importing import import_programme
from relay.exchange.template import help_line, listed_acts, write_template
from relay.ledger import recording
from relay.private_files import ThereAlready
from relay.systems import SYSTEMS
from relay.text import Sentence
from tests.scenes.acts import beginnings, clerk, place
from tests.systems.wells import WELLS

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.schema import Kind
    from relay.graph import Graph

LONGEST_LINE = 255  # of a line beside a cell (the XLSX format)


def sheet_of(path: Path, name: str) -> str:
    """The XML of a sheet."""
    number = python_calamine.load_workbook(path).sheet_names.index(name) + 1
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_an_empty_workbook_holds_the_programme_without_names_and_comes_in_as_the_same(
    graph: Graph, tmp_path: Path
) -> None:
    recording.record(graph, "demo", [*beginnings(1), place("W1")], clerk())
    write_template(listed_acts(graph, "demo"), graph.catalogue, tmp_path / "empty.xlsx")

    report = list(import_programme(graph, tmp_path / "empty.xlsx", clerk()))

    assert {row.action for row in report} == {"same"}
    assert [row.act_id for row in report] == [
        *("programme:demo", "rule:goat@2020-01-01", "rule:pig@2020-01-01", "place:W1", "gift:G1")
    ]
    with zipfile.ZipFile(tmp_path / "empty.xlsx") as archive:
        text = archive.read("xl/sharedStrings.xml").decode()
    assert "Donor of G1" not in text
    assert "Name of W1" not in text


def test_helps_places_and_words_are_chosen_from_lists_and_ids_are_text(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", [*beginnings(1), place("W1")], clerk())
    write_template(listed_acts(graph, "demo"), graph.catalogue, tmp_path / "empty.xlsx")

    placements = sheet_of(tmp_path / "empty.xlsx", "placements")
    beneficiaries = sheet_of(tmp_path / "empty.xlsx", "beneficiaries")

    assert '<formula1>"goat,pig"</formula1>' in placements
    assert '<formula1>"young,adult,pregnant"</formula1>' in placements
    assert "<formula1>gifts!$A$2:$A$502</formula1>" in placements
    assert "<formula1>places!$A$2:$A$502</formula1>" in beneficiaries
    assert '<formula1>"F,M"</formula1>' in beneficiaries
    with zipfile.ZipFile(tmp_path / "empty.xlsx") as archive:
        formats = re.findall(r'<xf numFmtId="(\d+)"', archive.read("xl/styles.xml").decode().partition("<cellXfs")[2])
    styles = re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*style="(\d+)"', placements)
    text_columns = {
        n for low, high, style in styles if formats[int(style)] == "49" for n in range(int(low), int(high) + 1)
    }
    assert {1, 2, 3} <= text_columns  # placement_id, gift_id, beneficiary_id


def test_a_filled_in_workbook_is_imported(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", [*beginnings(0), place("W1")], clerk())
    write_template(listed_acts(graph, "demo"), graph.catalogue, tmp_path / "empty.xlsx")
    filled = tmp_path / "filled.xlsx"
    rows = {
        "beneficiaries": ["7", "Sita", "person", "F", 1980, "", "9790000001", "W1"],
        "placements": ["7", "G1", "7", "goat", "2021-03-04", 2],
    }
    with xlsxwriter.Workbook(filled) as book:
        for name in python_calamine.load_workbook(tmp_path / "empty.xlsx").sheet_names:
            lines = python_calamine.load_workbook(tmp_path / "empty.xlsx").get_sheet_by_name(name).to_python()
            sheet = book.add_worksheet(name)
            for number, line in enumerate([*lines, rows.get(name, [])]):
                sheet.write_row(number, 0, line)

    report = list(import_programme(graph, filled, clerk(), apply=True))

    assert [row.act_id for row in report if row.action == "added"] == ["beneficiary:7", "placement:7"]
    assert {row.action for row in report} == {"added", "same"}


EVERY_KIND: Final = tuple(Catalogue([*SYSTEMS, WELLS]).kinds.values())


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.name)
def test_every_column_says_in_one_line_what_it_is_and_what_belongs_there(kind: Kind) -> None:
    for column in kind.columns:
        line = help_line(column, country_of(None))
        assert isinstance(column.meaning, Sentence), column.name
        assert line.startswith(column.meaning)
        assert line.endswith(".")
        assert "\n" not in line
        assert len(line) <= LONGEST_LINE


def test_nothing_is_written_over(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", beginnings(1), clerk())
    (tmp_path / "mine.xlsx").write_bytes(b"mine")

    with pytest.raises(ThereAlready):
        write_template(listed_acts(graph, "demo"), graph.catalogue, tmp_path / "mine.xlsx")

    assert (tmp_path / "mine.xlsx").read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.xlsx"]
