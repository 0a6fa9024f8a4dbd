"""Whatever is changed behind the ledger's back is found and named, on both engines."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, LiteralString

import pytest

from relay.backup import ledger_backup
from relay.errors import Unavailable
from relay.ledger import programme_heads, reading, verify, verify_graph
from relay.ledger.programme_heads import NoProgramme
from relay.ledger.recording import record
from tests.ledger.test_verify_graph import alter, found
from tests.scenes.acts import (
    claimed,
    clerk,
    corrected,
    erased,
    gift,
    passed,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.domain.acts import Act
    from relay.domain.register import Register
    from relay.graph import Graph

pytestmark = pytest.mark.engine_contract


def test_a_sound_record_is_found_sound(kept: Graph) -> None:
    head = programme_heads.head(kept, "demo")

    found = verify.verify(kept, "demo", noted=head.head_hash)

    assert (found.ok, found.faults) == (True, ())
    assert (found.entries, found.head_hash) == (head.entries, head.head_hash)


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

        def read_later(*arguments: Any) -> list[verify_graph.GraphDifference]:  # noqa: ANN401 - those of both
            for acts in islice(left, 1):
                record(kept, "demo", acts, clerk())
            found: list[verify_graph.GraphDifference] = read(*arguments)
            return found

        monkeypatch.setattr(verify_graph, name, read_later)

    first("whole")
    first("some")


def test_what_is_recorded_while_it_is_verified_is_verified_too(kept: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(kept, monkeypatch, MEANWHILE)

    found = verify.verify(kept, "demo")

    assert found.faults == ()
    assert (found.entries, found.head_hash) == (
        programme_heads.head(kept, "demo").entries,
        programme_heads.head(kept, "demo").head_hash,
    )
    assert verify.verify(kept, "demo") == found


def test_a_programme_that_is_begun_while_another_is_verified_is_not_held_against_it(
    kept: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = verify_graph.whole

    def read_later(
        graph: Graph, register: Register, others: list[str], progress: verify.Progress
    ) -> list[verify_graph.GraphDifference]:
        record(kept, "third", [programme("third"), rule(), gift(), woman("W1"), placed("P1 on 2020-03-01")], clerk())
        return whole(graph, register, others, progress)

    monkeypatch.setattr(verify_graph, "whole", read_later)

    assert found(kept) == ""


def test_who_records_without_end_is_waited_for_no_longer(kept: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_TRIES", 5)
    recording(kept, monkeypatch, ([woman(f"W{number}")] for number in range(100, 1000)))

    with pytest.raises(Unavailable, match="faster than this can be verified"):
        verify.verify(kept, "demo")


def test_an_entry_that_was_removed_is_missed(kept: Graph) -> None:
    kept.write(lambda transaction: transaction.run("MATCH (e:Entry {key: 'demo/entry/5'}) DETACH DELETE e"))

    faults = verify.verify(kept, "demo").faults

    assert faults[0].sequence == 6
    assert faults[0].fault == "Entry 6 is where entry 5 should be."


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

    assert "Entry 5 (beneficiary:W1) was altered: its hash does not match its content." in faults
    assert "Entry 6 (beneficiary:W2) was altered: its hash does not match its content." in faults


def test_a_tail_that_was_cut_off_with_all_its_traces_is_seen_by_a_noted_head(kept: Graph) -> None:
    noted = programme_heads.head(kept, "demo")
    last = reading.entries(kept, "demo", first=noted.entries - 1, last=noted.entries - 1)
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
    lines = list(ledger_backup.export_lines(kept, "demo", with_names=True))

    sound = verify.verify_lines([*lines, "", "\n"], CORE)

    assert sound.ok
    assert sound.entries == len(lines)
    faulty = verify.verify_lines([lines[0], "{", *lines[2:]], CORE)
    assert [fault.sequence for fault in faulty.faults][:2] == [2, 3]
    mixed = verify.verify_lines([*lines, *ledger_backup.export_lines(kept, "other", with_names=True)], CORE)
    assert "belongs to another programme" in str(mixed.faults)
    assert [str(fault.fault) for fault in verify.verify_lines([], CORE).faults] == ["The file contains no entry."]


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

    def alter_first(
        graph: Graph, register: Register, others: list[str], _: verify.Progress
    ) -> list[verify_graph.GraphDifference]:
        found = whole(graph, register, others)
        alter(graph, statement)
        return [*found, *whole(graph, register, others)]

    monkeypatch.setattr(verify_graph, "whole", alter_first)

    assert words in found(kept)


def test_whoever_waits_is_told_how_far_it_has_come(kept: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STEP", 5)
    told: list[tuple[str, int, int]] = []
    last = programme_heads.head(kept, "demo").entries

    def note(what: str, done: int, of: int) -> None:
        told.append((what, done, of))

    assert verify.verify(kept, "demo", progress=note).ok

    entries = [("entries", done, last) for done in (*range(5, last, 5), last)]
    assert told == [*entries, *(("parts of the graph", part, 3) for part in (1, 2, 3))]
