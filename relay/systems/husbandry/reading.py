"""Reading the herds of a programme: what was recorded of its animals, by placement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import numpy as np

from relay.arrays.columns import NONE, required_day_of
from relay.arrays.same_woman import women_of
from relay.domain.model import UNIT
from relay.domain.vocabulary import CONDITIONS, EVENT_KINDS
from relay.ledger.reading import said
from relay.service.json_codec import read_columns
from relay.systems.husbandry.herds import Breeding, Herd, Treated, Weaned

if TYPE_CHECKING:
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.graph import Graph

_BIRTH: Final = EVENT_KINDS.index("birth")
_PREGNANT: Final = CONDITIONS.index("pregnant")


class _Seen(Protocol):
    @property
    def placement_id(self) -> str: ...
    @property
    def happened_on(self) -> date: ...


_S = TypeVar("_S", bound=_Seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOfAnimals:
    """What was recorded of animals, by placement id, in order of day.

    Attributes:
        breedings: What was seen of breeding.
        treatments: All treatments.
        weanings: All weanings.
    """

    breedings: Mapping[str, tuple[Breeding, ...]]
    treatments: Mapping[str, tuple[Treated, ...]]
    weanings: Mapping[str, tuple[Weaned, ...]]


def seen_of_animals(graph: Graph, programme_id: str) -> SeenOfAnimals:
    """What was recorded of a programme's animals.

    Raises:
        Unavailable: The database cannot be reached.
    """

    def of(kind: str, row: type[_S]) -> Mapping[str, tuple[_S, ...]]:
        return _by_placement([read_columns(row, each) for each in said(graph, programme_id, kind)])

    return SeenOfAnimals(
        breedings=of("breeding", Breeding), treatments=of("treatment", Treated), weanings=of("weaning", Weaned)
    )


def _by_placement(acts: Sequence[_S]) -> Mapping[str, tuple[_S, ...]]:
    found: defaultdict[str, list[_S]] = defaultdict(list)
    for each in sorted(acts, key=lambda act: act.happened_on):
        found[each.placement_id].append(each)
    return {placement_id: tuple(each) for placement_id, each in found.items()}


def herds(survey: Survey, seen: SeenOfAnimals) -> Iterator[tuple[int, Herd]]:
    """Row and herd of each placement of animals that existed by the day of a survey.

    What came later is among it: whoever asks says as of which day. Young of a sex that does not count are left out.
    """
    snapshot, stood = survey.snapshot, survey.standings
    events, passes, ids = snapshot.events, snapshot.passes, snapshot.placements.ids
    births: defaultdict[int, list[tuple[date, float]]] = defaultdict(list)
    for nth in np.flatnonzero(events.kind == _BIRTH).tolist():
        row = int(events.placement[nth])
        wanted = _sex(survey, row)
        left_out = {"F": events.males, "M": events.females}.get(wanted or "")
        counts = int(events.units[nth]) - (0 if left_out is None else int(left_out[nth]))
        births[row].append((required_day_of(events.day[nth]), counts / UNIT))
    passed: defaultdict[int, list[tuple[date, float]]] = defaultdict(list)
    for nth in np.flatnonzero(survey.made).tolist():
        passed[int(passes.giver[nth])].append((required_day_of(passes.day[nth]), int(passes.units[nth]) / UNIT))
    for row in np.flatnonzero(stood.there).tolist():
        rule = int(stood.rule[row])
        if rule != NONE and snapshot.rules[rule].unit == "animal":
            id_ = ids[row]
            yield (
                row,
                Herd(
                    help=snapshot.helps[snapshot.placements.help[row]],
                    received_on=required_day_of(stood.received_day[row]),
                    came_pregnant=int(stood.condition[row]) == _PREGNANT,
                    births=tuple(sorted(births.get(row, ()))),
                    passed=tuple(sorted(passed.get(row, ()))),
                    breedings=seen.breedings.get(id_, ()),
                    treatments=seen.treatments.get(id_, ()),
                    weanings=seen.weanings.get(id_, ()),
                ),
            )


def _sex(survey: Survey, row: int) -> str | None:
    rule = int(survey.standings.rule[row])
    return None if rule == NONE else survey.snapshot.rules[rule].sex


def holders(survey: Survey) -> Sequence[str | None]:
    """For each placement, the main id of its holder; None if nobody is known."""
    snapshot = survey.snapshot
    women, people = women_of(snapshot)[snapshot.placements.beneficiary].tolist(), snapshot.beneficiaries.ids
    return [None if woman == NONE else people[woman] for woman in women]
