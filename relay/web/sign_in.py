"""Signing in and out: with a password and more, with a passkey, or once by the link that `relay serve` prints."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from relay.access import accounts, passkeys, second_factor, sign_in_tries
from relay.access.sign_in_tries import TooManyTries
from relay.errors import Failure, NotFound, Refused, TooOften, refused
from relay.service import failure
from relay.web import challenges, sessions
from relay.web.i18n.sentences import error_text
from relay.web.permission import public
from relay.web.request import current, typed_form
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from flask import Flask
    from werkzeug.wrappers import Response

CALLS_A_MINUTE: Final = {
    "sign_in.sign_in": limits.SIGN_INS_A_MINUTE,
    "sign_in.code": limits.SIGN_INS_A_MINUTE,
    "organisation.leave": limits.SIGN_INS_A_MINUTE,
    "organisation.arrive": limits.SIGN_INS_A_MINUTE,
    "organisation.signed_out_there": limits.LOOKS_A_MINUTE,
    "sign_in.passkey": 2 * limits.SIGN_INS_A_MINUTE,  # each shows the challenge, and takes the answer
    "api.token": limits.SIGN_INS_A_MINUTE,
    "field.enrol": limits.SIGN_INS_A_MINUTE,
    "certificates.opened": limits.LOOKS_A_MINUTE,
    "stories.opened": limits.LOOKS_A_MINUTE,
    "invitations.opened": limits.SIGN_INS_A_MINUTE,
    "invitations.accepted": limits.SIGN_INS_A_MINUTE,
}
"""Public endpoint → how many requests a minute one address may send."""

blueprint = Blueprint("sign_in", __name__)


LINK_USED: Final = Failure(
    NotFound,
    "link_used",
    "This link no longer works: it was already used, or Relay was restarted.",
    advice="Start relay serve again for another link, or sign in with login and password.",
)


def set_up(app: Flask) -> None:
    """Limit how often an address may try passwords and codes."""
    for endpoint, most in CALLS_A_MINUTE.items():
        app.view_functions[endpoint] = _rate_limited(endpoint, app.view_functions[endpoint], most)


def _rate_limited(endpoint: str, view: Callable[..., Any], most: int) -> Callable[..., Any]:
    @wraps(view)
    def slowed(**named: Any) -> Any:  # noqa: ANN401 - as the view
        if not current.core().shared.rates.allows(endpoint, request.remote_addr or "", most):
            abort(429)
        return view(**named)

    return slowed


@blueprint.get("/sign-in")
@public()
def page() -> str:
    """The sign-in form."""
    return _form(error=None, login="", wanted="", typed=[])


@blueprint.post("/sign-in")
@public(largest=limits.SIGN_IN_BYTES)
def sign_in() -> Response | str | tuple[str, int, dict[str, str]]:
    """Sign somebody in, or say that login or password is wrong."""
    login = request.form.get("login", "")
    try:
        account = authenticate(login, request.form.get("password", ""))
    except (accounts.NotLetIn, TooManyTries) as error:
        seconds = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyTries) else {}
        return _form(error=error, login=login[:64], **_carried()), failure.status_of(error), seconds
    return let_in(account)


@blueprint.get("/sign-in/code")
@public()
def code_page() -> str:
    """The form for the code of somebody whose password was right."""
    return _code_form()


@blueprint.post("/sign-in/code")
@public(largest=limits.SIGN_IN_BYTES)
def code() -> Response | str | tuple[str, int, dict[str, str]]:
    """Sign somebody in whose password was right, or say that the code is wrong."""
    half = sessions.half_signed_in()
    if half is None:
        return redirect(url_for("sign_in.page"), 303)
    try:
        account = accept_code(half.login, request.form.get("code", ""))
    except Refused as error:
        seconds = {"Retry-After": str(error.seconds)} if isinstance(error, TooOften) else {}
        return _code_form(error_text(error)), failure.status_of(error), seconds
    return _go_on_signed_in(account, proven_at=current.core().now().timestamp())


@blueprint.get("/sign-in/passkey")
@public()
def passkey_page() -> Response | str:
    """The page on which a passkey signs."""
    return _passkey_form()


@blueprint.post("/sign-in/passkey")
@public(largest=limits.SIGN_IN_BYTES)
def passkey() -> Response | str | tuple[Response | str, int]:
    """Show that page with what was typed; or sign somebody in whose passkey signed, or say that it did not."""
    site, answer = challenges.site(), request.form.get("answer", "")
    if not (site and answer):
        return _passkey_form()
    try:
        challenge = challenges.taken(challenges.TO_SIGN)
        account = passkeys.accept(current.graph(), answer, site=site, challenge=challenge)
    except Refused as error:
        return _passkey_form(error_text(error)), failure.status_of(error)
    return _go_on_signed_in(account, proven_at=current.core().now().timestamp())


def _passkey_form(error: str = "") -> Response | str:
    site = challenges.site()
    if not site:
        return redirect(url_for("sign_in.page"), 303)
    options = passkeys.to_sign(site, challenges.new(challenges.TO_SIGN))
    half = sessions.half_signed_in() is not None
    return render_template("sign_in_passkey.html", options=options, half=half, error=error, **_carried())


def _code_form(error: str = "") -> str:
    half = sessions.half_signed_in()
    factors, site = half.factors if half else (), challenges.site()
    return render_template("sign_in_code.html", error=error, site=site, factors=factors, **_carried())


def _carried() -> dict[str, Any]:
    return {"wanted": request.form.get(typed_form.WANTED, ""), "typed": typed_form.carried_fields()}


def let_in(account: accounts.Account, *, proven_at: float | None = None) -> Response | str:
    """Sign in whoever proved that an account is hers; if it has a second factor, ask for it first.

    Args:
        account: Her account.
        proven_at: When she proved a second factor elsewhere, in seconds of the epoch; None if she did not.
    """
    if proven_at is not None or not account.factors:
        return _go_on_signed_in(account, proven_at=proven_at)
    sessions.begin_half(account)
    asks = asks_factor(account.factors)
    if not typed_form.carried_fields():
        return redirect(url_for(asks), 303)
    return _code_form() if asks == "sign_in.code_page" else _passkey_form()


def asks_factor(factors: Collection[str]) -> str:
    """The endpoint that asks for one of somebody's second factors: for a code, unless she has passkeys alone."""
    has_codes = "codes" in factors or not challenges.site()
    return "sign_in.code_page" if has_codes else "sign_in.passkey_page"


