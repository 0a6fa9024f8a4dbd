"""How long it takes from receipt until everything owed is passed on, and whether groups differ in it.

Counting only those who have finished makes a young programme look fast and an old one slow. The curve of Kaplan and
Meier (Journal of the American Statistical Association 53, 1958) counts each placement for as long as it was observed.
One that still owes on the day, was excused or is lost is *censored*: it took at least that long, but how long it would
have taken is unknown. So the curve describes placements that can still pass on; `health` says how many cannot. A broken
placement remains at risk, since many are fulfilled late.
"""

from __future__ import annotations

import heapq
import math
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, Final

import numpy as np

from relay.arrays.columns import NO_DAY, NONE, Days, Flags, Rows, day_number
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import EXCUSED, LOST, Standings, receipts, standings
from relay.audit.error_rate import CONFIDENCE
from relay.domain.vocabulary import EVENT_KINDS
from relay.reports.breakdown import PartNames, parts

PAIRS: Final = 66
"""Pairs of parts that are tested at most, those whose smaller part is largest first (our choice: all of twelve parts;
the more are tested, the less any of them can tell)."""
_EXCUSED_EVENT: Final = EVENT_KINDS.index("excused")
_VISIT: Final = EVENT_KINDS.index("visit")  # which changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveStep:
    """One step down of a curve.

    Attributes:
        days: Days since receipt, from 0.
        at_risk: Number of placements observed waiting until then, from 1.
        fulfilled: Number of these fulfilled on that very day, from 1.
        waiting_share: Estimated share that waits longer than these days, in [0, 1].
        low: Lower end of its confidence interval.
        high: Upper end of the same interval.
    """

    days: int
    at_risk: int
    fulfilled: int
    waiting_share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """Days after which half are fulfilled, with a confidence interval; None where the curve has not come so far yet.

    The interval is Brookmeyer and Crowley's (Biometrics 38, 1982): the days on which the band crosses one half.
    """

    days: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The time from receipt to fulfilment of some placements.

    Attributes:
        placements: Number of placements that count.
        fulfilled: Number of these fulfilled by the day.
        waiting: Number that still wait, including late and broken ones.
        excused: Number whose wait was cut short because they were excused.
        lost: Number whose wait was cut short because they were lost.
        median: Days until half were fulfilled.
        steps: Steps of the curve, by days; empty while none is fulfilled.
        seen_days: Longest time for which any was observed waiting; nothing is known beyond it. None without placements.
        confidence: Confidence level of all intervals, in [0, 1].
    """

    placements: int
    fulfilled: int
    waiting: int
    excused: int
    lost: int
    median: Median
    steps: tuple[CurveStep, ...]
    seen_days: int | None
    confidence: float

    def after(self, days: int) -> CurveStep | None:
        """The last step by some number of days; None before the first step, and beyond the observed time."""
        if self.seen_days is None or days > self.seen_days:
            return None
        return max((step for step in self.steps if step.days <= days), key=lambda step: step.days, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCurve:
    """The curve of one part of a programme.

    Attributes:
        part: Id, word or number of the part; None for placements whose part is unknown.
        name: Name of a place or donor if it is known, else None.
        curve: Curve of its placements.
    """

    part: str | int | None
    name: str | None
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The log-rank test between two parts (Mantel, Cancer Chemotherapy Reports 50, 1966).

    Attributes:
        one: The first part.
        other: The second part, which comes later in order.
        statistic: Standard normal if the two do not differ; negative if the first is slower.
        p: Chance of a difference at least as great if the two do not differ, in [0, 1].
        corrected_p: The same for the whole list of tests: multiplied by their number, at most 1 (Bonferroni).
    """

    one: str | int
    other: str | int
    statistic: float
    p: float
    corrected_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """How long fulfilment takes in a programme, as observed on a day.

    Attributes:
        as_of: Reference day; what happens later does not count.
        by: The word by which the programme is divided into parts, or None.
        left_out: Number of placements that owe nothing because no rule binds them, or that passed on before they
            received, which only foreign data can contain.
        whole: Curve of the programme.
        parts: Curves of its parts in order, the unknown part last; parts without a placement that counts are left out.
        differences: Tests between two parts that share no placement, in the order of the parts. Places are compared
            only within the same larger place; pairs in which nobody was fulfilled are left out; there are at most
            `PAIRS`.
        untested: Number of pairs beyond these.
    """

    as_of: date
    by: str | None
    left_out: int
    whole: Curve
    parts: tuple[PartCurve, ...]
    differences: tuple[Difference, ...]
    untested: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """How long placements were observed waiting; one row for each placement that counts.

    Attributes:
        row: Row of the placement.
        days: Days from receipt to fulfilment, or to the day on which it was last observed waiting.
        fulfilled: Whether the wait ended in fulfilment.
        excused: Whether it was cut short by being excused.
        lost: Whether it was cut short by a loss.
    """

    row: Rows
    days: Days
    fulfilled: Flags
    excused: Flags
    lost: Flags

    def of(self, chosen: Flags) -> Waits:
        """Only the rows that are chosen."""
        return Waits(
            row=self.row[chosen],
            days=self.days[chosen],
            fulfilled=self.fulfilled[chosen],
            excused=self.excused[chosen],
            lost=self.lost[chosen],
        )

    def censored(self) -> Any:  # noqa: ANN401 - scipy has no types
        """The same as `scipy.stats.CensoredData`."""
        from scipy.stats import CensoredData  # noqa: PLC0415 - slow to import, and only statistics need it

        return CensoredData(uncensored=self.days[self.fulfilled], right=self.days[~self.fulfilled])


