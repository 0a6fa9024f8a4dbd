"""The guard: checks before each request of a page or of the API whether the user has access.

Every view declares its permission (`relay.web.permission`), and `access.roles.matrix` says which roles have it. A
programme in which a user has no role does not exist for that user.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

from relay.access import factor_requirement, roles
from relay.access.devices import MOST_ACTS_AFTER_REVOKING, Device, DeviceRevoked, NotForDevices
from relay.access.roles import OWNER
from relay.errors import Forbidden
from relay.instants import instant
from relay.ledger import programme_heads
from relay.ledger.batch import Clerk
from relay.ledger.partial_register import read
from relay.ledger.places import places_of_record
from relay.ledger.programme_heads import NoProgramme
from relay.office.lookup import resolve
from relay.service.question import of_system
from relay.web import public_demonstration, sessions
from relay.web.permission import Permission, permission_of, public
from relay.web.remembered_choice import A_YEAR
from relay.web.request import current
from relay.web.sessions import NotSignedIn, User
from relay.web.traffic import limits

if TYPE_CHECKING:
    from relay.domain.system import Catalogue
    from relay.ledger.programme_heads import LedgerHead

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
_ADD_PROGRAMME: Final = "programme add"


@cache
def _routes_of_systems(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """Endpoint of the API or of a form → the systems of which the programme must use one; others are not there."""
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


def _require_system_in_use(endpoint: str) -> None:
    """Answer 404 for what belongs to a system that the programme does not use.

    An endpoint "NAME.VIEW" belongs to the system NAME, if there is one.
    """
    catalogue, room = current.graph().catalogue, endpoint.partition(".")[0]
    ours = frozenset({room}) & catalogue.systems.keys()
    systems = ours or _routes_of_systems(catalogue).get(endpoint, frozenset())
    if systems and systems.isdisjoint(current.head().systems):
        abort(404)


class NotByTheProxy(Forbidden):
    """A request to a site did not come through the proxy that encrypts."""

    reason = "This was sent without encryption."
    advice = "Write https://%(site)s/ instead."

    site: str


def set_up(app: Flask) -> None:
    """Have an application check the access of each request."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # `check_request` asks: a token proves as much
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    CSRFProtect(app)
    app.view_functions["static"] = public()(app.view_functions["static"])
    app.before_request(check_request)
    app.after_request(_require_https_from_now_on)
    app.add_template_global(may)
    app.add_template_global(copy_has)
    app.add_template_global(copy_is_silent)


def clerk(programme_id: str) -> Clerk:
    """The clerk of this request: who records, and with which places and rights the ledger judges what she records.

    Raises:
        NotSignedIn: Nobody is signed in.
    """
    return Clerk(
        by=sessions.signed_in().by,
        now=current.core().now(),
        random=secrets.token_bytes,
        places=allowed_places(str(permission_of(str(request.endpoint)).action), programme_id),
        manages=may("programme lock", programme_id),
        subjects=_recordable_subjects(str(permission_of(str(request.endpoint)).action), programme_id),
    )


def _recordable_subjects(action: str, programme_id: str) -> frozenset[str]:
    """The kinds of acts that the user may correct or otherwise record something about, by an action.

    Kinds that are secret to one role are among them only if she may record them herself. All other kinds are among
    them, unless her only role is protection, which reaches nothing but what it records.
    """
    catalogue, grants = current.graph().catalogue, sessions.signed_in().grants
    own = roles.kinds_recordable(catalogue, grants, programme_id)
    if roles.are_protection_only(roles.granted(catalogue, grants, action, programme_id)):
        return own
    return own | {kind.name for kind in catalogue.kinds.values() if not kind.read_by}


def import_clerk(programme_id: str) -> Clerk:
    """The clerk of an import, with the kinds of acts that the user may record at every place."""
    catalogue = current.graph().catalogue
    kinds = {
        kind.name
        for kind in catalogue.filed
        if may(kind.recording, programme_id) and allowed_places(kind.recording, programme_id) is None
    }
    return replace(clerk(programme_id), kinds=frozenset(kinds))


def require(action: str, programme_id: str) -> None:
    """Refuse an action in a programme that is not named in the URL, if the user may not do it.

    Raises:
        NoProgramme: The user has no role in it, or there is no such programme.
        NotAllowed: The role does not allow the action.
    """
    _require_permission(sessions.signed_in(), Permission(action=action), programme_id)


