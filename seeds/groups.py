"""Women's groups of the villages: relay-villages-groups, beside what villages.py wrote.

Twelve groups over three years: the ten of the villages and two that grew out of them. Who was absent, late or moved
away follows from her place in the list, so that the same comes out each time.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Final

from relay.seeds.files import Cell, table
from relay.seeds.people import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FOLDER: Final = "relay-villages-groups"
MEETINGS: Final = 36
MEMBERS: Final = 15
FIRST_ON: Final = dt.date(2023, 11, 1)
ELECTIONS: Final = (0, 18)
OFFICES: Final = ("chair", "treasurer", "secretary")
GREW: Final = (  # group, name, ward, out of which group
    ("W11", "Siru Women's Group", "PAL-TAN-5", "W01"),
    ("W12", "भोर्ला महिला समूह", "ROL-ROL-1", "W08"),
)
VACANT: Final = ("W06", 18)  # at this election nobody was made treasurer; the next was chosen a year later
MOVED: Final = (("W03", 10, 20), ("W08", 7, 11))  # group, seat, the last meeting before she moved
BUCK: Final = "Moti"  # of W01; kept a year each by W01, W02 and W03
CUSTODIES: Final = (
    ("W01-K1", "W01", FIRST_ON, dt.date(2024, 10, 31), "rotation"),
    ("W01-K2", "W02", dt.date(2024, 11, 1), dt.date(2025, 10, 31), "rotation"),
    ("W01-K3", "W03", dt.date(2025, 11, 13), "", ""),
)


def day_of(meeting: int) -> dt.date:
    """The 20th of a month, from November 2023: each lies in a month of Bikram Sambat of its own."""
    year, month = divmod(10 + meeting, 12)
    return dt.date(2023 + year, month + 1, 20)


def members(villages: Path, group: str) -> list[str]:
    """The women of a group, in the order of their seats."""
    out_of = {new: old for new, _, _, old in GREW}
    with (villages / "beneficiaries.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group_id"] == out_of.get(group, group)]
    women = [row["beneficiary_id"] for row in rows if row["kind"] == "person"]
    return women[MEMBERS:] if group in out_of else women[:MEMBERS]


def officers(group: str, women: Sequence[str], offices: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    """Who was elected to each office, twice in the three years."""
    for term, elected_at in enumerate(ELECTIONS, 1):
        for seat, office in enumerate(offices):
            meeting = elected_at
            if (group, elected_at, office) == (*VACANT, "treasurer"):
                meeting += 12
            until = day_of(ELECTIONS[1]) - dt.timedelta(days=1) if term == 1 else ""
            yield (
                f"{group}-O{term}{seat + 1}", group, women[seat + len(offices) * (term - 1)], office,
                FIRST_ON if term == 1 else day_of(meeting), until, f"{group}-M{meeting + 1:02}",
            )  # fmt: skip


def write(villages: Path, folder: Path) -> None:
    """Write the groups of the villages that lie in a folder; nothing else is left there."""
    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "groups.csv",
        ("group_id", "name", "kind", "place_id"),
        ((id_, name, "womens_group", place) for id_, name, place, _ in GREW),
    )
    memberships: list[tuple[Cell, ...]] = []
    offices: list[tuple[Cell, ...]] = []
    meetings: list[tuple[Cell, ...]] = []
    for nth, group in enumerate([*(id_ for id_, *_ in GROUPS), *(id_ for id_, *_ in GREW)]):
        women = members(villages, group)
        left = {seat: meeting for id_, seat, meeting in MOVED if id_ == group}
        for seat, woman in enumerate(women):
            until = day_of(left[seat]) + dt.timedelta(days=5) if seat in left else ""
            memberships.append(
                (f"{group}-B{seat + 1:02}", group, woman, FIRST_ON, until, "moved" if until else "", seat + 1)
            )
        offices += officers(group, women, OFFICES)
        for meeting in range(MEETINGS):
            roster: dict[str, list[str]] = {"present": [], "late": [], "excused": []}
            for seat, woman in enumerate(women):
                if meeting <= left.get(seat, MEETINGS) and (how := _how(nth, seat, meeting)):
                    roster[how].append(woman)
            kind = "election" if meeting in ELECTIONS else "regular"
            meetings.append((f"{group}-M{meeting + 1:02}", group, kind, day_of(meeting), *roster.values()))
    table(
        folder / "memberships.csv",
        ("membership_id", "group_id", "beneficiary_id", "from_on", "until_on", "reason", "member_no"),
        memberships,
    )
    table(
        folder / "offices.csv",
        ("office_id", "group_id", "beneficiary_id", "office", "from_on", "until_on", "meeting_id"),
        offices,
    )
    table(
        folder / "meetings.csv",
        ("meeting_id", "group_id", "kind", "held_on", "present", "late", "excused"),
        meetings,
    )
    table(
        folder / "custodies.csv",
        ("custody_id", "animal", "help", "owner_group_id", "keeper_group_id", "from_on", "until_on", "reason"),
        ((id_, BUCK, "buck", "W01", keeper, since, until, why) for id_, keeper, since, until, why in CUSTODIES),
    )


def _how(nth: int, seat: int, meeting: int) -> str | None:
    """How a woman came to a meeting: every seventh seat or so is empty; None for one who was absent."""
    if (seat * 3 + meeting * 5 + nth) % 7 == 0:
        return "excused" if (seat + meeting) % 3 == 0 else None
    return "late" if (seat * 5 + meeting * 3 + nth) % 17 == 0 else "present"
