"""The page of husbandry, and what is to be expected of her animals, on the pages of a woman and of a placement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from markupsafe import Markup

from relay.reports import breakdown
from relay.systems.husbandry import reading
from relay.systems.husbandry.questions import by_ready_day
from relay.systems.husbandry.report import counted, husbandry_report, ready_errors
from relay.text import Sentence
from relay.web import guard, privacy
from relay.web.lists import counted_records
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import SystemLink, SystemPages

if TYPE_CHECKING:
    from relay.reports.record_history import Record
    from relay.web.lists.listing import ListPage

blueprint = Blueprint("husbandry", __name__, template_folder="templates")


@blueprint.get("/p/<programme_id>/husbandry")
@action("husbandry")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """From when on each can pass on who still owes."""
    rows = by_ready_day(current.expected())
    names = privacy.names("list", {each.beneficiary_id for each in rows})
    return render_template("husbandry/husbandry.html", rows=rows, names=names)


@blueprint.get("/p/<programme_id>/husbandry/places")
@action("husbandry")
def places(programme_id: str) -> str:
    """How herds are doing by place, and how far the ready days were off."""
    survey, graph = current.survey_of_all(), current.built_graph()
    herds = dict(reading.herds(survey, reading.seen_of_animals(graph, programme_id)))
    found = husbandry_report(survey, herds, breakdown.names(graph, programme_id, ("place",)))
    rows = [found.whole, *(each for each in found.places if each.place_id)]
    return render_template("husbandry/places.html", found=found, rows=rows, errors=ready_errors(herds))


def _counted(page: ListPage, place_id: str) -> counted_records.Records:
    survey = page.survey
    herds = dict(reading.herds(survey, reading.seen_of_animals(current.built_graph(), survey.snapshot.programme_id)))
    ids, holders = survey.snapshot.placements.ids, survey.snapshot.placements.beneficiary
    inside = breakdown.within(survey.snapshot, place_id) if place_id else None
    return {
        word: [f"placement:{ids[row]}" for row in sorted(rows) if inside is None or inside[holders[row]]]
        for word, rows in counted(survey, herds).items()
    }


COUNTED: Final = counted_records.add_counted_list(
    blueprint,
    "husbandry",
    {
        "herds": Sentence("had animals in the last twelve months"),
        "pregnant": Sentence("pregnant"),
        "born": Sentence("had young in the last twelve months"),
        "died": Sentence("lost animals by death in the last twelve months"),
        "treated": Sentence("were treated in the last twelve months"),
        "treated_broke": Sentence("treated in their first year, and broken or lost later"),
        "of_treated_broke": Sentence("treated in their first year"),
        "others_broke": Sentence("not treated in their first year, and broken or lost later"),
        "of_others_broke": Sentence("not treated in their first year"),
    },
    _counted,
)


def _on_record(record: Record) -> Markup | None:
    """What is to be expected of her animals, on her record and on those of her placements."""
    programme_id, (kind, _, id_) = current.head().programme_id, record.id.partition(":")
    if kind not in ("beneficiary", "placement") or not guard.may("husbandry", programme_id):
        return None
    hers = {each.placement_id for each in record.placements} if kind == "beneficiary" else {id_}
    found = [each for id_, each in current.expected().items() if id_ in hers]
    rows = [each for each in found if each.ready_on or each.birth_on or each.treatment_on]
    return Markup(render_template("husbandry/hers.html", rows=rows)) if rows else None  # noqa: S704 - a template escapes


PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="page", label=Sentence("Husbandry"), key="4", group="relays"),),
    on_record=_on_record,
)
