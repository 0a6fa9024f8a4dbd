"""What a kind of act is declared by: its columns, and all else that the rest of Relay has to know of it.

Files, acts, options, payloads and the graph follow from one declaration. The core's kinds are declared in `kinds`,
those of a system in its own folder, by the same types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, LiteralString, TypeAlias

from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.domain.acts import Act
    from relay.domain.notes import Note
    from relay.domain.register import Fact, Register
    from relay.errors import Asked

Role = Literal["staff", "manager", "auditor", "administrator", "protection"]

Type = Literal[
    "act",  # the act that this one is about: its kind and id, as in pass:T1, or its id alone where it is looked up
    "id",  # an identifier: NFC, 1 to 64 characters, no control characters, ":" or "/"
    "ids",  # several of them separated by ";", each once, in their order: who was there
    "text",  # any text on one or more lines, NFC
    "name",  # what a person is called: text, but no number
    "help",  # a help name: [a-z0-9_]{1,40}
    "date",  # a calendar day
    "month",  # a calendar month, such as 2026-11, or one of Bikram Sambat, such as 2083-08 BS
    "units",  # a number with at most 3 decimals; the rule book refuses 0 and less
    "amount",  # a number above 0 with at most 3 decimals
    "count",  # a number of at least 0 with at most 3 decimals
    "money",  # an amount of at least 0 with at most 2 decimals
    "term",  # a whole number from 1 to 36,500
    "days",  # a whole number of days from 0 to 36,500
    "year",  # a Gregorian year
    "degrees",  # a latitude or longitude
    "choice",  # one of `choices`
    "tags",  # ear tags separated by ";"
    "equivalents",  # what a unit of other helps counts: help → amount
    "words",  # some of `choices`, or of words that the rules know, separated by ";"; a list in rules.toml
    "pairs",  # words, each with an amount of money or one of `choices`, as in absent=5;late=2; a table in rules.toml
    "changes",  # of a correction: column → its value from then on; no cell holds it
    "programme_id",  # [a-z0-9-]{1,40}
    "timezone",  # such as Africa/Kigali
    "country",  # a country that comes with Relay by its word, or the country.toml of one of its own
    "level",  # a level of place of the country: [a-z][a-z0-9_]{0,39}
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file, and so one key of a payload and one option of a command.

    Attributes:
        name: The header, e.g. "received_on".
        type: What a cell may hold.
        meaning: What it says about the act, as a `Sentence`: shown in the help of its option, the workbook, forms and
            the API document. How a value is written follows from `type`, so it is not said here. Every column of a kind
            has one; it is empty for a column that only reads a cell.
        required: Whether an empty cell puts the row aside. A required personal column may be absent
            altogether (a nameless export imports).
        personal: Whether the ledger holds only a commitment to the value.
        refers_to: The kind that an id, or each of several, points at; None when it points at nothing recorded.
        begins: The kind of what an id names that its own act may begin, so that nothing needs to be there; where nobody
            gives the id, it is made. None for all other columns.
        fixed: Whether a correction may not change it (an act's own id and what ties the relay together).
        choices: The words a "choice" may be, in the order in which help and pages list them.
        coming: Whether its day may lie ahead: a rule is known before it binds, an extension ends.
        edge: The relationship by which the act is tied in the graph to what the column refers to, to each of several
            by one of its own, or None for none.
        told: Whether the history of what the column refers to tells of the act.
        beside: Whether a rule compares the act with the other acts that name the same record: these are read too when
            the act is judged.
        by_rule: Of a column with `beside`, whether they are read only where a rule in force asks for them
            (`Rules.asks`).
        through: Whether it names the meeting at which the act happened, as in a passbook line. The act has no day of
            its own: it happened on the day of the meeting. When it is judged, all else that happened at the meeting is
            read too, and all that names the group which met.
        elsewhere: Whether the kind that it refers to belongs to a system that may be missing. Where the system is not
            installed, the column is a plain id, which nobody looks up. Where it is installed and the programme does
            not use it, an id without `edge` need not be in the record.
        offered: Whether forms, options and templates offer it; a programme's own column that ended is only read.
    """

    name: str
    type: Type
    meaning: str = ""
    required: bool = False
    personal: bool = False
    refers_to: str | None = None
    begins: str | None = None
    fixed: bool = False
    choices: tuple[str, ...] = ()
    coming: bool = False
    edge: LiteralString | None = None
    told: bool = False
    beside: bool = False
    by_rule: bool = False
    through: bool = False
    elsewhere: bool = False
    offered: bool = True


def own_id(of: str) -> Column:
    """The column of an act's own id, such as goal_id of a goal."""
    return Column(
        name=f"{of}_id",
        type="id",
        meaning=Sentence("The id by which it is known."),
        required=True,
        fixed=True,
    )


