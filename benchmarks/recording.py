"""Recording, importing, reading back and verifying, on both engines: `python -m benchmarks.recording`.

Every figure is a ratio of one run: what Relay takes against what the bare database or machine takes for the same.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import methodcaller
from pathlib import Path
from time import process_time
from typing import Any, Final

from benchmarks.lineage import same
from benchmarks.machine import both_engines, describe, milliseconds, p50, say, seconds_of, synced
from relay.arrays import lineage, snapshot_cache
from relay.backup.ledger_backup import export_lines
from relay.database import cypher, embedded_server
from relay.domain.acts import Act, Value
from relay.domain.questions import NOTED
from relay.exchange.exchange_format import write_folder
from relay.exchange.importing import import_programme
from relay.graph import Graph, connect
from relay.instants import instant
from relay.ledger import programme_heads, reading, recording, verify
from relay.ledger.batch import Clerk
from relay.ledger.graph_changes import rows_of
from relay.ledger.projection import Edge, Node, things_of
from relay.office import undo
from relay.reports import trees
from tests.scenes.core import CORE

FIRST: Final = date(1990, 1, 1)
CLERK = Clerk(by="local:benchmark", now=datetime.now(UTC), random=secrets.token_bytes)
UNDONE: Final = 20_000  # acts of the import that is taken back
COLD: Final = 1200  # pass-ons after which a server that has just started is warm: from there on it gets no quicker


def act(kind: str, id_: str, /, **values: Value) -> Act:
    return Act(kind=kind, id=id_, values={f"{kind}_id": id_, **values})


def founding(programme_id: str) -> list[Act]:
    rule: dict[str, Value] = {
        "help": "goat",
        "unit": "animal",
        "given": 2,
        "owed": 2,
        "months": 24,
        "from": "1990-01-01",
    }
    programme = {"id": programme_id, "name": "Benchmark", "timezone": "UTC"}
    return [
        Act(kind="programme", id=programme_id, values=programme),
        Act(kind="rule", id="goat@1990-01-01", values=rule),
        act("gift", "G1", donor="Nobody", help="goat", given_on="1990-01-01", animals=2),
    ]


def woman(number: int) -> Act:
    """She is to hold the placement of the same number."""
    return act("beneficiary", f"B{number}", name=f"Name {number}", kind="person", sex="F")


def placed(number: int, on: date = FIRST) -> Act:
    filled: dict[str, Value] = {"gift_id": "G1", "beneficiary_id": f"B{number}", "help": "goat", "animals": 2}
    return act("placement", f"P{number}", **filled, received_on=on.isoformat())


def handed(giver: int, receiver: int, on: date) -> Act:
    tied = {
        "giver_placement_id": f"P{giver}",
        "receiver_placement_id": f"P{receiver}",
        "beneficiary_id": f"B{receiver}",
    }
    return act("pass", f"T{receiver}", **tied, passed_on=on.isoformat(), animals=2)


def made(count: int) -> Iterator[Act]:
    """About `count` acts of a register: in equal parts women, placements or pass-ons, births, and visits."""
    each = count // 4
    roots = each // 10
    received = [FIRST + timedelta(days=700 * (number // roots)) for number in range(each)]
    yield from map(woman, range(each))
    for number, on in enumerate(received):
        yield placed(number, on) if number < roots else handed(number - roots, number, on)
    for kind, prefix in (("birth", "E"), ("visit", "V")):
        for number, on in enumerate(received):
            happened_on = (on + timedelta(days=400)).isoformat()
            yield act("event", f"{prefix}{number}", placement_id=f"P{number}", kind=kind, happened_on=happened_on)


def one_act(name: str, graph: Graph, folder: Path) -> None:
    """One pass-on against (bare round trip + one fdatasync), in turn: the first of a server just started, and then."""
    programme_id, count, sync = "one", COLD + 800, synced(folder)
    recording.record(graph, programme_id, founding(programme_id), CLERK)
    recording.record(graph, programme_id, [*map(woman, range(count)), placed(0)], CLERK)
    took: list[float] = []
    bare: list[float] = []
    disk: list[float] = []
    for number in range(1, count):
        bare.append(milliseconds(lambda: graph.rows("RETURN 1 AS one")))
        disk.append(milliseconds(sync))
        passed = handed(number - 1, number, date(1991, 1, 1))
        took.append(milliseconds(partial(recording.record_one, graph, programme_id, passed, CLERK, answers=NOTED)))
    for what, some, goal in (
        ("the first 400 of a server just started", slice(400), "-"),
        ("one recorded pass-on", slice(COLD, None), "at most 3 x"),
    ):
        each, trip, synced_ = (p50(times[some]) for times in (took, bare, disk))
        say(
            f"| {what}, p50, against a bare round trip ({trip:.2f} ms) + one fdatasync ({synced_:.2f} ms)"
            f" | {name} | {each:.2f} ms | {each / (trip + synced_):.1f} x | {goal} |"
        )


def importing(name: str, graph: Graph, count: int, goal: str, folder: Path) -> None:
    """Import a folder and verify it; then write the same rows under other keys, without a ledger.

    A quarter of it comes first, with a row of its own: a Java server that has just started writes more slowly, whatever
    it is asked.
    """
    first = _imported(graph, count // 4, folder / f"{name}-first")
    say(f"| import of {count // 4:,} acts, the first | {name} | {count // 4 / first * 1000:,.0f} acts/s | - | - |")
    took = _imported(graph, count, folder / f"{name}-all")
    programme_id = f"import{count}"
    verifying(name, graph, programme_id, folder)
    register = reading.replay(programme_id, reading.entries(graph, programme_id), CORE)
    rows = [
        row for thing in dict.fromkeys((*register.entries, *things_of(register))) for row in rows_of(register, thing)
    ]
    del register
    bare = milliseconds(lambda: write_bare(graph, rows))
    say(
        f"| import of {count:,} acts against bare UNWIND of the same {len(rows):,} nodes and relationships | {name} |"
        f" {count / took * 1000:,.0f} acts/s | {bare / took:.0%} | at least {goal} |"
    )


def _imported(graph: Graph, count: int, folder: Path) -> float:
    programme_id = f"import{count}"
    write_folder(folder, [*founding(programme_id), *made(count)], CORE, with_names=True)

    def import_all() -> None:
        if any(row.action != "added" for row in import_programme(graph, folder, CLERK, apply=True)):
            raise AssertionError

    return milliseconds(import_all)


def undoing(name: str, graph: Graph, count: int, folder: Path) -> None:
    """Take a whole import back: the time of the processor against that of the import, both of this process."""
    programme_id, at = "undone", CLERK.now + timedelta(days=1)
    recording.record(graph, programme_id, founding(programme_id), CLERK)
    write_folder(folder, made(count), graph.catalogue, with_names=True)
    importer, undoer = replace(CLERK, now=at), replace(CLERK, now=at + timedelta(days=1))
    begun = process_time()
    rows = [*import_programme(graph, folder, importer, programme_id=programme_id, apply=True)]
    imported = process_time() - begun
    begun = process_time()
    found = undo.undoable(graph, programme_id, CLERK.by, since="", at=instant(at))
    taken = undo.take_back(graph, programme_id, undo.corrections(found.acts, "bench", undoer), undoer, frozenset)
    took = process_time() - begun
    same((len(rows), count), (len(taken), count))
    say(
        f"| undo of an import of {count:,} acts, time of the processor against that of the import ({imported:.1f} s)"
        f" | {name} | {took:.1f} s | {took / imported:.1f} x | at most 3 x |"
    )


def write_bare(graph: Graph, rows: list[Node | Edge]) -> None:
    nodes: dict[str, list[Any]] = {}
    edges: dict[str, list[Any]] = {}
    for row in rows:
        if isinstance(row, Node):
            key = f"bare/{row.key}"
            nodes.setdefault(row.label, []).append({**row.properties, "key": key, "programme_id": "bare"})
        else:
            edges.setdefault(cypher.edge_name(row.type, row.to), []).append(
                {"start": f"bare/{row.start}", "end": f"bare/{row.end}", "properties": row.properties}
            )
    written = cypher.statements(graph.catalogue).write
    for lists in (nodes, edges):
        for kind, all_rows in lists.items():
            text = written[kind].removeprefix("\nCALL () { ").removesuffix(" }").replace("MERGE", "CREATE")
            if lists is nodes:
                text = f"UNWIND ${kind} AS row CREATE (n:{kind}) SET n = row"
            for start in range(0, len(all_rows), 10_000):  # the fastest batch size on both engines, as measured
                part = {kind: all_rows[start : start + 10_000]}
                graph.write(methodcaller("run", text, **part))


def chain(name: str, graph: Graph, goal: int) -> None:
    """Tree and trace of a chain of 1,000 placements against a bare round trip."""
    programme_id, count = "chain", 1000
    recording.record(graph, programme_id, founding(programme_id), CLERK)
    days = [FIRST + timedelta(days=number * 12) for number in range(count)]
    acts = [placed(0), *(handed(number - 1, number, days[number]) for number in range(1, count))]
    recording.record(graph, programme_id, [*map(woman, range(count)), *acts], CLERK, answers=NOTED)
    today = date(2026, 11, 25)
    bare = p50([milliseconds(lambda: graph.rows("RETURN 1 AS one")) for _ in range(200)])
    for what, question in (
        ("tree", lambda: trees.tree(lineage.survey(snapshot_cache.snapshot(graph, programme_id), today), "P0")),
        ("trace", lambda: trees.trace(lineage.survey(snapshot_cache.snapshot(graph, programme_id), today), "P0")),
    ):
        took = p50([milliseconds(question) for _ in range(20)])
        say(
            f"| relay {what} of a chain of {count:,} placements against a bare round trip | {name} | {took:.1f} ms |"
            f" {took / bare:.0f} x | at most {goal} x |"
        )


def verifying(name: str, graph: Graph, programme_id: str, folder: Path) -> None:
    """Verify an exported file, and the database against reading the same rows."""
    file = folder / "ledger.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for line in export_lines(graph, programme_id, with_names=False):
            lines.write(f"{line}\n")
    entries = programme_heads.head(graph, programme_id).entries

    def verify_file() -> None:
        with file.open(encoding="utf-8") as lines:
            if not verify.verify_lines(lines, CORE).ok:
                raise AssertionError

    took = min(milliseconds(verify_file) for _ in range(3))
    say(
        f"| ledger verify FILE, {entries:,} entries | {name} | {took / 1000:.1f} s | {entries / took * 1000:,.0f}"
        " entries/s | at least 15,000 |"
    )

    def read_rows() -> None:
        sum(1 for _ in reading.entries(graph, programme_id))
        others = [head.programme_id for head in programme_heads.heads(graph) if head.programme_id != programme_id]
        for query in (cypher.ENTRY_NODES, cypher.OTHER_NODES, cypher.ALL_EDGES):
            graph.rows(query, others=others)

    def verify_graph() -> None:
        if not verify.verify(graph, programme_id).ok:
            raise AssertionError

    read, took = milliseconds(read_rows), milliseconds(verify_graph)
    say(
        f"| ledger verify against the database, against reading the same rows ({read / 1000:.1f} s) | {name} |"
        f" {took / 1000:.1f} s | {took / read:.1f} x | at most 3 x |"
    )


def processes() -> None:
    """Whole processes: help, and a pass-on with the engine up."""
    relay = str(Path(sys.executable).with_name("relay"))
    python = sys.executable
    as_usual = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
    took, bare = seconds_of([relay, "--help"], [python, "-c", "import click, rich"], environment=as_usual)
    say(
        f"| relay --help against importing click and rich ({bare:.2f} s) | - | {took:.2f} s | {took / bare:.1f} x |"
        " at most 1.5 x |"
    )
    with tempfile.TemporaryDirectory() as data, one_started(Path(data)):
        environment = as_usual | {"RELAY_DATA": data}
        words = ["pass-on", "P0", "--to", "B1", "--animals", "0.001", "--on", "1991-01-01", "--new", "--again"]
        took, bare = seconds_of([relay, *words], [python, "-c", BARE_NODE], environment=environment)
    say(
        f"| relay pass-on, the whole process, against a bare script that writes one node ({bare:.2f} s) | embedded |"
        f" {took:.2f} s | {took / bare:.1f} x | at most 2.5 x |"
    )


UNUSUAL: Final = ("PYTHONDONTWRITEBYTECODE", "NEO4J_URI")
"""Variables that processes are measured without: with the first, Python compiles every module anew each time."""

BARE_NODE: Final = """
import json, os, pathlib, uuid, neo4j
state = json.loads((pathlib.Path(os.environ["RELAY_DATA"]) / "engine.json").read_text())
login = (state["user"], state["password"])
with neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{state['port']}", auth=login) as driver:
    driver.execute_query("CREATE (:Bare {key: $key})", key=str(uuid.uuid4()), database_=state["database"])
"""
"""What a process that only imports the driver, connects and writes one node takes."""


@contextmanager
def one_started(data_folder: Path) -> Generator[None]:
    """An engine of its own with one woman who may pass on."""
    with connect(embedded_server.ensure(data_folder), CORE) as graph:
        recording.record(graph, "process", [*founding("process"), woman(0), woman(1), placed(0)], CLERK)
    try:
        yield
    finally:
        embedded_server.stop(data_folder)


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=100_000, help="how many acts to import")
    count = parser.parse_args().acts
    say(f"Measured on {describe()}.\n")
    say("| what | engine | took | ratio | goal |")
    say("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder, both_engines() as graphs:
        here = Path(folder)
        for name, graph in graphs.items():
            one_act(name, graph, here)
            chain(name, graph, 50 if graph.embedded else 25)
            undoing(name, graph, min(count, UNDONE), here / f"{name}-undone")
            importing(name, graph, count, "40%" if graph.embedded else "20%", here)
        processes()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"\nPeak memory of this process: {peak} MB; {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
