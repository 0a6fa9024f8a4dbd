"""Operators bring the calendar of Bikram Sambat up to date when a year is published, without a new release."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import NOT_BY_SERVICE, Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import format_option, group, pass_session
from relay.commands.showing import print_rows
from relay.countries import month_table
from relay.errors import Failure, Invalid, refused
from relay.languages import gettext
from relay.reports.moved_days import MovedDay, moved, to_confirm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.domain.register import Register

NO_CALENDAR_FILE: Final = Failure(
    Invalid,
    "no_calendar_file",
    "%(path)s cannot be read as text in UTF-8.",
    advice="Name the file that has the days of the months; relay help countries shows one.",
    field="file",
)


@group()
def calendar() -> None:
    """Bikram Sambat: its months, as they are published."""


@calendar.command("show", example="relay calendar show")
@pass_session
def calendar_show(session: Session) -> None:
    """Print the table of months in use, as a file that `relay calendar update` reads."""
    _require_own(session)
    click.echo(month_table.in_use().text.rstrip())


@calendar.command("check", example="relay calendar check")
@format_option
@pass_session
def calendar_check(session: Session) -> None:
    """List the days to confirm: typed before their year was published, and others now that it is."""
    _require_own(session)
    rows = _of_all(session, lambda register: to_confirm(register, month_table.in_use()))
    print_rows(session, MovedDay, rows)
    if rows:
        say("Ask which day was meant, and say it, even if it is the recorded one: relay correct ACT --set COLUMN=DAY")
    click.get_current_context().exit(FOUND if rows else DONE)


@calendar.command("update", example="relay calendar update months/2084.toml --yes")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
@pass_session
def calendar_update(session: Session, file: Path, *, yes: bool) -> None:
    """Replace years of the table by those of a FILE, after it was checked.

    It lists the recorded days that will be shown otherwise, and asks. What was recorded stays as it is. Pages and
    telephones follow at once; every machine with a data folder of its own is updated by itself.
    """
    _require_own(session)
    was = month_table.in_use()
    becomes = month_table.read(_text_of(file), was)
    rows = _of_all(session, lambda register: moved(register, was, becomes))
    print_rows(session, MovedDay, rows)
    if becomes.text == was.text:
        say("Nothing new: the table says this already.")
        return
    say(
        "Published until %(now)s, before until %(before)s. Days shown otherwise: %(many)s.",
        now=becomes.published,
        before=was.published,
        many=len(rows),
    )
    if not yes:
        click.confirm(gettext("Count days by it from now on?"), abort=True, err=True)
    month_table.keep(becomes, session.settings.data_folder)
    if open_ := len(_of_all(session, lambda register: to_confirm(register, becomes))):
        say("Days to confirm: %(many)s. To list them: relay calendar check", many=open_)


def _require_own(session: Session) -> None:
    if session.settings.url:
        raise refused(NOT_BY_SERVICE)


def _of_all(session: Session, rows_of: Callable[[Register], Iterator[MovedDay]]) -> Sequence[MovedDay]:
    """The rows of every programme of the database."""
    from relay.arrays import snapshot_cache
    from relay.cached import register

    folder = session.settings.data_folder / snapshot_cache.FOLDER
    return tuple(
        row for head in session.heads for row in rows_of(register.current(session.graph, head.programme_id, folder))
    )


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > month_table.MOST_CHARACTERS * 4:
            raise refused(NO_CALENDAR_FILE, path=path)
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refused(NO_CALENDAR_FILE, path=path) from error
