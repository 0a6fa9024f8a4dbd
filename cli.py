"""The command line: argv → one core call → printed rows.

Staff record facts, managers look at relays, auditors query chain health and verify the ledger. Exit codes: 0 done;
1 not done, the message says why; 2 usage; 3 found something; 4 the database is unavailable.

What a command needs is imported inside it, so that `relay --help` and a single pass-on stay quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from relay.columns import KINDS, Column, kind_named
from relay.errors import Invalid, NotFound, Refused, RelayError, Unavailable

if TYPE_CHECKING:
    from relay.acts import Act, Value
    from relay.audit import Audit
    from relay.config import Connection, Settings
    from relay.entries import Entry
    from relay.error_rate import ErrorRate
    from relay.exchange import ReportRow
    from relay.flow_out import Format
    from relay.graph import Graph
    from relay.health import Changes, Health
    from relay.history import Record, Stand
    from relay.ledger import Clerk, LedgerHead
    from relay.rates import Rate, Rates
    from relay.sample import Sample
    from relay.todo import Depends
    from relay.trees import Relay, Tree
    from relay.verify import Verification

DONE, NOT_DONE, USAGE, FOUND, UNAVAILABLE = range(5)

USERS: Final = {
    "Staff": (
        *("register", "gift", "place", "pass-on", "event", "excuse", "confirm", "correct", "erase", "claim", "rule"),
        *("import", "find", "show"),
    ),
    "Managers": ("gifts", "trace", "tree", "chains", "todo"),
    "Auditors": ("health", "audit", "ledger"),
    "Operators": ("demo", "serve", "status", "engine", "backup", "restore", "export", "programme"),
}
"""Who uses which command."""

_MAIN_DAY: Final = {"gift": "given_on", "placement": "received_on", "pass": "passed_on", "event": "happened_on"}


class NoSuchProgramme(NotFound):
    """The database holds other programmes than the one that was named."""

    def __init__(self, programme_id: str, programme_ids: Iterable[str]) -> None:
        """List those that there are."""
        super().__init__(
            f"There is no programme {programme_id} in this database.", f"There are: {', '.join(programme_ids)}."
        )


class SeveralProgrammes(Invalid):
    """The database holds several programmes and none was named."""

    def __init__(self, programme_ids: Iterable[str]) -> None:
        """List them."""
        super().__init__(f"There are several programmes: {', '.join(programme_ids)}.", "Name one with --programme.")


class NoProgrammeYet(NotFound):
    """The database is empty."""

    def __init__(self) -> None:
        """Say how to begin."""
        super().__init__(
            "There is no programme yet.",
            "Try the demonstration (relay demo), import one (relay import PATH --apply), or add one"
            " (relay programme add).",
        )


class DemoElsewhere(Refused):
    """The demonstration is asked for where a real programme is kept."""

    def __init__(self) -> None:
        """Say where to put it."""
        super().__init__(
            "This database holds programmes of its own; the demonstration does not belong among them.",
            "Give it a folder of its own: export RELAY_DATA=relay-demo, then relay demo.",
        )


class DataFolderUnusable(Unavailable):
    """The embedded engine's folder cannot be made, read or written."""

    def __init__(self, folder: Path, why: str) -> None:
        """Name the folder, and what the system says."""
        super().__init__(f"The data folder {folder} cannot be used: {why}.", "Name another one by RELAY_DATA.")


class NotByService(Refused):
    """The settings name another machine's Relay, which this command line does not speak to."""

    def __init__(self) -> None:
        """Say how to work here."""
        super().__init__(
            "RELAY_URL is set, but these commands work on this machine's database only.", "Unset RELAY_URL."
        )


class Session:
    """What one command works with, each part opened when it is first needed."""

    def __init__(self) -> None:
        """Begin with nothing opened."""
        self.programme: str | None = None
        self.as_json = False
        self.now = datetime.now(UTC)
        self._opened: list[Graph] = []

    @cached_property
    def settings(self) -> Settings:
        """What the environment says."""
        from relay.config import Settings

        return Settings.read(os.environ)

    @cached_property
    def connection(self) -> Connection:
        """Where the database answers; starts the embedded engine when it does not run."""
        if self.settings.url:
            raise NotByService
        if self.settings.neo4j:
            return self.settings.neo4j
        from relay import engine

        with _usable(self.settings.data_folder):
            return engine.ensure(self.settings.data_folder)

    @cached_property
    def graph(self) -> Graph:
        """The open graph."""
        from relay.graph import connect

        graph = connect(self.connection)
        self._opened.append(graph)
        return graph

    @cached_property
    def heads(self) -> tuple[LedgerHead, ...]:
        """All programmes of the database."""
        from relay.ledger import heads

        return heads(self.graph)

    @cached_property
    def head(self) -> LedgerHead:
        """The programme that was named, or the only one."""
        found = [head for head in self.heads if self.programme in (None, head.programme_id)]
        if len(found) == 1:
            return found[0]
        if not self.heads:
            raise NoProgrammeYet
        programme_ids = [head.programme_id for head in self.heads]
        if self.programme:
            raise NoSuchProgramme(self.programme, programme_ids)
        raise SeveralProgrammes(programme_ids)

    @property
    def programme_id(self) -> str:
        """Its id."""
        return self.head.programme_id

    @cached_property
    def today(self) -> date:
        """The date in the programme's time zone."""
        from relay.ledger import zone

        return self.now.astimezone(zone(self.head.timezone)).date()

    @cached_property
    def clerk(self) -> Clerk:
        """Who records: the owner of this login."""
        import getpass
        import secrets

        from relay.ledger import Clerk

        return Clerk(by=f"local:{getpass.getuser()}", now=self.now, random=secrets.token_bytes)

    def day(self, text: str | None, option: str = "--as-of") -> date:
        """A day as an option takes it; today when it was not given."""
        if text is None:
            return self.today
        from relay.cells import read_day

        with _usage(option, text):
            return read_day(text, self.today)

    def entry(self, text: str) -> int:
        """An entry of the ledger as an option takes it: its number, or the last one of a day."""
        if text.isdecimal():
            return int(text)
        from relay.ledger import last_known

        return last_known(self.graph, self.programme_id, self.day(text, "--as-known"))

    def close(self) -> None:
        """Close what was opened."""
        for graph in self._opened:
            graph.close()


@contextmanager
def _usable(folder: Path) -> Generator[None]:
    """Explain why the embedded engine cannot work in a folder."""
    try:
        yield
    except OSError as error:
        raise DataFolderUnusable(folder, error.strerror or str(error)) from error


@contextmanager
def _usage(option: str, text: str) -> Generator[None]:
    """Say which option holds what cannot be read."""
    try:
        yield
    except Invalid as error:
        raise click.UsageError(f"{option} {text}: {error}") from error


class RelayCommand(click.Command):
    """A command that takes --programme and --json too, as the group before it does, and shows an example."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - whatever click gives
        """Add both options."""
        super().__init__(*args, **kwargs)
        self.example = example
        self.params += [*_shared_options()]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End with the example, unbroken so that it can be pasted."""
        super().format_epilog(ctx, formatter)
        if self.example:
            with formatter.section("Example"):
                formatter.write(f"  {self.example}\n")


class RelayGroup(click.Group):
    """A group whose commands are `RelayCommand`s, listed in the order of this file."""

    command_class = RelayCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of this file."""
        return list(self.commands)


class _Id(click.ParamType[str]):
    """An id as it is recorded, however its digits and letters were typed; with or without its kind before it."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the part after the kind as the cell of an id.

        Raises:
            BadParameter: It cannot be an id.
        """
        from relay import cells

        kind, colon, bare = value.rpartition(":")
        try:
            id_ = cells.read(Column(name="id", type="id"), bare)
        except Invalid as error:
            self.fail(str(error), param, ctx)
        if id_ is None:
            self.fail("This is empty. Write an id, such as P0001 or pass:T0001.", param, ctx)
        return f"{kind}{colon}{id_}"


ID: Final = _Id()


class UsersGroup(RelayGroup):
    """The commands, listed under those who use them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """One section for each kind of user."""
        for users, names in USERS.items():
            with formatter.section(users):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit=64)) for name in names])


