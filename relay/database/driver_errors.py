"""What the database's driver says when something fails, told in sentences for people."""

from __future__ import annotations

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
    from collections.abc import Callable, Generator

REMOVED: Final = "EntityNotFound"
"""Either engine's last word for what another just removed; the driver does not retry it."""
_READ_ONLY: Final = "WriteOnReadOnlyAccessDatabase"
_OF_MEMORY: Final = "Memory"  # MemoryPoolOutOfMemoryError, TransactionOutOfMemoryError
_SEE_ITS_LOG: Final = Sentence("See the database's log.")


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


class ReadOnly(NotWritable):
    """The database takes no writes."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            Sentence("The database is read-only: nothing was recorded."),
            Sentence("Ask its administrator to let NEO4J_USER write it."),
        )


def last_word(error: Neo4jError) -> str:
    """Of its code, which alone says what happened."""
    return str(error.code).rpartition(".")[2]


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
        if isinstance(error, TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False


_TOO_BUSY: Final = (
    Sentence("The database was too busy to finish in time."),
    Sentence("Nothing was recorded: try again."),
)
_REFUSALS: Final = {
    REMOVED: (
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
    "LockClientStopped": _TOO_BUSY,
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
def translated(*, writing: bool = False) -> Generator[None]:
    """Turn what the driver says into a sentence for people; by class and code, never by message.

    Args:
        writing: Whether what is lost while committing may be recorded.

    Raises:
        Unavailable: Whatever the driver raised.
    """
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
        if _OF_MEMORY in last_word(error):
            message = Sentence("The database gives a transaction too little memory for this.")
            raise Unavailable(message, Sentence("Raise its db.memory.transaction.max, and try again.")) from error
        raise Unavailable(*_TOO_BUSY) from error
    except ClientError as error:
        word = last_word(error)
        if word == _READ_ONLY:
            raise ReadOnly from error
        otherwise = Sentence("The database refused this (%(error)s).", error=word), _SEE_ITS_LOG
        raise Unavailable(*_REFUSALS.get(word, otherwise)) from error
    except (DriverError, Neo4jError) as error:
        message = Sentence("The database failed (%(error)s).", error=type(error).__name__)
        raise Unavailable(message, _SEE_ITS_LOG) from error
