"""Canonical JSON: the bytes over which hashes stand are those of RFC 8785, whoever writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from relay.domain.canonical_json import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = st.text(st.characters(exclude_categories=()))  # half characters too
NUMBERS = st.integers(-(2**55), 2**55) | st.floats() | st.decimals(0, 10**9, places=3).map(float)
CONTENT = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ({"b": 1, "a": [True, None, "ż"]}, '{"a":[true,null,"ż"],"b":1}'),
        ({"animals": 2, "passed": 0.5, "whole": 3.0}, '{"animals":2,"passed":0.5,"whole":3}'),
        ({"small": 0.000001, "great": 1e21}, '{"great":1e+21,"small":0.000001}'),
        ('"\\\b\n\x01\x7f/é', '"\\"\\\\\\b\\n\\u0001\x7f/é"'),
        ({"\U0001f600": 1, "\uffff": 2}, '{"\U0001f600":1,"\uffff":2}'),
        ({}, "{}"),
    ],
    ids=[
        "in order",
        "numbers as JavaScript writes them",
        "very small and great",
        "escapes",
        "keys as UTF-16",
        "nothing",
    ],
)
def test_content_is_written_in_the_one_way_of_rfc_8785(content: object, written: str) -> None:
    assert canonical(content).decode() == written


@given(CONTENT)
@example({"é": 1, "a": 2, "\U0001f600": 3, "\uffff": 4})
@example([2**53 - 1, -(2**53), 2**53])
def test_every_content_is_written_as_rfc8785_writes_it_or_refused_as_it_is(content: Any) -> None:  # noqa: ANN401
    assert _written_by(canonical, content) == _written_by(rfc8785.dumps, content)


def _written_by(write: Callable[[Any], bytes], content: object) -> bytes | None:
    """What is written, or None where it is refused."""
    try:
        return write(content)
    except ValueError:
        return None
