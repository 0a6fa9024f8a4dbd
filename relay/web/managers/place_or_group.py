"""The page of a group or a place: its people, and the health of the placements that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.errors import refused
from relay.reports import placements
from relay.reports.breakdown import NO_SUCH_PART
from relay.reports.counted_placements import STUCK
from relay.reports.placements import PlacementFilter
from relay.web import privacy
from relay.web.i18n import labels
from relay.web.request import current
from relay.web.result_cache import health_by_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.health import PartHealth
    from relay.reports.placements import Holders, Holdings

PEOPLE: Final = 50  # our choice: people on the page; all are on their list
STUCK_SHOWN: Final = 10  # our choice: lost or broken placements on the page; all are on their list


@dataclass(frozen=True, kw_only=True)
class PartPage:
    """A group or a place on a day.

    Attributes:
        survey: The survey of the programme on the day.
        word: "group" or "place".
        part_id: Its id.
        as_of: The day.
        today: The date in the programme's time zone.
        names: How people are named, one of `labels.NAMES`.
    """

    survey: Survey
    word: str
    part_id: str
    as_of: date
    today: date
    names: str

    @classmethod
    def of_request(cls, word: str, part_id: str) -> PartPage:
        """Read it from the URL.

        Raises:
            NotFound: There is no such group or place.
        """
        survey = current.survey()
        snapshot = survey.snapshot
        if (snapshot.groups if word == "group" else snapshot.places).ids.row(part_id) is None:
            raise refused(NO_SUCH_PART, word=word, asked=part_id)
        names = privacy.naming_mode()
        return cls(survey=survey, word=word, part_id=part_id, as_of=current.as_of(), today=current.today(), names=names)

    @cached_property
    def _called(self) -> Mapping[str, str]:
        return privacy.group_names() if self.word == "group" else privacy.places_and_donors().places

    @property
    def name(self) -> str:
        """Its name, or its id."""
        return self._called.get(self.part_id, self.part_id)

    def called(self, part_id: str) -> str:
        """The name of another group or place, or its id."""
        return self._called.get(part_id, part_id)

    def place(self, place_id: str | None) -> str:
        """The name of a place, or its id."""
        return privacy.places_and_donors().places.get(place_id or "", place_id or "")

    @cached_property
    def _parts(self) -> Mapping[str, PartHealth]:
        return health_by_part(self.survey, self.word)

    @property
    def part(self) -> PartHealth | None:
        """The health of what its people hold; None when they hold nothing."""
        return self._parts.get(self.part_id)

    @cached_property
    def above(self) -> Sequence[str]:
        """For a place, the places around it, the widest first; for a group, where it is based, if that is known."""
        snapshot = self.survey.snapshot
        if self.word == "group":
            based = int(snapshot.groups.place[snapshot.groups.ids.row(self.part_id) or 0])
            return [] if based < 0 else [snapshot.places.ids[based]]
        place_ids: list[str] = []
        row = int(snapshot.places.parent[snapshot.places.ids.row(self.part_id) or 0])
        while row >= 0 and snapshot.places.ids[row] not in place_ids:
            place_ids.append(snapshot.places.ids[row])
            row = int(snapshot.places.parent[row])
        return place_ids[::-1]

    @cached_property
    def inside(self) -> Sequence[tuple[str, PartHealth | None]]:
        """For a place, the places directly inside with their health, ordered by name; for a group, none."""
        places = self.survey.snapshot.places
        row = places.ids.row(self.part_id) if self.word == "place" else None
        ids = (
            [] if row is None else [id_ for id_, parent in zip(places.ids, places.parent, strict=True) if parent == row]
        )
        return sorted(((id_, self._parts.get(id_)) for id_ in ids), key=lambda each: self.called(each[0]))

    @property
    def filter(self) -> Mapping[str, str]:
        """The filter of a list that shows this group or place only."""
        return {self.word: self.part_id}

    @cached_property
    def stuck(self) -> Holdings:
        """The placements that are lost or broken, the latest first."""
        return placements.holdings(
            self.survey,
            PlacementFilter(state=STUCK, place_id=self._place_id, group_id=self._group_id),
            sort="since",
            descending=True,
        )

    @cached_property
    def people(self) -> Holders:
        """The people who live there or belong to it."""
        return placements.holders(self.survey, place_id=self._place_id, group_id=self._group_id)

    @property
    def _place_id(self) -> str | None:
        return self.part_id if self.word == "place" else None

    @property
    def _group_id(self) -> str | None:
        return self.part_id if self.word == "group" else None

    @cached_property
    def _people(self) -> Mapping[str, str]:
        shown = (*self.people[:PEOPLE], *self.stuck[:STUCK_SHOWN])
        return privacy.names("list", (row.beneficiary_id for row in shown), self.names)

    def person(self, beneficiary_id: str) -> str:
        """The name of a person as far as it may be shown, else her id."""
        return labels.named(beneficiary_id, self._people.get(beneficiary_id), self.names)
