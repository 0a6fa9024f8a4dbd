"""A register of one's own: a map proposed for it, and an empty one to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from relay.commands.options import RelayGroup, command, pass_session
from relay.commands.session import NoProgrammeYet, Session, say


@click.group("map", cls=RelayGroup)
def map_() -> None:
    """Read a register that has columns of its own."""


@map_.command("propose", example="relay map propose seeds/registers/example.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_session
def propose(session: Session, file: Path) -> None:
    """Propose how to read a register, a CSV file or a workbook, as TOML on stdout.

    Save it, decide what is open (?), and use it: relay import FILE --map MAP.toml
    """
    from relay.exchange.workbook import pages
    from relay.mapping.programme import Programme, known_of
    from relay.mapping.proposal import proposed

    found = pages(file)
    try:
        programme = known_of(session.graph, session.programme_id)
    except NoProgrammeYet:
        say("There is no programme yet, so helps, gifts and places stay open: add it first, then propose again.")
        programme = Programme()
    click.echo(proposed(found, programme, file.stem), nl=False)


@command(example="relay template empty-register.xlsx")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.xlsx")
@pass_session
def template(session: Session, file: Path) -> None:
    """Write an empty workbook to fill in, with rules and places."""
    from relay.exchange.template import write_template

    if file.suffix.lower() != ".xlsx":
        raise click.UsageError("The name of a workbook ends with .xlsx.")
    write_template(session.graph, session.programme_id, file)
    say(f"{file} is ready to be filled in. Then: relay import {file}")
