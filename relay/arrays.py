"""The arrays that columns are made of, and how they change without being copied each time.

Nearly every act adds a row to some columns of a programme, and alters a few rows of others. Copying them each time
takes as long as the programme is large. So what is new is written into room that was kept behind a column's end, where
whoever reads the shorter column sees nothing of it; and what changes is written into memory of an earlier column that
nobody looks at any more.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import finalize

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

_STEPS: Final = 50
"""Changes that are noted (our choice: of memory that comes back, it is nearly always the last but one)."""

_TAKING: Final = threading.Lock()


class _Memory(np.ndarray[Any, Any]):
    """What outlives a room; numpy takes no array of another type than its own for the base of one that looks in."""


class _Room(np.ndarray[Any, Any]):
    """Memory of a column, of which the rows up to `used` are taken; alive while any array looks into it."""

    used = 0
    line: _Line
    nth = 0


def longer(column: _Column, added: Sequence[Any]) -> _Column:
    """A column and some more rows after it; the column itself stays as it is.

    Args:
        column: Of one dimension; none of its rows is ever written to again.
        added: Rows of the same type; they are the caller's own until somebody else is given the longer column.
    """
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


def _seen(room: _Room, column: _Column, end: int) -> _Column:
    found: Any = np.ndarray(end, column.dtype, room)  # whose base is the room
    return found  # type: ignore[no-any-return]


class _Line:
    """The rooms through which one column went: each has what the one before it had, but for the rows changed."""

    def __init__(self) -> None:
        self.nth = 0
        self.steps: deque[tuple[int, tuple[int, ...], int]] = deque(maxlen=_STEPS)
        self.free: tuple[int, _Memory] | None = None

    def room(self, column: _Array, end: int) -> _Room:
        """The first room, for a column that is to be so long."""
        memory = _Memory(end + end // _SPARE + 1, column.dtype)
        memory[: len(column)] = column
        return self._room(memory)

    def again(self, column: _Array, rows: tuple[int, ...]) -> _Room:
        """The next room, for a column that is in the last one, or in none: with all its rows, some to be changed."""
        memory = self._free_for(column)
        self.nth += 1
        self.steps.append((self.nth, rows, len(column)))
        room = self.room(column, len(column)) if memory is None else self._room(memory)
        room.used = len(column)
        return room

    def _room(self, memory: _Memory) -> _Room:
        room = memory.view(_Room)
        room.line, room.nth = self, self.nth
        finalize(room, self._give_back, self.nth, memory).atexit = False
        return room

    def _give_back(self, nth: int, memory: _Memory) -> None:
        """Take the memory of a room at which nobody looks any more."""
        self.free = nth, memory

    def _free_for(self, column: _Array) -> _Memory | None:
        """Memory that came back, with all rows of a column that is in the last room; None where there is none."""
        free, self.free = self.free, None
        if free is None or len(free[1]) < len(column):
            return None
        nth, memory = free
        since = [(rows, length) for at, rows, length in self.steps if at > nth]
        if len(since) < self.nth - nth:
            return None
        end = min([len(column), *(length for _, length in since)])
        for rows, _ in since:
            for row in rows:
                if row < end:
                    memory[row] = column[row]
        memory[end : len(column)] = column[end:]
        return memory
