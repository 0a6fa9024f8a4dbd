"""The guard of the pages and of the API: who is asking, and whether that person may.

Every route has its action in `ACTIONS`, and every action its roles in `access.roles.MATRIX`. A route without a row
is open to nobody but the owner; a programme in which somebody holds no role is, for that person, not there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from relay import private_files
from relay.access import accounts, roles, tokens
from relay.access.roles import OWNER, Grant
from relay.audit import period_lock
from relay.domain.acts import KEYS
from relay.errors import Refused, Unavailable
from relay.ledger import recording
from relay.ledger.batch import Clerk, NoProgramme
from relay.reports import geography
from relay.text import Sentence
from relay.web import current

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.acts import Act

KEY_FILE: Final = "session.key"
_KEY_BYTES: Final = 32
_AHEAD_SECONDS: Final = 24 * 60 * 60  # our choice: by which a clock may have run fast when somebody signed in
_A_YEAR: Final = 365 * 24 * 60 * 60  # seconds
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_FORM: Final = frozenset(
    {"api.token", "api.find", "api.chains", "api.gifts", "staff.search_for", "managers.search_in"}
)
"""Routes without a form's token: what only reads, and JSON with a password, which no page sends for somebody else."""

PUBLIC: Final = frozenset(
    {
        "static",
        "house.vis_network",
        "house.healthz",
        "house.readyz",
        "signing_in.page",
        "signing_in.sign_in",
        "signing_in.once",
        "signing_in.sign_out",
        "api.token",
    }
)
"""Routes that ask nobody who they are: no page among them says anything of a programme."""

_WATCHED: Final = frozenset({"house.healthz", "house.readyz"})  # asked for by this machine's own watchman

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


