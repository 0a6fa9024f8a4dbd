"""The page of classes and sites, and their panels on the records of a course and of a woman."""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, redirect, render_template, request
from markupsafe import Markup

from relay.domain.acts import ID_BYTES, new_id
from relay.errors import RelayError
from relay.ledger.reading import said
from relay.office.wording import spoken
from relay.systems.groups.meeting_page import values_and_faults
from relay.systems.groups.meeting_recording import record_meeting
from relay.systems.groups.members_and_attendance import ROSTER
from relay.systems.learning import reading
from relay.systems.learning.questions import CoursesOf, Learning, counted, learners
from relay.text import Sentence
from relay.web import guard, menu, privacy
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.lists import counted_records
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.system_pages import OfferedWords, SystemLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record
    from relay.systems.learning.classes import Class

_TYPED: Final = {"held_on": "today", "meeting_id": "", "minutes": ""}
"""Fields of a session → text when nothing was entered."""

blueprint = Blueprint("learning", __name__, template_folder="templates")


@blueprint.get("/p/<programme_id>/learning")
@action("learning")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All classes, who was prepared, and which sites reported."""
    answer = privacy.answer_to(Learning(as_of=current.as_of()))
    return render_template("learning/learning.html", found=answer, places=privacy.places_and_donors().places)


@blueprint.route("/p/<programme_id>/record/<act_id>/session", methods=["GET", "POST"])
@action("meeting", typed=True)
def session(programme_id: str, act_id: str) -> str | Response | tuple[str, int]:
    """A session of a class on one page: its day and length, and who of the women enrolled that day attended."""
    class_, sent = _classes().get(act_id) or abort(404), request.form
    values, faults = values_and_faults("meeting", {name: sent.get(name) or usual for name, usual in _TYPED.items()})
    day, fault = date.fromisoformat(str(values.get("held_on", current.today()))), next(iter(faults.values()), "")
    meeting_id, women = (
        values.get("meeting_id") or new_id(secrets.token_bytes(ID_BYTES)),
        sorted(class_.enrolled_on(day)),
    )
    recording = pressed_button() == "record" and not fault
    if recording and day.isoformat() != sent.get("shown_on"):
        fault = gettext("These were enrolled on that day: look at the list, then record it.")
    elif recording:
        came = {name: ";".join(each for each in women if sent.get(f"who.{each}") == name) for name in ROSTER}
        of_course = {"course_id": class_.course.course_id, "kind": "session", "meeting_id": meeting_id}
        meeting = {name: value for name, value in {**values, **of_course, **came}.items() if value}
        try:
            record_meeting(current.built_graph(), programme_id, meeting, (), guard.clerk(programme_id))
            return redirect(menu.url_to("recording.recorded", act_id=f"meeting:{meeting_id}"), 303)
        except RelayError as error:
            fault = error_text(error)
    page = render_template(
        "learning/session.html",
        course=class_.course,
        day=day,
        women=women,
        names=privacy.names("form", women),
        sent=sent,
        fault=fault,
        meeting_id=meeting_id,
    )
    return (page, 422) if fault else page


def _classes() -> Mapping[str, Class]:
    classes = reading.classes(current.built_graph(), current.head().programme_id, current.as_of())
    return {each.course.act_id: each for each in classes}


def _topic_words() -> OfferedWords:
    """The topics that rules require, and any other."""
    rules = said(current.graph(), current.head().programme_id, "rule")
    words = dict.fromkeys(word for rule in rules for word in str(rule.get("requires") or "").split(";") if word)
    return OfferedWords(labels={word: spoken(word) for word in words}, are_all=False)


def _on_record(record: Record) -> Markup | None:
    """On the record of a course, its women; on the record of a woman, her courses."""
    if not guard.may("learning", current.head().programme_id):
        return None
    if class_ := _classes().get(record.id) if record.id.startswith("course:") else None:
        rows = learners(class_)
        names = privacy.names("list", (each.beneficiary_id for each in rows))
        shown = render_template("learning/roster.html", act_id=record.id, rows=rows, names=names)
    elif any(each.id.startswith("enrolment:") for each in record.history) and record.id.startswith("beneficiary:"):
        answer = privacy.answer_to(CoursesOf(id=record.id, as_of=current.as_of()))
        shown = render_template("learning/hers.html", rows=answer) if answer else ""
    else:
        return None
    return Markup(shown) if shown else None  # noqa: S704 - a template escapes


COUNTED: Final = counted_records.add_counted_list(
    blueprint,
    "learning",
    {
        "sessions": Sentence("sessions"),
        "without_roster": Sentence("sessions without a list of who came"),
        "enrolled": Sentence("women who were enrolled"),
        "started": Sentence("women who came at least once"),
        "completed": Sentence("women who completed it"),
        "declared": Sentence("women of whom somebody said that they completed it"),
        "dropped_out": Sentence("women who dropped out"),
        "reached": Sentence("women who came to any session"),
        "prepared": Sentence("placements whose holder had completed what help requires"),
        "of_prepared": Sentence("placements whose help requires something"),
        "prepared_on_time": Sentence("prepared, passed on in time"),
        "of_prepared_on_time": Sentence("prepared, past their due date"),
        "others_on_time": Sentence("not prepared, passed on in time"),
        "of_others_on_time": Sentence("not prepared, past their due date"),
        "prepared_kept": Sentence("prepared, not lost"),
        "of_prepared_kept": Sentence("prepared"),
        "others_kept": Sentence("not prepared, not lost"),
        "of_others_kept": Sentence("not prepared"),
        "of_ready": Sentence("on the waiting list"),
        "ready": Sentence("on the waiting list, and have completed it"),
    },
    lambda page, of: counted(current.built_graph(), page.survey.snapshot.programme_id, page.survey, of),
)

PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="page", label=Sentence("Classes and sites"), key="9"),),
    on_record=_on_record,
    words={("course", "topic"): _topic_words},
)
