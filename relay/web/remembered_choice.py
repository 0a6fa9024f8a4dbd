"""A choice of the reader for all pages, such as her language: in the URL of one page, then in a cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import g, request

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Response

A_YEAR: Final = 365 * 24 * 60 * 60  # seconds


def chosen(name: str, words: Collection[str]) -> str | None:
    """The word that the reader chose: the one in the URL, else that of the cookie; None if it is none of the words.

    Args:
        name: The parameter of the URL, and the cookie.
        words: The words that can be chosen.
    """
    asked = (request.args.get(name), request.cookies.get(name))
    return next((word for word in asked if word in words), None)


def remember(name: str, words: Collection[str], response: Response) -> Response:
    """Store the word in the URL in a cookie, for the pages that follow; not on pages that leave no trace."""
    word = request.args.get(name)
    if word is not None and word in words and "untraced" not in g:
        secure = request.is_secure
        response.set_cookie(name, word, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
