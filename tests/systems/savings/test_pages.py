"""The pages of savings, and a meeting that is written down on one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.ledger import verify
from relay.service.question import Source
from relay.settings import Settings
from relay.systems.savings.questions import SavingsOfGroup
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.savings.scene import added, lent, paid

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph

MEETING = "/p/demo/record/group:G/savings-meeting"


@pytest.fixture
def client(village: Graph, tmp_path: Path) -> FlaskClient:
    added(
        village,
        paid("A1: W1 at M1", saved=100),
        lent("L1: W1 at M1", principal=90),
        paid("A2: W1 at M2", loan_id="L1", principal=10, charge=1.8),
    )
    return create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, as_of: str = "2023-08-25") -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": as_of})
    assert answer.status_code == 200
    return answer.text


def sent(client: FlaskClient, **typed: str | list[str]) -> tuple[int, str]:
    page = client.get(MEETING).text
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert token
    rows = re.findall(r'name="row" value="([^"]*)"', page)
    women = dict(re.findall(r'name="(m\d+\.(?:beneficiary_id|loan_id))" value="([^"]*)"', page))
    answer = client.post(
        MEETING, data={"csrf_token": token[1], "row": rows, "step": "record", "meeting_id": "N1", **women, **typed}
    )
    return answer.status_code, answer.text


def test_groups_a_box_a_sheet_a_share_out_and_a_passbook_are_shown(client: FlaskClient) -> None:
    assert "/p/demo/record/group:G/savings" in seen(client, "savings")
    assert "What each member owes" in seen(client, "record/group:G/savings")
    assert "not counted" in seen(client, "record/group:G/savings")
    assert "Due at the next meeting" in seen(client, "record/group:G/savings-sheet")
    assert "by savings" in seen(client, "record/group:G/share-out")
    assert ">11.8<" in client.get("/p/demo/record/beneficiary:W1/her-passbook?group=G&as_of=2023-08-25").text
    assert "Her passbook in group" in seen(client, "record/beneficiary:W1")
    assert "The box, loans and savings" in seen(client, "record/group:G")
    assert client.get("/p/demo/record/group:X/savings").status_code == 404


def test_a_meeting_is_recorded_whole_and_only_once(client: FlaskClient, village: Graph, tmp_path: Path) -> None:
    typed = {
        "held_on": "2024-06-20",
        "cash_before": "22",
        "cash_after": "75.80",
        "m1.there": "1",
        "m2.there": "1",
        "m1.saved": "50",
        "m1.principal": "10",
        "m1.charge": "15",
        "m2.saved": "25",
        "m2.fine": "3.80",
        "l1.beneficiary_id": "W2",
        "l1.principal": "50",
        "l1.months": "3",
    }

    status, page = sent(client, **typed)
    again, _ = sent(client, **typed)

    assert (status, again) == (200, 200), page
    assert "3 rows are recorded." in page
    source = Source(graph=village, folder=tmp_path)
    found = SavingsOfGroup(as_of=say.TODAY, id="group:G").answer(source, "demo")
    assert (found.saved, found.loans.balance, found.box.counted) == (175, 120, 75.8)
    assert verify.verify(village, "demo").ok


def test_a_row_that_cannot_be_true_falls_alone_and_is_sent_again(client: FlaskClient) -> None:
    typed = {"held_on": "2024-06-20", "m1.saved": "12.505", "m2.saved": "25", "m1.there": "1"}
    status, page = sent(client, **typed, **{"l1.principal": "50", "f1.kind": "expense", "f1.amount": "-5"})

    assert status == 422
    assert "1 row is recorded." in page
    assert "This has more than 2 decimals." in page
    assert "This is needed." in page
    assert "This is below 0." in page

    status, page = sent(client, **{**typed, "m1.saved": "12.50", "is_held": "1"})
    assert status == 200
    assert "2 rows are recorded." in page


def test_a_page_is_added_up_without_recording_anything(client: FlaskClient, village: Graph) -> None:
    before = verify.verify(village, "demo").entries

    status, page = sent(
        client, **{"step": "add", "held_on": "2024-06-20", "cash_before": "22", "m1.saved": "50", "m2.saved": "25.50"}
    )

    assert status == 200
    assert "97.5 should be in the box" in page
    assert verify.verify(village, "demo").entries == before
