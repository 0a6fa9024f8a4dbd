"""The description of the API as an OpenAPI 3.1 document, made from questions, columns and roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from relay.access.accounts import LEAST_PASSWORD, LONGEST_PASSWORD
from relay.access.api_tokens import LONGEST_DAYS, NewToken
from relay.access.roles import EVERY, ROLES, matrix
from relay.domain.schema import Column
from relay.domain.schema import Kind as KindOfAct
from relay.domain.system import Catalogue
from relay.exchange.cells import (
    FIRST_YEAR,
    LARGEST_NUMBER,
    LAST_YEAR,
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TERM,
    LONGEST_TEXT,
)
from relay.ledger.programme_heads import LedgerHead
from relay.office.intake import Recorded
from relay.service.client import Answered
from relay.service.failure import Error
from relay.service.json_codec import API, Schema, schemas_of
from relay.service.question import (
    Kind,
    Parameter,
    Says,
    Sort,
    answer_of,
    methods,
    parameters,
    says,
    sent_beside,
    with_kinds,
)
from relay.service.questions.every import questions_of
from relay.version import VERSION
from relay.web.api.acts_from_files import WAYS
from relay.web.api.request_bodies import RECORDS, TOKEN_DAYS, BodyReader, comes_in_lists, url_parameters

_ERRORS: Final = {
    400: "The request cannot be read, or has an unknown parameter or column.",
    401: "Nobody is signed in, or the token is not valid, or no longer.",
    403: "The role does not allow it.",
    404: "There is no such record, or the account has no role in this programme.",
    409: "An earlier act with the same id says something else; or the act seems wrong, and `code` names the question.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A rule of the programme refuses it.",
    429: "Too many tries.",
    503: "The database cannot be reached.",
}
_READING_ERRORS: Final = (400, 401, 403, 404, 422, 503)
_BODY_ERRORS: Final = (413, 415)
_RECORDING_ERRORS: Final = (*_READING_ERRORS, *_BODY_ERRORS, 409)
_TOKEN_ERRORS: Final = (400, 401, 404, 413, 415, 422, 429, 503)
_PRINTABLE: Final = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]"  # else a character has no shape
_TEXT: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_TEXT,
    "pattern": rf"^{_PRINTABLE}*[^\s\x00-\x1f\x7f-\x9f\ufffe\uffff]{_PRINTABLE}*$",
}
_NO_LINE_BREAK: Final = r"[^\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
_NAME: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_NAME,
    "pattern": rf"^{_NO_LINE_BREAK}*[^\s\x00-\x1f\x7f-\x9f\ufffe\uffff]{_NO_LINE_BREAK}*$",
}
_LINE_OF_TEXT: Final = {"type": "string", "maxLength": LONGEST_ID, "pattern": rf"^{_NO_LINE_BREAK}*$"}
_RECORD: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID + 16, "pattern": r"^[^/]*[^/\s][^/]*$"}
_DAY: Final = {"type": "string", "format": "date"}
_AMOUNT: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_NUMBER}
_SIGNED_OUT: Final = {"type": "object", "required": ["signed_out"], "properties": {"signed_out": {"type": "boolean"}}}
_PROGRAMME: Final = {
    "name": "programme_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
}


@cache
def document(catalogue: Catalogue) -> Schema:
    """The whole document, with all questions and kinds of acts of a catalogue; it is cached, so do not change it."""
    bodies, questions = BodyReader(catalogue), questions_of(catalogue)
    kinds = (*map(answer_of, questions), tuple[LedgerHead, ...], Recorded, Answered, NewToken, Error)
    schemas, components = schemas_of(kinds)
    answers = dict(zip(kinds, schemas, strict=True))
    failures = {name: {**components[name], "additionalProperties": False} for name in ("Error", "Explained")}
    paths: dict[str, Any] = {
        "/programmes": {
            "get": {
                **_operation(
                    catalogue, "programmes", "The programmes in which the account holds a role.", "programme list"
                ),
                "responses": _responses({200: answers[tuple[LedgerHead, ...]]}, (400, 401, 403, 503)),
            }
        }
    }
    for question in questions:
        ways = {
            method.lower(): _question_operation(catalogue, question, method, answers[answer_of(question)])
            for method in methods(question)
        }
        paths[f"/programmes/{{programme_id}}/{question.path.replace('<id>', '{id}')}"] = ways
    for kind, columns in bodies.columns.items():
        paths[f"/programmes/{{programme_id}}/acts/{kind}"] = {
            "post": _recording_operation(catalogue, catalogue.kind(kind), columns, answers[Recorded])
        }
    paths["/programmes/{programme_id}/acts"] = {"post": _hand_in_operation(catalogue, answers[Answered])}
    paths["/tokens"] = {"post": _token_operation(catalogue, answers[NewToken])}
    paths["/sign-out"] = {
        "post": {
            **_operation(catalogue, "sign_out", "End the token that this is sent with.", "logout"),
            "responses": _responses({200: _SIGNED_OUT}, (400, 401, 403, 503)),
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Relay",
            "version": VERSION,
            "description": "The same questions, answers and acts as on the command line. An act's id is its idempotency"
            " key: sent twice with the same content, it is recorded once.",
        },
        "servers": [{"url": API}],
        "paths": paths,
        "components": {
            "schemas": {**components, **failures},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(catalogue: Catalogue, name: str, summary: str, action: str = "") -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "x-action": action,
        "x-roles": [role for role in ROLES if role in matrix(catalogue).get(action, ())],
    }


def _question_operation(catalogue: Catalogue, question: Kind, method: str, answer: Schema) -> Schema:
    about = [{"name": "id", "in": "path", "required": True, "schema": _RECORD}] if "<id>" in question.path else []
    named = [each for each in with_kinds(parameters(question), catalogue) if not each.says.personal]
    errors = (*_READING_ERRORS, *_BODY_ERRORS) if method == "POST" else _READING_ERRORS
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema(question)}}}}
    if question.paged:
        more = {"next_url": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
        answer = {"allOf": [answer, {"type": "object", "required": ["next_url"], "properties": more}]}
    return {
        **_operation(catalogue, question.name, says(question), question.action),
        "operationId": question.name if method == methods(question)[0] else f"{question.name}_beside",
        "parameters": [_PROGRAMME, *about, *map(_parameter_schema, named)],
        **(body if method == "POST" else {}),
        "responses": _responses({200: answer}, errors),
    }


def _body_schema(question: Kind) -> Schema:
    parameters_ = sent_beside(question)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [each.name for each in parameters_ if each.required],
        "properties": {each.name: {**_schema_of(each.says), "description": each.says.text} for each in parameters_},
    }


def _recording_operation(catalogue: Catalogue, kind: KindOfAct, columns: Iterable[Column], recorded: Schema) -> Schema:
    own = (
        f"Record {'an' if kind.name[0] in 'aeiou' else 'a'} {kind.name}; 201 when it was added, 200 when it was there."
    )
    body = _act_schema(kind, columns)
    if comes_in_lists(kind.name):
        own += " Of a list all are recorded, or none."
        body, recorded = _or_several(body), _or_several(recorded)
    return {
        **_operation(catalogue, f"record_{kind.name}", own, kind.recording),
        "parameters": [_PROGRAMME, *map(_parameter_schema, url_parameters(kind, catalogue))],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses({200: recorded, 201: recorded}, _RECORDING_ERRORS, "Recorded."),
    }


def _hand_in_operation(catalogue: Catalogue, answered: Schema) -> Schema:
    acts = "Acts of any kind, in any order, their ids in full: {act, content, written_at, again}, written_at by the"
    acts += " writer's clock. Of a telephone's file, each line as it stands there: {sealed, seal}."
    carried = {
        "type": "object",
        "description": "How acts come that somebody carries to the record in a file, as relay sync does: what cannot be"
        " recorded is held. Leave it out for acts of your own.",
        "required": ["way"],
        "properties": {
            "way": {
                "type": "string",
                "enum": [*WAYS],
                "description": "file: a telephone's or another laptop's; outbox: that of the laptop that sends it;"
                " parted: what a former original alone has, as relay follow --give-way sends it.",
            },
            "device_id": {
                **_LINE_OF_TEXT,
                "description": "The telephone that sealed the file; left out for a laptop's.",
            },
            "by": {
                **_LINE_OF_TEXT,
                "description": "Who wrote the acts on a laptop, as account:LOGIN; left out for yourself.",
            },
        },
    }
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["acts"],
        "properties": {
            "acts": {"type": "array", "description": acts, "items": {}},
            "hold": {"type": "boolean", "description": "Hold what cannot be recorded until somebody settles it."},
            "carried": carried,
        },
    }
    summary = "Hand in a list of acts, each judged alone; the answer has a row for each, in their order."
    return {
        **_operation(catalogue, "hand_in", summary, "acts"),
        "parameters": [_PROGRAMME],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses({200: answered}, (*_READING_ERRORS, *_BODY_ERRORS)),
    }


def _or_several(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _token_operation(catalogue: Catalogue, made: Schema) -> Schema:
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["login", "password"],
        "properties": {
            "login": {"type": "string", "minLength": 1, "maxLength": 32},
            "password": {"type": "string", "minLength": LEAST_PASSWORD, "maxLength": LONGEST_PASSWORD},
            "role": {"type": "string", "enum": [*ROLES, EVERY], "default": EVERY},
            "programme_id": {"type": "string", "pattern": r"^([a-z0-9-]{1,40}|\*)$", "default": EVERY},
            "days": {"type": "integer", "minimum": 1, "maximum": LONGEST_DAYS, "default": TOKEN_DAYS},
            "code": {"type": "string", "maxLength": 32, "description": "Of the second factor, if the account has one."},
        },
    }
    return {
        **_operation(catalogue, "token", "Issue a token for a login and password; its secret is shown only here."),
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses({201: made}, _TOKEN_ERRORS),
    }


def _responses(answers: Mapping[int, Schema], errors: tuple[int, ...], description: str = "The answer.") -> Schema:
    rows = [
        *((status, description, schema) for status, schema in answers.items()),
        *((status, _ERRORS[status], {"$ref": "#/components/schemas/Error"}) for status in errors),
    ]
    return {
        str(status): {"description": described, "content": {"application/json": {"schema": schema}}}
        for status, described, schema in rows
    }


def _schema_of(wanted: Says) -> Schema:
    if wanted.choices:
        return {"type": "string", "enum": [*wanted.choices]}
    sorts: Mapping[Sort, Schema] = {
        "day": _DAY,
        "entry": {"type": "string", "pattern": "^([0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2})$"},
        "flag": {"type": "boolean"},
        "word": _TEXT,
        "record": _RECORD,
        "kind": _TEXT,
        "count": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "number": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    }
    return sorts[wanted.sort]


def _parameter_schema(wanted: Parameter) -> Schema:
    one = _schema_of(wanted.says)
    if wanted.many:
        most = {"maxItems": wanted.says.most} if wanted.says.most else {}
        one = {"type": "array", "items": one, "minItems": 1, **most}
    return {
        "name": wanted.name,
        "in": "query",
        "required": wanted.required,
        "description": wanted.says.text,
        "schema": one,
    }


# ---------------------------------------------------------------------------------------------------- schemas


def _act_schema(kind: KindOfAct, columns: Iterable[Column]) -> Schema:
    properties: dict[str, Schema] = {
        column.name: {**_column_schema(column), "description": column.meaning} for column in columns
    }
    if changes := kind.column("changes"):
        properties["changes"] = {"type": "object", "description": changes.meaning}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in columns if column.required],
        "properties": properties,
    }


def _column_schema(column: Column) -> Schema:
    if column.name in RECORDS:
        return _RECORD
    if column.type == "choice":
        schema: Schema = {"type": "string", "enum": [*column.choices]}
    else:
        types_: Mapping[str, Schema] = {
            "id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": r"^[^/:]*[^/:\s][^/:]*$"},
            "ids": _TEXT,
            "act": _RECORD,
            "text": _NAME if column.name == "name" else _TEXT,
            "name": _NAME,
            "tags": _TEXT,
            "words": _TEXT,
            "pairs": _TEXT,
            "help": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
            "date": _DAY,
            "month": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}( BS)?$"},
            "units": {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
            "amount": _AMOUNT,
            "count": {"type": "number", "minimum": 0, "maximum": LARGEST_NUMBER},
            "money": {"type": "number", "minimum": 0, "maximum": LARGEST_NUMBER, "multipleOf": 0.01},
            "term": {"type": "integer", "minimum": 1, "maximum": LONGEST_TERM},
            "days": {"type": "integer", "minimum": 0, "maximum": LONGEST_TERM},
            "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
            "degrees": {"type": "number", "minimum": -180, "maximum": 180},
            "equivalents": {"type": "object", "additionalProperties": _AMOUNT},
            "programme_id": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
            "timezone": _TEXT,
            "country": _TEXT,
            "level": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
        }
        schema = types_[column.type]
    if column.required:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
