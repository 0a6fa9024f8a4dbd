"""What a placement shows on a day: its state, numbers and a caption; ids, words and numbers, never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.database.keys import key_of
from relay.domain.model import shown
from relay.domain.vocabulary import STATES

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one placement shows; the fields are the properties of its node.

    Attributes:
        shown_state: Of `vocabulary.STATES`.
        shown_passed: Units that count, of its own help.
        shown_still_owed: Units of it that are not passed on yet; of an excused placement what it need not pass on.
        shown_generation: None when it descends from no original placement, as only damaged data can.
        shown_reach: How many placements descend from it.
        shown_caption: A line to draw beside it.
    """

    shown_state: str
    shown_passed: float
    shown_still_owed: float
    shown_generation: int | None
    shown_reach: int
    shown_caption: str


def layer(survey: Survey) -> dict[str, Shown]:
    """What every placement shows that was there on the day of a survey, by the key of its node."""
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
