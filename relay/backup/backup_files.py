"""Backup files: written and read back, encrypted, restored, tested in a drill, and deleted when they are old.

A new backup replaces an earlier file only after it has been read back; older files are deleted only after that.
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
from relay.backup.encryption import HEADER_BYTES, UNENCRYPTED, Encryption, needed_to_decrypt
from relay.backup.ledger_backup import BEGINNING, LedgerInBackup, backup_lines, check_backup, restore
from relay.database import embedded_server
from relay.domain.entries import Fault
from relay.domain.system import Catalogue
from relay.errors import Failure, Invalid, refused
from relay.graph import Graph, connect
from relay.ledger.batch import Clerk
from relay.ledger.verify import verify

_DATED: Final = re.compile(r"relay-\d{4}-\d\d-\d\dT\d{6}Z\.jsonl(\.age)?")


def write_backup(graph: Graph, path: Path, encryption: Encryption = UNENCRYPTED) -> tuple[LedgerInBackup, ...]:
    """Write a backup of all programmes, read it back, check it, and only then put it in its place.

    Args:
        graph: The database to back up.
        path: The file; a backup that is there is replaced at the end.
        encryption: How it is encrypted. An encrypted backup is held in memory, and checked before it is encrypted.

    Returns:
        The ledgers in the backup.

    Raises:
        Refused: It is not encrypted, and some of it is secret to a role.
        Invalid: A ledger fails the check; or the file cannot be written, or exists and is no backup. An existing file
            stays as it was.
        Unavailable: The database cannot be reached. An existing file stays as it was.
    """
    if _is_not_a_backup(path):
        raise private_files.ThereAlready(path=path)
    lines = (f"{line}\n".encode() for line in backup_lines(graph, encrypted=bool(encryption.ending)))
    with private_files.replace(path) as file:
        if not encryption.ending:
            file.writelines(lines)
            file.seek(0)
            return check_backup(lines_of(file), graph.catalogue)
        content = b"".join(lines)
        ledgers, encrypted = check_backup(lines_of(io.BytesIO(content)), graph.catalogue), encryption.encrypt(content)
        file.write(encrypted)
        file.seek(0)
        if file.read() != encrypted:
            raise refused(READ_BACK_OTHERWISE, path=path)
        return ledgers


def _is_not_a_backup(path: Path) -> bool:
    """Whether a file exists that is neither empty nor a backup, and so must not be replaced.

    An encrypted file counts as a backup only if its name is that of a dated one.

    Raises:
        Invalid: The file cannot be read.
    """
    try:
        if not path.is_file() or _DATED.fullmatch(path.name):
            return False
        with path.open("rb") as file:
            beginning = file.read(len(BEGINNING))
    except OSError as error:
        raise refused(private_files.NOT_WRITTEN, path=path, strerror=error.strerror) from error
    return beginning not in (b"", BEGINNING)


def lines_of(file: BinaryIO, encryption: Encryption = UNENCRYPTED) -> Iterator[str]:
    """The lines of a backup, encrypted or not. Bytes that are not UTF-8 become U+FFFD, which later checks refuse.

    Raises:
        Invalid: It cannot be decrypted with this passphrase or key.
    """
    for line in _decrypted(file, encryption):
        yield line.decode(errors="replace")


def _decrypted(file: BinaryIO, encryption: Encryption) -> BinaryIO:
    beginning = file.read(HEADER_BYTES)
    file.seek(0)
    return io.BytesIO(encryption.decrypt(file.read())) if needed_to_decrypt(beginning) else file


def restore_file(graph: Graph, file: BinaryIO, encryption: Encryption, clerk: Clerk) -> tuple[LedgerInBackup, ...]:
    """Check a whole backup and then restore it: nothing is written of one that was altered or cut.

    Arguments, result and errors are those of `restore` and `lines_of`.
    """
    decrypted = _decrypted(file, encryption)
    check_backup(lines_of(decrypted), graph.catalogue)
    decrypted.seek(0)
    return restore(graph, lines_of(decrypted), clerk)


READ_BACK_OTHERWISE: Final = Failure(
    Invalid,
    "read_back_otherwise",
    "%(path)s does not read back as it was written.",
    advice="Use another disk.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """The result of a drill for one programme of a backup.

    Attributes:
        programme_id: The programme.
        entries: How many entries were restored.
        head_hash: The hash of the last entry.
        ok: Whether nothing is wrong.
        faults: What is wrong.
    """

    programme_id: str
    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]


def drill(lines: Iterable[str], clerk: Clerk, catalogue: Catalogue) -> tuple[DrillResult, ...]:
    """Restore a backup into a temporary embedded database, verify it there, and delete that database.

    Args:
        lines: The lines of the backup.
        clerk: As in `restore`.
        catalogue: The kinds of acts.

    Returns:
        One result for each programme, in the order of the backup.

    Raises:
        Invalid: The file is not a backup, or was altered or cut.
        Unavailable: The temporary database did not start.
    """
    with tempfile.TemporaryDirectory(prefix="relay-drill-") as scratch:
        data_folder = Path(scratch) / "data"
        try:
            with connect(embedded_server.ensure(data_folder), catalogue) as graph:
                ledgers = restore(graph, lines, clerk)
                return tuple(_drill_result(graph, each) for each in ledgers)
        finally:
            embedded_server.stop(data_folder)


def _drill_result(graph: Graph, ledger: LedgerInBackup) -> DrillResult:
    verification = verify(graph, ledger.programme_id, noted=ledger.head_hash)
    return DrillResult(
        programme_id=ledger.programme_id,
        entries=verification.entries,
        head_hash=verification.head_hash,
        ok=verification.ok,
        faults=verification.faults,
    )


def own_folder(data_folder: Path) -> Path:
    """The folder for backups within a data folder."""
    return data_folder / "backups"


def dated_path(folder: Path, at: datetime, encryption: Encryption = UNENCRYPTED) -> Path:
    """The path of a backup named after an instant, such as relay-2026-11-24T222819Z.jsonl.

    Args:
        folder: The folder; if it does not exist, it is made, for its owner only.
        at: The instant.
        encryption: How the backup is encrypted; it decides the ending of the name.

    Raises:
        Invalid: The folder cannot be made.
    """
    return private_files.folder(folder) / f"relay-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.jsonl{encryption.ending}"


def made_at(path: Path) -> str:
    """The instant in the name of a dated backup, as `instants.instant` writes it."""
    day, _, at = path.name.removeprefix("relay-").partition("T")
    return f"{day}T{at[:2]}:{at[2:4]}:{at[4:6]}Z"


def delete_older(written: Path, newest: int) -> tuple[Path, ...]:
    """Delete the oldest dated backups in a folder. The one just written and all other files stay.

    Args:
        written: The backup just written, named by `dated_path`. It stays even if the clock has gone back since others
            were written.
        newest: How many backups stay, this one included; at least 1.

    Returns:
        The deleted files, oldest first by the instant in their names.
    """
    others = sorted(path for path in written.parent.iterdir() if _DATED.fullmatch(path.name) and path != written)
    deleted = tuple(others[: max(len(others) - newest + 1, 0)])
    for path in deleted:
        path.unlink()
    return deleted
