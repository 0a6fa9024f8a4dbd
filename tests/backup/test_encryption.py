"""Encrypted backups: who can open them, and that nobody opens an altered one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from relay.backup import backup_files as keeping
from relay.backup import encryption as encryption_of_files
from relay.backup.encryption import CANNOT_OPEN, NOT_A_KEY, TOO_MUCH_WORK, Encryption, needed_to_decrypt
from relay.backup.ledger_backup import backup_lines
from relay.errors import Invalid

if TYPE_CHECKING:
    from relay.graph import Graph


_age: Any = pyrage


def test_a_backup_sealed_for_a_key_opens_with_its_secret_half_only(kept: Graph, tmp_path: Path) -> None:
    owner, other = _age.x25519.Identity.generate(), _age.x25519.Identity.generate()
    file = tmp_path / "relay.jsonl.age"

    keeping.write_backup(kept, file, Encryption(public_key=str(owner.to_public())))

    assert b"Name of" not in file.read_bytes()
    assert needed_to_decrypt(file.read_bytes()) == "key"
    with file.open("rb") as content:
        assert list(keeping.lines_of(content, Encryption(secret_key=str(owner)))) == [
            f"{line}\n" for line in backup_lines(kept)
        ]
    for wrong, error in ((str(other), CANNOT_OPEN), ("", NOT_A_KEY), ("AGE-SECRET-KEY-1", NOT_A_KEY)):
        with pytest.raises(Invalid, check=error.matches):
            Encryption(secret_key=wrong).decrypt(file.read_bytes())
    with pytest.raises(Invalid, check=NOT_A_KEY.matches):
        keeping.write_backup(kept, tmp_path / "other.age", Encryption(public_key="age1nonsense"))


def test_a_passphrase_seals_and_opens_and_no_other_does() -> None:
    sealed = Encryption(passphrase="four plain words here").encrypt("सीता\n".encode())

    assert needed_to_decrypt(sealed) == "passphrase"
    assert list(keeping.lines_of(io.BytesIO(sealed), Encryption(passphrase="four plain words here"))) == ["सीता\n"]
    assert "four plain" not in repr(Encryption(passphrase="four plain words here"))


def test_a_machine_that_is_busy_for_a_moment_opens_the_file_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    encryption = Encryption(passphrase="four plain words")
    made = encryption.encrypt(b"content")
    version, recipient, rest = made.split(b"\n", 2)
    for_the_slow = recipient.rpartition(b" ")[0] + b" 60"  # as it looks to a machine that does next to nothing
    harder = b"\n".join((version, for_the_slow, rest))
    files, decrypt = iter([harder, harder, made]), _age.passphrase.decrypt

    def busy(_: bytes, passphrase: str) -> bytes:
        return bytes(decrypt(next(files), passphrase))

    monkeypatch.setattr(encryption_of_files, "_PAUSE_SECONDS", 0)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(_age.passphrase, "decrypt", busy)
        assert encryption.decrypt(made) == b"content"

    with pytest.raises(Invalid, check=TOO_MUCH_WORK.matches, match="Try again when it is idle"):
        encryption.decrypt(harder)


def test_a_sealed_file_that_was_cut_or_altered_does_not_open() -> None:
    owner = _age.x25519.Identity.generate()
    sealed = Encryption(public_key=str(owner.to_public())).encrypt(b"content" * 10)

    for damaged in (sealed[:-1], sealed[:30], sealed[:-5] + b"xxxxx"):
        with pytest.raises(Invalid, check=CANNOT_OPEN.matches, match="damaged"):
            Encryption(secret_key=str(owner)).decrypt(damaged)
    assert Encryption().decrypt(b"plain") == b"plain"
