"""What auditors see: rates, curves, findings, the ledger, whether it can be believed, and the sample.

demo      G1 > P1 > P2 > P3 P4; P3 P4 > P5        P1 and P2 fulfilled; P3, P4 and P5 broken
audited   G1 > P1 > P2 in one household           T1 corrected and confirmed; P2 was not found
"""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, tokens
from relay.access.roles import EVERY, Grant
from relay.audit.checks import CHECKS
from relay.database import cypher, engine
from relay.domain import bikram_sambat as sambat
from relay.settings import Settings
from relay.web import create_app, guard
from relay.web.auditors import query as query_page
from relay.web.i18n import periods
from tests.web import relays
from tests.web.addresses import AUDITED, DEMO

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph


def words(text: str) -> str:
    """The text of a page as it is read, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.partition("<main")[2])).replace("&#39;", "'")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# -- health ------------------------------------------------------------------------------------------------------------


def test_every_rate_is_told_with_what_it_is_made_of_and_its_interval(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/health").text)

    assert "passed on all they owe 40.0% 2 of 5 5.3% to 85.3%" in text  # Clopper and Pearson: 2 of 5
    assert "passed on all by their due day 40.0% 2 of 5 5.3% to 85.3%" in text
    assert "units passed on, of those owed 60.0% 6 of 10 the same" in text  # 2, 2, 1, 1 and 0 of 2 each; no interval


def test_two_year_ends_are_compared_in_either_calendar(client: FlaskClient) -> None:
    gregorian = words(client.get(f"{DEMO}/health?as_of=2024-12-31&compare=2023-12-31").text)
    bikram_sambat = words(client.get(f"{DEMO}/health?as_of=2081-09-16 BS&compare=2080-09-15 BS").text)

    assert gregorian == bikram_sambat
    # by the end of 2024 P1 to P4 were due, by that of 2023 P1 and P2, which had passed on all
    now, then = "50.0% 2 of 4 6.8% to 93.2%", "100.0% 2 of 2 15.8% to 100.0%"
    assert f"passed on all they owe {now} {then} -50.0" in gregorian
    assert "31 Dec 2024 (2081-09-16 BS)" in gregorian
    assert "Lost or broken since 2 P3 , P4" in gregorian
    assert "in time broken 2" in gregorian


def test_parts_show_their_own_rates_now_and_then(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/health?as_of=2024-12-31&compare=2023-12-31&by=generation").text)

    assert "0 1 100.0% 1 of 1 2.5% to 100.0% was 100.0%, 1 of 1 (+0.0)" in text  # P1
    assert "2 2 0.0% 0 of 2 0.0% to 84.2% nothing to count then" in text  # P3 and P4, due in 2024
    assert "3 1 nothing to count yet nothing to count then" in text  # P5, due in 2025


def test_a_donor_is_named_only_when_asked_for(client: FlaskClient) -> None:
    hidden, named = (client.get(f"{DEMO}/health?by=donor{names}").text for names in ("", "&names=full"))

    assert "who gave G1" in hidden
    assert "Donor of G1" not in hidden
    assert "Donor of G1" in named
    assert "Donor of G1" not in client.get(f"{DEMO}/rates.csv?by=donor").text


def test_a_fiscal_year_that_ended_is_one_link_away_from_the_year_before(client: FlaskClient) -> None:
    text = client.get(f"{DEMO}/health?by=help").text

    assert f'href="{DEMO}/health?as_of=2024-07-15&amp;by=help&amp;compare=2023-07-16">fiscal year 2080/81' in text
    assert "fiscal year 2083/84" not in re.findall(r"<details.*?</details>", text, re.DOTALL)[0]  # has not ended


def test_a_bikram_sambat_day_that_is_not_published_yet_is_marked(client: FlaskClient) -> None:
    assert sambat.bikram_sambat(date(2028, 1, 1)) == "≈ 2084-09-17 BS"
    assert "(≈ 2084-09-17 BS)" in client.get(f"{DEMO}/health?as_of=2028-01-01").text
    assert "(2083-08-09 BS)" in client.get(f"{DEMO}/health").text


def test_rates_are_taken_away_as_numbers(client: FlaskClient) -> None:
    found = rows(client.get(f"{DEMO}/rates.csv?by=generation&rate=fulfilled_of_due").text)

    assert [(row["part"], row["numerator"], row["denominator"]) for row in found] == [
        ("0", "1", "1"),
        ("1", "1", "1"),
        ("2", "0", "2"),
        ("3", "0", "1"),
    ]
    assert float(found[0]["low"]) == pytest.approx(0.025)  # of 1 of 1: half of 5 %


@pytest.mark.parametrize("path", ["health?by=colour", "health?compare=soon", "rates?by=colour", "survival?by=colour"])
def test_an_address_that_cannot_be_read_is_explained(client: FlaskClient, path: str) -> None:
    assert client.get(f"{DEMO}/{path}").status_code == 400


# -- periods -----------------------------------------------------------------------------------------------------------


def test_a_day_lies_in_a_month_and_a_fiscal_year_of_nepal(app: Flask) -> None:
    with app.test_request_context():
        month, year = periods.bs_month(date(2026, 7, 16)), periods.fiscal_year(date(2026, 7, 16))
        following = periods.fiscal_year(date(2026, 7, 17))

    assert month
    assert (month.key, month.label, month.last) == ("2083-03", "Asar 2083", date(2026, 7, 16))
    assert year
    assert (year.key, year.last, year.approximate) == ("2082/83", date(2026, 7, 16), False)
    assert following
    assert (following.label, following.approximate) == ("≈ fiscal year 2083/84", True)  # ends in 2084


def test_periods_go_back_without_a_gap(app: Flask) -> None:
    with app.test_request_context():
        months = periods.back(periods.bs_month, date(2026, 11, 25), date(2024, 1, 1), 100)
        years = periods.back(periods.ad_year, date(2026, 11, 25), date(2024, 1, 1), 2)

    assert months[-1].label == "Mangsir 2083"
    assert len({month.label for month in months}) == len(months) == 36  # Poush 2080 to Mangsir 2083
    assert all(29 <= (later.last - month.last).days <= 32 for month, later in pairwise(months))
    assert [year.key for year in years] == ["2025", "2026"]


# -- survival ----------------------------------------------------------------------------------------------------------


def test_a_curve_has_its_numbers_in_a_table_under_it(client: FlaskClient) -> None:
    answer = client.get(f"{DEMO}/survival?by=help").text

    # P1 was fulfilled after 365 days, 5 waiting; P2 after 396, 4 waiting; the others wait still
    assert "6 0 100.0% 12 1 80.0% 20.4% to 96.9% 18 2 60.0% 12.6% to 88.2%" in words(answer)
    assert answer.count('<svg class="curve"') == 2  # the programme, and its goats
    assert "all 5 2 3 0 0 less than half so far" in words(answer)


def test_a_curve_falls_where_placements_were_fulfilled(client: FlaskClient) -> None:
    line = re.findall(r'class="line" d="([^"]*)"', client.get(f"{DEMO}/survival").text)[0]
    corners = [tuple(map(float, corner.split())) for corner in re.findall(r"[\d.]+ [\d.]+", line)]

    assert corners[0] == (54, 10)  # everybody waits
    assert [y for _, y in corners] == [10, 10, 52, 52, 94, 94]  # of 210 a fifth less, then two fifths
    assert corners[1][0] == corners[2][0] < corners[3][0] == corners[4][0] < corners[5][0]


def test_deadlines_and_the_forecast_are_told(client: FlaskClient) -> None:
    text = words(client.get(f"{DEMO}/survival").text)

    assert "no births on record" in text
    assert re.search(r"0\.80 0\.\d\d to 1\.\d\d 4 begun by the 5 whose time has come", text)  # P2, P3, P4 and P5
    assert "0 open ends that can still pass on" in text


def test_a_programme_without_placements_says_so(client: FlaskClient) -> None:
    for path in ("health", "survival"):
        assert "Choose a later day." in client.get(f"{DEMO}/{path}?as_of=2019-01-01").text


# -- checks and findings -----------------------------------------------------------------------------------------------


def test_every_check_is_listed_with_what_it_found_and_looked_at(client: FlaskClient) -> None:
    text = words(client.get(f"{AUDITED}/audit").text)

    assert all(check.title in text for check in CHECKS)
    assert "1 1 same household" in text
    assert "0 1 cycle" in text


def test_a_finding_leads_to_its_record_and_to_the_entries_of_its_acts(client: FlaskClient) -> None:
    text = client.get(f"{AUDITED}/findings?check=same_household").text

    assert "giver and receiver live in one household." in text
    assert 'href="/p/audited/record/pass:T1"' in text
    assert 'href="/p/audited/ledger/7"' in text
    assert "too soon" not in words(text).partition("Show")[2]


def test_findings_are_taken_away_as_they_are_shown(client: FlaskClient) -> None:
    as_csv = rows(client.get(f"{AUDITED}/findings.csv?severity=high").text)
    as_json = client.get(f"{AUDITED}/findings.json?severity=high").get_json()

    assert [row["check_id"] for row in as_csv] == [row["check_id"] for row in as_json["rows"]]
    assert {"check_id": "same_household", "acts": [7]}.items() <= as_json["rows"][0].items()
    assert client.get(f"{AUDITED}/findings.xlsx").data[:2] == b"PK"


# -- the ledger --------------------------------------------------------------------------------------------------------


def test_the_ledger_is_read_page_by_page_newest_first(client: FlaskClient) -> None:
    first, second = (client.get(f"/p/large/ledger{page}").text for page in ("", "?page=2"))
    last = ledger_length = int(re.findall(r'href="/p/large/ledger/(\d+)"', first)[0])

    sequences = [int(each) for each in re.findall(r'<th scope=row><a href="/p/large/ledger/(\d+)"', first + second)]
    assert sequences == list(range(last, last - 100, -1))
    assert ledger_length == 3 + 1023 + 1 + 1022  # programme, rule, gift; women; the first placement; pass-ons


def test_the_ledger_is_searched(client: FlaskClient) -> None:
    def found(query: str) -> list[int]:
        return [row["sequence"] for row in client.get(f"{AUDITED}/ledger.json?{query}").get_json()["rows"]]

    assert found("kind=correct") == [8]
    assert found("naming=T1") == [10, 8, 7]
    assert found("by=local:maya") == [10]
    assert found("since=2026-11-25&until=2026-11-25&sort=sequence") == list(range(1, 11))
    assert found("until=2026-11-24") == []
    assert "No entry is like this." in client.get(f"{AUDITED}/ledger?naming=nobody").text


def test_a_file_of_the_ledger_holds_nothing_personal(client: FlaskClient) -> None:
    text = client.get(f"{AUDITED}/ledger.json").text

    assert "Name of" not in text
    assert "H1" not in text
    assert "asked again" not in text


def test_an_act_is_shown_before_and_after_with_what_was_said_of_it(client: FlaskClient) -> None:
    act, correction = (client.get(f"{AUDITED}/ledger/{sequence}").text for sequence in (7, 8))
    entries = client.get("/api/v1/programmes/audited/ledger").get_json()["entries"]

    assert "animals 2 1 Said about it since" in words(correction)
    assert "“misread”" in correction
    assert re.findall(r'href="/p/audited/ledger/(\d+)"', act.partition("Said about")[2])[:2] == ["8", "10"]
    assert [entry["hash"] in act for entry in entries if entry["sequence"] in (6, 7)] == [True, True]
    assert "Commitment to why" in correction


def test_an_entry_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{AUDITED}/ledger/11").status_code == 404


# -- verify ------------------------------------------------------------------------------------------------------------


def test_a_head_hash_that_was_noted_is_looked_for(client: FlaskClient) -> None:
    noted = client.get("/api/v1/programmes/audited/ledger").get_json()["entries"][3]["hash"]

    assert "Nothing is wrong" in client.get(f"{AUDITED}/verify?noted={noted}").text
    assert "The head hash that you noted is in the ledger" in client.get(f"{AUDITED}/verify?noted={noted.upper()}").text
    assert "is not in this ledger" in client.get(f"{AUDITED}/verify?noted={'0' * 63}1").text


def test_a_slip_of_the_pen_does_not_look_like_a_ledger_that_was_cut(client: FlaskClient) -> None:
    answer = client.get(f"{AUDITED}/verify?noted=d92b")

    assert answer.status_code == 400
    assert "no head hash" in answer.text


def test_what_was_changed_behind_the_ledger_is_named_at_its_entry(client: FlaskClient, recorded: Graph) -> None:
    text = "MATCH ()-[r:PASSED_TO {key: 'audited/pass/T1'}]->() SET r.animals = $animals"
    recorded.write(lambda transaction: transaction.run(text, animals=9.0))
    found = client.get(f"{AUDITED}/verify?noted=").text
    recorded.write(lambda transaction: transaction.run(text, animals=1.0))

    assert "1 fault" in found
    assert "animals is 9.0 where the ledger says 1" in found
    assert 'href="/p/audited/ledger/7"' in found
    assert "Nothing is wrong" in client.get(f"{AUDITED}/verify?noted=").text


# -- the sample --------------------------------------------------------------------------------------------------------


def test_the_sample_is_drawn_from_the_address_and_says_what_was_found(client: FlaskClient) -> None:
    query = "size=2&seed=7&as_of=2026-11-20"
    text, sheet = client.get(f"{AUDITED}/sample?{query}").text, client.get(f"{AUDITED}/sample.json?{query}").get_json()

    assert "2 of 2 placements received by 20 Nov 2026, drawn with seed 7" in words(text)
    assert "100.0% 2.5% to 100.0%, 1 of 1 checked" in words(text)  # one visited, not found: half of 5 %
    assert [(row["placement_id"], row["outcome"]) for row in sheet["rows"]] == [("P1", None), ("P2", "not_found")]
    assert "as_known=10" in text  # the address that draws it again
    assert "Name of W1" not in text
    assert "Name of W1" in client.get(f"{AUDITED}/sample?{query}&names=full").text


def test_a_sample_drawn_earlier_is_not_moved_by_what_was_recorded_since(client: FlaskClient) -> None:
    sheet = client.get(f"{AUDITED}/sample.json?size=2&seed=7&as_of=2026-11-20&as_known=6").get_json()

    assert [row["placement_id"] for row in sheet["rows"]] == ["P1"]  # P2 was recorded with entry 7


def test_before_a_seed_is_chosen_nothing_is_drawn(client: FlaskClient) -> None:
    text = client.get(f"{DEMO}/sample").text

    assert "throw dice for it" in text
    assert "The sheet to take along" not in text


# -- queries of one's own ----------------------------------------------------------------------------------------------


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

    assert "This query cannot be read as Cypher." in text
    assert ">MATCH (p:Placement RETURN p</textarea>" in text


def test_more_rows_than_a_page_holds_are_left_out_and_said_to_be(client: FlaskClient) -> None:
    text = words(asked_for(client, "MATCH (p:Placement {programme_id: 'large'}) RETURN p.placement_id AS id"))

    assert "500 rows the first 500" in text


def test_every_query_to_start_from_is_of_the_docs_and_is_answered(client: FlaskClient) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "cypher.md").read_text(encoding="utf-8")
    blocks = [block.strip() for block in re.findall(r"```cypher\n(.*?)```", docs, re.DOTALL)]

    assert list(cypher.TO_START_FROM) == [block for block in blocks if "Personal" not in block]
    assert len(cypher.TO_START_FROM) == len(query_page.START)
    for number, text in enumerate(cypher.TO_START_FROM, 1):
        shown = client.get(f"{DEMO}/query?start={number}").text
        assert text.replace("relay-demo", "demo") in html.unescape(shown)
        assert 'role="alert"' not in asked_for(client, text.replace("relay-demo", "demo"))


def test_nothing_that_relay_writes_is_readable_unless_it_is_listed_and_impersonal() -> None:
    assert set(engine.READABLE) == {*cypher.WRITE, "Ledger", "Schema"} - {"Personal"}


def test_who_administers_one_programme_reads_no_other_by_a_query(
    app: Flask, recorded: Graph, settings: Settings
) -> None:
    door = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    with app.app_context():
        headers = {}
        for login, programme_id in (("here", "demo"), ("all", EVERY)):
            grants = (Grant(role="administrator", programme_id=programme_id),)
            accounts.add(recorded, login, grants, "goats pass from hand to hand", relays.NOW)
            issued = tokens.issue(recorded, login, days=1, now=relays.NOW, random=token_bytes)
            headers[login] = {"Authorization": f"Bearer {issued.secret}"}

    found = {login: door.get(f"{DEMO}/query", headers=header).status_code for login, header in headers.items()}
    for login in headers:
        accounts.remove(recorded, login)

    assert found == {"here": 404, "all": 200}


def test_with_neo4j_the_page_is_not_there() -> None:
    settings = Settings.read({"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x", "RELAY_DATA": "/nowhere"})

    assert not query_page.is_offered(settings)


# -- who, and how ------------------------------------------------------------------------------------------------------


def test_every_page_of_auditors_has_its_action(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("auditors.")}

    assert pages == {endpoint for endpoint in guard.ACTIONS if endpoint.startswith("auditors.")}


def test_hostile_ids_and_names_are_text_on_the_pages_of_auditors(client: FlaskClient) -> None:
    for path in ("ledger", "ledger/5", "findings", "health?by=donor&names=full", "sample?size=9&seed=1&names=full"):
        text = client.get(f"/p/hostile/{path}").text
        assert "<script>document" not in text, path
        assert "<img src=x" not in text, path
