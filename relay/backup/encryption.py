"""Encrypted files in the age format (age-encryption.org/v1), which other programs can decrypt too.

A file is encrypted with a passphrase, or with a public key, so that the machine that makes backups cannot read them.
The whole file is held in memory while it is encrypted or decrypted.
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
HEADER_BYTES: Final = 200
"""As many bytes of a file's beginning as `needed_to_decrypt` looks at."""

_HEADER: Final = b"age-encryption.org/v1\n"
_WITH_PASSPHRASE: Final = b"-> scrypt "
_TOO_MUCH_WORK_MESSAGE: Final = "Excessive work"
"""The beginning of age's message that a passphrase takes more than 16 times the work that this machine does in a
second. It estimates this each time from a few milliseconds, in which a busy machine may do next to nothing."""
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 1.0  # our choice, as the tries: a machine that is busy for a moment is idle by then


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
class Encryption:
    """A passphrase or a key with which files are encrypted or decrypted; without any they stay as they are.

    Attributes:
        passphrase: For both; empty for none.
        public_key: "age1…", to encrypt; empty for none.
        secret_key: "AGE-SECRET-KEY-1…", to decrypt; empty for none.
    """

    passphrase: str = field(default="", repr=False)
    public_key: str = ""
    secret_key: str = field(default="", repr=False)

    @property
    def ending(self) -> str:
        """The ending of an encrypted file's name, ".age"; empty if files are not encrypted."""
        return ENDING if self.passphrase or self.public_key else ""

    def encrypt(self, content: bytes) -> bytes:
        """Encrypt the content of a file; without passphrase and public key it is returned unchanged.

        Raises:
            Invalid: The public key is not one.
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

    def decrypt(self, content: bytes) -> bytes:
        """Decrypt the content of a file; content that is not encrypted is returned unchanged.

        Raises:
            Invalid: The secret key is not one; or the passphrase or key is wrong or missing, or the file is damaged;
                or the passphrase would take this machine too long.
        """
        needs = needed_to_decrypt(content)
        if needs is None:
            return content
        try:
            if needs == "passphrase":
                return _decrypt_with_passphrase(self.passphrase, content)
            return bytes(_age.decrypt(content, [_age.x25519.Identity.from_str(self.secret_key)]))
        except _age.IdentityError as error:
            raise refused(
                NOT_A_KEY, reason=Sentence("This is not a secret key of age."), begins="AGE-SECRET-KEY-1"
            ) from error
        except _age.DecryptError as error:
            word = {"passphrase": Sentence("passphrase"), "key": Sentence("key")}[needs]
            raise refused(CANNOT_OPEN, with_what=word) from error


def new_secret_key() -> str:
    """A new random secret key, "AGE-SECRET-KEY-1…"."""
    return str(_age.x25519.Identity.generate())


def public_key_of(secret_key: str) -> str:
    """The public key of a secret key, "age1…"."""
    return str(_age.x25519.Identity.from_str(secret_key).to_public())


def _decrypt_with_passphrase(passphrase: str, content: bytes) -> bytes:
    for _ in range(_TRIES):
        try:
            return bytes(_age.passphrase.decrypt(content, passphrase))
        except _age.DecryptError as error:
            if not str(error).startswith(_TOO_MUCH_WORK_MESSAGE):
                raise
        time.sleep(_PAUSE_SECONDS)
    raise refused(TOO_MUCH_WORK)


UNENCRYPTED: Final = Encryption()
"""Neither passphrase nor key: files are written and read as they are."""


def needed_to_decrypt(content: bytes) -> Literal["passphrase", "key"] | None:
    """What is needed to decrypt a file; None when it is not encrypted. Its first `HEADER_BYTES` bytes are enough."""
    if not content.startswith(_HEADER):
        return None
    return "passphrase" if content[len(_HEADER) :].startswith(_WITH_PASSPHRASE) else "key"
