"""The API for telephones and laptops that record offline: enrolment, the work of one place, acts in, and pending acts.

A telephone sends its own token and never a cookie. An act that it hands in and that cannot be recorded becomes pending
(`relay.ledger.held`), so that nothing is lost when the telephone deletes it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, make_response, request

from relay.access import devices, roles
from relay.domain import plain_json
from relay.domain.entries import login_of
from relay.errors import Failure, NotFound, refused
from relay.instants import instant
from relay.ledger import reading
from relay.ledger.batch import Clerk
from relay.ledger.held import held_list, trying_again
from relay.ledger.held.receiving import Sender, take_in
from relay.service.client import Answered
from relay.service.json_codec import API
from relay.web import guard, responses, sessions
from relay.web.api import place_bundle, request_bodies
from relay.web.api.acts_from_files import WAYS, ActsOrigin, Carrier, carrier_of
from relay.web.api.request_bodies import COLUMN_MISSING, NO_SUCH_FIELD, OTHER_TYPE, NotAnObject
from relay.web.api.routes import json_body
from relay.web.api.sent_acts import Settlement, read_act, settle_act
from relay.web.i18n.language import language
from relay.web.i18n.sentences import translate_at_form
from relay.web.permission import action, public
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.ledger.held.held_list import HeldAct
    from relay.ledger.held.receiving import TakenIn

SETTLE: Final = ("hand_in", "discard", "same")

_LONGEST_REASON: Final = 400

blueprint = Blueprint("field", __name__, url_prefix=API)


ONLY_FOR_DEVICES: Final = Failure(
    NotFound,
    "only_for_devices",
    "This is for enrolled telephones.",
    advice="Enrol one",
    command="relay device code",
)


# ---------------------------------------------------------------------------------------------------- enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A telephone just enrolled.

    Attributes:
        device_id: The device's id.
        token: The token that it sends from now on; it cannot be shown again.
        programme_id: The only programme that it knows.
        place: The only place that it knows.
        username: The login of the account for which it records.
        role: The role of that account at the place.
    """

    device_id: str
    token: str
    programme_id: str
    place: str
    username: str
    role: str


@blueprint.post("/devices")
@public(by_form=False)
def enrol() -> Response:
    """Enrol a telephone with a code that somebody who is signed in reads out."""
    body = json_body()
    if not isinstance(body, dict):
        raise NotAnObject(example='{"code": "…", "name": "…"}')
    if body.keys() - {"code", "name"}:
        raise refused(NO_SUCH_FIELD, known=("code", "name"))
    for name in ("code", "name"):
        if not request_bodies.is_text(body.get(name)):
            raise refused(COLUMN_MISSING, field=name)
    core = current.core()
    made = devices.enrol(core.graph, body["code"], body["name"], now=core.now(), random=secrets.token_bytes)
    responses.never_cache()
    device = made.device
    return jsonify(
        Enrolled(
            device_id=device.device_id,
            token=made.token,
            programme_id=device.programme_id,
            place=device.place_id,
            username=device.login,
            role="staff",
        )
    )


# ---------------------------------------------------------------------------------------------------- one place's work


@blueprint.get("/programmes/<programme_id>/field-bundle")
@action("names", by_device=True)
def field_bundle(programme_id: str) -> Response:
    """The work of a telephone's place; "304 Not Modified" if nothing was recorded since, on the same day."""
    device = sessions.signed_in().device
    if device is None:
        raise refused(ONLY_FOR_DEVICES)
    if not guard.may("names", programme_id):
        raise roles.NotAllowed.to("names", current.graph().catalogue)
    etag = f"{current.head().head_hash[:24]}-{current.today():%Y%m%d}-{language()}"
    if request.if_none_match.contains_weak(etag):
        responses.never_cache()
        answer = make_response("", 304)
    else:
        answer = jsonify(place_bundle.bundle_of_place(device.place_id))
    answer.set_etag(etag, weak=True)
    return answer


# ---------------------------------------------------------------------------------------------------- acts in


