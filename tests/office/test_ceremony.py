"""A ceremony day: rows recorded together, each whole or not at all; on both engines.

G1 ─┬─ P1 ── to N1       W1 to W6 hold two goats each; N1 to N6 hold nothing
    ├─ …
    └─ P6 ── to N6
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from relay.domain.rulebook import InTheFuture
from relay.errors import Invalid, Refused
from relay.ledger import reading, verify
from relay.ledger.recording import record
from relay.office import ceremony as ceremony_day
from relay.office.ceremony import (
    MOST_ROWS,
    NO_RECEIVER,
    NOBODY_HANDS_OVER,
    OTHER_NUMBER_OF_ANIMALS,
    TOO_MANY_ROWS,
    Ceremony,
    HandOverRow,
    RowOutcome,
    record_day,
    require_counted,
)
from tests.rigs import soak
from tests.scenes import acts as say
from tests.scenes.acts import clerk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.graph import Graph

WOMEN = range(1, 7)
DAY = Ceremony(ceremony_id="Y1", held_on="2024-06-29", place_id="L1", witness="Committee member 1")


def begun(graph: Graph) -> None:
    women = (say.woman(f"{letter}{number}") for letter in "WN" for number in WOMEN)
    placed = (say.placed(f"P{number} on 2022-03-01") for number in WOMEN)
    record(graph, "demo", [say.programme(), say.rule(), say.gift(), say.place("L1"), *women, *placed], clerk())


def row(number: int, receiver: str = "", giver: str = "", animals: float = 1, **more: object) -> HandOverRow:
    made = HandOverRow(
        number=number, giver=giver or f"P{number}", receiver=receiver or f"N{number}", said={"animals": animals}
    )
    return replace(made, **more)  # type: ignore[arg-type]


def held(graph: Graph, rows: Sequence[HandOverRow], day: Ceremony = DAY) -> tuple[RowOutcome, ...]:
    return record_day(graph, "demo", day, rows, clerk())


def actions(became: Sequence[RowOutcome]) -> list[str]:
    return [each.action for each in became]


def kinds(graph: Graph) -> list[str]:
    return [entry.kind for entry in reading.entries(graph, "demo") if entry.recorded_at]


def test_a_day_is_recorded_once_however_often_it_is_sent(graph: Graph) -> None:
    begun(graph)
    rows = [row(number) for number in WOMEN]
    assert actions(held(graph, rows)) == ["added"] * 6
    before = kinds(graph)
    assert before[-7:] == ["ceremony", *["pass"] * 6]
    assert actions(held(graph, rows)) == ["same"] * 6
    assert kinds(graph) == before
    said = [entry.payload for entry in reading.entries(graph, "demo") if entry.kind == "pass"]
    assert {(each["ceremony_id"], each["passed_on"]) for each in said} == {("Y1", "2024-06-29")}
    assert verify.verify(graph, "demo").ok


def test_rows_that_fall_stop_no_other_and_leave_nothing_behind(graph: Graph) -> None:
    """Row 1 names a receiver who is not there, 2 passes on to herself; 4 is to a woman who is new, from nobody."""
    begun(graph)
    rows = [row(1, "N99"), row(2, "W2"), row(3), row(4, "Junkiri Rai", giver="P99"), row(5, "Devaki Rai")]
    became = held(graph, rows)
    assert actions(became) == ["not", "not", "added", "not", "added"]
    assert [each.error.code if each.error else "" for each in became] == [
        "missing",
        "given_to_herself",
        "",
        "holds_none",
        "",
    ]
    assert kinds(graph)[-4:] == ["ceremony", "pass", "beneficiary", "pass"]

    again = held(graph, [row(1, "N1"), row(2, "N2"), *rows[2:3], row(4, "Junkiri Rai"), *rows[4:]])
    assert actions(again) == ["added", "added", "same", "added", "same"]
    assert verify.verify(graph, "demo").ok


def test_a_woman_who_is_new_is_not_registered_where_her_row_is_refused(graph: Graph) -> None:
    begun(graph)
    became = held(graph, [row(1, "Junkiri Rai", said={"animals": 1, "females": 2}), row(2)])
    assert actions(became) == ["not", "added"]
    assert kinds(graph)[-2:] == ["ceremony", "pass"]
    added = held(graph, [row(1, "Junkiri Karki"), row(2)])
    assert actions(added) == ["added", "same"]
    she = next(
        entry for entry in reading.entries(graph, "demo") if entry.act_id.endswith(added[0].beneficiary_id or "?")
    )
    assert she.payload["place_id"] == "L1"


def test_the_same_row_twice_is_asked_at_the_second_and_recorded_when_it_is_answered(graph: Graph) -> None:
    begun(graph)
    rows = [row(1), row(2, "N1", giver="P1")]
    became = held(graph, rows)
    assert actions(became) == ["added", "asked"]
    assert became[1].error is not None
    assert became[1].error.code == "twin"
    answered = replace(rows[1], answers=frozenset({"twin", "holds_already"}))
    assert actions(held(graph, [rows[0], answered])) == ["same", "added"]


def test_an_answer_is_its_own_row_s_alone(graph: Graph) -> None:
    begun(graph)
    record(graph, "demo", [say.placed("PN1 on 2022-03-01", beneficiary_id="N1")], clerk())
    record(graph, "demo", [say.placed("PN2 on 2022-03-01", beneficiary_id="N2")], clerk())
    rows = [row(1, answers=frozenset({"holds_already"})), row(2)]
    assert actions(held(graph, rows)) == ["added", "asked"]


def test_yard_and_rows_have_to_agree(graph: Graph) -> None:
    begun(graph)
    rows = [row(1, animals=2), row(2, animals=0.5)]
    require_counted(graph, "demo", rows, 2.5)
    with pytest.raises(
        Refused, check=OTHER_NUMBER_OF_ANIMALS.matches, match=r"hand over 2.5 animals, but 3 were counted"
    ):
        require_counted(graph, "demo", rows, 3)
    with pytest.raises(Invalid, check=NOBODY_HANDS_OVER.matches):
        held(graph, [])
    with pytest.raises(Invalid, check=TOO_MANY_ROWS.matches):
        held(graph, [row(number) for number in range(MOST_ROWS + 1)])


def test_money_is_not_counted_in_the_yard(graph: Graph) -> None:
    """P7 and W8 hold 5,000 rupees each, beside six women with goats: 2 goats stand in the yard, whatever the rupees."""
    begun(graph)
    capital = say.rule("seed_capital", unit="rupee", given=5000, owed=5000)
    women = [say.woman(id_) for id_ in ("W7", "W8")]
    gift = say.gift("G2", help="seed_capital")
    held_ = [say.placed(f"P{n} on 2022-03-01", gift_id="G2", help="seed_capital", animals=5000) for n in (7, 8)]
    record(graph, "demo", [capital, *women, gift, *held_], clerk())
    rows = [row(1, animals=2), row(7, "N2", animals=5000), row(8, "N3", giver="W8", animals=2500.5)]
    money = ceremony_day.with_money(graph, "demo", ["P1", "P7", "W8", "beneficiary:W7", "P99", "", "W1"])
    assert money == {"P7", "W8", "beneficiary:W7"}
    assert ceremony_day.units(each for each in rows if each.giver in money) == 7500.5
    require_counted(graph, "demo", rows, 2)
    require_counted(graph, "demo", rows[1:], 0)
    with pytest.raises(
        Refused, check=OTHER_NUMBER_OF_ANIMALS.matches, match=r"hand over 2 animals, but 5002 were counted"
    ):
        require_counted(graph, "demo", rows[:2], 5002)


def test_a_row_without_a_receiver_says_so(graph: Graph) -> None:
    begun(graph)
    without = replace(row(1), receiver="")
    assert NO_RECEIVER.matches(held(graph, [without, row(2)])[0].error)


def test_a_ceremony_that_cannot_be_is_refused_with_all_that_is_said_of_it(graph: Graph) -> None:
    begun(graph)
    before = kinds(graph)
    with pytest.raises(InTheFuture):
        held(graph, [row(1)], replace(DAY, held_on="2024-07-30"))
    assert kinds(graph) == before


def test_any_order_of_rows_records_the_same_set(graph: Graph) -> None:
    """Rows of six givers, one refused; whatever their order, the same pass-ons are made, with the same ids."""
    random, found = Random(7), set[frozenset[str]]()  # noqa: S311 - the tests keep no secrets
    begun(graph)
    for number in range(soak.drawn(3)):
        rows = [row(1), row(2), row(3, "N77"), row(4), row(5), row(6, "Junkiri Rai")]
        random.shuffle(rows)
        made = held(graph, rows, replace(DAY, ceremony_id="Y1"))
        found.add(frozenset(each.pass_id for each in made if not each.error))
        assert number or all(each.action == "added" for each in made if not each.error)
    assert len(found) == 1
    assert ceremony_day.units([row(1, animals=0.1), row(2, animals=0.2)]) == 0.3
