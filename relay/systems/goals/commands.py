"""The commands of goals."""

from __future__ import annotations

from typing import Final

import click

from relay.commands.command_session import Session
from relay.commands.options import as_of_option, format_option, group
from relay.commands.recording import recorder
from relay.commands.showing import print_found
from relay.text import Sentence


@group("goals", invoke_without_command=True, example="relay goals --as-of 2026-11-24")
@as_of_option
@format_option
@click.pass_context
def goals(context: click.Context, as_of: str | None) -> None:
    """List goals and what came of them; record goals, steps and visits."""
    if context.invoked_subcommand:
        if as_of:
            raise click.UsageError(Sentence("Write the options after %(command)s.", command=context.invoked_subcommand))
        return
    from relay.systems.goals.questions import Goals

    session = context.ensure_object(Session)
    answer = session.ask(Goals(as_of=session.day(as_of)))
    print_found(
        session,
        answer,
        "What goals and placements have in common is an association, not proof that one led to the other.",
    )


add: Final = recorder(
    "goal",
    "add",
    does="Record what a woman aims at, and what she lives on before.",
    example="relay goals add --id O1 --beneficiary B2001 --kind farming --activity goats --on 2026-11-24",
)

step: Final = recorder(
    "goal_step",
    "step",
    does="Record a step to a goal: by when it is planned, or when it was done.",
    example="relay goals step O1 --step training --planned-on 2027-01-15",
    about="goal_id",
)

visit: Final = recorder(
    "goal_visit",
    "visit",
    does="Record how a goal goes, and what came in and was spent.",
    example="relay goals visit O1 --status running --jobs 2",
    about="goal_id",
)


for each in (add, step, visit):
    goals.add_command(each)

COMMANDS: Final = (goals,)
