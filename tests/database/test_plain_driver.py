"""The driver by its documented interface alone: what is given up stays undone, and its own faults are told apart."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import neo4j
import pytest
from neo4j.exceptions import ServiceUnavailable

from relay import graph as relay_graph
from relay.database.driver_errors import Silence
from relay.database.plain_driver import Watch
from relay.errors import Unavailable
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.graph import Transaction
    from relay.settings import Connection


class Surprise(Exception):
    """What nobody expects from a decoder."""


def test_an_answer_in_time_is_given_and_one_that_is_late_is_not_waited_for() -> None:
    assert Watch(5.0).run(lambda: "answer") == "answer"

    never = threading.Event()
    with pytest.raises(Silence):
        Watch(0.2).run(never.wait)
    never.set()


def test_time_that_relays_own_code_takes_is_no_silence() -> None:
    watch = Watch(0.2)

    def slow(_transaction: object) -> str:
        time.sleep(1.2)
        return "judged"

    assert watch.run(lambda: watch.work(slow)(None)) == "judged"  # type: ignore[arg-type]  # no database is asked


def test_what_the_driver_cannot_decode_is_a_lost_connection_and_a_fault_of_relays_own_stays_itself() -> None:
    def fails(_transaction: object) -> None:
        raise Surprise

    with pytest.raises(ServiceUnavailable):
        Watch(5.0).run(lambda: fails(None))

    watch = Watch(5.0)
    with pytest.raises(Surprise):
        watch.run(lambda: watch.work(fails)(None))  # type: ignore[arg-type]  # no database is asked


def test_a_write_that_was_given_up_is_not_finished_when_neo4j_answers_after_all(
    neo4j_server: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Neo4j lets the second writer of a node wait until the first is done
    def overwrite(transaction: Transaction) -> None:
        transaction.run("MATCH (n:Claim {key: 'a'}) SET n.by = 'second'")
        transaction.run("CREATE (:Claim {key: 'b'})")

    with relay_graph.connect(neo4j_server, CORE) as graph:
        wiped(graph)
    monkeypatch.setattr(relay_graph, "SILENCE_SECONDS", 1.0)
    with (
        relay_graph.connect(replace(neo4j_server, plain=True), CORE) as graph,
        neo4j.GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as first,
        first.session(database=neo4j_server.database) as session,
    ):
        graph.write(lambda transaction: transaction.run("CREATE (:Claim {key: 'a'})"))
        with session.begin_transaction() as holding:
            holding.run("MATCH (n:Claim {key: 'a'}) SET n.by = 'first'").consume()

            with pytest.raises(Unavailable, match="did not answer in time"):
                graph.write(overwrite)

            holding.commit()
        left_behind = [thread for thread in threading.enumerate() if thread.name == "transaction"]
        for thread in left_behind:
            thread.join(10)
        assert not any(thread.is_alive() for thread in left_behind)
        found = graph.rows("MATCH (n:Claim) RETURN n.key AS key, n.by AS by ORDER BY key")
        assert found == [{"key": "a", "by": "first"}]
        graph.write(lambda transaction: transaction.run("MATCH (n) DETACH DELETE n"))


def test_a_long_answer_comes_whole_row_by_row(connection: Connection) -> None:
    with relay_graph.connect(replace(connection, plain=True), CORE) as graph:
        query = "UNWIND range(1, 2500) AS number RETURN number"

        assert [row["number"] for row in graph.rows(query)] == list(range(1, 2501))
        streamed = graph.read(lambda transaction: [row["number"] for row in transaction.stream(query)])
        assert streamed == list(range(1, 2501))
        asked = graph.ask(query, 10)
        assert (asked.columns, asked.rows[-1], asked.more) == (("number",), (10,), True)
