"""The API: the same objects as the command line prints with --json, and an address for each act that it records.

Every question of `service.queries` is answered, every kind of act of `domain.acts` is recorded: one view for the
ones, one for the others. What an address may hold is said once, there; an unknown parameter is refused.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from relay.access import tokens
from relay.arrays import cache
from relay.desk import intake
from relay.desk.lookup import resolve
from relay.domain.acts import KEYS
from relay.domain.entries import once
from relay.domain.schema import Column
from relay.errors import Invalid
from relay.exchange import cells
from relay.exchange.cells import read_day
from relay.ledger import recording
from relay.service.json_codec import json_of
from relay.service.queries import (
    ENTRIES,
    FIND,
    MOST_NAMES,
    NAMES,
    QUESTIONS,
    SHOW,
    Parameter,
    Question,
    Source,
    tells_donors,
)
from relay.web import current, guard, privacy, sign_in
from relay.web.api import bodies, openapi

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

_TEXT: Final = Column(name="text", type="text")
_FLAGS: Final = {"true": True, "false": False}
_DIGITS: Final = len("999999999")
_ADDED: Final = 201


class UnknownParameter(Invalid):
    """The address holds a parameter that this question has not."""

    def __init__(self, known: list[str]) -> None:
        """Name those that there are."""
        super().__init__(
            "The address holds a parameter that is not known here.",
            f"Known: {', '.join(known)}." if known else "This takes none.",
        )


class NotThat(Invalid):
    """A parameter holds something that it cannot."""

    def __init__(self, name: str, wanted: str) -> None:
        """Say what it can."""
        super().__init__(f"“{name}” cannot be read.", f"Write {wanted}.", field=name)


class InTheAddress(Invalid):
    """What may be a name is said in an address."""

    def __init__(self, name: str) -> None:
        """Say where to send it."""
        super().__init__(
            f"“{name}” may be a name, and an address is kept in logs.",
            f'Send it beside the address, by POST: {{"{name}": "…"}}.',
            field=name,
        )


# ---------------------------------------------------------------------------------------------------- reading


@blueprint.get("/programmes")
def programmes() -> Response:
    """As `relay programme list --json`: those in which the reader holds a role."""
    said(())
    return jsonify(json_of(guard.heads()))


def answer(programme_id: str, question: Question[object], id_: str | None = None) -> Response:
    """The answer to a question, as the command line prints it with --json."""
    wish = {**said(question.parameters), **({"id": id_} if id_ is not None else {})}
    if question is NAMES and len(wish["beneficiary_id"]) > MOST_NAMES:
        raise NotThat("beneficiary_id", f"at most {MOST_NAMES} ids")
    if tells_donors(wish):
        privacy.require_donors()
    folder = current.core().settings.data_folder
    source = Source(graph=current.graph(), folder=folder, seen=privacy.seen, kept=current.kept_relay)
    if question is NAMES:
        wish["beneficiary_id"] = privacy.nameable(wish["beneficiary_id"])
    answered: Any = question.of(source, current.head(), wish)
    if question is FIND:
        answered = privacy.hits(answered)
    if question is SHOW:
        answered = privacy.record(answered)
    opened = question.opens(source, current.head().programme_id, wish, answered)
    if question.opened or opened:
        privacy.opened(question.name, opened)
    found = json_of(answered)
    if question is ENTRIES:
        found["next_url"] = _next_url(programme_id, found["next"])
    return jsonify(found)


def _next_url(programme_id: str, following: int | None) -> str | None:
    if following is None:
        return None
    return url_for("api.entries", programme_id=programme_id, before=following, last=request.args.get("last"))


def said(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """What a request says, read as the parameters of a question; days that it leaves out are today.

    Raises:
        Invalid: It cannot be read, or holds a parameter that is not known.
    """
    beside = tuple(each.name for each in parameters if each.personal)
    for name in beside:
        if name in request.args:
            raise InTheAddress(name)
    known = sorted(each.name for each in parameters if not each.personal)
    if set(request.args) - set(known):
        raise UnknownParameter(known)
    texts = {**request.args.to_dict(flat=False), **(_beside(beside) if beside and request.method == "POST" else {})}
    values = {each.name: _parameter(each, texts.get(each.name, [])) for each in parameters}
    return {name: value for name, value in values.items() if value is not None}


def _beside(names: tuple[str, ...]) -> dict[str, list[str]]:
    """What is sent beside the address, since it may be a name."""
    body = _body()
    if not isinstance(body, dict):
        raise bodies.NotAnObject(f'{{"{names[0]}": "…"}}')
    if body.keys() - set(names):
        raise bodies.NoSuchField(names)
    for name, text in body.items():
        if not isinstance(text, str):
            raise bodies.OtherType(name, "text")
    return {name: [text] for name, text in body.items()}


def _parameter(wanted: Parameter, texts: list[str]) -> Any:  # noqa: ANN401 - what a parameter may be
    if not all(text.strip() for text in texts):
        raise NotThat(wanted.name, "something, or leave it out")
    if len(texts) > 1 and not wanted.many:
        raise NotThat(wanted.name, "it once")
    values = tuple(_read(wanted, text) for text in texts)
    if wanted.required and not values:
        raise NotThat(wanted.name, f"it: {wanted.says.rstrip('.')}")
    if wanted.many:
        return values or None
    return values[0] if values else (current.today() if wanted.name == "as_of" else None)


def _read(wanted: Parameter, text: str) -> Any:  # noqa: ANN401 - what a parameter may be
    """One value of a parameter."""
    digits = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if wanted.choices and text not in wanted.choices:
        raise NotThat(wanted.name, f"one of {', '.join(wanted.choices)}")
    if wanted.sort == "flag":
        if text not in _FLAGS:
            raise NotThat(wanted.name, "true or false")
        return _FLAGS[text]
    if wanted.sort in ("count", "number"):
        least = 1 if wanted.sort == "count" else 0
        if not digits or int(text) < least:
            raise NotThat(wanted.name, f"a whole number of at least {least}")
        return int(text)
    if wanted.sort == "entry" and digits:
        return int(text)
    if wanted.sort in ("day", "entry"):
        return read_day(text, current.today())
    return cells.read(_TEXT, text)


def _answering(question: Question[object]) -> Callable[..., Response]:
    def view(programme_id: str, id_: str | None = None) -> Response:
        return answer(programme_id, question, id_)

    return view


for _question in QUESTIONS:
    blueprint.add_url_rule(
        f"/programmes/<programme_id>/{_question.path.replace('<id>', '<id_>')}",
        _question.name,
        _answering(_question),
        methods=_question.methods,
    )


# ---------------------------------------------------------------------------------------------------- recording


def record(programme_id: str, kind: str) -> Response:
    """Record an act; the same id with the same content changes nothing and is answered 200 instead of 201."""
    wish = said(openapi.ANSWERS.get(kind, ()))
    values = bodies.said(kind, _body())
    core = current.core()
    if kind == "programme" and values["id"] != programme_id:
        raise bodies.OtherType("id", "the id in the address")
    clerk = guard.clerk()
    if "changes" in values:
        subject = resolve(core.graph, programme_id, str(values["act_id"]))
        values |= {"act_id": subject, "changes": bodies.changes(subject.partition(":")[0], values["changes"])}
    act = intake.made(core.graph, programme_id, kind, values, random=clerk.random)
    action = guard.ACTIONS[str(request.endpoint)]
    guard.within_places(action, programme_id, act.values)
    if guard.places(action, programme_id) is not None and recording.recorded(core.graph, programme_id, act.act_id):
        guard.within_places(action, programme_id, act.act_id)  # what is said of it otherwise tells what was recorded
    guard.within_period(programme_id, act)
    answers = intake.answers_of(new=wish.get("new", False), again=wish.get("again", False))
    recorded = intake.hand_in(core.graph, programme_id, act, clerk, answers=answers, tell=cache.take_in)
    return make_response(jsonify(json_of(recorded)), _ADDED if recorded.action == "added" else 200)


def _body() -> Any:  # noqa: ANN401 - JSON
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return json.loads(request.get_data(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None  # refused as no object


def _recording(kind: str) -> Callable[..., Response]:
    def view(programme_id: str) -> Response:
        return record(programme_id, kind)

    return view


for _kind in KEYS:
    blueprint.add_url_rule(
        f"/programmes/<programme_id>/acts/{_kind}", f"record_{_kind}", _recording(_kind), methods=["POST"]
    )


# ---------------------------------------------------------------------------------------------------- tokens


@blueprint.post("/tokens")
def token() -> Response:
    """A token for who has login and password: what `relay login` asks for."""
    said(())
    wish = bodies.TokenWish.of(_body())
    account = sign_in.let_in(wish.login, wish.password)
    core = current.core()
    made = tokens.issue(
        core.graph,
        account.login,
        role=wish.role,
        programme_id=wish.programme_id,
        days=wish.days,
        now=core.now(),
        random=secrets.token_bytes,
        generation=account.generation,
    )
    return make_response(jsonify(json_of(made)), _ADDED)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the token that this was sent with, or the session: what `relay logout` asks for."""
    said(())
    found = guard.known()
    if found.token_id:
        tokens.revoke(current.graph(), found.token_id)
    else:
        guard.end()
    return jsonify(signed_out=True)


# ---------------------------------------------------------------------------------------------------- documentation


@blueprint.get("/openapi.json")
def spec() -> Response:
    """What this API is, for programs."""
    return jsonify(openapi.document())


@blueprint.get("/docs")
def docs() -> str:
    """What this API is, for people."""
    return render_template("api_docs.html", spec=openapi.document())
