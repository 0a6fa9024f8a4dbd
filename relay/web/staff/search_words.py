"""Searches: their words are sent in the body, since a URL with a name would be logged; the URL has them sealed.

They are encrypted with a key that follows from that of the sessions, so whichever machine is asked reads them, and for
their sender alone: the seal is bound to her login.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app, request

from relay.web import sessions

_NONCE_BYTES: Final = 12  # NIST SP 800-38D, §5.2.1.1
_LONGEST: Final = 300  # characters that a URL takes; our choice: more than a name and a place


def sent_words() -> str:
    """The words in the sent form; empty when there are none."""
    return request.form.get("q", "").strip()


def sealed_words() -> str:
    """The words in the sent form, as a URL may have them."""
    nonce, words = secrets.token_bytes(_NONCE_BYTES), sent_words()[:_LONGEST]
    sealed = _cipher().encrypt(nonce, words.encode(errors="replace"), _sender())
    return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def words_in_url() -> str:
    """The words that the user sealed in the URL, or the parameter q of a link; empty if there are none."""
    if "q" in request.args:
        return request.args["q"].strip()
    try:
        sealed = urlsafe_b64decode(request.args.get("s", "") + "==")
        return _cipher().decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _sender()).decode()
    except (ValueError, InvalidTag):
        return ""


def _cipher() -> AESGCM:
    key: bytes = current_app.secret_key  # type: ignore[assignment]  # set by `sessions.set_up`
    return AESGCM(hmac.digest(key, b"words of a search", "sha256"))


def _sender() -> bytes:
    return sessions.signed_in().login.encode()
