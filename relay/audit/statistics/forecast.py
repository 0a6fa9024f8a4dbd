"""What lies ahead of the relay if nothing changes: how much further it reaches, and whether it dies out.

By passing on, each placement begins none, one or several others, as a family name is handed on. That is a branching
process (Watson and Galton, Journal of the Anthropological Institute 4, 1875; Harris, The Theory of Branching Processes,
1963). It is fitted to the placements past their due date (before the day of the survey, as for all rates), separately
for each kind of help, and continued from the *open ends*: placements that owe and can still pass on.

- An open end that is not due yet is expected to do as the fitted placements of its help did; if it has begun some
  placements already, as those did that began at least as many.
- A late one is expected to do as those did, after their due date, that were not fulfilled by it.

"If nothing changes" is an assumption, not a promise: habits stay as they were; placements are independent, although an
epidemic hits many at once; what is passed on as another help goes on as its giver's help does; and an open end that has
used most of its time does no worse than a new one. Not counted is what those who are late today will still begin, and
what fulfilled and broken placements still do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from relay.arrays import lineage
from relay.arrays.columns import NO_DAY, Codes, Flags, Rows, day_number
from relay.arrays.lineage import Survey
from relay.arrays.placement_states import DUE, IN_TIME, LATE, LOST
from relay.audit.error_rate import CONFIDENCE, interval
from relay.audit.statistics.survival import unexcused
from relay.domain.vocabulary import EVENT_KINDS
from relay.text import Sentence

DRAWS: Final = 1000
"""Number of offspring distributions drawn for an interval (our choice: its ends then vary by about 0.01)."""
RUNS: Final = 1000
"""Number of simulated futures (our choice: a share is then known to about 0.03)."""
GENERATIONS: Final = 2000
"""After which a simulated future that still runs is given up as undecided (our choice: a fifth of a second)."""
CERTAIN: Final = 1e-6
"""Chance of an end below which a simulated future lives on (our choice: of a thousand none is taken for one that does
not)."""

_EXCUSED_EVENT: Final = EVENT_KINDS.index("excused")
_BEFORE_SEEN: Final = 0.5  # weight of a number of receivers before any placement is seen (Jeffreys, 1946)
_POSSIBLE: Final = 3  # none, one or two receivers are possible even if never observed (our choice)

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """The reproduction number: how many placements one placement begins, on average.

    Attributes:
        placements: Number of placements that have come due.
        receivers: Number of placements that they have begun.
        number: `receivers` divided by `placements`; at 1 a relay keeps its size, below 1 it dies out.
        low: Lower end of its interval, computed as for an `Estimate`.
        high: Upper end of the same interval.
        confidence: Confidence level of the interval, in [0, 1].
    """

    placements: int
    receivers: int
    number: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How many placements those that have come due began.

    Attributes:
        begun: The n-th number is how many began n placements. Adding to a placement that another began, or that a gift
            filled, does not count as beginning one.
        begun_late: The same for those that were overdue (not fulfilled by their due day, nor excused or lost by then),
            counting only what they began after that day.
    """

    begun: tuple[int, ...]
    begun_late: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The open ends of a chain, of several, or of a programme.

    Attributes:
        in_time: The n-th number is how many that are not due yet have begun n placements so far.
        late: Number that are late, in their grace period.
    """

    in_time: tuple[int, ...]
    late: int

    @property
    def total(self) -> int:
        """The number of open ends."""
        return sum(self.in_time) + self.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; None stands for infinity.

    The interval is the middle part of the values for distributions that are as likely as the observed one. They are
    drawn from Dirichlet's distribution with Jeffreys' weights for none, one, two and every other number that was
    observed. So the interval is not empty even if all placements did the same. Numbers that were never observed are not
    guessed.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The results of continuing the fitted process from the open ends, many times.

    Attributes:
        runs: Number of simulated futures.
        died_out: Number of these in which the relay ended.
        undecided: Number given up after `GENERATIONS`, when it had not ended and might still end.
        low: Lower end of the exact confidence interval of the share that ends, counting undecided ones as living on.
        high: Upper end, counting undecided ones as ended.
        mean_reach: Mean number of placements begun; None unless every future ended.
    """

    runs: int
    died_out: int
    undecided: int
    low: float
    high: float
    mean_reach: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHelp:
    """The part of a forecast for one kind of help.

    Attributes:
        help: Name of the help.
        habits: Habits of the programme's placements of this help.
        reproduction: Their reproduction number; None until one of them has come due, when the whole programme's is
            used.
        ends: Open ends of this help within what was asked about.
    """

    help: str
    habits: Habits
    reproduction: Reproduction | None
    ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What becomes of a relay if nothing changes.

    Attributes:
        as_of: Reference day; what happens later does not count.
        habits: Habits of the whole programme.
        reproduction: Reproduction number of the whole programme.
        ends: Open ends of what was asked about.
        by_help: The parts for helps with an open end, or with placements that have come due, by name.
        dies_out: Chance that the relay ends, in [0, 1]; 1 if there are no open ends.
        further_reach: Expected number of placements still to be begun; infinite if the reproduction number of a help
            with open ends is 1 or more.
        simulated: The same two numbers by simulation.
        confidence: Confidence level of all intervals, in [0, 1].
    """

    as_of: date
    habits: Habits
    reproduction: Reproduction
    ends: Ends
    by_help: tuple[OfHelp, ...]
    dies_out: Estimate
    further_reach: Estimate
    simulated: Simulated
    confidence: float

    @property
    def outlook(self) -> tuple[Sentence, ...]:
        """Whether the relay of each help with an open end grows or dies out; one sentence if there are no open ends."""
        going = [each for each in self.by_help if each.ends.total]
        return tuple(_outlook(each.help, each.reproduction or self.reproduction) for each in going) or (
            Sentence("No placement can still pass on."),
        )


def _outlook(help_: str, its: Reproduction) -> Sentence:
    if its.high < 1:
        return Sentence(
            "%(help)s: each placement begins fewer than one other, so if nothing changes this relay dies out.",
            help=help_,
        )
    if its.low > 1:
        return Sentence(
            "%(help)s: each placement begins more than one other, so if nothing changes this relay grows.", help=help_
        )
    return Sentence("%(help)s: too little is known to tell whether this relay grows or dies out.", help=help_)


# -- what was observed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Observed:
    """What each placement did by the day, one row for each.

    Attributes:
        help: Code of its help in `Snapshot.helps`.
        begun: Number of placements it began.
        begun_late: Number of placements it began after its due day.
        come: Whether it owes anything and is past its due day.
        overdue: Whether it is past its due day and was not fulfilled by then, nor excused or lost by then.
        waiting: Whether it owes and can still pass on in time.
        late: Whether it owes and is in its grace period.
    """

    help: Codes
    begun: Rows
    begun_late: Rows
    come: Flags
    overdue: Flags
    waiting: Flags
    late: Flags

    @classmethod
    def of(cls, survey: Survey) -> _Observed:
        stood, passes, beginnings = survey.standings, survey.snapshot.passes, _beginnings(survey)
        after = beginnings[passes.day[beginnings] > stood.due_day[passes.giver[beginnings]]]
        in_time = (stood.fulfilled_day != NO_DAY) & (stood.fulfilled_day <= stood.due_day)
        owes = stood.owed > 0
        come = stood.there & owes & (stood.due_day < day_number(survey.as_of))
        return cls(
            help=survey.snapshot.placements.help,
            begun=_by_giver(survey, beginnings),
            begun_late=_by_giver(survey, after),
            come=come,
            overdue=come & ~in_time & ~_ended(survey),
            waiting=owes & np.isin(stood.state, (IN_TIME, DUE)),
            late=owes & (stood.state == LATE),
        )

    def habits(self, help_: int | None = None) -> Habits:
        """The habits of placements of one help, or of all."""
        asked = self._of(help_)
        return Habits(
            begun=_counted(self.begun[self.come & asked]), begun_late=_counted(self.begun_late[self.overdue & asked])
        )

    def ends(self, within: Flags, help_: int | None = None) -> Ends:
        """The open ends among some placements, of one help or of all."""
        asked = within & self._of(help_)
        late = int(np.count_nonzero(self.late & asked))
        return Ends(in_time=_counted(self.begun[self.waiting & asked]), late=late)

    def _of(self, help_: int | None) -> Flags:
        asked: Flags = np.ones(len(self.help), np.bool_) if help_ is None else self.help == help_
        return asked


def _beginnings(survey: Survey) -> Rows:
    """Pass-ons that began a placement: the earliest receipt of each placement that no gift had filled by the day."""
    passes, order = survey.snapshot.passes, survey.snapshot.received.order
    order = order[survey.live[order]]
    receiver = passes.receiver[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = receiver[1:] != receiver[:-1]
    beginnings: Rows = order[first & ~survey.original[receiver]]
    return beginnings


def _by_giver(survey: Survey, passes: Rows) -> Rows:
    giver = survey.snapshot.passes.giver[passes]
    return np.bincount(giver, minlength=len(survey.original)).astype(np.int32)


def _counted(begun: Rows) -> tuple[int, ...]:
    return tuple(np.bincount(begun).tolist())


def _ended(survey: Survey) -> Flags:
    """Which placements were excused or lost by their due day, and so were never late."""
    stood, events = unexcused(survey), survey.snapshot.events
    excused = (events.kind == _EXCUSED_EVENT) & (events.day <= stood.due_day[events.placement])
    ended: Flags = (stood.state == LOST) & (stood.since_day <= stood.due_day)
    ended[events.placement[excused]] = True
    return ended


def habits(survey: Survey) -> Habits:
    """What the placements that have come due did; placements that owe nothing are left out."""
    return _Observed.of(survey).habits()


def ends(survey: Survey, roots: Sequence[int] | None = None) -> Ends:
    """The open ends among some placements and all that descend from them.

    Args:
        survey: Survey of the programme on the day.
        roots: Rows of placements that existed on the day; None stands for the whole programme.
    """
    return _Observed.of(survey).ends(_within(survey, roots))


def _within(survey: Survey, roots: Sequence[int] | None) -> Flags:
    """Which placements are among the roots or descend from them; all if `roots` is None."""
    within = np.full(len(survey.original), roots is None)
    if roots is not None:
        within[lineage.below(survey, roots).row] = True
    return within


def reproduction(observed: Habits, random: np.random.Generator) -> Reproduction | None:
    """The reproduction number; None until a placement has come due.

    >>> number = reproduction(Habits(begun=(10, 16), begun_late=()), np.random.default_rng(1))
    >>> [round(each, 1) for each in (number.number, number.low, number.high)]
    [0.6, 0.4, 0.8]
    """
    placements = sum(observed.begun)
    if not placements:
        return None
    receivers = sum(many * n for n, many in enumerate(observed.begun))
    number = receivers / placements
    low, high = _middle(number, [_mean(shares) for shares in _drawn(observed.begun, random)])
    return Reproduction(
        placements=placements, receivers=receivers, number=number, low=low, high=high, confidence=CONFIDENCE
    )


# -- what follows from it -------------------------------------------------------------------------------------------


def extinction(shares: Sequence[float] | Shares) -> float:
    """The chance that all that descends from one placement ends, in [0, 1].

    It is the smallest root of G(s) = s, where G is the generating function. As s = 1 is always a root, it is divided
    out.

    Args:
        shares: The n-th is the share of placements that begin n others; they sum to 1.

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

    begin = np.flatnonzero(more)

    def above(s: float) -> float:
        return float(more[begin] @ s**begin) - 1

    root: Any = brentq(above, 0.0, 1.0)
    return float(root)


