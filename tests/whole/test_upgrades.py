"""A data folder that an earlier version left: it is opened, examined, recorded in, verified, and taken back.

tests/upgrades/NAME.tar.xz ── opened by this version ── a pass-on recorded ── read by the version that began it
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.commands import exits
from relay.database import embedded_server
from tests.commands.shell import Shell
from tests.rigs.served import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS: Final = ROOT / "tests" / "upgrades"
BEGUN_BY: Final = {"rooms": "1b5104419177", "mend": "8254c0c930aa"}
"""Folder → the commit that began it."""
TO_BE_REBUILT: Final = frozenset({"rooms"})
ENTRIES: Final = {"rooms": {"hills": 14}, "mend": {"hills": 14, "mansa": 121, "relay-villages": 1013}}


@pytest.fixture(params=["mend", pytest.param("rooms", marks=pytest.mark.soak)])
def name(request: pytest.FixtureRequest) -> str:
    """Give each folder's name; the younger one has systems too."""
    return str(request.param)


@pytest.fixture
def folder(name: str, tmp_path: Path) -> Iterator[Path]:
    """Give the folder as it was left."""
    folder = tmp_path / "data"
    with tarfile.open(FOLDERS / f"{name}.tar.xz") as packed:
        packed.extractall(folder, filter="tar")
    folder.chmod(0o700)
    yield folder
    embedded_server.stop(folder)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Shell:
    """Give a shell of this version on that folder."""
    shell = Shell(monkeypatch, capsys)
    monkeypatch.setenv("RELAY_DATA", str(folder))
    monkeypatch.setenv("RELAY_PROGRAMME", "hills")
    monkeypatch.setenv("LOGNAME", "asha")
    return shell


def troubles(shell: Shell) -> set[str]:
    """What the doctor finds, but for the last backup, which stayed where the folder was begun."""
    found = {each["code"] for each in json.loads(shell.run("doctor", "--json").out)["findings"]}
    return found - {"backup_moved"}


def hand_over(shell: Shell) -> None:
    """A woman more receives."""
    shell.ok("register", "Maya Rai", "--id", "B4", "--sex", "F")
    shell.ok("pass-on", "B2", "--to", "B4", "--animals", "1", "--on", "2024-01-05", "--id", "T3")


def test_a_folder_of_an_earlier_version_is_opened_examined_and_recorded_in(shell: Shell, name: str) -> None:
    shell.ok("engine", "start")
    programmes = json.loads(shell.ok("status", "--json").out)["programmes"]
    assert {each["programme_id"]: each["entries"] for each in programmes} == ENTRIES[name]
    if name in TO_BE_REBUILT:
        assert troubles(shell) == {"not_built"}
        shell.ok("engine", "rebuild")
    assert troubles(shell) == set()

    # Sita passed on what she owed, one on a day that was corrected; a birth was taken back; Durga's name was erased
    assert re.search(r"passed\s+2 of 2", shell.ok("show", "P1").out)
    found = json.loads(shell.ok("find", "सीता", "--json").out)
    assert {each["id"] for each in found} >= {"beneficiary:B1", "beneficiary:B2"}
    assert "Durga" not in shell.ok("show", "B3").out

    hand_over(shell)
    for programme_id in ENTRIES[name]:
        shell.ok("ledger", "verify", "--programme", programme_id)


@pytest.mark.soak
def test_what_this_version_recorded_is_read_by_the_version_that_began_the_folder(
    shell: Shell, folder: Path, name: str, tmp_path: Path
) -> None:
    """In the folder itself; where the graph had another form, out of a backup of this version, in an empty folder."""
    shell.ok("engine", "start")
    if name in TO_BE_REBUILT:
        shell.ok("engine", "rebuild")
    hand_over(shell)
    shell.ok("backup", str(tmp_path / "backup"))
    embedded_server.stop(folder)
    (folder / embedded_server.ADMITTED[0]).unlink()  # as docs/operators.md says
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    command = ["git", "archive", BEGUN_BY[name], "relay", "cli.py"]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", earlier], input=packed.stdout, check=True)  # noqa: S607

    asked = [["show", "T3"], ["ledger", "verify"], ["engine", "stop"]]
    environ = os.environ | {"PYTHONPATH": str(earlier), "RELAY_DATA": str(folder)}
    if name in TO_BE_REBUILT:
        environ["RELAY_DATA"] = str(tmp_path / "empty")
        asked.insert(0, ["restore", str(tmp_path / "backup")])
    for words in asked:
        command = [sys.executable, str(earlier / "cli.py"), *words]
        ended = subprocess.run(command, env=environ, capture_output=True, check=False)
        assert ended.returncode == exits.DONE, ended.stderr