class NotSignedIn(Refused):
    """Nobody is signed in."""

    def __init__(self) -> None:
        """Say how to sign in."""
        super().__init__(
            Sentence("This asks who you are."), Sentence("Sign in, or send a token: Authorization: Bearer TOKEN.")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is asking.

    Attributes:
        login: Of the account.
        grants: The roles held, or those of them that a token allows.
        generation: Of the account's sessions.
        token_id: Of the token that said it: then no other page's form can have sent the request; empty without one.
    """

    login: str
    grants: tuple[Grant, ...]
    generation: int = 0
    token_id: str = ""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session keeps."""
        return f"{self.generation} {self.login}"

    @property
    def by(self) -> str:
        """How the ledger names who records."""
        return f"account:{self.login}"

    def may(self, action: str, programme_id: str | None = None) -> bool:
        """Whether an action is allowed."""
        return bool(roles.granted(self.grants, action, programme_id))

    def sees(self, programme_id: str) -> bool:
        """Whether any role is held in that programme."""
        return any(grant.covers(programme_id) for grant in self.grants)


class _Signer(TimestampSigner):
    """Takes a session that was signed in the future for one of now: a clock that ran fast was put right since."""

    def unsign(self, *signed: Any, **wish: Any) -> Any:  # noqa: ANN401 - whatever the library's own takes and gives
        try:
            return super().unsign(*signed, **wish)
        except SignatureExpired as error:
            if error.date_signed and 0 < error.date_signed.timestamp() - self.get_timestamp() <= _AHEAD_SECONDS:
                return super().unsign(*signed, **{**wish, "max_age": None})
            raise


class _Sessions(SecureCookieSessionInterface):
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        serializer = super().get_signing_serializer(app)
        if serializer:
            serializer.signer = _Signer
        return serializer


def set_up(app: Flask) -> None:
    """Have an application ask who is there, and keep the key of its sessions."""
    site = current.core_of(app).site
    app.session_interface = _Sessions()
    app.secret_key = key = _key(current.core_of(app).settings.data_folder)
    # several on one machine differ in their port only, which cookies do not know
    own = f"relay-{sha256(key).hexdigest()[:8]}"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-relay" if site else own,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=site is not None,
        PERMANENT_SESSION_LIFETIME=12 * 60 * 60,  # our choice: a working day
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # `check` asks: a token proves as much
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    CSRFProtect(app)
    manager = LoginManager(app, add_context_processor=False)  # templates ask `visitor`
    manager.session_protection = None  # pyright: ignore[reportAttributeAccessIssue] - a telephone changes its address on the way
    manager.user_loader(_of_session)
    manager.request_loader(_of_request)
    app.before_request(check)
    app.after_request(_always_encrypted)
    app.add_template_global(may)
    app.add_template_global(visitor)


def visitor() -> Visitor | None:
    """Who is asking; None when nobody said, and once the database has not said who it is.

    Raises:
        Unavailable: The database does not say who it is: the first time alone, so that the page that explains it waits
            no more.
    """
    if "unreachable" in g:
        return None
    found: Any = current_user
    try:
        return found._get_current_object() if found.is_authenticated else None  # noqa: SLF001 - a LocalProxy's own
    except Unavailable:
        g.unreachable = True
        raise


def known() -> Visitor:
    """Who is asking.

    Raises:
        NotSignedIn: Nobody said.
    """
    found = visitor()
    if found is None:
        raise NotSignedIn
    return found


def clerk() -> Clerk:
    """Who is asking, as the ledger names who records.

    Raises:
        NotSignedIn: Nobody said who is asking.
    """
    return Clerk(by=known().by, now=current.core().now(), random=secrets.token_bytes)


def heads() -> tuple[recording.LedgerHead, ...]:
    """The programmes in which who is asking holds a role, by id.

    Raises:
        NotSignedIn: Nobody said who is asking.
        Unavailable: The database cannot be reached.
    """
    found = known()
    return tuple(head for head in recording.heads(current.graph()) if found.sees(head.programme_id))


def may(action: str, programme_id: str | None = None) -> bool:
    """Whether who is asking may do an action: what a page offers."""
    found = visitor()
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
    found = visitor() if endpoint not in PUBLIC else None
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


def _allow(found: Visitor, action: str | None, programme_id: str | None) -> None:
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
    return roles.places(roles.granted(known().grants, action, programme_id))


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


# ---------------------------------------------------------------------------------------------------- sessions


def begin(account: accounts.Account) -> None:
    """Begin a session of its own: what the browser brought along is forgotten."""
    session.clear()
    session.permanent = True
    session["opened"] = secrets.token_hex(8)
    login_user(_visitor(account))


def end() -> None:
    """End every session of who is signed in."""
    found = visitor()
    if found and found.generation:
        accounts.end_sessions(current.graph(), found.login)
    logout_user()
    session.clear()


def page_of() -> str:
    """For whom a page is: two people, or two sessions, never share one that was kept."""
    found = visitor()
    return f"{found.get_id() if found else ''} {session.get('opened', '')}"


def _visitor(account: accounts.Account) -> Visitor:
    return Visitor(login=account.login, grants=account.grants, generation=account.generation)


def _of_session(kept: str) -> Visitor | None:
    generation, _, login = kept.partition(" ")
    try:
        account = accounts.find(current.graph(), login)
    except accounts.NoAccount:
        return None
    return _visitor(account) if str(account.generation) == generation else None


def _of_request(sent: Request) -> Visitor | None:
    scheme, _, secret = sent.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        try:
            account, token = tokens.holder(current.graph(), secret.strip(), current.core().now())
        except accounts.NotLetIn as error:
            g.not_let_in = error  # raised by `check`: the page that explains it asks once more who is there
            return None
        return Visitor(login=account.login, grants=account.grants, token_id=token.token_id)
    owner = current.core().owner
    return Visitor(login=owner, grants=OWNER) if owner else None


def _key(folder: Path) -> bytes:
    """What signs the sessions: made once, readable by the owner of the data folder alone."""
    path = folder / KEY_FILE
    if path.exists() and path.stat().st_size != _KEY_BYTES:
        path.unlink()  # what a disk left of it when it was full, or after a power cut
    return path.read_bytes() if path.exists() else private_files.written_once(path, secrets.token_bytes(_KEY_BYTES))
