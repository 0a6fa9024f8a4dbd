"""The graph compared with the ledger: each thing that was altered is named, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import pytest

from relay.ledger import verify

if TYPE_CHECKING:
    from relay.graph import Graph

pytestmark = pytest.mark.engine_contract


# Changes behind the ledger's back, each with the words that must be in the faults: the first ones can be made all at
# once, so that each has many innocents beside it.
ALTERED: list[tuple[LiteralString, tuple[str, ...]]] = [
    ("MATCH (n:Programme {id: 'demo'}) SET n.name = 'X'", ("Programme demo/programme/demo was altered: name is X",)),
    ("MATCH (n:Rule {key: 'demo/rule/goat@2020-01-01'}) SET n.owed = 1.0", ("owed is 1.0 where the ledger says 2",)),
    ("MATCH (n:Place {place_id: 'L1'}) SET n.latitude = 27.5", ("Place demo/place/L1 was altered: latitude is 27.5",)),
    ("MATCH (n:Group) SET n.kind = 'cooperative'", ("Group demo/group/V1 was altered: kind is cooperative",)),
    (
        "MATCH (n:Beneficiary {key: 'demo/beneficiary/W1'}) SET n.sex = 'M'",
        ("Beneficiary demo/beneficiary/W1", "sex is M"),
    ),
    (
        "MATCH (n:Gift {key: 'demo/gift/G1'}) SET n.given_on = date('2019-01-01')",
        ("given_on is 2019-01-01", "2020-01-01"),
    ),
    ("MATCH (n:Placement {key: 'demo/placement/P2'}) SET n.due_on = date('2029-01-01')", ("due_on is 2029-01-01",)),
    ("MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.owed = 0.5", ("placement/P1 was altered: owed is 0.5",)),
    (
        "MATCH (n:Event) SET n.kind = 'theft'",
        ("Event demo/event/E1 was altered: kind is theft where the ledger says birth",),
    ),
    ("MATCH (n:Claim) SET n.value = 9.0", ("Claim demo/claim/K1 was altered: value is 9.0",)),
    ("MATCH (n:Personal {key: 'demo/beneficiary/W1'}) SET n.name = 'X'", ("demo/beneficiary/W1 was altered: name.",)),
    ("MATCH (:Gift {key: 'demo/gift/G1'})-[r:FILLED]->() SET r.animals = 9.0", ("FILLED from demo/gift/G1", "is 9.0")),
    (
        "MATCH (:Placement {key: 'demo/placement/P1'})-[r:PASSED_TO]->() SET r.passed_on = date('2021-03-02')",
        ("is 2021-03-02",),
    ),
    (
        "MATCH (:Placement {key: 'demo/placement/P1'})-[r:PASSED_TO]->() REMOVE r.confirm_id",
        ("confirm_id is None", "says F1"),
    ),
    ("MATCH ()-[r:HOLDS]->({key: 'demo/placement/P1'}) SET r.x = 1", ("HOLDS from demo/beneficiary/W1", "x is 1")),
    ("MATCH ()-[r:RULED_BY]->({key: 'demo/rule/goat@2020-01-01'}) SET r.x = 2", ("RULED_BY from demo/pr", "x is 2")),
    ("MATCH ()-[r:PART_OF]->() SET r.x = 3", ("PART_OF from demo/place/L2 to demo/place/L1 was altered: x is 3",)),
    ("MATCH ()-[r:BASED_IN]->() SET r.x = 4", ("BASED_IN from demo/group/V1 to demo/place/L1 was altered: x is 4",)),
    (
        "MATCH ()-[r:LIVES_IN]->() SET r.x = 5",
        ("LIVES_IN from demo/beneficiary/W7 to demo/place/L2 was altered: x is 5",),
    ),
    ("MATCH ()-[r:MEMBER_OF]->() SET r.x = 6", ("MEMBER_OF from demo/beneficiary/W7 to demo/group/V1", "x is 6")),
    ("MATCH ()-[r:HAPPENED_TO]->() SET r.x = 7", ("HAPPENED_TO from demo/event/E1 to demo/placement/P2", "x is 7")),
    ("MATCH ()-[r:CLAIMED_OF]->() SET r.x = 8", ("CLAIMED_OF from demo/claim/K1 to demo/gift/G1 was altered: x is 8",)),
    ("MATCH (e:Entry {act_id: 'correct:C1'})-[r:ABOUT]->() SET r.x = 9", ("ABOUT from demo/entry/", "x is 9")),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.recorded_by = 'local:x'", ("Entry 5 (beneficiary:W1) was altered",)),
    ("MATCH (e:Entry {key: 'demo/entry/6'}) SET e.note = 'x'", ("Entry demo/entry/6 was altered: note is x",)),
    ("MATCH (e:Entry {key: 'demo/entry/7'}) SET e.act_key = 'x'", ("Entry demo/entry/7 was altered: act_key is x",)),
    (
        "MATCH (:Entry {key: 'demo/entry/5'})-[r:NEXT]->() SET r.x = 10",
        ("NEXT from demo/entry/5 to demo/ent", "x is 10"),
    ),
    (
        "MATCH (:Entry {key: 'demo/entry/5'})-[r:RECORDED]->() SET r.x = 11",
        ("RECORDED from demo/entry/5 to demo/beneficiary/W1", "x is 11"),
    ),
    (
        "MATCH (a:Entry {key: 'demo/entry/5'}) MATCH (b:Gift {key: 'demo/gift/G1'}) CREATE (a)-[:RECORDED]->(b)",
        ("RECORDED from demo/entry/5 to demo/gift/G1 is in the graph but not in the ledger",),
    ),
    (
        "CREATE (:Animal {key: 'demo/animal/x1', programme_id: 'demo', tag: 'x1'})",
        ("Animal demo/animal/x1 is in the graph but not in the ledger",),
    ),
    ("CREATE (:Gift {key: 'demo/gift/G9', programme_id: 'demo'})", ("Gift demo/gift/G9 is in the graph but not",)),
    (
        "MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.received_on = toString(n.received_on)",
        ("placement/P1 was altered: received_on is of type STRING where the ledger says DATE",),
    ),
    ("CREATE (:Event:Token {key: 'demo/event/E6', programme_id: 'demo'})", (" demo/event/E6 is in the graph",)),
    ("CREATE (:Event:Account {key: 'demo/event/E7', programme_id: 'demo'})", (" demo/event/E7 is in the graph",)),
    ("CREATE (:Event:Schema {key: 'demo/event/E8', programme_id: 'demo'})", (" demo/event/E8 is in the graph",)),
    (
        "CREATE (:Event:Ledger {key: 'demo/event/E9', programme_id: 'demo', sequence: 9})",
        (" demo/event/E9 is in the graph",),
    ),
    ("CREATE (:Token:Account {key: 'demo/x', programme_id: 'demo'})", (" demo/x is in the graph but not",)),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.note = 'x'", ("Ledger demo was altered: note is x where the ledger says",)),
    ("CREATE (:Stranger {key: 'demo/stranger/1'})", ("Stranger demo/stranger/1 is in the graph but not",)),
    (
        "CREATE (:Entry {key: 'demo/entry/99', act_key: 'demo/gift/G9', programme_id: 'demo'})",
        ("demo/entry/99 is in the graph",),
    ),
    ("CREATE ({x: 1})", ("A node None is in the graph but not in the ledger",)),
    (
        (
            "MATCH (a:Placement {key: 'demo/placement/P2'}), (b:Placement {key: 'demo/placement/P1'})"
            " CREATE (a)-[:PASSED_TO]->(b)"
        ),
        ("PASSED_TO from demo/placement/P2 to demo/placement/P1 is in the graph but not in the ledger",),
    ),
    (
        (
            "MATCH (a:Gift {key: 'demo/gift/G1'}), (b:Placement {key: 'demo/placement/P1'})"
            " CREATE (a)-[:FILLED {key: 'x'}]->(b)"
        ),
        ("FILLED from demo/gift/G1 to demo/placement/P1 is in the graph but not in the ledger",),
    ),
    (
        "MATCH (a:Placement {key: 'demo/placement/P1'}) MATCH (b:Ledger {key: 'demo'}) CREATE (a)-[:KNOWS]->(b)",
        ("KNOWS from Placement demo/placement/P1 to Ledger demo is in the graph but not in the ledger",),
    ),
    (
        "MATCH (a:Gift {key: 'demo/gift/G1'}) CREATE (a)-[:KNOWS]->(:Stranger {x: 1})",
        ("KNOWS from Gift demo/gift/G1 to Stranger None",),
    ),
]


# Changes that hide one another, made one at a time.
ALONE: list[tuple[LiteralString, tuple[str, ...]]] = [
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.payload = '{}'", ("Entry 5 (beneficiary:W1) was altered: its hash",)),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.payload = 'not JSON'", ("Entry demo/entry/5 cannot be read",)),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) REMOVE e.kind", ("Entry demo/entry/5 cannot be read",)),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.kind = 'gift'", ("Entry 5", "was altered")),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.format = toFloat(e.format)", ("Entry demo/entry/5 cannot be read",)),
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.sequence = 50", ("Entry 50 is where entry 5 should",)),
    ("MATCH (n:Event) DETACH DELETE n", ("Event demo/event/E1 is missing", "HAPPENED_TO from demo/event/E1")),
    (
        "MATCH (n:Personal {key: 'demo/beneficiary/W1'}) DELETE n",
        ("Entry 5 (beneficiary:W1): name is not in the graph, but nobody erased it",),
    ),
    (
        "MATCH (:Placement {key: 'demo/placement/P1'})-[r:PASSED_TO]->() DELETE r",
        ("PASSED_TO from demo/placement/P1 to demo/placement/P2 is missing",),
    ),
    (
        "MATCH ()-[r:HOLDS]->({key: 'demo/placement/P2'}) DELETE r",
        ("HOLDS from demo/beneficiary/W2 to demo/placement/P2 is missing",),
    ),
    ("MATCH (n:Event) SET n.programme_id = 'other'", ("Event demo/event/E1",)),
    (
        "MATCH (n:Event) SET n.key = 'other/event/E1'",
        ("other/event/E1 is in the graph", "demo/event/E1 is missing"),
    ),
    (
        (
            "MATCH (g:Gift {key: 'demo/gift/G1'})-[r:FILLED]->(p) MATCH (o:Personal {key: 'demo/gift/G1'})"
            " CREATE (o)-[n:FILLED]->(p) SET n = properties(r) DELETE r"
        ),
        ("FILLED from demo/gift/G1 to demo/placement/P1 is missing", "FILLED from Personal demo/gift/G1 to demo/place"),
    ),
    (
        (
            "MATCH (a)-[r:HOLDS]->(:Placement {key: 'demo/placement/P2'}) CREATE (t:Token {key: 'demo/placement/P2'})"
            " CREATE (a)-[n:HOLDS]->(t) SET n = properties(r) DELETE r"
        ),
        ("HOLDS from demo/beneficiary/W2 to demo/placement/P2 is missing", "W2 to Token demo/placement/P2 is in"),
    ),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.sequence = 5", ("is in the graph but not in the ledger", "hash")),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.hash = 'x'", ("hash x; it does not",)),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.sequence = l.sequence + 1", ("The ledger should end with entry",)),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.sequence = 9000000000000000000", ("The ledger should end with entry 9",)),
    (
        "MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.animals = toString(n.animals)",
        ("animals is of type STRING where the ledger says FLOAT",),
    ),
]


def alter(graph: Graph, statement: LiteralString) -> None:
    graph.write(lambda transaction: transaction.run(statement))


def found(graph: Graph, programme_id: str = "demo", *, noted: str | None = None) -> str:
    return "\n".join(fault.fault for fault in verify.verify(graph, programme_id, noted=noted).faults)


def test_each_thing_that_is_altered_or_surplus_is_named_and_nothing_else(kept: Graph) -> None:
    for statement, _ in ALTERED:
        alter(kept, statement)

    faults = found(kept)

    for statement, words in ALTERED:
        assert all(word in faults for word in words), (statement, faults)
    assert len(faults.splitlines()) == len(ALTERED) + 1  # the Stranger that somebody KNOWS
    assert "Another Donor" not in faults
    assert "Name of" not in faults


@pytest.mark.parametrize(("statement", "words"), ALONE)
def test_what_hides_other_things_is_named(kept: Graph, statement: LiteralString, words: tuple[str, ...]) -> None:
    alter(kept, statement)

    faults = found(kept)

    assert all(word in faults for word in words), faults
    assert found(kept, "other") == "" or "n:Event" in statement or ":Token" in statement


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE (:Event {key: 'demo/event/E9', programme_id: 'other'})", "Event demo/event/E9 is in the graph"),
        ("CREATE (:Event {key: 'demo/event/E9'})", "Event demo/event/E9 is in the graph"),
        ("CREATE (:Event {key: 7, programme_id: 'other'})", "Event 7 is in the graph"),
        ("CREATE (:Event {placement_id: 'P1'})", "Event None is in the graph"),
    ],
)
def test_what_another_ledger_seems_to_own_is_named_unless_its_key_says_so_too(
    kept: Graph, statement: LiteralString, words: str
) -> None:
    alter(kept, "CREATE (:Ledger {key: 'z', programme_id: '', sequence: 1, hash: 'x', projection: 2})")
    alter(kept, statement)

    assert words in found(kept)
    assert "Ledger z is in the graph but not in the ledger" in found(kept)


def test_what_is_done_to_one_programme_leaves_the_other_sound(kept: Graph) -> None:
    kept.write(
        lambda transaction: transaction.run(
            "MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.owed = 1.0 DETACH DELETE n"
        )
    )

    assert found(kept, "demo")
    assert found(kept, "other") == ""
