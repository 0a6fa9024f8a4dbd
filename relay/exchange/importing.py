"""Imports a programme: every row is judged and reported, and recorded if asked for.

Rows are judged in memory, step by step, based on what the database holds. A rehearsal stops there, so it reports
exactly what an import would do. When importing, one step is committed while the next is judged. Each step is one
transaction, written only if nobody else recorded in the meantime; otherwise its rows are judged again. An act keeps its
id, so an interrupted import can be run again without recording anything twice.
"""

from __future__ import annotations

import gc
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Self

from relay.domain.acts import Act
from relay.domain.own_columns import OwnColumn
from relay.domain.questions import NOTED, Answers
from relay.domain.register import provided_by
from relay.domain.rulebook import Missing, TakenBack
from relay.domain.system import Catalogue
from relay.errors import Asked, Failure, Invalid, NotFound, Refused, RelayError, refused
from relay.exchange import cells
from relay.exchange.exchange_format import SHOWN, Action, OwnOf, ReportRow, Row, read_folder_or_workbook
from relay.exchange.sheets import PROGRAMME, RULES_FILE
from relay.graph import Graph, patiently
from relay.instants import instant
from relay.ledger import programme_heads
from relay.ledger.batch import Clerk, Outcome, RuleInDoubt
from relay.ledger.entry_search import recorded_by
from relay.ledger.gc_paused import gc_paused
from relay.ledger.held import trying_again
from relay.ledger.reading import STEP
from relay.ledger.recording import Rehearsal
from relay.text import Sentence

Read = Callable[[Path, Catalogue, OwnOf], Iterator[Row]]
"""Reads the rows of a path, in an order in which they can be recorded."""

FIRST: Final = 20  # our choice: noted rows that one looks up in a paper register at one go
_TOP_OF_A_SHEET: Final = 2000  # bytes, in which its dimension stands
_DIMENSION: Final = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:[A-Z]+([0-9]{1,7})"')
STEPS_HELD: Final = 40  # our choice: then what was read is dropped; so a million acts need less than a gigabyte


class NoProgrammeNamed(Invalid):
    """The folder does not name its programme, and none was given."""

    reason = "%(path)s does not say which programme it belongs to."
    advice = "Add a [programme] block with an id to rules.toml, or use --programme ID."

    path: Path

    @classmethod
    def since(cls, path: Path, fault: ReportRow | None) -> Self:
        """The error, with advice on how to name the programme, or what is wrong where it is named."""
        if fault is None:
            return cls(path=path)
        return cls(
            path=path,
            reason=Sentence(
                "%(path)s does not say which programme it belongs to: %(file)s, row %(row)s, %(field)s: %(reason)s",
                path=path,
                file=fault.file,
                row=fault.row,
                field=fault.field or "",
                reason=fault.reason or "",
            ),
            advice=fault.suggestion or "",
        )


