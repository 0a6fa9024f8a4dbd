"""A link that signs its owner in once: `relay serve` prints it for whoever runs the server."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class OneTimeLink:
    """A link that signs its owner in once.

    Attributes:
        login: Whose account it opens.
        secret: What its URL ends with.
    """

    login: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _used: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, secret: str) -> bool:
        """Whether this is the secret, and nobody used it before."""
        return hmac.compare_digest(self.secret.encode(), secret.encode()) and self._used.acquire(blocking=False)
