"""Sentences: what the core says to people, in English, each with what is needed to translate it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import LiteralString, Self

_LINE: Final = re.compile(r"line ([0-9]+)")


class Sentence(str):
    """English text that remembers how it was made; printed, compared and written as JSON it is text like any other.

    Attributes:
        template: The text with the names of its values; the catalogues of the pages' languages know it.
        values: Name → value; ids, days, numbers and words are shown as they are, sentences are translated in turn.

    >>> Sentence("There is no gift %(gift_id)s.", gift_id="G9")
    'There is no gift G9.'
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: LiteralString, /, **values: object) -> Self:
        """Say it in English; a template without values is taken as it is."""
        sentence = super().__new__(cls, template % values if values else template)
        sentence.template, sentence.values = template, values
        return sentence

    @classmethod
    def kept(cls, template: str, values: Mapping[str, object]) -> Self:
        """One that was kept as its parts, so that it can be translated later; its template stands where it was said."""
        return cls(cast("LiteralString", template), **values)  # type: ignore[redundant-cast]  # mypy takes it for str


class InLanguages(str):
    """Text that its writer gave in several languages, such as the question of a programme's own column.

    Attributes:
        texts: Language → text; "" for all others.

    >>> str(InLanguages({"": "Colour of the tag?", "fr": "Couleur de la marque ?"}))
    'Colour of the tag?'
    """

    __slots__ = ("texts",)

    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str]) -> Self:
        """Read as the text for all other languages."""
        text = super().__new__(cls, texts[""])
        text.texts = texts
        return text

    def in_language(self, language: str) -> str:
        """What it says in one."""
        return self.texts.get(language, str(self))


def plural(one: str, many: str) -> tuple[str, str]:
    """Two forms of a text, of which a count chooses."""
    return one, many


UNITS: Final = {
    "goat": plural("%(count)s goat", "%(count)s goats"),
    "buck": plural("%(count)s buck", "%(count)s bucks"),
    "pig": plural("%(count)s pig", "%(count)s pigs"),
    "sheep": plural("%(count)s sheep", "%(count)s sheep"),
    "chicken": plural("%(count)s chicken", "%(count)s chickens"),
    "cow": plural("%(count)s cow", "%(count)s cows"),
    "buffalo": plural("%(count)s buffalo", "%(count)s buffaloes"),
    "seed_capital": plural("%(count)s seed capital", "%(count)s seed capital"),  # rupees, of which there are many
}
"""The helps that many programmes give, by one unit and by several; others are called as the programme names them."""


class Units(str):
    """So many units of a help, such as a value of a sentence; a page counts them as its language does.

    A fraction is spoken of as the next whole number is.

    >>> Units(2, "goat"), Units(1, "goat"), Units(0.5, "pig"), Units(1.5, "pig"), Units(3, "seed_drill")
    ('2 goats', '1 goat', '0.5 pig', '1.5 pigs', '3 seed drill')
    """

    __slots__ = ("help", "many")

    many: float
    help: str

    def __new__(cls, many: float, help_: str) -> Self:
        """Name the help as the programme does."""
        one, several = UNITS.get(help_, (f"%(count)s {help_.replace('_', ' ')}",) * 2)
        units = super().__new__(cls, (one if math.ceil(many) == 1 else several) % {"count": many})
        units.many, units.help = many, help_
        return units


def any_of(words: Iterable[str]) -> str:
    """Some words of which one will do; empty when there are none.

    >>> any_of(["gift", "placement", "pass"])
    'gift or placement or pass'
    """
    some = ""
    for word in words:
        some = Sentence("%(some)s or %(word)s", some=some, word=word) if some else word
    return some


def as_counted(id_: str) -> tuple[str, int, str]:
    """By what ids are sorted as a person counts.

    >>> sorted(["W10", "W2"], key=as_counted)
    ['W2', 'W10']
    """
    word = id_.rstrip("0123456789")
    return word, int(id_[len(word) :] or 0), id_


def line_of(error: Exception) -> int:
    """The line at which `tomllib` could not go on; 1 where the error names none, as of a text nested too deeply."""
    named = _LINE.search(str(error))
    return int(named[1]) if named else 1
