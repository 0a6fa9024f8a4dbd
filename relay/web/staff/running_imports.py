"""Imports that are under way: each in a thread of its own, so that a page can say how far it is."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final

from relay.desk import undo
from relay.errors import RelayError, Unavailable
from relay.exchange.importing import Count
from relay.mapping.returned_register import hand_back, in_its_words
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
    from relay.mapping.register_reading import MappedRegister
    from relay.web.traffic.shared_state import Board

SHOWN: Final = 100  # our choice: rows that cannot stand on the page; the report has all of them

log = logging.getLogger("relay.web")


@dataclass(slots=True, kw_only=True)
class UnderWay:
    """An import, as far as it is.

    Attributes:
        apply: Whether it writes.
        of_all: About how many acts there are.
        done: Acts that were judged.
        ended: Whether it is over.
        count: What became of the rows.
        failed: The first rows that cannot stand.
        error: Why it ended before its end, or None.
        at: When the upload was recorded last; "" if it never was, or all of it was taken back.
        undoes: Whether it takes an import back.
        process: In which it runs.
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


def of(token: str) -> UnderWay | None:
    """The last import of an upload, as far as it is; None where none began, or its process ended."""
    found: UnderWay | None = current.core().shared.board.of(token)
    return found


def begin(
    token: str,
    register: MappedRegister,
    judge: DatabaseImporter,
    programme_id: str,
    report: Path,
    *,
    answers: Answers,
    apply: bool,
) -> None:
    """Begin an import of an upload, unless one is under way.

    Args:
        token: Of the upload.
        register: As its map reads it.
        judge: Where its rows are judged, and who records.
        programme_id: Of the programme.
        report: Where the register is handed back.
        answers: The questions that each row answers.
        apply: Whether it writes.
    """
    rows, board = tuple(register.rows(report, judge.catalogue)), current.core().shared.board
    before = board.of(token)
    begun = UnderWay(apply=apply, of_all=len(rows), at=before.at if before else "")
    if not board.begin(token, begun):
        return

    def progress(done: int) -> None:
        begun.done = min(done, begun.of_all)
        board.tell(token, begun)

    def run() -> None:
        with _ending(token, begun, board):
            try:
                told = judge.judged(programme_id, iter(rows), apply=apply, answers=answers, progress=progress)
                kept: list[ReportRow] = []
                for row in begun.count.through(in_its_words(told, register.map)):
                    kept.append(row)
                    if row.action in ("put aside", "refused") and len(begun.failed) < SHOWN:
                        begun.failed.append(row)
                report.unlink(missing_ok=True)
                hand_back(report, register, kept, applied=apply)
            finally:  # what was recorded before it broke can be taken back too
                if apply and begun.count.actions["added"]:
                    begun.at = judge.at

    Thread(target=run, name="import", daemon=True).start()


def take_back(token: str, at: str, graph: Graph, programme_id: str, clerk: Clerk, why: str) -> None:
    """Begin to take back all that an import recorded, unless something is under way.

    Args:
        token: Of the upload.
        at: When it was recorded.
        graph: Where.
        programme_id: Of the programme.
        clerk: Who recorded it.
        why: For the auditor.
    """
    board = current.core().shared.board
    begun = UnderWay(apply=True, of_all=0, undoes=True, at=at)
    if not board.begin(token, begun):
        return

    def progress(_what: str, done: int, of_all: int) -> None:
        begun.done, begun.of_all = done, of_all
        board.tell(token, begun)

    def run() -> None:
        with _ending(token, begun, board):
            found = undo.undoable(graph, programme_id, clerk.by, since=at, at=at)
            corrections = undo.corrections(found.acts, why, clerk)
            undo.take_back(graph, programme_id, corrections, clerk, frozenset, progress)
            begun.done, begun.at = len(corrections), ""

    Thread(target=run, name="undo", daemon=True).start()


@contextmanager
def _ending(token: str, begun: UnderWay, board: Board) -> Generator[None]:
    """Whatever happens, the page must not wait for ever."""
    try:
        yield
    except RelayError as error:
        begun.error = error
    except Exception as fault:
        log.exception("failed", extra={"said": {"failure": type(fault).__name__}})
        begun.error = Unavailable(
            reason=Sentence("The import ended early."), advice=Sentence("Import it again: it goes on.")
        )
    finally:
        begun.ended = True
        board.tell(token, begun)
