"""Queries of one's own."""

from __future__ import annotations

import html
import itertools
import re
from datetime import date
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, api_tokens
from relay.access.roles import EVERY, Grant
from relay.database import cypher, embedded_server
from relay.domain.vocabulary import SHOWN
from relay.published.publishing import publish
from relay.settings import Settings
from relay.web import create_app
from relay.web.auditors import query as query_page
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.addresses import DEMO
from tests.web.reading import words

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from relay.domain.schema import Role
    from relay.graph import Graph


def asked_for(client: FlaskClient, query: str) -> str:
    text: str = client.post(f"{DEMO}/query", data={"query": query, "csrf_token": token(client)}).text
    return text


def token(client: FlaskClient) -> str:
    found: list[str] = re.findall(r'name="csrf_token" value="([^"]*)"', client.get(f"{DEMO}/query").text)
    return found[0]


def test_an_administrator_asks_the_graph_in_cypher(client: FlaskClient) -> None:
    query = "MATCH (p:Placement {programme_id: 'demo'}) RETURN p.placement_id AS id ORDER BY id"

    text = words(asked_for(client, query))

    assert "5 rows id P1 P2 P3 P4 P5" in text


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (p:Placement) SET p.owed = 0.0",
        "CREATE (p:Placement {key: 'x'})",
        "MATCH (p:Placement) DETACH DELETE p",
        "MERGE (p:Placement {key: 'x'}) RETURN p",
        "CREATE CONSTRAINT x IF NOT EXISTS FOR (n:Gift) REQUIRE n.x IS UNIQUE",
        "CALL { MATCH (p:Placement) SET p.owed = 0.0 RETURN 1 AS one } RETURN one",
        "MATCH (o:Personal) RETURN o",
        "MATCH (o:Personal) RETURN count(o) AS many",
        "MATCH (b:Beneficiary) RETURN COLLECT { MATCH (o:Personal {key: b.key}) RETURN o.name } AS names",
        "MATCH (b:Beneficiary) WHERE EXISTS { MATCH (o:Personal {key: b.key}) WHERE o.name = 'X' } RETURN b",
        "MATCH (n) WHERE n.name IS NOT NULL RETURN n",
        "MATCH (a:Account) RETURN a",
        "MATCH (t:Token) RETURN t",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    ],
)
def test_the_database_refuses_to_write_and_to_read_what_is_personal(
    client: FlaskClient, recorded: Graph, query: str
) -> None:
    before = recorded.rows("MATCH (p:Placement) RETURN p.key AS key, p.owed AS owed ORDER BY key")

    text = asked_for(client, query)

    assert "This query would write, or read names, accounts or everything at once." in text
    assert "Name of W" not in text
    assert recorded.rows("MATCH (p:Placement) RETURN p.key AS key, p.owed AS owed ORDER BY key") == before


def test_a_query_that_cannot_be_read_stays_in_the_form(client: FlaskClient) -> None:
    text = asked_for(client, "MATCH (p:Placement RETURN p")

    assert "This query cannot be read as Cypher from line 1, column 20 on." in text
    assert ">MATCH (p:Placement RETURN p</textarea>" in text


def test_more_rows_than_a_page_holds_are_left_out_and_said_to_be(client: FlaskClient) -> None:
    text = words(asked_for(client, "MATCH (p:Placement {programme_id: 'large'}) RETURN p.placement_id AS id"))

    assert "500 rows the first 500" in text


def test_an_answer_is_kept_as_a_file(client: FlaskClient) -> None:
    placements = "MATCH (p:Placement {programme_id: 'demo'})"
    query = f"{placements} RETURN p.placement_id AS id, '=1+1' AS sum, [1, 2.0, 2.5] AS two ORDER BY id"
    sent = {"query": query, "csrf_token": token(client)}

    sheet = client.post(f"{DEMO}/query", data={**sent, "form": "csv"})
    answer = client.post(f"{DEMO}/query", data={**sent, "form": "json"})

    assert sheet.headers["Content-Disposition"].startswith("attachment; filename=demo-query-")
    assert sheet.data.decode("utf-8-sig").splitlines()[:2] == ["id,sum,two", 'P1,\'=1+1,"[1, 2, 2.5]"']
    assert answer.json is not None
    assert answer.json["columns"] == ["id", "sum", "two"]
    assert answer.json["rows"][0] == ["P1", "=1+1", [1, 2, 2.5]]
    assert len(answer.json["rows"]) == 5


def test_no_file_is_made_of_more_rows_than_a_spreadsheet_opens(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_page, "FILE_ROWS", 4)
    query = "MATCH (p:Placement {programme_id: 'demo'}) RETURN p.placement_id AS id"

    found = client.post(f"{DEMO}/query", data={"query": query, "csrf_token": token(client), "form": "csv"})

    assert "so no file was made" in words(found.text)
    assert "Content-Disposition" not in found.headers


