"""The figures that are published of each placement on a day: state, numbers and a caption, and never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.database.acts_as_nodes import key_of
from relay.domain.model import shown
from relay.domain.vocabulary import STATES

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The figures of one placement; the fields are the properties of its node.

    Attributes:
        shown_state: A state of `vocabulary.STATES`.
        shown_passed: Units passed on that count, in the unit of its own help.
        shown_still_owed: Units not passed on yet; for an excused placement, the units it no longer needs to pass on.
        shown_generation: Its generation; None if it descends from no original placement, which only damaged data can
            contain.
        shown_reach: Number of placements that descend from it.
        shown_caption: A line of text to draw next to it.
    """

    shown_state: str
    shown_passed: float
    shown_still_owed: float
    shown_generation: int | None
    shown_reach: int
    shown_caption: str


def layer(survey: Survey) -> dict[str, Shown]:
    """The figures of every placement that existed on the day of a survey, by the key of its node."""
    snapshot, stood = survey.snapshot, survey.standings
    (there,) = stood.there.nonzero()
    columns = (
        snapshot.placements.ids.some(there.astype("int32")),
        stood.state[there].tolist(),
        stood.passed[there].tolist(),
        stood.owed[there].tolist(),
        survey.generation[there].tolist(),
        survey.reach[there].tolist(),
    )
    return {
        key_of(snapshot.programme_id, f"placement:{id_}"): Shown(
            shown_state=STATES[state],
            shown_passed=float(shown(passed)),
            shown_still_owed=float(shown(max(owed - passed, 0))),
            shown_generation=None if generation < 0 else generation,
            shown_reach=reach,
            shown_caption=f"{id_}: {STATES[state].replace('_', ' ')}, {shown(passed)} of {shown(owed)}",
        )
        for id_, state, passed, owed, generation, reach in zip(*columns, strict=True)
    }
