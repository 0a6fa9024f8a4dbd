"""The driver's errors, translated into sentences for people."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConstraintError,
    DatabaseUnavailable,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
    UnsupportedServerProduct,
)

from relay.errors import NotWritable, Unavailable
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

REMOVED: Final = "EntityNotFound"
"""Error of both engines when something was just removed by others; the driver does not retry it."""
_READ_ONLY: Final = "WriteOnReadOnlyAccessDatabase"
_OF_MEMORY: Final = "Memory"  # MemoryPoolOutOfMemoryError, TransactionOutOfMemoryError
_PLACE: Final = re.compile(r"line (?P<line>\d+)(?::|, column )(?P<column>\d+)(?P<offset> \(offset)?")
_SEE_ITS_LOG: Final = Sentence("See the database's log.")
_NOTHING_RECORDED: Final = Sentence("Nothing was recorded. See `relay status`, then try again.")


class UnknownOutcome(Unavailable):
    """The connection was lost, or fell silent, during a commit: the act may or may not have been recorded.

    Attributes:
        silent: Whether it fell silent, so that another try would take as long again.
    """

    reason = "The connection was lost while the act was being recorded."
    advice = "Send the same again, with the same id: what is already recorded is not recorded twice."

    silent: bool


class ReadOnly(NotWritable):
    """The database is read-only."""

    reason = "The database is read-only: nothing was recorded."
    advice = "Ask its administrator to give NEO4J_USER write access."


def last_part_of_code(error: Neo4jError) -> str:
    """The last part of an error's code, which says what happened."""
    return str(error.code).rpartition(".")[2]


def place_in_query(error: Neo4jError) -> tuple[int, int] | None:
    """The line and column, both from 1, from which a query cannot be parsed; None if the database does not say.

    Neo4j counts columns from 1 and gives the offset too; the embedded engine counts them from 0.
    """
    if place := _PLACE.search(error.message or ""):
        return int(place["line"]), int(place["column"]) + (place["offset"] is None)
    return None


class Silence(ServiceUnavailable):
    """The database did not answer in time; asking again would only double the wait."""

    def is_retryable(self) -> bool:
        """False, always."""
        return False


@contextmanager
def sensible(lost: Callable[[OSError], object] | None = None) -> Generator[None]:
    """Turn silence and undecodable answers into errors that the driver has for lost connections.

    Args:
        lost: Called with the error of a lost connection; true if a commit was under way.
    """
    try:
        yield
    except IncompleteCommit:
        raise
    except (ServiceUnavailable, SessionExpired) as error:
        if lost and isinstance(error.__cause__, TimeoutError):
            raise Silence from error
        raise
    except (DriverError, Neo4jError, OSError):
        raise
    except Exception as nonsense:
        if lost:
            lost(OSError("nonsense"))
        raise ServiceUnavailable from nonsense


def _went_silent(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, (TimeoutError, Silence)):
            return True
        error = error.__cause__ or error.__context__
    return False


class Unreachable(Unavailable):
    """The database is not there, or does not answer."""

    reason = "The database cannot be reached, or did not answer in time."
    advice = "See `relay status`, then try again: what is already recorded is not recorded twice."


class TooBusy(Unavailable):
    """The database gave up waiting for other transactions."""

    reason = "The database was too busy to finish in time."
    advice = "Try again: what is already recorded is not recorded twice."


class RemovedMeanwhile(Unavailable):
    """What was being read kept being removed, by others or because the database is damaged."""

    reason = "The record kept changing while it was read."
    advice = "Try again. If it stays so, see `relay ledger verify`."


class NotPermitted(Unavailable):
    """The database user lacks a permission."""

    reason = "The database does not allow this for the user Relay connects as."
    advice = "Let NEO4J_USER read and write it."


class NoSuchDatabase(Unavailable):
    """The server has no database of that name."""

    reason = "The database server has no database of that name."
    advice = "Check NEO4J_DATABASE."


class NoRoles(Unavailable):
    """This edition of Neo4j has no roles."""

    reason = "This edition of Neo4j has no roles."
    advice = "Only Enterprise and Aura have them."


class TookTooLong(Unavailable):
    """The database stopped a query that exceeded its time limit."""

    reason = "The database took too long and stopped this."
    advice = "Try again when it is less busy; a programme that is always too large belongs on Neo4j."


class NotStored(Unavailable):
    """The transaction was lost before it was committed, as happens when a disk is full."""

    reason = "The database could not store the act; its disk may be full."
    advice = "Free some space, and try again; if it stays so, stop the engine, which starts by itself"
    command = "relay engine stop"


_REFUSALS: Final[Mapping[str, type[Unavailable]]] = {
    REMOVED: RemovedMeanwhile,
    "Forbidden": NotPermitted,
    "DatabaseNotFound": NoSuchDatabase,
    "LockClientStopped": TooBusy,
    "TransactionTimedOut": TookTooLong,
    "TransactionNotFound": NotStored,
    "UnsupportedAdministrationCommand": NoRoles,
}
"""Error for each refusal of a server, by the last part of its code."""


@contextmanager
def translated(*, writing: bool = False, alone: bool = False) -> Generator[None]:
    """Turn the driver's errors into errors for people, by their class and code, never by their message.

    Args:
        writing: Whether a transaction that is lost during its commit may have been recorded.
        alone: Whether the caller makes no other write, so that nothing else can have been recorded. A read, or one of
            several writes, cannot say that.

    Raises:
        Unavailable: The driver raised an error.
    """
    nothing = {"advice": _NOTHING_RECORDED} if alone else {}
    try:
        yield
    except AuthError as error:
        message = Sentence("The database refused the user name or password.")
        raise Unavailable(
            reason=message,
            advice=Sentence("Check NEO4J_USER and NEO4J_PASSWORD; after several wrong tries wait 30 seconds."),
        ) from error
    except UnsupportedServerProduct as error:
        message = Sentence("The server at the database's URL is not a database Relay can use.")
        raise Unavailable(
            reason=message, advice=Sentence("Check NEO4J_URI: host, port, and Neo4j 5.26 or later.")
        ) from error
    except (ServiceUnavailable, DatabaseUnavailable, SessionExpired, OSError) as error:
        if writing and isinstance(error, IncompleteCommit):
            raise UnknownOutcome(silent=_went_silent(error)) from error
        raise Unreachable(**nothing) from error
    except (TransientError, ConstraintError) as error:
        if _OF_MEMORY in last_part_of_code(error):
            message = Sentence("The database gives a transaction too little memory for this.")
            raise Unavailable(
                reason=message, advice=Sentence("Raise its db.memory.transaction.max and try again.")
            ) from error
        raise TooBusy(**nothing) from error
    except ClientError as error:
        word = last_part_of_code(error)
        if word == _READ_ONLY:
            raise ReadOnly from error
        message = Sentence("The database refused this (%(error)s).", error=word)
        otherwise = Unavailable(reason=message, advice=_SEE_ITS_LOG)
        raise (_REFUSALS[word]() if word in _REFUSALS else otherwise) from error
    except (DriverError, Neo4jError) as error:
        message = Sentence("The database failed (%(error)s).", error=type(error).__name__)
        raise Unavailable(reason=message, advice=_SEE_ITS_LOG) from error
