"""The command line: who uses which command, the way in and the way out.

Staff record facts, managers look at relays, auditors query chain health and verify the ledger. Exit codes: 0 done;
1 not done, the message says why; 2 usage; 3 found something; 4 the database is unavailable.
"""

from __future__ import annotations

import atexit
import gc
import gettext as catalogues
import os
import sys
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, NOT_DONE, UNAVAILABLE
from relay.commands.options import RelayCommand, RelayGroup, language_option, pass_session, session_of
from relay.domain.system import Catalogue
from relay.errors import Invalid, RelayError, Unavailable
from relay.languages import CORE, DOMAIN, ENGLISH, gettext, languages, of_environment, speaking, translate
from relay.systems import SYSTEMS
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from relay.domain.system import System
    from relay.service.failure import Explained

USERS: Final = {
    Sentence("Staff"): (
        ("recording", "register", "gift", "place", "pass_on", "event", "excuse"),
        ("ceremony", "ceremony_"),
        ("recording", "confirm", "correct", "undo", "erase", "claim", "rule", "end"),
        ("offline.outbox", "outbox", "sync"),
        ("files", "import_"),
        ("mapping", "map_", "template"),
        ("looking_up", "find", "show"),
        ("accounts", "login", "logout"),
    ),
    Sentence("Managers"): (
        ("chain_lists", "gifts"),
        ("looking_up", "trace", "tree"),
        ("chain_lists", "chains", "todo", "unconfirmed"),
        ("statistics", "forecast"),
        ("digest", "digest"),
        ("chain_lists", "duplicates"),
        ("recording", "same", "different"),
        ("offline.held", "held"),
    ),
    Sentence("Auditors"): (
        ("auditing", "health", "audit_"),
        ("ledgers", "ledger"),
        ("statistics", "survival", "deadlines"),
        ("accounts", "access"),
    ),
    Sentence("Operators"): (
        ("operating", "demo", "serve", "status", "doctor", "engine_", "graph_"),
        ("files", "backup", "restore", "export"),
        ("operating", "programme"),
        ("countries", "country"),
        ("calendars", "calendar"),
        ("columns", "column"),
        ("accounts", "account", "token", "device"),
        ("following", "follow", "follower"),
        ("documents", "help_"),
    ),
}
"""Who uses which command of the core: in which module of `relay.commands` each stands, under which name."""

_HOMES: Final = {
    attribute.rstrip("_").replace("_", "-"): (module, attribute)
    for listed in USERS.values()
    for module, *attributes in listed
    for attribute in attributes
}
"""The same of what is typed."""

_EDITING: Final = ("delete", "remove", "edit", "change")


