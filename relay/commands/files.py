"""Files in and out: a register imported, a programme exported, a backup kept and restored."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

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
from relay.commands.session import NoProgrammeYet, Session, SeveralProgrammes, say
from relay.errors import RelayError, Unavailable

if TYPE_CHECKING:
    from relay.backup.encryption import Seal
    from relay.backup.files import Drilled
    from relay.exchange.graph_formats import Format
    from relay.exchange.importing import Count
    from relay.exchange.rows import ReportRow
    from relay.mapping.map_file import RegisterMap
    from relay.mapping.reading import MappedRegister


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
    from relay.exchange.rows import read_folder_or_workbook
    from relay.service.registers import judge

    count, context = Count(), click.get_current_context()
    mapped = _mapped(session, path, map_, handed_back, apply=apply)
    judged_by = judge(session.service, lambda: session.graph, session.clerk, session.catalogue, _sending())
    written, report = rehearse_then_import(
        judged_by,
        path,
        programme_id=session.programme_id if mapped else session.programme,
        apply=apply,
        strict=strict,
        again=again,
        read=mapped.rows if mapped else read_folder_or_workbook,
        usual=session.usual_programme,
        assumed=lambda id_: say(f"{path} names no programme: its rows are for {id_}{_why_that(session)}."),
        progress=_progress(path),
    )
    kept: list[ReportRow] = []
    if mapped:
        from relay.mapping.handed_back import in_its_words

        report = _kept(in_its_words(report, mapped.map), kept)
    try:
        _print_report(session, report, count)
    except KeyboardInterrupt:
        say(f"Stopped: {_recorded(count)}" if written else "Stopped: nothing was written.")
        context.exit(NOT_DONE)
    except Unavailable as error:
        raise (Unavailable(reason=error.reason, advice=_recorded(count)) if written else error) from error
    failed = count.actions["put aside"] + count.actions["refused"] + (len(count.left_out) if strict else 0)
    for row in count.left_out:
        say(f"{row.file}: column {row.field} was left out. {row.reason} {row.suggestion}")
    if mapped and handed_back:
        from relay.mapping.handed_back import hand_back

        hand_back(handed_back, mapped, kept, applied=written)
        say(f"{handed_back} says beside each row what became of it and what to do.")
    if not session.as_json:
        _say_noted(count)
        _say_first_rows(session, mapped if not written else None, path)
    said = ", ".join(f"{rows} {action}" for action, rows in count.actions.items())
    if not any(count.actions.values()):
        say(f"{path} has no rows: check that it was saved.")
    if failed and strict and not written:
        say(f"{said}; nothing was written, because some rows or columns cannot be recorded (--strict).")
        context.exit(NOT_DONE)
    say(f"{said}." if written else f"{said}; nothing was written.")
    if count.actions["added"]:
        own_map = map_ if map_ and Path(map_).is_file() else None
        _say_what_next(judged_by.at if written else None, own_map, ready=not apply and not failed)
    context.exit(FOUND if failed else DONE)


def _kept(report: Iterator[ReportRow], kept: list[ReportRow]) -> Iterator[ReportRow]:
    """The same report, kept as it is read."""
    for row in report:
        kept.append(row)
        yield row


def _why_that(session: Session) -> str:
    """Why rows are for a programme that nobody named."""
    return "" if session.usual_programme else ", the only one here"


def _mapped(
    session: Session, path: Path, map_: str | None, handed_back: Path | None, *, apply: bool
) -> MappedRegister | None:
    """The register of a path as its map reads it; None when the path is in the exchange format."""
    from relay.exchange.writing import refuse_what_is_there
    from relay.mapping.reading import read_register

    how = _map_named(session, map_) if map_ else _map_kept(session, path)
    if how is None:
        if handed_back:
            raise click.UsageError("--report needs --map: it hands back a register of your own.")
        return None
    if handed_back:
        refuse_what_is_there(handed_back)
    for make in how.makes:
        if make.open:
            say(f"{map_ or 'The kept map'}: {make.act}: still open (?) and left out: {', '.join(make.open)}.")
    return read_register(path, how, apply=apply, told=say)


def _map_named(session: Session, map_: str) -> RegisterMap:
    """The map of a file, or, where there is no such file, the map that is kept under that name."""
    from relay.mapping.kept_maps import named
    from relay.mapping.map_file import map_of, read_map

    if Path(map_).is_file():
        return read_map(Path(map_), session.catalogue)
    if Path(map_).suffix == ".toml":
        raise click.BadParameter(f"File '{map_}' does not exist.", param_hint="'--map'")
    return map_of(named(session.registers.maps(), map_).text, map_, session.catalogue)


def _map_kept(session: Session, path: Path) -> RegisterMap | None:
    """The kept map of a file's columns; None where none is kept for them."""
    if not path.is_file():
        return None
    try:
        maps = session.registers.maps()
    except (NoProgrammeYet, SeveralProgrammes):
        return None
    if not maps:
        return None
    from relay.exchange.workbook import pages
    from relay.mapping.kept_maps import fitting

    found = fitting(pages(path), maps, session.catalogue)
    if found is None:
        return None
    kept, how = found
    say(f"{path} is read by the kept map {kept.name}, which has the same columns.")
    return how


def _say_what_next(recorded_at: str | None, own_map: str | None, *, ready: bool) -> None:
    """How what was written is taken back and its map kept, or what was rehearsed and can stand is written."""
    if recorded_at:
        say(f"To take all of it back: relay undo --import {recorded_at}")
    if recorded_at and own_map:
        say(f"So that the next file with these columns needs no map: relay map keep {own_map}")
    if ready:
        say("Write it with --apply.")


