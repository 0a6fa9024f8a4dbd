"""Time stamps (RFC 3161): an authority outside signs the bytes of a checkpoint's file, with the time.

What it answers is kept as it came, beside the file, where `openssl ts -verify` reads it as well. Only if the extra
`timestamp` (rfc3161-client) is installed.
"""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, load_pem_x509_certificates
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from relay.errors import Failure, Invalid, Refused, Unavailable, refused
from relay.instants import instant

_SECONDS: Final = 20.0  # our choice: what one step may take; an authority answers within one second
_LARGEST: Final = 1 << 16  # bytes; an answer with all certificates has some 6,000


NO_TIME_STAMPS: Final = Failure(
    Refused,
    "no_time_stamps",
    "Time stamps can be neither asked for nor checked here.",
    advice="Install the extra: pip install relay-livestock[timestamp]",
)


NO_CERTIFICATE: Final = Failure(
    Invalid,
    "no_certificate",
    "RELAY_TIMESTAMP_CERTIFICATE names %(path)s, which cannot be read or holds no certificate.",
    advice="Name a file with the certificate of the authority, in PEM.",
)


NOT_STAMPED: Final = Failure(
    Unavailable,
    "not_stamped",
    "No valid time stamp came from %(host)s.",
    advice="Check RELAY_TIMESTAMP_URL, RELAY_TIMESTAMP_CERTIFICATE and the connection.",
)


def stamp_of(file: Path) -> Path:
    """Where the stamp of a file lies: beside it."""
    return file.with_name(f"{file.name}.tsr")


def ask(url: str, certificate: Path, content: bytes) -> bytes:
    """A time stamp, asked of an authority.

    Args:
        url: Where the authority answers.
        certificate: See `stamped_at`.
        content: Of the file; the authority is told its SHA-256 only.

    Returns:
        The TimeStampResp of RFC 3161 as it came (DER), which is checked.

    Raises:
        Unavailable: No valid stamp came.
        Refused, Invalid: As of `stamped_at`.
    """
    _certificates(certificate)  # before anything is asked
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - it may not be there

    asked = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()
    try:
        with PoolManager(timeout=Timeout(_SECONDS), retries=False) as line:
            headers = {"Content-Type": "application/timestamp-query"}
            response = line.request("POST", url, body=asked, headers=headers, preload_content=False)
            answer = response.read(_LARGEST)
    except HTTPError as error:
        raise refused(NOT_STAMPED, host=urlsplit(url).netloc) from error
    if stamped_at(answer, content, certificate) is None:
        raise refused(NOT_STAMPED, host=urlsplit(url).netloc)
    return answer


def stamped_at(stamp: bytes, content: bytes, certificate: Path) -> str | None:
    """When an authority saw a file, as its stamp proves; None where it does not.

    Args:
        stamp: As `ask` returned it.
        content: Of the file.
        certificate: A file with the authority's certificates in PEM, its root among them: all of them are trusted.

    Returns:
        A UTC instant, "2026-11-24T22:28:19Z".

    Raises:
        Refused: The extra is not installed.
        Invalid: There is no certificate.
    """
    trusted = _certificates(certificate)
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415

    try:
        read = decode_timestamp_response(stamp)
        VerifierBuilder(roots=trusted).build().verify_message(read, content)
    except (ValueError, VerificationError):
        return None
    at: datetime = read.tst_info.gen_time
    return instant(at)


def _certificates(path: Path) -> list[Certificate]:
    if find_spec("rfc3161_client") is None:
        raise refused(NO_TIME_STAMPS)
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise refused(NO_CERTIFICATE, path=path) from error
