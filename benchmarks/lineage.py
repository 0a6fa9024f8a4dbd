"""Chain health of made programmes, in memory and from Neo4j: `python -m benchmarks.lineage [SIZE]`.

Every figure is a ratio of one run, and what is found is checked to be the same before it is timed. SIZE is the largest
programme that is asked: 1,000,000 placements when left out, 10,000,000 for the whole table. From a database no more
than --stored placements are read, since writing them there takes longest.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest.mock import patch

import numpy as np

from benchmarks import by_networkx, made_graph
from benchmarks.machine import describe, milliseconds, say, seconds_of
from relay.arrays import kernels, lineage, snapshot_file
from relay.arrays.columns import day_number
from relay.arrays.from_graph import load
from relay.arrays.tables import Snapshot, differences
from relay.graph import Graph, connect
from relay.ledger import recording
from relay.ledger.batch import Clerk
from relay.reports.health import health
from tests.rigs import neo4j_server
from tests.scenes import made
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from typing import LiteralString

    from relay.arrays.lineage import Survey
    from relay.settings import Connection

DAY: Final = made.LAST_DAY + timedelta(days=1)
CLERK: Final = Clerk(by="local:benchmark", now=datetime.now(UTC), random=secrets.token_bytes)
COMPILED: Final = find_spec("numba") is not None
MB: Final = 2**20
MILLION: Final = 1_000_000  # placements, for which the goals are set

T = TypeVar("T")


def row(what: str, size: int, took: str, ratio: str, goal: str) -> None:
    say(f"| {what} | {size:,} | {took} | {ratio} | {goal} |")


def best(work: Callable[[], object], runs: int = 5) -> float:
    """The fastest of some runs, in milliseconds: the one that other work on the machine disturbed least."""
    return min(milliseconds(work) for _ in range(runs))


def same(*pairs: tuple[object, object]) -> None:
    """Stop where two ways of asking find anything else.

    Raises:
        AssertionError: They do.
    """
    for one, other in pairs:
        if one != other:
            raise AssertionError(one, other)


@contextmanager
def plain() -> Generator[None]:
    """Run loops plain meanwhile."""
    with patch.object(kernels, "COMPILE_FROM", 10**9):
        yield


# -- arrays in memory -------------------------------------------------------------------------------------------------


def whole(snapshot: Snapshot) -> None:
    health(lineage.survey(snapshot, DAY))


def memory_pass(snapshot: Snapshot, survey: Survey) -> Callable[[], None]:
    """Read every column that is read once, and write every column that is written once."""
    tables = ("placements", "passes", "events", "given", "received", "happened")
    unread = ("ids", "beneficiary", "sequence", "females", "males", "confirmed")
    read = [
        column
        for name, column in snapshot.columns()
        for table, about, *_ in [name.split(".")]
        if table in tables and about not in unread and len(column)
    ]
    written = [
        column.copy()
        for table in (survey.standings, survey.cut)
        for column in (getattr(table, field.name) for field in fields(table))
        if isinstance(column, np.ndarray)
    ]

    def once() -> None:
        for column in read:
            column.max()
        for column in written:
            column.fill(1)

    return once


def by_itself(size: int) -> None:
    """Ask networkx, whose graph is there already as the columns are, and say in how many milliseconds it answers."""
    snapshot = made.programme(size)
    graph, found = by_networkx.graph_of(snapshot), list[by_networkx.Found]()
    took = milliseconds(lambda: found.append(by_networkx.health(graph, day_number(DAY))))
    survey = lineage.survey(snapshot, DAY)
    by_networkx.same(found[0], survey, health(survey))
    say(str(took))


def in_memory(size: int) -> None:
    networkx = float(apart(str(size), "--networkx"))
    snapshot = made.programme(size)
    moved = best(memory_pass(snapshot, lineage.survey(snapshot, DAY)))
    row("networkx, whole graph", size, f"{networkx:,.0f} ms", f"{networkx / moved:,.0f} x a memory pass", "")
    if COMPILED and size >= kernels.COMPILE_FROM:
        took = best(partial(whole, snapshot))
        many, few = ("at least 200", "at most 20 x") if size == MILLION else ("", "")
        row("whole health, compiled", size, f"{took:,.1f} ms", f"networkx / it = {networkx / took:.0f}", many)
        row("the same", size, f"{took:,.1f} ms", f"{took / moved:.0f} x a memory pass ({moved:.1f} ms)", few)
    with plain():
        took = best(partial(whole, snapshot), 3)
    row("whole health, plain", size, f"{took:,.0f} ms", f"networkx / it = {networkx / took:.1f}", "at least 5")


def apart(*words: str) -> str:
    """What a part of this benchmark says that is run in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.lineage", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()  # noqa: S603 - our own


