"""The command line: argv → one core call → printed rows.

Staff record facts, managers look at relays, auditors query chain health and verify the ledger. Exit codes: 0 done;
1 not done, the message says why; 2 usage; 3 found something; 4 the database is unavailable.

What a command needs is imported inside it, so that `relay --help` and a single pass-on stay quick.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
    from relay.config import Connection, Settings
    from relay.entries import Entry
    from relay.exchange import ReportRow
    from relay.graph import Graph
    from relay.history import Record, Stand
    from relay.ledger import Clerk, LedgerHead, Outcome
    from relay.trees import Relay, Tree
    from relay.verify import Verification

DONE, NOT_DONE, USAGE, FOUND, UNAVAILABLE = range(5)

_DEMO_GIFT: Final = "G02"  # small enough for one screen, with most states and a pooled placement
_MAIN_DAY: Final = {"gift": "given_on", "placement": "received_on", "pass": "passed_on", "event": "happened_on"}


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
            "Give it a folder of its own: RELAY_DATA=relay-demo relay demo.",
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
        if self.settings.neo4j:
            return self.settings.neo4j
        from relay import engine

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
        from relay.ledger import NoProgramme

        found = [head for head in self.heads if self.programme in (None, head.programme_id)]
        if len(found) == 1:
            return found[0]
        if self.programme:
            raise NoProgramme(self.programme)
        if found:
            raise SeveralProgrammes(head.programme_id for head in found)
        raise NoProgrammeYet

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
        from relay.ledger import Clerk

        return Clerk(by=f"local:{getpass.getuser()}", now=self.now, random=secrets.token_bytes)

    def day(self, text: str | None) -> date:
        """A day as an option takes it; today when it was not given."""
        from relay.cells import read_day

        return self.today if text is None else read_day(text, self.today)

    def entry(self, text: str) -> int:
        """An entry of the ledger as an option takes it: its number, or the last one of a day."""
        if text.isdecimal():
            return int(text)
        from relay.ledger import last_known

        return last_known(self.graph, self.programme_id, self.day(text))

    def close(self) -> None:
        """Close what was opened."""
        for graph in self._opened:
            graph.close()


class RelayCommand(click.Command):
    """A command that takes --programme and --json too, as the group before it does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever click gives
        """Add both options."""
        super().__init__(*args, **kwargs)
        self.params += [*_shared_options()]


class RelayGroup(click.Group):
    """A group whose commands are `RelayCommand`s, listed in the order of the users."""

    command_class = RelayCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of this file."""
        return list(self.commands)


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


@click.group(cls=RelayGroup, context_settings={"help_option_names": ["--help", "-h"]})
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
    from relay.graph import UnknownOutcome
    from relay.ledger import record_one
    from relay.printing import print_json, print_pairs, say

    try:
        outcome = record_one(session.graph, session.programme_id, act, session.clerk, again=again)
    except UnknownOutcome:
        say(f"The act was sent as {_ids_to_repeat(act)}.")
        raise
    recorded = _recorded(session, outcome)
    if session.as_json:
        print_json(recorded)
    else:
        print_pairs(
            (name, getattr(recorded, name))
            for name in ("act_id", "action", "sequence", "placement_id")
            if getattr(recorded, name) is not None
        )
    for note in recorded.notes:
        say(f"Noted for the auditor. {note}")


def _ids_to_repeat(act: Act) -> str:
    into = act.values.get("receiver_placement_id")
    return f"--id {act.id}" + (f" --into {into}" if into else "")


def _recorded(session: Session, outcome: Outcome) -> Recorded:
    values = outcome.act.values
    return Recorded(
        programme_id=session.programme_id,
        act_id=outcome.act.act_id,
        action=outcome.action,
        sequence=outcome.sequence,
        placement_id=str(values.get("receiver_placement_id") or values.get("placement_id") or "") or None,
        notes=tuple(note.sentence for note in outcome.notes),
    )


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
                command = click.option(column.name, *flags, metavar=_metavar(column), help=_help(column))(command)
        return command

    return add


def _metavar(column: Column) -> str:
    return {"date": "DAY", "units": "N", "count": "N", "year": "YEAR", "choice": "WORD", "id": "ID"}.get(
        column.type, "TEXT"
    )


def _help(column: Column) -> str:
    parts = [f"One of {', '.join(column.choices)}." if column.choices else ""]
    if column.type == "date":
        parts.append('2026-11-24, today, -3d or "2083-08-08 BS".')
    if column.personal:
        parts.append("Personal: kept apart, erasable.")
    if column.name in ("note", "why"):
        parts.append("Never write of violence or of anyone's protection case.")
    return " ".join(part for part in parts if part)


def _said(session: Session, kind: str, given: Mapping[str, str | None]) -> dict[str, Value]:
    """What was said on the command line, read as cells of the kind's columns; its day is today when it was not said."""
    from relay import cells

    said: dict[str, Value] = {}
    for column in kind_named(kind).columns:
        text = given.get(column.name)
        if text is None and column.name == _MAIN_DAY.get(kind):
            text = "today"
        if text is None:
            continue
        value = session.day(text).isoformat() if column.type == "date" else cells.read(column, text)
        if value is not None:
            said[column.name] = value
    own = kind_named(kind).id_column
    missing = [
        column.name for column in kind_named(kind).columns if column.required and column.name not in {*said, own}
    ]
    named = {"giver_placement_id", "receiver_placement_id"}
    missing = [name for name in missing if name not in named]
    if missing:
        column = kind_named(kind).column(missing[0])
        flags = _flags(column, kind, own) if column else [missing[0]]
        raise click.UsageError(f"Missing option '{flags[0]}'.")
    return said


