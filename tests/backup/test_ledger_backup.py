"""Backup, restore and rebuilding: one replay, between engines and within one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, LiteralString

import pytest

from relay import graph as relay_graph
from relay.access import saved_views
from relay.access.saved_views import SavedView
from relay.arrays import snapshot_cache
from relay.backup import ledger_backup
from relay.backup.ledger_backup import LedgerInBackup
from relay.database import cypher
from relay.domain.entries import ORIGIN, Entry, digest, from_line, to_line
from relay.domain.questions import NOTED
from relay.errors import Conflict, Invalid, NotFound
from relay.ledger import programme_heads, verify
from relay.ledger.programme_heads import NoProgramme, NotBuilt, NotRestored
from relay.ledger.recording import record, record_one
from tests.rigs.wiping import wiped
from tests.scenes.acts import (
    beginnings,
    clerk,
    confirmed,
    corrected,
    erased,
    gift,
    happened,
    passed,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection

pytestmark = pytest.mark.engine_contract


@pytest.fixture
def neo4j_graph(neo4j_server: Connection) -> Iterator[Graph]:
    """Give an empty graph on Neo4j."""
    with relay_graph.connect(neo4j_server, CORE) as graph:
        wiped(graph)
        yield graph


@pytest.fixture
def embedded_graph(embedded_engine: Connection) -> Iterator[Graph]:
    """Give an empty graph on the embedded engine."""
    with relay_graph.connect(embedded_engine, CORE) as graph:
        wiped(graph)
        yield graph


def alter(graph: Graph, statement: LiteralString) -> None:
    graph.write(lambda transaction: transaction.run(statement))


def fill(graph: Graph) -> None:
    """Two programmes, with corrections, a restoration, a confirmation and an erasure."""
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 0.5, note="seen “twice”")]
    more = [happened("E1: birth of P2 on 2021-04-01"), taken_back("event:E1"), corrected("pass:T1", "C2", animals=1)]
    last = [taken_back("correct:C1", "C3"), erased("beneficiary:W6"), corrected("beneficiary:W1", "C4", phone="९८")]
    record(graph, "demo", [*begun, *more, *last], clerk(), answers=NOTED)
    record(graph, "demo", [confirmed("pass:T1")], clerk("local:bina"))
    record(graph, "other", [programme("other"), rule(), gift(), woman("W1"), placed("P1 on 2020-03-01")], clerk())


def everything(graph: Graph) -> Counter[str]:
    """All nodes and relationships but locks and the schema, as text."""
    nodes = graph.rows("MATCH (n) WHERE NOT n:Schema RETURN labels(n) AS labels, properties(n) AS properties")
    edges = graph.rows("MATCH (a)-[r]->(b) RETURN a.key AS a, type(r) AS type, b.key AS b, properties(r) AS properties")
    return Counter(map(_told, [*nodes, *edges]))


def _told(row: dict[str, object]) -> str:
    properties = row.pop("properties")
    assert isinstance(properties, dict)
    told = {name: str(value) for name, value in sorted(properties.items()) if name != "lock"}
    return f"{sorted(row.items())} {told}"


@pytest.mark.parametrize("way", ["embedded to neo4j", "neo4j to embedded"])
def test_what_one_engine_keeps_the_other_restores(embedded_graph: Graph, neo4j_graph: Graph, way: str) -> None:
    here, there = (embedded_graph, neo4j_graph) if way == "embedded to neo4j" else (neo4j_graph, embedded_graph)
    fill(here)
    lines = list(ledger_backup.backup_lines(here))

    kept = ledger_backup.restore(there, lines, clerk("local:bina"))

    heads = programme_heads.heads(here)
    assert programme_heads.heads(there) == heads
    assert kept == tuple(
        LedgerInBackup(programme_id=head.programme_id, entries=head.entries, head_hash=head.head_hash) for head in heads
    )
    assert [verify.verify(there, head.programme_id, noted=head.head_hash).faults for head in heads] == [(), ()]
    assert list(ledger_backup.backup_lines(there)) == lines
    assert everything(there) - everything(here) == everything(here) - everything(there) == Counter()


def test_recording_goes_on_after_a_restore(graph: Graph) -> None:
    fill(graph)
    lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)

    ledger_backup.restore(graph, lines, clerk())

    assert record_one(graph, "demo", passed("T1: P1 > P2 on 2021-03-01", 1), clerk()).action == "same"
    assert record_one(graph, "demo", passed("T2: P2 > P3 on 2022-03-01", 1), clerk()).action == "added"
    assert verify.verify(graph, "demo").faults == ()


def test_a_backup_begins_with_its_promises_and_holds_one_entry_a_line(graph: Graph) -> None:
    fill(graph)

    first, *lines = ledger_backup.backup_lines(graph)

    heads = programme_heads.heads(graph)
    assert json.loads(first) == {
        "relay_backup": 1,
        "programmes": [
            {"programme_id": head.programme_id, "entries": head.entries, "head_hash": head.head_hash} for head in heads
        ],
    }
    assert len(lines) == sum(head.entries for head in heads)
    assert all("opened" in json.loads(line) for line in lines)


def test_what_holds_no_programme_is_no_backup(graph: Graph) -> None:
    """Most likely it is of another database than is meant, and would push sound ones out of the folder in time."""
    with pytest.raises(NotFound, check=ledger_backup.NOTHING_TO_KEEP.matches):
        list(ledger_backup.backup_lines(graph))
    lines = [json.dumps({"relay_backup": 1, "programmes": []})]
    with pytest.raises(Invalid, match="no programme"):
        ledger_backup.check_backup(lines, CORE)
    with pytest.raises(Invalid, match="no programme"):
        ledger_backup.restore(graph, lines, clerk())


def test_a_restore_that_was_cut_goes_on_where_it_stopped(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(graph)
    lines, heads = list(ledger_backup.backup_lines(graph)), programme_heads.heads(graph)
    wiped(graph)
    monkeypatch.setattr(ledger_backup, "STEP", 4)

    with pytest.raises(Invalid, match="cut short"):
        ledger_backup.restore(graph, lines[:12], clerk())
    assert [(head.entries, head.restoring) for head in programme_heads.heads(graph)] == [(8, True), (0, True)]
    for ask in (
        lambda: record_one(graph, "demo", woman("W9"), clerk()),
        lambda: snapshot_cache.snapshot(graph, "demo"),
        lambda: ledger_backup.rebuild(graph, "demo"),
        lambda: list(ledger_backup.backup_lines(graph)),
        lambda: list(ledger_backup.export_lines(graph, "demo", with_names=True)),
        lambda: verify.verify(graph, "demo"),
    ):
        with pytest.raises(NotRestored, match="run the same relay restore again"):
            ask()
    ledger_backup.restore(graph, lines, clerk())

    assert programme_heads.heads(graph) == heads
    assert verify.verify(graph, "demo").faults == ()
    assert ledger_backup.restore(graph, lines, clerk())[0].entries == heads[0].entries  # once more changes nothing
    assert programme_heads.heads(graph) == heads


def test_a_restore_that_was_cut_between_two_programmes_is_no_whole_either(graph: Graph) -> None:
    fill(graph)
    record(graph, "later", [programme("later"), rule()], clerk())
    lines, heads = list(ledger_backup.backup_lines(graph)), programme_heads.heads(graph)
    wiped(graph)

    with pytest.raises(Invalid, match="cut short"):
        ledger_backup.restore(graph, lines[: 1 + heads[0].entries], clerk())

    assert [head.programme_id for head in programme_heads.heads(graph) if not head.restoring] == ["demo"]
    assert verify.verify(graph, "demo").faults == ()
    for ask in (
        lambda: list(ledger_backup.backup_lines(graph)),
        lambda: record(graph, "later", [programme("later")], clerk()),
    ):
        with pytest.raises(NotRestored, match="later is being restored"):
            ask()
    ledger_backup.restore(graph, lines, clerk())
    assert programme_heads.heads(graph) == heads


def doctored(line: str, **changed: object) -> str:
    return json.dumps({**json.loads(line), **changed}, ensure_ascii=False)


def test_a_doctored_backup_is_refused_and_nothing_of_it_is_written(graph: Graph) -> None:
    fill(graph)
    first, *rest = lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)
    promised = json.loads(first)
    promised["programmes"][0]["head_hash"] = "0" * 64
    renamed = rest[4].replace("Name of W1", "Name of W9")
    assert renamed != rest[4]

    for faulty in (
        [],
        ["not a backup"],
        ["{}"],
        ["[]"],
        ['{"relay_backup":2,"programmes":[]}'],
        ['{"relay_backup":1,"programmes":[{"programme_id":"demo"}]}'],
        *([first.replace('"entries":', f'"entries":{number}')] for number in ("-", "1e999,", "9" * 30, "true,")),
        ["[" * 100_000],
        [json.dumps(promised), *rest],
        [first, *rest[1:]],  # an entry removed
        [first, rest[1], rest[0], *rest[2:]],  # two swapped
        [first, *rest[:3], doctored(rest[3], recorded_by="local:x"), *rest[4:]],  # altered
        [first, *rest[:4], renamed, *rest[5:]],  # another name
        [first, *rest[:4], "{", *rest[5:]],
        [first, *rest[:10]],  # cut
    ):
        with pytest.raises(Invalid):
            ledger_backup.restore(graph, faulty, clerk())
        assert graph.rows("MATCH (n) WHERE NOT n:Schema RETURN n.key AS key") == []

    ledger_backup.restore(graph, [*lines, " "], clerk())  # as editors leave it
    assert verify.verify(graph, "demo").faults == ()


def test_a_backup_that_goes_on_after_what_it_promises_is_refused_and_no_whole(graph: Graph) -> None:
    fill(graph)
    first, *rest = lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)
    sooner = json.loads(first)
    sooner["programmes"][1] |= {"entries": 3, "head_hash": json.loads(rest[-3])["hash"]}  # of five

    for faulty in ([json.dumps(sooner), *rest], [*lines, "and more"]):
        with pytest.raises(Invalid, match="more lines than its first line says"):
            ledger_backup.check_backup(faulty, CORE)
        with pytest.raises(Invalid, match="more lines than its first line says"):
            ledger_backup.restore(graph, faulty, clerk())
        with pytest.raises(NotRestored, match="other is being restored"):
            list(ledger_backup.backup_lines(graph))
        wiped(graph)
    with pytest.raises(Invalid, match="no programme"):
        ledger_backup.check_backup(['{"relay_backup":1,"programmes":[]}', *rest], CORE)


def test_a_backup_cut_within_a_line_says_after_which_entry(graph: Graph) -> None:
    fill(graph)
    lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)

    with pytest.raises(Invalid) as said:
        ledger_backup.restore(graph, [*lines[:5], lines[5][:40]], clerk())

    assert str(said.value) == (
        "The backup cannot be trusted. What follows entry 4 of demo was cut off or altered. Use another backup."
    )


def test_a_backup_whose_hashes_fit_but_whose_content_makes_no_sense_is_refused(graph: Graph) -> None:
    """Whoever makes up a whole ledger can make its hashes fit: nothing is stumbled over."""
    for kind, payload in (
        ("placement", {"placement_id": "P1"}),
        ("gift", {"gift_id": "G1", "given_on": "no day"}),
        ("rule", {"help": "goat", "from": 5}),
        ("correct", {"correct_id": "C1"}),
    ):
        unsealed = Entry(
            programme_id="demo",
            sequence=1,
            act_id=f"{kind}:P1",
            kind=kind,
            format=1,
            payload=payload,
            recorded_by="local:x",
            recorded_at="2024-01-01T00:00:00Z",
            previous_hash=ORIGIN,
            hash="",
        )
        entry = replace(unsealed, hash=digest(unsealed))
        promised = {"programme_id": "demo", "entries": 1, "head_hash": entry.hash}
        first = json.dumps({"relay_backup": 1, "programmes": [promised]})

        with pytest.raises(Invalid, match="makes no sense"):
            ledger_backup.restore(graph, [first, to_line(entry, with_opened=True)], clerk())
        assert programme_heads.heads(graph) == ()


def test_a_backup_in_which_an_act_stands_twice_is_refused_by_its_name(graph: Graph) -> None:
    fill(graph)
    entries = [
        from_line(line, CORE)
        for line in list(ledger_backup.backup_lines(graph))[1:]
        if json.loads(line)["programme_id"] == "demo"
    ]
    first = next(entry for entry in entries if entry.kind == "pass")
    unsealed = replace(first, sequence=len(entries) + 1, previous_hash=entries[-1].hash)
    twin = replace(unsealed, hash=digest(unsealed))
    promised = {"programme_id": "demo", "entries": twin.sequence, "head_hash": twin.hash}
    head = json.dumps({"relay_backup": 1, "programmes": [promised]})
    wiped(graph)

    with pytest.raises(Invalid) as said:
        ledger_backup.restore(graph, [head, *(to_line(each, with_opened=True) for each in (*entries, twin))], clerk())

    assert f"Entry {twin.sequence} records pass:T1, as entry {first.sequence} did" in str(said.value)
    found = verify.verify_lines([to_line(each, with_opened=False) for each in (*entries, twin)], CORE)
    assert [fault.sequence for fault in found.faults] == [twin.sequence]


def test_an_older_backup_over_a_newer_ledger_is_refused_as_that(graph: Graph) -> None:
    fill(graph)
    older = list(ledger_backup.backup_lines(graph))
    record(graph, "demo", [woman("W7"), woman("W8")], clerk())
    head = programme_heads.head(graph, "demo")

    with pytest.raises(Conflict, match=r"The backup is older: the database holds all .* and 2 more"):
        ledger_backup.restore(graph, older, clerk())
    assert programme_heads.head(graph, "demo") == head
    assert ledger_backup.restore(graph, list(ledger_backup.backup_lines(graph)), clerk())[0].entries == head.entries


def test_a_database_that_holds_something_else_is_left_alone(graph: Graph) -> None:
    fill(graph)
    lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)
    record(graph, "third", [programme("third")], clerk())

    with pytest.raises(Conflict, match="third"):
        ledger_backup.restore(graph, lines, clerk())

    wiped(graph)
    record(graph, "demo", [programme(name="Another Relay")], clerk())
    with pytest.raises(Conflict, match="demo"):
        ledger_backup.restore(graph, lines, clerk())
    assert [head.entries for head in programme_heads.heads(graph)] == [1]


def test_rebuilding_gives_the_same_graph_whatever_was_done_to_it(graph: Graph) -> None:
    fill(graph)
    before = everything(graph)
    for statement in (
        "MATCH (n:Placement) DETACH DELETE n",
        "MATCH (n:Rule) SET n.owed = 9.0",
        "CREATE (:Gift {key: 'demo/gift/G9', programme_id: 'demo'})",
        "MATCH (a:Beneficiary) MATCH (b:Gift) CREATE (a)-[:KNOWS]->(b)",
    ):
        alter(graph, statement)
    assert not verify.verify(graph, "demo").ok

    for head in programme_heads.heads(graph):
        ledger_backup.rebuild(graph, head.programme_id)

    assert everything(graph) - before == before - everything(graph) == Counter()
    assert verify.verify(graph, "demo").faults == verify.verify(graph, "other").faults == ()


def test_saved_views_stay_through_a_rebuild_and_come_back_out_of_a_backup(graph: Graph) -> None:
    fill(graph)
    view = SavedView(
        view_id="a1",
        programme_id="demo",
        page="chains",
        title="Broken",
        about="",
        query="state=broken",
        seen_by="manager",
        kept_by="account:asha",
        kept_at="2026-01-01T00:00:00Z",
    )
    saved_views.keep(graph, view)
    ledger_backup.rebuild(graph, "demo")
    assert verify.verify(graph, "demo").faults == ()
    lines = list(ledger_backup.backup_lines(graph))
    wiped(graph)

    with pytest.raises(Invalid, match="saved views are cut short"):
        ledger_backup.check_backup(lines[:-1], CORE)
    ledger_backup.restore(graph, lines, clerk())

    assert saved_views.every(graph, "demo") == (view,)


def test_a_graph_of_before_gets_its_links_and_animals_by_a_rebuild(graph: Graph) -> None:
    """As the version before left it: entries stood alone, but for what they are about, and there was no animal."""
    fill(graph)
    record(graph, "demo", [corrected("placement:P1", "C9", tags="H-7")], clerk())
    before = everything(graph)
    alter(graph, "MATCH (:Entry {programme_id: 'demo'})-[r:NEXT]->() DELETE r")
    alter(graph, "MATCH (:Entry {programme_id: 'demo'})-[r:RECORDED]->() DELETE r")
    alter(graph, "MATCH (n:Animal) DETACH DELETE n")
    graph.write(lambda transaction: transaction.run(cypher.SET_PROJECTION, key="demo", projection=2))
    with pytest.raises(NotBuilt, match="demo"):
        record_one(graph, "demo", woman("W9"), clerk())

    ledger_backup.rebuild(graph, "demo")

    assert everything(graph) - before == before - everything(graph) == Counter()
    assert verify.verify(graph, "demo").faults == ()


def test_nobody_records_into_a_graph_that_is_not_built(graph: Graph) -> None:
    fill(graph)
    graph.write(lambda transaction: transaction.run(cypher.SET_PROJECTION, key="demo", projection=0))

    with pytest.raises(NotBuilt, match="demo"):
        record_one(graph, "demo", woman("W9"), clerk())

    assert [(head.programme_id, head.built) for head in programme_heads.heads(graph)] == [
        ("demo", False),
        ("other", True),
    ]
    ledger_backup.rebuild(graph, "demo")
    assert record_one(graph, "demo", woman("W9"), clerk()).action == "added"
    with pytest.raises(NoProgramme):
        ledger_backup.rebuild(graph, "third")
