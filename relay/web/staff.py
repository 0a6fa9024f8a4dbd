"""Staff look records up: people, placements and gifts, and what is known of each."""

from __future__ import annotations

from collections import OrderedDict
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

from flask import Blueprint, current_app, redirect, render_template, request

from relay import history, search
from relay.web import asked, guard, labels, navigation, personal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from relay.history import Record

REMEMBERED: Final = 1_000  # our choice: searches that one can come back to, those of a working day
HELD: Final = 10
"""Placements whose history a person's page tells (our choice: hardly anybody holds more; all are listed)."""

blueprint = Blueprint("staff", __name__)


@blueprint.post("/p/<programme_id>/find")
def search_for(programme_id: str) -> Response | str:
    """Look for a few words that a form sends beside the address, in which a name would be left behind."""
    text = request.form.get("q", "").strip()
    if request.headers.get("HX-Request"):
        return _found(programme_id, text)
    return redirect(navigation.to("staff.find", s=_remember(text)), 303)  # so that one can come back to it


@blueprint.get("/p/<programme_id>/find")
def find(programme_id: str) -> str:
    """What a few words find: those of the address, or those that were sent before."""
    login, text = _searches().get(request.args.get("s", ""), ("", ""))
    return _found(programme_id, request.args.get("q", text if login == guard.known().login else "").strip())


def _searches() -> OrderedDict[str, tuple[str, str]]:
    """Key → who looked for what, the newest last."""
    searches: OrderedDict[str, tuple[str, str]] = current_app.extensions.setdefault("relay.searches", OrderedDict())
    return searches


def _remember(text: str) -> str:
    key, searches = token_urlsafe(9), _searches()
    searches[key] = guard.known().login, text
    while len(searches) > REMEMBERED:
        searches.popitem(last=False)
    return key


def _found(programme_id: str, text: str) -> str:
    found = search.find(asked.built(), programme_id, text, as_of=asked.as_of(), speech=labels.SPEECH) if text else ()
    hits = personal.hits(found)
    personal.opened("find", search.named(hits))
    template = "hits.html" if request.headers.get("HX-Request") else "find.html"
    return render_template(template, hits=hits, most=search.MOST, q=text)


@blueprint.get("/p/<programme_id>/record/<act_id>")
def record(programme_id: str, act_id: str) -> str:
    """One record with its history, and the gifts it descends from."""
    found = _shown(programme_id, act_id)
    personal.opened("show", (found.id,))
    return render_template(
        "record.html", record=found, held=_held(programme_id, found), as_of=asked.as_of(), today=asked.today()
    )


def _held(programme_id: str, record: Record) -> list[Record]:
    """The placements that a beneficiary holds, each with its own history."""
    ids = [f"placement:{each.placement_id}" for each in record.placements if record.id.startswith("beneficiary:")]
    return [_shown(programme_id, id_) for id_ in ids[:HELD]]


def _shown(programme_id: str, id_: str) -> Record:
    return personal.record(history.show(asked.built(), programme_id, id_, asked.as_of(), speech=labels.SPEECH))
