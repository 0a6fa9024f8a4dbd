"""What is shown of a relay tree, what is folded away, and where each box stands."""

from __future__ import annotations

from datetime import date

import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.reports import trees
from relay.reports.drawing import Caption, network
from relay.reports.tree_layout import BOX_WIDTH, BOXES, COLUMN, MOST, Picture, View, picture
from tests.scenes.relays import grow

AS_OF = date(2027, 1, 1)
BINARY = "; ".join(f"P{number} > P{2 * number} P{2 * number + 1}" for number in range(1, 64))  # 127 placements


def seen(said: str, view: View | None = None, start: str = "placement:P1", as_of: date = AS_OF) -> Picture:
    survey = lineage.survey(of_register(grow(said)), as_of)
    return picture(
        trees.tree(survey, start), view or View(), start=start, break_points=trees.trace(survey, start).break_points
    )


def keys(found: Picture) -> set[str]:
    return {box.key for box in found.boxes}


def test_a_small_tree_is_shown_whole() -> None:
    found = seen("P1 > P2 P3; P2 > P4")

    assert keys(found) == {"P1", "P2", "P3", "P4"}
    assert found.tabs == ()


def test_a_tree_opens_with_as_many_whole_generations_as_sixty_boxes_hold() -> None:
    found = seen(BINARY)

    assert len(found.boxes) == 31  # 1 + 2 + 4 + 8 + 16; the next generation has 32 more, 63 in all
    assert BOXES == 60
    assert {tab.below for tab in found.tabs} == {6}  # 2 + 4 below each of the 16


@pytest.mark.parametrize(
    "view", [View(), View(focus="P77"), View(opened=frozenset({"P16"})), View(depth=2), View(by_date=True)]
)
def test_boxes_and_what_tabs_say_add_up_to_the_tree(view: View) -> None:
    found = seen(BINARY, view)

    assert len(found.boxes) + sum(tab.below for tab in found.tabs) == found.placements == 127


def test_a_tab_says_how_many_below_are_late_and_how_many_broken() -> None:
    found = seen("P1 > P2; P2 > P3; P3 > P4", View(depth=1), as_of=date(2025, 4, 1))  # P4: due 2025-03-01

    assert [(tab.key, tab.below, tab.late, tab.broken) for tab in found.tabs] == [("P2", 2, 1, 0)]
    found = seen("P1 > P2; P2 > P3", View(depth=1), as_of=date(2024, 6, 1))  # P3: due 2024-03-01, 90 days of grace
    assert [(tab.below, tab.late, tab.broken) for tab in found.tabs] == [(1, 0, 1)]


def test_opening_a_tab_shows_what_was_below_it() -> None:
    found = seen(BINARY, View(opened=frozenset({"P16"})))

    assert keys(found) >= {"P32", "P33", "P64", "P65", "P66", "P67"}
    assert "P34" not in keys(found)
    assert "P16" not in {tab.key for tab in found.tabs}


def test_a_focus_is_shown_with_the_path_to_it() -> None:
    found = seen(BINARY, View(focus="P77"))

    assert {box.key for box in found.boxes if box.on_path} == {"P1", "P2", "P4", "P9", "P19", "P38", "P77"}
    assert [box.key for box in found.boxes if box.focused] == ["P77"]
    assert {(link.giver, link.receiver) for link in found.links if link.on_path} >= {("P38", "P77")}


def test_a_focus_that_is_not_in_the_tree_changes_nothing() -> None:
    assert keys(seen("P1 > P2", View(focus="P9"))) == {"P1", "P2"}


def test_everything_can_be_shown() -> None:
    found = seen(BINARY, View(depth=MOST))

    assert len(found.boxes) == 127
    assert found.tabs == ()


def test_a_pooled_placement_is_shown_once_with_a_link_from_each_giver() -> None:
    found = seen("P1 > P2 P3; P2 > P4; P3 > P4")

    assert sorted(box.key for box in found.boxes) == ["P1", "P2", "P3", "P4"]
    assert {(link.giver, link.receiver) for link in found.links if link.pooled} == {("P2", "P4"), ("P3", "P4")}
    assert [box.givers for box in found.boxes if box.key == "P4"] == [2]


def test_pass_ons_between_the_same_two_are_one_link() -> None:
    found = seen("P1 > P2 P2")

    assert [(link.giver, link.receiver, link.times, link.pooled) for link in found.links] == [("P1", "P2", 2, False)]


def test_a_gift_stands_left_of_its_original_placements() -> None:
    found = seen("P1 > P2; P3 > P4", start="gift:G1")

    left = {box.key: box.x for box in found.boxes}
    assert left == {"gift:G1": 0, "P1": COLUMN, "P3": COLUMN, "P2": 2 * COLUMN, "P4": 2 * COLUMN}
    assert [mark.generation for mark in found.marks] == [0, 1]


def test_a_gift_of_which_nothing_was_placed_yet_stands_alone() -> None:
    found = seen("P1 > P2", start="gift:G1", as_of=date(2020, 2, 1))

    assert [box.key for box in found.boxes] == ["gift:G1"]


def test_a_giver_stands_in_the_middle_of_her_receivers() -> None:
    found = seen("P1 > P2 P3 P4")

    rows = {box.key: box.y for box in found.boxes}
    assert rows["P1"] == rows["P3"]
    assert rows["P2"] < rows["P3"] < rows["P4"]


def test_on_an_axis_of_dates_boxes_begin_on_the_day_of_receipt() -> None:
    found = seen("P1 > P2; P2 > P3", View(by_date=True))

    left = {box.key: box.x - BOX_WIDTH / 2 for box in found.boxes}
    assert left["P1"] == 0
    assert left["P2"] == pytest.approx(365 / 365.25 * COLUMN)  # 2020-03-01 to 2021-03-01
    assert [mark.day.year for mark in found.marks if mark.day] == [2020, 2021, 2022, 2023]


@pytest.mark.parametrize("by_date", [False, True])
def test_no_two_boxes_or_tabs_overlap(*, by_date: bool) -> None:
    for view in (View(by_date=by_date), View(by_date=by_date, depth=MOST), View(by_date=by_date, focus="P77")):
        found = seen(BINARY, view)

        rows: dict[float, list[float]] = {}
        for x, y in (*((box.x, box.y) for box in found.boxes), *((tab.x, tab.y) for tab in found.tabs)):
            rows.setdefault(y, []).append(x)
        gaps = [after - x for xs in rows.values() for x, after in zip(sorted(xs), sorted(xs)[1:], strict=False)]
        assert min(gaps, default=BOX_WIDTH) >= BOX_WIDTH


def test_no_depth_is_capped() -> None:
    chain = "; ".join(f"P{number} > P{number + 1}" for number in range(1, 1500))

    found = seen(chain, View(depth=MOST), as_of=date(3600, 1, 1))

    assert len(found.boxes) == 1500


def test_pyvis_is_given_every_box_tab_and_link() -> None:
    found = seen(BINARY)

    made = network(found, lambda each: Caption(label=each.key, title="0", href="/"))

    assert len(made.nodes) == len(found.boxes) + len(found.tabs)
    assert len(made.edges) == len(found.links) == 30
    assert {node["id"] for node in made.nodes if node["group"] == "tab"} == {f"tab:P{n}" for n in range(16, 32)}
    assert made.options["physics"] == {"enabled": False}
