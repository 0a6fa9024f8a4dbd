"""Telephone numbers, as people of a country write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST_DIGITS: Final = 6  # of a number with its area's code (our choice)
_BETWEEN: Final = re.compile(r"[,;/|\n]|\b(?:or|and)\b")


def all_digits(text: str) -> str:
    """The digits of a text in any script, as Latin ones.

    >>> all_digits("+250 788-123 456"), all_digits("९८४१")
    ('250788123456', '9841')
    """
    digits = "".join(filter(str.isdecimal, text))
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """How the numbers of a country are written.

    Attributes:
        prefix: The country's code, without + or zeros; "" where none is taken off.
        digits: The most that a number has without it.
    """

    prefix: str
    digits: int

    def one(self, text: str) -> str:
        """The digits of a telephone number in any script, without the code of its country; "" when it has none.

        >>> rwanda = Telephone(prefix="250", digits=9)
        >>> rwanda.one("+250 788-123-456"), rwanda.one("0788 123 456"), rwanda.one("७८८")
        ('788123456', '788123456', '788')
        """
        return all_digits(text)[-self.digits :]

    def every(self, text: str) -> frozenset[str]:
        """The digits of each telephone number that a text names, without the country's code and zeros before them.

        What is too short for a number, or one digit again and again, is none.

        >>> rwanda = Telephone(prefix="250", digits=9)
        >>> sorted(rwanda.every("0788123456, +250 722 123 456")), rwanda.every("98410"), rwanda.every("000000")
        (['722123456', '788123456'], frozenset(), frozenset())
        """
        if not text:  # of most women, whom an audit asks one and all
            return frozenset()
        return frozenset(
            digits[-self.digits :]
            for digits in self._numbers(text)
            if len(digits) >= _LEAST_DIGITS and len(set(digits)) > 1
        )

    def unlike(self, text: str) -> tuple[int, ...]:
        """How many digits each number that a text names has, of those that are shorter or longer than the country's.

        >>> rwanda = Telephone(prefix="250", digits=9)
        >>> rwanda.unlike("+250 788 123 456"), rwanda.unlike("0788 123 45, 0722 123 456"), rwanda.unlike("none")
        ((), (8,), ())
        """
        return tuple(len(digits) for digits in self._numbers(text) if len(digits) not in (0, self.digits))

    def _numbers(self, text: str) -> Iterator[str]:
        """The digits of each number that a text names, without the country's code."""
        for part in _BETWEEN.split(text):
            own = self._own(part)
            each = [self._own(word) for word in part.split()]
            several = len(own) > self.digits and all(len(digits) >= _LEAST_DIGITS for digits in each)
            yield from each if several else [own]

    def _own(self, text: str) -> str:
        digits = all_digits(text).lstrip("0")
        return digits.removeprefix(self.prefix) if len(digits) > self.digits else digits
