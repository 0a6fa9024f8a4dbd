"""Registers read and written, here or by another machine's Relay: kept maps, imports, exports and ceremony days.

Files are read and written on the machine on which they lie; a service judges the rows, and gives the acts. Both travel
as lines of JSON, so that neither side holds all of them.
"""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, Self
from urllib.parse import urlencode

from relay.desk import ceremony, lookup
from relay.desk.ceremony import Ceremony
from relay.domain.acts import Act, RuleMeant
from relay.domain.model import Quantity
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER, NOTED
from relay.exchange import template
from relay.exchange.exporting import CorrectedMeanwhile, standing_acts
from relay.exchange.importing import InDatabase
from relay.exchange.rows import ReportRow, Row, RowFault
from relay.mapping import kept_maps
from relay.mapping.programme import Programme, known_of
from relay.service.json_codec import json_text, read_json

if TYPE_CHECKING:
    from typing import IO

    from relay.desk.ceremony import HandOverRow, RowOutcome
    from relay.domain.questions import Answers
    from relay.domain.system import Catalogue
    from relay.errors import RelayError
    from relay.exchange.importing import Judge
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.mapping.kept_maps import KeptMap
    from relay.service.client import Remote

ANSWERS: Final[Mapping[str, Answers]] = {"noted": NOTED, "none": NO_ANSWER, "every": EVERY_ANSWER}
"""What an import answers to what is asked of its rows, as it is sent."""

_IN_MEMORY: Final = 1 << 20  # bytes of rows that wait to be sent; our choice: a register of some thousand women


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRow:
    """A row on its way to where it is judged.

    Attributes:
        file: As in `Row`.
        row: As in `Row`.
        act_id: As in `Row`.
        kind: Of its act; None when it is put aside.
        content: What the act says: column → value.
        faults: As in `Row`.
        left_out: As in `Row`.
        rules: As in `Row`.
        unchanged: As in `Row`.
    """

    file: str
    row: int
    act_id: str | None = None
    kind: str | None = None
    content: Mapping[str, Any]
    faults: tuple[RowFault, ...] = ()
    left_out: bool = False
    rules: tuple[RuleMeant, ...] = ()
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why an answer ends before its end.

    Attributes:
        status: As of an answer that is only this.
        reason: What happened.
        suggestion: What to do next.
        field: The column at fault, or "".
        code: What programs call this kind of failure, or "".
        beside: The record with which it is asked, or "".
    """

    status: int
    reason: str
    suggestion: str = ""
    field: str = ""
    code: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A line of the answer to an import: a row of its report, how many rows are done, or the end.

    Attributes:
        row: A row of the report.
        done: Rows that were judged so far.
        failed: Why it ends here.
        at: When it is recorded, a UTC instant; told in the last line.
        ended: Whether this is the last line, and all is told.
    """

    row: ReportRow | None = None
    done: int | None = None
    failed: Failed | None = None
    at: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAct:
    """An act that stands, on its way into a file."""

    kind: str
    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """A line of the answer to an export: an act, or the end.

    Attributes:
        act: One that stands.
        failed: Why it ends here.
        again: Whether an act was corrected meanwhile, so that all have to be read again.
        ended: Whether this is the last line, and all is told.
    """

    act: ExportedAct | None = None
    failed: Failed | None = None
    again: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRowOfDay:
    """A row of a ceremony on its way to where it is recorded.

    Attributes:
        number: As in `HandOverRow`.
        giver: As in `HandOverRow`.
        receiver: As in `HandOverRow`.
        said: As in `HandOverRow`.
        again: Whether it answers every question.
    """

    number: int
    giver: str
    receiver: str
    said: Mapping[str, Any]
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDay:
    """A ceremony on its way to where it is recorded.

    Attributes:
        ceremony: Which.
        rows: Who handed over.
        counted: The animals that were counted in the yard.
        dry_run: Whether nothing is to be recorded.
    """

    ceremony: Ceremony
    rows: tuple[SentRowOfDay, ...]
    counted: Quantity
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """The outcome of one row of a ceremony, as it is told.

    Attributes:
        row: Its number; None where even that cannot be read.
        act_id: Of the pass-on that it is, or would be; None where it cannot be read.
        action: "added", "same", "asked" with the question, or "not" with the reason.
        code: The stable name of the question or reason, or None.
        field: The column at fault, or None.
        reason: Why it was not recorded, or None.
        suggestion: What to do, or None.
        notes: What was noted for the auditor.
    """

    row: int | None
    act_id: str | None
    action: str
    code: str | None
    field: str | None
    reason: str | None
    suggestion: str | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, row: int | None, act_id: str | None, action: str, error: RelayError | None, notes: tuple[str, ...] = ()
    ) -> Self:
        """Tell it with the error, where there is one."""
        return cls(
            row=row,
            act_id=act_id,
            action=action,
            code=error.code if error else None,
            field=error.field if error else None,
            reason=str(error.reason) if error else None,
            suggestion=str(error.suggestion) if error else None,
            notes=notes,
        )


