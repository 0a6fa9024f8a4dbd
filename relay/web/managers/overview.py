"""The overview of a programme: what to do today, whom to visit, how the relays are doing, and what broke this month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.arrays.kernels import run_both
from relay.domain.model import add_months
from relay.ledger.held import held_list
from relay.reports import chains, health, placements, unconfirmed
from relay.reports.field import visits as todo
from relay.reports.placements import PlacementFilter
from relay.web import privacy
from relay.web.managers.first_steps import first_steps
from relay.web.request import current
from relay.web.result_cache import cached_for_survey

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
    from relay.web.managers.first_steps import FirstStep

ROWS: Final = 6
"""Rows of what broke and of whom to visit (our choice: what fits on one screen; links lead to all)."""

NEAR_DAYS: Final = 30
"""Days ahead in which planned hand-overs are near (our choice: one can still call everybody and change the day)."""

FARTHEST: Final = 5
"""Gifts that are shown (our choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What is computed for a programme on a day, and cached."""

    health: Health
    visits: Sequence[Visit]
    stuck: Sequence[Beginning]
    farthest: Sequence[tuple[GivenGift, tuple[int, ...]]]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The overview of a programme on a day.

    Attributes:
        survey: The survey of the programme on the day.
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
    def _figures(self) -> _Figures:
        asked = privacy.tasks()
        return cached_for_survey(self.survey, ("overview", asked), lambda: self._compute(asked))

    def _compute(self, asked: Sequence[Task]) -> _Figures:
        survey, called = self.survey, self.called
        counted, (ranked, begun, farthest) = run_both(
            lambda: health.health(survey),
            lambda: (todo.by_rank(survey, most=ROWS), placements.beginnings(survey), _farthest(survey)),
            len(survey.original),
        )
        visits = todo.Visits(ranked, called, asked)
        return _Figures(health=counted, visits=visits, stuck=[each for each in begun if each.broken], farthest=farthest)

    @property
    def health(self) -> Health:
        """How the relays are doing."""
        return self._figures.health

    @cached_property
    def called(self) -> PartNames:
        """The names of places."""
        return privacy.places_and_donors()

    def place(self, place_id: str | None) -> str:
        """The name of a place, or its id."""
        return self.called.places.get(place_id or "", place_id or "")

    @property
    def month_ago(self) -> date:
        """The day one month before."""
        return add_months(self.as_of, -1)

    @cached_property
    def first_steps(self) -> tuple[FirstStep, ...]:
        """What to do next in a new programme; empty when that is done."""
        return first_steps(self.survey.snapshot)

    @cached_property
    def broke(self) -> Holdings:
        """The placements that became lost or broken within a month, the latest first."""
        return placements.holdings(self.survey, PlacementFilter(since=self.month_ago), sort="since", descending=True)

    @property
    def broke_first(self) -> Sequence[placements.Holding]:
        """The `ROWS` of them from which most placements descend."""
        return sorted(self.broke[:], key=lambda row: (-row.reach, row.placement_id))[:ROWS]

    @property
    def visits(self) -> Sequence[Visit]:
        """All visits to make; the first `ROWS` are the most urgent, in order."""
        return self._figures.visits

    @property
    def visit_first(self) -> Sequence[Visit]:
        """The visits that are shown."""
        return self.visits[:ROWS]

    def name(self, beneficiary_id: str | None) -> str:
        """The name of a woman who is shown; "" if names are off, or hers is not known."""
        return self._names.get(beneficiary_id or "", "")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        broke = [row.beneficiary_id for row in self.broke_first]
        return privacy.names("list", [*broke, *(visit.beneficiary_id for visit in self.visit_first)])

    @cached_property
    def unconfirmed(self) -> int:
        """How many pass-ons wait for a second person."""
        return unconfirmed.many(self.survey.snapshot, self.as_of)

    @cached_property
    def held(self) -> int | None:
        """How many acts are held; None if this reader may not settle them."""
        return held_list.many(current.graph(), current.programme_id()) if privacy.may("held list") else None

    @cached_property
    def near(self) -> Sequence[tuple[date, int]]:
        """The next days on which hand-overs are planned, each with their number; empty if none is near."""
        last = self.as_of + timedelta(days=NEAR_DAYS)
        days = [plan.expected_on for plan in current.plans() if plan.expected_on]
        return sorted(Counter(day for day in days if self.as_of <= day <= last).items())

    @property
    def stuck(self) -> Sequence[Beginning]:
        """The places where broken chains began, those with most first; each chain is counted at one place."""
        return self._figures.stuck

    @property
    def farthest(self) -> Sequence[tuple[GivenGift, tuple[int, ...]]]:
        """The gifts that travelled farthest, each with the number of placements in each generation."""
        return self._figures.farthest


def _farthest(survey: Survey) -> Sequence[tuple[GivenGift, tuple[int, ...]]]:
    gifts = chains.gifts(survey, sort="reach")[:FARTHEST]
    rows = survey.snapshot.gifts.ids.rows([gift.gift_id for gift in gifts])
    return [(gift, survey.gifts.by_generation(row)) for gift, row in zip(gifts, rows, strict=True) if row is not None]
