"""The page of goals, and the goals on a woman's record page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from markupsafe import Markup

from relay.ledger.reading import said
from relay.office.wording import spoken
from relay.systems.goals.questions import GoalsOf, goals_report, progress
from relay.text import Sentence
from relay.web import guard, privacy
from relay.web.lists import counted_records
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import OfferedWords, SystemLink, SystemPages

if TYPE_CHECKING:
    from relay.reports.record_history import Record
    from relay.web.lists.listing import ListPage

blueprint = Blueprint("goals", __name__, template_folder="templates")


@blueprint.get("/p/<programme_id>/goals")
@action("goals")
def page(programme_id: str) -> str:
    """All goals, how many run, and how income changed."""
    answer = goals_report(progress(current.built_graph(), programme_id, current.as_of()))
    names = privacy.names("list", (each.beneficiary_id for each in answer.goals))
    return render_template("goals/goals.html", found=answer, names=names)


def _activity_words() -> OfferedWords:
    """The activities of the programme; where it lists none, those of the goals so far, and any other."""
    graph, programme_id = current.graph(), current.head().programme_id
    (programme,) = said(graph, programme_id, "programme")
    listed = str(programme.get("activities") or "")
    used = listed or ";".join(str(each["activity"]) for each in said(graph, programme_id, "goal"))
    words = dict.fromkeys(filter(None, used.split(";")))
    return OfferedWords(labels={word: spoken(word) for word in words}, are_all=bool(listed))


def _listed_activities() -> OfferedWords:
    """The same to choose from for the list itself, to which any other is added."""
    return replace(_activity_words(), are_all=False)


def _on_record(record: Record) -> Markup | None:
    """Her goals, on a woman's record."""
    hers = record.id.startswith("beneficiary:") and any(each.id.startswith("goal:") for each in record.history)
    if not hers or not guard.may("goals", current.head().programme_id):
        return None
    rows = privacy.answer_to(GoalsOf(id=record.id, as_of=current.as_of()))
    return Markup(render_template("goals/hers.html", rows=rows)) if rows else None  # noqa: S704 - a template escapes


def _counted(page: ListPage, _: str) -> counted_records.Records:
    counted = progress(current.built_graph(), page.survey.snapshot.programme_id, page.as_of).counted
    return {word: [goal.act_id for goal in goals] for word, goals in counted.items()}


COUNTED: Final = counted_records.add_counted_list(
    blueprint,
    "goals",
    {
        "set_12": Sentence("set 12 months ago or longer"),
        "found_12": Sentence("found after 12 months"),
        "run_12": Sentence("run after 12 months"),
        "set_24": Sentence("set 24 months ago or longer"),
        "found_24": Sentence("found after 24 months"),
        "run_24": Sentence("run after 24 months"),
        "running": Sentence("run, as the last visit tells"),
        "building": Sentence("build on a placement"),
        "building_run": Sentence("build on a placement, and run"),
        "others": Sentence("build on no placement"),
        "others_run": Sentence("build on no placement, and run"),
    },
    _counted,
)

PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="page", label=Sentence("Goals"), key="6"),),
    on_record=_on_record,
    words={("goal", "activity"): _activity_words, ("programme", "activities"): _listed_activities},
)
