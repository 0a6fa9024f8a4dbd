"""Saved views: lists as a reader filtered and sorted them, kept by name in that reader's browser.

They are a cookie for each account, so they need no script, and no one else sees what a reader looks at.
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

MOST: Final = 12  # our choice: so many are found again at a glance
LARGEST: Final = 3_800  # bytes of the cookie; browsers drop one of more than 4,096 with its name and how it is kept
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
    """A list as it was filtered and sorted.

    Attributes:
        programme_id: Of which.
        name: Of the list.
        title: How its reader calls it.
        query: The part of its URL after the question mark.
    """

    programme_id: str
    name: str
    title: str
    query: str

    @property
    def href(self) -> str:
        """Its address; what is saved is only ever an address of this very list."""
        said = {key: value for key, value in parse_qsl(self.query) if key not in _ITS_OWN and not key.startswith("_")}
        # the view says itself, not the page from which it is opened, whether it leaves out what nobody confirmed
        address = url_for("lists.page", programme_id=self.programme_id, name=self.name, confirmed_only=None)
        return f"{address}?{urlencode(said)}" if said else address


def _cookie() -> str:
    """Under which name the browser keeps the views of this reader."""
    return f"views-{hashlib.sha256(sessions.signed_in().by.encode()).hexdigest()[:12]}"


def sent() -> str:
    """The views of this reader as the browser sends them; empty when it keeps none."""
    return request.cookies.get(_cookie(), "")


def views() -> tuple[SavedView, ...]:
    """Every view of this reader that this version can show; empty when the cookie cannot be read."""
    try:
        said = json.loads(urlsafe_b64decode(sent()))
        found = [SavedView(**{name: str(each[name]) for name in SavedView.__dataclass_fields__}) for each in said]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    return tuple(view for view in found if view.name in LISTINGS and not _HALF_A_LETTER.search("".join(astuple(view))))


def views_of(programme_id: str, name: str | None = None) -> Sequence[SavedView]:
    """Those of a programme, or of one of its lists."""
    return [view for view in views() if view.programme_id == programme_id and name in (None, view.name)]


def with_one_more(view: SavedView) -> tuple[SavedView, ...]:
    """All views and another; it takes the place of one that has its name.

    Raises:
        Invalid: It has no name, or there are too many for a cookie.
    """
    title = plain(view.title).strip()
    others = without(view)
    if not 1 <= len(title) <= LONGEST or len(view.query) > _LONGEST_QUERY or len(others) >= MOST:
        raise refused(NO_SUCH_VIEW)
    kept = (*others, SavedView(programme_id=view.programme_id, name=view.name, title=title, query=view.query))
    if len(_written(kept)) > LARGEST:
        raise refused(NO_SUCH_VIEW)
    return kept


def without(view: SavedView) -> tuple[SavedView, ...]:
    """All views but the one of that name."""
    which = (view.programme_id, view.name, view.title)
    return tuple(each for each in views() if (each.programme_id, each.name, each.title) != which)


def keep(response: Response, kept: Sequence[SavedView]) -> None:
    """Have the browser keep these views."""
    value, secure = _written(kept), request.is_secure
    response.set_cookie(_cookie(), value, max_age=_A_YEAR, secure=secure, httponly=True, samesite="Lax")


def _written(kept: Sequence[SavedView]) -> str:
    text = json.dumps([asdict(view) for view in kept], ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode()
