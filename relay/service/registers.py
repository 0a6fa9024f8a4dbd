"""Registers read and written, here or by another machine's Relay: kept maps, imports, exports and ceremony days.

A service is sent the file itself and answers with what it did with it, or with the file that it wrote.
"""

from __future__ import annotations

import shutil
import tempfile
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

from relay import private_files
from relay.domain.model import Quantity
from relay.exchange import ceremony_sheet, writing
from relay.exchange.ceremony_sheet import SheetOutcome
from relay.exchange.exchange_format import ReportRow
from relay.exchange.exporting import export_programme, require_export_name
from relay.exchange.sheets import RULES_FILE, cannot_be_read
from relay.exchange.template import listed_acts, write_template
from relay.office import lookup
from relay.register_maps import saved_maps
from relay.register_maps.existing_records import ExistingRecords, existing_records
from relay.register_maps.file_import import ImportWish
from relay.service.client import SentForm
from relay.service.failure import Explained
from relay.service.json_codec import json_text, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.register_maps.saved_maps import SavedMap
    from relay.service.client import Remote

_IN_MEMORY: Final = 1 << 20  # bytes of a file that was answered; our choice: a register of some thousand women


# ---------------------------------------------------------------------------------------------------- what is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that is sent, or the files of a folder.

    Attributes:
        path: As whoever sends it calls it; sentences about it say so.
        is_folder: Whether it is a folder.
        names: Of the files that are sent, in their order.
    """

    path: str
    is_folder: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWish:
    """How a file that is sent is to be imported.

    Attributes:
        wish: As at the database.
        writes: Whether its rows are recorded now: a strict import is rehearsed first.
    """

    wish: ImportWish
    writes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEnd:
    """How an import ended.

    Attributes:
        at: When its rows were recorded: a UTC instant.
        first_rows: See `FileImport.first_rows`; empty where the rows were recorded.
    """

    at: str
    first_rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """A line of the answer to an import; it says one of these.

    Attributes:
        told: A sentence about how the file is read.
        row: A row of the report.
        done: Rows that were judged so far.
        register: The register that is handed back, a workbook.
        failed: Why it ends here.
        end: All is told.
    """

    told: str | None = None
    row: ReportRow | None = None
    done: int | None = None
    register: bytes | None = None
    failed: Explained | None = None
    end: ImportEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSheet:
    """How the sheet of a ceremony is to be recorded.

    Attributes:
        counted: The animals that were counted in the yard.
        again: Whether every question about its rows is answered.
        dry_run: Whether nothing is to be recorded.
    """

    counted: Quantity
    again: bool
    dry_run: bool


def _form(path: Path, wish: object) -> SentForm:
    """A file or folder as it is sent, with what is to be done with it.

    Raises:
        CannotRead: It cannot be read here.
    """
    try:
        files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        contents = tuple(each.read_bytes() if each == path or _is_read(each) else b"" for each in files)
    except OSError as fault:
        raise cannot_be_read(path, fault) from fault
    sent = SentFile(path=str(path), is_folder=path.is_dir(), names=tuple(each.name for each in files))
    return SentForm(fields={"sent": json_text(sent), "wish": json_text(wish)}, files=contents)


def _is_read(file: Path) -> bool:
    """Whether an import reads a file of a folder; of others it knows the name alone."""
    return file.suffix.casefold() == ".csv" or file.name.strip().casefold() == RULES_FILE


# ---------------------------------------------------------------------------------------------------- here and there


class Registers(Protocol):
    """The registers of a programme."""

    @abstractmethod
    def beginning(self, kind: str, text: str, most: int) -> tuple[str, ...]:
        """The ids of a kind that begin with a text, so many at most."""

    @abstractmethod
    def known(self) -> ExistingRecords:
        """What a proposed map has to know of the programme."""

    @abstractmethod
    def maps(self) -> tuple[SavedMap, ...]:
        """The kept maps, by name."""

    @abstractmethod
    def keep(self, name: str, text: str) -> SavedMap:
        """Keep a map, in place of another of the same name."""

    @abstractmethod
    def forget(self, name: str) -> SavedMap:
        """Keep a map no longer."""

    @abstractmethod
    def export(self, path: Path, *, with_names: bool) -> None:
        """Write the programme as a folder or workbook; see `export_programme`."""

    @abstractmethod
    def write_template(self, path: Path) -> None:
        """Write the empty workbook of the programme; see `template.write_template`."""

    @abstractmethod
    def record_sheet(self, path: Path, counted: Quantity, *, again: bool, rehearses: bool) -> SheetOutcome:
        """Record the sheet of a ceremony, or only say what would become of it; see `ceremony_sheet.record`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Those of this machine's database."""

    graph: Graph
    programme_id: str
    clerk: Clerk

    def beginning(self, kind: str, text: str, most: int) -> tuple[str, ...]:
        """The ids of a kind that begin with a text."""
        return lookup.beginning(self.graph, self.programme_id, kind, text, most)

    def known(self) -> ExistingRecords:
        """What a proposed map has to know of the programme."""
        return existing_records(self.graph, self.programme_id)

    def maps(self) -> tuple[SavedMap, ...]:
        """The kept maps, by name."""
        return saved_maps.saved_maps(self.graph, self.programme_id)

    def keep(self, name: str, text: str) -> SavedMap:
        """Keep a map, in place of another of the same name."""
        return saved_maps.save(self.graph, self.programme_id, name, text, by=self.clerk.by, now=self.clerk.now)

    def forget(self, name: str) -> SavedMap:
        """Keep a map no longer."""
        return saved_maps.delete(self.graph, self.programme_id, name)

    def export(self, path: Path, *, with_names: bool) -> None:
        """Write the programme as a folder or workbook."""
        export_programme(self.graph, self.programme_id, path, with_names=with_names)

    def write_template(self, path: Path) -> None:
        """Write the empty workbook of the programme."""
        write_template(listed_acts(self.graph, self.programme_id), self.graph.catalogue, path)

    def record_sheet(self, path: Path, counted: Quantity, *, again: bool, rehearses: bool) -> SheetOutcome:
        """Record the sheet of a ceremony."""
        clerk = replace(self.clerk, rehearses=rehearses)
        return ceremony_sheet.record(self.graph, self.programme_id, path, counted, clerk, again=again)


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

    def known(self) -> ExistingRecords:
        """What a proposed map has to know of the programme."""
        found: ExistingRecords = self.service.read(ExistingRecords, self._path("known"))
        return found

    def maps(self) -> tuple[SavedMap, ...]:
        """The kept maps, by name."""
        found: tuple[SavedMap, ...] = self.service.read(tuple[saved_maps.SavedMap, ...], self._path("maps"))
        return found

    def keep(self, name: str, text: str) -> SavedMap:
        """Keep a map, in place of another of the same name."""
        kept: SavedMap = self.service.send(saved_maps.SavedMap, self._path("maps"), {"name": name, "text": text})
        return kept

    def forget(self, name: str) -> SavedMap:
        """Keep a map no longer."""
        kept: SavedMap = self.service.send(saved_maps.SavedMap, self._path("maps/forget"), {"name": name})
        return kept

    def export(self, path: Path, *, with_names: bool) -> None:
        """Write the programme as a folder or workbook.

        Raises:
            RelayError: The service said so, or cannot be reached; or it cannot be written here.
        """
        require_export_name(path)
        is_book = path.suffix.lower() == ".xlsx"
        asked = urlencode({"as": "workbook" if is_book else "folder", "with_names": "true" if with_names else "false"})
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as answered:
            self.service.fetch(self._path(f"export?{asked}"), answered)
            answered.seek(0)
            if is_book:
                with private_files.replace(path) as file:
                    shutil.copyfileobj(answered, file)
            else:
                writing.unpack(answered, path)

    def write_template(self, path: Path) -> None:
        """Write the empty workbook of the programme.

        Raises:
            RelayError: The service said so, or cannot be reached; or it cannot be written here.
        """
        with private_files.create(path) as file:
            self.service.fetch(self._path("template"), file)

    def record_sheet(self, path: Path, counted: Quantity, *, again: bool, rehearses: bool) -> SheetOutcome:
        """Record the sheet of a ceremony.

        Raises:
            CannotRead: It cannot be read here.
            UnknownOutcome: The line was lost after it was sent.
            RelayError: The service said so, or cannot be reached.
        """
        form = _form(path, SentSheet(counted=counted, again=again, dry_run=rehearses))
        found: SheetOutcome = self.service.send(SheetOutcome, self._path("ceremony"), form)
        return found

    def _path(self, rest: str) -> str:
        return f"/programmes/{self.programme_id}/registers/{rest}"


