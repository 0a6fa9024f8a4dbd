"""Views that an earlier version stored in a cookie of the browser: offered once to be kept in the programme."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from relay.web import sessions
from relay.web.lists.programme_lists import LISTINGS
from relay.web.remembered_choice import A_YEAR

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_HALF_A_LETTER: Final = re.compile("[\ud800-\udfff]")  # which JSON can write, and no text holds


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserView:
    """A list with filters and order, as the cookie holds it.

    Attributes:
        programme_id: The programme.
        name: The name of the list.
        title: The name that the reader gave the view.
        query: The part of its URL after the question mark.
    """

    programme_id: str
    name: str
    title: str
    query: str


def cookie_value() -> str:
    """The cookie with this reader's views; empty when there is none."""
    return request.cookies.get(_cookie_name(), "")


def stored(programme_id: str) -> tuple[BrowserView, ...]:
    """The views of a programme in this reader's cookie; empty when there are none, or it cannot be read."""
    return tuple(view for view in _all() if view.programme_id == programme_id)


def take_out(response: Response, programme_id: str) -> None:
    """Take the views of a programme out of the cookie; it is deleted when none is left."""
    left = [asdict(view) for view in _all() if view.programme_id != programme_id]
    if not left:
        response.delete_cookie(_cookie_name())
        return
    value = urlsafe_b64encode(json.dumps(left, ensure_ascii=False).encode()).decode()
    secure = request.is_secure
    response.set_cookie(_cookie_name(), value, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")


def _cookie_name() -> str:
    return f"views-{hashlib.sha256(sessions.signed_in().by.encode()).hexdigest()[:12]}"


def _all() -> list[BrowserView]:
    try:
        saved = json.loads(urlsafe_b64decode(cookie_value()))
        views = [BrowserView(**{name: str(each[name]) for name in BrowserView.__dataclass_fields__}) for each in saved]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    return [view for view in views if view.name in LISTINGS and not _HALF_A_LETTER.search("".join(astuple(view)))]
