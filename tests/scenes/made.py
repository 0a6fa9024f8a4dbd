"""Made programmes of any size, as `shared` measurements describe them: the same for the same seed.

25 years; a fifth of the placements pass nothing on; the others pass on to 1, 2, 3 or 4 receivers (66, 22, 8 and 4 in a
hundred) after some 15 months; 1.85 in a hundred are pooled from two givers, half of them inside one chain. Of those
that pass nothing on a quarter lost all animals and a tenth left; every second keeper has a birth on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, NONE, Adjacency, IdColumn, day_number, day_of
from relay.arrays.tables import Beneficiaries, Events, Gifts, Groups, Passes, Placements, Places, Sames, Snapshot
from relay.domain.entries import ORIGIN
from relay.domain.model import Rule
from relay.domain.vocabulary import EVENT_KINDS
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.acts import Act

Ints = npt.NDArray[np.int64]

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2024, 12, 31)
RULE = Rule(
    help="goat",
    unit="animal",
    given=2000,
    owed=2000,
    months=24,
    grace_days=90,
    earliest_days=150,
    from_on=date(1990, 1, 1),
)

_ROOTS_IN_ALL = 0.0355
_KEPT = 0.8
_RECEIVERS = (0.66, 0.22, 0.08, 0.04)
_POOLED = 0.0185
_GIFTS_OF = 200  # original placements that one gift fills
_UNITS = np.array([[2000, 0, 0, 0], [1000, 1000, 0, 0], [1000, 500, 500, 0], [500, 500, 500, 500]])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Placements by day: who first gave to each (-1: a gift), and the share she gave."""

    giver: Ints
    day: Ints
    units: Ints
    kept: npt.NDArray[np.bool_]


def programme(placements: int, seed: int = 1) -> Snapshot:
    """A made programme of exactly that many placements, as columns; its last act is on or before `LAST_DAY`."""
    rng = np.random.default_rng(seed)
    drawn = _drawn(placements, rng)
    original = drawn.giver == NONE
    rows = np.flatnonzero(~original)
    pooled = np.sort(rng.choice(rows, int(placements * _POOLED), replace=False)) if len(rows) else rows
    second = _second_givers(drawn, pooled, rng)
    giver = np.concatenate((drawn.giver[rows], second))
    receiver = np.concatenate((rows, pooled))
    units = np.concatenate((drawn.units[rows], np.full(len(pooled), 1000)))
    events = _events(drawn, rng)
    return columns(placements, giver, receiver, drawn.day[receiver], units=units, events=events, filled=drawn.day)


def _drawn(placements: int, rng: np.random.Generator) -> _Drawn:
    first, last = day_number(FIRST_DAY), day_number(LAST_DAY)
    roots = int(placements * _ROOTS_IN_ALL * 1.1) + 1
    while True:
        giver, day, units, kept = _grown(rng.integers(first, last - 800, roots), last, rng)
        if len(day) >= placements:
            break
        roots = int(roots * 1.3) + 1
    order = np.argsort(day, kind="stable")
    rank = np.empty(len(order) + 1, np.int64)
    rank[order], rank[-1] = np.arange(len(order)), NONE
    order = order[:placements]
    return _Drawn(giver=rank[giver[order]], day=day[order], units=units[order], kept=kept[order])


