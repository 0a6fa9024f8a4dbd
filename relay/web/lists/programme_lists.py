"""The lists of a programme: gifts, chains, visits, placements, people, groups and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.vocabulary import CHAIN_STATES, STATES
from relay.reports.breakdown import UNKNOWN
from relay.reports.counted_placements import COUNTED, NOT_STUCK, NOT_THERE, STUCK
from relay.reports.field import tasks, visits
from relay.web import privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.lists import filter_choices, rows
from relay.web.lists.listing import Choice, Filter, ListColumn, Listing, ListPage
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


REASONS: Final = {
    "broke": lazy_gettext("broke in the last 90 days"),
    "can_still": lazy_gettext("can still pass on"),
    "chain_hangs": lazy_gettext("only she can continue this chain"),
    "due": lazy_gettext("due soon"),
    "late": lazy_gettext("late"),
    "no_word": lazy_gettext("no news for 9 months"),
}
"""Reason to visit, as in `visits.REASONS` → its label."""


def reason(word: str) -> str:
    """The label of a reason to visit."""
    if word in REASONS:
        return str(REASONS[word])
    return translate(tasks.reasons(current.graph().catalogue).get(word, word))


def _reasons(_: ListPage) -> tuple[str, ...]:
    asked = tasks.reasons(current.graph().catalogue, current.head().systems)
    return (*visits.REASONS, *(word for word in asked if word not in privacy.hidden_reasons()))


def _states(page: ListPage) -> list[Choice]:  # noqa: ARG001 - all choices are made of a page
    return [
        (STUCK, gettext("lost or broken")),
        (NOT_STUCK, gettext("neither lost nor broken")),
        *((state, labels.state(state)) for state in STATES),
    ]


def _states_then(page: ListPage) -> list[Choice]:
    return [(NOT_THERE, gettext("not there yet")), *_states(page)]


COUNTS: Final = {
    "original": lazy_gettext("first placements from gifts"),
    "passed_on": lazy_gettext("begun by a pass-on"),
    "due": lazy_gettext("past their due date"),
    "due_fulfilled": lazy_gettext("past their due date, everything passed on"),
    "due_unmet": lazy_gettext("past their due date, not everything passed on"),
    "due_on_time": lazy_gettext("everything passed on by the due date"),
    "due_possible": lazy_gettext("past their due date, without those who no longer can"),
    "due_animals": lazy_gettext("past their due date, of helps that are animals"),
    "animals": lazy_gettext("of helps that are animals"),
}
"""What a number counts, as in `counted_placements.COUNTED` → its label."""


def _without_those_inside(page: ListPage) -> list[Choice]:  # noqa: ARG001
    return [("true", gettext("left out"))]


def _sexes(page: ListPage) -> list[Choice]:  # noqa: ARG001
    return [("F", gettext("women")), ("M", gettext("men")), (UNKNOWN, gettext("not known"))]


def _holder_states(page: ListPage) -> list[Choice]:  # noqa: ARG001
    return [("waiting", gettext("nothing yet")), *((state, labels.state(state)) for state in STATES)]


_HELP: Final = Filter(
    name="help",
    label=lazy_gettext("Help"),
    choices=filter_choices.word_choices(lambda page: page.survey.snapshot.helps, labels.help_word),
)
_PLACE: Final = Filter(name="place", label=lazy_gettext("Place"), choices=filter_choices.place_choices)
_GROUP: Final = Filter(name="group", label=lazy_gettext("Group"), choices=filter_choices.group_choices)
_GIFT: Final = Filter(name="gift", label=lazy_gettext("Gift"), choices=filter_choices.gift_choices)
_DONOR: Final = Filter(name="donor_of", label=lazy_gettext("Donor"), choices=filter_choices.donor_choices)


def _number(key: str, label: Any, opens: Callable[[Any], Mapping[str, str]] | None = None) -> ListColumn:  # noqa: ANN401 - lazy text
    return ListColumn(key=key, label=label, cell="number", sort=True, downwards=True, opens=opens)


def _states_of(opens: Callable[[Any], Mapping[str, str]]) -> ListColumn:
    return ListColumn(key="states", label=lazy_gettext("Placements by state"), cell="states", opens=opens)


def _opening(filter_: str, key: str, kind: str = "", **also: str) -> Callable[[Any], Mapping[str, str]]:
    """Make a function for `ListColumn.opens`: placements filtered by a value of the row."""
    return lambda row: {"name": "placements", filter_: f"{kind}{getattr(row, key)}", **also}


def _day(key: str, label: Any) -> ListColumn:  # noqa: ANN401 - lazy text
    return ListColumn(key=key, label=label, cell="day", sort=True)


def _of_a_part(word: str) -> tuple[ListColumn, ...]:
    rate = lazy_gettext("Fulfilled of due")
    return (
        _number("placements", lazy_gettext("Placements"), _opening(word, "part")),
        _number("stuck", lazy_gettext("Lost or broken"), _opening(word, "part", state=STUCK)),
        ListColumn(key="share", label=rate, cell="rate", sort=True, downwards=True, opens=_opening(word, "part")),
        _states_of(_opening(word, "part")),
    )


def _chains_of(row: Any) -> Mapping[str, str]:  # noqa: ANN401 - a gift's
    return {"name": "chains", "gift": row.gift_id}


LISTINGS: Final[Mapping[str, Listing]] = {
    "gifts": Listing(
        title=lazy_gettext("Gifts"),
        about=lazy_gettext(
            "Every original gift: how far it has travelled, generation by generation, and the state of its chains."
        ),
        empty=lazy_gettext("No match. Loosen the filters; staff record a gift from the overview."),
        columns=(
            ListColumn(key="gift_id", label=lazy_gettext("Gift"), cell="gift", sort=True),
            ListColumn(key="donor", label=lazy_gettext("Donor"), cell="donor", personal=True),
            ListColumn(key="help", label=lazy_gettext("Help"), cell="help", sort=True),
            _day("given_on", lazy_gettext("Given on")),
            _number("placements", lazy_gettext("First placements"), _chains_of),
            _number("reach", lazy_gettext("Reach"), _opening("below", "gift_id", "gift:")),
            ListColumn(key="by_generation", label=lazy_gettext("Placements by generation"), cell="bars"),
            ListColumn(key="chains", label=lazy_gettext("Chains"), cell="states", opens=_chains_of),
            _states_of(_opening("gift", "gift_id")),
        ),
        filters=(_HELP, _DONOR),
        order="gift_id",
        find_rows=rows.gift_rows,
    ),
    "chains": Listing(
        title=lazy_gettext("Chains"),
        about=lazy_gettext("A chain is one first placement and everything that descends from it."),
        empty=lazy_gettext("No match. Loosen the filters to see more."),
        columns=(
            ListColumn(key="placement_id", label=lazy_gettext("Chain begun by"), cell="tree", sort=True),
            ListColumn(key="chain_state", label=lazy_gettext("State"), cell="state", sort=True),
            ListColumn(key="gift_id", label=lazy_gettext("Gift"), cell="gift", sort=True),
            ListColumn(key="help", label=lazy_gettext("Help"), cell="help", sort=True),
            ListColumn(key="place_id", label=lazy_gettext("Began in"), cell="place"),
            _number("reach", lazy_gettext("Reach"), _opening("below", "placement_id", "placement:")),
            _number("generations", lazy_gettext("Generations")),
            _day("received_on", lazy_gettext("Began on")),
            _number("late_days", lazy_gettext("Days overdue")),
            _states_of(_opening("below", "placement_id", "chain:")),
        ),
        filters=(
            Filter(
                name="state",
                label=lazy_gettext("State"),
                choices=filter_choices.word_choices(lambda _page: CHAIN_STATES, labels.state),
            ),
            _HELP,
            _PLACE,
            _DONOR,
            _GROUP,
            _GIFT,
            Filter(name="only", label=lazy_gettext("Places inside"), choices=_without_those_inside, more=True),
        ),
        order="-reach",
        find_rows=rows.chain_rows,
        sorts=True,
    ),
    "visits": Listing(
        title=lazy_gettext("Whom to visit"),
        about=lazy_gettext("The visits that can save most come first, place by place, so that one walk serves many."),
        empty=lazy_gettext("Nobody here needs a visit. Choose another place, or look again next month."),
        columns=(
            ListColumn(key="rank", label=lazy_gettext("Rank"), cell="number", shown_as="nth", sort=True),
            ListColumn(key="placement_id", label=lazy_gettext("Placement"), cell="placement"),
            ListColumn(key="beneficiary_id", label=lazy_gettext("Who"), cell="person", shown_as="woman"),
            ListColumn(key="phone", label=lazy_gettext("Telephone"), cell="phone", personal=True),
            ListColumn(key="group_id", label=lazy_gettext("Group"), cell="group"),
            ListColumn(key="state", label=lazy_gettext("State"), cell="state", shown_as="state_since"),
            _day("since_on", lazy_gettext("Since")),
            ListColumn(key="reasons", label=lazy_gettext("Why"), cell="reasons", shown_as="why"),
            ListColumn(key="still_owed", label=lazy_gettext("Still owes"), cell="units"),
            _day("due_on", lazy_gettext("Due on")),
            _day("last_word_on", lazy_gettext("Last news")),
            _number("reach", lazy_gettext("Only she can continue")),
            ListColumn(key="place_id", label=lazy_gettext("Place"), cell="place"),
        ),
        on_page=(
            *("rank", "beneficiary_id", "phone", "place_id", "reasons", "still_owed", "due_on"),
            *("state", "last_word_on", "placement_id"),
        ),
        filters=(
            _PLACE,
            Filter(
                name="reason",
                label=lazy_gettext("Why"),
                choices=filter_choices.word_choices(_reasons, reason),
            ),
        ),
        order="",
        find_rows=rows.visit_rows,
        by_place=True,
        depends_on=privacy.tasks,
    ),
    "placements": Listing(
        title=lazy_gettext("Placements"),
        about=lazy_gettext("One beneficiary with the help that she received at one time."),
        empty=lazy_gettext("No match. Loosen the filters to see more."),
        columns=(
            ListColumn(key="placement_id", label=lazy_gettext("Placement"), cell="placement", sort=True),
            ListColumn(key="beneficiary_id", label=lazy_gettext("Who"), cell="person"),
            ListColumn(key="state", label=lazy_gettext("State"), cell="state", sort=True),
            ListColumn(key="help", label=lazy_gettext("Help"), cell="help"),
            ListColumn(key="place_id", label=lazy_gettext("Place"), cell="place"),
            ListColumn(key="generation", label=lazy_gettext("Generation"), cell="number", sort=True),
            _day("received_on", lazy_gettext("Received on")),
            _day("due_on", lazy_gettext("Due on")),
            ListColumn(key="passed", label=lazy_gettext("Passed on"), cell="number"),
            ListColumn(key="owed", label=lazy_gettext("Owed"), cell="number"),
            _number("reach", lazy_gettext("Reach"), _opening("below", "placement_id", "placement:")),
            ListColumn(
                key="since_on", label=lazy_gettext("Lost or broken since"), cell="day", sort=True, downwards=True
            ),
            ListColumn(key="cause", label=lazy_gettext("Cause"), cell="cause"),
            ListColumn(key="gift_id", label=lazy_gettext("Gift"), cell="focus"),
        ),
        filters=(
            Filter(name="state", label=lazy_gettext("State"), choices=_states),
            _HELP,
            _PLACE,
            _GROUP,
            _GIFT,
            Filter(
                name="counted",
                label=lazy_gettext("Counted"),
                choices=filter_choices.word_choices(lambda _page: COUNTED, lambda word: str(COUNTS[word])),
            ),
            Filter(name="since", label=lazy_gettext("Lost or broken after"), typed="date", more=True),
            Filter(name="compared", label=lazy_gettext("On another day"), typed="date", more=True),
            Filter(name="was", label=lazy_gettext("State then"), choices=_states_then, more=True),
            Filter(name="generation", label=lazy_gettext("Generation"), typed="number", more=True),
            Filter(name="year", label=lazy_gettext("Received in the year"), typed="number", more=True),
            Filter(name="sex", label=lazy_gettext("Sex"), choices=_sexes, more=True),
            Filter(name="donor_of", label=lazy_gettext("Donor"), choices=filter_choices.donor_choices, more=True),
            Filter(name="below", label=lazy_gettext("Descends from"), more=True),
            Filter(name="held_by", label=lazy_gettext("Held by"), more=True),
        ),
        order="placement_id",
        find_rows=rows.holdings,
        sorts=True,
        of="placement",
    ),
    "people": Listing(
        title=lazy_gettext("People"),
        about=lazy_gettext(
            "Everybody who is registered, and what each holds. To find someone by name, use the search box."
        ),
        empty=lazy_gettext("No match. Loosen the filters; staff register a person from the overview."),
        columns=(
            ListColumn(key="beneficiary_id", label=lazy_gettext("Who"), cell="person", sort=True),
            ListColumn(key="place_id", label=lazy_gettext("Place"), cell="place"),
            ListColumn(key="group_id", label=lazy_gettext("Group"), cell="group"),
            _number("placements", lazy_gettext("Placements"), _opening("held_by", "beneficiary_id")),
            _states_of(_opening("held_by", "beneficiary_id")),
        ),
        filters=(Filter(name="state", label=lazy_gettext("Holds"), choices=_holder_states), _PLACE, _GROUP),
        order="beneficiary_id",
        find_rows=rows.holders,
        sorts=True,
        of="beneficiary",
    ),
    "groups": Listing(
        title=lazy_gettext("Groups"),
        about=lazy_gettext("The groups people belong to, and the state of their members' placements."),
        empty=lazy_gettext("No member of any group held anything by that day. Choose a later day."),
        columns=(
            ListColumn(key="part", label=lazy_gettext("Group"), cell="group_of", sort=True),
            *_of_a_part("group"),
        ),
        filters=(),
        order="part",
        find_rows=lambda page: rows.part_rows(page, "group", page.groups),
        of="group",
    ),
    "places": Listing(
        title=lazy_gettext("Places"),
        about=lazy_gettext("Places of every level; each counts what is held in the places inside it too."),
        empty=lazy_gettext("Nothing was placed anywhere by that day. Choose a later day."),
        columns=(
            ListColumn(key="part", label=lazy_gettext("Place"), cell="place_of", sort=True),
            *_of_a_part("place"),
        ),
        filters=(),
        order="part",
        find_rows=lambda page: rows.part_rows(page, "place", page.called.places),
    ),
}
"""Name in the URL → list."""
