"""Staff keep acts on this machine while there is no line, and send them later: the outbox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.commands.exits import DONE, FOUND
from relay.commands.options import command, format_option, group, pass_session
from relay.commands.session import Session, say
from relay.commands.showing import print_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relay.ledger.held.taking_in import TakenIn
    from relay.outbox.kept import KeptAct

_AT_ONCE = 50  # acts in one request; our choice: on a weak line an answer comes within some seconds
_BYTES_AT_ONCE = 48 * 1024  # of their content; a service takes 64 kB


@group()
def outbox() -> None:
    """See what was recorded without a line and waits on this machine."""


@outbox.command("list", example="relay outbox list")
@format_option
@pass_session
def outbox_list(session: Session) -> None:
    """List what waits to be sent, the earliest first."""
    from relay.service.terminal import print_json

    kept = [*session.outbox.acts()]
    columns = ("name", "programme_id", "act", "written_at")
    if session.as_json:
        print_json([{name: getattr(each, name) for name in columns} for each in kept])
    else:
        print_list(session, columns, ((each.name, each.programme_id, each.act, _written(each)) for each in kept))


@outbox.command("show", example="relay outbox show 2026-11-24T22-28-19Z-pass-88.jsonl")
@click.argument("name")
@pass_session
def outbox_show(session: Session, name: str) -> None:
    """Show what a kept act says."""
    from relay.outbox.kept import NothingKept
    from relay.service.terminal import print_json, print_pairs

    found = next((each for each in session.outbox.acts() if each.name == name), None)
    if found is None:
        raise NothingKept(name=name)
    if session.as_json:
        print_json(found)
    else:
        print_pairs([("act", found.act), ("written_at", _written(found)), *found.content.items()])


def _written(kept: KeptAct) -> str:
    """When it was written down; without a line nobody knows the programme's clock."""
    from relay.clock import local_time

    return local_time(kept.written_at, "UTC") if kept.written_at else ""


@outbox.command("drop", example='relay outbox drop 2026-11-24T22-28-19Z-pass-88.jsonl --why "entered twice"')
@click.argument("name")
@click.option("--why", required=True, metavar="TEXT", help="Why it is not to be recorded.")
@pass_session
def outbox_drop(session: Session, name: str, why: str) -> None:
    """Drop a kept act that is not to be recorded. It was never sent, so the ledger knows nothing of it."""
    from relay.service.terminal import print_json

    if not why.strip():
        raise click.UsageError("--why is empty.")
    session.outbox.drop(name)
    if session.as_json:
        print_json({"name": name, "dropped": True, "why": why})
    say(f"{name} is dropped: {why}")


@command(example="relay sync")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_session
def sync(session: Session, files: tuple[Path, ...]) -> None:
    """Send what waits in the outbox, or FILES that telephones saved.

    What is not recorded is held there. Ends with 0 when all is recorded, 3 when some is held or was refused, and 4 when
    nothing could be reached; then all is kept.
    """
    from relay.outbox.kept import read
    from relay.service.terminal import print_json

    kept = [act for path in files for act in read(path)] if files else [*session.outbox.acts()]
    said: list[dict[str, Any]] = []
    for programme_id, device_id, acts in _together(kept):
        for each, row in zip(acts, _sent(session, programme_id, device_id, acts), strict=True):
            said.append(
                {"name": each.name, "act_id": row.act_id, "result": row.result, "sequence": row.sequence}
                | {"held_id": row.held_id, "sentence": row.sentence}
            )
            if not files and (row.held_id or row.result in ("added", "same")):
                session.outbox.drop(each.name)
    if session.as_json:
        print_json(said)
    else:
        columns = ("name", "act_id", "result", "sequence", "sentence")
        print_list(session, columns, ([row[name] for name in columns] for row in said))
    recorded = sum(row["result"] in ("added", "same") for row in said)
    say(f"{recorded} of {len(said)} recorded." if said else "Nothing waits to be sent.")
    click.get_current_context().exit(DONE if recorded == len(said) else FOUND)


def _together(kept: Iterable[KeptAct]) -> Iterable[tuple[str, str, Sequence[KeptAct]]]:
    """Acts of one programme and device, as many as one request takes."""
    import json

    batch: list[KeptAct] = []
    size = 0
    for each in kept:
        own = len(json.dumps(each.content, ensure_ascii=False).encode()) + 200
        other = batch and (batch[0].programme_id, batch[0].device_id) != (each.programme_id, each.device_id)
        if batch and (other or len(batch) == _AT_ONCE or size + own > _BYTES_AT_ONCE):
            yield batch[0].programme_id, batch[0].device_id, batch
            batch, size = [], 0
        batch.append(each)
        size += own
    if batch:
        yield batch[0].programme_id, batch[0].device_id, batch


def _sent(session: Session, programme_id: str, device_id: str, acts: Sequence[KeptAct]) -> Sequence[TakenIn]:
    """Hand some acts in, here or through the service."""
    if session.service:
        from relay.service.client import Answered

        said = [
            {"act": each.act, "content": each.content}
            | ({"written_at": each.written_at} if each.written_at else {})
            | ({"again": True} if each.again else {})
            for each in acts
        ]
        path = f"/programmes/{quote(programme_id)}/acts"
        answered: Answered = session.service.send(Answered, path, {"acts": said, "hold": True})
        return answered.acts
    from relay.access.roles import OWNER
    from relay.ledger.held.taking_in import Sender, take_in
    from relay.ledger.programmes import head
    from relay.web.api.sent import Sent, read_sent

    by = session.clerk.by
    source = Sender(
        programme_id=programme_id,
        device_id=device_id or by,
        place_id="",
        by=by,
        systems=head(session.graph, programme_id).systems,
        holds=True,
    )
    sent = [Sent(act=each.act, content=each.content, written_at=each.written_at, again=each.again) for each in acts]
    clerk = session.clerk
    return take_in(session.graph, source, [read_sent(session.graph, source, each, clerk, OWNER) for each in sent])
