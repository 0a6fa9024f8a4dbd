"""The graph database: the only module that speaks Bolt.

A `Graph` is passed in, first; it runs reads and writes as managed transactions on either engine. Nothing waits for
ever: a connection that stays silent for `SILENCE_SECONDS` is given up; the engine of this machine is waited for longer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self, TypeVar, cast

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DatabaseError,
    IncompleteCommit,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from neo4j.graph import Node, Path, Relationship

from relay.database import cypher
from relay.database.driver_errors import (
    REMOVED,
    ReadOnly,
    Silence,
    TooBusy,
    UnknownOutcome,
    Unreachable,
    last_part_of_code,
    place_in_query,
    translated,
)
from relay.database.driver_internals import begin_with_first_statement, run_with_commit, watch_connections
from relay.errors import Conflict, Failure, Refused, Unavailable, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from relay.domain.system import Catalogue
    from relay.settings import Connection

_T = TypeVar("_T")

# Our choices: a weak line answers within them, and whatever the line does, a person reads an error within 20 s. The
# driver counts its retries from the end of the first try, so a dead line costs (a first try) + RETRY + (a last try).
CONNECT_SECONDS: Final = 5.0
GREET_SECONDS: Final = 8.0  # connecting included
RETRY_SECONDS: Final = 6.0
SILENCE_SECONDS: Final = 15.0  # not retried
LOCAL_SILENCE_SECONDS: Final = 60.0  # of an engine on this machine, which may be busy with something large
WHOLE_FILE_SECONDS: Final = 60.0  # in which an import or a restore is tried again
PAUSE_SECONDS: Final = 0.5  # between its tries
FIRST_RETRY_SECONDS: Final = 0.02  # our choice: some commits' time; the driver's 1 s would leave busy clerks waiting
RACES: Final = 100  # lost one after another; our choice, and not by the clock: a try may have waited for the engine
FEW_RACES: Final = 5  # our choice: what is still gone after these tries, and after RETRY_SECONDS, is damage
_OF_THE_SCHEMA: Final = ".Schema."
_ITS_OWN_RULE: Final = ".EquivalentSchemaRuleAlreadyExists"
_EMBEDDED_AGENT: Final = "ArcadeDB"

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # else its warnings land on the user's screen


NOT_RELAYS_OWN: Final = Failure(
    Unavailable,
    "not_relays_own",
    "The database cannot keep %(property)s of :%(label)s unique: another application uses it too, or "
    "one value occurs twice.",
    advice="Give Relay a separate, empty database, and restore a backup there if this one was Relay's.",
)


HOLDS_OTHERS_DATA: Final = Failure(
    Unavailable,
    "holds_others_data",
    "Relay never used this database, and it already holds data of another application (:%(label)s).",
    advice="Give Relay a separate, empty database; nothing was written into this one.",
)


class NotAnswered(Refused):
    """The database did not answer somebody's own query: it does not know something in it, or lacks memory for it."""

    reason = "The database cannot answer this query: it contains something unknown, or would need too much memory."
    advice = "Ask for less, and only for what relay help cypher lists."
    field = "query"


class AsksTooMuch(NotAnswered):
    """Somebody's own query would write, or read what is not shown."""

    reason = "This query would write, or read names, accounts or everything at once."
    advice = "Name the kind of each node, such as (p:Placement); names are not read here."


class QueryBrokenOff(NotAnswered):
    """Somebody's own query took too long."""

    reason = "This query took too long and was stopped."
    advice = "Ask for less: add conditions or a LIMIT."


class QueryLost(NotAnswered):
    """The connection was lost over somebody's own query; the embedded engine ends when it runs out of memory."""

    reason = "The connection to the database was lost over this query: it may need more memory than there is."
    advice = "Ask for less: shorter texts and lists, and a LIMIT."


class NotCypher(NotAnswered):
    """Somebody's own query cannot be read."""

    reason = "This query cannot be read as Cypher."
    advice = "Compare it with the example queries."


class NotCypherFrom(NotCypher):
    """Somebody's own query cannot be read from a place on: the line and the column of it, each from 1."""

    reason = "This query cannot be read as Cypher from line %(line)s, column %(column)s on."
    line: int
    column: int


_NOT_ANSWERED: Final[Mapping[str, type[NotAnswered]]] = {
    "Forbidden": AsksTooMuch,
    "TransactionTimedOut": QueryBrokenOff,
    "SyntaxError": NotCypher,
    "SemanticError": NotCypher,
}
"""By the last word of the database's code."""


