r"""Acts that were recorded offline, in files: on a laptop one file for each, on a telephone one for all.

A file is JSON Lines: the first line says whose it is, each further line is an act. In the file of a telephone each act
is signed with the telephone's token. If a passphrase is set, files are encrypted with a key of the outbox's own, so
that storing an act needs no passphrase, and reading them needs it once.

    {"relay_outbox":1,"programme_id":"hills","device_id":"","place":"","by":"account:maya"}
    {"act":"pass","content":{"pass_id":"88"},"written_at":"2026-11-24T22:28:19Z"}

    {"relay_outbox":1,"programme_id":"hills","device_id":"7Q2M5K8D3W","place":"W3"}
    {"sealed":"{\"act\":\"pass\",\"content\":{\"pass_id\":\"88\"}, …}","seal":"5f0c…"}

A line or file that cannot be read stands in its place with the error, and does not stop the others.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.access.accounts import LEAST_PASSWORD
from relay.backup.encryption import ENDING, UNENCRYPTED, Encryption, new_secret_key, public_key_of
from relay.domain import plain_json
from relay.domain.bikram_sambat import as_typed
from relay.domain.plain_json import NotPlain
from relay.errors import Failure, Invalid, NotFound, Refused, RelayError, refused
from relay.instants import is_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT: Final = 1
LARGEST_FILE_BYTES: Final = 64 * 1024 * 1024  # bytes of a file; our choice: a hundred seasons of one telephone
_ENDING: Final = ".jsonl"
_PUBLIC_KEY_FILE: Final = "outbox.pub"
_SECRET_KEY_FILE: Final = f"outbox.key{ENDING}"


class NotAnOutbox(Invalid):
    """A file is not one of stored acts, or is damaged."""

    reason = "%(path)s is not a file of kept acts, or is damaged (line %(line)s)."
    advice = "Give a file that a telephone saved, or that lies in the outbox of this machine."

    path: Path
    line: int


class NothingKept(NotFound):
    """No file of the outbox has this name."""

    reason = "Nothing in the outbox is called %(name)s."
    advice = "See which there are"
    command = "relay outbox list"

    name: str


NO_PASSPHRASE: Final = Failure(
    Invalid,
    "no_passphrase",
    "The outbox of this machine is sealed with a passphrase.",
    advice="Set RELAY_OUTBOX_PASSPHRASE, or RELAY_OUTBOX_PASSPHRASE_FILE to a file whose first line it is.",
)


KEY_GONE: Final = Failure(
    Refused,
    "key_gone",
    "The key of the outbox, %(path)s, is gone, so nothing is kept: nobody could open it.",
    advice="Put the file back from a copy, or move the folder away: what lies in it stays closed.",
)


PASSPHRASE_TOO_SHORT: Final = Failure(
    Invalid,
    "passphrase_too_short",
    "The passphrase of the outbox has fewer than %(least)s characters.",
    advice="Set RELAY_OUTBOX_PASSPHRASE to four or five words.",
    values={"least": LEAST_PASSWORD},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAct:
    """One act that waits to be sent, or a line in its place that cannot be read.

    Attributes:
        name: The name of its file, without the folder.
        programme_id: The programme into which it is to be recorded.
        device_id: The telephone that wrote it; empty for a laptop.
        by: Who wrote it on a laptop, as in `recorded_by` of a ledger entry; empty if the file does not say.
        act: Its kind.
        content: Column → value. Personal.
        written_at: When it was written, a UTC instant; empty if the file does not say.
        again: Whether it answers yes to all that Relay asks.
        sent: The line as it is sent, with the telephone's seal if it has one. Personal.
        fault: Why it cannot be read; None if it can.
    """

    name: str
    programme_id: str = ""
    device_id: str = ""
    by: str = ""
    act: str = ""
    content: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    written_at: str = ""
    again: bool = False
    sent: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    fault: RelayError | None = None

    @property
    def whose(self) -> tuple[str, str, str]:
        """The programme, the telephone and the writer: what is sent in one request has these in common."""
        return self.programme_id, self.device_id, self.by


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The outbox of this machine.

    Attributes:
        folder: The folder of its files.
        passphrase: The passphrase of the key that encrypts them; empty if none is set.
    """

    folder: Path
    passphrase: str = field(default="", repr=False)

    def store(
        self, programme_id: str, act: str, content: Mapping[str, Any], *, by: str, written_at: str, again: bool
    ) -> str:
        """Store an act in a file of its own; when this returns, a power cut does not lose it.

        Args:
            programme_id: The programme into which it is to be recorded.
            act: Its kind.
            content: Column → value.
            by: Who wrote it, as in `recorded_by` of a ledger entry.
            written_at: When it was written, a UTC instant.
            again: Whether it answers yes to all that Relay asks.

        Returns:
            The name of the file.

        Raises:
            Invalid: The file cannot be written; or the outbox's new passphrase is too short. Nothing is stored.
            Refused: The secret key is gone, so that nobody could decrypt it.
        """
        private_files.folder(self.folder)
        encryption = self._encryption()
        line: dict[str, Any] = {"act": act, "content": as_typed(content), "written_at": written_at}
        head = {"relay_outbox": FORMAT, "programme_id": programme_id, "device_id": "", "place": "", "by": by}
        lines = (head, {**line, "again": True} if again else line)
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        id_ = next((str(value) for name, value in content.items() if name.endswith("_id")), act)
        stem = "".join(letter if letter.isalnum() else "-" for letter in f"{written_at}-{act}-{id_}")
        path = self.folder / f"{stem}{_ENDING}{encryption.ending}"
        with private_files.create(path) as file:
            file.write(encryption.encrypt(text.encode()))
        self._sync_folder()
        return path.name

    def acts(self) -> Iterator[StoredAct]:
        """The stored acts, the earliest first, without those that another process has sent meanwhile.

        Raises:
            Invalid: They are encrypted, and no passphrase is set; or it is the wrong one.
            Refused: The secret key is gone.
        """
        encryption: Encryption | None = None
        for path in self._files():
            if path.suffix == ENDING and encryption is None:
                encryption = self._decryption()
            acts = read_file(path, encryption or UNENCRYPTED)
            if path.exists():
                yield from acts

    def drop(self, name: str) -> None:
        """Delete the file of an act that was recorded or that somebody dropped.

        Raises:
            NothingKept: No file has this name.
        """
        if name not in {path.name for path in self._files()}:
            raise NothingKept(name=name)
        (self.folder / name).unlink()
        self._sync_folder()

    def _files(self) -> list[Path]:
        paths = (*self.folder.glob(f"*{_ENDING}"), *self.folder.glob(f"*{_ENDING}{ENDING}"))
        return sorted(path for path in paths if not path.name.startswith("."))

    def _encryption(self) -> Encryption:
        """How new files are encrypted; the key is made when a passphrase is first set, by one process alone."""
        public, secret = self.folder / _PUBLIC_KEY_FILE, self.folder / _SECRET_KEY_FILE
        if not public.exists():
            if not self.passphrase:
                return UNENCRYPTED
            if len(self.passphrase) < LEAST_PASSWORD:
                raise refused(PASSPHRASE_TOO_SHORT)
            private_files.create_or_read(
                secret, Encryption(passphrase=self.passphrase).encrypt(new_secret_key().encode())
            )
            private_files.create_or_read(public, public_key_of(self._decryption().secret_key).encode())
        if not secret.exists():
            raise refused(KEY_GONE, path=secret)
        return Encryption(public_key=public.read_text(encoding="ascii").strip())

    def _decryption(self) -> Encryption:
        if not self.passphrase:
            raise refused(NO_PASSPHRASE)
        secret = self.folder / _SECRET_KEY_FILE
        if not secret.exists():
            raise refused(KEY_GONE, path=secret)
        return Encryption(secret_key=Encryption(passphrase=self.passphrase).decrypt(secret.read_bytes()).decode())

    def _sync_folder(self) -> None:
        """Sync the folder to the disk: otherwise a power cut could lose the name of a complete file."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_file(path: Path, encryption: Encryption = UNENCRYPTED) -> list[StoredAct]:
    """The acts of a file, in its order; a line or file that cannot be read gives an act with its fault alone."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise NotAnOutbox(path=path, line=1)
        lines = [line for line in encryption.decrypt(path.read_bytes()).decode().split("\n") if line.strip()]
        head = _read_object(path, 1, lines[0] if lines else "")
        if head.get("relay_outbox") != FORMAT or not isinstance(head.get("programme_id"), str):
            raise NotAnOutbox(path=path, line=1)
    except (OSError, UnicodeDecodeError):
        return [StoredAct(name=path.name, fault=NotAnOutbox(path=path, line=1))]
    except RelayError as error:
        return [StoredAct(name=path.name, fault=error)]
    return [_read_act(path, number, head, line) for number, line in enumerate(lines[1:], 2)]


