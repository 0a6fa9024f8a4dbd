"""The lists of a programme: gifts, chains, visits, placements, people, groups and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.reports import chains, health, visits
from relay.reports import placements as listing
from relay.reports.placements import ListedChains
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext
from relay.web.lists import listing as lists
from relay.web.lists.listing import Column, Filter, Listing, ListPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from relay.reports.health import PartHealth
    from relay.reports.placements import Holders, Holdings
    from relay.reports.rates import Rate


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
    """The gifts that had been given."""
    survey, asked_for = page.relay.survey, page.asked_for
    travels = survey.gifts
    nth = {gift_id: row for row, gift_id in enumerate(survey.snapshot.gifts.ids)}
    found = chains.gifts(
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
        for gift in found
    )


def _donor(page: ListPage) -> str | None:
    gift_id = page.asked_for.get("donor_of")
    return page.called.donors.get(gift_id, "") if gift_id else None


def chain_rows(page: ListPage) -> ListedChains:
    """All chains."""
    survey, asked_for = page.relay.survey, page.asked_for
    sort, downwards = _CHAIN_ORDERS[page.order.removeprefix("-")], page.order.startswith("-")
    found = chains.chains(
        survey,
        state=asked_for.get("state"),
        help_=asked_for.get("help"),
        place_id=asked_for.get("place"),
        group_id=asked_for.get("group"),
        donor=_donor(page),
        names=page.called if "donor_of" in asked_for else None,
        sort=sort,
        backwards=downwards != (sort in _GREATEST_FIRST),
    )
    return ListedChains(survey.snapshot, found)


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
    placement_id: str
    beneficiary_id: str | None
    state: str
    reasons: tuple[str, ...]
    help: str
    still_owed: float
    due_on: date | None
    days: int
    last_word_on: date | None
    chains: int
    reach: int


def visit_rows(page: ListPage) -> Sequence[VisitRow]:
    """Whom to visit, the visits of one place together."""
    reason = page.asked_for.get("reason")
    found = visits.todo(page.relay.survey, place_id=page.asked_for.get("place"), names=page.called)
    return tuple(
        VisitRow(
            rank=visit.rank,
            place_id=visit.place_id,
            placement_id=visit.placement_id,
            beneficiary_id=visit.beneficiary_id,
            state=visit.state,
            reasons=visit.reasons,
            help=visit.help,
            still_owed=visit.still_owed,
            due_on=visit.due_on,
            days=visit.days,
            last_word_on=visit.last_word_on,
            chains=visit.depends.chains,
            reach=visit.depends.reach,
        )
        for visit in found
        if reason is None or reason in visit.reasons
    )


def holdings(page: ListPage) -> Holdings:
    """All placements."""
    asked_for, key = page.asked_for, page.order.removeprefix("-")
    return listing.holdings(
        page.relay.survey,
        state=asked_for.get("state"),
        help_=asked_for.get("help"),
        place_id=asked_for.get("place"),
        group_id=asked_for.get("group"),
        gift_id=asked_for.get("gift"),
        sort=_HOLDING_ORDERS[key],
        descending=page.order.startswith("-"),
    )


_HOLDING_ORDERS: Final[Mapping[str, listing.HoldingSorting]] = {
    "placement_id": "id",
    "generation": "generation",
    "received_on": "received",
    "due_on": "due",
    "state": "state",
    "since_on": "since",
    "reach": "reach",
}


def holders(page: ListPage) -> Holders:
    """Everybody who is registered."""
    asked_for, key = page.asked_for, page.order.removeprefix("-")
    return listing.holders(
        page.relay.survey,
        state=asked_for.get("state"),
        place_id=asked_for.get("place"),
        group_id=asked_for.get("group"),
        sort="placements" if key == "placements" else "id",
        descending=page.order.startswith("-"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A group or place, how many placements its people hold, and how these do."""

    part: str
    name: str
    placements: int
    states: Mapping[str, int]
    fulfilled_of_due: Rate
    share: float | None
    stuck: int


def part_rows(page: ListPage, word: str, called: Mapping[str, str]) -> Sequence[PartRow]:
    """The groups or places whose people hold something."""
    (breakdown,) = health.health(page.relay.survey, by=(word,)).breakdowns
    return tuple(part_row(part, called) for part in breakdown.parts if part.part is not None)


def part_row(part: PartHealth, called: Mapping[str, str]) -> PartRow:
    """One part."""
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


REASONS: Final = {
    "chain_hangs": lazy_gettext("a chain hangs on her"),
    "due": lazy_gettext("due soon"),
    "late": lazy_gettext("late"),
    "no_word": lazy_gettext("no word for long"),
}
"""Why a visit, in the words of `todo.REASONS`."""


