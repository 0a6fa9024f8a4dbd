"""Settings from outside: where Relay's data is kept and which database it uses.

Only the two shells (the command line and the web) read the environment; they hand it to `Settings.read`.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import platformdirs

from relay.errors import Failure, Invalid, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

NEO4J_SCHEMES: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
"""The addresses that the Neo4j driver understands: one server or a cluster, plain or encrypted."""

SERVICE_SCHEMES: Final = ("http", "https")
"""The addresses at which another machine's Relay may be reached."""


class NotAnAddress(Invalid):
    """A variable that should hold an address holds something else: not repeated, since it may hold a password."""

    reason = "%(variable)s is not a URL."
    advice = "Write the host after one of %(begin)s; no user, password or options."

    variable: str
    schemes: tuple[str, ...]

    @property
    def begin(self) -> list[str]:
        """What an address can begin with."""
        return [f"{scheme}://" for scheme in self.schemes]


PASSWORD_MISSING: Final = Failure(
    Invalid,
    "password_missing",
    "%(named)s is set but %(missing)s is not.",
    advice="Set it to the password of %(user)s, or %(missing)s_FILE to a file whose first line is the password.",
)


NOT_A_MAILER: Final = Failure(
    Invalid,
    "not_a_mailer",
    "RELAY_MAIL is not the address of a mail server to which mail may be sent.",
    advice="Write smtp://localhost for this machine's own, smtps://HOST for one that encrypts from the beginning, or"
    " smtp+starttls://HOST; no user, password or options. Without encryption nothing is sent to another machine.",
)


MAIL_INCOMPLETE: Final = Failure(
    Invalid,
    "mail_incomplete",
    "RELAY_MAIL is set but %(missing)s is not.",
    advice="Set RELAY_MAIL_FROM to the address that sends, RELAY_MAIL_TO to those that are told, with commas between"
    " them, and with RELAY_MAIL_USER also RELAY_MAIL_PASSWORD_FILE.",
)


SECRET_UNREADABLE: Final = Failure(
    Invalid,
    "secret_unreadable",
    "%(variable)s names %(path)s, which cannot be read or is empty.",
    advice="Name a file whose first line is the secret, and that this user may read.",
)


KEY_UNREADABLE: Final = Failure(
    Invalid,
    "key_file_unreadable",
    "%(variable)s names %(path)s, which cannot be read or holds fewer than %(least)s bytes.",
    advice="Make it as `relay help operators` says, or copy it from the other machine, so that this user may read it.",
)


KEY_OPEN: Final = Failure(
    Invalid,
    "key_file_open",
    "%(variable)s names %(path)s, which other users of this machine may read or change.",
    advice="Run `chmod 600 %(path)s`, and make a new key if somebody else may have read it.",
)

_LEAST_KEY_BYTES: Final = 32  # of random: as many as the signature of a session uses (HMAC)
_OPEN_TO_OTHERS: Final = stat.S_IWGRP | stat.S_IRWXO  # a group may read it, as root gives it to a service


NOT_A_TOKEN: Final = Failure(
    Invalid,
    "not_a_token",
    "RELAY_TOKEN contains a character that no token has.",
    advice="Copy it again, on one line and without spaces.",
)


_A_YEAR_HOURS: Final = 8784

NOT_HOURS: Final = Failure(
    Invalid,
    "not_hours",
    "RELAY_COPY_SILENT_HOURS is not a number of hours.",
    advice="Write 36, for example; at most a year.",
)


TIMESTAMP_INCOMPLETE: Final = Failure(
    Invalid,
    "timestamp_incomplete",
    "%(named)s is set but %(missing)s is not.",
    advice="Name a file with the certificate of the authority, in PEM.",
    values={"named": "RELAY_TIMESTAMP_URL", "missing": "RELAY_TIMESTAMP_CERTIFICATE"},
)


OIDC_INCOMPLETE: Final = Failure(
    Invalid,
    "oidc_incomplete",
    "RELAY_OIDC_ISSUER is set but %(missing)s is not.",
    advice="Set RELAY_OIDC_CLIENT_ID and RELAY_OIDC_CLIENT_SECRET_FILE to what the provider gave for Relay.",
)


NO_ISSUER: Final = Failure(
    Invalid,
    "no_issuer",
    "RELAY_OIDC_ISSUER is not set.",
    advice="Set it, and what belongs to it, as `relay help operators` says.",
)


