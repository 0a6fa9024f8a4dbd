"""The guard of the pages and of the API: whether who is asking may.

Every route has its action in `ACTIONS`, and every action its roles in `access.roles.MATRIX`. A route without a row
is open to nobody but the owner; a programme in which somebody holds no role is, for that person, not there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, g, request
from flask_wtf import CSRFProtect

from relay.access import roles
from relay.access.roles import OWNER
from relay.audit import period_lock
from relay.domain.acts import KEYS
from relay.errors import Refused
from relay.ledger import recording
from relay.ledger.batch import Clerk, NoProgramme
from relay.reports import geography
from relay.text import Sentence
from relay.web import current, sessions
from relay.web.sessions import NotSignedIn, User

if TYPE_CHECKING:
    from relay.domain.acts import Act

_A_YEAR: Final = 365 * 24 * 60 * 60  # seconds
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_FORM: Final = frozenset(
    {"api.token", "api.find", "api.chains", "api.gifts", "staff.search_for", "managers.search_in"}
)
"""Routes without a form's token: what only reads, and JSON with a password, which no page sends for somebody else."""

PUBLIC: Final = frozenset(
    {
        "static",
        "static_files.vis_network",
        "monitoring.healthz",
        "monitoring.readyz",
        "sign_in.page",
        "sign_in.sign_in",
        "sign_in.once",
        "sign_in.sign_out",
        "api.token",
    }
)
"""Routes that ask nobody who they are: no page among them says anything of a programme."""

_WATCHED: Final = frozenset({"monitoring.healthz", "monitoring.readyz"})  # asked for by this machine's own watchman

_KINDS: Final = {
    "place": "register",
    "group": "register",
    "beneficiary": "register",
    "placement": "place",
    "pass": "pass-on",
    "programme": "programme add",
}
_BEGINS: Final = _KINDS["programme"]

ACTIONS: Final[Mapping[str, str]] = {
    "managers.front": "programme list",
    "managers.programme": "gifts",
    "managers.tree": "tree",
    "managers.search_in": "tree",
    "managers.network": "tree",
    "managers.download": "tree",
    "managers.trace": "trace",
    "managers.gift": "gifts",
    "managers.map_": "health",
    "managers.part": "health",
    "lists.page": "gifts",
    "lists.file": "gifts",
    "lists.views": "gifts",
    "lists.visit_list": "todo",
    "confirming.waiting": "waiting",
    "confirming.confirm": "confirm",
    "confirming.opened": "access log",
    "staff.find": "find",
    "staff.search_for": "find",
    "staff.record": "show",
    "auditors.health": "health",
    "auditors.rates": "health",
    "auditors.rates_file": "health",
    "auditors.survival": "survival",
    "auditors.audit": "audit",
    "auditors.findings": "audit",
    "auditors.findings_file": "audit",
    "auditors.sample": "audit sample",
    "auditors.sample_file": "audit sample",
    "auditors.entries": "ledger log",
    "auditors.entries_file": "ledger log",
    "auditors.entry": "ledger log",
    "auditors.verify": "ledger verify",
    "query.page": "query",
    "metrics": "metrics",
    "api.docs": "programme list",
    "api.spec": "programme list",
    "api.programmes": "programme list",
    "api.find": "find",
    "api.show": "show",
    "api.resolve": "find",
    "api.names": "names",
    "api.trace": "trace",
    "api.tree": "tree",
    "api.gifts": "gifts",
    "api.chains": "chains",
    "api.todo": "todo",
    "api.waiting": "waiting",
    "api.health": "health",
    "api.survival": "survival",
    "api.deadlines": "deadlines",
    "api.forecast": "forecast",
    "api.audit": "audit",
    "api.sample": "audit sample",
    "api.entries": "ledger log",
    "api.verify": "ledger verify",
    "api.accesses": "access log",
    "api.sign_out": "logout",
    **{f"api.record_{kind}": _KINDS.get(kind, kind) for kind in KEYS},
}
"""Route → the action that it is."""


