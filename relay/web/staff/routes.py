"""Staff look records up: people, placements and gifts, and what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request

from relay.reports import record_history, search
from relay.web import current, menu, privacy
from relay.web.i18n import labels
from relay.web.staff import searches

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record

HELD: Final = 10
"""Placements whose history a person's page tells (our choice: hardly anybody holds more; all are listed)."""

HITS: Final = "div#hits"
"""Where the page of what was found shows it, as htmx names it; suggestions stand elsewhere and leave the address."""

blueprint = Blueprint("staff", __name__)


@blueprint.post("/p/<programme_id>/find")
def search_for(programme_id: str) -> Response:
    """Look for the few words that a form sends; the address of what was found is one to which one can come back."""
    if not request.headers.get("HX-Request"):
        return redirect(menu.to("staff.find", s=searches.remembered()), 303)
    response = make_response(_found(programme_id, searches.sent()))
    if request.headers.get("HX-Target") == HITS:
        response.headers["HX-Replace-Url"] = menu.to("staff.find", s=searches.remembered())
    return response


@blueprint.get("/p/<programme_id>/find")
def find(programme_id: str) -> str:
    """What a few words find."""
    return _found(programme_id, searches.asked_for())


def _found(programme_id: str, text: str) -> str:
    hits = privacy.hits(_near(programme_id, text)) if text else ()
    privacy.opened("find", search.named(hits))
    template = "hits.html" if request.headers.get("HX-Request") else "find.html"
    return render_template(template, hits=hits, most=search.MOST, q=text)


def _near(programme_id: str, text: str) -> tuple[search.Hit, ...]:
    return search.find(
        current.built(), programme_id, text, as_of=current.as_of(), seen=privacy.seen, speech=labels.SPEECH
    )


@blueprint.get("/p/<programme_id>/record/<act_id>")
def record(programme_id: str, act_id: str) -> str:
    """One record with its history, and the gifts it descends from."""
    found = _shown(programme_id, act_id)
    privacy.opened("show", (found.id,))
    return render_template(
        "record.html", record=found, held=_held(programme_id, found), as_of=current.as_of(), today=current.today()
    )


def _held(programme_id: str, record: Record) -> list[Record]:
    """The placements that a beneficiary holds, each with its own history."""
    ids = [f"placement:{each.placement_id}" for each in record.placements if record.id.startswith("beneficiary:")]
    return [_shown(programme_id, id_) for id_ in ids[:HELD]]


def _shown(programme_id: str, id_: str) -> Record:
    found = record_history.show(
        current.built(),
        programme_id,
        id_,
        current.as_of(),
        confirmed_only=current.confirmed_only(),
        speech=labels.SPEECH,
    )
    return privacy.record(found)
