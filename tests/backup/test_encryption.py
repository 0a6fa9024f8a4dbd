"""Encrypted backups: who can open them, and that nobody opens an altered one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from relay.backup import encryption
from relay.backup import files as keeping
from relay.backup.encryption import CANNOT_OPEN, NOT_A_KEY, TOO_MUCH_WORK, Seal, needs_to_open
from relay.backup.replay import backup
from relay.errors import Invalid

if TYPE_CHECKING:
    from relay.graph import Graph


_age: Any = pyrage


def test_a_backup_sealed_for_a_key_opens_with_its_secret_half_only(kept: Graph, tmp_path: Path) -> None:
    owner, other = _age.x25519.Identity.generate(), _age.x25519.Identity.generate()
    file = tmp_path / "relay.jsonl.age"

    keeping.keep(kept, file, Seal(public_key=str(owner.to_public())))

    assert b"Name of" not in file.read_bytes()
    assert needs_to_open(file.read_bytes()) == "key"
    with file.open("rb") as content:
        assert list(keeping.lines_of(content, Seal(secret_key=str(owner)))) == [f"{line}\n" for line in backup(kept)]
    for wrong, error in ((str(other), CANNOT_OPEN), ("", NOT_A_KEY), ("AGE-SECRET-KEY-1", NOT_A_KEY)):
        with pytest.raises(Invalid, check=error.matches):
            Seal(secret_key=wrong).open(file.read_bytes())
    with pytest.raises(Invalid, check=NOT_A_KEY.matches):
        keeping.keep(kept, tmp_path / "other.age", Seal(public_key="age1nonsense"))


def test_a_passphrase_seals_and_opens_and_no_other_does() -> None:
    sealed = Seal(passphrase="four plain words here").close("सीता\n".encode())

    assert needs_to_open(sealed) == "passphrase"
    assert list(keeping.lines_of(io.BytesIO(sealed), Seal(passphrase="four plain words here"))) == ["सीता\n"]
    assert "four plain" not in repr(Seal(passphrase="four plain words here"))


def test_a_machine_that_is_busy_for_a_moment_opens_the_file_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = Seal(passphrase="four plain words")
    made = seal.close(b"content")
    version, recipient, rest = made.split(b"\n", 2)
    for_the_slow = recipient.rpartition(b" ")[0] + b" 60"  # as it looks to a machine that does next to nothing
    harder = b"\n".join((version, for_the_slow, rest))
    files, decrypt = iter([harder, harder, made]), _age.passphrase.decrypt

    def busy(_: bytes, passphrase: str) -> bytes:
        return bytes(decrypt(next(files), passphrase))

    monkeypatch.setattr(encryption, "_PAUSE_SECONDS", 0)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(_age.passphrase, "decrypt", busy)
        assert seal.open(made) == b"content"

    with pytest.raises(Invalid, check=TOO_MUCH_WORK.matches, match="Try again when it is idle"):
        seal.open(harder)


def test_a_sealed_file_that_was_cut_or_altered_does_not_open() -> None:
    owner = _age.x25519.Identity.generate()
    sealed = Seal(public_key=str(owner.to_public())).close(b"content" * 10)

    for damaged in (sealed[:-1], sealed[:30], sealed[:-5] + b"xxxxx"):
        with pytest.raises(Invalid, check=CANNOT_OPEN.matches, match="damaged"):
            Seal(secret_key=str(owner)).open(damaged)
    assert Seal().open(b"plain") == b"plain"
