"""The arrays that columns are made of, and how they change without being copied each time.

Nearly every act adds a row to some columns of a programme, and alters a few rows of others. Copying them each time
takes as long as the programme is large. So what is new is written into room that was kept behind a column's end, where
whoever reads the shorter column sees nothing of it; and what changes is written into memory of an earlier column that
nobody looks at any more.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar
from weakref import ref

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Rows = npt.NDArray[np.int32]
Days = npt.NDArray[np.int32]
Units = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]

_Array = npt.NDArray[Any]
_Column = TypeVar("_Column", bound=_Array)

_SPARE: Final = 8
"""One row of room for so many of a column that has to be copied (our choice: an eighth more memory)."""

_TAKING: Final = threading.Lock()


def longer(column: _Column, added: Sequence[Any]) -> _Column:
    """A column and some more rows after it; the column itself stays as it is.

    Args:
        column: Of one dimension; none of its rows is ever written to again.
        added: Rows of the same type.
    """
    if not added:
        return column
    end = len(column) + len(added)
    with _TAKING:
        room = column.base
        if not (isinstance(room, _Room) and room.used == len(column) and end <= len(room)):
            room = _Line().room(column, end)
        room.used = end
    for row, value in enumerate(added, len(column)):  # mostly one; numpy's own way takes longer to begin
        room[row] = value
    return _seen(room, column, end)


def changed(column: _Column, values: Mapping[int, Any]) -> _Column:
    """A column with other values in some rows; the column itself stays as it is.

    Args:
        column: Of one dimension; none of its rows is ever written to again.
        values: Row → what stands there.
    """
    if not values:
        return column
    with _TAKING:
        room = column.base
        line = room.line if isinstance(room, _Room) and room.nth == room.line.nth else _Line()
        room = line.again(column, tuple(values))
    for row, value in values.items():
        room[row] = value
    return _seen(room, column, len(column))


def _with_room(end: int) -> int:
    """How many rows to make memory for where so many are needed now."""
    return end + end // _SPARE + 1


class _Memory(np.ndarray[Any, Any]):
    """What outlives a room: of a type of its own, so that numpy does not take it for the base of what looks in."""


class _Room(np.ndarray[Any, Any]):
    """Memory of a column, of which the rows up to `used` are taken; alive while any array looks into it."""

    used = 0
    line: _Line
    nth = 0


def _seen(room: _Room, column: _Column, end: int) -> _Column:
    found: Any = np.ndarray(end, column.dtype, room)  # whose base is the room
    return found  # type: ignore[no-any-return]


class _Watch(ref[_Room]):
    """Sees to it that the memory of a room goes back to its line when nobody looks into the room any more."""

    __slots__ = ("line", "memory", "nth")
    line: _Line
    memory: _Memory
    nth: int


_WATCHED: Final[dict[int, _Watch]] = {}


def _give_back(watch: _Watch) -> None:
    watch.line.free = watch.nth, watch.memory
    del _WATCHED[id(watch)]


class _Line:
    """The rooms through which one column goes: each begins with what the one before it has, but for some rows.

    Memory that comes back is nearly always that of the last room but one.
    """

    def __init__(self) -> None:
        self.nth = 0
        self.changed: tuple[int, ...] = ()
        self.length = 0
        self.free: tuple[int, _Memory] | None = None

    def room(self, column: _Array, end: int) -> _Room:
        """A room of its own, with a column that is to be so long."""
        memory = _Memory(_with_room(end), column.dtype)
        memory[: len(column)] = column
        return self._room(memory)

    def again(self, column: _Array, rows: tuple[int, ...]) -> _Room:
        """The next room, for a column that is in the last one, or in none: with all its rows, some to be changed."""
        free, self.free, end = self.free, None, len(column)
        self.nth += 1
        if free and free[0] == self.nth - 2 and end <= len(free[1]):
            memory = free[1]
            alike = min(self.length, end)
            for row in self.changed:
                if row < alike:
                    memory[row] = column[row]
            memory[alike:end] = column[alike:]
            room = self._room(memory)
        else:
            room = self.room(column, end)
        self.changed, self.length, room.used = rows, end, end
        return room

    def _room(self, memory: _Memory) -> _Room:
        room = memory.view(_Room)
        room.line, room.nth = self, self.nth
        watch = _Watch(room, _give_back)
        watch.line, watch.memory, watch.nth = self, memory, self.nth
        _WATCHED[id(watch)] = watch
        return room


class _Store:
    """Memory of the columns of a table, of which the rows up to `used` are taken.

    Attributes:
        memory: By name; a column that was changed since has its own.
        apart: Columns that are no arrays.
        most: How many rows there is room for.
        used: How many are taken.
    """

    def __init__(self, table: Table, end: int) -> None:
        """Make room for a table that is to be so long."""
        columns = {name: getattr(table, name) for name in table.names()}
        self.most, self.used = _with_room(end), len(table)
        self.memory = {
            name: np.empty(self.most, column.dtype)
            for name, column in columns.items()
            if isinstance(column, np.ndarray)
        }
        for name, memory in self.memory.items():
            memory[: len(table)] = columns[name]
        self.apart = {name: column for name, column in columns.items() if name not in self.memory}


class Table:
    """Columns of one length that grow together: a dataclass whose fields are arrays, or grow by their own `more`.

    None of its rows is ever written to again. A column of a table that grew is made when it is asked for.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    _length: int
    _store: _Store | None
    _apart: dict[str, Any]

    def __post_init__(self) -> None:
        """Begin as what was given."""
        self.__dict__.update(_length=len(getattr(self, self.names()[0])), _store=None, _apart={})

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> _Array:
            """A column for which nobody asked since the table grew."""
            store = self.__dict__.get("_store")
            if store is None or name not in store.memory:
                raise AttributeError(name)
            column = self.__dict__[name] = store.memory[name][: self._length]
            return column

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """What the columns are called, in order."""
        return tuple(cls.__dataclass_fields__)

    def __len__(self) -> int:
        """How many rows."""
        return self._length

    def more(self, rows: Sequence[Mapping[str, Any]], otherwise: Mapping[str, Mapping[int, Any]] | None = None) -> Self:
        """These rows, some of which say otherwise, and some more after them.

        Args:
            rows: Of each new row what stands in which column.
            otherwise: Column → row → what stands there now.
        """
        if not (rows or otherwise):
            return self
        grown = object.__new__(type(self))
        grown.__dict__.update(self._longer(rows) if rows else self.__dict__)
        for name, values in (otherwise or {}).items():
            column = changed(getattr(grown, name), values)
            grown.__dict__.update({name: column, "_apart": grown._apart | {name: column}})
        return grown

    def _longer(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What a table is that has some more rows."""
        known, end = self._length, self._length + len(rows)
        with _TAKING:
            store, apart = self._store, self._apart
            if store is None or store.used != known or end > store.most:
                store = _Store(self, end)
                apart = store.apart
            store.used = end
        for name, memory in store.memory.items():
            if name not in apart:
                for nth, row in enumerate(rows, known):
                    memory[nth] = row[name]
        apart = {
            name: longer(column, [row[name] for row in rows])
            if isinstance(column, np.ndarray)
            else column.more([row[name] for row in rows])
            for name, column in apart.items()
        }
        return {**apart, "_length": end, "_store": store, "_apart": apart}
