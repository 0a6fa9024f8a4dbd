"""The commands of wells."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Final

import click

from relay.commands.options import as_of_option, command, pass_session
from relay.commands.recording import print_recorded, record_kind, records
from relay.commands.session import Session


@records("well", example="relay well --id K1 --beneficiary B2001 --on 2024-01-01")
@pass_session
def well(session: Session, /, **given: str | None) -> None:
    """Record a well."""
    print_recorded(session, record_kind(session, "well", given))


@records("well_visit", "well-visit", example="relay well-visit K1 --works yes", but=("well_id",))
@click.argument("well_id", metavar="WELL")
@pass_session
def well_visit(session: Session, /, **given: str | None) -> None:
    """Record a visit to a well."""
    print_recorded(session, record_kind(session, "well_visit", given))


@command(example="relay wells")
@as_of_option
@pass_session
def wells(session: Session, as_of: str | None) -> None:
    """List all wells."""
    from relay.service.terminal import print_json, print_table
    from tests.systems.wells.questions import Well, Wells

    found = session.ask(Wells(as_of=session.day(as_of)))
    if session.as_json:
        print_json(found)
    else:
        print_table([each.name for each in fields(Well)], [astuple(each) for each in found])


COMMANDS: Final = (
    well,
    well_visit,
    wells,
)
