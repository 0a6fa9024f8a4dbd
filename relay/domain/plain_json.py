"""JSON as it comes in, from the API, a telephone, a file or a form: read into plain values, or refused, here alone.

Plain are texts of whole letters, numbers that every reader of JSON knows exactly, True, False and None, in lists and in
objects, one in another a few deep. Of all else nobody could say what was recorded: it has no canonical bytes, no place
in a database, or no end.
"""

from __future__ import annotations

import json
from typing import Any, Final

from relay.domain.canonical_json import GREATEST
from relay.domain.entries import once
from relay.errors import Invalid
from relay.text import Sentence

DEEPEST: Final = 8
"""Levels of one value; our choice: a correction of a rule's equivalents, the deepest act, has three."""


_LONGEST_NAME: Final = 64  # letters


class NotPlain(Invalid):
    """A value can be read, and can neither be recorded nor kept."""

    advice = "Put it right, or leave it out."


def read(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """What JSON says, as plain values.

    Raises:
        ValueError: It is no JSON, or names a thing twice in one object.
        NotPlain: It says what is not plain.
    """
    return plain(parsed(text))


def parsed(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """What JSON says, plain or not: of a list of acts each is looked at alone.

    Raises:
        ValueError: It is no JSON, or names a thing twice in one object.
    """
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError from error


def plain(value: Any, field: str = "", deep: int = 0) -> Any:  # noqa: ANN401 - JSON
    """The same value, if it is plain.

    Args:
        value: As JSON was read.
        field: The column that is named where it is not plain; of an object, each of its own.
        deep: Levels above it.

    Raises:
        NotPlain: It is not.
    """
    if isinstance(value, str):
        if value.encode(errors="replace").decode() != value:
            raise NotPlain(reason=Sentence("A text holds half a letter."), field=field)
    elif isinstance(value, float | int):
        if not -GREATEST <= value <= GREATEST:  # nor is NaN
            raise NotPlain(reason=Sentence("This is not a number, or has more than 15 digits."), field=field)
    elif isinstance(value, dict | list):
        if deep == DEEPEST:
            raise NotPlain(reason=Sentence("Too many things stand one within another."), field=field)
        for name, each in value.items() if isinstance(value, dict) else (("", each) for each in value):
            plain(name, field, deep)
            plain(each, field or _told(name), deep + 1)
    return value


def _told(name: str) -> str:
    """A name that may be that of a column, by its looks; empty for one that is better not repeated."""
    return name if name.isascii() and name.isidentifier() and len(name) <= _LONGEST_NAME else ""
