"""The page of the user's own account: its roles, its password, and all that opens Relay in her name."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from relay.access import accounts, api_tokens, browser_sessions, devices, linked_sign_in, passkeys, sign_in_tries
from relay.access.roles import EVERY
from relay.errors import Failure, Invalid, Refused, RelayError, refused
from relay.ledger import places
from relay.web import guard, sessions
from relay.web.accounts import organisation_sign_in
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as Answer

    from relay.access.api_tokens import NewToken, Token

DAYS: Final = 90
"""The default days of a token in the form (our choice: a season in the field)."""

EVER: Final = 10_000
"""Numbers of days with as many digits are not read."""

_CHECKED: Final = 422  # the page comes back with what is wrong

blueprint = Blueprint("own_account", __name__)


ONLY_IN_A_BROWSER: Final = Failure(
    Refused,
    "only_in_a_browser",
    "A token does not open this.",
    advice="Sign in to the pages with login and password.",
)


NOT_THE_SAME: Final = Failure(
    Invalid,
    "not_the_same",
    "The new password was typed in two ways.",
    advice="Type it twice the same.",
    field="again",
)


WRONG_PASSWORD: Final = Failure(
    Refused,
    "wrong_password",
    "This is not your password.",
    advice="Type the one with which you signed in. If it is forgotten, ask an administrator for a new one.",
    field="password",
)


NOT_DAYS: Final = Failure(
    Invalid,
    "not_days",
    "This is not a number of days.",
    advice="Write digits, such as 90.",
    field="days",
)


@blueprint.get("/account")
@action("own account")
def page() -> Response:
    """The user's roles, and all that opens Relay in her name."""
    return _shown()


@blueprint.post("/account/password")
@action("own account")
def password() -> Answer:
    """Change the user's own password, or set the first one: it ends every other session, and every token."""
    user, form = in_a_browser(), request.form
    try:
        if form.get("new") != form.get("again"):
            raise refused(NOT_THE_SAME)
        if _has_password(user.login):
            require_known(user.login, form.get("password", ""))
        account = accounts.set_password(current.graph(), user.login, form.get("new", ""), by=user.by)
    except RelayError as error:
        return _shown(error)
    sessions.begin_session(account)
    flash(gettext("Your password is changed. Other browsers are signed out, and your tokens have ended."))
    return redirect(url_for("own_account.page"), 303)


@blueprint.post("/account/organisation")
@action("own account")
def organisation() -> Answer:
    """Link the user's account with who she is at the organisation's own sign-in, or end that link."""
    user, graph, now = in_a_browser(), current.graph(), current.core().now()
    issuer, subject = organisation_sign_in.settings().issuer, organisation_sign_in.found_subject()
    try:
        if _has_password(user.login):
            require_known(user.login, request.form.get("password", ""))
        if pressed_button() == "link":
            linked_sign_in.link(graph, user.login, issuer, subject, now, by=user.by)
            told = gettext("From now on you can sign in there, and need no password here.")
        else:
            sessions.begin_session(linked_sign_in.unlink(graph, user.login, now, by=user.by))
            told = gettext("The link has ended, and other browsers are signed out.")
    except RelayError as error:
        return _shown(error)
    organisation_sign_in.forget_subject()
    flash(told)
    return redirect(url_for("own_account.page"), 303)


@blueprint.post("/account/tokens")
@action("own account")
def make_token() -> Answer:
    """Make a token for another machine; its secret is shown only now."""
    user, form = in_a_browser(), request.form
    sessions.require_proven()
    try:
        days = form.get("days", "").strip()
        if not (days.isascii() and days.isdecimal() and len(days) < len(str(EVER))):
            raise refused(NOT_DAYS)
        made = api_tokens.issue(
            current.graph(),
            user.login,
            role=form.get("role") or EVERY,
            programme_id=form.get("programme") or EVERY,
            days=int(days),
            now=current.core().now(),
            random=token_bytes,
            generation=user.generation,
            by=user.by,
        )
    except RelayError as error:
        return _shown(error)
    return _shown(made=made)


@blueprint.post("/account/signed-in")
@action("own account")
def end() -> Answer:
    """End one of the user's sessions, telephones and tokens, or all of her sessions."""
    user, graph, now = in_a_browser(), current.graph(), current.core().now()
    kind, _, id_ = pressed_button().partition(" ")
    if kind == "sessions":
        sessions.end_all_sessions()
        return redirect(url_for("sign_in.page"), 303)
    if kind == "session":
        browser_sessions.end(graph, user.login, id_, now)
        told = gettext("That browser is signed out.")
    elif kind == "device":
        if id_ not in {each.device_id for each in devices.all_devices(graph, user.login)}:
            raise refused(devices.NO_DEVICE, device_id=id_)
        name = devices.revoke(graph, id_, now, by=user.by).name
        told = gettext("%(name)s opens nothing any more. What it had kept can still be handed in.", name=name)
    else:
        if id_ not in {token.token_id for token in _tokens(user.login)}:
            raise refused(api_tokens.NO_TOKEN, token_id=id_)
        api_tokens.revoke(graph, id_, by=user.by)
        told = gettext("The token %(token)s has ended.", token=id_)
    flash(told)
    return redirect(url_for("own_account.page"), 303)


def in_a_browser() -> sessions.User:
    """The user, who must have a session: with a token nobody makes tokens, or changes a password."""
    user = sessions.signed_in()
    if user.token_id or not user.generation:
        raise refused(ONLY_IN_A_BROWSER)
    return user


def require_known(login: str, typed: str) -> None:
    """Check the user's password once more; failed tries are limited as at the sign-in."""
    source, now = request.remote_addr or "", current.core().now()
    try:
        sign_in_tries.authenticate(current.graph(), source, login, typed, now)
    except accounts.NotLetIn as error:
        raise refused(WRONG_PASSWORD) from error


def _has_password(login: str) -> bool:
    return accounts.find(current.graph(), login).password


def _tokens(login: str) -> tuple[Token, ...]:
    return tuple(token for token in api_tokens.all_tokens(current.graph()) if token.login == login)


def _shown(error: RelayError | None = None, made: NewToken | None = None) -> Response:
    user, core = sessions.signed_in(), current.core()
    graph, now, provider = core.graph, core.now(), core.settings.provider
    stored = accounts.properties(graph, user.login) if user.generation else {}
    telephones = [each for each in devices.all_devices(graph, user.login) if not each.revoked_at]
    page = render_template(
        "account.html",
        login=user.login,
        grants=user.grants,
        has_session=bool(user.generation) and not user.token_id,
        factors=accounts.account_of(stored).factors if stored else (),
        has_password=bool(stored.get("password")),
        found=organisation_sign_in.found_subject(),
        subject=linked_sign_in.subject_of(graph, provider.issuer, user.login) if provider and stored else "",
        sessions=browser_sessions.sessions_of(graph, user.login, now),
        here=browser_sessions.id_of(user.session_secret) if user.session_secret else "",
        telephones=telephones,
        places={each.programme_id: places.names(graph, each.programme_id) for each in telephones},
        tokens=_tokens(user.login),
        passkeys=passkeys.passkeys_of(stored),
        used=passkeys.last_used_at(stored),
        programmes=guard.heads(),
        error=error_text(error) if error else "",
        made=made,
        days=DAYS,
        administers=guard.may("accounts", EVERY),
        has_devices=guard.may("device code"),
        place_names=places.names_in_grants(graph, user.grants),
    )
    response = make_response(page, _CHECKED if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
