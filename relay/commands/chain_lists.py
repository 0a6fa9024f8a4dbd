"""Managers list chains and gifts, and whom to visit next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from relay.commands.options import command, donor_option, help_option, pass_session, place_option, read_options
from relay.commands.session import Session
from relay.commands.showing import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relay.todo import Depends


@command(example="relay chains --state broken --sort reach --as-of 2026-11-25")
@read_options
@click.option("--state", metavar="STATE", help="Only those that are complete, growing, weakened or broken.")
@help_option
@place_option
@donor_option
@click.option("--group", "--group-id", "group_id", metavar="ID", help="Only those that a member of this group began.")
@click.option("--sort", type=click.Choice(["id", "reach", "age", "lateness"]), default="id", show_default=True)
@pass_session
def chains(session: Session, /, **asked: Any) -> None:  # noqa: ANN401 - the read options and the filters
    """List all chains: how far each travelled and how it does."""
    from relay.chains import chains as all_chains

    headers = ("placement_id", "gift_id", "chain_state", "reach", "generations", "latest_passed_on", "late_days")
    _print_list(session, all_chains, asked, headers, ("states",))


@command(example="relay gifts --of pig --as-of 2026-11-25")
@read_options
@help_option
@donor_option
@click.option("--sort", type=click.Choice(["id", "reach", "age"]), default="id", show_default=True)
@pass_session
def gifts(session: Session, /, **asked: Any) -> None:  # noqa: ANN401 - the read options and the filters
    """List all gifts: how far each travelled, how its chains do."""
    from relay.chains import gifts as all_gifts

    headers = ("gift_id", "help", "given_on", "placements", "reach", "generations")
    _print_list(session, all_gifts, asked, headers, ("states", "chains"))


def _print_list(
    session: Session,
    list_of: Callable[..., Sequence[Any]],
    asked: dict[str, Any],
    headers: tuple[str, ...],
    counts: tuple[str, ...],
) -> None:
    """Print a list of chains or gifts: some columns as they are, the last ones as counts in words."""
    from relay import parts
    from relay.printing import print_json, print_table

    read = {name: asked.pop(name) for name in ("as_of", "confirmed_only", "as_known")}
    names = parts.names(session.graph, session.programme_id, ("donor",) if asked["donor"] else ())
    found = list_of(session.relay(**read).survey, names=names, **asked)
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
    """List whom to visit next and why. Rank 1 is the most pressing."""
    from relay import parts
    from relay import todo as whom_to_visit
    from relay.printing import print_json, print_table

    survey = session.relay(as_of, confirmed_only=confirmed_only, as_known=as_known).survey
    names = parts.names(session.graph, session.programme_id, ("place",))
    found = whom_to_visit.todo(survey, place_id=place_id, most=most, names=names)
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


def _hanging(depends: Depends) -> str | None:
    if not depends.chains:
        return None
    return f"{depends.chains} chain{'s' if depends.chains > 1 else ''}, reach {depends.reach}"
