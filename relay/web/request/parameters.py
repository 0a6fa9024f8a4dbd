"""Parameters of a URL, read as what a page takes: one of some words, a whole number, and no other parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import abort, request

from relay.errors import Failure, Invalid, refused

if TYPE_CHECKING:
    from collections.abc import Collection

CONFIRMED_ONLY: Final = "confirmed_only"
"""In a URL: whether unconfirmed pass-ons are left out, "true" or "false"."""


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


def only(names: Collection[str], several: Collection[str] = ()) -> None:
    """Let the URL have some parameters, each once, and no others except those of every page.

    What messengers append to a shared link (utm_…) is ignored.

    Args:
        names: What they are called.
        several: Others, which may stand there more than once.

    Raises:
        Invalid: It holds another, or one twice.
    """
    for name, values in request.args.lists():
        once = name in names or name in ("as_of", "lang", CONFIRMED_ONLY)
        hung_on = name == "fbclid" or name.startswith("utm_")
        if name not in several and not (once and len(values) == 1) and not hung_on:
            raise refused(NOT_ASKED, field=name)


def choice(name: str, choices: Collection[str]) -> str:
    """One of some words, the first when it is not asked for.

    Raises:
        Invalid: Another word is asked for.
    """
    found = request.args.get(name) or next(iter(choices))
    if found not in choices:
        raise refused(NOT_A_CHOICE, field=name, choices=", ".join(choices))
    return found


def number(name: str, least: int = 0) -> int | None:
    """A whole number, or None when it is not asked for.

    Raises:
        Invalid: Something else is asked for.
    """
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= len("999999999") and int(text) >= least):
        raise refused(NOT_A_CHOICE, field=name, choices=f"{least}, {least + 1}, …")
    return int(text)


def choice_of(word: str, choices: Collection[str]) -> str:
    """One of some words that stands in the path.

    Raises:
        werkzeug.exceptions.NotFound: It is another.
    """
    if word not in choices:
        abort(404)
    return word
