"""The table of tokens: what an earlier Relay kept elsewhere still opens what it opened, and a secret is of one kind."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import account_trail, accounts, api_tokens, devices, story_links, token_table
from relay.access.roles import Grant
from relay.database import cypher
from relay.domain.entries import Entry
from relay.errors import NotFound
from tests.access.test_accounts import NOW, WORDS, random

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph, Transaction

AT: Final = "2026-11-25T06:00:00Z"
LATER: Final = "2026-11-25T06:05:00Z"
LAST_MONTH: Final = "2026-10-25T06:00:00Z"

TOKEN: Final = "relay_" + "t" * 43
PHONE: Final = "relaydevice_" + "p" * 43
GIVEN_UP: Final = "relaydevice_" + "g" * 43
LOST: Final = "relaydevice_" + "l" * 43
CODE: Final = "ABCDEFGHJK"
STORY: Final = "s" * 22
ENDED: Final = "e" * 22


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def phone(secret: str, device_id: str, revoked_at: str = "") -> dict[str, Any]:
    """The properties of a telephone's node, as an earlier Relay wrote it."""
    return {
        "key": f"device/{digest(secret)}",
        "device_id": device_id,
        "login": "maya",
        "scope": "hills",
        "place_id": "W1",
        "around": ["W1"],
        "name": "blue phone",
        "enrolled_at": LAST_MONTH,
        "last_used_at": "",
        "revoked_at": revoked_at,
        "handed_in": 0,
    }


EARLIER: Final[dict[str, list[dict[str, Any]]]] = {
    "Token": [
        {
            "key": f"token/{digest(TOKEN)}",
            "token_id": TOKEN[:12],
            "login": "maya",
            "role": "staff",
            "scope": "hills",
            "created_at": AT,
            "expires_at": "2026-11-27T06:00:00Z",
            "last_used_at": "",
        }
    ],
    "Device": [
        phone(PHONE, "D1"),
        phone(GIVEN_UP, "D2", "2026-10-26T06:00:00Z"),
        phone(LOST, "D3", "2026-10-26T05:59:59Z"),
    ],
    "EnrolmentCode": [
        {
            "key": f"enrolment/{digest(CODE)}",
            "login": "maya",
            "scope": "hills",
            "place_id": "W1",
            "around": ["W1"],
            "expires_at": LATER,
            "made_by": "account:bina",
        }
    ],
}
"""Label → the nodes that an earlier Relay wrote."""


def link(code: str, expires_at: str) -> str:
    """What an earlier Relay wrote into the file of a donor's link."""
    said = {"mark": digest(code), "programme_id": "hills", "gift_id": "G1", "by": "account:bina", "made_at": AT}
    return json.dumps({**said, "expires_at": expires_at})


def written(transaction: Transaction, label: str, node: dict[str, Any]) -> None:
    text: Any = f"CREATE (n:{label}) SET n = $node"
    transaction.run(text, node=node)


@pytest.fixture
def upgraded(graph: Graph) -> Graph:
    """A database that an earlier Relay wrote, opened by this one: maya is staff of W1, and the trail knows all."""
    accounts.add(graph, "maya", [Grant(role="staff", programme_id="hills", place_id="W1")], None, NOW)
    indexed = [each for each in map(".".join, cypher.statements(graph.catalogue).indexes) if each != "Token.of"]
    unique = [*map(".".join, cypher.statements(graph.catalogue).migrations)]
    graph.write(lambda transaction: transaction.run("MATCH (n) WHERE n:TrailEntry OR n:TrailHead DELETE n"))
    if graph.embedded:
        graph.write(lambda transaction: transaction.run(cypher.SET_SCHEMA, unique=unique, indexed=indexed))
    else:
        graph.write(lambda transaction: transaction.run("DROP INDEX token_of"))
    for label, nodes in EARLIER.items():
        for node in nodes:
            graph.write(partial(written, label=label, node=node))
    graph.migrate()
    return graph


def test_what_an_earlier_relay_issued_opens_what_it_opened(upgraded: Graph) -> None:
    """D2 was given up 30 days ago to the second, D3 a second before that."""
    account, token = api_tokens.authenticate(upgraded, TOKEN, NOW)
    assert (account.login, token.role, token.programme_id) == ("maya", "staff", "hills")
    account, device = devices.authenticate(upgraded, PHONE, NOW)
    assert [grant.place_id for grant in account.grants] == ["W1"]
    assert (device.device_id, device.enrolled_at, device.last_used_at) == ("D1", LAST_MONTH, None)
    nobody, device = devices.authenticate(upgraded, GIVEN_UP, NOW)
    assert (nobody.grants, device.device_id, bool(device.revoked_at)) == ((), "D2", True)
    with pytest.raises(accounts.NotLetIn):
        devices.authenticate(upgraded, LOST, NOW)
    assert devices.sealer_of(upgraded, "hills", "D1", NOW).key == bytes.fromhex(digest(PHONE))

    made = devices.enrol(upgraded, "abcde-fghjk", "new phone", now=NOW, random=random).device
    assert (made.login, made.place_id) == ("maya", "W1")
    with pytest.raises(NotFound, check=devices.NO_SUCH_CODE.matches):
        devices.enrol(upgraded, CODE, "another", now=NOW, random=random)
    assert [each.device_id for each in devices.all_devices(upgraded)] == ["D1", "D2", "D3", made.device_id]


