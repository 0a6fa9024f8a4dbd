"""The commands of goals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from relay.commands.options import Listed, as_of_option, format_option, group
from relay.commands.recording import recorder
from relay.commands.session import Session, say
from relay.commands.showing import print_rows

if TYPE_CHECKING:
    from relay.systems.goals.progress import Ratio
    from relay.systems.goals.questions import GoalsFound


@group("goals", invoke_without_command=True, example="relay goals --as-of 2026-11-24")
@as_of_option
@format_option
@click.pass_context
def goals(context: click.Context, as_of: str | None) -> None:
    """List goals and what came of them; record goals, steps and visits."""
    if context.invoked_subcommand:
        if as_of:
            raise click.UsageError(f"Write the options after {context.invoked_subcommand}.")
        return
    from relay.service.terminal import print_json
    from relay.systems.goals.questions import Goals

    session = context.ensure_object(Session)
    found = session.ask(Goals(as_of=session.day(as_of)))
    if session.as_json:
        print_json(found)
    else:
        _print(session, found)


def _print(session: Session, found: GoalsFound) -> None:
    from relay.service.terminal import print_pairs
    from relay.systems.goals.questions import GoalRow

    print_rows(session, GoalRow, found.goals)
    if session.as_csv:
        return
    known = found.income.median is not None
    print_pairs(
        (
            *((f"run after {each.months} months, of all set", _said(each.of_set)) for each in found.running),
            *((f"run after {each.months} months, of those found", _said(each.of_found)) for each in found.running),
            ("income known before and after", _said(found.income.known)),
            ("income above that before", _said(found.income.above_baseline)),
            ("median change of income a month", f"{found.income.median:+.0f}" if known else "not told"),
            ("steps done of those planned", _said(found.steps)),
            ("run, of those that build on a placement", _said(found.building, found.intervals.get("building"))),
            ("run, of the others", _said(found.others, found.intervals.get("others"))),
            ("jobs in running goals", _said(found.jobs)),
            ("open and not visited for 12 months", " ".join(found.unvisited) or "none"),
        )
    )

    say("What goals and placements have in common is an association, not proof that one led to the other.")


def _said(ratio: Ratio, between: tuple[float, float] | None = None) -> str:
    told = f"{ratio.numerator} of {ratio.denominator}"
    return f"{told}, between {between[0]:.1%} and {between[1]:.1%}" if between else told


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

COMMANDS: Final = (Listed(users="Staff", command=goals),)
