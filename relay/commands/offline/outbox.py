"""Staff keep acts on this machine while there is no line, and send them later: the outbox."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import command, format_option, group, pass_session
from relay.commands.showing import print_list
from relay.languages import translate
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relay.ledger.held.receiving import TakenIn
    from relay.outbox.stored_acts import StoredAct


@group()
def outbox() -> None:
    """See what was recorded offline and waits on this machine."""


@outbox.command("list", example="relay outbox list")
@format_option
@pass_session
def outbox_list(session: Session) -> None:
    """List what waits to be sent, the earliest first; what cannot be read says so."""
    from relay.service.terminal import print_json

    kept = [*session.outbox.acts()]
    columns = ("name", "programme_id", "act", "written_at")
    _tell_faults(kept)
    if session.as_json:
        print_json([{name: getattr(each, name) for name in columns} | {"fault": _fault(each)} for each in kept])
    else:
        print_list(session, columns, ((each.name, each.programme_id, each.act, _written(each)) for each in kept))


@outbox.command("show", example="relay outbox show 2026-11-24T22-28-19Z-pass-88.jsonl")
@click.argument("name")
@pass_session
def outbox_show(session: Session, name: str) -> None:
    """Show what a kept act says."""
    from relay.outbox.stored_acts import NothingKept
    from relay.service.terminal import print_json, print_pairs

    found = next((each for each in session.outbox.acts() if each.name == name), None)
    if found is None:
        raise NothingKept(name=name)
    if found.fault:
        raise found.fault
    if session.as_json:
        print_json(
            {each: getattr(found, each) for each in ("name", "programme_id", "device_id", "act", "content")}
            | {"written_at": found.written_at, "again": found.again}
        )
    else:
        print_pairs([("act", found.act), ("written_at", _written(found)), *found.content.items()])


def _written(kept: StoredAct) -> str:
    """When it was written down; offline nobody knows the programme's clock."""
    from relay.instants import local_time

    return local_time(kept.written_at, "UTC") if kept.written_at else ""


@outbox.command("drop", example='relay outbox drop 2026-11-24T22-28-19Z-pass-88.jsonl --why "entered twice"')
@click.argument("name")
@click.option("--why", required=True, metavar="TEXT", help="Why it is not to be recorded.")
@pass_session
def outbox_drop(session: Session, name: str, why: str) -> None:
    """Drop a kept act that is not to be recorded. It was never sent, so the ledger knows nothing of it."""
    from relay.service.terminal import print_json

    if not why.strip():
        raise click.UsageError(Sentence("--why is empty."))
    session.outbox.drop(name)
    if session.as_json:
        print_json({"name": name, "dropped": True, "why": why})
    say("%(name)s is dropped: %(why)s", name=name, why=why)


def _fault(kept: StoredAct) -> str:
    return str(kept.fault) if kept.fault else ""


def _tell_faults(kept: Iterable[StoredAct]) -> None:
    for each in kept:
        if each.fault:
            say("Passed over: %(fault)s", fault=each.fault)


@command(example="relay sync")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def sync(session: Session, files: tuple[Path, ...], *, yes: bool) -> None:
    """Send what waits in the outbox, or what telephones saved: FILES.

    What is in FILES is shown, and you are asked. Only what you recorded yourself is taken of them, and only what
    telephones have forms for; all else is held there. Ends with 0 when all is recorded, 3 when some is held, was
    refused or cannot be read, and 4 when nothing could be reached; then all is kept.
    """
    from relay.outbox.stored_acts import NothingKept, read_file
    from relay.service.sending import in_requests
    from relay.service.terminal import print_json

    kept = [act for path in files for act in read_file(path)] if files else [*session.outbox.acts()]
    sound = [each for each in kept if not each.fault]
    _tell_faults(kept)
    if files and sound and not yes:
        _show(sound)
        click.confirm(
            translate(
                Sentence("Hand in %(many)s of these?", many=len(sound)) if len(sound) > 1 else Sentence("Hand it in?")
            ),
            abort=True,
            err=True,
        )
    said = [_row(each, "unreadable", _fault(each)) for each in kept if each.fault]
    for acts in in_requests(sound):
        for each, row in zip(acts, _handed_in(session, acts, "file" if files else "outbox"), strict=True):
            said.append(row)
            if not files and (row["held_id"] or row["result"] in ("added", "same")):
                with suppress(NothingKept):  # another sync was quicker
                    session.outbox.drop(each.name)
    if session.as_json:
        print_json(said)
    else:
        columns = ("name", "act_id", "result", "sequence", "sentence")
        print_list(session, columns, ([row[name] for name in columns] for row in said))
    recorded = sum(row["result"] in ("added", "same") for row in said)
    say(
        Sentence("%(recorded)s of %(said)s recorded.", recorded=recorded, said=len(said))
        if said
        else Sentence("Nothing waits to be sent.")
    )
    click.get_current_context().exit(DONE if recorded == len(said) else FOUND)


def _show(kept: Sequence[StoredAct]) -> None:
    """Show what files hold before it is handed in: where from, of which kind, and all that it says."""
    for each in kept:
        says = ", ".join(f"{name} {value}" for name, value in each.content.items())
        say(f"  {each.device_id or each.by or each.name}  {each.act}  {says}")


def _row(kept: StoredAct, result: str, sentence: str) -> dict[str, Any]:
    """The outcome of an act that never reached the record."""
    return {"name": kept.name, "act_id": "", "result": result, "sequence": None, "held_id": "", "sentence": sentence}


def _handed_in(session: Session, acts: Sequence[StoredAct], way: str) -> list[dict[str, Any]]:
    """The outcomes of some acts; where one cannot be handed in, it says why, and the others go on."""
    from relay.errors import RelayError, Unavailable

    try:
        sent = _sent(session, acts, way)
    except Unavailable:
        raise
    except RelayError as error:
        return [_row(each, "refused", str(error)) for each in acts]
    names = ("act_id", "result", "sequence", "held_id", "sentence")
    return [
        {"name": each.name, **{name: getattr(row, name) for name in names}}
        for each, row in zip(acts, sent, strict=True)
    ]


def _sent(session: Session, acts: Sequence[StoredAct], way: str) -> Sequence[TakenIn]:
    """Hand some acts of one writer in, here or through the service."""
    from relay.service.sending import send

    if session.service:
        return send(session.service, acts, way)
    from relay.access.roles import OWNER
    from relay.ledger.held.receiving import take_in
    from relay.ledger.programme_heads import head
    from relay.web.api.acts_from_files import ActsOrigin, carrier_of
    from relay.web.api.sent_acts import read_act

    programme_id, device_id, by = acts[0].whose
    carrier = carrier_of(
        session.graph,
        ActsOrigin(way=way, device_id=device_id, by=by),
        programme_id=programme_id,
        systems=head(session.graph, programme_id).systems,
        by=session.by,
        grants=OWNER,
        now=session.now,
    )
    source, clerk = carrier.source, session.clerk
    sent = [read_act(session.graph, source, carrier.sent(each.sent), clerk, carrier.grants) for each in acts]
    return take_in(session.graph, source, sent)
