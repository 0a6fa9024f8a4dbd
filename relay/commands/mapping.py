"""A register of one's own: a map proposed for it, and an empty one to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import NoProgrammeYet, Session, say
from relay.commands.options import RelayGroup, command, complete_maps, format_option, pass_session
from relay.commands.showing import as_read, print_list
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.register_maps.saved_maps import SavedMap


@click.group("map", cls=RelayGroup)
def map_() -> None:
    """Read a register that has columns of its own."""


@map_.command("propose", example="relay map propose seeds/registers/example.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--sheet", default="", metavar="NAME", help="The sheet that is meant, where there are several.")
@pass_session
def propose(session: Session, file: Path, sheet: str) -> None:
    """Propose how to read a register, a CSV file or a workbook, as TOML on stdout.

    Save it, decide what is open (?), and use it: relay import FILE --map MAP.toml
    """
    from relay.exchange.sheets import all_sheets
    from relay.register_maps.existing_records import ExistingRecords
    from relay.register_maps.map_file import open_points
    from relay.register_maps.map_proposal import proposed

    found = all_sheets(file)
    try:
        programme = session.registers.known()
    except NoProgrammeYet:
        say("There is no programme yet, so helps, gifts and places stay open: add it first, then propose again.")
        programme = ExistingRecords()
    text = proposed(found, programme, file.stem, sheet)
    click.echo(text, nl=False)
    if open_ := open_points(text):
        say("Still open (?), decide it in the map:")
        for point in open_:
            say(f"  {point}")
    say("Look at every line, then try it: relay import FILE --map MAP.toml")


@map_.command("keep", example="relay map keep ngo.toml --name goats")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="MAP.toml")
@click.option("--name", help="What to call it; the name of the file if left out. Another map of that name is replaced.")
@pass_session
def keep(session: Session, file: Path, name: str | None) -> None:
    """Keep a map: files with the same columns need none."""
    from relay.register_maps.map_file import text_of

    kept = session.registers.keep(name or file.stem, text_of(file))
    _print_maps(session, (kept,))
    say("Files with the same columns are read by it from now on: relay import FILE")


@map_.command("list", example="relay map list")
@format_option
@pass_session
def list_(session: Session) -> None:
    """List the kept maps."""
    _print_maps(session, session.registers.maps())


@map_.command("show", example="relay map show goats")
@click.argument("name", shell_complete=complete_maps)
@pass_session
def show(session: Session, name: str) -> None:
    """Print a kept map, as TOML."""
    from relay.register_maps.saved_maps import saved_map
    from relay.service.terminal import print_json

    kept = saved_map(session.registers.maps(), name)
    if session.as_json:
        print_json(kept)
    else:
        click.echo(kept.text, nl=False)


@map_.command("forget", example="relay map forget goats")
@click.argument("name", shell_complete=complete_maps)
@pass_session
def forget(session: Session, name: str) -> None:
    """Keep a map no longer. What was imported by it stays."""
    _print_maps(session, (session.registers.forget(name),))


def _print_maps(session: Session, maps: Sequence[SavedMap]) -> None:
    from relay.service.terminal import print_json

    if session.as_json:
        print_json(maps)
    else:
        print_list(session, _KEPT, ([*as_read(session, each, _KEPT)] for each in maps))


_KEPT: Final = ("name", "columns", "fingerprint", "kept_by", "kept_at")


@command(example="relay template empty-register.xlsx")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.xlsx")
@pass_session
def template(session: Session, file: Path) -> None:
    """Write an empty workbook to fill in, with rules and places."""
    if file.suffix.lower() != ".xlsx":
        raise click.UsageError(Sentence("The name of a workbook ends with .xlsx."))
    session.registers.write_template(file)
    say("%(file)s is ready to be filled in. Then: relay import %(file)s", file=file)
