"""Wording: what each kind of record is called, and what one of them is, in a few words of any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from relay.domain.acts import DAY_COLUMNS, FILED, HOW_CORRECTED, KEYS, changes_of
from relay.text import Sentence

_WITH_ARTICLE: Final = {
    "programme": Sentence("a programme"),
    "rule": Sentence("a rule"),
    "place": Sentence("a place"),
    "group": Sentence("a group"),
    "beneficiary": Sentence("a beneficiary"),
    "gift": Sentence("a gift"),
    "placement": Sentence("a placement"),
    "pass": Sentence("a pass-on"),
    "event": Sentence("an event"),
    "claim": Sentence("a claim"),
    "correct": Sentence("a correction"),
    "confirm": Sentence("a confirmation"),
    "erase": Sentence("an erasure"),
}
_HOLDERS: Final = {"F": "woman", "M": "man", "group": "group that holds help", "": "person"}
_SPOKEN: Final = {"F": "female", "M": "male", "womens_group": "women's group", "did_not_happen": "it did not happen"}

_PHRASES: Final = {
    "programme": "programme",
    "rule": "rule for %(help)s%(condition)s received from %(from)s",
    "place": "%(kind)s",
    "group": "%(kind)s",
    "beneficiary": "%(holder)s%(born)s",
    "gift": "gift of %(units)s given on %(given_on)s",
    "placement": "%(units)s held by %(beneficiary_id)s since %(received_on)s",
    "pass": "%(units)s passed on from placement %(giver_placement_id)s to %(receiver_placement_id)s on %(passed_on)s",
    "event": "%(kind)s%(number)s at placement %(placement_id)s on %(happened_on)s%(ending)s",
    "claim": "claim of %(value)s %(what)s for gift %(gift_id)s as of %(as_of)s",
    "correct": "correction of %(act_id)s: %(how)s%(fields)s",
    "confirm": "confirmation of %(act_id)s",
    "erase": "erasure of what is personal about %(subject_id)s",
}
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
_OF_A_KIND: Final = ("place", "group", "event")  # what is so called when its own kind is not told
_HOLDS: Final = ", holds %(placement_ids)s"
_TAKEN_BACK: Final = ", taken back"

_CHOICES: Final = (*(choice for kind in FILED for column in kind.columns for choice in column.choices), *HOW_CORRECTED)

CHOSEN: Final = frozenset({"how", *(column.name for kind in FILED for column in kind.columns if column.choices)})
"""The columns that hold one of a few words."""


def a(kind: str) -> Sentence:
    """A kind of record with its article.

    >>> a("pass"), a("event")
    ('a pass-on', 'an event')
    """
    return _WITH_ARTICLE[kind]


def spoken(choice: str) -> str:
    """One of the few words of a column, as it is read.

    >>> spoken("womens_group"), spoken("not_found")
    ("women's group", 'not found')
    """
    return _SPOKEN.get(choice, choice.replace("_", " "))


def heading(column: str) -> str:
    """The name of a column, as it is read.

    >>> heading("received_on")
    'received on'
    """
    return column.replace("_", " ")


TEXTS: Final = tuple(
    dict.fromkeys(
        (
            *_PHRASES.values(),
            *_PARTS.values(),
            _HOLDS,
            _TAKEN_BACK,
            *_HOLDERS.values(),
            *map(spoken, _CHOICES),
            *_OF_A_KIND,
        )
    )
)
"""Every text that wording can say, for those who translate it."""

HEADINGS: Final = tuple(dict.fromkeys(heading(column) for columns in KEYS.values() for column in columns))
"""Every name of a column, for the same."""


def _together(number: float | None, help_: str | None) -> str:
    return " ".join(str(each) for each in (number, help_) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A language, as far as a record is told in it; by default the plain English of the command line.

    Attributes:
        say: One of `TEXTS` → the same in that language.
        column: The name of a column → what it is called.
        units: A number and a help, either of which may be missing → both together, such as "2 goat".
        day: ISO text → that day as it is written in that language.
    """

    say: Callable[[str], str] = str
    column: Callable[[str], str] = str
    units: Callable[[float | None, str | None], str] = _together
    day: Callable[[str], str] = str


PLAIN: Final = Speech()


def what_it_is(
    act_id: str,
    values: Mapping[str, Any],
    speech: Speech = PLAIN,
    *,
    held: Sequence[str] = (),
    taken_back: bool = False,
) -> str:
    """What an act or placement is, in a few words without anyone's name.

    Args:
        act_id: "kind:id".
        values: Column → what it says; columns that it lacks are left out of the words, or "?" where they are needed.
        speech: The language.
        held: Of a beneficiary, the ids of the placements that she holds, where they are to be told.
        taken_back: Whether it was, where that is to be told.

    >>> what_it_is("event:E1", {"kind": "death", "animals": 2, "placement_id": "P1", "happened_on": "2022-01-01"})
    'death of 2 at placement P1 on 2022-01-01'
    >>> what_it_is("beneficiary:B1", {"sex": "F"}, held=("P1", "P4"))
    'woman, holds P1, P4'
    """
    kind = act_id.partition(":")[0]
    return (
        speech.say(_PHRASES[kind]) % _words(kind, values, speech)
        + (speech.say(_HOLDS) % {"placement_ids": ", ".join(held)} if held else "")
        + (speech.say(_TAKEN_BACK) if taken_back else "")
    )


class _Words(dict[str, str]):
    """What an act says, as the words of a phrase."""

    def __missing__(self, _: str) -> str:
        return "?"


def _words(kind: str, values: Mapping[str, Any], speech: Speech) -> _Words:
    known = {name: value for name, value in values.items() if value is not None and value != {}}
    said = _Words((name, str(value)) for name, value in known.items())
    said |= {name: speech.say(spoken(said[name])) for name in CHOSEN & known.keys()}
    said |= {name: speech.day(said[name]) for name in DAY_COLUMNS & known.keys()}
    if changes := changes_of(known):
        said["changes"] = ", ".join(map(speech.column, changes))

    def part(name: str) -> str:
        return speech.say(_PARTS[name]) % said if name in said else ""

    said |= {
        "kind": speech.say(kind) if kind in _OF_A_KIND and "kind" not in said else said["kind"],
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
    """Who a beneficiary is: a group, whatever else is told of it, or a person of some sex."""
    return _HOLDERS.get("group" if values.get("kind") == "group" else values.get("sex", "")) or _HOLDERS[""]