def _keep_programme(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).programme = value


def _keep_json(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.ensure_object(Session).as_json = True


def _shared_options() -> tuple[click.Option, click.Option]:
    return (
        click.Option(
            ["--programme"],
            metavar="ID",
            expose_value=False,
            callback=_keep_programme,
            help="Which programme, when there are several.",
        ),
        click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_keep_json, help="Print JSON instead of a table."
        ),
    )


def _as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as-of", metavar="DAY", help="The state on that day, as known now; today when left out.")(
        command
    )


def _read_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every read."""
    for option in (
        click.option("--confirmed-only", is_flag=True, help="Leave out pass-ons that nobody confirmed."),
        click.option(
            "--as-known", metavar="ENTRY|DAY", help="As the ledger stood when it ended with that entry, or on that day."
        ),
    ):
        command = option(command)
    return _as_of_option(command)


pass_session = click.make_pass_decorator(Session, ensure=True)


@click.group(cls=UsersGroup, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(package_name="relay")
@pass_session
def relay(session: Session) -> None:
    """Follow livestock relays: who received what, who passed it on to whom, and where a chain broke."""
    click.get_current_context().call_on_close(session.close)


relay.params += [*_shared_options()]


# ------------------------------------------------------------------------------------------------ recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a recording command answers.

    Attributes:
        programme_id: Of the programme.
        act_id: Of the act.
        action: "added" or "same".
        sequence: Of its entry in the ledger.
        placement_id: For a gift's placement or a pass-on: the placement that received; else None.
        notes: What was noted for the auditor, as sentences.
    """

    programme_id: str
    act_id: str
    action: str
    sequence: int | None
    placement_id: str | None
    notes: tuple[str, ...]


def _record(session: Session, act: Act, *, again: bool = False) -> None:
    """Record one act and print what became of it."""
    _print_recorded(session, _recorded(session, act, again=again))


def _recorded(session: Session, act: Act, *, again: bool = False) -> Recorded:
    from relay.graph import UnknownOutcome
    from relay.ledger import record_one

    try:
        outcome = record_one(session.graph, session.programme_id, act, session.clerk, again=again)
    except UnknownOutcome:
        _say(f"The act was sent with {_ids_to_repeat(act)}: give them when you repeat it.")
        raise
    values = outcome.act.values
    return Recorded(
        programme_id=session.programme_id,
        act_id=outcome.act.act_id,
        action=outcome.action,
        sequence=outcome.sequence,
        placement_id=str(values.get("receiver_placement_id") or values.get("placement_id") or "") or None,
        notes=tuple(note.sentence for note in outcome.notes),
    )


def _print_recorded(session: Session, *recorded: Recorded) -> None:
    from relay.printing import print_json, print_pairs

    if session.as_json:
        print_json(recorded[0] if len(recorded) == 1 else recorded)
    for each in recorded:
        if not session.as_json:
            print_pairs((name, getattr(each, name)) for name in ("act_id", "action", "sequence", "placement_id"))
        for note in each.notes:
            _say(f"Noted for the auditor. {note}")


def _ids_to_repeat(act: Act) -> str:
    into = act.values.get("receiver_placement_id")
    return f"--id {act.id}" + (f" --into {into}" if into else "")


def _flags(column: Column, kind: str, own: str) -> list[str]:
    """The names of a column's option: `--id` for the act's own, `--on` for its day, `--place` beside `--place-id`."""
    full = f"--{column.name.replace('_', '-')}"
    if column.name == own:
        return ["--id", full]
    if column.name == _MAIN_DAY.get(kind):
        return ["--on", full]
    if column.name == "help":
        return ["--of", "--help-name"]
    if column.name.endswith("_id"):
        return [full.removesuffix("-id"), full]
    return [full]


