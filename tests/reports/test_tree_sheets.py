"""A relay tree over sheets of paper: nothing is lost, nothing is crowded, and the sheets name each other."""

from __future__ import annotations

from datetime import date

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.reports import trees
from relay.reports.tree_layout import MOST, Branching, View, picture
from relay.reports.tree_sheets import COLUMNS, ROW, ROWS, SHEETS, TreeSheet, sheets
from tests.scenes.relays import grow

BINARY = "; ".join(f"P{number} > P{2 * number} P{2 * number + 1}" for number in range(1, 64))  # 127 placements


def seen(said: str, start: str = "placement:P1", focus: str | None = None, year: int = 2027) -> tuple[TreeSheet, ...]:
    tree = trees.tree(lineage.survey(of_register(grow(said)), date(year, 1, 1)), start)
    return sheets(picture(tree, View(depth=MOST, focus=focus), start=start), Branching.of(tree, start), focus)


def fresh(sheet: TreeSheet) -> list[str]:
    return [each.box.key for each in sheet.boxes if each.came_from is None]


def test_a_small_tree_is_one_sheet_with_each_giver_in_the_row_of_her_first_receiver() -> None:
    (sheet,) = seen("P1 > P2 P3; P2 > P4", start="gift:G1")

    assert fresh(sheet) == ["gift:G1", "P1", "P2", "P4", "P3"]
    assert len({each.box.y for each in sheet.boxes if each.box.key != "P3"}) == 1
    assert [(giver.box.key, receiver.box.key) for giver, receiver in sheet.links][-1] == ("P1", "P3")
    assert (sheet.generation, [each.goes_on for each in sheet.boxes]) == (-1, [None] * 5)


def test_every_box_stands_on_one_sheet_and_again_only_where_another_continues_it() -> None:
    found = seen(BINARY)

    everything = [key for sheet in found for key in fresh(sheet)]
    assert sorted(everything) == sorted(f"P{number}" for number in range(1, 128))
    # 16 rows to generation 4, then a strip of 4 rows below each of the 16 there: 2 sheets of 9 rows, and 64 / 9 more
    assert len(found) == 2 + 8
    for sheet in found:
        places = [(each.box.x, each.box.y) for each in sheet.boxes]
        assert len(places) == len(set(places))
        assert len({x for x, _ in places}) <= COLUMNS
        assert max(y for _, y in places) < 28 + ROWS * ROW
        links = {id(receiver) for _, receiver in sheet.links}
        assert all(each.came_from or id(each) in links or each.box.key == "P1" for each in sheet.boxes)


def test_sheets_name_each_other_where_a_branch_goes_on() -> None:
    first, second = seen("; ".join(f"P{number} > P{number + 1}" for number in range(1, 7)))  # 7 in a line

    assert [(each.box.key, each.came_from, each.goes_on) for each in first.boxes][-1] == ("P5", None, 2)
    assert [(each.box.key, each.came_from, each.goes_on) for each in second.boxes] == [
        ("P5", 1, None),
        ("P6", None, None),
        ("P7", None, None),
    ]
    assert (first.generation, second.generation) == (0, 4)


def test_the_sheets_of_a_branch_begin_with_it() -> None:
    (sheet, *_) = seen(BINARY, focus="P8")

    assert fresh(sheet)[0] == "P8"
    assert sheet.generation == 3


def test_a_tree_of_too_many_sheets_is_not_drawn() -> None:
    assert seen("; ".join(f"P{n} > P{n + 1000}" for n in range(1, ROWS * SHEETS + 2)), start="gift:G1") == ()
    assert len(seen("; ".join(f"P{n} > P{n + 1000}" for n in range(1, ROWS * SHEETS + 1)), start="gift:G1")) == SHEETS
