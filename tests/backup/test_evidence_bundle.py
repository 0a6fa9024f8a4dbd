"""The evidence bundle: whoever has it and Python alone tells a true ledger from a doctored one."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from relay.backup import evidence_bundle
from relay.domain.entries import ORIGIN, digest, from_line, to_line
from relay.ledger.checkpoints import make_key
from tests.scenes.clean import grown
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.ledger.checkpoints import Key

NOON: Final = "2026-11-25T06:15:00Z"


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Give a programme's key."""
    return make_key(tmp_path / "office", "demo", random.Random(1).randbytes)  # noqa: S311 - the tests keep no secrets


def bundle(key: Key, *, with_names: bool = False) -> bytes:
    """The evidence of a clean programme."""
    entries = list(grown(1).book.register.entries.values())
    last = entries[-1]
    checkpoint = key.sign(programme_id="demo", sequence=last.sequence, head_hash=last.hash, made_at=NOON)
    written = io.BytesIO()
    lines = (to_line(entry, with_opened=with_names) for entry in entries)
    evidence_bundle.write_bundle(written, lines, checkpoint, with_names=with_names)
    return written.getvalue()


@pytest.fixture
def unpacked(tmp_path: Path, key: Key) -> Path:
    """Give the bundle as an auditor unpacks it on her own computer."""
    folder = tmp_path / "auditor"
    with zipfile.ZipFile(io.BytesIO(bundle(key))) as packed:
        packed.extractall(folder)
    return folder


def checked(folder: Path, *words: str) -> tuple[int, str]:
    """Run a script of the bundle with Python alone: no other library, nothing of this machine's settings."""
    ended = subprocess.run(
        [sys.executable, "-S", "-I", *words], cwd=folder, env={}, capture_output=True, encoding="utf-8", check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def commands(folder: Path) -> list[list[str]]:
    """What the readme tells to type, but for the line that needs an earlier checkpoint."""
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    typed = [line.split()[1:] for line in readme.splitlines() if line.startswith("    python ")]
    return [words for words in typed if "EARLIER.json" not in words]


def test_the_readme_tells_how_a_true_ledger_is_found_sound(unpacked: Path, key: Key) -> None:
    first, second = (checked(unpacked, *words) for words in commands(unpacked))

    lines = (unpacked / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    head = json.loads(lines[-1])["hash"]
    covered = f"checkpoint.json is of entry {len(lines)}; 0 came later\n"
    assert first == (0, f"{covered}{len(lines)} entries, head {head}: sound\n")
    assert second[0] == 0
    assert f"signed with key {key.public_key}: true" in second[1]
    assert key.public_key in (unpacked / "README.txt").read_text(encoding="utf-8")


def test_a_doctored_ledger_is_found_by_the_same_commands(unpacked: Path) -> None:
    ledger, checkpoint = unpacked / "ledger.jsonl", unpacked / "checkpoint.json"
    lines = ledger.read_text(encoding="utf-8").splitlines()
    entry = from_line(lines[39], CORE)
    changed = to_line(replace(entry, recorded_by="local:somebody"), with_opened=False)
    rehashed, before = lines[:39], entry.previous_hash
    for line in (changed, *lines[40:]):
        new = replace(from_line(line, CORE), previous_hash=before)
        rehashed.append(to_line(replace(new, hash=digest(new)), with_opened=False))
        before = digest(new)

    def said_of(doctored: list[str]) -> str:
        ledger.write_text("".join(f"{line}\n" for line in doctored), encoding="utf-8")
        code, said = checked(unpacked, "verify_ledger.py", "ledger.jsonl", "checkpoint.json")
        assert code == 1
        return said

    assert said_of([*lines[:39], changed, *lines[40:]]) == ("entry 40 was altered: its hash does not fit its content\n")
    assert said_of([*lines[:39], *lines[40:]]) == "entry 40 does not follow the entry before it\n"
    assert said_of([lines[1], lines[0], *lines[2:]]) == "entry 1 does not follow the entry before it\n"
    assert "cut or rewritten" in said_of(lines[:-1])
    assert "cut or rewritten" in said_of(rehashed)
    assert "cut or rewritten" in said_of([])

    written = json.loads(checkpoint.read_text(encoding="utf-8"))  # the checkpoint is made to fit the rehashed ledger
    checkpoint.write_text(json.dumps(written | {"head_hash": before}), encoding="utf-8")
    ledger.write_text("".join(f"{line}\n" for line in rehashed), encoding="utf-8")
    assert checked(unpacked, "verify_ledger.py", "ledger.jsonl", "checkpoint.json")[0] == 0
    assert checked(unpacked, "verify_checkpoint.py", "checkpoint.json")[0] == 1
    assert ORIGIN not in before


def test_a_bundle_holds_no_name_unless_asked_and_says_which(key: Key) -> None:
    nameless, named = (zipfile.ZipFile(io.BytesIO(bundle(key, with_names=with_names))) for with_names in (False, True))

    assert all(b"Name of" not in nameless.read(name) for name in nameless.namelist())
    assert b"Name of W1" in named.read("ledger.jsonl")
    assert b"are not in this bundle" in nameless.read("README.txt")
    assert b"holds names" in named.read("README.txt")
    assert nameless.namelist() == [
        "ledger.jsonl",
        "checkpoint.json",
        "verify_ledger.py",
        "verify_checkpoint.py",
        "README.txt",
    ]


def test_the_same_ledger_gives_the_same_bundle(key: Key) -> None:
    assert bundle(key) == bundle(key)
