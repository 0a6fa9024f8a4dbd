"""Proposes a map for a register, with the certainty of each guess; what is uncertain is left open."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from relay.domain.name_matching import alike, key
from relay.errors import refused
from relay.exchange.sheets import Unreadable
from relay.register_maps import days
from relay.register_maps.cell_patterns import is_preeti
from relay.register_maps.column_matching import SURE, Guess, Slot, guessed
from relay.register_maps.header_search import SHEET_NOT_THERE, register_of
from relay.register_maps.map_file import OPEN, fill
from relay.register_maps.meanings import words
from relay.register_maps.register_table import RegisterTable, is_blank, shown, table_of, total_in

if TYPE_CHECKING:
    from relay.exchange.sheets import AnySheet
    from relay.register_maps.existing_records import ExistingRecords

_COMMON: Final = 0.5  # our choice: the share of the cells of a reference that are found where it points
_LIKE_PLACE: Final = 0.85  # our choice: Tansen-5 and Tansen-6 are 0.87 by their letters; numbers must be equal besides
_SHOWN: Final = 5  # rows that cannot be read; our choice: the import names them all
_CERTAIN: Final = 1.0
_AS_IT_SOUNDS: Final = 0.99  # the same name in another spelling or script
_FEWEST_PAIRS: Final = 2  # of rows that name each other; our choice
_MOSTLY: Final = 0.8  # of these; our choice: some days are slips of the pen
_ASSUMED: Final = 0.6  # what only one of a programme's places fits
_WARD: Final = re.compile(r"(.*\D)(\d{1,2})")  # "Tansen-5"
_OWN_ID: Final = re.compile(r"(?=.*\d)(?=.*[^\W\d])[\w./-]{3,20}")  # "T-014"; our choice: with a letter and a digit
_OF_A_MAIN_SHEET: Final = frozenset({"_parent_index", "_submission__uuid", "PARENT_KEY"})
_SLUG: Final = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True, kw_only=True)
class _Line:
    """One line of a TOML table: a key, its value, and how certain it is; None if nothing was guessed."""

    name: str
    value: str
    score: float | None = None
    remark: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a person has to decide it."""
        return self.value == f'"{OPEN}"' or (self.score is not None and self.score < SURE)

    def __str__(self) -> str:
        if self.score is not None and self.score < SURE:
            remark = f"perhaps {self.value} ({self.score:.2f}){'; ' + self.remark if self.remark else ''}"
            return f'{self.name} = "{OPEN}"  # {remark}'
        comment = "; ".join(filter(None, (f"{self.score:.2f}" if self.score is not None else "", self.remark)))
        return f"{self.name} = {self.value}{'  # ' + comment if comment else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person decided about a map.

    Attributes:
        columns: Meaning and number of the hand-over → column; a meaning without a column is left out.
        help: Help of every row, or "".
        gift_id: Id of the gift of every row, or "".
        animals: Number of animals of every row, or None.
        calendar: "AD" or "BS".
        order: Order of year, month and day in figures.
        values: Name of a table of values → cell → id or word.
    """

    columns: Mapping[Slot, str]
    help: str = ""
    gift_id: str = ""
    animals: float | None = None
    calendar: str = ""
    order: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposed map, and what it was made from.

    Attributes:
        table: The register.
        guesses: The most likely column for each meaning.
        values: Name of a table of values → cell → id or word, "?" if open.
        calendar: Calendar of the days.
        order: Order of year, month and day in figures.
        text: The map as TOML.
    """

    table: RegisterTable
    guesses: Mapping[Slot, Guess]
    values: Mapping[str, Mapping[str, str]]
    calendar: str
    order: str
    text: str


def proposed(pages: Sequence[AnySheet], programme: ExistingRecords, name: str, sheet: str = "") -> str:
    """Propose a map for a register, as TOML.

    Args:
        pages: All sheets of the file.
        programme: Existing records; empty if there is no programme yet.
        name: Beginning of the ids of this register, which keeps them apart from those of other registers.
        sheet: Name of the sheet to use; "" for the one that most resembles a register.

    Returns:
        The text, with "?" where a person has to decide. It contains no cell about a person.

    Raises:
        Invalid: There is no such sheet.
    """
    return propose(pages, programme, name, sheet=sheet).text


