"""Instants as the ledger writes them, and as the clocks of a time zone show them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from relay.errors import Invalid
from relay.text import Sentence

CLOCKS_DAYS: Final = 1
"""By which the clocks of two machines may differ, or an import may take (our choice)."""

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def instant(at: datetime) -> str:
    """A UTC instant as entries write it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_instant(written: object) -> bool:
    """Whether something is a UTC instant as `instant` writes it."""
    if not isinstance(written, str) or not _INSTANT.fullmatch(written):
        return False
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def zone(name: str) -> ZoneInfo:
    """The time zone of that name.

    Raises:
        Invalid: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = Sentence("There is no time zone %(name)s.", name=name)
        raise Invalid(
            reason=message, advice=Sentence("Write, for example, Africa/Kigali."), field="timezone"
        ) from error


def local_time(at: str, timezone: str) -> str:
    """A UTC instant as people read it: by the clock of a time zone, and how far that is from UTC.

    Raises:
        Invalid: There is no such zone.

    >>> local_time("2026-11-24T22:28:19Z", "Africa/Kigali")
    '2026-11-25 00:28:19 +02:00'
    >>> local_time("2026-11-24T22:28:19Z", "UTC")
    '2026-11-24 22:28:19 UTC'
    """
    there = datetime.fromisoformat(at).astimezone(zone(timezone)).isoformat(" ", "seconds")
    clock, offset = there[:19], there[19:]
    return f"{clock} UTC" if offset == "+00:00" else f"{clock} {offset}"
