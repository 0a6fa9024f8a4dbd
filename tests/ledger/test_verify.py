"""Whatever is changed behind the ledger's back is found and named, on both engines."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, LiteralString

import pytest

from relay.backup import replay
from relay.errors import Unavailable
from relay.ledger import recording as ledger
from relay.ledger import verify, verify_graph
from relay.ledger.batch import NoProgramme
from relay.ledger.recording import record
from tests.scenes.acts import (
    beginnings,
    claimed,
    clerk,
    confirmed,
    corrected,
    erased,
    gift,
    group,
    happened,
    passed,
    place,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.domain.acts import Act
    from relay.domain.register import Register
    from relay.graph import Graph

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
    ("CREATE (:Gift {key: 'demo/gift/G9', programme_id: 'demo'})", ("Gift demo/gift/G9 stands in the graph but not",)),
    (
        "MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.received_on = toString(n.received_on)",
        ("placement/P1 was altered: received_on is of type STRING where the ledger says DATE",),
    ),
    ("CREATE (:Event:Token {key: 'demo/event/E6', programme_id: 'demo'})", (" demo/event/E6 stands in the graph",)),
    ("CREATE (:Event:Account {key: 'demo/event/E7', programme_id: 'demo'})", (" demo/event/E7 stands in the graph",)),
    ("CREATE (:Event:Schema {key: 'demo/event/E8', programme_id: 'demo'})", (" demo/event/E8 stands in the graph",)),
    ("CREATE (:Event:Ledger {key: 'demo/event/E9', programme_id: 'demo'})", (" demo/event/E9 stands in the graph",)),
    ("CREATE (:Token:Account {key: 'demo/x', programme_id: 'demo'})", (" demo/x stands in the graph but not",)),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.note = 'x'", ("Ledger demo was altered: note is x where the ledger says",)),
    ("CREATE (:Stranger {key: 'demo/stranger/1'})", ("Stranger demo/stranger/1 stands in the graph but not",)),
    (
        "CREATE (:Entry {key: 'demo/entry/99', act_key: 'demo/gift/G9', programme_id: 'demo'})",
        ("demo/entry/99 stands",),
    ),
    ("CREATE ({x: 1})", ("A node None stands in the graph but not in the ledger",)),
    (
        (
            "MATCH (a:Placement {key: 'demo/placement/P2'}), (b:Placement {key: 'demo/placement/P1'})"
            " CREATE (a)-[:PASSED_TO]->(b)"
        ),
        ("PASSED_TO from demo/placement/P2 to demo/placement/P1 stands in the graph but not in the ledger",),
    ),
    (
        (
            "MATCH (a:Gift {key: 'demo/gift/G1'}), (b:Placement {key: 'demo/placement/P1'})"
            " CREATE (a)-[:FILLED {key: 'x'}]->(b)"
        ),
        ("FILLED from demo/gift/G1 to demo/placement/P1 stands in the graph but not in the ledger",),
    ),
    (
        "MATCH (a:Placement {key: 'demo/placement/P1'}) MATCH (b:Ledger {key: 'demo'}) CREATE (a)-[:KNOWS]->(b)",
        ("KNOWS from Placement demo/placement/P1 to Ledger demo stands in the graph but not in the ledger",),
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
    ("MATCH (e:Entry {key: 'demo/entry/5'}) SET e.sequence = 50", ("Entry 50 stands where entry 5 should",)),
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
        ("other/event/E1 stands in the graph", "demo/event/E1 is missing"),
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
        ("HOLDS from demo/beneficiary/W2 to demo/placement/P2 is missing", "W2 to Token demo/placement/P2 stands in"),
    ),
    ("MATCH (l:Ledger {key: 'demo'}) SET l.sequence = 5", ("stands in the graph but not in the ledger", "hash")),
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


@pytest.fixture
def kept(graph: Graph) -> Graph:
    """A programme with every kind of node and relationship, and another one beside it."""
    first = [place("L1"), place("L2", parent_id="L1"), group("V1", place_id="L1")]
    first += [woman("W7", place_id="L2", group_id="V1"), claimed("K1", source="a leaflet")]
    first += [
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01"),
        happened("E1: birth of P2 on 2021-04-01"),
    ]
    record(graph, "demo", [*beginnings(2), *first, corrected("gift:G1", donor="Another Donor")], clerk())
    record(graph, "demo", [confirmed("pass:T1")], clerk("local:bina"))
    second = [programme("other"), rule(), gift(), woman("W1"), woman("W2"), placed("P1 on 2020-03-01")]
    record(graph, "other", [*second, passed("T1: P1 > P2 on 2021-03-01")], clerk())
    return graph


def test_a_sound_record_is_found_sound(kept: Graph) -> None:
    head = ledger.head(kept, "demo")

    found = verify.verify(kept, "demo", noted=head.head_hash)

    assert (found.ok, found.faults) == (True, ())
    assert (found.entries, found.head_hash) == (head.entries, head.head_hash)


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
        ("CREATE (:Event {key: 'demo/event/E9', programme_id: 'other'})", "Event demo/event/E9 stands in the graph"),
        ("CREATE (:Event {key: 'demo/event/E9'})", "Event demo/event/E9 stands in the graph"),
        ("CREATE (:Event {key: 7, programme_id: 'other'})", "Event 7 stands in the graph"),
        ("CREATE (:Event {placement_id: 'P1'})", "Event None stands in the graph"),
    ],
)
def test_what_another_ledger_seems_to_own_is_named_unless_its_key_says_so_too(
    kept: Graph, statement: LiteralString, words: str
) -> None:
    alter(kept, "CREATE (:Ledger {key: 'z', programme_id: '', sequence: 1, hash: 'x', projection: 2})")
    alter(kept, statement)

    assert words in found(kept)
    assert "Ledger z stands in the graph but not in the ledger" in found(kept)


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = toFloat(l.sequence)",
        "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = toString(l.sequence)",
        "MATCH (l:Ledger {key: 'demo'}) SET l.hash = 5",
        "MATCH (l:Ledger {key: 'demo'}) REMOVE l.hash",
        "MATCH (p:Programme {key: 'demo/programme/demo'}) SET p.timezone = 5",
    ],
)
def test_a_head_that_cannot_be_read_is_told(kept: Graph, statement: LiteralString) -> None:
    alter(kept, statement)

    with pytest.raises(ledger.HeadAltered, match="head of the ledger of demo cannot be read"):
        verify.verify(kept, "demo")
    assert verify.verify(kept, "other").ok
    assert [(head.programme_id, head.entries > 0) for head in ledger.heads(kept)] == [("demo", False), ("other", True)]
    with pytest.raises(ledger.HeadAltered):
        list(replay.backup(kept))


def test_what_is_done_to_one_programme_leaves_the_other_sound(kept: Graph) -> None:
    kept.write(
        lambda transaction: transaction.run(
            "MATCH (n:Placement {key: 'demo/placement/P1'}) SET n.owed = 1.0 DETACH DELETE n"
        )
    )

    assert found(kept, "demo")
    assert found(kept, "other") == ""


MEANWHILE: Final = (
    [passed("T2: P2 > P3 on 2022-03-01", beneficiary_id="W7")],
    [taken_back("event:E1", "C2"), corrected("placement:P1", "C3", received_on="2020-03-02")],
    [erased("beneficiary:W1"), woman("W8"), claimed("K2", source="a leaflet")],
)
"""New things, things that go, things that change and things that are erased."""


def recording(kept: Graph, monkeypatch: pytest.MonkeyPatch, meanwhile: Iterable[list[Act]]) -> None:
    """Have clerks record whenever the graph is about to be read, for as long as there is something."""
    left = iter(meanwhile)

    def first(name: str) -> None:
        read = getattr(verify_graph, name)

        def read_later(*arguments: Any) -> list[verify_graph.Difference]:  # noqa: ANN401 - those of both
            for acts in islice(left, 1):
                record(kept, "demo", acts, clerk())
            found: list[verify_graph.Difference] = read(*arguments)
            return found

        monkeypatch.setattr(verify_graph, name, read_later)

    first("whole")
    first("some")


def test_what_is_recorded_while_it_is_verified_is_verified_too(kept: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(kept, monkeypatch, MEANWHILE)

    found = verify.verify(kept, "demo")

    assert found.faults == ()
    assert (found.entries, found.head_hash) == (ledger.head(kept, "demo").entries, ledger.head(kept, "demo").head_hash)
    assert verify.verify(kept, "demo") == found


def test_a_programme_that_is_begun_while_another_is_verified_is_not_held_against_it(
    kept: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = verify_graph.whole

    def read_later(graph: Graph, register: Register, others: list[str]) -> list[verify_graph.Difference]:
        record(kept, "third", [programme("third"), rule(), gift(), woman("W1"), placed("P1 on 2020-03-01")], clerk())
        return whole(graph, register, others)

    monkeypatch.setattr(verify_graph, "whole", read_later)

    assert found(kept) == ""


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("MATCH ()-[r:PASSED_TO {pass_id: 'T2'}]->() SET r.animals = 9.0", "PASSED_TO from demo/placement/P2 to"),
        (
            "MATCH (n:Placement {placement_id: 'P3'}) SET n.help = 'pig'",
            "Placement demo/placement/P3 was altered: help",
        ),
        ("MATCH (n:Entry {act_id: 'pass:T2'}) SET n.note = 'x'", "Entry demo/entry/"),
        ("MATCH (n:Beneficiary {beneficiary_id: 'W2'}) DETACH DELETE n", "Beneficiary demo/beneficiary/W2 is missing"),
    ],
)
def test_what_is_altered_while_it_is_verified_is_named(
    kept: Graph, monkeypatch: pytest.MonkeyPatch, statement: LiteralString, words: str
) -> None:
    recording(kept, monkeypatch, MEANWHILE[:1])
    whole = verify_graph.whole

    def alter_first(graph: Graph, register: Register, others: list[str]) -> list[verify_graph.Difference]:
        found = whole(graph, register, others)
        alter(graph, statement)
        return [*found, *whole(graph, register, others)]

    monkeypatch.setattr(verify_graph, "whole", alter_first)

    assert words in found(kept)


def test_who_records_without_end_is_waited_for_no_longer(kept: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(kept, monkeypatch, ([woman(f"W{number}")] for number in range(100, 1000)))

    with pytest.raises(Unavailable, match="faster than it can be verified"):
        verify.verify(kept, "demo")


def test_what_stands_behind_a_gap_is_read_and_a_head_far_ahead_is_not_waited_for(
    kept: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "STEP", 2)
    before = len([*ledger.entries(kept, "demo")])
    alter(kept, "MATCH (e:Entry {programme_id: 'demo'}) WHERE e.sequence IN [5, 6, 7, 8, 9] DETACH DELETE e")
    alter(kept, "MATCH (e:Entry {key: 'demo/entry/10'}) SET e.sequence = 'ten', e.programme_id = 'x'")
    alter(kept, "MATCH (l:Ledger {key: 'demo'}) SET l.sequence = 9000000000000000000")
    alter(kept, "MATCH (e:Entry {key: 'demo/entry/12'}) SET e.key = 'demo/entry/899999999'")

    read = [*ledger.stored(kept, "demo", first=1, last=9 * 10**18)]

    assert len(read) == before - 5
    assert not verify.verify(kept, "demo").ok


def test_an_entry_that_was_removed_is_missed(kept: Graph) -> None:
    kept.write(lambda transaction: transaction.run("MATCH (e:Entry {key: 'demo/entry/5'}) DETACH DELETE e"))

    faults = verify.verify(kept, "demo").faults

    assert faults[0].sequence == 6
    assert faults[0].fault == "Entry 6 stands where entry 5 should."


def test_two_entries_that_were_swapped_are_seen(kept: Graph) -> None:
    kept.write(
        lambda transaction: transaction.run(
            """
            MATCH (a:Entry {key: 'demo/entry/5'}) MATCH (b:Entry {key: 'demo/entry/6'})
            WITH a, b, a.payload AS first, b.payload AS second
            SET a.payload = second, b.payload = first
            """
        )
    )

    faults = found(kept)

    assert "Entry 5 (beneficiary:W1) was altered: its hash does not fit its content." in faults
    assert "Entry 6 (beneficiary:W2) was altered: its hash does not fit its content." in faults


def test_a_tail_that_was_cut_off_with_all_its_traces_is_seen_by_a_noted_head(kept: Graph) -> None:
    noted = ledger.head(kept, "demo")
    last = ledger.entries(kept, "demo", first=noted.entries - 1, last=noted.entries - 1)
    kept.write(
        lambda transaction: transaction.run(
            """
            MATCH (l:Ledger {key: 'demo'}) MATCH (e:Entry {key: 'demo/entry/' + toString(l.sequence)})
            MATCH ()-[r:PASSED_TO {key: 'demo/pass/T1'}]->()
            SET l.sequence = l.sequence - 1, l.hash = e.previous_hash
            REMOVE r.confirm_id DETACH DELETE e
            """
        )
    )

    assert found(kept) == ""
    assert f"The noted head hash {noted.head_hash} is not in this ledger" in found(kept, noted=noted.head_hash)
    assert found(kept, noted=next(last).hash) == ""


def test_an_opening_that_was_altered_is_named_without_its_value(kept: Graph) -> None:
    (row,) = kept.rows("MATCH (o:Personal {key: 'demo/beneficiary/W1'}) RETURN o.opened AS opened")
    opened = json.loads(row["opened"])
    opened["name"]["value"] = "Somebody Else"
    kept.write(
        lambda transaction: transaction.run(
            "MATCH (o:Personal {key: 'demo/beneficiary/W1'}) SET o.opened = $opened", opened=json.dumps(opened)
        )
    )

    faults = found(kept)

    assert "Entry 5 (beneficiary:W1): the value given for name is not the one recorded." in faults
    assert "Somebody Else" not in faults


def test_an_opening_that_cannot_be_read_is_a_fault_of_its_entry(kept: Graph) -> None:
    for opened in (
        "not JSON",
        "[]",
        '{"name":{"salt":"zz","value":"x"}}',
        '{"name":5}',
        '{"nickname":{"salt":"","value":""}}',
    ):
        kept.write(
            lambda transaction: transaction.run(
                "MATCH (o:Personal {key: 'demo/beneficiary/W1'}) SET o.opened = $opened",
                opened=opened,  # noqa: B023 - run at once
            )
        )
        assert "Entry 5" in found(kept) or "demo/entry/5" in found(kept), opened


def test_a_ledger_whose_entries_make_no_sense_is_told_and_not_stumbled_over(kept: Graph) -> None:
    for payload in ("[]", "{}", '{"placement_id":"P1","received_on":"no day","animals":"x"}', "5", "null"):
        kept.write(
            lambda transaction: transaction.run(
                "MATCH (e:Entry {act_id: 'placement:P1', programme_id: 'demo'}) SET e.payload = $payload",
                payload=payload,  # noqa: B023 - run at once
            )
        )
        assert "(placement:P1)" in found(kept) or "cannot be read" in found(kept), payload


def test_a_programme_that_is_not_there_is_not_found(graph: Graph) -> None:
    with pytest.raises(NoProgramme, match="nowhere"):
        verify.verify(graph, "nowhere")


def test_what_was_taken_back_and_brought_back_is_sound(kept: Graph) -> None:
    record(
        kept, "demo", [taken_back("event:E1", "C7"), taken_back("pass:T1", "C8"), taken_back("claim:K1", "C9")], clerk()
    )
    assert found(kept) == ""

    record(kept, "demo", [taken_back("correct:C8", "D8"), taken_back("correct:C7", "D7")], clerk())

    assert found(kept) == ""


# --- a file -----------------------------------------------------------------------------------------------------------


def test_a_file_is_checked_without_a_database(kept: Graph) -> None:
    lines = list(replay.export(kept, "demo", with_names=True))

    sound = verify.verify_lines([*lines, "", "\n"])

    assert sound.ok
    assert sound.entries == len(lines)
    faulty = verify.verify_lines([lines[0], "{", *lines[2:]])
    assert [fault.sequence for fault in faulty.faults][:2] == [2, 3]
    mixed = verify.verify_lines([*lines, *replay.export(kept, "other", with_names=True)])
    assert "belongs to another programme" in str(mixed.faults)
    assert [str(fault.fault) for fault in verify.verify_lines([]).faults] == ["The file holds no entry."]
