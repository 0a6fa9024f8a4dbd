"""Auditors read the ledger, verify it and export it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import ID, format_option, group, pass_session
from relay.commands.showing import print_faults, print_list
from relay.errors import RelayError
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.entries import Fault
    from relay.ledger.checkpoints import Checkpoint
    from relay.ledger.verify import Verification
    from relay.service.questions.ledgers import ShownEntry


@group()
def ledger() -> None:
    """The ledger of all acts: read it, check it, export it."""


@ledger.command("log", example="relay ledger log --about pass:T0596")
@click.option(
    "--last",
    "count",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many of the newest entries; 0: all.",
)
@click.option("--about", metavar="ACT", type=ID, help="Only entries that record, correct, confirm or erase this act.")
@format_option
@pass_session
def ledger_log(session: Session, count: int, about: str | None) -> None:
    """List entries, newest last."""
    from relay.service.terminal import print_json

    found = _newest(session, count, about)
    if session.as_json:
        print_json(found)
        return
    hash_end = _SHORT_HASH if sys.stdout.isatty() and not session.as_csv else None
    print_list(
        session,
        ("sequence", "act_id", "recorded_at", "recorded_by", "hash"),
        (
            (each.sequence, each.act_id, session.told_time(each.recorded_at), each.recorded_by, each.hash[:hash_end])
            for each in found
        ),
    )


_SHORT_HASH: Final = 12  # our choice: on a terminal as many digits tell hashes apart; a pipe gets all of them


def _newest(session: Session, count: int, about: str | None) -> list[ShownEntry]:
    """The newest entries, newest last; all of them when `count` is 0."""
    from relay.service.questions.ledgers import MOST_ENTRIES, Entries

    found: list[ShownEntry] = []
    before: int | None = None
    while True:
        wanted = min(count - len(found), MOST_ENTRIES) if count else MOST_ENTRIES
        page = session.ask(Entries(before=before, last=wanted, about=about))
        found += page.entries
        before = page.next
        if before is None or (count and len(found) >= count):
            return found[: count or None][::-1]


@ledger.command("verify", example="relay ledger verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--head", "typed_head", metavar="HASH", help="A head hash noted down earlier: it must be in the ledger.")
@click.option(
    "--checkpoint",
    "kept",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A signed checkpoint of an earlier day: nothing before it may have changed. May be repeated.",
)
@click.option(
    "--key",
    "typed_keys",
    metavar="HEX",
    multiple=True,
    help="The programme's public key as you noted it down; left out, the one that this machine keeps, if any. May be"
    " repeated, for a programme that moved to another machine.",
)
@pass_session
def ledger_verify(
    session: Session, file: Path | None, typed_head: str | None, kept: tuple[Path, ...], typed_keys: tuple[str, ...]
) -> None:
    """Check the ledger and the whole graph against it; or an exported FILE, without any database."""
    from dataclasses import replace

    from relay.ledger import checkpoints, verify
    from relay.service.questions.ledgers import Verify

    if typed_keys and not kept:
        raise click.UsageError(Sentence("--key needs --checkpoint: it says who signed that."))
    noted = None if typed_head is None else checkpoints.read_hash(typed_head)
    public_keys = tuple(map(checkpoints.read_public_key, typed_keys))
    signed = tuple(map(_checkpoint, kept))
    doubted = _doubted_stamps(session, kept)
    if file:
        if signed and not public_keys:
            public_keys = _known_public_keys(session, signed)
        with file.open(encoding="utf-8", errors="replace") as lines:
            found = verify.verify_lines(
                lines, session.catalogue, noted=noted, checkpoints=signed, public_keys=public_keys
            )
    else:
        if signed and not public_keys and not session.service:
            _known_public_keys(session, signed)
        texts = tuple(each.to_line() for each in signed)
        found = session.ask(Verify(noted=noted, checkpoint=texts, key=public_keys))
    if doubted:
        found = replace(found, ok=False, faults=(*found.faults, *doubted))
    _print_verification(session, found)
    click.get_current_context().exit(DONE if found.ok else FOUND)


def _checkpoint(path: Path) -> Checkpoint:
    from relay.ledger.checkpoints import from_text

    return from_text(path.read_text(encoding="utf-8", errors="replace"))


def _doubted_stamps(session: Session, kept: tuple[Path, ...]) -> list[Fault]:
    """Check the time stamp beside each checkpoint, and say when it was made, or that there is none."""
    from relay.domain.entries import Fault
    from relay.service.time_stamping import stamp_of, stamped_at

    certificate, doubted = session.settings.timestamp_certificate, list[Fault]()
    for path in kept:
        stamp = stamp_of(path)
        if certificate is None:
            if stamp.exists():
                say("%(stamp)s was not checked: RELAY_TIMESTAMP_CERTIFICATE names no certificate.", stamp=stamp)
        elif not stamp.exists():
            say("%(path)s has no time stamp beside it.", path=path)
        elif at := stamped_at(stamp.read_bytes(), path.read_bytes(), certificate):
            say("%(path)s was there by %(at)s, as its time stamp proves.", path=path, at=session.told_time(at))
        else:
            fault = Sentence(
                "%(stamp)s is not a time stamp of %(path)s by the authority whose certificate you gave: one of"
                " them was altered, or another authority made it.",
                stamp=stamp,
                path=path,
            )
            doubted.append(Fault(sequence=None, fault=fault))
    return doubted


def _known_public_keys(session: Session, checkpoints: tuple[Checkpoint, ...]) -> tuple[str, ...]:
    """The programme's public key as this machine keeps it; else the checkpoints are believed, and it is said."""
    from relay.ledger.checkpoints import known_key

    here, own = session.settings, checkpoints[0].programme_id
    key = None if session.service else known_key(here.data_folder, own, here.checkpoint_key_file)
    if key:
        return (key.public_key,)
    for public_key in sorted({each.public_key for each in checkpoints}):
        say(
            "Signed with key %(public_key)s: compare it with the one you noted down, or give that one with --key.",
            public_key=public_key,
        )
    return ()


