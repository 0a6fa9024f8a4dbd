"""A savings group as a folder to import: whoever keeps a box in a spreadsheet has these files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Rows = "Sequence[Mapping[str, object]]"


def write_folder(folder: Path, women: int, rule: str, **files: Sequence[Mapping[str, object]]) -> Path:
    """A folder with group G, its women W1 and so on as members since 2023-01-01, and cycle C since then."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"""[programme]
id = "demo"
name = "Savings"
timezone = "Asia/Kathmandu"
systems = ["groups", "savings"]

[[savings_rule]]
kind = "savings_group"
from = "2023-01-01"
meeting_every = "month"
{rule}
"""
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    ids = [f"W{number}" for number in range(1, women + 1)]
    files = {
        "groups": [{"group_id": "G", "name": "Group", "kind": "savings_group"}],
        "beneficiaries": [
            {"beneficiary_id": id_, "name": f"Maya {'abcdefghijklmnopqrst'[nth]}"} for nth, id_ in enumerate(ids)
        ],
        "memberships": [
            {"membership_id": f"B{id_}", "group_id": "G", "beneficiary_id": id_, "from_on": "2023-01-01"} for id_ in ids
        ],
        "cycles": [{"cycle_id": "C", "group_id": "G", "from_on": "2023-01-01"}],
        **files,
    }
    for name, rows in files.items():
        header = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def meeting(number: int, day: str, **said: object) -> dict[str, object]:
    return {"meeting_id": f"M{number}", "group_id": "G", "kind": "savings", "held_on": day, **said}


def line(number: int, woman: str, **said: object) -> dict[str, object]:
    return {"line_id": f"A{number}{woman}", "meeting_id": f"M{number}", "beneficiary_id": woman, **said}


def loan(id_: str, number: int, woman: str, principal: float, months: int) -> dict[str, object]:
    known = {"loan_id": id_, "cycle_id": "C", "meeting_id": f"M{number}", "beneficiary_id": woman}
    return {**known, "principal": principal, "months": months}
