"""The whole programme as columns: integer arrays in ledger order, from the graph or from a replayed register.

What a whole-programme question needs, and nothing that names a person: neither names nor donors, so nothing here
has to be erased. Both ways of making a snapshot give exactly the same columns. Days are days since 1970-01-01
(`day_number`), units whole thousandths, places in another table its row, -1 for none. States are not here: they
change at midnight with no act (see `states`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, Self, SupportsInt

import numpy as np
import numpy.typing as npt

from relay.arrays.adjacency import Sheaves, bind
from relay.arrays.id_column import Ids
from relay.arrays.stores import Codes, Days, Flags, Rows, Table, Units
from relay.domain.entries import ORIGIN
from relay.domain.register import Fact, Register, rule_of
from relay.domain.schema import kind_named

if TYPE_CHECKING:
    from relay.domain.model import Rule

EPOCH: Final = date(1970, 1, 1)
NO_DAY: Final = -(2**31)  # before every day, so that the latest of it and a day is the day
NONE: Final = -1


def _choices(kind: str, column: str) -> tuple[str, ...]:
    found = kind_named(kind).column(column)
    return found.choices if found else ()


CONDITIONS: Final = _choices("pass", "condition")
SEXES: Final = _choices("beneficiary", "sex")
EVENT_KINDS: Final = _choices("event", "kind")
"""Words by code; -1 stands for none of them."""

_TYPES: Final[Mapping[str, type[np.generic]]] = {
    "day": np.int32,
    "until": np.int32,
    "sequence": np.int32,
    "filled_day": np.int32,
    "filled_units": np.int64,
    "units": np.int64,
    "females": np.int64,
    "males": np.int64,
    "help": np.int16,
    "condition": np.int16,
    "filled_condition": np.int16,
    "sex": np.int16,
    "kind": np.int16,
    "in_kind": np.bool_,
    "confirmed": np.bool_,
}
_NO_TRAIL: Final = np.empty(0, np.int64)
_ROW: Final = np.int32  # every other column points at a row of another table


def day_number(day: date) -> int:
    """A day as days since 1970-01-01.

    >>> day_number(date(1970, 1, 2)), day_number(date(1969, 12, 31))
    (1, -1)
    """
    return (day - EPOCH).days


def day_said(text: str) -> int:
    """The number of a day as the ledger writes it, such as "2026-02-28"."""
    return day_number(date.fromisoformat(text))


def day_of(number: SupportsInt) -> date | None:
    """The day of a number of days since 1970-01-01; None for `NO_DAY`.

    >>> day_of(20512), day_of(NO_DAY)
    (datetime.date(2026, 2, 28), None)
    """
    days = int(number)
    return None if days == NO_DAY else known_day(days)


def known_day(number: int) -> date:
    """The same of a number that is not `NO_DAY`."""
    return EPOCH + timedelta(days=number)


def days_of(numbers: Days) -> list[date]:
    """The days of many numbers, none of which is `NO_DAY`."""
    days: list[date] = numbers.astype("datetime64[D]").tolist()
    return days


def code_of(word: str | None, words: Sequence[str]) -> int:
    """The code of a word, -1 for none of them."""
    return words.index(word) if word in words else NONE


class _Listed(Table):
    """A table whose columns are of the types that their names tell."""

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """A table from lists or arrays by name; names that are not its own are left out."""
        made: dict[str, Any] = {}
        for name in cls.names():
            column = columns[name]
            made[name] = (
                (column if isinstance(column, Ids) else Ids.of(column))
                if name == "ids"
                else np.ascontiguousarray(column, dtype=_TYPES.get(name, _ROW))
            )
        return cls(**made)


@dataclass(frozen=True, kw_only=True, eq=False)
class Placements(_Listed):
    """Placements, in the order in which an act first filled them.

    Attributes:
        ids: Their ids.
        beneficiary: Row of who holds it.
        help: Code of what was received.
        gift: Row of the gift that filled it, or -1 when it came by pass-on.
        sequence: Of the act that first filled it.
        filled_day: When the gift filled it; `NO_DAY` when none did.
        filled_units: Thousandths from the gift.
        filled_condition: Code of the condition, from the gift.
    """

    ids: Ids
    beneficiary: Rows
    help: Codes
    gift: Rows
    sequence: Rows
    filled_day: Days
    filled_units: Units
    filled_condition: Codes

    @property
    def original(self) -> Flags:
        """Which were filled from a gift, on whatever day."""
        original: Flags = self.filled_day != NO_DAY
        return original

    def filled_by(self, day: int) -> Flags:
        """Which had been filled from a gift by the end of a day."""
        return self.original & (self.filled_day <= day)


@dataclass(frozen=True, kw_only=True, eq=False)
class Passes(_Listed):
    """Pass-ons that stand, by sequence.

    Attributes:
        ids: Their ids.
        giver: Row of the placement that gave.
        receiver: Row of the placement that received.
        day: When.
        sequence: Of the act.
        help: Code of the help as handed over.
        units: Thousandths of that help.
        females: Thousandths known to be female.
        males: Thousandths known to be male.
        condition: Code.
        in_kind: Whether animals themselves were handed over.
        confirmed: Whether a second person confirmed it.
    """

    ids: Ids
    giver: Rows
    receiver: Rows
    day: Days
    sequence: Rows
    help: Codes
    units: Units
    females: Units
    males: Units
    condition: Codes
    in_kind: Flags
    confirmed: Flags


@dataclass(frozen=True, kw_only=True, eq=False)
class Events(_Listed):
    """Events that stand, by sequence.

    Attributes:
        placement: Row of the placement to which it happened.
        kind: Code in `EVENT_KINDS`.
        day: When.
        sequence: Of the act.
        units: Thousandths; 1000 when no number was given.
        until: New due day of an extension, or `NO_DAY`.
    """

    placement: Rows
    kind: Codes
    day: Days
    sequence: Rows
    units: Units
    until: Days


@dataclass(frozen=True, kw_only=True, eq=False)
class Gifts(_Listed):
    """Gifts, by sequence.

    Attributes:
        ids: Their ids.
        help: Code.
        day: When it was given.
        units: Thousandths said to be given; -1 when not said.
        sequence: Of the act.
    """

    ids: Ids
    help: Codes
    day: Days
    units: Units
    sequence: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Beneficiaries(_Listed):
    """Beneficiaries, by sequence.

    Attributes:
        ids: Their ids.
        sex: Code in `SEXES`.
        place: Row of where she lives.
        group: Row of the group she is a member of.
        sequence: Of the act.
    """

    ids: Ids
    sex: Codes
    place: Rows
    group: Rows
    sequence: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups(_Listed):
    """Groups, by sequence.

    Attributes:
        ids: Their ids.
        place: Row of where it is based.
        sequence: Of the act.
    """

    ids: Ids
    place: Rows
    sequence: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Places(_Listed):
    """Places, by sequence.

    Attributes:
        ids: Their ids.
        parent: Row of the place of which it is a part.
        sequence: Of the act.
    """

    ids: Ids
    parent: Rows
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """A programme as columns.

    Attributes:
        programme_id: Its id.
        sequence: Of the last entry that is counted in; 0 for an empty ledger.
        head_hash: Of that entry.
        root: Hash of the entry up to which it was read whole; what came later was added row by row, and changed none
            but which pass-ons are confirmed.
        trail: The first digits of the hashes of the entries that came later, as numbers.
        named: Sequence of the last entry that may have changed what a place, a group or a donor is called; at first, of
            the entry in `root`.
        goal_generations: The programme's goal, or None.
        rules: All rule versions that stand, by sequence.
        helps: Names of all helps by code, in the order of the alphabet.
        whole: Whether everything that is named is there; foreign data may name what is not.
        placements: By sequence.
        passes: By sequence.
        events: By sequence.
        gifts: By sequence.
        beneficiaries: By sequence.
        groups: By sequence.
        places: By sequence.
        given: Pass-ons by giver.
        received: Pass-ons by receiver.
        happened: Events by placement.
    """

    programme_id: str
    sequence: int
    head_hash: str
    root: str
    trail: npt.NDArray[np.int64]
    named: int
    goal_generations: int | None
    rules: tuple[Rule, ...]
    helps: tuple[str, ...]
    whole: bool
    placements: Placements
    passes: Passes
    events: Events
    gifts: Gifts
    beneficiaries: Beneficiaries
    groups: Groups
    places: Places
    given: Sheaves
    received: Sheaves
    happened: Sheaves

    def columns(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Every array with its name, such as "passes.giver" or "passes.ids.text", always in the same order."""
        for name, table in TABLES.items():
            for column in table.names():
                values = getattr(getattr(self, name), column)
                if isinstance(values, Ids):
                    for part in Ids.COLUMNS:
                        yield f"{name}.{column}.{part}", getattr(values, part)
                else:
                    yield f"{name}.{column}", values
        for name in SHEAVES:
            for column in Sheaves.COLUMNS:
                yield f"{name}.{column}", getattr(getattr(self, name), column)

    def follows(self, earlier: Snapshot) -> bool:
        """Whether this is an earlier one carried on, or the same."""
        mine, its = self.trail, earlier.trail
        far = len(its) - 1
        return self.root == earlier.root and far < len(mine) and (far < 0 or bool(mine[far] == its[far]))

    @property
    def is_of_one_entry(self) -> bool:
        """Whether nothing in it came later than its entry, and nothing is there without the act that brought it."""
        sequences = (getattr(self, name).sequence for name in TABLES)
        return all(((each > 0) & (each <= self.sequence)).all() for each in sequences)

    @classmethod
    def of_columns(cls, columns: Mapping[str, npt.NDArray[Any]], **plain: Any) -> Snapshot:  # noqa: ANN401 - as declared
        """The snapshot whose `columns` these are, with all that is no column.

        Raises:
            KeyError: A column is missing.
        """
        tables: dict[str, Any] = {}
        for name, table in TABLES.items():
            tables[name] = table.of(
                {
                    column: Ids(*(columns[f"{name}.ids.{part}"] for part in Ids.COLUMNS))
                    if column == "ids"
                    else columns[f"{name}.{column}"]
                    for column in table.names()
                }
            )
        for name in SHEAVES:
            tables[name] = Sheaves(*(columns[f"{name}.{column}"] for column in Sheaves.COLUMNS))
        return cls(root=plain["head_hash"], trail=_NO_TRAIL, named=plain["sequence"], **plain, **tables)


