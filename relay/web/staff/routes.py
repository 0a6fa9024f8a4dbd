"""Staff look records up: people, placements and gifts, and what is known of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, make_response, redirect, render_template, request

from relay.domain.register import Fact
from relay.reports import record_history, search
from relay.web import menu, privacy, system_pages
from relay.web.i18n import labels
from relay.web.permission import action
from relay.web.request import current
from relay.web.staff import searches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup
    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record

HELD: Final = 10
"""Placements whose history a person's page tells (our choice: hardly anybody holds more; all are listed)."""

HITS: Final = "div#hits"
"""Where the results page shows its results, as htmx names it; suggestions go elsewhere and do not change the URL."""

blueprint = Blueprint("staff", __name__)


@blueprint.post("/p/<programme_id>/find")
@action("find", by_form=False)
def search_for(programme_id: str) -> Response:
    """Search for the words that a form sends; the URL of the results can be returned to."""
    if not request.headers.get("HX-Request"):
        return redirect(menu.to("staff.find", s=searches.remembered()), 303)
    response = make_response(_found(programme_id, searches.sent()))
    if request.headers.get("HX-Target") == HITS:
        response.headers["HX-Replace-Url"] = menu.to("staff.find", s=searches.remembered())
    return response


@blueprint.get("/p/<programme_id>/find")
@action("find")
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


@blueprint.post("/p/<programme_id>/names")
@action("names")
def switch_names(programme_id: str) -> Response:
    """Show names on the pages from now on, or no longer; back to the page on which it was switched."""
    privacy.switch_names(on=request.form.get("names") == "on")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host or not came_from.path.startswith("/p/"):
        return redirect(menu.begins(programme_id), 303)
    said = urlencode([each for each in parse_qsl(came_from.query) if each[0] != "names"])
    return redirect(f"{came_from.path}?{said}" if said else came_from.path, 303)


@blueprint.get("/p/<programme_id>/record/<act_id>")
@action("show")
def record(programme_id: str, act_id: str) -> str:
    """One record with its history, and the gifts it descends from; in brief for the panel beside a tree."""
    found = _shown(programme_id, act_id)
    privacy.opened("show", (found.id,))
    if request.headers.get("HX-Request"):
        return render_template("record_panel.html", record=found)
    held = _held(programme_id, found)
    told = {line.id for each in held for line in each.history}
    return render_template(
        "record.html",
        record=replace(found, history=tuple(line for line in found.history if line.id not in told)),
        held=held,
        named=_named(found),
        parts=[*_parts(found)],
        as_of=current.as_of(),
        today=current.today(),
    )


def _named(record: Record) -> Mapping[str, Sequence[str]]:
    """Column → the records that it names."""
    kind, _, id_ = record.id.partition(":")
    fact = Fact(kind=kind, id=id_, values=record.values, sequence=record.sequence or 0)
    named = defaultdict[str, list[str]](list)
    catalogue = current.graph().catalogue
    for column, each in (*catalogue.named_by(fact), *catalogue.begun_by(fact)):
        named[column].append(each)
    return named


def _parts(record: Record) -> Iterator[Markup]:
    """What the systems that the programme uses add to the page of a record."""
    for name, pages in system_pages.of(current.graph().catalogue).items():
        part = pages.on_record(record) if name in current.head().systems else None
        if part:
            yield part


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
