"""Staff record facts: who received what, and passed it on to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from relay.commands.command_session import NOT_BY_SERVICE, Session, say, usage
from relay.commands.exits import DONE, FOUND
from relay.commands.options import (
    ID,
    RelayCommand,
    command,
    complete_acts,
    complete_helps,
    complete_ids,
    pass_session,
    session_of,
    shared_options,
)
from relay.commands.showing import as_read, print_list
from relay.domain.own_columns import OF, OWN, is_own
from relay.domain.schema import Column, Kind
from relay.errors import Asked, NotFound, refused
from relay.languages import gettext, translate
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.acts import Value
    from relay.office.intake import Recorded


REHEARSED: Final = "A dry run: nothing was recorded."


def print_recorded(session: Session, *recorded: Recorded, told: bool = True, together: bool = False) -> None:
    """Print the outcome of some acts, tell what each recorded, and say what was noted of them.

    Args:
        session: Of the command.
        recorded: The outcome of each.
        told: Whether it is told in a sentence.
        together: Whether others were recorded with them, which are told too.
    """
    from relay.service.terminal import print_json, print_pairs

    if session.as_json:
        shown = [each if each.dry_run else replace(each, sentence=None) for each in recorded]  # it is for people
        print_json(shown[0] if len(shown) == 1 else shown)
    if session.rehearses:
        say(REHEARSED)
    for each in recorded:
        if not session.as_json:
            print_pairs((name, getattr(each, name)) for name in ("act_id", "action", "sequence", "placement_id"))
        if session.rehearses:
            say_rehearsed(each)
        elif session.offline:
            say(
                "Kept on this machine, not recorded yet: %(act_id)s. When there is a line: relay sync",
                act_id=each.act_id,
            )
        elif told:
            _tell(session, each, together=together)
        if each.copied is not None:
            say(Sentence("The copy has it too.") if each.copied else Sentence("The copy does not have it yet."))
        for note in each.notes:
            say("Noted for the auditor. %(note)s", note=note)


def say_rehearsed(recorded: Recorded) -> None:
    """Say what would have been answered, had it not been a dry run."""
    if recorded.action == "same":
        say("%(act_id)s is already recorded.", act_id=recorded.act_id)
    if recorded.sentence:
        say("Without --dry-run: %(sentence)s", sentence=recorded.sentence)


def _tell(session: Session, recorded: Recorded, *, together: bool) -> None:
    """Tell in a sentence what was recorded, and how it is undone; it is recorded even where that cannot be told."""
    from relay.errors import RelayError
    from relay.office.recorded_sentence import undone_by
    from relay.office.undo import since
    from relay.service.questions.recorded import ToldQuestion, UndoableQuestion

    if recorded.action == "same":
        say("Nothing new: %(act_id)s is already recorded.", act_id=recorded.act_id)
        return
    with suppress(RelayError):
        acts = session.ask(UndoableQuestion(since=since(session.now))).acts if together else ()
        ids = [each.act_id for each in reversed(acts)] or [recorded.act_id]
        if recorded.sentence and not acts:
            say(recorded.sentence)
        else:  # the answer was lost, or others were recorded with it
            for told in [session.ask(ToldQuestion(id=act_id, as_of=session.today)) for act_id in ids]:
                say(told.sentence)
        if command := undone_by(ids[-1]):
            say("To undo %(what)s: %(command)s", what="all of it" if len(acts) > 1 else "it", command=command)


def _rehearse(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    session_of(context).rehearses = value


def _go_offline(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    session_of(context).offline = value


def dry_run_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Of every command that records."""
    offline = click.option(
        "--offline",
        is_flag=True,
        expose_value=False,
        callback=_go_offline,
        help="Keep it on this machine, and send it later: relay sync.",
    )
    return click.option(
        "--dry-run",
        is_flag=True,
        expose_value=False,
        callback=_rehearse,
        help="Say what would become of it, and record nothing.",
    )(offline(command))


def _say_own(context: click.Context, _: click.Parameter, value: tuple[str, ...]) -> None:
    session_of(context).own_said = value


_own_option: Final = click.option(
    "--own",
    multiple=True,
    expose_value=False,
    callback=_say_own,
    metavar="NAME=VALUE",
    help="A column of the programme's own, as relay column list names it.",
)