def _record_kind(session: Session, kind: str, given: Mapping[str, str | None]) -> None:
    from relay import desk

    said = _said(session, kind, given)
    _record(session, desk.act(kind, said, kind_named(kind).id_column, secrets.token_bytes))


@relay.command()
@click.argument("name")
@click.option("--kind", "what", type=click.Choice(["person", "group", "place"]), default="person", show_default=True)
@click.option("--id", "own_id", metavar="ID", help="Her id; made when left out.")
@click.option("--group-kind", metavar="WORD", help=_help(KINDS[1].columns[2]))
@click.option("--place-kind", metavar="WORD", help=_help(KINDS[0].columns[2]))
@click.option("--holder", is_flag=True, help="For a group: it holds help itself (a buck), so make it a beneficiary too.")
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
def register(session: Session, name: str, what: str, own_id: str | None, **given: str | None) -> None:
    """Register a person, a group or a place."""
    group_kind, place_kind = given.pop("group_kind"), given.pop("place_kind")
    holder = given.pop("holder")
    if what == "place":
        _record_kind(session, "place", {**given, "place_id": own_id, "name": name, "kind": place_kind})
        return
    if what == "group":
        from relay.acts import new_id
        from relay.desk import ID_BYTES

        own_id = own_id or new_id(secrets.token_bytes(ID_BYTES))
        _record_kind(session, "group", {**given, "group_id": own_id, "name": name, "kind": group_kind})
    if what == "person" or holder:
        _record_kind(
            session,
            "beneficiary",
            {**given, "beneficiary_id": own_id, "name": name, "kind": "group" if what == "group" else "person"},
        )


@relay.command()
@_columns_as_options("gift")
@pass_session
def gift(session: Session, **given: str | None) -> None:
    """Record an original gift: what a donor gave to the programme."""
    _record_kind(session, "gift", given)


@relay.command()
@_columns_as_options("placement")
@pass_session
def place(session: Session, **given: str | None) -> None:
    """Place help from a gift with a beneficiary: an original placement."""
    _record_kind(session, "placement", given)


@relay.command("pass-on")
@click.argument("giver")
@click.option("--to", "beneficiary_id", metavar="BENEFICIARY", required=True, help="Who received.")
@click.option("--into", "receiver_placement_id", metavar="PLACEMENT", help="Add to a placement that she holds.")
@click.option("--new", is_flag=True, help="Begin a new placement although she holds one of that help.")
@click.option("--again", is_flag=True, help="Record it although the same hand-over seems to be recorded.")
@_columns_as_options("pass", but=("giver_placement_id", "receiver_placement_id", "beneficiary_id"))
@pass_session
def pass_on(session: Session, giver: str, *, new: bool, again: bool, **given: str | None) -> None:
    """Record that help was passed on by GIVER, a placement or a beneficiary who holds just one."""
    from relay import desk

    act = desk.pass_on(
        session.graph,
        session.programme_id,
        _said(session, "pass", given),
        giver=giver,
        new=new,
        again=again,
        random=secrets.token_bytes,
    )
    _record(session, act, again=again)