def _say_first_rows(session: Session, mapped: MappedRegister | None, path: Path) -> None:
    """Tell in sentences what the first rows of a register say, so that a column that is read as another shows."""
    from relay.mapping.first_rows import first_rows

    if mapped is None:
        return
    say("So the first rows are read:")
    for sentence in first_rows([*mapped.rows(path, session.catalogue)], session.registers.known().places):
        say(sentence)


def _recorded(count: Count) -> str:
    """What stands of an import that did not come to its end."""
    return f"{count.actions['added']} rows or more are recorded. Run the same command again: it goes on."


def _print_report(session: Session, report: Iterator[ReportRow], count: Count) -> None:
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
        say(f"{count.noted} noted, as far as the rows before them show:")
    for row in count.first_noted:
        for note in row.notes:
            say(f"{row.file}, row {row.row}: {note}")
    if more := count.noted - len(count.first_noted):
        say(f"And {more} more: --json lists them all.")


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
            say(f"{done} rows, {rate}")
        else:
            say(f"{done} of about {total} rows, {rate}, {(total - done) * seconds / done:.0f} s left")

    return show


def _sending() -> Callable[[int, int], None]:
    """Show on a terminal how much of a register is sent to the service."""
    if not sys.stderr.isatty():
        return lambda _, __: None
    return lambda done, size: say(f"{done // 1000} of {size // 1000} kB sent")


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
            raise click.UsageError(f"{path} is a workbook: leave out --format, or name a folder.")
        format_ = None
    if not format_ and (as_of or confirmed_only):
        raise click.UsageError("The record is exported whole: --as-of and --confirmed-only are for graphs and maps.")
    require_replaceable(session.settings.data_folder, path)
    with_names = with_names and format_ != "geojson"  # a map holds no person
    if with_names and not session.service:  # which notes it itself
        session.note_all_names("export")
    if format_:
        from relay.arrays import cache
        from relay.exchange.graph_formats import flow_out

        folder = session.settings.data_folder / cache.FOLDER
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
        from relay.exchange.exporting import write_acts

        registers = session.registers
        write_acts(path, lambda: registers.acts(with_names=with_names), session.catalogue, with_names=with_names)
    note(session.settings.data_folder, path)
    if session.as_json:
        print_json({"programme_id": session.programme_id, "path": str(path), "with_names": with_names})
    say(f"{session.programme_id} was written to {path}{'' if with_names else ', without names'}.")


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
    from relay.backup import files, status
    from relay.backup.encryption import OPEN, Seal
    from relay.service.terminal import print_json, print_table

    if path is None and keep is None:
        raise click.UsageError("Say where: PATH, or --keep N for dated files.")
    seal = OPEN
    if public_key:
        seal = Seal(public_key=public_key)
    elif encrypt or passphrase_file:
        seal = Seal(passphrase=new_passphrase(passphrase_file))
    file = path or files.own_folder(session.settings.data_folder)
    if keep is not None:
        file = files.dated(file, session.now, seal)
    _check_engine(session)
    kept = files.keep(session.graph, file, seal)
    deleted: tuple[Path, ...] = ()
    gone = session.gone if keep is not None else ()
    if gone:  # those of before would be pushed out, night after night
        session.say_what_is_gone()
    else:
        deleted = files.rotate(file, keep) if keep is not None else ()
        try:
            status.note(session.settings.data_folder, session.now, file, kept)
        except RelayError as error:  # the backup stands all the same
            say(f"The time of the backup could not be saved: {error}")
    if session.as_json:
        print_json({"file": str(file), "programmes": kept, "deleted": [str(each) for each in deleted]})
    else:
        print_table(_KEPT, ([getattr(each, name) for name in _KEPT] for each in kept))
        say(f"Written to {file} and read back.")
    click.get_current_context().exit(FOUND if gone else DONE)


_KEPT: Final = ("programme_id", "entries", "head_hash")


def _check_engine(session: Session) -> None:
    """Have the embedded engine look for damage before its record is taken for a good one."""
    from relay.database import engine

    if session.settings.neo4j is None and session.settings.url is None:
        engine.check(session.settings.data_folder, session.catalogue.readable)


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
    from relay.backup import files
    from relay.ledger import checkpoints
    from relay.service.terminal import print_json, print_table

    with file.open("rb") as content:
        seal = _seal_of(file, key_file, passphrase_file)
        if drill:
            lines = files.lines_of(content, seal)
            drilled = files.drill(lines, session.clerk, session.catalogue)
            _print_drill(session, drilled)
            return
        kept = files.restore_file(session.graph, content, seal, session.clerk)
    if session.as_json:
        print_json({"programmes": kept})
    else:
        print_table(_KEPT, ([getattr(each, name) for name in _KEPT] for each in kept))
    for each in kept:
        path = checkpoints.key_path(session.settings.data_folder, each.programme_id)
        if not path.exists():
            say(f"The key that signs checkpoints of {each.programme_id} is in no backup. If there is one, copy it to")
            say(f"{path} before the next checkpoint, which otherwise makes a new one.")


def _seal_of(file: Path, key_file: Path | None, passphrase_file: Path | None) -> Seal:
    """What opens a backup: read or asked for only where the file needs it."""
    from relay.backup.encryption import ENOUGH_TO_TELL, OPEN, Seal, needs_to_open

    with file.open("rb") as content:
        needs = needs_to_open(content.read(ENOUGH_TO_TELL))
    if needs == "passphrase":
        return Seal(passphrase=passphrase(passphrase_file, new=False))
    if needs == "key":
        if key_file is None:
            raise click.UsageError("This backup was encrypted to a key: give the file with that key by --key-file.")
        lines = text_of(key_file).split()
        return Seal(secret_key=next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), ""))
    return OPEN


def _print_drill(session: Session, drilled: Iterable[Drilled]) -> None:
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
