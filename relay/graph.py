"""The graph database: the only module that speaks Bolt.

A `Graph` is passed in, first; it runs reads and writes as managed transactions on either engine and turns what the
driver says into sentences. Nothing waits for ever: a line that stays silent for `SILENCE_SECONDS` is given up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self, TypeVar, cast

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DatabaseError,
    DatabaseUnavailable,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
    UnsupportedServerProduct,
)
from neo4j.graph import Node, Path, Relationship

from relay import cypher
from relay.errors import Conflict, Refused, Unavailable
from relay.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from relay.config import Connection

_T = TypeVar("_T")

# Our choices: a weak line answers within them, and whatever the line does, a person reads an error within 20 s. The
# driver counts its retries from the end of the first try, so a dead line costs (a first try) + RETRY + (a last try).
CONNECT_SECONDS: Final = 5.0
GREET_SECONDS: Final = 8.0  # connecting included
RETRY_SECONDS: Final = 6.0
SILENCE_SECONDS: Final = 15.0  # not retried
FIRST_RETRY_SECONDS: Final = 0.02  # our choice: some commits' time; the driver's 1 s would leave busy clerks waiting
RACES: Final = 100  # lost one after another; our choice, and not by the clock: a try may have waited for the engine
FEW_RACES: Final = 5  # our choice: what is still gone after these tries, and after RETRY_SECONDS, is damage
_REMOVED: Final = "EntityNotFound"  # either engine's word for what another just removed; the driver does not retry it
_EMBEDDED_AGENT: Final = "ArcadeDB"

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # else its warnings land on the user's screen


class UnknownOutcome(Unavailable):
    """The line was cut, or went silent, while the database was committing: it may or may not have recorded.

    Attributes:
        silent: Whether the line went silent, so that another try would be waited for as long again.
    """

    def __init__(self, *, silent: bool) -> None:
        """Say what to do."""
        super().__init__(
            Sentence("The connection was lost while the act was being recorded."),
            Sentence("Send the same command again with the same id: what was recorded is not recorded twice."),
        )
        self.silent = silent


class NotAnswered(Refused):
    """The database did not answer somebody's own query."""

    def __init__(self, code: str) -> None:
        """Say why, from the last word of the database's code."""
        super().__init__(*_NOT_ANSWERED.get(code, _NOT_ANSWERED["UnknownError"]), field="query")


