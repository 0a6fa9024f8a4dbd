"""A thousand alterations drawn at random, made behind the ledger's back: each is found, and named at its place.

A quarter each of entries, of properties in the graph, of missing or surplus nodes and relationships, and of exported
files. `RELAY_SOAK=1` draws them all, otherwise a fiftieth; those of the graph are drawn on each engine.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay import graph as relay_graph
from relay.backup import ledger_backup
from relay.database import cypher
from relay.domain.entries import Entry, digest, from_line, to_line
from relay.ledger import reading, verify
from relay.ledger.checkpoints import make_key
from relay.ledger.recording import record
from tests.rigs.soak import share
from tests.rigs.wiping import wiped
from tests.scenes.acts import (
    beginnings,
    claimed,
    clerk,
    confirmed,
    corrected,
    different,
    group,
    happened,
    held,
    passed,
    place,
    placed,
    same,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.domain.entries import Fault
    from relay.graph import Graph
    from relay.ledger.checkpoints import Checkpoint, Key
    from relay.settings import Connection

pytestmark = pytest.mark.engine_contract

EACH: Final = share(250)
SCRIPT: Final = Path(__file__).parents[2] / "docs" / "verify_ledger.py"
NOON: Final = "2026-11-25T06:15:00Z"


@pytest.fixture(scope="module")
def kept(connection: Connection) -> Iterator[Graph]:
    """Give a programme with every kind of node and relationship, on each engine."""
    with relay_graph.connect(connection, CORE) as graph:
        wiped(graph)
        first = [place("L1"), place("L2", parent_id="L1"), group("V1", place_id="L1")]
        first += [woman("W7", place_id="L2", group_id="V1"), claimed("K1", source="a leaflet")]
        first += [placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", witness="Sita", note="a fine day")]
        first += [passed("T2: P2 > P3 on 2022-09-01", 1), passed("T3: P2 > P4 on 2022-10-01", 1)]
        first += [happened("E1: birth of P2 on 2021-04-01", note="twins"), happened("E2: visit of P3 on 2023-01-01")]
        first += [corrected("gift:G1", donor="Another Donor"), taken_back("event:E2", "C2")]
        first += [
            held("Y1", on="2023-04-01", place_id="L2", group_id="V1"),
            same("S1: W4 = W5"),
            different("D1: W6 / W7"),
        ]
        first += [
            passed("T4: P4 > P7 on 2023-04-01", 1, ceremony_id="Y1", tags="A12"),
            happened("E3: death of P7 on 2023-05-01", tags="A12"),
        ]
        record(graph, "demo", [*beginnings(), *first], clerk())
        record(graph, "demo", [confirmed("pass:T1")], clerk("local:bina"))
        (found,) = graph.rows("MATCH ()-[r]->() RETURN collect(DISTINCT type(r)) AS types")
        assert set(found["types"]) == set(cypher.statements(CORE).edges)
        yield graph
        wiped(graph)


# ------------------------------------------------------------------------------------------------ what is altered


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A node or a relationship as it is in the graph.

    Attributes:
        where: A pattern that finds it alone, by `$key`, or by `$key`, `$end` and `$name`.
        named: How a fault names it.
        entry: Its sequence, where it is an entry or what an entry opens; 0 for others.
        properties: All that it holds.
        given: The parameters of the pattern.
    """

    where: str
    named: str
    entry: int
    properties: dict[str, Any]
    given: dict[str, Any]