@relay.command()
@click.argument("kind", metavar="KIND")
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind"))
@pass_session
def event(session: Session, **given: str | None) -> None:
    """Record what happened to a placement: birth, death, theft, sale, slaughter, illness, replacement, visit…"""
    _record_kind(session, "event", given)


@relay.command()
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind", "animals", "females", "males", "until_on", "outcome"))
@pass_session
def excuse(session: Session, **given: str | None) -> None:
    """Record that the committee waived what a placement still owes. Give only a neutral reason."""
    _record_kind(session, "event", {**given, "kind": "excused"})


@relay.command()
@click.argument("act_id", metavar="ACT")
@click.option("--how", type=click.Choice(["did-not-happen", "wrong-data"]), required=True)
@click.option("--why", required=True, help="For the auditor. Never write of violence or of anyone's protection case.")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="For wrong-data; an empty VALUE empties it.")
@click.option("--id", "correct_id", metavar="ID", help="Made when left out.")
@pass_session
def correct(session: Session, act_id: str, how: str, why: str, changes: tuple[str, ...], correct_id: str | None) -> None:
    """Correct an act, by a new act that names it. Nothing recorded is ever edited."""
    from relay import desk
    from relay.records import resolve

    subject = resolve(session.graph, session.programme_id, act_id)
    said: dict[str, Value] = {"act_id": subject, "how": how.replace("-", "_"), "why": why}
    if changes:
        said["changes"] = dict(_change(session, subject, change) for change in changes)
    _record(session, desk.act("correct", _with_id(said, "correct_id", correct_id), "correct_id", secrets.token_bytes))


def _change(session: Session, subject: str, change: str) -> tuple[str, Any]:
    from relay import cells
    from relay.acts import FILED

    name, equals, text = change.partition("=")
    kind = subject.partition(":")[0]
    columns = {column.name: column for each in FILED if each.name == kind for column in each.columns}
    if not equals or name not in columns:
        raise click.UsageError(f"--set {name}: write FIELD=VALUE with a field of {kind}: {', '.join(columns)}.")
    if not text:
        return name, None
    if columns[name].type == "date":
        return name, session.day(text).isoformat()
    return name, cells.read(columns[name], text)


def _with_id(said: dict[str, Value], column: str, id_: str | None) -> dict[str, Value]:
    return {column: id_, **said} if id_ else said


@relay.command()
@click.argument("act_id", metavar="PASS")
@click.option("--id", "confirm_id", metavar="ID", help="Made when left out.")
@pass_session
def confirm(session: Session, act_id: str, confirm_id: str | None) -> None:
    """Confirm a pass-on that another person recorded."""
    from relay import desk
    from relay.records import resolve

    subject = resolve(session.graph, session.programme_id, act_id, kinds=("pass",))
    said: dict[str, Value] = {"act_id": subject}
    _record(session, desk.act("confirm", _with_id(said, "confirm_id", confirm_id), "confirm_id", secrets.token_bytes))


@relay.command()
@click.argument("subject_id", metavar="SUBJECT")
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
    _record(session, desk.act("erase", _with_id(said, "erase_id", erase_id), "erase_id", secrets.token_bytes))


@relay.command()
@_columns_as_options("claim", but=("gift_id",))
@click.argument("gift_id", metavar="GIFT")
@pass_session
def claim(session: Session, **given: str | None) -> None:
    """Record what a report claims about a gift, so that it can be held against the chains."""
    _record_kind(session, "claim", given)


@relay.command()
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
@click.option("--equivalent", "equivalents", multiple=True, metavar="HELP=N", help="Other help, and what one unit is worth.")
@pass_session
def rule(session: Session, equivalents: tuple[str, ...], **given: str | None) -> None:
    """Record a version of the rule for one kind of help."""
    from relay.acts import RULE, Act, rule_id

    said = _said_of(session, RULE.columns, given)
    if equivalents:
        said["equivalents"] = dict(_equivalent(text) for text in equivalents)
    _record(session, Act(kind="rule", id=rule_id(said), values=said))


