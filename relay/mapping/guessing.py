"""Which column of a register means what: every name and every cell is scored, and all columns are assigned together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.domain.name_matching import alike, key, phone_digits
from relay.mapping import days
from relay.mapping.meanings import Look, Meaning, words
from relay.mapping.table import BETWEEN_LINES, shown

if TYPE_CHECKING:
    from relay.mapping.programme import Programme
    from relay.mapping.table import Table

SURE: Final = 0.6
"""Below it a guess is shown as "?" and not taken (our choice: 31 of 32 columns of three invented registers were above
it, and the one that was wrong below)."""

_BY_NAME: Final = 0.7  # our choice, tried on the same registers; the rest is what the cells look like
_NOISE: Final = 0.55  # our choice: what two names that mean other things have in common by chance ("Ward", "does")
_NOTHING_GAINED: Final = 0.4  # our choice: what scores less is not worth another column's better place
_LAST_PART: Final = 0.97  # of "woman/name" the part "name" alone; our choice: what is said in full goes before
_CONTRADICTED: Final = 0.7  # our choice: no cell looks as it should, whatever the column is called
_OF_ANOTHER: Final = 0.9  # our choice: a numbered column most likely tells of a hand-over
_A_NAME: Final = 0.6  # our choice: a woman who has no row of her own is named all the same
_MOST_CELLS: Final = 200  # looked at in a column; our choice
_FEW: Final = 8  # different words in a column that holds one of some words; our choice
_LONGEST_ID: Final = 40  # our choice: a form's own key has 36 characters
_PHONE: Final = (7, 15)  # digits
_MOST_ANIMALS: Final = 100_000  # our choice: seed capital in rupees counts too
_AGES: Final = (12, 99)
_WARDS: Final = (1, 33)  # of a municipality in Nepal; Kathmandu has 32
_YEARS: Final = (1900, 2100)
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_TOKEN: Final = re.compile(r"[^\W_]+", re.UNICODE)
_FORM_PATH: Final = re.compile(r"\S/\S")  # "Details/Full name" of a form; lines of a name have blanks around it
_QUESTION: Final = re.compile(r"^\s*\d+[.)]\s+(?=\S)")  # the number of a question in a form
_NUMBERED: Final = re.compile(r"[A-Za-z]+([-/ ][A-Za-z]+)*[-/ ]?[0-9][0-9/-]*")  # "HH/001", an id
_PREETI: Final = re.compile(
    r"[A-Za-z][;\[\]{}\\|/~+][A-Za-z]|[a-z][A-Z][a-z]|[A-Za-z][;\[\]{}\\|/]|[;\[\]{}\\|][A-Za-z]"
)
_MOSTLY: Final = 0.6  # of the cells of a column; our choice
_SPEAK: Final = 0.8  # our choice: of the cells of a column, which then say what it is, whatever it is called
_BY_CELLS: Final = 0.75  # our choice: how certain that is; a name that says so too is more

_NEWEST_KEY: Final = "_uuid"  # which changes whenever a submission is edited

_TELL_ROWS_APART: Final = frozenset({"key", "woman_id"})

_IN_EVERY_ROW: Final = frozenset({"key", "woman_id", "name", "received_on", "animals", "help"})
"""What a register knows of every woman; of hand-overs it tells only where there was one."""

Slot = tuple[str, int]
"""A meaning, and which hand-over of the row it belongs to: 0 when there are not several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column most likely means.

    Attributes:
        column: Its name.
        score: How certain that is, 0 to 1.
    """

    column: str
    score: float


def guessed(table: Table, programme: Programme, *, without: str = "") -> Mapping[Slot, Guess]:
    """What the columns of a register most likely mean; each column has one meaning, and each meaning one column.

    Args:
        table: The register.
        programme: What cells may name: its places, groups and gifts.
        without: A meaning that no column has, as its cells prove, or "".
    """
    known = words()
    meanings = [meaning for meaning in known.meanings.values() if meaning.name != without]
    left_out = known.form_columns | ({_NEWEST_KEY} if any(map(_is_lasting_key, table.columns)) else frozenset())
    columns = [name for name in table.columns if name and name not in left_out]
    cells = {name: table.column(name)[:_MOST_CELLS] for name in columns}
    looks = _Looks(cells, min(len(table.lines), _MOST_CELLS), programme)
    found = _assigned(columns, looks, meanings)
    if _surely(found, "passed_to") and _surely(found, "name"):
        return found
    # Rows that name no receiver tell nothing else of what was passed on; and where no other column names the woman of
    # a row, each row is a hand-over, and its receiver is that woman.
    alone = _assigned(columns, looks, [meaning for meaning in meanings if not meaning.again])
    return alone if _surely(alone, "name") or not _surely(found, "passed_to") else found


def _surely(found: Mapping[Slot, Guess], what: str) -> bool:
    """Whether any column surely has a meaning."""
    return any(meaning == what and guess.score >= SURE for (meaning, _), guess in found.items())


def _assigned(columns: Sequence[str], looks: _Looks, meanings: Sequence[Meaning]) -> Mapping[Slot, Guess]:
    """The assignment of columns to some meanings whose scores are highest together."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - loads for a second; only a proposal needs it

    if not columns:
        return {}
    numbers = {name: _ordinal(name) for name in columns}
    slots = [
        (meaning, number)
        for meaning in meanings
        for number in (sorted(set(numbers.values())) if meaning.again else (0,))
    ]
    scores = [
        [
            0.0 if meaning.again and numbers[name] != number else _score(name, meaning, looks)
            for meaning, number in slots
        ]
        for name in columns
    ]
    gains = [[max(score - _NOTHING_GAINED, 0.0) for score in row] for row in scores]
    rows, places = linear_sum_assignment(gains, maximize=True)
    return {
        (slots[place][0].name, slots[place][1]): Guess(column=columns[row], score=round(scores[row][place], 2))
        for row, place in zip(map(int, rows), map(int, places), strict=True)
        if scores[row][place] > _NOTHING_GAINED
    }


