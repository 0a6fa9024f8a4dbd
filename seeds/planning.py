"""Who asks for help in the demonstration, and who is planned: relay-demo-planning, beside what grow.py wrote.

Twelve requests are of women who received since June: what they asked for, and how they were chosen, is invented to fit.
Twenty-eight are of women who are new: they wait in nine wards, and twelve of them are planned. Women who lead their
household come first by the public order, and all who did were served, so that nobody was served out of order but one.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.seeds.files import Cell, table
from relay.seeds.people import FAMILY_NAMES, GIVEN_NAMES, GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = "relay-demo-planning"
DAY: Final = dt.date(2026, 11, 25)
TELEPHONES: Final = 9790009000  # above all that grow.py counts

# Pass-ons that a plan named beforehand: pass, days from asking to the pass-on, days from the plan to it.
FORESEEN: Final = (
    ("T1139", 160, 40), ("T1146", 120, 31), ("T1147", 210, 60), ("T1154", 95, 20), ("T1156", 140, 45),
    ("T1159", 300, 33), ("T1164", 180, 52), ("T1169", 110, 28), ("T1181", 150, 61), ("T1186", 150, 58),
)  # fmt: skip
# T1173 was planned from another placement, P1259; T1182 by nobody.
OVERTAKEN: Final = ("T1173", 200, 30, "P1259")
UNPLANNED: Final = ("T1182", 90)

# Who waits: group, days before DAY on which she asked, what she has ready, criteria.
WAITING: Final = (
    ("W05", 320, "training;shed", "child_under_5;disability"), ("W05", 300, "training;shed", "disability"),
    ("W05", 250, "training;shed", ""), ("W05", 200, "training;shed", "child_under_5"), ("W05", 40, "training", ""),
    ("W07", 280, "training;shed", "disability"), ("W07", 275, "training;shed", ""), ("W07", 190, "training;shed", ""),
    ("W07", 100, "training;shed", "child_under_5"), ("W07", 30, "", ""),
    ("W02", 310, "training;shed", ""), ("W02", 220, "training;shed", "disability"), ("W02", 150, "training;shed", ""),
    ("W02", 120, "shed", ""), ("W02", 60, "training;shed", "disability"),
    ("W03", 260, "training;shed", ""), ("W03", 130, "training;shed", "child_under_5"),
    ("W01", 240, "training;shed", "child_under_5"), ("W01", 45, "", ""),
    ("W10", 290, "training;shed", ""), ("W10", 210, "training;shed", ""), ("W10", 80, "training;shed", ""),
    ("W09", 270, "training;shed", "disability"), ("W09", 160, "training;shed", ""),
    ("W04", 230, "training;shed", ""),
    ("W08", 820, "training;shed", ""), ("W08", 500, "training", ""), ("W06", 340, "training;shed", ""),
)  # fmt: skip
# Plans of them: which of the above, from which placement, days before DAY on which she was chosen, expected in days.
PLANNED: Final = (
    (0, "P0864", 35, 30), (1, "P0977", 35, 34), (3, "P0987", 20, 50), (4, "P0989", 20, 50),
    (5, "P1098", 50, 14), (6, "P1100", 50, 14), (8, "P0975", 48, 14),
    (11, "P0837", 30, 7), (14, "P0968", 21, 23),
    (15, "P0969", 60, 24),
    (19, "P1035", 240, -110), (22, "P0935", 120, -40),
)  # fmt: skip
# Two plans that were ended, and one whose woman said that she wants it no more.
ENDED: Final = ((23, "P0944", 90, 30, "died"), (20, "P0940", 100, 45, "moved"))
NO_MORE: Final = 24
# Checks that somebody still waits: which, days before DAY, what she has ready by then.
ASKED_AGAIN: Final = ((10, 15, "training;shed"), (13, 12, "training;shed"), (26, 400, "training"), (27, 20, ""))
CEREMONIES: Final = (
    ("W10-2025-12-10", dt.date(2025, 12, 10), "W10", "Hand-over day in Dipayal Silgadhi"),
    ("W07-2026-12-09", dt.date(2026, 12, 9), "W07", "Hand-over day in Ratnanagar"),
)


def _ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def _passes(folder: Path) -> Mapping[str, Mapping[str, str]]:
    with (folder / "passes.csv").open(encoding="utf-8", newline="") as file:
        return {row["pass_id"]: row for row in csv.DictReader(file)}


def write(demo: Path, folder: Path) -> None:
    """Write what is asked for and planned in the demonstration that lies in a folder; nothing else is left there."""
    passes, place_of = _passes(demo), {group: place for group, _, _, place in GROUPS}
    women = [f"B{3001 + nth}" for nth in range(len(WAITING))]
    requests: list[tuple[Cell, ...]] = []
    plans: list[tuple[Cell, ...]] = []

    def asks(woman: str, on: dt.date, ready: str, criteria: str, group: str = "") -> None:
        requests.append((f"R{len(requests) + 1:03}", woman, "goat", on, group, criteria, ready))

    def plans_for(woman: str, giver: str, on: dt.date, expected: dt.date, ceremony: str = "") -> None:
        plans.append((f"N{len(plans) + 1:03}", woman, "goat", on, giver, expected, 2, ceremony))

    for pass_id, asked, chosen in FORESEEN:
        row, day = passes[pass_id], dt.date.fromisoformat(passes[pass_id]["passed_on"])
        asks(row["beneficiary_id"], day - dt.timedelta(days=asked), "training;shed", "woman_led")
        plans_for(row["beneficiary_id"], row["giver_placement_id"], day - dt.timedelta(days=chosen), day)
    pass_id, asked, chosen, other = OVERTAKEN
    row, day = passes[pass_id], dt.date.fromisoformat(passes[pass_id]["passed_on"])
    asks(row["beneficiary_id"], day - dt.timedelta(days=asked), "training;shed", "woman_led")
    plans_for(row["beneficiary_id"], other, day - dt.timedelta(days=chosen), day)
    pass_id, asked = UNPLANNED
    row, day = passes[pass_id], dt.date.fromisoformat(passes[pass_id]["passed_on"])
    asks(row["beneficiary_id"], day - dt.timedelta(days=asked), "training;shed", "")
    first = len(requests)
    for nth, (group, days, ready, criteria) in enumerate(WAITING):
        asks(women[nth], _ago(days), ready, criteria, group)
    for nth, giver, days, expected in PLANNED:
        day = DAY + dt.timedelta(days=expected)
        plans_for(women[nth], giver, _ago(days), day, CEREMONIES[1][0] if day == CEREMONIES[1][1] else "")
    ends: list[tuple[Cell, ...]] = []
    for nth, giver, days, until, reason in ENDED:
        plans_for(women[nth], giver, _ago(days), DAY)
        ends.append((f"XP{len(ends) + 1}", f"plan:{plans[-1][0]}", _ago(until), reason))
    checks = [
        (f"RC{count}", requests[first + nth][0], _ago(days), "yes", ready)
        for count, (nth, days, ready) in enumerate(ASKED_AGAIN, 1)
    ]
    checks.append((f"RC{len(checks) + 1}", requests[first + NO_MORE][0], _ago(10), "no", ""))

    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "beneficiaries.csv",
        ("beneficiary_id", "name", "kind", "sex", "birth_year", "household_id", "phone", "place_id", "group_id",
         "consent_on"),
        (
            (woman, _name(nth), "person", "F", 1975 + nth * 7 % 28, f"H{3001 + nth}",
             "" if nth % 5 in (3, 4) else TELEPHONES + nth, place_of[group], group, _ago(days))
            for nth, (woman, (group, days, _, _)) in enumerate(zip(women, WAITING, strict=True))
        ),
    )  # fmt: skip
    table(
        folder / "ceremonies.csv",
        ("ceremony_id", "held_on", "place_id", "group_id", "name"),
        ((id_, day, place_of[group], group, name) for id_, day, group, name in CEREMONIES),
    )
    table(
        folder / "requests.csv",
        ("request_id", "beneficiary_id", "help", "asked_on", "group_id", "criteria", "ready"),
        requests,
    )
    table(folder / "request_checks.csv", ("request_check_id", "request_id", "checked_on", "wants", "ready"), checks)
    table(
        folder / "plans.csv",
        ("plan_id", "beneficiary_id", "help", "chosen_on", "giver_placement_id", "expected_on", "animals",
         "ceremony_id"),
        plans,
    )  # fmt: skip
    table(folder / "ends.csv", ("end_id", "act_id", "until_on", "reason"), ends)


def _name(nth: int) -> str:
    """A name that nobody else has who waits; every second one in Devanagari."""
    given, family = GIVEN_NAMES[nth % len(GIVEN_NAMES)], FAMILY_NAMES[(nth * 11 + 4) % len(FAMILY_NAMES)]
    return f"{given[nth % 2]} {family[nth % 2]}"