def _equivalent(text: str) -> tuple[str, int | float]:
    from relay import cells

    help_, equals, worth = text.partition("=")
    if not equals:
        raise click.UsageError(f"--equivalent {text}: write HELP=N, such as pig=1.5.")
    value = cells.read(Column(name="equivalents", type="units"), worth)
    return str(cells.read(Column(name="help", type="help"), help_)), value if isinstance(value, (int, float)) else 0


def _said_of(session: Session, columns: Iterable[Column], given: Mapping[str, str | None]) -> dict[str, Value]:
    from relay import cells
    from relay.cells import read_day

    today = session.now.date()
    said: dict[str, Value] = {}
    for column in columns:
        text = given.get(column.name)
        if text is not None:
            value = read_day(text, today).isoformat() if column.type == "date" else cells.read(column, text)
            if value is not None:
                said[column.name] = value
    return said


# ------------------------------------------------------------------------------------------------ import, find, show


@relay.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--apply", is_flag=True, help="Write. Without it the report says what would happen.")
@click.option("--strict", is_flag=True, help="Write nothing when any row is put aside or refused.")
@click.option("--again", is_flag=True, help="Record pass-ons although the same hand-over seems to be recorded.")
@pass_session
def import_(session: Session, path: Path, *, apply: bool, strict: bool, again: bool) -> None:
    """Import a programme from a folder of CSV files or a workbook; a dry run unless --apply."""
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
    _say(", ".join(f"{count} {action}" for action, count in counts.items()) + ("." if apply else "; nothing was written."))
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


@relay.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--with-names", is_flag=True, help="Include the personal columns.")
@pass_session
def export(session: Session, path: Path, *, with_names: bool) -> None:
    """Export a programme as it stands now, as a folder of CSV files or a workbook (PATH.xlsx)."""
    from relay.exporting import export_programme

    export_programme(session.graph, session.programme_id, path, with_names=with_names)
    _say(f"{session.programme_id} was written to {path}{'' if with_names else ', without names'}.")


@relay.command()
@click.argument("text")
@pass_session
def find(session: Session, text: str) -> None:
    """Search people, placements, gifts and places; names in either script."""
    from relay.printing import print_json, print_table
    from relay.search import find as find_records

    hits = find_records(session.graph, session.programme_id, text)
    if session.as_json:
        print_json(hits)
        return
    print_table(("id", "what", "place", "name"), ((hit.id, hit.what, hit.place, hit.name) for hit in hits))
    if not hits:
        _say("Nothing found. Try fewer letters, or an id.")


@relay.command()
@click.argument("id_", metavar="ID")
@_as_of_option
@pass_session
def show(session: Session, id_: str, as_of: str | None) -> None:
    """Show one record with its history, and the gifts it descends from."""
    from relay.printing import print_json
    from relay.history import show as show_record

    record = show_record(session.graph, session.programme_id, id_, session.day(as_of))
    if session.as_json:
        print_json(record)
    else:
        _print_record(record)


def _print_record(record: Record) -> None:
    from relay.printing import print_pairs, print_table

    stand = record.standing
    print_pairs(
        (
            ("id", record.id),
            ("what", record.what),
            ("name", record.name),
            ("place", record.place),
            *((name, value) for name, value in record.values.items() if value is not None),
            *(() if stand is None else _stand_pairs(stand)),
            ("recorded", f"{record.recorded_at} by {record.recorded_by}" if record.recorded_at else None),
            ("taken_back_by", record.taken_back_by),
        )
    )
    for title, rows in (("placements", record.placements), ("history", record.history), ("descends from", record.gifts)):
        if rows:
            _say("")
            _say(f"{title}:")
            print_table(_HEADERS[title], ([getattr(row, name) for name in _HEADERS[title]] for row in rows))


_HEADERS: Final = {
    "placements": ("placement_id", "help", "received_on", "state", "due_on", "passed", "owed"),
    "history": ("happened_on", "id", "what", "recorded_by", "taken_back_by", "why", "note"),
    "descends from": ("gift_id", "help", "given_on", "placement_id", "pass_ons", "donor"),
}