def fulfilment(survey: Survey, by: str | None = None, names: PartNames | None = None) -> Fulfilment:
    """How long fulfilment takes in a programme, and in its parts.

    Args:
        survey: Survey of the programme on the day.
        by: A word of `vocabulary.PARTED_BY` that divides the programme into parts, or None for the programme alone.
        names: Names of places or donors, where the parts are these.

    Raises:
        NoSuchWord: The programme is not divided by that word.
    """
    names = names or PartNames()
    observed = waits(survey)
    each = list(_parted(survey, observed, by, names)) if by else []
    differences, untested = _differences(survey, by, each)
    return Fulfilment(
        as_of=survey.as_of,
        by=by,
        left_out=int(np.count_nonzero(survey.standings.there)) - len(observed.row),
        whole=curve(observed),
        parts=tuple(
            PartCurve(part=key, name=names.places.get(str(key)) if by == "place" else None, curve=curve(part))
            for key, part in each
        ),
        differences=differences,
        untested=untested,
    )


def waits(survey: Survey) -> Waits:
    """How long each placement that owes anything was observed waiting by the day of the survey."""
    stood, events = survey.standings, survey.snapshot.events
    today = day_number(survey.as_of)
    excused_day = np.full(len(stood.state), today, np.int32)
    excusing = (events.kind == _EXCUSED_EVENT) & (events.day <= today)
    np.minimum.at(excused_day, events.placement[excusing], events.day[excusing])
    fulfilled, excused, lost = stood.fulfilled_day != NO_DAY, stood.state == EXCUSED, stood.state == LOST
    if excused.any():
        waived_nothing = unexcused(survey)
        before = excused & (waived_nothing.state == LOST)  # what was lost already waited no longer until it was excused
        excused_day[before] = np.minimum(excused_day, waived_nothing.since_day)[before]
    last = np.select([fulfilled, excused, lost], [stood.fulfilled_day, excused_day, stood.since_day], today)
    row = np.flatnonzero(stood.there & (stood.owed > 0) & (last >= stood.received_day)).astype(np.int32)
    return Waits(
        row=row,
        days=(last - stood.received_day)[row].astype(np.int32),
        fulfilled=fulfilled[row],
        excused=excused[row],
        lost=lost[row],
    )


def unexcused(survey: Survey) -> Standings:
    """The state that each placement would have if the committee had excused nobody."""
    snapshot, events = survey.snapshot, survey.snapshot.events
    if not (events.kind == _EXCUSED_EVENT).any():
        return survey.standings
    kind = np.where(events.kind == _EXCUSED_EVENT, np.int16(_VISIT), events.kind)
    waived_nothing = replace(snapshot, events=replace(events, kind=kind))
    got = receipts(snapshot, survey.as_of, confirmed_only=survey.confirmed_only)
    return standings(waived_nothing, got)


