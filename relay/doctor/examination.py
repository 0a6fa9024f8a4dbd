"""The whole examination: the data folder from outside, then every file of its database, then the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from relay.access import access_log
from relay.access.access_log import LogUnreadable
from relay.cached import uploads
from relay.database import engine
from relay.database.driver_errors import TooBusy, Unreachable
from relay.doctor import data_folder, record
from relay.doctor.finding import Trouble, fault, note, of_damage, of_error
from relay.errors import RelayError
from relay.graph import Graph

_NO_DATABASE: Final = frozenset({"nothing_there", "not_a_folder", "engine_out_of_reach", "database_damaged"})


def examine(folder: Path, now: datetime, opened: Callable[[], Graph], *, embedded: bool) -> tuple[Trouble, ...]:
    """All that is wrong, the data folder first; empty when nothing is.

    Args:
        folder: The data folder.
        now: By this machine's clock, with its zone.
        opened: Opens the database, and starts the embedded one where it does not run.
        embedded: Whether the embedded database of that folder is used.
    """
    found = [*look(folder, now, None, embedded=embedded)]
    codes = {each.code for each in found}
    if embedded and codes & _NO_DATABASE:
        return tuple(found)
    try:
        graph = opened()
        if embedded:
            engine.check(folder)
        found += record.findings(graph, folder, now)
    except engine.DatabaseDamaged as error:
        if error.code not in codes:
            found.append(of_damage(error, folder))
    except RelayError as error:
        if error.code not in codes:
            found.append(_of_database(error, folder) if embedded else of_error(error, "database"))
    except OSError as error:
        if not codes:
            advice = "Put right what is said above, or name another folder by RELAY_DATA."
            found.append(fault("cannot_be_used", folder, f"It cannot be used: {error.strerror}.", advice))
    return tuple(found)


def _of_database(error: RelayError, folder: Path) -> Trouble:
    if isinstance(error, (Unreachable, TooBusy)):
        advice = "End the engine; the next command starts it afresh: `relay engine stop`"
        return fault(error.code, folder, str(error.reason), advice)
    return of_error(error, folder)


def look(folder: Path, now: datetime, graph: Graph | None, *, embedded: bool) -> tuple[Trouble, ...]:
    """What is soon seen: the same without the check of every file, and of the record where its database is open.

    Raises:
        Unavailable: The database cannot be reached.
    """
    seen = data_folder.findings(folder, embedded=embedded)
    if folder.is_dir():
        seen += (*_access_log(folder), *_uploads(folder))
    return (*seen, *record.findings(graph, folder, now)) if graph else seen


def _uploads(folder: Path) -> Iterator[Trouble]:
    """Delete uploaded registers that nobody used for a day, as a running service does."""
    if many := uploads.delete_old(folder):
        what = f"{many} uploaded registers, which hold names, had not been used for a day."
        yield note("uploads_deleted", folder / uploads.FOLDER, what, "They were deleted.")


def _access_log(folder: Path) -> Iterator[Trouble]:
    try:
        torn = access_log.unreadable(folder)
    except LogUnreadable as error:
        aside = f"{error.path}.unreadable"
        advice = f"Move it aside, so that a new one begins: `mv {error.path} {aside}`. Auditors should know of it."
        yield fault(error.code, error.path, str(error.reason), advice)
    else:
        if torn:
            what = f"{torn} lines of the access log cannot be read: torn off when the power failed, or altered."
            yield note(
                "access_log_torn", folder / access_log.FOLDER, what, "Nothing brings them back. Auditors should know."
            )
