"""Signing in with the organisation's own sign-in: to the provider, and back from it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for

from relay.access import accounts, linked_sign_in
from relay.errors import Failure, NotFound, Refused, RelayError, refused
from relay.web import sessions
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action, public
from relay.web.request import current
from relay.web.sign_in import let_in
from relay.web.traffic import limits

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as Answer

    from relay.settings import SignInProvider
    from relay.web.accounts.identity_provider import IdentityProvider

_EXTENSION: Final = "relay.identity_provider"
_FOUND: Final = "subject"
"""The key in a session for who its user is at the provider, until she links her account with it."""

_MAX_AGE: Final = "max_age"
"""The key in a session for how many seconds ago she may have signed in at the provider to which she was sent."""
_AGAIN_SECONDS: Final = 60  # our choice: who proved it there a minute ago is not asked twice

blueprint = Blueprint("organisation", __name__)


NO_OIDC: Final = Failure(
    Refused,
    "no_oidc",
    "RELAY_OIDC_ISSUER is set, but what speaks to a provider is not installed.",
    advice="Install the extra: pip install relay-livestock[oidc]",
)


NO_PROVIDER: Final = Failure(
    NotFound,
    "no_provider",
    "There is no sign-in of the organisation here.",
    advice="Sign in with login and password.",
)


def set_up(app: Flask) -> None:
    """Get ready to speak to the provider, if the settings name one.

    Raises:
        Refused: They do, and the extra is not installed.
    """
    settings = current.core_of(app).settings.provider
    app.add_template_global(lambda: settings and settings.name, "organisation_sign_in")
    if settings:
        if find_spec("authlib") is None:
            raise refused(NO_OIDC)
        from relay.web.accounts.identity_provider import IdentityProvider  # noqa: PLC0415 - it may not be there

        app.extensions[_EXTENSION] = IdentityProvider(app, settings)


@blueprint.get("/sign-in/organisation")
@public()
def leave() -> Answer:
    """Send the browser to the provider."""
    session.pop(_MAX_AGE, None)
    return _left()


@blueprint.get("/sign-in/organisation/once-more")
@action("own account", without_factor=True)
def once_more() -> str:
    """Ask somebody who is signed in to prove her second factor at the provider once more.

    From here she follows a link: under our policy no browser lets a form lead to another site.
    """
    settings()
    return render_template("sign_in_once_more.html")


@blueprint.get("/sign-in/organisation/again")
@public()
def again() -> Answer:
    """Send the browser of somebody who is signed in to the provider, to prove her second factor there once more."""
    session[_MAX_AGE] = _AGAIN_SECONDS
    return _left()


def _left() -> Answer:
    provider = _provider()
    try:
        return provider.leave_for(current.address_of(url_for("organisation.arrive")), session.get(_MAX_AGE))
    except RelayError as error:
        return _back(error_text(error))


@blueprint.get("/sign-in/organisation/back")
@public()
def arrive() -> Answer | str:
    """Sign in whose account is linked with who the provider says it is; whoever is signed in may link hers now."""
    provider, max_age = _provider(), session.pop(_MAX_AGE, None)
    try:
        proven = provider.arrive(max_age)
    except RelayError as error:
        return _back(error_text(error))
    user = sessions.user()
    if user and user.generation and max_age is None:
        session[_FOUND] = proven.subject
        return redirect(url_for("own_account.page", _anchor="organisation"), 303)
    account = linked_sign_in.account_of(current.graph(), settings().issuer, proven.subject)
    is_hers = account and user and account.login == user.login
    if user and max_age is not None and not (is_hers and proven.by_second_factor):
        return _back(
            gettext("%(name)s does not say that you proved a second factor there just now.", name=settings().name)
        )
    if account is None:
        return _back(
            gettext(
                "This sign-in is linked with no account yet. Sign in with your password once, and link it on the page "
                "Your account. No account is made by itself."
            )
        )
    proven_at = current.core().now().timestamp() - proven.seconds_ago
    return let_in(account, proven_at=proven_at if proven.by_second_factor else None)


@blueprint.post("/sign-in/organisation/out")
@public(by_form=False, largest=limits.BODY_BYTES)
def signed_out_there() -> Answer:
    """End the sessions of whoever signed out at the provider, which says so itself."""
    provider = _provider()
    try:
        subject = provider.signed_out(request.form.get("logout_token", ""))
    except Refused as error:
        return Response(error_text(error), 400, {"Cache-Control": "no-store"}, content_type="text/plain; charset=utf-8")
    if account := linked_sign_in.account_of(current.graph(), settings().issuer, subject):
        accounts.end_sessions(current.graph(), account.login)
    return Response("", 200, {"Cache-Control": "no-store"})


def settings() -> SignInProvider:
    """The provider as the settings name it.

    Raises:
        NotFound: They name none.
    """
    if (provider := current.core().settings.provider) is None:
        raise refused(NO_PROVIDER)
    return provider


def found_subject() -> str:
    """Who the user of this session is at the provider, as it just said; empty if it was not asked."""
    return str(session.get(_FOUND, ""))


def forget_subject() -> None:
    """Forget who the user of this session is at the provider."""
    session.pop(_FOUND, None)


def _provider() -> IdentityProvider:
    settings()
    provider: IdentityProvider = current_app.extensions[_EXTENSION]
    return provider


def _back(told: str) -> Answer:
    """Back to where it began, at an address without what the provider wrote into it."""
    flash(told)
    return redirect(url_for("own_account.page" if sessions.user() else "sign_in.page"), 303)
