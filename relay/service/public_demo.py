"""The public demonstration: three accounts that everybody knows, in a record that begins anew each night.

It has a data folder of its own, which is deleted when it begins. Its days are those of the seeds: three o'clock of last
night, by the clock of the made programmes, is three o'clock of their last day, on which most is neither overdue nor
finished.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from relay.access import accounts
from relay.access.roles import Grant
from relay.countries.country import country_of
from relay.database import embedded_server
from relay.domain.schema import Role
from relay.instants import zone
from relay.ledger.batch import Clerk
from relay.service.demo import DAY, DEMO, VILLAGES, load_demo, load_villages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relay.graph import Graph

FOLDER: Final = "public-demonstration"
PASSWORD: Final = "two goats for the next"  # noqa: S105 - everybody may know it
LOGINS: Final[tuple[Role, ...]] = ("staff", "manager", "auditor")
"""An account for each of these roles, which is its login."""

UPLOADS_SECONDS: Final = 40 * 60.0
"""After which an uploaded file is deleted; with the time between two looks it is gone within the hour."""

_CLOCK: Final = country_of(None).timezone  # of the made programmes that it shows
_NIGHT: Final = time(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDemonstration:
    """What the pages of a public demonstration know.

    Attributes:
        shift: What its clock is ahead of the real one; negative if it is behind.
        logins: Of the accounts that it shows.
        password: Of each of them.
    """

    shift: timedelta
    logins: tuple[str, ...] = LOGINS
    password: str = PASSWORD

    def now(self) -> datetime:
        """The time by its clock."""
        return datetime.now(UTC) + self.shift


def last_night(now: datetime) -> datetime:
    """The last three o'clock where the made programmes work."""
    there = now.astimezone(zone(_CLOCK))
    night = datetime.combine(there.date(), _NIGHT, there.tzinfo)
    return night if night <= there else night - timedelta(days=1)


def seconds_until_night(now: datetime) -> float:
    """How long the record of this day is kept."""
    return (last_night(now) + timedelta(days=1) - now).total_seconds()


def demonstration_of(now: datetime) -> PublicDemonstration:
    """The demonstration that begins at a time."""
    return PublicDemonstration(shift=datetime.combine(DAY, _NIGHT, zone(_CLOCK)) - last_night(now))


def emptied(data_folder: Path) -> Path:
    """The folder of the demonstration, below a data folder, with nothing in it.

    Raises:
        Unavailable: Its engine does not stop.
    """
    folder = data_folder / FOLDER
    if folder.exists():
        embedded_server.stop(folder)
        shutil.rmtree(folder)
    return folder


def load(graph: Graph, random: Callable[[int], bytes]) -> None:
    """Load the seeds into an empty database, and make the accounts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    loaded_at = datetime.combine(DAY, time(1), zone(_CLOCK)).astimezone(UTC)
    clerk = Clerk(by="local:demonstration", now=loaded_at, random=random)
    load_demo(graph, clerk)
    load_villages(graph, clerk)
    for role in LOGINS:
        grants = [Grant(role=role, programme_id=each) for each in (DEMO, VILLAGES)]
        accounts.add(graph, role, grants, PASSWORD, loaded_at)
