"""What the body of a recording request may hold: the columns of the kind of act, as JSON.

The exchange format's columns (`relay.domain.schema`) decide, as they do for files and for options of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from relay.access.roles import EVERY
from relay.domain.acts import FILED, HOW_CORRECTED, KEYS, Value
from relay.domain.schema import Column
from relay.errors import Invalid
from relay.exchange import cells

_WHICH: Final = Column(name="act_id", type="id", required=True)
_OWN: Final = {
    "correct": (
        replace(_WHICH, name="correct_id", required=False),
        _WHICH,
        Column(name="how", type="choice", choices=HOW_CORRECTED, required=True),
        Column(name="why", type="text", required=True, personal=True),
    ),
    "confirm": (replace(_WHICH, name="confirm_id", required=False), _WHICH),
    "erase": (replace(_WHICH, name="erase_id", required=False), replace(_WHICH, name="subject_id")),
}
_MADE: Final = frozenset({"receiver_placement_id"})  # made when nobody gives it, as an act's own id is
RECORDS: Final = frozenset({"giver_placement_id", "act_id", "subject_id"})
"""Columns that take an id with or without its kind before it, such as pass:88 or 88."""

TOKEN_DAYS: Final = 30  # our choice: when nobody says how long
_TEXTS: Final = ("id", "text", "name", "help", "date", "choice", "tags", "programme_id", "timezone")


def _columns(kind: str) -> tuple[Column, ...]:
    columns = _OWN.get(kind) or next(each.columns for each in FILED if each.name == kind)
    own = KEYS[kind][0] if kind not in ("rule", "programme") else ""
    return tuple(
        replace(column, required=False) if column.name == own or column.name in _MADE else column for column in columns
    )


COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {kind: _columns(kind) for kind in KEYS}
"""Kind of act → its columns; what may be left out is not required."""


class NotAnObject(Invalid):
    """A body that is no JSON object."""

    def __init__(self, example: str = '{"gift_id": "G1"}') -> None:
        """Say what it must be."""
        super().__init__("The body is not a JSON object that names each thing once.", f"Send one, such as {example}.")


class NoSuchField(Invalid):
    """A body names what the request has not."""

    def __init__(self, known: Iterable[str]) -> None:
        """Name those that there are."""
        super().__init__("The body names what is not known here.", f"It may hold: {', '.join(known)}.")


class NoSuchColumn(Invalid):
    """A body names a column that this kind of act has not."""

    def __init__(self, kind: str, name: str) -> None:
        """Name those that there are; the wrong one only where it can be shown."""
        shown = name if name.isascii() and name.isidentifier() else "one of them"
        known = [column.name for column in COLUMNS[kind]] + (["changes"] if kind == "correct" else [])
        super().__init__(
            f"{kind} has no column of that name: {shown[:64]}.", f"Its columns: {', '.join(known)}.", field=shown[:64]
        )


class ColumnMissing(Invalid):
    """A body leaves out what the act cannot do without."""

    def __init__(self, name: str) -> None:
        """Name the column."""
        super().__init__(f"{name} is missing, or empty.", f"Send {name}.", field=name)


class OtherType(Invalid):
    """A value is of another JSON type than its column's."""

    def __init__(self, name: str, wanted: str) -> None:
        """Say which type it must be."""
        super().__init__(f"{name} is not {wanted}.", f"Send it as {wanted}.", field=name)


def said(kind: str, body: object) -> dict[str, Value]:
    """What a body says, read as cells of the columns.

    Raises:
        Invalid: It cannot be read, or a column is missing.
    """
    if not isinstance(body, dict):
        raise NotAnObject
    columns = {column.name: column for column in COLUMNS[kind]}
    for name in body:
        if name not in columns and not (kind == "correct" and name == "changes"):
            raise NoSuchColumn(kind, str(name))
    read = {name: value for name, column in columns.items() if (value := _cell(column, body.get(name))) is not None}
    for name, column in columns.items():
        if column.required and name not in read:
            raise ColumnMissing(name)
    if body.get("changes") is not None:
        read["changes"] = body["changes"]
    return read


def changes(kind: str, body: object) -> Mapping[str, Any]:
    """What a correction changes of an act of a kind; None empties a column.

    Raises:
        Invalid: It cannot be read.
    """
    if not isinstance(body, dict):
        raise OtherType("changes", "an object")
    columns = {column.name: column for each in FILED if each.name == kind for column in each.columns}
    for name in body:
        if name not in columns:
            raise NoSuchColumn(kind, str(name)) if kind in COLUMNS else OtherType("changes", "an object")
    return {name: _cell(columns[name], value) for name, value in body.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWish:
    """Which token somebody asks for.

    Attributes:
        login: Of the account.
        password: Its own.
        role: For which of its roles; `EVERY` for all that it holds.
        programme_id: In which programme; `EVERY` for all.
        days: How long it is valid.
    """

    login: str
    password: str = field(repr=False)
    role: str = EVERY
    programme_id: str = EVERY
    days: int = TOKEN_DAYS

    @classmethod
    def of(cls, body: object) -> TokenWish:
        """Read it from a body.

        Raises:
            Invalid: It cannot be read.
        """
        if not isinstance(body, dict):
            raise NotAnObject
        known = ("login", "password", "role", "programme_id", "days")
        for name in (name for name in known[:2] if not body.get(name)):
            raise ColumnMissing(name)
        for name, value in body.items():
            if name not in known:
                raise NoSuchField(known)
            number = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
            if not (number if name == "days" else is_text(value)):
                raise OtherType(name, "a whole number" if name == "days" else "text")
        return cls(
            login=body["login"],
            password=body["password"],
            role=body.get("role", EVERY),
            programme_id=body.get("programme_id", EVERY),
            days=int(body.get("days", TOKEN_DAYS)),
        )


def is_text(value: object) -> bool:
    """Whether a value is text; JSON can also write half a letter, which no text holds."""
    return isinstance(value, str) and value.encode(errors="replace").decode() == value


def _cell(column: Column, value: object) -> Value | None:
    if value is None:
        return None
    if column.type == "equivalents":
        if not isinstance(value, dict):
            raise OtherType(column.name, "an object")
    elif column.type in _TEXTS:
        if not isinstance(value, str):
            raise OtherType(column.name, "text")
    elif not isinstance(value, int | float) or isinstance(value, bool):
        raise OtherType(column.name, "a number")
    if column.name in RECORDS and isinstance(value, str):
        return cells.read_record(column, value)
    return cells.read(column, value)
