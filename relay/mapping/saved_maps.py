"""Maps that are kept in a programme, by name: the next file with the same columns needs no map.

They are kept like accounts, beside the ledger: a map is no fact of the relay.

(:RegisterMap {key: 'register_map/PROGRAMME/NAME'})      its text, by whom and when it was kept
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from relay.clock import instant
from relay.database import cypher
from relay.errors import Failure, Invalid, NotFound, refused
from relay.exchange.sheets import Unreadable
from relay.mapping.map_file import RegisterMap, map_of
from relay.mapping.table import table_of

if TYPE_CHECKING:
    from relay.domain.system import Catalogue
    from relay.exchange.sheets import AnySheet
    from relay.graph import Graph

LONGEST_TEXT: Final = 50_000
"""Characters of a map; our choice: one with 300 columns and 500 places has 40,000."""

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
    """Several kept maps are of the columns of a register."""

    reason = "Several kept maps are for the columns of this register: %(names)s."
    advice = "Name the one that is meant: --map NAME."

    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMap:
    """A map that is kept.

    Attributes:
        name: By which it is called.
        columns: How many columns its register has.
        fingerprint: Of their names: the same for registers with the same columns.
        kept_by: Who kept it, as the ledger names people.
        kept_at: A UTC instant.
        text: As TOML.
    """

    name: str
    columns: int
    fingerprint: str
    kept_by: str
    kept_at: str
    text: str = field(repr=False)


def every(graph: Graph, programme_id: str) -> tuple[KeptMap, ...]:
    """The maps of a programme, by name; empty when none was kept.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = [row["map"] for row in graph.rows(cypher.MAPS, programme_id=programme_id)]
    return tuple(KeptMap(**{name: each[name] for name in KeptMap.__dataclass_fields__}) for each in found)


def named(maps: Iterable[KeptMap], name: str) -> KeptMap:
    """The map of a name.

    Raises:
        NotFound: There is none.
    """
    for each in maps:
        if each.name == name:
            return each
    raise refused(NO_MAP, name=name)


def keep(graph: Graph, programme_id: str, name: str, text: str, *, by: str, now: datetime) -> KeptMap:
    """Keep a map, in place of another of the same name.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        name: Up to 40 letters, digits, blanks, points and hyphens.
        text: As TOML.
        by: Who keeps it.
        now: When.

    Raises:
        Invalid: It cannot be called so; or the text is no map's.
        WrongMap: The map cannot be read, or leaves open what is needed.
        Unavailable: The database cannot be reached.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise refused(NOT_A_MAP_NAME, name=name[:40])
    if len(text) > LONGEST_TEXT:
        raise refused(TOO_LONG)
    how = map_of(text, name, graph.catalogue)
    kept = KeptMap(
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
        **{name: getattr(kept, name) for name in KeptMap.__dataclass_fields__},
    }
    graph.write(lambda transaction: transaction.run(cypher.KEEP_MAP, key=properties["key"], map=properties))
    return kept


def forget(graph: Graph, programme_id: str, name: str) -> KeptMap:
    """Keep a map no longer.

    Returns:
        The map as it was.

    Raises:
        NotFound: There is none of that name.
        Unavailable: The database cannot be reached.
    """
    kept = named(every(graph, programme_id), name)
    graph.write(lambda transaction: transaction.run(cypher.FORGET_MAP, key=_key(programme_id, name)))
    return kept


def fingerprint(columns: Sequence[str]) -> str:
    """What the names of columns have in common with the same names in another file, and with no others."""
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:_SHOWN]


def fitting(
    pages: Sequence[AnySheet], maps: Iterable[KeptMap], catalogue: Catalogue
) -> tuple[KeptMap, RegisterMap] | None:
    """The kept map of a file's columns, which may begin in another row, or in a sheet of another name.

    Nothing is guessed: all names of columns are those of the map, in its order.

    Args:
        pages: All sheets of the file.
        maps: The kept maps.
        catalogue: Catalogue of the kinds of acts.

    Returns:
        The kept map, and how this file is read by it; None when none fits.

    Raises:
        SeveralFit: Several maps do.
        WrongMap: A kept map names what this version of Relay does not know.
    """
    found: list[tuple[KeptMap, RegisterMap]] = []
    for kept in maps:
        how = map_of(kept.text, kept.name, catalogue)
        read = next(filter(None, (_as_in(page, how, several=len(pages) > 1) for page in _likeliest(pages, how))), None)
        if read:
            found.append((kept, read))
    if len(found) > 1:
        raise SeveralFit(names=[kept.name for kept, _ in found])
    return found[0] if found else None


def _likeliest(pages: Sequence[AnySheet], how: RegisterMap) -> list[AnySheet]:
    """The sheets to look at: that of the map's name first, hidden ones never."""
    return sorted((page for page in pages if not page.hidden), key=lambda page: page.name != how.sheet)


def _as_in(page: AnySheet, how: RegisterMap, *, several: bool) -> RegisterMap | None:
    """How a sheet is read whose columns have all the names that a map reads; None when they have not."""
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
