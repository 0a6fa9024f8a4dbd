"""Auditors read the ledger, verify it and take it away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.exits import DONE, FOUND
from relay.commands.options import ID, group, pass_session
from relay.commands.session import Session, say

if TYPE_CHECKING:
    from relay.entries import Entry
    from relay.verify import Verification


@group()
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
    say(f"{session.head.entries} entries, head {session.head.head_hash}: note the head down.")
