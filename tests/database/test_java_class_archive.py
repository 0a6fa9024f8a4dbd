"""The archive of the engine's classes: made whole by one, used by all, and missed by nobody where it cannot be.

a start without → notes the classes → a minute later → one archive
a start with    → Java takes it, or says no: then it goes, and the next start is one without
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from arcadedb_embedded.jvm import get_jar_path

from relay.database import embedded_server, java_class_archive
from tests.database.conftest import query
from tests.database.test_embedded_server import state_of
from tests.rigs.classes import forestall, make_now
from tests.rigs.pace import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

JARS: Final = get_jar_path()
MADE: Final = java_class_archive.archive_path(JARS)  # by the rig, before the tests began


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache folder to this process and to those that it starts."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "relay"


@pytest.fixture
def archive(cache: Path) -> Path:
    """Give a copy of the archive that was made before."""
    cache.mkdir(parents=True)
    return Path(shutil.copy2(MADE, cache))


def mapped(data_folder: Path) -> list[str]:
    """The archives that a running engine has mapped."""
    lines = Path(f"/proc/{state_of(data_folder).pid}/maps").read_text().splitlines()
    return sorted({line.split()[-1] for line in lines if line.endswith(".jsa")})


# --- used -------------------------------------------------------------------------------------------------------------


def test_a_start_maps_the_archive_and_notes_no_classes(data_folder: Path, archive: Path) -> None:
    embedded_server.ensure(data_folder)

    assert mapped(data_folder) == [str(archive)]
    assert not (data_folder / java_class_archive.CLASSES_FILE).exists()


def cut(archive: Path) -> None:
    os.truncate(archive, archive.stat().st_size // 2)


def bytes_changed(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    for at in range(1_000_000, len(content), 1_000_000):
        content[at] ^= 0xFF
    archive.write_bytes(content)


def of_other_jars(archive: Path) -> None:
    content = archive.read_bytes()
    name = b"gson-2.14.0.jar"
    assert name in content
    archive.write_bytes(content.replace(name, b"gson-2.13.9.jar"))


@pytest.mark.soak
@pytest.mark.parametrize(
    "damage", [cut, *(pytest.param(each, marks=pytest.mark.soak) for each in (bytes_changed, of_other_jars))]
)
def test_an_archive_that_java_does_not_take_is_deleted_and_the_engine_serves(
    data_folder: Path, archive: Path, damage: Callable[[Path], None]
) -> None:
    damage(archive)

    connection = embedded_server.ensure(data_folder)

    assert [record["one"] for record in query(connection, "RETURN 1 AS one")] == [1]
    assert mapped(data_folder) == []
    wait_until(lambda: not archive.exists())


@pytest.mark.parametrize("folder", ["données", "a:b"])
def test_where_java_can_use_none_no_classes_are_noted(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", f"/{folder}")

    assert java_class_archive.options(JARS) == ()


# --- made -------------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_a_start_without_an_archive_has_one_made_that_the_next_start_uses(data_folder: Path, cache: Path) -> None:
    embedded_server.ensure(data_folder)

    make_now(data_folder, cache / MADE.name)  # as it would be after a minute
    embedded_server.stop(data_folder)
    embedded_server.ensure(data_folder)

    assert mapped(data_folder) == [str(cache / MADE.name)]
    assert [path.name for path in cache.iterdir()] == [MADE.name]
    assert 30_000_000 < (cache / MADE.name).stat().st_size < 80_000_000
    assert not (data_folder / java_class_archive.CLASSES_FILE).exists()


def java(home: Path, program: str) -> Path:
    """A Java of which only what it does when it makes an archive is there: a program of the shell, with its path."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/java").write_text(f"#!/bin/sh\nfor last; do true; done\npath=${{last#*=}}\n{program}\n")
    (home / "bin/java").chmod(0o700)
    return home


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """Two classes that were loaded, and the beginning of a third."""
    path = tmp_path / "classes"
    path.write_text("java/lang/Object id: 0\njava/io/Serializable id: 1\njava/lang/Compa")
    return path


def test_it_is_made_of_whole_lines_and_appears_whole(tmp_path: Path, loaded: Path) -> None:
    archive = tmp_path / "cache/engine.jsa"
    copies = 'ls "${path%/*}" > "${path%/*}/../seen"; cat "${path%.new}.classes" > "$path"'

    java_class_archive.make(archive, loaded, java(tmp_path / "java", copies), ["-Xmx512m"])

    assert archive.read_text() == "java/lang/Object id: 0\njava/io/Serializable id: 1"
    assert (tmp_path / "seen").read_text().split() == ["engine.classes"]
    assert [path.name for path in archive.parent.iterdir()] == ["engine.jsa"]


def test_one_that_is_there_is_not_made_again(tmp_path: Path, loaded: Path) -> None:
    archive = tmp_path / "engine.jsa"
    archive.write_text("made before")

    java_class_archive.make(archive, loaded, java(tmp_path / "java", 'echo again > "$path"'), [])

    assert archive.read_text() == "made before"


def test_of_two_who_make_it_at_once_one_does(tmp_path: Path, loaded: Path) -> None:
    archive, other = tmp_path / "cache/engine.jsa", tmp_path / "other"
    other.write_text(loaded.read_text())
    waits = f'echo "$$" >> {tmp_path}/began; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; echo one > "$path"'
    slow = java(tmp_path / "java", waits)
    first = threading.Thread(target=java_class_archive.make, args=(archive, loaded, slow, []))
    first.start()
    wait_until((tmp_path / "began").exists, seconds=60)

    java_class_archive.make(archive, other, slow, [])
    (tmp_path / "go").touch()
    first.join()

    assert archive.read_text() == "one\n"
    assert len((tmp_path / "began").read_text().splitlines()) == 1


def test_what_java_left_when_the_disk_was_full_is_deleted(tmp_path: Path, loaded: Path) -> None:
    archive = tmp_path / "cache/engine.jsa"

    with pytest.raises(subprocess.CalledProcessError):
        java_class_archive.make(archive, loaded, java(tmp_path / "java", 'echo half > "$path"; exit 1'), [])

    assert list(archive.parent.iterdir()) == []


def test_it_is_not_made_where_little_is_free(tmp_path: Path, loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, makes = tmp_path / "cache/engine.jsa", java(tmp_path / "java", 'echo made > "$path"')
    monkeypatch.setattr(embedded_server, "free_bytes", {archive.parent: 399_999_999}.get)

    with pytest.raises(OSError, match="No space left"):
        java_class_archive.make(archive, loaded, makes, [])
    monkeypatch.setattr(embedded_server, "free_bytes", {archive.parent: 400_000_000}.get)
    java_class_archive.make(archive, loaded, makes, [])

    assert archive.read_text() == "made\n"


def test_whoever_cannot_make_it_says_so_in_one_line(tmp_path: Path, loaded: Path) -> None:
    (tmp_path / "cache").touch()  # as where nothing can be written
    archive = tmp_path / "cache/engine.jsa"
    words = ["0", str(archive), str(loaded), str(java(tmp_path / "java", "")), "-Xmx512m"]

    said = subprocess.run(
        [sys.executable, "-m", "relay.database.java_class_archive", *words],
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )

    (line,) = said.stderr.splitlines()
    assert line.startswith(f"{archive} was not made, each start reads all classes: [Errno")


@pytest.mark.soak
def test_where_the_cache_cannot_be_written_engines_start_and_nobody_is_told(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    connection = embedded_server.ensure(data_folder)
    forestall(data_folder)

    assert [record["one"] for record in query(connection, "RETURN 1 AS one")] == [1]
    assert mapped(data_folder) == []