TABLES: Final[Mapping[str, type[_Listed]]] = {
    "placements": Placements,
    "passes": Passes,
    "events": Events,
    "gifts": Gifts,
    "beneficiaries": Beneficiaries,
    "groups": Groups,
    "places": Places,
}
"""The tables of a snapshot by name."""

SHEAVES: Final = ("given", "received", "happened")
"""What a snapshot binds together."""


def differences(one: Snapshot, other: Snapshot) -> tuple[str, ...]:
    """Names of what differs between two snapshots, in their own order; empty when they are equal."""
    plain = ("programme_id", "sequence", "head_hash", "goal_generations", "rules", "helps", "whole")
    found = [name for name in plain if getattr(one, name) != getattr(other, name)]
    pairs = zip(one.columns(), other.columns(), strict=True)
    return (*found, *(name for (name, mine), (_, its) in pairs if not np.array_equal(mine, its)))


# -- making one ---------------------------------------------------------------------------------------------------

Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """What a snapshot is made of, as lists by name: ids as text, units as numbers, days numbered, in any order.

    A condition, sex or kind is a word, or empty. Other tables are named by ids, or None for none.
    """

    programme_id: str
    sequence: int
    head_hash: str
    goal_generations: int | None
    rules: tuple[Rule, ...]
    placements: Columns
    passes: Columns
    events: Columns
    gifts: Columns
    beneficiaries: Columns
    groups: Columns
    places: Columns

    def bound(self) -> Snapshot:
        """The snapshot: in ledger order, words as codes and ids as rows."""
        helps = tuple(
            sorted(
                {rule.help for rule in self.rules}.union(
                    *(rule.equivalents for rule in self.rules),
                    *(sheet["help"] for sheet in (self.placements, self.passes, self.gifts)),
                )
            )
        )
        sheets: dict[str, dict[str, Any]] = {name: dict(getattr(self, name)) for name in TABLES}
        rows = {name: {id_: row for row, id_ in enumerate(sheet.get("ids", ()))} for name, sheet in sheets.items()}
        whole = True
        for name, column, table in _NAMING:
            ids, found = sheets[name][column], _rows(sheets[name][column], rows[table])
            whole = whole and int(np.count_nonzero(found == NONE)) == ids.count("") + ids.count(None)
            sheets[name][column] = found
        placements, passes, events = sheets["placements"], sheets["passes"], sheets["events"]
        gifts, beneficiaries = sheets["gifts"], sheets["beneficiaries"]
        placements["sequence"] = _began(placements, passes, events)
        order = {name: _order(sheet) for name, sheet in sheets.items()}
        for name, column, table in _NAMING:
            sheets[name][column] = _turned(order[table])[sheets[name][column]]
        placements["filled_condition"] = _codes(placements["filled_condition"], CONDITIONS)
        placements["filled_units"] = _thousandths(placements["filled_units"])
        passes["condition"] = _codes(passes["condition"], CONDITIONS)
        passes |= {name: _thousandths(passes[name]) for name in ("units", "females", "males")}
        events |= {"kind": _codes(events["kind"], EVENT_KINDS), "units": _thousandths(events["units"])}
        gifts["units"] = np.where(np.asarray(gifts["units"]) < 0, -1, _thousandths(gifts["units"]))
        beneficiaries["sex"] = _codes(beneficiaries["sex"], SEXES)
        for sheet in (placements, passes, gifts):
            sheet["help"] = _codes(sheet["help"], helps)
        made: dict[str, Any] = {name: table.of(_permuted(sheets[name], order[name])) for name, table in TABLES.items()}
        many, pass_, event = len(placements["ids"]), made["passes"], made["events"]
        return Snapshot(
            programme_id=self.programme_id,
            sequence=self.sequence,
            head_hash=self.head_hash,
            root=self.head_hash,
            trail=_NO_TRAIL,
            named=self.sequence,
            goal_generations=self.goal_generations,
            rules=self.rules,
            helps=helps,
            whole=whole,
            **made,
            given=bind(pass_.giver, pass_.day, many),
            received=bind(pass_.receiver, pass_.day, many),
            happened=bind(event.placement, event.day, many),
        )


