"""The commands of groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.asking import lister
from relay.commands.command_session import Session, say
from relay.commands.options import (
    ID,
    as_of_option,
    command,
    complete_ids,
    format_option,
    group,
    pass_session,
    place_option,
)
from relay.commands.recording import print_recorded, record_kind, recorder, records
from relay.commands.showing import print_list, print_rows, rate, told
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.systems.groups.questions import GroupDetail

_ALL: Final = "all"


membership: Final = recorder(
    "membership",
    does="Record that a woman is a member of a group; relay end ends it.",
    example="relay membership --group W01 --beneficiary B2001 --on 2026-11-24",
)

office: Final = recorder(
    "office",
    does="Record who holds an office of a group; relay end ends it.",
    example="relay office --group W01 --beneficiary B2001 --office chair --on 2026-11-24",
)


def roster_options(present: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of a roster: who attended, who was absent, came late, or was excused."""
    others = (
        click.option("--except", "absent", metavar="IDS", help="With --present all: who was not there."),
        click.option("--late", metavar="IDS", help="Who came late."),
        click.option("--excused", metavar="IDS", help="Who had said that she would not come."),
    )

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in (*others[::-1], present):
            function = option(function)
        return function

    return add


def roster_of(
    said: dict[str, str | None], expected: Callable[[], Collection[str]], strangers_are: str
) -> dict[str, list[str]]:
    """Read who attended, came late and was excused from the options of a roster.

    Args:
        said: All options; those of the roster are removed from it.
        expected: Gives those whom "all" stands for.
        strangers_are: Text about those who are excepted from "all" but do not belong to them.
    """
    present, absent = said.pop("present"), _ids(said.pop("absent"))
    lists = {"present": _ids(present), **{name: _ids(said.pop(name)) for name in ("late", "excused")}}
    if (present or "").casefold() == _ALL:
        everybody = {*expected()}
        if strangers := [each for each in absent if each not in everybody]:
            raise click.UsageError(
                Sentence(
                    "--except: %(strangers_are)s: %(strangers)s.",
                    strangers_are=strangers_are,
                    strangers=", ".join(strangers),
                )
            )
        lists["present"] = sorted(everybody - {*absent, *lists["late"], *lists["excused"]})
    elif absent:
        raise click.UsageError(Sentence("--except goes with --present all."))
    return lists


def record_meeting(
    session: Session, said: Mapping[str, str | None], lists: Mapping[str, Sequence[str]], *, again: bool = False
) -> None:
    """Record a meeting with its roster, and print how many attended."""
    roster = {name: ";".join(ids) or None for name, ids in lists.items()}
    print_recorded(session, record_kind(session, "meeting", {**said, **roster}, again=again))
    if any(lists.values()):
        say(
            "There: %(present)s. Late: %(late)s. Excused: %(excused)s.",
            present=len(lists["present"]),
            late=len(lists["late"]),
            excused=len(lists["excused"]),
        )


def _ids(text: str | None) -> list[str]:
    """The ids of an option, separated by commas or semicolons."""
    return [each for part in re.split("[;,]", text or "") if (each := part.strip())]


@records(
    "meeting",
    example="relay meeting W01 --kind regular --present all --except B3,B7 --late B5",
    but=("group_id", "present", "late", "excused"),
)
@click.argument("group_id", metavar="[GROUP]", type=ID, required=False, shell_complete=complete_ids("group"))
@roster_options(click.option("--present", metavar="IDS", help="Who was there, or all: every member of that day."))
@click.option("--again", is_flag=True, help="Record it although the group met that day already.")
@pass_session
def meeting(session: Session, /, group_id: str | None, *, again: bool, **given: str | None) -> None:
    """Record a meeting, and who came."""
    from relay.systems.groups.questions import Group

    day = session.day(given["held_on"] or "today", "--on")

    def members() -> Collection[str]:
        if group_id is None:
            raise click.UsageError(Sentence("--present all needs the group."))
        return [each.beneficiary_id for each in session.ask(Group(id=f"group:{group_id}", as_of=day)).members]

    lists = roster_of(given, members, f"no member of {group_id} on {day}")
    record_meeting(session, {**given, "group_id": group_id}, lists, again=again)


@group("custody")
def custody() -> None:
    """Record who keeps an animal of a group, and list who does."""


add_custody: Final = recorder(
    "custody",
    "add",
    does="Record who keeps an animal of a group; relay end ends it.",
    example="relay custody add --animal B1 --of goat --owner-group W01 --keeper-group W02",
)


list_custodies: Final = lister(
    "relay.systems.groups.questions.Custodies",
    "list",
    does="List who keeps the animals of groups, and who kept them.",
    example="relay custody list",
)


@command(example="relay groups W01")
@click.argument("group_id", metavar="[GROUP]", type=ID, required=False, shell_complete=complete_ids("group"))
@as_of_option
@place_option
@format_option
@pass_session
def groups(session: Session, group_id: str | None, as_of: str | None, place_id: str | None) -> None:
    """List the groups and how they fared in 12 months, or show one."""
    from relay.service.terminal import print_json
    from relay.systems.groups.questions import Group, GroupRow, GroupsQuestion

    day = session.day(as_of)
    if group_id is None:
        print_rows(session, GroupRow, session.ask(GroupsQuestion(as_of=day, place_id=place_id)))
        return
    answer = session.ask(Group(id=f"group:{group_id}", as_of=day))
    if session.as_json:
        print_json(answer)
    else:
        _print_group(session, answer)


def _print_group(session: Session, detail: GroupDetail) -> None:
    from relay.service.terminal import print_pairs

    print_pairs((each.name, told(getattr(detail.group, each.name))) for each in fields(detail.group))
    print_pairs(_holdings_of(detail))
    women = [*(each.beneficiary_id for each in detail.members), *(each.beneficiary_id for each in detail.offices)]
    names = session.names_of(women)
    lists: Sequence[tuple[str, Sequence[Any]]] = (
        ("Members", detail.members),
        ("Offices", detail.offices),
        ("Meetings", detail.meetings),
        ("Animals", detail.custodies),
    )
    for title, rows in lists:
        if rows:
            say(f"{title}:")
            print_list(session, [each.name for each in fields(rows[0])], (_row(row, names) for row in rows))


def _row(row: Any, names: Mapping[str, str]) -> list[Any]:  # noqa: ANN401 - any row
    """The values of a row, with the name next to each beneficiary."""
    values: dict[str, Any] = {each.name: told(getattr(row, each.name)) for each in fields(row)}
    if woman := values.get("beneficiary_id"):
        values["beneficiary_id"] = f"{woman} {names.get(woman, '')}".strip()
    return [*values.values()]


def _holdings_of(detail: GroupDetail) -> Iterator[tuple[str, object]]:
    yield "placements", detail.placements.total
    yield "fulfilled_of_due", rate(detail.placements.fulfilled_of_due)
    yield "covered", rate(detail.covered)


for each in (add_custody, list_custodies):
    custody.add_command(each)

COMMANDS: Final = (
    meeting,
    membership,
    office,
    custody,
    groups,
)