def peak_memory() -> int:
    """The most memory that this process had, in bytes, the pages of mapped files among it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def from_disk(size: int, folder: Path) -> None:
    """Everything from a kept snapshot: the warm start, and the largest programmes."""
    file = folder / "made.snapshot"
    buffer = bytearray(MB)

    def read_pass() -> None:
        with file.open("rb", buffering=0) as bytes_:
            while bytes_.readinto(buffer):
                pass

    read, warm = best(read_pass), best(lambda: snapshot_file.read(folder, "made"))
    what = f"{warm / read:.1f} x a read pass over the file ({read:.1f} ms, {file.stat().st_size / MB:.0f} MB)"
    row("warm start from disk", size, f"{warm:.1f} ms", what, "printed")
    if size > MILLION:
        snapshot = snapshot_file.read(folder, "made")
        if snapshot is None:
            raise AssertionError
        took = best(partial(whole, snapshot), 2)
        moved = best(memory_pass(snapshot, lineage.survey(snapshot, DAY)))
        how = "compiled" if COMPILED else "plain"
        row(f"whole health, {how}", size, f"{took:,.0f} ms", f"{took / moved:.0f} x a memory pass", "printed")
        row("peak memory of that process", size, f"{peak_memory() / MB:,.0f} MB", "", "below 6,144 MB")


# -- from a database --------------------------------------------------------------------------------------------------


def stored(graph: Graph, snapshot: Snapshot) -> None:
    """Write a made programme into an empty database, beneath a ledger that has its rule and its gifts."""
    begun = list(islice(made.acts(snapshot), 2 + len(snapshot.gifts)))
    same(*((outcome.action, "added") for outcome in recording.record(graph, "made", begun, CLERK)))
    made_graph.write(graph, snapshot)


SUM: Final = """
CALL () { MATCH (p:Placement {programme_id: $programme_id}) OPTIONAL MATCH (:Gift)-[f:FILLED]->(p)
  RETURN sum(size(p.placement_id) + size(p.beneficiary_id) + size(p.help) + size(coalesce(p.gift_id, ''))
    + coalesce(f.sequence + f.received_on.day + f.animals + size(coalesce(f.condition, '')), 0)) AS placements }
CALL () { MATCH (a:Placement {programme_id: $programme_id})-[r:PASSED_TO]->(b:Placement)
  RETURN sum(size(r.pass_id) + size(a.placement_id) + size(b.placement_id) + r.passed_on.day + r.sequence
    + size(coalesce(r.help, a.help)) + r.animals + coalesce(r.females, 0.0) + coalesce(r.males, 0.0)
    + size(coalesce(r.condition, '')) + size(coalesce(r.kind, '')) + size(coalesce(r.confirm_id, ''))) AS passes }
CALL () { MATCH (e:Event {programme_id: $programme_id})
  RETURN sum(size(e.placement_id) + size(e.kind) + e.sequence + e.happened_on.day + coalesce(e.animals, 1.0)
    + coalesce(e.until_on.day, 0)) AS events }
CALL () { MATCH (b:Beneficiary {programme_id: $programme_id})
  RETURN sum(size(b.beneficiary_id) + size(coalesce(b.sex, '')) + b.sequence + size(coalesce(b.place_id, ''))
    + size(coalesce(b.group_id, ''))) AS beneficiaries }
RETURN placements + passes + events + beneficiaries AS total
"""
"""The server's own sum over every property that a snapshot is read from."""


def cold(graph: Graph, snapshot: Snapshot) -> None:
    same((differences(load(graph, "made"), snapshot), ("head_hash",)))
    summed = best(lambda: graph.rows(SUM, programme_id="made"), 3)
    took = best(lambda: load(graph, "made"), 2)
    ratio = f"{took / summed:.1f} x the server's own sum ({summed / 1000:.1f} s)"
    row("cold load from Neo4j", len(snapshot.placements), f"{took / 1000:.1f} s", ratio, "at most 2 x")


BARE: Final = """
import os, neo4j, numpy
login = (os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
with neo4j.GraphDatabase.driver(os.environ["NEO4J_URI"], auth=login) as driver:
    driver.execute_query("RETURN 1")
"""


