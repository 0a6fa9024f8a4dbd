"""Sessions: who sends a request, by a signed cookie, by a token, or as the owner of a machine that only she reaches."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from relay import private_files
from relay.access import accounts, api_tokens, browser_sessions, devices, followers, roles
from relay.access.roles import OWNER, Grant
from relay.errors import Unavailable, Unknown
from relay.web import public_demonstration
from relay.web.request import current

KEY_FILE: Final = "session.key"
NAMES: Final = "names"
"""The key in a session for whether its reader switched names on."""
EVIDENCE: Final = "evidence"
"""The key in a session for whether its reader switched ids and entry numbers on records on."""
_HALF: Final = "half"
"""The key in a session for whose password was right, and when, while a second factor is asked."""
_HALF_SECONDS: Final = 10 * 60  # our choice: long enough to fetch the telephone
_PROVEN: Final = "proven"
"""The key in a session for when its reader proved her second factor; where she has none here, at the provider."""
_PROVEN_SECONDS: Final = 10 * 60  # our choice: one piece of work
_AHEAD_SECONDS: Final = 24 * 60 * 60  # our choice: by which a clock may have run fast when somebody signed in


class NotSignedIn(Unknown):
    """No one is signed in."""

    reason = "Sign in to see this."
    advice = "Sign in, or send a token: Authorization: Bearer TOKEN."


class ProveAgain(Unknown):
    """A sensitive act, by somebody who proved her second factor too long ago."""

    reason = "This asks for your second factor once more."
    advice = "Prove it on the pages, where Relay asks for it, and do this again within ten minutes."


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who sends a request.

    Attributes:
        login: The account.
        grants: The roles that the account holds, or those of them to which a token is limited.
        generation: The account's generation; 0 if no session is needed.
        session_secret: The secret of the session; empty if it has no row, or no session is needed.
        token_id: The id of the token that was sent, if any; a request with a token needs no CSRF protection.
        device: The telephone whose token it is; None if it is no telephone's.
        factors: The second factors of the account, as there; empty if no session is needed.
        factor_due_on: The first day on which nothing opens for her until she has a second factor; None if never.
    """

    login: str
    grants: tuple[Grant, ...]
    generation: int = 0
    session_secret: str = field(default="", repr=False)
    token_id: str = ""
    device: devices.Device | None = None
    factors: tuple[str, ...] = ()
    factor_due_on: date | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session stores of the user: "GENERATION LOGIN SECRET", or without a row "GENERATION LOGIN"."""
        return f"{self.generation} {self.login} {self.session_secret}".rstrip()

    @property
    def by(self) -> str:
        """The user as `recorded_by` of a ledger entry: "account:LOGIN"."""
        return f"account:{self.login}"

    def may(self, action: str, programme_id: str | None = None) -> bool:
        """Whether an action is allowed in a programme, or in any if None."""
        return bool(roles.granted(current.graph().catalogue, self.grants, action, programme_id))

    def sees(self, programme_id: str) -> bool:
        """Whether the user has any role in a programme."""
        return any(grant.covers(programme_id) for grant in self.grants)


class _Signer(TimestampSigner):
    """Accepts a session dated up to a day in the future: the clock ran fast when it was signed, and was corrected."""

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
    """Have an application recognise its users, and set up the cookie and the key of its sessions."""
    site = current.core_of(app).site
    app.session_interface = _Sessions()
    settings = current.core_of(app).settings
    app.secret_key = key = settings.session_key or private_files.random_key(settings.data_folder / KEY_FILE)
    # several on one machine differ in their port only, which cookies do not know
    own = f"relay-{sha256(key).hexdigest()[:8]}"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-relay" if site else own,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=site is not None,
        PERMANENT_SESSION_LIFETIME=browser_sessions.LASTS,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    manager = LoginManager(app, add_context_processor=False)  # templates ask `user`
    manager.session_protection = None  # pyright: ignore[reportAttributeAccessIssue] - a telephone changes its address on the way
    manager.user_loader(_user_of_session)
    manager.request_loader(_user_of_request)
    app.add_template_global(user)


def user() -> User | None:
    """Who sends this request; None if no one is signed in, or after the database could not be reached.

    Raises:
        Unavailable: The database cannot be reached. Later calls in the same request return None, so that the error
            page does not wait again.
    """
    if "unreachable" in g:
        return None
    user_: Any = current_user
    try:
        return user_._get_current_object() if user_.is_authenticated else None  # noqa: SLF001 - a LocalProxy's own
    except Unavailable:
        g.unreachable = True
        raise


def signed_in() -> User:
    """Who sends this request.

    Raises:
        NotSignedIn: Nobody is signed in.
    """
    user_ = user()
    if user_ is None:
        raise NotSignedIn
    return user_


def begin_session(account: accounts.Account, *, proven_at: float | None = None) -> None:
    """Begin a new session for an account; what the browser's session held before is dropped.

    It is in no list in a public demonstration, where everybody uses one account.

    Args:
        account: The account.
        proven_at: When its owner proved her second factor, in seconds of the epoch; None if she did not.
    """
    core, secret = current.core(), ""
    if not public_demonstration.shown():
        secret = browser_sessions.begin(
            core.graph,
            account,
            instead_of=_login_and_secret(session.get("_user_id", ""))[1],
            user_agent=request.user_agent.string,
            address=request.remote_addr or "",
            now=core.now(),
            random=secrets.token_bytes,
        )
    session.clear()
    if proven_at is not None:
        session[_PROVEN] = proven_at
    session.permanent = True
    session["opened"] = secrets.token_hex(8)
    login_user(_user_of_account(account, secret))


def require_proven() -> None:
    """Let whoever has a second factor, here or at the provider, go on only within ten minutes of proving it.

    A token is asked nothing.

    Raises:
        NotSignedIn: Nobody is signed in.
        ProveAgain: It was longer ago.
    """
    age = current.core().now().timestamp() - session.get(_PROVEN, 0.0)
    if (signed_in().factors or _PROVEN in session) and age > _PROVEN_SECONDS:
        raise ProveAgain


def begin_half(account: accounts.Account | User) -> None:
    """Remember that somebody's password was right, until she proves her second factor; she is not signed in by it."""
    user_ = account if isinstance(account, User) else _user_of_account(account, "")
    session[_HALF] = [user_.get_id(), current.core().now().timestamp()]