class NotByTheProxy(Refused):
    """Somebody came to a site, but not through the proxy that encrypts."""

    def __init__(self, site: str) -> None:
        """Name the site."""
        super().__init__(
            Sentence("This was sent without encryption."), Sentence("Write https://%(site)s/ instead.", site=site)
        )


def set_up(app: Flask) -> None:
    """Have an application let nobody in who may not."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # `check` asks: a token proves as much
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    CSRFProtect(app)
    app.before_request(check)
    app.after_request(_always_encrypted)
    app.add_template_global(may)


def clerk() -> Clerk:
    """Who is asking, as the ledger names who records.

    Raises:
        NotSignedIn: Nobody said who is asking.
    """
    return Clerk(by=sessions.signed_in().by, now=current.core().now(), random=secrets.token_bytes)


def heads() -> tuple[recording.LedgerHead, ...]:
    """The programmes in which who is asking holds a role, by id.

    Raises:
        NotSignedIn: Nobody said who is asking.
        Unavailable: The database cannot be reached.
    """
    found = sessions.signed_in()
    return tuple(head for head in recording.heads(current.graph()) if found.sees(head.programme_id))


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
        NoProgramme: No role is held in the programme, whether there is one or not.
        NotAllowed: The role does not allow it.
        NotThatPlace: The role allows it in some places, and this record lies elsewhere.
        NotInRecord: The role allows it in some places, and there is no such record.
        CSRFError: Another site's page may have sent this form.
    """
    endpoint, site = request.endpoint, current.core().site
    if site and not request.is_secure and endpoint not in _WATCHED:
        raise NotByTheProxy(site)
    if endpoint is None:  # no such page, or not by that method: nothing is said of anything
        return
    found = sessions.user() if endpoint not in PUBLIC else None
    if found is None and endpoint not in PUBLIC:
        raise g.get("not_let_in") or NotSignedIn
    by_form = request.method not in _SAFE and endpoint not in _NO_FORM and not (found and found.token_id)
    if by_form and current_app.config["WTF_CSRF_ENABLED"]:
        csrf: CSRFProtect = current_app.extensions["csrf"]
        csrf.protect()
    if found is not None:
        _allow(found, ACTIONS.get(endpoint), (request.view_args or {}).get("programme_id"))


def _always_encrypted(response: Response) -> Response:
    if current.core().site:
        response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    return response


def _allow(found: User, action: str | None, programme_id: str | None) -> None:
    if programme_id is not None and not found.sees(programme_id):
        raise roles.NotAllowed(_BEGINS) if action == _BEGINS else NoProgramme(programme_id)
    if action is None:  # a route that nobody thought of
        if not set(OWNER) <= set(found.grants):
            raise roles.NotAllowed(str(request.endpoint))
    elif not found.may(action, programme_id):
        raise roles.NotAllowed(action)
    elif programme_id is not None and (about := _about(request.view_args or {})):
        within_places(action, programme_id, about)


def _about(said: Mapping[str, str]) -> str | None:
    """The record that an address is about; None when it is about none."""
    if request.endpoint == "api.resolve":  # which says no more than the id
        return None
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
    return roles.places(roles.granted(sessions.signed_in().grants, action, programme_id))


def within_places(action: str, programme_id: str, about: str | Mapping[str, Any]) -> None:
    """Let staff of a place do what they do there, and nowhere else.

    Args:
        action: What is done.
        programme_id: Where.
        about: The id of a record, or what an act says.

    Raises:
        NotThatPlace: It lies elsewhere.
        Unavailable: The database cannot be reached.
    """
    allowed = places(action, programme_id)
    if allowed is None:
        return
    if isinstance(about, str):
        found = geography.places_of_record(current.graph(), programme_id, about)
    else:
        found = geography.places_of(current.graph(), programme_id, about)
    if not allowed & found:
        raise roles.NotThatPlace(allowed)


def within_period(programme_id: str, act: Act) -> None:
    """Let only who may lock a period correct what happened in one that is locked, and what else is a manager's.

    Raises:
        Locked: Who is asking may not.
        Unavailable: The database cannot be reached.
    """
    if not may("programme lock", programme_id) and period_lock.is_a_managers(current.graph(), programme_id, act):
        raise roles.Locked
