"""In a woman's history stands a loan on the day of the meeting at which it was given, not on that of its recording."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.errors import NotFound
from relay.reports.record_history import show
from tests.scenes import acts as say
from tests.systems.savings.scene import added, lent

if TYPE_CHECKING:
    from relay.graph import Graph


def test_a_loan_is_told_on_the_day_of_its_meeting(village: Graph) -> None:
    """Meetings on 20 May and 20 June 2023; all is recorded in November 2026."""
    added(village, lent("L2: W1 at M2", principal=300), lent("L1: W1 at M1", principal=500))

    def told(id_: str, on: date) -> list[tuple[str, date]]:
        return [(line.id, line.happened_on) for line in show(village, "demo", id_, on).history if "loan:" in line.id]

    assert told("beneficiary:W1", say.TODAY) == [("loan:L1", date(2023, 5, 20)), ("loan:L2", date(2023, 6, 20))]
    assert told("beneficiary:W1", date(2023, 6, 19)) == [("loan:L1", date(2023, 5, 20))]
    assert told("loan:L2", date(2023, 6, 20)) == [("loan:L2", date(2023, 6, 20))]
    with pytest.raises(NotFound, match="record of 2023-06-19 has"):
        show(village, "demo", "loan:L2", date(2023, 6, 19))
