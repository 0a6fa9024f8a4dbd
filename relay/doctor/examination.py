"""The whole examination: the data folder from outside, then every file of its database, then the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from relay.cached import uploads
from relay.database import embedded_server
from relay.database.driver_errors import TooBusy, Unreachable
from relay.doctor import data_folder_checks, record_checks
from relay.doctor.trouble import Trouble, fault, note, trouble_of_damage, trouble_of_error
from relay.errors import RelayError
from relay.graph import Graph

_NO_DATABASE: Final = frozenset({"nothing_there", "not_a_folder", "engine_out_of_reach", "database_damaged"})


def examine(folder: Path, now: datetime, opened: Callable[[], Graph], *, embedded: bool) -> tuple[Trouble, ...]:
    """Look at the data folder, at every file of its database, and at the record.

    Args:
        folder: The data folder.
        now: The instant by this machine's clock, with its zone.
        opened: Opens the database, and starts the embedded one if it does not run.
        embedded: Whether the embedded database of that folder is used.

    Returns:
        All that is wrong, the data folder first; empty when nothing is.
    """
    troubles = [*examine_quickly(folder, now, None, embedded=embedded)]
    codes = {each.code for each in troubles}
    if embedded and codes & _NO_DATABASE:
        return tuple(troubles)
    try:
        graph = opened()
        if embedded:
            embedded_server.check(folder)
        troubles += record_checks.troubles_of_record(graph, folder, now)
        troubles += record_checks.troubles_of_access_log(graph, now)
    except embedded_server.DatabaseDamaged as error:
        if error.code not in codes:
            troubles.append(trouble_of_damage(error, folder))
    except RelayError as error:
        if error.code not in codes:
            troubles.append(_database_trouble(error, folder) if embedded else trouble_of_error(error, "database"))
    except OSError as error:
        if not codes:
            advice = "Put right what is said above, or name another folder by RELAY_DATA."
            troubles.append(fault("cannot_be_used", folder, f"It cannot be used: {error.strerror}.", advice))
    return tuple(troubles)


def _database_trouble(error: RelayError, folder: Path) -> Trouble:
    if isinstance(error, (Unreachable, TooBusy)):
        advice = "End the engine; the next command starts it afresh: `relay engine stop`"
        return fault(error.code, folder, str(error.reason), advice)
    return trouble_of_error(error, folder)


def examine_quickly(folder: Path, now: datetime, graph: Graph | None, *, embedded: bool) -> tuple[Trouble, ...]:
    """The same without every file of the database and every line of the access log.

    The record is looked at only if `graph` is given.

    Raises:
        Unavailable: The database cannot be reached.
    """
    troubles = data_folder_checks.troubles_of_folder(folder, embedded=embedded)
    if folder.is_dir():
        troubles += tuple(_delete_old_uploads(folder))
    return (*troubles, *record_checks.troubles_of_record(graph, folder, now)) if graph else troubles


def _delete_old_uploads(folder: Path) -> Iterator[Trouble]:
    """Delete uploaded registers that nobody used for a day, as a running service does."""
    if many := uploads.delete_old(folder):
        what = f"{many} uploaded registers, which hold names, had not been used for a day."
        yield note("uploads_deleted", folder / uploads.FOLDER, what, "They were deleted.")
