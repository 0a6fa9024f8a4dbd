"""Reports on husbandry: by place, whether treated herds break less, and how far the ready days were off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import numpy as np

from relay.arrays.columns import NO_DAY, day_number
from relay.audit.error_rate import intervals
from relay.domain.model import Rate
from relay.domain.vocabulary import EVENT_KINDS
from relay.reports.breakdown import PartNames, parts

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.systems.husbandry.herds import Herd

YEAR: Final = timedelta(days=365)
BEFORE_DAYS: Final = (365, 182, 30)
"""A year, half a year and a month before she passed on."""
_DEATH: Final = EVENT_KINDS.index("death")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """How the herds of a place, and of all places inside it, are doing.

    Attributes:
        place_id: Id of the place; None for the whole programme, and for women whose place is unknown.
        name: Its name; None as above.
        herds: Placements that had animals at some time in the twelve months before the day.
        pregnant: Of these, those with a pregnancy on the day.
        born: Those with a birth in these months.
        died: Those with a death.
        treated: Those that were treated.
    """

    place_id: str | None
    name: str | None
    herds: int
    pregnant: Rate
    born: Rate
    died: Rate
    treated: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class HusbandryReport:
    """How the herds are doing, by place, and whether treated ones break less.

    Attributes:
        as_of: Reference day.
        whole: The whole programme.
        places: Each place in which herds are, by id; last those whose place is unknown.
        treated_broke: Lost or broken by the day, of the herds treated in their first twelve months that stood at their
            end.
        others_broke: The same of those that were not treated in these months.
        intervals: Name of each of these two → 95 % confidence interval of its share.
        verdict: "less" if treated herds break less, "more", or "we cannot say": the two intervals overlap, or nothing
            is known of one. An association, not a cause.
    """

    as_of: date
    whole: PlaceRow
    places: tuple[PlaceRow, ...]
    treated_broke: Rate
    others_broke: Rate
    intervals: Mapping[str, tuple[float, float]]
    verdict: str


def husbandry_report(survey: Survey, herds: Mapping[int, Herd], names: PartNames) -> HusbandryReport:
    """The report on the day of the survey; `names` has those of places."""
    seen = counted(survey, herds)
    kept = seen["herds"]
    divided = parts(survey, "place", names)
    inside: list[list[int]] = [[] for _ in divided.keys]
    for row, part in zip(divided.row.tolist(), divided.part.tolist(), strict=True):
        if row in kept:
            inside[part].append(row)
    rows = (
        _place_row(None if key is None else str(key), names, some, seen)
        for key, some in zip(divided.keys, inside, strict=True)
        if some
    )
    broke = {name: _rate(seen[name], seen[f"of_{name}"]) for name in ("treated_broke", "others_broke")}
    known = intervals(broke)
    return HusbandryReport(
        as_of=survey.as_of,
        whole=_place_row(None, names, [*kept], seen),
        places=tuple(rows),
        **broke,
        intervals=known,
        verdict=_verdict(known),
    )


def _had_animals(survey: Survey, row: int) -> bool:
    ended = int(survey.standings.ended_day[row])
    return ended == NO_DAY or ended > day_number(survey.as_of - YEAR)


def counted(survey: Survey, herds: Mapping[int, Herd]) -> Mapping[str, set[int]]:
    """The herds that each number of the report counts, by their rows.

    The words are "herds" that had animals lately, of these "pregnant", "born", "died" and "treated"; and of those that
    stood at the end of their first year "of_treated_broke", treated in it, and of these "treated_broke"; the same of
    "others".
    """
    lately = {row: herd for row, herd in herds.items() if _had_animals(survey, row)}
    return {"herds": {*lately}} | _seen(survey, lately) | _broke(survey, herds)


def _seen(survey: Survey, herds: Mapping[int, Herd]) -> dict[str, set[int]]:
    today, events = survey.as_of, survey.snapshot.events
    lately = (events.day <= day_number(today)) & (events.day > day_number(today - YEAR))
    died = {*events.placement[np.flatnonzero(lately & (events.kind == _DEATH))].tolist()}

    def of(days: Sequence[date]) -> bool:
        return any(today - YEAR < day <= today for day in days)

    return {
        "pregnant": {row for row, herd in herds.items() if herd.pregnant_since(today)},
        "born": {row for row, herd in herds.items() if of([day for day, _ in herd.births])},
        "died": died & herds.keys(),
        "treated": {row for row, herd in herds.items() if of([each.happened_on for each in herd.treatments])},
    }


def _place_row(place_id: str | None, names: PartNames, rows: Sequence[int], seen: Mapping[str, set[int]]) -> PlaceRow:
    name = names.places.get(place_id) if place_id else None
    shares = {word: _rate(seen[word], {*rows}) for word in ("pregnant", "born", "died", "treated")}
    return PlaceRow(place_id=place_id, name=name, herds=len(rows), **shares)


def _rate(some: set[int], of: set[int]) -> Rate:
    return Rate.of(len(some & of), len(of))


def _broke(survey: Survey, herds: Mapping[int, Herd]) -> dict[str, set[int]]:
    """Herds are compared from the end of their first year on: who broke before could not be treated any more."""
    stood, stuck = survey.standings, survey.standings.stuck
    found: dict[str, set[int]] = {name: set() for name in ("of_treated_broke", "of_others_broke")}
    for row, herd in herds.items():
        end = herd.received_on + YEAR
        if end <= survey.as_of and not (stuck[row] and int(stood.since_day[row]) <= day_number(end)):
            treated = any(each.happened_on <= end for each in herd.treatments)
            found["of_treated_broke" if treated else "of_others_broke"].add(row)
    broke = {*np.flatnonzero(stuck).tolist()}
    return found | {word.removeprefix("of_"): rows & broke for word, rows in found.items()}


def _verdict(known: Mapping[str, tuple[float, float]]) -> str:
    treated, others = known.get("treated_broke"), known.get("others_broke")
    if treated and others and treated[1] < others[0]:
        return "less"
    if treated and others and treated[0] > others[1]:
        return "more"
    return "we cannot say"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyError:
    """How far the days were off that were said so long before the first pass-on of each placement.

    Attributes:
        before_days: Days before the pass-on.
        passed_on: Placements that passed on and had received by then.
        said: Those of which a day was said, of all these.
        quarter_days: A quarter passed on at most so many days after the day that was said, below 0 for before it; this
            and the next two are None if nothing was said.
        median_days: Half of them.
        three_quarters_days: Three quarters of them.
    """

    before_days: int
    passed_on: int
    said: Rate
    quarter_days: int | None
    median_days: int | None
    three_quarters_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyForecast:
    """What the ready days were worth: what was said on the past, and what came.

    Attributes:
        as_of: Reference day.
        errors: A year, half a year and a month before the first pass-on.
        nothing_said: Of the placements that still owe, those of which nothing is said.
    """

    as_of: date
    errors: tuple[ReadyError, ...]
    nothing_said: Rate


def ready_errors(herds: Mapping[int, Herd]) -> tuple[ReadyError, ...]:
    """How far off the ready days of herds were, for each of `BEFORE_DAYS`; by what was known on each of these days."""
    return tuple(_error([*herds.values()], before) for before in BEFORE_DAYS)


def _error(herds: Sequence[Herd], before_days: int) -> ReadyError:
    off = list[int]()
    passed_on = 0
    for herd in herds:
        came_on = min((day for day, _ in herd.passed), default=None)
        asked_on = came_on and came_on - timedelta(days=before_days)
        if came_on and asked_on and asked_on >= herd.received_on:
            passed_on += 1
            ready = herd.ready(asked_on)
            if ready:
                off.append((came_on - ready.ready_on).days)
    low, middle, high = _quarters(off)
    return ReadyError(
        before_days=before_days,
        passed_on=passed_on,
        said=Rate.of(len(off), passed_on),
        quarter_days=low,
        median_days=middle,
        three_quarters_days=high,
    )


def _quarters(days: Sequence[int]) -> tuple[int | None, int | None, int | None]:
    if not days:
        return None, None, None
    if len(days) == 1:
        return days[0], days[0], days[0]
    low, _, high = quantiles(days, n=4, method="inclusive")
    return round(low), round(median(days)), round(high)
