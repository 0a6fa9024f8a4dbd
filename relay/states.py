"""How every placement stands on a day, as columns: `model.standing` for a whole programme at once.

The rules are `model`'s, and tests hold the two together; here they are told once more in sums over columns, since
asking a million placements one by one takes minutes. Days and units as in `snapshot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.model import DUE_SOON_DAYS, UNIT, Rule
from relay.snapshot import (
    CONDITIONS,
    EVENT_KINDS,
    NO_DAY,
    NONE,
    Codes,
    Days,
    Flags,
    Rows,
    Snapshot,
    Units,
    day_number,
)
from relay.vocabulary import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

CAUSES: Final = ("overdue", "death", "theft", "sale", "slaughter", "left")
"""What broke a chain, by code."""

FULFILLED, EXCUSED, LOST, BROKEN, LATE, DUE, IN_TIME = range(len(STATES))

_EXCUSED_EVENT, _EXTENDED, _LEFT = (EVENT_KINDS.index(kind) for kind in ("excused", "extended", "left"))
_CAUSE_OF_EVENT: Final = np.array(
    [*(CAUSES.index(kind) if kind in CAUSES else NONE for kind in EVENT_KINDS), NONE], np.int16
)
_KEPT: Final = np.array(  # by event: what one unit does to the number of animals kept
    [{"replacement": 1}.get(kind, -1 if kind in CAUSES and kind != "left" else 0) for kind in EVENT_KINDS] + [0]
)
_BRED: Final = np.array([int(kind == "birth") for kind in EVENT_KINDS] + [0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standings:
    """Every placement of a snapshot on a day, one row a placement.

    Attributes:
        state: Code in `vocabulary.STATES`; -1 when nothing had been received by then, and nothing else counts.
        received_day: Of the earliest receipt.
        condition: Code, at the earliest receipt.
        received: Thousandths received by then.
        rule: Row of the rule that binds in `Snapshot.rules`, or -1.
        due_day: By which everything owed is to be passed on, extensions included.
        owed: Thousandths.
        passed: Thousandths that count.
        fulfilled_day: On which passed reached owed, or `NO_DAY`.
        since_day: On which a lost or broken placement began to be so, or `NO_DAY`.
        cause: Code in `CAUSES` for a lost or broken placement, else -1.
        made: One row a pass-on: whether it had been made by then and counts.
    """

    state: Codes
    received_day: Days
    condition: Codes
    received: Units
    rule: Rows
    due_day: Days
    owed: Units
    passed: Units
    fulfilled_day: Days
    since_day: Days
    cause: Codes
    made: Flags

    @property
    def there(self) -> Flags:
        """Which placements had received something by then."""
        return are_there(self.state)

    @property
    def stuck(self) -> Flags:
        """Which placements are lost or broken."""
        return are_stuck(self.state)


def are_there(state: Codes) -> Flags:
    """Whether placements in these states had received something."""
    there: Flags = state != NONE
    return there


def are_stuck(state: Codes) -> Flags:
    """Whether placements in these states are lost or broken."""
    stuck: Flags = (state == LOST) | (state == BROKEN)
    return stuck


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _RuleBook:
    """The rules as columns, with a last row for "no rule": nothing is owed, and everything passed on counts."""

    owed: Units
    scaled: Units
    grace: Days
    months: Rows
    wants: Codes
    worth: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rules: Sequence[Rule], helps: Sequence[str]) -> _RuleBook:
        worth = [[UNIT if help_ == rule.help else rule.equivalents.get(help_, 0) for help_ in helps] for rule in rules]
        return cls(
            owed=np.array([*(rule.owed or 0 for rule in rules), 0], np.int64),
            scaled=np.array([*(NONE if rule.owed_per_given is None else rule.owed_per_given for rule in rules), NONE]),
            grace=np.array([*(rule.grace_days for rule in rules), 0], np.int32),
            months=np.array([*(rule.months for rule in rules), 0], np.int32),
            wants=np.array([*({"F": 0, "M": 1, None: NONE}[rule.sex] for rule in rules), NONE], np.int16),
            worth=np.array([*worth, [UNIT] * len(helps)], np.int64),
        )


def standings(snapshot: Snapshot, as_of: date, *, confirmed_only: bool = False) -> Standings:
    """How every placement stands on a day.

    Args:
        snapshot: The programme.
        as_of: The day; only what happened on or before it counts.
        confirmed_only: Leave out pass-ons, given and received, that nobody confirmed.
    """
    today, placements, book = day_number(as_of), snapshot.placements, _RuleBook.of(snapshot.rules, snapshot.helps)
    made = snapshot.passes.day <= today
    if confirmed_only:
        made &= snapshot.passes.confirmed
    happened = snapshot.events.day <= today
    filled = placements.filled_by(today)
    received_day, condition = _earliest(snapshot, filled, made)
    there = received_day != NO_DAY
    received = np.where(filled, placements.filled_units, 0) + _summed(snapshot, made)
    rule = _binding(snapshot, received_day, condition)
    owed = _owed(book, rule, received)
    due_day = _due(snapshot, book, rule, received_day, happened)
    passed, fulfilled_day = _passed(snapshot, book, rule, made, owed)
    fulfilled_day = np.where(owed <= 0, received_day, fulfilled_day)
    last_grace = due_day + book.grace[rule]
    fulfilled = fulfilled_day != NO_DAY
    excused = np.zeros(len(placements), np.bool_)
    excused[snapshot.events.placement[happened & (snapshot.events.kind == _EXCUSED_EVENT)]] = True
    lost_day = _lost_since(snapshot, ~fulfilled & ~excused & there, received_day, filled, made, happened)
    lost = (lost_day != NO_DAY) & (lost_day <= last_grace)
    state = np.full(len(placements), IN_TIME, np.int16)
    state[due_day <= today + DUE_SOON_DAYS] = DUE
    state[due_day < today] = LATE
    state[last_grace < today] = BROKEN
    state[lost] = LOST
    state[excused] = EXCUSED
    state[fulfilled] = FULFILLED
    state[~there] = NONE
    broken, lost = state == BROKEN, state == LOST
    cause = np.where(broken, np.int16(0), np.int16(NONE))
    _say_cause(snapshot, cause, lost, lost_day, happened)
    return Standings(
        state=state,
        received_day=received_day,
        condition=condition,
        received=received,
        rule=rule,
        due_day=due_day,
        owed=owed,
        passed=passed,
        fulfilled_day=fulfilled_day,
        since_day=np.where(broken, last_grace + 1, np.where(lost, lost_day, NO_DAY)).astype(np.int32),
        cause=cause,
        made=made,
    )


def _earliest(snapshot: Snapshot, filled: Flags, made: Flags) -> tuple[Days, Codes]:
    """The day of the earliest receipt, `NO_DAY` for none, and its condition; of one day the gift's comes first."""
    placements, passes, sheaves = snapshot.placements, snapshot.passes, snapshot.received.only(made)
    day, condition = np.full(len(placements), NO_DAY, np.int32), np.full(len(placements), NONE, np.int16)
    receiver = np.flatnonzero(sheaves.start[1:] > sheaves.start[:-1])
    first = sheaves.order[sheaves.start[receiver]]
    day[receiver], condition[receiver] = passes.day[first], passes.condition[first]
    gift = np.flatnonzero(filled)
    gift = gift[(day[gift] == NO_DAY) | (placements.filled_day[gift] <= day[gift])]
    day[gift], condition[gift] = placements.filled_day[gift], placements.filled_condition[gift]
    return day, condition


