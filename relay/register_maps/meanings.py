"""What a column of a register may mean, and the names that registers give it: the words of meanings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

_FILE: Final = "meanings.toml"

Look = Literal["id", "name", "phone", "day", "number", "year", "age", "word", "place", "ward", "link", "text"]
"""What the cells of a column can look like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One thing that a column may mean.

    Attributes:
        name: Its name in the code.
        look: What its cells look like.
        called: Names that registers give such a column, in any language.
        again: Whether a row may have it several times, once for each hand-over.
        words: Words of the format that its cells stand for, in any language; empty if cells may be anything.
        numbered: Further names, if they contain the number of the hand-over.
        bare: Names of `called` that columns of other meanings have too.
        receiver: Further names, if "receiver" refers to the woman of the row.
        beside: Words that its names may contain besides.
    """

    name: str
    look: Look
    called: tuple[str, ...]
    again: bool = False
    numbered: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    receiver: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All words that registers use.

    Attributes:
        meanings: Meanings of columns, by name.
        ordinals: Word for the first, second … hand-over in the name of a column → its number.
        plain: Words without meaning in the name of a column.
        receivers: Words for a receiver in the name of a column.
        strangers: Words for people who are neither the woman of a row nor of her household.
        elsewhere: Words for other places, groups and gifts than hers.
        subjects: Words for the woman of the row.
        totals: Words that begin a row that is not about a woman, in lower case.
        nothing: Texts of a cell that mean nothing, in lower case.
        form_columns: Columns that form tools add to every export.
        of_cells: Word of a programme → words that registers use for it.
        helps: The words among these that are kinds of help.
    """

    meanings: Mapping[str, Meaning]
    ordinals: Mapping[str, int]
    plain: tuple[str, ...]
    receivers: tuple[str, ...]
    strangers: tuple[str, ...]
    elsewhere: tuple[str, ...]
    subjects: tuple[str, ...]
    totals: tuple[str, ...]
    nothing: tuple[str, ...]
    form_columns: frozenset[str]
    of_cells: Mapping[str, tuple[str, ...]]
    helps: tuple[str, ...]


@cache
def words() -> Words:
    """The words of meanings.toml, read when they are first needed."""
    content: Mapping[str, Any] = tomllib.loads((files("relay.register_maps") / _FILE).read_text(encoding="utf-8"))
    meanings = [
        Meaning(
            name=each["name"],
            look=each["look"],
            called=tuple(each["called"]),
            again=each.get("again", False),
            numbered=tuple(each.get("numbered", ())),
            words=tuple(each.get("words", ())),
            bare=tuple(each.get("bare", ())),
            receiver=tuple(each.get("receiver", ())),
            beside=(*content["beside"].get(each.get("of"), ()), *each.get("beside", ())),
        )
        for each in content["meaning"]
    ]
    of_cells = {word: tuple(written) for word, written in content["words"].items()}
    of_others = {word for meaning in meanings for word in meaning.words}
    return Words(
        meanings={meaning.name: meaning for meaning in meanings},
        ordinals={word: int(number) for number, marks in content["ordinals"].items() for word in marks},
        plain=tuple(content["names"]["plain"]),
        receivers=tuple(content["names"]["receivers"]),
        strangers=tuple(content["names"]["strangers"]),
        elsewhere=tuple(content["names"]["elsewhere"]),
        subjects=tuple(content["beside"]["woman"]),
        totals=tuple(content["cells"]["totals"]),
        nothing=tuple(content["cells"]["nothing"]),
        form_columns=frozenset(content["forms"]["columns"]),
        of_cells=of_cells,
        helps=tuple(word for word in of_cells if word not in of_others),
    )