def _stand_pairs(stand: Stand) -> Iterator[tuple[str, object]]:
    yield "state", stand.state.replace("_", " ")
    yield "received_on", stand.received_on
    yield "due_on", stand.due_on
    yield "passed", f"{stand.passed:g} of {stand.owed:g}"
    if stand.since_on:
        yield "since", f"{stand.since_on}, {stand.cause}"


# ------------------------------------------------------------------------------------------------ reading relays


def _relay(session: Session, as_of: str | None, *, confirmed_only: bool, as_known: str | None) -> Relay:
    from relay import trees

    return trees.relay(
        session.graph,
        session.programme_id,
        session.day(as_of),
        confirmed_only=confirmed_only,
        last=None if as_known is None else session.entry(as_known),
    )


@relay.command()
@click.argument("id_", metavar="ID")
@_read_options
@pass_session
def trace(session: Session, id_: str, as_of: str | None, *, confirmed_only: bool, as_known: str | None) -> None:
    """How far a gift or placement travelled, and where it broke."""
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
            ("passed", ", ".join(f"{each.units} {each.help}" for each in found.passed)),
            ("latest_passed_on", found.latest_passed_on),
            ("states", ", ".join(f"{count} {state}" for state, count in found.states.items() if count)),
            ("chain_state", found.chain_state),
            *(() if found.goal_reached is None else (("goal_reached", found.goal_reached),)),
        )
    )
    if found.break_points:
        headers = ("placement_id", "state", "since_on", "cause", "generation", "still_owed", "reach")
        print_table(headers, ([getattr(each, name) for name in headers] for each in found.break_points))


@relay.command()
@click.argument("id_", metavar="ID")
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
    _print_tree(drawn, found.names() if names else {})


def _print_tree(tree: Tree, names: Mapping[str, str]) -> None:
    from relay.drawing import Drawn, draw
    from relay.printing import print_lines

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
        yield f"  {node.help}, passed {node.passed:g} of {node.owed:g}", ""
        yield (f", due {node.due_on}" if node.state not in ("fulfilled", "excused") else ""), ""
        yield f"  {node.beneficiary_id} {names.get(node.beneficiary_id, '')}".rstrip(), ""

    print_lines(tuple(parts(line)) for line in draw(tree))


# ------------------------------------------------------------------------------------------------ the ledger


@relay.group(cls=RelayGroup)
def ledger() -> None:
    """The ledger of all acts: read it, check it, take it away."""


@ledger.command("log")
@click.option("--last", "count", type=int, default=20, show_default=True, help="How many of the newest entries; 0: all.")
@click.option("--about", metavar="ACT", help="Only entries that record, correct, confirm or erase this act.")
@pass_session
def ledger_log(session: Session, count: int, about: str | None) -> None:
    """List entries, newest last."""
    from relay.ledger import entries
    from relay.printing import print_json, print_table

    first = max(session.head.entries - count + 1, 1) if count and not about else 1
    found = [
        entry for entry in entries(session.graph, session.programme_id, first=first) if _is_about(entry, about)
    ]
    if session.as_json:
        print_json([_without_openings(entry) for entry in found])
        return
    headers = ("sequence", "act_id", "recorded_at", "recorded_by", "hash")
    print_table(headers, ([getattr(entry, name) for name in headers] for entry in found))


def _is_about(entry: Entry, act_id: str | None) -> bool:
    return act_id is None or act_id in (entry.act_id, entry.payload.get("act_id"), entry.payload.get("subject_id"))


def _without_openings(entry: Entry) -> Any:  # noqa: ANN401 - JSON
    from relay.asjson import json_of

    return {name: value for name, value in json_of(entry).items() if name != "opened"}


@ledger.command("verify")
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
        print_table(("sequence", "fault"), ((fault.sequence, fault.fault) for fault in found.faults))


@ledger.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-names", is_flag=True, help="Include what opens the personal fields.")
@pass_session
def ledger_export(session: Session, file: Path, *, with_names: bool) -> None:
    """Write the ledger to FILE, one entry a line, for an auditor to check without us."""
    from relay.backup import export, private_file

    with private_file(file) as write:
        for line in export(session.graph, session.programme_id, with_names=with_names):
            write(line)
    _say(f"{session.head.entries} entries, head {session.head.head_hash}: note the head down.")


# ------------------------------------------------------------------------------------------------ operating


