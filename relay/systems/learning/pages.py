"""The page of classes and sites, and what they add to the records of a course and of a woman."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from markupsafe import Markup

from relay.systems.learning import reading
from relay.systems.learning.questions import CoursesOf, Learning, learners
from relay.text import Sentence
from relay.web import guard, privacy
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import MenuLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.reports.record_history import Record
    from relay.systems.learning.classes import Class

blueprint = Blueprint("learning", __name__, template_folder="templates")


@blueprint.get("/p/<programme_id>/learning")
@action("learning")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All classes, who was prepared, and which sites reported."""
    found = privacy.answer_to(Learning(as_of=current.as_of()))
    names = {each.course_id: each.name for each in (known.course for known in _classes().values())}
    return render_template("learning/learning.html", found=found, called=names)


def _classes() -> Mapping[str, Class]:
    known = reading.classes(current.built(), current.head().programme_id, current.as_of())
    return {each.course.act_id: each for each in known}


def _on_record(record: Record) -> Markup | None:
    """Who took part, on the record of a course; her courses, on that of a woman."""
    kind = record.id.partition(":")[0]
    if not guard.may("learning", current.head().programme_id) or kind not in ("course", "beneficiary"):
        return None
    if kind == "course":
        known = _classes().get(record.id)
        rows = learners(known) if known else ()
        names = privacy.names_in_a_list(each.beneficiary_id for each in rows)
        return Markup(render_template("learning/roster.html", rows=rows, names=names)) if known else None  # noqa: S704 - it escapes
    if not any(each.id.startswith("enrolment:") for each in record.history):
        return None
    found = privacy.answer_to(CoursesOf(id=record.id, as_of=current.as_of()))
    return Markup(render_template("learning/hers.html", rows=found)) if found else None  # noqa: S704 - it escapes


PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(MenuLink(endpoint="page", label=Sentence("Classes and sites"), key="9"),),
    on_record=_on_record,
)
