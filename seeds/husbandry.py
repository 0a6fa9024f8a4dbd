"""What became of the villages' goats: relay-villages-husbandry, of what villages.py wrote.

Of the placements that passes of 2024 and later began every third was served, was found pregnant three months later, and
bore five months after it was served. Mothers whose young went on were weaned sixty days before; all are vaccinated.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Final

from relay.seeds.files import Cell, table

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "relay-villages-husbandry"
DAY: Final = dt.date(2026, 11, 25)
SERVED_DAYS: Final = 380  # after the receipt; our choice
FOUND_DAYS: Final = 91  # three months
GESTATION_DAYS: Final = 150  # Rolpa, 482 does
WEANED_BEFORE_DAYS: Final = 60
VACCINATED: Final = (60, 425)  # days after the receipt: against PPR, once a year
NOBODY_SAID: Final = 6  # the placement of which nobody recorded what came


def write(villages: Path, folder: Path) -> None:
    """Write the husbandry of the villages that lie in a folder; nothing else is left there."""
    with (villages / "passes.csv").open(encoding="utf-8", newline="") as file:
        passes = [*csv.DictReader(file)]
    breedings: list[tuple[Cell, ...]] = []
    births: list[tuple[Cell, ...]] = []
    treatments: list[tuple[Cell, ...]] = []
    weanings: list[tuple[Cell, ...]] = []
    for nth, row in enumerate(passes, 1):
        placement, received_on = row["receiver_placement_id"], dt.date.fromisoformat(row["passed_on"])
        weanings.append((f"W{nth:02}", row["giver_placement_id"], _later(received_on, -WEANED_BEFORE_DAYS), 2))
        for count, days in enumerate(VACCINATED, 1):
            on = _later(received_on, days)
            if on <= DAY and (nth + count) % 4:
                by = "technician" if nth % 2 else "village_worker"
                treatments.append((f"V{nth:02}-{count}", placement, "vaccination", on, "ppr", by, _later(on, 365)))
        served_on = _later(received_on, SERVED_DAYS)
        found_on = _later(served_on, FOUND_DAYS)
        if nth % 3 or found_on > DAY:
            continue
        breedings.append((f"K{nth:02}-1", placement, "mated", served_on, ""))
        breedings.append((f"K{nth:02}-2", placement, "pregnant", found_on, 3))
        born_on = _later(served_on, GESTATION_DAYS)
        if nth % 5 == 0:
            breedings.append((f"K{nth:02}-3", placement, "aborted", _later(found_on, 20), ""))
        elif nth != NOBODY_SAID and born_on <= DAY:
            births.append((f"H{nth:02}", placement, "birth", born_on, 2, 1, 1))
    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "events.csv",
        ("event_id", "placement_id", "kind", "happened_on", "animals", "females", "males"),
        births,
    )
    table(folder / "breedings.csv", ("breeding_id", "placement_id", "what", "happened_on", "months_along"), breedings)
    table(
        folder / "treatments.csv",
        ("treatment_id", "placement_id", "treatment", "happened_on", "against", "done_by", "next_on"),
        treatments,
    )
    table(folder / "weanings.csv", ("weaning_id", "placement_id", "happened_on", "weaned"), weanings)


def _later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)
