"""Files in and out: a register imported, a programme exported, a backup kept and restored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relay.commands.exits import DONE, FOUND, NOT_DONE
from relay.commands.options import command, pass_session
from relay.commands.session import Session, say

if TYPE_CHECKING:
    from relay.exchange import ReportRow
    from relay.flow_out import Format


@command("import", example="relay import seeds/selei")
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
    say(
        ", ".join(f"{count} {action}" for action, count in counts.items())
        + ("." if apply else "; nothing was written.")
    )
    failed = counts["put aside"] + counts["refused"]
    context = click.get_current_context()
    if failed and strict:
        say("Nothing was written, because some rows cannot stand (--strict).")
        context.exit(NOT_DONE)
    if not apply and not failed and counts["added"]:
        say("Write it with --apply.")
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
        say(f"{done} of about {total} rows, {done / seconds:.0f} a second, {left:.0f} s left")

    return show


@command(example="relay export relay-demo.xlsx")
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
    say(f"{session.programme_id} was written to {path}{'' if with_names else ', without names'}.")


@command(example="relay backup relay-backup.jsonl")
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


@command(example="relay restore relay-backup.jsonl")
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
