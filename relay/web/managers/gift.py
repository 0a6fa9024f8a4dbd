"""A gift's page, fit to be sent to its donor: its story in numbers, its tree, where it went, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.arrays.columns import day_of
from relay.domain.vocabulary import STATES
from relay.exchange.small_counts import SMALL, publishable
from relay.reports import placements, trees
from relay.reports.placements import PlacementFilter
from relay.reports.tree_layout import MOST, View
from relay.web import privacy
from relay.web.managers import district_map
from relay.web.managers.tree import TreePage, TreeWish
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.placements import Holdings
    from relay.reports.trees import Trace

WHOLE: Final = 80
"""Placements up to which the tree is drawn whole (our choice: so many boxes are still read on a sheet of A4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What happened in a year: first placements, and placements that began with a pass-on."""

    year: int
    placed: int
    passed_on: int


@dataclass(frozen=True, kw_only=True)
class GiftPage:
    """A gift as shown to its donor.

    Attributes:
        survey: The programme on the day.
        gift_id: Of the gift.
        as_of: The day.
        today: The date in the programme's time zone.
    """

    survey: Survey
    gift_id: str
    as_of: date
    today: date

    @classmethod
    def of_request(cls, gift_id: str) -> GiftPage:
        """Read it from the URL.

        Raises:
            NotInRelay: There was no such gift on that day.
        """
        page = cls(survey=current.survey(), gift_id=gift_id, as_of=current.as_of(), today=current.today())
        trees.roots_of(page.survey, f"gift:{gift_id}")
        return page

    @cached_property
    def _row(self) -> int:
        row = self.survey.snapshot.gifts.ids.row(self.gift_id)
        return -1 if row is None else row

    @cached_property
    def trace(self) -> Trace:
        """How far it has travelled."""
        return trees.trace(self.survey, f"gift:{self.gift_id}")

    @cached_property
    def holdings(self) -> Holdings:
        """Every placement that it reached, its first ones included."""
        return placements.holdings(self.survey, PlacementFilter(gift_id=self.gift_id), sort="received")

    @cached_property
    def donor(self) -> str | None:
        """Who gave it; None when that is not known, was erased or is not for this reader. It is written down."""
        donor = privacy.places_and_donors().donors.get(self.gift_id)
        if donor:
            privacy.donors_named((self.gift_id,))
        return donor

    @property
    def help(self) -> str:
        """What was given."""
        snapshot = self.survey.snapshot
        return str(snapshot.helps[snapshot.gifts.help[self._row]])

    @property
    def given_on(self) -> date | None:
        """When."""
        return day_of(self.survey.snapshot.gifts.day[self._row])

    @property
    def first(self) -> int:
        """Placements that it filled."""
        return self.trace.by_generation[0] if self.trace.by_generation else 0

    @property
    def people(self) -> int:
        """Different beneficiaries that it reached, the first ones included."""
        return self.holdings.people

    @property
    def fulfilled(self) -> int:
        """Placements that passed on all they owe."""
        return self.trace.states["fulfilled"]

    @property
    def at_work(self) -> int:
        """Placements that may still pass on."""
        return sum(self.trace.states[state] for state in STATES if state in ("late", "due", "in_time"))

    @cached_property
    def places(self) -> Sequence[tuple[str, int]]:
        """Name and placements of each place that has enough of them to be shown, most first."""
        called, counted = privacy.places_called(), self.holdings.by_place().items()
        found = [(called.get(place_id or "", place_id or ""), many) for place_id, many in counted if publishable(many)]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    @property
    def elsewhere(self) -> int:
        """Placements in all other places, which are not named: named, the last one would follow from the sum of all."""
        return len(self.holdings) - sum(many for _, many in self.places)

    @cached_property
    def reached(self) -> Mapping[str, int]:
        """Outline of a district → placements in it, if there are enough of them to be shown.

        So must be the placements in it outside the places shown: otherwise their number could be worked out.
        """
        counted = self.holdings.by_place()
        told = district_map.reached(
            self.survey, {place_id: many for place_id, many in counted.items() if publishable(many)}
        )
        found = (
            (name, many, many - told.get(name, 0)) for name, many in district_map.reached(self.survey, counted).items()
        )
        return {
            name: many for name, many, others in found if publishable(many) and (others == 0 or publishable(others))
        }

    @property
    def few(self) -> int:
        """The smallest count of placements in a place that is shown."""
        return SMALL

    @property
    def sheet(self) -> district_map.MapSheet:
        """The map."""
        return district_map.sheet()

    @cached_property
    def years(self) -> Sequence[Year]:
        """Year by year, the years in which nothing happened included."""
        placed, passed_on = self.holdings.by_year(original=True), self.holdings.by_year(original=False)
        known = sorted({*placed, *passed_on})
        return [
            Year(year=year, placed=placed.get(year, 0), passed_on=passed_on.get(year, 0))
            for year in (range(known[0], known[-1] + 1) if known else ())
        ]

    @cached_property
    def tree(self) -> TreePage:
        """Its tree: whole while that can be read, else folded."""
        whole = len(self.holdings) <= WHOLE
        view = View(focus=None, depth=MOST if whole else None, opened=frozenset(), by_date=False)
        wish = TreeWish(
            as_of=self.as_of, today=self.today, view=view, names=parameters.choice("names", ("ids", "initials", "full"))
        )
        return TreePage(self.survey, f"gift:{self.gift_id}", wish)
