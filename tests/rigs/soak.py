"""What every run does of a long suite; RELAY_SOAK=1 (`make soak`) does all of it.

Of a test that draws its cases every run does a fiftieth, the same each time. Two marks say which tests are left out:

- A test that asks for `connection`, or for a graph made of it, has a twin on each engine. Every run has all on the
  embedded engine; on Neo4j it has those of the *engine contract* alone, which are marked `engine_contract`: each query
  text (`tests/database/test_every_text.py`), recording, verifying, replay, races, tampering, broken connections, what
  the driver says, and one walk through each system.
- What is marked `soak` takes long and seldom changes, or is more of the same: the test beside it, or other cases of it,
  are in every run.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

_Case = TypeVar("_Case")

SOAK: Final = bool(os.environ.get("RELAY_SOAK"))


def left_to_soak(item: pytest.Item) -> str | None:
    """What kind of tests this one is among, which this run leaves out; None if this run has it."""
    if SOAK:
        return None
    if item.get_closest_marker("soak"):
        return "more cases"
    arguments = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    on_neo4j = any(each == "neo4j_server" for each in arguments.values())
    return "twins on Neo4j" if on_neo4j and not item.get_closest_marker("engine_contract") else None


def share(whole: int) -> int:
    """How many of so many cases this run tries."""
    return whole if SOAK else whole // 50


def sampled(cases: Iterable[_Case]) -> list[_Case]:
    """Those of many cases of one kind that this run tries: every third."""
    return [*cases][:: 1 if SOAK else 3]


def drawn(whole: int) -> int:
    """How many of so many examples that hypothesis draws this run tries: each takes long enough to be felt."""
    return whole if SOAK else whole // 3
