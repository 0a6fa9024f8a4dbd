"""Ceremonies: days on which many pass on at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relay.commands.exits import DONE, FOUND
from relay.commands.options import complete_ids, group, pass_session
from relay.commands.recording import REHEARSED, dry_run_option, print_recorded, record_kind, records
from relay.commands.session import Session, say

if TYPE_CHECKING:
    from relay.desk.ceremony import RowOutcome
    from relay.errors import RelayError
    from relay.exchange.ceremony_sheet import Fallen


@group("ceremony")
def ceremony_() -> None:
    """Record a day on which many pass on."""


@records("ceremony", "add", example='relay ceremony add --id Y2026 --on 2026-04-14 --place CHI-RAT-2 --name "New Year"')
@pass_session
def add(session: Session, /, **given: str | None) -> None:
    """Record a ceremony alone: where and when it was held."""
    print_recorded(session, record_kind(session, "ceremony", given))


ceremony_.add_command(add)


@ceremony_.command("sheet", example="relay ceremony sheet ceremony.csv --place CHI-RAT-2 --on 2026-11-24")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--place", "place_id", metavar="ID", help="Of those who live there.", shell_complete=complete_ids("place")
)
@click.option("--group", "group_id", metavar="ID", help="Of its members.", shell_complete=complete_ids("group"))
@click.option("--on", "held_on", metavar="DAY", help="Of the ceremony. Today if left out.")
@pass_session
def sheet(session: Session, path: Path, place_id: str | None, group_id: str | None, held_on: str | None) -> None:
    """Write the sheet of a ceremony: a row for each giver who is due, to be typed in after.

    PATH is a .csv or .xlsx file. It has ids and no names.
    """
    from relay.arrays import cache
    from relay.desk.ceremony import MOST_ROWS, Ceremony
    from relay.domain.acts import ID_BYTES, new_id
    from relay.exchange import ceremony_sheet
    from relay.reports.field import givers
    from relay.reports.trees import Relay

    if not (place_id or group_id):
        raise click.UsageError("Say whose ceremony it is: --place or --group.")
    day = session.day(held_on, "--on")
    ceremony = Ceremony(
        ceremony_id=new_id(session.clerk.random(ID_BYTES)),
        held_on=day.isoformat(),
        place_id=place_id,
        group_id=group_id,
    )
    known = cache.snapshot(session.graph, session.programme_id, session.settings.data_folder / cache.FOLDER)
    due = givers.givers(Relay(known, session.today).survey, day, place_id=place_id, group_id=group_id)
    most = MOST_ROWS - ceremony_sheet.WALK_INS
    ceremony_sheet.write(path, ceremony, due[:most])
    empty = ceremony_sheet.WALK_INS
    say(f"{path} has {min(len(due), most)} givers and {empty} empty rows. Ceremony {ceremony.ceremony_id}.")
    if len(due) > most:
        say(f"{len(due) - most} more are due, for whom there is no room: write a sheet for each smaller place.")
    say(f"When it is typed in: relay ceremony record {path} --counted ANIMALS --dry-run")


@ceremony_.command("record", example="relay ceremony record ceremony.csv --counted 86 --dry-run")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--counted", metavar="N", required=True, help="Animals that were counted in the yard.")
@click.option("--again", is_flag=True, help="Record rows without being asked: answers every question about them.")
@dry_run_option
@pass_session
def record(session: Session, path: Path, counted: str, *, again: bool) -> None:
    """Record a sheet that was typed in, a CSV file or a workbook, in one go.

    Each row that can be read stands or falls alone. Put right what fell, and record the same file again: nothing is
    recorded twice.
    """
    from relay.commands.session import usage
    from relay.desk.ceremony import record_day, require_counted
    from relay.domain.schema import Column
    from relay.exchange import cells, ceremony_sheet

    with usage("--counted", counted):
        yard = cells.read(Column(name="animals", type="units"), counted)
    typed = ceremony_sheet.read(path, session.catalogue, again=again)
    if not (typed.rows or typed.fallen):
        say(f"No row of {path} has an x under handed_over. Nothing was recorded.")
        click.get_current_context().exit(FOUND)
    became: tuple[RowOutcome, ...] = ()
    if not typed.fallen:
        require_counted(typed.rows, yard if isinstance(yard, int | float) else 0)
        became = record_day(session.graph, session.programme_id, typed.ceremony, typed.rows, session.clerk)
    _print_rows(session, became, typed.fallen)
    many = Counter(each.action for each in became)
    fell = len(typed.fallen) + many["asked"] + many["not"]
    if typed.fallen:
        say(f"{fell} rows cannot be read. Nothing was recorded: put them right first.")
    else:
        say(f"{many['added']} added, {many['same']} same, {fell} not recorded.")
    if session.rehearses:
        say(REHEARSED)
    click.get_current_context().exit(FOUND if fell else DONE)


def _print_rows(session: Session, became: tuple[RowOutcome, ...], fallen: tuple[Fallen, ...]) -> None:
    """A line for each row."""
    from relay.service.terminal import print_json, print_table

    rows = [_line(each.number, f"pass:{each.pass_id}", each.action, each.error) for each in became]
    rows += [_line(each.number, None, "not", each.error) for each in fallen]
    if session.as_json:
        print_json(rows)
        return
    print_table(tuple(rows[0]), (tuple(row.values()) for row in rows))


def _line(number: int | None, act_id: str | None, action: str, error: RelayError | None) -> dict[str, object]:
    return {
        "row": number,
        "act_id": act_id,
        "action": action,
        "code": error.code if error else None,
        "field": error.field if error else None,
        "reason": str(error.reason) if error else None,
        "suggestion": str(error.suggestion) if error else None,
    }
