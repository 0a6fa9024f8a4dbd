"""Managers settle what telephones and outboxes handed in and the record did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.commands.asking import asking
from relay.commands.command_session import Session, say
from relay.commands.options import format_option, group, pass_session
from relay.commands.showing import as_read, print_list
from relay.errors import refused
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.ledger.held.receiving import TakenIn
    from relay.service.questions.waiting import HeldRow


@group()
def held() -> None:
    """Settle what telephones handed in and the record did not take."""


_SHOWN = ("held_id", "act_id", "by", "received_at", "result", "sentence")


@asking("relay.service.questions.waiting.HeldActs", "list", example="relay held list")
@format_option
def held_list(session: Session, found: Sequence[HeldRow]) -> None:
    """List what is held, in the order of arrival: from whom, and why it is not recorded."""
    print_list(session, _SHOWN, ([*as_read(session, row, _SHOWN)] for row in found))


held.add_command(held_list)


@held.command("settle", example='relay held settle 3f8a0c2d9b1e4a77 --discard "written for another ward"')
@click.argument("held_id", metavar="ID")
@click.option("--set", "changed", multiple=True, metavar="COLUMN=VALUE", help="Hand it in so. May be repeated.")
@click.option("--hand-in", is_flag=True, help="Record it unchanged.")
@click.option("--discard", metavar="WHY", help="Discard it; its device is told why.")
@click.option("--same-as", metavar="RECORD", help="It is the same as this record, such as pass:88.")
@click.option("--again", is_flag=True, help="Record it without being asked: answers every question about it.")
@pass_session
def held_settle(
    session: Session,
    held_id: str,
    *,
    changed: tuple[str, ...],
    hand_in: bool,
    discard: str | None,
    same_as: str | None,
    again: bool,
) -> None:
    """Settle one act that is held. Who hands it in is its recorder; neither she nor who wrote it may confirm it."""
    from relay.commands.exits import DONE, FOUND
    from relay.service.terminal import print_json

    if bool(changed or hand_in) + (discard is not None) + (same_as is not None) != 1:
        raise click.UsageError(Sentence("Say how: --hand-in or --set, --discard WHY, or --same-as RECORD."))
    wish: dict[str, Any] = {"settle": "hand_in", "again": again}
    if discard is not None:
        wish = {"settle": "discard", "reason": discard}
    elif same_as is not None:
        wish = {"settle": "same", "as": same_as}
    became = _settled(session, held_id, wish, dict(_pairs(changed)))
    if session.as_json:
        print_json(became)
    if became.held_id:
        say("Still held. %(sentence)s", sentence=became.sentence)
    else:
        say(f"{became.act_id}: {became.result}.")
    click.get_current_context().exit(FOUND if became.held_id else DONE)


def _pairs(changed: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in changed]
    if any(not name or not equals for name, equals, _ in pairs):
        raise click.UsageError(Sentence("Write --set COLUMN=VALUE, such as --set passed_on=2026-03-01."))
    return [(name, value) for name, _, value in pairs]


def _settled(session: Session, held_id: str, wish: dict[str, Any], changed: dict[str, str]) -> TakenIn:

    from relay.ledger.held.held_list import NOT_HELD
    from relay.ledger.held.receiving import TakenIn
    from relay.service.questions.waiting import HeldActs

    if changed:
        row = next((row for row in session.ask(HeldActs()) if row.held_id == held_id), None)
        if row is None:
            raise refused(NOT_HELD, held_id=held_id)
        wish["content"] = {**row.content, **_as_sent(session, row.act, changed)}
    if session.service:
        path = f"/programmes/{quote(session.programme_id)}/held/{quote(held_id)}"
        became: TakenIn = session.service.send(TakenIn, path, wish)
        return became
    from relay.ledger.held import held_list
    from relay.ledger.held.receiving import Sender
    from relay.web.api.sent_acts import Settlement, settle_act

    by = session.clerk.by
    source = Sender(
        programme_id=session.programme_id,
        device_id=by,
        place_id="",
        by=by,
        systems=session.head.systems,
        holds=True,
    )
    said = Settlement(
        settle=wish["settle"],
        content=wish.get("content"),
        reason=wish.get("reason", ""),
        same_as=wish.get("as", ""),
        again=wish.get("again", False),
    )
    held = held_list.one(session.graph, session.programme_id, held_id)
    return settle_act(session.graph, source, held, said, session.clerk, grants=None)


def _as_sent(session: Session, kind: str, changed: dict[str, str]) -> dict[str, Any]:
    """Columns as they are sent: read as the kind's cells; an empty text empties the column."""
    from relay.commands.command_session import usage
    from relay.exchange import cells

    declared = session.catalogue.kind(kind)
    content = dict[str, Any]()
    for name, text in changed.items():
        column = declared.column(name)
        if column is None:
            raise click.UsageError(Sentence("%(kind)s has no column %(name)s.", kind=kind, name=name))
        with usage("--set", f"{name}={text}"):
            content[name] = cells.read(column, text)
    return content
