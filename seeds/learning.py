"""Classes, and sites for advice, of the demonstration: relay-villages-learning, beside what grow.py wrote.

Fourteen classes of women of ten groups, 2024 to 2026: eight in the care of goats, four in letters, one for those who
have learned them, one on rights. Who was absent, left or came back follows from her place in the list, so that the same
comes out each time. The numbers of the sites are left out: they are secret, and no seed holds them.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.seeds.files import Cell, table
from relay.seeds.people import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER: Final = "relay-villages-learning"
# What is taught: group, kind, topic, first day, days between sessions, sessions, minutes, women, tested.
COURSES: Final = (
    ("W01", "training", "goat_care", dt.date(2024, 11, 18), 1, 5, 120, 14, "no"),
    ("W02", "training", "goat_care", dt.date(2025, 1, 13), 1, 5, 120, 12, "no"),
    ("W03", "training", "goat_care", dt.date(2025, 2, 10), 1, 5, 120, 13, "no"),
    ("W04", "training", "goat_care", dt.date(2025, 3, 10), 1, 5, 120, 11, "yes"),
    ("W05", "training", "goat_care", dt.date(2025, 11, 17), 1, 5, 120, 14, "no"),
    ("W07", "training", "goat_care", dt.date(2025, 12, 15), 1, 5, 120, 12, "no"),
    ("W09", "training", "goat_care", dt.date(2026, 1, 12), 1, 5, 120, 15, "no"),
    ("W10", "training", "goat_care", dt.date(2026, 2, 9), 1, 5, 120, 16, "no"),
    ("W01", "literacy", "letters", dt.date(2025, 4, 14), 7, 24, 120, 20, "yes"),
    ("W05", "literacy", "letters", dt.date(2025, 4, 15), 7, 24, 120, 18, "yes"),
    ("W08", "literacy", "letters", dt.date(2025, 4, 16), 7, 24, 120, 22, "yes"),
    ("W10", "literacy", "letters", dt.date(2026, 6, 11), 7, 24, 120, 20, "yes"),
    ("W01", "post_literacy", "letters", dt.date(2026, 4, 13), 7, 12, 90, 12, "no"),
    ("W06", "awareness", "rights", dt.date(2026, 8, 19), 7, 10, 90, 12, "no"),
)
NAMES: Final = {"goat_care": "Care of goats", "letters": "Letters", "rights": "Rights and services"}
NEVER_CAME: Final = "C02"  # the last woman on its list
NOBODY_ABSENT: Final = "C14"  # ten sessions with everybody
CLAIMED: Final = "C09"  # somebody declares a woman who hardly came
UNTESTED: Final = "C10"  # a woman completed it, and was not tested
SITES: Final = (
    ("S1", "Advice at the municipality of Tansen", "PAL-TAN", dt.date(2025, 1, 1)),
    ("S2", "Advice at the market of Ratnanagar", "CHI-RAT", dt.date(2025, 7, 1)),
)
MISSING: Final = ("S2", dt.date(2026, 5, 1))
ERASED: Final = "B1071"


def people(demo: Path, group: str) -> list[str]:
    """The women of a group of the demonstration who were registered before 2024, by id."""
    with (demo / "beneficiaries.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group_id"] == group and row["kind"] == "person"]
    before = [row["beneficiary_id"] for row in rows if row["consent_on"] < "2024" and row["sex"] == "F"]
    return [id_ for id_ in before if id_ != ERASED]


def _is_absent(course: str, woman: int, session: int) -> bool:
    """Every seventh seat or so is empty; who sits last in a long course comes half of the time."""
    return course != NOBODY_ABSENT and ((woman * 3 + session * 5) % 13 == 0 or (woman == 1 and session % 2 == 1))


def write(demo: Path, folder: Path) -> None:
    """Write what is learned in the demonstration that lies in a folder; nothing else is left there."""
    place_of = {group: place for group, _, _, place in GROUPS}
    courses: list[tuple[Cell, ...]] = []
    enrolments: list[tuple[Cell, ...]] = []
    meetings: list[tuple[Cell, ...]] = []
    for nth, (group, kind, topic, first, every, sessions, minutes, many, tested) in enumerate(COURSES, 1):
        course, last = f"C{nth:02}", first + dt.timedelta(days=every * (sessions - 1))
        over = last <= dt.date(2026, 11, 25)
        courses.append(
            (course, NAMES[topic], kind, group, place_of[group], first, last, sessions, minutes, "", tested, topic)
        )
        women = people(demo, group)[nth % 3 :][:many]
        here = [[not _is_absent(course, seat, session) for session in range(sessions)] for seat in range(many)]
        if course == NEVER_CAME:
            here[-1] = [False] * sessions
        left_after = sessions // 2 if kind == "literacy" else 0  # the third woman leaves half-way
        for seat, woman in enumerate(women):
            leaves = left_after and seat == 2  # noqa: PLR2004 - the third
            came = sum(here[seat])
            done = over and not leaves and (came >= 0.8 * sessions or (course == CLAIMED and seat == 1))
            result = (
                ("not_tested" if course == UNTESTED and seat == 0 else "passed") if done and tested == "yes" else ""
            )
            left_on = first + dt.timedelta(days=every * left_after - 1) if leaves else ""
            enrolments.append(
                (f"{course}-{seat + 1:02}", course, woman, first, left_on, "moved" if leaves else "",
                 last if done else "", result)
            )  # fmt: skip
        for session in range(sessions):
            day = first + dt.timedelta(days=every * session)
            if day <= dt.date(2026, 11, 25):
                there = [
                    woman
                    for seat, woman in enumerate(women)
                    if here[seat][session] and not (left_after and seat == 2 and session >= left_after)  # noqa: PLR2004
                ]
                meetings.append((f"{course}-T{session + 1:02}", course, "session", day, minutes, ";".join(there)))
    folder.mkdir(parents=True, exist_ok=True)
    table(
        folder / "courses.csv",
        ("course_id", "name", "kind", "group_id", "place_id", "from_on", "until_on", "sessions", "minutes",
         "min_attendance", "tested", "topic"),
        courses,
    )  # fmt: skip
    table(
        folder / "enrolments.csv",
        ("enrolment_id", "course_id", "beneficiary_id", "enrolled_on", "left_on", "reason", "completed_on", "result"),
        enrolments,
    )
    table(folder / "meetings.csv", ("meeting_id", "course_id", "kind", "held_on", "minutes", "present"), meetings)
    table(
        folder / "sites.csv",
        ("site_id", "name", "place_id", "kind", "opened_on"),
        ((site, name, place, "advice", on) for site, name, place, on in SITES),
    )
    table(folder / "site_counts.csv", ("site_count_id", "site_id", "month"), _months())


def _months() -> Sequence[tuple[Cell, ...]]:
    """The months up to October 2026 in which each site counted."""
    found: list[tuple[Cell, ...]] = []
    for site, _, _, opened_on in SITES:
        day = opened_on
        while day < dt.date(2026, 11, 1):
            if (site, day) != MISSING:
                found.append((f"{site}-{day:%Y-%m}", site, f"{day:%Y-%m}"))
            day = (day + dt.timedelta(days=31)).replace(day=1)
    return found
