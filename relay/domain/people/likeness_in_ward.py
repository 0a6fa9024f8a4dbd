"""Neighbours: those who are registered in a ward, so that who is being registered can be compared with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from relay.domain.people.likeness import Commonness, Person, Reason, total

MOST: Final = 1000
"""People of a ward, from whom on nobody is compared there: it would hold up who records (our choice)."""
LIKELY: Final = 0.1
"""From which likelihood on it is asked: a question costs a second, a woman who stands twice much more (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Somebody whom a person is like.

    Attributes:
        id: Her beneficiary id.
        reasons: What speaks for their being one, and against.
    """

    id: str
    reasons: tuple[Reason, ...]


class Neighbours:
    """The people of some wards; of others nothing is known, and nobody is like another there."""

    def __init__(self) -> None:
        """Begin with no ward."""
        self._wards: dict[str, dict[str, Person]] = {}
        self._of: dict[str, str] = {}

    def __contains__(self, ward: str) -> bool:
        """Whether the people of a ward are known."""
        return ward in self._wards

    def know(self, ward: str, people: Iterable[Person]) -> None:
        """Take in all who are registered in a ward."""
        self._wards[ward] = {}
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """Take in somebody who is registered, where her ward is known."""
        self.remove(person.id)
        if person.ward in self._wards:
            self._wards[person.ward][person.id] = person
            self._of[person.id] = person.ward

    def remove(self, id_: str) -> None:
        """Leave somebody out, if she was there."""
        ward = self._of.pop(id_, None)
        if ward is not None:
            del self._wards[ward][id_]

    def like(self, person: Person) -> Like | None:
        """The one of her ward whom she is most like; None where she is like nobody."""
        there = [each for each in self._wards.get(person.ward, {}).values() if each.id != person.id]
        if not 0 < len(there) < MOST:
            return None
        common = Commonness([person, *there])
        compared = [Like(id=each.id, reasons=common.reasons(person, each)) for each in there]
        likely = [each for each in compared if each.reasons and total(each.reasons) >= common.least(LIKELY)]
        return max(likely, key=lambda each: (total(each.reasons), each.id), default=None)