def require_everywhere(action: str, programme_id: str) -> None:
    """Refuse a user who may do an action at some places only, since a file reaches beyond them.

    Raises:
        NotThatPlace: The user is limited to some places.
    """
    allowed = allowed_places(action, programme_id)
    if allowed is not None:
        raise roles.NotThatPlace(places=sorted(allowed))


def require_proven_for(kinds: Iterable[str]) -> None:
    """Have the second factor proved again, if one of some kinds of acts is sensitive to record; others are not there.

    Raises:
        ProveAgain: One is, and the user proved it too long ago.
    """
    known = current.graph().catalogue.kinds
    if any(known[kind].recording in roles.SENSITIVE for kind in kinds if kind in known):
        sessions.require_proven()


def heads() -> tuple[programme_heads.LedgerHead, ...]:
    """The heads of the programmes in which the user has a role, ordered by programme id.

    Raises:
        NotSignedIn: Nobody is signed in.
        Unavailable: The database cannot be reached.
    """
    user = sessions.signed_in()
    return tuple(head for head in programme_heads.heads(current.graph()) if user.sees(head.programme_id))


def may(action: str, programme_id: str | None = None) -> bool:
    """Whether the user may do an action in a programme, or in any if None; pages offer only what is allowed."""
    user = sessions.user()
    return user is not None and user.may(action, programme_id) and not _is_recorded_elsewhere(action, programme_id)


def _is_recorded_elsewhere(action: str, programme_id: str | None) -> bool:
    """Whether an action records, and the page is of a copy, in which nothing is recorded."""
    head: LedgerHead | None = g.get("head")
    if head is None or head.programme_id != programme_id or not (head.copied and head.copied.url):
        return False
    kinds = current.graph().catalogue.kinds.values()
    return action in {"import", "undo", "ceremony record", "acts", "device code", *(kind.recording for kind in kinds)}


def copy_is_silent() -> bool:
    """Whether the programme of the page and its copy have not agreed for too long."""
    head: LedgerHead | None = g.get("head")
    core = current.core()
    since = core.now() - timedelta(hours=core.settings.copy_silent_hours)
    return bool(head and head.copied and head.copied.is_silent(instant(since.astimezone(UTC))))


def copy_has(sequence: int) -> bool | None:
    """Whether a copy in step has an entry of the programme of the page; None where none is in step."""
    head: LedgerHead | None = g.get("head")
    if head is None or head.copied is None:
        return None
    return head.copied.has_entry(sequence, instant(current.core().now().astimezone(UTC)))


def check_request() -> None:
    """Check the access of a request before its view is called.

    Raises:
        NotByTheProxy: It came without encryption, and the pages are served as a site.
        NotSignedIn: Nobody is signed in.
        NotLetIn: The token is not valid, or no longer.
        ProveAgain: The action is sensitive, and the user proved her second factor too long ago.
        FactorDue: The user must have a second factor, has none, and asks for something else.
        DeviceRevoked: The token is that of a revoked telephone.
        NotForDevices: The token is that of a telephone, and the view is not for telephones.
        NoProgramme: The user has no role in the programme, or there is no such programme.
        NotAllowed: The role does not allow the action.
        NotThatPlace: The role allows the action at some places, and the record is elsewhere.
        NotInRecord: The role allows the action at some places, and there is no such record.
        Forbidden: It is closed in a public demonstration.
        CSRFError: The form may have been sent by another site's page.
    """
    permission, site = permission_of(request.endpoint) if request.endpoint else None, current.core().site
    if site and not request.is_secure and not (permission and permission.unencrypted):
        raise NotByTheProxy(site=site)
    if permission is None:  # no such page, or not by that method: nothing is revealed
        return
    public_demonstration.require_open(request.endpoint)
    user = None if permission.public else sessions.user()
    if permission.largest and (user or permission.public or permission.typed):  # a typed form is carried to the sign-in
        request.max_content_length = request.max_form_memory_size = permission.largest
    _require_few_fields()
    if user is None and not permission.public:
        raise g.get("not_let_in") or NotSignedIn
    by_form = request.method not in _SAFE and permission.by_form and not (user and user.token_id)
    if by_form and current_app.config["WTF_CSRF_ENABLED"]:
        csrf: CSRFProtect = current_app.extensions["csrf"]
        csrf.protect()
    if user is not None:
        if not permission.without_factor:
            factor_requirement.require_in_time(user.factor_due_on, current.core().now())
        programme_id = (request.view_args or {}).get("programme_id")
        if user.device:
            _require_device_permission(user.device, permission, programme_id)
        else:
            _require_permission(user, permission, programme_id)
            if permission.action in roles.SENSITIVE:
                sessions.require_proven()
        _require_system_in_use(str(request.endpoint))