def _form(**values: Any) -> str:  # noqa: ANN401 - as the template takes it
    organisation = current.core().settings.organisation
    return render_template("sign_in.html", organisation=organisation, site=challenges.site(), **values)


def authenticate(login: str, password: str) -> accounts.Account:
    """The account of a login, if the password is right; the login's case does not matter, and failed tries are limited.

    Where a second factor is asked too, the password alone does not end the wait after wrong codes.

    Raises:
        NotLetIn: Wrong login or password.
        TooManyTries: It comes too early after failed tries.
    """
    login = login[: limits.LOGIN_CHARACTERS].strip().casefold()
    source = request.remote_addr or ""
    return sign_in_tries.authenticate(current.graph(), source, login, password, current.core().now())


def accept_code(login: str, typed: str) -> accounts.Account:
    """The account whose code was typed; wrong ones are limited together with wrong passwords.

    Raises:
        WrongCode: It is not right, or was used before.
        TooManyTries: It comes too early after failed tries.
        Refused: The codes were sealed with another key.
    """
    core, source, typed = current.core(), request.remote_addr or "", typed[: limits.LOGIN_CHARACTERS]
    key = second_factor.key(core.settings)
    return sign_in_tries.accept_code(core.graph, source, login, typed, key=key, now=core.now())


@blueprint.get("/sign-in/once/<secret>")
@public()
def once(secret: str) -> Response | str:
    """Sign in the owner by the link that the terminal showed. A HEAD request does not use the link up.

    Of a site the link works only until anybody can sign in with a password.
    """
    core = current.core()
    is_over = core.site is not None and accounts.anyone_has_password(core.graph)
    if core.once is None or request.method == "HEAD" or is_over or not core.once.take(secret):
        raise refused(LINK_USED)
    return _go_on_signed_in(accounts.owner_account(core.graph, core.once.login, core.now()))


@blueprint.post("/sign-out")
@public()
def sign_out() -> Response:
    """Sign out in this browser."""
    sessions.end_session()
    response = redirect(url_for("sign_in.page"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'  # the next one at this machine may press Back
    return response


def _go_on_signed_in(account: accounts.Account, *, proven_at: float | None = None) -> Response | str:
    """Begin a session, and go on to the page that asked for it, with what was typed into its form.

    Whoever must have a second factor one day, and has none, is asked to set one up.
    """
    wanted, typed = str(session.get("wanted", "")), typed_form.carried_fields()
    sessions.begin_session(account, proven_at=proven_at)
    if typed and _is_own_path(target := request.form.get(typed_form.WANTED, "")):
        return render_template("recording/go_on.html", wanted=target, typed=typed_form.without_prefix(typed))
    if account.factor_due_on and proven_at is None:
        return redirect(url_for("second_factor.page"), 303)
    return redirect(wanted if _is_own_path(wanted) else url_for("managers.front"), 303)


def _is_own_path(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))
