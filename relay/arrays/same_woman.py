"""Which rows of beneficiaries are the same woman."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relay.arrays.columns import NONE, Rows
from relay.domain.people.one_woman import OneWoman, SameWoman

if TYPE_CHECKING:
    from relay.arrays.tables import Snapshot


def women_of(snapshot: Snapshot) -> Rows:
    """For each beneficiary's row, the row of her main id; index -1 is no woman."""
    rows = np.append(np.arange(len(snapshot.beneficiaries), dtype=np.int32), np.int32(NONE))
    known, ids = OneWoman(), snapshot.beneficiaries.ids
    columns = (snapshot.sames.kept.tolist(), snapshot.sames.other.tolist(), snapshot.sames.sequence.tolist())
    for main, other, sequence in zip(*columns, strict=True):
        if NONE not in (main, other):  # foreign data may name what is not there
            known.add(SameWoman(act_id=str(sequence), kept_id=ids[main], other_id=ids[other], sequence=sequence))
    joined = {ids[row]: row for row in {*snapshot.sames.kept.tolist(), *snapshot.sames.other.tolist()} - {NONE}}
    for id_, row in joined.items():
        rows[row] = joined[known.kept(id_)]
    return rows
