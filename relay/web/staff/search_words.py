"""Searches: their words are sent in the body, since a URL with a name would be logged; the URL has a key instead."""

from __future__ import annotations

from urllib.parse import parse_qs

from flask import request

from relay.web import sessions
from relay.web.request import current


def sent_words() -> str:
    """The words in the sent form; empty when there are none."""
    return request.form.get("q", "").strip()


def store_words() -> str:
    """Store the words in the sent form for the user, and return the key for the URL.

    A page that searches while words are typed has the same key all the time; otherwise each letter would push out an
    older search.
    """
    before = parse_qs(request.headers.get("HX-Current-URL", "").partition("?")[2]).get("s", [""])[0]
    return current.core().shared.searches.store(sessions.signed_in().login, sent_words(), before)


def words_in_url() -> str:
    """The words of the search whose key is in the URL, or the parameter q of a link; empty if there are none."""
    if "q" in request.args:
        return request.args["q"].strip()
    return current.core().shared.searches.get(sessions.signed_in().login, request.args.get("s", ""))