def _columns_as_options(kind: str, *, but: Iterable[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Every column of a kind as an option of the command that records it."""
    kind_, left_out = kind_named(kind), frozenset(but)

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for column in reversed(kind_.columns):
            if column.name not in left_out:
                flags = _flags(column, kind, kind_.id_column)
                command = click.option(
                    column.name,
                    *flags,
                    metavar=_metavar(column),
                    help=_help(
                        column, required=column.required and column.name not in (kind_.id_column, _MAIN_DAY.get(kind))
                    ),
                )(command)
        return command

    return add


def _metavar(column: Column) -> str:
    return {"date": "DAY", "units": "N", "count": "N", "year": "YEAR", "choice": "WORD", "id": "ID"}.get(
        column.type, "TEXT"
    )


def _help(column: Column, *, required: bool = False) -> str:
    parts = [f"One of {', '.join(column.choices)}." if column.choices else ""]
    if required:
        parts.insert(0, "Required.")
    if column.type == "date":
        parts.append('2026-11-24, today, -3d or "2083-08-08 BS".')
    if column.personal:
        parts.append("Personal: kept apart, erasable.")
    if column.name in ("note", "why"):
        parts.append("Never write of violence or of anyone's protection case.")
    return " ".join(part for part in parts if part)


def _said(session: Session, kind: str, given: Mapping[str, str | None]) -> dict[str, Value]:
    """What was said on the command line, read as cells of the kind's columns; its day is today when it was not said.

    What a command takes as an argument, or finds out itself, is not missed here.
    """
    kind_ = kind_named(kind)
    said: dict[str, Value] = {}
    missing: list[str] = []
    for column in kind_.columns:
        flag = _flags(column, kind, kind_.id_column)[0]
        text = given.get(column.name)
        if text is None and column.name == _MAIN_DAY.get(kind):
            text = "today"
        value = None if text is None else _value(session, column, text, _ARGUMENTS.get((kind, column.name), flag))
        if value is not None:
            said[column.name] = value
        elif column.required and column.name not in (kind_.id_column, *_FOUND_OUT):
            missing.append(_ARGUMENTS.get((kind, column.name), flag))
    if missing:
        raise click.UsageError(f"Missing: {', '.join(missing)}.")
    return said


def _value(session: Session, column: Column, text: str, option: str) -> Value | None:
    """One option's value, as the column takes it."""
    from relay import cells

    if column.type == "date" and text.strip():
        return session.day(text, option).isoformat()
    with _usage(option, text):
        return cells.read(column, text)


_FOUND_OUT: Final = ("giver_placement_id", "receiver_placement_id")
_ARGUMENTS: Final = {
    **{(kind, "name"): "NAME" for kind in ("place", "group", "beneficiary")},
    ("pass", "beneficiary_id"): "--to",
    ("event", "kind"): "KIND",
    ("event", "placement_id"): "PLACEMENT",
    ("claim", "gift_id"): "GIFT",
}
"""Columns that a command takes by another name than the column's option."""


def _record_kind(session: Session, kind: str, given: Mapping[str, str | None]) -> Recorded:
    from relay import desk

    said = _said(session, kind, given)
    return _recorded(session, desk.act(kind, said, kind_named(kind).id_column, session.clerk.random))


@relay.command(example='relay register "Maya Tamang" --sex F --group W01 --id B2001')
@click.argument("name")
@click.option("--kind", "what", type=click.Choice(["person", "group", "place"]), default="person", show_default=True)
@click.option("--id", "own_id", metavar="ID", help="Her id; made when left out.")
@click.option("--group-kind", metavar="WORD", help=_help(KINDS[1].columns[2]))
@click.option("--place-kind", metavar="WORD", help=_help(KINDS[0].columns[2]))
@click.option(
    "--holder", is_flag=True, help="For a group: it holds help itself (a buck), so make it a beneficiary too."
)
@click.option("--sex", metavar="WORD", help="One of F, M.")
@click.option("--birth-year", "birth_year", metavar="YEAR")
@click.option("--household", "--household-id", "household_id", metavar="ID", help="Personal: kept apart, erasable.")
@click.option("--phone", metavar="TEXT", help="Personal: kept apart, erasable.")
@click.option("--place", "--place-id", "place_id", metavar="ID")
@click.option("--group", "--group-id", "group_id", metavar="ID")
@click.option("--consent-on", "consent_on", metavar="DAY", help="When she agreed that her data is kept.")
@click.option("--parent", "--parent-id", "parent_id", metavar="ID", help="For a place: the place it lies in.")
@click.option("--latitude", metavar="N")
@click.option("--longitude", metavar="N")
@pass_session
def register(session: Session, /, name: str, what: str, own_id: str | None, **given: str | None) -> None:
    """Register a person, a group or a place."""
    group_kind, place_kind = given.pop("group_kind"), given.pop("place_kind")
    holder = given.pop("holder")
    recorded: list[Recorded] = []
    if what == "place":
        recorded += [_record_kind(session, "place", {**given, "place_id": own_id, "name": name, "kind": place_kind})]
    if what == "group":
        from relay.acts import new_id
        from relay.desk import ID_BYTES

        own_id = own_id or new_id(session.clerk.random(ID_BYTES))
        recorded += [_record_kind(session, "group", {**given, "group_id": own_id, "name": name, "kind": group_kind})]
    if what == "person" or (what == "group" and holder):
        said = {**given, "beneficiary_id": own_id, "name": name, "kind": "group" if what == "group" else "person"}
        recorded += [_record_kind(session, "beneficiary", said)]
    _print_recorded(session, *recorded)


@relay.command(example='relay gift --id G101 --donor "A friend" --of goat --on 2026-11-20 --animals 4')
@_columns_as_options("gift")
@pass_session
def gift(session: Session, /, **given: str | None) -> None:
    """Record an original gift: what a donor gave to the programme."""
    _print_recorded(session, _record_kind(session, "gift", given))


@relay.command(
    example='relay place --id P2001 --gift G101 --beneficiary B2001 --of goat --animals 2 --on "2083-08-08 BS"'
)
@_columns_as_options("placement")
@pass_session
def place(session: Session, /, **given: str | None) -> None:
    """Record an original placement: help placed from a gift."""
    _print_recorded(session, _record_kind(session, "placement", given))


@relay.command("pass-on", example="relay pass-on P0926 --to B2001 --into P2001 --animals 1 --females 1 --on today")
@click.argument("giver", type=ID)
@click.option("--to", "beneficiary_id", metavar="BENEFICIARY", required=True, help="Who received.")
@click.option("--into", "receiver_placement_id", metavar="PLACEMENT", help="Add to a placement that she holds.")
@click.option("--new", is_flag=True, help="Begin a new placement although she holds one of that help.")
@click.option("--again", is_flag=True, help="Record it although the same hand-over seems to be recorded.")
@_columns_as_options("pass", but=("giver_placement_id", "receiver_placement_id", "beneficiary_id"))
@pass_session
def pass_on(session: Session, /, giver: str, *, new: bool, again: bool, **given: str | None) -> None:
    """Record that help was passed on. GIVER is a placement, or a beneficiary who holds just one."""
    from relay import desk

    act = desk.pass_on(
        session.graph,
        session.programme_id,
        _said(session, "pass", given),
        giver=giver,
        new=new,
        again=again,
        random=session.clerk.random,
    )
    _record(session, act, again=again)


@relay.command(example="relay event birth P0926 --animals 2 --on -3d")
@click.argument("kind", metavar="KIND")
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind"))
@pass_session
def event(session: Session, /, **given: str | None) -> None:
    """Record what happened to a placement: a birth, a loss, a visit."""
    _print_recorded(session, _record_kind(session, "event", given))


@relay.command(example="relay excuse P0799 --reason household_circumstances")
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind", "animals", "females", "males", "until_on", "outcome"))
@pass_session
def excuse(session: Session, /, **given: str | None) -> None:
    """Record that the committee waived what a placement still owes. Give only a neutral reason."""
    _print_recorded(session, _record_kind(session, "event", {**given, "kind": "excused"}))


@relay.command(
    example='relay correct event:E0052 --how wrong-data --set happened_on=2019-02-08 --why "The day was hard to read."'
)
@click.argument("act_id", metavar="ACT", type=ID)
@click.option("--how", type=click.Choice(["did-not-happen", "wrong-data"]), required=True)
@click.option("--why", required=True, help="For the auditor. Never write of violence or of anyone's protection case.")
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE", help="For wrong-data; an empty VALUE empties it."
)
@click.option("--id", "correct_id", metavar="ID", help="Made when left out.")
@pass_session
def correct(
    session: Session, act_id: str, how: str, why: str, changes: tuple[str, ...], correct_id: str | None
) -> None:
    """Correct an act, by a new act that names it. Nothing recorded is ever edited."""
    from relay import desk
    from relay.records import resolve

    subject = resolve(session.graph, session.programme_id, act_id)
    said: dict[str, Value] = {"act_id": subject, "how": how.replace("-", "_"), "why": why}
    if changes:
        said["changes"] = dict(_change(session, subject, change) for change in changes)
    _record(
        session,
        desk.act("correct", _with_id(session, said, "correct_id", correct_id), "correct_id", session.clerk.random),
    )


def _change(session: Session, subject: str, change: str) -> tuple[str, Any]:
    from relay.acts import FILED

    name, equals, text = change.partition("=")
    kind = subject.partition(":")[0]
    columns = {column.name: column for each in FILED if each.name == kind for column in each.columns}
    if not equals or name not in columns:
        raise click.UsageError(f"--set {name}: write FIELD=VALUE with a field of {kind}: {', '.join(columns)}.")
    return name, _value(session, columns[name], text, f"--set {name}") if text else None


def _with_id(session: Session, said: dict[str, Value], column: str, id_: str | None) -> dict[str, Value]:
    value = None if id_ is None else _value(session, Column(name=column, type="id"), id_, "--id")
    return said if value is None else {column: value, **said}


@relay.command(example="relay confirm pass:T0001")
@click.argument("act_id", metavar="PASS", type=ID)
@click.option("--id", "confirm_id", metavar="ID", help="Made when left out.")
@pass_session
def confirm(session: Session, act_id: str, confirm_id: str | None) -> None:
    """Confirm a pass-on that another person recorded."""
    from relay import desk
    from relay.records import resolve

    subject = resolve(session.graph, session.programme_id, act_id, kinds=("pass",))
    said: dict[str, Value] = {"act_id": subject}
    _record(
        session,
        desk.act("confirm", _with_id(session, said, "confirm_id", confirm_id), "confirm_id", session.clerk.random),
    )


@relay.command(example="relay erase beneficiary:B0929 --yes")
@click.argument("subject_id", metavar="SUBJECT", type=ID)
@click.option("--id", "erase_id", metavar="ID", help="Made when left out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def erase(session: Session, subject_id: str, erase_id: str | None, *, yes: bool) -> None:
    """Erase what is personal about a beneficiary or another act. Links, numbers and hashes stay."""
    from relay import desk
    from relay.records import resolve

    subject = resolve(session.graph, session.programme_id, subject_id)
    if not yes:
        click.confirm(f"Erase all that is personal about {subject}? This cannot be undone", abort=True, err=True)
    said: dict[str, Value] = {"subject_id": subject}
    _record(session, desk.act("erase", _with_id(session, said, "erase_id", erase_id), "erase_id", session.clerk.random))


@relay.command(example='relay claim G31 --what families --value 20 --as-of 2026-11-01 --source "yearly report"')
@_columns_as_options("claim", but=("gift_id",))
@click.argument("gift_id", metavar="GIFT")
@pass_session
def claim(session: Session, /, **given: str | None) -> None:
    """Record what a report claims about a gift. It is held against what the chains support."""
    _print_recorded(session, _record_kind(session, "claim", given))


@relay.command(example="relay rule --of cow --given 1 --owed 1 --months 36 --grace-days 90 --from 2026-11-01")
@click.option("--of", "help", metavar="TEXT", required=True, help="The help it is for, such as goat.")
@click.option("--unit", metavar="TEXT", default="animal", show_default=True)
@click.option("--given", metavar="N", required=True, help="Units a placement receives.")
@click.option("--owed", metavar="N", help="Units owed whatever was received.")
@click.option("--owed-per-given", metavar="N", help="Units owed for each unit received.")
@click.option("--months", metavar="N", required=True, help="From receipt to the day it is due.")
@click.option("--grace-days", metavar="N")
@click.option("--earliest-days", metavar="N", help="A pass-on sooner after receipt is noted for the auditor.")
@click.option("--from", "from", metavar="DAY", required=True, help="It binds placements received from this day on.")
@click.option("--sex", metavar="WORD", help="The sex that counts: F or M.")
@click.option("--condition", metavar="WORD", help="Binds only help received young, adult or pregnant.")
@click.option(
    "--equivalent", "equivalents", multiple=True, metavar="HELP=N", help="Other help, and what one unit is worth."
)
@pass_session
def rule(session: Session, /, equivalents: tuple[str, ...], **given: str | None) -> None:
    """Record a version of the rule for one kind of help."""
    from relay.acts import RULE, Act, rule_id

    said = _said_of(session, RULE.columns, given)
    if equivalents:
        said["equivalents"] = dict(_equivalent(session, text) for text in equivalents)
    _record(session, Act(kind="rule", id=rule_id(said), values=said))


def _equivalent(session: Session, text: str) -> tuple[str, Any]:
    help_, equals, worth = text.partition("=")
    if not equals:
        raise click.UsageError(f"--equivalent {text}: write HELP=N, such as pig=1.5.")
    return (
        str(_value(session, Column(name="help", type="help"), help_, "--equivalent")),
        _value(session, Column(name="equivalents", type="units"), worth, "--equivalent"),
    )


def _said_of(session: Session, columns: Iterable[Column], given: Mapping[str, str | None]) -> dict[str, Value]:
    values = (
        (
            column.name,
            None
            if text is None
            else _value(session, column, text, _RULE_OPTIONS.get(column.name, f"--{column.name.replace('_', '-')}")),
        )
        for column in columns
        for text in (given.get(column.name),)
    )
    return {name: value for name, value in values if value is not None}


_RULE_OPTIONS: Final = {"help": "--of", "id": "ID"}


# ------------------------------------------------------------------------------------------------ import, find, show


@relay.command("import", example="relay import seeds/selei")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--apply", is_flag=True, help="Write. Without it the report says what would happen.")
@click.option("--strict", is_flag=True, help="Write nothing when any row is put aside or refused.")
@click.option("--again", is_flag=True, help="Record pass-ons although the same hand-over seems to be recorded.")
@pass_session
def import_(session: Session, path: Path, *, apply: bool, strict: bool, again: bool) -> None:
    """Import CSV files or a workbook: a dry run unless --apply."""
    from relay.importing import rehearse_then_import

    report = rehearse_then_import(
        session.graph,
        path,
        session.clerk,
        programme_id=session.programme,
        apply=apply,
        strict=strict,
        again=again,
        progress=_progress(path),
    )
    counts = _print_report(session, report)
    _say(
        ", ".join(f"{count} {action}" for action, count in counts.items())
        + ("." if apply else "; nothing was written.")
    )
    failed = counts["put aside"] + counts["refused"]
    context = click.get_current_context()
    if failed and strict:
        _say("Nothing was written, because some rows cannot stand (--strict).")
        context.exit(NOT_DONE)
    if not apply and not failed and counts["added"]:
        _say("Write it with --apply.")
    context.exit(FOUND if failed else DONE)


def _print_report(session: Session, report: Iterator[ReportRow]) -> dict[str, int]:
    """Print a report: a line a row in a pipe or as JSON, on a terminal only the rows that cannot stand."""
    from relay.importing import Count
    from relay.printing import print_json, print_table

    count = Count()
    rows = count.through(report)
    headers = ("file", "row", "act_id", "action", "field", "value", "reason", "suggestion")
    if session.as_json:
        print_json({"rows": list(rows), "counts": count.actions})
    elif sys.stdout.isatty():
        failed = [row for row in rows if row.action in ("put aside", "refused")]
        if failed:
            print_table(headers, ([getattr(row, name) for name in headers] for row in failed))
    else:
        print_table(headers, ([getattr(row, name) for name in headers] for row in rows))
    return count.actions


def _progress(path: Path) -> Callable[[int], None]:
    """Show rows done, rate and time left on stderr, when that is a terminal."""
    if not sys.stderr.isatty():
        return lambda _: None
    from relay.exchange import estimated_rows

    total, begun = estimated_rows(path), datetime.now(UTC)

    def show(done: int) -> None:
        seconds = max((datetime.now(UTC) - begun).total_seconds(), 0.001)
        left = max(total - done, 0) * seconds / done
        _say(f"{done} of about {total} rows, {done / seconds:.0f} a second, {left:.0f} s left")

    return show


@relay.command(example="relay export relay-demo.xlsx")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--with-names", is_flag=True, help="Include the personal columns.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("graphml", "gexf", "csv-graph", "geojson")),
    help="For other programs, as of today: a graph, or places as points; CSV files or a workbook when left out.",
)
@pass_session
def export(session: Session, path: Path, format_: Format | None, *, with_names: bool) -> None:
    """Export a programme as CSV files, or a workbook (PATH.xlsx)."""
    from relay.printing import print_json

    if format_:
        from relay.flow_out import flow_out

        with_names = with_names and format_ != "geojson"  # a map holds no person
        folder = session.settings.data_folder / "snapshots"
        day = session.day(None)
        flow_out(session.graph, session.programme_id, path, format_, day, with_names=with_names, folder=folder)
    else:
        from relay.exporting import export_programme

        export_programme(session.graph, session.programme_id, path, with_names=with_names)
    if session.as_json:
        print_json({"programme_id": session.programme_id, "path": str(path), "with_names": with_names})
    _say(f"{session.programme_id} was written to {path}{'' if with_names else ', without names'}.")


