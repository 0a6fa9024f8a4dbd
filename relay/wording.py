"""Wording: what each kind of record is called, and what one of them is, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_CALLED: Final = {"pass": "pass-on", "correct": "correction", "confirm": "confirmation", "erase": "erasure"}
_HOLDERS: Final = {"F": "woman", "M": "man", "group": "group that holds help"}
_HOW: Final = {"did_not_happen": "it did not happen", "wrong_data": "wrong data"}
_ENDINGS: Final = {"until_on": " until ", "reason": ": ", "outcome": ": "}

_PHRASES: Final = {
    "programme": "programme",
    "rule": "rule for {help}{condition} received from {from}",
    "place": "{kind}",
    "group": "{kind}",
    "beneficiary": "{holder}{born}",
    "gift": "gift of {units} given on {given_on}",
    "placement": "{units} held by {beneficiary_id} since {received_on}",
    "pass": "{units} passed on from placement {giver_placement_id} to {receiver_placement_id} on {passed_on}",
    "event": "{kind}{number} at placement {placement_id} on {happened_on}{ending}",
    "claim": "claim of {value} {what} for gift {gift_id} as of {as_of}",
    "correct": "correction of {act_id}: {how}{fields}",
    "confirm": "confirmation of {act_id}",
    "erase": "erasure of what is personal about {subject_id}",
}


def a(kind: str) -> str:
    """A kind of record with its article.

    >>> a("pass"), a("event")
    ('a pass-on', 'an event')
    """
    word = _CALLED.get(kind, kind)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def what_it_is(act_id: str, values: Mapping[str, Any]) -> str:
    """What an act or placement is, in a few words without anyone's name.

    Args:
        act_id: "kind:id".
        values: Column → what it says; columns that it lacks are left out of the words, or "?" where they are needed.

    >>> what_it_is("event:E1", {"kind": "death", "animals": 2, "placement_id": "P1", "happened_on": "2022-01-01"})
    'death of 2 at placement P1 on 2022-01-01'
    """
    kind = act_id.partition(":")[0]
    return _PHRASES[kind].format_map(_Words(kind, values))


class _Words(dict[str, str]):
    """What an act says, as the words of a phrase."""

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        super().__init__({name: str(value) for name, value in values.items() if value is not None})
        changes = values.get("changes")
        self |= {
            "kind": _spoken(self.get("kind", kind)),
            "holder": _HOLDERS.get(self.get("kind", "")) or _HOLDERS.get(self.get("sex", "")) or "person",
            "born": f", born {self['birth_year']}" if "birth_year" in self else "",
            "units": " ".join(self[name] for name in ("animals", "help") if name in self),
            "number": f" of {self['animals']}" if "animals" in self else "",
            "ending": "".join(word + _spoken(self[name]) for name, word in _ENDINGS.items() if name in self),
            "condition": f", {self['condition']}," if "condition" in self else "",
            "how": _HOW.get(self.get("how", ""), "?"),
            "fields": f" in {', '.join(changes)}" if isinstance(changes, Mapping) and changes else "",
        }

    def __missing__(self, _: str) -> str:
        return "?"


def _spoken(word: str) -> str:
    return word.replace("womens", "women's").replace("_", " ") if "-" not in word else word
