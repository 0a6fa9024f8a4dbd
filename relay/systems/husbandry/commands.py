"""The commands of husbandry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from relay.commands.asking import asking
from relay.commands.command_session import Session
from relay.commands.options import as_of_option, format_option, group
from relay.commands.recording import recorder
from relay.commands.showing import print_found, print_rows
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.systems.husbandry.report import HusbandryReport


@group("husbandry", invoke_without_command=True, example="relay husbandry --as-of 2026-11-24")
@as_of_option
@format_option
@click.pass_context
def husbandry(context: click.Context, as_of: str | None) -> None:
    """List from when on each can pass on, and what that rests on; record breeding, treatments and weaning.

    Of those that still owe. A day rests on young that were weaned or born and are still there, on a pregnancy, or only
    on the usual time since receipt. Where nothing can be said, it is empty.
    """
    if context.invoked_subcommand:
        if as_of:
            raise click.UsageError(Sentence("Write the options after %(command)s.", command=context.invoked_subcommand))
        return
    from relay.reports.animals import Expected
    from relay.systems.husbandry.questions import Husbandry

    session = context.ensure_object(Session)
    print_rows(session, Expected, session.ask(Husbandry(as_of=session.day(as_of))))


breeding: Final = recorder(
    "breeding",
    does="Record a mating, that she was found pregnant or not, or an abortion.",
    example="relay husbandry breeding P01 --what pregnant --months-along 2 --on 2026-11-24",
    about="placement_id",
)

treatment: Final = recorder(
    "treatment",
    does="Record a vaccination or another treatment, and when it is to be done again.",
    example="relay husbandry treatment P01 --treatment vaccination --against ppr --on 2026-11-24",
    about="placement_id",
)

weaning: Final = recorder(
    "weaning",
    does="Record that young were weaned.",
    example="relay husbandry weaning P01 --weaned 2 --on 2026-11-24",
    about="placement_id",
)


@asking(
    "relay.systems.husbandry.questions.HusbandryByPlace",
    "report",
    example="relay husbandry report --as-of 2026-11-24",
)
@format_option
def report(session: Session, found: HusbandryReport) -> None:
    """Show by place how many herds are pregnant, bore, lost animals and were treated within twelve months.

    Herds are compared from the end of their first year on: those that were treated in it, and the others. Where the
    intervals of the two overlap, we cannot say whether treated ones break less.
    """
    print_found(session, found, "Treated herds may differ in other ways too: an association, not proof.")


for each in (breeding, treatment, weaning, report):
    husbandry.add_command(each)

COMMANDS: Final = (husbandry,)