def _require_few_fields() -> None:
    """Refuse a form with more than `limits.FIELDS` fields, since a field takes far more memory than its bytes.

    Raises:
        RequestEntityTooLarge: It has more.
    """
    request.max_form_parts = limits.FIELDS
    if request.mimetype == _FORM and request.get_data().count(b"&") >= limits.FIELDS:
        raise RequestEntityTooLarge


def _require_https_from_now_on(response: Response) -> Response:
    if current.core().site:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    return response


def _require_permission(user: User, permission: Permission, programme_id: str | None) -> None:
    action = permission.action
    if programme_id is not None and not user.sees(programme_id):
        raise _not_allowed(_ADD_PROGRAMME) if action == _ADD_PROGRAMME else NoProgramme(programme_id=programme_id)
    if action is None:  # the view declares no permission
        if not set(OWNER) <= set(user.grants):
            raise _not_allowed(str(request.endpoint))
    elif not user.may(action, programme_id):
        raise _not_allowed(action)
    elif (
        programme_id is not None and not permission.ids_only and (record_id := _record_in_url(request.view_args or {}))
    ):
        _require_own_places(action, programme_id, record_id)
        _require_own_kinds(user, action, programme_id, record_id)


def _require_device_permission(device: Device, permission: Permission, programme_id: str | None) -> None:
    """Refuse a telephone all but the few views for telephones in its own programme, which check all else themselves."""
    if device.revoked_at and not (permission.by_revoked and device.handed_in < MOST_ACTS_AFTER_REVOKING):
        raise DeviceRevoked
    if not (permission.public or permission.by_device):
        raise NotForDevices
    if programme_id not in (None, device.programme_id):
        raise NoProgramme(programme_id=str(programme_id))


def _not_allowed(action: str) -> roles.NotAllowed:
    return roles.NotAllowed.to(action, current.graph().catalogue)


def _require_own_kinds(user: User, action: str, programme_id: str, id_: str) -> None:
    """Refuse a user whose only role is protection all records but what she records, corrections of it, and places."""
    catalogue = current.graph().catalogue
    if not roles.are_protection_only(roles.granted(catalogue, user.grants, action, programme_id)):
        return
    act_id = resolve(current.graph(), programme_id, id_)
    register = current.graph().read(lambda transaction: read(transaction, programme_id, (act_id,)))
    kind = (register.last_subject(act_id) if register else act_id).partition(":")[0]
    if kind not in roles.kinds_recordable(catalogue, user.grants, programme_id) | {"place"}:
        raise _not_allowed("find")


def _record_in_url(url_values: Mapping[str, str]) -> str | None:
    """The record that a URL names, as id or "kind:id"; None if it names none."""
    if "part_id" in url_values:
        return f"{url_values['word']}:{url_values['part_id']}"
    if "gift_id" in url_values:
        return f"gift:{url_values['gift_id']}"
    return url_values.get("act_id") or url_values.get("id_")


def allowed_places(action: str, programme_id: str) -> frozenset[str] | None:
    """The places to which the user is limited in an action; None when she may do it everywhere.

    Raises:
        NotSignedIn: Nobody is signed in.
    """
    return roles.bound_places(
        roles.granted(current.graph().catalogue, sessions.signed_in().grants, action, programme_id)
    )


def _require_own_places(action: str, programme_id: str, id_: str) -> None:
    """Refuse staff of some places a record elsewhere; what they record is judged by the ledger."""
    allowed = allowed_places(action, programme_id)
    if allowed is None:
        return
    act_id = resolve(current.graph(), programme_id, id_)
    if not allowed & places_of_record(current.graph(), programme_id, act_id):
        raise roles.NotThatPlace(places=sorted(allowed))
