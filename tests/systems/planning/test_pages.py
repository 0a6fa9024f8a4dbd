"""The pages of planning, on the meadow that is drawn in the tests of the commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.database.driver_errors import Unreachable
from relay.domain.acts import Act
from relay.errors import Invalid
from relay.ledger.reading import said
from relay.office import intake
from relay.service.question import Source
from relay.settings import Settings
from relay.systems.planning.questions import Plans
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.planning.scene import added, ended, planned
from tests.web.recording.test_routes import Inputs

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.office.intake import Recorded


@pytest.fixture
def client(meadow: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(meadow, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, **query: str | list[str]) -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": "2024-06-30", **query})
    assert answer.status_code == 200
    return answer.text


def rows_of(page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', page)


def sent(client: FlaskClient, **said: str | list[str]) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen(client, "proposal"))
    assert token
    data = {"csrf_token": token[1], **said}
    answer = client.post("/p/demo/proposal", query_string={"as_of": "2024-06-30"}, data=data)
    assert answer.status_code == 303
    return str(answer.location)


def test_the_waiting_list_shows_the_order_and_why(client: FlaskClient) -> None:
    page = seen(client, "waiting-list")

    assert re.findall(r"request:(R\d)", page) == ["R5", "R6", "R4", "R3"]
    assert "a disability in the household, asked earlier" in page
    assert "not asked for a year" in page
    assert "Waiting list" in seen(client, "plans"), "the menu leads there"
    assert "Liste d" in client.get("/p/demo/waiting-list", query_string={"lang": "fr"}, follow_redirects=True).text


def test_what_counts_for_a_request_is_chosen_in_words_and_nothing_else_is_taken(
    client: FlaskClient, meadow: Graph
) -> None:
    path = "/p/demo/record/beneficiary:W1/request"
    opened = client.get(path)
    offered = (("criteria", "disability", "a disability in the household"), ("ready", "shed", "a shed"))
    for column, word, label in offered:
        assert re.findall(rf'type="checkbox" name="{column}" value="([^"]*)"><span>([^<]*)<', opened.text) == [
            (word, label)
        ]
    assert 'type="radio" name="help" value="goat"' in opened.text

    typed = {**Inputs(opened.text).sent, "help": "goat", "asked_on": "other", "asked_on.other": "2024-06-01"}
    unknown = client.post(path, data={**typed, "criteria": ["tall"], "form.step": "record"})
    assert unknown.status_code == 422
    assert "Choose among these: a disability in the household." in unknown.text
    done = client.post(path, data={**typed, "criteria": "disability", "ready": "shed", "form.step": "record"})
    assert done.status_code == 303, done.text
    hers = [row for row in said(meadow, "demo", "request", personal=True) if row["beneficiary_id"] == "W1"]
    assert [(row["criteria"], row["ready"]) for row in hers] == [("disability", "shed")]


def test_each_line_of_the_menu_has_a_name_of_its_own_by_which_its_count_finds_it(client: FlaskClient) -> None:
    names = re.findall(r'data-name="([^"]+)"', seen(client, "waiting-list"))

    assert {"waiting", "planning-waiting"} <= set(names)
    assert len(names) == len(set(names))


def test_plans_show_who_is_due_while_nobody_is_planned(client: FlaskClient, meadow: Graph) -> None:
    assert "placement:P1" in seen(client, "plans").partition("nobody is planned")[2]

    added(meadow, planned("N1: P1 > W3 on 2024-06-01"))

    page = seen(client, "plans")
    assert "plan:N1" in page
    assert "For all that is due soon somebody is planned." in page
    assert "1 of 1" in re.sub("<[^>]+>", "", page)


def test_a_proposal_is_accepted_row_by_row_and_keeps_what_is_locked(
    client: FlaskClient, meadow: Graph, tmp_path: Path
) -> None:
    assert "One municipality at a time" in seen(client, "proposal")
    assert rows_of(seen(client, "proposal")) == ["P2=R5", "P1=R4", "P2=R3"]
    again = sent(client, **{"form.step": "again"}, locked=["P1=R5"])
    assert "locked=P1" in again
    locked = seen(client, "proposal", locked=["P1=R5"])
    assert rows_of(locked) == ["P1=R5", "P2=R4", "P2=R3"]
    assert Plans(as_of=say.TODAY).answer(Source(graph=meadow, folder=tmp_path), "demo") == ()

    sent(client, accept=["P2=R5"], expected_on="2030-01-01")
    assert "1 woman is planned." in seen(client, "proposal")
    sent(client, **{"form.step": "all"}, row=["P1=R4", "P2=R3", "P2=R5"])
    left = seen(client, "proposal")
    assert "2 women are planned." in left
    assert "no longer stand as they were proposed" in left, re.findall(r"role=.status.*", left)
    assert "can be served" in left


def test_a_row_accepted_before_one_that_comes_first_says_so(client: FlaskClient, meadow: Graph) -> None:
    """V2, who comes before W4, is not ready: nobody passes her over.

    in order    W5   (V2)   W4   W3
    accepted                     W3: number 3, before W5 and W4
                W5          W4       number 1 each: whoever came before them is planned
    """
    sent(client, accept=["P2=R3"])
    sent(client, **{"form.step": "all"}, row=rows_of(seen(client, "proposal")))

    ranks = {each["beneficiary_id"]: each["rank"] for each in said(meadow, "demo", "plan")}
    assert ranks == {"W3": 3, "W5": 1, "W4": 1}


def test_of_rows_that_fall_each_is_told_with_her_id_and_a_silent_database_is_not_asked_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three rows the first is refused, and the database is silent at the second."""
    tried, hand_in = list[Act](), intake.hand_in

    def faulty(graph: Graph, programme_id: str, act: Act, clerk: Clerk) -> Recorded:
        tried.append(act)
        if len(tried) == 1:
            raise Invalid(reason="She is planned already.")
        if len(tried) == 2:
            raise Unreachable
        return hand_in(graph, programme_id, act, clerk)

    monkeypatch.setattr(intake, "hand_in", faulty)
    rows = rows_of(seen(client, "proposal"))
    sent(client, **{"form.step": "all"}, row=rows)

    page = seen(client, "proposal")
    assert f"{tried[0].values['beneficiary_id']}: She is planned already." in page
    assert "The database cannot be reached" in page
    assert "0 women are planned." in page
    assert len(tried) == 2
    assert rows_of(page) == rows