@blueprint.post("/programmes/<programme_id>/acts")
@action("acts", by_device=True, by_revoked=True)
def acts(programme_id: str) -> Response:
    """Record a list of acts in any order, each judged alone; the answer has a row with the outcome of each."""
    body = json_body(plain_json.parsed)
    if not isinstance(body, dict):
        raise NotAnObject(example='{"acts": [{"act": "pass", "content": {"pass_id": "88"}}]}')
    fields = ("acts", "hold", "carried")
    if body.keys() - set(fields):
        raise refused(NO_SUCH_FIELD, known=fields)
    if not isinstance(body.get("acts"), list):
        raise refused(OTHER_TYPE, field="acts", wanted="a list")
    if not isinstance(body.get("hold", False), bool):
        raise refused(OTHER_TYPE, field="hold", wanted="true or false")
    carrier = _carrier(programme_id, body)
    core, source = current.core(), carrier.source
    sent_acts = [carrier.sent(each) for each in body["acts"]]
    guard.require_proven_for(each.act for each in sent_acts)
    if sessions.signed_in().device:  # later, `written_at` shows that the entry came from a telephone
        now = instant(core.now().astimezone(UTC))
        sent_acts = [replace(each, written_at=each.written_at or now) for each in sent_acts]
    clerk = Clerk(by=source.by, now=core.now(), random=secrets.token_bytes)
    acts_ = [read_act(core.graph, source, each, clerk, carrier.grants) for each in sent_acts]
    taken = take_in(core.graph, source, acts_)
    return jsonify(Answered(clock=instant(core.now().astimezone(UTC)), acts=tuple(map(_row_in_reader_language, taken))))


def _row_in_reader_language(row: TakenIn) -> TakenIn:
    return replace(row, sentence=_in_reader_language(row.sentence, row.result))


def _in_reader_language(sentence: str, result: str) -> str:
    """Why an act was not recorded: for a telephone in the language of its page, for a program in English.

    A telephone has buttons for what can be done next, so that sentence names no commands.
    """
    return (
        str(sentence)
        if sessions.signed_in().device is None
        else translate_at_form(held_list.without_commands(sentence, result))
    )


def _carrier(programme_id: str, body: Mapping[str, Any]) -> Carrier:
    """Who brings a list of acts: the user as its writer, or with a file, if the body has "carried".

    Raises:
        Invalid: "carried" cannot be read.
        NotFound: It names a telephone that the programme does not have.
    """
    user, carried = sessions.signed_in(), body.get("carried")
    if carried is None:
        source = _sender(programme_id, holds=body.get("hold", False))
        return Carrier(source=source, grants=user.grants, sealer=None)
    parts = {name: carried.get(name, "") for name in ActsOrigin.__slots__} if isinstance(carried, dict) else {}
    if user.device or not all(map(request_bodies.is_text, parts.values())) or parts.get("way") not in WAYS:
        raise refused(OTHER_TYPE, field="carried", wanted=f"an object whose way is one of {', '.join(WAYS)}")
    core = current.core()
    return carrier_of(
        core.graph,
        ActsOrigin(**parts),
        programme_id=programme_id,
        systems=current.head().systems,
        by=user.by,
        grants=user.grants,
        now=core.now(),
    )


def _sender(programme_id: str, *, holds: bool) -> Sender:
    """The user as sender; what a telephone sends and cannot be recorded becomes pending whether it asks so or not."""
    user = sessions.signed_in()
    device = user.device
    return Sender(
        programme_id=programme_id,
        device_id=device.device_id if device else user.by,
        place_id=device.place_id if device else "",
        by=user.by,
        systems=current.head().systems,
        holds=holds or device is not None,
        revoked=bool(device and device.revoked_at),
        takes=current.graph().catalogue.on_telephones if device else None,
    )


# ---------------------------------------------------------------------------------------------------- pending acts


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingActAnswer:
    """A pending act; see `ledger.held.held_list.HeldAct`."""

    held_id: str
    act: str
    act_id: str
    content: Mapping[str, Any]
    result: str
    code: str
    sentence: str
    field: str
    received_at: str
    written_at: str | None
    waits_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """The outcome of a settled act; if somebody handed it in, with the ids in it as it was recorded."""

    act_id: str
    settled: str
    sequence: int | None
    content: Mapping[str, Any]
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingOfDevice:
    """The pending acts of one telephone, and those that were settled lately."""

    held: tuple[PendingActAnswer, ...]
    settled: tuple[SettledRow, ...]