def _flags(column: Column, kind: Kind) -> list[str]:
    """The names of a column's option: `--id` for the act's own, `--on` for its day, `--place` beside `--place-id`."""
    full = f"--{column.name.replace('_', '-')}"
    if column.name == kind.id_column and kind.name != "programme":
        return ["--id", full]
    if column.name == kind.day:
        return ["--on", full]
    if column.name == "help":
        return ["--of", "--help-name"]
    if column.name.endswith("_id"):
        return [full.removesuffix("-id"), full]
    return [full]


class ColumnOption(click.Option):
    """The option of a column, whose help says what the column is.

    Help is silent of a column that a system adds to the core where no programme uses that system.
    """

    def __init__(self, *args: Any, of: tuple[str, str], **how: Any) -> None:  # noqa: ANN401 - whatever click gives
        """Keep the kind and the column."""
        super().__init__(*args, **how)
        self.of = of

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """As any option, or nothing."""
        (kind, column), session = self.of, session_of(ctx)
        adding = session.catalogue.adding(kind, column)
        if adding and adding not in session.systems_in_use():
            return None
        declared = session.catalogue.kind(kind)
        named = next(each for each in declared.columns if each.name == column)
        self.help = _help(named, declared, says_required=not (self.required or self.show_default))
        return super().get_help_record(ctx)


class KindCommand(RelayCommand):
    """A command that records acts of a kind: each column is an option, as the catalogue of this run has them."""

    def __init__(self, *args: Any, kind: str = "", but: Iterable[str] = (), **how: Any) -> None:  # noqa: ANN401 - whatever click gives
        """Keep which kind, and which of its columns are no options."""
        super().__init__(*args, **how)
        self.kind, self.but = kind, frozenset(but)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of the columns before those that all commands share."""
        own, shared = super().get_params(ctx), len(shared_options())
        kind = session_of(ctx).catalogue.kind(self.kind)
        options = [
            ColumnOption(
                [column.name, *_flags(column, kind)],
                of=(kind.name, column.name),
                metavar=_metavar(column),
                shell_complete=_completion(column),
            )
            for column in kind.columns
            if column.name not in self.but
        ]
        at = len(self.params) - shared
        return [*own[:at], *options, *own[at:]]


def records(
    kind: str, name: str | None = None, *, example: str, but: Iterable[str] = (), formerly: str = ""
) -> Callable[[Callable[..., Any]], KindCommand]:
    """A command that records acts of a kind, named after its function, or by `name`.

    Args:
        kind: Which.
        name: Of the command.
        example: With which its help ends.
        but: Columns that are no options, since the command takes them otherwise.
        formerly: The name that the command had before; empty for none.
    """
    made = click.command(name, cls=KindCommand, example=example, kind=kind, but=but, formerly=formerly)

    def decorated(function: Callable[..., Any]) -> KindCommand:
        taking = dry_run_option(function)
        return made(_own_option(taking) if kind in OF else taking)

    return decorated


def recorder(
    kind: str,
    name: str | None = None,
    *,
    does: str,
    example: str,
    about: str = "",
    again: str = "",
    formerly: str = "",
) -> KindCommand:
    """A command that records an act of a kind just as its options say it.

    Args:
        kind: Which.
        name: Of the command; the kind's where it is left out.
        does: What its help says of it.
        example: With which its help ends.
        about: The column that is its argument, such as "goal_id", which names a goal; empty where all are options.
        again: What its help says of --again; empty where nothing is asked of such an act.
        formerly: The name that the command had before; empty for none.
    """

    def record(session: Session, /, *, again: bool = False, **given: str | None) -> None:
        print_recorded(session, record_kind(session, kind, given, again=again))

    record.__doc__ = does
    made: Callable[..., Any] = pass_session(record)
    if again:
        made = click.option("--again", is_flag=True, help=again)(made)
    if about:
        named = about.removesuffix("_id")
        made = click.argument(about, metavar=named.upper(), shell_complete=complete_ids(named))(made)
    return records(kind, name or kind, example=example, but=(about,) if about else (), formerly=formerly)(made)


def _completion(column: Column) -> Callable[[click.Context, click.Parameter, str], list[str]] | None:
    """What is offered to complete a column: its words, or the ids of what it refers to."""
    if column.choices:
        return lambda _context, _, incomplete: [word for word in column.choices if word.startswith(incomplete)]
    if column.name == "help":
        return complete_helps
    return complete_ids(column.refers_to) if column.refers_to and column.type != "ids" else None


def _kinds_of_events(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The kinds of events that begin with what was typed."""
    column = session_of(context).catalogue.kind("event").column("kind")
    return [word for word in column.choices if word.startswith(incomplete)] if column else []


