"""The commands of wells."""

from __future__ import annotations

from typing import Final

import click

from relay.commands.asking import lister
from relay.commands.command_session import Session
from relay.commands.options import pass_session
from relay.commands.recording import print_recorded, record_kind, records


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


wells: Final = lister("tests.systems.wells.questions.Wells", "wells", does="List all wells.", example="relay wells")

COMMANDS: Final = (
    well,
    well_visit,
    wells,
)
