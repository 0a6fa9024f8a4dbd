"""What all commands look like: the shared options, ids as arguments, an example under each help."""

from __future__ import annotations

import inspect
import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.command_session import Session
from relay.domain.schema import Column, Kind
from relay.errors import Invalid
from relay.languages import ENGLISH, gettext, languages, spoken, translate
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


_END_OF_SENTENCE: Final = re.compile(r"(?<=[.।]) ")


def text_of(file: Path) -> str:
    """What a file says, which holds a secret.

    Raises:
        click.UsageError: It is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(Sentence("%(file)s is not text in UTF-8.", file=file)) from None


def first_line(file: Path) -> str:
    """The first line of a file, which is the secret that it holds.

    Raises:
        click.UsageError: It is no text.
    """
    return text_of(file).partition("\n")[0]


def secret(what: str, *, new: bool, instead: str) -> str:
    """What somebody types at the terminal unseen, twice where it is new.

    Raises:
        click.UsageError: There is no terminal; the option that helps instead is named.
    """
    import warnings
    from getpass import GetPassWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return str(click.prompt(what, hide_input=True, confirmation_prompt=new, err=True))
        except GetPassWarning:
            raise click.UsageError(
                Sentence("There is no terminal to ask on: use %(instead)s.", instead=instead)
            ) from None


def passphrase(file: Path | None, *, new: bool) -> str:
    """The passphrase from the first line of a file, or from the person at the terminal."""
    if file is None:
        return secret("Passphrase", new=new, instead="--passphrase-file")
    if not (said := first_line(file)):
        raise click.UsageError(Sentence("%(file)s does not begin with a passphrase.", file=file))
    return said


def new_passphrase(file: Path | None) -> str:
    """One that seals; as long as a password at least, since whoever has the file may try for as long as they like."""
    from relay.access.accounts import LEAST_PASSWORD

    said = passphrase(file, new=True)
    if len(said.strip()) < LEAST_PASSWORD:
        raise click.UsageError(
            Sentence(
                "A passphrase has at least %(least)s characters; four or five words are best.", least=LEAST_PASSWORD
            )
        )
    return said


passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="RELAY_PASSPHRASE_FILE",
    help="A file whose first line is the passphrase; also by RELAY_PASSPHRASE_FILE.",
)


def as_text(help_: str) -> str:
    """What a command or an option is for, as the catalogues hold it: a line for each paragraph."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(help_).split("\n\n"))


@contextmanager
def _told(*shown: click.Command | click.Parameter) -> Generator[None]:
    """Say in the language that is spoken what some commands or options are for, as long as they are shown."""
    helps = [(each, each.help) for each in shown if isinstance(each, click.Command | click.Option)]
    for each, help_ in helps:
        each.help = help_ and gettext(as_text(help_))
    try:
        yield
    finally:
        for each, help_ in helps:
            each.help = help_


