"""Everybody looks things up: find, show, trace, tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.asking import about_one, asking
from relay.commands.command_session import Session, say
from relay.commands.options import (
    ID,
    as_of_option,
    command,
    complete_ids,
    confirmed_option,
    format_option,
    pass_session,
)
from relay.commands.showing import counted, print_list, print_tree, told
from relay.text import Units

if TYPE_CHECKING:
    from datetime import date

    from relay.reports.record_history import CorrectedField, PlacementState, Record
    from relay.reports.trees import Trace, Tree


@command(example="relay find Sita")
@click.argument("words", metavar="TEXT", nargs=-1, required=True)
@as_of_option
@format_option
@pass_session
def find(session: Session, words: tuple[str, ...], as_of: str | None) -> None:
    """Search people, placements, gifts and places. Names are found in Devanagari and in Latin script."""
    from relay.reports.search import MOST
    from relay.service.questions.lookup import Find
    from relay.service.terminal import print_json

    hits = session.ask(Find(text=" ".join(words), as_of=session.day(as_of)))
    if session.as_json:
        print_json(hits)
        return
    print_list(session, ("id", "what", "place", "name"), ((hit.id, hit.what, hit.place, hit.name) for hit in hits))
    if not hits:
        say("Try fewer letters, or an id.")
    if len(hits) == MOST:
        say(
            "These are the %(most)s closest matches; there may be more. Type more letters, her place, or an id.",
            most=MOST,
        )


@command(example="relay show P0424")
@click.argument("id_", metavar="ID", type=ID, shell_complete=complete_ids("placement", "beneficiary", "gift"))
@as_of_option
@confirmed_option
@pass_session
def show(session: Session, id_: str, as_of: str | None, *, confirmed_only: bool) -> None:
    """Show a record, its history, and the gifts it descends from."""
    from relay.service.json_codec import json_of
    from relay.service.questions.lookup import Show
    from relay.service.terminal import print_json, print_table

    day = session.day(as_of)
    record = about_one(session, "beneficiary", id_, lambda id_: Show(id=id_, as_of=day, confirmed_only=confirmed_only))
    of_her = _in_systems(session, record, day) if record.id.startswith("beneficiary:") else {}
    if session.as_json:
        print_json({**json_of(record), **of_her} if of_her else record)
        return
    _print_record(session, record)
    for title, rows in of_her.items():
        headers = [each.name for each in fields(rows[0]) if each.name != "beneficiary_id"]
        print_table(headers, ([told(getattr(row, name)) for name in headers] for row in rows), title)


def _in_systems(session: Session, record: Record, day: date) -> dict[str, Sequence[Any]]:
    """System → what it tells of a woman, of those that the programme uses and that tell something."""
    used = (system for name, system in session.catalogue.systems.items() if name in session.head.systems)
    asked: list[tuple[str, Any]] = [(system.name, system.part("questions", "OF_HER")) for system in used]
    found = {name: session.ask(kind(id=record.id, as_of=day)) for name, kind in asked if kind}
    return {name: rows for name, rows in found.items() if rows}


def _print_record(session: Session, record: Record) -> None:
    from relay.service.terminal import print_pairs, print_table

    stood: Mapping[str, object] = {} if record.standing is None else _stood(record.standing)
    values = {name: value for name, value in record.values.items() if value is not None and name != "changes"}
    print_pairs(
        (
            ("id", record.id),
            ("what", record.what),
            *{"name": record.name, **values, "place": record.place, **stood}.items(),
            (
                "recorded",
                f"{session.told_time(record.recorded_at)} by {record.recorded_by}" if record.sequence else None,
            ),
            ("taken_back_by", record.taken_back_by),
        )
    )
    for title, rows in (
        ("placements", record.placements),
        ("history", record.history),
        ("descends from", record.gifts),
    ):
        if rows:
            print_table(_HEADERS[title], ([getattr(row, name) for name in _HEADERS[title]] for row in rows), title)
    changed = [(each.id, line) for each in record.history for line in map(_changed, each.changed)]
    if changed:
        print_table(("by", "changed"), changed, "what corrections changed")


def _changed(field: CorrectedField) -> str:
    """What a correction changed in a field: before → after, with names where they are told."""
    before = _with_name(field.before, field.before_name)
    return f"{field.field.replace('_', ' ')}: {before} → {_with_name(field.after, field.after_name)}"


def _with_name(value: object, name: str | None) -> str:
    if value is None:
        return "nothing"
    return f"{value} ({name})" if name else str(value)


_HEADERS: Final = {
    "placements": ("placement_id", "help", "received_on", "state", "due_on", "passed", "owed"),
    "history": ("happened_on", "id", "what", "recorded_by", "taken_back_by", "why", "note"),
    "descends from": ("gift_id", "help", "given_on", "placement_id", "pass_ons", "donor"),
}


def _stood(stand: PlacementState) -> Mapping[str, object]:
    """How a placement stands, in words."""
    return {
        "state": stand.state.replace("_", " "),
        "received_on": stand.received_on,
        "due_on": stand.due_on,
        "passed": f"{stand.passed:g} of {stand.owed:g}",
        "since": f"{stand.since_on}, {stand.cause}" if stand.since_on else None,
    }


@asking("relay.service.questions.trees.TraceQuestion", argument="id", example="relay trace G31 --as-of 2026-11-25")
def trace(_: Session, found: Trace) -> None:
    """Show how far a gift or placement travelled, and where it broke."""
    from relay.service.terminal import print_pairs, print_table

    print_pairs(
        (
            ("id", found.id),
            ("reach", found.reach),
            ("generations", found.generations),
            ("by_generation", " ".join(map(str, found.by_generation))),
            ("passed", ", ".join(Units(each.units, each.help) for each in found.passed)),
            ("latest_passed_on", found.latest_passed_on),
            ("states", counted(found.states)),
            ("chain_state", found.chain_state),
            ("goal_reached", found.goal_reached),
        )
    )
    if found.break_points:
        headers = ("placement_id", "state", "since_on", "cause", "generation", "still_owed", "reach")
        rows = ([getattr(each, name) for name in headers] for each in found.break_points)
        print_table(headers, rows, title="where it broke")


@asking("relay.service.questions.trees.TreeQuestion", argument="id", example="relay tree G31 --as-of 2026-11-25")
@click.option("--names", is_flag=True, help="Show names; without it the ids alone.")
def tree(session: Session, drawn: Tree, *, names: bool) -> None:
    """Draw the relay below a gift or placement."""
    print_tree(drawn, session.names_of(node.beneficiary_id for node in drawn.nodes) if names else {})