def tie(
    kind: str,
    edge: LiteralString,
    *,
    meaning: Sentence,
    name: str = "",
    required: bool = True,
    beside: bool = True,
    by_rule: bool = False,
    through: bool = False,
    elsewhere: bool = False,
) -> Column:
    """The column that ties an act for good to what it is about, whose history tells of it.

    Args:
        kind: Of what it is about.
        edge: Which it is in the graph.
        meaning: As `Column.meaning`.
        name: Of the column; that of the kind's id where it is left out.
        required: Whether every act says it.
        beside: As `Column.beside`.
        by_rule: As `Column.by_rule`.
        through: As `Column.through`.
        elsewhere: As `Column.elsewhere`.
    """
    return Column(
        name=name or f"{kind}_id",
        type="id",
        meaning=meaning,
        required=required,
        refers_to=kind,
        fixed=True,
        edge=edge,
        told=True,
        beside=beside,
        by_rule=by_rule,
        through=through,
        elsewhere=elsewhere,
    )


Notes: TypeAlias = "Mapping[str, Callable[[Register, Fact], Iterator[Note]]]"
"""Kind → what is noted for the auditor when an act of it is recorded; of a correction, from what it says itself."""


def _asks_for_nothing(_register: Register, _acts: Sequence[Act | Fact]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a system judges: acts of its own kinds, and of others while it is on.

    Attributes:
        refuse: Kind → raises what a rule says against an act as it would stand, whether recorded, corrected or brought
            back.
        ask: Kind → what is asked of one that did not stand before: it seems wrong and can be true.
        stands: Kind → the kinds of acts on which one stands, each with the kind of what both name: a passbook line on
            memberships of the same beneficiary, for example. What these no longer say, it is judged anew.
        asks: Acts that are to be judged → what its rules in force judge them beside, by columns that are `by_rule`.
        note: What is noted, where that does not stand apart.
    """

    refuse: Mapping[str, Callable[[Register, Fact], None]] = field(default_factory=dict[str, Any])
    ask: Mapping[str, Callable[[Register, Fact], Iterator[Asked]]] = field(default_factory=dict[str, Any])
    stands: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Any])
    asks: Callable[[Register, Sequence[Act | Fact]], Iterable[str]] = _asks_for_nothing
    note: Notes = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of act.

    Attributes:
        name: The kind, e.g. "pass"; act ids are "pass:ID".
        columns: In file order; the first is the act's own id, unless `id_of` makes one.
        article: What it is called with its article, such as "a gift".
        title: What it is called on pages, such as "Gift".
        phrase: What one of them is in a few words, with the names of its columns, such as "gift of %(units)s"; what
            braces enclose, such as "{ given on %(given_on)s}", is left out beside the day itself.
        deed: What a woman's own history says of one, as the end of a sentence about her, such as "joined group
            %(group_id)s"; empty where it says the phrase.
        file: The file or sheet that holds such acts, without ".csv"; empty for acts that stand in no file.
        table: The table of rules.toml that holds such acts in a folder, in place of a file; empty for none.
        order: Where its file stands among all: lower numbers are taken first, of one number as they are registered.
        id_of: Makes the id of acts that have no column for it, from their content.
        label: Of its nodes in the graph; empty for acts that put none there, or something else than a node.
        day: The column that says on which day an act happened; empty for acts without a day of their own.
        counts_from: The column that says from when an act counts in an audit; `day` when it is empty.
        action: The action of recording one, as in the table of roles; the kind's own name when it is empty.
        ended_by: The relationship that ties the end of one to it in the graph; empty for what cannot be ended.
        roles: Who may record one; empty where the action has a row of its own in the table.
        under: The kinds of rules under which one is judged: all of them are read with it.
        read_by: The role that alone reads what is personal in one, by a question of its own; None where it is as
            personal as a name. No record, file, bundle or plain backup holds it, and who may not record one may not
            correct one.
        on_telephones: Whether telephones have forms for one; all else that comes from one waits for a person.
        published: Whether one went out of the house with what it says: it is made by its own command from what is
            recorded, by no form, and cannot be taken back.
    """

    name: LiteralString
    columns: tuple[Column, ...]
    article: Sentence
    title: Sentence
    phrase: str
    deed: str = ""
    file: str = ""
    table: str = ""
    order: int = 500
    id_of: Callable[[Mapping[str, Any]], str] | None = None
    label: LiteralString = ""
    day: str = ""
    counts_from: str = ""
    action: str = ""
    ended_by: LiteralString = ""
    roles: frozenset[Role] = frozenset()
    under: tuple[str, ...] = ()
    read_by: Role | None = None
    on_telephones: bool = False
    published: bool = False

    @property
    def id_column(self) -> str:
        """The column that holds the act's own id; empty where `id_of` makes it."""
        return "" if self.id_of else self.columns[0].name

    @property
    def rosters(self) -> tuple[Column, ...]:
        """The columns that name several recorded things."""
        return tuple(column for column in self.columns if column.type == "ids" and column.refers_to)

    @property
    def recording(self) -> str:
        """The action that recording one is."""
        return self.action or self.name

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)
