"""Whether an export is as Relay wrote it: any edit, in any program, makes it a register like any other."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from relay.exchange.export_digest import is_unchanged
from relay.exchange.exporting import write_acts
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_acts(tmp_path / "demo", lambda: iter(say.beginnings(3)), CORE, with_names=True)
    return tmp_path / "demo"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    write_acts(tmp_path / "demo.xlsx", lambda: iter(say.beginnings(3)), CORE, with_names=True)
    return tmp_path / "demo.xlsx"


def test_as_it_was_written_and_wherever_it_is_copied(folder: Path, workbook: Path, tmp_path: Path) -> None:
    assert is_unchanged(folder)
    assert is_unchanged(shutil.copytree(folder, tmp_path / "copied"))
    assert is_unchanged(workbook)


def test_another_cell_another_rule_a_file_more_or_less(folder: Path) -> None:
    women, rules = folder / "beneficiaries.csv", folder / "rules.toml"
    for file, was, is_ in ((women, b"Name of W2", b"Name of W3"), (rules, b"months = 12", b"months = 24")):
        content = file.read_bytes()
        file.write_bytes(content.replace(was, is_))
        assert not is_unchanged(folder)
        file.write_bytes(content)
        assert is_unchanged(folder)
    (folder / "claims.csv").touch()
    assert not is_unchanged(folder)
    (folder / "claims.csv").unlink()
    women.unlink()
    assert not is_unchanged(folder)


def test_a_workbook_that_is_saved_again(workbook: Path, tmp_path: Path) -> None:
    """Whatever saves it writes the parts anew, and no comment of the file."""
    with zipfile.ZipFile(workbook) as book, zipfile.ZipFile(tmp_path / "saved.xlsx", "w") as saved:
        for part in book.infolist():
            saved.writestr(part.filename, book.read(part))
        comment = book.comment
    assert not is_unchanged(tmp_path / "saved.xlsx")
    with zipfile.ZipFile(tmp_path / "saved.xlsx", "a") as saved:
        saved.comment = comment
        saved.writestr("xl/worksheets/sheet9.xml", "another sheet")
    assert not is_unchanged(tmp_path / "saved.xlsx")


def test_what_no_export_wrote(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[programme]\nid = "demo"\n', encoding="utf-8")
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    for path in (tmp_path, tmp_path / "text.xlsx", tmp_path / "not there", tmp_path / "not there.xlsx"):
        assert not is_unchanged(path)
