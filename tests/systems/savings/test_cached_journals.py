"""What is kept of savings groups is what would be read anew, whatever was recorded since; others are left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from relay.arrays import verifying
from relay.graph import connect
from relay.systems.savings import cached_journals, reading
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.report import GroupSavings, due_at, group_savings
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
    from relay.systems.savings.journal.records import GroupRecord

DAY = date(2024, 6, 1)


def test_whatever_is_recorded_is_in_the_books_and_sums_when_they_are_asked_for_again(
    village: Graph, connection: Connection, tmp_path: Path
) -> None:
    """By the process that has been asked before, and by a new one, which knows the sums alone."""
    added(village, lent("L1: W1 at M1", principal=500), paid("A1: W1 at M1", saved=25), say.woman("W6"))

    for each in _ONE_OF_EACH:
        before = shown(cached_journals.recorded(village, "demo"))
        added(village, each)
        found = reading.read(village, "demo", reading.groups_of(village, "demo"))
        assert shown(cached_journals.recorded(village, "demo")) == shown(found) != before, each.act_id
        with connect(connection, CATALOGUE) as graph:
            assert repr(sums(graph, tmp_path)) == repr(summed(found)), each.act_id
        assert repr(sums(village, tmp_path)) == repr(summed(found)), each.act_id


def sums(graph: Graph, folder: Path) -> list[GroupSavings]:
    return [*cached_journals.sums(graph, "demo", DAY, folder).values()]


def summed(recorded: Mapping[str, GroupRecord]) -> list[GroupSavings]:
    return [group_savings(GroupJournal(each, DAY), by_woman=False) for each in recorded.values()]


def shown(recorded: Mapping[str, GroupRecord]) -> list[object]:
    journal = [GroupJournal(each, DAY) for each in recorded.values()]
    return [
        (group_savings(each, by_woman=True), due_at(each, DAY), each.loans, each.meetings, each.members)
        for each in journal
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
    say.corrected("programme:demo", "K4", country="rw"),  # the months of loans are Gregorian from here on
    say.same("S1: W6 = W5"),
    payout("P1: W1 at M5", 25),
    cycle("C2: G from 2024-04-15"),
)


def test_one_groups_line_leaves_the_books_of_another_as_they_are(village: Graph) -> None:
    before = cached_journals.journals(village, "demo", DAY)
    added(village, paid("A1: W1 at M1", saved=25))
    after = cached_journals.journals(village, "demo", DAY)

    assert after["H"] is before["H"]
    assert [each.saved for each in after["G"].lines] == [2500]
    assert cached_journals.journals(village, "demo", date(2023, 5, 1))["G"].lines == (), "of another day"


def test_a_new_process_answers_from_the_disk_and_reads_only_what_is_new(
    village: Graph, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on disk is believed as far as its entry; a damaged file, and one after a check of the ledger, is not."""
    added(village, lent("L1: W1 at M1", principal=500), paid("A1: W1 at M1", saved=25))
    first = shown(cached_journals.recorded(village, "demo", folder=tmp_path))
    read = list[set[str]]()

    def reads(graph: Graph, programme_id: str, groups: Mapping[str, str | None]) -> Mapping[str, GroupRecord]:
        read.append({*groups})
        return _read(graph, programme_id, groups)

    _read = reading.read
    monkeypatch.setattr(reading, "read", reads)

    def asked_anew() -> list[object]:
        with connect(connection, CATALOGUE) as graph:
            return shown(cached_journals.recorded(graph, "demo", folder=tmp_path))

    assert asked_anew() == first
    added(village, paid("A2: W1 at M2", loan_id="L1", principal=100, charge=10))
    second = asked_anew()
    assert read == [set(), {"G"}]

    (file,) = tmp_path.iterdir()
    assert b"Name of" not in file.read_bytes()
    file.write_bytes(file.read_bytes()[:-9])
    assert asked_anew() == second
    assert read[-1] == {"G", "H"}

    assert verifying.verified(village, "demo", tmp_path).ok
    assert asked_anew() == second
    assert read[-1] == {"G", "H"}


def test_sums_hang_on_no_order_of_arrival_and_a_correction_is_as_if_it_had_been_right_from_the_start(
    village: Graph, tmp_path: Path
) -> None:
    told = {
        "A": paid("A: W1 at M1", saved=25),
        "B": paid("B: W2 at M3", saved=50, social=5),
        "L": lent("L: W2 at M1", principal=20),
        "F": flow("F: expense at M2", 5),
    }

    def arrived(order: str) -> list[GroupSavings]:
        """What the sums are after some acts came one by one, each asked about; then they are taken back."""
        found = list[GroupSavings]()
        for name in order:
            act_id = f"{name}{order}"
            added(village, replace(told[name], id=act_id, values={**told[name].values, _ID[name]: act_id}))
            found = sums(village, tmp_path)
        for name in order:
            added(village, say.taken_back(f"{told[name].kind}:{name}{order}", f"K{name}{order}"))
            sums(village, tmp_path)
        return found

    at_once = arrived("ABLF")
    assert [(each.saved, each.loans.balance, each.box.expected) for each in at_once] == [(75, 20, 55), (0, 0, 0)]
    assert arrived("FLBA") == arrived("BFAL") == at_once

    added(village, *told.values())
    assert sums(village, tmp_path) == at_once
    added(village, say.corrected("passbook:A", "C1", saved=30))
    corrected = sums(village, tmp_path)
    assert [(each.saved, each.box.expected) for each in corrected] == [(80, 60), (0, 0)]
    added(village, say.taken_back("passbook:A", "C2"), paid("A2: W1 at M1", saved=30))
    assert sums(village, tmp_path) == corrected


_ID = {"A": "line_id", "B": "line_id", "L": "loan_id", "F": "flow_id"}


def test_a_new_process_adds_up_only_the_groups_that_were_named_since(
    village: Graph, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line, and a correction of an old one, concern one group; a rule may concern any."""
    added(village, paid("A1: W1 at M1", saved=25), paid("D1: W4 at H1", saved=25))
    sums(village, tmp_path)
    read = list[set[str]]()

    def reads(graph: Graph, programme_id: str, groups: Mapping[str, str | None]) -> Mapping[str, GroupRecord]:
        read.append({*groups})
        return _read(graph, programme_id, groups)

    _read = reading.read
    monkeypatch.setattr(reading, "read", reads)

    def read_after(*acts: Act) -> list[set[str]]:
        added(village, *acts)
        read.clear()
        with connect(connection, CATALOGUE) as graph:
            sums(graph, tmp_path)
        return read

    assert read_after() == []
    assert read_after(paid("A2: W1 at M2", saved=25)) == [{"G"}]
    assert read_after(say.corrected("passbook:D1", "K1", saved=30)) == [{"H"}]
    assert read_after(say.taken_back("correct:K1", "K2")) == [{"H"}]
    assert read_after(act("end", end_id="N1", act_id="membership:B2", until_on="2024-01-01")) == [{"G"}]
    assert read_after(rule("2024-01-01", charge_percent=3)) == [{"G", "H"}]
    assert read_after() == []