@relay.command()
@pass_session
def demo(session: Session) -> None:
    """Load the demonstration programme and show what to try next. A second run changes nothing."""
    from relay.demo import DEMO, load_demo

    if any(head.programme_id != DEMO for head in session.heads):
        raise DemoElsewhere
    report = load_demo(session.graph, session.clerk)
    _say(report)
    session.programme = DEMO
    del session.heads
    found = _relay(session, None, confirmed_only=False, as_known=None)
    _print_tree(found.tree(f"gift:{_DEMO_GIFT}"), {})
    command = Path(sys.argv[0]).name if shutil.which("relay") else sys.argv[0]
    _say("")
    _say(f"This is gift {_DEMO_GIFT}. Try next:")
    for words in (f"trace {_DEMO_GIFT}", f"show {found.tree(f'gift:{_DEMO_GIFT}').nodes[0].placement_id}", "ledger verify"):
        _say(f"  {command} {words}")



@relay.command()
@pass_session
def status(session: Session) -> None:
    """Which database is used, how it does, and which programmes it holds."""
    from relay.printing import print_json, print_pairs, print_table

    found = _status(session)
    if session.as_json:
        print_json(found)
        return
    print_pairs((name, value) for name, value in found.items() if name not in ("programmes", "limits"))
    print_table(
        ("programme_id", "name", "entries", "head_hash"),
        ([each["programme_id"], each["name"], each["entries"], each["head_hash"]] for each in found["programmes"]),
    )
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
    """The embedded engine: it starts by itself when a command needs it, and stops when it is idle."""


@engine_.command("start")
@pass_session
def engine_start(session: Session) -> None:
    """Start it, or join the one that runs."""
    from relay import engine

    engine.ensure(session.settings.data_folder)
    _print_engine(session)


@engine_.command("stop")
@pass_session
def engine_stop(session: Session) -> None:
    """Stop it and wait until its files are closed."""
    from relay import engine

    _say("Stopped." if engine.stop(session.settings.data_folder) else "It was not running.")


@engine_.command("status")
@pass_session
def engine_status(session: Session) -> None:
    """Whether it runs, and how large its files are."""
    _print_engine(session)


@engine_.command("rebuild")
@pass_session
def engine_rebuild(session: Session) -> None:
    """Build a programme's graph anew from its ledger."""
    from relay.backup import rebuild

    rebuild(session.graph, session.programme_id)
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


@relay.command()
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


@relay.command()
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


@programme.command("list")
@pass_session
def programme_list(session: Session) -> None:
    """List them."""
    from relay.printing import print_json, print_table

    if session.as_json:
        print_json(session.heads)
        return
    headers = ("programme_id", "name", "timezone", "entries", "head_hash")
    print_table(headers, ([getattr(head, name) for name in headers] for head in session.heads))


@programme.command("add")
@click.argument("programme_id", metavar="ID")
@click.option("--name", required=True)
@click.option("--timezone", default="Asia/Kathmandu", show_default=True)
@click.option("--goal-generations", metavar="N", help="How many generations the programme aims at.")
@pass_session
def programme_add(session: Session, programme_id: str, **given: str | None) -> None:
    """Begin a programme."""
    from relay.acts import PROGRAMME, Act
    from relay.ledger import record_one
    from relay.printing import print_json, print_pairs

    said = _said_of(session, PROGRAMME.columns, {**given, "id": programme_id})
    outcome = record_one(
        session.graph, programme_id, Act(kind="programme", id=programme_id, values=said), session.clerk
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
def _explained() -> Iterator[None]:
    """Turn every failure into its sentence and its exit code."""
    try:
        yield
    except Unavailable as error:
        _say(f"relay: {error}")
        sys.exit(UNAVAILABLE)
    except RelayError as error:
        _say(f"relay: {error}")
        sys.exit(NOT_DONE)
    except click.exceptions.Abort:
        _say("relay: stopped; nothing more was done.")
        sys.exit(NOT_DONE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NOT_DONE)


def main() -> None:
    """Run the command line."""
    from relay.printing import use_utf8

    use_utf8()
    with _explained():
        sys.exit(relay.main(prog_name="relay", standalone_mode=False) or DONE)


if __name__ == "__main__":
    main()
