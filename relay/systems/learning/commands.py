"""The commands of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import Session
from relay.commands.options import ID, as_of_option, command, complete_ids, format_option, pass_session
from relay.commands.recording import recorder, records
from relay.commands.showing import print_found, print_rows
from relay.systems.groups.commands import record_meeting, roster_of, roster_options

if TYPE_CHECKING:
    from collections.abc import Collection


course: Final = recorder(
    "course",
    does="Record a course: what it teaches, from when to when.",
    example="relay course --id C1 --name 'Goat care' --kind training --topic goat_care --from-on 2026-11-24",
)

enrol: Final = recorder(
    "enrolment",
    "enrol",
    does="Record that a woman takes part in a course; relay end ends it.",
    example="relay enrol --course C1 --beneficiary B2001 --on 2026-11-24",
    again="Record it as completed although no session is recorded yet.",
)


@records(
    "meeting",
    "session",
    example="relay session C1 --present all --except B3,B7 --minutes 120",
    but=("course_id", "group_id", "kind", "present", "late", "excused", "cycle_id"),
)
@click.argument("course_id", metavar="COURSE", type=ID, shell_complete=complete_ids("course"))
@roster_options(
    click.option("--present", metavar="IDS", required=True, help="Who was there, or all: everybody enrolled that day.")
)
@pass_session
def session_(session: Session, /, course_id: str, **given: str | None) -> None:
    """Record a session of a course, and who came."""
    from relay.systems.learning.questions import Learners

    day = session.day(given["held_on"] or "today", "--on")

    def enrolled() -> Collection[str]:
        rows = session.ask(Learners(id=f"course:{course_id}", as_of=day))
        return [each.beneficiary_id for each in rows if each.left_on is None or each.left_on >= day]

    lists = roster_of(given, enrolled, f"not enrolled in {course_id} on {day}")
    record_meeting(session, {**given, "course_id": course_id, "kind": "session"}, lists)


site: Final = recorder(
    "site",
    does="Record a site where people are advised. Nobody who comes there is registered.",
    example="relay site --id S1 --name 'Advice at the market' --place W3 --kind advice --opened-on 2026-11-01",
)

count: Final = recorder(
    "site_count",
    "site-count",
    formerly="count",
    does="Record how many visits a site had in a month: numbers only.",
    example="relay site-count S1 --month 2026-10 --visits 31 --women 24 --men 7",
    about="site_id",
)


@command(example="relay learning C1 --as-of 2026-11-24")
@click.argument("course_id", metavar="[COURSE]", type=ID, required=False, shell_complete=complete_ids("course"))
@as_of_option
@format_option
@pass_session
def learning(session: Session, course_id: str | None, as_of: str | None) -> None:
    """List courses and how they went, or who took part in one."""
    from relay.systems.learning.questions import LearnerRow, Learners, Learning

    day = session.day(as_of)
    if course_id is not None:
        print_rows(session, LearnerRow, session.ask(Learners(id=f"course:{course_id}", as_of=day)))
        return
    answer = session.ask(Learning(as_of=day))
    association = "This is an association, not proof: women who learned may differ in much else."
    print_found(session, answer, *([association] if answer.prepared.denominator else []))


COMMANDS: Final = (
    course,
    enrol,
    session_,
    site,
    count,
    learning,
)