def lines_of_day(became: Iterable[RowOutcome]) -> tuple[RowLine, ...]:
    """The outcomes of the rows of a ceremony, as they are told."""
    return tuple(
        RowLine.of(each.number, f"pass:{each.pass_id}", each.action, each.error, each.notes) for each in became
    )


class Registers(Protocol):
    """The registers of a programme."""

    @abstractmethod
    def beginning(self, kind: str, text: str, most: int) -> tuple[str, ...]:
        """The ids of a kind that begin with a text, so many at most."""

    @abstractmethod
    def known(self) -> Programme:
        """What a proposed map has to know of the programme."""

    @abstractmethod
    def maps(self) -> tuple[KeptMap, ...]:
        """The kept maps, by name."""

    @abstractmethod
    def keep(self, name: str, text: str) -> KeptMap:
        """Keep a map, in place of another of the same name."""

    @abstractmethod
    def forget(self, name: str) -> KeptMap:
        """Keep a map no longer."""

    @abstractmethod
    def acts(self, *, with_names: bool) -> Iterator[Act]:
        """The acts that stand, as they stand now; see `standing_acts`."""

    @abstractmethod
    def filled_in(self) -> Iterator[Act]:
        """What the empty workbook of the programme names; see `template.filled_in`."""

    @abstractmethod
    def record_day(
        self, held: Ceremony, rows: Sequence[HandOverRow], counted: Quantity, *, rehearses: bool
    ) -> tuple[RowLine, ...]:
        """Record a ceremony with its rows, or only say what would become of them; see `ceremony.record_day`.

        Nothing is, where other animals were counted in the yard; see `ceremony.require_counted`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Those of this machine's database."""

    graph: Graph
    programme_id: str
    clerk: Clerk

    def beginning(self, kind: str, text: str, most: int) -> tuple[str, ...]:
        """The ids of a kind that begin with a text."""
        return lookup.beginning(self.graph, self.programme_id, kind, text, most)

    def known(self) -> Programme:
        """What a proposed map has to know of the programme."""
        return known_of(self.graph, self.programme_id)

    def maps(self) -> tuple[KeptMap, ...]:
        """The kept maps, by name."""
        return kept_maps.every(self.graph, self.programme_id)

    def keep(self, name: str, text: str) -> KeptMap:
        """Keep a map, in place of another of the same name."""
        return kept_maps.keep(self.graph, self.programme_id, name, text, by=self.clerk.by, now=self.clerk.now)

    def forget(self, name: str) -> KeptMap:
        """Keep a map no longer."""
        return kept_maps.forget(self.graph, self.programme_id, name)

    def acts(self, *, with_names: bool) -> Iterator[Act]:  # noqa: ARG002 - here the file leaves them out
        """The acts that stand."""
        return standing_acts(self.graph, self.programme_id)

    def filled_in(self) -> Iterator[Act]:
        """What the empty workbook of the programme names."""
        return template.filled_in(self.graph, self.programme_id)

    def record_day(
        self, held: Ceremony, rows: Sequence[HandOverRow], counted: Quantity, *, rehearses: bool
    ) -> tuple[RowLine, ...]:
        """Record a ceremony with its rows."""
        ceremony.require_counted(self.graph, self.programme_id, rows, counted)
        clerk = replace(self.clerk, rehearses=rehearses)
        return lines_of_day(ceremony.record_day(self.graph, self.programme_id, held, rows, clerk))


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """Those of a service."""

    service: Remote
    programme_id: str

    def beginning(self, kind: str, text: str, most: int) -> tuple[str, ...]:
        """The ids of a kind that begin with a text."""
        asked = urlencode({"kind": kind, "text": text})
        found: tuple[str, ...] = self.service.read(tuple[str, ...], self._path(f"ids?{asked}"))
        return found[:most]

    def known(self) -> Programme:
        """What a proposed map has to know of the programme."""
        found: Programme = self.service.read(Programme, self._path("known"))
        return found

    def maps(self) -> tuple[KeptMap, ...]:
        """The kept maps, by name."""
        found: tuple[KeptMap, ...] = self.service.read(tuple[kept_maps.KeptMap, ...], self._path("maps"))
        return found

    def keep(self, name: str, text: str) -> KeptMap:
        """Keep a map, in place of another of the same name."""
        kept: KeptMap = self.service.send(kept_maps.KeptMap, self._path("maps"), {"name": name, "text": text})
        return kept

    def forget(self, name: str) -> KeptMap:
        """Keep a map no longer."""
        kept: KeptMap = self.service.send(kept_maps.KeptMap, self._path("maps/forget"), {"name": name})
        return kept

    def acts(self, *, with_names: bool) -> Iterator[Act]:
        """The acts that stand; personal columns only where they are asked for.

        Raises:
            CorrectedMeanwhile: At the end: an act was corrected or erased while they were read.
            RelayError: The service said so, or cannot be reached.
        """
        return self._acts(f"acts?with_names={'true' if with_names else 'false'}")

    def filled_in(self) -> Iterator[Act]:
        """What the empty workbook of the programme names.

        Raises:
            CorrectedMeanwhile: As of `acts`.
            RelayError: The service said so, or cannot be reached.
        """
        return self._acts("template")

    def record_day(
        self, held: Ceremony, rows: Sequence[HandOverRow], counted: Quantity, *, rehearses: bool
    ) -> tuple[RowLine, ...]:
        """Record a ceremony with its rows.

        Raises:
            UnknownOutcome: The line was lost after it was sent.
            RelayError: The service said so, or cannot be reached.
        """
        body = SentDay(ceremony=held, rows=tuple(map(_sent_row, rows)), counted=counted, dry_run=rehearses)
        found: tuple[RowLine, ...] = self.service.send(tuple[RowLine, ...], self._path("ceremony"), body)
        return found

    def _acts(self, path: str) -> Iterator[Act]:
        for text in self.service.lines(self._path(path)):
            line: ActLine = read_json(ActLine, text)
            if line.failed:
                raise self.service.error(line.failed.status, line.failed)
            if line.again:
                raise CorrectedMeanwhile
            if line.ended:
                return
            if line.act:
                yield Act(kind=line.act.kind, id=line.act.id, values=line.act.values)
        raise self.service.cut_off()

    def _path(self, rest: str) -> str:
        return f"/programmes/{self.programme_id}/registers/{rest}"


