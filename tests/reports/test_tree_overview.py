"""A tree that is too large for boxes, by generation and branch."""

from __future__ import annotations

from datetime import date

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.reports import trees
from relay.reports.tree_layout import Branching
from relay.reports.tree_overview import TreeOverview, overview
from tests.scenes.relays import grow

BINARY = "; ".join(f"P{number} > P{2 * number} P{2 * number + 1}" for number in range(1, 64))  # 127 placements


def seen(said: str, start: str = "placement:P1", focus: str | None = None, year: int = 2027) -> TreeOverview | None:
    survey = lineage.survey(of_register(grow(said)), date(year, 1, 1))
    return overview(Branching.of(trees.tree(survey, start), start), focus)


def test_bands_and_branches_add_up_to_the_tree() -> None:
    found = seen(BINARY)

    assert found
    assert [(band.generation, band.size) for band in found.bands] == [(n, 2**n) for n in range(7)]
    assert {each.key: each.size for each in found.branches} == {f"P{n}": 15 for n in range(8, 16)}  # 1 + 2 + 4 + 8
    assert [[sum(cell.values()) for cell in band.branches] for band in found.bands[2:5]] == [[0] * 8, [1] * 8, [2] * 8]
    assert (found.others, found.later, found.most, found.widest) == (0, 0, 64, 8)
    for nth, branch in enumerate(found.branches):
        cells = [band.branches[nth] for band in found.bands]
        assert {state: sum(cell.get(state, 0) for cell in cells) for state in branch.states} == branch.states


def test_what_fits_into_boxes_has_no_overview() -> None:
    assert seen("P1 > P2 P3; P2 > P4") is None
    assert seen(BINARY, focus="P2") is not None  # 62 below it
    assert seen(BINARY, focus="P4") is None  # 30 below it


def test_of_many_branches_the_largest_have_columns_and_the_others_are_counted() -> None:
    gifts = "; ".join(f"P{n} > P{n + 100}" for n in range(1, 71))

    found = seen(f"{gifts}; P101 > P201 P202; P150 > P203", start="gift:G1")

    assert found
    assert [(each.key, each.size) for each in found.branches[:3]] == [("P1", 4), ("P50", 3), ("P10", 2)]
    assert (len(found.branches), found.others) == (8, 62)
    assert [(band.generation, band.size) for band in found.bands] == [(0, 70), (1, 70), (2, 3)]


def test_a_line_that_never_branches_has_bands_alone_and_sums_up_the_last() -> None:
    found = seen("; ".join(f"P{number} > P{number + 1}" for number in range(1, 80)), year=2200)

    assert found
    assert (found.branches, len(found.bands), found.later) == ((), 40, 40)