def things(graph: Graph) -> list[Thing]:
    """Everything that a ledger answers for, always in the same order."""
    nodes = graph.rows("MATCH (n) RETURN head(labels(n)) AS label, properties(n) AS properties")
    edges = graph.rows(
        "MATCH (a)-[r]->(b) RETURN a.key AS start, type(r) AS type, b.key AS end, properties(r) AS properties"
    )
    sequence = {row["properties"]["act_key"]: row["properties"]["sequence"] for row in nodes if row["label"] == "Entry"}
    found = [
        Thing(
            where=f"(x:`{row['label']}` {{key: $key}})",
            named=f"{row['label']} {row['properties']['key']}",
            entry=sequence[row["properties"].get("act_key", row["properties"]["key"])]
            if row["label"] in ("Entry", "Personal")
            else 0,
            properties=row["properties"],
            given={"key": row["properties"]["key"]},
        )
        for row in nodes
        if row["label"] not in ("Ledger", "Schema")
    ]
    found += [
        Thing(
            where=f"(a {{key: $key}})-[x:{row['type']}]->(b {{key: $end}})",
            named=f"{row['type']} from {row['start']} to {row['end']}",
            entry=0,
            properties=row["properties"],
            given={"key": row["start"], "end": row["end"]},
        )
        for row in edges
    ]
    return sorted(found, key=lambda each: each.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """Something done to the graph, and undone again.

    Attributes:
        named: Words of which one must be among the faults.
        entry: An entry at which a fault may show instead; 0 for none.
        done: The statements that do it, with their parameters.
        undone: Those that undo it.
    """

    named: tuple[str, ...]
    entry: int = 0
    done: tuple[str, dict[str, Any]]
    undone: list[tuple[str, dict[str, Any]]]

    def is_named(self, faults: tuple[Fault, ...]) -> bool:
        """Whether some fault says where it was."""
        return any(
            (self.entry > 0 and fault.sequence == self.entry) or any(words in fault.fault for words in self.named)
            for fault in faults
        )


def run(graph: Graph, statement: str, parameters: dict[str, Any]) -> None:
    def work(transaction: relay_graph.Transaction) -> None:
        transaction.run(statement, **parameters)  # pyright: ignore[reportArgumentType] - made of what the graph holds

    graph.write(work)


def other(value: Any) -> Any:  # noqa: ANN401 - whatever a property holds
    """Another value of the same kind."""
    if hasattr(value, "to_native"):
        value = value.to_native()
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def altered(thing: Thing, name: str, value: Any) -> Alteration:  # noqa: ANN401 - whatever a property holds
    """One property with another value; with None it is gone."""
    found = f"MATCH {thing.where}"
    entry = thing.entry if name == "opened" or thing.named.startswith("Entry") else 0
    return Alteration(
        named=(f"{thing.named} was altered: {name}", *([f"where entry {entry} should"] if entry else [])),
        entry=entry,
        done=(f"{found} SET x.{name} = $value", thing.given | {"value": value}),
        undone=[(f"{found} SET x = $properties", thing.given | {"properties": thing.properties})],
    )


# ------------------------------------------------------------------------------------------------ entries


def an_entry(every: list[Thing], draw: random.Random) -> Alteration:
    """An entry with another number, act, clerk, instant, hash, or with another word in its payload."""
    thing = draw.choice([each for each in every if each.named.startswith("Entry")])
    name = draw.choice(sorted(thing.properties.keys() - {"key"}))
    value = other(thing.properties[name])
    if name == "payload":
        payload = json.loads(thing.properties["payload"])
        changed = draw.choice(sorted(payload))
        value = json.dumps(payload | {changed: other(payload[changed])})
    return altered(thing, name, value)


# ------------------------------------------------------------------------------------------------ properties


def a_property(every: list[Thing], draw: random.Random) -> Alteration:
    """A property of a node or relationship: another value, none, one too many, or the same of another type."""
    thing = draw.choice([each for each in every if not each.named.startswith("Entry")])
    name = draw.choice(sorted(thing.properties.keys() - {"key"}) or ["surplus"])
    how = draw.choice(["other", "gone", "more", "type"])
    if how == "more" or name == "surplus":
        return altered(thing, "surplus", draw.randrange(100))
    value = thing.properties[name]
    return altered(thing, name, {"other": other(value), "gone": None, "type": of_another_type(value)}[how])


def of_another_type(value: Any) -> Any:  # noqa: ANN401 - whatever a property holds
    """The same to somebody who reads it, but not to a query; a text has no such twin."""
    if hasattr(value, "iso_format"):
        return value.iso_format()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return float(value) if isinstance(value, int) else other(value)


# ------------------------------------------------------------------------------------------------ missing and surplus


def missing_or_surplus(every: list[Thing], draw: random.Random) -> Alteration:
    """A node or relationship that is gone, or one that nobody recorded."""
    return draw.choice([_without, _surplus_node, _surplus_edge])(every, draw)


def _without(every: list[Thing], draw: random.Random) -> Alteration:
    thing = draw.choice(every)
    if "end" in thing.given:
        kind = thing.named.partition(" ")[0]
        made = f"MATCH (a {{key: $key}}) MATCH (b {{key: $end}}) WHERE {_labelled(kind)} CREATE (a)-[x:{kind}]->(b)"
        back = [(f"{made} SET x = $properties", thing.given | {"properties": thing.properties})]
        return Alteration(
            named=(f"{thing.named} is missing",), done=(f"MATCH {thing.where} DELETE x", thing.given), undone=back
        )
    key = thing.given["key"]
    back = [(f"CREATE {thing.where.split(' {')[0]}) SET x = $properties", {"properties": thing.properties})]
    for edge in every:
        if "end" in edge.given and key in (edge.given["key"], edge.given["end"]) and _touches(edge, thing):
            kind = edge.named.partition(" ")[0]
            made = f"MATCH (a {{key: $key}}) MATCH (b {{key: $end}}) WHERE {_labelled(kind)} CREATE (a)-[x:{kind}]->(b)"
            back.append((f"{made} SET x = $properties", edge.given | {"properties": edge.properties}))
    return Alteration(
        named=(
            f"{thing.named} is missing",
            f"where entry {thing.entry} should",
            f"should end with entry {thing.entry},",
        ),
        entry=thing.entry if thing.named.startswith("Personal") else 0,
        done=(f"MATCH {thing.where} DETACH DELETE x", thing.given),
        undone=back,
    )


def _labelled(kind: str) -> str:
    """Which of the nodes with those keys are meant: what is personal has the key of whom it is about."""
    start, end = cypher.statements(CORE).edges[kind]
    return f"a:`{start}` AND {f'b:`{end}`' if end else 'NOT b:Personal'}"


def _touches(edge: Thing, node: Thing) -> bool:
    start, end = cypher.statements(CORE).edges[edge.named.partition(" ")[0]]
    label, _, key = node.named.partition(" ")
    return (label, key) == (start, edge.given["key"]) or (key == edge.given["end"] and _may_end(end, label))


def _may_end(end: str, label: str) -> bool:
    return label == end if end else label not in ("Entry", "Personal")


def _surplus_node(every: list[Thing], draw: random.Random) -> Alteration:
    like = draw.choice([each for each in every if "end" not in each.given])
    label, key = like.named.partition(" ")[0], f"{like.given['key']}x"
    properties = like.properties | {"key": key} | ({"act_key": key} if label == "Entry" else {})
    also = draw.choice([None, "Account", "Token", "Schema", "Ledger"])  # of these labels verifying answers for none
    labels = [label, *([also] if also else [])]
    named = ("/".join(labels), "/".join(reversed(labels)))
    return Alteration(
        named=tuple(f"{each} {key} is in the graph but not in the ledger" for each in named),
        done=(f"CREATE (x:`{'`:`'.join(labels)}`) SET x = $properties", {"properties": properties}),
        undone=[(f"MATCH (x:`{label}` {{key: $key}}) DETACH DELETE x", {"key": key})],
    )


def _surplus_edge(every: list[Thing], draw: random.Random) -> Alteration:
    kind = draw.choice(sorted(cypher.statements(CORE).edges))
    label, end_label = cypher.statements(CORE).edges[kind]
    nodes = [each for each in every if "end" not in each.given]
    start = draw.choice([each for each in nodes if each.named.startswith(f"{label} ")]).given["key"]
    end = draw.choice([each for each in nodes if _may_end(end_label, each.named.partition(" ")[0])]).given["key"]
    given = {"key": start, "end": end}
    found = f"MATCH (a {{key: $key}}) MATCH (b {{key: $end}}) WHERE {_labelled(kind)}"
    return Alteration(
        named=(f"{kind} from {start} to {end} is in the graph but not in the ledger",),
        done=(f"{found} CREATE (a)-[x:{kind} {{key: 'surplus'}}]->(b)", given),
        undone=[(f"MATCH ({{key: $key}})-[x:{kind} {{key: 'surplus'}}]->({{key: $end}}) DELETE x", given)],
    )


@pytest.mark.parametrize("drawn", [an_entry, a_property, missing_or_surplus])
def test_whatever_is_altered_in_the_graph_is_named(
    kept: Graph, drawn: Callable[[list[Thing], random.Random], Alteration]
) -> None:
    every = things(kept)
    for number in range(EACH):
        alteration = drawn(every, random.Random(number))  # noqa: S311 - the tests keep no secrets
        run(kept, *alteration.done)

        faults = verify.verify(kept, "demo").faults

        for statement, parameters in alteration.undone:
            run(kept, statement, parameters)
        assert faults, (number, alteration.done)
        assert alteration.is_named(faults), (number, alteration.done, faults)
    assert things(kept) == every
    assert verify.verify(kept, "demo").faults == ()


# ------------------------------------------------------------------------------------------------ exported files


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctored:
    """An exported ledger after somebody was at it.

    Attributes:
        lines: As they are now.
        named: What must be said of it.
        alone: Whether it is seen without a checkpoint.
    """

    lines: list[str]
    named: str
    alone: bool = True


def doctored(lines: list[str], checkpoints: list[Checkpoint], draw: random.Random) -> Doctored:
    """A ledger with its lines exchanged, left out, doubled, cut or altered, or rewritten with hashes that fit."""
    first, second = sorted(draw.sample(range(len(lines) - 1), 2))
    number, before, from_, rest = first + 1, lines[:first], lines[first], lines[first + 1 :]
    how = draw.choice(["exchanged", "left out", "doubled", "torn", "altered", "another name", "cut", "rewritten"])
    if how == "exchanged":
        between = lines[first + 1 : second]
        changed = [*before, lines[second], *between, from_, *lines[second + 1 :]]
        return Doctored(lines=changed, named=f"Entry {second + 1} is where entry {number} should")
    if how == "left out":
        return Doctored(lines=before + rest, named=f"Entry {number + 1} is where entry {number} should")
    if how == "doubled":
        return Doctored(lines=[*before, from_, from_, *rest], named=f"Entry {number} is where entry {number + 1}")
    if how == "torn":
        return Doctored(lines=[*before, from_[: draw.randrange(1, len(from_))], *rest], named=f"Line {number}: ")
    entry = from_line(from_, CORE)
    if how == "another name" and entry.opened:
        name = draw.choice(sorted(entry.opened))
        opened = dict(entry.opened) | {name: dict(entry.opened[name]) | {"value": "Somebody Else"}}
        line = to_line(replace(entry, opened=opened), with_opened=True)
        return Doctored(
            lines=[*before, line, *rest], named=f"Entry {number} ({entry.act_id}): the value given for {name}"
        )
    if how == "cut":
        last = next(each.sequence for each in checkpoints if each.sequence > number)
        named = f"The ledger ends with entry {number}, before entry {last}"
        return Doctored(lines=[*before, from_], named=named, alone=False)
    new = _altered_entry(entry, draw)
    if how != "rewritten":
        line = to_line(new, with_opened=True)
        return Doctored(lines=[*before, line, *rest], named=f"Entry {number} ({entry.act_id}) was altered")
    fitting = max((each.sequence for each in checkpoints if each.sequence < number), default=0)
    after = next(each.sequence for each in checkpoints if each.sequence >= number)
    named = f"Entry {after} has another hash than in the checkpoint of {NOON}: an entry from {fitting + 1} to {after}"
    return Doctored(lines=[*before, *_rehashed(new, rest)], named=named, alone=False)


def _altered_entry(entry: Entry, draw: random.Random) -> Entry:
    payload = dict(entry.payload)
    plain = [
        name for name, value in sorted(payload.items()) if name not in entry.opened and not isinstance(value, dict)
    ]
    name = draw.choice(plain)
    return draw.choice(
        [
            replace(entry, payload=payload | {name: other(payload[name])}),
            replace(entry, recorded_by="local:somebody"),
            replace(entry, recorded_at="2020-01-01T00:00:00Z"),
        ]
    )


def _rehashed(entry: Entry, rest: list[str]) -> Iterator[str]:
    """An altered entry and all after it, each with the hash that fits."""
    before = entry.previous_hash
    for each in (entry, *(from_line(line, CORE) for line in rest)):
        new = replace(each, previous_hash=before)
        before = digest(new)
        yield to_line(replace(new, hash=before), with_opened=True)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    """Give a programme's key."""
    return make_key(tmp_path_factory.mktemp("office"), "demo", random.Random(1).randbytes)  # noqa: S311 - the tests keep no secrets


def test_whatever_is_done_to_an_exported_file_is_named_by_relay_and_seen_with_python_alone(
    kept: Graph, key: Key, tmp_path: Path
) -> None:
    """Checkpoints are kept of entries 7, 14 and so on, and of the last; an auditor gives them all."""
    lines = list(ledger_backup.export_lines(kept, "demo", with_names=True))
    entries = list(reading.entries(kept, "demo"))
    checkpoints = [
        key.sign(programme_id="demo", sequence=each.sequence, head_hash=each.hash, made_at=NOON)
        for each in entries
        if each.sequence % 7 == 0 or each is entries[-1]
    ]
    for number in range(EACH):
        found = doctored(lines, checkpoints, random.Random(number))  # noqa: S311 - the tests keep no secrets

        faults = verify.verify_lines(
            found.lines, CORE, checkpoints=tuple(checkpoints), public_keys=[key.public_key]
        ).faults

        assert any(found.named in fault.fault for fault in faults), (number, found.named, faults)
        assert verify.verify_lines(found.lines, CORE).ok is not found.alone
        assert _seen_with_python_alone(found.lines, checkpoints[-1], tmp_path), (number, found.named)
    assert verify.verify_lines(lines, CORE, checkpoints=tuple(checkpoints), public_keys=[key.public_key]).faults == ()
    assert not _seen_with_python_alone(lines, checkpoints[-1], tmp_path)


def test_a_file_that_is_not_even_text_is_seen_with_python_alone(kept: Graph, key: Key, tmp_path: Path) -> None:
    lines = list(ledger_backup.export_lines(kept, "demo", with_names=True))
    last = from_line(lines[-1], CORE)
    checkpoint = key.sign(programme_id="demo", sequence=last.sequence, head_hash=last.hash, made_at=NOON)

    for nonsense in (
        "\udcff",
        "{}",
        "[" * 100_000,
        '{"sequence":1}',
        lines[4].replace("demo", "\\ud800", 1),
        "9" * 5_000,
    ):
        assert _seen_with_python_alone([*lines[:4], nonsense, *lines[5:]], checkpoint, tmp_path), nonsense[:20]


def _seen_with_python_alone(lines: list[str], checkpoint: Checkpoint, folder: Path) -> bool:
    ledger_file, checkpoint_file = folder / "ledger.jsonl", folder / "checkpoint.json"
    ledger_file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogateescape")
    checkpoint_file.write_text(checkpoint.to_text(), encoding="utf-8")
    words = [sys.executable, "-S", "-I", str(SCRIPT), str(ledger_file), str(checkpoint_file)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    return ended.returncode == 1 and ended.stderr.startswith("entry ")