def _not_answered(error: ClientError | DatabaseError) -> NotAnswered:
    kind = _NOT_ANSWERED.get(last_part_of_code(error), NotAnswered)
    if kind is NotCypher and (place := place_in_query(error)):
        line, column = place
        return NotCypherFrom(line=line, column=column)
    return kind()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """What a query answered.

    Attributes:
        columns: In the order of the query.
        rows: A value for each column: text, numbers, whole ones as integers, days as ISO text, lists and mappings of
            these, or None; of a node or relationship its properties.
        more: Whether there were more rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a query may answer
    if isinstance(value, Path):
        return [_plain(each) for each in (*value.nodes, *value.relationships)]
    if isinstance(value, (Node, Relationship)):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():  # the graph's amounts are fractions, also where they are whole
        return int(value)
    return value if isinstance(value, float) or not hasattr(value, "iso_format") else value.iso_format()


class Transaction:
    """Statements inside one managed transaction; they stand or fall together.

    Attributes:
        catalogue: Of the kinds of acts, as the graph's.
    """

    def __init__(self, transaction: neo4j.ManagedTransaction, catalogue: Catalogue) -> None:
        """Wrap the driver's transaction."""
        self._transaction = transaction
        self.catalogue = catalogue

    def rows(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """All rows of a query, each as column → value, in the order of the query."""
        return [dict(record) for record in self._transaction.run(query, parameters)]

    def stream(self, query: LiteralString, **parameters: object) -> Iterator[Mapping[str, Any]]:
        """The rows of a query one by one, without holding them all."""
        for record in self._transaction.run(query, parameters):
            yield dict(record)

    def run(self, query: LiteralString, **parameters: object) -> None:
        """Run a statement that returns nothing."""
        for _ in self._transaction.run(query, parameters):
            pass

    def table(self, text: str, most: int) -> QueryAnswer:
        """What somebody's own query answers, up to so many rows."""
        query = cast("LiteralString", text)  # type: ignore[redundant-cast]  # mypy takes it for str
        result = self._transaction.run(query)
        found = result.fetch(most + 1)
        rows = tuple(tuple(_plain(value) for value in record.values()) for record in found[:most])
        return QueryAnswer(columns=tuple(result.keys()), rows=rows, more=len(found) > most)

    def last(self, query: LiteralString, **parameters: object) -> None:
        """Run a statement that returns nothing together with the commit; nothing may follow it.

        The database commits nothing when the statement fails.
        """
        run_with_commit(self._transaction, query, parameters)


def patiently(work: Callable[[], _T]) -> _T:
    """Do again, for up to a minute, what met a silent database: for long work, that nobody wants to begin anew.

    Args:
        work: May be done twice: what was recorded the first time is found there the second time.

    Raises:
        Unavailable: The database stayed silent, or something else is wrong with it.
    """
    until = time.monotonic() + WHOLE_FILE_SECONDS
    while True:
        try:
            return work()
        except (UnknownOutcome, Unreachable, TooBusy):
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)


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
            if enough or last_part_of_code(error) != REMOVED:
                raise
        time.sleep(FIRST_RETRY_SECONDS)
    message = Sentence("Others were changing the same records at the same moment.")
    raise Conflict(
        reason=message,
        advice=Sentence("Try again. If it stays so, see `relay ledger verify`."),
    )


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


def _until_read(work: Callable[[], _T]) -> _T:
    """Run a read, and once more where the line broke as it ended, which the driver does not repeat: it changes nothing.

    So an engine that ends at that moment keeps nobody from what they read: the second time it is started first.
    """
    try:
        return _through_races(work)
    except IncompleteCommit:
        return _through_races(work)


