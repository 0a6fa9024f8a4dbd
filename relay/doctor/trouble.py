"""One trouble that the doctor reports: what is wrong, where, and how to put it right."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relay.backup.backup_status import noted_here

if TYPE_CHECKING:
    from pathlib import Path

    from relay.database.embedded_server import DatabaseDamaged
    from relay.errors import RelayError

Severity = Literal["fault", "note"]
"""A fault keeps Relay from working, or endangers the record; a note is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong.

    Attributes:
        code: Its name for programs.
        severity: "fault" or "note".
        where: The file or folder, or the id of the programme.
        what: What is wrong, in a sentence.
        advice: How to put it right; a command to type stands in backticks.
    """

    code: str
    severity: Severity
    where: str
    what: str
    advice: str


def fault(code: str, where: object, what: str, advice: str) -> Trouble:
    """A trouble that keeps Relay from working, or endangers the record."""
    return Trouble(code=code, severity="fault", where=str(where), what=what, advice=advice)


def note(code: str, where: object, what: str, advice: str) -> Trouble:
    """A trouble that is worth knowing."""
    return Trouble(code=code, severity="note", where=str(where), what=what, advice=advice)


def trouble_of_error(error: RelayError, where: object) -> Trouble:
    """The trouble of an error that Relay raised."""
    advice = f"{error.advice}: `{error.command}`" if error.command else str(error.advice)
    return fault(error.code, where, str(error.reason), advice)


def trouble_of_damage(error: DatabaseDamaged, folder: Path) -> Trouble:
    """The trouble of damaged database files; its advice names the last backup that was made here."""
    last = noted_here(folder)
    if last is None:
        return trouble_of_error(error, folder)
    restored, file = (shlex.quote(str(path)) for path in (folder.with_name(f"{folder.name}.restored"), last.file))
    advice = (
        f"Restore the last backup ({last.at}) into a new folder: `RELAY_DATA={restored} relay restore {file}`."
        " From then on, name that folder by RELAY_DATA."
    )
    return fault(error.code, folder, str(error.reason), advice)
