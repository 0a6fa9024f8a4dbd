"""Keys and properties of nodes: how records are identified in the graph, and how their values are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from relay.domain.system import Catalogue


OWN_COLUMNS: Final = "own_columns"
"""The property of a programme's node that holds the definitions of its own columns, so that they are read with it."""


def key_of(programme_id: str, act_id: str) -> str:
    """The property `key` of an act or placement: programme/kind/id.

    >>> key_of("relay-demo", "placement:P0001")
    'relay-demo/placement/P0001'
    """
    kind, _, id_ = act_id.partition(":")
    return f"{programme_id}/{kind}/{id_}"


def kind_and_id(key: str) -> tuple[str, str]:
    """The kind and the id in a `key`.

    >>> kind_and_id("relay-demo/placement/P/1")
    ('placement', 'P/1')
    """
    _, kind, id_ = key.split("/", 2)
    return kind, id_


def keys_of(programme_id: str, kind: str) -> tuple[str, str]:
    """The range of keys of a kind: the first possible key, and the first one after all of them.

    >>> keys_of("relay-demo", "placement")
    ('relay-demo/placement/', 'relay-demo/placement0')
    """
    first = key_of(programme_id, f"{kind}:")
    return first, f"{first.removesuffix('/')}0"  # the character after "/"


def properties_of(catalogue: Catalogue, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an act as graph properties: days as DATE, units as FLOAT, a rule's equivalents as text."""
    days, numbers = catalogue.days(kind), catalogue.numbers(kind)
    return {name: _property(name, value, days, numbers) for name, value in values.items()}


def _property(name: str, value: Any, days: frozenset[str], numbers: frozenset[str]) -> Any:  # noqa: ANN401 - payload values
    if name in days:
        return date.fromisoformat(value)
    if name == "equivalents":
        return ";".join(f"{help_}={worth}" for help_, worth in sorted(value.items()))
    return float(value) if name in numbers else value


def values_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Graph properties as the values of an act: the inverse of `properties_of`, without what only the graph has."""
    return {
        name: _value(name, value)
        for name, value in properties.items()
        if name not in ("key", "programme_id", "sequence", "confirm_id", OWN_COLUMNS)
    }


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - graph properties
    if name == "equivalents":
        return {help_: float(worth) for help_, _, worth in (pair.partition("=") for pair in value.split(";") if pair)}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str | int | float):
        return value
    written = getattr(value, "iso_format", None) or getattr(value, "isoformat", None)
    return written() if written else value


def entry_key(programme_id: str, sequence: int) -> str:
    """The `key` of an entry's node: programme/entry/sequence."""
    return f"{programme_id}/entry/{sequence}"
