"""A file imported: a folder or workbook in the exchange format, or a register of one's own, which a map reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from relay.domain.questions import EVERY_ANSWER, NO_ANSWER, NOTED
from relay.errors import Failure, Invalid, refused
from relay.exchange.exchange_format import read_folder_or_workbook
from relay.exchange.importing import import_by
from relay.exchange.sheets import all_sheets
from relay.mapping.first_rows import first_rows
from relay.mapping.handed_back import hand_back, in_its_words
from relay.mapping.map_file import RegisterMap, map_of
from relay.mapping.programme import known_of
from relay.mapping.reading import MappedRegister, read_register
from relay.mapping.saved_maps import every, fitting, named
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.domain.questions import Answers
    from relay.exchange.exchange_format import ReportRow
    from relay.exchange.importing import DatabaseImporter

AnswerName = Literal["noted", "none", "every"]

ANSWERS: Final[Mapping[AnswerName, Answers]] = {"noted": NOTED, "none": NO_ANSWER, "every": EVERY_ANSWER}
"""What an import answers to what is asked of its rows."""


NOTHING_TO_HAND_BACK: Final = Failure(
    Invalid, "nothing_to_hand_back", "--report needs --map: it hands back a register of your own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """How a file is to be imported.

    Attributes:
        programme_id: Id of the programme that was named; "" for none.
        usual: The programme that is meant where neither this nor the file names one; "" for the only one.
        map: The name of a kept map, or of the file that holds `map_text`; "" where no map was named.
        map_text: A map, as TOML; None for a kept one.
        apply: Whether the rows are to be recorded.
        answers: To what is asked of the rows, a name of `ANSWERS`.
        hands_back: Whether the register is written again with its outcomes.
    """

    programme_id: str = ""
    usual: str = ""
    map: str = ""
    map_text: str | None = field(default=None, repr=False)
    apply: bool = False
    answers: AnswerName = "noted"
    hands_back: bool = False


class FileImport:
    """A file on its way into the record."""

    def __init__(self, judge: DatabaseImporter, path: Path, wish: ImportWish, told: Callable[[str], None]) -> None:
        """Find the map by which the file is read, if it is a register, and read it.

        Args:
            judge: Where its rows are judged, and recorded.
            path: Of the folder or file.
            wish: How it is imported.
            told: Called with sentences about how the file is read.

        Raises:
            NotFound: No map is kept under the name.
            Invalid: Several kept maps are for its columns; the map or the file cannot be read; or it is to be handed
                back and is read by no map.
            Unavailable: The database cannot be reached.
        """
        self._judge, self._path, self._wish, self._told = judge, path, wish, told
        self._kept: list[ReportRow] = []
        self._written = False
        self._mapped = self._read_by_map()
        if wish.hands_back and not self._mapped:
            raise refused(NOTHING_TO_HAND_BACK)

    @property
    def at(self) -> str:
        """When its rows were recorded, once they are: a UTC instant."""
        return self._judge.at

    def report(self, *, writes: bool, progress: Callable[[int], None]) -> Iterator[ReportRow]:
        """Judge all rows, and record them if they are to be written; see `import_by`."""
        self._kept, self._written = [], writes
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
                self._kept.append(row)
            yield row

    def hand_back(self, path: Path) -> None:
        """Write the register again, beside each row what the last report says of it and what to do.

        Args:
            path: The .xlsx file to write; nothing may be there.

        Raises:
            ThereAlready: Something is at this path.
            NotWritten: It cannot be written there.
        """
        if self._mapped:
            hand_back(path, self._mapped, self._kept, applied=self._written)

    def first_rows(self) -> tuple[Sentence, ...]:
        """What the first rows of a register say, in sentences, so that a column that is read as another shows.

        Empty where the file is in the exchange format.

        Raises:
            Unavailable: The database cannot be reached.
        """
        if not (self._mapped and self._meant):
            return ()
        places = known_of(self._judge.graph, self._meant).places
        return first_rows([*self._mapped.rows(self._path, self._judge.catalogue)], places)

    @property
    def _meant(self) -> str | None:
        """The programme into which a register goes, which names none itself: the named, the usual, or the only one."""
        if meant := self._wish.programme_id or self._wish.usual:
            return meant
        programme_ids = self._judge.programme_ids()
        return programme_ids[0] if len(programme_ids) == 1 else None

    def _assumed(self, programme_id: str) -> None:
        why = "" if self._wish.usual else ", the only one here"
        self._told(f"{self._path} names no programme: its rows are for {programme_id}{why}.")

    def _read_by_map(self) -> MappedRegister | None:
        """The register as its map reads it; None when the file is in the exchange format."""
        how = self._map_named() if self._wish.map else self._map_kept()
        if how is None:
            return None
        for make in how.makes:
            if make.open:
                called = self._wish.map or "The kept map"
                self._told(f"{called}: {make.act}: still open (?) and left out: {', '.join(make.open)}.")
        return read_register(self._path, how, apply=self._wish.apply, told=self._told)

    def _map_named(self) -> RegisterMap:
        """The map that was sent with the file, or the one that is kept under the name."""
        if self._wish.map_text is not None:
            return map_of(self._wish.map_text, self._wish.map, self._judge.catalogue)
        maps = every(self._judge.graph, self._entered()) if self._meant else ()
        return map_of(named(maps, self._wish.map).text, self._wish.map, self._judge.catalogue)

    def _map_kept(self) -> RegisterMap | None:
        """The kept map of the file's columns; None where none is kept for them."""
        if not (self._path.is_file() and self._meant):
            return None
        maps = every(self._judge.graph, self._entered())
        found = fitting(all_sheets(self._path), maps, self._judge.catalogue) if maps else None
        if found is None:
            return None
        kept, how = found
        self._told(f"{self._path} is read by the kept map {kept.name}, which has the same columns.")
        return how

    def _entered(self) -> str:
        """The programme that is meant, once whoever imports is let in."""
        programme_id = self._meant or ""
        self._judge.enter(programme_id)
        return programme_id
