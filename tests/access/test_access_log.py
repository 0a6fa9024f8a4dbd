"""Who opened what: each process writes a chain of its own, all are listed, and whoever alters them is found.

One writes L1, L2 and L3; two writes L4, which names L3, and L5; an hour after L1 one writes L6, which names L5.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any, Final, LiteralString

import pytest

from relay import graph as relay_graph
from relay.access import access_log
from relay.access.access_log import Access, BackupMonth, delete_old, read_newest, write
from relay.access.access_log_verification import verify
from relay.access.earlier_access_logs import take_in
from relay.backup import ledger_backup
from relay.database import cypher
from relay.errors import Unavailable, refused
from relay.graph import HOLDS_OTHERS_DATA, Graph
from relay.ledger import recording
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.settings import Connection

TODAY: Final = date(2026, 3, 1)


def opened(number: int, at: str = "2026-03-01T00:00:00Z") -> Access:
    return Access(at=at, by="local:asha", what="show", ids=(f"beneficiary:W{number}",))


@pytest.fixture
def one(connection: Connection) -> Iterator[Graph]:
    """Give a service of a database in which nothing is."""
    with relay_graph.connect(connection, CORE) as found:
        yield wiped(found)


@pytest.fixture
def two(one: Graph, connection: Connection) -> Iterator[Graph]:
    """Give another service of the same database."""
    del one
    with relay_graph.connect(connection, CORE) as found:
        yield found


def lines(graph: Graph) -> list[dict[str, Any]]:
    """All lines, in the order of their chains, of which the one that was begun first is the first."""
    return [row["line"] for row in graph.rows(cypher.ACCESSES, of="demo/2026-03")]


def drawn(one: Graph, two: Graph) -> None:
    """Write what is told above."""
    for number in (1, 2, 3):
        write(one, "demo", opened(number))
    for number in (4, 5):
        write(two, "demo", opened(number, "2026-03-01T00:30:00Z"))
    write(one, "demo", opened(6, "2026-03-01T01:00:00Z"))


def faults(graph: Graph, today: date = TODAY) -> list[str]:
    found = verify(graph, "demo", today)
    assert found.ok == (not found.faults)
    return [str(each.fault) for each in found.faults]


@pytest.mark.engine_contract
def test_what_two_services_write_both_list_and_find_whole(one: Graph, two: Graph) -> None:
    drawn(one, two)

    newest = tuple(opened(*each) for each in ((6, "2026-03-01T01:00:00Z"), (5, "2026-03-01T00:30:00Z")))
    for graph in (one, two):
        assert read_newest(graph, "demo", 2) == newest
        assert [line.ids[0][-1] for line in read_newest(graph, "demo")] == ["6", "5", "4", "3", "2", "1"]
        assert read_newest(graph, "other") == ()
        found = verify(graph, "demo", TODAY)
        assert (found.lines, found.chains, found.faults) == (6, 2, ())


@pytest.mark.engine_contract
def test_a_chain_names_the_end_of_the_other_as_it_begins_and_an_hour_later(one: Graph, two: Graph) -> None:
    drawn(one, two)

    first, second, third, fourth, *others = lines(one)
    assert [line["joined"] for line in (first, second, third, others[1])] == [[], [], [], []]
    assert others[0]["joined"] == [f"{third['chain']}/3/{third['hash']}"]
    assert fourth["joined"] == [f"{others[1]['chain']}/2/{others[1]['hash']}"]


@pytest.mark.engine_contract
def test_what_many_open_at_once_is_told_line_by_line_and_nobody_waits_for_a_chain(one: Graph) -> None:
    with ThreadPoolExecutor(8) as readers:
        for done in [readers.submit(write, one, "demo", opened(number)) for number in range(100)]:
            done.result()

    assert {line.ids[0] for line in read_newest(one, "demo")} == {f"beneficiary:W{number}" for number in range(100)}
    found = verify(one, "demo", TODAY)
    assert (found.lines, found.faults) == (100, ())
    assert 1 <= found.chains <= 8


ALTERED: Final[dict[str, tuple[LiteralString, list[str]]]] = {
    "who opened it": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W2'] SET a.by = 'local:bina'",
        ["Line 2 of chain ONE was altered: its hash does not match its content."],
    ),
    "a line shown in another month": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W2'] SET a.of = 'demo/2026-02'",
        ["Of chain ONE lines are missing: 1, from line 2 on."],
    ),
    "a value removed": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W2'] REMOVE a.what",
        ["Line 2 of chain ONE was altered: its hash does not match its content."],
    ),
    "a line removed": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W2'] DELETE a",
        ["Of chain ONE lines are missing: 1, from line 2 on."],
    ),
    "the last line removed": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W5'] DELETE a",
        ["Of chain TWO lines are missing: 1, from line 2 on."],
    ),
    "the last line removed, and its chain set back": (
        """MATCH (a:Access) WHERE a.ids = ['beneficiary:W4'] MATCH (b:Access) WHERE b.ids = ['beneficiary:W5']
        MATCH (c:AccessChain) WHERE c.chain = a.chain SET c.sequence = 1, c.hash = a.hash DELETE b""",
        ["Line 2 of chain TWO, which line ONE/4 names, is not there, or is another one."],
    ),
    "a chain removed": (
        "MATCH (a:Access) WHERE a.ids = ['beneficiary:W4'] MATCH (n) WHERE n.chain = a.chain DELETE n",
        ["Line 2 of chain TWO, which line ONE/4 names, is not there, or is another one."],
    ),
    "a chain of which only the lines are there": (
        "MATCH (c:AccessChain) WHERE c.sequence = 2 DELETE c",
        [
            "Chain TWO should end with line 0; it does not.",
            "Line 2 of chain TWO, which line ONE/4 names, is not there, or is another one.",
        ],
    ),
    "a line added after the end": (
        "MATCH (c:AccessChain) WHERE c.sequence = 2 SET c.sequence = 1",
        [
            "Chain TWO should end with line 1; it does not.",
            "Line 2 of chain TWO, which line ONE/4 names, is not there, or is another one.",
        ],
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_whoever_alters_or_removes_a_line_or_a_chain_is_found(one: Graph, two: Graph, name: str) -> None:
    drawn(one, two)
    first, second = (lines(one)[nth]["chain"] for nth in (0, 4))
    text, expected = ALTERED[name]

    one.write(lambda transaction: transaction.run(text))

    found = [each.replace(first, "ONE").replace(second, "TWO") for each in faults(two)]
    assert found == expected
    assert len(read_newest(two, "demo")) >= 4


def test_a_chain_written_anew_with_hashes_that_fit_is_not_the_one_that_others_name(one: Graph, two: Graph) -> None:
    """Of two, line 2 is replaced by one that follows line 1, and the chain ends with it."""
    drawn(one, two)
    kept = {line["ids"][0]: line for line in lines(one)}
    last = kept["beneficiary:W5"]
    one.write(lambda transaction: transaction.run("MATCH (n) WHERE n.chain = $chain DELETE n", chain=last["chain"]))
    forged = forged_after(kept["beneficiary:W4"])

    take = {"key": f"access/demo/{last['chain']}", "scope": "demo", "chain": last["chain"], "at": last["at"]}
    chain = {**take, "sequence": 2, "hash": forged["hash"]}
    access_log.put(one, BackupMonth(chains=(chain,), lines=(kept["beneficiary:W4"], forged)))

    chains = lines(one)[0]["chain"], last["chain"]
    assert faults(one) == [
        f"Line 2 of chain {chains[1]}, which line {chains[0]}/4 names, is not there, or is another one."
    ]


def forged_after(before: dict[str, Any]) -> dict[str, Any]:
    """A line that follows line 1 of a chain."""
    access = Access(at=before["at"], by="local:bina", what="show", ids=("beneficiary:W9",))
    return access_log._sealed("demo", before["chain"], 2, before["hash"], access, ())  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


@pytest.mark.engine_contract
def test_a_chain_that_is_no_longer_there_is_not_gone_on_with(one: Graph) -> None:
    """The database is emptied and restored behind a service that writes on."""
    write(one, "demo", opened(1))
    write(one, "demo", opened(2))
    wiped(one)

    write(one, "demo", opened(3))
    write(one, "demo", opened(4))

    assert [line.ids[0] for line in read_newest(one, "demo")] == ["beneficiary:W4", "beneficiary:W3"]
    assert faults(one) == []


@pytest.mark.engine_contract
def test_lines_older_than_two_years_are_deleted_and_their_closing_hash_stays(one: Graph) -> None:
    """Opened in each month from January 2024 on; on 15 March 2026 what was opened before March 2024 goes."""
    months = [f"{2024 + nth // 12}-{nth % 12 + 1:02}" for nth in range(27)]
    for month in months:
        write(one, "demo", opened(1, f"{month}-15T00:00:00Z"))
    ends = one.rows(cypher.ACCESS_CHAINS, scope="demo", month="")

    delete_old(one, "demo", date(2026, 3, 15))

    assert [line.at[:7] for line in read_newest(one, "demo")] == months[:1:-1]
    assert one.rows(cypher.ACCESS_CHAINS, scope="demo", month="") == ends
    assert faults(one, date(2026, 3, 15)) == []
    gone = ends[0]["chain"]["chain"]
    one.write(lambda transaction: transaction.run("MATCH (c:AccessChain {chain: $gone}) DELETE c", gone=gone))
    assert faults(one, date(2026, 3, 15)) == []  # only the line after it, deleted too, named it


def test_as_many_are_told_as_are_asked_for_over_months(one: Graph) -> None:
    for number in range(30):
        write(one, "demo", opened(number, f"2026-0{1 + number // 10}-01T00:00:00Z"))

    assert [len(read_newest(one, "demo", many)) for many in (None, 5, 15, 99)] == [30, 5, 15, 30]
    assert read_newest(one, "demo", 11)[-1] == opened(19, "2026-02-01T00:00:00Z")


@pytest.mark.engine_contract
def test_a_backup_holds_the_log_and_a_restore_brings_it_back_whole(one: Graph, two: Graph) -> None:
    recording.record(one, "demo", [say.programme("demo")], say.clerk())
    drawn(one, two)
    before = lines(one)
    kept = [*ledger_backup.backup_lines(one)]

    wiped(one)
    ledger_backup.restore(one, kept, say.clerk())

    assert lines(one) == before
    assert faults(one) == []
    assert [*ledger_backup.backup_lines(one)][-1] == kept[-1]
    with pytest.raises(Exception, match="The access log is cut short"):
        ledger_backup.check_backup(kept[:-1], CORE)


def test_where_the_line_cannot_be_written_nothing_is_shown(one: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    write(one, "demo", opened(1))

    def full() -> None:
        raise refused(HOLDS_OTHERS_DATA, label="Other")

    monkeypatch.setattr(one, "_before_writing", full)
    with pytest.raises(Unavailable, match="The access log cannot be written, so this is not shown"):
        write(one, "demo", opened(2))
    monkeypatch.undo()
    write(one, "demo", opened(3))

    assert [line.ids[0] for line in read_newest(one, "demo")] == ["beneficiary:W3", "beneficiary:W1"]
    assert faults(one) == []


def test_files_of_earlier_versions_are_read_once_and_set_aside(one: Graph, tmp_path: Path) -> None:
    own = tmp_path / "accesses" / "demo"
    own.mkdir(parents=True)
    for path, number, programme_id, at in (
        (tmp_path / "accesses.older.jsonl", 1, "demo", "2026-02-01T00:00:00Z"),
        (tmp_path / "accesses.jsonl", 2, "demo", "2026-02-02T00:00:00Z"),
        (tmp_path / "accesses.jsonl", 3, "other", "2026-02-02T00:00:00Z"),
        (own / "2026-03.jsonl", 4, "demo", "2026-03-01T00:00:00Z"),
        (own / "2026-03.jsonl", 5, "demo", "2026-03-01T00:00:00Z"),
    ):
        access = opened(number, at)
        line = {"programme_id": programme_id, "at": at, "by": access.by, "what": access.what, "ids": access.ids}
        with path.open("a") as log:
            log.write(json.dumps(line) + '\n{"programme_id": "demo", "at": "20\n')

    take_in(one, tmp_path)
    take_in(one, tmp_path)
    write(one, "demo", opened(6, "2026-03-02T00:00:00Z"))

    assert [line.ids[0][-1] for line in read_newest(one, "demo")] == ["6", "5", "4", "2", "1"]
    assert [line.ids[0][-1] for line in read_newest(one, "other")] == ["3"]
    assert faults(one) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "accesses.jsonl.read",
        "accesses.older.jsonl.read",
        "accesses.read",
    ]
