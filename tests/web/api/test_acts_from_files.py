"""Who, by which way, records acts of which kinds: nobody in another's name, and no file with more rights than hers.

maya   staff of W1, whose telephone it is       bina   manager, and staff of W1       mina   manager
P1 is Sita's (T1: P1 → P3 was recorded by asha); G1 gave to both
"""

from __future__ import annotations

import json
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import accounts, api_tokens, devices
from relay.access.roles import grant_of
from relay.ledger import programme_heads, reading
from relay.ledger.held import held_list
from relay.web import create_app
from relay.web.api.acts_from_files import ActsOrigin, carrier_of
from relay.web.phone import forms
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.systems.test_roles_and_ways import CATALOGUE
from tests.web import relays
from tests.web.api.sending import posted as sent_to_be_imported
from tests.web.readers import bearer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from relay.access.devices import NewDevice
    from relay.graph import Graph
    from relay.settings import Settings

HERE: Final = "/api/v1/programmes/wards"
WRITTEN: Final = "2026-11-24T22:28:19Z"
GOATS: Final = {"help": "goat", "animals": 1, "gift_id": "G1"}
ACTS: Final[dict[str, dict[str, Any]]] = {
    "programme": {"id": "wards", "name": "Mine", "timezone": "Asia/Kathmandu"},
    "rule": {"help": "pig", "unit": "pig", "given": 1, "owed": 1, "months": 12, "from": "2026-01-01"},
    "place": {"place_id": "W9", "name": "Ward 9", "parent_id": "W1"},
    "group": {"group_id": "GR9", "name": "Nine", "place_id": "W1"},
    "beneficiary": {"beneficiary_id": "B9", "name": "Maya", "place_id": "W1"},
    "gift": {"gift_id": "G9", "donor": "A friend", "help": "goat", "given_on": "2021-01-01", "animals": 2},
    "placement": {"placement_id": "P5", "beneficiary_id": "W5", "received_on": "2021-03-01", **GOATS},
    "pass": {
        "pass_id": "T9",
        "giver_placement_id": "P1",
        "receiver_placement_id": "P9",
        "beneficiary_id": "W6",
        "passed_on": "2022-03-01",
        "animals": 1,
    },
    "event": {"event_id": "E9", "placement_id": "P1", "kind": "visit", "happened_on": "2024-06-01"},
    "claim": {"claim_id": "C9", "gift_id": "G1", "what": "families", "value": 1, "as_of": "2024-01-01", "source": "x"},
    "ceremony": {"ceremony_id": "D9", "held_on": "2024-06-01", "place_id": "W1"},
    "same": {"same_id": "S9", "kept_id": "W7", "other_id": "W8"},
    "different": {"different_id": "S8", "a_id": "W5", "b_id": "W6"},
    "correct": {
        "correct_id": "K9",
        "act_id": "beneficiary:W2",
        "how": "wrong_data",
        "why": "x",
        "changes": {"name": "Geeta"},
    },
    "confirm": {"confirm_id": "F9", "act_id": "pass:T1"},
    "erase": {"erase_id": "X9", "subject_id": "beneficiary:W8"},
}
"""Kind of the core → an act that somebody may record here."""

FORMS: Final = {"beneficiary", "placement", "pass", "event", "ceremony"}
STAFF: Final = FORMS | {"place", "group", "gift", "claim", "correct"}
MANAGERS: Final = {"rule", "claim", "same", "different", "correct", "confirm", "erase"}

WHO: Final = {"maya": ("staff@wards/W1",), "bina": ("manager@wards", "staff@wards"), "mina": ("manager@wards",)}
MADE: Final[dict[tuple[str, str], tuple[set[str], str]]] = {
    ("maya", "her telephone"): (FORMS, "maya"),
    ("maya", "her telephone's file"): (FORMS, "maya"),
    ("bina", "maya's telephone's file"): (set(), "maya"),
    ("mina", "maya's telephone's file"): (set(), "maya"),
    ("bina", "a laptop's file"): (FORMS, "bina"),
    ("mina", "a laptop's file"): (set(), "mina"),
    ("bina", "a file of maya's laptop"): (set(), "maya"),
    ("bina", "her outbox"): (STAFF, "bina"),
    ("mina", "her outbox"): ({"claim", "correct"}, "mina"),
    ("bina", "maya's outbox"): (set(), "maya"),
    ("bina", "the API"): (STAFF | MANAGERS, "bina"),
    ("mina", "the API"): (MANAGERS, "mina"),
}
"""Who carries, and how → the kinds that are recorded so, and as who wrote all of it; what is not recorded is held."""


