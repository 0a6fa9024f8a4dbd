"""What is kept of savings groups is what would be read anew, whatever was recorded since; others are left alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from relay.arrays import cache
from relay.graph import connect
from relay.systems.savings import kept_books, reading
from relay.systems.savings.books.group_books import GroupBooks
from relay.systems.savings.report import due_at, group_savings
from tests.scenes import acts as say
from tests.systems.savings.scene import (
    CATALOGUE,
    act,
    added,
    befell,
    cycle,
    flow,
    lent,
    member,
    met,
    paid,
    payout,
    rule,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection
    from relay.systems.savings.books.records import Recorded

DAY = date(2024, 6, 1)


def test_whatever_is_recorded_is_in_the_books_when_they_are_asked_for_again(village: Graph) -> None:
    added(village, lent("L1: W1 at M1", principal=500), paid("A1: W1 at M1", saved=25))

    for each in _ONE_OF_EACH:
        before = shown(kept_books.recorded(village, "demo"))
        added(village, each)
        anew = shown(reading.read(village, "demo", reading.groups_of(village, "demo")))
        assert shown(kept_books.recorded(village, "demo")) == anew, each.act_id
        assert anew != before, each.act_id


def shown(recorded: Mapping[str, Recorded]) -> list[object]:
    books = [GroupBooks(each, DAY) for each in recorded.values()]
    return [
        (group_savings(each, by_woman=True), due_at(each, DAY), each.loans, each.meetings, each.members)
        for each in books
    ]


_ONE_OF_EACH: tuple[Act, ...] = (
    paid("A2: W1 at M2", loan_id="L1", principal=100, charge=10),
    lent("L2: W2 at M2", principal=20),
    befell("E1: extended of L2 on 2023-08-01", until_on="2024-02-01"),
    flow("F1: expense at M3", 5),
    met("M5: G on 2023-10-20"),
    paid("A3: W1 at M5", saved=25),
    member("B5: W5 in G on 2023-10-01"),
    act("end", end_id="N1", act_id="membership:B5", until_on="2023-12-01"),
    say.corrected("passbook:A1", "K1", saved=30),
    say.taken_back("passbook:A3", "K2"),
    say.taken_back("correct:K2", "K3"),
    rule("2023-06-01", kind=None, group="G", charge_percent=3),
    say.same("S1: W2 = W3"),
    payout("P1: W1 at M5", 25),
    cycle("C2: G from 2024-04-15"),
)


def test_one_groups_line_leaves_the_books_of_another_as_they_are(village: Graph) -> None:
    before = kept_books.books(village, "demo", DAY)
    added(village, paid("A1: W1 at M1", saved=25))
    after = kept_books.books(village, "demo", DAY)

    assert after["H"] is before["H"]
    assert [each.saved for each in after["G"].lines] == [2500]
    assert kept_books.books(village, "demo", date(2023, 5, 1))["G"].lines == (), "of another day"


def test_a_new_process_answers_from_the_disk_and_reads_only_what_is_new(
    village: Graph, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on disk is believed as far as its entry; a damaged file, and one after a check of the ledger, is not."""
    added(village, lent("L1: W1 at M1", principal=500), paid("A1: W1 at M1", saved=25))
    first = shown(kept_books.recorded(village, "demo", folder=tmp_path))
    read = list[set[str]]()

    def reads(graph: Graph, programme_id: str, groups: Mapping[str, str | None]) -> Mapping[str, Recorded]:
        read.append({*groups})
        return _read(graph, programme_id, groups)

    _read = reading.read
    monkeypatch.setattr(reading, "read", reads)

    def asked_anew() -> list[object]:
        with connect(connection, CATALOGUE) as graph:
            return shown(kept_books.recorded(graph, "demo", folder=tmp_path))

    assert asked_anew() == first
    added(village, paid("A2: W1 at M2", loan_id="L1", principal=100, charge=10))
    second = asked_anew()
    assert read == [set(), {"G"}]

    (file,) = tmp_path.iterdir()
    assert b"Name of" not in file.read_bytes()
    file.write_bytes(file.read_bytes()[:-9])
    assert asked_anew() == second
    assert read[-1] == {"G", "H"}

    assert cache.verified(village, "demo", tmp_path).ok
    assert asked_anew() == second
    assert read[-1] == {"G", "H"}
