"""Files that nobody else may read, in the age format (age-encryption.org/v1), which other programs open too.

A file is encrypted with a passphrase, or to a public key, so that the machine that makes backups cannot read them. The
whole file passes through memory.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pyrage

from relay.errors import Failure, Invalid, refused
from relay.text import Sentence

_age: Any = pyrage  # it is compiled and ships no types

ENDING: Final = ".age"
ENOUGH_TO_TELL: Final = 200
"""Bytes from a file's beginning that say with what it opens."""

_MARK: Final = b"age-encryption.org/v1\n"
_WITH_PASSPHRASE: Final = b"-> scrypt "
_TOO_MUCH: Final = "Excessive work"
"""How age begins to say that a passphrase takes more than 16 times the work that this machine seems to do in a second:
it guesses that each time from a few milliseconds, in which a busy machine may do next to nothing."""
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 1.0  # our choice, as the tries: what keeps a machine busy for a moment is over by then


NOT_A_KEY: Final = Failure(
    Invalid,
    "not_a_key",
    advice="It begins with %(begins)s; age-keygen makes a pair.",
)


CANNOT_OPEN: Final = Failure(
    Invalid,
    "cannot_open",
    "The file does not open with this %(with_what)s: it is the wrong one, or the file is damaged.",
    advice="Give the %(with_what)s it was made with.",
)


TOO_MUCH_WORK: Final = Failure(
    Invalid,
    "too_much_work",
    "Opening the file takes too much work: this machine is busy or much slower than the one that "
    "encrypted it, or the file is damaged.",
    advice="Try again when it is idle, or on a quicker machine.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """With what a file is sealed or opened; nothing given leaves it open.

    Attributes:
        passphrase: Empty for none.
        public_key: "age1…", for sealing; empty for none.
        secret_key: "AGE-SECRET-KEY-1…", for opening; empty for none.
    """

    passphrase: str = field(default="", repr=False)
    public_key: str = ""
    secret_key: str = field(default="", repr=False)

    @property
    def ending(self) -> str:
        """What a sealed file's name ends with; empty for an open one."""
        return ENDING if self.passphrase or self.public_key else ""

    def close(self, content: bytes) -> bytes:
        """Seal a file, or leave it open where nothing was given.

        Raises:
            Invalid: The public key is none.
        """
        if self.passphrase:
            return bytes(_age.passphrase.encrypt(content, self.passphrase))
        if not self.public_key:
            return content
        try:
            recipient = _age.x25519.Recipient.from_str(self.public_key)
        except _age.RecipientError as error:
            raise refused(NOT_A_KEY, reason=Sentence("This is not a public key of age."), begins="age1") from error
        return bytes(_age.encrypt(content, [recipient]))

    def open(self, content: bytes) -> bytes:
        """Open a sealed file; one that is not sealed is given back as it is.

        Raises:
            Invalid: The secret key is none; or the passphrase or key is not the one, or is missing, or the file is
                damaged; or the passphrase would take this machine too long.
        """
        needs = needs_to_open(content)
        if needs is None:
            return content
        try:
            if needs == "passphrase":
                return _opened_with(self.passphrase, content)
            return bytes(_age.decrypt(content, [_age.x25519.Identity.from_str(self.secret_key)]))
        except _age.IdentityError as error:
            raise refused(
                NOT_A_KEY, reason=Sentence("This is not a secret key of age."), begins="AGE-SECRET-KEY-1"
            ) from error
        except _age.DecryptError as error:
            said = {"passphrase": Sentence("passphrase"), "key": Sentence("key")}[needs]
            raise refused(CANNOT_OPEN, with_what=said) from error


def new_secret_key() -> str:
    """One that nobody has."""
    return str(_age.x25519.Identity.generate())


def public_key_of(secret_key: str) -> str:
    """The public key that belongs to a secret one."""
    return str(_age.x25519.Identity.from_str(secret_key).to_public())


def _opened_with(passphrase: str, content: bytes) -> bytes:
    for _ in range(_TRIES):
        try:
            return bytes(_age.passphrase.decrypt(content, passphrase))
        except _age.DecryptError as error:
            if not str(error).startswith(_TOO_MUCH):
                raise
        time.sleep(_PAUSE_SECONDS)
    raise refused(TOO_MUCH_WORK)


OPEN: Final = Seal()
"""No seal at all."""


def needs_to_open(content: bytes) -> Literal["passphrase", "key"] | None:
    """With what a file opens; None when it is not sealed. `ENOUGH_TO_TELL` bytes are enough."""
    if not content.startswith(_MARK):
        return None
    return "passphrase" if content[len(_MARK) :].startswith(_WITH_PASSPHRASE) else "key"
