"""What is searched for: forms send it in the body, since a URL would leave a name behind; Back finds it again."""

from __future__ import annotations

from collections import OrderedDict
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs

from flask import current_app, request

from relay.web import sessions

REMEMBERED: Final = 1_000  # our choice: searches that one can come back to, those of a working day


def sent() -> str:
    """The words that a form sent; empty when there are none."""
    return request.form.get("q", "").strip()


def remembered() -> str:
    """Keep the words that a form sent, for its sender: the key under which a URL calls them back.

    A page that looks for them as they are typed keeps its key, since each letter would drop an older search otherwise.
    """
    key, searches = _key_before() or token_urlsafe(9), _searches()
    searches[key] = sessions.signed_in().login, sent()
    while len(searches) > REMEMBERED:
        searches.popitem(last=False)
    return key


def _key_before() -> str:
    """The key in the URL of the page that htmx asks from; empty if it has none, or another's."""
    key = parse_qs(request.headers.get("HX-Current-URL", "").partition("?")[2]).get("s", [""])[0]
    return key if _searches().get(key, ("", ""))[0] == sessions.signed_in().login else ""


def asked_for() -> str:
    """The words whose key is in the URL, or those of a hand-written link; empty if there are none."""
    login, text = _searches().get(request.args.get("s", ""), ("", ""))
    return request.args.get("q", text if login == sessions.signed_in().login else "").strip()


def _searches() -> OrderedDict[str, tuple[str, str]]:
    """Key → who looked for what, the newest last."""
    searches: OrderedDict[str, tuple[str, str]] = current_app.extensions.setdefault("relay.searches", OrderedDict())
    return searches
