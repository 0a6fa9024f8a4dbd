"""The page of the user's own second factor: a code of her telephone beside the password, and recovery codes."""

from __future__ import annotations

from datetime import UTC
from secrets import token_bytes
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from relay.access import accounts, second_factor
from relay.errors import RelayError
from relay.web import sessions
from relay.web.accounts.own_account import in_a_browser
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.papers.certificates import qr_code_of
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.sign_in import accept_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as Answer

_CHECKED = 422

blueprint = Blueprint("second_factor", __name__)


@blueprint.get("/account/second-factor")
@action("own account", without_factor=True)
def page() -> Response:
    """What is asked beside the password: how to set it up, or how many recovery codes are left."""
    return _shown()


@blueprint.post("/account/second-factor")
@action("own account", without_factor=True)
def change() -> Answer:
    """Set a second factor up; or, by whoever proves the one that she has, make new recovery codes or take it away."""
    user, form, step, core = in_a_browser(), request.form, pressed_button(), current.core()
    login, typed, sealed, now = user.login, form.get("code", ""), form.get("sealed", ""), core.now()
    try:
        if "codes" not in accounts.find(core.graph, login).factors:
            account, codes = second_factor.set_up(
                core.graph, login, sealed, typed, key=_key(), now=now, random=token_bytes
            )
            sessions.begin_session(account, proven_at=now.timestamp())
            return _shown(codes=codes)
        sessions.begin_session(accept_code(login, typed), proven_at=now.timestamp())
        if step == "recovery":
            return _shown(codes=second_factor.renew_recovery(core.graph, login, now=now, random=token_bytes))
        sessions.begin_session(second_factor.reset(core.graph, login, now, by=user.by))
    except RelayError as error:
        return _shown(sealed, error=error_text(error))
    flash(gettext("Your second factor is taken away: you sign in with the password alone, until you set up another."))
    return redirect(url_for("second_factor.page"), 303)


def _key() -> bytes:
    return second_factor.key(current.core().settings)


def _shown(sealed: str = "", *, codes: Sequence[str] = (), error: str = "") -> Response:
    """The page: with an offer, the one that was sealed if there is one, or for an account that has a second factor."""
    user, core = sessions.signed_in(), current.core()
    login, has_session, offer = user.login, bool(user.generation) and not user.token_id, None
    stored = accounts.properties(core.graph, login) if has_session else {}
    if has_session and not stored.get("codes"):
        offer = second_factor.offer(login, core.settings.organisation or "Relay", _key(), sealed)
    page = render_template(
        "second_factor.html",
        login=login,
        offer=offer,
        picture=qr_code_of(offer.uri) if offer else None,
        codes=codes,
        has_session=has_session,
        left=second_factor.recovery_left(stored),
        passkeys=bool(stored.get("passkeys")),
        error=error,
        due_on=user.factor_due_on if offer else None,
        today=core.now().astimezone(UTC).date(),
    )
    response = make_response(page, _CHECKED if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response
