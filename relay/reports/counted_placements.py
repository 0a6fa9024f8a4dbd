"""Which placements each number counts: defined once, for the number and for the list that it links to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from relay.arrays import lineage
from relay.arrays.columns import NONE, Flags, Rows
from relay.arrays.lineage import Survey
from relay.arrays.same_woman import women_of
from relay.domain.vocabulary import STATES
from relay.reports.breakdown import UNKNOWN, PartNames, code_of, parts, row_of
from relay.reports.rates import Due, animal

STUCK, NOT_STUCK, NOT_THERE = "stuck", "not_stuck", "not_there"
"""Words used like a state: lost or broken; neither of the two; not received yet."""

COUNTED: Final = (
    "original",
    "passed_on",
    "due",
    "due_fulfilled",
    "due_unmet",
    "due_on_time",
    "due_possible",
    "due_animals",
    "animals",
)
"""What a number counts: first placements from a gift; those begun by a pass-on; those past their due day; of these who
passed on all she owes, who did not, who had by the due day, who still could; and of all helps that are animals."""


def counting(survey: Survey, word: str) -> Flags:
    """Which placements are counted under one of `COUNTED`, among those that existed on the day.

    Raises:
        NotFound: There is no such word.
    """
    code_of("count", COUNTED, word)
    there, due = survey.standings.there, Due.of(survey, slice(None))
    animals = animal(survey.snapshot)[survey.snapshot.placements.help] if len(there) else there
    flags: Mapping[str, Flags] = {
        "original": survey.original,
        "passed_on": ~survey.original,
        "due": due.all,
        "due_fulfilled": due.fulfilled,
        "due_unmet": due.all & ~due.fulfilled,
        "due_on_time": due.on_time,
        "due_possible": due.all & ~due.impossible,
        "due_animals": due.all & animals,
        "animals": animals,
    }
    counted: Flags = there & flags[word]
    return counted


def in_state(survey: Survey, word: str) -> Flags:
    """Which placements were in a state, or in one of the conditions that are used like a state.

    Raises:
        NotFound: There is no such state.
    """
    stood = survey.standings
    if word in (STUCK, NOT_STUCK):
        return stood.stuck if word == STUCK else ~stood.stuck
    if word == NOT_THERE:
        return ~stood.there
    flags: Flags = stood.there & (stood.state == code_of("state", STATES, word))
    return flags


def in_part(survey: Survey, word: str, asked: str, names: PartNames) -> Flags:
    """Which placements belong to one part of a programme divided by a word of `vocabulary.PARTED_BY`.

    Args:
        survey: Survey of the programme on the day.
        word: The word by which it is divided.
        asked: The part, as an id, word or number; or `UNKNOWN`.
        names: With the donors, if it is divided by donor.

    Returns:
        One flag for each placement; none is set if there is no such part.
    """
    parted, flags = parts(survey, word, names), np.zeros(len(survey.original), np.bool_)
    for nth, key in enumerate(parted.keys):
        if asked == (UNKNOWN if key is None else str(key)):
            flags[parted.row[parted.part == nth]] = True
    return flags


def generations(survey: Survey, gift_id: str | None = None) -> Rows:
    """The generation of each placement: least number of pass-ons from any original placement, or from those of a gift.

    Returns:
        One number for each placement; -1 if it descends from none of them.

    Raises:
        NotFound: There is no such gift.
    """
    if gift_id is None:
        return survey.generation
    reached, generation = lineage.below(survey, _filled_by(survey, gift_id)), np.full_like(survey.generation, NONE)
    generation[reached.row] = reached.distance
    return generation


def below(survey: Survey, asked: str) -> Flags:
    """Which placements descend from a placement, or from those that a gift filled; these themselves are left out.

    Args:
        survey: Survey of the programme on the day.
        asked: "placement:ID" or "gift:ID"; "chain:ID" includes the placement itself.

    Raises:
        NotFound: There is no such placement or gift.
    """
    kind, _, id_ = asked.partition(":")
    if kind == "gift":
        roots = _filled_by(survey, id_)
    else:
        row = row_of("placement", survey.snapshot.placements.ids, id_)
        roots = [row] if survey.standings.there[row] else []
    flags = np.zeros(len(survey.original), np.bool_)
    flags[lineage.below(survey, roots).row if roots else []] = True
    flags[roots] = kind == "chain"
    return flags


def held_by(survey: Survey, beneficiary_id: str) -> Flags:
    """Which placements a beneficiary holds under any of her ids.

    Raises:
        NotFound: There is no beneficiary with this id.
    """
    snapshot = survey.snapshot
    women = women_of(snapshot)
    row = row_of("beneficiary", snapshot.beneficiaries.ids, beneficiary_id)
    flags: Flags = women[snapshot.placements.beneficiary] == women[row]
    return flags


def _filled_by(survey: Survey, gift_id: str) -> list[int]:
    gift = row_of("gift", survey.snapshot.gifts.ids, gift_id)
    rows: list[int] = np.flatnonzero(survey.original & (survey.snapshot.placements.gift == gift)).tolist()
    return rows
