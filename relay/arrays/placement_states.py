"""The state of every placement on a day, for a whole programme at once.

The rules are those of `model`, and tests compare the two. They are written here a second time, over columns, since
judging a million placements one by one would take minutes. Days and units are as in `columns`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NO_DAY, NONE, Adjacency, Codes, Days, Flags, Rows, Units, day_number
from relay.arrays.kernels import Column, compiled_or_plain, in_halves, run_both
from relay.arrays.tables import Snapshot
from relay.domain.model import DUE_SOON_DAYS, UNIT, Rule
from relay.domain.vocabulary import CONDITIONS, EVENT_KINDS, STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

CAUSES: Final = ("overdue", "death", "theft", "sale", "slaughter", "left")
"""What can break a chain, by code."""

FULFILLED, EXCUSED, LOST, BROKEN, LATE, DUE, IN_TIME = range(len(STATES))

_EXCUSED_EVENT, _EXTENDED, _LEFT = (EVENT_KINDS.index(kind) for kind in ("excused", "extended", "left"))
_ENDS_BY: Final = np.array([*(CAUSES.index(kind) if kind in CAUSES else NONE for kind in EVENT_KINDS), NONE], np.int16)
_KEEPS: Final = np.array(  # by event: what one unit does to the number of animals kept
    [{"replacement": 1}.get(kind, -1 if kind in CAUSES and kind != "left" else 0) for kind in EVENT_KINDS] + [0]
)
_BREEDS: Final = np.array([int(kind == "birth") for kind in EVENT_KINDS] + [0])
_LAST_DAY: Final = 2**31 - 1


# -- the loops ------------------------------------------------------------------------------------------------------
#
# As `kernels` says. `start` and `order` are those of a `Adjacency`.


def _find_losses(  # noqa: C901, PLR0912, PLR0913, PLR0917 - columns; a loop is whole
    rows: Column,
    filled: Column,
    filled_day: Column,
    filled_units: Column,
    received_day: Column,
    came_start: Column,
    came_order: Column,
    went_start: Column,
    went_order: Column,
    pass_day: Column,
    pass_units: Column,
    event_start: Column,
    event_order: Column,
    event_day: Column,
    event_kind: Column,
    event_units: Column,
    keeps: Column,
    breeds: Column,
    ends_by: Column,
    lost_day: Column,
    lost_by: Column,
) -> None:
    """Go through the days of some placements and set the day since which nothing was left, and the cause."""
    for nth in range(len(rows)):
        placement = rows[nth]
        gift = filled[placement]
        came, went, event = came_start[placement], went_start[placement], event_start[placement]
        came_end, went_end, event_end = came_start[placement + 1], went_start[placement + 1], event_start[placement + 1]
        kept, bred, left, since = 0, 0, 0, NO_DAY
        while gift or came < came_end or went < went_end or event < event_end:
            day = _LAST_DAY
            if gift:
                day = min(day, filled_day[placement])
            if came < came_end:
                day = min(day, pass_day[came_order[came]])
            if went < went_end:
                day = min(day, pass_day[went_order[went]])
            if event < event_end:
                day = min(day, event_day[event_order[event]])
            if gift and filled_day[placement] == day:
                kept += filled_units[placement]
                gift = False
            while came < came_end and pass_day[came_order[came]] == day:
                kept += pass_units[came_order[came]]
                came += 1
            while went < went_end and pass_day[went_order[went]] == day:
                bred -= pass_units[went_order[went]]
                went += 1
            while event < event_end and event_day[event_order[event]] == day:
                kind = event_kind[event_order[event]]
                kept += event_units[event_order[event]] * keeps[kind]
                bred += event_units[event_order[event]] * breeds[kind]
                left += kind == _LEFT
                event += 1
            if left == 0 and kept + max(bred, 0) > 0:
                since = NO_DAY
            elif since == NO_DAY:
                since = max(day, received_day[placement])
        lost_day[placement] = since
        for at in range(event_start[placement], event_end):
            by = ends_by[event_kind[event_order[at]]]
            if by >= 0 and event_day[event_order[at]] <= since:
                lost_by[placement] = by


# -- how they stand -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standings:
    """The state of every placement of a snapshot on a day, one row for each.

    Attributes:
        state: Code in `vocabulary.STATES`; -1 if nothing had been received by the day, and then nothing else counts.
        received_day: Day of the earliest receipt.
        condition: Code of the condition at the earliest receipt.
        received: Thousandths received by the day.
        rule: Row of the binding rule in `Snapshot.rules`, or -1.
        due_day: Day by which all that is owed is to be passed on, extensions included.
        owed: Thousandths owed.
        passed: Thousandths passed on that count.
        fulfilled_day: Day on which `passed` reached `owed`, or `NO_DAY`.
        since_day: Day since which a placement is lost or broken, or `NO_DAY`.
        cause: Code in `CAUSES` of a lost or broken placement, else -1.
        ended_day: Day since which a placement that is neither fulfilled nor excused has nothing left to pass on from,
            even if its grace was over by then; `NO_DAY` while she can still pass on.
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
    ended_day: Days

    @property
    def there(self) -> Flags:
        """Which placements existed: they had received something by the day."""
        there: Flags = self.state != NONE
        return there

    @property
    def rows(self) -> Rows | slice:
        """Rows of the placements that existed; a slice of all rows if all did, which is faster to index with."""
        return slice(None) if self.there.all() else np.flatnonzero(self.there).astype(np.int32)

    @property
    def stuck(self) -> Flags:
        """Which placements are lost or broken."""
        stuck: Flags = (self.state == LOST) | (self.state == BROKEN)
        return stuck

    @property
    def mendable(self) -> Flags:
        """Which placements are broken but can still pass on, since she and her animals are still there."""
        mendable: Flags = (self.state == BROKEN) & (self.ended_day == NO_DAY)
        return mendable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _RuleBook:
    """The rules as columns; the last row is "no rule", which owes nothing and counts everything passed on."""

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receipts:
    """What every placement of a snapshot had received by a day.

    Attributes:
        as_of: Reference day; what happens later does not count.
        made: For each pass-on, whether it had been made by the day and counts.
        came: Those pass-ons, by receiver.
        filled: Which placements a gift had filled.
        day: Day of the earliest receipt, `NO_DAY` for none.
        condition: Code of the condition at the earliest receipt.
    """

    as_of: date
    made: Flags
    came: Adjacency
    filled: Flags
    day: Days
    condition: Codes

    @property
    def there(self) -> Flags:
        """Which placements had received something."""
        there: Flags = self.day != NO_DAY
        return there


