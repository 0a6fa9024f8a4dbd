"""Names in two scripts: one key for the many ways in which one name is written.

Registers hold the same woman as लक्ष्मी मगर, Laxmi Magar and Lakshmi Magar. A name's key is its Latin letters,
folded: Devanagari is written in Latin as Nepali is spoken (the vowel that every consonant carries falls silent at
the end of a word), then spellings that sound alike become one. Keys find and compare; they are never shown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from operator import ge
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NEAR: Final = 75.0  # our choice: one slip in a word of four letters is still found (Sita, Gita)
PLACE: Final = 85.0  # our choice: one slip in the name of a place, whose words are not to pass for short names
BEGINNING: Final = 90.0  # our choice: a word's beginning is nearer than a slip, and further than the word itself

_SILENT: Final = "\u094d"  # virama: the consonant before it carries no vowel
_ASIDE: Final = "\u0001"  # what follows takes the place of the vowel that the consonant carries
_CONSONANTS: Final = {
    **dict(zip("कखगघङ", ("k", "kh", "g", "gh", "ng"), strict=True)),
    **dict(zip("चछजझञ", ("ch", "chh", "j", "jh", "n"), strict=True)),
    **dict(zip("टठडढण", ("t", "th", "d", "dh", "n"), strict=True)),
    **dict(zip("तथदधन", ("t", "th", "d", "dh", "n"), strict=True)),
    **dict(zip("पफबभम", ("p", "ph", "b", "bh", "m"), strict=True)),
    **dict(zip("यरलवळ", ("y", "r", "l", "v", "l"), strict=True)),
    **dict(zip("शषसह", ("sh", "sh", "s", "h"), strict=True)),
}
_VOWELS: Final = dict(zip("अआइईउऊऋएऐओऔ", ("a", "a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au"), strict=True))
_SIGNS: Final = dict(
    zip(
        "\u093e\u093f\u0940\u0941\u0942\u0943\u0947\u0948\u094b\u094c",  # the same vowels after a consonant
        ("a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au"),
        strict=True,
    )
)
_LATIN: Final = str.maketrans(
    {
        **{letter: f"{latin}a" for letter, latin in _CONSONANTS.items()},
        **_VOWELS,
        **{sign: f"{_ASIDE}{latin}" for sign, latin in _SIGNS.items()},
        **{digit: str(number) for number, digit in enumerate("०१२३४५६७८९")},
        _SILENT: _ASIDE,
        "\u0901": "n",  # chandrabindu, a vowel through the nose
        "\u0902": "n",  # anusvara, the same or the n of the next consonant
        "\u0903": "h",  # visarga
        "\u093c": "",  # nukta: marks sounds from Persian
        "\u093d": "",  # avagraha
        "\u200c": "",
        "\u200d": "",  # joiners that only shape the letters
    }
)
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_NOT_OF_IDS: Final = re.compile("[^A-Z0-9]+")
# The last consonant of a word carries no vowel, unless it ends a cluster (कृष्ण, Krishna) or is the whole word.
_LAST: Final = re.compile("(?<=[\u0901-\u094c])(?<!\u094d)([\u0915-\u0939]\u093c?)(?![\u0900-\u097f])")
_NASAL_BEFORE_LIPS: Final = re.compile("\u0902(?=[पफबभम])")
_NASAL_BEFORE_H: Final = re.compile("\u0902(?=ह)")

_SOUNDS: Final = {
    "chh": "c",
    "ch": "c",
    "ksh": "ks",
    "x": "ks",
    "jn": "gy",
    "kh": "k",
    "gh": "g",
    "jh": "j",
    "th": "t",
    "dh": "d",
    "ph": "p",
    "bh": "b",
    "sh": "s",
    "ck": "k",
    "c": "k",
    "q": "k",
    "f": "p",
    "v": "b",
    "w": "b",
    "z": "j",
    "aa": "a",
    "ee": "i",
    "ii": "i",
    "oo": "u",
    "uu": "u",
    "ou": "au",
}
_KSHETRI: Final = re.compile(r"\bksh")  # क्षेत्री is spoken, and mostly written, Chhetri
_LAST_Y: Final = re.compile(r"y\b")
_SOUND: Final = re.compile("|".join(sorted(_SOUNDS, key=lambda sound: (-len(sound), sound))))
_TWICE: Final = re.compile(r"([^\W\d])\1+")
_BETWEEN_NUMBERS: Final = re.compile(r"(?<=\d) (?=\d)")
_APART: Final = re.compile(r"[\W_]+")


def code(text: str) -> str:
    """What people write to tell one from another, such as an ear tag: its letters and digits alone, without case.

    What stands between two numbers keeps them apart; digits are those of any script. "" of a text that has neither
    letters nor digits, such as "-": it says that nothing is known.

    >>> code("H-77"), code("h ७७"), code("NP 0042"), code("1-11"), code("11/1"), code("सीता"), code("-")
    ('h77', 'h77', 'np0042', '1-11', '11-1', 'सीता', '')
    """
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():  # most, and a fifth of an audit's time when told letter by letter
        marked = _APART.sub(" ", folded)
    else:
        latin = (str(int(letter)) if letter.isdecimal() else letter for letter in folded)
        marked = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in latin)
    return _BETWEEN_NUMBERS.sub("-", " ".join(marked.split())).replace(" ", "")


def key(name: str) -> str:
    """The key of a name: its words folded, in their order, with one space between; "" when it has no letters.

    >>> key("लक्ष्मी मगर"), key("Laxmi Magar"), key("LAKSHMI  MAGAR")
    ('laksmi magar', 'laksmi magar', 'laksmi magar')
    """
    name = name.casefold()
    if not name.isascii():
        name = latin(name)
    name = _LAST_Y.sub("i", _KSHETRI.sub("chh", _APART.sub(" ", name)))
    return _TWICE.sub(r"\1", _SOUND.sub(lambda found: _SOUNDS[found[0]], name)).strip()


_known_key = lru_cache(maxsize=4096)(key)
"""The key of a text that is compared with many: the names of a register's columns with all that such are called."""


