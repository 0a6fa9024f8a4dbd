"""Telephones in the field: enrolled by a code, given one place, and what they recorded taken in, in any order."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts, api_tokens, devices
from relay.access.roles import grant_of
from relay.backup import ledger_backup
from relay.errors import Invalid, NotFound, Refused
from relay.ledger import programme_heads, reading
from relay.ledger.held import held_list
from relay.ledger.places import places_of
from relay.ledger.verify import verify
from relay.web import create_app
from relay.web.traffic import shared_state
from relay.web.traffic.limits import SIGN_INS_A_MINUTE
from tests.commands.shell import record
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS, bearer

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
    told = bundle.get_json()
    assert (told["place_name"], told["placements"][0]["last_visit_on"]) == ("Ward W1", None)
    assert [each.keys() for each in told["gifts"]] == [{"gift_id", "help", "given_on"}]
    assert "Gita" not in bundle.text
    assert "98510" not in bundle.text
    assert bundle.headers["Cache-Control"] == "no-store"
    record(graph, say.happened("E1: visit of P1 on 2021-03-02"), programme_id="wards")
    bundle = phone.get(f"{HERE}/field-bundle", headers=mine)
    (placement,) = bundle.get_json()["placements"]
    assert placement["last_visit_on"] == "2021-03-02"
    unchanged = {**mine, "If-None-Match": bundle.headers["ETag"]}
    assert phone.get(f"{HERE}/field-bundle", headers=unchanged).status_code == 304
    for address in (f"{HERE}/health", "/wards/", f"{HERE}/acts/pass"):
        assert phone.get(address, headers=mine).status_code in (403, 404, 405), address
    assert phone.get("/api/v1/programmes/demo/held", headers=mine).status_code == 404


def test_one_address_tries_so_many_codes_a_minute_and_no_more(
    phone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_state, "_MINUTE", math.inf)  # however long the machine takes for them
    statuses = [
        phone.post("/api/v1/devices", json={"code": f"GUESS-{number:05}", "name": "guesser"}).status_code
        for number in range(SIGN_INS_A_MINUTE + 1)
    ]
    assert statuses == [404] * SIGN_INS_A_MINUTE + [429]


@pytest.mark.usefixtures("phone")
def test_a_code_is_made_only_for_who_records_there_and_expires(graph: Graph) -> None:
    with pytest.raises(Refused, check=devices.NOT_STAFF_THERE.matches):
        code_for(graph, place_id="W2")
    code = code_for(graph)
    with pytest.raises(NotFound, check=devices.NO_SUCH_CODE.matches):
        devices.enrol(graph, code, "late", now=relays.NOW + timedelta(minutes=10), random=bytes)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (3, 5, 0, 4, 2, 1)])
def test_acts_in_any_order_are_recorded_as_soon_as_they_can_be(
    phone: FlaskClient, graph: Graph, order: tuple[int, ...]
) -> None:
    device_id, mine = enrolled(phone, graph)

    for number in order:
        sent(phone, mine, SIX[number])

    assert held_list.of_device(graph, "wards", device_id) == ()
    assert programme_heads.head(graph, "wards").entries == 9 + 6
    assert verify(graph, "wards").faults == ()


def test_what_the_record_does_not_take_is_held_and_told(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)

    (row,) = sent(phone, mine, SIX[3], written_at=WRITTEN)
    assert (row["result"], row["waits_for"], row["sequence"]) == ("held", "placement:P9", None)
    (twice,) = sent(phone, {**mine, "Accept-Language": "ne"}, SIX[3])
    assert row["sentence"].startswith("There is no placement P9")
    assert "P9" in twice["sentence"]
    assert twice["sentence"] != row["sentence"]
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
    assert programme_heads.head(graph, "wards").entries == 9
    for address in ("field-bundle", "held"):
        answer = phone.get(f"{HERE}/{address}", headers=mine)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "device_revoked")


def test_another_password_or_no_account_any_more_revokes_its_telephones(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)
    accounts.set_password(graph, "maya", WORDS)
    assert phone.get(f"{HERE}/field-bundle", headers=mine).status_code == 200  # nobody had a password before
    accounts.set_password(graph, "maya", f"{WORDS} again")
    assert phone.get(f"{HERE}/field-bundle", headers=mine).status_code == 401

    _, another = enrolled(phone, graph)
    accounts.remove(graph, "maya")
    accounts.add(graph, "maya", (grant_of("staff@wards/W1"),), None, relays.NOW)
    assert phone.get(f"{HERE}/field-bundle", headers=another).status_code == 401


def test_a_role_that_was_withdrawn_holds_everything(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)
    accounts.set_grants(graph, "maya", (grant_of("auditor@wards"),))

    (row,) = sent(phone, mine, SIX[0])
    assert (row["result"], row["code"]) == ("held", "not_allowed")
    assert phone.get(f"{HERE}/field-bundle", headers=mine).status_code == 403

    accounts.set_grants(graph, "maya", (grant_of("staff@wards/W1"),))
    told = phone.get(f"{HERE}/held", headers=mine).get_json()
    assert (told["held"], [each["settled"] for each in told["settled"]]) == ([], ["recorded"])


# ---------------------------------------------------------------------------------------------------- settling


def held_ids(phone: FlaskClient, mine: dict[str, str]) -> dict[str, str]:
    told = phone.get(f"{HERE}/held", headers=mine).get_json()
    return {each["act_id"]: each["held_id"] for each in told["held"]}


def settled(phone: FlaskClient, headers: dict[str, str], held_id: str, **how: Any) -> Any:  # noqa: ANN401
    answer = phone.post(f"{HERE}/held/{held_id}", json=how, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_each_of_three_is_settled_in_its_own_way(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)
    visit = {"kind": "visit", "happened_on": "2024-06-01"}
    wrong = ("pass", {**SIX[2][1], "passed_on": "2019-01-01"})  # before P1 received
    unknown = ("event", {"event_id": "E20", "placement_id": "P77", **visit})
    twice = ("event", {"event_id": "E21", "placement_id": "P78", **visit})
    sent(phone, mine, SIX[0], wrong, unknown, twice)
    held = held_ids(phone, mine)
    assert set(held) == {"pass:T9", "event:E20", "event:E21"}

    handed_in = settled(phone, mine, held["pass:T9"], settle="hand_in", content=SIX[2][1])
    assert (handed_in["result"], handed_in["act_id"]) == ("added", "pass:T9")
    still = settled(phone, mine, held["event:E20"], settle="hand_in", content={**unknown[1], "placement_id": "P79"})
    assert (still["result"], still["waits_for"]) == ("held", "placement:P79")
    assert settled(phone, mine, held["event:E20"], settle="discard", reason="another ward")["result"] == "discarded"
    assert settled(phone, mine, held["event:E21"], settle="same", **{"as": "pass:T9"})["result"] == "same"

    told = phone.get(f"{HERE}/held", headers=mine).get_json()
    assert told["held"] == []
    assert {each["act_id"]: (each["settled"], each["reason"], each["by"]) for each in told["settled"]} == {
        "pass:T9": ("recorded", "", "maya"),
        "event:E20": ("discarded", "another ward", "maya"),
        "event:E21": ("same", "", "maya"),
    }
    again = phone.post(f"{HERE}/held/{held['event:E20']}", json={"settle": "discard", "reason": "x"}, headers=mine)
    assert (again.status_code, again.get_json()["error"]["code"]) == (404, "not_held")


def test_neither_who_wrote_nor_who_handed_in_confirms_and_a_third_does(
    phone: FlaskClient, graph: Graph, settings: Settings
) -> None:
    _, mine = enrolled(phone, graph)
    sent(phone, mine, SIX[0], ("pass", {**SIX[2][1], "passed_on": "2019-01-01"}))
    held = held_ids(phone, mine)["pass:T9"]
    office = {name: token_of(graph, name, "manager@wards") for name in ("bina", "chandra")}
    accounts.set_grants(graph, "maya", (grant_of("staff@wards/W1"), grant_of("manager@wards")))
    maya = bearer(api_tokens.issue(graph, "maya", days=1, now=relays.NOW, random=token_bytes).secret)

    assert settled(phone, office["bina"], held, settle="hand_in", content=SIX[2][1])["result"] == "added"
    (entry,) = [each for each in reading.entries(graph, "wards") if each.act_id == "pass:T9"]
    assert entry.recorded_by == "account:bina"
    for headers, status in ((office["bina"], 422), (maya, 422), (office["chandra"], 201)):
        answer = phone.post(f"{HERE}/acts/confirm", json={"act_id": "pass:T9"}, headers=headers)
        assert answer.status_code == status, answer.get_json()
    assert settings.data_folder.exists()


def token_of(graph: Graph, login: str, role: str) -> dict[str, str]:
    accounts.add(graph, login, (grant_of(role),), None, relays.NOW)
    return bearer(api_tokens.issue(graph, login, days=1, now=relays.NOW, random=token_bytes).secret)


def test_what_is_held_is_tried_again_when_somebody_records_what_it_waits_for(phone: FlaskClient, graph: Graph) -> None:
    device_id, mine = enrolled(phone, graph)
    sent(phone, mine, SIX[3], SIX[2], written_at=WRITTEN)
    assert len(held_list.of_device(graph, "wards", device_id)) == 2

    record(graph, say.woman("B9", place_id="W1", name="Maya"), programme_id="wards")

    assert held_list.of_device(graph, "wards", device_id) == ()
    late = [each for each in reading.entries(graph, "wards") if each.format == 2]
    assert [(each.act_id, each.written_at, each.recorded_by) for each in late] == [
        ("pass:T9", WRITTEN, "account:maya"),
        ("event:E9", WRITTEN, "account:maya"),
    ]
    assert verify(graph, "wards").faults == ()


def test_erasing_her_reaches_what_is_held_of_her(phone: FlaskClient, graph: Graph) -> None:
    device_id, mine = enrolled(phone, graph)
    other = {"beneficiary_id": "W1", "name": "Somebody else", "phone": "9851099999", "place_id": "W1"}
    assert sent(phone, mine, ("beneficiary", other))[0]["result"] == "conflict"

    record(graph, say.erased("beneficiary:W1"), programme_id="wards")

    (row,) = held_list.of_device(graph, "wards", device_id)
    assert row.content == {"beneficiary_id": "W1", "place_id": "W1"}
    assert (row.values, row.by_hand) == ({}, True)


def test_what_is_held_is_in_backups_and_outlives_a_rebuild(phone: FlaskClient, graph: Graph) -> None:
    device_id, mine = enrolled(phone, graph)
    sent(phone, mine, SIX[3], SIX[0], written_at=WRITTEN)
    before = held_list.of_device(graph, "wards", device_id)
    lines = [*ledger_backup.backup_lines(graph)]

    ledger_backup.rebuild(graph, "wards")
    assert held_list.of_device(graph, "wards", device_id) == before
    wiped(graph)
    ledger_backup.restore(graph, lines, say.clerk("local:asha"))
    assert held_list.of_device(graph, "wards", device_id) == before
    for broken in (lines[:-1], [*lines, lines[-1]], [*lines[:-1], "{}"]):
        with pytest.raises(Invalid):
            ledger_backup.check_backup(broken, graph.catalogue)


@pytest.mark.engine_contract
def test_one_act_sent_by_many_at_once_is_one_entry(phone: FlaskClient, graph: Graph) -> None:
    _, mine = enrolled(phone, graph)
    body = {"acts": [{"act": SIX[0][0], "content": SIX[0][1]}, {"act": SIX[3][0], "content": SIX[3][1]}], "hold": True}

    def send(_: int) -> str:
        answer = phone.application.test_client().post(f"{HERE}/acts", json=body, headers=mine)
        while answer.status_code == 503:  # too busy to finish in time: nothing was recorded, and a phone sends again
            answer = phone.application.test_client().post(f"{HERE}/acts", json=body, headers=mine)
        found: str = answer.get_json()["acts"][0]["result"]
        return found

    with ThreadPoolExecutor(max_workers=8) as workers:
        results = [*workers.map(send, range(24 if not SOAK else 100))]
    assert results.count("added") == 1
    assert set(results) == {"added", "same"}
    assert programme_heads.head(graph, "wards").entries == 10
    assert len(held_ids(phone, mine)) == 1
