"""Commands that ask one question: their options are what it can be narrowed by."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

import click
import pytest

from relay.cli import program
from relay.commands.asking import AskingCommand
from relay.commands.command_session import Session
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATALOGUE: Final = Catalogue(SYSTEMS)
OF_ALL: Final = "--programme --json --language"
OPTIONS: Final[Mapping[str, str]] = {
    "relay chains": "--as-of --as-known --confirmed-only --state --of --place --place-id --group --group-id --donor"
    " --sort --most --skip --format",
    "relay todo": "--as-of --as-known --confirmed-only --place --place-id --for --most --format",
    "relay tree": "--as-of --as-known --confirmed-only id --names",
    "relay forecast": "--as-of --as-known --confirmed-only about --seed --ready",
    "relay audit sample": "--as-of --as-known --size --seed --names",
    "relay request list": "--as-of --of --state --format",
    "relay raw-counts": "--format",
}


def _asking(
    command: click.Command, above: click.Context | None = None
) -> Iterator[tuple[click.Context, AskingCommand]]:
    """Every command that asks a question, with its context."""
    context = click.Context(
        command, parent=above, info_name=command.name, obj=Session(CATALOGUE), **command.context_settings
    )
    if isinstance(command, AskingCommand):
        yield context, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below, name
            yield from _asking(below, context)


ASKING: Final = {context.command_path: (context, command) for context, command in _asking(program(CATALOGUE))}


@pytest.mark.parametrize(("path", "options"), OPTIONS.items())
def test_what_a_question_can_be_narrowed_by_is_an_option(path: str, options: str) -> None:
    context, command = ASKING[path]

    names = [name for each in command.get_params(context) for name in each.opts if name not in ("-h", "--help")]

    assert " ".join(names) == f"{options} {OF_ALL}"


def test_what_a_question_makes_no_sense_without_is_asked_for() -> None:
    context, command = ASKING["relay audit sample"]

    with pytest.raises(click.MissingParameter, match="seed"):
        command.make_context("sample", ["--size", "5"], parent=context.parent)


@pytest.mark.parametrize("path", ASKING)
def test_the_example_of_a_command_that_asks_is_understood(path: str) -> None:
    context, command = ASKING[path]
    words = shlex.split(command.example)[len(path.split()) :]

    with command.make_context(path, words, parent=context.parent) as understood:
        assert understood.params.keys() >= {each.name for each in command.get_params(context) if each.expose_value}
