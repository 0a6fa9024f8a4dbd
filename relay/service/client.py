"""Another machine's Relay: the same questions asked and the same acts handed in, over HTTP.

Its errors are raised here as the errors they were there. A token is sent unencrypted to this machine only, and
redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from urllib3 import PoolManager, Timeout, encode_multipart_formdata
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as NoAnswerInTime

from relay import private_files
from relay.database.driver_errors import UnknownOutcome
from relay.domain.questions import EVERY_ANSWER
from relay.errors import Asked, Conflict, Failure, Invalid, NotFound, Refused, RelayError, Unavailable, refused
from relay.ledger.held.receiving import TakenIn
from relay.ledger.programme_heads import LedgerHead
from relay.office.intake import Recorded
from relay.service.json_codec import API, json_text, read_json
from relay.service.question import Question, answer_of
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import IO

    from relay.domain.acts import Value

T = TypeVar("T")

CONNECT_SECONDS: Final = 5.0  # our choice: a service that is there lets a line be opened within it
GREET_SECONDS: Final = 5.0  # our choice: which programmes there are is told within it; every command asks that first
SILENCE_SECONDS: Final = 60.0  # our choice: the audit of a large programme begins to answer within it
DEADLINE_SECONDS: Final = 300.0  # our choice: a long answer over a weak line; until a file begins to be answered
_PIECE: Final = 1 << 16  # bytes
_LINES: Final = "application/x-ndjson"

_BRANCHES: Final[Mapping[int, type[RelayError]]] = {
    400: Invalid,
    404: NotFound,
    409: Conflict,
    503: Unavailable,
}


class NotRelay(Unavailable):
    """What answers at the address is not a Relay."""

    reason = "The server at %(host)s is not Relay."
    advice = "Check RELAY_URL."

    host: str


class AnswerLost(UnknownOutcome):
    """What came back of something that was sent is no answer of Relay's: a proxy's, or cut off."""

    reason = "The server at %(host)s is not Relay, or its answer was cut off: what was sent may be recorded."
    advice = (
        "Check RELAY_URL, then send the same again, with the same id: what is already recorded is not recorded twice."
    )

    host: str


class NotReached(Unavailable):
    """Nothing answers at the address, or not in time."""

    reason = "Relay at %(host)s cannot be reached, or did not answer in time."
    advice = "Check RELAY_URL and the connection, then try again: what is already recorded is not recorded twice."

    host: str


class CutOff(NotReached):
    """An answer broke off, or did not come in time."""


NOT_ENCRYPTED: Final = Failure(
    Refused,
    "not_encrypted",
    "%(host)s is another machine, and its URL is not https.",
    advice="Write https:// before it.",
)


NO_TOKEN_YET: Final = Failure(
    Refused,
    "no_token_yet",
    "You are not signed in to %(host)s.",
    advice="Sign in",
    command="relay login %(url)s",
)


class Remote:
    """The Relay that answers at an address."""

    def __init__(self, url: str, token: str | None) -> None:
        """Keep both; nothing is asked yet.

        Raises:
            Refused: The address is another machine's and not https; or there is no token.
        """
        self.url = url.rstrip("/")
        require_encryption(self.url)
        if token is None:
            raise refused(NO_TOKEN_YET, host=_host(self.url), url=self.url)
        self._token = token

    def programmes(self) -> tuple[LedgerHead, ...]:
        """The programmes in which the account holds a role, by id.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        try:
            found: tuple[LedgerHead, ...] = _exchanged(
                tuple[LedgerHead, ...], self.url, "/programmes", None, self._token, silence=GREET_SECONDS
            )
        except (HTTPError, TimeoutError) as error:
            raise NotReached(host=_host(self.url)) from error
        return found

    def ask(self, question: Question[T], programme_id: str) -> T:
        """The answer to a question.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        path = question.path.replace("<id>", quote(getattr(question, "id", ""), safe=":"))
        path = f"/programmes/{quote(programme_id)}/{path}"
        found: T = self._ask(answer_of(type(question)), path, question.narrowed(), question.beside())
        return found

    def hand_in(self, programme_id: str, kind: str, said: Mapping[str, Value], **answers: bool) -> Recorded:
        """Record an act; sent twice with the same id it is recorded once. `answers` are flags, such as again.

        Raises:
            UnknownOutcome: The line was lost after it was sent.
            RelayError: The service said so, or cannot be reached.
        """
        path = f"/programmes/{quote(programme_id)}/acts/{kind}{_query(answers)}"
        recorded: Recorded = self._hand_in(Recorded, path, said)
        return recorded

    def hand_in_together(
        self, programme_id: str, kind: str, said: Sequence[Mapping[str, Value]], **answers: bool
    ) -> tuple[Recorded, ...]:
        """Record acts of one kind, all of them or none.

        Raises:
            UnknownOutcome: The line was lost after they were sent.
            RelayError: The service said so, or cannot be reached.
        """
        path = f"/programmes/{quote(programme_id)}/acts/{kind}{_query(answers)}"
        recorded: tuple[Recorded, ...] = self._hand_in(tuple[Recorded, ...], path, said)
        return recorded

    def sign_out(self) -> None:
        """End this token.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        self._hand_in(Any, "/sign-out", {})

    def read(self, kind: Any, path: str) -> Any:  # noqa: ANN401 - as the kind says
        """What the API answers at a path.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        return self._ask(kind, path, {}, {})

    def send(self, kind: Any, path: str, body: object) -> Any:  # noqa: ANN401 - as the kind says
        """What the API answers to something that is to be changed.

        Raises:
            UnknownOutcome: The line was lost after it was sent.
            RelayError: The service said so, or cannot be reached.
        """
        return self._hand_in(kind, path, body)

    def lines(self, path: str, form: SentForm, sent: Callable[[int, int], None]) -> Iterator[bytes]:
        """Send a file, and read the lines of the answer as they come.

        Args:
            path: Of the API.
            form: The file, and what is to be done with it.
            sent: Called with the bytes that are sent so far, and all that there are.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        body, content_type = form.encoded()

        def pieces() -> Iterator[bytes]:
            for start in range(0, len(body), _PIECE):
                yield body[start : start + _PIECE]
                sent(min(start + _PIECE, len(body)), len(body))

        headers = {"Accept": _LINES, "Content-Type": content_type, "Content-Length": str(len(body))}
        begun = bytearray()  # a line may be a whole file
        for piece in self._pieces("POST", path, headers, pieces()):
            *whole, rest = piece.split(b"\n")
            for each in whole:
                yield bytes(begun + each)
                begun.clear()
            begun += rest

    def fetch(self, path: str, into: IO[bytes]) -> None:
        """Write the file that the API answers at a path into another one.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        for piece in self._pieces("GET", path, {}, None):
            into.write(piece)

    def whole(self, path: str, largest: int) -> bytes:
        """The file that the API answers at a path, where it is not larger than that many bytes.

        Raises:
            CutOff: The line broke before its end.
            RelayError: It is larger; or the service said so, or cannot be reached.
        """
        found = bytearray()
        for piece in self._pieces("GET", path, {}, None):
            found += piece
            if len(found) > largest:
                raise NotRelay(host=_host(self.url))
        return bytes(found)

    def _pieces(
        self, method: str, path: str, headers: Mapping[str, str], body: Iterator[bytes] | None
    ) -> Iterator[bytes]:
        """An answer piece by piece; a long one has no deadline as long as something comes."""
        timeout = Timeout(connect=CONNECT_SECONDS, read=DEADLINE_SECONDS)
        try:
            with PoolManager(timeout=timeout, retries=False) as line:
                response = line.request(
                    method,
                    f"{self.url}{API}{path}",
                    body=body,
                    headers={**headers, "Authorization": f"Bearer {self._token}"},
                    preload_content=False,
                )
                if response.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise self.error(response.status, _read(self.url, _Error, response.read()).error)
                yield from response.stream(_PIECE)
        except (HTTPError, TimeoutError) as error:
            if _never_sent(error):
                raise NotReached(host=_host(self.url)) from error
            raise self.cut_off() from error

    def error(self, status: int, said: _Explained) -> RelayError:
        """The error that the service explains."""
        return _told(self.url, status, said, signed_in=True)

    def cut_off(self) -> CutOff:
        """The error of an answer without its end."""
        return CutOff(host=_host(self.url))

    def _ask(self, kind: Any, path: str, narrowed: Mapping[str, Any], beside: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the kind says
        """Ask something; what is given beside the URL is sent as JSON."""
        try:
            return _exchanged(kind, self.url, path + _query(narrowed), beside or None, self._token)
        except (HTTPError, TimeoutError) as error:
            raise NotReached(host=_host(self.url)) from error

    def _hand_in(self, kind: Any, path: str, body: object) -> Any:  # noqa: ANN401 - as the kind says
        """Send what is to change something."""
        try:
            return _exchanged(kind, self.url, path, body, self._token)
        except NotRelay as error:
            raise AnswerLost(silent=False, host=error.host) from error
        except (HTTPError, TimeoutError) as error:
            if _never_sent(error):
                raise NotReached(host=_host(self.url)) from error
            raise UnknownOutcome(silent=isinstance(error, TimeoutError | NoAnswerInTime)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """Files that are sent, with what is said of them.

    Attributes:
        fields: Name → text.
        files: What each holds.
    """

    fields: Mapping[str, str]
    files: Sequence[bytes]

    def encoded(self) -> tuple[bytes, str]:
        """As the body of a request, and of which content type that is."""
        files = (("file", ("file", content, "application/octet-stream")) for content in self.files)
        return encode_multipart_formdata([*self.fields.items(), *files])


class _Explained(Protocol):
    """What is told of an error."""

    @property
    def reason(self) -> str: ...
    @property
    def suggestion(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def beside(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secret:
    """What is kept of a new token."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ErrorTold:
    """What a service explains of an error, as far as it is told."""

    reason: str
    suggestion: str = ""
    field: str | None = None
    code: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Error:
    """An error as a service answers it."""

    error: _ErrorTold


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The outcomes of a list of acts, in the order in which they were sent.

    Attributes:
        clock: The service's, a UTC instant.
        acts: A row for each.
    """

    clock: str
    acts: tuple[TakenIn, ...]


def sign_in(url: str, login: str, password: str, **wish: str | int) -> str:
    """A token of the account that login and password open.

    Args:
        url: Of the service.
        login: Of the account.
        password: Its own.
        wish: Which token: role, programme_id, days.

    Raises:
        Refused: The address is another machine's and not https.
        RelayError: The service said so, or cannot be reached.
    """
    url = url.rstrip("/")
    require_encryption(url)
    try:
        made: _Secret = _exchanged(_Secret, url, "/tokens", {"login": login, "password": password, **wish}, None)
    except (HTTPError, TimeoutError) as error:
        raise NotReached(host=_host(url)) from error
    return made.secret


def read_openly(kind: Any, url: str, path: str) -> Any:  # noqa: ANN401 - as the kind says
    """What a service answers to everybody at a path of its API.

    Raises:
        RelayError: The service said so, or cannot be reached.
    """
    url = url.rstrip("/")
    try:
        return _exchanged(kind, url, path, None, None, silence=GREET_SECONDS)
    except (HTTPError, TimeoutError) as error:
        raise NotReached(host=_host(url)) from error


def require_encryption(url: str) -> None:
    """Let an address pass to which a secret may be sent.

    Raises:
        Refused: It is another machine's and not https.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise refused(NOT_ENCRYPTED, host=_host(url))


