"""The commands of protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from relay.commands.asking import asking, lister
from relay.commands.command_session import Session, say
from relay.commands.options import command, format_option, pass_session
from relay.commands.recording import dry_run_option, print_recorded, record_kind, recorder
from relay.commands.showing import print_list, print_rows, rate
from relay.systems.protection.kinds import OF_COMMITTEES, OF_SITES, SPANS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.systems.protection.questions import ProtectionReport
    from relay.systems.protection.release_tables import ReleasedRow


service: Final = recorder(
    "service",
    "add-service",
    formerly="service",
    does="Record a service that helps, with the day on which somebody made sure of it.",
    example="relay add-service --name 'Helpline for women' --kind women_helpline --place KTM --phone 1145 "
    "--checked-on 2026-11-24",
)

committee_count: Final = recorder(
    "committee_count",
    "committee-count",
    does="Record how many a large place, such as a municipality, counted in a month: a number, and nothing of anybody.",
    example="relay committee-count PAL --month 2026-10 --measure people_informed --count 31",
    about="place_id",
)


@asking("relay.systems.protection.questions.Protection", example="relay services --as-of 2026-11-24")
@format_option
def services(session: Session, found: ProtectionReport) -> None:
    """List services and when each was checked, how committees are, and what of their counts was released."""
    from relay.service.terminal import print_pairs
    from relay.systems.protection.questions import ServiceRow

    print_rows(session, ServiceRow, found.services)
    if session.as_csv:
        return
    print_pairs(
        (
            ("checked within 180 days", rate(found.fresh)),
            ("committees that met within 90 days", rate(found.active)),
            ("months of places and measures that are counted", found.months_reported),
        )
    )
    for release in found.releases:
        say(
            "%(measure)s, %(from_month)s to %(until_month)s (%(release_id)s):",
            measure=release.measure,
            from_month=release.from_month,
            until_month=release.until_month,
            release_id=release.release_id,
        )
        _print(session, release.columns, release.rows)


counts: Final = lister(
    "relay.systems.protection.questions.RawCounts",
    "raw-counts",
    formerly="counts",
    does="List every monthly count as it was recorded; it is written down that you read them.",
    example="relay raw-counts",
)


@command(example="relay release people_informed --from 2026-07 --until 2026-09")
@click.argument("measure", type=click.Choice((*OF_COMMITTEES, *OF_SITES)))
@click.option("--from", "from_month", metavar="MONTH", required=True, help="The first month.")
@click.option("--until", "until_month", metavar="MONTH", required=True, help="The last, of the same calendar.")
@click.option("--level", help="The level of place that a line adds up (default: the smaller of the two that can be).")
@click.option("--span", type=click.Choice(tuple(SPANS)), default="month", show_default=True, help="What a column does.")
@click.option("--id", "release_id", metavar="ID", help="Id of the release (default: a new one).")
@click.option("--apply", "apply_", is_flag=True, help="Record it. A month is released once, and for good.")
@dry_run_option
@pass_session
def release(session: Session, /, release_id: str | None, *, apply_: bool, **asked: str) -> None:
    """Show what of a measure may be published so that nobody can work out a small count, and record it."""
    from relay.service.terminal import print_json
    from relay.systems.protection.questions import DraftRelease, columns_of

    found = session.ask(DraftRelease(as_of=session.day(None), **asked))
    if not apply_:
        if session.as_json:
            print_json(found)
        else:
            _print(session, found.columns, found.rows)
            if found.coarser:
                say(COARSER)
            many = found.hidden
            say(
                "%(rounded)s %(numerator)s of %(denominator)s are hidden.",
                rounded=ROUNDED,
                numerator=many.numerator,
                denominator=many.denominator,
            )
            say("Nothing is recorded: --apply releases it.")
        return
    values = {name: str(value) for name, value in columns_of(found).items()}
    print_recorded(session, record_kind(session, "release", {**values, "release_id": release_id}))


def _print(session: Session, columns: Sequence[str], rows: Sequence[ReleasedRow]) -> None:
    total = ("total",) if len(columns) > 1 else ()
    print_list(session, ["place_id", *columns, *total], ((row.place_id or "total", *row.cells) for row in rows))
    for row in rows:
        if row.not_reported:
            say(
                "Not reported by %(place_id)s, which is not 0: %(not_reported)s.",
                place_id=row.place_id,
                not_reported=", ".join(row.not_reported),
            )


COARSER: Final = "By larger places: one of the smaller has one committee, whose own count it would be."
ROUNDED: Final = "Each count is rounded down to a multiple of 5 before it is added up; ones below 5 are hidden."

COMMANDS: Final = (
    service,
    services,
    committee_count,
    counts,
    release,
)