def latin(name: str) -> str:
    """A text with Devanagari in Latin letters, and accents dropped; letters of other scripts stay."""
    name = unicodedata.normalize("NFKD", name)
    if _DEVANAGARI.search(name):
        name = _LAST.sub(r"\1" + _SILENT, name)
        name = _NASAL_BEFORE_H.sub("ङ" + _SILENT, _NASAL_BEFORE_LIPS.sub("म" + _SILENT, name))
        name = name.translate(_LATIN).replace(f"a{_ASIDE}", "").replace(_ASIDE, "")
    return "".join(letter for letter in name if not unicodedata.combining(letter))


def id_of(name: str, longest: int) -> str:
    """An id made of a name, of so many letters at most; empty where nothing of it is Latin or Devanagari.

    >>> id_of("गोरखा-8, Gorkhā", 24)
    'GORAKHA-8-GORKHA'
    """
    return _NOT_OF_IDS.sub("-", latin(name).upper()).strip("-")[:longest].strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How like a name is to what was asked for.

    Attributes:
        id: Whose name.
        score: 0 to 100; 100 when each word that was asked for is a word of the name, or beside one of the name, of a
            place around it.
    """

    id: str
    score: float


def like(text: str, names: Mapping[str, str], around: Mapping[str, str] | None = None) -> tuple[Likeness, ...]:
    """The names that are like a text, nearest first; those of one score by the name alone, by length, then by id.

    Each word of the text is held against the words of the name, in any order: as it sounds, as a beginning, or with
    slips; each has to be like one of them. The score is the mean over the words of the text, weighed by their length;
    words that the name has beside them cost nothing, since Kumari, Devi or a family name are often left out.

    Args:
        text: In either script.
        names: id → name in either script.
        around: id → the places around who is so called. Where a word of the text is like one of the name, the others
            may be words of these: "Maya Tansen".

    Returns:
        Those of at least `NEAR`; empty when the text has no letters.
    """
    asked = key(text).split()
    if not asked:
        return ()
    least = [min(NEAR, 100 * (len(word) - 1) / len(word)) for word in asked]  # one slip in a short one (Rai, Ray)
    weights = [len(word) / sum(map(len, asked)) for word in asked]
    scores: dict[str, Sequence[float]] = {}  # names share their words, so each is compared once

    def best_of(name: str) -> Sequence[float]:
        best: Sequence[float] = [0.0] * len(asked)
        for written in name.split():
            if written not in scores:
                scores[written] = tuple(_word_scores(asked, key(written).split()))
            best = list(map(max, best, scores[written]))
        return best

    def weighed(best: Sequence[float]) -> float:
        return sum(weight * each for weight, each in zip(weights, best, strict=True))

    found: list[tuple[float, float, int, str]] = []
    for id_, name in names.items():
        own = best_of(name)
        alone, best = weighed(own), own
        if around and max(own) >= NEAR:
            lives = [each if each >= PLACE else 0.0 for each in best_of(around.get(id_, ""))]
            best = list(map(max, own, lives))
        score = weighed(best)
        if score >= NEAR and all(map(ge, best, least)):
            found.append((-score, -alone, len(name), id_))
    return tuple(Likeness(id=id_, score=-score) for score, _, _, id_ in sorted(found))


def _word_scores(asked: Sequence[str], words: Sequence[str]) -> Iterator[float]:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a search needs it, and every command would pay for it

    for word in asked:
        beginning = BEGINNING if any(each.startswith(word) for each in words) else 0.0
        yield max([beginning, *(fuzz.ratio(word, each) for each in words)])


def alike(one: str, other: str) -> float:
    """How like two short texts of any script are, 0 to 1; what one of them says more costs little.

    >>> alike("Mobile no.", "mobile"), alike("मोबाइल", "mobail")
    (0.92, 1.0)
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - as above

    key_of_one, key_of_other = _known_key(one), _known_key(other)
    if not key_of_one or not key_of_other:
        return 0.0
    together = 0.92 * fuzz.token_set_ratio(
        key_of_one, key_of_other
    )  # our choice, tried on registers of three languages
    return max(fuzz.ratio(key_of_one, key_of_other), together) / 100


def sound_alike(one: str, other: str, least: float) -> bool:
    """Whether two keys of words are at least so like, of 100.

    >>> sound_alike("sita", "gita", 80), sound_alike("sunita", "sunitta", 80)
    (False, True)
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - as above

    return fuzz.ratio(one, other, score_cutoff=least) > 0