@relay.command(example="relay find Sita")
@click.argument("words", metavar="TEXT", nargs=-1, required=True)
@pass_session
def find(session: Session, words: tuple[str, ...]) -> None:
    """Search people, placements, gifts and places. Names are found in either script."""
    from relay.printing import print_json, print_table
    from relay.search import find as find_records

    hits = find_records(session.graph, session.programme_id, " ".join(words))
    if session.as_json:
        print_json(hits)
        return
    print_table(("id", "what", "place", "name"), ((hit.id, hit.what, hit.place, hit.name) for hit in hits))
    if not hits:
        _say("Try fewer letters, or an id.")


@relay.command(example="relay show P0424")
@click.argument("id_", metavar="ID", type=ID)
@_as_of_option
@pass_session
def show(session: Session, id_: str, as_of: str | None) -> None:
    """Show a record, its history, and the gifts it descends from."""
    from relay.history import show as show_record
    from relay.printing import print_json

    record = show_record(session.graph, session.programme_id, id_, session.day(as_of))
    if session.as_json:
        print_json(record)
    else:
        _print_record(record)


def _print_record(record: Record) -> None:
    from relay.printing import print_pairs, print_table

    stood: Mapping[str, object] = {} if record.standing is None else _stood(record.standing)
    values = {name: value for name, value in record.values.items() if value is not None}
    print_pairs(
        (
            ("id", record.id),
            ("what", record.what),
            *{"name": record.name, **values, "place": record.place, **stood}.items(),
            ("recorded", f"{record.recorded_at} by {record.recorded_by}" if record.recorded_at else None),
            ("taken_back_by", record.taken_back_by),
        )
    )
    for title, rows in (
        ("placements", record.placements),
        ("history", record.history),
        ("descends from", record.gifts),
    ):
        if rows:
            print_table(_HEADERS[title], ([getattr(row, name) for name in _HEADERS[title]] for row in rows), title)


