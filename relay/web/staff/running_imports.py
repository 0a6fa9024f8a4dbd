"""Running imports: each runs in a thread of its own, and a page shows how far it is."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final

from relay.errors import RelayError, Unavailable
from relay.exchange.importing import Count
from relay.office import undo
from relay.register_maps.returned_register import hand_back, in_its_words
from relay.text import Sentence
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from relay.domain.questions import Answers
    from relay.exchange.exchange_format import ReportRow
    from relay.exchange.importing import DatabaseImporter
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.register_maps.register_reading import MappedRegister
    from relay.web.traffic.shared_state import WorkBoard

SHOWN: Final = 100  # our choice: refused rows on the page; the report has all of them

log = logging.getLogger("relay.web")


@dataclass(slots=True, kw_only=True)
class RunningImport:
    """An import, or the undo of one, with how far it is.

    Attributes:
        apply: Whether it records; else it only tries the rows.
        of_all: About how many acts there are.
        done: How many acts were judged so far.
        ended: Whether it is over.
        count: The outcomes of the rows, counted.
        failed: The first rows that were refused or put aside.
        error: Why it ended early; None if it did not.
        at: When the upload was last recorded; "" if it never was, or was taken back.
        undoes: Whether it takes an import back.
        process: The id of its process.
    """

    apply: bool
    of_all: int
    done: int = 0
    ended: bool = False
    count: Count = field(default_factory=Count)
    failed: list[ReportRow] = field(default_factory=list["ReportRow"])
    error: RelayError | None = None
    at: str = ""
    undoes: bool = False
    process: int = field(default_factory=os.getpid)


def import_of(token: str) -> RunningImport | None:
    """The last import of an upload; None if none began, or its process ended."""
    running: RunningImport | None = current.core().shared.imports.get(token)
    return running


def begin_import(
    token: str,
    register: MappedRegister,
    judge: DatabaseImporter,
    programme_id: str,
    report: Path,
    *,
    answers: Answers,
    apply: bool,
) -> None:
    """Begin to import an upload, unless an import of it is running.

    Args:
        token: The token of the upload.
        register: The register, read with its map.
        judge: The database, and the clerk who records.
        programme_id: The programme.
        report: The workbook to write, with the outcome of each row.
        answers: The questions that all rows answer with yes.
        apply: Whether it records; else it only tries the rows.
    """
    rows, imports = tuple(register.rows(report, judge.catalogue)), current.core().shared.imports
    before = imports.get(token)
    begun = RunningImport(apply=apply, of_all=len(rows), at=before.at if before else "")
    if not imports.begin(token, begun):
        return

    def progress(done: int) -> None:
        begun.done = min(done, begun.of_all)
        imports.update(token, begun)

    def run() -> None:
        with _ending(token, begun, imports):
            try:
                rows_ = judge.judged(programme_id, iter(rows), apply=apply, answers=answers, progress=progress)
                report_rows: list[ReportRow] = []
                for row in begun.count.through(in_its_words(rows_, register.map)):
                    report_rows.append(row)
                    if row.action in ("put aside", "refused") and len(begun.failed) < SHOWN:
                        begun.failed.append(row)
                report.unlink(missing_ok=True)
                hand_back(report, register, report_rows, applied=apply)
            finally:  # what was recorded before it broke can be taken back too
                if apply and begun.count.actions["added"]:
                    begun.at = judge.at

    Thread(target=run, name="import", daemon=True).start()


def begin_undo(token: str, at: str, graph: Graph, programme_id: str, clerk: Clerk, why: str) -> None:
    """Begin to take back everything that an import recorded, unless an import of the upload is running.

    Args:
        token: The token of the upload.
        at: When it was recorded.
        graph: The database.
        programme_id: The programme.
        clerk: Who recorded it.
        why: The reason, for the auditor.
    """
    imports = current.core().shared.imports
    begun = RunningImport(apply=True, of_all=0, undoes=True, at=at)
    if not imports.begin(token, begun):
        return

    def progress(_what: str, done: int, of_all: int) -> None:
        begun.done, begun.of_all = done, of_all
        imports.update(token, begun)

    def run() -> None:
        with _ending(token, begun, imports):
            undoable = undo.undoable(graph, programme_id, clerk.by, since=at, at=at)
            corrections = undo.corrections(undoable.acts, why, clerk)
            undo.take_back(graph, programme_id, corrections, clerk, frozenset, progress)
            begun.done, begun.at = len(corrections), ""

    Thread(target=run, name="undo", daemon=True).start()


@contextmanager
def _ending(token: str, begun: RunningImport, imports: WorkBoard) -> Generator[None]:
    """Mark an import as ended in any case, with its error, so that the page does not wait for ever."""
    try:
        yield
    except RelayError as error:
        begun.error = error
    except Exception as fault:
        log.exception("failed", extra={"fields": {"failure": type(fault).__name__}})
        begun.error = Unavailable(
            reason=Sentence("The import ended early."), advice=Sentence("Import it again: it goes on.")
        )
    finally:
        begun.ended = True
        imports.update(token, begun)
