"""Who is likely registered twice, kept on disk: of all that an auditor asks, comparing everybody takes longest.

What is kept belongs to the people as they were compared. As soon as anybody is registered, erased or said otherwise,
everybody is compared again, since each name tells the more the fewer bear it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from relay.cached import cache_files
from relay.domain.people.blocking import Found, alike
from relay.domain.people.likeness import Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

FORMAT: Final = 3
"""A file of another number was made by other rules of likeness."""

_ENDING: Final = "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PairsFile:
    """What a file holds: ids and bits, and a digest of who was compared; no name."""

    format: int
    people: str
    share: float
    found: Found


def pairs(registered: Mapping[str, Sequence[Any]], share: float, programme_id: str, folder: Path | None) -> Found:
    """`blocking.alike` of people, from what is kept where nothing about them changed.

    Args:
        registered: What is recorded of each by column: those of `likeness.COMPARED`, and her ward as "ward".
        share: The likelihood, above 0 and below 1.
        programme_id: Of their programme.
        folder: Where it is kept from one question to the next; None keeps nothing.
    """
    if folder is None:
        return _alike(registered, share)
    compared = hashlib.blake2b(msgspec.json.encode(registered)).hexdigest()
    known = _read(folder, programme_id)
    if known and (known.format, known.people, known.share) == (FORMAT, compared, share):
        return known.found
    found = _alike(registered, share)
    kept = _PairsFile(format=FORMAT, people=compared, share=share, found=found)
    cache_files.write(folder, programme_id, _ENDING, msgspec.json.encode(kept))
    return found


def _read(folder: Path, programme_id: str) -> _PairsFile | None:
    """What is kept of a programme; None when there is none that can be read."""
    body = cache_files.read(folder, programme_id, _ENDING)
    try:
        return msgspec.json.decode(body, type=_PairsFile) if body else None
    except msgspec.DecodeError:
        return None


def delete(folder: Path, programme_id: str) -> None:
    """Keep no pairs of a programme any longer."""
    cache_files.delete(folder, programme_id, _ENDING)


def _alike(registered: Mapping[str, Sequence[Any]], share: float) -> Found:
    rows = (dict(zip(registered, said, strict=True)) for said in zip(*registered.values(), strict=True))
    people = (Person.of(said, str(said["ward"] or "")) for said in rows)
    return alike([person for person in people if person], share)
