"""A village drawn by hand: what managers and auditors are told of it is worked out in their tests.

On 2023-01-01; goats are due after 24 months (grace 90 days), pigs after 12 (90), seed capital after 12 (60):

    G1 ── P1 ── P2              P1 passed on in time; P2 is due on 2023-03-01
    G1 ── P3 ─┬─ P4 †           P3 passed on one in time and two more late; P4's only goat died
              └─ P5             P5 is due on 2024-05-01
    G1 ── P6 †                  both goats died
    G1 ── P7 †                  both goats were sold
    G1 ── P8 ── P9              P8 passed on one of two and is broken since 2022-05-31; P9's time was extended to 2024
    G1 ── P13                   excused
    G2 ── P10                   pigs, late since 2022-11-01
    G3 ── P11 ── P12            100 rupees; P11 passed on 40 and was excused; P12 is broken since 2022-04-03

W1 to W6 live in ward L2, W7 to W12 in ward L3, both in district L1; nothing is known of W13. W1, W2 and W3 are of one
group.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from relay import seeds
from relay.arrays import lineage
from relay.arrays.from_register import of_register
from relay.exchange.exchange_format import read_folder_or_workbook
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.relays import replayed

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.arrays.tables import Snapshot
    from relay.domain.acts import Act

DAY = date(2023, 1, 1)

VILLAGE: tuple[Act, ...] = (
    say.programme(goal_generations=1),
    say.rule("goat", sex="F"),
    say.rule("pig", months=12),
    say.rule("seed_capital", unit="rupee", given=100, owed=None, owed_per_given=1, months=12, grace_days=60),
    say.place("L1", kind="district"),
    say.place("L2", kind="ward", parent_id="L1"),
    say.place("L3", kind="ward", parent_id="L1"),
    say.group("V1", place_id="L2"),
    say.gift("G1"),
    say.gift("G2", "pig", donor="Rotary", given_on="2021-10-01"),
    say.gift("G3", "seed_capital", donor="Rotary"),
    *(say.woman(f"W{number}", sex="F", place_id="L2", group_id="V1") for number in (1, 2, 3)),
    *(say.woman(f"W{number}", sex="F", place_id="L2") for number in (4, 5, 6)),
    *(say.woman(f"W{number}", sex="F", place_id="L3") for number in range(7, 13)),
    say.woman("W13"),
    *(say.placed(f"P{number} on 2020-03-01") for number in (1, 3, 6, 7, 8, 13)),
    say.placed("P10 on 2021-11-01", gift_id="G2", help="pig"),
    say.placed("P11 on 2020-03-01", gift_id="G3", help="seed_capital", animals=100),
    say.passed("T1: P1 > P2 on 2021-03-01"),
    say.passed("T2: P3 > P4 on 2021-03-01", animals=1),
    say.passed("T3: P3 > P5 on 2022-05-01"),
    say.passed("T4: P8 > P9 on 2021-03-01", animals=1),
    say.passed("T5: P11 > P12 on 2021-02-01", animals=40),
    say.happened("E1: death of P4 on 2021-06-01"),
    say.happened("E2: death of P6 on 2020-08-01", animals=2),
    say.happened("E3: sale of P7 on 2020-08-01", animals=2),
    say.happened("E4: excused of P11 on 2021-03-05"),
    say.happened("E5: excused of P13 on 2022-03-10"),
    say.happened("E6: extended of P9 on 2022-12-01", until_on="2024-01-01"),
)


def village(*more: Act, as_of: date = DAY) -> Survey:
    """The village, and what else happened, on a day."""
    return lineage.survey(of_register(replayed((*VILLAGE, *more))), as_of)


@cache
def seeded(programme_id: str) -> Snapshot:
    """One of the seeds' programmes, as its files say."""
    rows = read_folder_or_workbook(Path(seeds.__file__).parent / programme_id, CORE)
    return of_register(replayed((row.act for row in rows if row.act), programme_id))
