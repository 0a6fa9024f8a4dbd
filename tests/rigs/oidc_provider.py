"""A provider of OpenID Connect on this machine, which holds to the specification, or lies where a test says so."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Generator

CLIENT: Final = "relay"
SECRET: Final = "of the client, and of nobody else"
LOGGED_OUT: Final[dict[str, object]] = {"http://schemas.openid.net/event/backchannel-logout": {}}


class Provider:
    """What it says, and of whom; tests change it.

    Attributes:
        issuer: Its address.
        subject: Who is signed in there.
        claims: What its tokens say besides, or instead.
        metadata: What its discovery says instead.
        key: What signs its tokens; its discovery names the first one.
        algorithm: How they are signed.
    """

    def __init__(self, issuer: str) -> None:
        """It tells the truth."""
        self.issuer, self.subject = issuer, "3f2c8a90"
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.key = self.named = RSAKey.generate_key(2048, {"kid": "one"})
        self.algorithm = "RS256"
        self._asked: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        """Its metadata."""
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in paths.items()},
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.metadata,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where a browser is sent back to, of somebody who is signed in here."""
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = token_urlsafe()
        self._asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, Any]:
        """The tokens for a code, which works once, for the client that has the verifier."""
        asked = self._asked.pop(sent["code"])
        assert authorization == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        challenge = base64.urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        assert (challenge, sent["redirect_uri"]) == (asked["code_challenge"], asked["redirect_uri"])
        return {
            "access_token": token_urlsafe(),
            "token_type": "Bearer",
            "id_token": self.signed({"nonce": asked["nonce"], "azp": CLIENT}),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        """A token that says who is signed in, or out."""
        now = int(time.time())
        said = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 60, **claims}
        said = {name: value for name, value in {**said, **self.claims}.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "none":
            parts = (
                base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (header, said)
            )
            return f"{'.'.join(parts)}."
        return jwt.encode(header, said, self.key, algorithms=[self.algorithm])


@contextmanager
def running() -> Generator[Provider]:
    """Run a provider until it is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            elif path == "/jwks":
                self._answer({"keys": [provider.named.as_dict(private=False)]})
            else:
                assert path == "/.well-known/openid-configuration"
                self._answer(provider.discovery())

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            found = {name: values[0] for name, values in sent.items()}
            self._answer(provider.token(found, self.headers["Authorization"]))

        def _answer(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - as the library calls it
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def path_of(address: str) -> str:
    """What a browser asks of the host of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