class UsersGroup(RelayGroup):
    """The commands, those of the core under who uses them, those of each system under its name.

    One of the core is imported when it is typed, all of them for help. A command that was renamed is found by its
    earlier name too.
    """

    def __init__(self, *args: Any, catalogue: Catalogue, **how: Any) -> None:  # noqa: ANN401 - whatever click gives
        """Keep what may be recorded, and by which systems."""
        super().__init__(*args, **how)
        self.params = [each if each.name != "language" else language_option(hidden=False) for each in self.params]
        self.catalogue = catalogue
        self.earlier_names: dict[str, RelayCommand] = {}

    @cached_property
    def sections(self) -> dict[str, list[RelayCommand]]:
        """User, or name of a system → its commands."""
        found: dict[str, list[RelayCommand]] = {
            users: [
                command
                for module, *attributes in listed
                for command in (self._of_core(module, attribute) for attribute in attributes)
                if command
            ]
            for users, listed in USERS.items()
        }
        for name, system in self.catalogue.systems.items():
            found[name] = [each for each in system.parts("commands", "COMMANDS") if isinstance(each, RelayCommand)]
        every = [each for commands in found.values() for each in commands]
        self.commands = {str(each.name): each for each in every}
        self.earlier_names = {each.formerly: each for each in every if each.formerly}
        return found

    def _of_core(self, module: str, attribute: str) -> RelayCommand | None:
        """A command of the core; None where it records what this run does not hold."""
        found: RelayCommand = getattr(import_module(f"relay.commands.{module}"), attribute)
        return found if not found.kind or found.kind in self.catalogue.kinds else None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name in _HOMES:
            return self._of_core(*_HOMES[cmd_name])
        return (super().get_command(ctx, cmd_name) or self.earlier_names.get(cmd_name)) if self.sections else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Section by section."""
        return super().list_commands(ctx) if self.sections else []

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's
    ) -> click.Context:
        """With a session on the catalogue."""
        extra.setdefault("obj", Session(self.catalogue))
        return super().make_context(info_name, args, parent, **extra)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; tell who looks for one that edits how a mistake is put right."""
        if args[0] in _EDITING:
            ctx.fail(
                gettext("Nothing recorded is ever edited. A new act puts a mistake right: see relay correct --help.")
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One section for each kind of user, and one for each system that the programme uses."""
        used = frozenset[str]()
        if self.catalogue.systems:
            with closing(session_of(ctx)) as session:  # after its help, the program ends
                used = session.systems_in_use()
        for title, commands in self.sections.items():
            shown = [each for each in commands if self._is_shown(title, each, used)]
            if shown:
                system = self.catalogue.systems.get(title)
                with formatter.section(translate(system.title if system else title)):
                    formatter.write_dl([(str(each.name), each.get_short_help_str(limit=64)) for each in shown])

    def _is_shown(self, title: str, command: RelayCommand, used: frozenset[str]) -> bool:
        """Whether a programme that uses some systems can use a command."""
        if title in self.catalogue.systems:
            return title in used
        needs = self.catalogue.systems_of(command.kind)
        return not needs or bool(needs & used)


def _tell_version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        from relay.version import version

        click.echo(f"relay, version {version()}")
        context.exit()


def program(catalogue: Catalogue) -> UsersGroup:
    """The whole command line, for the core and some systems."""

    @click.group("relay", cls=UsersGroup, catalogue=catalogue, context_settings={"help_option_names": ["--help", "-h"]})
    @click.option(
        "--version",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_tell_version,
        help="Show the version and its commit, and exit.",
    )
    @pass_session
    def relay(session: Session) -> None:
        """Follow livestock relays: who received what, who passed it on to whom, and where a chain broke."""
        click.get_current_context().call_on_close(session.close)

    return relay


@contextmanager
def _explained(session: Session) -> Generator[None]:
    """Turn every failure into its sentence, or with --json into what the API would answer, and its exit code."""
    try:
        yield
    except RelayError as error:
        _say_explained(session, error)
        sys.exit(UNAVAILABLE if isinstance(error, Unavailable) else NOT_DONE)
    except click.exceptions.Abort:
        _fail(session, Sentence("stopped; nothing more was done."))
    except click.ClickException as error:
        _say_usage(session, error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _give_up_output()
        sys.exit(NOT_DONE)
    except OSError as error:
        what = error.filename or Sentence("the answer could not be written out")
        _say_unexplained(session, Sentence("%(what)s: %(why)s.", what=what, why=error.strerror or error))
        _give_up_output()
        sys.exit(NOT_DONE)
    except MemoryError:
        _fail(session, Sentence("this machine has too little memory for that."))
    except Exception as error:  # noqa: BLE001 - where it happened is told, and no value: one might be a name
        import traceback

        for frame in traceback.extract_tb(error.__traceback__)[-10:]:
            say(f"  {frame.filename}:{frame.lineno} {frame.name}")
        what = Sentence(
            "unexpected error (%(name)s). Is the record sound? See relay ledger verify.", name=type(error).__name__
        )
        _fail(session, what)


def _fail(session: Session, reason: str) -> NoReturn:
    """Say what Relay itself does not explain, and end."""
    _say_unexplained(session, reason)
    sys.exit(NOT_DONE)


def _say_unexplained(session: Session, reason: str) -> None:
    from relay.service.failure import STATUS_UNFORESEEN, Explained

    _say_failure(session, Explained(status=STATUS_UNFORESEEN, reason=reason, suggestion=""))


def _say_explained(session: Session, error: RelayError) -> None:
    from relay.service.failure import explained

    told = explained(error)
    where = _where() if isinstance(error, Unavailable) else None
    if where:
        suggestion = Sentence("%(suggestion)s %(where)s", suggestion=told.suggestion, where=where)
        told = replace(told, suggestion=suggestion)
    _say_failure(session, told)


def _say_failure(session: Session, told: Explained) -> None:
    if _as_json(session):
        import json

        from relay.service.failure import Error
        from relay.service.json_codec import json_of

        say(json.dumps(json_of(Error(error=told))))
    else:
        say(f"relay: {translate(told.reason)} {translate(told.suggestion)}".rstrip())


def _as_json(session: Session) -> bool:
    """Whether JSON was asked for, though what was typed may not have been understood so far."""
    return session.as_json or "--json" in sys.argv[1:]


def _give_up_output() -> None:
    """Let what was not written out by now go nowhere: Python would try once more, and complain."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_usage(session: Session, error: click.ClickException) -> None:
    """Say it as click does, but with what would command a terminal made visible."""
    if _as_json(session):
        from relay.service.failure import STATUS, Explained

        _say_failure(session, Explained(status=STATUS[Invalid], reason=error.format_message(), suggestion=""))
        return
    told = translate(error.message) if type(error) is click.UsageError else error.format_message()
    said = told.expandtabs(4).splitlines()
    if not isinstance(error, click.exceptions.NoArgsIsHelpError):  # whose message is the whole help
        said = [gettext("Error: {message}").format(message=said[0]), *said[1:]]
        if isinstance(error, click.UsageError) and error.ctx:
            usage = error.ctx.get_usage().splitlines()
            hint = gettext("Try '{command} {option}' for help.").format(command=error.ctx.command_path, option="--help")
            said = [*usage, hint, "", *said]
    for line in said:
        say(line)


def _where() -> Sentence | None:
    """Which database was meant, where that was said by the environment; never what may hold a password."""
    from urllib.parse import urlsplit

    address = urlsplit(os.environ.get("NEO4J_URI", ""))
    if not address.hostname:
        return None
    at = f"{address.hostname}:{address.port or 7687}"
    if "+s" in address.scheme:
        return Sentence("NEO4J_URI names %(at)s, by an encrypted line.", at=at)
    return Sentence("NEO4J_URI names %(at)s.", at=at)


def _words() -> list[str]:
    """What was typed, as UTF-8 whatever the locale.

    Raises:
        UsageError: A word is not UTF-8: to guess would record another name than was meant.
    """
    try:
        return [os.fsencode(word).decode() for word in sys.argv[1:]]
    except UnicodeDecodeError as error:
        raise click.UsageError(
            Sentence("A word on the command line is not UTF-8. Set the terminal to UTF-8.")
        ) from error


def _language() -> str:
    """The language to speak: that of --language, else that of the terminal; with --json English, for programs.

    It is looked for before anything is understood, since what is wrong with the rest is told in it too.
    """
    words = list(takewhile(lambda word: word != "--", sys.argv[1:]))
    if "--json" in words:
        return ENGLISH
    asked = [then for word, then in pairwise(words) if word == "--language"]
    asked += [word.partition("=")[2] for word in words if word.startswith("--language=")]
    return next((word for word in asked if word in languages()), None) or of_environment(os.environ)


@contextmanager
def _spoken(language: str) -> Generator[None]:
    """Speak a language; click looks its own words up in the same catalogue, by the language of the environment."""
    catalogues.bindtextdomain(DOMAIN, str(CORE))
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = language
    try:
        with speaking(language):
            yield
    finally:
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def main(systems: Sequence[System] = SYSTEMS) -> None:
    """Run the command line."""
    from relay.service.terminal import use_utf8

    use_utf8()
    atexit.register(gc.freeze)  # Python looks through all that was imported once more as it ends: 0.2 s for nothing
    session = Session(Catalogue(systems))
    with _spoken(_language()), _explained(session):
        words, relay = _words(), program(session.catalogue)
        code = relay.main(args=words, prog_name="relay", standalone_mode=False, obj=session) or DONE
        sys.stdout.flush()
        sys.exit(code)


if __name__ == "__main__":
    main()
