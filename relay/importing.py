"""Importing a programme: every row is judged, reported, and on request recorded.

Rows are judged in memory, step by step, on top of what the database holds. A dry run stops there, so it says exactly
what a writing one would. When writing, one step is committed while the next one is judged; each is a transaction of
its own that is written only if nobody else recorded meanwhile, else its rows are judged anew. A row's act keeps its
id, so an import that was cut short is run again and nothing is doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from relay import ledger
from relay.acts import PERSONAL
from relay.errors import Invalid
from relay.exchange import ReportRow, Row, read_folder_or_workbook
from relay.graph import Graph
from relay.ledger import STEP, Clerk, Outcome, Rehearsal
from relay.rulebook import Missing, TakenBack

STEPS_HELD: Final = 8  # our choice: then what was read is dropped, so that memory stays flat however long the file


class NoProgrammeNamed(Invalid):
    """A folder without a [programme] block is imported and no programme was named."""

    def __init__(self, path: Path) -> None:
        """Say how to name it."""
        super().__init__(
            f"{path} does not say which programme it is of.", "Add a [programme] block to rules.toml, or --programme ID."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offered:
    """A row and what became of it."""

    row: Row
    outcome: Outcome


def import_programme(
    graph: Graph,
    path: Path,
    clerk: Clerk,
    *,
    programme_id: str | None = None,
    apply: bool = False,
    again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ReportRow]:
    """Import a folder or workbook, or rehearse it.

    Args:
        graph: Where.
        path: Of the folder or workbook.
        clerk: Who records.
        programme_id: Of the programme, when the folder does not say.
        apply: Write; without it nothing is written.
        again: Record pass-ons that seem to be recorded already.
        progress: Told after each step how many rows are done.

    Yields:
        One row of the report for each row read, those that waited behind those that they waited for; rows that point
        at something missing come last.

    Raises:
        Invalid: There is no programme at the path, or it is not named.
        Unavailable: The database cannot be reached; what was reported as added is recorded.
    """
    rows = read_folder_or_workbook(path)
    first, rest = _until_the_first_act(rows)
    own = next((row.act.id for row in first if row.act and row.act.kind == "programme"), programme_id)
    if own is None:
        raise NoProgrammeNamed(path)
    recorder = _Writer(graph, own, clerk, again=again) if apply else _Dry(graph, own, clerk, again=again)
    yield from _Import(recorder, progress or (lambda _: None)).run(_chain(first, rest))


def _until_the_first_act(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if row.act:
            break
    return first, rows


def _chain(first: Iterable[Row], rest: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


class _Dry:
    """Judges in memory and writes nothing."""

    def __init__(self, graph: Graph, programme_id: str, clerk: Clerk, *, again: bool) -> None:
        self.rehearsal = Rehearsal(graph, programme_id, clerk, again=again)

    def offer(self, rows: Sequence[Row]) -> Sequence[_Offered]:
        outcomes, _ = self.rehearsal.offer([row.act for row in rows if row.act])
        return _offered(rows, outcomes)

    def finish(self) -> Sequence[_Offered]:
        return ()


class _Writer:
    """Commits one step while the next is judged; what it answers is recorded."""

    def __init__(self, graph: Graph, programme_id: str, clerk: Clerk, *, again: bool) -> None:
        self.graph = graph
        self.programme_id = programme_id
        self.clerk = clerk
        self.again = again
        self.executor = ThreadPoolExecutor(1)
        self.committing: tuple[Future[bool], Sequence[_Offered]] | None = None
        self._begin()

    def _begin(self) -> None:
        self.rehearsal = Rehearsal(self.graph, self.programme_id, self.clerk, again=self.again)
        self.steps = 0

    def offer(self, rows: Sequence[Row]) -> Sequence[_Offered]:
        """Judge rows and have them committed; answers the rows of the step before."""
        done: Sequence[_Offered] = ()
        if self.steps == STEPS_HELD:
            done = self.finish()
            self._begin()
        outcomes, step = self.rehearsal.offer([row.act for row in rows if row.act])
        offered = _offered(rows, outcomes)
        done = (*done, *self.finish())
        if self.steps < 0:  # somebody else recorded meanwhile: what was judged on the old head is judged anew
            return (*done, *self._record(offered))
        self.committing = self.executor.submit(step.commit, self.graph, self.clerk), offered
        self.steps += 1
        return done

    def finish(self) -> Sequence[_Offered]:
        """Wait for the step that is being committed, and answer its rows."""
        if self.committing is None:
            return ()
        (future, offered), self.committing = self.committing, None
        if future.result():
            return offered
        self.steps = -1
        return self._record(offered)

    def _record(self, offered: Sequence[_Offered]) -> Sequence[_Offered]:
        rows = [each.row for each in offered]
        acts = [row.act for row in rows if row.act]
        outcomes = ledger.record(self.graph, self.programme_id, acts, self.clerk, again=self.again)
        self._begin()
        return _offered(rows, outcomes)


def _offered(rows: Iterable[Row], outcomes: Iterable[Outcome]) -> Sequence[_Offered]:
    return tuple(_Offered(row=row, outcome=outcome) for row, outcome in zip(rows, outcomes, strict=True))


class _Import:
    """The rows on their way; a row that points at something missing waits until nothing more can provide it."""

    def __init__(self, recorder: _Dry | _Writer, progress: Callable[[int], None]) -> None:
        self.recorder = recorder
        self.progress = progress
        self.waiting: dict[str, list[_Offered]] = {}
        self.provided: list[Row] = []
        self.done = 0

    def run(self, rows: Iterator[Row]) -> Iterator[ReportRow]:
        while step := tuple(islice(rows, STEP)):
            for row in step:
                yield from _report_faults(row)
            offered = [row for row in step if row.act]
            yield from self._take(self.recorder.offer(offered) if offered else ())
            self.done += len(step)
            self.progress(self.done)
        yield from self._take(self.recorder.finish())
        while self.provided:
            again, self.provided = self.provided, []
            yield from self._take(self.recorder.offer(again))
            yield from self._take(self.recorder.finish())
        for waiting in self.waiting.values():
            for each in waiting:
                yield _report(each)

    def _take(self, offered: Iterable[_Offered]) -> Iterator[ReportRow]:
        for each in offered:
            error = each.outcome.error
            if isinstance(error, Missing):
                self.waiting.setdefault(error.act_id, []).append(each)
                continue
            yield _report(each)
            if each.outcome.action == "added":
                for provides in _provides(each.outcome):
                    self.provided += [waiting.row for waiting in self.waiting.pop(provides, ())]


def _provides(outcome: Outcome) -> Iterator[str]:
    yield outcome.act.act_id
    if outcome.act.kind == "pass":
        yield f"placement:{outcome.act.values['receiver_placement_id']}"


def _report_faults(row: Row) -> Iterator[ReportRow]:
    for fault in row.faults:
        yield ReportRow(
            file=row.file,
            row=row.row,
            act_id=row.act_id,
            action="put aside",
            field=fault.field,
            value=fault.value,
            reason=fault.reason,
            suggestion=fault.suggestion,
        )


def _report(offered: _Offered) -> ReportRow:
    row, outcome = offered.row, offered.outcome
    error = outcome.error
    put_aside = isinstance(error, (Missing, TakenBack, Invalid))
    field = (error.field or None) if error else None
    return ReportRow(
        file=row.file,
        row=row.row,
        act_id=row.act_id,
        action="put aside" if put_aside else "refused" if error or outcome.action == "not" else outcome.action,
        field=field,
        value=_value(outcome, field),
        reason=error.reason if error else "",
        suggestion=error.suggestion if error else "",
    )


def _value(outcome: Outcome, field: str | None) -> str:
    """The cell at fault; never a personal one."""
    act = outcome.act
    if field is None or field in PERSONAL[act.kind] or field not in act.values:
        return ""
    return str(act.values[field])


class Count:
    """How many rows came to each end.

    Attributes:
        actions: Action → rows; a row with several faults counts once.
    """

    def __init__(self) -> None:
        """Begin at nothing."""
        self.actions = dict.fromkeys(("added", "same", "put aside", "refused"), 0)

    def through(self, report: Iterable[ReportRow]) -> Iterator[ReportRow]:
        """The same report, counted as it is read."""
        last: tuple[str, int] | None = None
        for row in report:
            if (row.file, row.row) != last:
                self.actions[row.action] += 1
            last = row.file, row.row
            yield row


def rehearse_then_import(
    graph: Graph,
    path: Path,
    clerk: Clerk,
    *,
    programme_id: str | None = None,
    apply: bool,
    strict: bool,
    again: bool,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ReportRow]:
    """Import or rehearse; when strict, write only if a rehearsal finds that every row can stand.

    Args and what it yields and raises are those of `import_programme`; when a strict import cannot stand, the report is
    that of the rehearsal.
    """
    question = partial(
        import_programme, graph, path, clerk, programme_id=programme_id, again=again, progress=progress
    )
    if not (apply and strict):
        return question(apply=apply)
    report = tuple(question())
    stands = all(row.action in ("added", "same") for row in report)
    return question(apply=True) if stands else iter(report)