def test_requests_and_plans_have_forms_on_the_records_that_they_name(client: FlaskClient) -> None:
    assert 'name="asked_on"' in seen(client, "record/beneficiary:W3/request")
    assert 'name="beneficiary_id"' in seen(client, "record/placement:P1/plan")
    assert 'name="wants"' in seen(client, "record/request:R3/request-check")
    assert 'name="until_on"' in seen(client, "record/request:R3/end")


def test_a_programme_that_does_not_plan_sees_no_word_of_it(client: FlaskClient, meadow: Graph) -> None:
    added(meadow, say.corrected("programme:demo", "K1", systems=None))

    for page in ("waiting-list", "plans", "proposal", "record/beneficiary:W3/request"):
        assert client.get(f"/p/demo/{page}").status_code == 404
    record = seen(client, "record/beneficiary:W3")
    assert "Waiting list" not in record
    assert "/plan" not in record


def test_the_day_of_a_ceremony_names_who_is_planned_to_receive(client: FlaskClient, meadow: Graph) -> None:
    assert "planned:" not in seen(client, "ceremony", place="1")
    added(meadow, planned("N1: P1 > W3 on 2024-06-01"))

    page = seen(client, "ceremony", place="1")
    assert "planned:" in page
    assert re.search(r'name="1.receiver" value="W3"', page)
    assert "Name of W3" in seen(client, "ceremony/sheet", place="1")


def test_a_hand_over_whose_plan_was_ended_meanwhile_is_recorded_all_the_same(
    client: FlaskClient, meadow: Graph, tmp_path: Path
) -> None:
    added(meadow, planned("N1: P1 > W3 on 2024-06-01"))
    page = client.get("/p/demo/ceremony", query_string={"place": "M"}).text
    (row,) = re.findall(r'name="(\d+)\.giver" value="P1"', page)
    token, ceremony_id = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf_token", "ceremony_id"))
    assert token
    assert ceremony_id
    assert f'name="{row}.receiver" value="W3"' in page, "as it was planned"
    added(meadow, ended("E1: plan:N1 on 2024-06-10"))

    answer = client.post(
        "/p/demo/ceremony",
        data={
            "csrf_token": token[1],
            "ceremony_id": ceremony_id[1],
            "place": "M",
            "held_on": "other",
            "held_on.other": "2024-06-30",
            f"{row}.listed": "1",
            f"{row}.planned": "W3",
            f"{row}.giver": "P1",
            f"{row}.did": "1",
            f"{row}.receiver": "W3",
            f"{row}.animals": "1",
            "counted": "1",
            "form.step": "record",
        },
    )

    assert answer.status_code == 200
    assert "One hand-over is recorded." in answer.text
    (plan,) = Plans(as_of=say.TODAY).answer(Source(graph=meadow, folder=tmp_path), "demo")
    assert plan.state == "ended", "the hand-over came after its end, and follows no plan"