def _is_lasting_key(name: str) -> bool:
    """Whether a column holds a submission's key that stays when the submission is edited."""
    return name.rpartition("/")[2] == "rootUuid"


def named_like(name: str, meaning: Meaning) -> float:
    """How like a column's name is to what registers call a meaning, 0 to 1."""
    name = _QUESTION.sub("", name)
    group, last = _parted(name)
    said = {(group, last), (_without_ordinal(group), _without_ordinal(last))}
    likeness = max(_called(*one, called) for one in said for called in meaning.called)
    if _ordinal(name):
        if not meaning.again:
            likeness *= _OF_ANOTHER
        else:
            plain = _without_ordinal(name)
            likeness = max(likeness, *(alike(plain, called) for called in meaning.numbered))
    return likeness if likeness >= _NOISE else 0.0


def _parted(name: str) -> tuple[str, str]:
    """The group of columns that a name begins with, "" where it has none, and the name without it."""
    if BETWEEN_LINES in name:
        group, _, last = name.rpartition(BETWEEN_LINES)
        return group.replace(BETWEEN_LINES, " "), last
    if _FORM_PATH.search(name):
        group, _, last = name.replace("_", " ").rpartition("/")
        return group.replace("/", " "), last
    return "", name


def _called(group: str, last: str, called: str) -> float:
    """How like a name is to another, 0 to 1; the group alone, which other columns have too, says nothing."""
    if not group:
        return alike(last, called)
    whole = alike(f"{group} {last}", called)
    return max(_LAST_PART * alike(last, called), whole if whole > alike(group, called) else 0.0)


def is_preeti(cells: Sequence[object]) -> bool:
    """Whether the text of a column is Devanagari in an old font, which is stored as odd Latin letters.

    >>> is_preeti(["l;tf yfkf", "nIdL du/"]), is_preeti(["Sita Thapa", "Laxmi Magar"])
    (True, False)
    """
    texts = [cell for cell in cells if isinstance(cell, str) and any(map(str.isalpha, cell))]
    odd = [text for text in texts if text.isascii() and _PREETI.search(text) and not _is_plain(text)]
    return bool(texts) and len(odd) >= _MOSTLY * len(texts)


