"""The API: the same objects as the command line prints with --json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, url_for

from relay import ledger
from relay.asjson import json_of
from relay.web import asked
from relay.web.auditors import entries_before

if TYPE_CHECKING:
    from relay.entries import Entry

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/programmes")
def programmes() -> Response:
    """As `relay programme list --json`."""
    return jsonify(json_of(ledger.heads(asked.graph())))


@blueprint.get("/programmes/<programme_id>/trace/<id_>")
def trace(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `asked` reads it
    """As `relay trace --json`."""
    return jsonify(json_of(asked.relay().trace(id_)))


@blueprint.get("/programmes/<programme_id>/tree/<id_>")
def tree(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `asked` reads it
    """As `relay tree --json`."""
    return jsonify(json_of(asked.relay().tree(id_)))


@blueprint.get("/programmes/<programme_id>/ledger")
def entries(programme_id: str) -> Response:
    """Entries as `relay ledger log --json` prints them, newest first, a page at a time."""
    found, following = entries_before(asked.number("before", 2))
    following_url = url_for("api.entries", programme_id=programme_id, before=following) if following else None
    return jsonify(entries=[_without_openings(entry) for entry in found], next=following, next_url=following_url)


def _without_openings(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in json_of(entry).items() if name != "opened"}
