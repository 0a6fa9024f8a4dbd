"""The commands of husbandry."""

from __future__ import annotations

from typing import Final

import click

from relay.commands.command_session import Session
from relay.commands.options import as_of_option, format_option, group
from relay.commands.recording import recorder
from relay.commands.showing import print_rows


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
            raise click.UsageError(f"Write the options after {context.invoked_subcommand}.")
        return
    from relay.systems.husbandry.questions import Husbandry, ReadyRow

    session = context.ensure_object(Session)
    print_rows(session, ReadyRow, session.ask(Husbandry(as_of=session.day(as_of))))


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

for each in (breeding, treatment, weaning):
    husbandry.add_command(each)

COMMANDS: Final = (husbandry,)
