"""What an administrator, or another application, may do to a Neo4j database that Relay uses."""

from __future__ import annotations

from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, LiteralString
from unittest.mock import Mock

import neo4j
import pytest

from relay import graph as relay_graph
from relay.database import cypher
from relay.database.driver_errors import ReadOnly
from relay.errors import Unavailable
from relay.graph import HOLDS_OTHERS_DATA, NOT_RELAYS_OWN, connect
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from relay.settings import Connection

WELL_BEYOND: Final = (10**6).to_bytes(4, "big")  # a transaction that the server has not come to


@contextmanager
def administrator(connection: Connection) -> Generator[neo4j.Session]:
    """Whoever may do anything, past Relay."""
    with (
        neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, connection.password)) as driver,
        driver.session(database=connection.database) as session,
    ):
        yield session


@pytest.fixture
def database(neo4j_server: Connection) -> Iterator[Connection]:
    """An empty Neo4j database with the constraints of the core alone, which has them again at the end."""
    with connect(neo4j_server, CORE) as graph:
        wiped(graph)
    with administrator(neo4j_server) as session:
        for label, property_ in unique(session) - set(cypher.statements(CORE).migrations):  # a system's, of other tests
            session.run(neo4j.Query(f"DROP CONSTRAINT {label.lower()}_{property_}")).consume()  # pyright: ignore[reportArgumentType] - names that are ours
    yield neo4j_server
    with connect(neo4j_server, CORE) as graph:
        wiped(graph)
        graph.migrate()


def unique(session: neo4j.Session) -> set[tuple[str, str]]:
    return {(row["label"], row["property"]) for row in session.run(cypher.INDEXES) if row["unique"]}


def test_constraints_that_were_dropped_are_made_again_when_relay_connects(database: Connection) -> None:
    with administrator(database) as session:
        assert unique(session) == set(cypher.statements(CORE).migrations)
        session.run("DROP CONSTRAINT ledger_key").consume()
        session.run("DROP CONSTRAINT entry_act_key").consume()

        connect(database, CORE).close()

        assert unique(session) == set(cypher.statements(CORE).migrations)


def test_a_constraint_of_another_name_does_as_well(database: Connection) -> None:
    with administrator(database) as session:
        session.run("DROP CONSTRAINT claim_key").consume()
        session.run("CREATE CONSTRAINT theirs FOR (n:Claim) REQUIRE n.key IS UNIQUE").consume()

        connect(database, CORE).close()

        names = [row["name"] for row in session.run("SHOW CONSTRAINTS YIELD name")]
        assert "claim_key" not in names
        session.run("DROP CONSTRAINT theirs").consume()


def test_several_that_connect_at_once_make_them_once(database: Connection) -> None:
    with administrator(database) as session:
        for label, property_ in cypher.statements(CORE).migrations:
            session.run(neo4j.Query(f"DROP CONSTRAINT {label.lower()}_{property_}")).consume()  # pyright: ignore[reportArgumentType] - names that are ours

        with ThreadPoolExecutor(6) as threads:
            connected = [threads.submit(connect, database, CORE) for _ in range(6)]

        for each in connected:
            each.result().close()
        assert unique(session) == set(cypher.statements(CORE).migrations)


@pytest.mark.parametrize(("name", "goes_on"), [("claim_key", True), ("theirs", False)])
def test_who_finds_what_another_first_start_made_meanwhile_goes_on(
    database: Connection, monkeypatch: pytest.MonkeyPatch, name: str, *, goes_on: bool
) -> None:
    """Two begin on one empty database: what the other made, claim_key, is found as one's own; its like is not."""
    text = f"CREATE CONSTRAINT {name} FOR (n:Claim) REQUIRE n.key IS UNIQUE"
    monkeypatch.setattr(relay_graph.Graph, "_missing", Mock(side_effect=[([("Claim", "key")], []), ([], [])]))
    monkeypatch.setattr(relay_graph.Graph, "_migrations", {("Claim", "key"): text})

    with nullcontext() if goes_on else pytest.raises(Unavailable, check=NOT_RELAYS_OWN.matches, match="key of :Claim"):
        connect(database, CORE).close()
    monkeypatch.undo()


