"""Wording: what each kind of record is called, and a short description of one, in any language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from relay.domain.acts import changes_of
from relay.domain.schema import Kind
from relay.domain.system import Catalogue
from relay.text import Units

_HOLDERS: Final = {"F": "woman", "M": "man", "group": "group that holds help", "": "person"}
_SPOKEN: Final = {"F": "female", "M": "male", "womens_group": "women's group", "did_not_happen": "it did not happen"}

# Parts of a phrase, left out where their column says nothing.
_PARTS: Final = {
    "animals": " of %(animals)s",
    "birth_year": ", born %(birth_year)s",
    "changes": " in %(changes)s",
    "condition": ", %(condition)s,",
    "outcome": ": %(outcome)s",
    "reason": ": %(reason)s",
    "until_on": " until %(until_on)s",
}
_OF_A_KIND: Final = ("place", "group", "event")  # called this when its own kind is not given
_HOLDS: Final = ", holds %(placement_ids)s"
_TAKEN_BACK: Final = ", taken back"
_DAY: Final = re.compile(r"\{([^}]*)\}")  # of a phrase: what is left out beside the day itself
_SPELL: Final = ("from_on", "until_on")


def spoken(choice: str) -> str:
    """A choice of a column in plain English, as a reader sees it.

    >>> spoken("womens_group"), spoken("not_found")
    ("women's group", 'not found')
    """
    return _SPOKEN.get(choice, choice.replace("_", " "))


def heading(column: str) -> str:
    """The name of a column, as it is read.

    >>> heading("received_on"), heading("from_on")
    ('received on', 'from')
    """
    return column.removesuffix("_on") if column in _SPELL else column.replace("_", " ")


def texts(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Every text that wording can say of records of some kinds, for those who translate it."""
    kinds = tuple(kinds)
    choices = (choice for kind in kinds for column in kind.columns for choice in column.choices)
    phrases = (kind.phrase for kind in kinds)
    parts = (*_PARTS.values(), _HOLDS, _TAKEN_BACK, *_HOLDERS.values())
    return tuple(dict.fromkeys((*phrases, *parts, *map(spoken, choices), *_OF_A_KIND)))


def headings(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """All names of columns of some kinds of records, for translators."""
    return tuple(dict.fromkeys(heading(column.name) for kind in kinds for column in kind.columns))


def _together(number: float | None, help_: str | None) -> str:
    if number is None or help_ is None:
        return str(number if number is not None else help_ or "")
    return Units(number, help_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A language for describing records; by default the plain English of the command line.

    Attributes:
        say: One of `texts` → the same in that language.
        column: The name of a column → what it is called.
        units: A number and a help, either of which may be missing → both together, such as "2 goats".
        day: ISO text → that day as it is written in that language.
    """

    say: Callable[[str], str] = str
    column: Callable[[str], str] = str
    units: Callable[[float | None, str | None], str] = _together
    day: Callable[[str], str] = str


PLAIN: Final = Speech()


def what_it_is(
    catalogue: Catalogue,
    act_id: str,
    values: Mapping[str, Any],
    speech: Speech = PLAIN,
    *,
    held: Sequence[str] = (),
    taken_back: bool = False,
    dated: bool = True,
) -> str:
    """What an act or placement is, in a few words without anyone's name.

    Args:
        catalogue: With its kind.
        act_id: "kind:id".
        values: Column → what it says; columns that it lacks are left out of the words, or "?" where they are needed.
        speech: The language.
        held: Of a beneficiary, the ids of the placements that she holds, if they are to be shown.
        taken_back: Whether it was, if that is to be shown.
        dated: Whether to tell the day on which it happened: what braces enclose in a phrase.

    >>> death = {"kind": "death", "animals": 2, "placement_id": "P1", "happened_on": "2022-01-01"}
    >>> what_it_is(Catalogue(), "event:E1", death)
    'death of 2 at placement P1 on 2022-01-01'
    >>> what_it_is(Catalogue(), "beneficiary:B1", {"sex": "F"}, held=("P1", "P4"))
    'woman, holds P1, P4'
    >>> what_it_is(Catalogue(), "event:E1", death, dated=False)
    'death of 2 at placement P1'
    """
    kind = catalogue.kind(act_id.partition(":")[0])
    return (
        _DAY.sub(r"\1" if dated else "", speech.say(kind.phrase)) % _words(kind, values, speech)
        + (speech.say(_HOLDS) % {"placement_ids": ", ".join(held)} if held else "")
        + (speech.say(_TAKEN_BACK) if taken_back else "")
    )


class _PhraseWords(dict[str, str]):
    """What an act says, as the words of a phrase."""

    def __missing__(self, _: str) -> str:
        return "?"


def _words(kind: Kind, values: Mapping[str, Any], speech: Speech) -> _PhraseWords:
    known = {name: value for name, value in values.items() if value is not None and value != {}}
    said = _PhraseWords((name, str(value)) for name, value in known.items())
    for column in kind.columns:
        if column.name in known and column.choices:
            said[column.name] = speech.say(spoken(said[column.name]))
        elif column.name in known and column.type == "date":
            said[column.name] = speech.day(said[column.name])
    if changes := changes_of(known):
        said["changes"] = ", ".join(map(speech.column, changes))

    def part(name: str) -> str:
        return speech.say(_PARTS[name]) % said if name in said else ""

    said |= {
        "kind": speech.say(kind.name) if kind.name in _OF_A_KIND and "kind" not in said else said["kind"],
        "holder": speech.say(_holder(values)),
        "help": speech.units(None, known["help"]) if "help" in known else "?",
        "units": speech.units(known.get("animals"), known.get("help")),
        "born": part("birth_year"),
        "number": part("animals"),
        "fields": part("changes"),
        "ending": part("until_on") + part("reason") + part("outcome"),
        "condition": part("condition"),
    }
    return said


def _holder(values: Mapping[str, Any]) -> str:
    """Who a beneficiary is: a group, whatever else is recorded, or a person of some sex."""
    return _HOLDERS.get("group" if values.get("kind") == "group" else values.get("sex", "")) or _HOLDERS[""]
