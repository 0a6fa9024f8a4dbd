"""The commands that define columns of a programme's own, and end them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.options import format_option, group, pass_session
from relay.commands.recording import dry_run_option, print_recorded, reason, record_kind, records
from relay.commands.showing import print_list

if TYPE_CHECKING:
    from relay.commands.command_session import Session


@group()
def column() -> None:
    """The columns of the programme's own, beside Relay's."""


@records(
    "column",
    "add",
    example='relay column add --of pass --name tag_colour --question "Colour of the ear tag?" --type choice'
    ' --choices "red;yellow" --personal no',
)
@click.option("--again", is_flag=True, help="Confirm that a column of a person is not personal and never erased.")
@pass_session
def add(session: Session, /, *, again: bool, **given: str | None) -> None:
    """Add a column of the programme's own. Record in it by --own NAME=VALUE."""
    print_recorded(session, record_kind(session, "column", given, again=again))


column.add_command(add)


@column.command("end", example='relay column end pass.tag_colour --why "no longer tagged"')
@click.argument("column_id", metavar="COLUMN")
@click.option("--on", "ended_on", metavar="DAY", help="The day on which it ended (default: today).")
@click.option("--why", default="It is no longer needed.", show_default=True, help="Note for the auditor.")
@dry_run_option
@pass_session
def end_column(session: Session, column_id: str, ended_on: str | None, why: str) -> None:
    """End a column: it is no longer asked, and what was recorded in it stays."""
    changes = {"ended_on": session.day(ended_on, "--on").isoformat()}
    said: dict[str, Any] = {"how": "wrong_data", "why": reason(session, why), "changes": changes}
    act_id = f"column:{column_id.removeprefix('column:')}"
    print_recorded(session, session.hand_in("correct", {"act_id": act_id, **said}))


_SHOWN: Final = ("of", "name", "question", "type", "choices", "personal", "required_from", "ended_on")


@column.command("list", example="relay column list")
@format_option
@pass_session
def list_columns(session: Session) -> None:
    """List the columns of the programme's own."""
    rows = (
        (
            *(each.of, each.name, dict(each.questions)[""], each.type, ";".join(each.choices)),
            *("yes" if each.personal else "no", each.required_from or None, each.ended_on or None),
        )
        for each in session.head.own
    )
    print_list(session, _SHOWN, rows)