@dataclass(slots=True, kw_only=True)
class ByService:
    """Rows are judged by a service.

    Attributes:
        service: Which.
        catalogue: Of the kinds of acts that are read here.
        sent: Called with the bytes that are sent so far, and all that there are.
        at: When it was recorded, by the service's clock; "" until it is.
    """

    service: Remote
    catalogue: Catalogue
    sent: Callable[[int, int], None]
    at: str = ""

    def programme_ids(self) -> Sequence[str]:
        """Those in which the account holds a role."""
        return [head.programme_id for head in self.service.programmes()]

    def judged(
        self,
        programme_id: str,
        rows: Iterator[Row],
        *,
        apply: bool,
        answers: Answers,
        progress: Callable[[int], None] | None,
    ) -> Iterator[ReportRow]:
        """Send all rows, and read what becomes of them while they are judged.

        Raises:
            RelayError: The service said so, or cannot be reached.
        """
        called = next(name for name, each in ANSWERS.items() if each == answers)
        path = f"/programmes/{programme_id}/registers/rows?apply={'true' if apply else 'false'}&answers={called}"
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as waiting:
            waiting.writelines(lines_of(map(_sent, rows)))
            size = waiting.tell()
            waiting.seek(0)
            for text in self.service.lines(path, self._pieces(waiting, size), size):
                line: ReportLine = read_json(ReportLine, text)
                if line.failed:
                    raise self.service.error(line.failed.status, line.failed)
                self.at = line.at or self.at
                if line.ended:
                    return
                if line.row:
                    yield line.row
                if line.done is not None and progress:
                    progress(line.done)
        raise self.service.cut_off()

    def _pieces(self, waiting: IO[bytes], size: int) -> Iterator[bytes]:
        done = 0
        while piece := waiting.read(1 << 16):
            yield piece
            done += len(piece)
            self.sent(done, size)


def judge(
    service: Remote | None,
    graph: Callable[[], Graph],
    clerk: Clerk,
    catalogue: Catalogue,
    sent: Callable[[int, int], None],
) -> Judge:
    """Where the rows of an import are judged: by the service, where there is one, else in the database.

    Args:
        service: Of another machine, or None.
        graph: Opens the database.
        clerk: Who records here.
        catalogue: Of the kinds of acts.
        sent: Called with the bytes that are sent to the service so far, and all that there are.
    """
    if service:
        return ByService(service=service, catalogue=catalogue, sent=sent)
    return InDatabase(graph=graph(), clerk=clerk)


def lines_of(values: Iterable[object]) -> Iterator[bytes]:
    """Each value as a line of JSON."""
    for value in values:
        yield json_text(value).encode() + b"\n"


def _sent(row: Row) -> SentRow:
    return SentRow(
        file=row.file,
        row=row.row,
        act_id=row.act_id,
        kind=row.act.kind if row.act else None,
        content=row.act.values if row.act else {},
        faults=row.faults,
        left_out=row.left_out,
        rules=row.rules,
        unchanged=row.unchanged,
    )


def _sent_row(row: HandOverRow) -> SentRowOfDay:
    return SentRowOfDay(
        number=row.number,
        giver=row.giver,
        receiver=row.receiver,
        said=row.said,
        again=row.answers == EVERY_ANSWER,
    )
