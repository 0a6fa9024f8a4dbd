"""Cached pairs of people who were likely registered twice; comparing everybody is the slowest part of an audit.

A cached result holds only for exactly the people who were compared. As soon as anybody is registered, erased or
corrected, everybody is compared again, because how much a shared name proves depends on how many people bear it.
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

    from relay.countries.telephone import Telephone

FORMAT: Final = 3
"""Version of the rules by which people are compared; files with another number are ignored."""

_ENDING: Final = "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PairsFile:
    """Content of a cache file: ids, bits, and a digest of the people compared; no names."""

    format: int
    people: str
    share: float
    found: Found


def pairs(
    registered: Mapping[str, Sequence[Any]],
    share: float,
    programme_id: str,
    folder: Path | None,
    telephone: Telephone,
) -> Found:
    """Pairs of people who are likely one person, as `blocking.alike` gives them; cached if the people have not changed.

    Args:
        registered: Column → its values, one for each person: the columns of `likeness.COMPARED`, and "ward".
        share: Least likelihood that two are one person; above 0 and below 1.
        programme_id: Id of their programme.
        folder: The cache folder; None caches nothing.
        telephone: How numbers are written in the programme's country.
    """
    if folder is None:
        return _alike(registered, share, telephone)
    compared = hashlib.blake2b(msgspec.json.encode((registered, telephone))).hexdigest()
    cached = _read(folder, programme_id)
    if cached and (cached.format, cached.people, cached.share) == (FORMAT, compared, share):
        return cached.found
    likely = _alike(registered, share, telephone)
    file = _PairsFile(format=FORMAT, people=compared, share=share, found=likely)
    cache_files.write(folder, programme_id, _ENDING, msgspec.json.encode(file))
    return likely


def _read(folder: Path, programme_id: str) -> _PairsFile | None:
    """The cached pairs of a programme; None if there are none that can be read."""
    body = cache_files.read(folder, programme_id, _ENDING)
    try:
        return msgspec.json.decode(body, type=_PairsFile) if body else None
    except msgspec.DecodeError:
        return None


def delete(folder: Path, programme_id: str) -> None:
    """Delete the cached pairs of a programme."""
    cache_files.delete(folder, programme_id, _ENDING)


def _alike(registered: Mapping[str, Sequence[Any]], share: float, telephone: Telephone) -> Found:
    rows = (dict(zip(registered, values, strict=True)) for values in zip(*registered.values(), strict=True))
    people = (Person.of(values, telephone, str(values["ward"] or "")) for values in rows)
    return alike([person for person in people if person], share)
