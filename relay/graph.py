"""The graph database: the only module that speaks Bolt.

A `Graph` is passed in, first; it runs reads and writes as managed transactions on either engine and turns what the
driver says into sentences. Nothing waits for ever: a line that stays silent for `SILENCE_SECONDS` is given up.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, LiteralString, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DatabaseUnavailable,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
)

from relay import cypher
from relay.config import Connection
from relay.errors import Conflict, Unavailable

_T = TypeVar("_T")

CONNECT_SECONDS: Final = 5.0  # our choice: a weak line answers within it, and a person still waits
SILENCE_SECONDS: Final = 15.0  # our choice, with CONNECT_SECONDS: an error within 20 s (engines.md asks for it)
RETRY_SECONDS: Final = 10.0
_CONSTRAINT_TRIES: Final = 5  # engines.md §2: a concurrent MERGE may say ConstraintError; run the transaction again
_EMBEDDED_AGENT: Final = "ArcadeDB"


class UnknownOutcome(Unavailable):
    """The line was cut while the database was committing: it may or may not have recorded."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The connection was lost while the act was being recorded.",
            "Send the same command again with the same id: what was recorded is not recorded twice.",
        )


class Transaction:
    """Statements inside one managed transaction; they stand or fall together."""

    def __init__(self, transaction: neo4j.ManagedTransaction) -> None:
        """Wrap the driver's transaction."""
        self._transaction = transaction

    def rows(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """All rows of a query, each as column → value, in the order of the query."""
        return [dict(record) for record in self._transaction.run(query, parameters)]

    def stream(self, query: LiteralString, **parameters: object) -> Iterator[Mapping[str, Any]]:
        """The rows of a query one by one, without holding them all."""
        for record in self._transaction.run(query, parameters):
            yield dict(record)

    def run(self, query: LiteralString, **parameters: object) -> None:
        """Run a statement that returns nothing."""
        self._transaction.run(query, parameters).consume()


class Graph:
    """A graph database of either engine.

    Attributes:
        embedded: Whether it is the embedded engine.
    """

    def __init__(self, driver: neo4j.Driver, database: str | None) -> None:
        """Keep an open driver; use `connect`."""
        self._driver = driver
        self._database = database
        self.embedded = False

    def read(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a read; `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time.
        """
        with _translated(), self._driver.session(database=self._database) as session:
            return session.execute_read(lambda transaction: work(Transaction(transaction)))

    def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a write: all of `work`, or nothing of it. `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time; nothing was recorded.
            UnknownOutcome: It may or may not have been recorded.
            Conflict: Another writer was faster, again and again.
        """
        with _translated(), self._driver.session(database=self._database) as session:
            for _ in range(_CONSTRAINT_TRIES):
                try:
                    return session.execute_write(lambda transaction: work(Transaction(transaction)))
                except ConstraintError:
                    continue
        message = "Others were writing the same things at the same time."
        raise Conflict(message, "Nothing was recorded: try again.")

    def rows(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """All rows of one read query."""
        return self.read(lambda transaction: transaction.rows(query, **parameters))

    def migrate(self) -> None:
        """Bring constraints and indexes up to date; quick when they are.

        Raises:
            Unavailable: The database cannot be reached.
        """
        done = next((row["migrations"] for row in self.rows(cypher.SCHEMA)), 0)
        if done >= len(cypher.MIGRATIONS):
            return
        with _translated(), self._driver.session(database=self._database) as session:
            for statement in cypher.MIGRATIONS[done:]:
                session.run(statement).consume()  # schema statements cannot share a transaction with data
        self.write(lambda transaction: transaction.run(cypher.SET_SCHEMA, migrations=len(cypher.MIGRATIONS)))

    def agent(self) -> str:
        """What the server says it is, e.g. "Neo4j/5.26.12".

        Raises:
            Unavailable: The database cannot be reached.
        """
        with _translated():
            return self._driver.get_server_info().agent

    def close(self) -> None:
        """Close all connections."""
        self._driver.close()

    def __enter__(self) -> Graph:
        """Use as a context: closes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()


def connect(connection: Connection) -> Graph:
    """Connect to a database of either engine and bring its schema up to date.

    Raises:
        Unavailable: It cannot be reached, or user and password are wrong.
    """
    # The driver has no limit on a silent line; a socket inherits this one (and with it every later read of the driver).
    socket.setdefaulttimeout(SILENCE_SECONDS)
    with _translated():
        driver = neo4j.GraphDatabase.driver(
            connection.uri,
            auth=(connection.user, connection.password),
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=RETRY_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    graph = Graph(driver, connection.database)
    try:
        graph.migrate()
    except BaseException:
        graph.close()
        raise
    return graph


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the driver says into a sentence for people; by class and code, never by message."""
    try:
        yield
    except neo4j.exceptions.IncompleteCommit as error:
        raise UnknownOutcome from error
    except AuthError as error:
        message = "The database refused the user name or password."
        raise Unavailable(
            message, "Check NEO4J_USER and NEO4J_PASSWORD; after several wrong tries wait 30 seconds."
        ) from error
    except (ServiceUnavailable, DatabaseUnavailable, neo4j.exceptions.SessionExpired, OSError) as error:
        message = "The database cannot be reached, or did not answer in time."
        raise Unavailable(message, "Nothing was recorded. See `relay status`, then try again.") from error
    except (neo4j.exceptions.TransientError, ConstraintError) as error:
        message = "The database was too busy to finish in time."
        raise Unavailable(message, "Nothing was recorded: try again.") from error
    except ClientError as error:
        if error.code is not None and error.code.endswith("TransactionNotFound"):  # engines.md §5: a full disk says so
            message = "The database could not store the act; its disk may be full."
            raise Unavailable(message, "Make room, restart the engine (relay engine stop), and try again.") from error
        raise
    except (DriverError, Neo4jError) as error:
        message = f"The database failed ({type(error).__name__})."
        raise Unavailable(message, "See the database's log.") from error
