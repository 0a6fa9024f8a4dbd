"""The provider of the organisation's own sign-in, spoken to by OpenID Connect.

Authlib does it: discovery, PKCE, state and nonce, and the checks of what the provider signed. This module gives it what
it must hold the answer against, and says in a sentence what is wrong. Only if the extra `oidc` is installed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.claims import JWTClaims
from flask import session
from joserfc.errors import BadSignatureError, ClaimError, InvalidClaimError, JoseError

from relay.errors import Failure, Refused, Unavailable, refused

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

    from relay.settings import SignInProvider

_SECONDS: Final = 3.0  # our choice: what one step may take; a provider answers within one
_SILENT_SECONDS: Final = 30.0  # our choice: for so long one that was silent is not asked again, since strangers wait
_SKEW_SECONDS: Final = 180  # our choice: by how much the provider's clock may differ
_SIGNED: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures with a key of the provider's own; not those with the client's secret, nor none."""
_LOGGED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_CODE: Final = re.compile(r"[a-z_]{1,40}")


PROVIDER_SILENT: Final = Failure(
    Unavailable,
    "provider_silent",
    "%(name)s does not answer.",
    advice="Sign in with login and password, or try again in a minute.",
)


NOT_FINISHED: Final = Failure(
    Refused,
    "provider_not_finished",
    "The sign-in at %(name)s did not come to its end in this browser (%(what)s).",
    advice="Begin again, or sign in with login and password.",
)


NOT_BELIEVED: Final = Failure(
    Refused,
    "provider_not_believed",
    "What %(name)s answered is not valid (%(what)s), so nobody was signed in.",
    advice="Sign in with login and password, and tell who looks after Relay.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Who signed in at a provider.

    Attributes:
        subject: Who it is there.
        by_second_factor: Whether the provider says that she proved a second factor.
        seconds_ago: How long ago she signed in there; 0 where the provider does not say it.
    """

    subject: str
    by_second_factor: bool
    seconds_ago: float


class _LogoutToken(JWTClaims):  # type: ignore[misc]
    """What a provider sends when somebody signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        super().validate(now, leeway)
        if _LOGGED_OUT not in self.get("events", ()):
            raise InvalidClaimError("events")
        if "nonce" in self:
            raise InvalidClaimError("nonce")


class IdentityProvider:
    """A provider, as the settings name it."""

    def __init__(self, app: Flask, settings: SignInProvider) -> None:
        """Ask nothing yet."""
        self._settings, self._silent_until = settings, 0.0
        self._client: Any = OAuth(app).register(
            "organisation",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": _SECONDS},
        )

    def leave_for(self, back: str, max_age: int | None) -> Response:
        """The answer that sends a browser to the provider.

        Args:
            back: The whole address to which the provider sends it back.
            max_age: How many seconds ago at most she may have signed in there, else she does it again; None for any.

        Raises:
            Unavailable: The provider does not answer.
            Refused: What it answers is not valid.
        """
        for begun in [key for key in session if key.startswith("_state_")]:
            session.pop(begun)  # else a cookie grows too large of sign-ins that were begun and left
        with self._asked():
            asked = {} if max_age is None else {"max_age": max_age}
            response: Response = self._client.authorize_redirect(back, **asked)
            return response

    def arrive(self, max_age: int | None) -> Proven:
        """Who signed in at the provider, from the request with which it sent the browser back.

        Args:
            max_age: As it was asked of `leave_for`.

        Raises:
            Unavailable: The provider does not answer.
            Refused: She did not sign in, or this browser was not sent there; or what it answers is not valid.
        """
        with self._asked():
            answer = self._client.authorize_access_token(claims_options=self._expected(), leeway=_SKEW_SECONDS)
            claims = answer["userinfo"]
            said = {claims.get("acr"), *claims.get("amr", ())}
            return Proven(
                subject=_subject(claims),
                by_second_factor=not said.isdisjoint(self._settings.second_factor),
                seconds_ago=_seconds_ago(claims.get("auth_time"), max_age),
            )

    def signed_out(self, token: str) -> str:
        """The subject of whoever signed out at the provider, from what it sent.

        Raises:
            Unavailable: The provider does not answer.
            Refused: What it sent is not valid.
        """
        with self._asked():
            return _subject(
                self._client.parse_id_token(
                    {"id_token": token},
                    nonce=None,
                    claims_options={**self._expected(), "exp": {"essential": True}, "iat": {"essential": True}},
                    claims_cls=_LogoutToken,
                    leeway=_SKEW_SECONDS,
                )
            )

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "values": [self._settings.issuer]},
            "aud": {"essential": True, "values": [self._settings.client_id]},
        }

    @contextmanager
    def _asked(self) -> Generator[None]:
        """Ask something of the provider, whose metadata are read and checked before."""
        name = self._settings.name
        if time.monotonic() < self._silent_until:
            raise refused(PROVIDER_SILENT, name=name)
        try:
            metadata = self._client.load_server_metadata()
            if metadata["issuer"] != self._settings.issuer:
                metadata.pop("_loaded_at", None)  # read again next time
                raise InvalidClaimError("issuer")
            signed = metadata.get("id_token_signing_alg_values_supported", ("RS256",))
            metadata["id_token_signing_alg_values_supported"] = [each for each in signed if each in _SIGNED] or [
                "RS256"
            ]
            yield
        except requests.RequestException as error:
            self._silent_until = time.monotonic() + _SILENT_SECONDS
            raise refused(PROVIDER_SILENT, name=name) from error
        except AuthlibBaseError as error:
            raise refused(NOT_FINISHED, name=name, what=_code(error.error)) from error
        except JoseError as error:
            raise refused(NOT_BELIEVED, name=name, what=_what(error)) from error
        except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:  # whatever else it may send
            raise refused(NOT_BELIEVED, name=name, what="id_token") from error


def _subject(claims: Any) -> str:  # noqa: ANN401 - what a provider sent
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise InvalidClaimError("sub")
    return subject


def _seconds_ago(auth_time: Any, max_age: int | None) -> float:  # noqa: ANN401 - what a provider sent
    """How long ago somebody signed in, which must be told where it was limited."""
    if auth_time is None and max_age is None:
        return 0.0
    ago = time.time() - auth_time if isinstance(auth_time, int | float) else None
    if ago is None or ago < -_SKEW_SECONDS or (max_age is not None and ago > max_age + _SKEW_SECONDS):
        raise InvalidClaimError("auth_time")
    return max(0.0, ago)


def _what(error: JoseError) -> str:
    """The one word that says what is wrong, as the specification calls it."""
    if isinstance(error, ClaimError):
        return error.claim
    return "signature" if isinstance(error, BadSignatureError) else _code(error.error)


def _code(said: object) -> str:
    """An error's code, which may have come in an address: nothing but a word is repeated."""
    return said if isinstance(said, str) and _CODE.fullmatch(said) else "error"
