"""The first places of a programme, from lines that somebody types or pastes, or from a file: no ids, names alone.

A line is a place and the larger ones in which it lies, with commas between them. Each gets an id of its name.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act
from relay.domain.name_matching import id_of, key
from relay.errors import Failure, Invalid, refused
from relay.exchange.sheets import Unreadable, all_sheets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from relay.countries.country import Country

MOST: Final = 1000
"""The most places with which a programme begins (our choice: an area has some hundred); more are imported."""

_BETWEEN: Final = re.compile(r"[\t,;،]")
_NUMBERED: Final = re.compile(r"[-\s]?\d+$")
_ID_LETTERS: Final = 24


TOO_MANY_PLACES: Final = Failure(
    Invalid,
    "too_many_places",
    "There are more than %(most)s places.",
    advice="Begin with the first ones, and import the others as a register.",
    field="places",
    values={"most": MOST},
)


AROUND_ITSELF: Final = Failure(
    Invalid,
    "around_itself",
    "%(line)s: a place cannot lie within itself.",
    advice="Write the smaller place first.",
    field="places",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPlace:
    """A place of a new programme.

    Attributes:
        id: Made of its name.
        names: Its name, and those of the larger places in which it lies.
        kind: A value of the column `kind`; None if it cannot be told.
        parent_id: The id of the place in which it lies; None if no line says.
    """

    id: str
    names: tuple[str, ...]
    kind: str | None
    parent_id: str | None

    @property
    def name(self) -> str:
        """Its own name."""
        return self.names[0]

    @property
    def line(self) -> str:
        """The line that says it."""
        return ", ".join(self.names)

    def act(self) -> Act:
        """The act that records it."""
        said = {"place_id": self.id, "name": self.name, "kind": self.kind, "parent_id": self.parent_id}
        return Act(kind="place", id=self.id, values={name: value for name, value in said.items() if value is not None})


def first_places(text: str, country: Country, areas: Collection[str]) -> tuple[FirstPlace, ...]:
    """The places of some lines, larger ones before those that lie in them; empty when there is no line.

    Args:
        text: A line for each place; what stands in it is parted by commas, semicolons or tabs, the smallest first. A
            line that begins with an area, and goes on with what lies in it, is read from its end.
        country: Whose levels they are of.
        areas: Keys (`name_matching.key`) of the names of its areas, such as areas; empty where nothing is known of
            them: then a line that names a place of each level says which is which.

    Raises:
        Invalid: There are too many; or one would lie within itself.
    """
    lines = [tuple(filter(None, map(_plain, _BETWEEN.split(line)))) for line in text.splitlines()]
    return _places([_smallest_first(line, areas) for line in lines if line], country, areas)


def lines_of_file(name: str, content: bytes, country: Country) -> str:
    """The lines of a file: of a CSV file, or of the first sheet of a workbook, with its columns in the order of a line.

    Where the first row names its columns by levels of place, only these are read, and places may stand in any
    order.

    Args:
        name: Of the file, as it was uploaded; its ending tells what it is.
        content: Of the file.
        country: Whose levels its columns are of.

    Raises:
        CannotRead: It is neither, or cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"places{Path(name).suffix.lower()}"
        path.write_bytes(content)
        sheet = next(iter(all_sheets(path)), None)
    rows = [
        [_plain(str(cell)) for cell in row] for row in (sheet.rows if sheet else ()) if not isinstance(row, Unreadable)
    ]
    if not rows:
        return ""
    columns = _named_columns(rows[0], country)
    if columns:
        rows = [[row[column] for column in columns if column < len(row)] for row in rows[1:]]
    return "\n".join(", ".join(filter(None, (cell.replace(",", " ") for cell in row))) for row in rows)


def _named_columns(header: Sequence[str], country: Country) -> list[int]:
    """The columns of a header that name a place, the smallest kind of place first; empty where the row names none."""
    headings = {
        key(word): place
        for place, level in enumerate(country.levels)
        for word in (level.name, *level.words.values(), *level.headings)
    }
    found = {number: headings[key(cell)] for number, cell in enumerate(header) if key(cell) in headings}
    return sorted(found, key=lambda number: found[number])


def _plain(text: str) -> str:
    return " ".join(text.split()).strip("-•*·\"' ")


