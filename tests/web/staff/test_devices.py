"""The page of one's own telephones: a code is for whoever asks for it, and nobody confirms what hers recorded.

maya   staff of W1            her telephone records B9 (invented) and T9: P1 → P9
bina   manager, staff too     would confirm T9
chet   manager of `hills`     auditor of `wards`
"""

from __future__ import annotations

import re
from dataclasses import replace
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import account_trail, accounts, devices
from relay.access.roles import grant_of
from relay.audit import run
from relay.domain.entries import Entry
from relay.ledger import recording
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

HELD_BY: Final = {
    "maya": ("staff@wards/W1",),
    "hari": ("staff@wards",),
    "bina": ("manager@wards", "staff@wards/W1"),
    "mina": ("manager@wards",),
    "chet": ("manager@hills", "staff@hills", "auditor@wards"),
    "dev": ("auditor@wards",),
    "eka": ("administrator",),
    "ful": ("manager",),
}
"""Login → the roles that she holds."""

OF_HER_OWN: Final = {"maya": 200, "hari": 200, "bina": 200, "mina": 422, "ful": 422}
"""Login → the answer where she asks for a code for W1 of `wards`; of all others it is 403. Telephones are of staff."""


@pytest.fixture(autouse=True)
def pages(graph: Graph, settings: Settings) -> FlaskClient:
    """The pages of two programmes; W1 is in the first of them, with P1 of Sita."""
    for programme_id in ("wards", "hills"):
        record(
            graph,
            say.programme(programme_id),
            say.rule(),
            say.gift(),
            say.place("W1"),
            say.woman("W1", place_id="W1"),
            say.placed("P1 on 2020-03-01", beneficiary_id="W1"),
            programme_id=programme_id,
        )
    for login, held in HELD_BY.items():
        accounts.add(graph, login, tuple(map(grant_of, held)), WORDS, relays.NOW)
    return create_app(graph, settings, now=lambda: relays.NOW).test_client()


def asked(client: FlaskClient, who: str, address: str = "/account/devices", **form: str) -> TestResponse:
    """What a page answers to somebody who signed in and sends a form."""
    client = client.application.test_client()
    sign_in(client, who)
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    assert csrf
    return client.post(address, data={"csrf_token": csrf[1], **form})


def code_of(answer: TestResponse) -> str:
    code = re.search(r'<strong class="hash">([0-9A-Z-]+)<', answer.text)
    assert code, answer.text
    return code[1]


def told(graph: Graph) -> list[tuple[str, str, str | None]]:
    """Kind, who, and who made the code, of what the trail tells of telephones."""
    found = [each for each in account_trail.entries(graph) if isinstance(each, Entry)]
    of_devices = [each for each in found if each.kind in ("code", "device", "given_up")]
    return [(each.kind, each.recorded_by, each.payload.get("made_by")) for each in of_devices]


@pytest.mark.parametrize("login", HELD_BY)
def test_whoever_asks_for_a_code_gets_it_for_herself_where_she_is_staff(
    pages: FlaskClient, graph: Graph, login: str
) -> None:
    for whose in ("", "maya", "hari"):
        answer = asked(pages, login, programme="wards", place="W1", login=whose)

        assert answer.status_code == OF_HER_OWN.get(login, 403), (whose, answer.text)
        if answer.status_code == 200:
            made = devices.enrol(graph, code_of(answer), "phone", now=relays.NOW, random=token_bytes)
            assert made.device.login == login


def test_the_trail_names_who_made_a_code_who_enrolled_and_who_revoked(pages: FlaskClient, graph: Graph) -> None:
    code = code_of(asked(pages, "maya", programme="wards", place="W1"))
    made = devices.enrol(graph, code, "blue phone", now=relays.NOW, random=bytes)
    address = f"/account/devices/{made.device.device_id}"

    assert [asked(pages, login, address).status_code for login in ("hari", "chet", "dev")] == [404, 404, 403]
    assert asked(pages, "mina", address).status_code == 303

    assert told(graph) == [
        ("code", "account:maya", None),
        ("device", "account:maya", "account:maya"),
        ("given_up", "account:mina", None),
    ]
    assert devices.all_devices(graph)[0].revoked_at


