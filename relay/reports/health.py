"""Chain health: for a whole programme on a day, what is owed, what was passed on, where it broke and what changed.

It is what an auditor looks at first. Every number can be divided by generation, help, place and so on (`breakdown`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from relay.arrays.columns import NONE, Flags
from relay.arrays.kernels import run_both
from relay.arrays.lineage import Survey, chains_counted
from relay.arrays.placement_states import CAUSES, FULFILLED
from relay.arrays.tables import Snapshot
from relay.domain.model import Quantity, shown
from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.reports.rates import GIVEN, ORIGINAL, OWED, PASSED, Rates, Sums, animal, rates, sums, unit

if TYPE_CHECKING:
    from relay.reports.breakdown import PartNames


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementsCounted:
    """Numbers of placements: `original` came from a gift, `passed_on` by pass-on; together they are `total`."""

    total: int
    original: int
    passed_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpUnits:
    """Units of help.

    Attributes:
        given: From gifts; what neighbours added is not counted.
        owed: By all placements, in total.
        passed: Passed on and counting, in units of the giver's help.
    """

    given: Quantity
    owed: Quantity
    passed: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpHealth:
    """One help, in its own unit; the unit is None if no rule gives it."""

    help: str
    unit: str | None
    given: Quantity
    owed: Quantity
    passed: Quantity
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationHealth:
    """One generation; `passed` by its placements, of helps whose unit is "animal"."""

    generation: int
    placements: int
    fulfilled: int
    passed: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """One part of a programme.

    Attributes:
        part: An id, word or number; None for placements of which it is not known.
        name: Of a place; None where there is none.
        placements: Placements in this part.
        states: State → number of placements.
        units: Units of helps whose unit is "animal"; if divided by help, in the unit of that help.
        rates: Rates of this part, with units as in `units`.
    """

    part: str | int | None
    name: str | None
    placements: PlacementsCounted
    states: Mapping[str, int]
    units: HelpUnits
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A programme divided by one word of `vocabulary.PARTED_BY`; parts in order, the unknown part last."""

    by: str
    parts: tuple[PartHealth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Placements that went from one state to another; a state is None for "not received yet"."""

    before: str | None
    now: str | None
    placements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed since an earlier day; both days as now known.

    Attributes:
        earlier: Health on that day.
        moved: Number of placements for each state then and state now that differ, in the order of the states.
        broke: Placements that are lost or broken now and were not then, by id.
        mended: Placements that were lost or broken then and are not now, by id.
    """

    earlier: Health
    moved: tuple[Moved, ...]
    broke: tuple[str, ...]
    mended: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A programme's chain health on a day.

    Attributes:
        programme_id: Id of the programme.
        as_of: Reference day; what happens later does not count.
        placements: All placements that existed on the day.
        states: State → number of placements.
        chains: "total" and each chain state → number of chains.
        animals: Units of helps whose unit is "animal".
        by_help: Helps that a placement holds, by name.
        additional_per_original: Placements that came by pass-on, for each original one; None if there are none.
        generations: The greatest generation; 0 for an empty programme.
        by_generation: One for each generation, in order. Placements that descend from no original one are in none of
            them: they exist only in foreign data, or when unconfirmed pass-ons are left out.
        rates: Rates of placements past their due day; units of helps whose unit is "animal".
        causes: Cause → number of placements that it made lost or broken.
        breakdowns: The divisions that were asked for.
        changes: What changed since another day; None if that was not asked for.
    """

    programme_id: str
    as_of: date
    placements: PlacementsCounted
    states: Mapping[str, int]
    chains: Mapping[str, int]
    animals: HelpUnits
    by_help: tuple[HelpHealth, ...]
    additional_per_original: float | None
    generations: int
    by_generation: tuple[GenerationHealth, ...]
    rates: Rates
    causes: Mapping[str, int]
    breakdowns: tuple[Breakdown, ...]
    changes: Changes | None

    @property
    def found_something(self) -> bool:
        """Whether an auditor should look: some placement is lost or broken, or has become so since the compared day.

        Our choice: late is not enough, since the grace period is there to be used. And compared with an earlier day, a
        check that is run every night reports what is new, not what broke years ago.
        """
        return bool(self.changes.broke) if self.changes else any(self.causes.values())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counted:
    """Placements of a survey, counted.

    Attributes:
        sums: The sums of `rates.sums`, one row for each help.
        states: Placements by state; shape (generations, states), columns as in `vocabulary.STATES`.
        passed: Thousandths passed on of helps whose unit is "animal", by generation.
        causes: Number of placements made lost or broken by each of `placement_states.CAUSES`.
    """

    sums: Sums
    states: Sums
    passed: Sums
    causes: Sums

    @classmethod
    def of(cls, survey: Survey) -> _Counted:
        """Count all placements that existed on the day."""
        stood, snapshot = survey.standings, survey.snapshot
        there = stood.rows
        generation, state, cause = survey.generation[there], stood.state[there], stood.cause[there]
        summed, animals = animal(snapshot), stood.passed[there]
        if not summed.all():
            animals = animals * summed[snapshot.placements.help[there]]
        many = int(generation.max(initial=NONE)) + 1
        states = np.bincount((generation + 1) * len(STATES) + state, minlength=(many + 1) * len(STATES))
        passed = np.zeros(many + 1, np.int64)  # the first row, here as in states, is of those in no generation
        np.add.at(passed, generation + 1, animals)
        return cls(
            sums=sums(survey, there, 0, 1)[0],
            states=states.reshape(-1, len(STATES))[1:],
            passed=passed[1:],
            causes=np.array([np.count_nonzero(cause == code) for code in range(len(CAUSES))]),
        )


def health(
    survey: Survey,
    *,
    by: Iterable[str] = (),
    names: PartNames | None = None,
    earlier: Survey | None = None,
) -> Health:
    """The chain health of a programme.

    Args:
        survey: Survey of the programme on the day.
        by: Words of `vocabulary.PARTED_BY` that divide the programme; empty for no breakdown.
        names: Names of places and donors, if the words include these.
        earlier: Survey of the same snapshot on an earlier day, to report what changed since.

    Raises:
        NoSuchWord: The programme is not divided by that word.
    """
    snapshot = survey.snapshot
    count, chains = run_both(lambda: _Counted.of(survey), lambda: survey.chains.chain_state, len(survey.original))
    summed = animal(snapshot)
    total, animals = count.sums.sum(axis=0), count.sums[summed].sum(axis=0)
    by_generation = _by_generation(count)
    placements = _placements(total)
    return Health(
        programme_id=snapshot.programme_id,
        as_of=survey.as_of,
        placements=placements,
        states=_states(total),
        chains=chains_counted(np.bincount(chains, minlength=len(CHAIN_STATES))),
        animals=_units(animals),
        by_help=_helps(snapshot, count.sums),
        additional_per_original=placements.passed_on / placements.original if placements.original else None,
        generations=max(len(by_generation) - 1, 0),
        by_generation=by_generation,
        rates=rates(total, animals),
        causes=dict(zip(CAUSES, count.causes.tolist(), strict=True)),
        breakdowns=tuple(_breakdown(survey, word, names, summed) for word in by),
        changes=_changes(survey, earlier) if earlier else None,
    )


def _placements(total: Sums) -> PlacementsCounted:
    placements, original = int(total[: len(STATES)].sum()), int(total[ORIGINAL])
    return PlacementsCounted(total=placements, original=original, passed_on=placements - original)


def _states(total: Sums) -> Mapping[str, int]:
    return dict(zip(STATES, total[: len(STATES)].tolist(), strict=True))


def _units(total: Sums) -> HelpUnits:
    return HelpUnits(given=shown(int(total[GIVEN])), owed=shown(int(total[OWED])), passed=shown(int(total[PASSED])))


def _helps(snapshot: Snapshot, by_help: Sums) -> tuple[HelpHealth, ...]:
    return tuple(
        HelpHealth(
            help=help_,
            unit=unit(snapshot, help_),
            given=shown(int(total[GIVEN])),
            owed=shown(int(total[OWED])),
            passed=shown(int(total[PASSED])),
            rates=rates(total, total),
        )
        for help_, total in zip(snapshot.helps, by_help, strict=True)
        if total[: len(STATES)].any()
    )


def _by_generation(whole: _Counted) -> tuple[GenerationHealth, ...]:
    return tuple(
        GenerationHealth(generation=nth, placements=sum(states), fulfilled=states[FULFILLED], passed=shown(passed))
        for nth, (states, passed) in enumerate(zip(whole.states.tolist(), whole.passed.tolist(), strict=True))
    )


def _breakdown(survey: Survey, word: str, names: PartNames | None, summed: Flags) -> Breakdown:
    from relay.reports.breakdown import PartNames, parts  # noqa: PLC0415 - mostly the programme alone is asked for

    names = names or PartNames()
    parted = parts(survey, word, names)
    by_part = sums(survey, parted.row, parted.part, len(parted.keys))
    whole = by_part.sum(axis=1)
    units = whole if word == "help" else by_part[:, summed].sum(axis=1)
    return Breakdown(
        by=word,
        parts=tuple(
            PartHealth(
                part=key,
                name=names.places.get(str(key)) if word == "place" else None,
                placements=_placements(total),
                states=_states(total),
                units=_units(of_units),
                rates=rates(total, of_units),
            )
            for key, total, of_units in zip(parted.keys, whole, units, strict=True)
        ),
    )


def _changes(survey: Survey, earlier: Survey) -> Changes:
    now, before = survey.standings, earlier.standings
    kinds = len(STATES) + 1  # the last one stands for not yet there
    pairs = np.bincount((before.state % kinds).astype(np.int64) * kinds + now.state % kinds, minlength=kinds * kinds)
    words = (*STATES, None)
    ids = survey.snapshot.placements.ids
    return Changes(
        earlier=health(earlier),
        moved=tuple(
            Moved(before=words[pair // kinds], now=words[pair % kinds], placements=many)
            for pair, many in enumerate(pairs.tolist())
            if many and pair // kinds != pair % kinds
        ),
        broke=tuple(sorted(ids.some(np.flatnonzero(now.stuck & ~before.stuck).astype(np.int32)))),
        mended=tuple(sorted(ids.some(np.flatnonzero(before.stuck & ~now.stuck).astype(np.int32)))),
    )
