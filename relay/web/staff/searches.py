"""What is searched for: forms send it in the body, since a URL would leave a name behind; Back finds it again."""

from __future__ import annotations

from urllib.parse import parse_qs

from flask import request

from relay.web import sessions
from relay.web.request import current


def sent() -> str:
    """The words that a form sent; empty when there are none."""
    return request.form.get("q", "").strip()


def remembered() -> str:
    """Keep the words that a form sent, for its sender: the key under which a URL calls them back.

    A page that looks for them as they are typed keeps its key, since each letter would drop an older search otherwise.
    """
    before = parse_qs(request.headers.get("HX-Current-URL", "").partition("?")[2]).get("s", [""])[0]
    return current.core().shared.searches.keep(sessions.signed_in().login, sent(), before)


def asked_for() -> str:
    """The words whose key is in the URL, or those of a hand-written link; empty if there are none."""
    if "q" in request.args:
        return request.args["q"].strip()
    return current.core().shared.searches.of(sessions.signed_in().login, request.args.get("s", ""))
