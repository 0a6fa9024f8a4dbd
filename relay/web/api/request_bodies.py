"""What the body of a recording request may hold: the columns of the kind of act, as JSON.

The exchange format's columns (`relay.domain.schema`) decide, as they do for files and for options of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from relay.access.roles import EVERY
from relay.domain.acts import Value
from relay.domain.schema import Column, Kind
from relay.domain.system import Catalogue
from relay.errors import Failure, Invalid, refused
from relay.exchange import cells
from relay.service.question import Parameter, Says

RECORDS: Final = frozenset({"giver_placement_id", "act_id", "subject_id"})
"""Columns that take an id with or without its kind before it, such as pass:88 or 88."""


_NEW: Final = Parameter(
    name="new", says=Says(sort="flag", text="Begin a new placement although she holds one of that help.")
)
_AGAIN: Final = Parameter(name="again", says=Says(sort="flag", text="Record it whatever Relay would ask about it."))
_WHOLE: Final = Parameter(
    name="whole", says=Says(sort="flag", text="Correct the beneficiary in every act that filled the placement.")
)
_DRY_RUN: Final = Parameter(
    name="dry_run", says=Says(sort="flag", text="Say what would become of it, and record nothing.")
)
_TOLD: Final = Parameter(
    name="told", says=Says(sort="flag", text="Tell in a sentence what was recorded, with the names that you may see.")
)

_ANSWERS: Final[Mapping[str, tuple[Parameter, ...]]] = {
    "beneficiary": (_AGAIN,),
    "placement": (_NEW, _AGAIN),
    "pass": (_NEW, _AGAIN),
    "event": (_AGAIN,),
    "correct": (_AGAIN, _WHOLE),
}
"""Kind of act → what its URL may answer beforehand; of others only what their system asks."""


def wishes(kind: Kind, catalogue: Catalogue) -> tuple[Parameter, ...]:
    """What the URL may say beside an act of a kind."""
    own = (_AGAIN,) if any(catalogue.questions_on(kind.name, catalogue.systems)) else ()
    return (*_ANSWERS.get(kind.name, own), _DRY_RUN, _TOLD)


def comes_in_lists(kind: str) -> bool:
    """Whether several acts of a kind may be sent in one list, of which all are recorded or none."""
    return kind not in ("confirm", "erase", "programme")


TOKEN_DAYS: Final = 30  # our choice: when nobody says how long
_TEXTS: Final = (
    "id",
    "ids",
    "act",
    "words",
    "pairs",
    "month",
    "text",
    "name",
    "help",
    "date",
    "choice",
    "tags",
    "programme_id",
    "timezone",
)


class Bodies:
    """What may be sent of each kind of act.

    Attributes:
        columns: Kind of act → its columns; what may be left out is not required.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the kinds of a catalogue."""
        self._kinds = catalogue.kinds
        self.columns: Mapping[str, tuple[Column, ...]] = {
            name: tuple(_sent(kind, column) for column in kind.columns if column.type != "changes")
            for name, kind in self._kinds.items()
        }

    def said(self, kind: str, body: object) -> dict[str, Value]:
        """What a body says, read as cells of the columns.

        Raises:
            Invalid: It cannot be read, or a column is missing.
        """
        if not isinstance(body, dict):
            raise NotAnObject
        columns = {column.name: column for column in self.columns[kind]}
        for name in body:
            if name not in columns and not (kind == "correct" and name == "changes"):
                raise NoSuchColumn.of(kind, str(name), self.columns[kind])
        read = {name: value for name, column in columns.items() if (value := _cell(column, body.get(name))) is not None}
        for name, column in columns.items():
            if column.required and name not in read:
                raise refused(COLUMN_MISSING, field=name)
        if body.get("changes") is not None:
            read["changes"] = body["changes"]
        return read

    def changes(self, kind: str, body: object) -> Mapping[str, Any]:
        """What a correction changes of an act of a kind; None empties a column.

        Raises:
            Invalid: It cannot be read.
        """
        if not isinstance(body, dict):
            raise refused(OTHER_TYPE, field="changes", wanted="an object")
        columns = {column.name: column for column in self._kinds[kind].columns} if self._kinds[kind].file else {}
        for name in body:
            if name not in columns:
                raise NoSuchColumn.of(kind, str(name), self.columns[kind])
        return {name: _cell(columns[name], value) for name, value in body.items()}


def _sent(kind: Kind, column: Column) -> Column:
    """A column as it is sent: an id that is made when nobody gives it may be left out."""
    made = column.begins or (column.name == kind.id_column and kind.name != "programme")
    return replace(column, required=False) if made else column


class NotAnObject(Invalid):
    """A body that is no JSON object."""

    reason = "The body is not a JSON object that names each thing once."
    advice = "Send one, such as %(example)s."

    example: str = '{"gift_id": "G1"}'


NO_SUCH_FIELD: Final = Failure(
    Invalid,
    "no_such_field",
    "The body names what is not known here.",
    advice="It may hold: %(known)s.",
)


class NoSuchColumn(Invalid):
    """A body names a column that this kind of act has not."""

    reason = "%(kind)s has no column of that name: %(field)s."
    advice = "Its columns: %(known)s."

    kind: str
    known: Sequence[str]

    @classmethod
    def of(cls, kind: str, name: str, columns: Iterable[Column]) -> Self:
        """Name the columns that there are; the wrong one only where it can be shown."""
        shown = name if name.isascii() and name.isidentifier() else "one of them"
        known = [*(column.name for column in columns), *(["changes"] if kind == "correct" else [])]
        return cls(kind=kind, known=known, field=shown[:64])


COLUMN_MISSING: Final = Failure(
    Invalid,
    "column_missing",
    "%(field)s is missing, or empty.",
    advice="Send %(field)s.",
)


OTHER_TYPE: Final = Failure(
    Invalid,
    "other_type",
    "%(field)s is not %(wanted)s.",
    advice="Send it as %(wanted)s.",
)


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
            raise refused(COLUMN_MISSING, field=name)
        for name, value in body.items():
            if name not in known:
                raise refused(NO_SUCH_FIELD, known=known)
            number = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
            if not (number if name == "days" else is_text(value)):
                raise refused(OTHER_TYPE, field=name, wanted="a whole number" if name == "days" else "text")
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
            raise refused(OTHER_TYPE, field=column.name, wanted="an object")
    elif column.type in _TEXTS:
        if not isinstance(value, str):
            raise refused(OTHER_TYPE, field=column.name, wanted="text")
    elif not isinstance(value, int | float) or isinstance(value, bool):
        raise refused(OTHER_TYPE, field=column.name, wanted="a number")
    if column.name in RECORDS and isinstance(value, str):
        return cells.read_record(column, value)
    return cells.read(column, value)
