"""Each role, each system, each way: who may read and record what; what is secret is told by no way to others.

W1 learns (course C1), aims at something (goal O1), is a member of group G; site S1 counted 7,730,177 visits, M1
7,730,277 people.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile, is_zipfile

import pytest

from relay.access import access_log, accounts, api_tokens, roles
from relay.access.roles import ROLES, Grant
from relay.commands import exits
from relay.database import embedded_server
from relay.domain.acts import Act
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.exchange.exporting import export_programme
from relay.graph import AsksTooMuch, connect
from relay.ledger import recording
from relay.service.question import of_system, parameters
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from relay.web.permission import permission_of
from tests.commands.conftest import alone
from tests.commands.test_remote import elsewhere
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.web.readers import bearer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

__all__ = ["alone"]

CATALOGUE: Final = Catalogue(SYSTEMS)
WORK: Final = {"staff", "manager", "auditor"}
STAFF: Final = {"staff"}
PROTECTION: Final = {"protection"}

READ: Final[dict[str, set[str]]] = {
    "planning": WORK,
    "groups": WORK,
    "savings": WORK,
    "passbooks": {"staff", "auditor"},
    "learning": WORK,
    "goals": WORK,
    "husbandry": WORK,
    "services": WORK | PROTECTION,
    "raw counts": PROTECTION,
}
"""Action of a system → the roles that read by it."""

RECORD: Final[dict[str, set[str]]] = {
    **dict.fromkeys(("request", "request_check", "membership", "office", "meeting", "custody"), STAFF),
    "plan": {"staff", "manager"},
    "savings_rule": {"manager"},
    "cycle": {"staff", "manager"},
    **dict.fromkeys(("loan", "passbook", "flow", "loan_event", "payout"), STAFF),
    **dict.fromkeys(("course", "enrolment", "site", "site_count", "goal", "goal_step", "goal_visit"), STAFF),
    **dict.fromkeys(("breeding", "treatment", "weaning"), STAFF),
    "service": STAFF | PROTECTION,
    "committee_count": PROTECTION,
    "release": PROTECTION,
}
"""Kind of act of a system → the roles that record it."""

SECRET: Final = ("7730177", "7730277", "7,730,177", "7,730,277")  # so long that no hash holds one by chance
VISITS, PEOPLE = 7730177, 7730277


def act(kind: str, *said: object, **values: object) -> Act:
    """An act of a system: its columns in their order, and others by name."""
    known: dict[str, Any] = dict(zip(CATALOGUE.keys(kind), said, strict=False)) | values
    return Act(kind=kind, id=str(said[0]), values={name: value for name, value in known.items() if value is not None})


STORY: Final = (
    say.place("M1", kind="municipality"),
    say.place("1", kind="ward", parent_id="M1"),
    act("group", "G", "Sisters", "womens_group"),
    act("membership", "N1", "G", "W1", "2023-01-01"),
    act("course", "C1", "Letters", "literacy", from_on="2023-01-01"),
    act("enrolment", "E1", "C1", "W1", "2023-01-01", result="passed"),
    act("meeting", "T1", None, "C1", "session", "2023-01-02", present="W1"),
    act("goal", "O1", "W1", "farming", "goats", "2023-01-01", baseline_income=1500),
    act("goal_visit", "V1", "O1", "2023-06-01", "running"),
    act("site", "S1", "Market", "1", "advice", "2023-01-01"),
    act("site_count", "Q1", "S1", "2023-02", VISITS),
    act("service", "X1", "Police", "police", "M1", checked_on="2024-06-01"),
    act("committee_count", "A1", "M1", "2023-01", "contacts", PEOPLE),
)


def told_to(graph: Graph) -> Graph:
    """Record the story in an empty graph."""
    _, *rest = say.beginnings(3)
    begun = say.programme(systems=";".join(CATALOGUE.systems))
    found = recording.record(graph, "demo", (begun, *rest, *STORY), say.clerk(), answers=NOTED)
    assert [outcome.error for outcome in found if outcome.error] == []
    return graph


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give a programme of each engine that uses every system."""
    graph = told_to(wiped(graphs(CATALOGUE)))
    for role in ROLES:
        accounts.add(graph, role, (Grant(role=role),), None, say.clerk().now)
    return graph


@pytest.fixture
def client(graph: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None).test_client()


def signed(graph: Graph, role: str) -> dict[str, str]:
    return bearer(api_tokens.issue(graph, role, days=1, now=datetime.now(UTC), random=token_bytes).secret)


