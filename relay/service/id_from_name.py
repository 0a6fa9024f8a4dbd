"""Which record a person means who gives a name where an id is asked for, or the id of something beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from relay.errors import NotFound
from relay.service.questions.lookup import Find, Show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from relay.reports.search import Hit
    from relay.service.question import Question

CLEAR: Final = 100.0
"""The score of a hit that is what was typed: an id, or a name with every word of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A record that may be meant.

    Attributes:
        id: Without its kind.
        told: What it is, for the person who has to choose: with a name and a place.
        clear: Whether it bears what was typed, and not only something like it.
    """

    id: str
    told: str
    clear: bool


def meant(ask: Callable[[Question[Any]], Any], text: str, kind: str, as_of: date) -> tuple[Meant, ...]:
    """The records of a kind that a name, or an id of something else, may mean; the nearest first.

    A woman's name means what she holds where a placement is asked for, and a placement means who holds it where a
    person is.

    Args:
        ask: Asks a question of the programme.
        text: What was typed.
        kind: Of the record that is asked for.
        as_of: The day; what happened later is not meant.

    Raises:
        RelayError: It cannot be asked.
    """
    found: dict[str, Meant] = {}
    for hit in ask(Find(text=text, as_of=as_of)):
        for id_ in _ids(ask, hit, kind, as_of):
            told = f"{id_}: {', '.join(filter(None, (hit.name, hit.what, hit.place)))}"
            found.setdefault(id_, Meant(id=id_, told=told, clear=hit.score >= CLEAR))
    return tuple(found.values())


def _ids(ask: Callable[[Question[Any]], Any], hit: Hit, kind: str, as_of: date) -> Iterator[str]:
    """The records of the kind that a hit is, or stands for."""
    own, _, id_ = hit.id.partition(":")
    if own == kind:
        yield id_
    elif hit.score >= CLEAR and {own, kind} == {"beneficiary", "placement"}:
        try:
            record = ask(Show(id=hit.id, as_of=as_of))
        except NotFound:  # erased, or taken back, in the meantime
            return
        if kind == "placement":
            yield from (stand.placement_id for stand in record.placements)
        elif holder := record.values.get("beneficiary_id"):
            yield str(holder)
