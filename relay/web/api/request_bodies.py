"""Bodies of requests that record: JSON objects with the columns of a kind of act, and requests for a token.

The columns are those of the exchange format (`relay.domain.schema`), as for files and options of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from relay.access.roles import EVERY
from relay.domain.acts import Value
from relay.domain.own_columns import is_own
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
_AGAIN: Final = Parameter(name="again", says=Says(sort="flag", text="Answer yes to all that Relay asks about it."))
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
"""Kind of act → the parameters by which its URL may answer questions beforehand; other kinds have `again` if their
system asks something."""


def url_parameters(kind: Kind, catalogue: Catalogue) -> tuple[Parameter, ...]:
    """The parameters of the URL at which acts of a kind are recorded."""
    own = (_AGAIN,) if any(catalogue.questions_on(kind.name, catalogue.systems)) else ()
    return (*_ANSWERS.get(kind.name, own), _DRY_RUN, _TOLD)


def comes_in_lists(kind: str) -> bool:
    """Whether several acts of a kind may be sent in one list, to be recorded all or none."""
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
    "country",
    "level",
)


class BodyReader:
    """Reads the values of acts from JSON bodies.

    Attributes:
        columns: Kind of act → its columns as they are sent; ids that are made when missing are not required.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Read acts of the kinds in a catalogue."""
        self._kinds = catalogue.kinds
        self.columns: Mapping[str, tuple[Column, ...]] = {
            name: tuple(_as_sent(kind, column) for column in kind.columns if column.type != "changes")
            for name, kind in self._kinds.items()
        }

    def read_values(self, kind: str, body: object) -> dict[str, Value]:
        """Read the values of an act: column → value; columns that are null or missing are left out.

        Raises:
            Invalid: A value cannot be read, or a required column is missing.
        """
        if not isinstance(body, dict):
            raise NotAnObject
        columns = {column.name: column for column in self.columns[kind]}
        for name in body:
            if name not in columns and not (kind == "correct" and name == "changes"):
                raise NoSuchColumn.of(kind, str(name), self.columns[kind])
        read = {
            name: value for name, column in columns.items() if (value := _read_cell(column, body.get(name))) is not None
        }
        for name, column in columns.items():
            if column.required and name not in read:
                raise refused(COLUMN_MISSING, field=name)
        if body.get("changes") is not None:
            read["changes"] = body["changes"]
        return read

    def changes(self, kind: str, body: object) -> Mapping[str, Any]:
        """Read what a correction changes in an act of a kind: column → value; None empties a column.

        Raises:
            Invalid: A value cannot be read.
        """
        if not isinstance(body, dict):
            raise refused(OTHER_TYPE, field="changes", wanted="an object")
        columns = {column.name: column for column in self._kinds[kind].columns} if self._kinds[kind].file else {}
        for name in body:
            if name not in columns:
                raise NoSuchColumn.of(kind, str(name), self.columns[kind])
        return {name: _read_cell(columns[name], value) for name, value in body.items()}


def names_own(body: object) -> bool:
    """Whether a body says something in columns of a programme's own, for which these have to be read first."""
    said = [body, body.get("changes")] if isinstance(body, dict) else []
    return any(is_own(str(name)) for each in said if isinstance(each, dict) for name in each)


def _as_sent(kind: Kind, column: Column) -> Column:
    """A column as it is sent: an id that is made when it is missing is not required."""
    made = column.begins or (column.name == kind.id_column and kind.name != "programme")
    return replace(column, required=False) if made else column


class NotAnObject(Invalid):
    """A body is not a JSON object."""

    reason = "The body is not a JSON object that names each thing once."
    advice = "Send one, such as %(example)s."

    example: str = '{"gift_id": "G1"}'


NO_SUCH_FIELD: Final = Failure(
    Invalid,
    "no_such_field",
    "Unknown field in the body.",
    advice="Its fields: %(known)s.",
)


class NoSuchColumn(Invalid):
    """A body names a column that its kind of act does not have."""

    reason = "%(kind)s has no column of that name: %(field)s."
    advice = "Its columns: %(known)s."

    kind: str
    known: Sequence[str]

    @classmethod
    def of(cls, kind: str, name: str, columns: Iterable[Column]) -> Self:
        """The error for a wrong column, which is named only if it is an ASCII identifier."""
        shown = name if name.isascii() and name.isidentifier() else "one of them"
        columns_ = [*(column.name for column in columns), *(["changes"] if kind == "correct" else [])]
        return cls(kind=kind, known=columns_, field=shown[:64])


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
class TokenRequest:
    """A request for a token.

    Attributes:
        login: The account.
        password: The account's password.
        role: The role to which the token is limited; `EVERY` for all that the account holds.
        programme_id: The programme to which it is limited; `EVERY` for all.
        days: How many days it is valid.
        code: The code of the account's second factor, if it has one.
    """

    login: str
    password: str = field(repr=False)
    role: str = EVERY
    programme_id: str = EVERY
    days: int = TOKEN_DAYS
    code: str = field(default="", repr=False)

    @classmethod
    def of(cls, body: object) -> TokenRequest:
        """Read it from a JSON body.

        Raises:
            Invalid: A field is missing, unknown, or of another type.
        """
        if not isinstance(body, dict):
            raise NotAnObject
        fields = ("login", "password", "role", "programme_id", "days", "code")
        for name in (name for name in fields[:2] if not body.get(name)):
            raise refused(COLUMN_MISSING, field=name)
        for name, value in body.items():
            if name not in fields:
                raise refused(NO_SUCH_FIELD, known=fields)
            number = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
            if not (number if name == "days" else is_text(value)):
                raise refused(OTHER_TYPE, field=name, wanted="a whole number" if name == "days" else "text")
        return cls(
            login=body["login"],
            password=body["password"],
            role=body.get("role", EVERY),
            programme_id=body.get("programme_id", EVERY),
            days=int(body.get("days", TOKEN_DAYS)),
            code=body.get("code", ""),
        )


def is_text(value: object) -> bool:
    """Whether a value is text that UTF-8 can encode; JSON can also write unpaired surrogates, which it cannot."""
    return isinstance(value, str) and value.encode(errors="replace").decode() == value


def _read_cell(column: Column, value: object) -> Value | None:
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
