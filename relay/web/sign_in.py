"""Signing in and out: with a password, or once with the link that `relay serve` prints for the owner."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from relay.access import accounts
from relay.errors import Failure, NotFound, refused
from relay.service import failure
from relay.web import sessions
from relay.web.permission import public
from relay.web.request import current, typed_form
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

A_MINUTE: Final = {
    "sign_in.sign_in": limits.SIGN_INS_A_MINUTE,
    "api.token": limits.SIGN_INS_A_MINUTE,
    "field.enrol": limits.SIGN_INS_A_MINUTE,
    "certificates.opened": limits.LOOKS_A_MINUTE,
    "stories.opened": limits.LOOKS_A_MINUTE,
}
"""View that strangers may ask for → how often an address may."""

blueprint = Blueprint("sign_in", __name__)


LINK_USED: Final = Failure(
    NotFound,
    "link_used",
    "This link no longer works: it was already used, or Relay was restarted.",
    advice="Start relay serve again for another link, or sign in with login and password.",
)


def set_up(app: Flask) -> None:
    """Have an application let people in, and slow down those who guess, passwords or codes of certificates."""
    for endpoint, most in A_MINUTE.items():
        app.view_functions[endpoint] = _slowed(endpoint, app.view_functions[endpoint], most)


def _slowed(endpoint: str, view: Callable[..., Any], most: int) -> Callable[..., Any]:
    @wraps(view)
    def slowed(**named: Any) -> Any:  # noqa: ANN401 - as the view
        if not current.core().shared.pace.may(endpoint, request.remote_addr or "", most):
            abort(429)
        return view(**named)

    return slowed


@blueprint.get("/sign-in")
@public()
def page() -> str:
    """The form."""
    return render_template("sign_in.html", error=None, login="", wanted="", typed=[])


@blueprint.post("/sign-in")
@public(largest=limits.SIGN_IN_BYTES)
def sign_in() -> Response | str | tuple[str, int, dict[str, str]]:
    """Let somebody in, or say that login and password do not belong together."""
    login = request.form.get("login", "")
    try:
        account = let_in(login, request.form.get("password", ""))
    except (accounts.NotLetIn, accounts.TooManyTries) as error:
        seconds = {"Retry-After": str(error.seconds)} if isinstance(error, accounts.TooManyTries) else {}
        again = {"wanted": request.form.get(typed_form.WANTED, ""), "typed": typed_form.handed_on()}
        return (
            render_template("sign_in.html", error=error, login=login[:64], **again),
            failure.status_of(error),
            seconds,
        )
    return _welcome(account)


def let_in(login: str, password: str) -> accounts.Account:
    """The account that login and password open, however the login's letters were typed; who guesses waits.

    Raises:
        NotLetIn: They do not belong together.
        TooManyTries: It comes too early after others in vain.
    """
    tries, source = current.core().shared.tries, request.remote_addr or ""
    login = login[: limits.LOGIN_CHARACTERS].strip().casefold()
    tries.require_allowed(source, login)
    try:
        account = accounts.authenticate(current.graph(), login, password)
    except accounts.NotLetIn:
        tries.failed(source, login)
        raise
    tries.succeeded(source, login)
    return account


@blueprint.get("/sign-in/once/<secret>")
@public()
def once(secret: str) -> Response | str:
    """Sign in the owner, by the link that only the owner's terminal showed. Who only looks at it does not use it up."""
    link = current.core().once
    if link is None or request.method == "HEAD" or not link.take(secret):
        raise refused(LINK_USED)
    return _welcome(accounts.owner_account(current.graph(), link.login, current.core().now()))


@blueprint.post("/sign-out")
@public()
def sign_out() -> Response:
    """Sign out, wherever this account is signed in."""
    sessions.end()
    response = redirect(url_for("sign_in.page"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'  # the next one at this machine may press Back
    return response


def _welcome(account: accounts.Account) -> Response | str:
    """Go on to the page that asked who is there, with what was typed into it."""
    wanted, kept = str(session.get("wanted", "")), typed_form.handed_on()
    sessions.begin(account)
    if kept and _is_inside(target := request.form.get(typed_form.WANTED, "")):
        return render_template("recording/go_on.html", wanted=target, typed=typed_form.unmarked(kept))
    return redirect(wanted if _is_inside(wanted) else url_for("managers.front"), 303)


def _is_inside(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))