def receipts(snapshot: Snapshot, as_of: date, *, confirmed_only: bool = False) -> Receipts:
    """What every placement had received by a day.

    Args:
        snapshot: The programme.
        as_of: The day; only what happened on or before it counts.
        confirmed_only: Leave out unconfirmed pass-ons.
    """
    made = snapshot.passes.day <= day_number(as_of)
    if confirmed_only:
        made &= snapshot.passes.confirmed
    came, filled = snapshot.received.only(made), snapshot.placements.filled_by(day_number(as_of))
    day, condition = _earliest_receipts(snapshot, came, filled)
    return Receipts(as_of=as_of, made=made, came=came, filled=filled, day=day, condition=condition)


def standings(snapshot: Snapshot, got: Receipts) -> Standings:
    """The state of every placement on a day.

    Args:
        snapshot: The programme.
        got: What its placements had received by that day.
    """
    today, placements, book = day_number(got.as_of), snapshot.placements, _RuleBook.of(snapshot.rules, snapshot.helps)
    happened = snapshot.events.day <= today
    received = placements.filled_units * got.filled
    np.add.at(received, snapshot.passes.receiver, snapshot.passes.units * got.made)
    rule = _binding_rules(snapshot, got)
    owed = _owed_units(book, rule, received)
    due_day, (passed, fulfilled_day) = run_both(
        partial(_due_days, snapshot, book, rule, got.day, happened),
        partial(_passed_units, snapshot, book, rule, got.made, owed),
        len(placements),
    )
    owes_nothing = np.flatnonzero(owed <= 0)
    fulfilled_day[owes_nothing] = got.day[owes_nothing]
    last_grace = due_day + book.grace.take(rule)
    fulfilled = fulfilled_day != NO_DAY
    excused = np.zeros(len(placements), np.bool_)
    excused[snapshot.events.placement[happened & (snapshot.events.kind == _EXCUSED_EVENT)]] = True
    lost_day, lost_by = _loss_days(snapshot, got, ~fulfilled & ~excused & got.there, happened)
    state = _combined_states(
        {
            DUE: due_day <= today + DUE_SOON_DAYS,
            LATE: due_day < today,
            BROKEN: last_grace < today,
            LOST: (lost_day != NO_DAY) & (lost_day <= last_grace),
            EXCUSED: excused,
            FULFILLED: fulfilled,
            NONE: ~got.there,
        }
    )
    broken, lost = (np.flatnonzero(state == code).astype(np.int32) for code in (BROKEN, LOST))
    since_day, cause = np.full(len(placements), NO_DAY, np.int32), np.full(len(placements), NONE, np.int16)
    since_day[broken], since_day[lost] = last_grace[broken] + 1, lost_day[lost]
    cause[broken], cause[lost] = CAUSES.index("overdue"), lost_by[lost]
    return Standings(
        state=state,
        received_day=got.day,
        condition=got.condition,
        received=received,
        rule=rule,
        due_day=due_day,
        owed=owed,
        passed=passed,
        fulfilled_day=fulfilled_day,
        since_day=since_day,
        cause=cause,
        ended_day=lost_day,
    )


