"""Managers look at relay trees: the programmes, their gifts and how far each has travelled, and every tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, redirect, render_template, request

from relay import ledger
from relay.asjson import json_of
from relay.snapshot import day_of
from relay.web import asked, downloads
from relay.web.tree_page import TreePage, Wish

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response as Answer

    from relay.trees import Relay, Trace

blueprint = Blueprint("managers", __name__)


@blueprint.get("/")
def front() -> str:
    """The programmes."""
    return render_template("front.html", heads=ledger.heads(asked.graph()))


@blueprint.get("/p/<programme_id>")
def programme(programme_id: str) -> str:  # noqa: ARG001 - `asked` reads it
    """A programme: its gifts, and how far each has travelled."""
    return render_template("programme.html", gifts=gifts(asked.relay()), as_of=asked.as_of(), today=asked.today())


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftRow:
    """A gift in the list, with how far it travelled."""

    gift_id: str
    help: str
    given_on: date
    trace: Trace


def gifts(relay: Relay) -> list[GiftRow]:
    """The gifts that had been given, by id."""
    snapshot, as_of = relay.survey.snapshot, relay.survey.as_of
    found = (
        GiftRow(gift_id=gift_id, help=snapshot.helps[help_], given_on=given_on, trace=relay.trace(f"gift:{gift_id}"))
        for gift_id, help_, day in zip(snapshot.gifts.ids, snapshot.gifts.help, snapshot.gifts.day, strict=True)
        if (given_on := day_of(day)) and given_on <= as_of
    )
    return sorted(found, key=lambda row: row.gift_id)


def _page(id_: str) -> TreePage:
    return TreePage(asked.relay(), id_, Wish.of_request())


@blueprint.get("/p/<programme_id>/tree/<id_>")
def tree(programme_id: str, id_: str) -> str | Answer:  # noqa: ARG001 - `asked` reads it
    """A relay tree."""
    page = _page(id_)
    text = request.args.get("q", "").strip()
    found = page.found(text) if text else []
    if len(found) == 1:
        return redirect(page.focusing(found[0]))
    return render_template("tree.html", page=page, q=text, found=found)


@blueprint.get("/p/<programme_id>/tree/<id_>/network.json")
def network(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `asked` reads it
    """The picture, for the script that draws it."""
    return jsonify(downloads.network(_page(id_)))


@blueprint.get("/p/<programme_id>/tree/<id_>/tree.<form>")
def download(programme_id: str, id_: str, form: str) -> Response:  # noqa: ARG001 - `asked` reads it
    """The picture or the tree as a file: svg, html, graphml or json."""
    return downloads.file(_page(id_), asked.choice_of(form, downloads.FORMS))


@blueprint.get("/p/<programme_id>/trace/<id_>.json")
def trace(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `asked` reads it
    """How far a gift or placement travelled, as JSON."""
    return jsonify(json_of(asked.relay().trace(id_)))