def _smallest_first(line: tuple[str, ...], areas: Collection[str]) -> tuple[str, ...]:
    turned = key(line[0]) in areas and key(line[-1]) not in areas and bool(_NUMBERED.search(line[-1]))
    return line[::-1] if turned else line


def _places(lines: Sequence[tuple[str, ...]], country: Country, areas: Collection[str]) -> tuple[FirstPlace, ...]:
    """Each place once, larger ones before those that lie in them."""
    named: dict[tuple[str, ...], tuple[str, ...]] = {}
    kinds: dict[tuple[str, ...], str | None] = {}
    around = _around(lines)
    for line in lines:
        whole = _with_what_is_around(line, around, areas)
        keys = tuple(map(_key, whole))
        if len(set(keys)) < len(keys) and not _is_town_of_its_area(keys, areas):
            raise refused(AROUND_ITSELF, line=", ".join(whole))
        for start, kind in reversed([*enumerate(_kinds_of(whole, country, areas))]):
            named.setdefault(keys[start:], whole[start:])
            kinds[keys[start:]] = kinds.get(keys[start:]) or kind
    if len(named) > MOST:
        raise refused(TOO_MANY_PLACES)
    ids = dict(_ids(named))
    return tuple(
        FirstPlace(id=ids[keys], names=names, kind=kinds[keys], parent_id=ids.get(keys[1:]))
        for keys, names in named.items()
    )


def _around(lines: Iterable[tuple[str, ...]]) -> Mapping[str, set[tuple[str, ...]]]:
    """Key of a name → what is around the places of that name, as far as any line says."""
    found = defaultdict[str, set[tuple[str, ...]]](set)
    for line in lines:
        for start in range(len(line) - 1):
            found[_key(line[start])].add(line[start + 1 :])
    return found


def _with_what_is_around(
    line: tuple[str, ...], around: Mapping[str, set[tuple[str, ...]]], areas: Collection[str]
) -> tuple[str, ...]:
    """A line with what another one says of its last place, if there is one place of that name alone."""
    last = _key(line[-1])
    known = around.get(last, set())
    if len(known) == 1 and last not in areas:
        (more,) = known
        if not {*map(_key, more)} & {*map(_key, line)}:
            return _with_what_is_around((*line, *more), around, areas)
    return line


def _key(name: str) -> str:
    return key(name) or name.casefold()


def _is_town_of_its_area(keys: tuple[str, ...], areas: Collection[str]) -> bool:
    """Whether the only name that stands twice is that of an area and of the town in it."""
    twice = [name for name, count in Counter(keys).items() if count > 1]
    return twice == [keys[-1]] and keys[-1] in areas and keys.count(keys[-1]) == 2  # noqa: PLR2004 - the two of them


def _kinds_of(line: tuple[str, ...], country: Country, areas: Collection[str]) -> Iterator[str | None]:
    """What kind of place each of a line is: told from the area among them, or from the number of the smallest."""
    levels = country.level_names
    if not areas and len(line) == len(levels):
        yield from levels
        return
    area = levels.index(country.area)
    at = next((place for place in reversed(range(len(line))) if key(line[place]) in areas), None)
    numbered = next((place for place, name in enumerate(line) if _NUMBERED.search(name)), None)
    for place in range(len(line)):
        if place == numbered:
            yield levels[0]
        elif at is not None:
            step = area - (at - place)
            yield levels[step] if 0 <= step < len(levels) else None
        elif numbered is not None:
            yield levels[1] if place == numbered + 1 < len(levels) else None
        else:
            yield None


def _ids(named: Mapping[tuple[str, ...], tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """An id for each place: its name in Latin capitals; of several of one name, with the name of what is around it."""
    taken = Counter(_letters(names[0]) for names in named.values())
    used = set[str]()
    for keys, names in named.items():
        id_ = _letters(names[0])
        if taken[id_] > 1 and len(names) > 1:
            id_ = f"{_letters(names[1])}-{id_}"
        number, own = 1, id_
        while own in used:
            number += 1
            own = f"{id_}-{number}"
        used.add(own)
        yield keys, own


def _letters(name: str) -> str:
    return id_of(name, _ID_LETTERS) or "PLACE"
