"""Which column of a register means what: names and cells are scored, and all columns are assigned at the same time.

A match is certain if the name of the column, or cells with ids or names of the programme, prove it, and if the other
columns agree. Everything else is shown as a possible meaning, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relay.register_maps import hand_over_columns
from relay.register_maps.cell_patterns import MOST_CELLS, Looks
from relay.register_maps.column_names import (
    Receiver,
    is_bare,
    likeness,
    match,
    of_a_receiver,
    of_a_stranger,
    of_elsewhere,
    of_the_woman,
    ordinal,
    plain_names,
)
from relay.register_maps.meanings import Look, Meaning, words
from relay.register_maps.register_table import is_blank

if TYPE_CHECKING:
    from relay.register_maps.existing_records import ExistingRecords
    from relay.register_maps.register_table import RegisterTable

SURE: Final = 0.6
"""Below it a guess is shown as "?" and not taken (our choice; what is above it is true of every register of the tests,
also of those that nothing was tuned on)."""

_BY_NAME: Final = 0.7  # our choice; the rest is what the cells look like
_UNSURE: Final = 0.59  # the most of a name that is only like one of a meaning
_DOUBTFUL: Final = 0.5  # our choice: what a name says, where the columns beside it do not bear it out
_NEARLY: Final = 0.02  # our choice: two columns that say a meaning so nearly as well are both open
_NOTHING_GAINED: Final = 0.4  # our choice: what scores less is not worth another column's better place
_CONTRADICTED: Final = 0.7  # our choice: the cells do not look as they should, whatever the column is called
_PLAUSIBLE: Final = 0.5  # our choice: of the cells that look as they should
_BY_CELLS: Final = 0.75  # our choice: how certain cells are that show what they are; a name that says so too is more

_NEWEST_KEY: Final = "_uuid"  # which changes whenever a submission is edited

_PLAIN_LOOKS: Final[frozenset[Look]] = frozenset({"day", "number", "year", "age", "phone", "ward"})
_GRAVE: Final = frozenset({"consent_on", "birth_on", "births", "death_on", "deaths"})
"""Meanings that are not even offered for a column unless its name has them."""

_TELL_ROWS_APART: Final = frozenset({"key", "woman_id"})
_NAMED_HERE: Final = frozenset({"help", "place", "group", "gift"})
"""Meanings that cells show by themselves, since they are ids or names of the programme."""

_IN_EVERY_ROW: Final = frozenset({"key", "woman_id", "name", "received_on", "animals", "help"})
"""Meanings that a register has for every woman; it has hand-overs only for some."""

_AS_RECEIVED: Final = {"received_on": "passed_on", "animals": "passed_animals"}
"""Meanings of a receipt → the same of a hand-over, for registers in which each row is a hand-over."""

_OTHER_WAY: Final = {"received_from": "passed_to", "passed_to": "received_from"}

_OF_A_RECEIPT: Final = frozenset({"received_on", "received_from", "gift", "animals", "females", "males", "condition"})
_WHO: Final = frozenset({"name", "woman_id", "household"})
_ANOTHER: Final = frozenset({"received_from", "passed_to", "witness"})
_OF_ANIMALS: Final = frozenset({"help", "animals", "females", "males", "condition", "tags", "passed_animals"})
_OF_THE_LIVING: Final = frozenset({"sex", "birth_year", "age"})
_OF_PEOPLE: Final = frozenset({"phone", "place", "ward", "household", "group", *_OF_THE_LIVING})

Slot = tuple[str, int]
"""A meaning, and the number of the hand-over that it belongs to; 0 if there is at most one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The most likely column for a meaning.

    Attributes:
        column: Name of the column.
        score: How certain it is, in [0, 1].
    """

    column: str
    score: float


def guessed(table: RegisterTable, programme: ExistingRecords, *, without: str = "") -> Mapping[Slot, Guess]:
    """The most likely columns for the meanings of a register; each column has one meaning, and each meaning one column.

    Args:
        table: The register.
        programme: Records that cells may refer to.
        without: A meaning that no column has, as cells prove, or "".
    """
    meanings = [meaning for meaning in words().meanings.values() if meaning.name != without]
    guessing = _Matching(table, programme, without)
    guesses = guessing.assigned(meanings)
    if not (_surely(guesses, "passed_to") and _surely(guesses, "name")):
        # Rows that name no receiver tell nothing else of what was passed on; and where no other column names the woman
        # of a row, each row is a hand-over, and its receiver is that woman.
        alone = guessing.assigned([meaning for meaning in meanings if not meaning.again])
        guesses = alone if _surely(alone, "name") or not _surely(guesses, "passed_to") else guesses
    return guessing.supported(guesses)


def _surely(guesses: Mapping[Slot, Guess], what: str) -> bool:
    """Whether any column has a meaning with certainty."""
    return any(meaning == what and guess.score >= SURE for (meaning, _), guess in guesses.items())


class _Matching:
    """One register whose columns are being matched."""

    def __init__(self, table: RegisterTable, programme: ExistingRecords, without: str) -> None:
        self.without = without
        vocabulary = words()
        left_out = vocabulary.form_columns | (
            {_NEWEST_KEY} if any(map(_is_lasting_key, table.columns)) else frozenset()
        )
        self.columns = [name for name in table.columns if name and name not in left_out]
        self.plain = plain_names(self.columns)
        cells = {name: table.column(name)[:MOST_CELLS] for name in self.columns}
        self.looks = Looks(cells, min(len(table.lines), MOST_CELLS), programme)
        self.receiver, self.is_hand_overs = self._receiver()
        self.told = hand_over_columns.assigned(
            self.plain,
            lambda name, meaning: bool(self._score_by_name(name, meaning)) and self._not_contradicted(name, meaning),
            lambda name: [row for row, cell in enumerate(table.every(name)) if not is_blank(cell)],
        )
        self.numbers = {name: (self.told.get(name) or ("", ordinal(self.plain[name])))[1] for name in self.columns}

    def _receiver(self) -> tuple[Receiver, bool]:
        """Whether "receiver" refers to the woman of the row, and whether each row is a hand-over."""
        meanings = words().meanings
        receivers = [name for name in self.columns if of_a_receiver(self.plain[name])]
        if any(
            match(self.plain[name], meanings["name"], receiver=False) for name in self.columns if name not in receivers
        ):
            return False, False
        if any(match(self.plain[name], meanings["received_from"], receiver=False) for name in self.columns):
            return True, True
        others = [name for name in self.columns if name not in receivers and self.looks.are_names(name)]
        return (None if any(map(self.looks.tell_rows_apart, others)) else True), False

    def assigned(self, meanings: Sequence[Meaning]) -> dict[Slot, Guess]:
        """The assignment of columns to some meanings with the highest total score."""
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - loads for a second; only a proposal needs it

        if not self.columns:
            return {}
        slots = [
            (meaning, number)
            for meaning in meanings
            for number in (sorted(set(self.numbers.values())) if meaning.again else (0,))
        ]
        scores = [
            [
                0.0 if meaning.again and self.numbers[name] != number else self.score(name, meaning)
                for meaning, number in slots
            ]
            for name in self.columns
        ]
        gains = [[max(score - _NOTHING_GAINED, 0.0) for score in row] for row in scores]
        rows, places = linear_sum_assignment(gains, maximize=True)
        return {
            (slots[place][0].name, slots[place][1]): Guess(column=self.columns[row], score=round(scores[row][place], 2))
            for row, place in zip(map(int, rows), map(int, places), strict=True)
            if scores[row][place] > _NOTHING_GAINED
        }

    def score(self, name: str, meaning: Meaning) -> float:
        """How certain it is that a column has a meaning, in [0, 1]."""
        if name.startswith("_") and meaning.name != "key":  # of a form tool, not of the form
            return 0.0
        numbered = self.told.get(name, ("", 0))
        if numbered and numbered[0]:
            return 1.0 if numbered[0] == meaning.name else 0.0
        share = self._share(name, meaning) * (self.looks.filled(name) if meaning.name in _IN_EVERY_ROW else 1)
        by_name = self._score_by_name(name, meaning)
        if meaning.name in _GRAVE and not by_name:
            return 0.0
        like = by_name or likeness(self.plain[name], meaning)
        score = _BY_NAME * like + (1 - _BY_NAME) * share
        if self.looks.show_meaning(name, meaning.name):
            score = max(score, _BY_CELLS + (1 - _BY_CELLS) * like)
            by_name = by_name or float(self._shown_by_cells(name, meaning))
        plausible = self._not_contradicted(name, meaning)
        score = score if plausible else _CONTRADICTED * score
        return score if by_name and numbered and plausible else min(score, _UNSURE)

    def _score_by_name(self, name: str, meaning: Meaning) -> float:
        if meaning.name == self.without:
            return 0.0
        score = match(self.plain[name], meaning, self.receiver)
        other = _OTHER_WAY.get(meaning.name)
        if other and not self.without and match(self.plain[name], words().meanings[other], self.receiver):
            return 0.0  # "given by or to": the days may prove which
        if self.is_hand_overs and meaning.name in _AS_RECEIVED:
            score = max(score, match(self.plain[name], words().meanings[_AS_RECEIVED[meaning.name]], self.receiver))
        return score

    def _shown_by_cells(self, name: str, meaning: Meaning) -> bool:
        """Whether the cells alone prove a meaning that the name of the column does not have."""
        plain = self.plain[name]
        others = of_elsewhere(plain) or of_a_stranger(plain) or (of_a_receiver(plain) and not self.receiver)
        return meaning.name == "woman_id" or (meaning.name in _NAMED_HERE and not others)

    def _share(self, name: str, meaning: Meaning) -> float:
        """The share of a column's cells that look like those of a meaning, in [0, 1]."""
        return self.looks.share_among(name, meaning.words) if meaning.words else self.looks.share(name, meaning.look)

    def _not_contradicted(self, name: str, meaning: Meaning) -> bool:
        """Whether the cells of a column do not contradict a meaning."""
        shown = self._share(name, meaning)
        if meaning.name in _TELL_ROWS_APART:
            return self.looks.tell_rows_apart(name)
        if meaning.look in _PLAIN_LOOKS:
            return shown >= _PLAUSIBLE
        return bool(shown) or (meaning.look == "link" and not self.looks.share(name, "day"))

    # -- what the columns beside it bear out ----

    def supported(self, guesses: Mapping[Slot, Guess]) -> Mapping[Slot, Guess]:
        """The same guesses, less certain where other columns do not support them."""
        doubted = {*self._ambiguous(guesses), *self._possibly_of_others(guesses)}
        firm = {slot: guess for slot, guess in guesses.items() if guess.score >= SURE and guess.column not in doubted}
        doubted |= {*self._bare(firm)}
        return {
            slot: replace(guess, score=min(guess.score, _DOUBTFUL)) if guess.column in doubted else guess
            for slot, guess in guesses.items()
        }

    def _ambiguous(self, guesses: Mapping[Slot, Guess]) -> Iterator[str]:
        """Columns whose meaning other columns could have just as well."""
        sure = {guess.column for guess in guesses.values() if guess.score >= SURE}
        for (name, number), guess in guesses.items():
            meaning = words().meanings[name]
            others = [
                each
                for each in self.columns
                if each not in sure and (not meaning.again or self.numbers[each] == number)
            ]
            if name != "key" and any(self.score(each, meaning) >= guess.score - _NEARLY for each in others):
                yield guess.column

    def _possibly_of_others(self, guesses: Mapping[Slot, Guess]) -> Iterator[str]:
        """Columns that come after the name of another person or of an animal, and may belong to these."""
        meant = {guess.column: meaning for (meaning, _), guess in guesses.items() if guess.score >= SURE}
        another = animal = False
        for column in self.columns:
            meaning, plain = meant.get(column, ""), self.plain[column]
            if meaning in _WHO or (meaning in _OF_PEOPLE and of_the_woman(plain)):
                another = animal = False
            if (another and meaning in _OF_PEOPLE) or (animal and meaning in _OF_THE_LIVING):
                yield column
            another = another or meaning in _ANOTHER or of_a_stranger(plain) or self._is_next_woman(plain)
            animal = animal or meaning in _OF_ANIMALS

    def _is_next_woman(self, plain: str) -> bool:
        return of_a_receiver(plain) and not self.receiver

    def _bare(self, firm: Mapping[Slot, Guess]) -> Iterator[str]:
        """Columns with a name that many share, without another column of the same receipt or hand-over."""
        meanings = words().meanings
        bare = {
            slot
            for slot, guess in firm.items()
            if guess.column not in self.told and is_bare(self.plain[guess.column], meanings[slot[0]])
        }
        full = firm.keys() - bare
        for name, number in bare:
            if meanings[name].again:
                supported = any(meanings[other].again and nth == number for other, nth in full)
            else:
                supported = any(other in _OF_A_RECEIPT for other, _ in full)
            if not supported:
                yield firm[name, number].column


def _is_lasting_key(name: str) -> bool:
    """Whether a column holds a submission's key that does not change when the submission is edited."""
    return name.rpartition("/")[2] == "rootUuid"
