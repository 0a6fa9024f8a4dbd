"""The columns of the exchange format: one table for files, acts, options and payloads alike.

Each kind of act has the columns of its file (design: "Exchange format"), in file order. What a column
may hold is its `type`; `personal` columns stand in the ledger only as commitments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Type = Literal[
    "id",  # an identifier: NFC, 1 to 64 characters, no control characters, ":" or "/"
    "text",  # any text on one or more lines, NFC
    "name",  # what a person is called: text, but no number
    "help",  # a help name: [a-z0-9_]{1,40}
    "date",  # a calendar day
    "units",  # a number with at most 3 decimals; the rule book refuses 0 and less
    "amount",  # a number above 0 with at most 3 decimals
    "count",  # a number of at least 0 with at most 3 decimals
    "term",  # a whole number from 1 to 36,500
    "days",  # a whole number of days from 0 to 36,500
    "year",  # a Gregorian year
    "degrees",  # a latitude or longitude
    "choice",  # one of `choices`
    "tags",  # ear tags separated by ";"
    "equivalents",  # what a unit of other helps counts: help → amount
    "programme_id",  # [a-z0-9-]{1,40}
    "timezone",  # such as Asia/Kathmandu
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file, and so one key of a payload and one option of a command.

    Attributes:
        name: The header, e.g. "received_on".
        type: What a cell may hold.
        required: Whether an empty cell puts the row aside. A required personal column may be absent
            altogether (a nameless export imports).
        personal: Whether the ledger holds only a commitment to the value.
        refers_to: The kind that an id points at, or None when it points at nothing recorded.
        fixed: Whether a correction may not change it (an act's own id and what ties the relay together).
        choices: The words a "choice" may be, in the order of the design.
    """

    name: str
    type: Type
    required: bool = False
    personal: bool = False
    refers_to: str | None = None
    fixed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of act that has a file.

    Attributes:
        name: The kind, e.g. "pass"; act ids are "pass:ID".
        file: The file or sheet that holds such acts, without ".csv".
        columns: In file order; the first is the act's own id.
    """

    name: str
    file: str
    columns: tuple[Column, ...]

    @property
    def id_column(self) -> str:
        """The column that holds the act's own id."""
        return self.columns[0].name

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def _own_id(name: str) -> Column:
    return Column(name=name, type="id", required=True, fixed=True)


def _tie(name: str, kind: str) -> Column:
    return Column(name=name, type="id", required=True, refers_to=kind, fixed=True)


_PLACE = Column(name="place_id", type="id", refers_to="place")
_GROUP = Column(name="group_id", type="id", refers_to="group")
_FEMALES = Column(name="females", type="count")
_MALES = Column(name="males", type="count")
_CONDITION = Column(name="condition", type="choice", choices=("young", "adult", "pregnant"))
_CEREMONY = Column(name="ceremony_id", type="id")
_TAGS = Column(name="tags", type="tags")
_DAM = Column(name="dam_tag", type="text")
_SIRE = Column(name="sire_tag", type="text")
_NOTE = Column(name="note", type="text", personal=True)
_HELP = Column(name="help", type="help", required=True)

KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        name="place",
        file="places",
        columns=(
            _own_id("place_id"),
            Column(name="name", type="text", required=True),
            Column(name="kind", type="choice", choices=("ward", "municipality", "district", "province")),
            Column(name="parent_id", type="id", refers_to="place"),
            Column(name="latitude", type="degrees"),
            Column(name="longitude", type="degrees"),
        ),
    ),
    Kind(
        name="group",
        file="groups",
        columns=(
            _own_id("group_id"),
            Column(name="name", type="text", required=True, personal=True),
            Column(
                name="kind",
                type="choice",
                choices=("womens_group", "savings_group", "literacy_class", "protection_committee", "cooperative"),
            ),
            _PLACE,
        ),
    ),
    Kind(
        name="beneficiary",
        file="beneficiaries",
        columns=(
            _own_id("beneficiary_id"),
            Column(name="name", type="name", required=True, personal=True),
            Column(name="kind", type="choice", choices=("person", "group")),
            Column(name="sex", type="choice", choices=("F", "M")),
            Column(name="birth_year", type="year", personal=True),
            Column(name="household_id", type="id", personal=True),
            Column(name="phone", type="text", personal=True),
            _PLACE,
            _GROUP,
            Column(name="consent_on", type="date"),
            Column(name="consent_language", type="text", personal=True),
        ),
    ),
    Kind(
        name="gift",
        file="gifts",
        columns=(
            _own_id("gift_id"),
            Column(name="donor", type="text", required=True, personal=True),
            _HELP,
            Column(name="given_on", type="date", required=True),
            Column(name="animals", type="units"),
            _NOTE,
        ),
    ),
    Kind(
        name="placement",
        file="placements",
        columns=(
            _own_id("placement_id"),
            _tie("gift_id", "gift"),
            _tie("beneficiary_id", "beneficiary"),
            _HELP,
            Column(name="received_on", type="date", required=True),
            Column(name="animals", type="units", required=True),
            _FEMALES,
            _MALES,
            _CONDITION,
            _CEREMONY,
            _TAGS,
        ),
    ),
    Kind(
        name="pass",
        file="passes",
        columns=(
            _own_id("pass_id"),
            _tie("giver_placement_id", "placement"),
            # Not `refers_to`: the first pass-on that names a receiving placement begins it.
            Column(name="receiver_placement_id", type="id", required=True, fixed=True),
            _tie("beneficiary_id", "beneficiary"),
            Column(name="passed_on", type="date", required=True),
            Column(name="animals", type="units", required=True),
            _FEMALES,
            _MALES,
            _CONDITION,
            Column(name="help", type="help"),
            Column(name="kind", type="choice", choices=("in_kind", "exchanged", "cash")),
            Column(name="witness", type="text", personal=True),
            _CEREMONY,
            _TAGS,
            _DAM,
            _SIRE,
            _NOTE,
        ),
    ),
    Kind(
        name="event",
        file="events",
        columns=(
            _own_id("event_id"),
            _tie("placement_id", "placement"),
            Column(
                name="kind",
                type="choice",
                required=True,
                choices=(
                    "birth",
                    "death",
                    "theft",
                    "sale",
                    "slaughter",
                    "illness",
                    "replacement",
                    "visit",
                    "checked",
                    "left",
                    "excused",
                    "extended",
                ),
            ),
            Column(name="happened_on", type="date", required=True),
            Column(name="animals", type="units"),
            _FEMALES,
            _MALES,
            Column(
                name="reason",
                type="choice",
                choices=("moved", "illness", "animals_died", "household_circumstances", "other_confirmed"),
            ),
            Column(name="until_on", type="date"),
            Column(name="outcome", type="choice", choices=("found", "partly", "not_found")),
            _TAGS,
            _DAM,
            _SIRE,
            _NOTE,
        ),
    ),
    Kind(
        name="claim",
        file="claims",
        columns=(
            _own_id("claim_id"),
            _tie("gift_id", "gift"),
            Column(name="what", type="choice", required=True, choices=("families", "units")),
            Column(name="value", type="count", required=True),
            Column(name="as_of", type="date", required=True),
            Column(name="source", type="text", personal=True),
        ),
    ),
)

DAYS: Final = {"gift": "given_on", "placement": "received_on", "pass": "passed_on", "event": "happened_on"}
"""Kind → the column that says on which day an act happened; acts of other kinds have no day of their own."""

# Files are taken in this order on import; `rules` is rules.toml and comes before them all.
FILE_ORDER: Final = ("places", "groups", "beneficiaries", "gifts", "placements", "passes", "events", "claims")

_BY_NAME: Final = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """The kind of act of that name, e.g. "pass".

    Raises:
        KeyError: No kind with a file has this name; a fault of the caller, not of a user.
    """
    return _BY_NAME[name]
