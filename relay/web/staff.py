"""Staff look records up: people, placements and gifts, and what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request

from relay import history, search
from relay.web import asked, labels, personal

if TYPE_CHECKING:
    from relay.history import Record

HELD: Final = 10
"""Placements whose history a person's page tells (our choice: hardly anybody holds more; all are listed)."""

blueprint = Blueprint("staff", __name__)


@blueprint.route("/p/<programme_id>/find", methods=("GET", "POST"))
def find(programme_id: str) -> str:
    """What a few words find: a form sends them beside the address, in which a name would be left behind."""
    text = request.form.get("q", request.args.get("q", "")).strip()
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