TWO_DATABASES: Final = Failure(
    Invalid,
    "two_databases",
    "RELAY_URL and NEO4J_URI are both set.",
    advice="Unset RELAY_URL to work on the database itself.",
)


def cache_folder() -> Path:
    """Tell where the platform places what can be made anew, of this user."""
    return platformdirs.user_cache_path("relay", appauthor=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Where a database answers over Bolt.

    Attributes:
        uri: Where it answers.
        user: As whom Relay signs in.
        password: Of that user.
        database: Its name on that server.
        on_this_machine: It is the embedded engine, to which no line is cut: where it is silent, it is at work.
    """

    uri: str
    user: str
    password: str = field(repr=False)
    database: str
    on_this_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInProvider:
    """The organisation's own sign-in, by OpenID Connect.

    Attributes:
        issuer: The address of the provider, as it calls itself.
        client_id: As what Relay is known there.
        client_secret: Of that client.
        name: What its button says.
        second_factor: The values of `acr` or `amr` that say that a second factor was proved.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    second_factor: frozenset[str]


MAIL_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""How a mail server is spoken to → its usual port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How mail is sent, and to whom.

    Attributes:
        scheme: A key of `MAIL_PORTS`.
        host: The mail server.
        port: Its port.
        user: As whom Relay signs in there; None: it does not.
        password: Of that user.
        sender: The address that sends.
        to: The addresses that are told.
    """

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that the environment may decide.

    Attributes:
        data_folder: absolute folder of the embedded engine and of everything that Relay keeps on this machine.
        config_folder: absolute folder of what belongs to the person rather than to the data: tokens of services.
        neo4j: the Neo4j database to use; None means the embedded engine of `data_folder`.
        url: the service that the command line speaks to instead of a database; None means this machine.
        token: the secret that proves to the service who is asking; None when none is given here.
        programme: the programme that is meant where a command names none; None when nothing is said.
        outbox_passphrase: what the outbox of this machine is sealed with; None for nothing.
        neo4j_reader: as whom the query page asks `neo4j`; None when no such user is named.
        mail: how and to whom mail is sent; None: none is sent.
        copy_url: where the copy of this machine's programmes answers; None when none is named.
        copy_silent_hours: after how many hours without agreeing a programme and its copy say so.
        organisation: the name of the organisation, which the sign-in page shows to everybody; None when none is given.
        session_key: what signs sessions; None: a key that the data folder keeps.
        checkpoint_key_file: the key that signs the checkpoints of all programmes, in PEM; None: the data folder keeps
            one for each.
        timestamp_url: where an authority stamps checkpoints with the time; None: none is asked.
        timestamp_certificate: the file of its certificates, in PEM; None: stamps are not checked.
        provider: the organisation's own sign-in; None: there is none.
        factor_key: what seals the secrets of second factors; None: a key that the data folder keeps.
    """

    data_folder: Path
    config_folder: Path
    neo4j: Connection | None
    url: str | None
    token: str | None = field(repr=False)
    programme: str | None = None
    outbox_passphrase: str | None = field(default=None, repr=False)
    neo4j_reader: Connection | None = None
    mail: Mail | None = None
    organisation: str | None = None
    session_key: bytes | None = field(default=None, repr=False)
    checkpoint_key_file: Path | None = None
    factor_key: bytes | None = field(default=None, repr=False)
    provider: SignInProvider | None = None
    copy_url: str | None = None
    copy_silent_hours: float = 36
    timestamp_url: str | None = None
    timestamp_certificate: Path | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from environment variables; an empty variable counts as absent.

        Variables: RELAY_DATA (absent: the user's data folder as the platform places it), NEO4J_URI, NEO4J_USER
        (absent: neo4j), NEO4J_PASSWORD, NEO4J_DATABASE (absent: neo4j), NEO4J_READER (absent: nobody),
        NEO4J_READER_PASSWORD, RELAY_URL, RELAY_TOKEN, RELAY_PROGRAMME, RELAY_OUTBOX_PASSPHRASE, RELAY_ORGANISATION,
        RELAY_COPY_URL, RELAY_COPY_SILENT_HOURS (absent: 36),
        RELAY_MAIL (absent: no mail is sent), RELAY_MAIL_FROM, RELAY_MAIL_TO, RELAY_MAIL_USER (absent: nobody signs
        in), RELAY_MAIL_PASSWORD. Without NEO4J_URI and RELAY_MAIL the others of their kind are not looked at. A
        secret may lie in a file that its variable with _FILE names; it is the first line. RELAY_SESSION_KEY_FILE,
        RELAY_CHECKPOINT_KEY_FILE and RELAY_FACTOR_KEY_FILE name files that several machines have alike.
        RELAY_TIMESTAMP_URL (absent: no checkpoint is stamped) needs RELAY_TIMESTAMP_CERTIFICATE. RELAY_OIDC_ISSUER
        (absent: people sign in with passwords alone) needs RELAY_OIDC_CLIENT_ID and RELAY_OIDC_CLIENT_SECRET;
        RELAY_OIDC_NAME (absent: its host), RELAY_OIDC_SECOND_FACTOR (absent: mfa).

        Raises:
            Invalid: an address or the token is malformed, a password, a certificate or what mail needs is missing, a
                secret's file is unreadable or open to others, or RELAY_URL and NEO4J_URI are both set.
        """
        folder = environ.get("RELAY_DATA")
        data_folder = Path(folder).expanduser() if folder else platformdirs.user_data_path("relay", appauthor=False)
        url = _read_address(environ, "RELAY_URL")
        neo4j = _read_neo4j(environ)
        if url and neo4j:
            raise refused(TWO_DATABASES)
        token = _secret(environ, "RELAY_TOKEN")
        if url and token and not _is_visible_ascii(token):
            raise refused(NOT_A_TOKEN)
        certificate = environ.get("RELAY_TIMESTAMP_CERTIFICATE") or None
        timestamp_url = _read_address(environ, "RELAY_TIMESTAMP_URL")
        if timestamp_url and not certificate:
            raise refused(TIMESTAMP_INCOMPLETE)
        session_key, checkpoint_key = _key_file(environ, "RELAY_SESSION"), _key_file(environ, "RELAY_CHECKPOINT")
        factor_key = _key_file(environ, "RELAY_FACTOR")
        config_folder = platformdirs.user_config_path("relay", appauthor=False)
        return cls(
            data_folder=data_folder.absolute(),
            config_folder=config_folder.absolute(),
            neo4j=neo4j,
            url=url,
            token=token,
            programme=environ.get("RELAY_PROGRAMME") or None,
            outbox_passphrase=_secret(environ, "RELAY_OUTBOX_PASSPHRASE"),
            neo4j_reader=_read_reader(environ, neo4j),
            mail=_read_mail(environ),
            organisation=environ.get("RELAY_ORGANISATION") or None,
            session_key=session_key.read_bytes().strip() if session_key else None,
            checkpoint_key_file=checkpoint_key,
            factor_key=factor_key.read_bytes().strip() if factor_key else None,
            provider=_read_provider(environ),
            copy_url=_read_address(environ, "RELAY_COPY_URL"),
            copy_silent_hours=_read_hours(environ),
            timestamp_url=timestamp_url,
            timestamp_certificate=Path(certificate).expanduser().absolute() if certificate else None,
        )


def _read_address(environ: Mapping[str, str], variable: str) -> str | None:
    url = environ.get(variable) or None
    if url:
        _require_address(variable, url, SERVICE_SCHEMES)
    return url


def _read_provider(environ: Mapping[str, str]) -> SignInProvider | None:
    issuer = _read_address(environ, "RELAY_OIDC_ISSUER")
    if not issuer:
        return None
    host = str(urlsplit(issuer).hostname)
    if host not in _THIS_MACHINE:
        _require_address("RELAY_OIDC_ISSUER", issuer, ("https",))
    client_id = environ.get("RELAY_OIDC_CLIENT_ID", "")
    secret = _secret(environ, "RELAY_OIDC_CLIENT_SECRET")
    if not client_id or not secret:
        missing = "RELAY_OIDC_CLIENT_SECRET_FILE" if client_id else "RELAY_OIDC_CLIENT_ID"
        raise refused(OIDC_INCOMPLETE, missing=missing)
    return SignInProvider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=environ.get("RELAY_OIDC_NAME") or host,
        second_factor=frozenset((environ.get("RELAY_OIDC_SECOND_FACTOR") or "mfa").replace(",", " ").split()),
    )


def require_provider(settings: Settings) -> SignInProvider:
    """The organisation's own sign-in.

    Raises:
        Invalid: The settings name none.
    """
    if settings.provider is None:
        raise refused(NO_ISSUER)
    return settings.provider


def _read_hours(environ: Mapping[str, str]) -> float:
    text = environ.get("RELAY_COPY_SILENT_HOURS") or "36"
    if not (text.isdecimal() and 0 < int(text) < _A_YEAR_HOURS):
        raise refused(NOT_HOURS)
    return int(text)


def require_service(url: str) -> None:
    """Let an address pass at which a Relay may answer.

    Raises:
        NotAnAddress: It is none.
    """
    _require_address("The address", url, SERVICE_SCHEMES)


def _read_neo4j(environ: Mapping[str, str]) -> Connection | None:
    uri = environ.get("NEO4J_URI")
    if not uri:
        return None
    _require_address("NEO4J_URI", uri, NEO4J_SCHEMES)
    password = _secret(environ, "NEO4J_PASSWORD")
    if password is None:
        raise refused(PASSWORD_MISSING, named="NEO4J_URI", missing="NEO4J_PASSWORD", user="NEO4J_USER")
    return Connection(
        uri=uri,
        user=environ.get("NEO4J_USER") or "neo4j",
        password=password,
        database=environ.get("NEO4J_DATABASE") or "neo4j",
    )


def _read_reader(environ: Mapping[str, str], neo4j: Connection | None) -> Connection | None:
    user = environ.get("NEO4J_READER")
    if neo4j is None or not user:
        return None
    password = _secret(environ, "NEO4J_READER_PASSWORD")
    if password is None:
        raise refused(PASSWORD_MISSING, named="NEO4J_READER", missing="NEO4J_READER_PASSWORD", user="NEO4J_READER")
    return replace(neo4j, user=user, password=password)


_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


def _read_mail(environ: Mapping[str, str]) -> Mail | None:
    address = environ.get("RELAY_MAIL")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or MAIL_PORTS.get(parts.scheme, 0)
    except ValueError:
        raise refused(NOT_A_MAILER) from None
    beside = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if not host or not port or beside or not _is_visible_ascii(address):
        raise refused(NOT_A_MAILER)
    if parts.scheme not in MAIL_PORTS or (parts.scheme == "smtp" and host not in _THIS_MACHINE):
        raise refused(NOT_A_MAILER)
    sender, to = environ.get("RELAY_MAIL_FROM", "").strip(), environ.get("RELAY_MAIL_TO", "").split(",")
    user, password = environ.get("RELAY_MAIL_USER") or None, _secret(environ, "RELAY_MAIL_PASSWORD")
    needed = {
        "RELAY_MAIL_FROM": sender,
        "RELAY_MAIL_TO": "".join(to).strip(),
        "RELAY_MAIL_PASSWORD": password or not user,
    }
    for missing, value in needed.items():
        if not value:
            raise refused(MAIL_INCOMPLETE, missing=missing)
    told = tuple(each.strip() for each in to if each.strip())
    return Mail(scheme=parts.scheme, host=host, port=port, user=user, password=password, sender=sender, to=told)


def _secret(environ: Mapping[str, str], variable: str) -> str | None:
    """A secret from its variable, or from the file that the variable with _FILE names."""
    path = environ.get(f"{variable}_FILE")
    if environ.get(variable) or not path:
        return environ.get(variable) or None
    try:
        secret = Path(path).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, ValueError):
        secret = ""
    if not secret:
        raise refused(SECRET_UNREADABLE, variable=f"{variable}_FILE", path=path)
    return secret


def _key_file(environ: Mapping[str, str], whose: str) -> Path | None:
    """The file of a key that several machines have alike; None when none is named."""
    variable = f"{whose}_KEY_FILE"
    if not (named := environ.get(variable)):
        return None
    path = Path(named).absolute()
    try:
        long_enough = len(path.read_bytes().strip()) >= _LEAST_KEY_BYTES
    except OSError:
        long_enough = False
    if not long_enough:
        raise refused(KEY_UNREADABLE, variable=variable, path=named, least=_LEAST_KEY_BYTES)
    if path.stat().st_mode & _OPEN_TO_OTHERS:
        raise refused(KEY_OPEN, variable=variable, path=named)
    return path


def _is_visible_ascii(text: str) -> bool:
    """What the header or the first line of a request can hold."""
    return text.isascii() and text.isprintable() and " " not in text


def _require_address(variable: str, address: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(address)
        well_formed = (
            parts.scheme in schemes
            and bool(parts.hostname)
            and parts.port != 0
            and "@" not in parts.netloc
            and not (parts.scheme.startswith("bolt") and parts.query)
            and _is_visible_ascii(address)
        )
    except ValueError:
        well_formed = False
    if not well_formed:
        raise NotAnAddress(variable=variable, schemes=schemes)
