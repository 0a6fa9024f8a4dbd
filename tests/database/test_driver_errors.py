"""What a cluster does to its clients, said by the driver itself: a moved leader, a follower behind, a server gone.

There is no cluster here. The driver's own errors are raised at its edge, on both engines, at each moment at which a
cluster's servers raise them: every act lands exactly once, and nobody reads what is older than what she wrote.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest
from neo4j._sync.work.transaction import TransactionBase
from neo4j.exceptions import Neo4jError, ServiceUnavailable, SessionExpired

from relay import graph as relay_graph
from relay.arrays import snapshot_cache
from relay.database.driver_errors import translated
from relay.errors import Unavailable
from relay.graph import Graph, NotAnswered, NotCypherFrom
from relay.ledger.programme_heads import head
from relay.ledger.reading import entries
from relay.ledger.recording import record, record_one
from relay.ledger.verify import verify
from tests.scenes.clerks import PROGRAMME, clerk, founding, handover, woman
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Transaction
    from relay.settings import Connection

pytestmark = pytest.mark.engine_contract

Moment = Literal["begin", "statement", "commit refused", "commit done"]
MOVED: Final = "Neo.ClientError.Cluster.NotALeader"
READ_ONLY: Final = "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase"
BEHIND: Final = "Neo.TransientError.Transaction.BookmarkTimeout"
NOT_THERE: Final = "Neo.TransientError.General.DatabaseUnavailable"
NOT_COPIED: Final = "Neo.TransientError.Cluster.ReplicationFailure"
GONE: Final = "the server is gone"
EXPIRED: Final = "the routes have expired"
REMOVED: Final = "Neo.ClientError.Statement.EntityNotFound"
RACE: Final = "Neo.ClientError.Schema.ConstraintValidationFailed"
WORDS: Final = (MOVED, READ_ONLY, BEHIND, NOT_THERE, NOT_COPIED, GONE, EXPIRED)


def said_by_the_driver(word: str) -> Exception:
    """The error that the driver raises: by the server's code, or in its own words."""
    if word == GONE:
        return ServiceUnavailable(word)
    if word == EXPIRED:
        return SessionExpired(word)
    return Neo4jError._hydrate_neo4j(code=word, message="said by a test")  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


