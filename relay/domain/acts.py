"""The acts: facts to record, each with its id and its content. What a kind of act holds is declared in `kinds`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from relay.errors import Failure, Refused

# A day is ISO text; a whole number is an int, any other a float of at most 3 decimals (degrees: 6). A rule's
# `equivalents` and a correction's `changes` are mappings.
Value = str | int | float | Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One fact to record.

    Attributes:
        kind: One of the catalogue's, such as "pass".
        id: The act's own id, without its kind.
        values: The normalised content in the order of the kind's columns, its own id included; what is empty is
            absent, nothing is filled in, personal fields are in clear.
        written_at: When it was written down by the writer's own clock, a UTC instant; None where nobody said. It says
            nothing of what happened, so two acts are the same whatever it is.
    """

    kind: str
    id: str
    values: Mapping[str, Value]
    written_at: str | None = field(default=None, compare=False)

    @property
    def act_id(self) -> str:
        """The id within a programme, such as "pass:88"."""
        return f"{self.kind}:{self.id}"


SYSTEM_OFF: Final = Failure(
    Refused,
    "system_off",
    "%(act_id)s belongs to %(system)s, which this programme does not use.",
    advice="A manager can switch it on",
    command="relay programme systems --help",
)


_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH: Final = 10
ID_BYTES: Final = 7  # 10 characters of 5 bits each need 50 bits


def new_id(token: bytes) -> str:
    """Make an id that nobody gave, from random bytes: two clerks offline will not make the same one.

    Args:
        token: At least 7 random bytes; the first 7 are used.

    Returns:
        10 characters of Crockford base32 (no I, L, O or U, so it can be read out and written down).

    Raises:
        ValueError: Fewer than 7 bytes were given; a fault of the caller.
    """
    if len(token) < ID_BYTES:
        raise ValueError(ID_BYTES)
    number = int.from_bytes(token[:ID_BYTES], "big")
    return "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(_ID_LENGTH)))


def id_made_of(text: str) -> str:
    """An id of the same form, made of a text: who sends the same twice makes the same id twice."""
    return new_id(sha256(text.encode()).digest())


class OfAct:
    """What an act says, as a value whose class bears the name of its kind: a `Loan` is of the act "loan:ID"."""

    __slots__ = ()

    @property
    def act_id(self) -> str:
        """Of its act, "kind:id"."""
        kind = type(self).__name__.lower()
        return f"{kind}:{getattr(self, f'{kind}_id')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMeant:
    """Which rule is meant, as far as it can be told.

    Attributes:
        help: For which help; None when that is not known.
        on: Its first day, ISO; None the same.
        condition: At receipt; "" for any, None when it is not known.
    """

    help: str | None = None
    on: str | None = None
    condition: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Value], unknown: Collection[str | None] = ()) -> RuleMeant:
        """From what can be read of a rule, and the columns that cannot."""
        help_, on = (None if values.get(name) is None else str(values[name]) for name in ("help", "from"))
        return cls(help=help_, on=on, condition=None if "condition" in unknown else str(values.get("condition", "")))

    def may_bind(self, help_: str, on: str, condition: str) -> bool:
        """Whether it may bind what is received of a help on a day, in a condition or "" for none that is known."""
        return (
            self.help in (None, help_)
            and (self.on is None or self.on <= on)
            and self.condition in (None, "", condition)
        )


def changes_of(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a correction changes: column → value, in a payload perhaps its commitment; empty for what changes nothing.

    Args:
        said: The values of an act, or the payload of an entry.
    """
    changes = said.get("changes")
    return changes if isinstance(changes, Mapping) else {}


def systems_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The systems that a programme's act names; empty when it names none."""
    return tuple(str(values["systems"]).split(";")) if values.get("systems") else ()
