"""Relay trees: how far help travelled, on the Selei register and on one drawn by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.arrays.lineage import Survey
from relay.errors import NotFound
from relay.exchange import exchange_format
from relay.reports import trees
from relay.reports.trees import TWO_OF_THAT_ID, HelpPassed, NotInRelay
from tests.scenes.acts import Book, beginnings, gift, happened, passed, placed
from tests.scenes.core import CORE

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def selei() -> Book:
    """The register of Selei, as its folder says."""
    acts = [row.act for row in exchange_format.read_folder_or_workbook(SEEDS / "selei", CORE) if row.act]
    return Book(*acts, programme_id="selei", today=date(2024, 6, 30))


def test_selei_says_21_21_and_20_households_and_246_goats(selei: Book) -> None:
    (gift_id,) = (fact.act_id for fact in selei.register.facts.values() if fact.kind == "gift")

    trace = trees.trace(lineage.survey(of_register(selei.register), date(2012, 12, 31)), gift_id)

    assert trace.by_generation == (21, 21, 20)
    assert (trace.reach, trace.generations) == (41, 2)
    assert trace.passed == (HelpPassed(help="goat", units=246),)
    assert sum(trace.states.values()) == 62


# P1 ──T1──> P2 ──T2──> P4 ──T4──> P5       P4 is pooled from P2 and P3; P1 splits what she owes
#   ╰──T3──> P3 ──T5──╯                     P6 (of gift G2) gives to P3 too, so that P3 descends from both gifts
@pytest.fixture
def drawn() -> Survey:
    """The picture above, as of 2022-12-31."""
    book = Book(*beginnings(), gift("G2"), placed("P1 on 2020-03-01"), placed("P6 on 2020-04-01", gift_id="G2"))
    book.add(passed("T1: P1 > P2 on 2021-03-01", 1), passed("T3: P1 > P3 on 2021-03-01", 1))
    book.add(passed("T6: P6 > P3 on 2021-04-01", 1), passed("T5: P3 > P4 on 2022-03-01", 1, males=1))
    book.add(passed("T2: P2 > P4 on 2022-01-01", 2), happened("E1: left of P3 on 2022-06-01"))
    book.add(passed("T4: P4 > P5 on 2022-11-01", 1, kind="cash"), passed("T7: P5 > P6b on 2023-05-01", 2))
    return lineage.survey(of_register(book.register), date(2022, 12, 31))


def test_a_pooled_placement_is_counted_once_and_by_its_least_distance(drawn: Survey) -> None:
    trace = trees.trace(drawn, "gift:G1")

    assert trace.by_generation == (1, 2, 1, 1)
    assert (trace.reach, trace.generations, trace.goal_reached) == (4, 3, None)
    assert trace.passed == (HelpPassed(help="goat", units=6),)  # T1, T2, T3, T4 and T5; T6 is P6's, T7 is later
    assert trace.latest_passed_on == date(2022, 11, 1)
    assert {state: count for state, count in trace.states.items() if count} == {"fulfilled": 2, "lost": 1, "in_time": 2}
    assert trace.chain_state == "weakened"


def test_a_break_point_says_since_when_why_and_what_lies_behind_it(drawn: Survey) -> None:
    (lost,) = trees.trace(drawn, "placement:P1").break_points

    assert (lost.placement_id, lost.state, lost.since_on, lost.cause) == ("P3", "lost", date(2022, 6, 1), "left")
    assert (lost.generation, lost.still_owed, lost.reach) == (1, 1, 2)


def test_a_tree_has_each_placement_and_each_hand_over_once(drawn: Survey) -> None:
    tree = trees.tree(drawn, "P1")

    assert [(node.placement_id, node.generation, node.state) for node in tree.nodes] == [
        ("P1", 0, "fulfilled"),
        ("P2", 1, "fulfilled"),
        ("P3", 1, "lost"),
        ("P4", 2, "in_time"),
        ("P5", 3, "in_time"),
    ]
    assert [edge.pass_id for edge in tree.edges] == ["T1", "T2", "T3", "T4", "T5"]
    assert [node.due_on for node in tree.nodes][3] == date(2024, 1, 1)  # by the earlier half of her couple


def test_a_receipt_says_who_gave_also_from_outside_of_the_tree(drawn: Survey) -> None:
    found = trees.receipts(drawn, ["P1", "P3", "P4", "P5", "none"])

    told = {id_: [(each.giver, each.units, str(each.received_on)) for each in all_] for id_, all_ in found.items()}
    assert told == {
        "P1": [("gift:G1", 2, "2020-03-01")],
        "P3": [("placement:P1", 1, "2021-03-01"), ("placement:P6", 1, "2021-04-01")],
        "P4": [("placement:P2", 2, "2022-01-01"), ("placement:P3", 1, "2022-03-01")],
        "P5": [("placement:P4", 1, "2022-11-01")],  # what P5 gave later had not been given
    }
    assert {each.help for all_ in found.values() for each in all_} == {"goat"}


def test_what_was_not_there_yet_is_not_found(drawn: Survey) -> None:
    for id_ in ("P6b", "P9", "gift:G9", "placement:G1"):
        with pytest.raises(NotInRelay, match="2022-12-31"):
            trees.trace(drawn, id_)


def test_a_gift_and_a_placement_of_one_id_are_told_apart() -> None:
    book = Book(*beginnings(), gift("P1"), placed("P1 on 2020-03-01", gift_id="P1"))
    survey = lineage.survey(of_register(book.register), date(2021, 1, 1))

    with pytest.raises(NotFound, check=TWO_OF_THAT_ID.matches, match="gift:P1 or placement:P1"):
        trees.trace(survey, "P1")
    assert trees.trace(survey, "gift:P1").id == "gift:P1"
    assert trees.trace(survey, "placement:P1").by_generation == (1,)
