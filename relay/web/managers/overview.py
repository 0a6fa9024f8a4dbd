"""The front page of a programme, read in five seconds: how the relays do, what broke this month, whom to visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.arrays.kernels import run_both
from relay.domain.model import add_months
from relay.reports import chains, health, placements
from relay.reports.field import visits as todo
from relay.reports.placements import PlacementFilter
from relay.web import privacy
from relay.web.request import current
from relay.web.result_cache import kept_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.breakdown import PartNames
    from relay.reports.chains import GivenGift
    from relay.reports.field.tasks import Task
    from relay.reports.field.visits import Visit
    from relay.reports.health import Health
    from relay.reports.placements import Beginning, Holdings

ROWS: Final = 8
"""Rows of what broke and of whom to visit (our choice: what fits one screen; all are a click away)."""

FARTHEST: Final = 5
"""Gifts that are shown (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is worked out once of a programme on a day."""

    health: Health
    visits: Sequence[Visit]
    stuck: Sequence[Beginning]
    farthest: Sequence[tuple[GivenGift, tuple[int, ...]]]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A programme on a day, as its managers ask for it.

    Attributes:
        survey: The programme on the day.
        as_of: The day.
        today: The date in the programme's time zone.
    """

    survey: Survey
    as_of: date
    today: date

    @classmethod
    def of_request(cls) -> Overview:
        """Read it from the URL."""
        return cls(survey=current.survey(), as_of=current.as_of(), today=current.today())

    @cached_property
    def _told(self) -> _Told:
        asked = privacy.tasks()
        return kept_of(self.survey, ("overview", asked), lambda: self._tell(asked))

    def _tell(self, asked: Sequence[Task]) -> _Told:
        survey, called = self.survey, self.called
        counted, (ranked, begun, farthest) = run_both(
            lambda: health.health(survey),
            lambda: (todo.by_rank(survey, most=ROWS), placements.beginnings(survey), _farthest(survey)),
            len(survey.original),
        )
        visits = todo.Visits(ranked, called, asked)
        return _Told(health=counted, visits=visits, stuck=[each for each in begun if each.broken], farthest=farthest)

    @property
    def health(self) -> Health:
        """How the relays are doing."""
        return self._told.health

    @cached_property
    def called(self) -> PartNames:
        """What places are called."""
        return privacy.places_and_donors()

    def place(self, place_id: str | None) -> str:
        """A place by name."""
        return self.called.places.get(place_id or "", place_id or "")

    @property
    def month_ago(self) -> date:
        """The day since which something is new."""
        return add_months(self.as_of, -1)

    @cached_property
    def broke(self) -> Holdings:
        """What became lost or broken since a month ago, the latest first."""
        return placements.holdings(self.survey, PlacementFilter(since=self.month_ago), sort="since", descending=True)

    @property
    def broke_first(self) -> Sequence[placements.Holding]:
        """Those from which most placements descend, as many as are shown."""
        return sorted(self.broke[:], key=lambda row: (-row.reach, row.placement_id))[:ROWS]

    @property
    def visits(self) -> Sequence[Visit]:
        """Whom to visit; those in order who are shown."""
        return self._told.visits

    @property
    def visit_first(self) -> Sequence[Visit]:
        """The first of them, as many as are shown."""
        return self.visits[:ROWS]

    def name(self, beneficiary_id: str | None) -> str:
        """A woman of those who are shown; "" where names are not on, or hers is not known."""
        return self._names.get(beneficiary_id or "", "")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        broke = [row.beneficiary_id for row in self.broke_first]
        return privacy.names("list", [*broke, *(visit.beneficiary_id for visit in self.visit_first)])

    @property
    def stuck(self) -> Sequence[Beginning]:
        """Where broken chains began, most of them first: each chain is on one of the lists that these lead to."""
        return self._told.stuck

    @property
    def farthest(self) -> Sequence[tuple[GivenGift, tuple[int, ...]]]:
        """The gifts that travelled farthest, each with the placements of its generations."""
        return self._told.farthest


def _farthest(survey: Survey) -> Sequence[tuple[GivenGift, tuple[int, ...]]]:
    found = chains.gifts(survey, sort="reach")[:FARTHEST]
    rows = survey.snapshot.gifts.ids.rows([gift.gift_id for gift in found])
    return [(gift, survey.gifts.by_generation(row)) for gift, row in zip(found, rows, strict=True) if row is not None]
