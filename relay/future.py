"""What will become of the relay if nothing changes: how much further it reaches, and whether it dies out.

Each placement begins some others by passing on, none, one or several, as a family name is handed on. That is a
branching process (Watson and Galton, Journal of the Anthropological Institute 4, 1875; Harris, The Theory of Branching
Processes, 1963). It is fitted on the placements whose time has come (due day before the day of the survey, as in
design's "Rates"), and run on from the *open ends*: placements that owe and can still pass on. An open end whose time
has not come does as the fitted ones did; one that has begun some placements already, as those did that began at least
as many. A late one does as those did, from their due day on, that were not fulfilled by it. "If nothing changes" is a
supposition and no promise: the future keeps the habits of the past, and no placement's luck touches another's. What
those who are late today will still begin is not counted in the habits, so that these are on the low side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from relay import lineage
from relay.error_rate import CONFIDENCE, interval
from relay.lineage import Survey
from relay.snapshot import EVENT_KINDS, NO_DAY, Flags, Rows, day_number
from relay.states import DUE, IN_TIME, LATE, LOST

DRAWS: Final = 1000
"""Offspring distributions drawn for an interval (our choice: its ends then move by about a hundredth)."""
RUNS: Final = 1000
"""Futures run in a simulation (our choice: a share is then known to about 0.03)."""
GENERATIONS: Final = 200
"""After which a simulated future that still runs counts as one that lives on (our choice)."""
MANY: Final = 10_000
"""Placements in one generation after which it counts as one that lives on (our choice)."""

_EXCUSED_EVENT: Final = EVENT_KINDS.index("excused")
_BEFORE_ANY_SEEN: Final = 0.5  # weight of each number of receivers before any placement is seen (Jeffreys, 1946)
_AT_LEAST: Final = 3  # none, one or two receivers are possible even where nobody was seen to do so (our choice)

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """Pass-ons for each placement whose time has come: how many placements one begins.

    Attributes:
        placements: Those whose time has come.
        receivers: Placements that these have begun.
        number: Receivers by placements; at 1 the relay keeps its size, below 1 it dies out.
        low: Lower end of its exact Poisson interval (Garwood, Biometrika 28, 1936). Most women begin just one other, so
            that the numbers vary less than Poisson's: the interval is on the wide side.
        high: Upper end.
        confidence: Of the interval.
    """

    placements: int
    receivers: int
    number: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the placements whose time has come did.

    Attributes:
        begun: The n-th number: how many began n placements. Who adds to a placement that another began, or that a gift
            filled, begins none.
        begun_late: The same of those that were neither fulfilled, excused nor lost by their due day, for what they
            began after it.
    """

    begun: tuple[int, ...]
    begun_late: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The open ends of a chain, of several, or of a programme.

    Attributes:
        in_time: The n-th number: how many whose time has not come have begun n placements so far.
        late: How many are late, in grace.
    """

    in_time: tuple[int, ...]
    late: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.in_time) + self.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; None for one without bound.

    The interval is the middle of what the number would be for distributions as likely as the one that was seen, drawn
    by Dirichlet's distribution with Jeffreys' weights: honest too where all did the same.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came out when the fitted process was run on from the open ends.

    Attributes:
        runs: Futures run.
        died_out: Of these, those that came to an end.
        low: Lower end of the exact confidence interval of their share.
        high: Upper end.
        mean_reach: Placements begun, on average over the runs; None when some lived on.
    """

    runs: int
    died_out: int
    low: float
    high: float
    mean_reach: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What becomes of a relay if nothing changes.

    Attributes:
        as_of: The day.
        habits: What it was fitted on: the whole programme.
        reproduction: Of the programme.
        ends: Open ends of what was asked for.
        dies_out: Chance that it comes to an end, in [0, 1]; 1 without open ends.
        further_reach: Placements still to be begun, to be expected; without bound when the programme's reproduction
            number is 1 or more.
        simulated: The same by simulation.
        confidence: Of all intervals.
    """

    as_of: date
    habits: Habits
    reproduction: Reproduction
    ends: Ends
    dies_out: Estimate
    further_reach: Estimate
    simulated: Simulated
    confidence: float


# -- what was seen --------------------------------------------------------------------------------------------------


def _beginnings(survey: Survey) -> Rows:
    """Pass-ons that began a placement: its earliest receipt, where no gift has filled it by the day."""
    passes, order = survey.snapshot.passes, survey.snapshot.received.order
    order = order[survey.live[order]]
    receiver = passes.receiver[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = receiver[1:] != receiver[:-1]
    found: Rows = order[first & ~survey.original[receiver]]
    return found


def _counted(begun: Rows) -> tuple[int, ...]:
    return tuple(np.bincount(begun).tolist())


def _begun(survey: Survey, passes: Rows) -> Rows:
    giver = survey.snapshot.passes.giver[passes]
    return np.bincount(giver, minlength=len(survey.original)).astype(np.int32)


def habits(survey: Survey) -> Habits:
    """What the placements whose time has come did; what owes nothing is left out."""
    stood, passes, beginnings = survey.standings, survey.snapshot.passes, _beginnings(survey)
    come = stood.there & (stood.owed > 0) & (stood.due_day < day_number(survey.as_of))
    after = beginnings[passes.day[beginnings] > stood.due_day[passes.giver[beginnings]]]
    in_time = (stood.fulfilled_day != NO_DAY) & (stood.fulfilled_day <= stood.due_day)
    overdue = come & ~in_time & ~_ended(survey)
    return Habits(begun=_counted(_begun(survey, beginnings)[come]), begun_late=_counted(_begun(survey, after)[overdue]))


def _ended(survey: Survey) -> Flags:
    """Which placements were excused or lost by their due day, and so were never late."""
    stood = survey.standings
    events = survey.snapshot.events
    excused = (events.kind == _EXCUSED_EVENT) & (events.day <= stood.due_day[events.placement])
    ended: Flags = (stood.state == LOST) & (stood.since_day <= stood.due_day)
    ended[events.placement[excused]] = True
    return ended


def ends(survey: Survey, roots: Sequence[int] | None = None) -> Ends:
    """The open ends of what descends from some placements, these included.

    Args:
        survey: The programme on the day.
        roots: Rows of placements that were there; None asks for the whole programme.
    """
    state = survey.standings.state
    asked = np.arange(len(state), dtype=np.int32) if roots is None else lineage.below(survey, roots).row
    asked = asked[survey.standings.owed[asked] > 0]
    waiting = asked[np.isin(state[asked], (IN_TIME, DUE))]
    return Ends(
        in_time=_counted(_begun(survey, _beginnings(survey))[waiting]), late=int(np.count_nonzero(state[asked] == LATE))
    )


def reproduction(seen: Habits) -> Reproduction | None:
    """The reproduction number; None while no placement's time has come.

    >>> found = reproduction(Habits(begun=(10, 16), begun_late=()))
    >>> [round(each, 3) for each in (found.number, found.low, found.high)]
    [0.615, 0.352, 0.999]
    """
    from scipy.stats import chi2  # noqa: PLC0415 - slow to import, and only statistics need it

    placements = sum(seen.begun)
    if not placements:
        return None
    receivers, outside = sum(many * n for n, many in enumerate(seen.begun)), (1 - CONFIDENCE) / 2
    low = float(chi2.ppf(outside, 2 * receivers)) / 2 if receivers else 0.0
    high = float(chi2.ppf(1 - outside, 2 * receivers + 2)) / 2
    return Reproduction(
        placements=placements,
        receivers=receivers,
        number=receivers / placements,
        low=low / placements,
        high=high / placements,
        confidence=CONFIDENCE,
    )


# -- what follows from it -------------------------------------------------------------------------------------------


def extinction(shares: Sequence[float] | Shares) -> float:
    """The chance that what descends from one placement comes to an end, in [0, 1].

    The smallest root of the generating function, G(s) = s. As s = 1 is always a root, it is divided out first.

    Args:
        shares: The n-th: the share of placements that begin n others; they sum to 1.

    >>> round(extinction([0.25, 0.25, 0.5]), 12)  # 2s² + s + 1 = 4s
    0.5
    >>> extinction([0.5, 0.5]), extinction([0.0, 1.0])
    (1.0, 0.0)
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import, and only statistics need it

    p = np.asarray(shares, np.float64)
    if p[0] <= 0:
        return 0.0
    # G(s) - s = (s - 1) · (Σ Pn sⁿ - 1), where Pn is the share of those that begin more than n
    more = p[::-1].cumsum()[::-1][1:]
    if more.sum() <= 1 + 1e-12:  # begins one other at most, on average
        return 1.0

    def above(s: float) -> float:
        return float(np.polyval(more[::-1], s)) - 1

    root: Any = brentq(above, 0.0, 1.0)
    return float(root)


