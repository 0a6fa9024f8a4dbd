"""The second demonstration, relay-villages: a small relay among the women of learning.py and goals.py, and its systems.

The women and groups are those of relay-demo. Forty received two goats from four gifts of 2023, on which their goals
build; ten received from a gift of 2025 whose rule requires that they had learned to care for goats. Most passed on to
women of their own group. Folders relay-villages-NAME are of the systems: whoever adds one writes it beside them.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.seeds import goals, learning
from relay.seeds.files import Cell, table

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = "relay-villages"
RULES: Final = """\
[programme]
id = "relay-villages"
name = "Groups and classes of Passing the Relay (made up)"
timezone = "Asia/Kathmandu"
systems = ["planning", "groups", "savings", "learning", "goals", "protection", "husbandry"]

[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 2
months = 30
grace_days = 90
earliest_days = 150
from = 2023-01-01
sex = "F"

[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 2
months = 18
grace_days = 90
earliest_days = 150
from = 2025-04-01
sex = "F"
requires = ["goat_care"]
requires_within_months = 36
"""
GIFTS: Final = tuple(dt.date(2023, month, 5) for month in (2, 4, 6, 8))
LEARNED_FIRST: Final = dt.date(2025, 4, 15)
"""The gift whose rule requires a class."""
# Who received from it: the group, which of its women, and whether she passed on: W06 and W08 had no class.
OF_THE_CLASSES: Final = (
    ("W01", 6, "yes"), ("W01", 9, "yes"), ("W02", 5, "yes"), ("W02", 8, "yes"), ("W03", 7, "yes"), ("W04", 6, "no"),
    ("W06", 14, "yes"), ("W06", 15, "no"), ("W08", 25, "yes"), ("W08", 26, "no"),
)  # fmt: skip
# Who waits for goats: the group, which of its women, and when she asked.
WAITING: Final = (
    ("W05", 3, dt.date(2026, 3, 2)), ("W05", 6, dt.date(2026, 4, 8)), ("W07", 2, dt.date(2026, 5, 4)),
    ("W09", 4, dt.date(2026, 5, 20)), ("W09", 7, dt.date(2026, 6, 1)), ("W10", 5, dt.date(2026, 6, 15)),
    ("W06", 16, dt.date(2026, 2, 9)), ("W08", 27, dt.date(2026, 7, 7)),
)  # fmt: skip
WITNESSES: Final = ("Sarita Deurali", "Kamala Harro", "Binod Chilaune", "Mina Timurbot", "Hari Titepati")

Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Villages:
    """The relay of the villages, as its rows come to be."""

    def __init__(self, demo: Path, learned: Path, aimed: Path) -> None:
        """Read who is known in the demonstration, and who learns and aims at something."""
        self.everybody = {row["beneficiary_id"]: row for row in _rows(demo / "beneficiaries.csv")}
        self.aims = [row for row in _rows(aimed / "goals.csv") if row["placement_id"]]
        self.used = {row["beneficiary_id"]: None for row in _rows(learned / "enrolments.csv")}
        self.used |= {row["beneficiary_id"]: None for row in _rows(aimed / "goals.csv")}
        care = {row["course_id"] for row in _rows(learned / "courses.csv") if row["topic"] == "goat_care"}
        completed = (row for row in _rows(learned / "enrolments.csv") if row["completed_on"])
        self.learned = {row["beneficiary_id"] for row in completed if row["course_id"] in care}
        self.demo = demo
        self.gifts: list[tuple[Cell, ...]] = []
        self.placements: list[tuple[Cell, ...]] = []
        self.passes: list[tuple[Cell, ...]] = []
        self.holds = {row["beneficiary_id"] for row in self.aims}
        self.holds |= {learning.people(demo, group)[seat] for group, seat, _ in OF_THE_CLASSES}

    def grow(self) -> None:
        """Give, pass on and ask."""
        many = len(self.aims) // len(GIFTS)
        for nth, given_on in enumerate(GIFTS):
            some = self.aims[nth * many : (nth + 1) * many if nth + 1 < len(GIFTS) else None]
            gift = self._gift(given_on, len(some))
            for count, row in enumerate(some):
                received_on = given_on + dt.timedelta(days=3 + count)
                self._place(row["placement_id"], gift, row["beneficiary_id"], received_on)
                if count % 5 != 2:  # noqa: PLR2004 - one of five passes nothing on
                    self._pass(row["placement_id"], row["beneficiary_id"], received_on, 520 + 7 * count)
        gift = self._gift(LEARNED_FIRST, len(OF_THE_CLASSES))
        for nth, (group, seat, passes) in enumerate(OF_THE_CLASSES, 1):
            woman, received_on = learning.people(self.demo, group)[seat], LEARNED_FIRST + dt.timedelta(days=2)
            self._place(f"L{nth:02}", gift, woman, received_on)
            if passes == "yes":
                self._pass(f"L{nth:02}", woman, received_on, 500 + 4 * nth)

    def _gift(self, given_on: dt.date, many: int) -> str:
        gift = f"G{len(self.gifts) + 1}"
        self.gifts.append((gift, "Odile Verdoyant", "goat", given_on, 2 * many))
        return gift

    def _place(self, placement: str, gift: str, woman: str, received_on: dt.date) -> None:
        self.used[woman] = None
        self.placements.append((placement, gift, woman, "goat", received_on, 2, 2))

    def _pass(self, giver: str, woman: str, received_on: dt.date, days: int) -> None:
        """She passes on to a woman of her group who holds nothing, and who learned first where one is left who did."""
        own = self.everybody[woman]
        near = [
            id_
            for id_ in learning.people(self.demo, own["group_id"])
            if id_ not in self.holds and self.everybody[id_]["household_id"] != own["household_id"]
        ]
        passed_on = received_on + dt.timedelta(days=days)
        receiver = next((id_ for id_ in near if id_ in self.learned), near[0])
        self.holds.add(receiver)
        self.used[receiver] = None
        nth = len(self.passes) + 1
        witness = WITNESSES[nth % len(WITNESSES)]
        self.passes.append((f"T{nth:02}", giver, f"R{nth:02}", receiver, passed_on, 2, 2, "young", witness))

    def requests(self) -> Iterator[tuple[Cell, ...]]:
        """Who waits."""
        for nth, (group, seat, asked_on) in enumerate(WAITING, 1):
            woman = [id_ for id_ in learning.people(self.demo, group) if id_ not in self.holds][seat % 8]
            self.used[woman] = None
            yield f"R{nth:02}", woman, "goat", asked_on, group


def write(demo: Path, folder: Path) -> None:
    """Write the villages of the demonstration that lies in a folder, after learning and goals; nothing else is left."""
    learned, aimed = (folder.parent / name for name in (learning.FOLDER, goals.FOLDER))
    villages = Villages(demo, learned, aimed)
    villages.grow()
    requests = list(villages.requests())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    for name in ("places", "groups"):
        (folder / f"{name}.csv").write_bytes((demo / f"{name}.csv").read_bytes())
    known = [row for id_, row in villages.everybody.items() if id_ in villages.used]
    table(folder / "beneficiaries.csv", tuple(known[0]), (tuple(row.values()) for row in known))
    table(folder / "gifts.csv", ("gift_id", "donor", "help", "given_on", "animals"), villages.gifts)
    table(
        folder / "placements.csv",
        ("placement_id", "gift_id", "beneficiary_id", "help", "received_on", "animals", "females"),
        villages.placements,
    )
    table(
        folder / "passes.csv",
        ("pass_id", "giver_placement_id", "receiver_placement_id", "beneficiary_id", "passed_on", "animals",
         "females", "condition", "witness"),
        sorted(villages.passes, key=lambda row: str(row[4])),
    )  # fmt: skip
    table(folder / "requests.csv", ("request_id", "beneficiary_id", "help", "asked_on", "group_id"), requests)