def _is_plain(text: str) -> bool:
    """Whether a text with marks in it is no odd one: an id, a path, a list, or a URL."""
    if _NUMBERED.fullmatch(text):
        return True
    return bool(re.fullmatch(r"[A-Za-z0-9 ]{3,}([/;+|] ?[A-Za-z0-9 ]{3,})+", text)) and not re.search(
        "[a-z][A-Z]", text
    )


def _ordinal(name: str) -> int:
    """Which of several hand-overs the name of a column says, or 0."""
    ordinals = words().ordinals
    tokens = (token.translate(_DIGITS).casefold() for token in _tokens(_QUESTION.sub("", name)))
    return next((ordinals[token] for token in tokens if token in ordinals), 0)


def _without_ordinal(name: str) -> str:
    ordinals = words().ordinals
    kept = [token for token in _tokens(name) if token.translate(_DIGITS).casefold() not in ordinals]
    return " ".join(kept) or name


def _tokens(name: str) -> list[str]:
    return [token for part in name.split() for token in re.split(r"[/_.,:;()\[\]-]+", part) if token]


def _score(name: str, meaning: Meaning, looks: _Looks) -> float:
    if name.startswith("_") and meaning.name != "key":  # of a form tool, not of the form
        return 0.0
    share = looks.known(name, meaning.words) if meaning.words else looks.share(name, meaning.look)
    share *= looks.filled(name) if meaning.name in _IN_EVERY_ROW else 1
    likeness = named_like(name, meaning)
    score = _BY_NAME * likeness + (1 - _BY_NAME) * share
    if looks.speak(name, meaning.name):
        score = max(score, _BY_CELLS + (1 - _BY_CELLS) * likeness)
    if meaning.name in _TELL_ROWS_APART:
        certain = looks.tell_rows_apart(name)
    else:
        certain = bool(share) or (meaning.look == "link" and not looks.share(name, "day"))
    return score if certain else _CONTRADICTED * score


