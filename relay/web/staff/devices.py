"""One's own telephones: a code that enrols one, and how one that was lost is given up."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from relay.access import devices
from relay.access.accounts import NoAccount, find
from relay.access.roles import EVERY
from relay.desk.lookup import resolve
from relay.ledger.places import places_of_record
from relay.web import guard, responses, sessions
from relay.web.i18n.language import gettext
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("devices", __name__)


@blueprint.get("/account/devices")
@action("device code")
def page() -> str:
    """The telephones of who is signed in; a manager sees everybody's."""
    return _shown(None)


@blueprint.post("/account/devices")
@action("device code")
def code() -> str:
    """A code, shown once."""
    core, login = current.core(), sessions.signed_in().login
    programme_id, place_id = request.form.get("programme", ""), request.form.get("place", "").strip()
    whose = request.form.get("login", "").strip() or login
    if programme_id not in {head.programme_id for head in guard.heads()} or not (whose == login or _manages()):
        raise NoAccount(login=whose)
    act_id = resolve(core.graph, programme_id, place_id, kinds=("place",))
    made = devices.make_code(
        core.graph,
        find(core.graph, whose).login,
        programme_id=programme_id,
        place_id=act_id.partition(":")[2],
        around=places_of_record(core.graph, programme_id, act_id),
        now=core.now(),
        random=secrets.token_bytes,
    )
    return _shown(made)


@blueprint.post("/account/devices/<device_id>")
@action("device code")
def revoke(device_id: str) -> Response:
    """Give one up: one's own, or, for a manager, anybody's."""
    own = {device.device_id for device in _mine()}
    if device_id not in own:
        raise devices.NoDevice(device_id=device_id)
    ended = devices.revoke(current.graph(), device_id, current.core().now())
    flash(gettext("%(name)s opens nothing any more. What it had kept can still be handed in.", name=ended.name))
    return redirect(url_for("devices.page"), 303)


def _manages() -> bool:
    return any(grant.role == "manager" and grant.programme_id == EVERY for grant in sessions.signed_in().grants) or any(
        guard.may("held settle", head.programme_id) for head in guard.heads()
    )


def _mine() -> tuple[devices.Device, ...]:
    """Those that who is asking may see: her own, and those of the programmes that she manages."""
    login = sessions.signed_in().login
    return tuple(
        device
        for device in devices.every(current.graph())
        if device.login == login or guard.may("held settle", device.programme_id)
    )


def _shown(made: devices.EnrolmentCode | None) -> str:
    responses.never_kept()
    return render_template(
        "devices.html",
        devices=_mine(),
        heads=guard.heads(),
        made=made,
        manages=_manages(),
        login=sessions.signed_in().login,
    )