def propose(
    pages: Sequence[AnySheet], programme: ExistingRecords, name: str, decided: Decided | None = None, sheet: str = ""
) -> Proposed:
    """Propose a map for a register, with what it was made from.

    Args:
        pages: As for `proposed`.
        programme: As for `proposed`.
        name: As for `proposed`.
        decided: What a person decided; None to guess everything.
        sheet: As for `proposed`.

    Raises:
        Invalid: There is no such sheet.
    """
    meant = [page for page in pages if page.name == sheet] if sheet else pages
    if not meant:
        raise refused(SHEET_NOT_THERE, sheet=sheet, sheets=[page.name for page in pages])
    page, header = register_of(meant)
    made = _Proposal(page, pages, header, programme, _slug(name), decided)
    text = made.text()
    habit = made.habit()
    return Proposed(
        table=made.table,
        guesses=made.guesses,
        values={name: {cell: id_ for cell, (id_, _) in cells.items()} for name, cells in made.values.items()},
        calendar=habit.calendar,
        order=habit.order,
        text=text,
    )


def _slug(name: str) -> str:
    latin = name.casefold() if name.isascii() else key(name)
    return _SLUG.sub("-", latin)[:20].strip("-") or "register"


@dataclass(slots=True)
class _Proposal:
    """The parts of one proposed map."""

    page: AnySheet
    pages: Sequence[AnySheet]
    header: tuple[int, ...]
    programme: ExistingRecords
    prefix: str
    decided: Decided | None = None
    table: RegisterTable = field(init=False)
    guesses: Mapping[Slot, Guess] = field(init=False)
    values: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict[str, dict[str, tuple[str, str]]])
    remarks: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.table = table_of(self.page, self.header, words().totals)
        if self.decided:
            self.guesses = {
                slot: Guess(column=column, score=_CERTAIN) for slot, column in self.decided.columns.items() if column
            }
            return
        self.guesses = guessed(self.table, self.programme)
        for meaning, other in (("received_from", "passed_to"), ("passed_to", "received_from")):
            guess = self.of(meaning)
            if guess and self._points_the_other_way(guess.column, meaning):
                self.guesses = guessed(self.table, self.programme, without=meaning)
                break
            if guess and guess.score < SURE and self._points_the_other_way(guess.column, other):
                self.guesses = guessed(self.table, self.programme, without=other)
                break

    def _points_the_other_way(self, column: str, meaning: str) -> bool:
        """Whether the days prove that a column names receivers instead of givers, or the other way round."""
        received = self.column("received_on")
        named_by = [guess.column for guess in (self.key, self.of("woman_id"), self.of("name")) if guess]
        if not received:
            return False
        days_of: dict[str, tuple[int, int, int]] = {}
        rows_with_days: list[tuple[str, tuple[int, int, int]]] = []
        habit = days.habit(self.table.column(received))
        places = {name: place for place, name in enumerate(self.table.columns)}
        for line in self.table.lines:
            cells = {name: line.cells[place] for name, place in places.items() if place < len(line.cells)}
            day = days.parts(cells.get(received), habit.order)
            if day is None:
                continue
            days_of |= {key(shown(cells.get(name))): day for name in named_by if not is_blank(cells.get(name))}
            rows_with_days.append((key(shown(cells.get(column))), day))
        pairs = [(days_of[other], own) for other, own in rows_with_days if other in days_of]
        later = sum(other > own for other, own in pairs)
        wrong = later if meaning == "received_from" else sum(other < own for other, own in pairs)
        return len(pairs) >= _FEWEST_PAIRS and wrong > _MOSTLY * len(pairs)

    # -- parts that others build on ----

    def of(self, meaning: str, number: int = 0) -> Guess | None:
        """The guess for a meaning; None if there is none."""
        return self.guesses.get((meaning, number))

    def column(self, meaning: str, number: int = 0) -> str:
        """The column that certainly has a meaning, or ""."""
        guess = self.of(meaning, number)
        return guess.column if guess and guess.score >= SURE else ""

    @property
    def key(self) -> Guess | None:
        """The guess for the column that tells one row from another."""
        own = [guess for guess in (self.of("key"), self.of("woman_id")) if guess and self._is_key(guess.column)]
        return max(own, key=lambda guess: guess.score, default=None)

    def _is_key(self, name: str) -> bool:
        cells = [shown(cell).casefold() for cell in self.table.column(name)]
        return len(set(cells)) >= 0.9 * len(self.table.lines)  # our choice: slips are told later

    @property
    def woman(self) -> str:
        """The id of the woman of a row, as a text with a column in it."""
        own = self.of("woman_id")
        column = own.column if own and own.score >= SURE and self._is_key(own.column) else ""
        if not column:
            column = self.key.column if self.key else OPEN
        return self.numbered(column)

    def numbered(self, column: str, *behind: str, of: str = "") -> str:
        """An id of this register: its beginning, the cell of a column, and what comes after it.

        Args:
            column: The column.
            behind: What comes after its cell.
            of: Column with the same ids, if it is another one.
        """
        if column == OPEN:
            return OPEN
        begins = () if self._are_own_ids(of or column) else (self.prefix,)
        return "-".join((*begins, f"{{{column}}}", *behind))

    def _are_own_ids(self, column: str) -> bool:
        """Whether a column has ids that only this register has, not just numbers of rows."""
        cells = [shown(cell) for cell in self.table.column(column)]
        return bool(cells) and all(_OWN_ID.fullmatch(cell) for cell in cells)

    @property
    def hand_overs(self) -> list[int]:
        """The numbers of the hand-overs in a row, in order."""
        return sorted(
            number for meaning, number in self.guesses if meaning == "passed_to" and self.column(meaning, number)
        )

    # -- the text ----

    def text(self) -> str:
        """The whole map as TOML."""
        reading, makes = list(self._reading()), list(self._makes())  # both may add remarks
        lines = [
            "# A proposed map. The number beside a guess is how certain it is, from 0 to 1.",
            f"# What is less certain than {SURE:.2f} is open (?).",
            "# Look at every line, decide what is open, save the file, and try it: relay import FILE --map MAP.toml",
            *(f"# {remark}" for remark in self._remarks(makes)),
            "",
            "[register]",
            *map(str, reading),
        ]
        for make in makes:
            lines += ["", "[[make]]", *map(str, make)]
        for name, decided in (self.decided.values if self.decided else {}).items():
            own = self.values.get(name, {})
            own |= {cell: (id_, "") for cell, id_ in decided.items() if cell in own}
        for name, cells in self.values.items():
            lines += ["", f"[values.{name}]"]
            lines += [
                f"{_toml(cell)} = {_toml(value)}{'  # ' + why if why else ''}" for cell, (value, why) in cells.items()
            ]
        return "\n".join(lines) + "\n"

    def _remarks(self, makes: Iterable[Sequence[_Line]]) -> Iterator[str]:
        for page in self.pages:
            if page is not self.page and page.rows:
                yield f"Sheet {_toml(page.name)} is not read{' (it is hidden)' if page.hidden else ''}."
        if self.table.columns and _OF_A_MAIN_SHEET & {*self.table.columns}:
            yield "Its rows belong to rows of another sheet, which this map does not read: bring them together first."
        for name in self.table.columns:
            if name and name not in words().form_columns and is_preeti(self.table.column(name)):
                yield f"Column {_toml(name)} is written in an old font such as Preeti: convert it to Unicode first."
        for unread in self.table.unreadable[:_SHOWN]:
            yield f"Row {unread.row} cannot be read: {unread.reason}"
        if over := self.table.passed_over:
            yield f"Rows that are no woman's (headings, subtotals) and are not read: {', '.join(map(str, over))}."
        read = [line.value for make in makes for line in make if not line.is_open] + [self._key_column()]
        if left := [name for name in self.table.columns if name and not any(_reads(value, name) for value in read)]:
            yield f"Not used: {', '.join(map(_toml, left))}."
        yield from self.remarks

    def _reading(self) -> Iterator[_Line]:
        if len(self.pages) > 1:
            yield _Line(name="sheet", value=_toml(self.page.name))
        yield _Line(
            name="header", value=str(list(self.header)), remark="the rows in which the columns have their names"
        )
        own = self.key
        if several := self._rows_of_one_woman():
            yield _Line(name="key", value=_toml(OPEN), remark=several)
        elif own:
            yield _Line(name="key", value=_toml(own.column), score=own.score, remark="tells one row from another")
        else:
            yield _Line(name="key", value=_toml(OPEN), remark="no column is different in every row: number the rows")
        if stop_at := self._totals():
            yield _Line(name="stop_at", value=_toml("|".join(stop_at)), remark="rows of totals")
        if nothing := self._nothing():
            yield _Line(name="empty", value=_toml(nothing), remark="cells that say nothing")
        yield from self._days()
        yield _Line(name="columns", value=_toml(list(self.table.columns)), remark="as they were when this map was made")

    def _key_column(self) -> str:
        return _toml(self.key.column) if self.key and not self._rows_of_one_woman() else ""

    def _rows_of_one_woman(self) -> str:
        """Advice for registers in which a woman has several rows that each say something else; "" for others."""
        name = self.of("name")
        named = [key(shown(cell)) for cell in self.table.column(name.column)] if name and name.score >= SURE else []
        if len(set(named)) >= _MOSTLY * len(named):
            return ""
        return "the same women stand in several rows: a map reads one row a woman, so make a sheet of that kind first"

    def _totals(self) -> list[str]:
        """The words for totals in rows that are not about a woman."""
        rows = [*self.table.passed_over, *filter(None, [self.table.stopped_at])]
        return list(dict.fromkeys(filter(None, (total_in(self._cells_of(row), words().totals) for row in rows))))

    def _cells_of(self, row: int) -> Sequence[object]:
        cells = self.page.rows[row - 1]
        return () if isinstance(cells, Unreadable) else cells

    def _nothing(self) -> list[str]:
        """Texts that mean nothing, in cells of columns that are used."""
        used = [guess.column for guess in self.guesses.values() if guess.score >= SURE]
        texts = (shown(cell) for name in used for cell in self.table.column(name))
        empty = [text for text in texts if text.casefold() in words().nothing]
        return list(dict.fromkeys((*empty, *self._from_no_woman())))

    def _from_no_woman(self) -> Iterator[str]:
        """Texts that several rows have in place of a giver's name, which mean that she received from the gift."""
        received = self.column("received_from")
        if not received or not self._points_at(received):
            return
        named = {
            key(shown(cell))
            for name in self.table.columns
            if name and name != received
            for cell in self.table.column(name)
        }
        many = Counter(shown(cell) for cell in self.table.column(received))
        for text, rows in many.items():
            is_no_woman = text.casefold() in words().nothing or key(text) in named
            if rows > 1 and not is_no_woman and not any(map(str.isdigit, text)):
                yield text

    def _day_columns(self) -> list[str]:
        return [
            guess.column
            for (meaning, _), guess in self.guesses.items()
            if words().meanings[meaning].look == "day" and guess.score >= SURE
        ]

    def habit(self) -> days.Habit:
        """How days are written: as a person decided, else as the cells prove."""
        habit_ = days.habit(cell for name in self._day_columns() for cell in self.table.column(name))
        if self.decided and self.decided.calendar in ("AD", "BS"):
            habit_ = replace(habit_, calendar="BS" if self.decided.calendar == "BS" else "AD", calendar_share=_CERTAIN)
        order = next((each for each in days.ORDERS if self.decided and each == self.decided.order), None)
        return replace(habit_, order=order, order_share=_CERTAIN) if order else habit_

    def _days(self) -> Iterator[_Line]:
        columns, habit = self._day_columns(), self.habit()
        for name in columns:
            own = days.habit(self.table.column(name))
            if 0 < own.calendar_share < 1:
                self.remarks.append(
                    f"Column {_toml(name)} has days of two calendars; only those in {habit.calendar} are taken."
                )
        yield _Line(name="calendar", value=_toml(habit.calendar), score=habit.calendar_share, remark="AD or BS")
        if habit.order_share:
            yield _Line(name="order", value=_toml(habit.order), score=habit.order_share, remark="of days in figures")
        elif any(days.has_two_readings(cell) for name in columns for cell in self.table.column(name)):
            yield _Line(name="order", value=_toml("day-month-year"), score=0.5, remark="or month-day-year")

    # -- what a row makes ----

    def _makes(self) -> Iterator[list[_Line]]:
        yield self._beneficiary()
        received, numbers = self.column("received_from"), self.hand_overs
        if self.of("received_on") or any(map(self.column, ("animals", "help", "gift"))):
            yield self._placement(received, numbers)
        if received:
            yield self._receipt(received)
            if numbers:
                self.remarks.append("Hand-overs are read where they were received; the columns of givers are not used.")
        else:
            for number in numbers:
                yield from self._hand_over(number)
        for kind, on, many in (("birth", "birth_on", "births"), ("death", "death_on", "deaths")):
            if self.column(on):
                yield self._event(kind, on, many)

    def _beneficiary(self) -> list[_Line]:
        lines = [_act("beneficiary"), _Line(name="beneficiary_id", value=_toml(self.woman))]
        lines += self._plain(("name", "name"), ("sex", "sex"), ("birth_year", "birth_year"))
        age = self.of("age")
        if age and not self.column("birth_year") and (year := self._newest_year()):
            value = f"{{ column = {_toml(age.column)}, age_in = {year} }}"
            lines.append(_Line(name="birth_year", value=value, score=age.score, remark="give or take a year"))
        lines += [*self._household(), *self._plain(("phone", "phone")), *self._place()]
        return lines + self._plain(("group_id", "group"), ("consent_on", "consent_on"))

    def _place(self) -> list[_Line]:
        """Where she lives, as most rows have it: by municipality and ward, by ward, or by the name of the place."""
        place, ward = self.column("place"), self.column("ward")
        if not place and not ward:
            return self._plain(("place_id", "place"))
        words_for_places = self._words_for("place") or {}
        ways: dict[str, dict[str, tuple[str, str]]] = {}
        if place and ward:
            both = f"{{{place}}}-{{{ward}}}"
            ways[both] = self._looked_up(self._texts_of(both), words_for_places)
        if ward:
            ways[ward] = self._wards(ward)
        if place:
            ways[place] = self._looked_up(self._texts_of(f"{{{place}}}"), words_for_places)
        best = max(ways, key=lambda way: _share_known(ways[way]))
        if not _share_known(ways[best]):
            return [_Line(name="place_id", value=_toml(OPEN), remark=f"nothing in {_toml(best)} is known here")]
        self.values["places"] = ways[best]
        value = f'{{ column = {_toml(best)}, via = "places" }}'
        if best == ward:
            return [_Line(name="place_id", value=value, score=_ASSUMED, remark="only one municipality has all of them")]
        guesses = [guess.score for guess in (self.of("place"), self.of("ward")) if guess and guess.column in best]
        return [_Line(name="place_id", value=value, score=min(guesses))]

    def _texts_of(self, text: str) -> list[str]:
        """A text with columns in it, filled from each row; rows with an empty cell are left out."""
        names = [name for name in self.table.columns if f"{{{name}}}" in text]
        cells = zip(*(self.table.every(name) for name in names), strict=True)
        filled = (fill(text, dict(zip(names, map(shown, row), strict=True))) for row in cells)
        return [each for each in filled if each]

    def _wards(self, column: str) -> dict[str, tuple[str, str]]:
        """Each number in a column → its ward, if only one municipality has wards with all these numbers; else empty."""
        wards_of: dict[str, dict[int, str]] = {}
        for id_, name in self.programme.places.items():
            if named := _WARD.fullmatch(name):
                wards_of.setdefault(key(named[1]), {})[int(named[2])] = id_
        numbers = {text: int(text) for text in map(shown, self.table.column(column)) if text.isdecimal()}
        fitting = [wards for wards in wards_of.values() if wards.keys() >= {*numbers.values()}]
        return {text: (fitting[0][number], "") for text, number in numbers.items()} if len(fitting) == 1 else {}

    def _household(self) -> list[_Line]:
        """The id of her household; a man's name is combined with her place, since others elsewhere have his name."""
        guess, place = self.of("household"), self.column("place")
        if guess is None or guess.score < SURE or not place:
            return self._plain(("household_id", "household"))
        return [_Line(name="household_id", value=_toml(f"{{{guess.column}}}, {{{place}}}"), score=guess.score)]

    def _newest_year(self) -> int:
        """The Gregorian year of the newest receipt, in which ages were most likely written down; 0 if unknown."""
        received = self.of("received_on")
        years = [days.year_of(cell) for cell in self.table.column(received.column)] if received else []
        newest = max(years, default=0)
        return newest - 57 if newest >= days.FIRST_BS else newest  # BS is 56 or 57 years ahead

    def _placement(self, received: str, numbers: Sequence[int]) -> list[_Line]:
        lines = [_act("placement")]
        if received:
            lines.append(_Line(name="unless", value=_toml([received]), remark="then it came from a woman"))
        elif numbers and any(self._points_at(self.column("passed_to", number)) for number in numbers):
            lines.append(
                _Line(name="unless_received", value="true", remark="then it came from a woman of this register")
            )
        lines += [_Line(name="placement_id", value=_toml(self.woman)), self._gift()]
        lines += [_Line(name="beneficiary_id", value=_toml(self.woman)), self._help()]
        lines.append(self._day("received_on", "received_on"))
        return [*lines, self._animals("animals", 0), *self._of_animals()]

    def _of_animals(self) -> list[_Line]:
        return self._plain(("females", "females"), ("males", "males"), ("condition", "condition"), ("tags", "tags"))

    def _receipt(self, received: str) -> list[_Line]:
        """What a row makes about a woman who received from another woman."""
        giver = self._link(received)
        lines = [_act("pass"), _Line(name="when", value=_toml([received]))]
        lines += [
            _Line(name="pass_id", value=_toml(self.numbered(self.key.column if self.key else OPEN, "pass"))),
            giver,
        ]
        lines += [_Line(name="receiver_placement_id", value=_toml(self.woman))]
        lines += [_Line(name="beneficiary_id", value=_toml(self.woman))]
        lines.append(self._day("passed_on", "received_on"))
        return [
            *lines,
            self._animals("animals", 0),
            *self._of_animals(),
            *self._plain(("witness", "witness"), ("note", "note")),
        ]

    def _hand_over(self, number: int) -> Iterator[list[_Line]]:
        """What a row makes about what she handed over; a receiver without a row of her own is registered too."""
        to, own = self.column("passed_to", number), self.key.column if self.key else OPEN
        pass_id = self.numbered(own, "pass" + (str(number) if number else ""))
        receiver = self._link(to)
        if receiver.score is not None and receiver.score < SURE:
            made = self.numbered(own, "to" + (str(number) if number else ""))
            yield [
                *(_act("beneficiary"), _Line(name="when", value=_toml([to]))),
                *(_Line(name="beneficiary_id", value=_toml(made)), _Line(name="name", value=_toml(to))),
            ]
            receiver = _Line(name="", value=_toml(made), remark="she has no row of her own")
        yield [
            *(_act("pass"), _Line(name="when", value=_toml([to])), _Line(name="pass_id", value=_toml(pass_id))),
            _Line(name="giver_placement_id", value=_toml(self.woman)),
            _Line(name="receiver_placement_id", value=receiver.value, score=receiver.score, remark=receiver.remark),
            _Line(name="beneficiary_id", value=receiver.value, score=receiver.score),
            self._day("passed_on", "passed_on", number),
            self._animals("passed_animals", number),
        ]

    def _day(self, name: str, meaning: str, number: int = 0) -> _Line:
        if on := self.of(meaning, number):
            return _Line(name=name, value=_toml(on.column), score=on.score)
        return _Line(name=name, value=_toml(OPEN), remark="no column says on which day")

    def _event(self, kind: str, on: str, many: str) -> list[_Line]:
        own = self.key.column if self.key else OPEN
        return [
            *(_act("event"), _Line(name="when", value=_toml([self.column(on)]))),
            _Line(name="event_id", value=_toml(self.numbered(own, kind))),
            _Line(name="placement_id", value=_toml(self.woman)),
            _Line(name="kind", value=f"{{ constant = {_toml(kind)} }}"),
            *self._plain(("happened_on", on), ("animals", many)),
        ]

    # -- single values ----

    def _plain(self, *pairs: tuple[str, str]) -> list[_Line]:
        """A line for each guessed column of the kind: the cell itself, or what the map's values make of it."""
        lines: list[_Line] = []
        for name, meaning in pairs:
            guess = self.of(meaning)
            if guess is None or (guess.score < SURE and not self.table.column(guess.column)):
                continue
            value = _toml(guess.column)
            if guess.score >= SURE and (known := self._words_for(meaning)) is not None:
                cells = self._looked_up(map(shown, self.table.column(guess.column)), known)
                if not _share_known(cells):
                    lines.append(_Line(name=name, value=_toml(OPEN), remark=f"nothing in {value} is known here"))
                    continue
                self.values.setdefault(_VALUES[meaning], cells)
                value = f'{{ column = {value}, via = "{_VALUES[meaning]}" }}'
            lines.append(_Line(name=name, value=value, score=guess.score))
        return lines

    def _words_for(self, meaning: str) -> Mapping[str, Collection[str]] | None:
        """Id or word → names that registers use for it, if cells are looked up; None if they are used as they are."""
        called = words().of_cells
        match meaning:
            case "sex" | "condition":
                choices = ("F", "M") if meaning == "sex" else ("young", "adult", "pregnant")
                return {choice: (choice, *called.get(choice, ())) for choice in choices}
            case "help":
                return {help_: (help_, *called.get(help_, ())) for help_ in self.programme.helps or called}
            case "place":
                return {id_: (id_, name) for id_, name in self.programme.places.items()}
            case "group":
                return {id_: (id_, name) for id_, name in self.programme.groups.items()}
            case _:
                return None

    @staticmethod
    def _looked_up(texts: Iterable[str], known: Mapping[str, Collection[str]]) -> dict[str, tuple[str, str]]:
        """Each different text → what it most likely means; texts that differ only in capitals count as one."""
        meanings: dict[str, tuple[str, str]] = {}
        for text in {each.casefold(): each for each in texts}.values():
            if text.casefold() in words().nothing:
                continue
            id_, score = _nearest(text, known)
            if score == _CERTAIN:
                meanings[text] = id_, ""
            elif score >= SURE:
                meanings[text] = id_, f"{score:.2f}"
            else:
                meanings[text] = OPEN, 'write its id, or "" to leave it out'
        return meanings

    def _help(self) -> _Line:
        helps = list(self.programme.helps)
        if self.decided and self.decided.help:
            return _Line(name="help", value=_constant(self.decided.help))
        if self.column("help") and self._help_is_known():
            return self._plain(("help", "help"))[0]
        if len(helps) == 1:
            return _Line(name="help", value=_constant(helps[0]), score=_CERTAIN, remark="the only one of the programme")
        remark = f"one of {', '.join(helps)}" if helps else "the name of the help in the programme's rules"
        return _Line(name="help", value=_toml(OPEN), remark=f"{{ constant = … }}: {remark}")

    def _help_is_known(self) -> bool:
        """Whether a cell of the column that seems to hold the help is one of the programme's helps."""
        return _share_known(self._helps()) > 0

    def _helps(self) -> dict[str, tuple[str, str]]:
        return self._looked_up(map(shown, self.table.column(self.column("help"))), self._words_for("help") or {})

    def _gift(self) -> _Line:
        gifts, guess = self.programme.gifts, self.of("gift")
        if self.decided and self.decided.gift_id:
            return _Line(name="gift_id", value=_constant(self.decided.gift_id))
        if guess and guess.score >= SURE:
            others = {shown(cell) for cell in self.table.column(guess.column)} - {*gifts}
            if others and gifts:
                self.values["gifts"] = self._looked_up(
                    map(shown, self.table.column(guess.column)), {id_: (id_,) for id_ in gifts}
                )
                return _Line(
                    name="gift_id", value=f'{{ column = {_toml(guess.column)}, via = "gifts" }}', score=guess.score
                )
            return _Line(name="gift_id", value=_toml(guess.column), score=guess.score)
        if len(gifts) == 1:
            return _Line(name="gift_id", value=_constant(next(iter(gifts))), score=_CERTAIN, remark="the only one")
        if (
            self.column("help")
            and self._help_is_known()
            and sorted(gifts.values()) == sorted(set(gifts.values()))
            and gifts
        ):
            by_help = {help_: id_ for id_, help_ in gifts.items()}
            cells = self.values.setdefault("helps", self._helps())
            self.values["gifts"] = {
                cell: (by_help.get(help_, OPEN), "" if help_ in by_help else "record its gift first")
                for cell, (help_, _) in cells.items()
            }
            value = f'{{ column = {_toml(self.column("help"))}, via = "gifts" }}'
            return _Line(name="gift_id", value=value, score=0.8, remark="the only gift of that help")
        remark = f"one of {', '.join(gifts)}" if gifts else "record the gift first: relay gift"
        return _Line(name="gift_id", value=_toml(OPEN), remark=f"{{ constant = … }}: {remark}")

    def _animals(self, meaning: str, number: int) -> _Line:
        guess = self.of(meaning, number)
        if guess and guess.score >= SURE:
            return _Line(name="animals", value=_toml(guess.column), score=guess.score)
        if self.decided and self.decided.animals:
            return _Line(name="animals", value=_constant(self.decided.animals))
        given = {f"{many:g}" for many in self.programme.helps.values()}
        rule = f" (the rule says {given.pop()})" if len(given) == 1 else ""
        return _Line(name="animals", value=_toml(OPEN), remark=f"{{ constant = … }}: no column says how many{rule}")

    def _points_at(self, column: str) -> bool:
        line = self._link(column)
        return line.score is None or line.score >= SURE

    def _link(self, column: str) -> _Line:
        """The giver's placement, from a column with her number or her name."""
        cells = {shown(cell).casefold() for cell in self.table.column(column)} - {*words().nothing}
        candidates: list[tuple[float, str]] = []
        for guess in filter(None, (self.of("woman_id"), self.key)):
            own = {shown(cell).casefold() for cell in self.table.column(guess.column)}
            if self.numbered(guess.column) == self.woman:
                candidates.append((_share(cells, own), _toml(self.numbered(column, of=guess.column))))
            else:
                candidates.append((_share(cells, own), _value_found_in(column, guess.column, self.woman)))
        if name := self.column("name"):
            names = {key(shown(cell)) for cell in self.table.column(name)}
            candidates.append((_share({key(cell) for cell in cells}, names), _value_found_in(column, name, self.woman)))
        share, value = max(candidates, default=(0.0, _toml(OPEN)))
        score = 0.0 if share < _COMMON else round(SURE + (1 - SURE) * share, 2)
        remark = f"{share:.0%} of its cells are found there" if candidates else ""
        return _Line(name="giver_placement_id", value=value, score=score, remark=remark)