def _print_verification(session: Session, found: Verification) -> None:
    from relay.service.terminal import print_json, print_pairs

    if session.as_json:
        print_json(found)
        return
    shown = (("published", found.published),) if found.published else ()
    print_pairs((("entries", found.entries), ("head_hash", found.head_hash), ("ok", found.ok), *shown))
    print_faults(found.faults)


@ledger.command("export", example="relay ledger export ledger.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-names", is_flag=True, help="Include the personal values, with their salts.")
@pass_session
def ledger_export(session: Session, file: Path, *, with_names: bool) -> None:
    """Write the ledger to FILE, one entry per line, for an auditor to check without Relay."""
    from relay import private_files
    from relay.backup.ledger_backup import export_lines
    from relay.service.terminal import print_json

    with private_files.create(file) as written:
        if with_names:
            session.note_all_names("ledger export")
        written.writelines(
            f"{line}\n".encode() for line in export_lines(session.graph, session.programme_id, with_names=with_names)
        )
    if session.as_json:
        print_json({"file": str(file), "entries": session.head.entries, "head_hash": session.head.head_hash})
    say(
        "%(entries)s entries, head %(head_hash)s: note down the head hash.",
        entries=session.head.entries,
        head_hash=session.head.head_hash,
    )


@ledger.command("checkpoint", example="relay ledger checkpoint checkpoint.json")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@pass_session
def ledger_checkpoint(session: Session, file: Path | None) -> None:
    """Sign how far the ledger has come, to print, mail or keep outside; list which copies confirmed it when."""
    from contextlib import nullcontext

    from relay import private_files
    from relay.service.terminal import print_json, print_pairs

    with private_files.create(file) if file else nullcontext() as written:
        checkpoint = _signed_now(session)
        if written:
            written.write(checkpoint.to_text().encode())
    if file:
        _keep_stamp(session, file)
    if session.as_json:
        print_json(checkpoint)
    else:
        print_pairs((name, getattr(checkpoint, name)) for name in checkpoint.__slots__)
        _print_confirmations(session)


def _keep_stamp(session: Session, file: Path) -> None:
    """Keep a time stamp beside a checkpoint, where an authority is named; without one the checkpoint stands."""
    from relay import private_files
    from relay.service import time_stamping

    url, certificate = session.settings.timestamp_url, session.settings.timestamp_certificate
    if not url or not certificate:
        return
    try:
        stamp = time_stamping.ask(url, certificate, file.read_bytes())
        with private_files.create(time_stamping.stamp_of(file)) as written:
            written.write(stamp)
    except RelayError as error:
        say("%(file)s was written, but without a time stamp. %(reason)s", file=file, reason=error.in_full)


def _print_confirmations(session: Session) -> None:
    """Print what each copy signed last; nothing where there is none."""
    from relay.commands.showing import as_read, print_list
    from relay.service.questions.ledgers import Confirmations

    if found := session.ask(Confirmations()):
        names = ("sequence", "made_at", "public_key")
        rows = ((each.follower, *as_read(session, each.checkpoint, names), each.holds) for each in found)
        print_list(session, ("follower", *names, "holds"), rows, title="confirmations")


def _signed_now(session: Session) -> Checkpoint:
    """The checkpoint of the ledger's end as it is now, signed by who keeps it; a key that this made here is told."""
    from relay.ledger.checkpoints import key_path
    from relay.service.questions.ledgers import SignedCheckpoint

    path = key_path(session.settings.data_folder, session.programme_id, session.settings.checkpoint_key_file)
    first = not session.service and not path.exists()
    checkpoint = session.ask(SignedCheckpoint())
    if first:
        say("A key was made for %(programme_id)s: %(path)s.", programme_id=session.programme_id, path=path)
        say(
            "Keep a copy of it locked away, and note down its public key: %(public_key)s.",
            public_key=checkpoint.public_key,
        )
    return checkpoint


@ledger.command("evidence", example="relay ledger evidence evidence.zip")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-names", is_flag=True, help="Include the personal values, with their salts.")
@pass_session
def ledger_evidence(session: Session, file: Path, *, with_names: bool) -> None:
    """Write the ledger, a checkpoint and the scripts that check them to FILE, for any computer that has Python."""
    from itertools import islice

    from relay import private_files
    from relay.backup import evidence_bundle
    from relay.backup.ledger_backup import export_lines
    from relay.service.terminal import print_json

    with private_files.create(file) as written:
        checkpoint = _signed_now(session)
        if with_names:
            session.note_all_names("ledger evidence")
        lines = islice(export_lines(session.graph, session.programme_id, with_names=with_names), checkpoint.sequence)
        evidence_bundle.write_bundle(written, lines, checkpoint, with_names=with_names)
    if session.as_json:
        print_json({"file": str(file), "with_names": with_names, "checkpoint": checkpoint})
    say(
        "%(sequence)s entries, head %(head_hash)s: keep the checkpoint where no one here can reach it.",
        sequence=checkpoint.sequence,
        head_hash=checkpoint.head_hash,
    )
