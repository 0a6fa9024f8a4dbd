"""What the doctor finds: what is wrong, where, and what puts it right."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from relay.backup.status import last_backup

if TYPE_CHECKING:
    from pathlib import Path

    from relay.database.engine import DatabaseDamaged
    from relay.errors import RelayError

Severity = Literal["fault", "note"]
"""A fault keeps Relay from working, or endangers the record; a note is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that the doctor found.

    Attributes:
        code: What programs call it.
        severity: "fault" or "note".
        where: The file or folder, or the id of the programme.
        what: What is wrong, in a sentence.
        advice: What puts it right, with the command to type where there is one.
    """

    code: str
    severity: Severity
    where: str
    what: str
    advice: str


def fault(code: str, where: object, what: str, advice: str) -> Trouble:
    """Something that keeps Relay from working, or endangers the record."""
    return Trouble(code=code, severity="fault", where=str(where), what=what, advice=advice)


def note(code: str, where: object, what: str, advice: str) -> Trouble:
    """Something that is worth knowing."""
    return Trouble(code=code, severity="note", where=str(where), what=what, advice=advice)


def of_error(error: RelayError, where: object) -> Trouble:
    """The fault that Relay itself ran into; the command that helps stands in backticks, as everywhere here."""
    advice = f"{error.advice}: `{error.command}`" if error.command else str(error.advice)
    return fault(error.code, where, str(error.reason), advice)


def of_damage(error: DatabaseDamaged, folder: Path) -> Trouble:
    """Database files that are not what the engine wrote; the last backup that was made here is named."""
    last = last_backup(folder)
    if last is None:
        return of_error(error, folder)
    restored, file = (shlex.quote(str(path)) for path in (folder.with_name(f"{folder.name}.restored"), last.file))
    advice = (
        f"Restore the last backup ({last.at}) into a new folder: `RELAY_DATA={restored} relay restore {file}`."
        " From then on, name that folder by RELAY_DATA."
    )
    return fault(error.code, folder, str(error.reason), advice)
