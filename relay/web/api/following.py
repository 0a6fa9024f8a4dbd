"""The API for followers: what a programme has, in sealed parts, and what a follower says of it.

A follower sends its own token, which opens nothing else; everything with names in it is sealed to its key.
"""

from __future__ import annotations

from datetime import UTC
from typing import Final

from flask import Blueprint, Response, abort, jsonify, make_response, request

from relay.access import access_log, followers
from relay.access.accounts import NotLetIn
from relay.access.followers import Follower
from relay.errors import Failure, Invalid, refused
from relay.following import parts
from relay.following.copying import state
from relay.following.parts import BLOCK, MOST_LINES, STREAMS
from relay.instants import instant
from relay.ledger import checkpoints, copy_in_step
from relay.service.json_codec import API
from relay.web import responses, sessions
from relay.web.api.routes import json_body
from relay.web.permission import public
from relay.web.request import current
from relay.web.request.parameters import choice_in_path, number

blueprint = Blueprint("following", __name__, url_prefix=f"{API}/following")


NOT_HEARD: Final = Failure(
    Invalid,
    "not_heard",
    'A follower says {"checkpoint": "…"}, signed by itself, or {"alarm": "…"}.',
    advice="Use the same version of Relay on both machines.",
)

_LONGEST_ALARM: Final = 400


def _follower() -> Follower:
    """Who asks.

    Raises:
        NotLetIn: It sends no token of a follower.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        raise NotLetIn
    responses.never_cache()
    return sessions.follower_of_token(secret.strip())


@blueprint.get("")
@public(by_form=False)
def offer() -> Response:
    """What there is of the programme that the follower copies: counts and hashes."""
    follower = _follower()
    return jsonify(parts.offer(current.graph(), follower.programme_id))


@blueprint.get("/<stream>")
@public(by_form=False)
def part(stream: str) -> Response:
    """Some lines of a stream, sealed to the follower's key; one line of the access log says that they went out."""
    follower = _follower()
    named = parts.stream_named(choice_in_path(stream, STREAMS))
    found = parts.part(
        current.graph(), follower.programme_id, named, number("after") or 0, number("most", 1) or MOST_LINES
    )
    if found.lines:
        core = current.core()
        access = access_log.Access(
            at=instant(core.now().astimezone(UTC)),
            by=follower.by,
            what="follow",
            ids=(f"programme:{follower.programme_id}",),
        )
        access_log.write(current.graph(), follower.programme_id, access)
    answer = make_response(found.sealed(follower.public_key))
    answer.mimetype = "application/octet-stream"
    return answer


@blueprint.get("/blocks")
@public(by_form=False)
def blocks() -> Response:
    """A digest for each so many entries, worked out of what they say now."""
    follower = _follower()
    first, last, size = number("first", 1) or 1, number("last") or 0, number("size", 1) or BLOCK
    return jsonify(parts.blocks(current.graph(), follower.programme_id, first, last, size))


@blueprint.get("/in-step")
@public(by_form=False)
def in_step() -> Response:
    """Note up to which entry the follower has everything, and answer with the last entry as soon as there is more."""
    follower = _follower()
    graph, now = current.graph(), current.core().now()
    return jsonify(copy_in_step.keep_in_step(graph, follower.programme_id, number("after") or 0, now))


@blueprint.get("/promoted/<programme_id>")
@public(by_form=False)
def promoted(programme_id: str) -> Response:
    """Whether the copy of a programme became the original: how far it has come since, signed; else there is no such."""
    graph, core = current.graph(), current.core()
    responses.never_cache()
    found = state(graph, programme_id)
    key = checkpoints.known_key(core.settings.data_folder, programme_id, core.settings.checkpoint_key_file)
    if not found.promoted_at or not key:
        abort(404)
    made_at = instant(core.now().astimezone(UTC))
    head = found.head
    return jsonify(key.sign(programme_id=programme_id, sequence=head.sequence, head_hash=head.hash, made_at=made_at))


@blueprint.post("/heard")
@public(by_form=False)
def heard() -> Response:
    """Note that a follower agrees, with its checkpoint, or what it refused."""
    follower, body = _follower(), json_body()
    if not isinstance(body, dict) or len(body) != 1:
        raise refused(NOT_HEARD)
    name, said = next(iter(body.items()))
    if not isinstance(said, str) or name not in ("checkpoint", "alarm"):
        raise refused(NOT_HEARD)
    graph = current.graph()
    if name == "alarm":
        followers.sound(graph, follower, said[:_LONGEST_ALARM])
        return jsonify(heard=True)
    checkpoint = checkpoints.from_text(said)
    if checkpoint.programme_id != follower.programme_id or not checkpoint.signed:
        raise refused(NOT_HEARD)
    followers.confirm(graph, follower, checkpoint.to_line(), current.core().now())
    return jsonify(heard=True)
