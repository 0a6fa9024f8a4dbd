"""Headers of every response: security, caching by the head of the ledger, and static files cached for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, make_response, request, send_file, session
from flask.json.provider import DefaultJSONProvider

from relay.countries import month_table
from relay.ledger.held import held_list
from relay.reports import drawing
from relay.service.json_codec import json_text
from relay.version import VERSION
from relay.web import colours, sessions
from relay.web.i18n import digits, language
from relay.web.permission import public
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable

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
_NOT_OF_LEDGER_ALONE: Final = frozenset(
    {
        "api.accesses",
        "api.digest",
        "api.verify",
        "auditors.verify",
        "confirming.opened",
        "digest.page",
        "field.field_bundle",
        "field.held",
        "api.held",
        "held.page",
        "managers.open_work_",
    }
)
"""Endpoints that show more than the ledger, and so may change while its head does not: the access log, the graph
itself, pending acts; and what differs from telephone to telephone."""

_TELL_HOW_MANY_ARE_HELD: Final = frozenset({"managers.programme"})
"""Endpoints that show of held acts nothing but their number."""

blueprint = Blueprint("static_files", __name__)


class Json(DefaultJSONProvider):
    """Writes JSON answers with the fast codec, since a tree has thousands of values."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
        """A value as text on one line, its keys in their order."""
        return json_text(obj)


def set_up(app: Flask) -> None:
    """Have an application set these headers."""
    app.after_request(_set_headers)
    app.url_defaults(_add_fingerprint)


def send_only_changes(app: Flask, page_state: Callable[[], str]) -> None:
    """Have an application answer 304 when the reader's browser has this very page already.

    Call it after the guard is set up: a reader without access must not learn that a page is the same.

    Args:
        app: The application.
        page_state: Returns what the page of a request shows besides the ledger, such as saved views.
    """
    app.before_request(lambda: _not_modified(page_state))


def _not_modified(page_state: Callable[[], str]) -> Response | None:
    """A 304 when nothing was recorded since the reader's browser had this page, and it is the same day."""
    if request.method not in ("GET", "HEAD") or "programme_id" not in (request.view_args or {}):
        return None
    head = current.head()  # which every page tells at its top
    if "_flashes" in session:  # a message about what was just done is shown once
        never_cache()
        return None
    if request.endpoint in _NOT_OF_LEDGER_ALONE:
        return None
    forms = f"{session.get('csrf_token', '')} {page_state()}"
    page = f"{request.url} {language.language()} {colours.chosen()} {digits.chosen()} {sessions.cache_key()} {forms}"
    held = held_list.many(current.graph(), head.programme_id) if request.endpoint in _TELL_HOW_MANY_ARE_HELD else ""
    seen = f"{head.head_hash} {head.copied} {current.today()} {held} {page} {build_fingerprint()}"
    g.etag = hashlib.sha256(seen.encode()).hexdigest()[:32]
    if not request.if_none_match.contains_weak(g.etag):
        return None
    return make_response("", 304)


def never_cache() -> None:
    """Let no browser cache this answer: it is personal and logged each time, or is shown only once."""
    g.pop("etag", None)
    g.personal = True


def as_attachment(response: Response, name: str) -> Response:
    """Have a browser save an answer as a file with a name, and with its ASCII letters alone for old browsers.

    If the answer leaves out unconfirmed pass-ons, "-confirmed" is added to the name.
    """
    if g.get("confirmed_only"):
        stem, _, form = name.rpartition(".")
        name = f"{stem}-confirmed.{form}"
    plain = name.encode("ascii", "ignore").decode()
    whole = {} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", filename=plain, **whole)
    return response


def _set_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if "untraced" in g:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
    if request.endpoint in ("static", "static_files.vis_network", "phone.file") and response.status_code in (200, 304):
        response.cache_control.immutable = True
    else:
        response.headers["Cache-Control"] = "no-store" if "personal" in g else "private, no-cache"
        response.vary.add("Accept")
        response.vary.update(("Accept-Language", "Cookie"))
    if "etag" in g and response.status_code in (200, 304):
        response.set_etag(g.etag, weak=True)
    return response


# ------------------------------------------------------------------------------------------------ files


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def build_fingerprint() -> str:
    """A hash (12 hexadecimal digits) of version, templates, code and calendar, so that pages of another expire."""
    return _fingerprint_of(month_table.in_use().digest)


@cache
def _fingerprint_of(calendar: str) -> str:
    here = Path(__file__).parent
    digest, code = hashlib.sha256(f"{VERSION} {calendar}".encode()), here.parent.rglob("*.py")
    for path in sorted(
        (*code, *here.rglob("*.html"), *here.rglob("*.mo"), *here.glob("static/*"), *here.glob("static/field/*"))
    ):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _fingerprint(Path(__file__).parent / "static" / values["filename"])
    elif endpoint == "static_files.vis_network":
        values["v"] = _fingerprint(drawing.vis_network())


@blueprint.get("/static/vis-network-9.1.2.js")
@public()
def vis_network() -> Response:
    """The script that draws relay trees, from the package pyvis."""
    return send_file(drawing.vis_network(), mimetype="text/javascript")
