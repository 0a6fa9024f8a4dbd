"""Canonical JSON (RFC 8785): the one way to write content that is hashed or signed.

Of texts, whole numbers, booleans and None, under ASCII keys, the standard library writes the same bytes in an eighth of
the time. Fractions, which it writes in its own way, and other keys, which it sorts in its own order, are left to
rfc8785.
"""

from __future__ import annotations

import json
from typing import Any, Final

import rfc8785

GREATEST: Final = 2**53 - 1  # RFC 8785: the greatest whole number that every reader of JSON knows exactly

_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def canonical(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON can hold
    """Content as UTF-8 JSON.

    Args:
        content: Texts, numbers, booleans and None, in lists, and in mappings from texts.

    Raises:
        ValueError: A number is greater than JSON can hold, or a text holds half a character.
    """
    return _PLAIN.encode(content).encode() if _is_plain(content) else rfc8785.dumps(content)


def _is_plain(content: Any) -> bool:  # noqa: ANN401
    kind = type(content)
    if kind is dict:
        for key, value in content.items():
            if not (type(key) is str and key.isascii() and (type(value) is str or _is_plain(value))):
                return False
        return True
    if kind is list:
        return all(map(_is_plain, content))
    if kind is int:
        return bool(-GREATEST <= content <= GREATEST)
    return kind in (str, bool, type(None))
