"""A link that signs its owner in once: `relay serve` prints it for whoever runs the server."""

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
        login: Whose account it opens.
        secret: What its URL ends with.
        used: Is taken by who uses it; one of several processes, where several answer.
    """

    login: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    used: _Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, secret: str) -> bool:
        """Whether this is the secret, and nobody used it before."""
        return hmac.compare_digest(self.secret.encode(), secret.encode()) and self.used.acquire(False)  # noqa: FBT003 - as locks have it
