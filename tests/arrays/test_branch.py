"""One branch of a programme; that it tells what the whole tells, `test_load` holds."""

from __future__ import annotations

from relay.arrays.branch import branch
from relay.arrays.from_register import of_register
from tests.scenes.relays import grow


def test_a_branch_has_what_descends_and_those_above_it_and_no_more() -> None:
    whole = of_register(grow("P1 > P2; P8 > P3; P2 > P4; P3 > P4; P4 > P5; P6 > P7; P8 > P9"))

    parts = {id_: branch(whole, id_) for id_ in ("placement:P4", "P6", "P99")}

    assert {id_: sorted(part.placements.ids) for id_, part in parts.items()} == {
        "placement:P4": ["P1", "P2", "P3", "P4", "P5", "P8"],  # P9 is below P8 alone
        "P6": ["P6", "P7"],
        "P99": [],
    }
    assert {id_: len(part.passes) for id_, part in parts.items()} == {"placement:P4": 5, "P6": 1, "P99": 0}
    assert parts["P6"].beneficiaries is whole.beneficiaries
