"""Auditors ask for chain health, check the whole record, and draw a sample to verify in the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from relay.commands.asking import asking
from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import as_known_option, as_of_option, command, confirmed_option, group, pass_session
from relay.commands.showing import RATES, counted, decimals, rate, rates
from relay.domain.vocabulary import PARTED_BY
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.audit.error_rate import ErrorRate
    from relay.audit.run import Audit
    from relay.audit.sampling import Sample
    from relay.reports.health import Changes, Health


@command(example="relay health --as-of 2026-11-25")
@as_of_option
@as_known_option
@confirmed_option
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
    from relay.service.questions.chain_health import HealthQuestion as HealthOf
    from relay.service.terminal import print_json

    day, earlier = session.day(as_of), session.day(compare, "--compare") if compare else None
    session.say_if_to_come(day)
    found = session.ask(
        HealthOf(by=by, compare=earlier, as_of=day, as_known=session.known(as_known), confirmed_only=confirmed_only)
    )
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
                (
                    f"{health.animals.given} given, {health.animals.passed} passed on, {health.animals.owed} owed"
                    " (due or not)"
                ),
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


@group("audit", invoke_without_command=True, example="relay audit --as-of 2026-11-25")
@as_of_option
@as_known_option
@click.pass_context
def audit_(context: click.Context, as_of: str | None, as_known: str | None) -> None:
    """Check the whole record: what looks wrong, with the evidence."""
    if context.invoked_subcommand:
        if as_of or as_known:
            raise click.UsageError(Sentence("Write the options after %(command)s.", command=context.invoked_subcommand))
        return
    from relay.service.questions.auditing import AuditQuestion as AuditOf
    from relay.service.terminal import print_json

    session = context.ensure_object(Session)
    found = session.ask(AuditOf(as_of=session.day(as_of), as_known=session.known(as_known)))
    if session.as_json:
        print_json(found)
    else:
        _print_audit(found)
    context.exit(FOUND if found.found else DONE)


def _print_audit(audit: Audit) -> None:
    from relay.service.terminal import print_table

    print_table(
        ("check_id", "title", "severity", "found", "population"),
        ((each.check_id, each.title, each.severity, len(each.findings), each.population) for each in audit.checks),
    )
    if audit.found:
        print_table(
            ("check_id", "sentence", "acts", "evidence"),
            (
                (each.check_id, finding.sentence, _sequences(finding.acts), _sequences(finding.evidence))
                for each in audit.checks
                for finding in each.findings
            ),
            title="what was found, by entries of the ledger",
        )


def _sequences(sequences: Iterable[int]) -> str | None:
    return " ".join(map(str, sequences)) or None


@asking("relay.service.questions.auditing.SampleQuestion", "sample", example="relay audit sample --size 40 --seed 7")
@click.option("--names", is_flag=True, help="Show names; without it the ids alone.")
def audit_sample(session: Session, found: Sample, *, names: bool) -> None:
    """Draw placements to verify in the field, and show what was found so far.

    Record what was found as an event on or after the day of the sample:
    relay event checked PLACEMENT --outcome found, partly or not_found.
    """
    _print_sample(found, session.names_of(each.beneficiary_id for each in found.placements) if names else {})
    size = click.get_current_context().params["size"]  # as asked: of fewer placements all are drawn
    again = f"--size {size} --seed {found.seed} --as-of {found.as_of} --as-known {found.as_known}"
    say("The same sample again, with what was found: relay audit sample %(again)s", again=again)


audit_.add_command(audit_sample)


def _print_sample(sample: Sample, names: Mapping[str, str]) -> None:
    from relay.service.terminal import print_pairs, print_table

    headers = ("place_id", "placement_id", "beneficiary_id", "help", "received", "received_on")
    print_table(
        (*headers, "name", "received_from", "passed", "passed_to", "outcome", "checked_on"),
        (
            (
                *(getattr(each, name) for name in headers),
                names.get(each.beneficiary_id),
                " ".join(each.received_from),
                each.passed,
                " ".join(each.passed_to) or None,
                each.outcome or "____",
                each.checked_on,
            )
            for each in sample.placements
        ),
    )
    columns = ("came_by", "place_id", "placements", "sampled", "checked", "wrong", "not_found")
    print_table(columns, ([getattr(each, name) for name in columns] for each in sample.strata), title="strata")
    for name in ("error_rate", "not_found_rate"):
        rate = getattr(sample, name)
        if rate:
            print_pairs(((name, _estimated(rate)),))


def _estimated(rate: ErrorRate) -> str:
    """An estimate as people read it, never without its interval and what it is made of."""
    said = f"{rate.share:.1%}, between {rate.low:.1%} and {rate.high:.1%} ({rate.wrong} of {rate.checked} checked)"
    return said if rate.covers == 1 else f"{said}; speaks of {rate.covers:.0%} of the placements"
