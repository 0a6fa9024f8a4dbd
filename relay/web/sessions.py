"""Sessions: who is asking, by a signed cookie, by a token, or since only the owner reaches this machine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from relay import private_files
from relay.access import accounts, api_tokens, devices, roles
from relay.access.roles import OWNER, Grant
from relay.errors import Unavailable, Unknown
from relay.web.request import current

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE: Final = "session.key"
_KEY_BYTES: Final = 32
NAMES: Final = "names"
"""In a session: whether its reader switched names on."""
_AHEAD_SECONDS: Final = 24 * 60 * 60  # our choice: by which a clock may have run fast when somebody signed in


class NotSignedIn(Unknown):
    """No one is signed in."""

    reason = "Sign in to see this."
    advice = "Sign in, or send a token: Authorization: Bearer TOKEN."


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who is asking.

    Attributes:
        login: Of the account.
        grants: The roles held, or those of them that a token allows.
        generation: Of the account's sessions.
        token_id: Of the token sent: then no other page's form can have sent the request; empty without one.
        device: The telephone whose token it is; None where it is none's.
    """

    login: str
    grants: tuple[Grant, ...]
    generation: int = 0
    token_id: str = ""
    device: devices.Device | None = None

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
        return bool(roles.granted(current.graph().catalogue, self.grants, action, programme_id))

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
    """Have an application know who is asking, and keep the key of its sessions."""
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
    )
    manager = LoginManager(app, add_context_processor=False)  # templates ask `user`
    manager.session_protection = None  # pyright: ignore[reportAttributeAccessIssue] - a telephone changes its address on the way
    manager.user_loader(_of_session)
    manager.request_loader(_of_request)
    app.add_template_global(user)


def user() -> User | None:
    """Who is asking; None if no one is signed in, or if the database cannot say who it is.

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


def signed_in() -> User:
    """Who is asking.

    Raises:
        NotSignedIn: Nobody said.
    """
    found = user()
    if found is None:
        raise NotSignedIn
    return found


def begin(account: accounts.Account) -> None:
    """Begin a session of its own: what the browser brought along is forgotten."""
    session.clear()
    session.permanent = True
    session["opened"] = secrets.token_hex(8)
    login_user(_user(account))


def end() -> None:
    """End every session of who is signed in."""
    found = user()
    if found and found.generation:
        accounts.end_sessions(current.graph(), found.login)
    logout_user()
    session.clear()


def page_of() -> str:
    """For whom a page is: two people, or two sessions, never share one that was kept."""
    found = user()
    return f"{found.get_id() if found else ''} {session.get('opened', '')} {session.get(NAMES, '')}"


def remembered() -> str | None:
    """Whose session or token this is, as far as this process knows by itself: no database is asked."""
    core = current.core()
    if core.owner:
        return core.owner
    scheme, secret = _authorization(request)
    if scheme == "bearer":
        return core.let_in.get(_digest(secret))
    kept = str(session.get("_user_id", ""))
    return kept.partition(" ")[2] or None


def _user(account: accounts.Account) -> User:
    return User(login=account.login, grants=account.grants, generation=account.generation)


def _of_session(kept: str) -> User | None:
    generation, _, login = kept.partition(" ")
    try:
        account = accounts.find(current.graph(), login)
    except accounts.NoAccount:
        return None
    return _user(account) if str(account.generation) == generation else None


def _of_request(sent: Request) -> User | None:
    scheme, secret = _authorization(sent)
    if scheme == "bearer":
        try:
            found = _of_token(secret)
        except accounts.NotLetIn as error:
            g.not_let_in = error  # raised by `check`: the page that explains it asks once more who is there
            return None
        current.core().let_in[_digest(secret)] = found.login
        return found
    owner = current.core().owner
    return User(login=owner, grants=OWNER) if owner else None


def _of_token(secret: str) -> User:
    graph, now = current.graph(), current.core().now()
    if secret.startswith(devices.TOKEN_PREFIX):
        account, device = devices.authenticate(graph, secret, now)
        return User(login=account.login, grants=account.grants, token_id=device.device_id, device=device)
    account, token = api_tokens.authenticate(graph, secret, now)
    return User(login=account.login, grants=account.grants, token_id=token.token_id)


def _authorization(sent: Request) -> tuple[str, str]:
    scheme, _, secret = sent.headers.get("Authorization", "").partition(" ")
    return scheme.casefold(), secret.strip()


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _key(folder: Path) -> bytes:
    """What signs the sessions: made once, readable by the owner of the data folder alone."""
    path = folder / KEY_FILE
    if path.exists() and path.stat().st_size != _KEY_BYTES:
        path.unlink()  # what a disk left of it when it was full, or after a power cut
    return path.read_bytes() if path.exists() else private_files.create_or_read(path, secrets.token_bytes(_KEY_BYTES))
