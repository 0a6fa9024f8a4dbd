"""The guard of the pages and of the API: whether the user has access.

Every view has its permission (`relay.web.permission`), and every action has its roles in `access.roles.matrix`. A
programme in which a user has no role does not exist for that user.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

from relay.access import roles
from relay.access.devices import MOST_ACTS_AFTER_REVOKING, Device, DeviceRevoked, NotForDevices
from relay.access.roles import OWNER
from relay.desk.lookup import resolve
from relay.errors import Forbidden
from relay.ledger import programmes
from relay.ledger.batch import Clerk
from relay.ledger.partial_register import read
from relay.ledger.places import places_of_record
from relay.ledger.programmes import NoProgramme
from relay.service.question import of_system
from relay.web import sessions
from relay.web.permission import Permission, permission_of, public
from relay.web.request import current
from relay.web.sessions import NotSignedIn, User
from relay.web.traffic import limits

if TYPE_CHECKING:
    from relay.domain.system import Catalogue

_A_YEAR: Final = 365 * 24 * 60 * 60  # seconds
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
_BEGINS: Final = "programme add"


@cache
def _routes_of_systems(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """Route of the API or form → the systems of which it needs one, of those that need any."""
    kinds = {
        route: systems
        for kind in catalogue.kinds
        if (systems := catalogue.systems_of(kind))
        for route in (f"api.record_{kind}", f"recording.{kind.replace('_', '-')}")
    }
    questions = {
        f"api.{question.name}": frozenset({name})
        for name, system in catalogue.systems.items()
        for question in of_system(system)
    }
    return {**kinds, **questions}


def _require_used(endpoint: str) -> None:
    """Let what belongs to a system be there only in a programme that uses it; pages bear its name before the point."""
    catalogue, room = current.graph().catalogue, endpoint.partition(".")[0]
    ours = frozenset({room}) & catalogue.systems.keys()
    systems = ours or _routes_of_systems(catalogue).get(endpoint, frozenset())
    if systems and systems.isdisjoint(current.head().systems):
        abort(404)


class NotByTheProxy(Forbidden):
    """Somebody came to a site, but not through the proxy that encrypts."""

    reason = "This was sent without encryption."
    advice = "Write https://%(site)s/ instead."

    site: str


def set_up(app: Flask) -> None:
    """Have an application refuse everyone without access."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # `check` asks: a token proves as much
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    CSRFProtect(app)
    app.view_functions["static"] = public()(app.view_functions["static"])
    app.before_request(check)
    app.after_request(_always_encrypted)
    app.add_template_global(may)


def clerk(programme_id: str) -> Clerk:
    """Who is asking, as the ledger names who records, with the places and rights by which it judges what she records.

    Raises:
        NotSignedIn: Nobody said who is asking.
    """
    return Clerk(
        by=sessions.signed_in().by,
        now=current.core().now(),
        random=secrets.token_bytes,
        places=places(str(permission_of(str(request.endpoint)).action), programme_id),
        manages=may("programme lock", programme_id),
        subjects=_subjects(str(permission_of(str(request.endpoint)).action), programme_id),
    )


def _subjects(action: str, programme_id: str) -> frozenset[str]:
    """The kinds of acts about which who is asking may record something, such as a correction, in an action.

    What is secret to a role is hers if she records such herself; all else, unless her role reaches only what she
    records.
    """
    catalogue, grants = current.graph().catalogue, sessions.signed_in().grants
    own = roles.kinds_recordable(catalogue, grants, programme_id)
    if roles.are_protection_only(roles.granted(catalogue, grants, action, programme_id)):
        return own
    return own | {kind.name for kind in catalogue.kinds.values() if not kind.read_by}


def clerk_of_imports(programme_id: str) -> Clerk:
    """Who imports, with the kinds of acts that she may record everywhere."""
    catalogue = current.graph().catalogue
    kinds = {
        kind.name
        for kind in catalogue.filed
        if may(kind.recording, programme_id) and places(kind.recording, programme_id) is None
    }
    return replace(clerk(programme_id), kinds=frozenset(kinds))


def require(action: str, programme_id: str) -> None:
    """Let who is asking do an action in a programme that the address does not name.

    Raises:
        NoProgramme: No role is held in it, whether there is one or not.
        NotAllowed: The role does not allow it.
    """
    _allow(sessions.signed_in(), Permission(action=action), programme_id)


def require_everywhere(action: str, programme_id: str) -> None:
    """Let nobody go on whose account covers some places only: a file reaches beyond them.

    Raises:
        NotThatPlace: It does.
    """
    allowed = places(action, programme_id)
    if allowed is not None:
        raise roles.NotThatPlace(places=sorted(allowed))


def heads() -> tuple[programmes.LedgerHead, ...]:
    """The programmes in which who is asking holds a role, by id.

    Raises:
        NotSignedIn: Nobody said who is asking.
        Unavailable: The database cannot be reached.
    """
    found = sessions.signed_in()
    return tuple(head for head in programmes.heads(current.graph()) if found.sees(head.programme_id))


def may(action: str, programme_id: str | None = None) -> bool:
    """Whether who is asking may do an action: what a page offers."""
    found = sessions.user()
    return found is not None and found.may(action, programme_id)


