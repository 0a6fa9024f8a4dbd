"""Saved views: lists with filters and order, stored by name in a cookie of the reader's browser.

There is a cookie for each account, so that no script is needed, and nobody else sees what a reader looks at.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from relay.errors import Failure, Invalid, refused
from relay.web import sessions
from relay.web.i18n.labels import plain
from relay.web.lists.programme_lists import LISTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

MOST: Final = 12  # our choice: as many as can be read at a glance
LARGEST: Final = 3_800  # bytes of the cookie; browsers drop one of more than 4,096 with its name and attributes
LONGEST: Final = 40  # characters of a name
_LONGEST_QUERY: Final = 400
_ITS_OWN: Final = ("programme_id", "name")
_HALF_A_LETTER: Final = re.compile("[\ud800-\udfff]")  # which JSON can write, and no text holds
_A_YEAR: Final = 365 * 24 * 60 * 60  # seconds


NO_SUCH_VIEW: Final = Failure(
    Invalid,
    "no_such_view",
    "A saved view needs a name of 1 to %(longest)s characters; up to %(most)s views can be "
    "saved, fewer if their URLs are long.",
    advice="Go back, choose another name, or delete another view first.",
    field="title",
    values={"longest": LONGEST, "most": MOST},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list with filters and order.

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

    @property
    def href(self) -> str:
        """Its URL, which is always one of this list, whatever the cookie holds."""
        parameters = {
            key: value for key, value in parse_qsl(self.query) if key not in _ITS_OWN and not key.startswith("_")
        }
        # the view itself, not the page on which it is opened, decides whether unconfirmed pass-ons are left out
        address = url_for("lists.page", programme_id=self.programme_id, name=self.name, confirmed_only=None)
        return f"{address}?{urlencode(parameters)}" if parameters else address


def _cookie_name() -> str:
    """The name of the cookie with this reader's views."""
    return f"views-{hashlib.sha256(sessions.signed_in().by.encode()).hexdigest()[:12]}"


def cookie_value() -> str:
    """The cookie with this reader's views; empty when there is none."""
    return request.cookies.get(_cookie_name(), "")


def views() -> tuple[SavedView, ...]:
    """Every view of this reader that this version can show; empty when the cookie cannot be read."""
    try:
        saved = json.loads(urlsafe_b64decode(cookie_value()))
        views_ = [SavedView(**{name: str(each[name]) for name in SavedView.__dataclass_fields__}) for each in saved]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    return tuple(view for view in views_ if view.name in LISTINGS and not _HALF_A_LETTER.search("".join(astuple(view))))


def views_of(programme_id: str, name: str | None = None) -> Sequence[SavedView]:
    """The reader's views of a programme, or of one of its lists."""
    return [view for view in views() if view.programme_id == programme_id and name in (None, view.name)]


def with_view(view: SavedView) -> tuple[SavedView, ...]:
    """All views with one more, which replaces the one of the same name.

    Raises:
        Invalid: Its name is empty or too long, or there are too many views for a cookie.
    """
    title = plain(view.title).strip()
    others = without_view(view)
    if not 1 <= len(title) <= LONGEST or len(view.query) > _LONGEST_QUERY or len(others) >= MOST:
        raise refused(NO_SUCH_VIEW)
    views_ = (*others, SavedView(programme_id=view.programme_id, name=view.name, title=title, query=view.query))
    if len(_to_text(views_)) > LARGEST:
        raise refused(NO_SUCH_VIEW)
    return views_


def without_view(view: SavedView) -> tuple[SavedView, ...]:
    """All views but the one of the same name."""
    which = (view.programme_id, view.name, view.title)
    return tuple(each for each in views() if (each.programme_id, each.name, each.title) != which)


def set_cookie(response: Response, views_: Sequence[SavedView]) -> None:
    """Store these views in the browser's cookie."""
    value, secure = _to_text(views_), request.is_secure
    response.set_cookie(_cookie_name(), value, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")


def _to_text(views_: Sequence[SavedView]) -> str:
    text = json.dumps([asdict(view) for view in views_], ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode()