def _metavar(column: Column) -> str:
    return {
        "date": "DAY",
        "month": "MONTH",
        "units": "N",
        "count": "N",
        "money": "AMOUNT",
        "year": "YEAR",
        "choice": "WORD",
        "id": "ID",
        "ids": "IDS",
    }.get(column.type, "TEXT")


def _help(column: Column, kind: Kind, *, says_required: bool) -> str:
    """What a column is, how it is written where that is not plain, and what becomes of it when it is left out."""
    own_id, own_day = column.name == kind.id_column and kind.name != "programme", column.name == kind.day
    made = own_id or column.begins is not None
    parts = {
        gettext("Required."): says_required and column.required and not made and not own_day,
        translate(column.meaning): True,
        gettext("One of %(choices)s.", choices=", ".join(column.choices)): column.choices,
        gettext('2026-11-24, today, -3d or "2083-08-08 BS".'): column.type == "date",
        gettext("Today if left out."): own_day,
        gettext("Generated if left out."): made,
        gettext("Personal: kept apart, erasable."): column.personal,
    }
    return " ".join(part for part, told in parts.items() if told)


def said_of(session: Session, kind: str, given: Mapping[str, str | None]) -> dict[str, Value]:
    """What was said on the command line, read as cells of the kind's columns; its day is today when it was not said.

    What a command finds out itself, or makes, is not missed here.
    """
    declared = session.catalogue.kind(kind)
    own = declared.id_column if kind != "programme" else ""
    said: dict[str, Value] = {}
    missing: list[str] = []
    for column in declared.columns:
        option = _option(declared, column)
        text = given.get(column.name)
        if text is None and column.name == declared.day:
            text = "today"
        read = None if text is None else _value(session, column, text, option)
        if read is not None:
            said[column.name] = read
        elif column.required and column.name not in (own, *_FOUND_OUT):
            missing.append(option)
    if missing:
        raise click.UsageError(Sentence("Missing: %(missing)s.", missing=", ".join(missing)))
    return said | _own_said(session, kind)


def _own_said(session: Session, kind: str) -> dict[str, Value]:
    """What was said in columns of the programme's own."""
    said: dict[str, Value] = {}
    for text in session.own_said:
        name, _, value = text.partition("=")
        column = _own_column(session, kind, f"{OWN}{name.removeprefix(OWN)}", text)
        if (read := _value(session, column, value, f"--own {name}")) is not None:
            said[column.name] = read
    return said


def _own_column(session: Session, kind: str, name: str, text: str) -> Column:
    """The column of the programme's own that was named."""
    columns = session.own_catalogue.kind(kind).columns
    found = {column.name: column for column in columns if is_own(column.name) and column.offered}
    if name not in found or "=" not in text:
        names = ", ".join(each.removeprefix(OWN) for each in found) or "none"
        raise click.UsageError(
            Sentence(
                "--own %(text)s: write NAME=VALUE with a column of the programme's own: %(names)s.",
                text=text,
                names=names,
            )
        )
    return found[name]


def _option(kind: Kind, column: Column) -> str:
    """By which name the command that runs takes a column."""
    context = click.get_current_context()
    names = (column.name, f"{kind.name}_{column.name}")
    taken = next((each for each in context.command.get_params(context) if each.name in names), None)
    if taken is None:
        return _flags(column, kind)[0]
    return taken.human_readable_name if isinstance(taken, click.Argument) else taken.opts[0]


def reason(session: Session, text: str) -> str:
    """Why something is corrected: never nothing."""
    why = _value(session, Column(name="why", type="text"), text, "--why")
    if why is None:
        raise click.UsageError(Sentence("--why is empty. Say why, for the auditor."))
    return str(why)


def _value(session: Session, column: Column, text: str, option: str) -> Value | None:
    """One option's value, as the column takes it."""
    from relay.exchange import cells

    if column.type == "date" and text.strip():
        today = session.today
        with usage(option, text):
            return cells.read_day_as_text(text, today)
    with usage(option, text):
        return cells.read(column, text)


_FOUND_OUT: Final = ("giver_placement_id", "receiver_placement_id")


_new_option: Final = click.option(
    "--new", is_flag=True, help="Begin a new placement even if she already holds one of that help."
)
_again_option: Final = click.option(
    "--again", is_flag=True, help="Record it without being asked: answers every question about it."
)