def _mean(shares: Shares) -> float:
    return float(shares @ np.arange(len(shares)))


def _to_come(shares: Shares, begun: int) -> Shares:
    """What one that has begun some still begins: as those do that begin at least so many; nothing if nobody does."""
    rest = shares[begun:]
    return rest / rest.sum() if rest.sum() > 0 else np.ones(1)


def _of(counts: Sequence[int], otherwise: Shares) -> Shares:
    return np.array(counts) / sum(counts) if sum(counts) else otherwise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Process:
    """A branching process, and the open ends from which it goes on.

    Attributes:
        fresh: Share of new placements that begin n others.
        open: For each kind of open end, its share that still begins n others, and how many there are.
    """

    fresh: Shares
    open: tuple[tuple[Shares, int], ...]

    @classmethod
    def of(cls, fresh: Shares, late: Shares, at: Ends) -> _Process:
        in_time = [(_to_come(fresh, begun), many) for begun, many in enumerate(at.in_time) if many]
        return cls(fresh=fresh, open=(*in_time, *([(late, at.late)] if at.late else [])))

    def dies_out(self) -> float:
        """All ends come to an end, each by itself: the product of their chances."""
        root = extinction(self.fresh)
        chances = [min(float(np.polyval(shares[::-1], root)), 1.0) ** many for shares, many in self.open]
        return 1.0 if root >= 1 else float(np.prod(chances))

    def further_reach(self) -> float:
        """Those begun by the ends, and all that descend from these: each of them makes 1 / (1 - m) in all."""
        begun = sum(_mean(shares) * many for shares, many in self.open)
        mean = _mean(self.fresh)
        if not begun:
            return 0.0
        return begun / (1 - mean) if mean < 1 - 1e-12 else np.inf

    def run(self, random: np.random.Generator) -> tuple[bool, int]:
        """One future: whether it came to an end, and how many placements it began."""
        begun = sum(_offspring(random, shares, many) for shares, many in self.open)
        reach = begun
        for _ in range(GENERATIONS):
            if begun == 0 or begun > MANY:
                break
            begun = _offspring(random, self.fresh, begun)
            reach += begun
        return begun == 0, reach


