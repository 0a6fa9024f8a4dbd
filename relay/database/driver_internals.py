"""The parts of the Neo4j driver that Relay uses beyond its documented interface.

Each can change with any release of the driver. pyproject.toml pins the release, and
`tests/database/test_driver_internals.py` fails if another is installed or if the driver no longer behaves like this.
"""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neo4j._deadline import Deadline

from relay.database.driver_errors import sensible

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import LiteralString

    import neo4j


def begin_with_first_statement(session: neo4j.Session) -> AbstractContextManager[object]:
    """While the block is open, transactions send BEGIN with their first statement, which saves a round trip."""
    pipelined: AbstractContextManager[object] = session._pipelined_begin
    return pipelined


def run_with_commit(transaction: neo4j.ManagedTransaction, query: LiteralString, parameters: dict[str, Any]) -> None:
    """Send a statement together with the COMMIT that follows, which saves a round trip.

    The answer is read after the commit; if the statement fails, the database commits nothing.
    """
    connection: Any = transaction._connection
    connection.run(query, parameters)
    connection.pull()


def watch_connections(driver: neo4j.Driver, seconds: float, greet_seconds: float, ready: Callable[[], object]) -> None:
    """Make every connection of a driver treat silence and undecodable answers as a lost connection.

    The driver has no setting for this. It waits for an answer without end, or for as long as the server asks it to
    (Neo4j: 120 s), and an answer that it cannot decode raises whatever error its decoder ran into.

    Args:
        driver: A driver that has not opened a connection yet.
        seconds: A connection that is silent for so long is lost.
        greet_seconds: Time in which a connection has to be opened.
        ready: Called before each connection is opened, retries included; it ensures that there is a server.
    """
    pool: Any = driver._pool
    open_connection = pool.opener

    def opener(address: Any, auth: Any, _deadline: Deadline) -> Any:  # noqa: ANN401 - the driver's own
        ready()
        with sensible():
            connection = open_connection(address, auth, Deadline(greet_seconds))
        fetch_message = connection.fetch_message

        def fetch_sensible_message() -> None:
            with sensible(connection._set_defunct_read):
                fetch_message()

        connection.socket.set_read_timeout(seconds)
        connection.fetch_message = fetch_sensible_message
        return connection

    pool.opener = opener