def test_the_address_of_a_query_fills_it_in_and_asks_nothing(client: FlaskClient) -> None:
    query = "MATCH (p:Placement {programme_id: 'demo'}) RETURN p.placement_id, p.key AS key, 'P9' AS other LIMIT 1"
    page = asked_for(client, query)
    address = re.findall(r'href="([^"]*query=MATCH[^"]*)"', page)[0]

    shown = client.get(html.unescape(address)).text

    assert query in html.unescape(shown)
    assert "1 row" not in words(shown)
    assert page.count('href="/p/demo/record/placement:P1"') == 2, "by the column's name, and by its key"
    assert "record/placement:P9" not in page


def test_every_query_to_start_from_is_of_the_docs_and_is_answered(client: FlaskClient) -> None:
    docs = (Path(__file__).parents[3] / "docs" / "cypher.md").read_text(encoding="utf-8")
    of_the_relay = docs.partition("## Ten more")[0]
    blocks = [block.strip() for block in re.findall(r"```cypher\n(.*?)```", of_the_relay, re.DOTALL)]

    assert list(cypher.TO_START_FROM) == [block for block in blocks if "Personal" not in block]
    assert len(cypher.TO_START_FROM) == len(query_page.START)
    for number, text in enumerate(cypher.TO_START_FROM, 1):
        shown = client.get(f"{DEMO}/query?start={number}").text
        assert text.replace("relay-demo", "demo") in html.unescape(shown)
        assert 'role="alert"' not in asked_for(client, text.replace("relay-demo", "demo"))


def test_nothing_that_relay_writes_is_readable_unless_it_is_listed_and_impersonal() -> None:
    published = {"Published", *SHOWN.values(), *(f"Placement~{label}" for label in SHOWN.values())}
    texts = cypher.statements(CORE)
    written = {*(texts.write.keys() - texts.unlink.keys()), *texts.edges, "Ledger", "Schema"} - {"Personal"}
    assert {*embedded_server.READABLE, *CORE.readable} == written | published


def test_what_is_published_is_read_by_label(client: FlaskClient, recorded: Graph) -> None:
    publish(recorded, "demo", date(2026, 11, 25), None, token_bytes)

    text = words(asked_for(client, "MATCH (p:ShownBroken)<-[:PASSED_TO]-(g:Placement) RETURN p.shown_caption AS shown"))
    every = words(
        asked_for(client, "MATCH (p:Placement {programme_id: 'demo'}) RETURN p.placement_id AS id ORDER BY id")
    )

    assert "broken" in text
    assert "5 rows id P1 P2 P3 P4 P5" in every


def test_who_audits_or_administers_one_programme_reads_no_other_by_a_query(
    app: Flask, recorded: Graph, settings: Settings
) -> None:
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    with app.app_context():
        headers = {}
        roles: tuple[Role, ...] = ("auditor", "administrator", "manager", "staff")
        for role, programme_id in itertools.product(roles, ("demo", EVERY)):
            login, grants = (
                f"{role}-{'here' if programme_id == 'demo' else 'all'}",
                (Grant(role=role, programme_id=programme_id),),
            )
            accounts.add(recorded, login, grants, "goats pass from hand to hand", relays.NOW)
            issued = api_tokens.issue(recorded, login, days=1, now=relays.NOW, random=token_bytes)
            headers[login] = {"Authorization": f"Bearer {issued.secret}"}

    found = {login: door.get(f"{DEMO}/query", headers=header).status_code for login, header in headers.items()}
    told = words(door.get(f"{DEMO}/query", headers=headers["auditor-here"]).text)
    for login in headers:
        accounts.remove(recorded, login)

    refused = dict.fromkeys(("manager-here", "manager-all", "staff-here", "staff-all"), 403)
    here = {"auditor-here": 404, "administrator-here": 404}
    assert found == {"auditor-all": 200, "administrator-all": 200, **here, **refused}
    assert "This needs the role auditor or administrator in all of them: ask someone who has one." in told


def test_with_neo4j_the_page_says_why_it_is_closed_and_asks_nothing(recorded: Graph, settings: Settings) -> None:
    elsewhere = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x", "RELAY_DATA": str(settings.data_folder)}
    app = create_app(recorded, Settings.read(elsewhere), now=lambda: relays.NOW, owner="asha")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()

    for answer in (client.get(f"{DEMO}/query?start=1"), client.post(f"{DEMO}/query", data={"query": "RETURN 1"})):
        assert answer.status_code == 200
        assert "Neo4j Community Edition has no such users" in words(answer.text)
        assert "<textarea" not in answer.text