_HEADERS: Final = {
    "placements": ("placement_id", "help", "received_on", "state", "due_on", "passed", "owed"),
    "history": ("happened_on", "id", "what", "recorded_by", "taken_back_by", "why", "note"),
    "descends from": ("gift_id", "help", "given_on", "placement_id", "pass_ons", "donor"),
}


def _stood(stand: Stand) -> Mapping[str, object]:
    """How a placement stands, in words."""
    return {
        "state": stand.state.replace("_", " "),
        "received_on": stand.received_on,
        "due_on": stand.due_on,
        "passed": f"{stand.passed:g} of {stand.owed:g}",
        "since": f"{stand.since_on}, {stand.cause}" if stand.since_on else None,
    }


# ------------------------------------------------------------------------------------------------ reading relays


def _relay(session: Session, as_of: str | None, *, confirmed_only: bool, as_known: str | None) -> Relay:
    from relay import trees

    return trees.relay(
        session.graph,
        session.programme_id,
        session.day(as_of),
        confirmed_only=confirmed_only,
        last=None if as_known is None else session.entry(as_known),
        folder=session.settings.data_folder / "snapshots",
    )


@relay.command(example="relay trace G31 --as-of 2026-11-25")
@click.argument("id_", metavar="ID", type=ID)
@_read_options
@pass_session
def trace(session: Session, id_: str, as_of: str | None, *, confirmed_only: bool, as_known: str | None) -> None:
    """Show how far a gift or placement travelled, and where it broke."""
    from relay.printing import print_json, print_pairs, print_table

    found = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known).trace(id_)
    if session.as_json:
        print_json(found)
        return
    print_pairs(
        (
            ("id", found.id),
            ("reach", found.reach),
            ("generations", found.generations),
            ("by_generation", " ".join(map(str, found.by_generation))),
            ("passed", ", ".join(f"{each.units:g} {each.help}" for each in found.passed)),
            ("latest_passed_on", found.latest_passed_on),
            ("states", _counted(found.states)),
            ("chain_state", found.chain_state),
            ("goal_reached", found.goal_reached),
        )
    )
    if found.break_points:
        headers = ("placement_id", "state", "since_on", "cause", "generation", "still_owed", "reach")
        rows = ([getattr(each, name) for name in headers] for each in found.break_points)
        print_table(headers, rows, title="where it broke")


@relay.command(example="relay tree G31 --as-of 2026-11-25")
@click.argument("id_", metavar="ID", type=ID)
@_read_options
@click.option("--names", is_flag=True, help="Show names; without it the ids alone.")
@pass_session
def tree(
    session: Session, id_: str, as_of: str | None, *, confirmed_only: bool, as_known: str | None, names: bool
) -> None:
    """Draw the relay below a gift or placement."""
    from relay.printing import print_json

    found = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known)
    drawn = found.tree(id_)
    if session.as_json:
        print_json(drawn)
        return
    _print_tree(drawn, _names(session, (node.beneficiary_id for node in drawn.nodes)) if names else {})


def _names(session: Session, beneficiary_ids: Iterable[str]) -> Mapping[str, str]:
    """Beneficiary id → her name, of those whose name is known."""
    from relay.records import Named

    said = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in beneficiary_ids}
    named = session.graph.read(lambda transaction: Named(transaction, session.programme_id, said))
    found = {each["beneficiary_id"]: named.beneficiary(each["beneficiary_id"]) for each in said.values()}
    return {id_: name for id_, name in found.items() if name}


def _print_tree(tree: Tree, names: Mapping[str, str]) -> None:
    from relay.drawing import Drawn, draw
    from relay.printing import print_lines

    helps = {node.placement_id: node.help for node in tree.nodes}

    def parts(line: Drawn) -> Iterator[tuple[str, str]]:
        node, edge = line.node, line.edge
        yield line.rails, ""
        if edge:
            yield f"{edge.animals:g} on {edge.passed_on} → ", ""
        yield f"{node.placement_id} ", ""
        if line.again:
            yield "(drawn above)", ""
            return
        yield node.state.replace("_", " "), node.state
        yield f", passed {node.passed:g} of {node.owed:g}", ""
        if edge is None or helps[edge.giver_placement_id] != node.help:
            yield f" {node.help}", ""
        if node.state not in ("fulfilled", "excused"):
            yield f", due {node.due_on}", ""
        yield f"  {node.beneficiary_id} {names.get(node.beneficiary_id, '')}".rstrip(), ""

    print_lines(tuple(parts(line)) for line in draw(tree))


# ------------------------------------------------------------------------------------------------ managers, auditors


def _donor_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--donor", metavar="TEXT", help="Only what this donor gave. Personal.")(command)


def _help_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--of", "help_", metavar="HELP", help="Only this help, such as goat.")(command)


def _place_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--place", "--place-id", "place_id", metavar="ID", help="Only this place and all within it.")(
        command
    )


@relay.command(example="relay health --as-of 2026-11-25")
@_read_options
@click.option(
    "--by",
    multiple=True,
    metavar="WORD",
    help="Part it by generation, help, place, donor, group, sex or year of receipt; may be repeated.",
)
@click.option("--compare", metavar="DAY", help="Say what changed since that day.")
@click.option("--check", is_flag=True, help="Exit with 3 when a placement is lost or broken; with --compare, newly so.")
@pass_session
def health(
    session: Session,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    by: tuple[str, ...],
    compare: str | None,
    check: bool,
) -> None:
    """Show chain health: what is owed, was passed on, and broke."""
    from relay import health as chain_health
    from relay import lineage, parts
    from relay.printing import print_json

    survey = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known).survey
    earlier = lineage.survey(survey.snapshot, session.day(compare), confirmed_only=confirmed_only) if compare else None
    names = parts.names(session.graph, session.programme_id, by)
    found = chain_health.health(survey, by=by, names=names, earlier=earlier)
    if session.as_json:
        print_json(found)
    else:
        _print_health(found)
    click.get_current_context().exit(FOUND if check and found.found_something else DONE)


def _print_health(health: Health) -> None:
    from relay.printing import print_pairs, print_table

    rates, counted = health.rates, health.placements
    print_pairs(
        (
            ("programme_id", health.programme_id),
            ("as_of", health.as_of),
            (
                "placements",
                f"{counted.total}: {counted.original} original, {counted.passed_on} passed on",
            ),
            ("states", _counted(health.states)),
            ("chains", _counted(health.chains)),
            ("causes", _counted(health.causes)),
            (
                "animals",
                f"{health.animals.given} given, {health.animals.passed} passed of {health.animals.owed} owed",
            ),
            ("additional_per_original", _decimals(health.additional_per_original)),
            ("generations", health.generations),
            *((name, _rate(getattr(rates, name))) for name in _RATES),
        )
    )
    print_table(
        ("help", "unit", "given", "passed", "owed", *_RATES),
        ((each.help, each.unit, each.given, each.passed, each.owed, *_rates(each.rates)) for each in health.by_help),
        title="by help",
    )
    print_table(
        ("generation", "placements", "fulfilled", "passed"),
        ((each.generation, each.placements, each.fulfilled, each.passed) for each in health.by_generation),
        title="by generation",
    )
    for breakdown in health.breakdowns:
        print_table(
            (breakdown.by, "name", "placements", *health.states, "passed", "owed", *_RATES),
            (
                (
                    part.part,
                    part.name,
                    part.placements.total,
                    *part.states.values(),
                    part.units.passed,
                    part.units.owed,
                    *_rates(part.rates),
                )
                for part in breakdown.parts
            ),
            title=f"by {breakdown.by.replace('_', ' ')}",
        )
    if health.changes:
        _print_changes(health, health.changes)


