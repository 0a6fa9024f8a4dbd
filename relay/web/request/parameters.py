"""Parameters of a URL: reads one of some words or a whole number, and refuses unknown parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import abort, request

from relay.errors import Failure, Invalid, refused

if TYPE_CHECKING:
    from collections.abc import Collection

CONFIRMED_ONLY: Final = "confirmed_only"
"""The parameter that says whether unconfirmed pass-ons are left out, "true" or "false"."""


NOT_A_CHOICE: Final = Failure(
    Invalid,
    "not_a_choice",
    "“%(field)s” must be one of: %(choices)s.",
    advice="Correct it, or leave it out.",
)


NOT_ASKED: Final = Failure(
    Invalid,
    "not_asked",
    "Unknown parameter, or given twice: %(field)s.",
    advice="Correct it, or leave it out.",
)


def require_only(names: Collection[str], several: Collection[str] = ()) -> None:
    """Refuse parameters that the page does not take, besides those of every page.

    What messengers append to a shared link (utm_…, fbclid) is ignored.

    Args:
        names: The parameters that may be given once.
        several: The parameters that may be given more than once.

    Raises:
        Invalid: Another parameter is given, or one of `names` twice.
    """
    for name, values in request.args.lists():
        once = name in names or name in ("as_of", "lang", "colours", "digits", CONFIRMED_ONLY)
        hung_on = name == "fbclid" or name.startswith("utm_")
        if name not in several and not (once and len(values) == 1) and not hung_on:
            raise refused(NOT_ASKED, field=name)


def choice(name: str, choices: Collection[str]) -> str:
    """A parameter that is one of some words; the first of them when it is not given.

    Raises:
        Invalid: It is another word.
    """
    word = request.args.get(name) or next(iter(choices))
    if word not in choices:
        raise refused(NOT_A_CHOICE, field=name, choices=", ".join(choices))
    return word


def number(name: str, least: int = 0) -> int | None:
    """A parameter that is a whole number of at least `least`; None when it is not given.

    Raises:
        Invalid: It is something else.
    """
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= len("999999999") and int(text) >= least):
        raise refused(NOT_A_CHOICE, field=name, choices=f"{least}, {least + 1}, …")
    return int(text)


def choice_in_path(word: str, choices: Collection[str]) -> str:
    """A part of the path that must be one of some words.

    Raises:
        werkzeug.exceptions.NotFound: It is another word.
    """
    if word not in choices:
        abort(404)
    return word
