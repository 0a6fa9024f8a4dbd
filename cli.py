"""The command line: who uses which command, the way in and the way out.

Staff record facts, managers look at relays, auditors query chain health and verify the ledger. Exit codes: 0 done;
1 not done, the message says why; 2 usage; 3 found something; 4 the database is unavailable.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

from relay.commands import (
    accounts,
    auditing,
    chain_health,
    chain_lists,
    files,
    ledgers,
    operating,
    reading,
    recording,
    statistics,
)
from relay.commands.exits import DONE, NOT_DONE, UNAVAILABLE
from relay.commands.options import RelayGroup, pass_session
from relay.commands.session import Session, say
from relay.errors import RelayError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator

USERS: Final = {
    "Staff": (
        *(recording.register, recording.gift, recording.place, recording.pass_on, recording.event, recording.excuse),
        *(recording.confirm, recording.correct, recording.erase, recording.claim, recording.rule),
        *(files.import_, reading.find, reading.show, accounts.login, accounts.logout),
    ),
    "Managers": (
        *(chain_lists.gifts, reading.trace, reading.tree, chain_lists.chains, chain_lists.todo),
        *(chain_lists.waiting, statistics.forecast),
    ),
    "Auditors": (
        *(chain_health.health, auditing.audit_, ledgers.ledger),
        *(statistics.survival, statistics.deadlines, accounts.access),
    ),
    "Operators": (
        *(operating.demo, operating.serve, operating.status, operating.engine_),
        *(files.backup, files.restore, files.export, operating.programme),
        *(accounts.account, accounts.token),
    ),
}
"""Who uses which command."""


_EDITING: Final = ("undo", "delete", "remove", "edit", "change")


class UsersGroup(RelayGroup):
    """The commands, listed under those who use them."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; tell who looks for one that edits how a mistake is put right."""
        if args[0] in _EDITING:
            ctx.fail("Nothing recorded is ever edited. A new act puts a mistake right: see relay correct --help.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """One section for each kind of user."""
        for users, commands in USERS.items():
            with formatter.section(users):
                formatter.write_dl([(str(each.name), each.get_short_help_str(limit=64)) for each in commands])


@click.group(cls=UsersGroup, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(package_name="relay")
@pass_session
def relay(session: Session) -> None:
    """Follow livestock relays: who received what, who passed it on to whom, and where a chain broke."""
    click.get_current_context().call_on_close(session.close)


for _users in USERS.values():
    for _command in _users:
        relay.add_command(_command)


@contextmanager
def _explained() -> Generator[None]:
    """Turn every failure into its sentence and its exit code."""
    try:
        yield
    except Unavailable as error:
        say(f"relay: {error}{_where()}")
        sys.exit(UNAVAILABLE)
    except RelayError as error:
        say(f"relay: {error}")
        sys.exit(NOT_DONE)
    except click.exceptions.Abort:
        say("relay: stopped; nothing more was done.")
        sys.exit(NOT_DONE)
    except click.ClickException as error:
        _say_usage(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _give_up_output()
        sys.exit(NOT_DONE)
    except OSError as error:
        say(f"relay: {error.filename or 'the answer could not be written out'}: {error.strerror or error}.")
        _give_up_output()
        sys.exit(NOT_DONE)
    except MemoryError:
        say("relay: this machine has too little memory for that.")
        sys.exit(NOT_DONE)
    except Exception as error:  # noqa: BLE001 - where it happened is told, and no value: one might be a name
        import traceback

        for frame in traceback.extract_tb(error.__traceback__)[-10:]:
            say(f"  {frame.filename}:{frame.lineno} {frame.name}")
        say(f"relay: nobody foresaw this ({type(error).__name__}). Is the record sound? See relay ledger verify.")
        sys.exit(NOT_DONE)


def _give_up_output() -> None:
    """Let what was not written out by now go nowhere: Python would try once more, and complain."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_usage(error: click.ClickException) -> None:
    """Say it as click does, but with what would command a terminal made visible."""
    said = error.format_message().expandtabs(4).splitlines()
    if not isinstance(error, click.exceptions.NoArgsIsHelpError):  # whose message is the whole help
        said = ["Error: " + said[0], *said[1:]]
        if isinstance(error, click.UsageError) and error.ctx:
            usage = error.ctx.get_usage().splitlines()
            said = [*usage, f"Try '{error.ctx.command_path} --help' for help.", "", *said]
    for line in said:
        say(line)


def _where() -> str:
    """Which database was meant, where that was said by the environment; never what may hold a password."""
    from urllib.parse import urlsplit

    address = urlsplit(os.environ.get("NEO4J_URI", ""))
    line = ", by an encrypted line" if "+s" in address.scheme else ""
    return f" NEO4J_URI names {address.hostname}:{address.port or 7687}{line}." if address.hostname else ""


def _words() -> list[str]:
    """What was typed, as UTF-8 whatever the locale.

    Raises:
        UsageError: A word is not UTF-8: to guess would record another name than was meant.
    """
    try:
        return [os.fsencode(word).decode() for word in sys.argv[1:]]
    except UnicodeDecodeError as error:
        raise click.UsageError("A word on the command line is not UTF-8. Set the terminal to UTF-8.") from error


def main() -> None:
    """Run the command line."""
    from relay.service.terminal import use_utf8

    use_utf8()
    with _explained():
        code = relay.main(args=_words(), prog_name="relay", standalone_mode=False) or DONE
        sys.stdout.flush()
        sys.exit(code)


if __name__ == "__main__":
    main()
