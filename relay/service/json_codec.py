"""Results as JSON, and back: the same object wherever it is asked for, on the command line and over the web."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final


def json_of(result: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A result as JSON values: dataclass fields are keys, days ISO text, what is absent null."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {each.name: json_of(getattr(result, each.name)) for each in dataclasses.fields(result)}
    if isinstance(result, Mapping):
        return {str(key): json_of(value) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [json_of(value) for value in result]
    return result.isoformat() if isinstance(result, date) else result


def of_json(kind: Any, value: Any) -> Any:  # noqa: ANN401 - whatever the type says
    """The result that `json_of` made JSON of.

    Args:
        kind: Its type: a dataclass, a tuple of one type, a mapping, a union with None, a day, text or a number.
        value: The JSON values; keys that the type does not know are left out, since a newer Relay may say more.

    Raises:
        KeyError: A field is missing.
        TypeError: A value is not of its type.
        ValueError: A day cannot be read.
    """
    if value is None or kind in (Any, object):
        return value
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**{name: of_json(each, value[name]) for name, each in fields_of(kind).items()})
    if kind is date:
        return date.fromisoformat(value)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return tuple(of_json(parts[0], each) for each in value)
    if origin in (types.UnionType, typing.Union):
        known = [part for part in parts if part is not types.NoneType]
        return of_json(known[0], value) if len(known) == 1 else value
    return value


@cache
def fields_of(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a dataclass
    """The fields of a dataclass with their types."""
    hints = typing.get_type_hints(kind, localns=_ONLY_FOR_TYPES)
    return {each.name: hints[each.name] for each in dataclasses.fields(kind)}


_ONLY_FOR_TYPES: Final[dict[str, Any]] = {"Mapping": Mapping, "date": date}
"""What some modules import for the type checker only."""