def record_kind(
    session: Session, kind: str, given: Mapping[str, str | None], *, new: bool = False, again: bool = False
) -> Recorded:
    """Record an act of a kind from the options of its command."""
    recorded = _handed_in(session, kind, said_of(session, kind, given), new=new, again=again)
    _say_if_today(session, kind, given)
    return recorded


def _handed_in(session: Session, kind: str, said: dict[str, Value], *, new: bool, again: bool) -> Recorded:
    """Record an act. Where there is no record of an id, the one is taken that it means as a name, each column once."""
    from relay.domain.rulebook import Missing
    from relay.office.intake import HoldsSeveral

    looked_up: set[str] = set()
    while True:
        try:
            return session.hand_in(kind, said, new=new, again=again)
        except (NotFound, HoldsSeveral) as error:
            column = session.catalogue.kind(kind).column(error.field)
            if column is None or column.refers_to is None:
                raise
            text = str(said[column.name])
            if column.type == "ids" and isinstance(error, Missing):
                text = error.act_id.partition(":")[2]
            if f"{column.name}={text}" in looked_up:
                raise
            found = session.meant(text, column.refers_to, error)
            looked_up.add(f"{column.name}={found}")
            parts = str(said[column.name]).split(";") if column.type == "ids" else [text]
            said[column.name] = ";".join(found if part == text else part for part in parts)


def _say_if_today(session: Session, kind: str, given: Mapping[str, str | None]) -> None:
    """Tell that a day was left out: a register is often typed in later."""
    day = session.catalogue.day(kind)
    if day and given.get(day) is None:
        say("Dated today, %(today)s: no other day was given.", today=session.today)


@command(example='relay register "Maya Tamang" --sex F --group W01 --id B2001')
@click.argument("name")
@click.option("--kind", "what", type=click.Choice(["person", "group", "place"]), default="person", show_default=True)
@click.option("--id", "own_id", metavar="ID", help="Her id; generated if left out.")
@click.option("--group-kind", cls=ColumnOption, of=("group", "kind"), metavar="WORD")
@click.option("--place-kind", cls=ColumnOption, of=("place", "kind"), metavar="WORD")
@click.option(
    "--holder", is_flag=True, help="For a group: it holds help itself (a buck), so make it a beneficiary too."
)
@click.option("--sex", cls=ColumnOption, of=("beneficiary", "sex"), metavar="WORD")
@click.option("--birth-year", cls=ColumnOption, of=("beneficiary", "birth_year"), metavar="YEAR")
@click.option(
    "--household", "--household-id", "household_id", cls=ColumnOption, of=("beneficiary", "household_id"), metavar="ID"
)
@click.option("--phone", cls=ColumnOption, of=("beneficiary", "phone"), metavar="TEXT")
@click.option(
    "--place",
    "--place-id",
    "place_id",
    cls=ColumnOption,
    of=("beneficiary", "place_id"),
    metavar="ID",
    shell_complete=complete_ids("place"),
)
@click.option("--group", "--group-id", "group_id", cls=ColumnOption, of=("beneficiary", "group_id"), metavar="ID")
@click.option("--consent-on", cls=ColumnOption, of=("beneficiary", "consent_on"), metavar="DAY")
@click.option("--consent-language", cls=ColumnOption, of=("beneficiary", "consent_language"), metavar="TEXT")
@click.option("--name-agreed-on", cls=ColumnOption, of=("beneficiary", "name_agreed_on"), metavar="DAY")
@click.option("--parent", "--parent-id", "parent_id", cls=ColumnOption, of=("place", "parent_id"), metavar="ID")
@click.option("--latitude", cls=ColumnOption, of=("place", "latitude"), metavar="N")
@click.option("--longitude", cls=ColumnOption, of=("place", "longitude"), metavar="N")
@_own_option
@dry_run_option
@_again_option
@pass_session
def register(
    session: Session, /, name: str, what: str, own_id: str | None, *, holder: bool, again: bool, **given: str | None
) -> None:
    """Register a person, a group or a place."""
    from relay.domain.acts import ID_BYTES, new_id

    kinds = ["beneficiary" if what == "person" else what, *(["beneficiary"] if holder else [])]
    given["kind"] = given.pop(f"{what}_kind", None)
    _require_fitting(session, what, kinds, given, holder=holder)
    own_id = own_id or new_id(session.clerk.random(ID_BYTES))
    typed = click.get_current_context().get_parameter_source("what") is not ParameterSource.DEFAULT
    acts: list[tuple[str, Mapping[str, Value]]] = []
    for kind in kinds:
        said = {**given, f"{kind}_id": own_id, "name": name}
        if typed and kind == "beneficiary":
            said["kind"] = what
        acts.append((kind, said_of(session, kind, said)))
    recorded: list[Recorded] = []
    try:
        for kind, values in acts:
            recorded.append(_registered(session, kind, values, again=again))
    finally:
        if recorded:
            print_recorded(session, *recorded)


