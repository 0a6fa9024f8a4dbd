r"""Kept acts: one file for each, written to the disk before anybody is told that it is kept.

A file is JSON Lines: the first line says whose it is, each further one is an act. What a telephone saves for the office
is the same with many acts, each sealed with the telephone's own token. Where a passphrase was set, files are encrypted
to a key of the outbox's own, so that keeping an act asks for no passphrase and reading them asks for it once.

    {"relay_outbox":1,"programme_id":"hills","device_id":"","place":"","by":"account:maya"}
    {"act":"pass","content":{"pass_id":"88"},"written_at":"2026-11-24T22:28:19Z"}

    {"relay_outbox":1,"programme_id":"hills","device_id":"7Q2M5K8D3W","place":"W3"}
    {"sealed":"{\"act\":\"pass\",\"content\":{\"pass_id\":\"88\"}, …}","seal":"5f0c…"}

What cannot be read, a line or a whole file, is told in its place, and stops nothing else.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.access.accounts import LEAST_PASSWORD
from relay.backup.encryption import ENDING, OPEN, Seal, new_secret_key, public_key_of
from relay.clock import is_instant
from relay.domain import plain_json
from relay.domain.bikram_sambat import as_typed
from relay.domain.plain_json import NotPlain
from relay.errors import Failure, Invalid, NotFound, Refused, RelayError, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT: Final = 1
LARGEST: Final = 64 * 1024 * 1024  # bytes of a file; our choice: a hundred seasons of one telephone
_ENDING: Final = ".jsonl"
_PUBLIC: Final = "outbox.pub"
_SECRET: Final = f"outbox.key{ENDING}"


class NotAnOutbox(Invalid):
    """A file is not one in which acts are kept."""

    reason = "%(path)s is not a file of kept acts, or is damaged (line %(line)s)."
    advice = "Give a file that a telephone saved, or that lies in the outbox of this machine."

    path: Path
    line: int


class NothingKept(NotFound):
    """Nothing in the outbox is called so."""

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
class KeptAct:
    """One act that waits to be sent, or what stands in its place and cannot be read.

    Attributes:
        name: Of its file, without the folder.
        programme_id: Into which it is to be recorded.
        device_id: Of the telephone that wrote it; empty for a laptop.
        by: Who wrote it on a laptop, as the ledger names who records; empty where the file does not say.
        act: Its kind.
        content: Column → value. Personal.
        written_at: When it was written down, a UTC instant; empty where the file does not say.
        again: Whether it answers whatever Relay asks.
        sent: As it is handed in, with the telephone's seal where it has one. Personal.
        fault: Why it cannot be read; None where it can.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The outbox of this machine.

    Attributes:
        folder: Where its files lie.
        passphrase: Which seals them; empty where none is set.
    """

    folder: Path
    passphrase: str = field(default="", repr=False)

    def keep(
        self, programme_id: str, act: str, content: Mapping[str, Any], *, by: str, written_at: str, again: bool
    ) -> str:
        """Keep an act of somebody: when this returns, a power cut does not lose it. The name of its file.

        Raises:
            Invalid: It cannot be written; nothing is kept; or the passphrase that is to seal the outbox from now on is.
            Refused: Nobody could open it.
        """
        private_files.folder(self.folder)
        seal = self._seal()
        said: dict[str, Any] = {"act": act, "content": as_typed(content), "written_at": written_at}
        head = {"relay_outbox": FORMAT, "programme_id": programme_id, "device_id": "", "place": "", "by": by}
        lines = (head, {**said, "again": True} if again else said)
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        id_ = next((str(value) for name, value in content.items() if name.endswith("_id")), act)
        stem = "".join(letter if letter.isalnum() else "-" for letter in f"{written_at}-{act}-{id_}")
        path = self.folder / f"{stem}{_ENDING}{seal.ending}"
        with private_files.create(path) as file:
            file.write(seal.close(text.encode()))
        self._sync()
        return path.name

    def acts(self) -> Iterator[KeptAct]:
        """What is kept, the earliest first; what another process has sent meanwhile is left out.

        Raises:
            Invalid: It is sealed, and no passphrase is set; or the passphrase is another.
            Refused: Its key is not there any more.
        """
        seal: Seal | None = None
        for path in self._files():
            if path.suffix == ENDING and seal is None:
                seal = self._opening()
            found = read(path, seal or OPEN)
            if path.exists():
                yield from found

    def drop(self, name: str) -> None:
        """Keep an act no longer, since it was recorded or somebody dropped it.

        Raises:
            NothingKept: Nothing is called so.
        """
        if name not in {path.name for path in self._files()}:
            raise NothingKept(name=name)
        (self.folder / name).unlink()
        self._sync()

    def _files(self) -> list[Path]:
        found = (*self.folder.glob(f"*{_ENDING}"), *self.folder.glob(f"*{_ENDING}{ENDING}"))
        return sorted(path for path in found if not path.name.startswith("."))

    def _seal(self) -> Seal:
        """With what is sealed from now on; the key is made when a passphrase is first set, and by one process alone."""
        public, secret = self.folder / _PUBLIC, self.folder / _SECRET
        if not public.exists():
            if not self.passphrase:
                return OPEN
            if len(self.passphrase) < LEAST_PASSWORD:
                raise refused(PASSPHRASE_TOO_SHORT)
            private_files.create_or_read(secret, Seal(passphrase=self.passphrase).close(new_secret_key().encode()))
            private_files.create_or_read(public, public_key_of(self._opening().secret_key).encode())
        if not secret.exists():
            raise refused(KEY_GONE, path=secret)
        return Seal(public_key=public.read_text(encoding="ascii").strip())

    def _opening(self) -> Seal:
        if not self.passphrase:
            raise refused(NO_PASSPHRASE)
        secret = self.folder / _SECRET
        if not secret.exists():
            raise refused(KEY_GONE, path=secret)
        return Seal(secret_key=Seal(passphrase=self.passphrase).open(secret.read_bytes()).decode())

    def _sync(self) -> None:
        """Let the disk know the folder too: else a power cut loses the name of a file that is whole."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path: Path, seal: Seal = OPEN) -> list[KeptAct]:
    """The acts of a file, in its order; what cannot be read stands in its place, with its fault."""
    try:
        if path.stat().st_size > LARGEST:
            raise NotAnOutbox(path=path, line=1)
        lines = [line for line in seal.open(path.read_bytes()).decode().split("\n") if line.strip()]
        head = _object(path, 1, lines[0] if lines else "")
        if head.get("relay_outbox") != FORMAT or not isinstance(head.get("programme_id"), str):
            raise NotAnOutbox(path=path, line=1)
    except (OSError, UnicodeDecodeError):
        return [KeptAct(name=path.name, fault=NotAnOutbox(path=path, line=1))]
    except RelayError as error:
        return [KeptAct(name=path.name, fault=error)]
    return [_act(path, number, head, line) for number, line in enumerate(lines[1:], 2)]


