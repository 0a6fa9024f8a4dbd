"""The page of a gift, which may be sent to its donor: numbers, tree, places and years, without names of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.arrays.columns import day_of
from relay.domain.vocabulary import STATES
from relay.exchange.small_counts import SMALL, publishable
from relay.reports import placements, trees
from relay.reports.placements import PlacementFilter
from relay.reports.tree_layout import COLUMN, MOST, ROW, View
from relay.web import privacy
from relay.web.managers.country_map import CountryMap
from relay.web.managers.tree import TreePage, TreeRequest
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.placements import Holdings
    from relay.reports.trees import GivenHelp, Trace

_STEP: Final = 130  # from a generation to the next, in the small tree
_LINE: Final = 24  # from a row to the next
WHOLE: Final = 80
"""The most placements for which the whole tree is drawn (our choice: as many boxes can be read on a sheet of A4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year, with the number of first placements, and of placements that began with a pass-on."""

    year: int
    placed: int
    passed_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A placement, or the gift, in a picture without words; x and y are its centre."""

    x: float
    y: float
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTree:
    """A whole tree as dots and lines.

    Attributes:
        dots: The gift with the state "gift", and its placements.
        lines: The SVG path of each hand-over.
        headings: Position and name of each generation.
        width: Width of the picture.
        height: Height of the picture.
    """

    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    headings: tuple[tuple[float, str], ...]
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class GiftPage:
    """A gift as it is shown to its donor.

    Attributes:
        survey: The survey of the programme on the day.
        gift_id: The gift.
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
        """How far the gift has travelled."""
        return trees.trace(self.survey, f"gift:{self.gift_id}")

    @cached_property
    def holdings(self) -> Holdings:
        """All placements that it reached, with the first ones."""
        return placements.holdings(self.survey, PlacementFilter(gift_id=self.gift_id), sort="received")

    @cached_property
    def donor(self) -> str | None:
        """The donor; None if it is not known, was erased, or may not be shown to this reader. Logs that it is shown."""
        donor = privacy.places_and_donors().donors.get(self.gift_id)
        if donor:
            privacy.log_donors_named((self.gift_id,))
        return donor

    @cached_property
    def given(self) -> GivenHelp:
        """What was given."""
        return trees.given(self.survey, self.gift_id)

    @cached_property
    def small_tree(self) -> SmallTree | None:
        """Its tree as dots, which name nobody; None if it is so large that bands by generation say more."""
        if self.tree.overview:
            return None
        picture = self.tree.picture

        def place(x: float, y: float) -> tuple[float, float]:
            return x / COLUMN * _STEP + _STEP / 2, (y - picture.top) / ROW * _LINE + _LINE

        at = {box.key: place(box.x, box.y) for box in picture.boxes}
        return SmallTree(
            dots=tuple(
                Dot(x=at[box.key][0], y=at[box.key][1], state=box.node.state if box.node else "gift")
                for box in picture.boxes
            ),
            lines=tuple("M{:g},{:g} L{:g},{:g}".format(*at[link.giver], *at[link.receiver]) for link in picture.links),
            headings=tuple((place(mark.x, 0)[0], self.tree.mark(mark)) for mark in picture.marks),
            width=max(x for x, _ in at.values()) + _STEP / 2,
            height=max(y for _, y in at.values()) + _LINE,
        )

    @property
    def help(self) -> str:
        """The kind of help that was given."""
        snapshot = self.survey.snapshot
        return str(snapshot.helps[snapshot.gifts.help[self._row]])

    @property
    def given_on(self) -> date | None:
        """The day on which it was given; None if that is not known."""
        return day_of(self.survey.snapshot.gifts.day[self._row])

    @property
    def first(self) -> int:
        """The number of its first placements."""
        return self.trace.by_generation[0] if self.trace.by_generation else 0

    @property
    def people(self) -> int:
        """The number of different people that it reached, with the first ones."""
        return self.holdings.people

    @property
    def fulfilled(self) -> int:
        """The number of placements that passed on all they owe."""
        return self.trace.states["fulfilled"]

    @property
    def at_work(self) -> int:
        """The number of placements that may still pass on."""
        return sum(self.trace.states[state] for state in STATES if state in ("late", "due", "in_time"))

    @cached_property
    def places(self) -> Sequence[tuple[str, int]]:
        """Name and number of placements of each place, most first; places with fewer than `few` are left out."""
        called, counted = privacy.place_names(), self.holdings.by_place().items()
        named = [(called.get(place_id or "", place_id or ""), many) for place_id, many in counted if publishable(many)]
        return sorted(named, key=lambda each: (-each[1], each[0]))

    @property
    def elsewhere(self) -> int:
        """The number of placements in all other places."""
        return len(self.holdings) - sum(many for _, many in self.places)

    @cached_property
    def reached(self) -> Mapping[str, int]:
        """Key of an outline → number of placements in it, if that is not small.

        The number outside the places that are shown must not be small either: otherwise it could be worked out.
        """
        counted = self.holdings.by_place()
        published = {place_id: many for place_id, many in counted.items() if publishable(many)}
        shown = self.sheet.counts(self.survey, published)
        counts = (
            (name, many, many - shown.get(name, 0)) for name, many in self.sheet.counts(self.survey, counted).items()
        )
        return {
            name: many for name, many, others in counts if publishable(many) and (others == 0 or publishable(others))
        }

    @property
    def few(self) -> int:
        """The smallest number of placements in a place that is shown."""
        return SMALL

    @cached_property
    def sheet(self) -> CountryMap:
        """The map."""
        return CountryMap()

    @cached_property
    def years(self) -> Sequence[Year]:
        """The years from the first to the last placement, also those in which nothing happened."""
        placed, passed_on = self.holdings.by_year(original=True), self.holdings.by_year(original=False)
        years = sorted({*placed, *passed_on})
        return [
            Year(year=year, placed=placed.get(year, 0), passed_on=passed_on.get(year, 0))
            for year in (range(years[0], years[-1] + 1) if years else ())
        ]

    @cached_property
    def tree(self) -> TreePage:
        """Its tree: whole with up to `WHOLE` placements, else folded."""
        whole = len(self.holdings) <= WHOLE
        view = View(focus=None, depth=MOST if whole else None, opened=frozenset(), by_date=False)
        wish = TreeRequest(
            as_of=self.as_of, today=self.today, view=view, names=parameters.choice("names", ("ids", "initials", "full"))
        )
        return TreePage(self.survey, f"gift:{self.gift_id}", wish)
