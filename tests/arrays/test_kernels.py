"""Loops are compiled when that pays: never for a small programme, at once for a large one, else when asked again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from relay.arrays import kernels
from relay.arrays.lineage import survey
from tests.scenes import made


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
    monkeypatch.setattr(kernels, "_compiled", asked.append)

    found = {kernels.run(loop, placements) for _ in range(times)}

    assert found == {"done"}
    assert len(asked) == compiled


def _fails(why: str) -> None:
    raise ValueError(why)


@pytest.mark.parametrize("placements", [1_500, 1_000_000])
def test_two_pieces_of_work_give_what_each_gives(placements: int) -> None:
    assert kernels.run_both(lambda: "one", lambda: 2, placements) == ("one", 2)
    with pytest.raises(ValueError, match="second"):
        kernels.run_both(lambda: "one", lambda: _fails("second"), placements)
    with pytest.raises(ValueError, match="first"):
        kernels.run_both(lambda: _fails("first"), lambda: _fails("second"), placements)


def test_one_survey_goes_over_each_placement_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_over = Counter[Any]()
    monkeypatch.setattr(kernels, "_placements_looped_over", gone_over)

    survey(made.programme(1000), made.LAST_DAY)

    assert set(gone_over.values()) == {1000}


@pytest.mark.parametrize("many", [0, 1, 7, 100_001])
def test_halves_are_everything_once(many: int) -> None:
    worked = [0] * many

    def work(rows: slice) -> None:
        for row in range(rows.start, rows.stop):
            worked[row] += 1

    kernels.in_halves(work, many)

    assert worked == [1] * many