def _offspring(random: np.random.Generator, shares: Shares, placements: int) -> int:
    return int(random.multinomial(placements, shares) @ np.arange(len(shares)))


def forecast(survey: Survey, roots: Sequence[int] | None = None, *, seed: int) -> Forecast | None:
    """What becomes of a programme, or of what descends from some placements, if nothing changes.

    Args:
        survey: The programme on the day; the process is always fitted on the whole of it.
        roots: Rows of placements that were there; None asks for the whole programme.
        seed: Of the draws for intervals and of the simulation; the same seed gives the same forecast.

    Returns:
        None while no placement's time has come: there is nothing to go by.
    """
    seen, at, random = habits(survey), ends(survey, roots), np.random.default_rng(seed)
    number = reproduction(seen)
    if number is None:
        return None
    fresh = _of(seen.begun, np.ones(1))
    process = _Process.of(fresh, _of(seen.begun_late, fresh), at)
    drawn = [
        _Process.of(new, late, at)
        for new, late in zip(_drawn(seen.begun, random), _drawn(seen.begun_late or seen.begun, random), strict=True)
    ]
    return Forecast(
        as_of=survey.as_of,
        habits=seen,
        reproduction=number,
        ends=at,
        dies_out=_estimate(process.dies_out(), [each.dies_out() for each in drawn]),
        further_reach=_estimate(process.further_reach(), [each.further_reach() for each in drawn]),
        simulated=_simulated(process, random),
        confidence=CONFIDENCE,
    )


def _drawn(counts: Sequence[int], random: np.random.Generator) -> Any:  # noqa: ANN401 - scipy has no types
    """Distributions as likely as the one that was seen."""
    from scipy.stats import dirichlet  # noqa: PLC0415 - slow to import, and only statistics need it

    weights = np.full(max(len(counts), _AT_LEAST), _BEFORE_ANY_SEEN)
    weights[: len(counts)] += counts
    return dirichlet.rvs(weights, size=DRAWS, random_state=random)


def _estimate(value: float, drawn: Sequence[float]) -> Estimate:
    """The middle of the draws, taken wide enough to hold the value itself."""
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.array(drawn), (outside, 1 - outside), method="nearest")
    return Estimate(value=_bounded(value), low=_bounded(min(low, value)), high=_bounded(max(high, value)))


def _bounded(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _simulated(process: _Process, random: np.random.Generator) -> Simulated:
    runs = [process.run(random) for _ in range(RUNS)]
    died_out = sum(over for over, _ in runs)
    low, high = interval(died_out / RUNS, RUNS)
    return Simulated(
        runs=RUNS,
        died_out=died_out,
        low=low,
        high=high,
        mean_reach=sum(reach for _, reach in runs) / RUNS if died_out == RUNS else None,
    )