_NOT_ANSWERED: Final = {
    "Forbidden": (
        Sentence("This query would write, or read names, accounts or everything at once."),
        Sentence("Name the kind of each node, such as (p:Placement); names are not read here."),
    ),
    "TransactionTimedOut": (
        Sentence("This query took too long and was broken off."),
        Sentence("Ask for less: add conditions or a LIMIT."),
    ),
    "UnknownError": (
        Sentence(
            "The database cannot answer this query: it does not know something in it, or it would take too much memory."
        ),
        Sentence("Ask for less, and for what docs/cypher.md lists."),
    ),
    "SyntaxError": (Sentence("This query cannot be read as Cypher."), Sentence("Compare it with those to start from.")),
    "SemanticError": (
        Sentence("This query cannot be read as Cypher."),
        Sentence("Compare it with those to start from."),
    ),
}
"""The last word of a code: what is said of it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a query answered.

    Attributes:
        columns: In the order of the query.
        rows: A value for each column: text, numbers, days as ISO text, lists and mappings of these, or None; of a node
            or relationship its properties.
        more: Whether there were more rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def _table(transaction: neo4j.ManagedTransaction, text: str, most: int) -> Table:
    result = transaction.run(cast("LiteralString", text))  # type: ignore[redundant-cast]  # mypy takes it for str
    rows = [tuple(_plain(value) for value in record.values()) for record in islice(result, most + 1)]
    return Table(columns=tuple(result.keys()), rows=tuple(rows[:most]), more=len(rows) > most)


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a query may answer
    if isinstance(value, Path):
        return [_plain(each) for each in (*value.nodes, *value.relationships)]
    if isinstance(value, (Node, Relationship)):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.iso_format() if hasattr(value, "iso_format") else value


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

    def last(self, query: LiteralString, **parameters: object) -> None:
        """Run a statement that returns nothing together with the commit, a round trip less; nothing may follow it.

        The database commits nothing when the statement fails.
        """
        line: Any = self._transaction._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - no public way
        line.run(query, parameters)
        line.pull()


def _through_races(work: Callable[[], _T]) -> _T:
    """Run a transaction again as long as it loses a race: each time it had been rolled back.

    Raises:
        Conflict: Another was faster, again and again.
    """
    until = time.monotonic() + RETRY_SECONDS
    for tries in range(RACES):
        try:
            return _once_more(work)
        except ConstraintError:  # the embedded engine's word for a race of writers; the driver does not retry it
            pass
        except ClientError as error:
            enough = tries == RACES - 1 or (tries >= FEW_RACES and time.monotonic() > until)
            if enough or _last_word(error) != _REMOVED:
                raise
        time.sleep(FIRST_RETRY_SECONDS)
    message = Sentence("Others were writing the same things at the same time.")
    raise Conflict(message, Sentence("Nothing was recorded: try again."))


def _once_more(work: Callable[[], _T]) -> _T:
    """Run a transaction, and once more when the server itself failed in it.

    The embedded engine does so when what it reads is torn by another's commit (seen in a quarter of the imports of one
    folder that began at the same moment); it had rolled the transaction back, and the second time finds it whole.
    """
    try:
        return work()
    except DatabaseError:
        time.sleep(FIRST_RETRY_SECONDS)
        return work()


def _last_word(error: Neo4jError) -> str:
    return str(error.code).rpartition(".")[2]


class Graph:
    """A graph database of either engine."""

    def __init__(
        self,
        driver: neo4j.Driver,
        database: str | None,
        before_all: Callable[[], object],
        before_writing: Callable[[], None],
    ) -> None:
        """Keep an open driver; use `connect`."""
        self._driver = driver
        self._database = database
        self._before_all = before_all
        self._before_writing = before_writing
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()  # in a cluster, reads are never older than own writes

    def read(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a read; `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time.
            Conflict: Other writers were faster, again and again.
        """
        with _translated(), self._session() as session:
            return _through_races(lambda: session.execute_read(lambda transaction: work(Transaction(transaction))))

    def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a write: all of `work`, or nothing of it. `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time; nothing was recorded.
            UnknownOutcome: It may or may not have been recorded.
            Conflict: Another writer was faster, again and again.
        """
        self._before_writing()
        with _translated(writing=True), self._session() as session:
            return _through_races(lambda: session.execute_write(lambda transaction: work(Transaction(transaction))))

    def rows(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """All rows of one read query."""
        return self.read(lambda transaction: transaction.rows(query, **parameters))

    def ask(self, text: str, most: int) -> Table:
        """What somebody's own query answers.

        The text is not Relay's: only for a connection whose user the database itself keeps from writing, and from what
        that somebody may not read (`engine.reader`).

        Args:
            text: One Cypher statement.
            most: Rows to give; what comes after them is left out.

        Raises:
            NotAnswered: The database cannot read it, refuses it, or broke it off.
            Unavailable: The database cannot be reached, or did not answer in time.
        """
        with _translated(), self._session() as session:
            try:
                return session.execute_read(lambda transaction: _table(transaction, text, most))
            except (AuthError, TransientError, ConstraintError):
                raise
            except _Silence as error:
                raise NotAnswered("TransactionTimedOut") from error
            except (ClientError, DatabaseError) as error:
                raise NotAnswered(_last_word(error)) from error

    def migrate(self) -> None:
        """Bring constraints and indexes up to date; quick when they are.

        Raises:
            Unavailable: The database cannot be reached.
        """
        done = next((row["migrations"] for row in self.rows(cypher.SCHEMA)), 0)
        if done >= len(cypher.MIGRATIONS):
            return
        with _translated(), self._session() as session:
            for statement in cypher.MIGRATIONS[done:]:
                session.run(statement).consume()  # schema statements cannot share a transaction with data
        self.write(lambda transaction: transaction.run(cypher.SET_SCHEMA, migrations=len(cypher.MIGRATIONS)))

    @contextmanager
    def _session(self) -> Generator[neo4j.Session]:
        """A session that sends the beginning of a transaction together with its first statement: a round trip less."""
        self._before_all()
        with (
            self._driver.session(database=self._database, bookmark_manager=self._bookmarks) as session,
            session._pipelined_begin,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it has no public name
        ):
            yield session

    @cached_property
    def embedded(self) -> bool:
        """Whether it is the embedded engine.

        Raises:
            Unavailable: The database cannot be reached.
        """
        return _EMBEDDED_AGENT in self.agent()

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

    def __enter__(self) -> Self:
        """Use as a context: closes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()


def connect(
    connection: Connection,
    *,
    before_all: Callable[[], object] = lambda: None,
    before_writing: Callable[[], None] = lambda: None,
) -> Graph:
    """Connect to a database of either engine and bring its schema up to date.

    Args:
        connection: Where it answers.
        before_all: Asked before each read and write; may start what should answer.
        before_writing: Asked before each write; raises `Unavailable` when there is no room for it.

    Raises:
        Unavailable: It cannot be reached, or user and password are wrong.
    """
    with _translated():
        driver = neo4j.GraphDatabase.driver(
            connection.uri,
            auth=(connection.user, connection.password),
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=GREET_SECONDS,
            connection_write_timeout=SILENCE_SECONDS,
            max_transaction_retry_time=RETRY_SECONDS,
            initial_retry_delay=FIRST_RETRY_SECONDS,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    _give_up_on_silence(driver)
    graph = Graph(driver, connection.database, before_all, before_writing)
    try:
        graph.migrate()
    except BaseException:
        graph.close()
        raise
    return graph


def _give_up_on_silence(driver: neo4j.Driver) -> None:
    """Have every line of a driver take silence and nonsense for what they are: a lost connection.

    The driver has no setting for it: it waits without end for an answer, or as long as the server bids it (Neo4j:
    120 s), and an answer that it cannot read raises whatever its reader stumbled over.
    """
    pool: Any = driver._pool  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    open_line = pool.opener

    def opener(*arguments: Any) -> Any:  # noqa: ANN401 - the driver's own
        with _sensible():
            line = open_line(*arguments)
        fetch_message = line.fetch_message

        def fetch_sensible_message() -> None:
            with _sensible(line._set_defunct_read):  # noqa: SLF001
                fetch_message()

        line.socket.set_read_timeout(SILENCE_SECONDS)
        line.fetch_message = fetch_sensible_message
        return line

    pool.opener = opener


class _Silence(ServiceUnavailable):
    """The database did not answer in time; to ask again would only double the wait."""

    def is_retryable(self) -> bool:
        return False


@contextmanager
def _sensible(lost: Callable[[OSError], object] | None = None) -> Generator[None]:
    """Tell silence and nonsense on a line in the driver's own words; `lost` knows whether a commit was under way."""
    try:
        yield
    except IncompleteCommit:
        raise
    except (ServiceUnavailable, SessionExpired) as error:
        if lost and isinstance(error.__cause__, TimeoutError):
            raise _Silence from error
        raise
    except (DriverError, Neo4jError, OSError):
        raise
    except Exception as nonsense:
        if lost:
            lost(OSError("nonsense"))
        raise ServiceUnavailable from nonsense


def _went_silent(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False


_REFUSALS: Final = {
    _REMOVED: (
        Sentence("What is asked for was removed again and again while it was read."),
        Sentence("Nothing was recorded: try again. If it stays so, see `relay ledger verify`."),
    ),
    "Forbidden": (
        Sentence("The database does not allow this to the user that Relay speaks as."),
        Sentence("Let NEO4J_USER read and write it."),
    ),
    "DatabaseNotFound": (
        Sentence("The database server has no database of that name."),
        Sentence("Check NEO4J_DATABASE."),
    ),
    "TransactionTimedOut": (
        Sentence("The database took too long over this, and broke it off."),
        Sentence("Try again when it is less busy; a programme that is always too large belongs on Neo4j."),
    ),
    "TransactionNotFound": (  # engines.md §5: a full disk says so
        Sentence("The database could not store the act; its disk may be full."),
        Sentence("Make room, restart the engine (relay engine stop), and try again."),
    ),
}
"""What a server refuses, by the last word of its code: what is said of it, and what to do."""


@contextmanager
def _translated(*, writing: bool = False) -> Generator[None]:
    """Turn what the driver says into a sentence for people; by class and code, never by message."""
    try:
        yield
    except AuthError as error:
        message = Sentence("The database refused the user name or password.")
        raise Unavailable(
            message, Sentence("Check NEO4J_USER and NEO4J_PASSWORD; after several wrong tries wait 30 seconds.")
        ) from error
    except UnsupportedServerProduct as error:
        message = Sentence("What answers at the database's address is not a database that Relay knows.")
        raise Unavailable(message, Sentence("Check NEO4J_URI: host, port, and Neo4j 5.26 or later.")) from error
    except (ServiceUnavailable, DatabaseUnavailable, SessionExpired, OSError) as error:
        if writing and isinstance(error, IncompleteCommit):
            raise UnknownOutcome(silent=_went_silent(error)) from error
        message = Sentence("The database cannot be reached, or did not answer in time.")
        raise Unavailable(message, Sentence("Nothing was recorded. See `relay status`, then try again.")) from error
    except (TransientError, ConstraintError) as error:
        message = Sentence("The database was too busy to finish in time.")
        raise Unavailable(message, Sentence("Nothing was recorded: try again.")) from error
    except ClientError as error:
        refusal = _REFUSALS.get(_last_word(error))
        if refusal is None:
            raise
        raise Unavailable(*refusal) from error
    except (DriverError, Neo4jError) as error:
        message = Sentence("The database failed (%(error)s).", error=type(error).__name__)
        raise Unavailable(message, Sentence("See the database's log.")) from error
