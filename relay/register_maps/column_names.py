"""What the name of a column means: it has a meaning if every word of the name is a word of that meaning.

"Date of death" resembles "Date of birth" by its letters, and "Date" by its words, but means neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Final

from relay.domain.name_matching import alike, key, sound_alike
from relay.register_maps.meanings import Meaning, words
from relay.register_maps.register_table import BETWEEN_LINES

NOISE: Final = 0.55  # our choice: what two names that mean other things have in common by chance ("Ward", "does")
_LAST_PART: Final = 0.97  # of "woman/name" the part "name" alone; our choice: what is said in full goes before
_OF_ANOTHER: Final = 0.9  # our choice: a numbered column most likely tells of a hand-over
_IN_PART: Final = 0.9  # our choice: a name that says more than what such columns are called
_BARE: Final = 0.94  # our choice: what many columns are called goes behind what only such are
_ONE_SLIP: Final = (6, 88.0)  # our choice: letters of a word that may have a slip, and how like it is then
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_FORM_PATH: Final = re.compile(r"\S/\S")  # "Details/Full name" of a form; lines of a name have blanks around it
_QUESTION: Final = re.compile(r"^\s*\d+[.)]\s+(?=\S)")  # the number of a question in a form
_DASH: Final = " - "
_SHARED: Final = 0.5  # our choice: of the columns that begin with the same word, which says nothing then
_AGAIN: Final = re.compile(r"(.+) \([0-9]+\)")  # a name that another column has too, as a table calls it

Receiver = bool | None
"""Whether "receiver" refers to the woman of the row (True) or to the next woman (False); None if unknown."""


def plain_names(columns: Sequence[str]) -> dict[str, str]:
    """Column → its name as it was written.

    Numbers that were added to repeated names are removed, and so is a beginning that most names share, such as "LG - ".
    """
    plain: dict[str, str] = {}
    for name in columns:
        again = _AGAIN.fullmatch(name)
        plain[name] = again[1] if again and again[1] in columns else name
    begun = Counter(name.partition(_DASH)[0] for name in plain.values() if _DASH in name)
    first, many = begun.most_common(1)[0] if begun else ("", 0)
    if many < _SHARED * len(columns):
        return plain
    return {name: text.removeprefix(first + _DASH) for name, text in plain.items()}


def match(name: str, meaning: Meaning, receiver: Receiver) -> float:
    """How well a name matches a meaning, in [0, 1].

    The name must contain all words of one of the meaning's names, and no word of another meaning.

    Args:
        name: Name of a column as it was written.
        meaning: A meaning that it may have.
        receiver: Whom "receiver" refers to.
    """
    name = _QUESTION.sub("", name)
    called = (*meaning.called, *(meaning.receiver if receiver else ()))
    if ordinal(name):
        if not meaning.again:
            return 0.0
        called, name = (*called, *meaning.numbered), without_ordinal(name)
    own = _meaningful_words(name)
    if of_a_receiver(name) and (receiver is None or (meaning.again and receiver)):
        return 0.0
    if name.casefold().strip() in map(str.casefold, called) or key(name) in _keys(called):
        return _BARE if is_bare(name, meaning) else 1.0
    vocabulary = _vocabulary(meaning) | (_receivers() if receiver else frozenset())
    if not own or not all(_is_near(word, vocabulary) for word in own):
        return 0.0
    whole = [
        content
        for each in called
        if (content := _meaningful_words(each)) and all(_is_near(word, own) for word in content)
    ]
    share = max((len(content) / len(own) for content in whole), default=0.0)
    in_full = key(_group_and_rest(name)[1]) in _keys(called)  # below its group of columns
    score = _IN_PART + (1 - _IN_PART) * min(share, 1.0) if whole or in_full else 0.0
    return min(score, _BARE) if is_bare(name, meaning) else score


def is_bare(name: str, meaning: Meaning) -> bool:
    """Whether a name is so short that columns of other meanings have it too, such as "Date"."""
    own = _meaningful_words(name)
    if ordinal(name) or (meaning.again and not own & _meaningful_words_of(meaning.called)):
        return meaning.again and not (own - _meaningful_words_of(meaning.numbered))
    return key(name) in _keys(meaning.bare) or any(
        own == _meaningful_words(each) for each in meaning.bare if _meaningful_words(each)
    )


def is_numbered_alike(name: str, meaning: Meaning) -> bool:
    """Whether a name is one that columns of a numbered hand-over have, such as "Date"."""
    own = _meaningful_words(name)
    return meaning.again and (
        key(name) in _keys(meaning.numbered) or any(own == _meaningful_words(each) for each in meaning.numbered)
    )


def of_a_stranger(name: str) -> bool:
    """Whether a name refers to somebody outside the household of the woman of the row."""
    return any(_is_near(word, _keys(words().strangers)) for word in _tokens_of(name))


def of_elsewhere(name: str) -> bool:
    """Whether a name refers to another place, group or gift than hers."""
    return any(_is_near(word, _keys(words().elsewhere)) for word in _tokens_of(name))


def of_a_receiver(name: str) -> bool:
    """Whether a name refers to a receiver."""
    return bool(_meaningful_words(name) & _receivers()) or key(name) in _receivers()


def of_the_woman(name: str) -> bool:
    """Whether a name says that the woman of the row is meant."""
    return bool(_tokens_of(name) & _keys(words().subjects))


def likeness(name: str, meaning: Meaning) -> float:
    """How like a column's name is to what registers call a meaning, 0 to 1, by its letters; it need not say it."""
    name = _QUESTION.sub("", name)
    group, last = _group_and_rest(name)
    names = {(group, last), (without_ordinal(group), without_ordinal(last))}
    best = max(_similarity(*one, called) for one in names for called in (*meaning.called, *meaning.receiver))
    if ordinal(name):
        if not meaning.again:
            best *= _OF_ANOTHER
        else:
            plain = without_ordinal(name)
            best = max(best, *(alike(plain, called) for called in meaning.numbered))
    return best if best >= NOISE else 0.0


