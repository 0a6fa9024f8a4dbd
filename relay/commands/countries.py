"""Operators set a programme up for its country: one that comes with Relay, or a folder of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import format_option, group, pass_session
from relay.commands.recording import REHEARSED, dry_run_option, reason, say_rehearsed
from relay.commands.showing import print_rows, told
from relay.countries import folder as folders
from relay.countries.country import FIRST, NAMES, country_of, packaged
from relay.errors import Failure, Refused, refused
from relay.text import Sentence

OUTLINES_BY_SERVICE: Final = Failure(
    Refused,
    "outlines_by_service",
    "RELAY_URL is set, and outlines are copied into the data folder of the service's own machine.",
    advice="Do it there, or leave [outlines] out: places whose coordinates are recorded are then drawn as points.",
    field="country",
)


@group()
def country() -> None:
    """The country of a programme: places, telephones, money."""


@country.command("show", example="relay country show rw")
@click.argument("name", metavar="[NAME]", type=click.Choice(NAMES), required=False)
@pass_session
def country_show(session: Session, name: str | None) -> None:
    """Print the country.toml of a country that comes with Relay; without a NAME, that of the programme."""
    said = name or session.head.country or FIRST
    click.echo((packaged(said) if said in NAMES else said).rstrip())


@country.command("check", example="relay country check uganda")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@format_option
@pass_session
def country_check(session: Session, folder: Path) -> None:
    """Tell all that is missing or wrong in a country's folder, by file and line; nothing is recorded."""
    found = folders.read(folder)
    print_rows(session, folders.FaultInFolder, found.faults)
    if found.country and not found.faults:
        say(
            "Nothing is wrong. Levels of place: %(levels)s. Limits of %(helps)s.",
            levels=", ".join(found.country.level_names),
            helps=", ".join(found.country.limits) or Sentence("no help"),
        )
    click.get_current_context().exit(FOUND if found.faults else DONE)


@country.command("use", example="relay country use rw --programme relay-demo --dry-run")
@click.argument("named", metavar="FOLDER", type=click.Path())
@click.option("--why", default="The programme works in this country.", show_default=True, help="Note for the auditor.")
@dry_run_option
@pass_session
def country_use(session: Session, named: str, why: str) -> None:
    """Let a programme work in the country of a FOLDER, or in one that comes with Relay: np, rw, generic.

    It is in force from then on; what was recorded before stays as it is. Outlines are copied into the data folder.
    """
    from relay.service.terminal import print_json, print_pairs

    said, recorded = said_country(session, named), None
    if said != (session.head.country or FIRST):
        act_id, changes = f"programme:{session.programme_id}", {"country": said}
        recorded = session.hand_in(
            "correct", {"act_id": act_id, "how": "wrong_data", "why": reason(session, why), "changes": changes}
        )
    its = country_of(said)
    result = {
        "programme_id": session.programme_id,
        "country": its.called("en"),
        "levels": its.level_names,
        "act_id": recorded.act_id if recorded else None,
    }
    if session.as_json:
        print_json(result)
    else:
        print_pairs((name, told(value)) for name, value in result.items())
    if recorded is None:
        say("Nothing new: the programme works in this country already.")
    elif recorded.dry_run:
        say(REHEARSED)
        say_rehearsed(recorded)


def said_country(session: Session, named: str) -> str:
    """What a programme says of its country: the word of one that comes with Relay, or the country.toml of a folder.

    The outlines of the folder are copied into the data folder, but for a dry run.

    Raises:
        Invalid: There is no country.toml, or something is wrong in it or in the outlines.
        Refused: It has outlines, and the database is a service's.
    """
    if named in NAMES:
        return named
    found = folders.sound(Path(named))
    if found.outlines is not None and session.settings.url:
        raise refused(OUTLINES_BY_SERVICE)
    if found.outlines is not None and not session.rehearses:
        folders.keep_outlines(found.outlines, session.settings.data_folder)
    return found.text
