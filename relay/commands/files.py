"""Files in and out: a register imported, a programme exported, a backup kept and restored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND, NOT_DONE
from relay.commands.options import (
    as_of_option,
    command,
    complete_maps,
    confirmed_option,
    new_passphrase,
    pass_session,
    passphrase,
    passphrase_option,
    text_of,
)
from relay.errors import Invalid, RelayError, Unavailable
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.backup.backup_files import DrillResult
    from relay.backup.encryption import Encryption
    from relay.exchange.exchange_format import ReportRow
    from relay.exchange.graph_formats import Format
    from relay.exchange.importing import Count
    from relay.register_maps.file_import import FileImport, ImportWish
    from relay.service.registers import SentImport


@command("import", example="relay import seeds/selei")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--apply", is_flag=True, help="Write. Without it the report says what would happen.")
@click.option(
    "--strict",
    is_flag=True,
    help="Write nothing if any row is put aside or refused, or is a second placement of one help for one woman, or"
    " any column is left out.",
)
@click.option(
    "--again",
    is_flag=True,
    help="Record rows without being asked: hand-overs that look the same; with --strict, second placements too.",
)
@click.option(
    "--map",
    "map_",
    metavar="MAP.toml|NAME",
    shell_complete=complete_maps,
    help="How to read a register of your own: relay map propose. If left out, a kept map of the same columns is used.",
)
@click.option(
    "--report",
    "handed_back",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.xlsx",
    help="With --map: write the register again, with what became of each row and what to do.",
)
@pass_session
def import_(
    session: Session,
    path: Path,
    map_: str | None,
    handed_back: Path | None,
    *,
    apply: bool,
    strict: bool,
    again: bool,
) -> None:
    """Import CSV files or a workbook: a dry run unless --apply."""
    from relay.exchange.importing import Count, rehearse_then_import
    from relay.exchange.writing import refuse_existing
    from relay.register_maps.file_import import NOTHING_TO_HAND_BACK

    count, context = Count(), click.get_current_context()
    if handed_back:
        refuse_existing(handed_back)
    try:
        file = _opened(session, path, _wish(session, map_, handed_back, apply=apply, strict=strict, again=again))
        progress = _progress(path)
        written, report = rehearse_then_import(
            lambda writes: file.report(writes=writes, progress=progress), apply=apply, strict=strict
        )
        _report(session, report, count, written=written)
    except Invalid as error:
        if NOTHING_TO_HAND_BACK.matches(error):
            raise click.UsageError(str(error.reason)) from error
        raise
    failed = count.actions["put aside"] + count.actions["refused"] + (len(count.left_out) if strict else 0)
    for row in count.left_out:
        say(
            "%(file)s: column %(field)s was left out. %(reason)s %(suggestion)s",
            file=row.file,
            field=row.field,
            reason=row.reason,
            suggestion=row.suggestion,
        )
    if handed_back:
        file.hand_back(handed_back)
        say("%(handed_back)s says beside each row what became of it and what to do.", handed_back=handed_back)
    if not session.as_json:
        _say_noted(count)
        _say_first_rows(() if written else file.first_rows())
    said = ", ".join(f"{rows} {action}" for action, rows in count.actions.items())
    if not any(count.actions.values()):
        say("%(path)s has no rows: check that it was saved.", path=path)
    if failed and strict and not written:
        say("%(said)s; nothing was written, because some rows or columns cannot be recorded (--strict).", said=said)
        context.exit(NOT_DONE)
    say(f"{said}." if written else Sentence("%(said)s; nothing was written.", said=said))
    if count.actions["added"]:
        own_map = map_ if map_ and Path(map_).is_file() else None
        _say_what_next(file.at if written else None, own_map, ready=not apply and not failed)
    context.exit(FOUND if failed else DONE)


def _wish(
    session: Session, map_: str | None, handed_back: Path | None, *, apply: bool, strict: bool, again: bool
) -> ImportWish:
    """What the options say, with the text of a map that is a file here."""
    from relay.register_maps.file_import import ImportWish
    from relay.register_maps.map_file import text_of as text_of_map

    text: str | None = None
    if map_ and Path(map_).is_file():
        text = text_of_map(Path(map_))
    elif map_ and Path(map_).suffix == ".toml":
        raise click.BadParameter(f"File '{map_}' does not exist.", param_hint="'--map'")
    return ImportWish(
        programme_id=session.programme_id if map_ else session.programme or "",
        usual=session.usual_programme or "",
        map=map_ or "",
        map_text=text,
        apply=apply,
        answers="every" if again else "none" if strict else "noted",
        hands_back=bool(handed_back),
    )


def _opened(session: Session, path: Path, wish: ImportWish) -> FileImport | SentImport:
    """The import of a file, here or through the service; a strict one is told once how it is read."""
    from functools import cache

    told = cache(say)
    if session.service:
        from relay.service.registers import SentImport

        return SentImport(session.service, path, wish, told, _sending())
    from relay.exchange.importing import DatabaseImporter
    from relay.register_maps.file_import import FileImport

    return FileImport(DatabaseImporter(graph=session.graph, clerk=session.clerk), path, wish, told)


def _report(session: Session, report: Iterable[ReportRow], count: Count, *, written: bool) -> None:
    """Print a report, and where it ends before its end say what stands of it."""
    try:
        _print_report(session, report, count)
    except KeyboardInterrupt:
        say(
            Sentence("Stopped: %(said)s", said=_recorded(count))
            if written
            else Sentence("Stopped: nothing was written.")
        )
        click.get_current_context().exit(NOT_DONE)
    except Unavailable as error:
        raise (Unavailable(reason=error.reason, advice=_recorded(count)) if written else error) from error


def _say_what_next(recorded_at: str | None, own_map: str | None, *, ready: bool) -> None:
    """How what was written is taken back and its map kept, or what was rehearsed and can stand is written."""
    if recorded_at:
        say("To take all of it back: relay undo --import %(recorded_at)s", recorded_at=recorded_at)
    if recorded_at and own_map:
        say("So that the next file with these columns needs no map: relay map keep %(own_map)s", own_map=own_map)
    if ready:
        say("Write it with --apply.")


def _say_first_rows(sentences: Sequence[str]) -> None:
    """Tell in sentences what the first rows of a register say, so that a column that is read as another shows."""
    if sentences:
        say("So the first rows are read:")
    for sentence in sentences:
        say(sentence)


def _recorded(count: Count) -> str:
    """What stands of an import that did not come to its end."""
    return Sentence(
        "%(rows)s rows or more are recorded. Run the same command again: it goes on.", rows=count.actions["added"]
    )


def _print_report(session: Session, report: Iterable[ReportRow], count: Count) -> None:
    """Print a report, counting it: a line a row in a pipe or as JSON, on a terminal only the rows that cannot stand."""
    from relay.service.terminal import on_terminal, print_json, print_reasons, print_table

    rows = count.through(report)
    headers = ("file", "row", "act_id", "action", "field", "value", "reason", "suggestion")
    if session.as_json:
        print_json({"rows": list(rows), "counts": count.actions})
    elif on_terminal():
        for row in rows:
            if row.action in ("put aside", "refused"):
                where = ", ".join(filter(None, (row.file, f"row {row.row}", row.act_id, row.field, row.value)))
                print_reasons(f"{row.action}: {where}", filter(None, (row.reason, row.suggestion)))
    else:
        print_table(headers, ([getattr(row, name) for name in headers] for row in rows))


def _say_noted(count: Count) -> None:
    """Tell what may be slips of the pen among the rows that are added."""
    if count.noted:
        say("%(noted)s noted, as far as the rows before them show:", noted=count.noted)
    for row in count.first_noted:
        for note in row.notes:
            say("%(file)s, row %(row)s: %(note)s", file=row.file, row=row.row, note=note)
    if more := count.noted - len(count.first_noted):
        say("And %(more)s more: --json lists them all.", more=more)


def _progress(path: Path) -> Callable[[int], None]:
    """Show rows done, rate and time left on stderr, when that is a terminal."""
    if not sys.stderr.isatty():
        return lambda _: None
    from relay.exchange.importing import estimated_rows

    total, begun = estimated_rows(path), datetime.now(UTC)

    def show(done: int) -> None:
        seconds = max((datetime.now(UTC) - begun).total_seconds(), 0.001)
        rate = f"{done / seconds:.0f} a second"
        if done > total:
            say("%(done)s rows, %(rate)s", done=done, rate=rate)
        else:
            say(
                "%(done)s of about %(total)s rows, %(rate)s, %(seconds)s s left",
                done=done,
                total=total,
                rate=rate,
                seconds=f"{(total - done) * seconds / done:.0f}",
            )

    return show


def _sending() -> Callable[[int, int], None]:
    """Show on a terminal how much of a register is sent to the service."""
    if not sys.stderr.isatty():
        return lambda _, __: None
    return lambda done, size: say("%(done)s of %(size)s kB sent", done=done // 1000, size=size // 1000)


@command(example="relay export relay-demo.xlsx")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--with-names", is_flag=True, help="Include the personal columns.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("csv", "graphml", "gexf", "csv-graph", "geojson")),
    help="csv, the usual: a folder of CSV files. The others are for other programs, on a day: a graph, or places as"
    " points.",
)
@as_of_option
@confirmed_option
@pass_session
def export(
    session: Session,
    path: Path,
    format_: Format | Literal["csv"] | None,
    as_of: str | None,
    *,
    with_names: bool,
    confirmed_only: bool,
) -> None:
    """Export a programme as CSV files, or a workbook (PATH.xlsx). Only an earlier export is written over."""
    from relay.exchange.earlier_exports import note, require_replaceable
    from relay.service.terminal import print_json

    if format_ == "csv":
        if path.suffix.lower() == ".xlsx":
            raise click.UsageError(Sentence("%(path)s is a workbook: leave out --format, or name a folder.", path=path))
        format_ = None
    if not format_ and (as_of or confirmed_only):
        raise click.UsageError(
            Sentence("The record is exported whole: --as-of and --confirmed-only are for graphs and maps.")
        )
    require_replaceable(session.settings.data_folder, path)
    with_names = with_names and format_ != "geojson"  # a map holds no person
    if with_names and not session.service:  # which notes it itself
        session.note_all_names("export")
    if format_:
        from relay.arrays import snapshot_cache
        from relay.exchange.graph_formats import flow_out

        folder = session.settings.data_folder / snapshot_cache.FOLDER
        flow_out(
            session.graph,
            session.programme_id,
            path,
            format_,
            session.day(as_of),
            confirmed_only=confirmed_only,
            with_names=with_names,
            folder=folder,
        )
    else:
        session.registers.export(path, with_names=with_names)
    note(session.settings.data_folder, path)
    if session.as_json:
        print_json({"programme_id": session.programme_id, "path": str(path), "with_names": with_names})
    if with_names:
        say("%(programme_id)s was written to %(path)s.", programme_id=session.programme_id, path=path)
    else:
        say("%(programme_id)s was written to %(path)s, without names.", programme_id=session.programme_id, path=path)


@command(example="relay backup relay-backup.jsonl")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Add a dated file to the folder PATH (left out: backups in the data folder) and keep the N newest.",
)
@click.option("--encrypt", is_flag=True, help="Encrypt it with a passphrase; you are asked for it.")
@click.option("--to", "public_key", metavar="AGE1...", help="Encrypt it for the holder of this age key.")
@passphrase_option
@pass_session
def backup(
    session: Session,
    path: Path | None,
    keep: int | None,
    public_key: str | None,
    passphrase_file: Path | None,
    *,
    encrypt: bool,
) -> None:
    """Write the ledgers of all programmes to PATH. It contains names: encrypt it or keep it locked away."""
    from relay.access import access_log
    from relay.backup import backup_files, backup_status
    from relay.backup.encryption import UNENCRYPTED, Encryption
    from relay.service.terminal import print_json, print_table

    if path is None and keep is None:
        raise click.UsageError(Sentence("Say where: PATH, or --keep N for dated files."))
    encryption = UNENCRYPTED
    if public_key:
        encryption = Encryption(public_key=public_key)
    elif encrypt or passphrase_file:
        encryption = Encryption(passphrase=new_passphrase(passphrase_file))
    file = path or backup_files.own_folder(session.settings.data_folder)
    if keep is not None:
        file = backup_files.dated_path(file, session.now, encryption)
    with _told_if_it_fails(session):
        _check_engine(session)
        graph = session.graph
        for head in session.heads:
            access_log.delete_old(graph, head.programme_id, session.now.astimezone(UTC).date())
        kept = backup_files.write_backup(graph, file, encryption)
    deleted: tuple[Path, ...] = ()
    gone = session.gone if keep is not None else ()
    if gone:  # those of before would be pushed out, night after night
        session.say_what_is_gone()
        _tell_failure(session, "set_back")
    else:
        deleted = backup_files.delete_older(file, keep) if keep is not None else ()
        try:
            backup_status.note_backup(graph, session.settings.data_folder, session.now, file, kept)
        except RelayError as error:  # the backup stands all the same
            say("The time of the backup could not be saved: %(error)s", error=error)
    if session.as_json:
        print_json({"file": str(file), "programmes": kept, "deleted": [str(each) for each in deleted]})
    else:
        print_table(_KEPT, ([getattr(each, name) for name in _KEPT] for each in kept))
        say("Written to %(file)s and read back.", file=file)
    click.get_current_context().exit(FOUND if gone else DONE)


_KEPT: Final = ("programme_id", "entries", "head_hash")


@contextmanager
def _told_if_it_fails(session: Session) -> Generator[None]:
    """Tell managers of a backup that fails, as they are told of the week: by its code, which holds nothing personal."""
    try:
        yield
    except RelayError as error:
        _tell_failure(session, error.code, noted=not isinstance(error, Unavailable))
        raise
    except OSError as error:
        _tell_failure(session, type(error).__name__)
        raise


def _tell_failure(session: Session, code: str, *, noted: bool = True) -> None:
    """Send by mail that a backup failed, where a mail server is set; note it in the database, if it can be reached."""
    from relay.backup import backup_status
    from relay.service import mailing
    from relay.service.mailing import Letter

    day = session.now.date()
    text = (
        f"The backup of {day} failed: {code}.\n\nWho looks after the machine has to know. The reason stands in its"
        " journal: journalctl -u relay-backup. Then: relay doctor, and relay backup PATH.\n"
    )
    if noted:
        with _said_if_it_fails():
            backup_status.note_failure(session.graph, session.now, code)
    if session.settings.mail:
        with _said_if_it_fails():
            letter = Letter(subject=f"Relay: the backup of {day} failed", text=text)
            mailing.send(session.settings.mail, letter, session.now)


@contextmanager
def _said_if_it_fails() -> Generator[None]:
    """Say that somebody could not be told; what failed first is said all the same."""
    try:
        yield
    except (RelayError, OSError) as error:
        say("That it failed could not be told: %(error)s", error=error)


def _check_engine(session: Session) -> None:
    """Have the embedded engine look for damage before its record is taken for a good one."""
    from relay.database import embedded_server

    if session.settings.neo4j is None and session.settings.url is None:
        embedded_server.check(session.settings.data_folder, session.catalogue.readable)


@command(example="relay restore relay-backup.jsonl")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--drill", is_flag=True, help="Only test it: restore into a temporary database, verify, and discard it.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file that age-keygen wrote, for a backup encrypted for its holder.",
)
@passphrase_option
@pass_session
def restore(session: Session, file: Path, key_file: Path | None, passphrase_file: Path | None, *, drill: bool) -> None:
    """Replay a backup into an empty database. A restore that was interrupted is continued."""
    from relay.backup import backup_files
    from relay.ledger import checkpoints
    from relay.service.terminal import print_json, print_table

    with file.open("rb") as content:
        encryption = _encryption_of(file, key_file, passphrase_file)
        if drill:
            lines = backup_files.lines_of(content, encryption)
            drilled = backup_files.drill(lines, session.clerk, session.catalogue)
            _print_drill(session, drilled)
            return
        kept = backup_files.restore_file(session.graph, content, encryption, session.clerk)
    if session.as_json:
        print_json({"programmes": kept})
    else:
        print_table(_KEPT, ([getattr(each, name) for name in _KEPT] for each in kept))
    for each in kept:
        settings = session.settings
        path = checkpoints.key_path(settings.data_folder, each.programme_id, settings.checkpoint_key_file)
        if not path.exists():
            say(
                "The key that signs checkpoints of %(programme_id)s is in no backup. If there is one, copy it to",
                programme_id=each.programme_id,
            )
            say("%(path)s before the next checkpoint, which otherwise makes a new one.", path=path)


def _encryption_of(file: Path, key_file: Path | None, passphrase_file: Path | None) -> Encryption:
    """What opens a backup: read or asked for only where the file needs it."""
    from relay.backup.encryption import HEADER_BYTES, UNENCRYPTED, Encryption, needed_to_decrypt

    with file.open("rb") as content:
        needs = needed_to_decrypt(content.read(HEADER_BYTES))
    if needs == "passphrase":
        return Encryption(passphrase=passphrase(passphrase_file, new=False))
    if needs == "key":
        if key_file is None:
            raise click.UsageError(
                Sentence("This backup was encrypted to a key: give the file with that key by --key-file.")
            )
        lines = text_of(key_file).split()
        return Encryption(secret_key=next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), ""))
    return UNENCRYPTED


def _print_drill(session: Session, drilled: Iterable[DrillResult]) -> None:
    """Say how each programme came out, and end with 3 when something is wrong."""
    from relay.service.terminal import print_json, print_table

    drilled = tuple(drilled)
    if session.as_json:
        print_json({"programmes": drilled})
    else:
        headers = (*_KEPT, "ok")
        print_table(headers, ([getattr(each, name) for name in headers] for each in drilled))
        faults = [(each.programme_id, fault.sequence, fault.fault) for each in drilled for fault in each.faults]
        if faults:
            print_table(("programme_id", "sequence", "fault"), faults, title="faults")
    click.get_current_context().exit(DONE if all(each.ok for each in drilled) else FOUND)
