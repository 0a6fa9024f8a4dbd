"""What Relay uses of the Neo4j driver beyond its documented interface, here and nowhere else.

Each of these can change with any release of the driver. setup.cfg pins one, and
`tests/database/test_driver_internals.py` fails when another is installed, or when the driver no longer does this.
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
    """While it is open, transactions send their BEGIN together with their first statement: a round trip less."""
    pipelined: AbstractContextManager[object] = session._pipelined_begin
    return pipelined


def run_with_commit(transaction: neo4j.ManagedTransaction, query: LiteralString, parameters: dict[str, Any]) -> None:
    """Send a statement together with the COMMIT that follows: a round trip less.

    Its answer is read after the commit; the database commits nothing when the statement fails.
    """
    connection: Any = transaction._connection
    connection.run(query, parameters)
    connection.pull()


def watch_connections(driver: neo4j.Driver, seconds: float, greet_seconds: float, ready: Callable[[], object]) -> None:
    """Have every connection of a driver take silence and garbage for what they are: a lost connection.

    Before one is opened, also when the driver tries again, it is made sure that there is something to connect to. The
    driver has no setting for it: it waits without end for an answer, or as long as the server asks it to (Neo4j:
    120 s), and an answer that it cannot decode raises whatever its decoder stumbled over.

    Args:
        driver: Before its first connection is open.
        seconds: After which a connection that says nothing is lost.
        greet_seconds: Within which a connection is opened, once there is something to connect to.
        ready: Makes sure that there is.
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