def _mean(shares: Shares) -> float:
    return float(shares @ np.arange(len(shares)))


def _to_come(shares: Shares, begun: int) -> Shares:
    """The shares of placements that still begin n others, among those that began at least `begun`.

    If there are none, all begin none.
    """
    rest = shares[begun:]
    return rest / rest.sum() if rest.sum() > 0 else np.ones(1)


def _shares(counts: Sequence[int]) -> Shares:
    return np.array(counts) / sum(counts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Process:
    """A branching process, and the open ends from which it continues.

    Attributes:
        fresh: The n-th is the share of new placements that begin n others.
        open: For each kind of open end, its shares that still begin n others, and the number of such ends.
    """

    fresh: Shares
    open: tuple[tuple[Shares, int], ...]

    @classmethod
    def fitted(cls, on: Habits, at: Ends) -> _Process:
        """The process with the observed shares."""
        return cls.of(_shares(on.begun), _shares(on.begun_late or on.begun), at)

    @classmethod
    def drawn(cls, on: Habits, at: Ends, random: np.random.Generator) -> list[_Process]:
        """`DRAWS` processes that are as likely as the observed one."""
        each = zip(_drawn(on.begun, random), _drawn(on.begun_late or on.begun, random), strict=True)
        return [cls.of(fresh, late, at) for fresh, late in each]

    @classmethod
    def of(cls, fresh: Shares, late: Shares, at: Ends) -> _Process:
        """A process with shares for new placements and for late ones."""
        in_time = [(_to_come(fresh, begun), many) for begun, many in enumerate(at.in_time) if many]
        return cls(fresh=fresh, open=(*in_time, *([(late, at.late)] if at.late else [])))

    def dies_out(self) -> float:
        """The chance that all ends die out: the product of the chances of each, since they are independent."""
        root = extinction(self.fresh)
        chances = [min(float(np.polyval(shares[::-1], root)), 1.0) ** many for shares, many in self.open]
        return 1.0 if root >= 1 else float(np.prod(chances))

    def further_reach(self) -> float:
        """The expected number of placements begun by the ends or descending from these; each adds 1 / (1 - m)."""
        begun = sum(_mean(shares) * many for shares, many in self.open)
        mean = _mean(self.fresh)
        if not begun:
            return 0.0
        return begun / (1 - mean) if mean < 1 - 1e-12 else np.inf

    def run(self, random: np.random.Generator) -> _Runs:
        """Simulate `RUNS` futures."""
        begun = np.sum([_offspring(random, shares, np.full(RUNS, many)) for shares, many in self.open], axis=0)
        begun = np.broadcast_to(begun, RUNS).astype(np.int64)
        reach, root = begun.copy(), extinction(self.fresh)
        for _ in range(GENERATIONS):
            going = np.flatnonzero((begun > 0) & (root**begun >= CERTAIN))
            if not len(going):
                break
            begun[going] = _offspring(random, self.fresh, begun[going])
            reach[going] += begun[going]
        return _Runs(died_out=begun == 0, undecided=(begun > 0) & (root**begun >= CERTAIN), reach=reach)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Runs:
    """Simulated futures, one row each: whether it ended, whether it was given up, and how many placements it began."""

    died_out: Flags
    undecided: Flags
    reach: npt.NDArray[np.int64]


def _offspring(random: np.random.Generator, shares: Shares, placements: npt.NDArray[np.int64]) -> Any:  # noqa: ANN401
    return random.multinomial(placements, shares) @ np.arange(len(shares))


def forecast(survey: Survey, roots: Sequence[int] | None = None, *, seed: int) -> Forecast | None:
    """What becomes of a programme, or of what descends from some placements, if nothing changes.

    Args:
        survey: Survey of the programme on the day; the processes are always fitted to the whole programme.
        roots: Rows of placements that existed on the day; None stands for the whole programme.
        seed: Seed of the random draws; the same seed gives the same forecast.

    Returns:
        None until a placement of the programme has come due.
    """
    random, observed, within = np.random.default_rng(seed), _Observed.of(survey), _within(survey, roots)
    whole = observed.habits()
    number = reproduction(whole, random)
    if number is None:
        return None
    each_help = (
        (help_, observed.habits(code), observed.ends(within, code)) for code, help_ in enumerate(survey.snapshot.helps)
    )
    by_help = tuple(
        OfHelp(help=help_, habits=own, reproduction=number if own == whole else reproduction(own, random), ends=at)
        for help_, own, at in each_help
        if own.begun or at.total
    )
    fitted = [(each.habits if each.reproduction else whole, each.ends) for each in by_help]
    processes = [_Process.fitted(on, at) for on, at in fitted]
    drawn = list(zip(*(_Process.drawn(on, at, random) for on, at in fitted), strict=True))
    return Forecast(
        as_of=survey.as_of,
        habits=whole,
        reproduction=number,
        ends=observed.ends(within),
        by_help=by_help,
        dies_out=_estimate(_die_out(processes), list(map(_die_out, drawn))),
        further_reach=_estimate(_reach(processes), list(map(_reach, drawn))),
        simulated=_simulated([process.run(random) for process in processes]),
        confidence=CONFIDENCE,
    )


def _die_out(processes: Sequence[_Process]) -> float:
    return float(np.prod([each.dies_out() for each in processes]))


def _reach(processes: Sequence[_Process]) -> float:
    return float(sum(each.further_reach() for each in processes))


def _drawn(counts: Sequence[int], random: np.random.Generator) -> Any:  # noqa: ANN401 - scipy has no types
    """`DRAWS` distributions that are as likely as the observed one."""
    from scipy.stats import dirichlet  # noqa: PLC0415 - slow to import, and only statistics need it

    weights = np.zeros(max(len(counts), _POSSIBLE))
    weights[: len(counts)] = counts
    weighs = np.flatnonzero((weights > 0) | (np.arange(len(weights)) < _POSSIBLE))
    shares = np.zeros((DRAWS, len(weights)))
    shares[:, weighs] = dirichlet.rvs(weights[weighs] + _BEFORE_SEEN, size=DRAWS, random_state=random)
    return shares


def _middle(value: float, drawn: Sequence[float]) -> tuple[float, float]:
    """The middle part of the drawn values, widened if necessary to include the value itself."""
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.array(drawn), (outside, 1 - outside), method="nearest")
    return min(float(low), value), max(float(high), value)


def _estimate(value: float, drawn: Sequence[float]) -> Estimate:
    low, high = _middle(value, drawn)
    return Estimate(value=_bounded(value), low=_bounded(low), high=_bounded(high))


def _bounded(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _simulated(by_help: Sequence[_Runs]) -> Simulated:
    """Combine the futures of all helps: a future has ended if it ended for every help."""
    over = np.all([each.died_out for each in by_help], axis=0)
    going = np.any([~each.died_out & ~each.undecided for each in by_help], axis=0)
    reach = np.sum([each.reach for each in by_help], axis=0)
    died_out, undecided = int(over.sum()), int((~over & ~going).sum())
    low, _ = interval(died_out / RUNS, RUNS)
    _, high = interval((died_out + undecided) / RUNS, RUNS)
    return Simulated(
        runs=RUNS,
        died_out=died_out,
        undecided=undecided,
        low=low,
        high=high,
        mean_reach=float(reach.mean()) if died_out == RUNS else None,
    )
