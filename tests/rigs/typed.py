"""What can be typed: the commands of a group, each imported as `relay` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


def below(group: click.Group) -> Mapping[str, click.Command]:
    """The commands of a group by name, in the order of its help."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command}
