"""Backups as files: written and read back, encrypted, rotated, and tested.

A backup replaces the last one only after it has been read back; older ones are deleted only after that.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from relay import private_files
from relay.backup.encryption import ENOUGH_TO_TELL, OPEN, Seal, needs_to_open
from relay.backup.replay import BEGINNING, KeptLedger, backup, check, restore
from relay.database import engine
from relay.domain.entries import Fault
from relay.domain.system import Catalogue
from relay.errors import Failure, Invalid, refused
from relay.graph import Graph, connect
from relay.ledger.batch import Clerk
from relay.ledger.verify import verify

_DATED: Final = re.compile(r"relay-\d{4}-\d\d-\d\dT\d{6}Z\.jsonl(\.age)?")


def keep(graph: Graph, path: Path, seal: Seal = OPEN) -> tuple[KeptLedger, ...]:
    """Write a backup of all programmes; it takes its place only when it was read back and can be believed.

    Args:
        graph: Where from.
        path: Of the file; a backup that is there is replaced at the end.
        seal: With what it is sealed. What is sealed passes through memory, and is checked before it is sealed.

    Returns:
        What it holds.

    Raises:
        Refused: It is not sealed, and some of it is secret to a role.
        Invalid: The ledger cannot be believed, or the file cannot be written, or is there and no backup; what was
            there stays.
        Unavailable: The database cannot be reached; what was there stays.
    """
    if _is_something_else(path):
        raise private_files.ThereAlready(path=path)
    lines = (f"{line}\n".encode() for line in backup(graph, sealed=bool(seal.ending)))
    with private_files.replace(path) as file:
        if not seal.ending:
            file.writelines(lines)
            file.seek(0)
            return check(lines_of(file), graph.catalogue)
        content = b"".join(lines)
        kept, sealed = check(lines_of(io.BytesIO(content)), graph.catalogue), seal.close(content)
        file.write(sealed)
        file.seek(0)
        if file.read() != sealed:
            raise refused(READ_BACK_OTHERWISE, path=path)
        return kept


def _is_something_else(path: Path) -> bool:
    """Whether a file is there that no open backup may replace: with content, and not that of one.

    What is sealed nobody can tell from what others sealed, unless its name is that of a dated backup.

    Raises:
        Invalid: It cannot be looked at.
    """
    try:
        if not path.is_file() or _DATED.fullmatch(path.name):
            return False
        with path.open("rb") as file:
            beginning = file.read(len(BEGINNING))
    except OSError as error:
        raise refused(private_files.NOT_WRITTEN, path=path, strerror=error.strerror) from error
    return beginning not in (b"", BEGINNING)


def lines_of(file: BinaryIO, seal: Seal = OPEN) -> Iterator[str]:
    """The lines of a backup, sealed or not; what is not UTF-8 comes as a mark, and is refused later.

    Raises:
        Invalid: It does not open with this seal.
    """
    for line in _opened(file, seal):
        yield line.decode(errors="replace")


def _opened(file: BinaryIO, seal: Seal) -> BinaryIO:
    beginning = file.read(ENOUGH_TO_TELL)
    file.seek(0)
    return io.BytesIO(seal.open(file.read())) if needs_to_open(beginning) else file


def restore_file(graph: Graph, file: BinaryIO, seal: Seal, clerk: Clerk) -> tuple[KeptLedger, ...]:
    """Restore a backup that was first read through to its end: of one that was altered or cut, nothing is written.

    The arguments, and what is returned and raised, are those of `restore` and `lines_of`.
    """
    opened = _opened(file, seal)
    check(lines_of(opened), graph.catalogue)
    opened.seek(0)
    return restore(graph, lines_of(opened), clerk)


READ_BACK_OTHERWISE: Final = Failure(
    Invalid,
    "read_back_otherwise",
    "%(path)s does not read back as it was written.",
    advice="Use another disk.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """How a programme of a backup came out of a drill.

    Attributes:
        programme_id: Of the programme.
        entries: That were brought back.
        head_hash: Of the last.
        ok: Whether nothing is wrong.
        faults: What verifying found.
    """

    programme_id: str
    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]


def drill(lines: Iterable[str], clerk: Clerk, catalogue: Catalogue) -> tuple[Drilled, ...]:
    """Restore a backup into an embedded database made for the purpose, verify it, and throw it away.

    Args:
        lines: Of the backup.
        clerk: As in `restore`.
        catalogue: Of the kinds of acts.

    Returns:
        How each programme came out, in the order of the backup.

    Raises:
        Invalid: The file is not a backup, or was altered or cut.
        Unavailable: The database did not start.
    """
    with tempfile.TemporaryDirectory(prefix="relay-drill-") as scratch:
        data_folder = Path(scratch) / "data"
        try:
            with connect(engine.ensure(data_folder), catalogue) as graph:
                kept = restore(graph, lines, clerk)
                return tuple(_drilled(graph, each) for each in kept)
        finally:
            engine.stop(data_folder)


def _drilled(graph: Graph, kept: KeptLedger) -> Drilled:
    found = verify(graph, kept.programme_id, noted=kept.head_hash)
    return Drilled(
        programme_id=kept.programme_id,
        entries=found.entries,
        head_hash=found.head_hash,
        ok=found.ok,
        faults=found.faults,
    )


def own_folder(data_folder: Path) -> Path:
    """The folder of a machine's own backups."""
    return data_folder / "backups"


def dated(folder: Path, at: datetime, seal: Seal = OPEN) -> Path:
    """Where in a folder a backup of an instant belongs, such as relay-2026-11-24T222819Z.jsonl.

    Args:
        folder: Is made for its owner only, when it is not there.
        at: The instant.
        seal: With what it is sealed.

    Raises:
        Invalid: The folder cannot be made.
    """
    return private_files.folder(folder) / f"relay-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.jsonl{seal.ending}"


def made_at(path: Path) -> str:
    """When a dated backup was made, by its name, as `clock.instant` writes it."""
    day, _, at = path.name.removeprefix("relay-").partition("T")
    return f"{day}T{at[:2]}:{at[2:4]}:{at[4:6]}Z"


def rotate(written: Path, newest: int) -> tuple[Path, ...]:
    """Delete all but the newest backups beside one that was just written, which stays; other files stay too.

    Args:
        written: The backup, `dated`; the clock may have gone back since those beside it were written.
        newest: How many stay, it among them; at least 1.

    Returns:
        What was deleted, oldest first by the instant in the names.
    """
    others = sorted(path for path in written.parent.iterdir() if _DATED.fullmatch(path.name) and path != written)
    deleted = tuple(others[: max(len(others) - newest + 1, 0)])
    for path in deleted:
        path.unlink()
    return deleted
