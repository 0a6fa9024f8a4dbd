"""Managers decide whether two registrations are the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request

from relay.office import intake
from relay.reports.duplicates import duplicates
from relay.web import guard, menu, privacy
from relay.web.i18n.language import gettext
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SHOWN: Final = 50  # our choice: pairs on the page, the likeliest; the others follow once these are decided

blueprint = Blueprint("duplicates", __name__)


@blueprint.get("/p/<programme_id>/duplicates")
@action("duplicates")
def page(programme_id: str) -> str:
    """The likeliest pairs, with the evidence for each."""
    result = duplicates(current.built_graph(), programme_id, current.country().telephone, most=SHOWN)
    names = privacy.names("list", (id_ for each in result.candidates for id_ in (each.one_id, each.other_id)))
    places = privacy.places_and_donors().places
    return render_template("duplicates.html", result=result, names=names, places=places, most=SHOWN)


@blueprint.post("/p/<programme_id>/duplicates")
@action("same")
def decide(programme_id: str) -> Response:
    """Record that a pair is one person, under the first id, or two people."""
    one, other = request.form.get("one_id", ""), request.form.get("other_id", "")
    if request.form.get("are") == "same":
        kind, values = "same", {"kept_id": one, "other_id": other}
        message = gettext("%(one)s and %(other)s are one person, kept as %(one)s.", one=one, other=other)
    else:
        kind, values = "different", {"a_id": one, "b_id": other}
        message = gettext("%(one)s and %(other)s are two people.", one=one, other=other)
    clerk = guard.clerk(programme_id)
    act = intake.made(current.built_graph(), programme_id, kind, values, random=clerk.random)
    intake.hand_in(current.built_graph(), programme_id, act, clerk)
    flash(message)
    return redirect(menu.url_to("duplicates.page"), 303)
