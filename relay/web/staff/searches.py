"""What is searched for: forms send it beside the address, in which a name would be left behind; Back finds it again."""

from __future__ import annotations

from collections import OrderedDict
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs

from flask import current_app, request

from relay.web import guard

REMEMBERED: Final = 1_000  # our choice: searches that one can come back to, those of a working day


def sent() -> str:
    """The words that a form sent; empty when there are none."""
    return request.form.get("q", "").strip()


def remembered() -> str:
    """Keep the words that a form sent for who sent them: the key under which an address calls them back.

    A page that looks for them as they are typed keeps its key, since each letter would drop an older search otherwise.
    """
    key, searches = _key_before() or token_urlsafe(9), _searches()
    searches[key] = guard.known().login, sent()
    while len(searches) > REMEMBERED:
        searches.popitem(last=False)
    return key


def _key_before() -> str:
    """The key in the address of the page that htmx asks from; empty when it has none, or another's."""
    key = parse_qs(request.headers.get("HX-Current-URL", "").partition("?")[2]).get("s", [""])[0]
    return key if _searches().get(key, ("", ""))[0] == guard.known().login else ""


def asked_for() -> str:
    """The words whose key the address holds, or those of a link that somebody wrote; empty when there are none."""
    login, text = _searches().get(request.args.get("s", ""), ("", ""))
    return request.args.get("q", text if login == guard.known().login else "").strip()


def _searches() -> OrderedDict[str, tuple[str, str]]:
    """Key → who looked for what, the newest last."""
    searches: OrderedDict[str, tuple[str, str]] = current_app.extensions.setdefault("relay.searches", OrderedDict())
    return searches