def test_what_another_first_start_begins_with_is_not_taken_for_a_strangers(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of what was done is not there yet when one asks for it, and is when she asks for any node."""
    with administrator(database) as session:
        session.run("DROP CONSTRAINT claim_key").consume()
        session.run("MATCH (s:Schema) DELETE s").consume()
    asked, began = relay_graph.Graph.rows, list[str]()

    def beside_another(graph: relay_graph.Graph, query: LiteralString, **values: Any) -> Any:  # noqa: ANN401 - as it is
        found = asked(graph, query, **values)
        if query in (cypher.SCHEMA, cypher.ANY_NODE) and not began:
            began.append(query)
            with administrator(database) as session:
                session.run(cypher.SET_SCHEMA, unique=[], indexed=[]).consume()
        return found

    monkeypatch.setattr(relay_graph.Graph, "rows", beside_another)

    connect(database, CORE).close()
    assert began


def test_a_read_only_database_without_them_is_read_as_it_is(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with administrator(database) as session:
        session.run("CREATE (:Claim {key: 'a'})").consume()
        session.run("DROP CONSTRAINT claim_key").consume()
    monkeypatch.setattr(relay_graph.Graph, "_constrain", Mock(side_effect=ReadOnly))

    with connect(database, CORE) as graph:
        assert graph.rows("MATCH (n:Claim) RETURN n.key AS key") == [{"key": "a"}]


IN_THE_WAY: Final = (
    ("CREATE CONSTRAINT claim_key FOR (n:Theirs) REQUIRE n.id IS UNIQUE", "DROP CONSTRAINT claim_key"),
    ("CREATE INDEX claim_key FOR (n:Theirs) ON (n.id)", "DROP INDEX claim_key"),
    ("CREATE INDEX theirs FOR (n:Claim) ON (n.key)", "DROP INDEX theirs"),
    ("CREATE (:Claim {key: 'a'}), (:Claim {key: 'a'})", "MATCH (n:Claim) DELETE n"),
)


@pytest.mark.parametrize(("done", "undone"), IN_THE_WAY)
def test_what_others_have_in_the_way_of_a_constraint_is_told(
    database: Connection, done: LiteralString, undone: LiteralString
) -> None:
    with administrator(database) as session:
        session.run("DROP CONSTRAINT claim_key").consume()
        session.run(done).consume()
        try:
            with pytest.raises(Unavailable, check=NOT_RELAYS_OWN.matches, match="key of :Claim") as told:
                connect(database, CORE)
        finally:
            session.run(undone).consume()

    assert "separate, empty database" in told.value.suggestion


@pytest.mark.parametrize("label", ["Movie", "Animal"])
def test_a_database_of_others_is_left_as_it_is(database: Connection, label: LiteralString) -> None:
    """Neither a constraint nor a node of Relay's is in it afterwards; others may keep theirs beside it."""
    with administrator(database) as session:
        for constrained, property_ in cypher.statements(CORE).migrations:
            session.run(neo4j.Query(f"DROP CONSTRAINT {constrained.lower()}_{property_}")).consume()  # pyright: ignore[reportArgumentType] - names that are ours
        session.run("MATCH (s:Schema) DELETE s").consume()
        session.run("CREATE (:LABEL {title: 'Fire'})".replace("LABEL", label)).consume()
        try:
            with pytest.raises(Unavailable, check=HOLDS_OTHERS_DATA.matches, match=f":{label}"):
                connect(database, CORE)
            assert unique(session) == set()
            assert [row["labels"] for row in session.run("MATCH (n) RETURN labels(n) AS labels")] == [[label]]
        finally:
            session.run("MATCH (m:LABEL) DELETE m".replace("LABEL", label)).consume()

        connect(database, CORE).close()
        session.run("CREATE (:LABEL {title: 'Earth'})".replace("LABEL", label)).consume()
        connect(database, CORE).close()
        session.run("MATCH (m:LABEL) DELETE m".replace("LABEL", label)).consume()


def test_what_is_in_the_way_is_told_before_anything_is_made(database: Connection) -> None:
    with administrator(database) as session:
        session.run("DROP CONSTRAINT claim_key").consume()
        session.run("DROP CONSTRAINT programme_key").consume()
        session.run("CREATE INDEX theirs FOR (n:Claim) ON (n.key)").consume()
        try:
            with pytest.raises(Unavailable, check=NOT_RELAYS_OWN.matches, match="key of :Claim"):
                connect(database, CORE)
            assert ("Programme", "key") not in unique(session)
        finally:
            session.run("DROP INDEX theirs").consume()


def test_a_database_of_before_gets_its_indexes(database: Connection) -> None:
    with administrator(database) as session:
        session.run("DROP INDEX placement_due_on").consume()
        session.run("DROP CONSTRAINT passed_to_key").consume()

        connect(database, CORE).close()

        there = {(row["label"], row["property"]) for row in session.run(cypher.INDEXES)}
        assert there >= {("Placement", "due_on"), ("PASSED_TO", "pass_id"), ("PASSED_TO", "key")}


def test_an_older_copy_that_was_put_back_is_waited_for_once_and_then_read_as_it_is(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with administrator(database) as session:
        session.run("CREATE (:Claim {key: 'a'})").consume()
        (mark,) = session.last_bookmarks().raw_values
    begins, read = mark[:3], b64decode(mark[3:])  # of 19 bytes that name the database, a number and an empty list
    later = neo4j.Bookmarks.from_raw_values([begins + b64encode(read[:19] + b"\xca" + WELL_BEYOND + b"\x90").decode()])
    monkeypatch.setattr(relay_graph, "SILENCE_SECONDS", 1.0)
    with connect(database, CORE) as graph:
        graph._bookmarks = neo4j.GraphDatabase.bookmark_manager(later)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as a server leaves it that wrote since
        with pytest.raises(Unavailable, match="did not answer in time"):
            graph.rows("MATCH (n:Claim) RETURN n.key AS key")

        assert graph.rows("MATCH (n:Claim) RETURN n.key AS key") == [{"key": "a"}]