def _act(path: Path, number: int, head: Mapping[str, Any], line: str) -> KeptAct:
    try:
        return _kept(path, number, head, _object(path, number, line))
    except NotAnOutbox as error:
        return KeptAct(name=path.name, fault=error)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    """What a line says.

    Raises:
        NotAnOutbox: It is no object of plain values.
    """
    try:
        said = plain_json.read(line)
    except (ValueError, NotPlain) as error:
        raise NotAnOutbox(path=path, line=number) from error
    if not isinstance(said, dict):
        raise NotAnOutbox(path=path, line=number)
    return said


def _kept(path: Path, number: int, head: Mapping[str, Any], sent: Mapping[str, Any]) -> KeptAct:
    """One act.

    Raises:
        NotAnOutbox: It is none.
    """
    said = _object(path, number, str(sent["sealed"])) if "sealed" in sent else sent
    act, content, written_at = said.get("act"), said.get("content"), said.get("written_at") or ""
    if not isinstance(act, str) or not isinstance(content, dict) or (written_at and not is_instant(written_at)):
        raise NotAnOutbox(path=path, line=number)
    return KeptAct(
        name=path.name,
        programme_id=head["programme_id"],
        device_id=str(head.get("device_id") or ""),
        by=str(head.get("by") or ""),
        act=act,
        content=content,
        written_at=str(written_at),
        again=said.get("again") is True,
        sent=sent,
    )
