"""Pages for staff: search, the page of a record, and the switch for names."""

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
from relay.web.staff import search_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup
    from werkzeug.wrappers import Response

    from relay.reports.record_history import Record

MOST_HISTORIES: Final = 10
"""The most placements whose history a person's page shows (our choice: hardly anybody holds more; all are listed)."""

HITS: Final = "div#hits"
"""The htmx target of the results page; other targets are suggestions, which do not change the URL."""

blueprint = Blueprint("staff", __name__)


@blueprint.post("/p/<programme_id>/find")
@action("find", by_form=False)
def search_for(programme_id: str) -> Response:
    """Search for the words that a form sends; the URL of the results can be returned to."""
    if not request.headers.get("HX-Request"):
        return redirect(menu.url_to("staff.find", s=search_words.store_words()), 303)
    response = make_response(_results_page(programme_id, search_words.sent_words()))
    if request.headers.get("HX-Target") == HITS:
        response.headers["HX-Replace-Url"] = menu.url_to("staff.find", s=search_words.store_words())
    return response


@blueprint.get("/p/<programme_id>/find")
@action("find")
def find(programme_id: str) -> str:
    """The results of a search whose key is in the URL."""
    return _results_page(programme_id, search_words.words_in_url())


def _results_page(programme_id: str, text: str) -> str:
    hits = privacy.hits_for_reader(_search(programme_id, text)) if text else ()
    privacy.log_opened("find", search.named(hits))
    template = "hits.html" if request.headers.get("HX-Request") else "find.html"
    return render_template(template, hits=hits, most=search.MOST, q=text)


def _search(programme_id: str, text: str) -> tuple[search.Hit, ...]:
    return search.find(
        current.built_graph(), programme_id, text, as_of=current.as_of(), seen=privacy.findable, speech=labels.SPEECH
    )


@blueprint.post("/p/<programme_id>/names")
@action("names")
def switch_names(programme_id: str) -> Response:
    """Switch names on lists on or off, and go back to the page on which it was switched."""
    privacy.switch_names(on=request.form.get("names") == "on")
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
    if request.headers.get("HX-Request"):
        return render_template("record_panel.html", record=record)
    placements = _placements_held(programme_id, record)
    shown_ids = {line.id for each in placements for line in each.history}
    return render_template(
        "record.html",
        record=replace(record, history=tuple(line for line in record.history if line.id not in shown_ids)),
        placements_held=placements,
        named=_records_by_column(record),
        parts=[*_parts(record)],
        as_of=current.as_of(),
        today=current.today(),
    )


def _records_by_column(record: Record) -> Mapping[str, Sequence[str]]:
    """Column → the records that it names."""
    kind, _, id_ = record.id.partition(":")
    fact = Fact(kind=kind, id=id_, values=record.values, sequence=record.sequence or 0)
    named = defaultdict[str, list[str]](list)
    catalogue = current.graph().catalogue
    for column, each in (*catalogue.named_by(fact), *catalogue.begun_by(fact)):
        named[column].append(each)
    return named


def _parts(record: Record) -> Iterator[Markup]:
    """What the systems of the programme add to the page of a record."""
    for name, pages in system_pages.pages_of(current.graph().catalogue).items():
        part = pages.on_record(record) if name in current.head().systems else None
        if part:
            yield part


def _placements_held(programme_id: str, record: Record) -> list[Record]:
    """The placements that a beneficiary holds, each with its own history."""
    ids = [f"placement:{each.placement_id}" for each in record.placements if record.id.startswith("beneficiary:")]
    return [_read_record(programme_id, id_) for id_ in ids[:MOST_HISTORIES]]


def _read_record(programme_id: str, id_: str) -> Record:
    record = record_history.show(
        current.built_graph(),
        programme_id,
        id_,
        current.as_of(),
        confirmed_only=current.confirmed_only(),
        speech=labels.SPEECH,
    )
    return privacy.record_for_reader(record)