class SentImport:
    """A file on its way into the record of a service, as `FileImport` is one on its way into a database."""

    def __init__(
        self,
        service: Remote,
        path: Path,
        wish: ImportWish,
        told: Callable[[str], None],
        sent: Callable[[int, int], None],
    ) -> None:
        """Send nothing yet.

        Args:
            service: Which.
            path: Of the folder or file.
            wish: How it is imported.
            told: Called with sentences about how the file is read.
            sent: Called with the bytes that are sent so far, and all that there are.
        """
        self._service, self._path, self._wish, self._told, self._sent = service, path, wish, told, sent
        self._register = b""
        self._end = ImportEnd(at="", first_rows=())

    @property
    def at(self) -> str:
        """When its rows were recorded, by the service's clock: a UTC instant."""
        return self._end.at

    def report(self, *, writes: bool, progress: Callable[[int], None]) -> Iterator[ReportRow]:
        """Send the file, and read what becomes of its rows while they are judged.

        Args:
            writes: Whether they are recorded.
            progress: Called with the number of rows that are done.

        Raises:
            CannotRead: The file cannot be read here.
            RelayError: The service said so, or cannot be reached.
        """
        form = _form(self._path, SentWish(wish=self._wish, writes=writes))
        for text in self._service.lines("/registers/import", form, self._sent):
            line: ImportLine = read_json(ImportLine, text)
            if line.failed:
                raise self._service.error(line.failed.status, line.failed)
            if line.told:
                self._told(line.told)
            if line.row:
                yield line.row
            if line.done is not None:
                progress(line.done)
            if line.register:
                self._register = line.register
            if line.end:
                self._end = line.end
                return
        raise self._service.cut_off()

    def hand_back(self, path: Path) -> None:
        """Write the register that the service handed back.

        Raises:
            ThereAlready: Something is at this path.
            NotWritten: It cannot be written there.
        """
        with private_files.create(path) as file:
            file.write(self._register)

    def first_rows(self) -> tuple[str, ...]:
        """What the first rows of a register say, in sentences."""
        return self._end.first_rows


def lines_of(values: Iterator[object]) -> Iterator[bytes]:
    """Each value as a line of JSON."""
    for value in values:
        yield json_text(value).encode() + b"\n"
