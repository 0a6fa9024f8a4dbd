"""The routes of the API: one for each question of `service.questions`, and one for each kind of act.

An answer is the object that the command line prints with --json. Parameters are declared with the questions; an unknown
parameter is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from relay.access import api_tokens, factor_requirement, second_factor
from relay.domain import plain_json
from relay.domain.schema import Column
from relay.errors import Failure, Invalid, refused
from relay.exchange import cells
from relay.exchange.cells import read_day
from relay.office import intake
from relay.office.lookup import resolve
from relay.service.json_codec import API, json_of
from relay.service.question import Parameter, Question, Says, methods, parameters, with_kinds
from relay.service.questions.every import questions_of
from relay.web import guard, privacy, sessions, sign_in
from relay.web.api import openapi, request_bodies
from relay.web.api.request_bodies import BodyReader
from relay.web.permission import action, public
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.domain.acts import Value
    from relay.domain.schema import Kind as KindOfAct
    from relay.domain.system import Catalogue
    from relay.office.recorded_sentence import Nameable
    from relay.service.question import Kind

_TEXT: Final = Column(name="text", type="text")
_FLAGS: Final = {"true": True, "false": False}
_DIGITS: Final = len("999999999")
_ADDED: Final = 201


UNKNOWN_PARAMETER: Final = Failure(
    Invalid,
    "unknown_parameter",
    "Unknown parameter.",
    advice="Parameters: %(known)s.",
)


NOT_THAT: Final = Failure(
    Invalid,
    "not_that",
    "“%(field)s” cannot be read.",
    advice="Write %(wanted)s.",
)


IN_THE_ADDRESS: Final = Failure(
    Invalid,
    "in_the_address",
    "“%(field)s” may be a name, and URLs are written to logs.",
    advice='Send it in the body, by POST: {"%(field)s": "…"}.',
)


# ---------------------------------------------------------------------------------------------------- reading


@action("programme list")
def programmes() -> Response:
    """The programmes in which the user has a role, as `relay programme list --json` prints them."""
    read_parameters(())
    return jsonify(guard.heads())


def answer(programme_id: str, question: Question[object]) -> Response:
    """The answer to a question, as the command line prints it with --json."""
    if question.tells_donors():
        privacy.require_donors()
    source = privacy.source(current.graph())
    answered = question.ask(source, current.head())
    opened = question.opens(source, current.head().programme_id, answered)
    if question.personal or opened:
        privacy.log_opened(question.name, opened)
    if not question.paged:
        return jsonify(answered)
    following = question.next_page(answered)
    next_url = following and url_for(str(request.endpoint), programme_id=programme_id, **following.narrowed())
    return jsonify({**json_of(answered), "next_url": next_url})


def read_parameters(wanted: tuple[Parameter, ...]) -> dict[str, Any]:
    """Read the parameters of a request: name → value.

    Parameters that are not given are left out, except days that are today by default.

    Raises:
        Invalid: A parameter cannot be read, is missing, or is unknown.
    """
    in_body = tuple(each.name for each in wanted if each.says.personal)
    for name in in_body:
        if name in request.args:
            raise refused(IN_THE_ADDRESS, field=name)
    in_url = sorted(each.name for each in wanted if not each.says.personal)
    if set(request.args) - set(in_url):
        raise refused(UNKNOWN_PARAMETER, known=in_url, advice="" if in_url else "There are none here.")
    texts = {
        **request.args.to_dict(flat=False),
        **(_parameters_in_body(in_body) if in_body and request.method == "POST" else {}),
    }
    values = {each.name: _read_parameter(each, texts.get(each.name, [])) for each in wanted}
    return {name: value for name, value in values.items() if value is not None}


def _parameters_in_body(names: tuple[str, ...]) -> dict[str, list[str]]:
    """The parameters that are sent in the body and never in the URL, since they may be names: name → texts."""
    body = json_body()
    if not isinstance(body, dict):
        raise request_bodies.NotAnObject(example=f'{{"{names[0]}": "…"}}')
    if body.keys() - set(names):
        raise refused(request_bodies.NO_SUCH_FIELD, known=names)
    for name, text in body.items():
        if not isinstance(text, str):
            raise refused(request_bodies.OTHER_TYPE, field=name, wanted="text")
    return {name: [text] for name, text in body.items()}


def _read_parameter(wanted: Parameter, texts: list[str]) -> Any:  # noqa: ANN401 - what a parameter may be
    if not all(text.strip() for text in texts):
        raise refused(NOT_THAT, field=wanted.name, wanted="something, or leave it out")
    if len(texts) > 1 and not wanted.many:
        raise refused(NOT_THAT, field=wanted.name, wanted="it once")
    values = tuple(_read_value(wanted.name, wanted.says, text) for text in texts)
    if wanted.required and not values:
        raise refused(NOT_THAT, field=wanted.name, wanted=f"it: {wanted.says.text.rstrip('.')}")
    if wanted.says.most and len(values) > wanted.says.most:
        raise refused(NOT_THAT, field=wanted.name, wanted=f"at most {wanted.says.most} ids")
    if wanted.many:
        return values or None
    return values[0] if values else (current.today() if wanted.says.today else None)


def _read_value(name: str, wanted: Says, text: str) -> Any:  # noqa: ANN401 - what a parameter may be
    """Read one value of a parameter."""
    digits = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if wanted.choices and text not in wanted.choices:
        raise refused(NOT_THAT, field=name, wanted=f"one of {', '.join(wanted.choices)}")
    if wanted.sort == "flag":
        if text not in _FLAGS:
            raise refused(NOT_THAT, field=name, wanted="true or false")
        return _FLAGS[text]
    if wanted.sort in ("count", "number"):
        least = 1 if wanted.sort == "count" else 0
        if not digits or int(text) < least:
            raise refused(NOT_THAT, field=name, wanted=f"a whole number of at least {least}")
        return int(text)
    if wanted.sort == "entry" and digits:
        return int(text)
    if wanted.sort in ("day", "entry"):
        return read_day(text, current.today())
    return cells.read(_TEXT, text)


def _answering(question: Kind, catalogue: Catalogue) -> Callable[..., Response]:
    wanted = with_kinds(parameters(question), catalogue)

    @action(question.action, by_form=False, ids_only=question.ids_only)  # no question changes anything
    def view(programme_id: str, id_: str | None = None) -> Response:
        about = {} if id_ is None else {"id": id_}
        return answer(programme_id, question(**about, **read_parameters(wanted)))

    return view


# ---------------------------------------------------------------------------------------------------- recording


def record(programme_id: str, kind: str, reader: BodyReader) -> Response:
    """Record an act, or a list of acts, all or none.

    An act with the same id and content as a recorded one changes nothing, and is answered with 200 instead of 201.
    """
    core = current.core()
    wish = read_parameters(request_bodies.url_parameters(core.graph.catalogue.kind(kind), core.graph.catalogue))
    body = json_body()
    if isinstance(body, list) and body and request_bodies.comes_in_lists(kind):
        return _record_list(programme_id, kind, [_read_act(programme_id, kind, each, reader) for each in body], wish)
    values = _read_act(programme_id, kind, body, reader)
    if kind == "programme" and values["id"] != programme_id:
        raise refused(request_bodies.OTHER_TYPE, field="id", wanted="the id in the address")
    clerk = replace(guard.clerk(programme_id), rehearses=wish.get("dry_run", False))
    act = intake.made(core.graph, programme_id, kind, values, random=clerk.random)
    answers = intake.answers_of(new=wish.get("new", False), again=wish.get("again", False))
    whole, nameable = wish.get("whole", False), _nameable(wish)
    recorded = intake.hand_in(core.graph, programme_id, act, clerk, answers=answers, whole=whole, nameable=nameable)
    return make_response(jsonify(recorded), _ADDED if recorded.sequence and recorded.action == "added" else 200)


def _read_act(programme_id: str, kind: str, body: object, reader: BodyReader) -> dict[str, Value]:
    """Read the values of an act; the changes of a correction are columns of the act that it corrects."""
    if request_bodies.names_own(body):
        reader = BodyReader(current.catalogue())
    values = reader.read_values(kind, body)
    if "changes" in values:
        subject = resolve(current.graph(), programme_id, str(values["act_id"]))
        values |= {"act_id": subject, "changes": reader.changes(subject.partition(":")[0], values["changes"])}
    return values


def _record_list(
    programme_id: str, kind: str, bodies: Sequence[Mapping[str, Value]], wish: Mapping[str, bool]
) -> Response:
    graph = current.graph()
    clerk = replace(guard.clerk(programme_id), rehearses=wish.get("dry_run", False))
    acts = [intake.made(graph, programme_id, kind, each, random=clerk.random) for each in bodies]
    answers = intake.answers_of(new=wish.get("new", False), again=wish.get("again", False))
    whole, nameable = wish.get("whole", False), _nameable(wish)
    recorded = intake.hand_in_together(
        graph, programme_id, acts, clerk, answers=answers, whole=whole, nameable=nameable
    )
    is_new = any(each.sequence and each.action == "added" for each in recorded)
    return make_response(jsonify(recorded), _ADDED if is_new else 200)


def _nameable(wish: Mapping[str, bool]) -> Nameable | None:
    """What says whom the sentence may name; None if no sentence is asked for. A dry run always has one."""
    return privacy.log_nameable if wish.get("told") or wish.get("dry_run") else None


def json_body(read: Callable[[bytes], Any] = plain_json.read) -> Any:  # noqa: ANN401 - JSON
    """The JSON value that was sent; None if it is not JSON, or an object has a name twice.

    Raises:
        NotPlain: It has a value that a ledger cannot store.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return read(request.get_data())
    except ValueError:
        return None  # refused as no object


