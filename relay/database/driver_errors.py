"""The errors of the database's driver, as sentences for people."""

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
"""Either engine's last word for what another just removed; the driver does not retry it."""
_READ_ONLY: Final = "WriteOnReadOnlyAccessDatabase"
_OF_MEMORY: Final = "Memory"  # MemoryPoolOutOfMemoryError, TransactionOutOfMemoryError
_PLACE: Final = re.compile(r"line (?P<line>\d+)(?::|, column )(?P<column>\d+)(?P<offset> \(offset)?")
_SEE_ITS_LOG: Final = Sentence("See the database's log.")
_NOTHING_RECORDED: Final = Sentence("Nothing was recorded. See `relay status`, then try again.")


class UnknownOutcome(Unavailable):
    """The line was cut, or went silent, while the database was committing: it may or may not have recorded.

    Attributes:
        silent: Whether the line went silent, so that another try would be waited for as long again.
    """

    reason = "The connection was lost while the act was being recorded."
    advice = "Send the same again, with the same id: what is already recorded is not recorded twice."

    silent: bool


class ReadOnly(NotWritable):
    """The database takes no writes."""

    reason = "The database is read-only: nothing was recorded."
    advice = "Ask its administrator to give NEO4J_USER write access."


def last_word(error: Neo4jError) -> str:
    """Of its code, which alone says what happened."""
    return str(error.code).rpartition(".")[2]


def place_in_query(error: Neo4jError) -> tuple[int, int] | None:
    """Tell from which line and column on, each from 1, a query cannot be read; None where the database does not say.

    Neo4j counts columns from 1 and gives the offset too; the embedded engine counts them from 0.
    """
    if place := _PLACE.search(error.message or ""):
        return int(place["line"]), int(place["column"]) + (place["offset"] is None)
    return None


class Silence(ServiceUnavailable):
    """The database did not answer in time; to ask again would only double the wait."""

    def is_retryable(self) -> bool:
        """Never."""
        return False


@contextmanager
def sensible(lost: Callable[[OSError], object] | None = None) -> Generator[None]:
    """Tell silence and nonsense on a line in the driver's own words; `lost` knows whether a commit was under way."""
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
    """The database is not there, or silent."""

    reason = "The database cannot be reached, or did not answer in time."
    advice = "See `relay status`, then try again: what is already recorded is not recorded twice."


class TooBusy(Unavailable):
    """The database gave up waiting for others."""

    reason = "The database was too busy to finish in time."
    advice = "Try again: what is already recorded is not recorded twice."


class RemovedMeanwhile(Unavailable):
    """What is read goes on being removed: by others, or because it is damaged."""

    reason = "The record kept changing while it was read."
    advice = "Try again. If it stays so, see `relay ledger verify`."


class NotPermitted(Unavailable):
    """The database's own user lacks a right."""

    reason = "The database does not allow this for the user Relay connects as."
    advice = "Let NEO4J_USER read and write it."


class NoSuchDatabase(Unavailable):
    """The server knows no database of that name."""

    reason = "The database server has no database of that name."
    advice = "Check NEO4J_DATABASE."


class NoRoles(Unavailable):
    """The edition of Neo4j has no roles."""

    reason = "This edition of Neo4j has no roles."
    advice = "Only Enterprise and Aura have them."


class TookTooLong(Unavailable):
    """The database stopped what took longer than it allows."""

    reason = "The database took too long and stopped this."
    advice = "Try again when it is less busy; a programme that is always too large belongs on Neo4j."


class NotStored(Unavailable):
    """The transaction was gone before it was committed, as it is when a disk is full."""

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
"""What a server refuses, by the last word of its code."""


@contextmanager
def translated(*, writing: bool = False, alone: bool = False) -> Generator[None]:
    """Turn what the driver says into a sentence for people; by class and code, never by message.

    Args:
        writing: Whether what is lost while committing may be recorded.
        alone: Whether this is the only write of who does it, so that else nothing was recorded. A read, or one write of
            several, cannot tell what was recorded before it.

    Raises:
        Unavailable: Whatever the driver raised.
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
        if _OF_MEMORY in last_word(error):
            message = Sentence("The database gives a transaction too little memory for this.")
            raise Unavailable(
                reason=message, advice=Sentence("Raise its db.memory.transaction.max and try again.")
            ) from error
        raise TooBusy(**nothing) from error
    except ClientError as error:
        word = last_word(error)
        if word == _READ_ONLY:
            raise ReadOnly from error
        message = Sentence("The database refused this (%(error)s).", error=word)
        otherwise = Unavailable(reason=message, advice=_SEE_ITS_LOG)
        raise (_REFUSALS[word]() if word in _REFUSALS else otherwise) from error
    except (DriverError, Neo4jError) as error:
        message = Sentence("The database failed (%(error)s).", error=type(error).__name__)
        raise Unavailable(reason=message, advice=_SEE_ITS_LOG) from error
