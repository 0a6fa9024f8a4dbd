"""The graph database: the only module that speaks Bolt.

A `Graph` is passed in, first; it runs reads and writes as managed transactions on either engine. Nothing waits for
ever: a line that stays silent for `SILENCE_SECONDS` is given up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self, TypeVar, cast

import neo4j
from neo4j.exceptions import AuthError, ClientError, ConstraintError, DatabaseError, TransientError
from neo4j.graph import Node, Path, Relationship

from relay.database import cypher
from relay.database.driver_errors import REMOVED, ReadOnly, Silence, last_word, sensible, translated
from relay.errors import Conflict, Refused, Unavailable
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from relay.settings import Connection

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
_OF_THE_SCHEMA: Final = ".Schema."
_EMBEDDED_AGENT: Final = "ArcadeDB"

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # else its warnings land on the user's screen


class NotRelaysOwn(Unavailable):
    """What a database holds cannot be kept apart as Relay needs it: it is of others too, or holds one thing twice."""

    def __init__(self, label: str, unique: str) -> None:
        """Name what should be unique."""
        super().__init__(
            Sentence(
                "The database cannot keep %(property)s of :%(label)s unique: it is of another application too, or holds"
                " one thing twice.",
                property=unique,
                label=label,
            ),
            Sentence("Give Relay an empty database of its own, and restore a backup there if this one was Relay's."),
        )


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
            if enough or last_word(error) != REMOVED:
                raise
        time.sleep(FIRST_RETRY_SECONDS)
    message = Sentence("Others were writing the same things at the same time.")
    raise Conflict(message, Sentence("Nothing was recorded: try again. If it stays so, see `relay ledger verify`."))


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
        self._forget()

    def _forget(self) -> None:
        """Know of no writes of its own any more; in a cluster no read is older than those that are known."""
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()

    def read(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a read; `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time.
            Conflict: Other writers were faster, again and again.
        """
        with translated(), self._session() as session:
            return _through_races(lambda: session.execute_read(lambda transaction: work(Transaction(transaction))))

    def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Run a write: all of `work`, or nothing of it. `work` may run several times.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time; nothing was recorded.
            UnknownOutcome: It may or may not have been recorded.
            Conflict: Another writer was faster, again and again.
        """
        self._before_writing()
        with translated(writing=True), self._session() as session:
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
        with translated(), self._session() as session:
            try:
                return session.execute_read(lambda transaction: _table(transaction, text, most))
            except (AuthError, TransientError, ConstraintError):
                raise
            except Silence as error:
                raise NotAnswered("TransactionTimedOut") from error
            except (ClientError, DatabaseError) as error:
                raise NotAnswered(last_word(error)) from error

    def migrate(self) -> None:
        """Bring constraints and indexes up to date; quick when they are.

        Raises:
            Unavailable: The database cannot be reached, or what others keep in it is in the way.
        """
        missing = self._missing()
        if not missing:
            return
        with suppress(ReadOnly):  # then nothing is doubled either
            for unique in missing:
                self._constrain(*unique)
            if not self.embedded and (others := self._missing()):  # under whose names others have something else
                raise NotRelaysOwn(*others[0])
            self.write(lambda transaction: transaction.run(cypher.SET_SCHEMA, migrations=len(cypher.MIGRATIONS)))

    def _missing(self) -> list[tuple[str, str]]:
        """What should be unique and is not; in Neo4j the number of migrations does not tell what was dropped since."""
        if self.embedded:
            done = next((row["migrations"] for row in self.rows(cypher.SCHEMA)), 0)
            return list(cypher.MIGRATIONS)[done:]
        there = {(row["label"], row["property"]) for row in self.rows(cypher.CONSTRAINTS)}
        return [unique for unique in cypher.MIGRATIONS if unique not in there]

    def _constrain(self, label: str, unique: str) -> None:
        """Make something unique, in a transaction without data; again when another process does so too."""
        with translated(), self._session() as session:
            try:
                session.execute_write(lambda transaction: transaction.run(cypher.MIGRATIONS[label, unique]).consume())
            except (ClientError, DatabaseError) as error:
                if _OF_THE_SCHEMA in str(error.code):
                    raise NotRelaysOwn(label, unique) from error
                raise

    @contextmanager
    def _session(self) -> Generator[neo4j.Session]:
        """A session that sends the beginning of a transaction together with its first statement: a round trip less."""
        self._before_all()
        try:
            with (
                self._driver.session(database=self._database, bookmark_manager=self._bookmarks) as session,
                session._pipelined_begin,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it has no public name
            ):
                yield session
        except Silence:
            # perhaps it waits for a write that an older copy of the database, put back since, does not have
            self._forget()
            raise

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
        with translated():
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
    with translated():
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
        with sensible():
            line = open_line(*arguments)
        fetch_message = line.fetch_message

        def fetch_sensible_message() -> None:
            with sensible(line._set_defunct_read):  # noqa: SLF001
                fetch_message()

        line.socket.set_read_timeout(SILENCE_SECONDS)
        line.fetch_message = fetch_sensible_message
        return line

    pool.opener = opener
