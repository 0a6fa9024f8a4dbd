"""Finding entries of the ledger, on both engines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.database import cypher
from relay.domain.entries import Entry, Fault
from relay.ledger import entry_search, programme_heads, reading
from relay.ledger.recording import record
from tests.scenes.acts import beginnings, clerk, corrected, passed, placed, programme, rule

if TYPE_CHECKING:
    from relay.graph import Graph


@pytest.fixture
def told(graph: Graph) -> Graph:
    """Give a graph in which asha began on 30 June 2024 (entries 1 to 11), and maya went on two days later.

    12 T1: P1 > P2        13 corrects T1        14 T2: P1 > P12
    """
    record(graph, "demo", [*beginnings(), placed("P1 on 2020-03-01")], clerk())
    later = clerk("local:maya", date(2024, 7, 2))
    acts = [
        passed("T1: P1 > P2 on 2021-03-01", animals=1),
        corrected("pass:T1", females=1),
        passed("T2: P1 > P12 on 2021-03-02", animals=1, beneficiary_id="W3"),
    ]
    assert [outcome.action for outcome in record(graph, "demo", acts, later)] == ["added"] * 3
    record(graph, "other", [programme("other"), rule()], clerk())
    return graph


def find(graph: Graph, **wish: object) -> list[int]:
    return [*entry_search.find(graph, programme_heads.head(graph, "demo"), **wish)]  # type: ignore[arg-type]


def test_without_a_filter_all_entries_are_found_newest_first(told: Graph) -> None:
    assert find(told) == list(range(14, 0, -1))


def test_entries_are_found_by_kind_clerk_and_day(told: Graph) -> None:
    assert find(told, kind="pass") == [14, 12]
    assert find(told, by="local:maya") == [14, 13, 12]
    assert find(told, by="maya") == []
    assert find(told, since=date(2024, 7, 1)) == [14, 13, 12]
    assert find(told, until=date(2024, 6, 30), kind="placement") == [11]
    assert find(told, since=date(2024, 7, 2), until=date(2024, 7, 2)) == [14, 13, 12]
    assert find(told, until=date(2024, 6, 29)) == []


def test_an_id_finds_the_act_and_all_that_name_it_and_none_that_only_begins_alike(told: Graph) -> None:
    assert find(told, naming="pass:T1") == [13, 12]
    assert find(told, naming="T1") == [13, 12]
    assert find(told, naming=" P2 ") == [12]
    assert find(told, naming="P1") == [14, 12, 11]
    assert find(told, naming="W1") == [11, 5]
    assert find(told, naming='"P1') == []


def test_an_entry_is_found_by_the_beginning_of_its_hash(told: Graph) -> None:
    (entry,) = reading.entries(told, "demo", first=7, last=7)

    assert find(told, naming=entry.hash[:12].upper()) == [7]
    assert find(told, naming=entry.hash[:7]) == []  # too short to be meant for one


def test_entries_are_read_in_the_order_asked_for_without_what_is_personal(told: Graph) -> None:
    found = list(entry_search.at(told, "demo", [12, 5, 99]))

    assert [entry.sequence for entry in found] == [12, 5]
    assert all(isinstance(entry, Entry) and not entry.opened for entry in found)


def test_an_entry_that_cannot_be_read_is_a_fault_among_the_others(told: Graph) -> None:
    told.write(lambda transaction: transaction.run("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.payload = '{'"))

    found = list(entry_search.at(told, "demo", [6, 5]))

    assert [type(each) for each in found] == [Entry, Fault]
    assert found[1].sequence == 5


def test_the_search_is_a_query_that_never_writes() -> None:
    assert not any(word in cypher.ENTRIES_FOUND + cypher.ENTRIES_AT for word in ("SET", "CREATE", "MERGE", "DELETE"))
