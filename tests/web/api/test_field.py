"""Telephones in the field: enrolled by a code, given one place, and what they recorded taken in, in any order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts, devices
from relay.access.roles import grant_of
from relay.ledger import reading
from relay.ledger.held import rows
from relay.ledger.places import places_of
from relay.ledger.verify import verify
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import bearer

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

HERE = "/api/v1/programmes/wards"
WRITTEN = "2026-11-24T22:28:19Z"

SIX: tuple[tuple[str, dict[str, Any]], ...] = (
    ("beneficiary", {"beneficiary_id": "B9", "name": "Maya", "place_id": "W1"}),
    ("beneficiary", {"beneficiary_id": "B10", "name": "Kamala", "place_id": "W1"}),
    (
        "pass",
        {
            "pass_id": "T9",
            "giver_placement_id": "P1",
            "receiver_placement_id": "P9",
            "beneficiary_id": "B9",
            "passed_on": "2022-03-01",
            "animals": 1,
        },
    ),
    ("event", {"event_id": "E9", "placement_id": "P9", "kind": "birth", "happened_on": "2023-01-05", "animals": 2}),
    (
        "pass",
        {
            "pass_id": "T10",
            "giver_placement_id": "P9",
            "receiver_placement_id": "P10",
            "beneficiary_id": "B10",
            "passed_on": "2024-03-01",
            "animals": 1,
        },
    ),
    ("event", {"event_id": "E10", "placement_id": "P10", "kind": "visit", "happened_on": "2024-06-01"}),
)
"""Six acts of one meadow, each of which but the first two needs others.

    P1 ── T9 ── P9 (Maya; E9: two kids) ── T10 ── P10 (Kamala; E10: a visit)
