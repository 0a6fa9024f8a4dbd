"""Challenges that passkeys sign: each for one purpose, in the signed session for five minutes, and taken once."""

from __future__ import annotations

import re
from secrets import token_urlsafe
from typing import Final

from flask import request, session

from relay.access.passkeys import Challenge, PasskeySite
from relay.web.request import current

TO_MAKE: Final = "make"
TO_SIGN: Final = "sign"
_KEY: Final = "challenge"
"""The key in a session for the last challenge: its purpose, its text, and when it was made."""
_SECONDS: Final = 5 * 60  # our choice: long enough to fetch the device, and to try its PIN again
_BYTES: Final = 32
_NUMBERS: Final = re.compile(r"[\d.]+")


def site() -> PasskeySite | None:
    """Where passkeys made on these pages hold; None where browsers make none.

    They make them for the host name of a site with TLS, and for localhost; never for a number, such as 127.0.0.1.
    """
    name = current.core().site
    host, _, port = (name or request.host).lower().partition(":")
    if _NUMBERS.fullmatch(host) or not (name or host == "localhost"):
        return None
    scheme, usual = ("https", "443") if name else (request.scheme, "80")
    return PasskeySite(host=host, origin=f"{scheme}://{host}{f':{port}' if port not in ('', usual) else ''}")


def new(purpose: str) -> Challenge:
    """A new challenge for this session, in place of the last one."""
    made = Challenge(text=token_urlsafe(_BYTES), asked_at=current.core().now().timestamp())
    session[_KEY] = [purpose, made.text, made.asked_at]
    return made


def taken(purpose: str) -> Challenge | None:
    """The challenge of this session, which then has none; None if it had none for this purpose, or too old a one."""
    kept, text, asked_at = session.pop(_KEY, ("", "", 0.0))
    if kept != purpose or current.core().now().timestamp() - asked_at > _SECONDS:
        return None
    return Challenge(text=text, asked_at=asked_at)
