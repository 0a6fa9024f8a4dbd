"""The commands of learning."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.options import ID, Listed, as_of_option, command, complete_ids, format_option, pass_session
from relay.commands.recording import print_recorded, record_kind, records
from relay.commands.session import Session, say
from relay.commands.showing import print_list, rate, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.systems.learning.questions import LearningFound

_ALL: Final = "all"


@records(
    "course",
    example="relay course --id C1 --name 'Goat care' --kind training --topic goat_care --from-on 2026-11-24",
)
@pass_session
def course(session: Session, /, **given: str | None) -> None:
    """Record a course: what it teaches, from when to when."""
    print_recorded(session, record_kind(session, "course", given))


@records("enrolment", "enrol", example="relay enrol --course C1 --beneficiary B2001 --on 2026-11-24")
@click.option("--again", is_flag=True, help="Record it as completed although no session is recorded yet.")
@pass_session
def enrol(session: Session, /, *, again: bool, **given: str | None) -> None:
    """Record that a woman takes part in a course; relay end ends it."""
    print_recorded(session, record_kind(session, "enrolment", given, again=again))


@records(
    "meeting",
    "session",
    example="relay session C1 --present all --except B3,B7 --minutes 120",
    but=("course_id", "group_id", "kind", "present", "late", "excused", "cycle_id"),
)
@click.argument("course_id", metavar="COURSE", type=ID, shell_complete=complete_ids("course"))
@click.option("--present", metavar="IDS", required=True, help="Who was there, or all: everybody enrolled that day.")
@click.option("--except", "absent", metavar="IDS", help="With --present all: who was not there.")
@click.option("--late", metavar="IDS", help="Who came late.")
@click.option("--excused", metavar="IDS", help="Who had said that she would not come.")
@pass_session
def session_(
    session: Session,
    /,
    course_id: str,
    present: str,
    absent: str | None,
    late: str | None,
    excused: str | None,
    **given: str | None,
) -> None:
    """Record a session of a course, and who came."""
    from relay.systems.learning.questions import Learners

    lists = {"present": _ids(present), "late": _ids(late), "excused": _ids(excused)}
    if present.casefold() == _ALL:
        day = session.day(given["held_on"] or "today", "--on")
        rows = session.ask(Learners(id=f"course:{course_id}", as_of=day))
        enrolled = {each.beneficiary_id for each in rows if each.left_on is None or each.left_on >= day}
        if strangers := [each for each in _ids(absent) if each not in enrolled]:
            raise click.UsageError(f"--except: not enrolled in {course_id} on {day}: {', '.join(strangers)}.")
        lists["present"] = sorted(enrolled - {*_ids(absent), *lists["late"], *lists["excused"]})
    elif absent:
        raise click.UsageError("--except goes with --present all.")
    said = {**given, "course_id": course_id, "kind": "session"}
    said |= {name: ";".join(found) or None for name, found in lists.items()}
    print_recorded(session, record_kind(session, "meeting", said))
    say(f"There: {len(lists['present'])}. Late: {len(lists['late'])}. Excused: {len(lists['excused'])}.")


def _ids(text: str | None) -> list[str]:
    """The ids of an option, with commas or semicolons between them."""
    return [each for part in re.split("[;,]", text or "") if (each := part.strip())]


@records(
    "site", example="relay site --id S1 --name 'Advice at the market' --place W3 --kind advice --opened-on 2026-11-01"
)
@pass_session
def site(session: Session, /, **given: str | None) -> None:
    """Record a site where people are advised. Nobody who comes there is registered."""
    print_recorded(session, record_kind(session, "site", given))


@records(
    "site_count",
    "count",
    example="relay count S1 --month '2083-07 BS' --visits 31 --women 24 --men 7",
    but=("site_id",),
)
@click.argument("site_id", metavar="SITE", shell_complete=complete_ids("site"))
@pass_session
def count(session: Session, /, **given: str | None) -> None:
    """Record how many visits a site had in a month: numbers only."""
    print_recorded(session, record_kind(session, "site_count", given))


@command(example="relay learning C1 --as-of 2026-11-24")
@click.argument("course_id", metavar="[COURSE]", type=ID, required=False, shell_complete=complete_ids("course"))
@as_of_option
@format_option
@pass_session
def learning(session: Session, course_id: str | None, as_of: str | None) -> None:
    """List courses and how they went, or who took part in one."""
    from relay.service.terminal import print_json
    from relay.systems.learning.questions import LearnerRow, Learners, Learning

    day = session.day(as_of)
    if course_id is not None:
        rows = session.ask(Learners(id=f"course:{course_id}", as_of=day))
        if session.as_json:
            print_json(rows)
        else:
            _list(session, LearnerRow, rows)
        return
    found = session.ask(Learning(as_of=day))
    if session.as_json:
        print_json(found)
    else:
        _tell(session, found)


def _tell(session: Session, found: LearningFound) -> None:
    from relay.service.terminal import print_pairs
    from relay.systems.learning.classes import ClassReport
    from relay.systems.learning.questions import SiteRow

    _list(session, ClassReport, found.courses)
    if session.as_csv:
        return
    if found.sites:
        say("Sites:")
        _list(session, SiteRow, found.sites)
    print_pairs(
        (
            ("women reached", found.reached),
            ("attendances", found.attendances),
            ("people counted without names", found.unnamed),
            *((title, _between(found, name)) for name, title in _JOINED.items()),
            ("ready on the waiting list", rate(found.ready)),
        )
    )

    if found.prepared.denominator:
        say("This is an association, not proof: women who learned may differ in much else.")


_JOINED: Final = {
    "prepared": "prepared when they received",
    "prepared_on_time": "prepared, and passed on in time",
    "others_on_time": "not prepared, and passed on in time",
    "prepared_kept": "prepared, and not lost",
    "others_kept": "not prepared, and not lost",
}


def _between(found: LearningFound, name: str) -> str:
    """A share with its interval."""
    low, high = found.intervals.get(name, (None, None))
    return rate(getattr(found, name)) + ("" if low is None else f", between {low:.1%} and {high:.1%}")


def _list(session: Session, kind: type[Any], rows: Sequence[Any]) -> None:
    headers = [each.name for each in fields(kind)]
    print_list(session, headers, ([told(getattr(row, name)) for name in headers] for row in rows))


COMMANDS: Final = (
    Listed(users="Staff", command=course),
    Listed(users="Staff", command=enrol),
    Listed(users="Staff", command=session_),
    Listed(users="Staff", command=site),
    Listed(users="Staff", command=count),
    Listed(users="Managers", command=learning),
)