def _earliest_receipts(snapshot: Snapshot, came: Adjacency, filled: Flags) -> tuple[Days, Codes]:
    """Day of the earliest receipt, `NO_DAY` for none, and its condition; on one day, a gift goes before a pass-on."""
    placements, passes = snapshot.placements, snapshot.passes
    day, condition = np.full(len(placements), NO_DAY, np.int32), np.full(len(placements), NONE, np.int16)

    def by_pass_on(rows: slice) -> None:
        start, end = came.start[:-1][rows], came.start[1:][rows]
        first = came.order.take(start, mode="clip")  # of those who have none, any
        np.copyto(day[rows], passes.day.take(first), where=end > start)
        np.copyto(condition[rows], passes.condition.take(first), where=end > start)

    if len(came.order):
        in_halves(by_pass_on, len(placements))
    gift = np.flatnonzero(filled)
    gift = gift[(day[gift] == NO_DAY) | (placements.filled_day[gift] <= day[gift])]
    day[gift], condition[gift] = placements.filled_day[gift], placements.filled_condition[gift]
    return day, condition


def _combined_states(so: Mapping[int, Flags]) -> Codes:
    """The strongest state of each placement: of all states whose flag is set, the smallest code; else IN_TIME."""
    state = np.full(len(so[NONE]), IN_TIME, np.int16)
    for code, flags in so.items():
        np.minimum(state, IN_TIME - flags * np.int16(IN_TIME - code), out=state)
    return state


def _binding_rules(snapshot: Snapshot, got: Receipts) -> Rows:
    """The row of the rule that binds each placement, or -1; stronger rules override weaker ones."""
    rule = np.full(len(snapshot.placements), NONE, np.int32)
    ranked = sorted(
        range(len(snapshot.rules)),
        key=lambda row: (snapshot.rules[row].condition is not None, snapshot.rules[row].from_on, -row),
    )
    for row in ranked:
        each = snapshot.rules[row]
        if each.condition not in (None, *CONDITIONS):
            continue
        bound = (snapshot.placements.help == snapshot.helps.index(each.help)) & (got.day >= day_number(each.from_on))
        if each.condition is not None:
            bound &= got.condition == CONDITIONS.index(each.condition)
        np.copyto(rule, row, where=bound)
    return rule


