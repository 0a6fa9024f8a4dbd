"""What is published is kept up while pages are served."""

from __future__ import annotations

import time
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.ledger import recording
from relay.published import updating
from relay.published.publishing import published
from relay.published.updating import keep_up_to_date
from tests.scenes import acts as say
from tests.scenes.village import VILLAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.graph import Graph


def within(seconds: float, there: Callable[[], object]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until, "too late"
        time.sleep(0.05)


@pytest.mark.engine_contract
def test_what_is_recorded_while_pages_are_served_is_shown_the_next_minute(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "EVERY_SECONDS", 0.1)
    recording.record(graph, "demo", VILLAGE, say.clerk())
    said: list[str] = []

    def sequence() -> int:
        there = published(graph, "demo")
        return there.sequence if there else 0

    with keep_up_to_date(graph, None, token_bytes, said.append):
        within(60, lambda: sequence() == len(VILLAGE))
        recording.record(graph, "demo", [say.woman("W20")], say.clerk())
        within(60, lambda: sequence() == len(VILLAGE) + 1)

    assert said == []