@pytest.fixture
def site(graph: Graph, settings: Settings) -> FlaskClient:
    """The service of a ward."""
    record(
        graph,
        say.programme("wards"),
        say.rule(),
        say.gift(animals=10),
        say.place("W1"),
        *(say.woman(f"W{number}", place_id="W1") for number in range(1, 9)),
        say.placed("P1 on 2020-03-01", beneficiary_id="W1"),
        say.passed("T1: P1 > P3 on 2021-03-01", 1, beneficiary_id="W3"),
        programme_id="wards",
    )
    for login, held in WHO.items():
        accounts.add(graph, login, tuple(map(grant_of, held)), None, relays.NOW)
    return create_app(graph, settings, now=lambda: relays.NOW).test_client()


def telephone(graph: Graph) -> NewDevice:
    """Maya's own."""
    code = devices.make_code(
        graph,
        "maya",
        programme_id="wards",
        place_id="W1",
        around=(),
        now=relays.NOW,
        random=token_bytes,
        by="account:maya",
    )
    return devices.enrol(graph, code.code, "phone", now=relays.NOW, random=token_bytes)


def sealed(graph: Graph, device_id: str, text: str) -> dict[str, str]:
    """A line as a telephone seals it: by HMAC with the SHA-256 of its token."""
    import hmac  # noqa: PLC0415 - written out here, apart from Relay's own

    key = devices.sealer_of(graph, "wards", device_id, relays.NOW).key
    return {"sealed": text, "seal": hmac.new(key, f"wards\n{device_id}\n{text}".encode(), "sha256").hexdigest()}