def reason(word: str) -> str:
    """Why a visit."""
    return str(REASONS.get(word, word))


def _states(page: ListPage) -> list[lists.Choice]:  # noqa: ARG001 - all choices are made of a page
    return [("stuck", gettext("lost or broken")), *((state, labels.state(state)) for state in STATES)]


def _holder_states(page: ListPage) -> list[lists.Choice]:  # noqa: ARG001
    return [("waiting", gettext("holds nothing yet")), *((state, labels.state(state)) for state in STATES)]


_HELP: Final = Filter(
    name="help",
    label=lazy_gettext("Help"),
    choices=lists.words(lambda page: page.relay.survey.snapshot.helps, labels.help_word),
)
_PLACE: Final = Filter(name="place", label=lazy_gettext("Place"), choices=lists.places)
_GROUP: Final = Filter(name="group", label=lazy_gettext("Group"), choices=lists.groups)
_DONOR: Final = Filter(name="donor_of", label=lazy_gettext("Donor"), choices=lists.donors)

_PLACEMENTS_BY_STATE: Final = Column(key="states", label=lazy_gettext("Placements by state"), cell="states")


def _number(key: str, label: Any) -> Column:  # noqa: ANN401 - lazy text
    return Column(key=key, label=label, cell="number", sort=True, downwards=True)


def _day(key: str, label: Any) -> Column:  # noqa: ANN401 - lazy text
    return Column(key=key, label=label, cell="day", sort=True)


_OF_A_PART: Final = (
    _number("placements", lazy_gettext("Placements")),
    _number("stuck", lazy_gettext("Lost or broken")),
    Column(key="share", label=lazy_gettext("Fulfilled, of those due"), cell="rate", sort=True, downwards=True),
    _PLACEMENTS_BY_STATE,
)


