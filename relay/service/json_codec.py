"""Results as JSON, and back, and the schema of it: the same object on the command line and over the web.

What a result's type says is all that is said of its JSON: the fields of a dataclass are keys, a day is ISO text, what
is absent is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from relay.domain.bikram_sambat import LikelyDay, as_typed

_Kind = TypeVar("_Kind")
Schema = Mapping[str, Any]
"""Of JSON, as JSON Schema writes it."""

FORMAT: Final = 1
"""Of what commands print by --json and the API answers: under one number keys are added, none is renamed or removed."""

API: Final = f"/api/v{FORMAT}"
"""Where the API begins."""

_EITHER: Final = {"anyOf": [{"type": "integer"}, {"type": "number"}]}  # whole numbers are numbers too
_REFERENCE: Final = "#/components/schemas/{name}"


def json_of(result: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A result as JSON values."""
    return msgspec.json.decode(msgspec.json.encode(result, enc_hook=_plain))  # faster than Python walks over it


def json_text(result: object) -> str:
    """A result as JSON text, on one line."""
    return msgspec.json.encode(result, enc_hook=_plain).decode()


def json_lines(result: object, *, ascii_only: bool) -> str:
    """A result as JSON text for who reads it: a value a line, indented by two."""
    return msgspec.json.format(json.dumps(json_of(result), ensure_ascii=ascii_only), indent=2)


def _plain(value: object) -> object:
    """What JSON makes of what it does not know: of sentences, those of a page too, text; of rows made late, a list.

    A likely day is sent as it was typed, so that whoever records it keeps that.
    """
    if isinstance(value, LikelyDay):
        return as_typed(value)
    if isinstance(value, str) or hasattr(value, "__html__"):
        return str(value)
    if isinstance(value, Iterable):
        return [*value]
    raise TypeError(type(value))


def read_json(kind: Any, text: bytes | bytearray) -> Any:  # noqa: ANN401 - as the kind says
    """The result whose JSON this is.

    Args:
        kind: Its type.
        text: In UTF-8; keys that the type does not know are passed over, since a newer Relay may say more.

    Raises:
        ValueError: It is no JSON, a field is missing, or a value is not of its type.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except RecursionError as error:
        raise ValueError from error


def read_columns(kind: type[_Kind], columns: Mapping[str, Any]) -> _Kind:
    """What the columns of an act say, as a dataclass: days from their text, what it does not know passed over."""
    return msgspec.convert({name: said for name, said in columns.items() if said is not None}, kind, strict=False)


def schemas_of(kinds: Iterable[Any]) -> tuple[tuple[Schema, ...], Mapping[str, Schema]]:
    """What JSON of some types looks like, as an OpenAPI document says it.

    Returns:
        A schema for each type in turn, and the components to which they refer, by name: one for each dataclass, which
        is always written with all of its fields.
    """
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    simpler = json.loads(
        json.dumps(components), object_hook=lambda each: {"type": "number"} if each == _EITHER else each
    )
    return schemas, {
        name: {"type": "object", "required": [*each["properties"]], "properties": each["properties"]}
        for name, each in sorted(simpler.items())
    }