def posted(site: FlaskClient, headers: dict[str, str], acts: list[Any], **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    body = json.dumps({"acts": acts, "hold": True, **more})
    answer = site.post(f"{HERE}/acts", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["acts"]
    return found


@pytest.mark.parametrize(("who", "way"), MADE)
def test_who_records_what_by_which_way_and_as_whom(site: FlaskClient, graph: Graph, who: str, way: str) -> None:
    before = programme_heads.head(graph, "wards").entries
    device = telephone(graph)
    acts: list[Any] = [
        {"act": kind, "content": content, "written_at": WRITTEN, "again": True} for kind, content in ACTS.items()
    ]
    headers = bearer(api_tokens.issue(graph, who, days=1, now=relays.NOW, random=token_bytes).secret)
    more: dict[str, Any] = {}
    if way == "her telephone":
        headers = bearer(device.token)
    elif "telephone's file" in way:
        acts = [sealed(graph, device.device.device_id, json.dumps(each)) for each in acts]
        more = {"carried": {"way": "file", "device_id": device.device.device_id}}
    elif way != "the API":
        by = "account:maya" if "maya's" in way else ""
        more = {"carried": {"way": "outbox" if "outbox" in way else "file", "by": by}}

    told = dict(zip(ACTS, posted(site, headers, acts, **more), strict=True))

    made, writer = MADE[who, way]
    assert {kind for kind, row in told.items() if row["result"] == "added"} == made, told
    held = {row.act: row for row in held_list.every(graph, "wards")}
    assert held.keys() == ACTS.keys() - made
    assert {row.by for row in held.values()} == {f"account:{writer}"}
    entries = [each for each in reading.entries(graph, "wards") if each.sequence > before]
    assert {each.recorded_by for each in entries} == ({f"account:{writer}"} if made else set())
    if way != "the API":
        record(graph, say.woman("W20", place_id="W1"), programme_id="wards")
        site.get(f"{HERE}/held", headers=headers)  # tries again what waits for nobody
        assert {row.act for row in held_list.every(graph, "wards")} == held.keys()


def test_the_kinds_of_telephones_are_those_of_their_forms_and_of_the_ceremony_day(site: FlaskClient) -> None:
    with site.application.test_request_context("/"):
        assert {form["kind"] for form in forms.phone_forms(CORE)} | {"ceremony"} == CORE.on_telephones == FORMS


def test_no_act_of_a_system_comes_by_a_file_but_what_staff_record_from_their_own_outbox(
    site: FlaskClient, graph: Graph
) -> None:
    del site
    by_staff = {kind.name for kind in CATALOGUE.kinds.values() if "staff" in (kind.roles or ())}
    for way in ("file", "outbox"):
        carrier = carrier_of(
            graph,
            ActsOrigin(way=way),
            programme_id="wards",
            systems=(),
            by="account:bina",
            grants=(),
            now=relays.NOW,
        )
        taken = (carrier.source.takes or frozenset[str]()) - CORE.kinds.keys()
        assert taken <= by_staff
        assert way == "outbox" or taken <= CATALOGUE.on_telephones


def test_what_corrects_confirms_or_erases_has_no_sheet_so_no_import_does_it(site: FlaskClient, graph: Graph) -> None:
    before = programme_heads.head(graph, "wards")
    assert not {"correct", "confirm", "erase"} & {kind.name for kind in CATALOGUE.filed}
    headers = bearer(api_tokens.issue(graph, "bina", days=1, now=relays.NOW, random=token_bytes).secret)
    for kind in ("correct", "confirm", "erase"):
        table = f"{','.join(ACTS[kind])}\n{','.join(map(str, ACTS[kind].values()))}\n"
        answer = sent_to_be_imported(
            site, headers, {"gifts.csv": "gift_id\n", f"{kind}.csv": table}, programme_id="wards", writes=True
        )
        assert answer.status_code == 200
        assert '"added"' not in answer.text, kind
    assert programme_heads.head(graph, "wards") == before


CHANGED: Final[dict[str, Callable[[dict[str, str]], Any]]] = {
    "a letter of it": lambda line: {**line, "sealed": line["sealed"].replace("W6", "W5")},
    "its seal": lambda line: {**line, "seal": "0" * 64},
    "no seal": lambda line: {"sealed": line["sealed"]},
    "no text": lambda line: {"seal": line["seal"]},
    "half a letter": lambda line: {**line, "seal": "\ud800"},
    "opened": lambda line: json.loads(line["sealed"]),
    "a list": lambda line: [line],
}
"""What was done to a line after the telephone sealed it."""


@pytest.mark.parametrize("what", CHANGED)
def test_a_line_that_was_changed_is_told_and_stops_no_other(site: FlaskClient, graph: Graph, what: str) -> None:
    device = telephone(graph)
    headers = bearer(api_tokens.issue(graph, "maya", days=1, now=relays.NOW, random=token_bytes).secret)
    told_of = {"way": "file", "device_id": device.device.device_id}
    lines = [
        sealed(graph, device.device.device_id, json.dumps({"act": kind, "content": ACTS[kind]}))
        for kind in ("pass", "event")
    ]

    changed, sound = posted(site, headers, [CHANGED[what](lines[0]), lines[1]], carried=told_of)

    assert (changed["result"], changed["code"], changed["held_id"]) == ("refused", "was_changed", "")
    assert sound["result"] == "added"
    assert held_list.every(graph, "wards") == ()


def test_a_file_of_an_unknown_telephone_or_of_another_programmes_is_refused_by_name(
    site: FlaskClient, graph: Graph
) -> None:
    headers = bearer(api_tokens.issue(graph, "bina", days=1, now=relays.NOW, random=token_bytes).secret)
    body = {"acts": [], "carried": {"way": "file", "device_id": "NOBODYS"}}
    answer = site.post(f"{HERE}/acts", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "no_device")
    wrong: tuple[Any, ...] = ("file", {"way": "mail"}, {"way": "file", "device_id": 7}, [], {})
    for carried in wrong:
        answer = site.post(f"{HERE}/acts", json={"acts": [], "carried": carried}, headers=headers)
        assert answer.status_code == 400, carried
    mine = bearer(telephone(graph).token)
    answer = site.post(f"{HERE}/acts", json={"acts": [], "carried": {"way": "outbox"}}, headers=mine)
    assert answer.status_code == 400, "a telephone carries nothing but its own"


def test_a_telephone_that_sends_itself_what_its_file_brought_settles_it(site: FlaskClient, graph: Graph) -> None:
    device = telephone(graph)
    headers = bearer(api_tokens.issue(graph, "bina", days=1, now=relays.NOW, random=token_bytes).secret)
    act = {"act": "event", "content": ACTS["event"], "written_at": WRITTEN}
    line = sealed(graph, device.device.device_id, json.dumps(act))
    (row,) = posted(site, headers, [line], carried={"way": "file", "device_id": device.device.device_id})
    assert (row["result"], row["code"]) == ("held", "carried_by_another")

    (row,) = posted(site, bearer(device.token), [act])

    assert row["result"] == "added"
    assert held_list.every(graph, "wards") == ()
