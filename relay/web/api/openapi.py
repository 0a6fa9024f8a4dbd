"""What the API is, as an OpenAPI 3.1 document: built from questions, columns and roles, never written twice."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from relay.access import tokens
from relay.access.accounts import LEAST_PASSWORD, LONGEST_PASSWORD
from relay.access.roles import EVERY, MATRIX, ROLES
from relay.desk.intake import Recorded
from relay.domain.acts import KEYS
from relay.errors import Code
from relay.exchange.cells import FIRST_YEAR, LARGEST_NUMBER, LAST_YEAR, LONGEST_ID, LONGEST_TERM, LONGEST_TEXT
from relay.ledger.recording import LedgerHead
from relay.service.json_codec import fields_of
from relay.service.queries import ENTRIES, MOST_NAMES, NAMES, QUESTIONS, Parameter, Question
from relay.web.api import bodies
from relay.web.guard import ACTIONS

if TYPE_CHECKING:
    from relay.domain.schema import Column

_NEW: Final = Parameter(name="new", sort="flag", says="Begin a new placement although she holds one of that help.")
_AGAIN: Final = Parameter(name="again", sort="flag", says="Record it whatever Relay would ask about it.")
ANSWERS: Final[Mapping[str, tuple[Parameter, ...]]] = {
    "placement": (_NEW, _AGAIN),
    "pass": (_NEW, _AGAIN),
    "correct": (_AGAIN,),
}
"""Kind of act → what its address may answer beforehand; nothing is asked about other kinds."""

_ERRORS: Final = {
    400: "It cannot be read, or holds a parameter or column that is not known.",
    401: "Nobody is signed in, or the token is not valid, or no longer.",
    403: "The role does not allow it.",
    404: "It is not in the record, or no role is held in this programme.",
    409: "An earlier act with the same id says otherwise; or the act seems wrong, and `code` names the question.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A rule of the programme says no.",
    429: "Too many tries.",
    503: "The database cannot be reached.",
}
_READING: Final = (400, 401, 403, 404, 422, 503)
_WITH_A_BODY: Final = (413, 415)
_RECORDING: Final = (*_READING, *_WITH_A_BODY, 409)
_LETTING_IN: Final = (400, 401, 404, 413, 415, 422, 429, 503)
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"\S"}
_RECORD: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID + 16, "pattern": r"^[^/]*[^/\s][^/]*$"}
_DAY: Final = {"type": "string", "format": "date"}
_AMOUNT: Final = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_NUMBER}
_PROGRAMME: Final = {
    "name": "programme_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
}


@cache
def document() -> Mapping[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {
        "/programmes": {"get": _operation("programmes", "The programmes in which the account holds a role.")}
    }
    paths["/programmes"]["get"]["responses"] = _responses({200: tuple[LedgerHead, ...]}, (400, 401, 403, 503))
    for question in QUESTIONS:
        ways = {method.lower(): _asking(question, method) for method in question.methods}
        paths[f"/programmes/{{programme_id}}/{question.path.replace('<id>', '{id}')}"] = ways
    for kind in KEYS:
        paths[f"/programmes/{{programme_id}}/acts/{kind}"] = {"post": _recording(kind)}
    paths["/tokens"] = {"post": _letting_in()}
    signed_out = {"type": "object", "required": ["signed_out"], "properties": {"signed_out": {"type": "boolean"}}}
    paths["/sign-out"] = {
        "post": {
            **_operation("sign_out", "End the token that this is sent with."),
            "responses": {
                "200": {"description": "The answer.", "content": {"application/json": {"schema": signed_out}}},
                **_responses({}, (400, 401, 403, 503)),
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Relay",
            "version": version("relay"),
            "description": "The same questions, answers and acts as on the command line. An act's id is its idempotency"
            " key: sent twice with the same content, it is recorded once.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": {**_components(), "Error": _error()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(name: str, says: str) -> dict[str, Any]:
    action = ACTIONS.get(f"api.{name}", "")
    return {
        "operationId": name,
        "summary": says,
        "x-action": action,
        "x-roles": [role for role in ROLES if role in MATRIX.get(action, ())],
    }


def _asking(question: Question[object], method: str) -> dict[str, Any]:
    about = [{"name": "id", "in": "path", "required": True, "schema": _RECORD}] if "<id>" in question.path else []
    named = [each for each in question.parameters if not each.personal]
    errors = (*_READING, *_WITH_A_BODY) if method == "POST" else _READING
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": _beside(question)}}}}
    return {
        **_operation(question.name, question.says),
        "operationId": question.name if method == question.methods[0] else f"{question.name}_beside",
        "parameters": [_PROGRAMME, *about, *map(_parameter, named)],
        **(body if method == "POST" else {}),
        "responses": _responses({200: question.kind}, errors, page=question is ENTRIES),
    }


def _beside(question: Question[object]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [each.name for each in question.beside if each.required],
        "properties": {each.name: {**_schema_of(each), "description": each.says} for each in question.beside},
    }


def _recording(kind: str) -> dict[str, Any]:
    own = f"Record {'an' if kind[0] in 'aeiou' else 'a'} {kind}; 201 when it was added, 200 when it was there."
    return {
        **_operation(f"record_{kind}", own),
        "parameters": [_PROGRAMME, *map(_parameter, ANSWERS.get(kind, ()))],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(kind)}}},
        "responses": _responses({200: Recorded, 201: Recorded}, _RECORDING),
    }


def _letting_in() -> dict[str, Any]:
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["login", "password"],
        "properties": {
            "login": {"type": "string", "minLength": 1, "maxLength": 32},
            "password": {"type": "string", "minLength": LEAST_PASSWORD, "maxLength": LONGEST_PASSWORD},
            "role": {"type": "string", "enum": [*ROLES, EVERY], "default": EVERY},
            "programme_id": {"type": "string", "pattern": r"^([a-z0-9-]{1,40}|\*)$", "default": EVERY},
            "days": {"type": "integer", "minimum": 1, "maximum": tokens.LONGEST_DAYS, "default": bodies.TOKEN_DAYS},
        },
    }
    return {
        **_operation("token", "A token for who has login and password; its secret is told only here."),
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses({201: tokens.NewToken}, _LETTING_IN),
    }


def _responses(answers: Mapping[int, Any], errors: tuple[int, ...], *, page: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, kind in answers.items():
        schema = _schema(kind)
        if page:
            more = {"next_url": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
            schema = {"allOf": [schema, {"type": "object", "required": ["next_url"], "properties": more}]}
        found[str(status)] = {
            "description": "Recorded." if kind is Recorded else "The answer.",
            "content": {"application/json": {"schema": schema}},
        }
    for status in errors:
        found[str(status)] = {
            "description": _ERRORS[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    return found


def _schema_of(wanted: Parameter) -> dict[str, Any]:
    if wanted.choices:
        return {"type": "string", "enum": [*wanted.choices]}
    sorts: Mapping[str, dict[str, Any]] = {
        "day": _DAY,
        "entry": {"type": "string", "pattern": "^([0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2})$"},
        "flag": {"type": "boolean"},
        "word": _TEXT,
        "record": _RECORD,
        "count": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "number": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    }
    return sorts[wanted.sort]


def _parameter(wanted: Parameter) -> dict[str, Any]:
    one = _schema_of(wanted)
    if wanted.many:
        one = {"type": "array", "items": one, "minItems": 1}
        if wanted.name in (each.name for each in NAMES.parameters):
            one["maxItems"] = MOST_NAMES
    return {
        "name": wanted.name,
        "in": "query",
        "required": wanted.required,
        "description": wanted.says,
        "schema": one,
    }


# ---------------------------------------------------------------------------------------------------- schemas


def _body(kind: str) -> dict[str, Any]:
    columns = bodies.COLUMNS[kind]
    properties = {column.name: _column(column) for column in columns}
    if kind == "correct":
        properties["changes"] = {
            "type": "object",
            "description": "With wrong_data: the columns that change, by name; null empties one.",
        }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in columns if column.required],
        "properties": properties,
    }


def _column(column: Column) -> dict[str, Any]:
    if column.name in bodies.RECORDS:
        return _RECORD
    if column.type == "choice":
        schema: dict[str, Any] = {"type": "string", "enum": [*column.choices]}
    else:
        types_: Mapping[str, dict[str, Any]] = {
            "id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": r"^[^/:]*[^/:\s][^/:]*$"},
            "text": _TEXT,
            "name": _TEXT,
            "tags": _TEXT,
            "help": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
            "date": _DAY,
            "units": {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
            "amount": _AMOUNT,
            "count": {"type": "number", "minimum": 0, "maximum": LARGEST_NUMBER},
            "term": {"type": "integer", "minimum": 1, "maximum": LONGEST_TERM},
            "days": {"type": "integer", "minimum": 0, "maximum": LONGEST_TERM},
            "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
            "degrees": {"type": "number", "minimum": -180, "maximum": 180},
            "equivalents": {"type": "object", "additionalProperties": _AMOUNT},
            "programme_id": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
            "timezone": _TEXT,
        }
        schema = types_[column.type]
    if column.required:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _error() -> dict[str, Any]:
    said = {
        "status": {"type": "integer"},
        "reason": {"type": "string"},
        "suggestion": {"type": "string"},
        "field": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "code": {"anyOf": [{"type": "string", "enum": [*typing.get_args(Code)]}, {"type": "null"}]},
        "request_id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    }
    error = {"type": "object", "additionalProperties": False, "required": [*said], "properties": said}
    return {"type": "object", "additionalProperties": False, "required": ["error"], "properties": {"error": error}}


def _components() -> dict[str, Any]:
    found: dict[str, Any] = {}

    def walk(kind: Any) -> None:  # noqa: ANN401 - a type
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if kind.__name__ not in found:
                fields = fields_of(kind)
                found[kind.__name__] = {
                    "type": "object",
                    "required": [*fields],
                    "properties": {name: _schema(each) for name, each in fields.items()},
                }
                for each in fields.values():
                    walk(each)
            return
        for part in typing.get_args(kind):
            walk(part)

    for each in (*(question.kind for question in QUESTIONS), LedgerHead, Recorded, tokens.NewToken):
        walk(each)
    return dict(sorted(found.items()))


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a type
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if kind is date:
        return _DAY
    plain = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}.get(kind)
    if plain:
        return {"type": plain}
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return {"type": "array", "items": _schema(parts[0])}
    if origin is typing.Literal:
        return {"type": "string", "enum": [*parts]}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(part) for part in parts]}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(parts[1])}
    return {}