OTHER_PROGRAMME: Final = Failure(
    Invalid,
    "other_programme",
    "%(path)s belongs to programme %(own)s, not to %(named)s.",
    advice="Use --programme %(own)s, or change the id in rules.toml.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedRow:
    """A row and the outcome of its act; None if the row could not be read."""

    row: Row
    outcome: Outcome | None

    @property
    def error(self) -> RelayError | None:
        return self.outcome.error if self.outcome else None


@dataclass(slots=True, kw_only=True)
class DatabaseImporter:
    """Judges rows against a database, and records them.

    Attributes:
        graph: The database, open.
        clerk: Who records, and when; an import that writes takes a second in which the clerk recorded nothing else, so
            that it can be undone as a whole.
    """

    graph: Graph
    clerk: Clerk

    @property
    def at(self) -> str:
        """The instant (UTC) of recording, at which the clerk recorded nothing else."""
        return instant(self.clerk.now.astimezone(UTC))

    @property
    def catalogue(self) -> Catalogue:
        """Catalogue of the kinds of acts."""
        return self.graph.catalogue

    def programme_ids(self) -> Sequence[str]:
        """Ids of the programmes in the database.

        Raises:
            Unavailable: The database cannot be reached.
        """
        return [head.programme_id for head in programme_heads.heads(self.graph)]

    def own_columns(self, programme_id: str | None) -> tuple[OwnColumn, ...]:
        """The columns of its own that a programme has, or the only one where none is named; none of a new programme.

        Raises:
            Unavailable: The database cannot be reached.
        """
        heads = programme_heads.heads(self.graph)
        found = [head.own for head in heads if programme_id in (None, head.programme_id)]
        return found[0] if len(found) == 1 else ()

    def enter(self, programme_id: str) -> None:
        """Check that the clerk may import into a programme, before anything is read; here everybody may."""

    def judged(
        self,
        programme_id: str,
        rows: Iterator[Row],
        *,
        apply: bool,
        answers: Answers,
        progress: Callable[[int], None] | None,
    ) -> Iterator[ReportRow]:
        """The results of some rows; see `import_by`. When writing, one step is committed while the next is judged."""
        self.enter(programme_id)

        def second_taken() -> bool:
            return bool(recorded_by(self.graph, programme_id, self.clerk.by, first=self.at, last=self.at))

        while apply and patiently(second_taken):
            self.clerk = replace(self.clerk, now=self.clerk.now + timedelta(seconds=1))
        with ThreadPoolExecutor(max_workers=1) as executor, gc_paused():
            rehearsal = Rehearsal(self.graph, programme_id, self.clerk, answers=answers)
            recorder = _Writing(rehearsal, executor) if apply else _Rehearsing(rehearsal)
            yield from _Import(recorder, progress or (lambda _: None)).run(rows)
        if apply:
            trying_again.everything(self.graph, programme_id, self.clerk)


def import_programme(graph: Graph, path: Path, clerk: Clerk, **how: Any) -> Iterator[ReportRow]:  # noqa: ANN401
    """Import a folder or workbook into a database, or rehearse it; see `import_by`."""
    return import_by(DatabaseImporter(graph=graph, clerk=clerk), path, **how)


def import_by(
    judge: DatabaseImporter,
    path: Path,
    *,
    programme_id: str | None = None,
    apply: bool = False,
    answers: Answers = NOTED,
    read: Read = read_folder_or_workbook,
    usual: str | None = None,
    assumed: Callable[[str], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ReportRow]:
    """Import a folder or workbook, or rehearse it.

    Args:
        judge: Judges the rows, and records them.
        path: Path of the folder or workbook.
        programme_id: Id of the programme if the folder does not have it; needed only if there are several.
        apply: Record the acts; without it, nothing is written.
        answers: Questions that each row answers with yes; other questions are only noted.
        read: Reads the rows of the path, in the exchange format or by the map of a register.
        usual: Programme to use if neither the folder nor `programme_id` names one; None for the only one.
        assumed: Called with its id in that case.
        progress: Called after each step with the number of rows done.

    Yields:
        A line for each row, and one more for each further fault of a row that could not be read. They come in the order
        of the exchange format, but rows that refer to something missing, and refused pass-ons and events, come last.

    Raises:
        Invalid: There is no programme at the path, it is not named, or it is another one than the one given.
        Unavailable: The database cannot be reached; what was reported as added is recorded.
    """
    rows = read(path, judge.catalogue, lambda own: judge.own_columns(own or programme_id or usual))
    first = _until_the_first_act(rows)
    own = next((row.act.id for row in first if row.act and row.act.kind == "programme"), None)
    if own is None and programme_id is None:
        programme_id = _the_usual_one(judge, first, usual)
        if programme_id and assumed:
            assumed(programme_id)
    if own is None and programme_id is None:
        yield from chain.from_iterable(map(_faults, first))
        badly = chain.from_iterable(_faults(row) for row in first if _names_it_badly(row))
        raise NoProgrammeNamed.since(path, next(badly, None))
    if own and programme_id and own != programme_id:
        raise refused(OTHER_PROGRAMME, path=path, own=own, named=programme_id)
    into = own or programme_id or ""
    yield from judge.judged(into, chain(first, rows), apply=apply, answers=answers, progress=progress)


def _until_the_first_act(rows: Iterator[Row]) -> list[Row]:
    """The rows up to the first that could be read, which is the programme's own if the folder names it."""
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if row.act:
            break
    return first


def _names_it_badly(row: Row) -> bool:
    """Whether a row that cannot be read is where the programme is named."""
    return bool(row.faults) and row.file.casefold() in (RULES_FILE, PROGRAMME)


def _the_usual_one(judge: DatabaseImporter, first: Iterable[Row], usual: str | None) -> str | None:
    """The usual or only programme for a folder that names none; None if it names one that cannot be read."""
    if any(_names_it_badly(row) for row in first):
        return None
    if usual:
        return usual
    programme_ids = judge.programme_ids()
    return programme_ids[0] if len(programme_ids) == 1 else None


class _Rehearsing:
    """Judges rows in memory and writes nothing; rows are settled at once."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal

    def offer(self, rows: Sequence[Row]) -> Sequence[_JudgedRow]:
        return _judged(rows, self.rehearsal.offer(_acts(rows))[0])

    def finish(self) -> Sequence[_JudgedRow]:
        return ()


class _Writing:
    """Commits one step while the next is judged; rows are settled when the next are offered, or at the end."""

    def __init__(self, rehearsal: Rehearsal, executor: ThreadPoolExecutor) -> None:
        self.rehearsal = rehearsal
        self.beside = executor
        self.steps = 0
        self.committing: tuple[Future[bool], Sequence[_JudgedRow]] | None = None

    def offer(self, rows: Sequence[Row]) -> Sequence[_JudgedRow]:
        settled: Sequence[_JudgedRow] = ()
        if self.steps == STEPS_HELD:
            settled = self.finish()
            self._forget()
        rehearsal = self.rehearsal
        outcomes, step = patiently(partial(rehearsal.offer, _acts(rows)))
        settled = (*settled, *self.finish())
        if rehearsal is not self.rehearsal:  # judged on a ledger that somebody else carried on
            outcomes, step = patiently(partial(self.rehearsal.offer, _acts(rows)))
        self.steps += 1
        self.committing = self.beside.submit(patiently, partial(step.commit, rehearsal.graph)), _judged(rows, outcomes)
        return settled

    def finish(self) -> Sequence[_JudgedRow]:
        if self.committing is None:
            return ()
        (committed, judged), self.committing = self.committing, None
        if committed.result():
            return judged
        rows = [each.row for each in judged]
        outcomes = patiently(partial(self.rehearsal.record, _acts(rows)))
        self._forget()
        return _judged(rows, outcomes)

    def _forget(self) -> None:
        self.rehearsal = self.rehearsal.anew()
        self.steps = 0
        gc.collect()  # the few rings that there are keep much of what was read


def _acts(rows: Iterable[Row]) -> list[Act]:
    return [row.act for row in rows if row.act]


def _judged(rows: Iterable[Row], outcomes: Iterable[Outcome]) -> Sequence[_JudgedRow]:
    became = iter(outcomes)
    return tuple(_JudgedRow(row=row, outcome=next(became) if row.act else None) for row in rows)


class _Import:
    """The rows of an import on their way.

    A row that refers to something missing waits until no other row can provide it. A refused pass-on or event waits
    too, and so do acts of systems: since when she holds help, which rule applies to her, and whether something has
    ended may depend on a row further down.
    """

    def __init__(self, recorder: _Rehearsing | _Writing, progress: Callable[[int], None]) -> None:
        self.recorder = recorder
        self.earlier = recorder.rehearsal.earlier
        self.catalogue = recorder.rehearsal.graph.catalogue
        self.kinds = [*self.catalogue.kinds]
        self.progress = progress
        self.waiting: dict[str, list[_JudgedRow]] = {}
        self.provided: list[Row] = []
        self.refused: list[_JudgedRow] = []
        self.taken_anyway: list[_JudgedRow] = []
        self.left_out: dict[str, tuple[str, int]] = {}  # what is not in the record → file and row that would bring it

    def run(self, rows: Iterator[Row]) -> Iterator[ReportRow]:
        done = 0
        while step := tuple(islice(rows, STEP)):
            unread = {row.act_id: (row.file, row.row) for row in step if row.act_id and not row.act}
            self.earlier.unread.update(unread)
            self.earlier.unchanged = any(row.unchanged for row in step)
            self.left_out.update(unread)
            self.earlier.unsettled.update(chain.from_iterable(row.rules for row in step))
            yield from self._settle(self.recorder.offer(step))
            done += len(step)
            self.progress(done)
        yield from self._settle(self.recorder.finish())
        yield from self._judge_again()
        while refused := sorted(self.refused, key=self._place):
            self.refused, self.provided = [], [judged.row for judged in refused]
            yield from self._judge_again()
            if {*map(self._place, refused)} <= {*map(self._place, self.refused)}:  # none of them got in
                break
        yield from self._accept_unchanged()
        left = sorted((*self.refused, *chain.from_iterable(self.waiting.values())), key=self._place)
        for judged in left:
            self._leave_out(judged)
        for judged in left:
            yield from self._report(judged)

    def _judge_again(self) -> Iterator[ReportRow]:
        """Judge waiting rows again that may now be recorded, and repeat while any can."""
        while self.provided:
            again, self.provided = self.provided, []
            for start in range(0, len(again), STEP):
                yield from self._settle(self.recorder.offer(again[start : start + STEP]))
            yield from self._settle(self.recorder.finish())

    def _accept_unchanged(self) -> Iterator[ReportRow]:
        """Accept the remaining rows of an unchanged export, and note what the rules say against them."""
        for start in range(0, len(self.taken_anyway), STEP):
            step = self.taken_anyway[start : start + STEP]
            against = patiently(partial(self.recorder.rehearsal.against, _acts(each.row for each in step)))
            for judged in step:
                for line in self._report(judged):
                    error = against.get(line.act_id or "")
                    yield replace(line, notes=(*line.notes, error.reason)) if error else line

    def _settle(self, judged: Iterable[_JudgedRow]) -> Iterator[ReportRow]:
        for each in judged:
            error = each.error
            if isinstance(error, Missing):
                self.waiting.setdefault(error.act_id, []).append(each)
                continue
            hangs = isinstance(error, Refused | RuleInDoubt) and not isinstance(error, Asked)
            if hangs and each.outcome and self._may_depend_on_later_rows(each.outcome.act.kind):
                self.refused.append(each)
                continue
            if each.outcome and each.outcome.against:
                self.taken_anyway.append(each)
            else:
                yield from self._report(each)
            if error:
                self._leave_out(each)
            elif each.outcome and each.outcome.action == "added":
                for provided in provided_by(each.outcome.act):
                    self.provided += [waiting.row for waiting in self.waiting.pop(provided, ())]

    def _may_depend_on_later_rows(self, kind: str) -> bool:
        return kind in ("pass", "event") or bool(self.catalogue.system_of(kind))

    def _leave_out(self, judged: _JudgedRow) -> None:
        for provided in provided_by(judged.outcome.act) if judged.outcome else ():
            self.left_out.setdefault(provided, (judged.row.file, judged.row.row))

    def _place(self, judged: _JudgedRow) -> tuple[int, int]:
        """The position of a readable row in the exchange format."""
        return (self.kinds.index(judged.outcome.act.kind) if judged.outcome else 0), judged.row.row

    def _report(self, judged: _JudgedRow) -> Iterator[ReportRow]:
        personal = self.catalogue.personal(judged.outcome.act.kind) if judged.outcome else frozenset[str]()
        yield from _report(judged, self._first(judged), personal)

    def _first(self, judged: _JudgedRow) -> tuple[str, int] | None:
        """The row that failed to provide what this one refers to."""
        return self.left_out.get(judged.error.act_id) if isinstance(judged.error, Missing) else None


def _report(judged: _JudgedRow, first: tuple[str, int] | None, personal: frozenset[str]) -> Iterator[ReportRow]:
    """The lines for a row, which may need another row to be corrected first."""
    outcome = judged.outcome
    if outcome is None:
        yield from _faults(judged.row)
        return
    error, row = outcome.error, judged.row
    mend = Sentence("Correct %(file)s, row %(row)s, first.", file=first[0], row=first[1]) if first else ""
    yield ReportRow(
        file=row.file,
        row=row.row,
        act_id=row.act_id,
        action=_action(outcome),
        field=(error.field or None) if error else None,
        value=(_value(outcome.act, error.field, personal) or None) if error else None,
        reason=error.reason if error else None,
        suggestion=(mend or error.suggestion or None) if error else None,
        notes=(*row.notes, *(note.sentence for note in outcome.notes if not note.hangs_on_later_rows)),
    )


def _faults(row: Row) -> Iterator[ReportRow]:
    for fault in row.faults:
        yield ReportRow(
            file=row.file,
            row=row.row,
            act_id=row.act_id,
            action="left out" if row.left_out else "put aside",
            field=fault.field,
            value=fault.value or None,
            reason=fault.reason,
            suggestion=fault.suggestion or None,
        )


def _action(outcome: Outcome) -> Action:
    """The result of a row: an act that was taken back is put aside, one that depends on it is refused."""
    error = outcome.error
    if error is None:
        return "same" if outcome.action == "same" else "added"
    taken_back = isinstance(error, TakenBack) and error.act_id == outcome.act.act_id
    return "put aside" if taken_back or isinstance(error, NotFound | Invalid) else "refused"


def _value(act: Act, field: str, personal: frozenset[str]) -> str:
    """The cell at fault; "" for a personal one."""
    return cells.write(act.values[field])[:SHOWN] if field in act.values and field not in personal else ""


class Count:
    """The numbers of rows by result.

    Attributes:
        actions: Action → number of rows; a row with several faults counts once, and ignored columns do not count.
        left_out: Columns that were ignored.
        noted: Number of rows with notes.
        first_noted: The first `FIRST` of these.
    """

    def __init__(self) -> None:
        """Start with no rows."""
        self.actions: dict[str, int] = dict.fromkeys(("added", "same", "put aside", "refused"), 0)
        self.left_out: list[ReportRow] = []
        self.noted = 0
        self.first_noted: list[ReportRow] = []

    def through(self, report: Iterable[ReportRow]) -> Iterator[ReportRow]:
        """Pass a report through and count its lines."""
        last: tuple[str, int, str | None] | None = None
        for row in report:
            if row.action == "left out":
                self.left_out.append(row)
                yield row
                continue
            if (row.file, row.row, row.act_id) != last:
                self.actions[row.action] += 1
            last = row.file, row.row, row.act_id
            if row.notes:
                self.noted += 1
                if self.noted <= FIRST:
                    self.first_noted.append(row)
            yield row


def estimated_rows(path: Path) -> int:
    """The approximate number of rows: of a folder by its line ends, of a workbook by what it declares; 0 if unknown."""
    if path.is_dir():
        return sum(max(_lines(file) - 1, 0) for file in path.glob("*.csv"))
    try:
        with zipfile.ZipFile(path) as book:
            sheets = [each for each in book.namelist() if each.startswith("xl/worksheets/")]
            tops = [book.open(each).read(_TOP_OF_A_SHEET) for each in sheets]
    except (OSError, zipfile.BadZipFile, zlib.error):
        return 0
    return sum(max(int(last[1]) - 1, 0) for top in tops if (last := _DIMENSION.search(top)))


def _lines(file: Path) -> int:
    with file.open("rb") as text:
        return sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b""))


def rehearse_then_import(
    report: Callable[[bool], Iterator[ReportRow]], *, apply: bool, strict: bool
) -> tuple[bool, Iterator[ReportRow]]:
    """Import or rehearse; if strict, write only if a rehearsal shows that every row can be recorded.

    Args:
        report: Judges all rows, and records them if it is called with True.
        apply: Whether to record them.
        strict: Whether to record all or nothing.

    Returns:
        Whether the rows are recorded, and what `report` yields; for a strict import that fails, the report of the
        rehearsal.
    """
    if not (apply and strict):
        return apply, report(apply)
    rehearsed = tuple(report(False))  # noqa: FBT003 - as it says
    stands = all(row.action in ("added", "same") for row in rehearsed)
    return stands, report(True) if stands else iter(rehearsed)  # noqa: FBT003 - as above
