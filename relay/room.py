"""Columns that grow at their end: what is new is written into room that was kept for it.

Nearly every act adds a row to some columns of a programme. Copying them each time takes as long as the programme is
large; writing behind their end does not, and whoever reads the shorter column sees nothing of it.
"""

from __future__ import annotations

import threading
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

_Column = TypeVar("_Column", bound=npt.NDArray[Any])

_SPARE: Final = 8
"""One row of room for so many of a column that has to be copied (our choice: an eighth more memory)."""

_TAKING: Final = threading.Lock()


class _Room(np.ndarray[Any, Any]):
    """Memory of a column, of which the rows up to `used` are taken."""

    used = 0


def longer(column: _Column, added: Any) -> _Column:  # noqa: ANN401 - whatever an array can be made of
    """A column and some more rows after it; the column itself stays as it is.

    Args:
        column: Of one dimension; none of its rows is ever written to again.
        added: Rows of the same type; they are the caller's own until somebody else is given the longer column.
    """
    end = len(column) + len(added)
    with _TAKING:
        room = column.base
        if not (isinstance(room, _Room) and room.used == len(column) and end <= len(room)):
            room = _Room(end + end // _SPARE + 1, column.dtype)
            room[: len(column)] = column
        room.used = end
    room[len(column) : end] = added
    found: Any = np.ndarray(end, column.dtype, room)  # whose base is the room
    return found  # type: ignore[no-any-return]