def _recording(kind: KindOfAct, reader: BodyReader) -> Callable[..., Response]:
    @action(kind.recording)
    def view(programme_id: str) -> Response:
        return record(programme_id, kind.name, reader)

    return view


# ---------------------------------------------------------------------------------------------------- tokens


@public(by_form=False)
def token() -> Response:
    """Issue a token for login and password; `relay login` sends this request."""
    read_parameters(())
    wish = request_bodies.TokenRequest.of(json_body())
    account = sign_in.authenticate(wish.login, wish.password)
    if account.factors:
        if not wish.code:
            raise refused(second_factor.CODE_NEEDED)
        account = sign_in.accept_code(account.login, wish.code)
    factor_requirement.require_in_time(account.factor_due_on, current.core().now())
    core = current.core()
    made = api_tokens.issue(
        core.graph,
        account.login,
        role=wish.role,
        programme_id=wish.programme_id,
        days=wish.days,
        now=core.now(),
        random=secrets.token_bytes,
        generation=account.generation,
        by=account.by,
    )
    return make_response(jsonify(made), _ADDED)


@action("logout")
def sign_out() -> Response:
    """Revoke the token that was sent, or end the session; `relay logout` sends this request."""
    read_parameters(())
    user = sessions.signed_in()
    if user.token_id:
        api_tokens.revoke(current.graph(), user.token_id, by=f"account:{user.login}")
    else:
        sessions.end_session()
    return jsonify(signed_out=True)