def _grown(newest: Ints, last: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """Every generation from the one before, until nothing more happens."""
    givers, days, shares, keeps = [np.full(len(newest), NONE)], [newest], [np.zeros(len(newest), np.int64)], []
    above = 0
    while len(newest):
        keep = rng.random(len(newest)) < _KEPT
        keeps.append(keep)
        many = np.where(keep, rng.choice(4, len(newest), p=_RECEIVERS) + 1, 0)
        giver = np.repeat(np.arange(len(newest)), many)
        part = np.arange(len(giver)) - np.repeat(np.cumsum(many) - many, many)
        day = newest[giver] + np.clip(rng.normal(450, 120, len(giver)), 200, 900).astype(np.int64)
        stays = day <= last
        givers.append((above + giver)[stays])
        shares.append(_UNITS[many[giver] - 1, part][stays])
        above += len(newest)
        newest = day[stays]
        days.append(newest)
    return np.concatenate(givers), np.concatenate(days), np.concatenate(shares), np.concatenate(keeps)


def _second_givers(drawn: _Drawn, pooled: Ints, rng: np.random.Generator) -> Ints:
    """Somebody who received earlier: for every second one her giver's giver, else anybody."""
    anybody = (rng.random(len(pooled)) * drawn.giver[pooled]).astype(np.int64)
    above = drawn.giver[drawn.giver[pooled]]
    return np.where((np.arange(len(pooled)) % 2 == 0) & (above != NONE), above, anybody)


def _events(drawn: _Drawn, rng: np.random.Generator) -> dict[str, Any]:
    chance = rng.random(len(drawn.day))
    kinds = [
        ("birth", drawn.kept & (chance < 0.5), 2000, 300),
        ("death", ~drawn.kept & (chance < 0.25), 2000, 200),
        ("left", ~drawn.kept & (chance >= 0.25) & (chance < 0.35), 1000, 250),
        ("excused", ~drawn.kept & (chance >= 0.35) & (chance < 0.4), 1000, 700),
        ("extended", (chance > 0.98), 1000, 600),
    ]
    last = day_number(LAST_DAY)
    found: dict[str, list[Any]] = {"placement": [], "kind": [], "day": [], "units": [], "until": []}
    for kind, which, units, after in kinds:
        rows = np.flatnonzero(which & (drawn.day + after <= last))
        found["placement"].append(rows)
        found["kind"].append(np.full(len(rows), EVENT_KINDS.index(kind)))
        found["day"].append(drawn.day[rows] + after)
        found["units"].append(np.full(len(rows), units))
        found["until"].append(drawn.day[rows] + 900 if kind == "extended" else np.full(len(rows), NO_DAY))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def columns(
    placements: int,
    giver: Ints,
    receiver: Ints,
    day: Ints,
    *,
    units: Ints | None = None,
    events: dict[str, Any] | None = None,
    filled: Ints | None = None,
) -> Snapshot:
    """A programme from who gave to whom, placements standing in the order in which they were filled.

    Those to whom nobody gave are original, filled on the day in `filled`, or on the first day of all. Acts are numbered
    by day.
    """
    events = events or {name: np.zeros(0, np.int64) for name in ("placement", "kind", "day", "units", "until")}
    received = np.zeros(placements, np.bool_)
    received[receiver] = True
    originals = np.flatnonzero(~received)
    filled = np.full(placements, day.min(initial=day_number(FIRST_DAY))) if filled is None else filled
    gifts = -(-len(originals) // _GIFTS_OF)
    kinds = np.concatenate((np.zeros(len(originals)), np.ones(len(giver)), np.full(len(events["day"]), 2)))
    days = np.concatenate((filled[originals], day, events["day"]))
    first_act = 2 + gifts + placements  # programme, rule, gifts, beneficiaries
    rows = np.concatenate((originals, receiver, events["placement"]))
    order = np.lexsort((rows, kinds, days))
    sequence = np.empty(len(order), np.int64)
    sequence[order] = np.arange(first_act + 1, first_act + len(order) + 1)
    of_pass = sequence[len(originals) : len(originals) + len(giver)]
    of_event = sequence[len(originals) + len(giver) :]
    began = np.full(placements, np.iinfo(np.int64).max)
    np.minimum.at(began, receiver, of_pass)
    began[originals] = sequence[: len(originals)]
    by_pass, by_event, by_placement = np.argsort(of_pass), np.argsort(of_event), np.argsort(began)
    rank = np.empty(placements, np.int64)
    rank[by_placement] = np.arange(placements)
    original = ~received[by_placement]
    nth_original = np.cumsum(~received) - 1
    made_passes = Passes.of(
        {
            "ids": _ids("T", len(giver)),
            "giver": rank[giver[by_pass]],
            "receiver": rank[receiver[by_pass]],
            "day": day[by_pass],
            "sequence": of_pass[by_pass],
            "help": np.zeros(len(giver)),
            "units": (np.full(len(giver), 2000) if units is None else units)[by_pass],
            "females": np.zeros(len(giver)),
            "males": np.zeros(len(giver)),
            "condition": np.full(len(giver), NONE),
            "in_kind": np.ones(len(giver)),
            "confirmed": np.zeros(len(giver)),
        }
    )
    made_events = Events.of(
        {name: values[by_event] for name, values in events.items()}
        | {"placement": rank[events["placement"][by_event]], "sequence": of_event[by_event]}
        | {"females": np.zeros(len(by_event)), "males": np.zeros(len(by_event))}
    )
    return Snapshot(
        programme_id="made",
        sequence=first_act + len(order),
        head_hash=ORIGIN,
        named=ORIGIN,
        goal_generations=5,
        rules=(RULE,),
        helps=("goat",),
        whole=True,
        placements=Placements.of(
            {
                "ids": _ids("P", placements),
                "beneficiary": np.arange(placements),
                "help": np.zeros(placements),
                "gift": np.where(original, nth_original[by_placement] // _GIFTS_OF, NONE),
                "sequence": began[by_placement],
                "filled_day": np.where(original, filled[by_placement], NO_DAY),
                "filled_units": np.where(original, 2000, 0),
                "filled_condition": np.full(placements, NONE),
            }
        ),
        passes=made_passes,
        events=made_events,
        gifts=Gifts.of(
            {
                "ids": _ids("G", gifts),
                "help": np.zeros(gifts),
                "day": np.full(gifts, day_number(FIRST_DAY)),
                "units": np.full(gifts, NONE),
                "sequence": np.arange(3, 3 + gifts),
            }
        ),
        beneficiaries=Beneficiaries.of(
            {
                "ids": _ids("W", placements),
                "sex": np.zeros(placements),
                "place": np.full(placements, NONE),
                "group": np.full(placements, NONE),
                "sequence": np.arange(3 + gifts, 3 + gifts + placements),
            }
        ),
        groups=Groups.of({"ids": (), "place": (), "sequence": ()}),
        places=Places.of({"ids": (), "parent": (), "sequence": ()}),
        sames=Sames.of({"ids": (), "kept": (), "other": (), "sequence": ()}),
        given=Adjacency.of(made_passes.giver, made_passes.day, placements),
        received=Adjacency.of(made_passes.receiver, made_passes.day, placements),
        happened=Adjacency.of(made_events.placement, made_events.day, placements),
    )


def _ids(letter: str, many: int) -> IdColumn:
    return IdColumn.of(f"{letter}{number}" for number in range(1, many + 1))


def acts(snapshot: Snapshot) -> Iterator[Act]:
    """The acts of a made programme, by sequence."""
    placements, passes, events, gifts = snapshot.placements, snapshot.passes, snapshot.events, snapshot.gifts
    yield say.programme(snapshot.programme_id, goal_generations=snapshot.goal_generations)
    yield say.rule("goat", RULE.from_on.isoformat())
    yield from (say.gift(gift_id, given_on=FIRST_DAY.isoformat()) for gift_id in gifts.ids)
    yield from (say.woman(woman, sex="F") for woman in snapshot.beneficiaries.ids)
    happened: list[tuple[int, Act]] = []
    for row in np.flatnonzero(placements.original).tolist():
        said, gift_id = (
            f"{placements.ids[row]} on {day_of(placements.filled_day[row])}",
            gifts.ids[placements.gift[row]],
        )
        happened.append((int(placements.sequence[row]), say.placed(said, gift_id=gift_id)))
    for row, pass_id in enumerate(passes.ids):
        ends = f"{placements.ids[passes.giver[row]]} > {placements.ids[passes.receiver[row]]}"
        said = f"{pass_id}: {ends} on {day_of(passes.day[row])}"
        happened.append((int(passes.sequence[row]), say.passed(said, animals=int(passes.units[row]) / 1000)))
    for row in range(len(events.day)):
        kind, until = EVENT_KINDS[events.kind[row]], day_of(events.until[row])
        said = f"E{row + 1}: {kind} of {placements.ids[events.placement[row]]} on {day_of(events.day[row])}"
        values = {"animals": int(events.units[row]) / 1000} | ({"until_on": until.isoformat()} if until else {})
        happened.append((int(events.sequence[row]), say.happened(said, **values)))
    yield from (act for _, act in sorted(happened, key=lambda numbered: numbered[0]))
