"""Pages for staff: search, the page of a record, and the switch for names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, make_response, redirect, render_template, request

from relay.reports import record_history, search
from relay.web import menu, privacy, system_pages
from relay.web.lists import saved_views
from relay.web.named_records import MARKING, NamedRecords
from relay.web.permission import action
from relay.web.request import current
from relay.web.staff import search_words
from relay.web.staff.record_page import RecordPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup
    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record

MOST_FOUND: Final = 200
"""The most hits where all are asked for (our choice: more are not read through)."""

HITS: Final = "div#hits"
"""The htmx target of the results page; other targets are suggestions, which do not change the URL."""

blueprint = Blueprint("staff", __name__)


@blueprint.post("/p/<programme_id>/find")
@action("find", by_form=False)
def search_for(programme_id: str) -> Response:
    """Search for the words that a form sends: a single hit is opened; the URL of several can be returned to."""
    text = search_words.sent_words()
    if request.headers.get("HX-Request"):
        response = make_response(_results_page(programme_id, text))
        if request.headers.get("HX-Target") == HITS:
            response.headers["HX-Replace-Url"] = menu.url_to("staff.find", s=search_words.sealed_words())
        return response
    found = _search(programme_id, text, 2) if text else None
    if found and len(found.hits) == 1 and not saved_views.found(text):
        return redirect(menu.url_to("staff.record", act_id=found.hits[0].id), 303)
    every = "true" if "all" in request.form else None
    return redirect(menu.url_to("staff.find", s=search_words.sealed_words(), all=every), 303)


@blueprint.get("/p/<programme_id>/find")
@action("find")
def find(programme_id: str) -> str:
    """The results of a search whose words are sealed in the URL."""
    return _results_page(programme_id, search_words.words_in_url())


def _results_page(programme_id: str, text: str) -> str:
    most = MOST_FOUND if "all" in request.args else search.MOST
    found = _search(programme_id, text, most) if text else search.SearchResult(hits=(), total=0)
    hits = privacy.hits_on_page(found.hits)
    privacy.log_opened("find", search.named(hits))
    template = "hits.html" if request.headers.get("HX-Request") else "find.html"
    others = NamedRecords(hit.what for hit in hits)
    counts = {"total": found.total, "counted": search.COUNTED, "most": most}
    views = saved_views.found(text)
    return render_template(template, hits=hits, found_views=views, **counts, rest=_url_of_all(), others=others, q=text)


def _url_of_all() -> str:
    """The URL of all results; empty for suggestions, which have no page."""
    if request.method == "GET":
        return menu.url_to("staff.find", **{**request.args, "all": "true"})
    if request.headers.get("HX-Target") != HITS:
        return ""
    return menu.url_to("staff.find", s=search_words.sealed_words(), all="true")


def _search(programme_id: str, text: str, most: int) -> search.SearchResult:
    return search.find_counted(
        current.built_graph(), programme_id, text, most, as_of=current.as_of(), seen=privacy.findable, speech=MARKING
    )


@blueprint.post("/p/<programme_id>/names")
@action("names")
def switch_names(programme_id: str) -> Response:
    """Switch names on pages on or off, and go back to the page on which it was switched."""
    privacy.switch_names(on=request.form.get("names") == "on")
    return _back_to_page(programme_id)


@blueprint.post("/p/<programme_id>/evidence")
@action("show")
def switch_evidence(programme_id: str) -> Response:
    """Switch ids and entry numbers on records on or off, and go back to the record."""
    privacy.switch_evidence(on=request.form.get("evidence") == "on")
    return _back_to_page(programme_id)


def _back_to_page(programme_id: str) -> Response:
    """Back to the page of Relay on which a switch was pressed, without what its URL said of names."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host or not came_from.path.startswith("/p/"):
        return redirect(menu.start_url(programme_id), 303)
    parameters = urlencode([each for each in parse_qsl(came_from.query) if each[0] != "names"])
    return redirect(f"{came_from.path}?{parameters}" if parameters else came_from.path, 303)


@blueprint.get("/p/<programme_id>/record/<act_id>")
@action("show")
def record(programme_id: str, act_id: str) -> str:
    """The page of a record, with its history and the gifts it descends from; shorter for the panel next to a tree."""
    record = _read_record(programme_id, act_id)
    privacy.log_opened("show", (record.id,))
    shown = {"record": record, "page": RecordPage(record=record), "evidence": privacy.evidence_on()}
    if request.headers.get("HX-Request"):
        return render_template("record_panel.html", **shown)
    return render_template(
        "record.html",
        **shown,
        parts=[*_parts(record)],
        as_of=current.as_of(),
        today=current.today(),
    )


def _parts(record: Record) -> Iterator[Markup]:
    """What the systems of the programme add to the page of a record."""
    for name, pages in system_pages.pages_of(current.graph().catalogue).items():
        part = pages.on_record(record) if name in current.head().systems else None
        if part:
            yield part


def _read_record(programme_id: str, id_: str) -> Record:
    record = record_history.show(
        current.built_graph(),
        programme_id,
        id_,
        current.as_of(),
        confirmed_only=current.confirmed_only(),
        speech=MARKING,
    )
    return privacy.record_on_page(record)
