"""What a column of a register may mean, and what registers call it: the words of meanings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

_FILE: Final = "meanings.toml"

Look = Literal["id", "name", "phone", "day", "number", "year", "age", "word", "place", "ward", "link", "text"]
"""What the cells of a column look like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column may mean: something that is known of the woman of a row.

    Attributes:
        name: How the map's proposer calls it.
        look: What its cells look like.
        called: What registers call it, in any language.
        again: Whether a row may hold it several times, once for each hand-over.
        words: The words of the format that its cells say, in whatever language; empty where they say anything.
        numbered: What such a column is called besides, where its name has the number of the hand-over.
        bare: Names among these that many other columns have too.
        receiver: What it is called besides, where the receiver is the woman of the row.
        beside: Words that may stand in its name besides.
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
    """All that registers write.

    Attributes:
        meanings: What columns may mean, by name.
        ordinals: What marks the first, second … hand-over in the name of a column → its number.
        plain: Words that say nothing in the name of a column.
        receivers: What whoever receives is called there.
        strangers: What those are called there who are neither the woman of a row nor her household.
        elsewhere: What is in the names of columns of other places, groups and gifts than hers.
        subjects: What the woman of a row is called there.
        totals: What begins a row that is no woman's, in small letters.
        nothing: What a cell holds that is to say nothing, in small letters.
        form_columns: Columns that form tools add to every export.
        of_cells: The word of a programme → what registers write for it.
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
    content: Mapping[str, Any] = tomllib.loads((files("relay.mapping") / _FILE).read_text(encoding="utf-8"))
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
