"""Loops are compiled when that pays: never for a small programme, at once for a large one, else when asked again."""

from __future__ import annotations

from typing import Any

import pytest

from relay import loops


@pytest.mark.parametrize(
    ("placements", "times", "compiled"),
    [(1_500, 1_000, 0), (100_000, 3, 0), (100_000, 5, 2), (1_000_000, 1, 1)],
)
def test_nobody_waits_for_a_compiler_that_does_not_pay(
    monkeypatch: pytest.MonkeyPatch, placements: int, times: int, compiled: int
) -> None:
    def loop() -> str:
        return "done"

    asked = list[Any]()
    monkeypatch.setattr(loops, "_compiled", asked.append)

    found = {loops.run(loop, placements) for _ in range(times)}

    assert found == {"done"}
    assert len(asked) == compiled