@blueprint.get("/programmes/<programme_id>/held")
@action("acts", by_device=True)
def held(programme_id: str) -> Response:
    """The pending acts of the user's device, after they were tried again, and those that were settled lately."""
    core, source = current.core(), _sender(programme_id, holds=False)
    clerk = Clerk(by=source.by, now=core.now(), random=secrets.token_bytes)
    trying_again.of_device(core.graph, programme_id, source.device_id, clerk)
    responses.never_cache()
    waiting = held_list.of_device(core.graph, programme_id, source.device_id)
    settled = held_list.settled_of(core.graph, programme_id, source.device_id, core.now().astimezone(UTC))
    answer = PendingOfDevice(held=tuple(map(_pending_row, waiting)), settled=tuple(map(_settled_row, settled)))
    return jsonify(answer)


@blueprint.post("/programmes/<programme_id>/held/<held_id>")
@action("acts", by_device=True)
def settle(programme_id: str, held_id: str) -> Response:
    """Settle a pending act: hand it in corrected, discard it, or say that it is the same as a record.

    A device or token settles what came from it; a user who may settle for others settles all.
    """
    body = json_body()
    if not isinstance(body, dict):
        raise NotAnObject(example='{"settle": "discard", "reason": "…"}')
    if body.keys() - {"settle", "content", "reason", "as", "again"}:
        raise refused(NO_SUCH_FIELD, known=("settle", "content", "reason", "as", "again"))
    core, source = current.core(), _sender(programme_id, holds=True)
    row = held_list.one(core.graph, programme_id, held_id)
    others = guard.may("held settle", programme_id)
    if row.device_id != source.device_id and (source.device_id != source.by or not others):
        raise refused(held_list.NOT_HELD, held_id=held_id)
    guard.require_proven_for((row.act,))
    clerk = Clerk(by=source.by, now=core.now(), random=secrets.token_bytes)
    grants = None if others else sessions.signed_in().grants
    return jsonify(
        _row_in_reader_language(settle_act(core.graph, source, row, _settlement(body), clerk, grants=grants))
    )


def _settlement(body: Mapping[str, Any]) -> Settlement:
    """Read how a pending act is to be settled.

    Raises:
        Invalid: A field is missing or cannot be read.
    """
    how, content = str(body.get("settle")), body.get("content")
    if how not in SETTLE:
        raise refused(OTHER_TYPE, field="settle", wanted=f"one of {', '.join(SETTLE)}")
    if content is not None and not isinstance(content, dict):
        raise refused(OTHER_TYPE, field="content", wanted="an object")
    return Settlement(
        settle=how,
        content=content,
        reason=_text(body, "reason") if how == "discard" else "",
        same_as=_text(body, "as") if how == "same" else "",
        again=body.get("again") is True,
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not request_bodies.is_text(text) or not text.strip():
        raise refused(COLUMN_MISSING, field=name)
    return " ".join(text.split())[:_LONGEST_REASON]


def _pending_row(row: HeldAct) -> PendingActAnswer:
    return PendingActAnswer(
        held_id=row.held_id,
        act=row.act,
        act_id=row.act_id,
        content=row.content,
        result=row.result,
        code=row.code,
        sentence=_in_reader_language(row.sentence, row.result),
        field=row.field,
        received_at=row.received_at,
        written_at=row.written_at or None,
        waits_for=row.waits_for,
    )


def _settled_row(row: HeldAct) -> SettledRow:
    return SettledRow(
        act_id=row.act_id,
        settled=row.state,
        sequence=row.sequence,
        content=_ids(row) if row.sequence and row.settled_by else {},
        reason=row.reason,
        by=login_of(row.settled_by),
    )


def _ids(row: HeldAct) -> Mapping[str, Any]:
    """The ids in an act as it was recorded: column → id."""
    graph, sequence = current.core().graph, row.sequence or 0
    columns = [
        column.name for column in graph.catalogue.kind(row.act).columns if column.type == "id" and not column.personal
    ]
    (entry,) = reading.entries(graph, row.programme_id, first=sequence, last=sequence)
    return {name: entry.payload[name] for name in columns if name in entry.payload}