@dataclass(slots=True)
class Edge:
    """The driver's edge.

    Attributes:
        word: What is said there next.
        moment: When.
        left: How many more times.
        begun: The bookmarks of each transaction that began, in order.
        made: The bookmarks of each that was committed.
    """

    word: str = GONE
    moment: Moment = "begin"
    left: int = 0
    begun: list[set[str]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def fail(self, moment: Moment, word: str, *, times: int = 1) -> None:
        """Let that be said at that moment, so many times."""
        self.moment, self.word, self.left = moment, word, times

    def fails(self, moment: Moment) -> bool:
        """Whether something is said now."""
        if self.moment != moment or not self.left:
            return False
        self.left -= 1
        return True


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    """Give the driver's edge, at which nothing is wrong yet."""
    edge = Edge()
    transaction: Any = TransactionBase
    begin, run, commit = transaction._begin, transaction.run, transaction._commit  # noqa: SLF001 - the driver's edge

    def beginning(self: Any, database: Any, user: Any, bookmarks: Any, *more: Any, **named: Any) -> None:  # noqa: ANN401 - the driver's own
        if edge.fails("begin"):
            raise said_by_the_driver(edge.word)
        edge.begun.append(set(bookmarks or ()))
        begin(self, database, user, bookmarks, *more, **named)

    def running(self: Any, *said: Any, **named: Any) -> Any:  # noqa: ANN401 - the driver's own
        if edge.fails("statement"):
            raise said_by_the_driver(edge.word)
        return run(self, *said, **named)

    def committing(self: Any) -> None:  # noqa: ANN401 - the driver's own
        if edge.fails("commit refused"):
            self._rollback()
            raise said_by_the_driver(edge.word)
        edge.made.append(str(commit(self)))
        if edge.fails("commit done"):
            raise said_by_the_driver(edge.word)

    for name, instead in (("_begin", beginning), ("run", running), ("_commit", committing)):
        monkeypatch.setattr(transaction, name, instead)
    yield edge
    edge.left = 0


@pytest.mark.parametrize("word", [GONE, EXPIRED, NOT_COPIED])
def test_a_write_that_is_alone_and_lost_says_that_nothing_was_recorded(word: str) -> None:
    with pytest.raises(Unavailable, match="Nothing was recorded"), translated(writing=True, alone=True):
        raise said_by_the_driver(word)


@pytest.mark.parametrize("moment", ["begin", "statement", "commit refused", "commit done"])
def test_an_act_lands_exactly_once_whatever_the_cluster_says(graph: Graph, edge: Edge, moment: Moment) -> None:
    record(graph, PROGRAMME, (*founding("P"), *(woman(f"of {number}") for number in range(len(WORDS)))), clerk("first"))
    for number, word in enumerate(WORDS):
        edge.fail(moment, word, times=1 if moment == "commit done" else 2)

        outcome = record_one(graph, PROGRAMME, handover(f"{number}", "P", f"{number}"), clerk("second"))

        assert edge.left == 0, word
        assert outcome.action == ("same" if moment == "commit done" else "added"), word
    recorded = [entry.act_id for entry in entries(graph, PROGRAMME) if entry.kind == "pass"]
    assert recorded == [f"pass:{number}" for number in range(len(WORDS))]
    assert verify(graph, PROGRAMME).faults == ()


def test_a_read_is_asked_again_until_a_server_has_caught_up(graph: Graph, edge: Edge) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    moments: tuple[Moment, ...] = ("begin", "statement")
    for moment in moments:
        record_one(graph, PROGRAMME, woman(moment), clerk("first"))
        for word in WORDS:
            edge.fail(moment, word, times=2)

            assert moment in [entry.act.id for entry in entries(graph, PROGRAMME)], word
            assert edge.left == 0, word


def test_a_read_names_the_readers_own_last_write_so_that_no_older_answer_is_given(graph: Graph, edge: Edge) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    record_one(graph, PROGRAMME, woman("W"), clerk("first"))
    written = edge.made[-1]

    edge.begun.clear()
    head(graph, PROGRAMME)

    assert written != "None"
    assert edge.begun == [{written}]


def test_a_cluster_without_a_leader_is_said_and_nothing_is_recorded(
    graph: Graph, connection: Connection, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", 0.2)
    with relay_graph.connect(connection, CORE) as hasty:
        for word in (MOVED, NOT_THERE, GONE):
            edge.fail("statement", word, times=10**6)

            with pytest.raises(Unavailable, match="Nothing was recorded"):
                record_one(hasty, PROGRAMME, woman("W"), clerk("second"))

            edge.left = 0
    assert head(graph, PROGRAMME).entries == 5


def test_too_little_memory_for_a_transaction_is_not_told_as_too_many_people(
    connection: Connection, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", 0.2)
    with relay_graph.connect(connection, CORE) as hasty:
        edge.fail("statement", "Neo.TransientError.General.MemoryPoolOutOfMemoryError", times=10**6)

        with pytest.raises(Unavailable, match="too little memory"):
            head(hasty, PROGRAMME)


def test_a_database_that_takes_no_writes_is_read_all_the_same(
    graph: Graph, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    write = Graph.write

    def refused(self: Graph, work: Any) -> Any:  # noqa: ANN401 - the graph's own
        edge.fail("statement", "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase")
        return write(self, work)

    monkeypatch.setattr(Graph, "write", refused)

    assert len(snapshot_cache.snapshot(graph, PROGRAMME, None).placements) == 1


def test_what_fails_in_the_server_once_is_run_again_and_twice_is_said(graph: Graph, edge: Edge) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    edge.fail("statement", "Neo.DatabaseError.General.UnknownError", times=1)

    assert record_one(graph, PROGRAMME, woman("W"), clerk("second")).sequence == 6

    edge.fail("statement", "Neo.DatabaseError.General.UnknownError", times=10)
    with pytest.raises(Unavailable, match="The database failed"):
        record_one(graph, PROGRAMME, woman("V"), clerk("second"))
    assert edge.left == 8
    edge.left = 0
    assert head(graph, PROGRAMME).entries == 6


def test_a_race_lost_after_a_long_wait_for_the_database_is_run_again(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", 0.2)
    tries = list[int]()

    def work(transaction: Transaction) -> None:
        tries.append(len(tries))
        if len(tries) == 1:
            time.sleep(0.3)
            raise said_by_the_driver(RACE)
        transaction.run("CREATE (:Entry {key: 'second try'})")

    graph.write(work)

    assert len(tries) == 2


def test_what_another_removes_while_it_is_read_is_asked_for_again(graph: Graph, edge: Edge) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))

    edge.fail("statement", REMOVED, times=3)
    assert record_one(graph, PROGRAMME, woman("W"), clerk("second")).sequence == 6
    assert edge.left == 0

    edge.fail("statement", REMOVED, times=3)
    assert head(graph, PROGRAMME).entries == 6
    assert edge.left == 0


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("Neo.ClientError.Security.Forbidden", "NEO4J_USER"),
        ("Neo.ClientError.Database.DatabaseNotFound", "NEO4J_DATABASE"),
        ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", "read-only"),
        ("Neo.ClientError.Transaction.LockClientStopped", "too busy"),
        ("Neo.ClientError.Statement.SemanticError", "refused this .SemanticError."),
    ],
)
def test_what_would_fail_again_is_not_sent_again_and_says_which_setting_to_look_at(
    graph: Graph, edge: Edge, code: str, sentence: str
) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    edge.fail("statement", code, times=10)

    with pytest.raises(Unavailable, match=sentence):
        record_one(graph, PROGRAMME, woman("W"), clerk("second"))

    assert edge.left == 9
    edge.left = 0
    assert head(graph, PROGRAMME).entries == 5


def test_a_database_that_a_real_neo4j_does_not_have_is_said(neo4j_server: Connection) -> None:
    with pytest.raises(Unavailable, match="NEO4J_DATABASE"):
        relay_graph.connect(replace(neo4j_server, database="nowhere"), CORE)


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("MATCH (p:Placement RETURN p", 1, 20),
        ("MATCH (n) RETRUN n", 1, 11),
        ("MATCH (p:Placement)\nRETURN p.x AS x LIMIT 1 foo", 2, 25),
    ],
)
def test_where_a_query_cannot_be_read_is_said_from_one_on(graph: Graph, query: str, line: int, column: int) -> None:
    with pytest.raises(NotCypherFrom, match=f"from line {line}, column {column} on") as said:
        graph.ask(query, 10)

    assert (said.value.line, said.value.column, said.value.code) == (line, column, "not_cypher_from")


def test_a_query_that_reads_as_cypher_and_names_what_it_does_not_have_is_said_without_a_place(graph: Graph) -> None:
    with pytest.raises(NotAnswered) as said:
        graph.ask("MATCH (n:Placement) RETURN foo(n)", 10)

    assert "foo" not in str(said.value)
