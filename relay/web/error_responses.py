"""Failures: what went wrong, as a page or as JSON in one form (`service.failure`), with its HTTP status code."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from relay.access.accounts import NotLetIn
from relay.errors import Invalid, RelayError, TooOften, Unavailable, Unknown
from relay.service import failure
from relay.service.failure import STATUS, STATUS_UNFORESEEN, Error, Explained
from relay.web import sessions
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import say, say_advice
from relay.web.permission import permission_of
from relay.web.request import current, typed_form
from relay.web.sessions import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as Answer

STATUS_TOO_OFTEN: Final = 429
RETRY_SECONDS: Final = "5"  # our choice: an engine that was stopped starts in about four

log = logging.getLogger("relay.web")


def set_up(app: Flask) -> None:
    """Have an application explain its failures."""
    app.register_error_handler(NotSignedIn, asked_to_sign_in)
    app.register_error_handler(RelayError, explained)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, of_another_session)


def asked_to_sign_in(error: NotSignedIn) -> Answer:
    """Send people to the sign-in page, and from there to what they wanted; answer programs with an error.

    What they typed into a form goes with them.
    """
    if _wants_json():
        return explained(error)
    if _is_typed():
        page = render_template("sign_in.html", error=None, login="", wanted=request.path, typed=typed_form.fields())
        return make_response(page, STATUS[Unknown])
    if request.headers.get("HX-Request"):  # part of a page: say where to sign in, and leave the page open
        session["wanted"] = _page_before()
        return explained(error)
    if request.method == "GET":
        query = request.query_string.decode("ascii", "replace")
        session["wanted"] = quote(request.path) + (
            f"?{query}" if query else ""
        )  # written as it came: ids hold anything
    else:
        flash(gettext("Nothing was recorded, because you were signed out. Sign in and do it again."))
        session["wanted"] = _page_before()
    return redirect(url_for("sign_in.page"), 303)


def of_another_session(error: CSRFError) -> Response:
    """A form that was opened before its writer signed in anew: what she typed is shown again, to be sent once more."""
    if not _is_typed() or _wants_json():
        return refused(error)
    _find_programme()
    return make_response(
        render_template("recording/go_on.html", wanted=request.path, typed=typed_form.unmarked(typed_form.fields())),
        400,
    )


def _is_typed() -> bool:
    if request.method != "POST" or request.endpoint is None or not permission_of(request.endpoint).typed:
        return False
    fits = (request.content_length or 0) <= (request.max_content_length or 0)  # what does not was never taken
    return fits and bool(request.form)


def _page_before() -> str:
    return (request.referrer or "").removeprefix(request.host_url.removesuffix("/"))


def explained(error: RelayError) -> Response:
    """What Relay itself explains."""
    status = failure.status_of(error)
    advice = say(error.suggestion) if status == STATUS[Unavailable] else say_advice(error)
    response = _answer(failure.explained(error, request_id=g.get("request_id")), advice)
    if status == STATUS[Unavailable]:
        response.headers["Retry-After"] = RETRY_SECONDS
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.seconds)
    if status == STATUS[Unknown]:
        said = ' error="invalid_token"' if isinstance(error, NotLetIn) else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="relay"{said}'
    return response


def refused(error: HTTPException) -> Response:
    """HTTP errors, and unexpected ones, of which only the type and the place are logged, never a value."""
    if isinstance(error, SecurityError):  # asked for under a host name that is not this machine's: no page has a URL
        reason = gettext("Relay does not answer to this host name.")
        if _wants_json():
            return _answer(_of_http(STATUS[Invalid], reason))
        return Response(reason, STATUS[Invalid], mimetype="text/plain")
    cause = getattr(error, "original_exception", None)
    if isinstance(error, InternalServerError) and cause is not None:
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        ]
        log.error("failed", extra={"said": {"failure": type(cause).__name__, "at": frames}})
    status = error.code or STATUS_UNFORESEEN
    response = _answer(_of_http(status, _reasons().get(status, error.name)))
    if status == STATUS_TOO_OFTEN:
        response.headers["Retry-After"] = "60"
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _reasons() -> Mapping[int, str]:
    return {
        400: gettext("The request cannot be read, or its form has expired."),
        404: gettext("There is no such page."),
        405: gettext("This page does not accept that kind of request."),
        413: gettext("This request is too large."),
        415: gettext("This must be sent as JSON (Content-Type: application/json)."),
        STATUS_TOO_OFTEN: gettext("Too many requests: wait a minute."),
        500: gettext("Unexpected error.")
        if request.method == "GET"
        else gettext("Unexpected error. What was sent may be recorded: sent again, it is not recorded twice."),
    }


def _suggestion(status: int) -> str:
    if status == STATUS_UNFORESEEN:
        return gettext("Tell your administrator, with this request number.")
    if request.path.startswith("/api/"):
        return gettext("See /api/v1/docs for what can be asked here, and how.")
    return gettext("Start again from the first page.")


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or accepted["application/json"] > accepted["text/html"]


def _of_http(status: int, reason: str) -> Explained:
    return Explained(status=status, reason=reason, suggestion=_suggestion(status), request_id=g.get("request_id"))


def _answer(error: Explained, advice: str = "") -> Response:
    """The answer; a page words the suggestion as an advice of its own, where it is one with a command."""
    status = error.status
    if _wants_json():
        return make_response(jsonify(Error(error=error)), status)
    if request.headers.get("HX-Request"):
        return make_response(render_template("error_line.html", error=error), status)
    if status < STATUS_UNFORESEEN:  # else the database may be what failed
        _find_programme()
    return make_response(render_template("failure.html", error=error, advice=advice or error.suggestion), status)


def _find_programme() -> None:
    """Let the page of a failure have the sections and the search of the programme in which its reader is."""
    programme_id = (request.view_args or {}).get("programme_id")
    with suppress(RelayError):
        user = sessions.user()
        if programme_id and user and user.sees(programme_id):
            current.head()