def _registered(session: Session, kind: str, values: Mapping[str, Value], *, again: bool) -> Recorded:
    """Register somebody; where she is like another, tell what that one is called, as far as the role may see it."""
    try:
        return session.hand_in(kind, values, again=again)
    except Asked as question:
        kind_beside, _, like_id = question.beside.partition(":")
        for id_, name in session.names_of([like_id] if kind_beside == "beneficiary" else []).items():
            say("%(id)s is %(name)s.", id=id_, name=name)
        raise


def _require_fitting(
    session: Session, what: str, kinds: Iterable[str], given: Mapping[str, str | None], *, holder: bool
) -> None:
    """Refuse options of another kind: without --kind place, a place would become a person."""
    fitting = {column.name for kind in kinds for column in session.catalogue.kind(kind).columns[1:]}
    strange = [
        f"--{name.removesuffix('_id').replace('_', '-')}"
        for name, text in given.items()
        if text is not None and name not in fitting
    ]
    if holder and what != "group":
        strange.append("--holder")
    if strange:
        raise click.UsageError(
            Sentence(
                "A %(what)s has no %(strange)s. Say what it is with --kind.", what=what, strange=", ".join(strange)
            )
        )


@records("gift", example='relay gift --id G101 --donor "A friend" --of goat --on 2026-11-20 --animals 4')
@pass_session
def gift(session: Session, /, **given: str | None) -> None:
    """Record an original gift: what a donor gave to the programme."""
    print_recorded(session, record_kind(session, "gift", given))


@records(
    "placement",
    example="relay place --id P2001 --gift G101 --beneficiary B2001 --of goat --animals 2 --on 2026-11-24",
)
@_new_option
@_again_option
@pass_session
def place(session: Session, /, *, new: bool, again: bool, **given: str | None) -> None:
    """Record an original placement: help placed from a gift."""
    print_recorded(session, record_kind(session, "placement", given, new=new, again=again))


@records(
    "pass",
    "pass-on",
    example="relay pass-on P0926 --to B2001 --into P2001 --animals 1 --females 1 --on today",
    but=("giver_placement_id", "receiver_placement_id", "beneficiary_id"),
)
@click.argument("giver", type=ID, shell_complete=complete_ids("placement"))
@click.option(
    "--to",
    "beneficiary_id",
    cls=ColumnOption,
    of=("pass", "beneficiary_id"),
    metavar="BENEFICIARY",
    required=True,
    shell_complete=complete_ids("beneficiary"),
)
@click.option(
    "--into",
    "--placement",
    "receiver_placement_id",
    cls=ColumnOption,
    of=("pass", "receiver_placement_id"),
    metavar="PLACEMENT",
    shell_complete=complete_ids("placement"),
)
@_new_option
@_again_option
@pass_session
def pass_on(session: Session, /, giver: str, *, new: bool, again: bool, **given: str | None) -> None:
    """Record that help was passed on. GIVER is a placement, or a beneficiary who holds just one."""
    said = {**said_of(session, "pass", given), "giver_placement_id": giver}
    recorded = _handed_in(session, "pass", said, new=new, again=again)
    _say_if_today(session, "pass", given)
    print_recorded(session, recorded)


@records("event", example="relay event birth P0926 --animals 2 --on -3d", but=("placement_id", "kind"))
@click.argument("kind", metavar="KIND", shell_complete=_kinds_of_events)
@click.argument("placement_id", metavar="PLACEMENT", shell_complete=complete_ids("placement"))
@_again_option
@pass_session
def event(session: Session, /, *, again: bool, **given: str | None) -> None:
    """Record what happened to a placement: a birth, a loss, a visit."""
    print_recorded(session, record_kind(session, "event", given, again=again))


