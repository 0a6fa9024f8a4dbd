"""Signed checkpoints: what was changed before one is found, and one that was made up is known for that."""

from __future__ import annotations

import json
import random
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.domain.entries import ORIGIN, Entry, digest, to_line
from relay.errors import Invalid
from relay.ledger.checkpoints import (
    NOT_A_CHECKPOINT,
    Checkpoint,
    KeyUnreadable,
    from_text,
    key_path,
    known_key,
    make_key,
)
from relay.ledger.verify import verify_lines
from tests.scenes.clean import grown
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Collection

    from relay.ledger.checkpoints import Key

DOCS: Final = Path(__file__).parents[2] / "docs"
NOON: Final = "2026-11-25T06:15:00Z"


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Give a programme's key."""
    return make_key(tmp_path, "demo", random.Random(1).randbytes)  # noqa: S311 - the tests keep no secrets


@pytest.fixture(scope="module")
def chain() -> list[Entry]:
    """A true ledger of a few hundred entries, in memory."""
    return list(grown(1).book.register.entries.values())


def at(key: Key, chain: list[Entry], sequence: int) -> Checkpoint:
    head_hash = chain[sequence - 1].hash
    return key.sign(programme_id="demo", sequence=sequence, head_hash=head_hash, made_at=NOON)


def rehashed(chain: list[Entry], sequence: int, recorded_by: str) -> list[Entry]:
    """The ledger with another clerk for one entry, and every hash after it made to fit."""
    doctored, before = list[Entry](), ORIGIN
    for entry in chain:
        new = replace(entry, recorded_by=recorded_by) if entry.sequence == sequence else entry
        new = replace(new, previous_hash=before)
        doctored.append(replace(new, hash=digest(new)))
        before = doctored[-1].hash
    return doctored


def faults(chain: list[Entry], *checkpoints: Checkpoint, public_keys: Collection[str] = ()) -> list[str]:
    lines = (to_line(entry, with_opened=False) for entry in chain)
    return [
        f"{fault.sequence}: {fault.fault}"
        for fault in verify_lines(lines, CORE, checkpoints=checkpoints, public_keys=public_keys).faults
    ]


def script(path: Path, *more: str) -> tuple[int, str]:
    """Run docs/verify_checkpoint.py with Python alone: its exit code, and what it says."""
    words = [sys.executable, "-S", "-I", str(DOCS / "verify_checkpoint.py"), str(path), *more]
    ended = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    return ended.returncode, ended.stdout + ended.stderr


# ------------------------------------------------------------------------------------------------ the key


def test_a_key_is_kept_for_its_owner_only_and_stays_the_same(tmp_path: Path) -> None:
    assert known_key(tmp_path, "demo") is None

    made = make_key(tmp_path, "demo", random.Random(1).randbytes)  # noqa: S311 - the tests keep no secrets

    again = known_key(tmp_path, "demo")
    assert again is not None
    assert again.public_key == made.public_key
    assert stat.S_IMODE(key_path(tmp_path, "demo").stat().st_mode) == 0o600
    assert stat.S_IMODE(key_path(tmp_path, "demo").parent.stat().st_mode) == 0o700
    named = known_key(tmp_path / "other", "other", key_path(tmp_path, "demo"))
    assert named is not None
    assert named.public_key == made.public_key
    late = make_key(tmp_path, "demo", random.Random(2).randbytes)  # noqa: S311 - the tests keep no secrets
    assert late.public_key == made.public_key


