"""The page of the user's own passkeys: she makes them, sees when each was used, and ends them."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from relay.access import accounts, passkeys, second_factor
from relay.errors import RelayError
from relay.web import challenges, sessions
from relay.web.accounts.own_account import in_a_browser, require_known
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as Answer

    from relay.access.passkeys import PasskeySite

_CHECKED = 422

blueprint = Blueprint("passkeys", __name__)


@blueprint.get("/account/passkeys")
@action("own account", without_factor=True)
def page() -> Response:
    """The user's passkeys, and how to make another."""
    return _shown()


@blueprint.post("/account/passkeys")
@action("own account", without_factor=True)
def change() -> Answer:
    """Make a passkey, in two steps; or, by whoever types her password, end one, or make new recovery codes."""
    user, form, core, step = in_a_browser(), request.form, current.core(), pressed_button()
    login, now, site = user.login, core.now(), challenges.site()
    try:
        if site and form.get("answer"):
            account, codes = passkeys.add(
                core.graph,
                login,
                form.get("name", ""),
                form["answer"],
                site=site,
                challenge=challenges.taken(challenges.TO_MAKE),
                now=now,
                random=token_bytes,
            )
            sessions.begin_session(account)
            flash(gettext("The passkey is made. Other browsers are signed out."))
            return _shown(codes=codes)
        require_known(login, form.get("password", ""))
        if step == "recovery":
            return _shown(codes=second_factor.renew_recovery(core.graph, login, now=now, random=token_bytes))
        if site and step == "make":
            return _to_make(login, passkeys.require_name(form.get("name", "")), site)
        sessions.begin_session(passkeys.revoke(core.graph, login, form.get("passkey", ""), now))
    except RelayError as error:
        return _shown(error=error_text(error))
    flash(gettext("The passkey has ended. Other browsers are signed out."))
    return redirect(url_for("passkeys.page"), 303)


def _to_make(login: str, name: str, site: PasskeySite) -> Response:
    """The second step: her browser is asked for the passkey."""
    core = current.core()
    stored, challenge = accounts.properties(core.graph, login), challenges.new(challenges.TO_MAKE)
    options = passkeys.to_make(login, stored, core.settings.organisation or "Relay", site, challenge)
    return _answer(render_template("passkey_made.html", name=name, options=options), 200)


def _shown(*, codes: Sequence[str] = (), error: str = "") -> Response:
    user, core = sessions.signed_in(), current.core()
    has_session = bool(user.generation) and not user.token_id
    stored = accounts.properties(core.graph, user.login) if has_session else {}
    page = render_template(
        "passkeys.html",
        login=user.login,
        has_session=has_session,
        has_password=bool(stored.get("password")),
        passkeys=passkeys.passkeys_of(stored),
        used=passkeys.last_used_at(stored),
        left=second_factor.recovery_left(stored),
        has_codes=bool(stored.get("codes")),
        site=challenges.site(),
        codes=codes,
        error=error,
        longest=passkeys.LONGEST_NAME,
    )
    return _answer(page, _CHECKED if error else 200)


def _answer(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
