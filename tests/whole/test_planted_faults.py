"""The list of planted faults fits the code: each can still be planted."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.whole.planted_faults import FAULTS, ROOT, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.why)
def test_what_a_fault_replaces_stands_in_the_code_exactly_once(fault: Fault) -> None:
    text = (ROOT / fault.module).read_text(encoding="utf-8")

    assert text.count(fault.old) == 1
    assert (ROOT / fault.tests).exists()


def test_there_are_six_in_the_rules_six_in_the_reasoning_two_in_the_loops_and_two_in_what_is_published() -> None:
    planted = {
        "relay/domain/model.py": 6,
        "relay/arrays/lineage.py": 6,
        "relay/arrays/placement_states.py": 2,
        "relay/systems/protection/release_tables.py": 1,
        "relay/systems/protection/rules.py": 1,
    }
    assert Counter(fault.module for fault in FAULTS) == planted
    assert len({fault.why for fault in FAULTS}) == len(FAULTS)