LISTINGS: Final[Mapping[str, Listing]] = {
    "gifts": Listing(
        title=lazy_gettext("Gifts"),
        about=lazy_gettext("Every original gift, how far it has travelled, generation by generation, and how it does."),
        empty=lazy_gettext("No gift is on record like this. Loosen the filters, or record one with “relay gift”."),
        columns=(
            Column(key="gift_id", label=lazy_gettext("Gift"), cell="gift", sort=True),
            Column(key="donor", label=lazy_gettext("Donor"), cell="donor", personal=True),
            Column(key="help", label=lazy_gettext("Help"), cell="help", sort=True),
            _day("given_on", lazy_gettext("Given on")),
            _number("placements", lazy_gettext("First placements")),
            _number("reach", lazy_gettext("Reach")),
            Column(key="by_generation", label=lazy_gettext("Placements by generation"), cell="bars"),
            Column(key="chains", label=lazy_gettext("Chains"), cell="states"),
            _PLACEMENTS_BY_STATE,
        ),
        filters=(_HELP, _DONOR),
        order="gift_id",
        find=gift_rows,
    ),
    "chains": Listing(
        title=lazy_gettext("Chains"),
        about=lazy_gettext("A chain is one first placement and everything that descends from it."),
        empty=lazy_gettext("No chain is like this. Loosen the filters to see others."),
        columns=(
            Column(key="placement_id", label=lazy_gettext("Chain from"), cell="tree", sort=True),
            Column(key="chain_state", label=lazy_gettext("State"), cell="state", sort=True),
            Column(key="gift_id", label=lazy_gettext("Gift"), cell="gift", sort=True),
            Column(key="help", label=lazy_gettext("Help"), cell="help", sort=True),
            Column(key="place_id", label=lazy_gettext("Began in"), cell="place"),
            _number("reach", lazy_gettext("Reach")),
            _number("generations", lazy_gettext("Generations")),
            _day("received_on", lazy_gettext("Began on")),
            _number("late_days", lazy_gettext("Days overdue")),
            _PLACEMENTS_BY_STATE,
        ),
        filters=(
            Filter(
                name="state",
                label=lazy_gettext("State"),
                choices=lists.words(lambda _page: CHAIN_STATES, labels.state),
            ),
            _HELP,
            _PLACE,
            _DONOR,
            _GROUP,
        ),
        order="-reach",
        find=chain_rows,
        sorts=True,
    ),
    "visits": Listing(
        title=lazy_gettext("Whom to visit"),
        about=lazy_gettext("What a visit may save first, place by place, so that one walk serves many."),
        empty=lazy_gettext("Nobody has to be visited here. Choose another place, or look again next month."),
        columns=(
            Column(key="rank", label=lazy_gettext("Rank"), cell="number", sort=True),
            Column(key="placement_id", label=lazy_gettext("Placement"), cell="placement"),
            Column(key="beneficiary_id", label=lazy_gettext("Who"), cell="person"),
            Column(key="state", label=lazy_gettext("State"), cell="state"),
            Column(key="reasons", label=lazy_gettext("Why"), cell="reasons"),
            Column(key="still_owed", label=lazy_gettext("Still owes"), cell="units"),
            _day("due_on", lazy_gettext("Due on")),
            _day("last_word_on", lazy_gettext("Last word")),
            _number("reach", lazy_gettext("Hangs on her")),
            Column(key="place_id", label=lazy_gettext("Place"), cell="place"),
        ),
        filters=(
            _PLACE,
            Filter(
                name="reason",
                label=lazy_gettext("Why"),
                choices=lists.words(lambda _page: visits.REASONS, reason),
            ),
        ),
        order="",
        find=visit_rows,
        by_place=True,
    ),
    "placements": Listing(
        title=lazy_gettext("Placements"),
        about=lazy_gettext("One beneficiary with the help that she received at one time."),
        empty=lazy_gettext("No placement is like this. Loosen the filters to see others."),
        columns=(
            Column(key="placement_id", label=lazy_gettext("Placement"), cell="placement", sort=True),
            Column(key="beneficiary_id", label=lazy_gettext("Who"), cell="person"),
            Column(key="state", label=lazy_gettext("State"), cell="state", sort=True),
            Column(key="help", label=lazy_gettext("Help"), cell="help"),
            Column(key="place_id", label=lazy_gettext("Place"), cell="place"),
            Column(key="generation", label=lazy_gettext("Generation"), cell="number", sort=True),
            _day("received_on", lazy_gettext("Received on")),
            _day("due_on", lazy_gettext("Due on")),
            Column(key="passed", label=lazy_gettext("Passed on"), cell="number"),
            Column(key="owed", label=lazy_gettext("Owed"), cell="number"),
            _number("reach", lazy_gettext("Reach")),
            Column(key="since_on", label=lazy_gettext("Lost or broken since"), cell="day", sort=True, downwards=True),
            Column(key="cause", label=lazy_gettext("Because"), cell="cause"),
            Column(key="gift_id", label=lazy_gettext("Gift"), cell="focus"),
        ),
        filters=(
            Filter(name="state", label=lazy_gettext("State"), choices=_states),
            _HELP,
            _PLACE,
            _GROUP,
            Filter(name="gift", label=lazy_gettext("Gift"), choices=lists.gifts),
        ),
        order="placement_id",
        find=holdings,
        sorts=True,
    ),
    "people": Listing(
        title=lazy_gettext("People"),
        about=lazy_gettext(
            "Everybody who is registered, and what each holds. To find one by name, use the search box."
        ),
        empty=lazy_gettext("Nobody is like this. Loosen the filters, or register somebody with “relay register”."),
        columns=(
            Column(key="beneficiary_id", label=lazy_gettext("Who"), cell="person", sort=True),
            Column(key="place_id", label=lazy_gettext("Place"), cell="place"),
            Column(key="group_id", label=lazy_gettext("Group"), cell="group"),
            _number("placements", lazy_gettext("Placements")),
            _PLACEMENTS_BY_STATE,
        ),
        filters=(Filter(name="state", label=lazy_gettext("Holds"), choices=_holder_states), _PLACE, _GROUP),
        order="beneficiary_id",
        find=holders,
        sorts=True,
    ),
    "groups": Listing(
        title=lazy_gettext("Groups"),
        about=lazy_gettext("The groups that people belong to, and how the placements of their members do."),
        empty=lazy_gettext("No member of any group holds something by that day. Choose a later day."),
        columns=(
            Column(key="part", label=lazy_gettext("Group"), cell="group_of", sort=True),
            *_OF_A_PART,
        ),
        filters=(),
        order="part",
        find=lambda page: part_rows(page, "group", page.groups),
    ),
    "places": Listing(
        title=lazy_gettext("Places"),
        about=lazy_gettext(
            "Wards, municipalities, districts and provinces; a place counts what is held in the places inside it too."
        ),
        empty=lazy_gettext("Nothing was placed anywhere by that day. Choose a later day."),
        columns=(
            Column(key="part", label=lazy_gettext("Place"), cell="place_of", sort=True),
            *_OF_A_PART,
        ),
        filters=(),
        order="part",
        find=lambda page: part_rows(page, "place", page.called.places),
    ),
}
"""Name in the address → list."""
