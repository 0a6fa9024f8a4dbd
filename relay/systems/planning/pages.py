"""The pages of planning: the waiting list, the plans, and a proposal that is accepted as a whole or row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, flash, redirect, render_template, request

from relay.arrays.columns import NONE
from relay.errors import RelayError, Unavailable
from relay.exchange import cells
from relay.office import intake
from relay.office.wording import spoken
from relay.systems.planning import calls_to_make, reading
from relay.systems.planning.proposal import Proposal, accepted, propose, ready_first
from relay.systems.planning.questions import plan_rows, waiting_list
from relay.systems.planning.rates import counted, due_and_unplanned, rates
from relay.systems.planning.request_and_plan_states import words
from relay.systems.planning.waiting_order import ASKED_ON, NEVER_RECEIVED, in_order, order_of
from relay.text import Sentence
from relay.web import guard, menu, privacy
from relay.web.i18n import labels
from relay.web.i18n.language import ngettext
from relay.web.i18n.sentences import error_text, translate
from relay.web.lists import counted_records
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.system_pages import OfferedWords, SystemLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from relay.systems.planning.reading import Planned

blueprint = Blueprint("planning", __name__, template_folder="templates")

CRITERIA: Final = {
    "never_received": Sentence("never received anything"),
    "woman_led": Sentence("leads her household"),
    "child_under_5": Sentence("a child under five"),
    "disability": Sentence("a disability in the household"),
    "asked_on": Sentence("asked earlier"),
    "training": Sentence("training"),
    "shed": Sentence("a shed"),
}
"""Labels for words of the public order, and for what makes a woman ready; a programme may have other words."""

_NEEDED: Final = ("training", "shed")
"""Those of them that are needed before a woman is ready; the others order the waiting list."""

_MOST_FALLEN: Final = 3
"""Most refused rows that are shown with their reason (our choice: a cookie carries them to the next page)."""

Pair = tuple[str, str]


@blueprint.app_template_filter("criterion")
def _criterion(word: str) -> str:
    """The label of a word of the public order, or of what makes a woman ready."""
    return translate(CRITERIA[word]) if word in CRITERIA else spoken(word)


def _criteria_words() -> OfferedWords:
    """The criteria of the public order, in its order: what is true of every request is none."""
    order = order_of(_programme())
    return OfferedWords(labels={word: _criterion(word) for word in order if word not in (NEVER_RECEIVED, ASKED_ON)})


def _ready_words() -> OfferedWords:
    """What a woman needs before she is ready."""
    needed = words(_programme().get("requires"))
    return OfferedWords(labels={word: _criterion(word) for word in sorted(needed)})


def _words_of_the_order() -> OfferedWords:
    """What the waiting list may be ordered by; a programme may have other criteria too."""
    usual = (word for word in CRITERIA if word not in _NEEDED)
    return _labelled((*usual, *sorted(words(_programme().get("order")))), in_order=True)


def _words_needed() -> OfferedWords:
    """What a woman may need before she is ready; a programme may ask for other things too."""
    return _labelled((*_NEEDED, *sorted(words(_programme().get("requires")))))


def _labelled(some: Iterable[str], *, in_order: bool = False) -> OfferedWords:
    return OfferedWords(
        labels={word: _criterion(word) for word in dict.fromkeys(some)}, are_all=False, in_order=in_order
    )


def _programme() -> Mapping[str, Any]:
    return reading.programme(current.graph(), current.head().programme_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Women:
    """How to find the women of a page.

    Attributes:
        names: Beneficiary id → her name; empty while names are off.
        phones: Beneficiary id → her telephone number; empty while names are off.
        places: Beneficiary id → the name of the place where she lives.
    """

    names: Mapping[str, str]
    phones: Mapping[str, str]
    places: Mapping[str, str]


def _women(planned: Planned, beneficiary_ids: Iterable[str | None]) -> Women:
    """The women with these ids; logs that names and telephone numbers are shown, if they are."""
    ids = sorted({each for each in beneficiary_ids if each})
    contacts = privacy.contacts(ids) if privacy.names_on() else {}
    return Women(
        names={id_: each.name for id_, each in contacts.items() if each.name},
        phones={id_: each.phone for id_, each in contacts.items() if each.phone},
        places=_homes(planned, ids),
    )


def _homes(planned: Planned, beneficiary_ids: Iterable[str]) -> Mapping[str, str]:
    """Beneficiary id → the name of the place where she lives; those of whom it is unknown are left out."""
    snapshot, called = planned.survey.snapshot, privacy.place_names()
    rows = {id_: row for id_ in beneficiary_ids if (row := snapshot.beneficiaries.ids.row(id_)) is not None}
    lives = {id_: int(snapshot.beneficiaries.place[row]) for id_, row in rows.items()}
    place_ids = {id_: snapshot.places.ids[place] for id_, place in lives.items() if place != NONE}
    return {id_: called.get(place_id, place_id) for id_, place_id in place_ids.items()}


def _planned(programme_id: str) -> Planned:
    return reading.read(current.built_graph(), programme_id, current.survey_of_all())


@blueprint.get("/p/<programme_id>/waiting-list")
@action("planning")
def waiting(programme_id: str) -> str:
    """Who waits, in the public order, with the reasons for managers."""
    planned = _planned(programme_id)
    season = planned.season
    open_ = [each for each in season.requests if season.request_states[each.request_id] in ("waiting", "ready")]
    reasons = {placed.request.request_id: placed.reasons for placed in in_order(season, open_, planned.order)}
    rows = waiting_list(planned)
    return render_template(
        "planning/waiting_list.html",
        rows=[row for row in rows if row.rank],
        order=planned.order,
        requires=sorted(season.requires),
        reasons=reasons if guard.may("export names", programme_id) else {},
        women=_women(planned, (row.beneficiary_id for row in rows if row.rank)),
    )


@blueprint.get("/p/<programme_id>/plans")
@action("planning")
def plans(programme_id: str) -> str:
    """Who is planned for whom, what was missed, and what is due without a plan."""
    planned = _planned(programme_id)
    rows = plan_rows(planned)
    holders = _holders(planned)
    animals = current.expected()
    ready = {id_ for id_, each in animals.items() if each.ready_on and each.ready_on <= current.as_of()}
    due = sorted(due_and_unplanned(planned), key=lambda id_: id_ not in ready)
    givers = (*due, *(row.giver_placement_id or "" for row in rows))
    return render_template(
        "planning/plans.html",
        rows=[row for row in rows if row.state in ("open", "missed")],
        done=[row for row in rows if row.state not in ("open", "missed")],
        due=due,
        animals=animals,
        holders=holders,
        rates=rates(planned),
        women=_women(planned, [*(row.beneficiary_id for row in rows), *(holders.get(each) for each in givers)]),
    )


@blueprint.get("/p/<programme_id>/calls")
@action("todo")
def call_list(programme_id: str) -> str:
    """Whom to call before a hand-over, who has waited for long, and a text without names to copy."""
    planned = _planned(programme_id)
    to_make = calls_to_make.calls(planned, _holders(planned))
    people = privacy.contacts(sorted({each.beneficiary_id for each in to_make}))
    return render_template(
        "planning/calls.html",
        calls=to_make,
        people=people,
        places=_homes(planned, {each.beneficiary_id for each in to_make}),
        shared=calls_to_make.shared(people),
        days=sorted({each.day for each in to_make if each.why == "receives"}),
    )


@blueprint.get("/p/<programme_id>/proposal")
@action("planning")
def proposal(programme_id: str) -> str:
    """Who could receive next from whom; locked rows stay as they are."""
    planned = _planned(programme_id)
    fault, rows = "", tuple[Proposal, ...]()
    try:
        rows = _rows(programme_id, planned, _pairs(request.args.getlist("locked")))
    except RelayError as error:
        fault = error_text(error)
    holders = _holders(planned)
    givers = (holders.get(row.giver_placement_id) for row in rows)
    return render_template(
        "planning/proposal.html",
        rows=rows,
        fault=fault,
        level=labels.level(current.country().within_area),
        animals=current.expected(),
        holders=holders,
        women=_women(planned, [*(row.beneficiary_id for row in rows), *givers]),
        places=privacy.place_names(),
    )


@blueprint.post("/p/<programme_id>/proposal")
@action("plan")
def accept(programme_id: str) -> Response:
    """Propose again around the locked rows, or record the accepted rows, each accepted or refused by itself."""
    sent = request.form
    if pressed_button() == "again":
        return redirect(menu.url_to("planning.proposal", locked=sent.getlist("locked")), 303)
    chosen = _pairs(sent.getlist("row") if pressed_button() == "all" else sent.getlist("accept"))
    rows = _rows(programme_id, _planned(programme_id), chosen)
    still = {row.request_id for row in rows if row.locked}
    clerk, done, fallen = guard.clerk(programme_id), 0, list[str]()
    expected = cells.read_day(sent["expected_on"], current.today()) if sent.get("expected_on") else None
    for values in accepted(rows, still, current.as_of(), expected):
        act = intake.made(current.built_graph(), programme_id, "plan", values, random=clerk.random)
        try:
            intake.hand_in(current.built_graph(), programme_id, act, clerk)
            done += 1
        except Unavailable as error:  # each of the others would only wait for the database again
            fallen.append(error_text(error))
            break
        except RelayError as error:
            fallen.append(f"{values['beneficiary_id']}: {error_text(error)}")
    for why in fallen[:_MOST_FALLEN]:
        flash(why, "fault")
    if len(fallen) > _MOST_FALLEN:
        more = len(fallen) - _MOST_FALLEN
        flash(ngettext("%(num)s more row was not accepted.", "%(num)s more rows were not accepted.", more), "fault")
    flash(ngettext("%(num)s woman is planned.", "%(num)s women are planned.", done))
    if len(still) < len(chosen):
        flash(translate(Sentence("Some rows no longer stand as they were proposed: look at the proposal again.")))
    return redirect(menu.url_to("planning.proposal", locked=sent.getlist("locked")), 303)


def _rows(programme_id: str, planned: Planned, locked: Iterable[Pair]) -> tuple[Proposal, ...]:
    graph = current.built_graph()
    rows = propose(
        planned,
        reading.places(graph, programme_id),
        reading.households(graph, programme_id),
        current.country(),
        locked=tuple(locked),
    )
    return ready_first(rows, current.expected(), current.as_of())


def _pairs(sent: Iterable[str]) -> list[Pair]:
    """Giver's placement and request of some rows, each sent as P1=R1."""
    return [(giver, request_id) for giver, _, request_id in (each.partition("=") for each in sent)]


