"""What women of the demonstration aim at: relay-villages-goals, beside what grow.py wrote.

Sixty goals, set from 2024 to 2026, each with its steps and with visits half a year apart. Most build on a placement
of 2023 that villages.py tells. Incomes are invented round sums a month.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Final

from relay.seeds.files import Cell, table
from relay.seeds.learning import ERASED

FOLDER: Final = "relay-villages-goals"
DAY: Final = dt.date(2026, 11, 25)
MANY: Final = 60
KINDS: Final = (
    ("farming", "goats"), ("farming", "vegetables"), ("farming", "pigs"), ("business", "tea_shop"),
    ("business", "tailoring"), ("employment", "cook"),
)  # fmt: skip
STATUSES: Final = ("preparing", "running", "running", "paused", "running", "stopped", "running", "not_found")
NEVER_VISITED: Final = 7
TO_THE_RUPEE: Final = 12
WITHOUT_BASELINE: Final = 21
ALIKE: Final = (30, 36)  # the same income and expenses of two women, at the first visit


def _holders(demo: Path) -> list[str]:
    """Women who received from a gift before 2024, each once, by placement."""
    with (demo / "beneficiaries.csv").open(encoding="utf-8", newline="") as file:
        women = {row["beneficiary_id"] for row in csv.DictReader(file) if row["kind"] == "person"} - {ERASED}
    with (demo / "placements.csv").open(encoding="utf-8", newline="") as file:
        received = [row["beneficiary_id"] for row in csv.DictReader(file) if row["received_on"] < "2024"]
    return [id_ for id_ in dict.fromkeys(received) if id_ in women]


def write(demo: Path, folder: Path) -> None:
    """Write the goals of the demonstration that lies in a folder; nothing else is left there."""
    goals: list[tuple[Cell, ...]] = []
    steps: list[tuple[Cell, ...]] = []
    visits: list[tuple[Cell, ...]] = []
    holders = _holders(demo)
    for nth in range(1, MANY + 1):
        goal, woman = f"O{nth:02}", holders[nth * 3]
        kind, activity = KINDS[nth % len(KINDS)]
        set_on = dt.date(2024, 1, 15) + dt.timedelta(days=nth * 13)
        baseline, target = 2000 + nth % 5 * 500, 6000 + nth % 7 * 500
        builds = f"P{nth:02}" if kind == "farming" or nth % 2 == 0 else ""
        goals.append(
            (goal, woman, kind, activity, set_on, set_on + dt.timedelta(days=730),
             "" if nth == WITHOUT_BASELINE else baseline, target, builds)
        )  # fmt: skip
        for count, (step, days) in enumerate((("training", 60), ("capital", 120), ("started", 200)), 1):
            planned = set_on + dt.timedelta(days=days)
            done = planned + dt.timedelta(days=(nth * count) % 9)
            steps.append((f"{goal}-{count}", goal, step, planned, done if done <= DAY and (nth + count) % 4 else ""))
        if nth == NEVER_VISITED:
            continue
        for count in range(1, 5):
            on = set_on + dt.timedelta(days=183 * count + nth % 20)
            if on > DAY:
                break
            status = STATUSES[(nth + count // 3) % len(STATUSES)]
            income: Cell = ""
            expenses: Cell = ""
            months: Cell = ""
            if status == "running":
                expenses, months = 400 * count + nth % 11 * 37, 6
                income = (baseline + 250 * count + nth % 9 * 110) * 6 + expenses
                if nth == TO_THE_RUPEE and count == 1:
                    income = target * 6 + expenses
                elif nth in ALIKE and count == 1:
                    income, expenses = 33000, 3000
            jobs = 1 + nth % 3 if status == "running" else ""
            reason = "moved" if status == "not_found" else ""
            visits.append((f"{goal}-V{count}", goal, on, status, income, expenses, months, jobs, reason))
            if status == "stopped":
                break
    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "goals.csv",
        ("goal_id", "beneficiary_id", "kind", "activity", "set_on", "target_on", "baseline_income", "target_income",
         "placement_id"),
        goals,
    )  # fmt: skip
    table(folder / "goal_steps.csv", ("goal_step_id", "goal_id", "step", "planned_on", "done_on"), steps)
    table(
        folder / "goal_visits.csv",
        ("goal_visit_id", "goal_id", "visited_on", "status", "income", "expenses", "months_covered", "jobs", "reason"),
        visits,
    )
