"""The commands of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from relay.commands.asking import lister
from relay.commands.command_session import Session, say
from relay.commands.options import (
    as_of_option,
    command,
    complete_ids,
    group,
    pass_session,
    place_option,
)
from relay.commands.recording import dry_run_option, print_recorded, recorder
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.office.intake import Recorded


@group("request")
def request_() -> None:
    """Record who asks for help, and list who waits."""


add_request: Final = recorder(
    "request",
    "add",
    does="Record that a woman asks for help.",
    example="relay request add --id R1 --beneficiary B2001 --of goat --on 2026-11-24 --ready training;shed",
)

check: Final = recorder(
    "request_check",
    "check",
    does="Record whether she still waits, and what she has ready by now.",
    example="relay request check R1 --wants yes",
    about="request_id",
)


list_requests: Final = lister(
    "relay.systems.planning.questions.Requests",
    "list",
    does="List all requests; who waits comes first, in the public order.",
    example="relay request list --of goat",
)


@group("plan")
def plan_() -> None:
    """Name the next receiver, list plans, and have some proposed."""


add_plan: Final = recorder(
    "plan",
    "add",
    does="Record who is to receive next, as the committee chose her.",
    example="relay plan add --id N1 --giver-placement P0001 --beneficiary B2001 --of goat --on 2026-11-24",
)


list_plans: Final = lister(
    "relay.systems.planning.questions.Plans",
    "list",
    does="List all plans and what became of them.",
    example="relay plan list --state open",
)

propose: Final = lister(
    "relay.systems.planning.questions.Proposals",
    "propose",
    does="Propose who receives next from whom, and record nothing.",
    example="relay plan propose",
)


@command("accept", example="relay plan accept R1 R2 --expected-on 2027-03-01")
@click.argument("request_ids", metavar="[REQUEST]...", nargs=-1, shell_complete=complete_ids("request"))
@click.option("--all", "all_", is_flag=True, help="Accept every row.")
@click.option("--expected-on", metavar="DAY", help="When they are to receive.")
@as_of_option
@place_option
@dry_run_option
@pass_session
def accept(
    session: Session,
    request_ids: tuple[str, ...],
    *,
    all_: bool,
    expected_on: str | None,
    as_of: str | None,
    place_id: str | None,
) -> None:
    """Record plans as they are proposed: for some requests, or all."""
    from relay.errors import RelayError
    from relay.systems.planning.proposal import accepted
    from relay.systems.planning.questions import Proposals

    if bool(request_ids) == all_:
        raise click.UsageError(Sentence("Name the requests of the rows to accept, or use --all."))
    day = session.day(as_of)
    expected = session.day(expected_on, "--expected-on") if expected_on else None
    rows = session.ask(Proposals(as_of=day, place_id=place_id))
    proposed = {row.request_id for row in rows}
    recorded: list[Recorded] = []
    not_done = [f"{each} is not proposed." for each in request_ids if each not in proposed]
    for values in accepted(rows, None if all_ else request_ids, day, expected):
        try:
            recorded.append(session.hand_in("plan", values))
        except RelayError as error:
            not_done.append(str(error))
    print_recorded(session, *recorded, told=False)
    for each in not_done:
        say(each)
    say("Planned: %(recorded)s. Not planned: %(not_done)s.", recorded=len(recorded), not_done=len(not_done))
    if not_done:
        raise SystemExit(1)


for of_requests in (add_request, check, list_requests):
    request_.add_command(of_requests)
for of_plans in (add_plan, list_plans, propose, accept):
    plan_.add_command(of_plans)

COMMANDS: Final = (request_, plan_)
