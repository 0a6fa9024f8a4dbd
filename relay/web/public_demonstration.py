"""What a public demonstration closes: everybody uses the same accounts there, and knows their password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from relay.errors import Failure, Forbidden, refused
from relay.web.request import current

if TYPE_CHECKING:
    from flask import Flask

    from relay.service.public_demo import PublicDemonstration

CLOSED_ROOMS: Final = frozenset(
    {"own_account", "second_factor", "passkeys", "organisation", "accounts", "invitations", "devices", "registers"}
)
"""Passwords, tokens, accounts and telephones, and whole files over the API."""

_CLOSED_VIEWS: Final = frozenset(
    {"sign_in.passkey_page", "sign_in.passkey", "api.token", "field.enrol", "beginning.sent"}
)

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


CLOSED: Final = Failure(
    Forbidden,
    "closed_in_the_demonstration",
    "In the public demonstration this is closed: everybody uses the same accounts, and no file is kept.",
    advice="Try it in a demonstration of your own",
    command="relay demo",
)


def set_up(app: Flask) -> None:
    """Tell pages whether they are those of a public demonstration."""
    app.add_template_global(shown, "public_demonstration")


def shown() -> PublicDemonstration | None:
    """The public demonstration that this is; None if it is none."""
    return current.core().public


def require_open(endpoint: str | None) -> None:
    """Refuse what would change an account, and whole files, in a public demonstration.

    Raises:
        Forbidden: It is closed.
    """
    room = str(endpoint).partition(".")[0]
    if request.method not in _SAFE and (room in CLOSED_ROOMS or endpoint in _CLOSED_VIEWS):
        require_private()


def require_private() -> None:
    """Refuse something in a public demonstration.

    Raises:
        Forbidden: This is one.
    """
    if shown():
        raise refused(CLOSED)
