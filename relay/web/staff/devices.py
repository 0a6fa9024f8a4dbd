"""The page of the user's telephones: make a code to enrol one, and revoke one that was lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from relay.access import devices
from relay.access.roles import NotAllowed
from relay.errors import NotFound, refused
from relay.ledger import places
from relay.ledger.programme_heads import NoProgramme
from relay.web import guard, responses, sessions
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("devices", __name__)

_CHECKED: Final = 422  # the form comes back with what is wrong


@blueprint.get("/account/devices")
@action("device code")
def page() -> str:
    """The telephones of the user; a manager sees all of her programmes."""
    return _shown(None)


@blueprint.post("/account/devices")
@action("device code")
def code() -> str | tuple[str, int]:
    """Make a code for the user's own account, which is shown once; nobody makes a code for another account here."""
    core, user = current.core(), sessions.signed_in()
    programme_id, place_name = request.form.get("programme", ""), request.form.get("place", "").strip()
    if programme_id not in {head.programme_id for head in guard.heads()}:
        raise NoProgramme(programme_id=programme_id)
    if not guard.may("device code", programme_id):
        raise NotAllowed.to("device code", core.graph.catalogue)
    try:
        place_id = places.meant(core.graph, programme_id, place_name)
    except NotFound as error:
        return _shown(None, error_text(error)), _CHECKED
    made = devices.make_code(
        core.graph,
        user.login,
        programme_id=programme_id,
        place_id=place_id,
        around=places.places_of_record(core.graph, programme_id, f"place:{place_id}"),
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


def _shown(made: devices.EnrolmentCode | None, fault: str = "") -> str:
    responses.never_cache()
    heads, mine = guard.heads(), _mine()
    called = {
        (programme_id, id_): name
        for programme_id in {*(head.programme_id for head in heads), *(each.programme_id for each in mine)}
        for id_, name in places.names(current.graph(), programme_id).items()
    }
    own = guard.allowed_places("device code", heads[0].programme_id) if len(heads) == 1 else None
    return render_template(
        "devices.html",
        devices=mine,
        heads=heads,
        made=made,
        places=called,
        usual=called.get((heads[0].programme_id, next(iter(own))), "") if own and len(own) == 1 else "",
        sent=request.form,
        fault=fault,
    )
