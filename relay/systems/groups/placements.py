"""The placements of a group's members, with their states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relay.domain.model import Rate
from relay.domain.vocabulary import SETTLED, STATES
from relay.reports.counted_placements import counting
from relay.reports.field.givers import Giver, of_placements
from relay.reports.placements import Holdings
from relay.reports.rates import rates, sums

if TYPE_CHECKING:
    from relay.arrays.columns import Rows
    from relay.arrays.lineage import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldByMembers:
    """The placements of a group's members, and of the group itself.

    Attributes:
        total: Number of placements.
        states: State → number of placements.
        fulfilled_of_due: Those that passed on all they owe, of those past their due day.
    """

    total: int
    states: Mapping[str, int]
    fulfilled_of_due: Rate


def held_by(survey: Survey, beneficiary_ids: Collection[str]) -> HeldByMembers:
    """The placements that some beneficiaries hold on the day, under any of these ids."""
    rows = _held(survey, beneficiary_ids)
    summed = sums(survey, rows, 0, 1)[0].sum(axis=0)
    return HeldByMembers(
        total=len(rows),
        states={state: int(many) for state, many in zip(STATES, summed, strict=False) if many},
        fulfilled_of_due=rates(summed, summed).fulfilled_of_due,
    )


def of_due(survey: Survey, beneficiary_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The placements that `fulfilled_of_due` counts: "fulfilled" and "due" → ids, in ledger order."""
    rows, ids = _held(survey, beneficiary_ids), survey.snapshot.placements.ids
    words = {"fulfilled": "due_fulfilled", "due": "due"}
    return {name: [ids[row] for row in rows[counting(survey, word)[rows]].tolist()] for name, word in words.items()}


def to_pass_on(survey: Survey, beneficiary_ids: Collection[str]) -> tuple[Giver, ...]:
    """The placements of some beneficiaries that still owe, due or not, by id."""
    holdings = Holdings(survey, _held(survey, beneficiary_ids))
    owing = (each for each in holdings if each.state not in (*SETTLED, "lost") and each.owed > each.passed)
    return tuple(of_placements(survey, sorted(each.placement_id for each in owing)).values())


def _held(survey: Survey, beneficiary_ids: Collection[str]) -> Rows:
    people, placements = survey.snapshot.beneficiaries.ids, survey.snapshot.placements
    hers = np.zeros(len(people) + 1, np.bool_)
    hers[[row for row in people.rows(sorted(beneficiary_ids)) if row is not None]] = True
    return np.flatnonzero(survey.standings.there & hers[placements.beneficiary]).astype(np.int32)