"""


@pytest.fixture
def phone(graph: Graph, settings: Settings) -> FlaskClient:
    """Give the pages of a programme of two wards, of which somebody works for the first."""
    record(
        graph,
        say.programme("wards"),
        say.rule(),
        say.gift(),
        say.place("D", kind="district"),
        say.place("W1", parent_id="D"),
        say.place("W2", parent_id="D"),
        say.woman("W1", place_id="W1", name="Sita", phone="9851012345"),
        say.woman("W2", place_id="W2", name="Gita"),
        say.placed("P1 on 2020-03-01", beneficiary_id="W1"),
        programme_id="wards",
    )
    accounts.add(graph, "maya", (grant_of("staff@wards/W1"),), None, relays.NOW)
    return create_app(graph, settings, now=lambda: relays.NOW).test_client()


def code_for(graph: Graph, login: str = "maya", place_id: str = "W1") -> str:
    made = devices.make_code(
        graph,
        login,
        programme_id="wards",
        place_id=place_id,
        around=places_of(graph, "wards", {"place_id": place_id}),
        now=relays.NOW,
        random=lambda count: bytes(range(7, 7 + count)),
    )
    return made.code


def enrolled(phone: FlaskClient, graph: Graph) -> tuple[str, dict[str, str]]:
    answer = phone.post("/api/v1/devices", json={"code": code_for(graph), "name": "blue phone"})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["device_id"], bearer(answer.get_json()["token"])


def sent(phone: FlaskClient, headers: dict[str, str], *acts: tuple[str, dict[str, Any]], **more: Any) -> list[Any]:  # noqa: ANN401
    body = {"acts": [{"act": kind, "content": content, **more} for kind, content in acts], "hold": True}
    answer = phone.post(f"{HERE}/acts", json=body, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["clock"]
    rows_: list[Any] = answer.get_json()["acts"]
    return rows_


def test_a_telephone_is_enrolled_once_by_a_code_and_reads_one_place(phone: FlaskClient, graph: Graph) -> None:
    code = code_for(graph)
    answer = phone.post("/api/v1/devices", json={"code": code.lower(), "name": " Maya's phone "})
    assert {name: answer.get_json()[name] for name in ("programme_id", "place", "username", "role")} == {
        "programme_id": "wards",
        "place": "W1",
        "username": "maya",
        "role": "staff",
    }
    again = phone.post("/api/v1/devices", json={"code": code, "name": "another"})
    assert (again.status_code, again.get_json()["error"]["code"]) == (404, "no_such_code")

    mine = bearer(answer.get_json()["token"])
    bundle = phone.get(f"{HERE}/field-bundle", headers=mine)
    assert [(each["placement_id"], each["name"], each["animals"]) for each in bundle.get_json()["placements"]] == [
        ("P1", "Sita", 2)
    ]
    assert "Gita" not in bundle.text
    assert "98510" not in bundle.text
    assert bundle.headers["Cache-Control"] == "no-store"
    unchanged = {**mine, "If-None-Match": bundle.headers["ETag"]}
    assert phone.get(f"{HERE}/field-bundle", headers=unchanged).status_code == 304
    for address in (f"{HERE}/health", "/wards/", f"{HERE}/acts/pass"):
        assert phone.get(address, headers=mine).status_code in (403, 404, 405), address
    assert phone.get("/api/v1/programmes/demo/held", headers=mine).status_code == 404


@pytest.mark.usefixtures("phone")
def test_a_code_is_made_only_for_who_records_there_and_expires(graph: Graph) -> None:
    with pytest.raises(devices.NotStaffThere):
        code_for(graph, place_id="W2")
    code = code_for(graph)
    with pytest.raises(devices.NoSuchCode):
        devices.enrol(graph, code, "late", now=relays.NOW + timedelta(minutes=10), random=bytes)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (3, 5, 0, 4, 2, 1)])
def test_acts_in_any_order_are_recorded_as_soon_as_they_can_be(
    phone: FlaskClient, graph: Graph, order: tuple[int, ...]
) -> None:
    device_id, mine = enrolled(phone, graph)

    for number in order:
        sent(phone, mine, SIX[number])

    assert rows.of_device(graph, "wards", device_id) == ()
    assert reading.head(graph, "wards").entries == 9 + 6
    assert verify(graph, "wards").faults == ()


def test_what_the_record_does_not_take_is_held_and_told(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)

    (row,) = sent(phone, mine, SIX[3], written_at=WRITTEN)
    assert (row["result"], row["waits_for"], row["sequence"]) == ("held", "placement:P9", None)
    (twice,) = sent(phone, mine, SIX[3])
    assert twice["held_id"] == row["held_id"]
    held = phone.get(f"{HERE}/held", headers=mine).get_json()
    assert [each["held_id"] for each in held["held"]] == [row["held_id"]]

    answers = sent(phone, mine, SIX[2], SIX[0], SIX[4])
    assert [each["result"] for each in answers] == ["added", "added", "held"]
    told = phone.get(f"{HERE}/held", headers=mine).get_json()
    assert [(each["act_id"], each["settled"]) for each in told["settled"]] == [("event:E9", "recorded")]
    assert [each["act_id"] for each in told["held"]] == ["pass:T10"]
    same = sent(phone, mine, SIX[2])
    assert same[0]["result"] == "same"


def test_a_device_that_was_revoked_hands_in_to_the_held_list_and_reads_nothing(
    phone: FlaskClient, graph: Graph
) -> None:
    device_id, mine = enrolled(phone, graph)
    devices.revoke(graph, device_id, relays.NOW)

    (row,) = sent(phone, mine, SIX[0])
    assert (row["result"], row["code"]) == ("held", "from_revoked")
    assert reading.head(graph, "wards").entries == 9
    for address in ("field-bundle", "held"):
        answer = phone.get(f"{HERE}/{address}", headers=mine)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "device_revoked")


def test_a_role_that_was_withdrawn_holds_everything(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)
    accounts.set_grants(graph, "maya", (grant_of("auditor@wards"),))

    (row,) = sent(phone, mine, SIX[0])
    assert (row["result"], row["code"]) == ("held", "not_allowed")
    assert phone.get(f"{HERE}/field-bundle", headers=mine).status_code == 403

    accounts.set_grants(graph, "maya", (grant_of("staff@wards/W1"),))
    told = phone.get(f"{HERE}/held", headers=mine).get_json()
    assert (told["held"], [each["settled"] for each in told["settled"]]) == ([], ["recorded"])