def told(answer: TestResponse) -> str:
    """All that an answer says, a workbook's cells too."""
    content = BytesIO(answer.data)
    answer.close()  # as a server does: a file that was written for it goes with it
    if not is_zipfile(content):
        return content.getvalue().decode() if answer.mimetype != "application/pdf" else ""
    with ZipFile(content) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def test_the_table_is_the_whole_of_what_systems_read_and_record() -> None:
    matrix = roles.matrix(CATALOGUE)

    assert {action: matrix[action] for system in SYSTEMS for action in system.roles} == READ
    assert {kind.name: kind.roles for system in SYSTEMS for kind in system.kinds} == RECORD


IDS: Final = {"learners": "C1", "group": "G", "group-savings": "G", "savings-due": "G"}
ASKED: Final = {"measure": "contacts", "from_month": "2023-01", "until_month": "2023-01", "group_id": "G"}


def test_each_question_and_each_page_of_a_system_answers_its_roles_alone(graph: Graph, client: FlaskClient) -> None:
    may = READ | {"release": PROTECTION, "plan": RECORD["plan"], "todo": WORK, "meeting": STAFF, "passbook": STAFF}
    headers = {role: signed(graph, role) for role in ROLES}
    asked = [
        (
            question.action,
            f"/api/v1/programmes/demo/{question.path.replace('<id>', IDS.get(question.name, 'W1'))}",
            query,
        )
        for system in SYSTEMS
        for question in of_system(system)
        for query in ({each.name: ASKED[each.name] for each in parameters(question) if each.name in ASKED},)
    ]
    rules = [rule for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())]
    with client.application.app_context():
        pages = [
            (str(permission_of(rule.endpoint).action), re.sub(r"<any\((\w+).*?\):form>", r"\1", rule.rule))
            for rule in rules
            if rule.endpoint.partition(".")[0] in CATALOGUE.systems and "act_id" not in rule.arguments
        ]
    asked += [(action, path.replace("<programme_id>", "demo"), dict[str, str]()) for action, path in pages]

    for action, path, query in asked:
        for role in ROLES:
            answer = client.get(path, query_string=query, headers=headers[role])
            allowed = role in may[action]
            assert (answer.status_code != 403) is allowed, (role, path, answer.status_code, answer.text[:300])
            assert answer.status_code < 500, path
        assert client.get(path, query_string=query).status_code in (303, 401), path
    assert len(asked) > 25


def test_each_kind_of_act_is_taken_from_its_roles_alone(graph: Graph, client: FlaskClient) -> None:
    for kind, allowed in RECORD.items():
        for role in ROLES:
            answer = client.post(f"/api/v1/programmes/demo/acts/{kind}", json={}, headers=signed(graph, role))
            assert (answer.status_code != 403) is (role in allowed), (role, kind, answer.text)
            assert answer.status_code not in (200, 201), "it says nothing, so that nothing is recorded"


