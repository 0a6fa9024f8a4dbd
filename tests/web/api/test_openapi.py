"""What the document of the API promises, and whether it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import converter
from schemathesis.specs.openapi.checks import positive_data_acceptance

from relay import graph as relay_graph
from relay.web.api import openapi
from relay.web.api.acts_from_files import ActsOrigin
from relay.web.api.request_bodies import BodyReader
from tests.commands.shell import tell_story
from tests.rigs.soak import sampled, share
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE
from tests.web.api.programme import client_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from schemathesis.checks import CheckFunction
    from schemathesis.schemas import BaseSchema

    from relay.settings import Connection, Settings


BODIES: Final = BodyReader(CORE)


def test_the_document_knows_every_route_and_every_column(api: FlaskClient) -> None:
    document = api.get("/api/v1/openapi.json").get_json()
    routes = {
        rule.rule.replace("<", "{").replace(">", "}").replace("{id_}", "{id}")
        for rule in api.application.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.docs", "api.spec")
    } | {"/api/v1/programmes/{programme_id}/acts"}

    assert {f"/api/v1{path}" for path in document["paths"]} == routes
    for kind in CORE.kinds:
        operation = document["paths"][f"/programmes/{{programme_id}}/acts/{kind}"]["post"]
        sent = operation["requestBody"]["content"]["application/json"]["schema"]
        body = sent["anyOf"][0] if "anyOf" in sent else sent
        assert ("anyOf" in sent) is (kind not in ("programme", "confirm", "erase"))
        more = {"changes"} if kind == "correct" else set()
        assert set(body["properties"]) == {column.name for column in BODIES.columns[kind]} | more
        assert operation["x-roles"]
    handed_in = document["paths"]["/programmes/{programme_id}/acts"]["post"]["requestBody"]["content"]
    carried = handed_in["application/json"]["schema"]["properties"]["carried"]["properties"]
    assert {*carried} == {*ActsOrigin.__slots__}


def test_the_documentation_page_says_the_same_for_people(api: FlaskClient) -> None:
    page = api.get("/api/v1/docs").text

    for path in openapi.document(CORE)["paths"]:
        assert f"<code>GET /api/v1{path}</code>" in page or f"<code>POST /api/v1{path}</code>" in page


EXAMPLES: Final = share(250)  # of each operation, good and bad ones

_SLOW: Final = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)

REFUSALS: Final = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429")
REFUSING: Final = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": [*REFUSALS]}}}
)

OPERATIONS: Final = [(path, method) for path, methods in openapi.document(CORE)["paths"].items() for method in methods]


def _left_as_it_is(_: dict[str, Any]) -> None:
    """Write nothing into a schema."""


@pytest.fixture(scope="module")
def promised(embedded_engine: Connection, settings: Settings) -> Iterator[tuple[BaseSchema, dict[str, str]]]:
    """Give what the document promises, on a small programme, to somebody who may record anything.

    How long a text may be stays beside its pattern: written into it, as `{0,9999}`, it took a fifth of a second to
    compile for each body that is drawn.
    """
    with pytest.MonkeyPatch.context() as patch, relay_graph.connect(embedded_engine, CORE) as graph:
        patch.setattr(converter, "update_pattern_in_schema", _left_as_it_is)
        tell_story(wiped(graph))
        client = client_of(graph, settings)
        headers = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json", client.application, config=REFUSING, headers=headers
        )
        yield schema, headers


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    sampled((*each, mode) for each in OPERATIONS if each[0] != "/sign-out" for mode in GenerationMode),
)
def test_every_answer_is_as_the_document_promises(
    promised: tuple[BaseSchema, dict[str, str]], path: str, method: str, mode: GenerationMode
) -> None:
    schema, headers = promised
    cases = schema[path][method].as_strategy(generation_mode=mode)
    unpromised: list[CheckFunction] | None = (
        [positive_data_acceptance] if "/acts" in path else None
    )  # what a rule refuses, no schema can say

    @given(case=cases)
    @settings_of_hypothesis(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=_SLOW)
    def answered(case: Case[Any]) -> None:
        case.call_and_validate(headers=headers, excluded_checks=unpromised)

    answered()
