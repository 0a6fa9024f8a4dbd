"""Invitations: an administrator prints a link for each new account, and its owner chooses her password with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import TYPE_CHECKING

from flask import Blueprint, g, make_response, render_template, request, url_for

from relay.access import accounts, invitations
from relay.access.accounts import LEAST_PASSWORD
from relay.errors import Invalid, RelayError, refused
from relay.ledger import places, programme_heads
from relay.web import responses, sessions, sign_in
from relay.web.accounts.all_accounts import require_all
from relay.web.accounts.own_account import NOT_THE_SAME
from relay.web.i18n.sentences import error_text
from relay.web.papers.certificates import qr_code_of
from relay.web.permission import action, public
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask import Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as Answer

    from relay.access.accounts import Account
    from relay.access.invitations import Invitation

_CHECKED = 422

blueprint = Blueprint("invitations", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLink:
    """A link as it is printed.

    Attributes:
        account: The account whose owner it is for.
        url: The link.
        picture: The same as a QR code, where a telephone can open it; None where only this machine can.
        until: The last day on which it works.
    """

    account: Account
    url: str
    picture: Markup | None
    until: date


@blueprint.get("/account/links")
@action("accounts")
def links() -> str:
    """The accounts that wait for a link."""
    require_all()
    return _page(waiting=_waiting())


@blueprint.post("/account/links")
@action("accounts")
def make() -> Response:
    """Make the links of some accounts, and show them this once, to be printed."""
    require_all()
    made = invitations.make(
        current.graph(),
        request.form.getlist("login"),
        now=current.core().now(),
        random=token_bytes,
        by=sessions.signed_in().by,
    )
    responses.never_cache()
    return make_response(_page(made=[*map(_printed, made)]))


def _page(*, waiting: Sequence[Account] = (), made: Sequence[PrintedLink] = ()) -> str:
    shown = (*waiting, *(each.account for each in made))
    return render_template(
        "invitations.html",
        waiting=waiting,
        made=made,
        site=current.core().site,
        programmes=programme_heads.heads(current.graph()),
        place_names=places.names_in_grants(current.graph(), [grant for account in shown for grant in account.grants]),
    )


def _waiting() -> tuple[Account, ...]:
    return accounts.waiting_for_password(current.graph(), besides=sessions.signed_in().login)


def _printed(invitation: Invitation) -> PrintedLink:
    url = current.address_of(url_for("invitations.opened", secret=invitation.secret))
    return PrintedLink(
        account=invitation.account,
        url=url,
        picture=qr_code_of(url) if current.core().site else None,
        until=datetime.fromisoformat(invitation.expires_at).date(),
    )


@blueprint.get("/welcome/<secret>")
@public()
def opened(secret: str) -> Response:
    """The page on which the owner of an account chooses her password."""
    g.untraced = True
    return _welcome(invitations.account_of(current.graph(), secret, current.core().now()))


@blueprint.post("/welcome/<secret>")
@public()
def accepted(secret: str) -> Answer | str:
    """Give the account its password, and sign its owner in."""
    g.untraced = True
    form, now = request.form, current.core().now()
    account = invitations.account_of(current.graph(), secret, now)
    try:
        if form.get("new") != form.get("again"):
            raise refused(NOT_THE_SAME)
        account = invitations.accept(current.graph(), secret, form.get("new", ""), now)
    except Invalid as error:
        return _welcome(account, error)
    return sign_in.let_in(account)


def _welcome(account: Account, error: RelayError | None = None) -> Response:
    page = render_template(
        "welcome.html", account=account, least=LEAST_PASSWORD, error=error_text(error) if error else ""
    )
    return make_response(page, _CHECKED if error else 200)
