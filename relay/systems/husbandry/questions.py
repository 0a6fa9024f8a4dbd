"""The questions about husbandry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import Flags, day_of
from relay.arrays.placement_states import DUE, IN_TIME, LATE
from relay.domain.model import Rate
from relay.reports import breakdown
from relay.reports.animals import Expected
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf, OfHer
from relay.systems.husbandry import reading
from relay.systems.husbandry.report import HusbandryReport, ReadyForecast, husbandry_report, ready_errors

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph
    from relay.systems.husbandry.herds import Herd


def owing(survey: Survey) -> Flags:
    """The placements whose holder still owes and can still pass on."""
    stood = survey.standings
    owing: Flags = (stood.state == IN_TIME) | (stood.state == DUE) | (stood.state == LATE) | stood.mendable
    return owing


def expected(graph: Graph, programme_id: str, survey: Survey) -> Mapping[str, Expected]:
    """Placement id → what is to be expected of its animals, of all whose holder has some and is known.

    Raises:
        Unavailable: The database cannot be reached.
    """
    herds = dict(reading.herds(survey, reading.seen_of_animals(graph, programme_id)))
    holders, owes = reading.holders(survey), owing(survey)
    there = owes | ~survey.standings.stuck
    rows = (
        _expected(survey, row, holder, herd, owes=bool(owes[row]))
        for row, herd in herds.items()
        if there[row] and (holder := holders[row])
    )
    return {each.placement_id: each for each in rows}


def _expected(survey: Survey, row: int, holder: str, herd: Herd, *, owes: bool) -> Expected:
    ready = herd.ready(survey.as_of) if owes else None
    return Expected(
        placement_id=survey.snapshot.placements.ids[row],
        beneficiary_id=holder,
        help=herd.help,
        ready_on=ready.ready_on if ready else None,
        rests_on=ready.rests_on if ready else None,
        since_on=ready.since_on if ready else None,
        due_on=day_of(survey.standings.due_day[row]) if owes else None,
        birth_on=herd.birth_on(survey.as_of),
        treatment_on=herd.treatment_on(survey.as_of),
    )


def by_ready_day(found: Mapping[str, Expected]) -> tuple[Expected, ...]:
    """What is to be expected of those who still owe: the earliest ready day first, those without one last."""
    rows = (each for each in found.values() if each.due_on)
    return tuple(sorted(rows, key=lambda each: (each.ready_on or date.max, each.placement_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Husbandry(Question[tuple[Expected, ...]]):
    """From when on each can pass on that still owes, and what that rests on."""

    name = "husbandry"
    action = "husbandry"
    path = "husbandry"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[Expected, ...]:
        """The earliest first; those of which nothing can be said last."""
        return by_ready_day(expected(source.graph, programme_id, source.survey(programme_id, self.as_of)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HusbandryOf(OfHer[Expected]):
    """From when on one woman can pass on, for each placement of hers that still owes. Personal."""

    name = "husbandry_of"
    action = "husbandry"
    path = "beneficiaries/<id>/husbandry"

    def answer(self, source: Source, programme_id: str) -> tuple[Expected, ...]:
        """The earliest first; empty if the reader may not see this woman."""
        her = source.her(programme_id, self.id)
        rows = by_ready_day(expected(source.graph, programme_id, source.survey(programme_id, self.as_of)))
        return tuple(row for row in rows if row.beneficiary_id in her)


@dataclass(frozen=True, slots=True, kw_only=True)
class HusbandryByPlace(Question[HusbandryReport]):
    """How many herds are pregnant, bore, lost animals and were treated, by place; whether treated ones break less."""

    name = "husbandry_by_place"
    action = "husbandry"
    path = "husbandry/places"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> HusbandryReport:
        """Places by id, each with all places inside it."""
        survey = source.survey(programme_id, self.as_of)
        names = breakdown.names(source.graph, programme_id, ("place",))
        herds = dict(reading.herds(survey, reading.seen_of_animals(source.graph, programme_id)))
        return husbandry_report(survey, herds, names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyForecastQuestion(Question[ReadyForecast]):
    """How far the ready days were off that were said a year, half a year and a month before she passed on."""

    name = "ready_forecast"
    action = "husbandry"
    path = "forecast/ready"

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> ReadyForecast:
        """The longest time before first."""
        survey = source.survey(programme_id, self.as_of)
        herds = dict(reading.herds(survey, reading.seen_of_animals(source.graph, programme_id)))
        owes = owing(survey)
        still = [herd for row, herd in herds.items() if owes[row]]
        silent = sum(herd.ready(survey.as_of) is None for herd in still)
        return ReadyForecast(as_of=survey.as_of, errors=ready_errors(herds), nothing_said=Rate.of(silent, len(still)))


QUESTIONS: Final = (Husbandry, HusbandryOf, HusbandryByPlace, ReadyForecastQuestion)
OF_HER: Final = HusbandryOf
EXPECTED: Final = expected
