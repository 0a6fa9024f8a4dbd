"""Staff record facts: who received what, and passed it on to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from relay.commands.options import ID, command, pass_session
from relay.commands.session import Session, say, usage
from relay.domain.schema import DAYS, KINDS, Column, Kind, kind_named

if TYPE_CHECKING:
    from relay.desk.intake import Recorded
    from relay.domain.acts import Value


def _print_recorded(session: Session, *recorded: Recorded) -> None:
    from relay.service.terminal import print_json, print_pairs

    if session.as_json:
        print_json(recorded[0] if len(recorded) == 1 else recorded)
    for each in recorded:
        if not session.as_json:
            print_pairs((name, getattr(each, name)) for name in ("act_id", "action", "sequence", "placement_id"))
        for note in each.notes:
            say(f"Noted for the auditor. {note}")


def _flags(column: Column, kind: str, own: str) -> list[str]:
    """The names of a column's option: `--id` for the act's own, `--on` for its day, `--place` beside `--place-id`."""
    full = f"--{column.name.replace('_', '-')}"
    if column.name == own:
        return ["--id", full]
    if column.name == DAYS.get(kind):
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
                    help=_help(column, kind_),
                )(command)
        return command

    return add


def _metavar(column: Column) -> str:
    return {"date": "DAY", "units": "N", "count": "N", "year": "YEAR", "choice": "WORD", "id": "ID"}.get(
        column.type, "TEXT"
    )


def _help(column: Column, kind: Kind) -> str:
    own_day = column.name == DAYS.get(kind.name)
    parts = [f"One of {', '.join(column.choices)}." if column.choices else ""]
    if column.required and column.name != kind.id_column and not own_day:
        parts.insert(0, "Required.")
    if column.type == "date":
        parts.append('2026-11-24, today, -3d or "2083-08-08 BS".')
    if own_day:
        parts.append("Today when left out.")
    if kind.name == "event" and column.name == "animals":
        parts.append("One when left out.")
    if column.personal:
        parts.append("Personal: kept apart, erasable.")
    if column.name in ("note", "why"):
        parts.append("Never write of violence or of anyone's protection case.")
    return " ".join(part for part in parts if part)


def said_of(session: Session, kind: Kind, given: Mapping[str, str | None]) -> dict[str, Value]:
    """What was said on the command line, read as cells of the kind's columns; its day is today when it was not said.

    What a command finds out itself, or makes, is not missed here.
    """
    own = kind.id_column if kind in KINDS else ""
    said: dict[str, Value] = {}
    missing: list[str] = []
    for column in kind.columns:
        option = _ARGUMENTS.get((kind.name, column.name)) or _flags(column, kind.name, own)[0]
        text = given.get(column.name)
        if text is None and column.name == DAYS.get(kind.name):
            text = "today"
        read = None if text is None else _value(session, column, text, option)
        if read is not None:
            said[column.name] = read
        elif column.required and column.name not in (own, *_FOUND_OUT):
            missing.append(option)
    if missing:
        raise click.UsageError(f"Missing: {', '.join(missing)}.")
    return said


def reason(session: Session, text: str) -> str:
    """Why something is corrected: never nothing."""
    why = _value(session, Column(name="why", type="text"), text, "--why")
    if why is None:
        raise click.UsageError("--why is empty. Say why, for the auditor.")
    return str(why)


def _value(session: Session, column: Column, text: str, option: str) -> Value | None:
    """One option's value, as the column takes it."""
    from relay.exchange import cells

    if column.type == "date" and text.strip():
        return session.day(text, option).isoformat()
    with usage(option, text):
        return cells.read(column, text)


_FOUND_OUT: Final = ("giver_placement_id", "receiver_placement_id")
_ARGUMENTS: Final = {
    **{(kind, "name"): "NAME" for kind in ("place", "group", "beneficiary")},
    ("pass", "beneficiary_id"): "--to",
    ("pass", "receiver_placement_id"): "--into",
    ("event", "kind"): "KIND",
    ("event", "placement_id"): "PLACEMENT",
    ("claim", "gift_id"): "GIFT",
    ("programme", "id"): "ID",
    ("rule", "equivalents"): "--equivalent",
}
"""Columns that a command takes by another name than the column's option."""


_new_option: Final = click.option(
    "--new", is_flag=True, help="Begin a new placement although she holds one of that help."
)
_again_option: Final = click.option("--again", is_flag=True, help="Record it whatever Relay would ask about it.")


def _record_kind(
    session: Session, kind: str, given: Mapping[str, str | None], *, new: bool = False, again: bool = False
) -> Recorded:
    recorded = session.hand_in(kind, said_of(session, kind_named(kind), given), new=new, again=again)
    _say_if_today(session, kind, given)
    return recorded


