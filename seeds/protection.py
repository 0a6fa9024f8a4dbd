"""Whom to turn to in the demonstration, and what was released: relay-villages-protection.

Services are invented, their numbers too; the helplines of Nepal are not (1145, 1098, 100). Committees know nobody. The
monthly counts are left out: they are secret, and no seed holds them; what was released of them is here.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Final

from relay.seeds.files import table

FOLDER: Final = "relay-villages-protection"
SERVICES: Final = (
    ("V01", "Helpline for women", "women_helpline", "NP-05", "1145", "day and night", "Nepali", dt.date(2026, 9, 1)),
    ("V02", "Helpline for children", "child_helpline", "NP-05", "1098", "day and night", "Nepali", dt.date(2026, 9, 1)),
    ("V03", "Police of Tansen", "police", "PAL-TAN", "100", "day and night", "Nepali", dt.date(2026, 8, 12)),
    ("V04", "One-stop crisis centre, hospital of Palpa", "one_stop_crisis_centre", "PAL", "9790099001", "day and night",
     "Nepali and English", dt.date(2026, 8, 12)),
    ("V05", "Health post of Rampur", "health", "PAL-RAM", "9790099002", "10 to 16", "Nepali", dt.date(2026, 8, 20)),
    ("V06", "Legal aid of the district court", "legal_aid", "PAL", "9790099003", "Sunday to Thursday",
     "Nepali and English", dt.date(2026, 7, 2)),
    ("V07", "Shelter in Chitwan", "shelter", "CHI", "9790099004", "day and night", "Nepali", dt.date(2026, 10, 5)),
    ("V08", "Ward office of Ratnanagar-2", "ward_office", "CHI-RAT-2", "9790099005", "10 to 17", "Nepali",
     dt.date(2026, 10, 5)),
    ("V09", "Health post of Dipayal", "health", "DOT-DIP", "9790099006", "10 to 16", "Nepali", dt.date(2025, 12, 1)),
)  # fmt: skip
UNCHECKED: Final = "V09"
COMMITTEES: Final = (("PC1", "PAL-TAN-5"), ("PC2", "PAL-TAN-9"), ("PC3", "PAL-RAM-4"), ("PC4", "PAL-RAM"))
MONTHS: Final = ("2083-01 BS", "2083-02 BS", "2083-03 BS")
PLACES: Final = ("CHI", "PAL-RAM", "PAL-TAN")
HIDDEN: Final = "·"
RELEASES: Final = (
    ("Z1", MONTHS[0], MONTHS[2], "municipality", "month", {
        "columns": MONTHS,
        "places": {"CHI": [70, 30, HIDDEN, 100], "PAL-RAM": [35, 10, 30, 75], "PAL-TAN": [30, 15, 50, 95]},
        "total": [135, 55, 80, 270],
    }),
    ("Z2", "2082-10 BS", "2082-12 BS", "district", "quarter", {
        "columns": ["2082-10 BS to 2082-12 BS"], "places": {"CHI": [80], "PAL": [160]}, "total": [240],
    }),
)  # fmt: skip


def write(folder: Path) -> None:
    """Write the directory, the committees, which months were counted and what was released; nothing else is left."""
    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "groups.csv",
        ("group_id", "name", "kind", "place_id"),
        ((id_, f"Protection committee {id_}", "protection_committee", place) for id_, place in COMMITTEES),
    )
    table(
        folder / "services.csv",
        ("service_id", "name", "kind", "place_id", "phone", "hours", "languages", "checked_on"),
        SERVICES,
    )
    counted = ("2082-10 BS", "2082-11 BS", "2082-12 BS", *MONTHS)
    table(
        folder / "committee_counts.csv",
        ("committee_count_id", "place_id", "month", "measure"),
        (
            (f"{place}-{month.removesuffix(' BS')}", place, month, "people_informed")
            for place in PLACES
            for month in counted
        ),
    )
    table(
        folder / "releases.csv",
        ("release_id", "measure", "from_month", "until_month", "level", "span", "k", "entries", "table"),
        (
            (id_, "people_informed", first, last, level, span, 5, 1000, json.dumps(said, ensure_ascii=False))
            for id_, first, last, level, span, said in RELEASES
        ),
    )
