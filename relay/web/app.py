"""The application: graph and settings in, a WSGI application out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress

from relay.config import Settings
from relay.graph import Graph
from relay.web import api, auditors, failures, house, labels, managers, metrics, staff
from relay.web.asked import Core

HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Until there are accounts, pages answer to this machine only, whatever name a stranger's page calls it by."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(graph: Graph, settings: Settings, *, now: Callable[[], datetime] = _now) -> Flask:
    """The application on an open graph.

    Args:
        graph: Stays the caller's to close.
        settings: As they were read.
        now: What time it is; tests say it.
    """
    app = Flask(__name__)
    app.config.update(
        TRUSTED_HOSTS=list(HOSTS),
        SEND_FILE_MAX_AGE_DEFAULT=house.A_YEAR,
        MAX_CONTENT_LENGTH=64 * 1024,
        COMPRESS_MIMETYPES=list(house.COMPRESSED),
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["relay"] = Core(graph=graph, settings=settings, now=now)
    Babel(app)
    Compress(app)
    for part in (house, metrics, labels, failures):
        part.set_up(app)
    for blueprint in (house.blueprint, managers.blueprint, staff.blueprint, auditors.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    return app
