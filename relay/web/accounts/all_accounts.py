"""All accounts, for administrators of every programme: who may sign in, and in which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from relay.access import accounts, api_tokens, factor_requirement, second_factor
from relay.access.roles import EVERY, ROLES, Grant, grant_of
from relay.errors import Failure, Invalid, NotFound, Refused, RelayError, refused
from relay.ledger import places, programme_heads
from relay.web import guard, sessions
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from relay.access.accounts import Account

ROWS: Final = 3
"""Empty rows for roles in the form of a new account (our choice)."""

_CHECKED: Final = 422

blueprint = Blueprint("accounts", __name__)


NOT_OF_ALL: Final = Failure(
    NotFound,
    "not_of_all",
    "Accounts are for every programme of the database.",
    advice="This needs the role administrator in all of them: ask someone who has it.",
)


NO_ROLE_CHOSEN: Final = Failure(
    Invalid,
    "no_role_chosen",
    "No role is chosen.",
    advice="Choose at least one. To shut somebody out, remove the account.",
    field="role",
)


YOUR_OWN: Final = Failure(
    Refused,
    "your_own",
    "This is your own account, and nobody might be left who can let you in again.",
    advice="Ask another administrator, or use relay account on the machine of the database.",
    field="login",
)


@blueprint.get("/accounts")
@action("accounts")
def page() -> str:
    """All accounts, and a form for one more."""
    return _list()


@blueprint.post("/accounts")
@action("accounts")
def add() -> Response | tuple[str, int]:
    """Make an account."""
    require_all()
    login, password, now = request.form.get("login", "").strip(), request.form.get("password", ""), current.core().now()
    try:
        accounts.add(current.graph(), login, _grants(), password, now, by=sessions.signed_in().by)
    except RelayError as error:
        return _list(error), _CHECKED
    flash(gettext("%(login)s can sign in. Hand the password over in person.", login=login))
    return redirect(url_for("accounts.one", login=login), 303)


@blueprint.get("/accounts/<login>")
@action("accounts")
def one(login: str) -> str:
    """An account with its roles."""
    return _one(login)


@blueprint.post("/accounts/<login>")
@action("accounts")
def change(login: str) -> Response | tuple[str, int]:
    """Give an account other roles or a new password, take its second factor away, or remove it."""
    require_all()
    graph, step, user = current.graph(), pressed_button(), sessions.signed_in()
    try:
        if login == user.login:
            raise refused(YOUR_OWN)
        if step == "roles":
            accounts.set_grants(graph, login, _grants(), by=user.by)
            flash(gettext("%(login)s has these roles now, and is signed out everywhere.", login=login))
        elif step == "password":
            accounts.set_password(graph, login, request.form.get("password", ""), by=user.by)
            flash(gettext("%(login)s has a new password. Hand it over in person.", login=login))
        elif step == "factor":
            second_factor.reset(graph, login, current.core().now(), by=user.by)
            flash(gettext("%(login)s signs in with the password alone now, and is signed out everywhere.", login=login))
        elif step == "remove":
            accounts.remove(graph, login, by=user.by)
            flash(gettext("%(login)s can no longer sign in. What this account recorded stays.", login=login))
            return redirect(url_for("accounts.page"), 303)
    except RelayError as error:
        return _one(login, error), _CHECKED
    return redirect(url_for("accounts.one", login=login), 303)


def require_all() -> None:
    """Let only administrators of every programme go on.

    Raises:
        NotFound: The user is none.
    """
    if not guard.may("accounts", EVERY):
        raise refused(NOT_OF_ALL)


def _grants() -> tuple[Grant, ...]:
    """The roles that were chosen in the form.

    Raises:
        Invalid: There are none; or one cannot be read.
        NotFound: There is no such place, or several have that name.
    """
    form = request.form
    chosen = zip(form.getlist("role"), form.getlist("programme"), form.getlist("place"), strict=False)
    found = [_grant(role, programme_id, place_id.strip()) for role, programme_id, place_id in chosen if role]
    if not found:
        raise refused(NO_ROLE_CHOSEN)
    return places.by_id(current.graph(), found)


def _grant(role: str, programme_id: str, place_id: str) -> Grant:
    where = f"@{programme_id}" if programme_id else ""
    return grant_of(f"{role}{where}{f'/{place_id}' if place_id else ''}")


def _list(error: RelayError | None = None) -> str:
    require_all()
    all_accounts = accounts.all_accounts(current.graph())
    return render_template(
        "accounts.html",
        accounts=all_accounts,
        due_on=factor_requirement.due_days(current.graph(), all_accounts),
        login=request.form.get("login", ""),
        **_form(error),
    )


def _one(login: str, error: RelayError | None = None) -> str:
    require_all()
    account = accounts.find(current.graph(), login)
    return render_template(
        "account_of.html",
        account=account,
        is_own=login == sessions.signed_in().login,
        tokens=sum(token.login == login for token in api_tokens.all_tokens(current.graph())),
        **_form(error, account),
    )


def _form(error: RelayError | None, account: Account | None = None) -> dict[str, Any]:
    """What the form of roles shows: the account's roles, or after an error those that were chosen, and empty rows."""
    held: Iterable[tuple[str, str, str]] = (
        (grant.role, "" if grant.programme_id == EVERY else grant.programme_id, grant.place_id or "")
        for grant in (account.grants if account else ())
    )
    grants = (
        account.grants if account else [each for one in accounts.all_accounts(current.graph()) for each in one.grants]
    )
    if error:
        form = request.form
        held = zip(form.getlist("role"), form.getlist("programme"), form.getlist("place"), strict=False)
    rows = [row for row in held if any(row)]
    return {
        "rows": [*rows, *[("", "", "")] * (1 if rows else ROWS)],
        "roles": ROLES,
        "programmes": programme_heads.heads(current.graph()),
        "place_names": places.names_in_grants(current.graph(), grants),
        "error": error_text(error) if error else "",
        "least": accounts.LEAST_PASSWORD,
    }
