"""The application: graph and settings in, a WSGI application out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask
from flask_compress import Compress

from relay.access.accounts import Tries
from relay.web import failures, guard, menu, metrics, privacy, responses, sign_in
from relay.web.api import routes as api
from relay.web.auditors import query
from relay.web.auditors import routes as auditors
from relay.web.current import Core
from relay.web.i18n import labels, language
from relay.web.lists import routes as list_pages
from relay.web.managers import confirming
from relay.web.managers import routes as managers
from relay.web.staff import routes as staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.graph import Graph
    from relay.settings import Settings
    from relay.web.sign_in import OneTime

HOSTS = ("localhost", "127.0.0.1")
"""The names of this machine for itself. A page asked for under any other name but the site's is not given: a stranger's
page could call this machine by a name of its own."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    graph: Graph,
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    owner: str | None = None,
    once: OneTime | None = None,
    site: str | None = None,
) -> Flask:
    """The application on an open graph.

    Args:
        graph: Stays the caller's to close.
        settings: As they were read.
        now: What time it is; tests say it.
        owner: The login of who is at this machine and need not sign in. Only where nobody else reaches the pages.
        once: The link that lets the owner in once.
        site: The host name behind which a proxy serves these pages over TLS; None when only this machine reaches them.
    """
    app = Flask(__name__)
    app.config.update(
        TRUSTED_HOSTS=[*HOSTS, *([site] if site else [])],
        SEND_FILE_MAX_AGE_DEFAULT=responses.A_YEAR,
        MAX_CONTENT_LENGTH=64 * 1024,
        COMPRESS_MIMETYPES=list(responses.COMPRESSED),
        COMPRESS_LEVEL=5,  # of a large tree 2 % more than at 6, in three fifths of the time
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["relay"] = Core(
        graph=graph,
        settings=settings,
        now=now,
        told=privacy.told,
        within=privacy.within,
        tries=Tries(time.monotonic),
        owner=owner,
        once=once,
        site=site,
    )
    Compress(app)
    for part in (language, responses, guard, metrics, labels, menu, failures):
        part.set_up(app)
    for part in (responses, sign_in, managers, list_pages, confirming, staff, auditors, api):
        app.register_blueprint(part.blueprint)
    if query.is_offered(settings):
        app.register_blueprint(query.blueprint)
    sign_in.set_up(app)
    app.before_request(responses.unchanged)  # after the guard: who may not see a page is not told that it is the same
    return app