class RelayCommand(click.Command):
    """A command that takes --programme and --json, as each group before it does; its help ends with an example.

    Attributes:
        kind: Of the acts that it records; empty where it does not record just one.
        formerly: The name that it had before, by which it can still be called; empty for none.
    """

    kind = ""

    def __init__(self, *args: Any, example: str = "", formerly: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - click's
        """Add both options and keep the example; without one there is none."""
        super().__init__(*args, **kwargs)
        self.params += [*shared_options()]
        self.example, self.formerly = example, formerly

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """As click has it, in the language that is spoken: click makes it once."""
        option = super().get_help_option(ctx)
        if option:
            option.help = gettext("Show this message and exit.")
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of its help: in English within a limit, else whole, since others need more letters."""
        with _told(self):
            if not self.help or spoken() in (None, ENGLISH):
                return super().get_short_help_str(limit)
            return _END_OF_SENTENCE.split(self.help.partition("\n\n")[0], maxsplit=1)[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In the language that is spoken."""
        with _told(self):
            super().format_help_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In the language that is spoken."""
        with _told(*self.get_params(ctx)):
            super().format_options(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End with the example, unbroken so that it can be pasted."""
        super().format_epilog(ctx, formatter)
        if self.example:
            with formatter.section(gettext("Example")):
                formatter.write(f"  {self.example}\n")


class RelayGroup(RelayCommand, click.Group):
    """A group whose commands are `RelayCommand`s, listed in the order of this file."""

    command_class = RelayCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of this file."""
        return list(self.commands)


def complete_programmes(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The programmes that begin with what was typed."""
    with closing(session_of(context)) as session:  # after it has offered something, the program ends
        return list(session.programmes_beginning(incomplete))


def complete_ids(*kinds: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A completion by the ids of some kinds that begin with what was typed."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        with closing(session_of(context)) as session:
            return [id_ for kind in kinds for id_ in session.beginning(kind, incomplete)]

    return complete


def complete_acts(of: Callable[[Kind], bool]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A completion by the acts of some kinds: their ids, with the kind before them once it was typed."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        with closing(session_of(context)) as session:
            named, colon, text = incomplete.rpartition(":")
            used = session.systems_in_use()
            kinds = [name for name, kind in session.catalogue.kinds.items() if of(kind) and named in ("", name)]
            on = [name for name in kinds if session.catalogue.is_on(name, used)]
            return [f"{named}{colon}{id_}" for name in on for id_ in session.beginning(name, text)]

    return complete


def complete_helps(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The helps of the programme's rules that begin with what was typed."""
    with closing(session_of(context)) as session:
        return list(session.helps_beginning(incomplete))


def complete_maps(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The kept maps that begin with what was typed."""
    with closing(session_of(context)) as session:
        return list(session.maps_beginning(incomplete))


def complete_systems(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The systems that a programme can use."""
    return [name for name in session_of(context).catalogue.systems if name.startswith(incomplete)]


class _Id(click.ParamType[str]):
    """An id as it is recorded, however its digits and letters were typed; with or without its kind before it."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the part after the kind as the cell of an id.

        Raises:
            BadParameter: It cannot be an id.
        """
        from relay.exchange import cells

        try:
            id_ = cells.read_record(Column(name="id", type="id"), value)
        except Invalid as error:
            self.fail(translate(error.in_full), param, ctx)
        if id_ is None:
            self.fail(gettext("This is empty. Write an id, such as P0001 or pass:T0001."), param, ctx)
        return id_


ID: Final = _Id()


def session_of(context: click.Context) -> Session:
    """What a command works with.

    Raises:
        TypeError: The command is run outside the program that `cli` makes.
    """
    session = context.find_object(Session)
    if session is None:
        raise TypeError
    return session


def _keep_programme(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        session_of(context).programme = value


def _keep_json(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        session_of(context).as_json = True


def shared_options() -> tuple[click.Option, ...]:
    """The options of every command and group: --programme, --json and --language."""
    return (
        click.Option(
            ["--programme"],
            metavar="ID",
            expose_value=False,
            callback=_keep_programme,
            is_eager=True,  # before --help, which tells of its systems
            help="Which programme, when there are several.",
            shell_complete=complete_programmes,
        ),
        click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_keep_json, help="Print JSON instead of a table."
        ),
        language_option(hidden=True),
    )


def language_option(*, hidden: bool) -> click.Option:
    """In which language to speak, shown by `relay --help` alone; whoever runs a command has looked for it already."""
    return click.Option(
        ["--language"],
        type=click.Choice(languages()),
        expose_value=False,
        hidden=hidden,
        help="Of help and messages; that of the terminal if left out.",
    )


def _keep_format(context: click.Context, _: click.Parameter, value: str | None) -> None:
    session_of(context).as_csv = value == "csv"
    if value == "json":
        session_of(context).as_json = True


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Of every command that prints one list."""
    return click.option(
        "--format",
        type=click.Choice(("table", "csv", "json")),
        expose_value=False,
        callback=_keep_format,
        help="Print the list as a table, as CSV, which spreadsheets open, or as JSON.",
    )(command)


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The day of a read."""
    return click.option("--as-of", metavar="DAY", help="The state on that day, as known now; today if left out.")(
        command
    )


def confirmed_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which pass-ons count."""
    return click.option("--confirmed-only", is_flag=True, help="Leave out unconfirmed pass-ons.")(command)


def as_known_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Until when the ledger is believed."""
    return click.option(
        "--as-known", metavar="ENTRY|DAY", help="As known when the ledger ended with that entry, or on that day."
    )(command)


pass_session = click.make_pass_decorator(Session)


def place_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Narrow a list to a place."""
    return click.option(
        "--place",
        "--place-id",
        "place_id",
        metavar="ID",
        help="Only this place and all within it.",
        shell_complete=complete_ids("place"),
    )(command)


def command(
    name: str | None = None, *, example: str, formerly: str = ""
) -> Callable[[Callable[..., Any]], RelayCommand]:
    """A command named after its function, or by `name`, whose help ends with an example that can be pasted."""
    return click.command(name, cls=RelayCommand, example=example, formerly=formerly)


def group(name: str | None = None, **how: Any) -> Callable[[Callable[..., Any]], RelayGroup]:  # noqa: ANN401 - click's
    """A group of such commands."""
    return click.group(name, cls=RelayGroup, **how)