def _read_act(path: Path, number: int, head: Mapping[str, Any], line: str) -> StoredAct:
    try:
        return _parse_act(path, number, head, _read_object(path, number, line))
    except NotAnOutbox as error:
        return StoredAct(name=path.name, fault=error)


def _read_object(path: Path, number: int, line: str) -> dict[str, Any]:
    """The JSON object in a line.

    Raises:
        NotAnOutbox: The line is not an object of plain values.
    """
    try:
        value = plain_json.read(line)
    except (ValueError, NotPlain) as error:
        raise NotAnOutbox(path=path, line=number) from error
    if not isinstance(value, dict):
        raise NotAnOutbox(path=path, line=number)
    return value


def _parse_act(path: Path, number: int, head: Mapping[str, Any], sent: Mapping[str, Any]) -> StoredAct:
    """The act in a line.

    Raises:
        NotAnOutbox: The line is not an act.
    """
    act_line = _read_object(path, number, str(sent["sealed"])) if "sealed" in sent else sent
    act, content, written_at = act_line.get("act"), act_line.get("content"), act_line.get("written_at") or ""
    if not isinstance(act, str) or not isinstance(content, dict) or (written_at and not is_instant(written_at)):
        raise NotAnOutbox(path=path, line=number)
    return StoredAct(
        name=path.name,
        programme_id=head["programme_id"],
        device_id=str(head.get("device_id") or ""),
        by=str(head.get("by") or ""),
        act=act,
        content=content,
        written_at=str(written_at),
        again=act_line.get("again") is True,
        sent=sent,
    )
