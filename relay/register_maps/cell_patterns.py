"""What the cells of a register's columns look like: days, numbers, names, places and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from relay.countries.telephone import all_digits
from relay.domain.name_matching import key
from relay.register_maps import days
from relay.register_maps.meanings import Look, words
from relay.register_maps.register_table import shown

if TYPE_CHECKING:
    from relay.register_maps.existing_records import ExistingRecords

_A_NAME: Final = 0.6  # our choice: a woman who has no row of her own is named all the same
MOST_CELLS: Final = 200  # looked at in a column; our choice
_FEW: Final = 8  # different words in a column that holds one of some words; our choice
_LONGEST_ID: Final = 40  # our choice: a form's own key has 36 characters
_PHONE: Final = (7, 15)  # digits
_MOST_ANIMALS: Final = 100_000  # our choice: seed capital in rupees counts too
_AGES: Final = (12, 99)
_WARDS: Final = (1, 33)  # numbers of the smallest places in one larger one (our choice: the largest city has 32)
_YEARS: Final = (1900, 2100)
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_NUMBERED: Final = re.compile(r"[A-Za-z]+([-/ ][A-Za-z]+)*[-/ ]?[0-9][0-9/-]*")  # "HH/001", an id
_PREETI: Final = re.compile(
    r"[A-Za-z][;\[\]{}\\|/~+][A-Za-z]|[a-z][A-Z][a-z]|[A-Za-z][;\[\]{}\\|/]|[;\[\]{}\\|][A-Za-z]"
)
_MOSTLY: Final = 0.6  # of the cells of a column; our choice
SPEAK: Final = 0.8  # our choice: of the cells of a column, which then say what it is, whatever it is called


def is_preeti(cells: Sequence[object]) -> bool:
    """Whether the text of a column is Devanagari in an old font, which is stored as odd Latin letters.

    >>> is_preeti(["l;tf yfkf", "nIdL du/"]), is_preeti(["Sita Thapa", "Laxmi Magar"])
    (True, False)
    """
    texts = [cell for cell in cells if isinstance(cell, str) and any(map(str.isalpha, cell))]
    odd = [text for text in texts if text.isascii() and _PREETI.search(text) and not _is_plain(text)]
    return bool(texts) and len(odd) >= _MOSTLY * len(texts)


def _is_plain(text: str) -> bool:
    """Whether a text with punctuation inside is normal: an id, a path, a list, or a URL."""
    if _NUMBERED.fullmatch(text):
        return True
    return bool(re.fullmatch(r"[A-Za-z0-9 ]{3,}([/;+|] ?[A-Za-z0-9 ]{3,})+", text)) and not re.search(
        "[a-z][A-Z]", text
    )


class Looks:
    """What the cells of each column look like."""

    def __init__(self, cells: Mapping[str, Sequence[object]], rows: int, programme: ExistingRecords) -> None:
        """Examine the first cells of each column.

        Args:
            cells: Column → its filled cells.
            rows: Number of rows of the register.
            programme: Records that cells may refer to.
        """
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
        """The share of a column's cells that look like this, in [0, 1]; 0.5 if the column is empty."""
        if (name, look) not in self.shares:
            self.shares[name, look] = self._share(name, look)
        return self.shares[name, look]

    def filled(self, name: str) -> float:
        """The share of rows in which a column is filled, in [0, 1]."""
        return min(len(self.texts[name]) / self.rows, 1.0) if self.rows else 0.0

    def show_meaning(self, name: str, meaning: str) -> bool:
        """Whether a column's cells alone show what it means.

        They do if they are kinds of help, or places, groups or gifts of the programme; if they name women of other
        rows, or are the names or codes by which these are found; or if they alone are days in nearly every row.
        """
        texts = self.texts[name]
        if not texts:
            return False
        match meaning:
            case "help":
                return self.share_among(name, words().helps) >= SPEAK
            case "place" | "group" | "gift":
                return sum(key(text) in self.named[meaning] for text in texts) >= SPEAK * len(texts)
            case "received_from" | "passed_to":
                return self.are_names(name) and self._found_elsewhere(name) >= SPEAK
            case "name":
                own = [each for each in self.texts if self.are_names(each) and self.tell_rows_apart(each)]
                return own == [name] or (name in own and self._others_are_found_in(name))
            case "woman_id":
                ids = self.share(name, "id") >= SPEAK and not any(map(_is_number, texts))  # which are found anywhere
                return ids and self.tell_rows_apart(name) and self._others_are_found_in(name)
            case "received_on":
                return [each for each in self.texts if self.share(each, "day") >= SPEAK <= self.filled(each)] == [name]
            case _:
                return False

    def are_names(self, name: str) -> bool:
        """Whether nearly all cells of a column look like names of people."""
        return sum(map(_like_name, self.texts[name])) >= SPEAK * len(self.texts[name])

    def tell_rows_apart(self, name: str) -> bool:
        """Whether nearly every row has a cell in a column, and nearly all these cells differ."""
        texts = self.texts[name]
        return self.filled(name) >= SPEAK and len(set(texts)) >= SPEAK * len(texts)

    def _others_are_found_in(self, name: str) -> bool:
        """Whether most cells of another column also occur in this one."""
        own = set(self.texts[name])
        others = (set(texts) for other, texts in self.texts.items() if other != name and texts)
        return any(len(own & named) >= SPEAK * len(named) for named in others)

    def share_among(self, name: str, among: Sequence[str]) -> float:
        """The share of a column's cells that are one of some words, in [0, 1]; 0.5 if the column is empty."""
        of_cells = words().of_cells
        accepted = {each.casefold() for word in among for each in (word, *of_cells.get(word, ()))}
        texts = self.texts[name]
        return sum(text.casefold() in accepted for text in texts) / len(texts) if texts else 0.5

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
        """The greatest share of a column's cells that occur in another column whose cells nearly all differ."""
        own = set(self.texts[name])
        others = (
            len(own & set(texts)) / len(own)
            for other, texts in self.texts.items()
            if other != name and texts and len(set(texts)) >= SPEAK * len(texts)
        )
        return max(others, default=0.0)


def _is_number(text: str) -> bool:
    return text.translate(_DIGITS).replace(".", "", 1).isdigit()


def _between(text: str, least: int, most: int) -> bool:
    plain = text.translate(_DIGITS)
    return plain.isdigit() and least <= int(plain[:10]) <= most


def _like_phone(text: str) -> float:
    return float(_PHONE[0] <= len(all_digits(text)) <= _PHONE[1] and not re.search(r"[^\W\d]", text))


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
