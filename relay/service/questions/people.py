"""Questions about who is who: registrations that may be one person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from relay.countries.country import country_of
from relay.reports import breakdown, duplicates
from relay.reports.field import contacts
from relay.service.question import Question, Says, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesQuestion(Question[duplicates.Duplicates]):
    """Pairs of registrations that are likely one person, with the sum of the reasons. Personal."""

    name = "duplicates"
    action = "duplicates"
    path = "duplicates"
    personal = True

    most: Annotated[int | None, Says(sort="count", text="At most this many pairs, the likeliest.")] = None

    def answer(self, source: Source, programme_id: str) -> duplicates.Duplicates:
        """The likeliest first, with the names that the reader is told."""
        found = duplicates.duplicates(source.graph, programme_id, country_of(source.country).telephone, most=self.most)
        ids = {id_ for each in found.candidates for id_ in (each.one_id, each.other_id)}
        people = contacts.contacts(source.graph, programme_id, source.reader.nameable(sorted(ids)))
        places = breakdown.names(source.graph, programme_id, ("place",)).places
        return replace(
            found,
            candidates=tuple(
                replace(
                    each,
                    one_name=people.get(each.one_id, contacts.NOBODY).name,
                    other_name=people.get(each.other_id, contacts.NOBODY).name,
                    place_name=places.get(each.place_id or ""),
                )
                for each in found.candidates
            ),
        )

    def opened(self, answer: duplicates.Duplicates) -> Iterable[str]:
        """Those who are named."""
        named = ((each.one_id, each.one_name) for each in answer.candidates)
        others = ((each.other_id, each.other_name) for each in answer.candidates)
        return sorted({f"beneficiary:{id_}" for id_, name in (*named, *others) if name})