def _print_changes(health: Health, changes: Changes) -> None:
    from relay.printing import print_pairs, print_table

    earlier = changes.earlier
    counts = (
        ("placements", earlier.placements.total, health.placements.total),
        *((state, earlier.states[state], health.states[state]) for state in health.states),
        *((f"{state} chains", earlier.chains[state], health.chains[state]) for state in health.chains),
        ("animals passed", earlier.animals.passed, health.animals.passed),
    )
    print_table(
        ("what", str(earlier.as_of), str(health.as_of), "more"),
        (
            *((what, before, now, f"{now - before:+g}") for what, before, now in counts),
            *((name, _rate(getattr(earlier.rates, name)), _rate(getattr(health.rates, name)), None) for name in _RATES),
        ),
        title="what changed",
    )
    print_table(
        ("before", "now", "placements"),
        ((each.before or "not there", each.now or "not there", each.placements) for each in changes.moved),
        title="which states changed",
    )
    print_pairs((("broke", " ".join(changes.broke)), ("mended", " ".join(changes.mended))))


_RATES: Final = (
    "fulfilled_of_due",
    "fulfilled_of_possible",
    "fulfilled_on_time_of_due",
    "passed_of_owed",
    "passed_of_possible",
)


def _rates(rates: Rates) -> Iterator[str]:
    return (_rate(getattr(rates, name)) for name in _RATES)


def _rate(rate: Rate) -> str:
    """A rate as people read it, never without what it is made of."""
    if rate.share is None:
        return "none due"
    return f"{rate.share:.1%} ({rate.numerator} of {rate.denominator})"


def _decimals(number: float | None) -> str | None:
    return None if number is None else f"{number:.2f}"


def _counted(counts: Mapping[str, int]) -> str:
    """Only what there is: "3 broken, 2 in time"."""
    return ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items() if count)


@relay.command(example="relay chains --state broken --sort reach --as-of 2026-11-25")
@_read_options
@click.option("--state", metavar="STATE", help="Only those that are complete, growing, weakened or broken.")
@_help_option
@_place_option
@_donor_option
@click.option("--group", "--group-id", "group_id", metavar="ID", help="Only those that a member of this group began.")
@click.option("--sort", type=click.Choice(["id", "reach", "age", "lateness"]), default="id", show_default=True)
@pass_session
def chains(
    session: Session,
    /,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    donor: str | None,
    **asked: Any,  # noqa: ANN401 - the filters, as chains takes them
) -> None:
    """List all chains: how far each travelled and how it does."""
    from relay import chains as all_chains
    from relay import parts
    from relay.printing import print_json, print_table

    survey = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known).survey
    names = parts.names(session.graph, session.programme_id, ("donor",) if donor else ())
    found = all_chains.chains(survey, donor=donor, names=names, **asked)
    if session.as_json:
        print_json(found)
        return
    headers = ("placement_id", "gift_id", "chain_state", "reach", "generations", "latest_passed_on", "late_days")
    print_table(
        (*headers, "states"), ((*(getattr(each, name) for name in headers), _counted(each.states)) for each in found)
    )


@relay.command(example="relay gifts --of pig --as-of 2026-11-25")
@_read_options
@_help_option
@_donor_option
@click.option("--sort", type=click.Choice(["id", "reach", "age"]), default="id", show_default=True)
@pass_session
def gifts(
    session: Session,
    /,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    donor: str | None,
    **asked: Any,  # noqa: ANN401 - the filters, as gifts takes them
) -> None:
    """List all gifts: how far each travelled, how its chains do."""
    from relay import chains as all_chains
    from relay import parts
    from relay.printing import print_json, print_table

    survey = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known).survey
    names = parts.names(session.graph, session.programme_id, ("donor",) if donor else ())
    found = all_chains.gifts(survey, donor=donor, names=names, **asked)
    if session.as_json:
        print_json(found)
        return
    headers = ("gift_id", "help", "given_on", "placements", "reach", "generations")
    print_table(
        (*headers, "states", "chains"),
        ((*(getattr(each, name) for name in headers), _counted(each.states), _counted(each.chains)) for each in found),
    )


@relay.command(example="relay todo --most 10 --as-of 2026-11-25")
@_read_options
@_place_option
@click.option("--most", metavar="N", type=click.IntRange(min=1), help="Only the N most pressing visits.")
@pass_session
def todo(
    session: Session,
    as_of: str | None,
    *,
    confirmed_only: bool,
    as_known: str | None,
    place_id: str | None,
    most: int | None,
) -> None:
    """List whom to visit next and why. Rank 1 is the most pressing."""
    from relay import parts
    from relay import todo as whom_to_visit
    from relay.printing import print_json, print_table

    survey = _relay(session, as_of, confirmed_only=confirmed_only, as_known=as_known).survey
    names = parts.names(session.graph, session.programme_id, ("place",))
    found = whom_to_visit.todo(survey, place_id=place_id, most=most, names=names)
    if session.as_json:
        print_json(found)
        return
    first = ("rank", "place_name", "placement_id", "beneficiary_id", "state", "due_on")
    then = ("still_owed", "help", "days", "last_word_on", "place_id")
    print_table(
        (*first, "reasons", *then, "hangs_on_her"),
        (
            (
                *(getattr(each, name) for name in first),
                ", ".join(each.reasons).replace("_", " "),
                *(getattr(each, name) for name in then),
                _hanging(each.depends),
            )
            for each in found
        ),
    )


def _hanging(depends: Depends) -> str | None:
    if not depends.chains:
        return None
    return f"{depends.chains} chain{'s' if depends.chains > 1 else ''}, reach {depends.reach}"


# ------------------------------------------------------------------------------------------------ the ledger


@relay.group(cls=RelayGroup)
def ledger() -> None:
    """The ledger of all acts: read it, check it, take it away."""


@ledger.command("log", example="relay ledger log --about pass:T0596")
@click.option(
    "--last", "count", type=int, default=20, show_default=True, help="How many of the newest entries; 0: all."
)
@click.option("--about", metavar="ACT", type=ID, help="Only entries that record, correct, confirm or erase this act.")
@pass_session
def ledger_log(session: Session, count: int, about: str | None) -> None:
    """List entries, newest last."""
    from relay.ledger import entries
    from relay.printing import print_json, print_table
    from relay.records import resolve

    if about:
        about = resolve(session.graph, session.programme_id, about)
    first = max(session.head.entries - count + 1, 1) if count and not about else 1
    found = [entry for entry in entries(session.graph, session.programme_id, first=first) if _is_about(entry, about)]
    if session.as_json:
        print_json([_without_openings(entry) for entry in found])
        return
    hash_end = _SHORT_HASH if sys.stdout.isatty() else None
    print_table(
        ("sequence", "act_id", "recorded_at", "recorded_by", "hash"),
        ((each.sequence, each.act_id, each.recorded_at, each.recorded_by, each.hash[:hash_end]) for each in found),
    )


_SHORT_HASH: Final = 12  # our choice: on a terminal as many digits tell hashes apart; a pipe gets all of them


def _is_about(entry: Entry, act_id: str | None) -> bool:
    return act_id is None or act_id in (entry.act_id, entry.payload.get("act_id"), entry.payload.get("subject_id"))


def _without_openings(entry: Entry) -> Any:  # noqa: ANN401 - JSON
    from relay.asjson import json_of

    return {name: value for name, value in json_of(entry).items() if name != "opened"}


