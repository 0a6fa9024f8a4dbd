"""Files for their owner only, which appear whole or not at all: backups, exports, keys, saved tokens."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from relay.errors import Failure, Invalid, refused
from relay.text import any_of

_KEY_BYTES: Final = 32

NOT_WRITTEN: Final = Failure(
    Invalid,
    "not_written",
    "%(path)s cannot be written: %(strerror)s.",
    advice="Name another place.",
)


class NoFile(Invalid):
    """A path is that of a folder, or of something else that is no file."""

    reason = "%(path)s is not a file name."
    advice = "Name another place."

    path: Path


class IsAFolder(NoFile):
    """A path is that of a folder."""

    reason = "%(path)s is a folder."
    advice = "Name a file in it."


class WrongEnding(Invalid):
    """A file's name does not end as its format does, so that it might be taken for another file altogether."""

    reason = "%(path)s does not end in %(endings)s."
    advice = "Name it %(stem)s%(ending)s."

    path: Path
    ending: str
    endings: str

    @property
    def stem(self) -> str:
        """Its name without the ending that it has."""
        return self.path.stem


class ThereAlready(Invalid):
    """A file is there already, which may be the only proof of something."""

    reason = "%(path)s already exists and was left as it is."
    advice = "Name another file."

    path: Path


def require_ending(path: Path, *endings: str) -> None:
    """Let a file be named as what is written into it, in letters of either case.

    Raises:
        WrongEnding: It ends otherwise.
    """
    if path.suffix.lower() not in endings:
        raise WrongEnding(path=path, ending=endings[0], endings=any_of(endings))


@contextmanager
def replace(path: Path) -> Generator[BinaryIO]:
    """Write a file and put it in place at the end, synced to disk.

    Args:
        path: Of the file; one that is there is replaced.

    Yields:
        The file, beside its later place; what is written to it can be read back.

    Raises:
        NoFile: Something that is no file is there.
        Invalid: It cannot be written there.
    """
    with _beside(path) as (file, beside):
        yield file
        _sync(file)
        beside.replace(path)


@contextmanager
def create(path: Path) -> Generator[BinaryIO]:
    """Write a file that is not there yet, as `replace` does.

    Raises:
        ThereAlready: Something is there, or was put there meanwhile.
        NoFile, Invalid: It cannot be written there.
    """
    with _beside(path) as (file, beside):
        if os.path.lexists(path):
            raise ThereAlready(path=path)
        yield file
        _sync(file)
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            raise ThereAlready(path=path) from None
        except OSError:  # a disk that knows no links, such as a stick's
            if os.path.lexists(path):
                raise ThereAlready(path=path) from None
            beside.replace(path)


def random_key(path: Path) -> bytes:
    """A key of 32 random bytes, made once and readable by the owner of its folder alone.

    Raises:
        NoFile, Invalid: It cannot be written there.
    """
    if path.exists() and path.stat().st_size != _KEY_BYTES:
        path.unlink()  # what a disk left of it when it was full, or after a power cut
    return path.read_bytes() if path.exists() else create_or_read(path, secrets.token_bytes(_KEY_BYTES))


def create_or_read(path: Path, content: bytes) -> bytes:
    """Keep a secret that is made once: of several made at the same time the first one stays, and nobody reads half.

    Args:
        path: Of its file; its folder is made when it is not there.
        content: What is kept when nothing is there yet.

    Returns:
        What the file contains now.

    Raises:
        NoFile, Invalid: It cannot be written there.
    """
    folder(path.parent)
    with _beside(path) as (file, beside):
        file.write(content)
        _sync(file)
        with suppress(FileExistsError):
            path.hardlink_to(beside)
        return path.read_bytes()


@contextmanager
def _beside(path: Path) -> Generator[tuple[BinaryIO, Path]]:
    """A new file next to the place of one, and where; removed at the end unless it was moved."""
    try:
        if not path.name or (path.exists() and not path.is_file()):
            raise (IsAFolder if path.is_dir() else NoFile)(path=path)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
                yield file, beside
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise refused(NOT_WRITTEN, path=path, strerror=error.strerror) from error


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def folder(path: Path) -> Path:
    """A folder for its owner only, made when it is not there, with those around it.

    Raises:
        Invalid: It cannot be made there.
    """
    try:
        for each in (*reversed(path.parents), path):
            if not each.is_dir():
                each.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise refused(NOT_WRITTEN, path=path, strerror=error.strerror) from error
    return path


def kept_words(path: Path) -> Mapping[str, str]:
    """The words that a file keeps by name; empty when it is not there, or holds something else."""
    try:
        kept: object = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    words = {str(name): word for name, word in kept.items() if isinstance(word, str)}
    return words if len(words) == len(kept) else {}


def keep_word(path: Path, name: str, word: str | None) -> None:
    """Keep a word by its name in a file beside others; None forgets it.

    Raises:
        NoFile, Invalid: It cannot be kept there.
    """
    folder(path.parent)
    kept = {**kept_words(path), name: word}
    with replace(path) as file:
        file.write(json.dumps({each: known for each, known in kept.items() if known is not None}).encode())