def process(connection: Connection, size: int, folder: Path) -> None:
    """`relay health` as a whole process, its snapshot kept on disk."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = own | neo4j_server.settings(connection) | {"RELAY_DATA": str(folder)}
    relay = [sys.executable, "cli.py", "health", "--as-of", DAY.isoformat()]
    took, bare = seconds_of(relay, [sys.executable, "-c", BARE], environment=environment, runs=7)
    ratio = f"{took / bare:.1f} x importing neo4j and numpy, and a bare query ({bare:.2f} s)"
    row("relay health, the whole process, warm", size, f"{took:.2f} s", ratio, "at most 3 x")


SIX: Final[dict[str, LiteralString]] = {
    "reach": "MATCH (r:Chain {id: 0})-[:TO*1..]->(p) RETURN count(DISTINCT p) AS reach",
    "by_generation": """MATCH w = (r:Chain {id: 0})-[:TO*0..]->(p) WITH p, min(length(w)) AS away
        RETURN away, count(p) AS placements ORDER BY away""",
    "states": """MATCH (r:Chain {id: 0})-[:TO*0..]->(p) WITH DISTINCT p
        RETURN p.state AS state, count(p) AS placements ORDER BY state""",
    "latest": """MATCH (r:Chain {id: 0})-[:TO*0..]->(p) WITH DISTINCT p MATCH (p)-[t:TO]->()
        RETURN max(t.day) AS latest""",
    "each": "MATCH (p:Chain) RETURN sum(COUNT { MATCH (p)-[:TO*1..]->(q) RETURN DISTINCT q }) AS reaches",
    "obstructed": """MATCH (p:Chain) WHERE p.stuck MATCH (p)-[:TO*1..]->(q)
        RETURN count(DISTINCT q) AS obstructed""",
}
"""Reach, generations, states and latest pass-on of a chain; of each placement its reach, and what is obstructed.

States are given ready-made. All but one ask without path counting beyond what a tree has.
"""


def one_chain(graph: Graph, size: int) -> None:
    """One chain: everybody received from one of those before her."""
    draw = np.random.default_rng(1)
    giver = (draw.random(size - 1) * np.arange(1, size)).astype(np.int64)
    day = day_number(made.FIRST_DAY) + np.sort(draw.integers(0, 9000, size - 1))
    snapshot = made.columns(size, giver, np.arange(1, size), day, units=np.full(size - 1, 1000))
    survey = lineage.survey(snapshot, DAY)
    made_graph.write_chain(graph, survey)
    answers: dict[str, list[dict[str, Any]]] = {}

    def ask() -> None:
        answers.update({name: graph.rows(text) for name, text in SIX.items()})

    ask()
    chains = survey.chains
    same(
        (answers["reach"][0]["reach"], int(chains.reach[0])),
        (tuple(each["placements"] for each in answers["by_generation"]), chains.by_generation(0)),
        (
            {each["state"]: each["placements"] for each in answers["states"]},
            {code: many for code, many in enumerate(chains.states[0].tolist()) if many},
        ),
        (answers["latest"][0]["latest"], int(chains.latest_day[0])),
        (answers["each"][0]["reaches"], int(survey.reach.sum(dtype=np.int64))),
        (answers["obstructed"][0]["obstructed"], int((survey.obstruction >= 0).sum())),
    )
    asked = best(ask, 2)

    def relay() -> None:
        lineage.survey(snapshot, DAY).chains.by_generation(0)

    took = best(relay, 20)  # the server is still busy with what it was asked
    row(
        "one chain, six questions",
        size,
        f"{took:,.1f} ms",
        f"Cypher on Neo4j / it = {asked / took:.0f} ({asked / 1000:.1f} s)",
        "at least 100",
    )


def databases(size: int, folder: Path) -> None:
    chain_of = min(size, 100_000)
    with neo4j_server.serve(folder / "chain") as connection, connect(connection, CORE) as graph:
        one_chain(graph, chain_of)
    for many in sorted({min(size, 100_000), size}):
        snapshot = made.programme(many)
        with neo4j_server.serve(folder / f"made{many}") as connection, connect(connection, CORE) as graph:
            stored(graph, snapshot)
            cold(graph, snapshot)
            if many <= 100_000:
                process(connection, many, folder / f"data{many}")


def everything(largest: int, most_stored: int) -> None:
    """The whole table."""
    names = ("numpy", "networkx", *(("numba",) if COMPILED else ()))
    say(f"Measured on {describe()}, {', '.join(f'{name} {version(name)}' for name in names)}.\n")
    say("| what | placements | took | ratio | goal |")
    say("| --- | --- | --- | --- | --- |")
    for size in (10_000, 100_000, MILLION):
        if size <= largest:
            say(apart(str(size), "--in-memory"))
    for size in (MILLION, 10_000_000):
        if size <= largest:
            with tempfile.TemporaryDirectory() as folder:
                apart(str(size), "--keep", folder)
                say(apart(str(size), "--kept", folder))
    if most_stored:
        with tempfile.TemporaryDirectory() as folder:
            databases(min(largest, most_stored), Path(folder))


def main() -> None:
    """Run it all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=MILLION, help="the largest programme")
    parser.add_argument("--stored", type=int, default=MILLION, help="the most placements to store in Neo4j; 0: none")
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kept", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--networkx", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--in-memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.networkx:
        by_itself(asked.size)
    elif asked.in_memory:
        in_memory(asked.size)
    elif asked.keep:
        snapshot_file.write(asked.keep, made.programme(asked.size))
    elif asked.kept:
        from_disk(asked.size, asked.kept)
    else:
        everything(asked.size, asked.stored)


if __name__ == "__main__":
    main()
