"""Plain values kept on disk as JSON, such as dataclasses; a file that does not fit their type counts as not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from relay.kept import files

if TYPE_CHECKING:
    from pathlib import Path

_Values = TypeVar("_Values")


def keep(folder: Path, programme_id: str, ending: str, values: object) -> None:
    """Keep values of a programme, where they can be written and leave the database enough room."""
    files.keep(folder, programme_id, ending, msgspec.json.encode(values))


def kept(folder: Path, programme_id: str, ending: str, type_: type[_Values]) -> _Values | None:
    """What is kept of a programme; None when there is none that can be read."""
    body = files.kept(folder, programme_id, ending)
    try:
        return msgspec.json.decode(body, type=type_) if body else None
    except msgspec.DecodeError:
        return None
