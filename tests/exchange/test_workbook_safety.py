"""Workbooks and CSV files that nobody should wait for: each is refused with one sentence, at once, in little memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

import pytest

from relay.exchange.sheets import all_sheets
from relay.exchange.workbook_safety import CannotRead
from tests.exchange.test_sheets import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # how a file of Office before 2007, or a locked one, begins
MOST_SECONDS: Final = 5
MOST_MEMORY: Final = 300_000  # kB, the interpreter and all of Relay's reading included


def written(path: Path, rows: str, **parts: str) -> Path:
    """A workbook of one sheet with these rows, as XML, and with other parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
        for name, content in parts.items():
            archive.writestr(f"xl/{name.replace('_', '.')}", content)
    return path


def of_encoding(path: Path, name: str) -> Path:
    return written(path, SOUND, sharedStrings_xml=f'<?xml version="1.0" encoding="{name}"?><sst xmlns="{MAIN}"/>')


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def data(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


CELL: Final = "<c><v>1</v></c>"
SOUND: Final = f"<row>{CELL}</row>"

REFUSED: Final[Mapping[str, tuple[Callable[[Path], Path], str]]] = {
    "8 million cells in a row": (
        lambda path: written(path / "a.xlsx", f"<row>{CELL * 8_000_000}</row>"),
        "has a row of more than 16384 cells. Delete the empty rows and columns beyond the table.",
    ),
    "a million columns": (
        lambda path: written(path / "a.xlsx", f'<row r="1">{CELL}</row><row r="2">{CELL * 1_000_000}</row>'),
        "has a row of more than 16384 cells.",
    ),
    "a cell of 30 MB": (
        lambda path: written(path / "a.xlsx", f'<row><c t="inlineStr"><is><t>{"x" * 30_000_000}</t></is></c></row>'),
        "has a cell of more than 1000000 bytes. Shorten it:",
    ),
    "a shared text of 30 MB": (
        lambda path: written(
            path / "a.xlsx", SOUND, sharedStrings_xml=f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000_000}</t></si></sst>'
        ),
        "has a cell of more than 1000000 bytes. Shorten it:",
    ),
    "8 million cells in a row of a CSV file": (
        lambda path: text(path / "a.csv", f"SN,Name\n{'1,' * 8_000_000}\n"),
        "cannot be read from row 2 on: This row is longer than 4,000,000 bytes",
    ),
    "a cell of 30 MB in a CSV file": (
        lambda path: text(path / "a.csv", f"SN,Name\n1,{'x' * 30_000_000}\n"),
        "cannot be read from row 2 on: This row is longer than 4,000,000 bytes",
    ),
    "macros": (
        lambda path: written(path / "a.xlsm", SOUND, vbaProject_bin="x"),
        "contains macros, which are programs. Save it as .xlsx, a workbook without macros.",
    ),
    "macros under another name": (
        lambda path: written(path / "a.xlsx", SOUND, vbaProject_bin="x"),
        "contains macros, which are programs.",
    ),
    "a password": (
        lambda path: data(path / "a.xlsx", COMPOUND + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(99)),
        "is locked with a password. Open it in a spreadsheet and save it without one.",
    ),
    "the format before": (
        lambda path: data(path / "a.xls", COMPOUND + bytes(2000)),
        "has the format before .xlsx. Open it in a spreadsheet and save it as .xlsx.",
    ),
    "formulas without values": (
        lambda path: written(path / "a.xlsx", '<row r="1"><c r="A1"><f>1+1</f></c></row>'),
        "has a formula without a result at A1. Open it in a spreadsheet and save it again.",
    ),
    "an encoding that nobody knows": (
        lambda path: of_encoding(path / "a.xlsx", "UT-8"),
        "is not a workbook that can be read. Save it again as .xlsx.",
    ),
    "an encoding that no workbook has": (
        lambda path: of_encoding(path / "a.xlsx", "shift_jis"),
        "is not a workbook that can be read.",
    ),
    "a picture": (
        lambda path: data(path / "a.png", b"x"),
        "is neither an .xlsx nor a .csv file. Save the register as one of them.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_with_one_sentence_at_once(tmp_path: Path, what: str) -> None:
    make, sentence = REFUSED[what]
    path = make(tmp_path)
    begun = monotonic()

    with pytest.raises(CannotRead) as caught:
        all_sheets(path)

    assert str(caught.value).startswith(f"{path} {sentence}")
    assert monotonic() - begun < MOST_SECONDS


@pytest.mark.parametrize(
    "what", ["8 million cells in a row", "a cell of 30 MB", "8 million cells in a row of a CSV file"]
)
def test_it_is_refused_in_little_memory(tmp_path: Path, what: str) -> None:
    path = REFUSED[what][0](tmp_path)
    program = (
        "import re, sys; from pathlib import Path; from relay.errors import Invalid\n"
        "from relay.exchange.sheets import all_sheets\n"
        "try: all_sheets(Path(sys.argv[1]))\n"
        "except Invalid: print(re.search(r'VmHWM:\\s+([0-9]+) kB', Path('/proc/self/status').read_text())[1])\n"
    )

    said = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)

    assert int(said.stdout) < MOST_MEMORY


def test_a_quotation_mark_that_is_never_closed_ends_the_reading_and_is_told_once(tmp_path: Path) -> None:
    lines = "".join("more\n" for _ in range(200_000))
    (page,) = all_sheets(text(tmp_path / "a.csv", f'SN,Name\n1,Rita\n2,"Sita\n{lines}'))

    header, first, broken = page.rows

    assert (header, first) == (["SN", "Name"], ["1", "Rita"])
    assert "A quotation mark is never closed, so nothing from line 3 on is taken." in str(broken)


def test_ordinary_workbooks_and_tables_are_read_whole(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", {"Goats": [["", "SN"], ["", 1]], "Notes": [["x"]]})
    (semicolons,) = all_sheets(text(tmp_path / "a.csv", "Our register\n\nSN;Name\n1;Rita, of Tansen\n"))

    goats, notes = all_sheets(book)

    assert (goats.name, goats.hidden, [list(row) for row in goats.rows if isinstance(row, list)]) == (
        *("Goats", False),
        [["", "SN"], ["", 1.0]],
    )
    assert notes.name == "Notes"
    assert semicolons.rows[-1] == ["1", "Rita, of Tansen"]