@records(
    "event",
    example="relay excuse P0799 --reason household_circumstances",
    but=("placement_id", "kind", "animals", "females", "males", "until_on", "outcome"),
)
@click.argument("placement_id", metavar="PLACEMENT")
@pass_session
def excuse(session: Session, /, **given: str | None) -> None:
    """Record that the committee waived what a placement still owes. Give only a neutral reason."""
    print_recorded(session, record_kind(session, "event", {**given, "kind": "excused"}))


class _How(click.Choice[str]):
    """A word of the ledger, typed with hyphens or, as messages and files write it, with underscores."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """With hyphens."""
        return super().normalize_choice(str(choice).replace("_", "-"), ctx)


@command(example="relay correct pass:T0002 --receiver B0911 --again")
@click.argument("act_id", metavar="ACT", type=ID, shell_complete=complete_acts(lambda kind: bool(kind.file)))
@click.option(
    "--how", type=_How(["did-not-happen", "wrong-data"]), help="Required unless one of the next four is given."
)
@click.option(
    "--receiver",
    metavar="BENEFICIARY",
    help="For a pass-on: the woman who really received. Everything after it moves with it.",
)
@click.option("--giver", metavar="PLACEMENT", help="For a pass-on: the placement that really passed on.")
@click.option(
    "--beneficiary", metavar="BENEFICIARY", help="Of a placement: who really holds it. All below moves along."
)
@click.option("--place", metavar="PLACE", help="Of a beneficiary: where she really lives.")
@click.option(
    "--whole", is_flag=True, help="Where several acts filled the placement: correct its beneficiary in all of them."
)
@click.option("--why", help="Note for the auditor. Never write of violence or of anyone's protection case.")
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE", help="For wrong-data; an empty VALUE clears it."
)
@click.option("--id", "correct_id", metavar="ID", help="Generated if left out.")
@_again_option
@dry_run_option
@pass_session
def correct(
    session: Session,
    /,
    act_id: str,
    how: str | None,
    why: str | None,
    changes: tuple[str, ...],
    correct_id: str | None,
    *,
    again: bool,
    whole: bool,
    **really: str | None,
) -> None:
    """Correct an act with a new act that names it. Nothing recorded is ever edited."""
    from relay.service.questions.lookup import Resolve

    said_really = {name: id_ for name, id_ in really.items() if id_ is not None}
    if how is None and not said_really:
        raise click.UsageError(Sentence("Say what was wrong: --how, --receiver, --giver, --beneficiary or --place."))
    if how == "did-not-happen" and said_really:
        raise click.UsageError(
            Sentence(
                "--how did-not-happen takes it back whole: leave out --%(option)s.", option=next(iter(said_really))
            )
        )
    if why is None and not said_really:
        raise click.UsageError(Sentence("Say why, for the auditor: --why."))
    subject = session.ask(Resolve(id=act_id))
    changed = dict(_change(session, subject, change) for change in changes)
    if len(changed) < len(changes):
        raise click.UsageError(Sentence("--set names a field twice."))
    changed |= dict(_really(session, subject, name, id_) for name, id_ in said_really.items())
    said: dict[str, Value] = {
        "act_id": subject,
        "how": (how or "wrong-data").replace("-", "_"),
        "why": reason(session, f"Wrong {', '.join(said_really)}." if why is None else why),
    }
    if changed:
        said["changes"] = changed
    said = _with_id(session, said, "correct_id", correct_id)
    print_recorded(session, session.hand_in("correct", said, again=again, whole=whole), together=whole)


_REALLY: Final = {
    "receiver": ("pass", "beneficiary_id", "beneficiary"),
    "giver": ("pass", "giver_placement_id", "placement"),
    "beneficiary": ("placement", "beneficiary_id", "beneficiary"),
    "place": ("beneficiary", "place_id", "place"),
}
"""Option of `relay correct` → the kind of act that it corrects, the column, and what is named."""


def _really(session: Session, subject: str, option: str, id_: str) -> tuple[str, str]:
    """The column, and the id of who or what really was there; where there is no record of an id, as a name."""
    from relay.service.questions.lookup import Resolve

    kind, column, named = _REALLY[option]
    if subject.partition(":")[0] != kind:
        raise click.UsageError(
            Sentence(
                "--%(option)s is for a %(what)s; %(subject)s is none.",
                option=option,
                what="pass-on" if kind == "pass" else kind,
                subject=subject,
            )
        )
    try:
        return column, session.ask(Resolve(id=id_, kind=(named,))).partition(":")[2]
    except NotFound as error:
        return column, session.meant(id_, named, error)


def _change(session: Session, subject: str, change: str) -> tuple[str, Any]:
    name, equals, text = change.partition("=")
    kind = subject.partition(":")[0]
    declared = (session.own_catalogue if is_own(name) else session.catalogue).kind(kind)
    columns = {column.name: column for column in declared.columns} if declared.file else {}
    if not equals or name not in columns:
        fields = ", ".join(column.name for column in columns.values() if not column.fixed)
        raise click.UsageError(
            Sentence(
                "--set %(name)s: write FIELD=VALUE with a field of %(kind)s: %(fields)s.",
                name=name,
                kind=kind,
                fields=fields,
            )
        )
    return name, _value(session, columns[name], text, f"--set {name}") if text else None


def _with_id(session: Session, said: dict[str, Value], column: str, id_: str | None) -> dict[str, Value]:
    own = None if id_ is None else _value(session, Column(name=column, type="id"), id_, "--id")
    return said if own is None else {column: own, **said}


_SHOWN: Final = 20  # our choice: so many are taken in at a glance


@command(example="relay undo --yes")
@click.option("--import", "import_", metavar="TIME", help="A whole import of yours: the time that it told at its end.")
@click.option("--why", default="Taken back at once.", show_default=True, help="Note for the auditor.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@pass_session
def undo(session: Session, import_: str | None, why: str, *, yes: bool) -> None:
    """Take back the newest thing you recorded in the last 24 hours.

    It is shown first. What later acts depend on stays: they are listed.
    """
    from relay.office.undo import since
    from relay.service.questions.recorded import ToldQuestion, UndoableQuestion

    found = session.ask(UndoableQuestion(since=since(session.now), at=import_))
    say("You recorded at %(told_time)s:", told_time=session.told_time(found.recorded_at))
    for each in found.acts[:_SHOWN]:
        say(f"  {session.ask(ToldQuestion(id=each.act_id, as_of=session.today)).sentence}")
    if len(found.acts) > _SHOWN:
        say("  and %(more)s more", more=len(found.acts) - _SHOWN)
    if not yes and not session.rehearses:
        many = len(found.acts)
        asked = gettext("Take these %(many)s acts back?", many=many) if many > 1 else gettext("Take it back?")
        click.confirm(asked, abort=True, err=True)
    taken = session.take_back(found.acts, reason(session, why))
    if len(taken) == 1 or session.as_json:
        print_recorded(session, *taken, told=False)
    elif session.rehearses:
        say(REHEARSED)
    if len(taken) > 1:
        back = "Can be taken back" if session.rehearses else "Taken back"
        say("%(back)s: %(many)s acts. What was recorded before them stays.", back=back, many=len(taken))
    elif taken and taken[0].sentence and not session.rehearses:
        say(taken[0].sentence)


@command(example="relay confirm pass:T0001")
@click.argument("act_id", metavar="PASS", type=ID)
@click.option("--id", "confirm_id", metavar="ID", help="Generated if left out.")
@dry_run_option
@pass_session
def confirm(session: Session, act_id: str, confirm_id: str | None) -> None:
    """Confirm a pass-on that another person recorded."""
    said: dict[str, Value] = {"act_id": act_id}
    print_recorded(session, session.hand_in("confirm", _with_id(session, said, "confirm_id", confirm_id)))


@command(example="relay erase beneficiary:B0929 --yes")
@click.argument("subject_id", metavar="SUBJECT", type=ID)
@click.option("--id", "erase_id", metavar="ID", help="Generated if left out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--where", is_flag=True, help="List where what was erased still is, as far as this machine knows.")
@dry_run_option
@pass_session
def erase(session: Session, subject_id: str, erase_id: str | None, *, yes: bool, where: bool) -> None:
    """Erase the personal data of a beneficiary or another act. Links, numbers and hashes stay."""
    from relay.service.questions.lookup import Resolve

    subject = subject_id if ":" in subject_id else session.ask(Resolve(id=subject_id))
    if where:
        _list_where_erased(session, subject)
        return
    if not yes and not session.rehearses:
        click.confirm(
            gettext("Erase all that is personal about %(subject)s? This cannot be undone", subject=subject),
            abort=True,
            err=True,
        )
    said: dict[str, Value] = {"subject_id": subject}
    print_recorded(session, session.hand_in("erase", _with_id(session, said, "erase_id", erase_id)))
    if not session.rehearses:
        say("Earlier backups and files with names still contain it: make a new backup, and delete those.")
        say("Where it still is, on the database's own machine: relay erase %(subject)s --where", subject=subject)


def _list_where_erased(session: Session, subject: str) -> None:
    """List where what was erased still is; the exit code tells whether it is anywhere."""
    from relay.doctor.where_erased import erasure, remainders
    from relay.service.terminal import print_json

    if session.service:
        raise refused(NOT_BY_SERVICE)
    settings = session.settings
    erased = erasure(session.graph, session.programme_id, subject).entry
    found = remainders(session.graph, settings.data_folder, erased, embedded=not settings.neo4j)
    columns = ("where", "since", "advice")
    if session.as_json:
        print_json(found)
    else:
        print_list(session, columns, ((*as_read(session, each, columns),) for each in found))
    click.get_current_context().exit(FOUND if found else DONE)


@records(
    "claim",
    example='relay claim G31 --what families --value 20 --as-of 2026-11-01 --source "yearly report"',
    but=("gift_id",),
)
@click.argument("gift_id", metavar="GIFT")
@pass_session
def claim(session: Session, /, **given: str | None) -> None:
    """Record what a report claims about a gift. It is compared with what the chains support."""
    print_recorded(session, record_kind(session, "claim", given))


@records(
    "same",
    example='relay same B0001 B0003 --why "one citizenship certificate"',
    but=("kept_id", "other_id"),
)
@click.argument("kept_id", metavar="KEPT", shell_complete=complete_ids("beneficiary"))
@click.argument("other_id", metavar="OTHER", shell_complete=complete_ids("beneficiary"))
@pass_session
def same(session: Session, /, **given: str | None) -> None:
    """Say that two ids are one person, who is kept under the first."""
    print_recorded(session, record_kind(session, "same", given))


@records(
    "different",
    example='relay different B0002 B0004 --why "sisters-in-law"',
    but=("a_id", "b_id"),
)
@click.argument("a_id", metavar="ONE", shell_complete=complete_ids("beneficiary"))
@click.argument("b_id", metavar="OTHER", shell_complete=complete_ids("beneficiary"))
@pass_session
def different(session: Session, /, **given: str | None) -> None:
    """Say that two ids that look alike are two people."""
    print_recorded(session, record_kind(session, "different", given))


@records("end", example='relay end plan:N1 --on 2026-11-24 --reason "she moved away"', but=("act_id",))
@click.argument("act_id", metavar="ACT", type=ID, shell_complete=complete_acts(lambda kind: bool(kind.ended_by)))
@pass_session
def end(session: Session, /, **given: str | None) -> None:
    """End something that is still open, such as a plan."""
    print_recorded(session, record_kind(session, "end", given))


@command(example="relay rule --of cow --given 1 --owed 1 --months 36 --grace-days 90 --from 2026-11-01")
@click.option(
    "--of", "help", cls=ColumnOption, of=("rule", "help"), metavar="TEXT", required=True, shell_complete=complete_helps
)
@click.option("--unit", cls=ColumnOption, of=("rule", "unit"), metavar="TEXT", default="animal", show_default=True)
@click.option("--given", cls=ColumnOption, of=("rule", "given"), metavar="N", required=True)
@click.option("--owed", cls=ColumnOption, of=("rule", "owed"), metavar="N")
@click.option("--owed-per-given", cls=ColumnOption, of=("rule", "owed_per_given"), metavar="N")
@click.option("--months", cls=ColumnOption, of=("rule", "months"), metavar="N", required=True)
@click.option("--grace-days", cls=ColumnOption, of=("rule", "grace_days"), metavar="N")
@click.option("--earliest-days", cls=ColumnOption, of=("rule", "earliest_days"), metavar="N")
@click.option("--from", "from", cls=ColumnOption, of=("rule", "from"), metavar="DAY", required=True)
@click.option("--sex", cls=ColumnOption, of=("rule", "sex"), metavar="WORD")
@click.option("--condition", cls=ColumnOption, of=("rule", "condition"), metavar="WORD")
@click.option(
    "--equivalent", "equivalents", cls=ColumnOption, of=("rule", "equivalents"), multiple=True, metavar="HELP=N"
)
@dry_run_option
@pass_session
def rule(session: Session, /, equivalents: tuple[str, ...], **given: str | None) -> None:
    """Record a version of the rule for one kind of help."""
    said = {**given, "equivalents": ";".join(equivalents)}
    print_recorded(session, session.hand_in("rule", said_of(session, "rule", said)))
