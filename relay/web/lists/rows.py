"""The rows of a programme's lists that pass the filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import NONE
from relay.domain.vocabulary import CHAIN_STATES
from relay.exchange.cells import read_day
from relay.reports import chains, health, placements
from relay.reports.breakdown import UNKNOWN
from relay.reports.field import visits
from relay.reports.placements import ListedChains, PlacementFilter
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.domain.model import Rate
    from relay.reports.health import PartHealth
    from relay.reports.placements import Holders, Holdings
    from relay.web.lists.listing import ListPage


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftRow:
    """A gift, how far it has travelled and how its chains do."""

    gift_id: str
    donor: str | None
    help: str
    given_on: date | None
    placements: int
    reach: int
    generations: int
    by_generation: tuple[int, ...]
    chains: Mapping[str, int]
    states: Mapping[str, int]


def gift_rows(page: ListPage) -> Sequence[GiftRow]:
    """The gifts that had been given by the day."""
    survey, asked_for = page.survey, page.asked_for
    travels = survey.gifts
    nth = {gift_id: row for row, gift_id in enumerate(survey.snapshot.gifts.ids)}
    gifts = chains.gifts(
        survey, help_=asked_for.get("help"), donor=_donor(page), names=page.called if "donor_of" in asked_for else None
    )
    return tuple(
        GiftRow(
            gift_id=gift.gift_id,
            donor=page.called.donors.get(gift.gift_id),
            help=gift.help,
            given_on=gift.given_on,
            placements=gift.placements,
            reach=gift.reach,
            generations=gift.generations,
            by_generation=travels.by_generation(nth[gift.gift_id]),
            chains={state: gift.chains[state] for state in CHAIN_STATES},
            states=gift.states,
        )
        for gift in gifts
    )


def _donor(page: ListPage) -> str | None:
    gift_id = page.asked_for.get("donor_of")
    return page.called.donors.get(gift_id, "") if gift_id else None


def chain_rows(page: ListPage) -> ListedChains:
    """All chains."""
    survey, asked_for = page.survey, page.asked_for
    sort, downwards = _CHAIN_ORDERS[page.order.removeprefix("-")], page.order.startswith("-")
    chains_ = chains.chains(
        survey,
        state=asked_for.get("state"),
        help_=asked_for.get("help"),
        place_id=asked_for.get("place"),
        group_id=asked_for.get("group"),
        gift_id=asked_for.get("gift"),
        only="only" in asked_for,
        donor=_donor(page),
        names=page.called if "donor_of" in asked_for else None,
        sort=sort,
        backwards=downwards != (sort in _GREATEST_FIRST),
    )
    return ListedChains(survey.snapshot, chains_)


_CHAIN_ORDERS: Final[Mapping[str, chains.ChainSorting]] = {
    "placement_id": "id",
    "chain_state": "state",
    "gift_id": "gift",
    "help": "help",
    "reach": "reach",
    "generations": "generations",
    "received_on": "age",
    "late_days": "lateness",
}
_GREATEST_FIRST: Final = ("reach", "generations", "lateness")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A holder to visit, for one placement."""

    rank: int
    place_id: str | None
    placement_id: str | None
    beneficiary_id: str | None
    group_id: str | None
    state: str | None
    since_on: date | None
    reasons: tuple[str, ...]
    help: str | None
    still_owed: float | None
    due_on: date | None
    days: int
    last_word_on: date | None
    chains: int
    reach: int

    @property
    def phone(self) -> str | None:
        """The person whose telephone number is shown."""
        return self.beneficiary_id


def visit_rows(page: ListPage) -> Sequence[VisitRow]:
    """The visits to make, those of one place together."""
    reason = page.asked_for.get("reason")
    place_id = page.asked_for.get("place")
    visits_ = visits.todo(page.survey, place_id=place_id, names=page.called, tasks=page.depends_on)
    return tuple(
        VisitRow(
            rank=visit.rank,
            place_id=visit.place_id,
            placement_id=visit.placement_id,
            beneficiary_id=visit.beneficiary_id,
            group_id=visit.group_id,
            state=visit.state,
            since_on=visit.since_on,
            reasons=visit.reasons,
            help=visit.help,
            still_owed=visit.still_owed if visit.help else None,
            due_on=visit.due_on,
            days=visit.days,
            last_word_on=visit.last_word_on,
            chains=visit.depends.chains,
            reach=visit.depends.reach,
        )
        for visit in visits_
        if reason is None or reason in visit.reasons
    )


def holdings(page: ListPage) -> Holdings:
    """All placements."""
    asked_for, key = page.asked_for, page.order.removeprefix("-")
    day = {name: read_day(asked_for[name], page.today) for name in ("since", "compared") if name in asked_for}
    of = {word: asked_for[word] for word in PARTS_WITHOUT_FILTER if word in asked_for}
    of |= {word: UNKNOWN for word in ("place", "group") if asked_for.get(word) == UNKNOWN}
    if "donor_of" in asked_for:
        of["donor"] = UNKNOWN if asked_for["donor_of"] == UNKNOWN else str(_donor(page))
    which = PlacementFilter(
        state=asked_for.get("state"),
        help=asked_for.get("help"),
        place_id=None if "place" in of else asked_for.get("place"),
        group_id=None if "group" in of else asked_for.get("group"),
        gift_id=asked_for.get("gift"),
        generation=NONE if asked_for.get("generation") == UNKNOWN else parameters.number("generation"),
        since=day.get("since"),
        counted=asked_for.get("counted"),
        of=of,
        names=page.called if "donor" in of else None,
        below=asked_for.get("below"),
        held_by=asked_for.get("held_by"),
        earlier=current.survey_on(day["compared"]) if "compared" in day else None,
        was=asked_for.get("was"),
    )
    return placements.holdings(page.survey, which, sort=_HOLDING_ORDERS[key], descending=page.order.startswith("-"))


PARTS_WITHOUT_FILTER: Final = ("sex", "year")
"""Filters of placements by a part of the programme that has no page."""

_HOLDING_ORDERS: Final[Mapping[str, placements.HoldingSorting]] = {
    "placement_id": "id",
    "generation": "generation",
    "received_on": "received",
    "due_on": "due",
    "state": "state",
    "since_on": "since",
    "reach": "reach",
}


def holders(page: ListPage) -> Holders:
    """All people who are registered, with what they hold."""
    asked_for, key = page.asked_for, page.order.removeprefix("-")
    return placements.holders(
        page.survey,
        state=asked_for.get("state"),
        place_id=asked_for.get("place"),
        group_id=asked_for.get("group"),
        sort="placements" if key == "placements" else "id",
        descending=page.order.startswith("-"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A group or place, with the number and the states of the placements that its people hold."""

    part: str
    name: str
    placements: int
    states: Mapping[str, int]
    fulfilled_of_due: Rate
    share: float | None
    stuck: int


def part_rows(page: ListPage, word: str, called: Mapping[str, str]) -> Sequence[PartRow]:
    """A row for each group or place whose people hold something; `word` is "group" or "place"."""
    (breakdown,) = health.health(page.survey, by=(word,)).breakdowns
    return tuple(part_row(part, called) for part in breakdown.parts if part.part is not None)


def part_row(part: PartHealth, called: Mapping[str, str]) -> PartRow:
    """The row of a group or place."""
    id_, rate = str(part.part), part.rates.fulfilled_of_due
    return PartRow(
        part=id_,
        name=called.get(id_, id_),
        placements=part.placements.total,
        states=part.states,
        fulfilled_of_due=rate,
        share=rate.share,
        stuck=part.states["lost"] + part.states["broken"],
    )