# ---------------------------------------------------------------------------------------------------- documentation


def _documenting(catalogue: Catalogue) -> tuple[Callable[[], Response], Callable[[], str]]:
    @action("programme list")
    def spec() -> Response:
        """The description of the API, for programs."""
        return jsonify(openapi.document(catalogue))

    @action("programme list")
    def docs() -> str:
        """The description of the API, for people."""
        return render_template("api_docs.html", spec=openapi.document(catalogue))

    return spec, docs


def blueprint(catalogue: Catalogue) -> Blueprint:
    """The blueprint of the API for the questions and the kinds of acts of a catalogue."""
    api, reader = Blueprint("api", __name__, url_prefix=API), BodyReader(catalogue)
    spec, docs = _documenting(catalogue)
    for path, view, method in (
        ("/programmes", programmes, "GET"),
        ("/tokens", token, "POST"),
        ("/sign-out", sign_out, "POST"),
        ("/openapi.json", spec, "GET"),
        ("/docs", docs, "GET"),
    ):
        api.add_url_rule(path, view_func=view, methods=(method,))
    for question in questions_of(catalogue):
        path = f"/programmes/<programme_id>/{question.path.replace('<id>', '<id_>')}"
        api.add_url_rule(path, question.name, _answering(question, catalogue), methods=methods(question))
    for kind in catalogue.kinds.values():
        path = f"/programmes/<programme_id>/acts/{kind.name}"
        api.add_url_rule(path, f"record_{kind.name}", _recording(kind, reader), methods=("POST",))
    return api