def test_a_file_that_holds_another_thing_than_the_key_is_named(tmp_path: Path, key: Key) -> None:
    del key
    for content in (b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        key_path(tmp_path, "demo").write_bytes(content)

        with pytest.raises(KeyUnreadable, match="does not contain the key"):
            known_key(tmp_path, "demo")


# ------------------------------------------------------------------------------------------------ the ledger


def test_a_ledger_that_only_grew_fits_every_checkpoint_of_it(key: Key, chain: list[Entry]) -> None:
    kept = [at(key, chain, sequence) for sequence in (1, 40, len(chain))]

    assert faults(chain, *kept, public_keys=[key.public_key]) == []
    assert faults(chain[:40], kept[1]) == []


def test_an_entry_changed_before_a_checkpoint_is_found_although_every_hash_fits(key: Key, chain: list[Entry]) -> None:
    """Entry 25 is changed; the checkpoint of entry 20 still fits, those of entries 40 and 60 do not."""
    kept = [at(key, chain, sequence) for sequence in (60, 20, 40)]
    doctored = rehashed(chain, 25, recorded_by="local:somebody")

    first, second = faults(doctored, *kept)

    assert faults(doctored) == []
    assert first == (
        f"40: Entry 40 has another hash than in the checkpoint of {NOON}: an entry from 21 to 40 was changed and the"
        " later hashes were recomputed, or the checkpoint belongs to another copy restored from the same backup."
    )
    assert "entry from 21 to 60" in second
    assert faults(rehashed(chain, 61, recorded_by="local:somebody"), *kept) == []  # after all of them: nobody can tell


def test_an_end_that_was_cut_off_is_found(key: Key, chain: list[Entry]) -> None:
    assert faults(chain[:39], at(key, chain, 40)) == [
        (
            f"40: The ledger ends with entry 39, before entry 40 of the checkpoint of {NOON}: its end was cut off, or"
            " the checkpoint belongs to another copy restored from the same backup."
        )
    ]
    assert faults([], at(key, chain, 40))[0].startswith("40: The ledger ends with entry 0,")


# ------------------------------------------------------------------------------------------------ the checkpoint


def test_a_checkpoint_that_was_altered_made_up_or_is_of_another_ledger_proves_nothing(
    tmp_path: Path, key: Key, chain: list[Entry]
) -> None:
    other = make_key(tmp_path / "other", "demo", random.Random(2).randbytes)  # noqa: S311 - the tests keep no secrets
    true = at(key, chain, 40)
    foreign = key.sign(programme_id="hills", sequence=40, head_hash=chain[39].hash, made_at=NOON)

    altered = faults(chain, replace(true, made_at="2020-01-01T00:00:00Z"))
    made_up = faults(chain, at(other, chain, 40), public_keys=[key.public_key])

    assert altered == ["None: The checkpoint of 2020-01-01T00:00:00Z has no valid signature: it was altered or forged."]
    assert f"signed with another key ({other.public_key}) than the programme's ({key.public_key})" in made_up[0]
    assert "belongs to programme hills, not to demo" in faults(chain, foreign)[0]


def test_a_checkpoint_reads_back_from_its_text_which_fits_on_a_card(key: Key, chain: list[Entry]) -> None:
    checkpoint = at(key, chain, 40)

    text = checkpoint.to_text()

    assert from_text(text) == checkpoint
    assert len(text) < 500
    assert text.count("\n") == 8


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 0},
        {"sequence": "40"},
        {"sequence": True},
        {"head_hash": "0"},
        {"head_hash": "G" * 64},
        {"public_key": None},
        {"signature": "00"},
        {"more": 1},
    ],
)
def test_what_is_not_a_checkpoint_is_said_to_be_none(key: Key, chain: list[Entry], changed: dict[str, object]) -> None:
    written = json.loads(at(key, chain, 40).to_text())

    with pytest.raises(Invalid, check=NOT_A_CHECKPOINT.matches):
        from_text(json.dumps(written | changed))


@pytest.mark.parametrize("text", ["", "[]", "5", "{", "null", "[" * 100_000])
def test_no_text_whatever_breaks_the_reading_of_a_checkpoint(text: str) -> None:
    with pytest.raises(Invalid, check=NOT_A_CHECKPOINT.matches):
        from_text(text)


# ------------------------------------------------------------------------------------------------ with Python alone


def test_the_script_knows_a_true_signature_and_names_the_key(tmp_path: Path, key: Key, chain: list[Entry]) -> None:
    file, checkpoint = tmp_path / "checkpoint.json", at(key, chain, 40)
    file.write_text(checkpoint.to_text(), encoding="utf-8")

    assert script(file, key.public_key) == (
        0,
        f"entry 40, head {chain[39].hash}, of {NOON}\nsigned with key {key.public_key}: true\n",
    )
    assert script(file, "0" * 64) == (1, f"it is signed with another key: {key.public_key}\n")


def test_the_script_refuses_what_was_altered_or_is_no_checkpoint(tmp_path: Path, key: Key, chain: list[Entry]) -> None:
    file, true = tmp_path / "checkpoint.json", at(key, chain, 40)
    signature = bytes.fromhex(true.signature)
    above_the_order = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    second = (signature[:32] + above_the_order.to_bytes(32, "little")).hex()
    for false in (
        replace(true, sequence=41),
        replace(true, head_hash=chain[40].hash),
        replace(true, signature=("0" if true.signature[0] != "0" else "1") + true.signature[1:]),
        replace(true, signature=second),  # the same signature written another way (RFC 8032, §8.4)
        replace(true, public_key="02" + "00" * 31),  # no point of the curve
    ):
        file.write_text(false.to_text(), encoding="utf-8")
        assert script(file)[0] == 1
        assert not false.signed
    twice = true.to_text().replace("{", '{"head_hash": "' + "0" * 64 + '",', 1)
    with pytest.raises(Invalid, check=NOT_A_CHECKPOINT.matches):
        from_text(twice)
    for text in (twice, "", "[]", "{}", '{"public_key":5,"signature":""}', '{"public_key":"","signature":""}'):
        file.write_text(text, encoding="utf-8")
        assert script(file) == (1, "this is not a checkpoint\n")


def test_the_script_is_short_and_needs_nothing_of_relay() -> None:
    text = (DOCS / "verify_checkpoint.py").read_text(encoding="utf-8")
    code = [line for line in text.split('"""')[2].splitlines() if line.strip()]

    assert len(code) <= 60
    assert "relay" not in "".join(code)
