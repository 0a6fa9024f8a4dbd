"""What Relay uses of the driver beyond its interface does what Relay takes it for, in the release that is pinned."""

from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import relay
from relay import graph as relay_graph
from relay.database.driver_errors import UnknownOutcome
from relay.errors import Unavailable
from tests.rigs.faulty_line import between
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph, Transaction
    from relay.settings import Connection
    from tests.rigs.faulty_line import Fault, Line, Moment

pytestmark = pytest.mark.engine_contract

READ_WITH: Final = "6.4.1"
"""The release of the driver whose source `driver_internals` was read in."""

BEGIN, RUN, COMMIT = (bytes.fromhex(begins) for begins in ("b111", "b310", "b012"))


@pytest.fixture
def line(connection: Connection) -> Iterator[Line]:
    """Give a line to each engine that can be broken."""
    with between(connection.uri) as line:
        yield line


def write_one_claim(transaction: Transaction) -> None:
    transaction.last("CREATE (:Claim {key: 'a'})")


def test_another_release_of_the_driver_is_read_before_it_is_pinned() -> None:
    project = tomllib.loads((Path(relay.__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = [each for each in project["dependency-groups"]["run"] if each.startswith("neo4j==")]

    changed = (
        "pyproject.toml pins another release of the Neo4j driver. Read in its source what"
        " relay/database/driver_internals.py uses (Session._pipelined_begin, Transaction._connection,"
        " Driver._pool.opener and its arguments, Deadline, Bolt._set_defunct_read, Bolt.fetch_message,"
        " Bolt.socket.set_read_timeout), run the whole suite with it, and then write its number into READ_WITH."
    )
    assert pinned == [f"neo4j=={READ_WITH}"], changed
    assert version("neo4j") == READ_WITH


def test_a_write_of_one_statement_is_one_round_trip(graph: Graph, line: Line, connection: Connection) -> None:
    with relay_graph.connect(replace(connection, uri=line.uri, on_this_machine=False), CORE) as through:
        line.said.clear()

        through.write(write_one_claim)

        assert [[word for word in (BEGIN, RUN, COMMIT) if word in piece] for piece in line.said] == [
            [BEGIN, RUN, COMMIT]
        ]
    assert graph.rows("MATCH (n:Claim) RETURN n.key AS key") == [{"key": "a"}]


def test_a_statement_that_fails_together_with_the_commit_leaves_nothing_behind(graph: Graph) -> None:
    def two_statements(transaction: Transaction) -> None:
        transaction.run("CREATE (:Claim {key: 'a'})")
        transaction.last("MATCH (n:Claim) SET n.key = 1 / 0")

    with pytest.raises(Unavailable, match="database"):
        graph.write(two_statements)

    assert graph.rows("MATCH (n:Claim) RETURN n.key AS key") == []


@pytest.mark.parametrize("fault", ["stall", "garbage"])
@pytest.mark.parametrize(
    ("moment", "error"), [("greeting", Unavailable), ("statement", Unavailable), ("commit", UnknownOutcome)]
)
def test_silence_and_garbage_end_the_waiting(
    line: Line,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    moment: Moment,
    error: type[Unavailable],
    fault: Fault,
) -> None:
    monkeypatch.setattr(relay_graph, "SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(relay_graph, "GREET_SECONDS", 1.0)
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", 0.2)
    speaking = replace(connection, uri=line.uri, on_this_machine=False)
    begun = time.monotonic()
    if moment == "greeting":
        line.break_at(moment, fault, times=99)
        with pytest.raises(error):
            relay_graph.connect(speaking, CORE)
    else:
        with relay_graph.connect(speaking, CORE) as through:
            line.break_at(moment, fault, times=99)
            with pytest.raises(error):
                through.write(lambda transaction: transaction.run("CREATE (:Claim {key: 'a'})"))

    assert time.monotonic() - begun < 10
