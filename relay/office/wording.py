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
_RECEIVED: Final = "received %(units)s from %(giver_id)s"  # a pass-on, told of its receiver
_HOLDING: Final = ", holds %(held)s"
_PLACED: Final = "%(units)s received on %(received_on)s"
_HAPPENED: Final = {
    "birth": "%(units)s born",
    "death": "%(units)s died",
    "theft": "%(units)s stolen",
    "sale": "sold %(units)s",
    "slaughter": "slaughtered %(units)s",
    "illness": "%(units)s ill",
    "replacement": "%(units)s replaced",
    "visit": "was visited",
    "checked": "was checked in the field",
    "left": "left the programme",
    "excused": "was excused",
    "extended": "was given more time",
}
"""Kind of event → what the history of its holder says of it."""
_HOLDS: Final = ", holds %(placement_ids)s"
_TAKEN_BACK: Final = ", taken back"
_DAY: Final = re.compile(r"\{([^}]*)\}")  # of a phrase: what is left out beside the day itself
_LABELS: Final = {"beneficiary_id": "person", "a_id": "one", "b_id": "other"}  # where the column says too little
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


def label(column: str) -> str:
    """The name of a column whose value is shown by its name instead of its id.

    >>> label("giver_placement_id"), label("received_on")
    ('giver placement', 'received on')
    """
    return _LABELS.get(column) or heading(re.sub("_ids?$", "", column))


def texts(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Every text that wording can say of records of some kinds, for those who translate it."""
    kinds = tuple(kinds)
    choices = (choice for kind in kinds for column in kind.columns for choice in column.choices)
    phrases = (kind.phrase for kind in kinds)
    deeds = (_RECEIVED, _HOLDING, _PLACED, *_HAPPENED.values(), *(kind.deed for kind in kinds if kind.deed))
    parts = (*_PARTS.values(), _HOLDS, _TAKEN_BACK, *_HOLDERS.values())
    return tuple(dict.fromkeys((*phrases, *deeds, *parts, *map(spoken, choices), *_OF_A_KIND)))


def headings(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """All names of columns of some kinds of records, for translators."""
    columns = [(kind, column.name) for kind in kinds for column in kind.columns]
    labels = (label(name) for kind, name in columns if name != kind.id_column)  # its own id is called just that
    return tuple(dict.fromkeys((*(heading(name) for _, name in columns), *labels)))


def _together(number: float | None, help_: str | None) -> str:
    if number is None or help_ is None:
        return str(number if number is not None else help_ or "")
    return Units(number, help_)


def _bare_id(_kind: str, id_: str) -> str:
    return id_


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A language for describing records; by default the plain English of the command line.

    Attributes:
        say: One of `texts` → the same in that language.
        column: The name of a column → what it is called.
        units: A number and a help, either of which may be missing → both together, such as "2 goats".
        day: ISO text → that day as it is written in that language.
        record: Kind and id of a record that is named → how it is called; of an act, "" and "kind:id"; of all that
            somebody holds, "held" and the ids of the placements.
        tells: Whether a woman's history says what she did, instead of what each act is.
    """

    say: Callable[[str], str] = str
    column: Callable[[str], str] = str
    units: Callable[[float | None, str | None], str] = _together
    day: Callable[[str], str] = str
    record: Callable[[str, str], str] = _bare_id
    tells: bool = False


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


def what_she_did(
    catalogue: Catalogue, act_id: str, values: Mapping[str, Any], speech: Speech = PLAIN, *, received: bool = False
) -> str:
    """What the history of a woman says of an act, as the end of a sentence about her; without the day.

    Args:
        catalogue: With its kind.
        act_id: "kind:id".
        values: As for `what_it_is`; of a pass-on that she received with `giver_id`, who gave.
        speech: The language.
        received: Whether it is a pass-on that she received.

    >>> what_she_did(Catalogue(), "pass:T1", {"animals": 2, "help": "goat", "beneficiary_id": "B2"})
    'passed on 2 goats to B2'
    >>> what_she_did(Catalogue(), "event:E1", {"kind": "death", "help": "goat"})
    '1 goat died'
    """
    kind = catalogue.kind(act_id.partition(":")[0])
    if kind.name == "event":
        words = _words(kind, {"animals": 1, **values}, speech)
        return speech.say(_HAPPENED[values["kind"]]) % words + words["ending"]
    template = _RECEIVED if received else kind.deed
    if not template:
        return what_it_is(catalogue, act_id, values, speech, dated=False)
    return speech.say(template) % _words(kind, values, speech)


def who_or_what(
    catalogue: Catalogue,
    act_id: str,
    values: Mapping[str, Any],
    speech: Speech,
    *,
    place: str | None,
    held: Sequence[str] = (),
    taken_back: bool = False,
) -> str:
    """What is said of a record beside its name where it was searched for, such as "born 1992, Kalika-8, holds 1 goat".

    Args:
        catalogue: With its kind.
        act_id: "kind:id".
        values: As for `what_it_is`.
        speech: The language.
        place: Where she lives, or where it lies; None if that is unknown.
        held: Of a beneficiary, the ids of the placements that she holds.
        taken_back: Whether it was taken back.

    >>> who_or_what(Catalogue(), "beneficiary:B1", {"birth_year": 1992}, PLAIN, place="Kalika-8", held=("P1",))
    'born 1992, Kalika-8, holds P1'
    """
    kind = catalogue.kind(act_id.partition(":")[0])
    words = _words(kind, values, speech)
    if kind.name == "beneficiary":
        first = words["born"].removeprefix(", ") or words["holder"]
    elif kind.name == "placement":
        first = speech.say(_PLACED) % words
    else:
        first = what_it_is(catalogue, act_id, values, speech)
    said = ", ".join(filter(None, (first, place)))
    said += speech.say(_HOLDING) % {"held": speech.record("held", ";".join(held))} if held else ""
    return said + (speech.say(_TAKEN_BACK) if taken_back else "")


class _PhraseWords(dict[str, str]):
    """What an act says, as the words of a phrase."""

    def __missing__(self, _: str) -> str:
        return "?"


def _words(kind: Kind, values: Mapping[str, Any], speech: Speech) -> _PhraseWords:
    known = {name: value for name, value in values.items() if value is not None and value != {}}
    said = _PhraseWords((name, str(value)) for name, value in known.items())
    for column in kind.columns:
        if column.name in known and (column.choices or column.type == "level"):
            said[column.name] = speech.say(spoken(said[column.name]))
        elif column.name in known and column.type == "date":
            said[column.name] = speech.day(said[column.name])
        elif column.name in known and (named := column.refers_to or column.begins) and column.type == "id":
            said[column.name] = speech.record(named, said[column.name])
        elif column.name in known and column.type == "act":
            said[column.name] = speech.record("", said[column.name])
    if "giver_id" in said:
        said["giver_id"] = speech.record("beneficiary", said["giver_id"])
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