def _say_if_today(session: Session, kind: str, given: Mapping[str, str | None]) -> None:
    """Tell that a day was left out: a register is often typed in later."""
    if kind in DAYS and given.get(DAYS[kind]) is None:
        say(f"Dated today, {session.today}: no other day was given.")


@command(example='relay register "Maya Tamang" --sex F --group W01 --id B2001')
@click.argument("name")
@click.option("--kind", "what", type=click.Choice(["person", "group", "place"]), default="person", show_default=True)
@click.option("--id", "own_id", metavar="ID", help="Her id; made when left out.")
@click.option("--group-kind", metavar="WORD", help=_help(KINDS[1].columns[2], KINDS[1]))
@click.option("--place-kind", metavar="WORD", help=_help(KINDS[0].columns[2], KINDS[0]))
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
@click.option("--consent-language", "consent_language", metavar="TEXT", help="In which she was asked. Personal.")
@click.option("--parent", "--parent-id", "parent_id", metavar="ID", help="For a place: the place it lies in.")
@click.option("--latitude", metavar="N")
@click.option("--longitude", metavar="N")
@pass_session
def register(
    session: Session, /, name: str, what: str, own_id: str | None, *, holder: bool, **given: str | None
) -> None:
    """Register a person, a group or a place."""
    from relay.domain.acts import ID_BYTES, new_id

    kinds = ["beneficiary" if what == "person" else what, *(["beneficiary"] if holder else [])]
    given["kind"] = given.pop(f"{what}_kind", None)
    _require_fitting(what, kinds, given, holder=holder)
    own_id = own_id or new_id(session.clerk.random(ID_BYTES))
    typed = click.get_current_context().get_parameter_source("what") is not ParameterSource.DEFAULT
    acts: list[tuple[str, Mapping[str, Value]]] = []
    for kind in kinds:
        said = {**given, f"{kind}_id": own_id, "name": name}
        if typed and kind == "beneficiary":
            said["kind"] = what
        acts.append((kind, said_of(session, kind_named(kind), said)))
    recorded: list[Recorded] = []
    try:
        for kind, values in acts:
            recorded.append(session.hand_in(kind, values))
    finally:
        if recorded:
            _print_recorded(session, *recorded)


def _require_fitting(what: str, kinds: Iterable[str], given: Mapping[str, str | None], *, holder: bool) -> None:
    """Refuse options of another kind: without --kind place, a place would become a person."""
    fitting = {column.name for kind in kinds for column in kind_named(kind).columns[1:]}
    strange = [
        f"--{name.removesuffix('_id').replace('_', '-')}"
        for name, text in given.items()
        if text is not None and name not in fitting
    ]
    if holder and what != "group":
        strange.append("--holder")
    if strange:
        raise click.UsageError(f"A {what} has no {', '.join(strange)}. Say what it is by --kind.")


@command(example='relay gift --id G101 --donor "A friend" --of goat --on 2026-11-20 --animals 4')
@_columns_as_options("gift")
@pass_session
def gift(session: Session, /, **given: str | None) -> None:
    """Record an original gift: what a donor gave to the programme."""
    _print_recorded(session, _record_kind(session, "gift", given))


@command(example='relay place --id P2001 --gift G101 --beneficiary B2001 --of goat --animals 2 --on "2083-08-08 BS"')
@_new_option
@_again_option
@_columns_as_options("placement")
@pass_session
def place(session: Session, /, *, new: bool, again: bool, **given: str | None) -> None:
    """Record an original placement: help placed from a gift."""
    _print_recorded(session, _record_kind(session, "placement", given, new=new, again=again))


@command("pass-on", example="relay pass-on P0926 --to B2001 --into P2001 --animals 1 --females 1 --on today")
@click.argument("giver", type=ID)
@click.option("--to", "beneficiary_id", metavar="BENEFICIARY", required=True, help="Who received.")
@click.option("--into", "receiver_placement_id", metavar="PLACEMENT", help="Add to a placement that she holds.")
@_new_option
@_again_option
@_columns_as_options("pass", but=("giver_placement_id", "receiver_placement_id", "beneficiary_id"))
@pass_session
def pass_on(session: Session, /, giver: str, *, new: bool, again: bool, **given: str | None) -> None:
    """Record that help was passed on. GIVER is a placement, or a beneficiary who holds just one."""
    said = {**said_of(session, kind_named("pass"), given), "giver_placement_id": giver}
    recorded = session.hand_in("pass", said, new=new, again=again)
    _say_if_today(session, "pass", given)
    _print_recorded(session, recorded)


@command(example="relay event birth P0926 --animals 2 --on -3d")
@click.argument("kind", metavar="KIND")
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind"))
@pass_session
def event(session: Session, /, **given: str | None) -> None:
    """Record what happened to a placement: a birth, a loss, a visit."""
    _print_recorded(session, _record_kind(session, "event", given))


