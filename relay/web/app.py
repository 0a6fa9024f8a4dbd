"""The application: graph and settings in, a WSGI application out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask
from flask_compress import Compress

from relay.web import api, auditors, failures, house, labels, language, managers, metrics, staff
from relay.web.asked import Core

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.config import Settings
    from relay.graph import Graph

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
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["relay"] = Core(graph=graph, settings=settings, now=now)
    Compress(app)
    for part in (language, house, metrics, labels, failures):
        part.set_up(app)
    for blueprint in (house.blueprint, managers.blueprint, staff.blueprint, auditors.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    return app
