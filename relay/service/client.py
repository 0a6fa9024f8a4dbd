"""Another machine's Relay: the same questions asked and the same acts handed in, over HTTP.

Its errors come back as the errors that they were there. A token is sent in clear to this machine only, and to nobody
to whom the service would send us on.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, TypeVar

from relay import private_files
from relay.database.driver_errors import UnknownOutcome
from relay.desk.intake import Recorded
from relay.errors import Conflict, Invalid, NotFound, Refused, RelayError, Unavailable
from relay.ledger.recording import LedgerHead
from relay.service.json_codec import json_of, of_json
from relay.service.queries import Question
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from http.client import HTTPMessage
    from pathlib import Path

    from relay.domain.acts import Value

T = TypeVar("T")

SILENCE_SECONDS: Final = 60.0  # our choice: the audit of a large programme begins to answer within it
DEADLINE_SECONDS: Final = 300.0  # our choice: a long answer over a weak line
_PIECE: Final = 1 << 16  # bytes
_API: Final = "/api/v1"

_BRANCHES: Final[Mapping[int, type[RelayError]]] = {
    400: Invalid,
    404: NotFound,
    409: Conflict,
    503: Unavailable,
}


class NotRelay(Unavailable):
    """What answers at the address is not a Relay."""

    def __init__(self, url: str) -> None:
        """Name the address."""
        super().__init__(
            Sentence("What answers at %(host)s is not Relay.", host=_host(url)), Sentence("Check RELAY_URL.")
        )


class NotReached(Unavailable):
    """Nothing answers at the address, or not in time."""

    def __init__(self, url: str) -> None:
        """Name the address."""
        super().__init__(
            Sentence("Relay at %(host)s cannot be reached, or did not answer in time.", host=_host(url)),
            Sentence("Check RELAY_URL and the line, then try again."),
        )


class NotEncrypted(Refused):
    """A secret would travel where others can read it."""

    def __init__(self, url: str) -> None:
        """Name the address."""
        super().__init__(
            Sentence("%(host)s is another machine and its address is not https.", host=_host(url)),
            Sentence("Write https:// before it."),
        )


class NoTokenYet(Refused):
    """Nobody signed in to this service from here."""

    def __init__(self, url: str) -> None:
        """Say how to."""
        super().__init__(
            Sentence("You are not signed in to %(host)s.", host=_host(url)),
            Sentence("Sign in: relay login %(url)s", url=url),
        )


class Remote:
    """The Relay that answers at an address."""

    def __init__(self, url: str, token: str | None) -> None:
        """Keep both; nothing is asked yet.

        Raises:
            NotEncrypted: The address is another machine's and not https.
            NoTokenYet: There is no token.
        """
        self.url = url.rstrip("/")
        require_encryption(self.url)
        if token is None:
            raise NoTokenYet(self.url)
        self._token = token

    def programmes(self) -> tuple[LedgerHead, ...]:
        """The programmes in which the account holds a role, by id.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        found: tuple[LedgerHead, ...] = self._read(tuple[LedgerHead, ...], self._ask("/programmes", {}, {}))
        return found

    def ask(self, question: Question[T], programme_id: str, said: Mapping[str, Any]) -> T:
        """The answer to a question.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        path = question.path.replace("<id>", urllib.parse.quote(str(said.get("id", "")), safe=":"))
        parameters = {each.name: said.get(each.name) for each in question.parameters if not each.personal}
        beside = {each.name: said[each.name] for each in question.beside if said.get(each.name) is not None}
        answer = self._ask(f"/programmes/{urllib.parse.quote(programme_id)}/{path}", parameters, beside)
        found: T = self._read(question.kind, answer)
        return found

    def hand_in(
        self, programme_id: str, kind: str, said: Mapping[str, Value], *, new: bool = False, again: bool = False
    ) -> Recorded:
        """Record an act; sent twice with the same id it is recorded once.

        Raises:
            UnknownOutcome: The line was lost after it was sent.
            RelayError: The service said so, or cannot be reached.
        """
        query = _query({"new": new, "again": again})
        path = f"/programmes/{urllib.parse.quote(programme_id)}/acts/{kind}{query}"
        recorded: Recorded = self._read(Recorded, self._hand_in(path, json.dumps(json_of(said)).encode()))
        return recorded

    def sign_out(self) -> None:
        """End this token.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        self._hand_in("/sign-out", b"{}")

    def _read(self, kind: Any, answer: Any) -> Any:  # noqa: ANN401 - JSON, and what it was
        try:
            return of_json(kind, answer)
        except (KeyError, TypeError, ValueError) as error:
            raise NotRelay(self.url) from error

    def _ask(self, path: str, parameters: Mapping[str, Any], beside: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Ask something; what is given beside the address is sent as JSON."""
        body = json.dumps(beside).encode() if beside else None
        try:
            return self._exchanged("POST" if beside else "GET", path + _query(parameters), body)
        except (OSError, HTTPException) as error:
            raise NotReached(self.url) from error

    def _hand_in(self, path: str, body: bytes) -> Any:  # noqa: ANN401 - JSON
        """Send what is to change something."""
        try:
            return self._exchanged("POST", path, body)
        except (OSError, HTTPException) as error:
            if _never_sent(error):
                raise NotReached(self.url) from error
            raise UnknownOutcome(silent=isinstance(error, TimeoutError)) from error

    def _exchanged(self, method: str, path: str, body: bytes | None) -> Any:  # noqa: ANN401 - JSON
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        return _exchanged(self.url, method, path, body, headers)


def sign_in(url: str, login: str, password: str, **wish: str | int) -> str:
    """A token of the account that login and password open.

    Args:
        url: Of the service.
        login: Of the account.
        password: Its own.
        wish: Which token: role, programme_id, days.

    Raises:
        NotEncrypted: The address is another machine's and not https.
        RelayError: The service said so, or cannot be reached.
    """
    url = url.rstrip("/")
    require_encryption(url)
    body = json.dumps({"login": login, "password": password, **wish}).encode()
    try:
        answer = _exchanged(url, "POST", "/tokens", body, {"Accept": "application/json"})
    except (OSError, HTTPException) as error:
        raise NotReached(url) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("secret"), str):
        raise NotRelay(url)
    secret: str = answer["secret"]
    return secret


def require_encryption(url: str) -> None:
    """Let an address pass to which a secret may be sent.

    Raises:
        NotEncrypted: It is another machine's and not https.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise NotEncrypted(url)


def is_loopback(host: str) -> bool:
    """Whether only this machine answers at a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# ---------------------------------------------------------------------------------------------------- tokens kept


def kept_token(folder: Path, url: str) -> str | None:
    """The token that `relay login` kept for a service; None when there is none."""
    token = _kept(folder).get(url.rstrip("/"))
    return token if isinstance(token, str) else None


def keep_token(folder: Path, url: str, token: str | None) -> Path:
    """Keep a token for a service, readable by its owner alone; None forgets it. The file it lies in.

    Raises:
        NotWritten: It cannot be kept there.
    """
    path = private_files.folder(folder) / "tokens.json"
    known = {**_kept(folder), url.rstrip("/"): token}
    with private_files.written(path) as file:
        file.write(json.dumps({service: each for service, each in known.items() if each is not None}).encode())
    return path


def _kept(folder: Path) -> dict[str, Any]:
    try:
        known = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


# ---------------------------------------------------------------------------------------------------- over the line


class _NoSendingOn(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: the token is for this service alone."""

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none."""
        del req, fp, code, msg, headers, newurl


def _exchanged(url: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Send a request and read the JSON that comes back.

    Raises:
        RelayError: The service answered with an error.
        OSError: There was no answer.
    """
    more = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(f"{url}{_API}{path}", data=body, headers={**headers, **more}, method=method)  # noqa: S310 - `Settings` lets http and https pass
    opener = urllib.request.build_opener(_NoSendingOn)
    try:
        with opener.open(request, timeout=SILENCE_SECONDS) as response:
            return _json(url, _all(response))
    except urllib.error.HTTPError as error:
        with error:
            raise _told(url, error.code, _all(error), signed_in="Authorization" in headers) from error


def _all(response: Any) -> bytes:  # noqa: ANN401 - what urllib gives
    until, pieces = time.monotonic() + DEADLINE_SECONDS, list[bytes]()
    while piece := response.read(_PIECE):
        pieces.append(piece)
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(pieces)


def _json(url: str, body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(body)
    except ValueError as error:
        raise NotRelay(url) from error


def _told(url: str, status: int, body: bytes, *, signed_in: bool) -> RelayError:
    """The error that the service explained."""
    said = _json(url, body)
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("reason"), str):
        return NotRelay(url)
    branch = _BRANCHES.get(status, Unavailable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused)
    expired = signed_in and status == HTTPStatus.UNAUTHORIZED
    suggestion = Sentence("Sign in: relay login %(url)s", url=url) if expired else error.get("suggestion") or ""
    return branch(error["reason"], suggestion, field=error.get("field") or "")


def _never_sent(error: Exception) -> bool:
    """Whether the service cannot have seen the request: the line was never opened."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(cause, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError)


def _query(parameters: Mapping[str, Any]) -> str:
    said: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values: Iterable[Any] = value if isinstance(value, (list, tuple)) else (value,)
        said += [(name, _text(each)) for each in values if each is not None and each is not False]
    return f"?{urllib.parse.urlencode(said)}" if said else ""


def _text(value: Any) -> str:  # noqa: ANN401 - a parameter
    return "true" if value is True else str(value)


def _host(url: str) -> str:
    """Host and port of an address; the rest may hold a password."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.hostname}{f':{parts.port}' if parts.port else ''}"
