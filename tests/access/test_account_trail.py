"""The trail of accounts: each change leaves its line without a secret, and whatever passes it by is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.access import account_trail, accounts, api_tokens, devices
from relay.access.roles import grant_of
from relay.backup import ledger_backup
from relay.domain.entries import Entry
from relay.ledger import recording, verify
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.graph import Graph, Transaction

NOW: Final = datetime(2026, 11, 25, 6, 15, tzinfo=UTC)
WORDS: Final = "goats pass from hand to hand"


def told(graph: Graph) -> list[tuple[str, dict[str, Any], str]]:
    """Kind, payload without the marks of passwords, and who, of every entry."""
    found = [each for each in account_trail.entries(graph) if isinstance(each, Entry)]
    return [
        (
            each.kind,
            {name: said for name, said in each.payload.items() if not name.startswith("password")},
            each.recorded_by,
        )
        for each in found
    ]


def lived(graph: Graph) -> str:
    """Two accounts come, change and go; gives the secret of a token."""
    accounts.add(graph, "asha", [grant_of("staff@demo/W3")], WORDS, NOW, by="local:ram")
    accounts.add(graph, "bina", [grant_of("manager")], None, NOW, by="local:ram")
    made = api_tokens.issue(graph, "asha", role="staff", programme_id="demo", days=1, now=NOW, random=token_bytes)
    accounts.set_grants(graph, "bina", [grant_of("manager"), grant_of("auditor@demo")], by="local:ram")
    accounts.set_password(graph, "asha", WORDS[::-1], by="local:ram")
    accounts.remove(graph, "bina", by="local:ram")
    return made.secret


def test_each_change_leaves_a_line_and_no_secret(graph: Graph) -> None:
    secret = lived(graph)
    mark = sha256(secret.encode()).hexdigest()[:16]
    token = {"token": mark, "login": "asha", "role": "staff", "scope": "demo"}

    assert told(graph) == [
        ("account", {"login": "asha", "grants": ["staff@demo/W3"]}, "local:ram"),
        ("account", {"login": "bina", "grants": ["manager@*"]}, "local:ram"),
        ("token", {**token, "expires_at": "2026-11-26T06:15:00Z"}, "local"),
        ("roles", {"login": "bina", "grants": ["manager@*", "auditor@demo"]}, "local:ram"),
        ("password", {"login": "asha", "tokens_end": True}, "local:ram"),
        ("removed", {"login": "bina"}, "local:ram"),
    ]
    written = "\n".join(account_trail.to_lines(graph))
    assert not [each for each in (WORDS, WORDS[::-1], "argon2", secret, secret[:12]) if each in written]
    found = account_trail.verify(graph)
    assert (found.entries, found.ok) == (6, True)


GONE: Final = (
    "There are accounts, and no trail of them: it begins with the next change of one. If it had begun before, it was "
    "removed."
)
BEHIND: Final[dict[str, tuple[Any, str]]] = {
    "a line in the middle": (
        "MATCH (e:TrailEntry {sequence: 3}) DELETE e",
        "Entry 4 is where entry 3 should be.",
    ),
    "the last line": (
        "MATCH (e:TrailEntry {sequence: 6}) DELETE e",
        "The trail should end with entry 6; it does not.",
    ),
    "what a line says": (
        "MATCH (e:TrailEntry {sequence: 4}) SET e.payload = replace(e.payload, 'auditor', 'staff')",
        "Entry 4 (access:4) was altered: its hash does not match its content.",
    ),
    "an account": (
        "CREATE (:Account {key: 'account/ghost', login: 'ghost', grants: '[]', password: '', generation: 1})",
        "The account ghost is  where the trail says not there.",
    ),
    "a role": (
        "MATCH (a:Account {login: 'asha'}) SET a.grants = replace(a.grants, 'W3', 'W4')",
        "The account asha is staff@demo/W4 where the trail says staff@demo/W3.",
    ),
    "a password": (
        "MATCH (a:Account {login: 'asha'}) SET a.password = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA'",
        "The password of account asha is not the one that the trail knows.",
    ),
    "all of it": (
        "MATCH (n) WHERE n:TrailEntry OR n:TrailHead DELETE n",
        GONE,
    ),
}


@pytest.mark.parametrize("what", BEHIND)
def test_what_is_done_behind_it_is_named(graph: Graph, what: str) -> None:
    statement, fault = BEHIND[what]
    lived(graph)

    graph.write(lambda transaction: transaction.run(statement))

    found = account_trail.verify(graph)
    assert not found.ok
    assert fault in [each.fault for each in found.faults]


def test_of_a_password_that_an_earlier_relay_set_nothing_is_known_until_it_is_set_anew(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = account_trail.append

    def without(transaction: Transaction, kind: str, payload: dict[str, Any], *more: Any) -> None:  # noqa: ANN401
        note(transaction, kind, {name: said for name, said in payload.items() if name != "password"}, *more)

    with monkeypatch.context() as earlier:
        earlier.setattr(account_trail, "append", without)
        accounts.add(graph, "asha", [grant_of("manager")], WORDS, NOW)
    graph.write(lambda transaction: transaction.run("MATCH (a:Account) SET a.password = 'another'"))
    assert account_trail.verify(graph).ok

    accounts.set_password(graph, "asha", WORDS)
    assert account_trail.verify(graph).ok
    graph.write(lambda transaction: transaction.run("MATCH (a:Account) SET a.password = 'another'"))
    assert not account_trail.verify(graph).ok


def test_a_telephone_is_in_it_from_its_enrolment_until_it_is_given_up(graph: Graph) -> None:
    accounts.add(graph, "asha", [grant_of("staff@demo/W3")], None, NOW, by="local:ram")
    code = devices.make_code(
        graph,
        "asha",
        programme_id="demo",
        place_id="W3",
        around=(),
        now=NOW,
        random=token_bytes,
        by="local:ram",
    )
    made = devices.enrol(graph, code.code, "blue phone", now=NOW, random=token_bytes).device
    whose = {"login": "asha", "scope": "demo", "place_id": "W3"}
    assert told(graph)[1:] == [
        ("code", whose, "local:ram"),
        ("device", {"device": made.device_id, **whose, "made_by": "local:ram"}, "account:asha"),
    ]
    assert account_trail.verify(graph).ok

    devices.revoke(graph, made.device_id, NOW, by="local:ram")

    assert told(graph)[3:] == [("given_up", {"device": made.device_id}, "local:ram")]
    assert account_trail.verify(graph).ok


@pytest.mark.parametrize("what", ["password", "account"])
def test_a_telephone_ends_in_it_with_the_password_and_the_account(graph: Graph, what: str) -> None:
    accounts.add(graph, "asha", (grant_of("staff@demo"),), WORDS, NOW)
    code = devices.make_code(
        graph, "asha", programme_id="demo", place_id="W3", around=(), now=NOW, random=token_bytes
    ).code
    device = devices.enrol(graph, code, "blue phone", now=NOW, random=token_bytes).device

    if what == "password":
        accounts.set_password(graph, "asha", WORDS[::-1])
    else:
        accounts.remove(graph, "asha")

    (ended,) = (each for each in devices.all_devices(graph) if each.device_id == device.device_id)
    assert ended.revoked_at
    assert account_trail.verify(graph).faults == ()


def test_an_account_that_came_and_went_behind_it_is_known_by_what_it_recorded(graph: Graph) -> None:
    lived(graph)
    later = replace(say.clerk("account:ghost"), now=datetime(2100, 1, 1, tzinfo=UTC))
    recording.record(graph, "demo", say.beginnings(), say.clerk("local:asha"))
    recording.record(graph, "demo", [say.woman("W9")], replace(later, by="account:asha"))
    assert account_trail.verify(graph).ok

    recording.record(graph, "demo", [say.woman("W10")], later)

    assert [each.fault for each in account_trail.verify(graph).faults] == [
        "Acts were recorded in the name of account ghost, which the trail never knew."
    ]


def test_a_database_of_before_begins_with_what_is_there(graph: Graph) -> None:
    lived(graph)
    graph.write(lambda transaction: transaction.run("MATCH (n) WHERE n:TrailEntry OR n:TrailHead DELETE n"))

    accounts.add(graph, "gita", [grant_of("auditor")], None, NOW)

    assert told(graph) == [
        ("began", {"accounts": {"asha": ["staff@demo/W3"]}, "tokens": {}, "devices": {}}, "local"),
        ("account", {"login": "gita", "grants": ["auditor@*"]}, "local"),
    ]
    assert account_trail.verify(graph).ok


def test_a_backup_holds_the_trail_and_a_restore_says_that_no_account_came_with_it(graph: Graph) -> None:
    recording.record(graph, "demo", say.beginnings(), say.clerk())
    lived(graph)
    kept = [*ledger_backup.backup_lines(graph)]
    before = told(graph)
    assert [each.programme_id for each in ledger_backup.check_backup(kept, CORE)] == ["demo"]

    wiped(graph)
    ledger_backup.restore(graph, kept, say.clerk())

    assert told(graph) == [*before, ("restored", {"accounts": {}, "tokens": {}, "devices": {}}, "local:asha")]
    assert account_trail.verify(graph).ok
    assert verify.verify(graph, "demo").ok
