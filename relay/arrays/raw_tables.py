"""The raw tables a snapshot is made from: unsorted lists of ids and words, read from the graph or from a register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NONE, Adjacency, Codes, Rows, Units
from relay.arrays.tables import TABLES, Snapshot
from relay.domain.vocabulary import CONDITIONS, EVENT_KINDS, SEXES

if TYPE_CHECKING:
    from relay.domain.model import Rule

Columns = Mapping[str, Sequence[Any]]
"""Column → its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTables:
    """Tables as lists by column name, in any order; ids are text, units numbers, and days are numbered.

    Conditions, sexes and kinds are words, or empty. A column that refers to another table holds ids; None refers to
    none.
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
    sames: Columns

    def snapshot(self) -> Snapshot:
        """The snapshot: rows in ledger order, words as codes and ids as row numbers."""
        helps = tuple(
            sorted(
                {rule.help for rule in self.rules}.union(
                    *(rule.equivalents for rule in self.rules),
                    *(table["help"] for table in (self.placements, self.passes, self.gifts)),
                )
            )
        )
        tables: dict[str, dict[str, Any]] = {name: dict(getattr(self, name)) for name in TABLES}
        rows = {name: {id_: row for row, id_ in enumerate(table.get("ids", ()))} for name, table in tables.items()}
        whole = True
        for name, column, named in _NAMING:
            ids, numbers = tables[name][column], _rows(tables[name][column], rows[named])
            whole = whole and int(np.count_nonzero(numbers == NONE)) == ids.count("") + ids.count(None)
            tables[name][column] = numbers
        placements, passes, events = tables["placements"], tables["passes"], tables["events"]
        gifts, beneficiaries = tables["gifts"], tables["beneficiaries"]
        placements["sequence"] = _first_sequences(placements, passes, events)
        order = {name: _order(table) for name, table in tables.items()}
        for name, column, named in _NAMING:
            tables[name][column] = _inverse(order[named])[tables[name][column]]
        placements["filled_condition"] = _codes(placements["filled_condition"], CONDITIONS)
        placements["filled_units"] = _thousandths(placements["filled_units"])
        passes["condition"] = _codes(passes["condition"], CONDITIONS)
        passes |= {name: _thousandths(passes[name]) for name in ("units", "females", "males")}
        events["kind"] = _codes(events["kind"], EVENT_KINDS)
        events |= {name: _thousandths(events[name]) for name in ("units", "females", "males")}
        gifts["units"] = np.where(np.asarray(gifts["units"]) < 0, -1, _thousandths(gifts["units"]))
        beneficiaries["sex"] = _codes(beneficiaries["sex"], SEXES)
        for table in (placements, passes, gifts):
            table["help"] = _codes(table["help"], helps)
        made: dict[str, Any] = {
            name: kind.of(_sorted_columns(tables[name], order[name])) for name, kind in TABLES.items()
        }
        many, pass_, event = len(placements["ids"]), made["passes"], made["events"]
        return Snapshot(
            programme_id=self.programme_id,
            sequence=self.sequence,
            head_hash=self.head_hash,
            named=self.head_hash,
            goal_generations=self.goal_generations,
            rules=self.rules,
            helps=helps,
            whole=whole,
            **made,
            given=Adjacency.of(pass_.giver, pass_.day, many),
            received=Adjacency.of(pass_.receiver, pass_.day, many),
            happened=Adjacency.of(event.placement, event.day, many),
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
    ("sames", "kept", "beneficiaries"),
    ("sames", "other", "beneficiaries"),
)
"""Table, its column, and the table whose ids the column holds."""


def _first_sequences(placements: Columns, passes: Columns, events: Columns) -> npt.NDArray[np.int64]:
    """The sequence of the act that first filled each placement, or if never filled, of the act that first named it."""
    never = np.iinfo(np.int64).max
    sequence = np.asarray(placements["sequence"], np.int64)
    began = np.append(np.where(sequence > 0, sequence, never), never)  # the last is that of no placement
    named = np.full(len(began), never)
    given, happened = np.asarray(passes["sequence"], np.int64), np.asarray(events["sequence"], np.int64)
    np.minimum.at(began, passes["receiver"], given)
    np.minimum.at(named, passes["giver"], given)
    np.minimum.at(named, events["placement"], happened)
    return np.where(began == never, named, began)[:-1]


def _order(table: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """Row numbers sorted by sequence; rows that the same act named first are sorted by id."""
    sequence = np.asarray(table["sequence"], np.int64)
    order = np.argsort(sequence, kind="stable")
    if (np.diff(sequence[order]) == 0).any() and "ids" in table:
        ids, numbers = table["ids"], sequence.tolist()
        order = np.array(sorted(order.tolist(), key=lambda row: (numbers[row], ids[row])), np.int64)
    return order


def _inverse(order: npt.NDArray[np.int64]) -> Rows:
    """The inverse of an order: the position of each row; the last element, for index -1, is -1."""
    to = np.full(len(order) + 1, NONE, np.int32)
    to[order] = np.arange(len(order), dtype=np.int32)
    return to


def _sorted_columns(table: Mapping[str, Any], order: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The columns of a table, sorted in an order."""
    return {
        name: list(map(column.__getitem__, order.tolist())) if name == "ids" else np.asarray(column)[order]
        for name, column in table.items()
    }


def _rows(ids: Sequence[str | None], rows: Mapping[str, int]) -> Rows:
    return np.fromiter(map(rows.get, ids, repeat(NONE)), np.int32, len(ids))  # type: ignore[arg-type]


def _codes(words: Sequence[str], codes: Sequence[str]) -> Codes:
    code_of = {word: code for code, word in enumerate(codes)}
    return np.fromiter(map(code_of.get, words, repeat(NONE)), np.int16, len(words))


def _thousandths(numbers: Sequence[float]) -> Units:
    """Numbers with at most 3 decimals as whole thousandths; rounding makes this exact."""
    return np.rint(np.asarray(numbers, np.float64) * 1000).astype(np.int64)