def check() -> None:
    """Let a request pass, or not.

    Raises:
        NotByTheProxy: It came without encryption, and these pages are a site.
        NotSignedIn: Nobody said who is asking.
        NotLetIn: The token is not valid, or no longer.
        DeviceRevoked: It is a telephone's that was revoked.
        NotForDevices: It is a telephone's, and this is nothing for one.
        NoProgramme: No role is held in the programme, whether there is one or not.
        NotAllowed: The role does not allow it.
        NotThatPlace: The role allows it in some places, and this record lies elsewhere.
        NotInRecord: The role allows it in some places, and there is no such record.
        CSRFError: Another site's page may have sent this form.
    """
    permission, site = permission_of(request.endpoint) if request.endpoint else None, current.core().site
    if site and not request.is_secure and not (permission and permission.unencrypted):
        raise NotByTheProxy(site=site)
    if permission is None:  # no such page, or not by that method: nothing is revealed
        return
    found = None if permission.public else sessions.user()
    if permission.largest and (found or permission.public or permission.typed):  # what was typed is kept in any case
        request.max_content_length = request.max_form_memory_size = permission.largest
    _require_a_form_of_ours()
    if found is None and not permission.public:
        raise g.get("not_let_in") or NotSignedIn
    by_form = request.method not in _SAFE and permission.by_form and not (found and found.token_id)
    if by_form and current_app.config["WTF_CSRF_ENABLED"]:
        csrf: CSRFProtect = current_app.extensions["csrf"]
        csrf.protect()
    if found is not None:
        programme_id = (request.view_args or {}).get("programme_id")
        if found.device:
            _allow_device(found.device, permission, programme_id)
        else:
            _allow(found, permission, programme_id)
        _require_used(str(request.endpoint))


def _require_a_form_of_ours() -> None:
    """Let nothing be read as a form that has more fields than any: each takes far more memory than its bytes.

    Raises:
        RequestEntityTooLarge: It has.
    """
    request.max_form_parts = limits.FIELDS
    if request.mimetype == _FORM and request.get_data().count(b"&") >= limits.FIELDS:
        raise RequestEntityTooLarge


def _always_encrypted(response: Response) -> Response:
    if current.core().site:
        response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    return response


def _allow(found: User, permission: Permission, programme_id: str | None) -> None:
    action = permission.action
    if programme_id is not None and not found.sees(programme_id):
        raise _not_allowed(_BEGINS) if action == _BEGINS else NoProgramme(programme_id=programme_id)
    if action is None:  # nobody said who may
        if not set(OWNER) <= set(found.grants):
            raise _not_allowed(str(request.endpoint))
    elif not found.may(action, programme_id):
        raise _not_allowed(action)
    elif programme_id is not None and not permission.ids_only and (about := _about(request.view_args or {})):
        _within_places(action, programme_id, about)
        _within_her_kinds(found, action, programme_id, about)


def _allow_device(device: Device, permission: Permission, programme_id: str | None) -> None:
    """Let a telephone reach its own programme's few addresses; what its writer may there, these see to."""
    if device.revoked_at and not (permission.by_revoked and device.handed_in < MOST_ACTS_AFTER_REVOKING):
        raise DeviceRevoked
    if not (permission.public or permission.by_device):
        raise NotForDevices
    if programme_id not in (None, device.programme_id):
        raise NoProgramme(programme_id=str(programme_id))


def _not_allowed(action: str) -> roles.NotAllowed:
    return roles.NotAllowed.to(action, current.graph().catalogue)


def _within_her_kinds(found: User, action: str, programme_id: str, id_: str) -> None:
    """Let who holds the role of one system open what she records, corrections of that, and places: nobody's record."""
    catalogue = current.graph().catalogue
    if not roles.are_protection_only(roles.granted(catalogue, found.grants, action, programme_id)):
        return
    act_id = resolve(current.graph(), programme_id, id_)
    register = current.graph().read(lambda transaction: read(transaction, programme_id, (act_id,)))
    kind = (register.last_subject(act_id) if register else act_id).partition(":")[0]
    if kind not in roles.kinds_recordable(catalogue, found.grants, programme_id) | {"place"}:
        raise _not_allowed("find")


def _about(said: Mapping[str, str]) -> str | None:
    """The record that a URL is about; None if it is about none."""
    if "part_id" in said:
        return f"{said['word']}:{said['part_id']}"
    if "gift_id" in said:
        return f"gift:{said['gift_id']}"
    return said.get("act_id") or said.get("id_")


def places(action: str, programme_id: str) -> frozenset[str] | None:
    """The places to which who is asking is bound in an action; None when to none.

    Raises:
        NotSignedIn: Nobody said who is asking.
    """
    return roles.bound_places(
        roles.granted(current.graph().catalogue, sessions.signed_in().grants, action, programme_id)
    )


def _within_places(action: str, programme_id: str, id_: str) -> None:
    """Let staff of a place open what lies there, and nothing else; what they record the ledger judges itself."""
    allowed = places(action, programme_id)
    if allowed is None:
        return
    act_id = resolve(current.graph(), programme_id, id_)
    if not allowed & places_of_record(current.graph(), programme_id, act_id):
        raise roles.NotThatPlace(places=sorted(allowed))
