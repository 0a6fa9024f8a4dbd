"""Managers list chains and gifts, and whom to visit next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from relay.commands.options import (
    as_of_option,
    command,
    donor_option,
    help_option,
    pass_session,
    place_option,
    read_options,
)
from relay.commands.session import Session
from relay.commands.showing import counted
from relay.domain.vocabulary import CHAIN_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.reports.visits import Depends
    from relay.service.queries import Question


@command(example="relay chains --state broken --sort reach --as-of 2026-11-25")
@read_options
@click.option("--state", type=click.Choice(CHAIN_STATES), help="Only those in this state.")
@help_option
@place_option
@donor_option
@click.option("--group", "--group-id", "group_id", metavar="ID", help="Only those that a member of this group began.")
@click.option("--sort", type=click.Choice(["id", "reach", "age", "lateness"]), default="id", show_default=True)
@pass_session
def chains(session: Session, /, **asked: Any) -> None:  # noqa: ANN401 - the read options and the filters
    """List all chains: how far each travelled and how it does."""
    from relay.service.queries import CHAINS

    headers = ("placement_id", "gift_id", "chain_state", "reach", "generations", "latest_passed_on", "late_days")
    _print_list(session, CHAINS, asked, headers, ("states",))


@command(example="relay gifts --of pig --as-of 2026-11-25")
@read_options
@help_option
@donor_option
@click.option("--sort", type=click.Choice(["id", "reach", "age"]), default="id", show_default=True)
@pass_session
def gifts(session: Session, /, **asked: Any) -> None:  # noqa: ANN401 - the read options and the filters
    """List all gifts: how far each travelled, how its chains do."""
    from relay.service.queries import GIFTS

    headers = ("gift_id", "help", "given_on", "placements", "reach", "generations")
    _print_list(session, GIFTS, asked, headers, ("states", "chains"))


def _print_list(
    session: Session,
    list_of: Question[Sequence[Any]],
    asked: dict[str, Any],
    headers: tuple[str, ...],
    counts: tuple[str, ...],
) -> None:
    """Print a list of chains or gifts: some columns as they are, the last ones as counts in words."""
    from relay.service.terminal import print_json, print_table

    read = session.read(**{name: asked.pop(name) for name in ("as_of", "confirmed_only", "as_known")})
    found = session.ask(list_of, help=asked.pop("help_"), **asked, **read)
    if session.as_json:
        print_json(found)
        return
    print_table(
        (*headers, *counts),
        (
            (*(getattr(each, name) for name in headers), *(counted(getattr(each, name)) for name in counts))
            for each in found
        ),
    )


@command(example="relay todo --most 10 --as-of 2026-11-25")
@read_options
@place_option
@click.option("--most", metavar="N", type=click.IntRange(min=1), help="Only the N most pressing visits.")
@pass_session
def todo(
    session: Session,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    place_id: str | None,
    most: int | None,
) -> None:
    """List whom to visit next and why. Rank 1 is the most pressing.

    First come those through whom alone a chain that travelled far still goes on, then those whose help is due soon,
    then those who are late, then those of whom nobody has heard for long. Rows stand by place, so that one walk
    serves many.
    """
    from relay.service.queries import TODO
    from relay.service.terminal import print_json, print_table

    read = session.read(as_of, confirmed_only=confirmed_only, as_known=as_known)
    found = session.ask(TODO, place_id=place_id, most=most, **read)
    if session.as_json:
        print_json(found)
        return
    first = ("rank", "place_name", "placement_id", "beneficiary_id", "state", "due_on")
    then = ("still_owed", "help", "days", "last_word_on", "place_id")
    print_table(
        (*first, "reasons", *then, "hangs_on_her"),
        (
            (
                *(getattr(each, name) for name in first),
                ", ".join(each.reasons).replace("_", " "),
                *(getattr(each, name) for name in then),
                _hanging(each.depends),
            )
            for each in found
        ),
    )


@command(example="relay waiting")
@as_of_option
@click.option("--most", metavar="N", type=click.IntRange(min=1), help="Only the N earliest.")
@pass_session
def waiting(session: Session, as_of: str | None, most: int | None) -> None:
    """List the pass-ons that nobody has confirmed. Confirm one with relay confirm, if you did not record it."""
    from relay.service.queries import WAITING
    from relay.service.terminal import print_json, print_table

    found = session.ask(WAITING, as_of=session.day(as_of), most=most)
    if session.as_json:
        print_json(found)
        return
    headers = ("passed_on", "pass_id", "giver_placement_id", "receiver_placement_id", "beneficiary_id", "help")
    names = (*headers, "animals", "recorded_by")
    print_table(names, ([getattr(each, name) for name in names] for each in found))


def _hanging(depends: Depends) -> str | None:
    if not depends.chains:
        return None
    return f"{depends.chains} chain{'s' if depends.chains > 1 else ''}, reach {depends.reach}"
