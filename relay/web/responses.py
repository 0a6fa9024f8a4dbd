"""House rules for every answer: security headers, caching by the head of the ledger, logs without names, health."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, jsonify, make_response, request, send_file, session

from relay.ledger import recording
from relay.reports import drawing
from relay.web import current, guard
from relay.web.i18n import language
from relay.web.lists import saved_views

A_YEAR: Final = 365 * 24 * 60 * 60  # seconds
COMPRESSED: Final = (
    "text/html",
    "text/css",
    "text/javascript",
    "text/plain",
    "application/json",
    "application/graphml+xml",
    "image/svg+xml",
)
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_BESIDE_THE_LEDGER: Final = frozenset({"api.accesses", "api.verify", "auditors.verify", "confirming.opened"})
"""What tells of more than the ledger, and so may change while its head does not: of who looked, of the graph itself."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")

log = logging.getLogger("relay.web")
blueprint = Blueprint("house", __name__)


def set_up(app: Flask) -> None:
    """Have an application keep the house rules."""
    app.before_request(_begin)
    app.after_request(_headers)
    app.after_request(_logged)
    app.url_defaults(_fingerprinted)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def unchanged() -> Response | None:
    """Answer 304 when the reader has this very page already: nothing was recorded since, and it is the same day."""
    if request.method not in ("GET", "HEAD") or "programme_id" not in (request.view_args or {}):
        return None
    head = current.head()  # which every page tells at its top
    if "_flashes" in session:  # what was just done is told once
        never_kept()
        return None
    if request.endpoint in _BESIDE_THE_LEDGER:
        return None
    forms = f"{session.get('csrf_token', '')} {request.cookies.get(saved_views.cookie(), '')}"
    page = f"{request.url} {language.language()} {guard.page_of()} {forms}"
    seen = f"{head.head_hash} {current.today()} {page} {_own_files()}"
    g.etag = hashlib.sha256(seen.encode()).hexdigest()[:32]
    if not request.if_none_match.contains_weak(g.etag):
        return None
    return make_response("", 304)


def never_kept() -> None:
    """Let no browser keep this answer: it is personal, and each time that it is given is written down, or told once."""
    g.pop("etag", None)
    g.personal = True


def attached(response: Response, name: str) -> Response:
    """Let an answer be kept as a file of that name; its ASCII letters alone stand beside, for old browsers.

    Where it leaves out what nobody confirmed, the name says so.
    """
    if g.get("confirmed_only"):
        stem, _, form = name.rpartition(".")
        name = f"{stem}-confirmed.{form}"
    plain = name.encode("ascii", "ignore").decode()
    whole = {} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", filename=plain, **whole)
    return response


def _headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint in ("static", "house.vis_network") and response.status_code in (200, 304):
        response.cache_control.immutable = True
    else:
        response.headers["Cache-Control"] = "no-store" if "personal" in g else "private, no-cache"
        response.vary.add("Accept")
        response.vary.update(("Accept-Language", "Cookie"))
    if "etag" in g and response.status_code in (200, 304):
        response.set_etag(g.etag, weak=True)
    return response


def _logged(response: Response) -> Response:
    """One line for each request: the rule, never the query, since people search by name."""
    said = {
        "request_id": g.get("request_id"),
        "method": request.method,
        "rule": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    }
    log.info("answered", extra={"said": said})
    return response


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        said: dict[str, Any] = getattr(record, "said", {})
        return json.dumps({"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **said})


# ------------------------------------------------------------------------------------------------ files


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@cache
def _own_files() -> str:
    """What version, templates and code add up to, so that a page cached from another is not taken for this one."""
    here = Path(__file__).parent
    digest, code = hashlib.sha256(version("relay").encode()), here.parent.rglob("*.py")
    for path in sorted((*code, *here.rglob("*.html"), *here.rglob("*.mo"), *here.glob("static/*"))):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _fingerprinted(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _fingerprint(Path(__file__).parent / "static" / values["filename"])
    elif endpoint == "house.vis_network":
        values["v"] = _fingerprint(drawing.vis_network())


@blueprint.get("/static/vis-network-9.1.2.js")
def vis_network() -> Response:
    """The script that draws relay trees, out of pyvis's package."""
    return send_file(drawing.vis_network(), mimetype="text/javascript")


# ------------------------------------------------------------------------------------------------ health


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process answers."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether the database answers, and holds graphs of this version; no details."""
    built = all(head.built for head in recording.heads(current.graph()))
    return make_response(jsonify(ok=built), 200 if built else 503)