def curve(observed: Waits) -> Curve:
    """The curve of Kaplan and Meier with pointwise confidence intervals on the log-log scale.

    When nobody is left waiting, that scale has no interval; the interval then reaches from 0 to the upper end of the
    step before, or to 1 (our choice: the share can only fall, so this is rather too wide than too narrow).
    """
    steps = tuple(_steps(observed)) if observed.fulfilled.any() else ()
    fulfilled, excused, lost = (int(each.sum()) for each in (observed.fulfilled, observed.excused, observed.lost))
    return Curve(
        placements=len(observed.row),
        fulfilled=fulfilled,
        waiting=len(observed.row) - fulfilled - excused - lost,
        excused=excused,
        lost=lost,
        median=Median(
            days=next((step.days for step in steps if step.waiting_share <= 1 / 2), None),
            low=next((step.days for step in steps if step.low <= 1 / 2), None),
            high=next((step.days for step in steps if step.high <= 1 / 2), None),
        ),
        steps=steps,
        seen_days=int(observed.days.max()) if len(observed.days) else None,
        confidence=CONFIDENCE,
    )


def _steps(observed: Waits) -> Iterator[CurveStep]:
    from scipy.stats import ecdf  # noqa: PLC0415 - slow to import, and only statistics need it

    waiting = ecdf(observed.censored()).sf
    with warnings.catch_warnings():  # at shares of 0 and 1 there is no interval, which scipy warns of
        warnings.simplefilter("ignore", RuntimeWarning)
        band = waiting.confidence_interval(confidence_level=CONFIDENCE, method="log-log")
    all_days, done_days = np.sort(observed.days), np.sort(observed.days[observed.fulfilled])
    days, fulfilled = np.unique(done_days, return_counts=True)
    at = np.searchsorted(waiting.quantiles, days)
    at_risk = len(all_days) - np.searchsorted(all_days, days, "left")
    above = 1.0
    for nth, many, who, share, low, high in zip(
        days.tolist(),
        fulfilled.tolist(),
        at_risk.tolist(),
        waiting.probabilities[at].tolist(),
        band.low.probabilities[at].tolist(),
        band.high.probabilities[at].tolist(),
        strict=True,
    ):
        ends = (low, high) if share > 0 else (0.0, above)
        yield CurveStep(days=nth, at_risk=who, fulfilled=many, waiting_share=share, low=ends[0], high=ends[1])
        above = high


def _parted(survey: Survey, observed: Waits, by: str, names: PartNames) -> Iterator[tuple[str | int | None, Waits]]:
    """Each part with the waits of its placements."""
    parted = parts(survey, by, names)
    for nth, key in enumerate(parted.keys):
        part = observed.of(np.isin(observed.row, parted.row[parted.part == nth]))
        if len(part.row):
            yield key, part


def _differences(
    survey: Survey, by: str | None, each: list[tuple[str | int | None, Waits]]
) -> tuple[tuple[Difference, ...], int]:
    """The tests between the parts, and the number of pairs left untested."""
    named_parts = [(part, observed) for part, observed in each if part is not None]
    around = [_around(survey, str(part)) if by == "place" else NONE for part, _ in named_parts]
    pairs = (pair for pair in combinations(range(len(named_parts)), 2) if around[pair[0]] == around[pair[1]])
    largest = heapq.nlargest(PAIRS, pairs, key=lambda pair: min(len(named_parts[nth][1].row) for nth in pair))
    tests = [
        (one, other, *test)
        for (one, its), (other, others) in (
            (named_parts[first], named_parts[second]) for first, second in sorted(largest)
        )
        if not np.isin(its.row, others.row).any()
        if (test := log_rank(its, others))
    ]
    differences = tuple(
        Difference(one=one, other=other, statistic=statistic, p=p, corrected_p=min(p * len(tests), 1.0))
        for one, other, statistic, p in tests
    )
    return differences, sum(math.comb(many, 2) for many in Counter(around).values()) - len(largest)


def _around(survey: Survey, place_id: str) -> int:
    """The row of the place that a place lies in."""
    places = survey.snapshot.places
    return int(places.parent[places.ids.row(place_id)])


def log_rank(one: Waits, other: Waits) -> tuple[float, float] | None:
    """The log-rank test of two groups.

    Returns:
        The statistic, and the chance of one at least as far from 0 if the groups do not differ. None if nobody was
        fulfilled while placements of both groups were observed waiting, or if all were fulfilled on one day.
    """
    from scipy.stats import logrank  # noqa: PLC0415 - slow to import, and only statistics need it

    done = np.concatenate((one.days[one.fulfilled], other.days[other.fulfilled]))
    if not len(done) or done.min() > min(one.days.max(), other.days.max()):
        return None
    with np.errstate(invalid="ignore"):
        test = logrank(one.censored(), other.censored())
    if np.isnan(test.statistic):  # all of both were fulfilled on the same days
        return None
    return float(test.statistic), float(test.pvalue)