def half_signed_in() -> User | None:
    """Whose password was right in this browser within the last ten minutes; None if nobody's."""
    session_id, at = session.get(_HALF, ("", 0.0))
    if current.core().now().timestamp() - at > _HALF_SECONDS:
        return None
    return _user_of_session(session_id)


def end_session() -> None:
    """End the session of this browser alone; if it has no row, all of the account, but for a public demonstration.

    Where the database cannot be written to or reached, the browser forgets its session all the same.
    """
    with suppress(Unavailable):
        user_ = user()
        if user_ and user_.session_secret:
            session_id = browser_sessions.id_of(user_.session_secret)
            browser_sessions.end(current.graph(), user_.login, session_id, current.core().now())
        elif user_ and user_.generation and not public_demonstration.shown():
            accounts.end_sessions(current.graph(), user_.login)
    _forget()


def end_all_sessions() -> None:
    """End every session of the user, in all browsers."""
    accounts.end_sessions(current.graph(), signed_in().login)
    _forget()


def _forget() -> None:
    logout_user()
    session.clear()


def cache_key() -> str:
    """A text that differs from session to session, so that no two share a cached page."""
    user_ = user()
    switches = f"{session.get(NAMES, '')} {session.get(EVIDENCE, '')}"
    return f"{user_.get_id() if user_ else ''} {session.get('opened', '')} {switches}"


def login_without_database() -> str | None:
    """The login of this request's session or token as far as this process knows it without the database; else None."""
    core = current.core()
    if core.owner:
        return core.owner
    scheme, secret = _authorization(request)
    if scheme == "bearer":
        return core.known_tokens.get(_digest(secret))
    return _login_and_secret(session.get("_user_id", ""))[0] or None


def _login_and_secret(session_id: str) -> tuple[str, str]:
    """What `User.get_id` wrote, each empty where it is missing."""
    _, login, secret = f"{session_id}  ".split(" ")[:3]
    return login, secret


def _user_of_account(account: accounts.Account, secret: str) -> User:
    return User(
        login=account.login,
        grants=account.grants,
        generation=account.generation,
        session_secret=secret,
        factors=account.factors,
        factor_due_on=account.factor_due_on,
    )


def _user_of_session(session_id: str) -> User | None:
    login, secret = _login_and_secret(session_id)
    graph, now = current.graph(), current.core().now()
    try:
        account = browser_sessions.authenticate(graph, secret, now) if secret else accounts.find(graph, login)
    except (accounts.NoAccount, accounts.NotLetIn):
        return None
    if _PROVEN in session:
        account = replace(account, factor_due_on=None)
    user_ = _user_of_account(account, secret)
    return user_ if user_.get_id() == session_id else None


def _user_of_request(sent: Request) -> User | None:
    scheme, secret = _authorization(sent)
    if scheme == "bearer":
        try:
            user_ = _user_of_token(secret)
        except accounts.NotLetIn as error:
            g.not_let_in = error  # raised by `check`: the page that explains it asks once more who is there
            return None
        current.core().known_tokens[_digest(secret)] = user_.login
        return user_
    owner = current.core().owner
    return User(login=owner, grants=OWNER) if owner else None


def follower_of_token(secret: str) -> followers.Follower:
    """The follower whose token it is; from then on its requests are a client's, not a stranger's.

    Raises:
        NotLetIn: The token is not valid, or no longer.
        Unavailable: The database cannot be reached.
    """
    follower = followers.authenticate(current.graph(), secret, current.core().now())
    current.core().known_tokens[_digest(secret)] = follower.by
    return follower


def _user_of_token(secret: str) -> User:
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
