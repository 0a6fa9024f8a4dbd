"""Suspects: at which pass-ons and placements a check has to look, told by the columns of the programme.

To read acts one by one takes a hundred times as long as to compare columns, and nearly all are innocent. Some who are
named here are innocent too, but nobody odd is left out; what is odd the checks say, which read the acts. Each function
gives one flag for every pass-on, or for every placement, of the snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from relay.arrays.columns import NONE, Days, Flags, Rows, Units, day_number
from relay.arrays.tables import Passes
from relay.arrays.women import women_of
from relay.audit.books import Books, once
from relay.domain.model import Rule
from relay.domain.vocabulary import EVENT_KINDS

_Kind = TypeVar("_Kind", bound=np.generic)

_DAYS: Final = 1 << 32
"""More than there are, so that one number tells a placement and a day."""


# -- pass-ons --------------------------------------------------------------------------------------------------------


def bound(books: Books) -> Flags:
    """Pass-ons by givers whom a rule binds."""
    ruled: Flags = ~ruleless(books)
    return of_giver(books, ruled)


def of_a_sex(books: Books) -> Flags:
    """Pass-ons by givers whose rule asks for a sex, where it is known of some that were handed over."""
    passes, asks = books.snapshot.passes, under(books, lambda rule: rule.sex is not None)
    return of_giver(books, asks) & (passes.females + passes.males > 0)


def too_soon(books: Books) -> Flags:
    """Pass-ons earlier after the giver's receipt than her rule asks for."""
    earliest = np.array([*(rule.earliest_days for rule in books.snapshot.rules), 0])[books.standings.rule]
    return books.snapshot.passes.day < of_giver(books, books.received.day + earliest)


def more_than_born(books: Books) -> Flags:
    """Pass-ons in kind by whose day more had been passed on in kind than was born."""
    passes, events = books.snapshot.passes, books.snapshot.events
    born = events.kind == EVENT_KINDS.index("birth")
    births = _by_then(passes, events.placement[born], events.day[born], events.units[born])
    made = passes.in_kind
    return made & (_by_then(passes, passes.giver[made], passes.day[made], passes.units[made]) > births)


