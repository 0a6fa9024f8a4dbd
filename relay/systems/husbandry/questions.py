"""The questions about husbandry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import day_of
from relay.arrays.placement_states import DUE, IN_TIME, LATE
from relay.domain.model import Rate
from relay.reports import breakdown
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf, OfHer
from relay.systems.husbandry import reading
from relay.systems.husbandry.herds import Basis, Herd
from relay.systems.husbandry.report import HusbandryReport, ReadyForecast, husbandry_report, ready_errors

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyRow:
    """From when on a placement that still owes can pass on.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Main id of its holder.
        help: Help that it received.
        ready_on: The day, about; this and the next two are None where nothing can be said.
        rests_on: "weaned", "born", "pregnant" or "typical".
        since_on: The day of what it rests on.
        due_on: Day by which all is to be passed on; None if there is none.
        birth_on: When a birth is to be expected; None if that cannot be told.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    ready_on: date | None
    rests_on: Basis | None
    since_on: date | None
    due_on: date | None
    birth_on: date | None


def owing(survey: Survey, herds: dict[int, Herd]) -> dict[int, Herd]:
    """Those herds whose holder still owes and can still pass on."""
    stood = survey.standings
    still = (stood.state == IN_TIME) | (stood.state == DUE) | (stood.state == LATE) | stood.mendable
    return {row: herd for row, herd in herds.items() if still[row]}


def ready_rows(
    graph: Graph, programme_id: str, survey: Survey, only: Collection[str] | None = None
) -> tuple[ReadyRow, ...]:
    """From when on each can pass on that still owes; the earliest first, those without a day last.

    `only` has the ids of the placements that are asked about; None for all.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = owing(survey, dict(reading.herds(survey, reading.recorded(graph, programme_id), only)))
    holders = reading.holders(survey)
    rows = (_row(survey, row, holder, herd) for row, herd in found.items() if (holder := holders[row]))
    return tuple(sorted(rows, key=lambda each: (each.ready_on or date.max, each.placement_id)))


def _row(survey: Survey, row: int, holder: str, herd: Herd) -> ReadyRow:
    ready = herd.ready(survey.as_of)
    return ReadyRow(
        placement_id=survey.snapshot.placements.ids[row],
        beneficiary_id=holder,
        help=herd.help,
        ready_on=ready.ready_on if ready else None,
        rests_on=ready.rests_on if ready else None,
        since_on=ready.since_on if ready else None,
        due_on=day_of(survey.standings.due_day[row]),
        birth_on=herd.birth_on(survey.as_of),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Husbandry(Question[tuple[ReadyRow, ...]]):
    """From when on each can pass on that still owes, and what that rests on."""

    name = "husbandry"
    action = "husbandry"
    path = "husbandry"
    ids_only = True

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[ReadyRow, ...]:
        """The earliest first; those of which nothing can be said last."""
        return ready_rows(source.graph, programme_id, source.survey(programme_id, self.as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class HusbandryOf(OfHer[ReadyRow]):
    """From when on one woman can pass on, for each placement of hers that still owes. Personal."""

    name = "husbandry_of"
    action = "husbandry"
    path = "beneficiaries/<id>/husbandry"

    def answer(self, source: Source, programme_id: str) -> tuple[ReadyRow, ...]:
        """The earliest first; empty if the reader may not see this woman."""
        her = source.her(programme_id, self.id)
        rows = ready_rows(source.graph, programme_id, source.survey(programme_id, self.as_of))
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
        herds = dict(reading.herds(survey, reading.recorded(source.graph, programme_id)))
        return husbandry_report(survey, herds, names)


@dataclass(frozen=True, slots=True, kw_only=True)
class HusbandryForecast(Question[ReadyForecast]):
    """How far the ready days were off that were said a year, half a year and a month before she passed on."""

    name = "husbandry_forecast"
    action = "husbandry"
    path = "husbandry/forecast"

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> ReadyForecast:
        """The longest time before first."""
        survey = source.survey(programme_id, self.as_of)
        herds = dict(reading.herds(survey, reading.recorded(source.graph, programme_id)))
        still = owing(survey, herds)
        silent = sum(herd.ready(survey.as_of) is None for herd in still.values())
        return ReadyForecast(as_of=survey.as_of, errors=ready_errors(herds), nothing_said=Rate.of(silent, len(still)))


QUESTIONS: Final = (Husbandry, HusbandryOf, HusbandryByPlace, HusbandryForecast)
OF_HER: Final = HusbandryOf