def _owed_units(book: _RuleBook, rule: Rows, received: Units) -> Units:
    owed = book.owed.take(rule)
    if (book.scaled != NONE).any():
        scaled = book.scaled.take(rule)
        units = np.maximum((scaled * received + UNIT * UNIT // 2) // (UNIT * UNIT), 1) * UNIT
        owed = np.where(scaled == NONE, owed, units)
    return owed


def _due_days(snapshot: Snapshot, book: _RuleBook, rule: Rows, received_day: Days, happened: Flags) -> Days:
    due_day = received_day.copy()
    months = book.months.take(rule)
    for each in set(book.months.tolist()) - {0}:
        bound = months == each
        due_day[bound] = months_later(received_day[bound], each)
    events = snapshot.events
    extended = happened & (events.kind == _EXTENDED)
    np.maximum.at(due_day, events.placement[extended], events.until[extended])
    return due_day


def months_later(days: Days, months: int) -> Days:
    """`model.add_months` for many days: the same day number, or the month's last day.

    >>> from datetime import date
    >>> from relay.arrays.columns import day_number, day_of
    >>> day_of(months_later(np.array([day_number(date(2024, 2, 29))], np.int32), 24)[0])
    datetime.date(2026, 2, 28)
    """
    if not len(days):
        return days
    first, last = int(days.min()), int(days.max())
    if last - first > len(days):
        return _months_later(days, months)
    return _months_later_each(first, last, months).take(days - first)


@lru_cache(maxsize=64)
def _months_later_each(first: int, last: int, months: int) -> Days:
    """`months_later` for each day from `first` to `last`; a shared array that nobody may change."""
    return _months_later(np.arange(first, last + 1, dtype=np.int32), months)


def _months_later(days: Days, months: int) -> Days:
    day: npt.NDArray[Any] = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    number = (day - month).astype(np.int32)
    start = (month + months).astype("datetime64[D]").astype(np.int32)
    after = (month + months + 1).astype("datetime64[D]").astype(np.int32)
    later: Days = np.minimum(start + number, after - 1)
    return later


def _passed_units(snapshot: Snapshot, book: _RuleBook, rule: Rows, made: Flags, owed: Units) -> tuple[Units, Days]:
    """Units each placement passed on that count, and the day on which they reached what it owes, or `NO_DAY`."""
    passes, given, counted = snapshot.passes, snapshot.given.only(made), _counted_units(snapshot, book, rule)
    passed, fulfilled_day = np.zeros(len(owed), np.int64), np.full(len(owed), NO_DAY, np.int32)
    np.add.at(passed, passes.giver, counted * made)
    who = np.flatnonzero((owed > 0) & (passed >= owed))
    at = given.start.take(who + 1) - 1
    last, owes = given.order.take(at), owed.take(who)
    before = passed.take(who) - counted.take(last)
    earlier = np.flatnonzero(before >= owes)
    while len(earlier):  # the pass-on before was enough
        at[earlier] -= 1
        last[earlier] = given.order.take(at[earlier])
        before[earlier] -= counted.take(last[earlier])
        earlier = earlier[before[earlier] >= owes[earlier]]
    fulfilled_day[who] = passes.day.take(last)
    return passed, fulfilled_day


def _counted_units(snapshot: Snapshot, book: _RuleBook, rule: Rows) -> Units:
    """Units that each pass-on counts for its giver."""
    passes, wants = snapshot.passes, book.wants
    counted = passes.units
    if (wants != NONE).any():
        wanted = wants[rule][passes.giver]
        unwanted = np.where(wanted == 0, passes.males, np.where(wanted == 1, passes.females, 0))
        counted = np.maximum(counted - unwanted, 0)
    other = np.flatnonzero(passes.help != snapshot.placements.help.take(passes.giver))
    if len(other):
        worth = book.worth[rule[passes.giver[other]], passes.help[other]]
        counted = counted.copy()
        counted[other] = (counted[other] * worth + UNIT // 2) // UNIT
    return counted


def _loss_days(snapshot: Snapshot, got: Receipts, asked_about: Flags, happened: Flags) -> tuple[Days, Codes]:
    """`model.lost_since` of the placements asked about, `NO_DAY` for never, and the code in `CAUSES` of the cause."""
    placements, passes, events = snapshot.placements, snapshot.passes, snapshot.events
    lost_day, lost_by = np.full(len(placements), NO_DAY, np.int32), np.full(len(placements), NONE, np.int16)
    ended = np.zeros(len(placements), np.bool_)
    ended[events.placement[happened & (_ENDS_BY[events.kind] != NONE)]] = True
    asked_for = np.flatnonzero(asked_about & ended)
    came, went = got.came, snapshot.given.only(got.made & passes.in_kind)
    event = snapshot.happened.only(happened)
    lose = compiled_or_plain(_find_losses, len(placements))

    def some(rows: slice) -> None:
        lose(
            asked_for[rows],
            *(got.filled, placements.filled_day, placements.filled_units, got.day),
            *(came.start, came.order, went.start, went.order, passes.day, passes.units),
            *(event.start, event.order, events.day, events.kind, events.units, _KEEPS, _BREEDS, _ENDS_BY),
            *(lost_day, lost_by),
        )

    in_halves(some, len(asked_for))
    return lost_day, lost_by