def _by_then(passes: Passes, placement: Rows, day: Days, units: Units) -> Units:
    """How much of something there was of each pass-on's giver by the end of its day."""
    at = placement * np.int64(_DAYS) + day
    order = np.argsort(at)
    so_far, at, begins = np.append(0, np.cumsum(units[order])), at[order], passes.giver * np.int64(_DAYS)
    ended = np.searchsorted(at, begins + passes.day, "right")
    by_then: Units = so_far[ended] - so_far[np.searchsorted(at, begins - _DAYS // 2)]
    return by_then


def between_alike(books: Books, said: Mapping[str, object]) -> Flags:
    """Pass-ons between two of whom the same is said.

    Args:
        books: The books.
        said: Of some beneficiaries, by their ids.
    """
    if not said:
        return np.zeros(len(books.snapshot.passes), np.bool_)
    row, code = _beneficiaries(books), {each: number for number, each in enumerate({*said.values()})}
    of = np.full(len(row) + 1, NONE)  # the last of who is not known
    of[[row[id_] for id_ in said]] = [*map(code.__getitem__, said.values())]
    giver = of[_givers(books)]
    alike: Flags = (giver == of[_receivers(books)]) & (giver != NONE)
    return alike


def to_herself(books: Books) -> Flags:
    """Pass-ons whose giver and receiver are one woman, or not known."""
    women = women_of(books.snapshot)
    hers: Flags = women[_givers(books)] == women[_receivers(books)]
    return hers


def repeated(books: Books) -> Flags:
    """Pass-ons between two of whom one passed on to the other more than once."""
    return _several(_givers(books), _receivers(books))


def between_some(books: Books, ids: Collection[str]) -> Flags:
    """Pass-ons from one of some beneficiaries to another, under any of their ids."""
    row, women = _beneficiaries(books), women_of(books.snapshot)
    hers = women[[row[each] for each in ids]]
    return np.isin(women[_givers(books)], hers) & np.isin(women[_receivers(books)], hers)


def among(books: Books, placements: Collection[int]) -> Flags:
    """Pass-ons from one of some placements to another."""
    passes, rows = books.snapshot.passes, [*placements]
    return np.isin(passes.giver, rows) & np.isin(passes.receiver, rows)


def to_an_older(books: Books) -> Flags:
    """Pass-ons to a placement that was there no later than the giver's; without any, none descends from itself."""
    older: Flags = books.snapshot.passes.giver >= books.snapshot.passes.receiver
    return older


def _givers(books: Books) -> Rows:
    """The row of the beneficiary who made each pass-on."""
    return of_giver(books, books.snapshot.placements.beneficiary)


@once
def _receivers(books: Books) -> Rows:
    """The row of the beneficiary whom each pass-on names; not that of who holds what she received."""
    row = _beneficiaries(books)
    receivers = np.full(len(books.snapshot.passes), NONE, np.int32)
    receivers[books.received.made] = [row.get(id_, NONE) for id_ in books.facts("pass").column("beneficiary_id")]
    return receivers


@once
def _beneficiaries(books: Books) -> Mapping[str, int]:
    """The row of each beneficiary, by her id."""
    return {id_: row for row, id_ in enumerate(books.snapshot.beneficiaries.ids)}


def of_giver(books: Books, column: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    """What a column of placements says of the giver of each pass-on."""
    return column.take(books.snapshot.passes.giver)


# -- entries ---------------------------------------------------------------------------------------------------------


def by_hand(books: Books, sequences: Sequence[int]) -> list[bool]:
    """Whether each of some entries was recorded by hand, and in no import."""
    by_hand = np.ones(1 + max(run.last for run in books.runs), np.bool_)
    for each in books.imports:
        by_hand[each.start : each.stop] = False
    found: list[bool] = by_hand[np.fromiter(sequences, np.int64, len(sequences))].tolist()
    return found


# -- placements ------------------------------------------------------------------------------------------------------


def under(books: Books, holds: Callable[[Rule], bool]) -> Flags:
    """Placements bound by a rule of which something holds."""
    flags: Flags = np.array([*map(holds, books.snapshot.rules), False])[books.standings.rule]
    return flags


def ruleless(books: Books) -> Flags:
    """Placements that no rule binds."""
    ruleless: Flags = books.standings.rule == NONE
    return ruleless


def never_received(books: Books) -> Flags:
    """Placements that had received nothing."""
    return ~books.received.there


def had(books: Books, kinds: Collection[str]) -> Flags:
    """Placements to which something of some kinds had happened."""
    events, flags = books.snapshot.events, np.zeros(len(books.snapshot.placements), np.bool_)
    of_kind = np.isin(events.kind, [EVENT_KINDS.index(kind) for kind in kinds])
    flags[events.placement[of_kind & (events.day <= day_number(books.as_of))]] = True
    return flags


def one_of_several(books: Books) -> Flags:
    """Placements whose holder holds another of the same help."""
    placements = books.snapshot.placements
    return _several(women_of(books.snapshot)[placements.beneficiary], placements.help)


def passed_on_times(books: Books, times: int) -> Flags:
    """Placements that passed on so many times what they owe."""
    stood = books.standings
    return (stood.owed > 0) & (stood.passed >= times * stood.owed)


def before_receipt(books: Books) -> Flags:
    """Placements that passed on, or to which something happened, before they received."""
    received_day, passes, events = books.received.day, books.snapshot.passes, books.snapshot.events
    flags = np.zeros(len(received_day), np.bool_)
    for placement, day in ((passes.giver, passes.day), (events.placement, events.day)):
        flags[placement[day < received_day[placement]]] = True
    return flags


def _several(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> Flags:
    """Where two columns together say what they say elsewhere too."""
    said = one.astype(np.int64) * (int(other.max(initial=0)) + 2) + other
    _, which, times = np.unique(said, return_inverse=True, return_counts=True)
    several: Flags = times[which] > 1
    return several