@command(example="relay excuse P0799 --reason household_circumstances")
@click.argument("placement_id", metavar="PLACEMENT")
@_columns_as_options("event", but=("placement_id", "kind", "animals", "females", "males", "until_on", "outcome"))
@pass_session
def excuse(session: Session, /, **given: str | None) -> None:
    """Record that the committee waived what a placement still owes. Give only a neutral reason."""
    _print_recorded(session, _record_kind(session, "event", {**given, "kind": "excused"}))


class _How(click.Choice[str]):
    """A word of the ledger, typed with hyphens or, as messages and files write it, with underscores."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """With hyphens."""
        return super().normalize_choice(str(choice).replace("_", "-"), ctx)


@command(
    example='relay correct event:E0052 --how wrong-data --set happened_on=2019-02-08 --why "The day was hard to read."'
)
@click.argument("act_id", metavar="ACT", type=ID)
@click.option("--how", type=_How(["did-not-happen", "wrong-data"]), required=True)
@click.option("--why", required=True, help="For the auditor. Never write of violence or of anyone's protection case.")
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE", help="For wrong-data; an empty VALUE empties it."
)
@click.option("--id", "correct_id", metavar="ID", help="Made when left out.")
@_again_option
@pass_session
def correct(
    session: Session, act_id: str, how: str, why: str, changes: tuple[str, ...], correct_id: str | None, *, again: bool
) -> None:
    """Correct an act, by a new act that names it. Nothing recorded is ever edited."""
    from relay.service.queries import RESOLVE

    subject = session.ask(RESOLVE, id=act_id)
    said: dict[str, Value] = {"act_id": subject, "how": how.replace("-", "_"), "why": reason(session, why)}
    changed = dict(_change(session, subject, change) for change in changes)
    if len(changed) < len(changes):
        raise click.UsageError("--set names a field twice.")
    if changed:
        said["changes"] = changed
    said = _with_id(session, said, "correct_id", correct_id)
    _print_recorded(session, session.hand_in("correct", said, again=again))


def _change(session: Session, subject: str, change: str) -> tuple[str, Any]:
    from relay.domain.acts import FILED

    name, equals, text = change.partition("=")
    kind = subject.partition(":")[0]
    columns = {column.name: column for each in FILED if each.name == kind for column in each.columns}
    if not equals or name not in columns:
        raise click.UsageError(f"--set {name}: write FIELD=VALUE with a field of {kind}: {', '.join(columns)}.")
    return name, _value(session, columns[name], text, f"--set {name}") if text else None


def _with_id(session: Session, said: dict[str, Value], column: str, id_: str | None) -> dict[str, Value]:
    own = None if id_ is None else _value(session, Column(name=column, type="id"), id_, "--id")
    return said if own is None else {column: own, **said}


@command(example="relay confirm pass:T0001")
@click.argument("act_id", metavar="PASS", type=ID)
@click.option("--id", "confirm_id", metavar="ID", help="Made when left out.")
@pass_session
def confirm(session: Session, act_id: str, confirm_id: str | None) -> None:
    """Confirm a pass-on that another person recorded."""
    said: dict[str, Value] = {"act_id": act_id}
    _print_recorded(session, session.hand_in("confirm", _with_id(session, said, "confirm_id", confirm_id)))


@command(example="relay erase beneficiary:B0929 --yes")
@click.argument("subject_id", metavar="SUBJECT", type=ID)
@click.option("--id", "erase_id", metavar="ID", help="Made when left out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def erase(session: Session, subject_id: str, erase_id: str | None, *, yes: bool) -> None:
    """Erase what is personal about a beneficiary or another act. Links, numbers and hashes stay."""
    from relay.service.queries import RESOLVE

    subject = subject_id if ":" in subject_id else session.ask(RESOLVE, id=subject_id)
    if not yes:
        click.confirm(f"Erase all that is personal about {subject}? This cannot be undone", abort=True, err=True)
    said: dict[str, Value] = {"subject_id": subject}
    _print_recorded(session, session.hand_in("erase", _with_id(session, said, "erase_id", erase_id)))
    say("Backups and files with names that were made before still hold it: make a new backup, and delete those.")


@command(example='relay claim G31 --what families --value 20 --as-of 2026-11-01 --source "yearly report"')
@_columns_as_options("claim", but=("gift_id",))
@click.argument("gift_id", metavar="GIFT")
@pass_session
def claim(session: Session, /, **given: str | None) -> None:
    """Record what a report claims about a gift. It is held against what the chains support."""
    _print_recorded(session, _record_kind(session, "claim", given))


@command(example="relay rule --of cow --given 1 --owed 1 --months 36 --grace-days 90 --from 2026-11-01")
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
    from relay.domain.acts import RULE

    said = {**given, "equivalents": ";".join(equivalents)}
    _print_recorded(session, session.hand_in("rule", said_of(session, RULE, said)))