@ledger.command("verify", example="relay ledger verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--head", "noted", metavar="HASH", help="A head hash noted down earlier: it must be in the ledger.")
@pass_session
def ledger_verify(session: Session, file: Path | None, noted: str | None) -> None:
    """Check the ledger and the whole graph against it; or an exported FILE, without any database."""
    from relay import verify

    if file:
        with file.open(encoding="utf-8", errors="replace") as lines:
            found = verify.verify_lines(lines, noted=noted)
    else:
        found = verify.verify(session.graph, session.programme_id, noted=noted)
    _print_verification(session, found)
    click.get_current_context().exit(DONE if found.ok else FOUND)


def _print_verification(session: Session, found: Verification) -> None:
    from relay.printing import print_json, print_pairs, print_table

    if session.as_json:
        print_json(found)
        return
    print_pairs((("entries", found.entries), ("head_hash", found.head_hash), ("ok", found.ok)))
    if found.faults:
        print_table(("sequence", "fault"), ((fault.sequence, fault.fault) for fault in found.faults), title="faults")


@ledger.command("export", example="relay ledger export ledger.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-names", is_flag=True, help="Include what opens the personal fields.")
@pass_session
def ledger_export(session: Session, file: Path, *, with_names: bool) -> None:
    """Write the ledger to FILE, one entry a line, for an auditor to check without us."""
    from relay.backup import export, private_file
    from relay.printing import print_json

    with private_file(file) as write:
        for line in export(session.graph, session.programme_id, with_names=with_names):
            write(line)
    if session.as_json:
        print_json({"file": str(file), "entries": session.head.entries, "head_hash": session.head.head_hash})
    _say(f"{session.head.entries} entries, head {session.head.head_hash}: note the head down.")


# ------------------------------------------------------------------------------------------------ the audit


@relay.group("audit", cls=RelayGroup, invoke_without_command=True)
@_as_of_option
@click.option(
    "--as-known", metavar="ENTRY|DAY", help="As the ledger stood when it ended with that entry, or on that day."
)
@click.pass_context
def audit_(context: click.Context, as_of: str | None, as_known: str | None) -> None:
    """Check the whole record: what is odd, and which acts say so."""
    if context.invoked_subcommand:
        if as_of or as_known:
            raise click.UsageError(f"Write the options after {context.invoked_subcommand}.")
        return
    from relay import audit
    from relay.printing import print_json

    session = context.ensure_object(Session)
    last = None if as_known is None else session.entry(as_known)
    found = audit.audit(session.graph, session.programme_id, session.day(as_of), last=last)
    if session.as_json:
        print_json(found)
    else:
        _print_audit(found)
    context.exit(FOUND if found.found else DONE)


audit_.params += [*_shared_options()]


def _print_audit(audit: Audit) -> None:
    from relay.printing import print_table

    print_table(
        ("check_id", "title", "severity", "found", "population"),
        ((each.check_id, each.title, each.severity, len(each.findings), each.population) for each in audit.checks),
    )
    if audit.found:
        print_table(
            ("check_id", "sentence", "acts", "evidence"),
            (
                (each.check_id, finding.sentence, _sequences(finding.acts), _sequences(finding.evidence))
                for each in audit.checks
                for finding in each.findings
            ),
            title="what was found, by entries of the ledger",
        )


def _sequences(sequences: Iterable[int]) -> str | None:
    return " ".join(map(str, sequences)) or None


@audit_.command("sample", example="relay audit sample --size 40 --seed 7")
@click.option("--size", metavar="N", type=click.IntRange(min=1), required=True, help="How many placements to verify.")
@click.option("--seed", metavar="S", type=int, required=True, help="Another number draws other placements.")
@_as_of_option
@click.option("--as-known", metavar="ENTRY|DAY", help="Draw it from the ledger as it ended then.")
@click.option("--names", is_flag=True, help="Show names; without it the ids alone.")
@pass_session
def audit_sample(
    session: Session, as_of: str | None, *, size: int, seed: int, as_known: str | None, names: bool
) -> None:
    """Draw placements to verify in the field, and say what was found so far.

    Record what was found as an event on or after the day of the sample:
    relay event checked PLACEMENT --outcome found, partly or not_found.
    """
    from relay import sample
    from relay.printing import print_json

    last = None if as_known is None else session.entry(as_known)
    found = sample.sample(session.graph, session.programme_id, session.day(as_of), size=size, seed=seed, last=last)
    if session.as_json:
        print_json(found)
        return
    named = _names(session, (each.beneficiary_id for each in found.placements)) if names else {}
    _print_sample(found, named)
    again = f"--size {size} --seed {seed} --as-of {found.as_of} --as-known {found.as_known}"
    _say(f"The same sample again, with what was found: relay audit sample {again}")


def _print_sample(sample: Sample, names: Mapping[str, str]) -> None:
    from relay.printing import print_pairs, print_table

    headers = ("place_id", "placement_id", "beneficiary_id", "help", "received", "received_on")
    print_table(
        (*headers, "name", "received_from", "passed", "passed_to", "outcome", "checked_on"),
        (
            (
                *(getattr(each, name) for name in headers),
                names.get(each.beneficiary_id),
                " ".join(each.received_from),
                each.passed,
                " ".join(each.passed_to) or None,
                each.outcome or "____",
                each.checked_on,
            )
            for each in sample.placements
        ),
    )
    columns = ("came_by", "place_id", "placements", "sampled", "checked", "wrong", "not_found")
    print_table(columns, ([getattr(each, name) for name in columns] for each in sample.strata), title="strata")
    for name in ("error_rate", "not_found_rate"):
        rate = getattr(sample, name)
        if rate:
            print_pairs(((name, _estimated(rate)),))


def _estimated(rate: ErrorRate) -> str:
    """An estimate as people read it, never without its interval and what it is made of."""
    said = f"{rate.share:.1%}, between {rate.low:.1%} and {rate.high:.1%} ({rate.wrong} of {rate.checked} checked)"
    return said if rate.covers == 1 else f"{said}; speaks of {rate.covers:.0%} of the placements"


# ------------------------------------------------------------------------------------------------ operating


@relay.command(example="relay demo")
@pass_session
def demo(session: Session) -> None:
    """Load the demonstration programme and show what to try next. A second run changes nothing."""
    from relay import health
    from relay.demo import DAY, DEMO, GIFT, load_demo
    from relay.printing import print_json, print_pairs

    if any(head.programme_id != DEMO for head in session.heads):
        raise DemoElsewhere
    if not session.heads:
        _say("Loading eight years of a programme; this takes some seconds.")
    loaded = load_demo(session.graph, session.clerk)
    session.programme = DEMO
    del session.heads
    found = _relay(session, DAY.isoformat(), confirmed_only=False, as_known=None)
    summary = health.health(found.survey)
    if session.as_json:
        print_json({"acts": loaded.entries, "actions": loaded.actions, "health": summary})
        return
    print_pairs(
        (
            ("programme", f"{session.head.name} ({DEMO})"),
            ("acts", f"{loaded.entries}, {_counted(loaded.actions) or 'all there already: nothing was changed'}"),
            ("placements", f"{summary.placements.total} on {DAY}: {_counted(summary.states)}"),
            ("chains", _counted(summary.chains)),
        )
    )
    click.echo(f"\nThe tree of gift {GIFT}, on {DAY}:\n")
    tree = found.tree(f"gift:{GIFT}")
    _print_tree(tree, {})
    click.echo("\nTry next:")
    for words in (f"trace {GIFT} --as-of {DAY}", f"show {tree.nodes[0].placement_id}", "ledger verify"):
        click.echo(f"  {_this_command()} {words}")