def _summed(snapshot: Snapshot, made: Flags) -> Units:
    """Units that each placement received by pass-on."""
    passes = snapshot.passes
    # float sums of whole numbers are exact below 2**53: nine thousand thousand million units
    units = np.bincount(passes.receiver, np.where(made, passes.units, 0), minlength=len(snapshot.placements))
    return units.astype(np.int64)


def _binding(snapshot: Snapshot, received_day: Days, condition: Codes) -> Rows:
    """The row of the rule that binds each placement, or -1: the weakest claim is laid first, a better one over it."""
    rule = np.full(len(received_day), NONE, np.int32)
    ranked = sorted(
        range(len(snapshot.rules)),
        key=lambda row: (snapshot.rules[row].condition is not None, snapshot.rules[row].from_on, -row),
    )
    for row in ranked:
        each = snapshot.rules[row]
        if each.condition not in (None, *CONDITIONS):
            continue
        bound = (snapshot.placements.help == snapshot.helps.index(each.help)) & (
            received_day >= day_number(each.from_on)
        )
        if each.condition is not None:
            bound &= condition == CONDITIONS.index(each.condition)
        rule[bound] = row
    return rule


def _owed(book: _RuleBook, rule: Rows, received: Units) -> Units:
    owed = book.owed[rule]
    if (book.scaled != NONE).any():
        scaled = book.scaled[rule]
        units = np.maximum((scaled * received + UNIT * UNIT // 2) // (UNIT * UNIT), 1) * UNIT
        owed = np.where(scaled == NONE, owed, units)
    return owed


def _due(snapshot: Snapshot, book: _RuleBook, rule: Rows, received_day: Days, happened: Flags) -> Days:
    due_day = received_day.copy()
    months = book.months[rule]
    for each in np.unique(book.months).tolist():
        if each:
            bound = months == each
            due_day[bound] = months_later(received_day[bound], each)
    events = snapshot.events
    extended = happened & (events.kind == _EXTENDED)
    np.maximum.at(due_day, events.placement[extended], events.until[extended])
    return due_day


def months_later(days: Days, months: int) -> Days:
    """`model.add_months` for many days: the same day number, or the month's last day.

    >>> from datetime import date
    >>> from relay.snapshot import day_number, day_of
    >>> day_of(months_later(np.array([day_number(date(2024, 2, 29))], np.int32), 24)[0])
    datetime.date(2026, 2, 28)
    """
    if not len(days):
        return days
    first, last = int(days.min()), int(days.max())
    if last - first > len(days):
        return _months_later(days, months)
    return _months_later(np.arange(first, last + 1, dtype=np.int32), months)[days - first]  # each day asked once


def _months_later(days: Days, months: int) -> Days:
    day: npt.NDArray[Any] = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    number = (day - month).astype(np.int32)
    start = (month + months).astype("datetime64[D]").astype(np.int32)
    after = (month + months + 1).astype("datetime64[D]").astype(np.int32)
    later: Days = np.minimum(start + number, after - 1)
    return later


def _passed(snapshot: Snapshot, book: _RuleBook, rule: Rows, made: Flags, owed: Units) -> tuple[Units, Days]:
    """What each placement passed on that counts, and the day on which that reached what it owes."""
    sheaves = snapshot.given.only(made)
    first, end = sheaves.start[:-1], sheaves.start[1:]
    so_far = np.concatenate(([0], np.cumsum(_counted(snapshot, book, rule[snapshot.passes.giver])[sheaves.order])))
    passed = np.diff(so_far[sheaves.start])
    fulfilled = np.flatnonzero((passed >= owed) & (end > first))
    enough = so_far[first[fulfilled]] + owed[fulfilled]
    reached = end[fulfilled] - 1  # most reach it with their last pass-on; the others are looked for
    sooner = so_far[reached] >= enough
    reached[sooner] = np.maximum(np.searchsorted(so_far, enough[sooner]) - 1, first[fulfilled[sooner]])
    fulfilled_day = np.full(len(owed), NO_DAY, np.int32)
    fulfilled_day[fulfilled] = snapshot.passes.day[sheaves.order[reached]]
    return passed, fulfilled_day


def _counted(snapshot: Snapshot, book: _RuleBook, bound: Rows) -> Units:
    """What each pass-on counts for its giver, whom a rule binds."""
    passes, wants = snapshot.passes, book.wants
    counted = passes.units
    if (wants != NONE).any():
        unwanted = np.where(wants[bound] == 0, passes.males, np.where(wants[bound] == 1, passes.females, 0))
        counted = np.maximum(counted - unwanted, 0)
    worth = book.worth.take(bound * book.worth.shape[1] + passes.help)  # [bound, passes.help] in half of the time
    other = np.flatnonzero(worth != UNIT)
    if len(other):
        counted = counted.copy()
        counted[other] = (counted[other] * worth[other] + UNIT // 2) // UNIT
    return counted


def _lost_since(
    snapshot: Snapshot, asked: Flags, received_day: Days, filled: Flags, made: Flags, happened: Flags
) -> Days:
    """`model.lost_since` of the placements asked for: the first day of a stretch that lasts, or `NO_DAY`."""
    placements, passes, events = snapshot.placements, snapshot.passes, snapshot.events
    since = np.full(len(placements), NO_DAY, np.int32)
    ended = np.zeros(len(placements), np.bool_)
    ended[events.placement[happened & (_CAUSE_OF_EVENT[events.kind] != NONE)]] = True
    asked = asked & ended
    if not asked.any():
        return since
    rows = np.flatnonzero(asked).astype(np.int32)
    gift, came, went = rows[filled[rows]], snapshot.received.about(rows), snapshot.given.about(rows)
    event = snapshot.happened.about(rows)
    came, went, event = came[made[came]], went[made[went] & passes.in_kind[went]], event[happened[event]]
    kind = events.kind[event]
    placement = np.concatenate((gift, passes.receiver[came], passes.giver[went], events.placement[event]))
    day = np.concatenate((placements.filled_day[gift], passes.day[came], passes.day[went], events.day[event]))
    given, got = placements.filled_units[gift], passes.units[came]
    handed, units = passes.units[went], events.units[event]
    kept = np.concatenate((given, got, 0 * handed, units * _KEPT[kind]))
    bred = np.concatenate((0 * given, 0 * got, -handed, units * _BRED[kind]))
    left = np.concatenate((0 * given, 0 * got, 0 * handed, (kind == _LEFT).astype(np.int64)))
    order = np.lexsort((day, placement))
    placement, day = placement[order], day[order]
    starts = np.flatnonzero(np.concatenate(([True], placement[1:] != placement[:-1])))
    kept, bred, left = (_running(each[order], starts) for each in (kept, bred, left))
    evening = np.flatnonzero(np.concatenate(((placement[1:] != placement[:-1]) | (day[1:] != day[:-1]), [True])))
    nothing = (left[evening] > 0) | (kept[evening] + np.maximum(bred[evening], 0) <= 0)
    placement, day = placement[evening], day[evening]
    new = np.concatenate(([True], placement[1:] != placement[:-1]))
    begins = nothing & (new | ~np.concatenate(([False], nothing[:-1])))
    since[placement[begins]] = np.maximum(day[begins], received_day[placement[begins]])  # the last of each stays
    last = np.concatenate((new[1:], [True]))
    since[placement[last & ~nothing]] = NO_DAY
    return since


def _running(values: Units, starts: npt.NDArray[np.int64]) -> Units:
    """Sums so far within stretches that begin at `starts`."""
    running = np.cumsum(values)
    before = running[starts] - values[starts]
    return running - np.repeat(before, np.diff(np.append(starts, len(values))))


def _say_cause(snapshot: Snapshot, cause: Codes, lost: Flags, lost_day: Days, happened: Flags) -> None:
    """Write down the last death, theft, sale, slaughter or left up to the day on which a placement was lost."""
    events, order = snapshot.events, snapshot.happened.about(np.flatnonzero(lost).astype(np.int32))
    order = order[happened[order]]
    placement, ended_by = events.placement[order], _CAUSE_OF_EVENT[events.kind[order]]
    counts = (ended_by != NONE) & (events.day[order] <= lost_day[placement])
    cause[placement[counts]] = ended_by[counts]  # by day, then sequence: the last one stays
