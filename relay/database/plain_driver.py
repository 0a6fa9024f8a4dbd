"""The driver without its internals: how silence and garbage are noticed using only its documented interface.

The driver waits for an answer forever, and only the driver can end that wait. So each transaction runs on its own
thread, which the caller abandons when the database does not answer; see `relay.database.driver_internals` for what is
done by default.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from neo4j.exceptions import DriverError, IncompleteCommit, Neo4jError, ServiceUnavailable

from relay.database.driver_errors import Silence, sensible

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import LiteralString

    import neo4j

_T = TypeVar("_T")

LOOK_SECONDS: Final = 0.5  # our choice: how late silence may be noticed
RECORDS: Final = 1000  # as many as the driver itself asks for at a time


class Watch:
    """Watches one transaction function for silence of the database, whatever the driver retries.

    The clock runs while the database is asked something, never while Relay's own code works.
    """

    def __init__(self, seconds: float) -> None:
        """Give up after so many seconds without an answer."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._committing = False
        self._given_up = False
        self._error_of_the_work: BaseException | None = None

    def run(self, job: Callable[[], _T]) -> _T:
        """Run a job of the driver's on a thread of its own.

        Raises:
            Silence: The database did not answer in time. The thread is left behind and commits nothing afterwards.
            IncompleteCommit: It did not answer a COMMIT, or not in Bolt.
            ServiceUnavailable: It did not answer in Bolt.
        """
        answer = Future[_T]()

        def run_job() -> None:
            try:
                answer.set_result(job())
            except BaseException as error:  # noqa: BLE001 - raised where the answer is waited for
                answer.set_exception(error)

        self._ask()
        threading.Thread(target=run_job, name="transaction", daemon=True).start()
        try:
            while True:
                try:
                    return answer.result(LOOK_SECONDS)
                except TimeoutError:
                    if answer.done():
                        raise
                    self._require_answers()
        except (DriverError, Neo4jError, OSError):
            raise
        except Exception as error:
            if error is self._error_of_the_work:
                raise
            raise (IncompleteCommit if self._committing else ServiceUnavailable) from error
        finally:
            self._given_up = True  # a caller interrupted while waiting leaves the thread behind too

    def _ask(self) -> None:
        with self._lock:
            if self._given_up:
                raise Silence
            self._asked = time.monotonic()

    def _answered(self) -> None:
        with self._lock:
            self._asked = None

    def _require_answers(self) -> None:
        with self._lock:
            if self._asked is None or time.monotonic() - self._asked < self._seconds:
                return
            self._given_up = True
        if self._committing:
            raise IncompleteCommit from Silence()
        raise Silence

    def work(self, work: Callable[[neo4j.ManagedTransaction], _T]) -> Callable[[neo4j.ManagedTransaction], _T]:
        """The transaction function with the clock stopped in it; what comes after it is the commit, or the rollback."""

        def watched(transaction: neo4j.ManagedTransaction) -> _T:
            self._answered()
            self._committing = False
            try:
                answer = work(transaction)
            except BaseException as error:
                self._error_of_the_work = error
                self._ask()
                raise
            self._ask()
            self._committing = True
            return answer

        return watched

    @contextmanager
    def asking(self) -> Generator[None]:
        """Run the clock while the transaction function asks the database."""
        self._ask()
        with sensible():
            yield
        self._answered()

    def records(
        self, transaction: neo4j.ManagedTransaction, query: LiteralString, parameters: dict[str, Any]
    ) -> Iterator[neo4j.Record]:
        """The rows of a query."""
        with self.asking():
            result = transaction.run(query, parameters)
            records = result.fetch(RECORDS)
        while records:
            yield from records
            with self.asking():
                records = result.fetch(RECORDS)
