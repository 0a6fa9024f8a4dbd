"""Ceremonies: days on which many pass on at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import complete_ids, group, pass_session
from relay.commands.recording import REHEARSED, dry_run_option, print_recorded, record_kind, records
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.exchange.ceremony_sheet import RowLine


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
@click.option(
    "--group",
    "group_id",
    metavar="ID",
    help="Choose from the members of this group.",
    shell_complete=complete_ids("group"),
)
@click.option("--on", "held_on", metavar="DAY", help="Day of the ceremony (default: today).")
@pass_session
def sheet(session: Session, path: Path, place_id: str | None, group_id: str | None, held_on: str | None) -> None:
    """Write the sheet of a ceremony: a row for each giver who is due, to be typed in after.

    PATH is a .csv or .xlsx file. It has ids and no names.
    """
    from relay.domain.acts import ID_BYTES, new_id
    from relay.exchange import ceremony_sheet
    from relay.office.ceremony import MOST_ROWS, Ceremony
    from relay.service.questions.ceremonies import Givers

    if not (place_id or group_id):
        raise click.UsageError(Sentence("Say whose ceremony it is: --place or --group."))
    day = session.day(held_on, "--on")
    ceremony = Ceremony(
        ceremony_id=new_id(session.clerk.random(ID_BYTES)),
        held_on=day.isoformat(),
        place_id=place_id,
        group_id=group_id,
    )
    due = session.ask(Givers(as_of=session.today, held_on=day, place_id=place_id, group_id=group_id))
    most = MOST_ROWS - ceremony_sheet.WALK_INS
    own = [each.key for each in session.head.own if each.of == "pass" and not each.ended_on]
    ceremony_sheet.write(path, ceremony, due[:most], own)
    empty = ceremony_sheet.WALK_INS
    many = min(len(due), most)
    expected = Sentence("1 giver") if many == 1 else Sentence("%(many)s givers", many=many)
    say(
        "%(path)s has %(expected)s and %(empty)s empty rows. Ceremony %(ceremony_id)s.",
        path=path,
        expected=expected,
        empty=empty,
        ceremony_id=ceremony.ceremony_id,
    )
    if len(due) > most:
        say(
            "%(more)s more are due, for whom there is no room: write a sheet for each smaller place.",
            more=len(due) - most,
        )
    say("When it is typed in: relay ceremony record %(path)s --counted ANIMALS --dry-run", path=path)


@ceremony_.command("record", example="relay ceremony record ceremony.csv --counted 86 --dry-run")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--counted", metavar="N", required=True, help="Animals that were counted in the yard; money is not among them."
)
@click.option("--again", is_flag=True, help="Record rows without being asked: answers every question about them.")
@dry_run_option
@pass_session
def record(session: Session, path: Path, counted: str, *, again: bool) -> None:
    """Record a sheet that was typed in, a CSV file or a workbook, in one go.

    Each row that can be read stands or falls alone. Put right what fell, and record the same file again: nothing is
    recorded twice.
    """
    from relay.commands.command_session import usage
    from relay.domain.schema import Column
    from relay.exchange import cells

    with usage("--counted", counted):
        yard = cells.read(Column(name="animals", type="units"), counted)
    animals = yard if isinstance(yard, int | float) else 0
    outcome = session.registers.record_sheet(path, animals, again=again, rehearses=session.rehearses)
    if not outcome.rows:
        say("No row of %(path)s has an x under handed_over. Nothing was recorded.", path=path)
        click.get_current_context().exit(FOUND)
    _print_rows(session, outcome.rows)
    many = Counter(each.action for each in outcome.rows)
    fell = many["asked"] + many["not"]
    if outcome.readable:
        say("%(added)s added, %(same)s same, %(fell)s not recorded.", added=many["added"], same=many["same"], fell=fell)
    else:
        say("%(fell)s rows cannot be read. Nothing was recorded: put them right first.", fell=fell)
    if session.rehearses:
        say(REHEARSED)
    click.get_current_context().exit(FOUND if fell else DONE)


def _print_rows(session: Session, rows: tuple[RowLine, ...]) -> None:
    """A line for each row, and what was noted of it."""
    from relay.service.terminal import print_json, print_table

    if session.as_json:
        print_json(rows)
    else:
        print_table(_SHOWN, ([getattr(row, name) for name in _SHOWN] for row in rows))
        for row in rows:
            for note in row.notes:
                say("Row %(row)s. Noted for the auditor. %(note)s", row=row.row, note=note)


_SHOWN: Final = ("row", "act_id", "action", "code", "field", "reason", "suggestion")