def enrolled(graph: Graph, login: str, by: str) -> dict[str, str]:
    """The headers of a telephone that somebody had a hand in enrolling for another."""
    code = devices.make_code(
        graph,
        login,
        programme_id="wards",
        place_id="W1",
        around=(),
        now=relays.NOW,
        random=token_bytes,
        by=by,
    )
    return bearer(devices.enrol(graph, code.code, "phone", now=relays.NOW, random=token_bytes).token)


def sent(pages: FlaskClient, headers: dict[str, str], **more: str) -> list[str]:
    said: dict[str, Any] = {"giver_placement_id": "P1", "receiver_placement_id": "P9", "beneficiary_id": "B9"}
    acts = [
        {"act": "beneficiary", "content": {"beneficiary_id": "B9", "name": "Invented", "place_id": "W1"}, **more},
        {"act": "pass", "content": {"pass_id": "T9", **said, "passed_on": "2022-03-01", "animals": 1}, **more},
    ]
    answer = pages.post("/api/v1/programmes/wards/acts", json={"acts": acts}, headers=headers)
    return [row["result"] for row in answer.get_json()["acts"]]


def confirmed(graph: Graph, by: str) -> str:
    """What becomes of a confirmation of T9."""
    clerk = replace(say.clerk(by), now=relays.NOW)
    (outcome,) = recording.record(graph, "wards", [say.confirmed("pass:T9", f"F-{by[-4:]}")], clerk)
    return outcome.error.code if outcome.error else outcome.action


def odd(graph: Graph) -> list[tuple[str, str]]:
    audited = run.audit(graph, "wards", relays.NOW.date())
    (check,) = [each for each in audited.checks if each.check_id == "on_own_telephone"]
    return [(each.subject_id, str(each.sentence)) for each in check.findings]


@pytest.mark.parametrize("written", [{}, {"written_at": "2026-11-20T08:00:00Z"}])
def test_nobody_confirms_what_was_recorded_on_a_telephone_that_she_had_a_hand_in_enrolling(
    pages: FlaskClient, graph: Graph, written: dict[str, str]
) -> None:
    headers = enrolled(graph, "maya", "local:bina")
    enrolled(graph, "hari", "local:mina")  # who enrols another's telephone is innocent of this one
    assert sent(pages, headers, **written) == ["added", "added"]

    assert confirmed(graph, "account:bina") == confirmed(graph, "local:bina") == "on_her_telephone"
    assert confirmed(graph, "account:maya") == "same_person"
    assert confirmed(graph, "account:mina") == "added"
    assert odd(graph) == []


def test_what_she_recorded_without_a_telephone_may_be_confirmed_by_who_enrolled_hers(graph: Graph) -> None:
    enrolled(graph, "maya", "local:bina")
    for act in (say.woman("B9", place_id="W1"), say.passed("T9: P1 > P9 on 2022-03-01", 1, beneficiary_id="B9")):
        recording.record_one(graph, "wards", act, replace(say.clerk("account:maya"), now=relays.NOW))

    assert confirmed(graph, "account:bina") == "added"
    assert odd(graph) == []


def test_the_audit_finds_what_was_confirmed_of_telephones_of_which_nobody_knows_who_enrolled_them(
    pages: FlaskClient, graph: Graph
) -> None:
    headers = enrolled(graph, "maya", "")
    assert sent(pages, headers) == ["added", "added"]
    assert odd(graph) == []

    assert confirmed(graph, "account:bina") == "added"  # as it was before

    (device,) = devices.all_devices(graph)
    said = f"recorded on telephone {device.device_id} and confirmed; nobody wrote down who enrolled that telephone."
    assert odd(graph) == [("pass:T9", f"pass:T9: {said}")]
