"""The documents of Relay, read in the terminal; nothing of it needs a line or a database."""

from __future__ import annotations

import click

from relay import documents
from relay.commands.command_session import Session
from relay.commands.options import command, pass_session
from relay.text import Sentence


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in documents.names() if name.startswith(incomplete)]


@command("help", example="relay help operators")
@click.argument("document", required=False, shell_complete=_complete)
@pass_session
def help_(session: Session, document: str | None) -> None:
    """Show a page of the documentation, or list them all."""
    from relay.service.terminal import on_terminal, print_json, print_table, typeset

    if document is None:
        every = [{"name": name, "title": documents.title(name)} for name in documents.names()]
        if session.as_json:
            print_json(every)
        else:
            print_table(("name", "title"), ([each["name"], each["title"]] for each in every))
        return
    if document not in documents.names():
        told = "relay help lists them all; of a command tells relay COMMAND --help."
        raise click.UsageError(Sentence("There is no document %(document)s: %(told)s", document=document, told=told))
    text = documents.text(document)
    if session.as_json:
        print_json({"name": document, "title": documents.title(document), "text": text})
    elif on_terminal():
        click.echo_via_pager(typeset(text))
    else:
        click.echo(text, nl=False)