def is_loopback(host: str) -> bool:
    """Whether only this machine answers at a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# ---------------------------------------------------------------------------------------------------- tokens kept


_TOKENS: Final = "tokens.json"
_LOGINS: Final = "logins.json"


def kept_token(folder: Path, url: str) -> str | None:
    """The token that `relay login` kept for a service; None when there is none."""
    return private_files.kept_words(folder / _TOKENS).get(url.rstrip("/"))


def kept_login(folder: Path, url: str) -> str | None:
    """Whose that token is; None when that was not kept."""
    return private_files.kept_words(folder / _LOGINS).get(url.rstrip("/"))


def keep_token(folder: Path, url: str, token: str | None, login: str | None = None) -> Path:
    """Keep a token for a service and whose it is, readable by its owner alone; None forgets it. The file it lies in.

    Raises:
        Invalid: It cannot be kept there.
    """
    path = folder / _TOKENS
    private_files.keep_word(folder / _LOGINS, url.rstrip("/"), login)
    private_files.keep_word(path, url.rstrip("/"), token)
    return path


# ---------------------------------------------------------------------------------------------------- over the line


def _exchanged(
    kind: Any,  # noqa: ANN401 - as it says
    url: str,
    path: str,
    body: object,
    token: str | None,
    *,
    silence: float = SILENCE_SECONDS,
) -> Any:  # noqa: ANN401 - as the kind says
    """Send a request, by POST where it has a body, a form or else JSON, and read what comes back.

    No redirect is followed and no proxy is asked: the token is for this service alone.

    Raises:
        NotRelay: What comes back is not of the kind.
        RelayError: The service answered with an error.
        HTTPError: There was no answer, or the line was lost.
        TimeoutError: The answer did not end in time.
    """
    until = time.monotonic() + DEADLINE_SECONDS
    sent, content_type = (
        body.encoded() if isinstance(body, SentForm) else (json_text(body).encode(), "application/json")
    )
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    headers |= {} if body is None else {"Content-Type": content_type}
    headers |= {} if token is None else {"Authorization": f"Bearer {token}"}
    with PoolManager(timeout=Timeout(connect=CONNECT_SECONDS, read=silence), retries=False) as line:
        response = line.request(
            "GET" if body is None else "POST",
            f"{url}{API}{path}",
            body=None if body is None else sent,
            headers=headers,
            preload_content=False,
        )
        pieces = bytearray()
        for piece in response.stream(_PIECE):
            pieces += piece
            if time.monotonic() > until:
                raise TimeoutError
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _told(url, response.status, _read(url, _Error, pieces).error, signed_in=token is not None)
    return _read(url, kind, pieces)


def _read(url: str, kind: Any, text: bytes | bytearray) -> Any:  # noqa: ANN401 - as the kind says
    """What came back.

    Raises:
        NotRelay: It is not of the kind.
    """
    try:
        return read_json(kind, text)
    except ValueError as error:
        raise NotRelay(host=_host(url)) from error


def _told(url: str, status: int, said: _Explained, *, signed_in: bool) -> RelayError:
    """The error that the service explained; a question is told by its code."""
    branch = _BRANCHES.get(status, Unavailable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused)
    if status == HTTPStatus.CONFLICT and said.code in EVERY_ANSWER:
        beside, field = said.beside or "", said.field or ""
        return Asked(reason=said.reason, advice=said.suggestion, field=field, beside=beside, code=said.code)
    if said.code == UnknownOutcome.code:
        return UnknownOutcome(silent=False, reason=said.reason, advice=said.suggestion)
    expired = signed_in and status == HTTPStatus.UNAUTHORIZED
    advice, command = (Sentence("Sign in"), f"relay login {url}") if expired else (said.suggestion, "")
    return branch(
        reason=said.reason, advice=advice, command=command, field=said.field or "", code=said.code or branch.code
    )


def _never_sent(error: Exception) -> bool:
    """Whether the service cannot have seen the request: the line was never opened."""
    unproven = isinstance(error, SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError)
    return unproven or isinstance(error, NewConnectionError | ConnectTimeoutError)


def _query(parameters: Mapping[str, Any]) -> str:
    said: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values: Iterable[Any] = value if isinstance(value, (list, tuple)) else (value,)
        said += [(name, _text(each)) for each in values if each is not None and each is not False]
    return f"?{urlencode(said)}" if said else ""


def _text(value: Any) -> str:  # noqa: ANN401 - a parameter
    return "true" if value is True else str(value)


def _host(url: str) -> str:
    """Host and port of an address; the rest may hold a password."""
    parts = urlsplit(url)
    return f"{parts.hostname}{f':{parts.port}' if parts.port else ''}"