def _this_command() -> str:
    """How the person can call this very program: its name where the shell finds it, else its path."""
    import shutil

    found, run = shutil.which("relay"), sys.argv[0]
    return "relay" if found and Path(found).exists() and Path(run).exists() and Path(found).samefile(run) else run


@relay.command(example="relay serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address that only this machine reaches.")
@click.option("--port", type=int, default=0, help="A free one when left out.")
@pass_session
def serve(session: Session, *, host: str, port: int) -> None:
    """Serve the pages for a browser, until Ctrl-C."""
    from relay.web import serve as serve_pages

    with suppress(KeyboardInterrupt):  # however early, it is the usual end
        serve_pages(session.graph, session.settings, host=host, port=port, say=_say)


@relay.command(example="relay status")
@pass_session
def status(session: Session) -> None:
    """Show which database is used, and which programmes it holds."""
    from relay.printing import print_json, print_pairs, print_table

    found = _status(session)
    if session.as_json:
        print_json(found)
        return
    print_pairs((name, value) for name, value in found.items() if name not in ("programmes", "limits"))
    headers = ("programme_id", "name", "entries", "head_hash")
    print_table(headers, ([each[name] for name in headers] for each in found["programmes"]), title="programmes")
    for sentence in found["limits"]:
        _say(sentence)


def _status(session: Session) -> dict[str, Any]:
    from relay import engine
    from relay.asjson import json_of

    neo4j = session.settings.neo4j
    known = (
        {"database": neo4j.uri, "data_folder": None}
        if neo4j
        else {
            "database": "embedded",
            "data_folder": str(session.settings.data_folder),
            **json_of(engine.status(session.settings.data_folder)),
        }
    )
    reached = neo4j is not None or bool(known.get("running"))
    return {
        **known,
        "server": session.graph.agent() if reached else None,
        "programmes": json_of(session.heads) if reached else [],
        "limits": [] if neo4j else list(engine.LIMITS),
    }


@relay.group("engine", cls=RelayGroup)
def engine_() -> None:
    """The embedded engine. It starts when a command needs it, and stops when it is idle."""


@engine_.command("start", example="relay engine start")
@pass_session
def engine_start(session: Session) -> None:
    """Start it, or join the one that runs."""
    from relay import engine

    with _usable(session.settings.data_folder):
        engine.ensure(session.settings.data_folder)
    _print_engine(session)


@engine_.command("stop", example="relay engine stop")
@pass_session
def engine_stop(session: Session) -> None:
    """Stop it and wait until its files are closed."""
    from relay import engine
    from relay.printing import print_json

    stopped = engine.stop(session.settings.data_folder)
    if session.as_json:
        print_json({"stopped": stopped})
    _say("Stopped." if stopped else "It was not running.")


@engine_.command("status", example="relay engine status")
@pass_session
def engine_status(session: Session) -> None:
    """Whether it runs, and how large its files are."""
    _print_engine(session)


@engine_.command("rebuild", example="relay engine rebuild")
@pass_session
def engine_rebuild(session: Session) -> None:
    """Build a programme's graph anew from its ledger."""
    from relay.backup import rebuild
    from relay.printing import print_json

    rebuild(session.graph, session.programme_id)
    if session.as_json:
        print_json({"programme_id": session.programme_id, "entries": session.head.entries})
    _say(f"The graph of {session.programme_id} was rebuilt from {session.head.entries} entries.")


def _print_engine(session: Session) -> None:
    from relay import engine
    from relay.asjson import json_of
    from relay.printing import print_json, print_pairs

    found = json_of(engine.status(session.settings.data_folder))
    if session.as_json:
        print_json(found)
    else:
        print_pairs(found.items())


@relay.command(example="relay backup relay-backup.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_session
def backup(session: Session, file: Path) -> None:
    """Write the ledgers of all programmes to FILE. It holds names: keep it locked away."""
    from relay.backup import backup as backup_lines
    from relay.backup import private_file
    from relay.printing import print_json, print_table

    with private_file(file) as write:
        for line in backup_lines(session.graph):
            write(line)
    if session.as_json:
        print_json({"file": str(file), "programmes": session.heads})
        return
    print_table(
        ("programme_id", "entries", "head_hash"),
        ((head.programme_id, head.entries, head.head_hash) for head in session.heads),
    )


@relay.command(example="relay restore relay-backup.jsonl")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_session
def restore(session: Session, file: Path) -> None:
    """Replay a backup into an empty database of either engine."""
    from relay.backup import restore as restore_lines
    from relay.printing import print_json, print_table

    with file.open(encoding="utf-8", errors="replace") as lines:
        kept = restore_lines(session.graph, lines, session.clerk)
    if session.as_json:
        print_json({"programmes": kept})
        return
    print_table(
        ("programme_id", "entries", "head_hash"), ((each.programme_id, each.entries, each.head_hash) for each in kept)
    )


@relay.group(cls=RelayGroup)
def programme() -> None:
    """The programmes of this database."""


@programme.command("list", example="relay programme list")
@pass_session
def programme_list(session: Session) -> None:
    """List them."""
    from relay.printing import print_json, print_table

    if session.as_json:
        print_json(session.heads)
        return
    headers = ("programme_id", "name", "timezone", "entries", "head_hash")
    print_table(headers, ([getattr(head, name) for name in headers] for head in session.heads))


@programme.command("add", example='relay programme add hills --name "Hill villages"')
@click.argument("programme_id", metavar="ID")
@click.option("--name", required=True)
@click.option("--timezone", default="Asia/Kathmandu", show_default=True)
@click.option("--goal-generations", metavar="N", help="How many generations the programme aims at.")
@pass_session
def programme_add(session: Session, /, programme_id: str, **given: str | None) -> None:
    """Begin a programme."""
    from relay.acts import PROGRAMME, Act
    from relay.ledger import record_one
    from relay.printing import print_json, print_pairs

    said = _said_of(session, PROGRAMME.columns, {**given, "id": programme_id})
    outcome = record_one(
        session.graph, programme_id, Act(kind="programme", id=str(said["id"]), values=said), session.clerk
    )
    result = {"programme_id": programme_id, "act_id": outcome.act.act_id, "action": outcome.action}
    if session.as_json:
        print_json(result)
    else:
        print_pairs(result.items())


def _say(sentence: str) -> None:
    from relay.printing import say

    say(sentence)


# ------------------------------------------------------------------------------------------------ the way in and out


@contextmanager
def _explained() -> Generator[None]:
    """Turn every failure into its sentence and its exit code."""
    try:
        yield
    except Unavailable as error:
        _say(f"relay: {error}{_where()}")
        sys.exit(UNAVAILABLE)
    except RelayError as error:
        _say(f"relay: {error}")
        sys.exit(NOT_DONE)
    except click.exceptions.Abort:
        _say("relay: stopped; nothing more was done.")
        sys.exit(NOT_DONE)
    except click.ClickException as error:
        _say_usage(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NOT_DONE)
    except OSError as error:
        _say(f"relay: {error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
        sys.exit(NOT_DONE)


def _say_usage(error: click.ClickException) -> None:
    """Say it as click does, but with what would command a terminal made visible."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    said = f"Error: {error.format_message()}".expandtabs(4).splitlines()
    if context:
        said = [*context.get_usage().splitlines(), f"Try '{context.command_path} --help' for help.", "", *said]
    for line in said:
        _say(line)


def _where() -> str:
    """Which database was meant, where that was said by the environment; never what may hold a password."""
    from urllib.parse import urlsplit

    address = urlsplit(os.environ.get("NEO4J_URI", ""))
    return f" NEO4J_URI names {address.hostname}:{address.port or 7687}." if address.hostname else ""


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
    from relay.printing import use_utf8

    use_utf8()
    with _explained():
        sys.exit(relay.main(args=_words(), prog_name="relay", standalone_mode=False) or DONE)


if __name__ == "__main__":
    main()
