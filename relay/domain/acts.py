"""The acts: facts to record, each with its id and its content, and which of it is personal.

Kinds with a file have their columns in `columns`; the programme, its rules, and the three acts that speak
about other acts or people have theirs here (design: "Acts, payloads and ids").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from relay.domain import schema
from relay.domain.schema import Column, Kind

# A day is ISO text; a whole number is an int, any other a float of at most 3 decimals (degrees: 6). A rule's
# `equivalents` and a correction's `changes` are mappings.
Value = str | int | float | Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One fact to record.

    Attributes:
        kind: programme, rule, place, group, beneficiary, gift, placement, pass, event, claim, correct, confirm
            or erase.
        id: The act's own id, without its kind.
        values: The normalised content in the order of the kind's columns, its own id included; what is empty is
            absent, nothing is filled in, personal fields are in clear.
    """

    kind: str
    id: str
    values: Mapping[str, Value]

    @property
    def act_id(self) -> str:
        """The id within a programme, such as "pass:88"."""
        return f"{self.kind}:{self.id}"


PROGRAMME: Final = Kind(
    name="programme",
    file="programme",
    columns=(
        Column(name="id", type="programme_id", required=True, fixed=True),
        Column(name="name", type="text", required=True),
        Column(name="timezone", type="timezone", required=True),
        Column(name="goal_generations", type="term"),
        Column(name="locked_until", type="date"),
    ),
)

RULE: Final = Kind(
    name="rule",
    file="rules",
    columns=(
        Column(name="help", type="help", required=True, fixed=True),
        Column(name="unit", type="text", required=True),
        Column(name="given", type="amount", required=True),
        Column(name="owed", type="amount"),
        Column(name="months", type="term", required=True),
        Column(name="grace_days", type="days"),
        Column(name="earliest_days", type="days"),
        Column(name="from", type="date", required=True, fixed=True),
        Column(name="owed_per_given", type="amount"),
        Column(name="sex", type="choice", choices=("F", "M")),
        Column(name="condition", type="choice", choices=("young", "adult", "pregnant"), fixed=True),
        Column(name="equivalents", type="equivalents"),
    ),
)

# In the order in which the exchange format takes them.
FILED: Final[tuple[Kind, ...]] = (PROGRAMME, RULE, *schema.KINDS)

DAY_COLUMNS: Final = frozenset(column.name for kind in FILED for column in kind.columns if column.type == "date")
"""The columns that hold a day."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    **{kind.name: tuple(column.name for column in kind.columns) for kind in FILED},
    "correct": ("correct_id", "act_id", "how", "why", "changes"),
    "confirm": ("confirm_id", "act_id"),
    "erase": ("erase_id", "subject_id"),
}
"""The payload keys of each kind, in order."""

PERSONAL: Final[Mapping[str, frozenset[str]]] = {
    **{kind.name: frozenset(column.name for column in kind.columns if column.personal) for kind in FILED},
    "correct": frozenset({"why"}),
    "confirm": frozenset(),
    "erase": frozenset(),
}
"""The keys of each kind that stand in the ledger only as commitments."""

HOW_CORRECTED: Final = ("did_not_happen", "wrong_data")

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


def rule_id(values: Mapping[str, Value]) -> str:
    """The id of a rule, which has none of its own: "goat@2020-01-01" or "goat@2020-01-01@pregnant".

    Args:
        values: The rule's content, with `help` and `from`, and `condition` when it has one.
    """
    general = f"{values['help']}@{values['from']}"
    return f"{general}@{values['condition']}" if "condition" in values else general
