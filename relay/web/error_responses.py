"""Error responses: a page, or JSON in the one form of `service.failure`, with the HTTP status code of the error."""

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
from relay.access.factor_requirement import FactorDue
from relay.errors import Invalid, RelayError, TooOften, Unavailable, Unknown
from relay.service import failure
from relay.service.failure import STATUS, STATUS_UNFORESEEN, Error, Explained
from relay.web import sessions, sign_in
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import advice_text, translate
from relay.web.permission import permission_of
from relay.web.request import current, typed_form
from relay.web.sessions import NotSignedIn, ProveAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as Answer

STATUS_TOO_OFTEN: Final = 429
RETRY_SECONDS: Final = "5"  # our choice: an engine that was stopped starts in about four

log = logging.getLogger("relay.web")


def set_up(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(NotSignedIn, answer_not_signed_in)
    app.register_error_handler(ProveAgain, answer_prove_again)
    app.register_error_handler(FactorDue, answer_factor_due)
    app.register_error_handler(RelayError, answer_relay_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(CSRFError, answer_csrf_error)


def answer_not_signed_in(error: NotSignedIn) -> Answer:
    """Redirect people to the sign-in page, and after it to the page they asked for; answer programs with an error.

    What they typed into a form is carried along.
    """
    if _wants_json():
        return answer_relay_error(error)
    if _has_typed_form():
        page = render_template(
            "sign_in.html", error=None, login="", wanted=request.path, typed=typed_form.typed_fields()
        )
        return make_response(page, STATUS[Unknown])
    if request.headers.get("HX-Request"):  # part of a page: say where to sign in, and leave the page open
        session["wanted"] = _referring_page()
        return answer_relay_error(error)
    if request.method == "GET":
        session["wanted"] = _own_path()
    else:
        flash(gettext("Nothing was recorded, because you were signed out. Sign in and do it again."))
        session["wanted"] = _referring_page()
    return redirect(url_for("sign_in.page"), 303)


def _own_path() -> str:
    """The path of this request with its query, written as it came: ids hold anything."""
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path) + (f"?{query}" if query else "")


def answer_prove_again(error: ProveAgain) -> Answer:
    """Ask people for their second factor, and go on to what they asked for; answer programs with an error."""
    accepted = request.accept_mimetypes
    if accepted["text/html"] <= accepted["application/json"] or request.headers.get("HX-Request"):
        return answer_relay_error(error)
    session["wanted"] = _own_path() if request.method == "GET" else _referring_page()
    user = sessions.signed_in()
    if not user.factors:  # she proved one at the provider
        return redirect(url_for("organisation.once_more"), 303)
    sessions.begin_half(user)
    return redirect(url_for(sign_in.asks_factor(user.factors)), 303)


def answer_factor_due(error: FactorDue) -> Answer:
    """Redirect people to where they set their second factor up; answer programs with an error."""
    if _wants_json() or request.headers.get("HX-Request"):
        return answer_relay_error(error)
    return redirect(url_for("second_factor.page"), 303)


def answer_csrf_error(error: CSRFError) -> Response:
    """Answer a form that was opened in an earlier session: what was typed is shown again, to be sent once more."""
    if not _has_typed_form() or _wants_json():
        return answer_http_error(error)
    _load_head()
    return make_response(
        render_template(
            "recording/go_on.html", wanted=request.path, typed=typed_form.without_prefix(typed_form.typed_fields())
        ),
        400,
    )


def _has_typed_form() -> bool:
    if request.method != "POST" or request.endpoint is None or not permission_of(request.endpoint).typed:
        return False
    fits = (request.content_length or 0) <= (request.max_content_length or 0)  # what does not was never taken
    return fits and bool(request.form)


def _referring_page() -> str:
    return (request.referrer or "").removeprefix(request.host_url.removesuffix("/"))


def answer_relay_error(error: RelayError) -> Response:
    """Answer an error that Relay raised, with its reason and its advice."""
    status = failure.status_of(error)
    advice = translate(error.suggestion) if status == STATUS[Unavailable] else advice_text(error)
    response = _answer(failure.explained(error, request_id=g.get("request_id")), advice)
    if status == STATUS[Unavailable]:
        response.headers["Retry-After"] = RETRY_SECONDS
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.seconds)
    if status == STATUS[Unknown]:
        error_value = ' error="invalid_token"' if isinstance(error, NotLetIn) else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="relay"{error_value}'
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Answer an HTTP error, or an unexpected exception, of which only type and place are logged, never a value."""
    if isinstance(error, SecurityError):  # the host is not trusted, so `url_for` would fail too
        reason = gettext("Relay does not answer to this host name.")
        if _wants_json():
            return _answer(_explained_http_error(STATUS[Invalid], reason))
        return Response(reason, STATUS[Invalid], mimetype="text/plain")
    cause = getattr(error, "original_exception", None)
    if isinstance(error, InternalServerError) and cause is not None:
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        ]
        log.error("failed", extra={"fields": {"failure": type(cause).__name__, "at": frames}})
    status = error.code or STATUS_UNFORESEEN
    response = _answer(_explained_http_error(status, _reasons().get(status, error.name)))
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


def _explained_http_error(status: int, reason: str) -> Explained:
    return Explained(status=status, reason=reason, suggestion=_suggestion(status), request_id=g.get("request_id"))


def _answer(error: Explained, advice: str = "") -> Response:
    """An error as JSON, as a line of text for a part of a page, or as a whole page.

    Args:
        error: The error.
        advice: What a page says in place of the error's suggestion, which may name a command.
    """
    status = error.status
    if _wants_json():
        return make_response(jsonify(Error(error=error)), status)
    if request.headers.get("HX-Request"):
        return make_response(render_template("error_line.html", error=error), status)
    if status < STATUS_UNFORESEEN:  # else the database may be what failed
        _load_head()
    return make_response(render_template("failure.html", error=error, advice=advice or error.suggestion), status)


def _load_head() -> None:
    """Load the programme in the URL, if the reader may see it, so that the error page has its menu and search."""
    programme_id = (request.view_args or {}).get("programme_id")
    with suppress(RelayError):
        user = sessions.user()
        if programme_id and user and user.sees(programme_id):
            current.head()
