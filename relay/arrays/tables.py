"""The whole programme as columns: integer arrays in ledger order, from the graph or from a replayed register.

A snapshot holds what questions about the whole programme need, and no names or donors, so nothing in it has to be
erased. Both ways of making a snapshot give exactly the same columns. States are not included, since they change at
midnight without an act (see `placement_states`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, Adjacency, Codes, Days, Flags, IdColumn, Rows, Units

if TYPE_CHECKING:
    from relay.domain.model import Rule

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
_ROW: Final = np.int32  # every other column points at a row of another table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Columns of one length; the name of a column decides its type."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """A table from lists or arrays by name; other names are ignored."""
        made: dict[str, Any] = {}
        for name in cls.names():
            column = columns[name]
            made[name] = (
                (column if isinstance(column, IdColumn) else IdColumn.of(column))
                if name == "ids"
                else np.ascontiguousarray(column, dtype=_TYPES.get(name, _ROW))
            )
        return cls(**made)

    def __len__(self) -> int:
        """The number of rows."""
        return len(getattr(self, self.names()[0]))

    def some(self, rows: Rows) -> Self:
        """A table of some rows, in the order asked for."""
        columns = {name: getattr(self, name) for name in self.names()}
        return self.of(
            {name: each.some(rows) if isinstance(each, IdColumn) else each.take(rows) for name, each in columns.items()}
        )

    def more(self, rows: Sequence[Mapping[str, Any]]) -> Self:
        """A table of these rows and more after them.

        Args:
            rows: The values of each new row, by column.
        """
        if not rows:
            return self
        added = self.of({name: [row[name] for row in rows] for name in self.names()})
        longer: dict[str, Any] = {}
        for name in self.names():
            column, new = getattr(self, name), getattr(added, name)
            longer[name] = column.more(list(new)) if isinstance(column, IdColumn) else np.concatenate((column, new))
        return replace(self, **longer)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placements(Table):
    """Placements, in the order in which an act first filled them.

    Attributes:
        ids: Ids of the placements.
        beneficiary: Row of the holder.
        help: Code of the help received.
        gift: Row of the gift that filled it, or -1 if it was filled by a pass-on.
        sequence: Sequence number of the act that first filled it.
        filled_day: Day on which the gift filled it; `NO_DAY` if none did.
        filled_units: Thousandths received from the gift.
        filled_condition: Code of the condition of what the gift gave.
    """

    ids: IdColumn
    beneficiary: Rows
    help: Codes
    gift: Rows
    sequence: Rows
    filled_day: Days
    filled_units: Units
    filled_condition: Codes

    @property
    def original(self) -> Flags:
        """Which were filled from a gift, on any day."""
        original: Flags = self.filled_day != NO_DAY
        return original

    def filled_by(self, day: int) -> Flags:
        """Which had been filled from a gift by the end of a day."""
        return self.original & (self.filled_day <= day)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passes(Table):
    """Pass-ons in force, by sequence.

    Attributes:
        ids: Ids of the pass-ons.
        giver: Row of the placement that gave.
        receiver: Row of the placement that received.
        day: Day of the hand-over.
        sequence: Sequence number of the act.
        help: Code of the help that was handed over.
        units: Thousandths of that help.
        females: Thousandths known to be female.
        males: Thousandths known to be male.
        condition: Code of the condition.
        in_kind: Whether animals themselves were handed over.
        confirmed: Whether a second person confirmed it.
    """

    ids: IdColumn
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Events(Table):
    """Events in force, by sequence.

    Attributes:
        placement: Row of the placement to which it happened.
        kind: Code in `EVENT_KINDS`.
        day: Day on which it happened.
        sequence: Sequence number of the act.
        units: Thousandths; 1000 if no number was given.
        females: Thousandths known to be female.
        males: Thousandths known to be male.
        until: New due day of an extension, or `NO_DAY`.
    """

    placement: Rows
    kind: Codes
    day: Days
    sequence: Rows
    units: Units
    females: Units
    males: Units
    until: Days


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gifts(Table):
    """Gifts, by sequence.

    Attributes:
        ids: Ids of the gifts.
        help: Code of the help.
        day: Day on which it was given.
        units: Thousandths given; -1 if not recorded.
        sequence: Sequence number of the act.
    """

    ids: IdColumn
    help: Codes
    day: Days
    units: Units
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beneficiaries(Table):
    """Beneficiaries, by sequence.

    Attributes:
        ids: Ids of the beneficiaries.
        sex: Code in `SEXES`.
        place: Row of the place where she lives.
        group: Row of the group that she is a member of.
        sequence: Sequence number of the act.
    """

    ids: IdColumn
    sex: Codes
    place: Rows
    group: Rows
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups(Table):
    """Groups, by sequence.

    Attributes:
        ids: Ids of the groups.
        place: Row of the place where it is based.
        sequence: Sequence number of the act.
    """

    ids: IdColumn
    place: Rows
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places(Table):
    """Places, by sequence.

    Attributes:
        ids: Ids of the places.
        parent: Row of the place that it is a part of.
        sequence: Sequence number of the act.
    """

    ids: IdColumn
    parent: Rows
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sames(Table):
    """Acts that declare two ids to be one woman, by sequence.

    Attributes:
        ids: Ids of the acts.
        kept: Row of the beneficiary with her main id.
        other: Row of the beneficiary with her other id.
        sequence: Sequence number of the act.
    """

    ids: IdColumn
    kept: Rows
    other: Rows
    sequence: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """A programme as columns.

    Attributes:
        programme_id: Id of the programme.
        sequence: Sequence number of the last entry that is included; 0 for an empty ledger.
        head_hash: Hash of that entry.
        named: Hash of the last entry that may have changed the name of a place, a group or a donor; if that entry is
            unknown, of the last entry that is included.
        goal_generations: The programme's goal, or None.
        rules: All rule versions in force, by sequence.
        helps: Names of all helps by code, in alphabetical order.
        whole: Whether every record that is referred to exists; foreign data may refer to missing ones.
        placements: By sequence.
        passes: By sequence.
        events: By sequence.
        gifts: By sequence.
        beneficiaries: By sequence.
        groups: By sequence.
        places: By sequence.
        sames: By sequence.
        given: Pass-ons by giver.
        received: Pass-ons by receiver.
        happened: Events by placement.
    """

    programme_id: str
    sequence: int
    head_hash: str
    named: str
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
    sames: Sames
    given: Adjacency
    received: Adjacency
    happened: Adjacency

    def columns(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Every array with its name, such as "passes.giver" or "passes.ids.text", always in the same order."""
        for name, table in TABLES.items():
            for column in table.names():
                values = getattr(getattr(self, name), column)
                if isinstance(values, IdColumn):
                    for part in IdColumn.COLUMNS:
                        yield f"{name}.{column}.{part}", getattr(values, part)
                else:
                    yield f"{name}.{column}", values
        for name in ADJACENCIES:
            for column in Adjacency.COLUMNS:
                yield f"{name}.{column}", getattr(getattr(self, name), column)

    @property
    def is_of_one_entry(self) -> bool:
        """Whether no row is newer than the snapshot's entry, and every row has the act that brought it."""
        sequences = (getattr(self, name).sequence for name in TABLES)
        return all(((each > 0) & (each <= self.sequence)).all() for each in sequences)

    @classmethod
    def of_columns(cls, columns: Mapping[str, npt.NDArray[Any]], **plain: Any) -> Snapshot:  # noqa: ANN401 - as declared
        """The snapshot with these `columns`.

        Args:
            columns: Name → array, as `columns` gives them.
            plain: The attributes that are not columns.

        Raises:
            KeyError: A column is missing.
        """
        tables: dict[str, Any] = {}
        for name, table in TABLES.items():
            tables[name] = table.of(
                {
                    column: IdColumn(*(columns[f"{name}.ids.{part}"] for part in IdColumn.COLUMNS))
                    if column == "ids"
                    else columns[f"{name}.{column}"]
                    for column in table.names()
                }
            )
        for name in ADJACENCIES:
            tables[name] = Adjacency(*(columns[f"{name}.{column}"] for column in Adjacency.COLUMNS))
        return cls(named=plain["head_hash"], **plain, **tables)


TABLES: Final[Mapping[str, type[Table]]] = {
    "placements": Placements,
    "passes": Passes,
    "events": Events,
    "gifts": Gifts,
    "beneficiaries": Beneficiaries,
    "groups": Groups,
    "places": Places,
    "sames": Sames,
}
"""The tables of a snapshot by name."""

ADJACENCIES: Final = ("given", "received", "happened")
"""The adjacencies of a snapshot by name."""


def differences(one: Snapshot, other: Snapshot) -> tuple[str, ...]:
    """Names of the columns and attributes that differ between two snapshots, in order; empty if they are equal."""
    plain = ("programme_id", "sequence", "head_hash", "goal_generations", "rules", "helps", "whole")
    differing = [name for name in plain if getattr(one, name) != getattr(other, name)]
    pairs = zip(one.columns(), other.columns(), strict=True)
    return (*differing, *(name for (name, mine), (_, its) in pairs if not np.array_equal(mine, its)))