class Graph:
    """A graph database of either engine.

    Attributes:
        catalogue: Of the kinds of acts that it can hold.
    """

    def __init__(
        self,
        driver: neo4j.Driver,
        connection: Connection,
        catalogue: Catalogue,
        before_all: Callable[[], object],
        before_writing: Callable[[], None],
    ) -> None:
        """Keep an open driver; use `connect`."""
        self._driver = driver
        self._database = connection.database
        self.catalogue = catalogue
        self._before_all = before_all
        self._before_writing = before_writing
        self._embedded: bool | None = None
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
        with translated():
            return self._execute(work, tried=_until_read)

    def write(
        self, work: Callable[[Transaction], _T], *, again: Callable[[Transaction], _T] | None = None, alone: bool = True
    ) -> _T:
        """Run a write: all of `work`, or nothing of it. `work` may run several times.

        Args:
            work: What is written.
            again: Finds out, or writes it once more, where the line is cut during the commit; None where that cannot
                be told afterwards.
            alone: Whether it is all that is written; else nobody knows here what was recorded before it.

        Raises:
            Unavailable: The database cannot be reached, or did not answer in time; nothing was recorded.
            UnknownOutcome: It may or may not have been recorded.
            Conflict: Another writer was faster, again and again.
        """
        try:
            return self._write(work, alone=alone)
        except UnknownOutcome as unknown:
            if again is None or unknown.silent:
                raise
            try:
                return self._write(again, alone=alone)
            except Unavailable as error:
                raise error if isinstance(error, UnknownOutcome) else unknown from error

    def _write(self, work: Callable[[Transaction], _T], *, alone: bool) -> _T:
        self._before_writing()
        with translated(writing=True, alone=alone):
            return self._execute(work, writing=True, tried=_through_races)

    def rows(self, query: LiteralString, **parameters: object) -> list[dict[str, Any]]:
        """All rows of one read query."""
        return self.read(lambda transaction: transaction.rows(query, **parameters))

    def ask(self, text: str, most: int) -> QueryAnswer:
        """What somebody's own query answers.

        The text is not Relay's: only for a connection whose user the database itself keeps from writing, and from what
        that somebody may not read (`embedded_server.reader`).

        Args:
            text: One Cypher statement.
            most: Rows to give; what comes after them is left out.

        Raises:
            NotAnswered: The database cannot read it, refuses it, or broke it off.
            Unavailable: The database cannot be reached, or did not answer in time.
        """
        with translated():
            try:
                return self._execute(lambda transaction: transaction.table(text, most))
            except (AuthError, TransientError, ConstraintError):
                raise
            except Silence as error:
                raise QueryBrokenOff from error
            except (ServiceUnavailable, SessionExpired) as error:
                raise QueryLost from error
            except (ClientError, DatabaseError) as error:
                raise _not_answered(error) from error

    def migrate(self) -> None:
        """Bring constraints and indexes up to date; quick when they are.

        Raises:
            Unavailable: It is not empty, and not Relay's; or the database cannot be reached, or what others keep in it
                is in the way.
        """
        unique, indexed = self._missing()
        if not unique and not indexed:
            return
        self._require_own(unique)
        with suppress(ReadOnly):  # then nothing is doubled either
            for each in unique:
                self._constrain(each, self._migrations[each])
            for each in indexed:
                self._constrain(each, self._indexes[each])
            if not self.embedded and (others := self._missing()[0]):  # under whose names others have something else
                label, name = others[0]
                raise refused(NOT_RELAYS_OWN, label=label, property=name)
            done, found = ([".".join(each) for each in texts] for texts in (self._migrations, self._indexes))

            def work(transaction: Transaction) -> None:
                for text in cypher.FROM_EARLIER_TABLES:
                    transaction.run(text)
                transaction.run(cypher.SET_SCHEMA, unique=done, indexed=found)

            self.write(work)

    @property
    def _migrations(self) -> Mapping[tuple[str, str], LiteralString]:
        return cypher.statements(self.catalogue).migrations

    @property
    def _indexes(self) -> Mapping[tuple[str, str], LiteralString]:
        return cypher.statements(self.catalogue).indexes

    def _missing(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """What should be unique and is not, and what should have an index and has none.

        In Neo4j the list of what was done does not tell what was dropped since.
        """
        if self.embedded:
            row = next(iter(self.rows(cypher.SCHEMA)), {})
            done = {*(row.get("unique") or ()), *(row.get("indexed") or ())}
            unique = [each for each in self._migrations if ".".join(each) not in done]
            return unique, [each for each in self._indexes if ".".join(each) not in done]
        there = {(row["label"], row["property"]): row["unique"] for row in self.rows(cypher.INDEXES)}
        unique = [each for each in self._migrations if not there.get(each)]  # each constraint has an index of its own
        return unique, [each for each in self._indexes if each not in there]

    def _require_own(self, unique: Iterable[tuple[str, str]]) -> None:
        """Look, before anything is written, whether what others keep in the database is in the way.

        Raises:
            Unavailable: It is not empty, and not Relay's; or others have an index where something should be made
                unique, or under its name.
        """
        for row in self.rows(
            cypher.ANY_NODE
        ):  # before the others: what a process beside this one begins with is Relay's
            if not self.rows(cypher.SCHEMA) and not self.rows(cypher.ANY_LEDGER):
                raise refused(HOLDS_OTHERS_DATA, label=":".join(row["labels"]))
        if self.embedded:
            return
        wanted = {cypher.schema_name(*each): each for each in unique}
        for row in self.rows(cypher.INDEXES):
            where = row["label"], row["property"]
            named = wanted.get(row["name"])  # under our own name somebody else of Relay may just be making it unique
            if named not in (None, where) or (named is None and where in wanted.values() and not row["unique"]):
                label, name = named or where
                raise refused(NOT_RELAYS_OWN, label=label, property=name)

    def _constrain(self, named: tuple[str, str], text: LiteralString) -> None:
        """Change the schema, in a transaction without data; again when another process does so too.

        Who finds its very rule there under its own name has what it wants: another process that begins made it.
        """
        with translated():
            try:
                self._execute(lambda transaction: transaction.run(text), writing=True)
            except (ClientError, DatabaseError) as error:
                if str(error.code).endswith(_ITS_OWN_RULE):
                    return
                if _OF_THE_SCHEMA in str(error.code):
                    label, name = named
                    raise refused(NOT_RELAYS_OWN, label=label, property=name) from error
                raise

    def _execute(
        self,
        work: Callable[[Transaction], _T],
        *,
        writing: bool = False,
        tried: Callable[[Callable[[], _T]], _T] = lambda once: once(),
    ) -> _T:
        """Run a managed transaction; `tried` runs it again where that may help."""
        self._before_all()

        def in_transaction(transaction: neo4j.ManagedTransaction) -> _T:
            return work(Transaction(transaction, self.catalogue))

        try:
            with self._session() as session:
                execute = session.execute_write if writing else session.execute_read
                return tried(lambda: execute(in_transaction))
        except Silence:
            # perhaps it waits for a write that an older copy of the database, put back since, does not have
            self._forget()
            raise

    @contextmanager
    def _session(self) -> Generator[neo4j.Session]:
        session = self._driver.session(database=self._database, bookmark_manager=self._bookmarks)
        with session, begin_with_first_statement(session):
            yield session

    @property
    def embedded(self) -> bool:
        """Whether it is the embedded engine; the database is asked once.

        Raises:
            Unavailable: The database cannot be reached.
        """
        if self._embedded is None:  # a cached property of Python 3.11 is worked out for one graph at a time
            self._embedded = _EMBEDDED_AGENT in self.agent()
        return self._embedded

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
    catalogue: Catalogue,
    *,
    before_all: Callable[[], object] = lambda: None,
    before_writing: Callable[[], None] = lambda: None,
) -> Graph:
    """Connect to a database of either engine and bring its schema up to date.

    Args:
        connection: Where it answers.
        catalogue: Of the kinds of acts that it can hold.
        before_all: Asked before each read and write, and before each connection; may start what should answer.
        before_writing: Asked before each write; raises `Unavailable` when there is no room for it.

    Raises:
        Unavailable: It cannot be reached, or user and password are wrong.
    """
    driver = _driver(connection, retry_seconds=RETRY_SECONDS, ready=before_all)
    graph = Graph(driver, connection, catalogue, before_all, before_writing)
    try:
        graph.migrate()
    except BaseException:
        graph.close()
        raise
    return graph


def connect_to_read(connection: Connection, catalogue: Catalogue) -> Graph:
    """Connect as a user who may do nothing but read; whether the schema is up to date is not looked at.

    Nothing is asked twice: what the database did not survive once would end it again.
    """
    driver = _driver(connection, retry_seconds=0, ready=lambda: None)
    return Graph(driver, connection, catalogue, lambda: None, lambda: None)


def _driver(connection: Connection, *, retry_seconds: float, ready: Callable[[], object]) -> neo4j.Driver:
    with translated():
        driver = neo4j.GraphDatabase.driver(
            connection.uri,
            auth=(connection.user, connection.password),
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=GREET_SECONDS,
            connection_write_timeout=SILENCE_SECONDS,
            max_transaction_retry_time=retry_seconds,
            initial_retry_delay=FIRST_RETRY_SECONDS,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    silence = LOCAL_SILENCE_SECONDS if connection.on_this_machine else SILENCE_SECONDS
    watch_connections(driver, silence, GREET_SECONDS, ready)
    return driver