def test_what_is_secret_is_told_by_no_way_to_whoever_has_not_the_role(
    graph: Graph, client: FlaskClient, tmp_path: Path
) -> None:
    """Pages, JSON, CSV, XLSX, forms, the ledger's entries, bundles, and the query page; then files and the graph."""
    known: dict[str, tuple[str, ...]] = {
        "act_id": ("committee_count:A1", "site_count:Q1"),
        "id": ("committee_count:A1", "site_count:Q1"),
        "sequence": ("21", "23"),
        "form": ("xlsx", "json"),
    }
    query = {"text": "MATCH (n) RETURN n LIMIT 500", "q": "A1", "about": "committee_count:A1", "as_of": "2024-06-30"}
    others = tuple(Grant(role=role) for role in ROLES if role != "protection")
    accounts.add(graph, "all-others", others, None, say.clerk().now)
    headers, statuses = signed(graph, "all-others"), dict[str, int]()
    for path in _ways(client, known):
        answer = client.get(path, query_string=query, headers=headers)
        statuses[path] = answer.status_code
        assert not [number for number in SECRET if number in told(answer)], path
    assert [*statuses.values()].count(200) > 40, statuses
    assert max(statuses.values()) < 500
    for path in ("/p/demo/raw-counts", "/api/v1/programmes/demo/protection/counts"):
        text = client.get(path, headers=signed(graph, "protection")).text.replace(",", "")
        assert str(VISITS) in text, path
        assert str(PEOPLE) in text, path
    logged = [each for each in access_log.read_newest(graph, "demo") if each.what == "raw_counts"]
    assert [each.by for each in logged] == ["account:protection"] * 2

    for name in ("folder", "book.xlsx"):
        export_programme(graph, "demo", tmp_path / name, with_names=True)
    with ZipFile(tmp_path / "book.xlsx") as book:
        texts = [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    texts += [file.read_text("utf-8-sig") for file in (tmp_path / "folder").iterdir()]
    nodes = graph.rows(
        "MATCH (n) WHERE any(label IN labels(n) WHERE label IN $readable) RETURN properties(n) AS said",
        readable=CATALOGUE.readable,
    )
    texts += [str(row) for row in (*nodes, *graph.rows("MATCH ()-[r]->() RETURN properties(r) AS said"))]
    assert not [number for number in SECRET for text in texts if number in text]


def test_a_command_tells_a_raw_count_to_its_role_alone(
    alone: Shell, connection: Connection, graph: Graph, tmp_path: Path
) -> None:
    alone.use(connection)
    with answering(create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None)) as url:
        for role in ROLES:
            elsewhere(
                alone, url, api_tokens.issue(graph, role, days=1, now=datetime.now(UTC), random=token_bytes).secret
            )
            raw = alone.run("raw-counts")
            drafted = alone.run("release", "contacts", "--from", "2023-01", "--until", "2023-01", "--level", "district")
            if role == "protection":
                assert str(PEOPLE) in raw.out
                assert str(VISITS) in raw.out
                continue
            assert (raw.code, drafted.code) == (exits.NOT_DONE, exits.NOT_DONE), role
            for answer in (raw, drafted):
                assert not [number for number in SECRET if number in answer.out + answer.err], role
                assert "protection" in answer.err, "it says who may"


@pytest.mark.soak
def test_the_reading_user_of_the_database_sees_that_it_was_counted_and_not_how_many(tmp_path: Path) -> None:
    try:
        reader = embedded_server.reader(tmp_path, CATALOGUE.readable)
        with connect(embedded_server.ensure(tmp_path, readable=CATALOGUE.readable), CATALOGUE) as graph:
            told_to(graph)
        with connect(reader, CATALOGUE) as reading:
            counted = reading.ask("MATCH (n:CommitteeCount) RETURN n.month AS month", 10).rows
            said = [
                reading.ask(f"MATCH (n:{label}) RETURN properties(n) AS said", 1000).rows  # an edge is no node: nothing
                for label in CATALOGUE.readable
            ]
            for around in ("(n:CommitteeCount)--(o)", "(n:SiteCount)--(o)", "(o:Personal)", "(o)"):
                with suppress(AsksTooMuch):
                    said.append(reading.ask(f"MATCH {around} RETURN properties(o) AS said", 1000).rows)
            with pytest.raises(AsksTooMuch):
                reading.ask("MATCH (o:Personal) RETURN o", 1000)
    finally:
        embedded_server.stop(tmp_path)

    assert counted == (("2023-01",),)
    assert len(str(said)) > 1000
    assert not [number for number in SECRET if number in str(said)]


def _ways(client: FlaskClient, known: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Every address of the programme that answers to GET, with everything that could be meant in it."""
    for rule in client.application.url_map.iter_rules():
        named = set(rule.arguments) - {"programme_id"}
        if "GET" in (rule.methods or ()) and "programme_id" in rule.arguments and named <= known.keys():
            paths = [re.sub(r"<(?:[^<>:]+:)?programme_id>", "demo", rule.rule)]
            for name in named:
                pattern = re.compile(rf"<(?:[^<>:]+:)?{name}>")
                paths = [pattern.sub(value, path) for path in paths for value in known[name]]
            yield from paths


def test_nothing_of_a_woman_is_told_where_her_system_is_switched_off(graph: Graph, client: FlaskClient) -> None:
    headers: dict[str, Any] = signed(graph, "manager")
    off = say.corrected("programme:demo", "K1", systems=None)
    assert recording.record(graph, "demo", (off,), say.clerk(), answers=NOTED)[0].error is None

    for system in SYSTEMS:
        for question in of_system(system):
            path = f"/api/v1/programmes/demo/{question.path.replace('<id>', IDS.get(question.name, 'W1'))}"
            query = {each.name: ASKED[each.name] for each in parameters(question) if each.name in ASKED}
            assert client.get(path, query_string=query, headers=headers).status_code in (403, 404, 409, 422), path
    page = client.get("/p/demo/record/beneficiary:W1", headers=headers).text
    assert "Letters" not in page
