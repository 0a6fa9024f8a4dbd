"""Auditors ask for chain health: what is owed, was passed on, and broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relay.commands.exits import DONE, FOUND
from relay.commands.options import command, pass_session, read_options
from relay.commands.session import Session
from relay.commands.showing import RATES, counted, decimals, rate, rates
from relay.domain.vocabulary import PARTED_BY

if TYPE_CHECKING:
    from relay.reports.health import Changes, Health


@command(example="relay health --as-of 2026-11-25")
@read_options
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(PARTED_BY),
    help="Break it down by this (year: of receipt); may be repeated.",
)
@click.option("--compare", metavar="DAY", help="Show what changed since that day.")
@click.option("--check", is_flag=True, help="Exit with 3 when a placement is lost or broken; with --compare, newly so.")
@pass_session
def health(
    session: Session,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    by: tuple[str, ...],
    compare: str | None,
    check: bool,
) -> None:
    """Show chain health: what is owed, was passed on, and broke."""
    from relay.service.queries.chain_health import Health as HealthOf
    from relay.service.terminal import print_json

    read = session.read(as_of, confirmed_only=confirmed_only, as_known=as_known)
    earlier = session.day(compare, "--compare") if compare else None
    found = session.ask(HealthOf(by=by, compare=earlier, **read))
    if session.as_json:
        print_json(found)
    else:
        _print_health(found)
    click.get_current_context().exit(FOUND if check and found.found_something else DONE)


def _print_health(health: Health) -> None:
    from relay.service.terminal import print_pairs, print_table

    placements = health.placements
    print_pairs(
        (
            ("programme_id", health.programme_id),
            ("as_of", health.as_of),
            (
                "placements",
                f"{placements.total}: {placements.original} original, {placements.passed_on} passed on",
            ),
            ("states", counted(health.states)),
            ("chains", counted(health.chains)),
            ("causes", counted(health.causes)),
            (
                "animals",
                f"{health.animals.given} given, {health.animals.passed} passed of {health.animals.owed} owed",
            ),
            ("additional_per_original", decimals(health.additional_per_original)),
            ("generations", health.generations),
            *((name, rate(getattr(health.rates, name))) for name in RATES),
        )
    )
    print_table(
        ("help", "unit", "given", "passed", "owed", *RATES),
        ((each.help, each.unit, each.given, each.passed, each.owed, *rates(each.rates)) for each in health.by_help),
        title="by help",
    )
    print_table(
        ("generation", "placements", "fulfilled", "passed"),
        ((each.generation, each.placements, each.fulfilled, each.passed) for each in health.by_generation),
        title="by generation",
    )
    for breakdown in health.breakdowns:
        print_table(
            (breakdown.by, "name", "placements", *health.states, "passed", "owed", *RATES),
            (
                (
                    part.part,
                    part.name,
                    part.placements.total,
                    *part.states.values(),
                    part.units.passed,
                    part.units.owed,
                    *rates(part.rates),
                )
                for part in breakdown.parts
            ),
            title=f"by {breakdown.by.replace('_', ' ')}",
        )
    if health.changes:
        _print_changes(health, health.changes)


def _print_changes(health: Health, changes: Changes) -> None:
    from relay.service.terminal import print_pairs, print_table

    earlier = changes.earlier
    counts = (
        ("placements", earlier.placements.total, health.placements.total),
        *((state, earlier.states[state], health.states[state]) for state in health.states),
        *((f"{state} chains", earlier.chains[state], health.chains[state]) for state in health.chains),
        ("animals passed", earlier.animals.passed, health.animals.passed),
    )
    print_table(
        ("what", str(earlier.as_of), str(health.as_of), "more"),
        (
            *((what, before, now, f"{now - before:+g}") for what, before, now in counts),
            *((name, rate(getattr(earlier.rates, name)), rate(getattr(health.rates, name)), None) for name in RATES),
        ),
        title="what changed",
    )
    print_table(
        ("before", "now", "placements"),
        ((each.before or "not there", each.now or "not there", each.placements) for each in changes.moved),
        title="which states changed",
    )
    print_pairs((("broke", " ".join(changes.broke)), ("mended", " ".join(changes.mended))))
