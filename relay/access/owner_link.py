"""A link that signs the server's owner in once; `relay serve` prints it."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field
from typing import Protocol


class _Lock(Protocol):
    def acquire(self, waiting: bool, /) -> bool: ...  # noqa: FBT001 - as locks have it


@dataclass(slots=True, kw_only=True)
class OneTimeLink:
    """A link that signs its owner in once.

    Attributes:
        login: The account that it signs in.
        secret: The last part of its URL.
        used: A lock that the first use takes, and never gives back; shared by all processes of the server.
    """

    login: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    used: _Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, secret: str) -> bool:
        """Use the link: whether this is its secret, and it was not used before."""
        return hmac.compare_digest(self.secret.encode(), secret.encode()) and self.used.acquire(False)  # noqa: FBT003 - as locks have it
