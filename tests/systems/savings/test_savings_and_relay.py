"""Savings beside the relay: loans that keep an animal, and who passes on in time.

Placements P1 to P4 (W1 to W4) since 2022-01-01, each due on 2024-01-01. W1 and W2 save in G since 2022-06-01, W4 in H,
which began to save only in 2023-04. P1 had a loan on 2023-05-20 and kept its animals; P2 had one too and sold on
2023-08-01; P3 sold on 2023-08-01 without any. P1 and P4 passed on in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.service.question import Source
from relay.systems.savings.questions import SavingsBesideTheRelay
from tests.scenes import acts as say
from tests.systems.savings.scene import act, added, cycle, lent, member, met

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.systems.savings.savings_and_relay import SavingsAndRelay


@pytest.fixture
def found(graph: Graph, tmp_path: Path) -> SavingsAndRelay:
    _, *rest = say.beginnings(9)
    added(graph, say.programme(systems="groups;savings"), *rest)
    added(
        graph,
        *(act("group", group_id=id_, name=f"Group {id_}", kind="savings_group") for id_ in "GH"),
        member("B1: W1 in G on 2022-06-01"),
        member("B2: W2 in G on 2022-06-01"),
        member("B4: W4 in H on 2022-06-01"),
        cycle("C: G from 2022-06-01"),
        cycle("D: H from 2023-04-15"),
        met("M1: G on 2023-05-20"),
        *(say.placed(f"P{number} on 2022-01-01") for number in range(1, 5)),
        lent("L1: W1 at M1", principal=90, purpose="keep_animal", placement_id="P1"),
        lent("L2: W2 at M1", principal=90, purpose="keep_animal", placement_id="P2"),
        say.happened("E2: sale of P2 on 2023-08-01"),
        say.happened("E3: sale of P3 on 2023-08-01"),
        say.passed("T1: P1 > P6 on 2023-11-01", 2),
        say.passed("T4: P4 > P7 on 2023-11-01", 2),
    )
    source = Source(graph=graph, folder=tmp_path)
    return SavingsBesideTheRelay(as_of=say.TODAY).answer(source, "demo")


def test_of_two_loans_one_kept_the_animal(found: SavingsAndRelay) -> None:
    """Others are looked at from 504 days after receipt, 2023-05-20: P3 sold, P4 kept; P6 and P7 are too young."""
    kept = found.kept_after_loan

    assert (kept.of_them.numerator, kept.of_them.denominator) == (1, 2)
    assert (kept.of_others.numerator, kept.of_others.denominator) == (1, 2)
    assert kept.interval == kept.interval_of_others
    assert kept.interval is not None
    assert [round(end, 4) for end in kept.interval] == [0.0126, 0.9874]


def test_who_saved_a_year_before_her_due_day_is_told_apart(found: SavingsAndRelay) -> None:
    on_time = found.on_time

    assert (on_time.of_them.numerator, on_time.of_them.denominator) == (1, 2)
    assert (on_time.of_others.numerator, on_time.of_others.denominator) == (1, 2)
