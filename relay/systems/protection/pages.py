"""The pages of protection: a directory to print, raw counts for their own role, and the draft of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup

from relay.errors import RelayError
from relay.ledger import reading as ledger
from relay.office import intake
from relay.systems.protection.kinds import OF_COMMITTEES, OF_SITES, SPANS
from relay.systems.protection.questions import DraftRelease, Protection, RawCounts, columns_of, releases
from relay.systems.protection.release_tables import Wanted
from relay.text import Sentence
from relay.web import guard, menu, privacy
from relay.web.i18n.sentences import error_text, translate
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import SystemLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record
    from relay.systems.protection.questions import Draft

blueprint = Blueprint("protection", __name__, template_folder="templates")


@blueprint.get("/p/<programme_id>/services")
@action("services")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The printable directory of services, the state of the protection committees, and every release of counts."""
    answer = privacy.answer_to(Protection(as_of=current.as_of()))
    return render_template("protection/services.html", found=answer, places=_places())


@blueprint.get("/p/<programme_id>/raw-counts")
@action("raw counts")
def counts(programme_id: str) -> str:
    """Every count as it was recorded, and the places that can be counted; who reads it is logged."""
    question = RawCounts()
    answer = privacy.answer_to(question)
    privacy.log_opened(question.name, question.opened(answer))
    places = ledger.said(current.graph(), programme_id, "place")
    large = current.country().counted_by
    countable = sorted((each["place_id"], each["kind"]) for each in places if each.get("kind") in large)
    return render_template("protection/counts.html", rows=answer, places=_places(), countable=countable)


@blueprint.get("/p/<programme_id>/release")
@action("release")
def draft(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """What could be released of a measure; nothing is recorded."""
    table, fault = None, ""
    if request.args.get("measure"):
        try:
            table = _draft(request.args)
        except RelayError as error:
            fault = error_text(error)
    return render_template(
        "protection/release.html",
        found=table,
        fault=fault,
        places=_places(),
        asked=request.args,
        measures=(*OF_COMMITTEES, *OF_SITES),
        levels=current.country().tabled_by,
        spans=tuple(SPANS),
    )


@blueprint.post("/p/<programme_id>/release")
@action("release")
def release(programme_id: str) -> Response:
    """Record a release, made again from what is recorded now."""
    clerk = guard.clerk(programme_id)
    try:
        made = intake.made(
            current.built_graph(), programme_id, "release", columns_of(_draft(request.form)), random=clerk.random
        )
        intake.hand_in(current.built_graph(), programme_id, made, clerk)
    except RelayError as error:
        flash(error_text(error))
        return redirect(menu.url_to("protection.draft"), 303)
    flash(translate(Sentence("Released.")))
    return redirect(menu.url_to("protection.page"), 303)


def _draft(sent: Mapping[str, str]) -> Draft:
    """The draft that the form asks for.

    Raises:
        RelayError: It cannot be released.
    """
    unsaid = dict.fromkeys(("measure", "from_month", "until_month"), "")
    asked = unsaid | {name: sent[name] for name in Wanted.__slots__ if name in sent}
    return privacy.answer_to(DraftRelease(as_of=current.today(), **asked))


def _places() -> Mapping[str, str]:
    return privacy.places_and_donors().places


def _on_record(record: Record) -> Markup | None:
    """On the record of a release, the published table to print."""
    made = {f"release:{each.release_id}": each for each in releases(current.graph(), current.head().programme_id)}
    if record.id not in made or not guard.may("services", current.head().programme_id):
        return None
    shown = render_template("protection/on_record.html", release=made[record.id], places=_places())
    return Markup(shown)  # noqa: S704 - a template escapes


PAGES: Final = SystemPages(
    blueprint=blueprint,
    on_record=_on_record,
    links=(
        SystemLink(endpoint="page", label=Sentence("Services"), key="f", group="manage"),
        SystemLink(endpoint="counts", label=Sentence("Raw counts"), key="k", group="manage"),
        SystemLink(endpoint="draft", label=Sentence("Release"), key="z", group="manage"),
    ),
)