def _holders(planned: Planned) -> Mapping[str, str]:
    """Placement → id of its holder, for placements that plans and proposals may name."""
    snapshot = planned.survey.snapshot
    people = snapshot.beneficiaries.ids
    holders = enumerate(snapshot.placements.beneficiary.tolist())
    return {snapshot.placements.ids[row]: people[holder] for row, holder in holders if holder >= 0}


COUNTED: Final = counted_records.add_counted_list(
    blueprint,
    "planning",
    {
        "due": Sentence("due within 60 days"),
        "planned": Sentence("due within 60 days, and somebody is planned"),
        "made": Sentence("pass-ons"),
        "followed": Sentence("pass-ons that followed a plan"),
        "began": Sentence("placements"),
        "from_list": Sentence("placements that began with an open request"),
    },
    lambda page, _: counted(_planned(page.survey.snapshot.programme_id)),
)

PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(
        SystemLink(endpoint="waiting", label=Sentence("Waiting list"), key="1", group="relays"),
        SystemLink(endpoint="plans", label=Sentence("Plans"), key="2", group="relays"),
        SystemLink(endpoint="proposal", label=Sentence("Proposal"), key="3", group="relays"),
        SystemLink(endpoint="call_list", label=Sentence("Call list"), key="t", group="today"),
    ),
    words={
        ("programme", "order"): _words_of_the_order,
        ("programme", "requires"): _words_needed,
        ("request", "criteria"): _criteria_words,
        ("request", "ready"): _ready_words,
        ("request_check", "ready"): _ready_words,
    },
)