def test_after_an_upgrade_the_trail_tells_of_tokens_and_telephones_as_before(upgraded: Graph) -> None:
    accounts.add(upgraded, "bina", [Grant(role="manager")], None, NOW)

    began = account_trail.entries(upgraded)[0]
    assert isinstance(began, Entry)
    assert began.payload["tokens"] == {digest(TOKEN)[:16]: ["maya", "staff", "hills", "2026-11-27T06:00:00Z"]}
    assert began.payload["devices"] == {"D1": ["maya", "hills", "W1"]}
    api_tokens.revoke(upgraded, TOKEN[:12])
    devices.revoke(upgraded, "D1", NOW)
    assert account_trail.verify(upgraded).ok
    with pytest.raises(accounts.NotLetIn):
        api_tokens.authenticate(upgraded, TOKEN, NOW)
    assert devices.authenticate(upgraded, PHONE, NOW)[1].revoked_at == AT


def test_donors_links_are_brought_over_from_the_files_of_an_earlier_relay(graph: Graph, tmp_path: Path) -> None:
    folder = tmp_path / story_links.FOLDER
    folder.mkdir()
    (folder / f"{digest(STORY)}.json").write_text(link(STORY, LATER))
    (folder / f"{digest(ENDED)}.json").write_text(link(ENDED, AT))

    found = story_links.find_by_code(graph, tmp_path, STORY, NOW)

    assert found
    assert (found.gift_id, found.by, found.made_at, found.expires_at) == ("G1", "account:bina", AT, LATER)
    assert story_links.find_by_code(graph, tmp_path, ENDED, NOW) is None
    assert story_links.links_of_gift(graph, tmp_path, "hills", "G1", NOW) == (found,)
    assert not folder.exists()
    assert story_links.find_by_code(graph, tmp_path, STORY, NOW + timedelta(minutes=5)) is None
    story_links.revoke(graph, "hills", "G1", digest(STORY), NOW)
    assert story_links.find_by_code(graph, tmp_path, STORY, NOW) is None


def test_what_is_no_link_of_an_earlier_relay_stays_where_it_is(graph: Graph, tmp_path: Path) -> None:
    folder = tmp_path / story_links.FOLDER
    folder.mkdir()
    (folder / "torn.json").write_text('{"mark": "')
    (folder / f"{digest(STORY)}.json").write_text(link(STORY, LATER))

    assert story_links.find_by_code(graph, tmp_path, STORY, NOW)
    assert [path.name for path in folder.iterdir()] == ["torn.json"]


def test_a_secret_opens_what_its_kind_opens_and_nothing_else(graph: Graph, tmp_path: Path) -> None:
    accounts.add(graph, "maya", [Grant(role="staff", programme_id="hills", place_id="W1")], None, NOW)
    secret = api_tokens.issue(graph, "maya", days=1, now=NOW, random=random).secret

    assert story_links.find_by_code(graph, tmp_path, secret, NOW) is None
    with pytest.raises(accounts.NotLetIn):
        devices.authenticate(graph, secret, NOW)
    with pytest.raises(NotFound, check=devices.NO_SUCH_CODE.matches):
        devices.enrol(graph, secret, "phone", now=NOW, random=random)
    story_links.make(graph, secret, programme_id="hills", gift_id="G1", by="account:bina", now=NOW)
    story_links.revoke(graph, "hills", "G1", digest(secret), NOW)
    assert api_tokens.authenticate(graph, secret, NOW)[0].login == "maya"


def test_another_password_ends_the_codes_that_the_old_one_may_have_made(graph: Graph) -> None:
    accounts.add(graph, "maya", [Grant(role="staff", programme_id="hills", place_id="W1")], WORDS, NOW)
    where = {"programme_id": "hills", "place_id": "W1"}
    made = devices.make_code(graph, "maya", **where, around=(), now=NOW, random=random)

    accounts.set_password(graph, "maya", f"{WORDS} again")

    with pytest.raises(NotFound, check=devices.NO_SUCH_CODE.matches):
        devices.enrol(graph, made.code, "phone", now=NOW, random=random)


def test_codes_and_links_that_are_over_are_deleted_as_another_is_made(graph: Graph) -> None:
    accounts.add(graph, "maya", [Grant(role="staff", programme_id="hills", place_id="W1")], WORDS, NOW)
    for days in (0, 2, 31):
        now = NOW + timedelta(days=days)
        devices.make_code(graph, "maya", programme_id="hills", place_id="W1", around=(), now=now, random=random)
        story_links.make(graph, f"{days}", programme_id="hills", gift_id="G1", by="account:bina", now=now)

    assert len(token_table.rows_of_kind(graph, "enrolment")) == 1
    assert len(token_table.rows_of_kind(graph, "story")) == 2  # that of the first day is over
