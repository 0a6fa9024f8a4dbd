"""Imports a file: a folder or workbook in the exchange format, or an organisation's own register that a map reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from relay.domain.questions import EVERY_ANSWER, NO_ANSWER, NOTED
from relay.errors import Failure, Invalid, refused
from relay.exchange.exchange_format import read_folder_or_workbook
from relay.exchange.importing import import_by
from relay.exchange.sheets import all_sheets
from relay.register_maps.existing_records import existing_records
from relay.register_maps.first_rows import first_rows
from relay.register_maps.map_file import RegisterMap, map_of
from relay.register_maps.register_reading import MappedRegister, read_register
from relay.register_maps.returned_register import hand_back, in_its_words
from relay.register_maps.saved_maps import fitting, saved_map, saved_maps
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.domain.own_columns import OwnColumn
    from relay.domain.questions import Answers
    from relay.exchange.exchange_format import ReportRow
    from relay.exchange.importing import DatabaseImporter

AnswerName = Literal["noted", "none", "every"]

ANSWERS: Final[Mapping[AnswerName, Answers]] = {"noted": NOTED, "none": NO_ANSWER, "every": EVERY_ANSWER}
"""How an import answers the questions about its rows."""


NOTHING_TO_HAND_BACK: Final = Failure(
    Invalid, "nothing_to_hand_back", "--report needs --map: it hands back a register of your own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """How a file is to be imported.

    Attributes:
        programme_id: Id of the programme that was given; "" for none.
        usual: Programme to use if neither this nor the file names one; "" for the only one.
        map: Name of a saved map, or of the file that `map_text` comes from; "" if none was given.
        map_text: A map as TOML; None for a saved one.
        apply: Whether to record the rows.
        answers: How to answer the questions about rows, a name of `ANSWERS`.
        hands_back: Whether to write the register again with the results.
    """

    programme_id: str = ""
    usual: str = ""
    map: str = ""
    map_text: str | None = field(default=None, repr=False)
    apply: bool = False
    answers: AnswerName = "noted"
    hands_back: bool = False


class FileImport:
    """The import of one file."""

    def __init__(self, judge: DatabaseImporter, path: Path, wish: ImportWish, notify: Callable[[str], None]) -> None:
        """Find the map for the file, if it is a register, and read the file.

        Args:
            judge: Judges its rows, and records them.
            path: Path of the folder or file.
            wish: How to import it.
            notify: Called with sentences about how the file is read.

        Raises:
            NotFound: No map is saved under the name.
            Invalid: Several saved maps fit its columns; the map or the file cannot be read; or it is to be handed back
                but is not read by a map.
            Unavailable: The database cannot be reached.
        """
        self._judge, self._path, self._wish, self._notify = judge, path, wish, notify
        self._report: list[ReportRow] = []
        self._written = False
        self._mapped = self._read_by_map()
        if wish.hands_back and not self._mapped:
            raise refused(NOTHING_TO_HAND_BACK)

    @property
    def at(self) -> str:
        """When its rows were recorded (UTC)."""
        return self._judge.at

    def report(self, *, writes: bool, progress: Callable[[int], None]) -> Iterator[ReportRow]:
        """Judge all rows, and record them if they are to be written; see `import_by`."""
        self._report, self._written = [], writes
        mapped = self._mapped
        report = import_by(
            self._judge,
            self._path,
            programme_id=self._meant if mapped else self._wish.programme_id or None,
            apply=writes,
            answers=ANSWERS[self._wish.answers],
            read=mapped.rows if mapped else read_folder_or_workbook,
            usual=self._wish.usual or None,
            assumed=self._assumed,
            progress=progress,
        )
        for row in in_its_words(report, mapped.map) if mapped else report:
            if self._wish.hands_back:
                self._report.append(row)
            yield row

    def hand_back(self, path: Path) -> None:
        """Write the register again, with the result of each row and what to do.

        Args:
            path: The .xlsx file to write; it may not exist yet.

        Raises:
            ThereAlready: Something is at this path.
            NotWritten: It cannot be written there.
        """
        if self._mapped:
            hand_back(path, self._mapped, self._report, applied=self._written)

    def first_rows(self) -> tuple[Sentence, ...]:
        """The first rows of a register in sentences, which show if a column is misread; empty for the exchange format.

        Raises:
            Unavailable: The database cannot be reached.
        """
        if not (self._mapped and self._meant):
            return ()
        places = existing_records(self._judge.graph, self._meant).places
        return first_rows([*self._mapped.rows(self._path, self._judge.catalogue, self._own_of)], places)

    def _own_of(self, _: str) -> tuple[OwnColumn, ...]:
        """The columns of its own of the programme that is meant."""
        return self._judge.own_columns(self._meant)

    @property
    def _meant(self) -> str | None:
        """The programme for a register, which names none itself: the one given, the usual one, or the only one."""
        if meant := self._wish.programme_id or self._wish.usual:
            return meant
        programme_ids = self._judge.programme_ids()
        return programme_ids[0] if len(programme_ids) == 1 else None

    def _assumed(self, programme_id: str) -> None:
        why = "" if self._wish.usual else ", the only one here"
        self._notify(f"{self._path} names no programme: its rows are for {programme_id}{why}.")

    def _read_by_map(self) -> MappedRegister | None:
        """The register as its map reads it; None if the file is in the exchange format."""
        how = self._map_named() if self._wish.map else self._saved_map()
        if how is None:
            return None
        for make in how.makes:
            if make.open:
                called = self._wish.map or "The kept map"
                self._notify(f"{called}: {make.act}: still open (?) and left out: {', '.join(make.open)}.")
        return read_register(self._path, how, apply=self._wish.apply, notify=self._notify)

    def _map_named(self) -> RegisterMap:
        """The map that was sent with the file, or the one saved under the name."""
        if self._wish.map_text is not None:
            return map_of(self._wish.map_text, self._wish.map, self._judge.catalogue, self._own_of)
        maps = saved_maps(self._judge.graph, self._entered()) if self._meant else ()
        return map_of(saved_map(maps, self._wish.map).text, self._wish.map, self._judge.catalogue, self._own_of)

    def _saved_map(self) -> RegisterMap | None:
        """The saved map for the file's columns; None if none is saved for them."""
        if not (self._path.is_file() and self._meant):
            return None
        maps = saved_maps(self._judge.graph, self._entered())
        fit = fitting(all_sheets(self._path), maps, self._judge.catalogue, self._own_of) if maps else None
        if fit is None:
            return None
        saved, how = fit
        self._notify(f"{self._path} is read by the kept map {saved.name}, which has the same columns.")
        return how

    def _entered(self) -> str:
        """Id of the programme, after checking that the clerk may import into it."""
        programme_id = self._meant or ""
        self._judge.enter(programme_id)
        return programme_id
