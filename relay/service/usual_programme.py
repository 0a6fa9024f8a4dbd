"""The programme that a person works in: chosen once, kept for each database and service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay import private_files

if TYPE_CHECKING:
    from pathlib import Path

    from relay.settings import Settings


def chosen(settings: Settings) -> str | None:
    """The programme that was chosen for the database or service of these settings; None when none was."""
    return private_files.kept_words(_file(settings)).get(_where(settings))


def choose(settings: Settings, programme_id: str) -> Path:
    """Keep a programme as the usual one of this database or service. The file it lies in.

    Raises:
        Invalid: It cannot be kept there.
    """
    path = _file(settings)
    private_files.keep_word(path, _where(settings), programme_id)
    return path


def _file(settings: Settings) -> Path:
    return settings.config_folder / "programmes.json"


def _where(settings: Settings) -> str:
    """What tells one database or service from another; no password is in it."""
    if settings.url:
        return settings.url.rstrip("/")
    return f"{settings.neo4j.uri} {settings.neo4j.database}" if settings.neo4j else str(settings.data_folder)
