"""The page of the user's telephones: make a code to enrol one, and revoke one that was lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from relay.access import devices
from relay.access.roles import NotAllowed
from relay.desk.lookup import resolve
from relay.errors import refused
from relay.ledger.places import places_of_record
from relay.ledger.programmes import NoProgramme
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
    """The telephones of the user; a manager sees all of her programmes."""
    return _shown(None)


@blueprint.post("/account/devices")
@action("device code")
def code() -> str:
    """Make a code for the user's own account, which is shown once; nobody makes a code for another account here."""
    core, user = current.core(), sessions.signed_in()
    programme_id, place_id = request.form.get("programme", ""), request.form.get("place", "").strip()
    if programme_id not in {head.programme_id for head in guard.heads()}:
        raise NoProgramme(programme_id=programme_id)
    if not guard.may("device code", programme_id):
        raise NotAllowed.to("device code", core.graph.catalogue)
    act_id = resolve(core.graph, programme_id, place_id, kinds=("place",))
    made = devices.make_code(
        core.graph,
        user.login,
        programme_id=programme_id,
        place_id=act_id.partition(":")[2],
        around=places_of_record(core.graph, programme_id, act_id),
        now=core.now(),
        random=secrets.token_bytes,
        by=user.by,
    )
    return _shown(made)


@blueprint.post("/account/devices/<device_id>")
@action("device code")
def revoke(device_id: str) -> Response:
    """Revoke a telephone: one's own, or for a manager, any of her programmes."""
    own = {device.device_id for device in _mine()}
    if device_id not in own:
        raise refused(devices.NO_DEVICE, device_id=device_id)
    ended = devices.revoke(current.graph(), device_id, current.core().now(), by=sessions.signed_in().by)
    flash(gettext("%(name)s opens nothing any more. What it had kept can still be handed in.", name=ended.name))
    return redirect(url_for("devices.page"), 303)


def _mine() -> tuple[devices.Device, ...]:
    """The telephones that the user may see: her own, and those of the programmes that she manages."""
    login = sessions.signed_in().login
    return tuple(
        device
        for device in devices.all_devices(current.graph())
        if device.login == login or guard.may("held settle", device.programme_id)
    )


def _shown(made: devices.EnrolmentCode | None) -> str:
    responses.never_cache()
    return render_template(
        "devices.html",
        devices=_mine(),
        heads=guard.heads(),
        made=made,
    )