def ordinal(name: str) -> int:
    """The number of the hand-over that the name of a column states; 0 if it states none."""
    ordinals = words().ordinals
    tokens = (token.translate(_DIGITS).casefold() for token in _parts(_QUESTION.sub("", name)))
    return next((ordinals[token] for token in tokens if token in ordinals), 0)


def without_ordinal(name: str) -> str:
    """A name without the number of a hand-over."""
    ordinals = words().ordinals
    tokens = [token for token in _parts(name) if token.translate(_DIGITS).casefold() not in ordinals]
    return " ".join(tokens) or name


# ---------------------------------------------------------------------------------------------------- words


def _group_and_rest(name: str) -> tuple[str, str]:
    """The group of columns that a name begins with ("" for none), and the rest of the name."""
    if BETWEEN_LINES in name:
        group, _, last = name.rpartition(BETWEEN_LINES)
        return group.replace(BETWEEN_LINES, " "), last
    if _FORM_PATH.search(name):
        group, _, last = name.replace("_", " ").rpartition("/")
        return group.replace("/", " "), last
    return "", name


def _similarity(group: str, last: str, called: str) -> float:
    """How similar a name is to another, in [0, 1]; the group alone, which other columns share, counts nothing."""
    if not group:
        return alike(last, called)
    whole = alike(f"{group} {last}", called)
    return max(_LAST_PART * alike(last, called), whole if whole > alike(group, called) else 0.0)


def _parts(name: str) -> list[str]:
    return [token for part in name.split() for token in re.split(r"[/_.,:;()\[\]-]+", part) if token]


@cache
def _tokens_of(text: str) -> frozenset[str]:
    """The words of a text, by their sound."""
    return frozenset(key(text.replace("_", " ")).split())


@cache
def _meaningful_words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, by their sound."""
    return frozenset(word for word in _tokens_of(text) if len(word) > 1) - _keys(words().plain)


def _meaningful_words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _meaningful_words(text))


@cache
def _vocabulary(meaning: Meaning) -> frozenset[str]:
    """All words that names for a meaning may contain."""
    return _meaningful_words_of((*meaning.called, *meaning.numbered, *meaning.receiver, *meaning.beside))


@cache
def _keys(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(word for text in texts if (word := key(text)))


def _receivers() -> frozenset[str]:
    return _keys(words().receivers)


def _is_near(word: str, among: Collection[str]) -> bool:
    """Whether a word is among some words, or one typing error away from a long one."""
    length, least = _ONE_SLIP
    return word in among or (len(word) >= length and any(sound_alike(word, each, least) for each in among))