_NAMING: Final = (
    ("passes", "giver", "placements"),
    ("passes", "receiver", "placements"),
    ("events", "placement", "placements"),
    ("placements", "beneficiary", "beneficiaries"),
    ("placements", "gift", "gifts"),
    ("beneficiaries", "place", "places"),
    ("beneficiaries", "group", "groups"),
    ("groups", "place", "places"),
    ("places", "parent", "places"),
)
"""Sheet, column, and the table whose ids stand in it."""


def _began(placements: Columns, passes: Columns, events: Columns) -> npt.NDArray[np.int64]:
    """The act that first filled each placement; in foreign data, that first named one which nothing filled."""
    never = np.iinfo(np.int64).max
    sequence = np.asarray(placements["sequence"], np.int64)
    began = np.append(np.where(sequence > 0, sequence, never), never)  # the last is that of no placement
    named = np.full(len(began), never)
    given, happened = np.asarray(passes["sequence"], np.int64), np.asarray(events["sequence"], np.int64)
    np.minimum.at(began, passes["receiver"], given)
    np.minimum.at(named, passes["giver"], given)
    np.minimum.at(named, events["placement"], happened)
    return np.where(began == never, named, began)[:-1]


def _order(sheet: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """The rows of a sheet by sequence; those that one act named first by id."""
    sequence = np.asarray(sheet["sequence"], np.int64)
    order = np.argsort(sequence, kind="stable")
    if (np.diff(sequence[order]) == 0).any() and "ids" in sheet:
        ids, numbers = sheet["ids"], sequence.tolist()
        order = np.array(sorted(order.tolist(), key=lambda row: (numbers[row], ids[row])), np.int64)
    return order


def _turned(order: npt.NDArray[np.int64]) -> Rows:
    """Where each row goes in an order; the last stands for none."""
    to = np.full(len(order) + 1, NONE, np.int32)
    to[order] = np.arange(len(order), dtype=np.int32)
    return to


def _permuted(sheet: Mapping[str, Any], order: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The columns of a sheet in another order."""
    return {
        name: list(map(column.__getitem__, order.tolist())) if name == "ids" else np.asarray(column)[order]
        for name, column in sheet.items()
    }


def _rows(ids: Sequence[str | None], rows: Mapping[str, int]) -> Rows:
    return np.fromiter(map(rows.get, ids, repeat(NONE)), np.int32, len(ids))  # type: ignore[arg-type]


def _codes(words: Sequence[str], codes: Sequence[str]) -> Codes:
    code_of = {word: code for code, word in enumerate(codes)}
    return np.fromiter(map(code_of.get, words, repeat(NONE)), np.int16, len(words))


def _thousandths(numbers: Sequence[float]) -> Units:
    """Units have at most 3 decimals, so that rounding a float's thousandths is exact."""
    return np.rint(np.asarray(numbers, np.float64) * 1000).astype(np.int64)


def of_register(register: Register) -> Snapshot:
    """The snapshot of a whole replayed register, as known at its last entry."""
    by_kind: dict[str, list[Fact]] = {}
    for fact in register.facts.values():
        by_kind.setdefault(fact.kind, []).append(fact)
    for facts in by_kind.values():
        facts.sort(key=lambda fact: fact.sequence)
    last = max(register.entries.values(), key=lambda entry: entry.sequence, default=None)
    programme = register.facts.get(f"programme:{register.programme_id}")
    return Sheets(
        programme_id=register.programme_id,
        sequence=last.sequence if last else 0,
        head_hash=last.hash if last else ORIGIN,
        goal_generations=programme.values.get("goal_generations") if programme else None,
        rules=tuple(rule_of(fact.values) for fact in by_kind.get("rule", ())),
        placements=_placement_sheet(register),
        passes=_pass_sheet(register, by_kind.get("pass", [])),
        events=_event_sheet(by_kind.get("event", [])),
        gifts=_gift_sheet(by_kind.get("gift", [])),
        beneficiaries=_named(by_kind.get("beneficiary", []), sex="sex", place="place_id", group="group_id"),
        groups=_named(by_kind.get("group", []), place="place_id"),
        places=_named(by_kind.get("place", []), parent="parent_id"),
    ).bound()


def _named(facts: Sequence[Fact], **columns: str) -> Columns:
    return {
        "ids": [fact.id for fact in facts],
        "sequence": [fact.sequence for fact in facts],
        **{name: [fact.values.get(column) for fact in facts] for name, column in columns.items()},
    }


def _placement_sheet(register: Register) -> Columns:
    placements = register.placements.values()
    filled = [register.facts.get(f"placement:{placement.placement_id}") for placement in placements]
    return {
        "ids": [placement.placement_id for placement in placements],
        "beneficiary": [placement.beneficiary_id for placement in placements],
        "help": [placement.help for placement in placements],
        "gift": [placement.gift_id for placement in placements],
        "sequence": [fact.sequence if fact else 0 for fact in filled],
        "filled_day": [day_said(fact.values["received_on"]) if fact else NO_DAY for fact in filled],
        "filled_units": [fact.values["animals"] if fact else 0 for fact in filled],
        "filled_condition": [fact.values.get("condition", "") if fact else "" for fact in filled],
    }


def _pass_sheet(register: Register, facts: Sequence[Fact]) -> Columns:
    helps = {placement.placement_id: placement.help for placement in register.placements.values()}
    values = [fact.values for fact in facts]
    return _named(facts, giver="giver_placement_id", receiver="receiver_placement_id") | {
        "day": [day_said(each["passed_on"]) for each in values],
        "help": [each.get("help") or helps[each["giver_placement_id"]] for each in values],
        "units": [each["animals"] for each in values],
        "females": [each.get("females", 0) for each in values],
        "males": [each.get("males", 0) for each in values],
        "condition": [each.get("condition", "") for each in values],
        "in_kind": [each.get("kind", "in_kind") == "in_kind" for each in values],
        "confirmed": [fact.confirm_id is not None for fact in facts],
    }


def _event_sheet(facts: Sequence[Fact]) -> Columns:
    values = [fact.values for fact in facts]
    return {
        "sequence": [fact.sequence for fact in facts],
        "placement": [each["placement_id"] for each in values],
        "kind": [each["kind"] for each in values],
        "day": [day_said(each["happened_on"]) for each in values],
        "units": [each.get("animals", 1) for each in values],
        "until": [day_said(each["until_on"]) if each.get("until_on") else NO_DAY for each in values],
    }


def _gift_sheet(facts: Sequence[Fact]) -> Columns:
    return _named(facts, help="help") | {
        "day": [day_said(fact.values["given_on"]) for fact in facts],
        "units": [fact.values.get("animals", -1) for fact in facts],
    }