class _Looks:
    """What the cells of each column look like."""

    def __init__(self, cells: Mapping[str, Sequence[object]], rows: int, programme: Programme) -> None:
        self.cells = cells
        self.rows = rows
        self.named: Mapping[str, Collection[str]] = {
            "place": frozenset(map(key, programme.places.values())),
            "group": frozenset(map(key, (*programme.groups, *programme.groups.values()))),
            "gift": frozenset(map(key, programme.gifts)),
        }
        self.texts = {name: [shown(cell) for cell in own] for name, own in cells.items()}
        self.shares: dict[tuple[str, Look], float] = {}

    def share(self, name: str, look: Look) -> float:
        """The share of a column's cells that look so, 0 to 1; a half where it is empty."""
        if (name, look) not in self.shares:
            self.shares[name, look] = self._share(name, look)
        return self.shares[name, look]

    def filled(self, name: str) -> float:
        """The share of rows in which a column is filled, 0 to 1."""
        return min(len(self.texts[name]) / self.rows, 1.0) if self.rows else 0.0

    def speak(self, name: str, meaning: str) -> bool:
        """Whether a column's cells say what it is, whatever it is called.

        They are kinds of help, or places, groups or gifts of the programme; they name women of other rows, which tells
        a link, or are the names or codes in which these are found; or only they are days in nearly every row.
        """
        texts = self.texts[name]
        if not texts:
            return False
        match meaning:
            case "help":
                return self.known(name, words().helps) >= _SPEAK
            case "place" | "group" | "gift":
                return sum(key(text) in self.named[meaning] for text in texts) >= _SPEAK * len(texts)
            case "received_from" | "passed_to":
                return self._are_names(name) and self._found_elsewhere(name) >= _SPEAK
            case "name":
                own = [each for each in self.texts if self._are_names(each) and self.tell_rows_apart(each)]
                return own == [name] or (name in own and self._others_are_found_in(name))
            case "woman_id":
                ids = self.share(name, "id") >= _SPEAK
                return ids and self.tell_rows_apart(name) and self._others_are_found_in(name)
            case "received_on":
                return [each for each in self.texts if self.share(each, "day") >= _SPEAK <= self.filled(each)] == [name]
            case _:
                return False

    def _are_names(self, name: str) -> bool:
        return sum(map(_like_name, self.texts[name])) >= _SPEAK * len(self.texts[name])

    def tell_rows_apart(self, name: str) -> bool:
        """Whether nearly every row has a cell in a column, and nearly each another one."""
        texts = self.texts[name]
        return self.filled(name) >= _SPEAK and len(set(texts)) >= _SPEAK * len(texts)

    def _others_are_found_in(self, name: str) -> bool:
        """Whether most cells of another column stand in this one."""
        own = set(self.texts[name])
        others = (set(texts) for other, texts in self.texts.items() if other != name and texts)
        return any(len(own & named) >= _SPEAK * len(named) for named in others)

    def known(self, name: str, among: Sequence[str]) -> float:
        """The share of a column's cells that say one of some words, 0 to 1; a half where it is empty."""
        of_cells = words().of_cells
        said = {each.casefold() for word in among for each in (word, *of_cells.get(word, ()))}
        texts = self.texts[name]
        return sum(text.casefold() in said for text in texts) / len(texts) if texts else 0.5

    def _share(self, name: str, look: Look) -> float:
        texts = self.texts[name]
        if not texts:
            return 0.5
        different = len(set(texts)) / len(texts)
        if look == "link":
            if all(map(_is_number, texts)):  # how many are found among the numbers of rows too, but repeat
                return self._found_elsewhere(name) * different
            return max(self._found_elsewhere(name), _A_NAME * sum(map(_like_name, texts)) / len(texts))
        if look == "word":
            return float(len(set(texts)) <= _FEW and not any(map(_is_number, texts)))
        share = sum(map(_LIKE[look], texts)) / len(texts)
        if look == "day":
            return sum(map(days.is_day, self.cells[name])) / len(texts)
        return share * different if look == "id" else share

    def _found_elsewhere(self, name: str) -> float:
        """The greatest share of a column's cells that stand in one other column, in which nearly each is another."""
        own = set(self.texts[name])
        others = (
            len(own & set(texts)) / len(own)
            for other, texts in self.texts.items()
            if other != name and texts and len(set(texts)) >= _SPEAK * len(texts)
        )
        return max(others, default=0.0)


def _is_number(text: str) -> bool:
    return text.translate(_DIGITS).replace(".", "", 1).isdigit()


def _between(text: str, least: int, most: int) -> bool:
    plain = text.translate(_DIGITS)
    return plain.isdigit() and least <= int(plain[:10]) <= most


def _like_phone(text: str) -> float:
    return float(_PHONE[0] <= len(phone_digits(text)) <= _PHONE[1] and not re.search(r"[^\W\d]", text))


def _like_name(text: str) -> float:
    letters = all(letter.isalpha() or not letter.isalnum() for letter in text)
    return (1.0 if " " in text else 0.5) * letters


def _like_place(text: str) -> float:
    if _is_number(text):
        return 0.5 * _between(text, *_WARDS)
    return 1.0 if re.search(r"[^\W\d].*[-\s]\d{1,2}$", text) else 0.6


_LIKE: Final[Mapping[Look, Callable[[str], float]]] = {
    "id": lambda text: float(
        len(text) <= _LONGEST_ID and " " not in text and any(map(str.isdigit, text)) and not days.is_day(text)
    ),
    "name": _like_name,
    "phone": _like_phone,
    "day": lambda _: 0.0,
    "number": lambda text: float(_is_number(text) and len(text) < len(str(_MOST_ANIMALS)) + 1),
    "year": lambda text: float(_between(text, *_YEARS)),
    "age": lambda text: float(_between(text, *_AGES)),
    "place": _like_place,
    "ward": lambda text: float(_between(text, *_WARDS)),
    "text": lambda _: 0.5,
}
