"""Does a rule's deadline fit the recorded births, or does it make honest keepers late?

A woman can pass on only what was born. So the question is asked of placements under one rule that are past the deadline
and have a recorded birth: had enough young been born by then? A woman who had passed on everything she owes by then had
enough.

What is unknown makes the deadline look easier: keepers whose animals never bore young are not counted, and young are
assumed not to die, and to be old enough to leave their dam on the day they are born. Unrecorded births make it look
harder: if births are recorded only in part, a deadline may look too soon when it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from relay.arrays.columns import NO_DAY, Flags, Rows, Units, day_number
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import months_later
from relay.audit.error_rate import CONFIDENCE, interval
from relay.domain.model import UNIT, Quantity, Rule
from relay.domain.vocabulary import ANIMAL, EVENT_KINDS

REACHABLE: Final = 0.8
"""The share of keepers who have enough young by a fair deadline (our choice: in a simulation of two does, 81 % have two
female kids after 36 months, 45 % after 24)."""

_BIRTH: Final = EVENT_KINDS.index("birth")
_OF_IT: Final = 0.5
"""Chance that a young animal of unrecorded sex is of the wanted sex (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How one rule's deadline compares with the recorded births.

    Attributes:
        help: Help that the rule is for.
        condition: Condition at receipt, or None for any.
        from_on: First day of the rule version.
        months: Months from receipt to the deadline, without extensions.
        placements: Number bound by the rule and past the deadline on the day of the survey.
        recorded: Number of these with a birth recorded by that day; only these are counted below.
        enough: Of those, the number that had enough young by the deadline. Where only one sex counts, young of
            unrecorded sex count with chance one half, and this is the expected number.
        assumed: Of those, the number for which the answer depends on young of unrecorded sex.
        share: `enough` divided by `recorded`, in [0, 1]; None if `recorded` is 0.
        low: Lower end of its exact confidence interval (Clopper and Pearson), which is too wide for an expected number;
            or None.
        high: Upper end of the same interval, or None.
        confidence: Confidence level of the interval, in [0, 1].
        branded: Of those, the number that had not passed everything on by the deadline, and had fewer young that count
            or may
        count than they owe: they are late for what they could not have done.
        too_soon: True if the interval lies below `REACHABLE`, False if above it; None if it contains `REACHABLE`, so
            that there are too few to tell, or if `recorded` is 0.
    """

    help: str
    condition: str | None
    from_on: date
    months: int
    placements: int
    recorded: int
    enough: Quantity
    assumed: int
    share: float | None
    low: float | None
    high: float | None
    confidence: float
    branded: int
    too_soon: bool | None


def deadlines(survey: Survey) -> tuple[Deadline, ...]:
    """The deadline of every rule for a help whose unit is "animal", in the order of the rules."""
    events = survey.snapshot.events
    births = (events.kind == _BIRTH) & (events.day <= day_number(survey.as_of))
    born = _to_each(survey, births, events.units)
    return tuple(
        _deadline(survey, number, rule, births, born)
        for number, rule in enumerate(survey.snapshot.rules)
        if rule.unit == ANIMAL
    )


def _deadline(survey: Survey, number: int, rule: Rule, births: Flags, born: Units) -> Deadline:
    stood, events = survey.standings, survey.snapshot.events
    deadline = months_later(stood.received_day, rule.months)
    bound = stood.there & (stood.rule == number) & (deadline < day_number(survey.as_of))
    asked: Rows = np.flatnonzero(bound & (born > 0)).astype(np.int32)
    by_then = births & (events.day <= deadline[events.placement])
    owed = stood.owed[asked]
    counting, unknown = (_to_each(survey, by_then, units)[asked] for units in _young(survey, rule))
    in_time = (stood.fulfilled_day[asked] != NO_DAY) & (stood.fulfilled_day[asked] <= deadline[asked])
    chances = np.where(in_time, 1.0, _chances(counting, unknown, owed))
    expected = float(chances.sum())
    enough = int(expected) if expected.is_integer() else expected
    share = enough / len(asked) if len(asked) else None
    low, high = interval(share, len(asked)) if share is not None else (None, None)
    return Deadline(
        help=rule.help,
        condition=rule.condition,
        from_on=rule.from_on,
        months=rule.months,
        placements=int(np.count_nonzero(bound)),
        recorded=len(asked),
        enough=enough,
        assumed=int(np.count_nonzero((chances > 0) & (chances < 1))),
        share=share,
        low=low,
        high=high,
        confidence=CONFIDENCE,
        branded=int(np.count_nonzero(~in_time & (counting + unknown < owed))),
        too_soon=None if low is None or high is None or low < REACHABLE <= high else high < REACHABLE,
    )


def _young(survey: Survey, rule: Rule) -> tuple[Units, Units]:
    """For each event, the number of animals that count under a rule, and the number of unknown sex that may count."""
    events = survey.snapshot.events
    if rule.sex is None:
        return events.units, np.zeros_like(events.units)
    unknown = np.maximum(events.units - events.females - events.males, 0)  # foreign data may count more by sex
    return events.females if rule.sex == "F" else events.males, unknown


def _to_each(survey: Survey, births: Flags, units: Units) -> Units:
    """The sum of the units of some births, by placement."""
    events, sums = survey.snapshot.events, np.zeros(len(survey.standings.state), np.int64)
    np.add.at(sums, events.placement[births], units[births])
    return sums


def _chances(counting: Units, unknown: Units, owed: Units) -> Any:  # noqa: ANN401 - scipy has no types
    """The chance that each placement had enough young, some of unknown sex; parts of an animal do not count."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to import, and only this needs it

    missing = -((counting - owed) // UNIT)
    return binom.sf(missing - 1, unknown // UNIT, _OF_IT)