_VALUES: Final = {"sex": "sexes", "condition": "conditions", "help": "helps", "place": "places", "group": "groups"}


def _share_known(cells: Mapping[str, tuple[str, str]]) -> float:
    """The share of cells whose meaning is known, in [0, 1]; 0 if there are none."""
    return sum(id_ != OPEN for id_, _ in cells.values()) / len(cells) if cells else 0.0


def _share(cells: Collection[str], among: Collection[str]) -> float:
    return sum(cell in among for cell in cells) / len(cells) if cells else 0.0


def _reads(value: str, column: str) -> bool:
    """Whether a value of the map (TOML) reads a column."""
    quoted = _toml(column)
    return quoted in value or f"{{{quoted[1:-1]}}}" in value


def _value_found_in(column: str, where: str, as_: str) -> str:
    return f"{{ column = {_toml(column)}, found_in = {_toml(where)}, as = {_toml(as_)} }}"


def _nearest(text: str, known: Mapping[str, Collection[str]]) -> tuple[str, float]:
    """The id or word whose names are most similar to a cell, with the similarity; "" if none or several are."""
    scores = {id_: max((_likeness(text, name) for name in names), default=0.0) for id_, names in known.items()}
    score = max(scores.values(), default=0.0)
    best = [id_ for id_, each in scores.items() if each == score]
    return (best[0], score) if len(best) == 1 and score >= _LIKE_PLACE else ("", 0.0)


def _likeness(text: str, name: str) -> float:
    """The similarity of a cell and a name, in [0, 1].

    Their numbers must be equal, and a number alone is similar to nothing.
    """
    if text.casefold() == name.casefold():
        return _CERTAIN
    if _numbers(text) != _numbers(name) or not any(map(str.isalpha, text)):
        return 0.0
    return _AS_IT_SOUNDS if key(text) == key(name) else min(alike(text, name), _AS_IT_SOUNDS)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _act(kind: str) -> _Line:
    return _Line(name="act", value=_toml(kind))


def _constant(value: str | float) -> str:
    return f"{{ constant = {_toml(value)} }}"


def _toml(value: str | float | Sequence[str]) -> str:
    """A text, a number or a list of texts as TOML, which is the same as JSON for these."""
    return json.dumps(value, ensure_ascii=False)
