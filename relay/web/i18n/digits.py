"""Digits of pages in Nepali: Latin, or those of Devanagari where the reader chose them.

They are written into the finished page: numbers, days and shares in its text. Ids, names, codes and what is typed keep
the digits that they have, and so does every attribute.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import request

from relay.web import remembered_choice
from relay.web.i18n.language import language, url_of_this_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response

DIGITS: Final = {"latin": "0123", "devanagari": "०१२३"}
"""Each choice and how it looks; the first one is that of a reader who has not chosen."""

PARAMETER: Final = "digits"
"""The parameter of a URL, and the cookie, that holds the choice."""

_DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")
_KEPT: Final = re.compile(r"<(script|style|textarea|code|pre|bdi|svg)\b.*?</\1>|<[^>]*>|&[^;\s]+;", re.DOTALL)
"""What keeps its digits: tags, and elements of ids, names and code."""
_WORD: Final = re.compile(r"[^\s<>&]*[0-9][^\s<>&]*")
_NUMBER: Final = re.compile(r"[(“≈+−–]*[0-9]+(?:[.,:/%–][0-9]+)*[%)”.,:;।–]*")  # noqa: RUF001 - signs as pages write them


def set_up(app: Flask) -> None:
    """Give the choice to the templates of an application, write it into its pages, and store it in a cookie."""
    app.add_template_global(choices, "digit_choices")
    app.add_template_global(chosen, "chosen_digits")
    app.after_request(_write)
    app.after_request(partial(remembered_choice.remember, PARAMETER, DIGITS))


def chosen() -> str:
    """The digits of this page: in Nepali those in its URL, else those of the cookie; else Latin ones."""
    word = remembered_choice.chosen(PARAMETER, DIGITS) if language() == "ne" else None
    return word or next(iter(DIGITS))


def choices() -> Mapping[str, tuple[str, str]]:
    """Choice → how it looks and the URL of this page in these digits; empty where the language has one kind alone."""
    if language() != "ne":
        return {}
    return {word: (looks, url_of_this_page(PARAMETER, word)) for word, looks in DIGITS.items()}


def as_chosen(number: str) -> str:
    """A number that stands in no page, such as one that a script writes there, in the digits that the reader chose."""
    return number if chosen() == next(iter(DIGITS)) else number.translate(_DEVANAGARI)


def in_devanagari(html: str) -> str:
    """A page with the numbers of its text in the digits of Devanagari.

    >>> in_devanagari('<td id="a1">12.5% of 3</td> <bdi>P0012</bdi> <b>G31</b>')
    '<td id="a1">१२.५% of ३</td> <bdi>P0012</bdi> <b>G31</b>'
    """
    parts = list[str]()
    end = 0
    for kept in _KEPT.finditer(html):
        parts += (_WORD.sub(_in_devanagari, html[end : kept.start()]), kept[0])
        end = kept.end()
    return "".join((*parts, _WORD.sub(_in_devanagari, html[end:])))


def _in_devanagari(word: re.Match[str]) -> str:
    """A word in these digits if it is a number; ids such as P0012 stay."""
    return word[0].translate(_DEVANAGARI) if _NUMBER.fullmatch(word[0]) else word[0]


def _write(response: Response) -> Response:
    is_page = response.mimetype == "text/html" and not response.direct_passthrough and not response.is_streamed
    if is_page and not request.path.startswith("/field/") and chosen() != next(iter(DIGITS)):
        response.set_data(in_devanagari(response.get_data(as_text=True)))
    return response
