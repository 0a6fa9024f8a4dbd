"""Maps that are saved in a programme, by name, so that the next file with the same columns needs no map.

They are saved outside the ledger, like accounts, since a map is not a fact of the relay.

(:RegisterMap {key: 'register_map/PROGRAMME/NAME'})      its text, who saved it, and when
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from relay.database import cypher
from relay.errors import Failure, Invalid, NotFound, refused
from relay.exchange.sheets import Unreadable
from relay.instants import instant
from relay.ledger import programme_heads
from relay.register_maps.map_file import RegisterMap, map_of
from relay.register_maps.register_table import table_of

if TYPE_CHECKING:
    from relay.domain.system import Catalogue
    from relay.exchange.exchange_format import OwnOf
    from relay.exchange.sheets import AnySheet
    from relay.graph import Graph

LONGEST_TEXT: Final = 50_000
"""Greatest number of characters of a map (our choice: one with 300 columns and 500 places has 40,000)."""

_NAME: Final = re.compile(r"[\w][\w .-]{0,39}")
_HIGHER: Final = 20  # rows that another file may have more above the names of its columns; our choice
_SHOWN: Final = 12  # characters of a fingerprint


NOT_A_MAP_NAME: Final = Failure(
    Invalid,
    "not_a_map_name",
    "A map cannot be called “%(name)s”.",
    advice="A name has at most 40 letters, digits, blanks, points and hyphens: --name goats-ward-5.",
    field="name",
)


TOO_LONG: Final = Failure(
    Invalid,
    "too_long",
    "The map is longer than %(most)s characters.",
    advice="Leave out values that no register of this kind contains.",
    values={"most": LONGEST_TEXT},
)


NO_MAP: Final = Failure(
    NotFound,
    "no_map",
    "There is no kept map %(name)s.",
    advice="See which there are",
    command="relay map list",
    field="name",
)


class SeveralFit(Invalid):
    """Several saved maps fit the columns of a register."""

    reason = "Several kept maps are for the columns of this register: %(names)s."
    advice = "Name the one that is meant: --map NAME."

    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMap:
    """A saved map.

    Attributes:
        name: Its name.
        columns: Number of columns of its register.
        fingerprint: Fingerprint of the names of its columns; the same for registers with the same columns.
        kept_by: Who saved it: an account id, or "local:LOGIN".
        kept_at: When it was saved (UTC).
        text: The map as TOML.
    """

    name: str
    columns: int
    fingerprint: str
    kept_by: str
    kept_at: str
    text: str = field(repr=False)


def saved_maps(graph: Graph, programme_id: str) -> tuple[SavedMap, ...]:
    """The saved maps of a programme, by name; empty if there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = [row["map"] for row in graph.rows(cypher.MAPS, programme_id=programme_id)]
    return tuple(SavedMap(**{name: each[name] for name in SavedMap.__dataclass_fields__}) for each in rows)


def saved_map(maps: Iterable[SavedMap], name: str) -> SavedMap:
    """The saved map with a name.

    Raises:
        NotFound: There is none.
    """
    for each in maps:
        if each.name == name:
            return each
    raise refused(NO_MAP, name=name)


def save(graph: Graph, programme_id: str, name: str, text: str, *, by: str, now: datetime) -> SavedMap:
    """Save a map, replacing one of the same name.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        name: Name of up to 40 letters, digits, blanks, points and hyphens.
        text: The map as TOML.
        by: Who saves it: an account id, or "local:LOGIN".
        now: The current instant.

    Raises:
        Invalid: The name is not allowed, or the text is not a map.
        WrongMap: The map cannot be read, or leaves something required open.
        Unavailable: The database cannot be reached.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise refused(NOT_A_MAP_NAME, name=name[:40])
    if len(text) > LONGEST_TEXT:
        raise refused(TOO_LONG)
    how = map_of(text, name, graph.catalogue, lambda _: programme_heads.head(graph, programme_id).own)
    saved = SavedMap(
        name=name,
        columns=len(how.columns),
        fingerprint=fingerprint(how.columns),
        kept_by=by,
        kept_at=instant(now.astimezone(UTC)),
        text=text,
    )
    properties = {
        "key": _key(programme_id, name),
        "scope": programme_id,
        **{name: getattr(saved, name) for name in SavedMap.__dataclass_fields__},
    }
    graph.write(lambda transaction: transaction.run(cypher.KEEP_MAP, key=properties["key"], map=properties))
    return saved


def delete(graph: Graph, programme_id: str, name: str) -> SavedMap:
    """Delete a saved map.

    Returns:
        The deleted map.

    Raises:
        NotFound: There is none with that name.
        Unavailable: The database cannot be reached.
    """
    saved = saved_map(saved_maps(graph, programme_id), name)
    graph.write(lambda transaction: transaction.run(cypher.FORGET_MAP, key=_key(programme_id, name)))
    return saved


def fingerprint(columns: Sequence[str]) -> str:
    """A digest of the names of columns, the same for every file with these names."""
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:_SHOWN]


def fitting(
    pages: Sequence[AnySheet], maps: Iterable[SavedMap], catalogue: Catalogue, own_of: OwnOf = lambda _: ()
) -> tuple[SavedMap, RegisterMap] | None:
    """The saved map for a file's columns, which may start in another row, or in a sheet of another name.

    All names of columns must be those of the map, in the same order.

    Args:
        pages: All sheets of the file.
        maps: The saved maps.
        catalogue: Catalogue of the kinds of acts.
        own_of: As `map_of` asks it.

    Returns:
        The saved map, and how this file is read by it; None if none fits.

    Raises:
        SeveralFit: Several maps fit.
        WrongMap: A saved map refers to something that this version of Relay does not have.
    """
    fits: list[tuple[SavedMap, RegisterMap]] = []
    for saved in maps:
        how = map_of(saved.text, saved.name, catalogue, own_of)
        read = next(filter(None, (_as_in(page, how, several=len(pages) > 1) for page in _likeliest(pages, how))), None)
        if read:
            fits.append((saved, read))
    if len(fits) > 1:
        raise SeveralFit(names=[saved.name for saved, _ in fits])
    return fits[0] if fits else None


def _likeliest(pages: Sequence[AnySheet], how: RegisterMap) -> list[AnySheet]:
    """The sheets to look at: the one that the map names first; hidden ones never."""
    return sorted((page for page in pages if not page.hidden), key=lambda page: page.name != how.sheet)


def _as_in(page: AnySheet, how: RegisterMap, *, several: bool) -> RegisterMap | None:
    """How a sheet is read by a map, if it has all columns that the map reads; else None."""
    for lower in (0, *range(-how.header[0] + 1, 0), *range(1, _HIGHER)):
        header = tuple(row + lower for row in how.header)
        if header[-1] > len(page.rows) or isinstance(page.rows[header[-1] - 1], Unreadable):
            continue
        names = replace(page, rows=page.rows[: header[-1]])
        if table_of(names, header, ()).columns == how.columns:
            return replace(how, header=header, sheet=page.name if several else "")
    return None


def _key(programme_id: str, name: str) -> str:
    return f"register_map/{programme_id}/{name}"
