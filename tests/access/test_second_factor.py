"""The second factor: codes of a telephone, recovery codes, and what a stolen database tells of them.

half minutes     |  9  | 10  | 11  |          secret: 12345678901234567890, of RFC 6238, appendix B
set up in 10           ·                      at 59 s, in half minute 1, its code of eight digits is 94287082
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Final, LiteralString

import pytest
from pyotp.totp import TOTP

from relay.access import account_trail, accounts, factor_requirement, second_factor
from relay.access.roles import grant_of
from relay.access.second_factor import NO_FACTOR, OTHER_KEY, WrongCode
from relay.domain.entries import Entry
from relay.errors import Invalid, Refused

if TYPE_CHECKING:
    from relay.access.accounts import Account
    from relay.graph import Graph

NOW: Final = datetime(2026, 12, 1, 6, 15, tzinfo=UTC)
STEP: Final = timedelta(seconds=30)
WORDS: Final = "goats pass from hand to hand"
KEY: Final = b"k" * 32
OF_RFC: Final = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # that secret in base 32


def with_factor(graph: Graph) -> tuple[TOTP, tuple[str, ...]]:
    """Asha, whose telephone shows codes; gives them, and her recovery codes."""
    accounts.add(graph, "asha", [grant_of("manager")], None, NOW)
    offered = second_factor.offer("asha", "Hill Goats", KEY)
    codes = TOTP(offered.secret)
    _, recovery = second_factor.set_up(
        graph, "asha", offered.sealed, codes.at(NOW), key=KEY, now=NOW, random=token_bytes
    )
    return codes, recovery


def accepted(graph: Graph, typed: str, now: datetime, key: bytes = KEY) -> Account | None:
    try:
        return second_factor.accept(graph, "asha", typed, key=key, now=now)
    except WrongCode:
        return None


def test_a_telephone_shows_the_codes_of_rfc_6238(monkeypatch: pytest.MonkeyPatch, graph: Graph) -> None:
    accounts.add(graph, "asha", [grant_of("manager")], None, NOW)
    monkeypatch.setattr("pyotp.random_base32", lambda: OF_RFC)
    offered = second_factor.offer("asha", "Hill Goats", KEY)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=59)

    assert offered.uri == f"otpauth://totp/Hill%20Goats:asha?secret={OF_RFC}&issuer=Hill%20Goats"
    account, _ = second_factor.set_up(graph, "asha", offered.sealed, "287082", key=KEY, now=at, random=token_bytes)
    assert account.factors == ("codes",)


def test_no_code_counts_twice_and_that_of_the_step_before_and_after_counts(graph: Graph) -> None:
    codes, _ = with_factor(graph)

    assert not accepted(graph, codes.at(NOW), NOW)  # it set the telephone up
    assert accepted(graph, codes.at(NOW + STEP), NOW)  # of a telephone that is ahead
    assert not accepted(graph, codes.at(NOW), NOW + STEP)  # older than one that was accepted
    assert not accepted(graph, codes.at(NOW + STEP), NOW + STEP)
    assert accepted(graph, f" {codes.at(NOW + 2 * STEP)[:3]} {codes.at(NOW + 2 * STEP)[3:]}", NOW + 3 * STEP)
    assert not accepted(graph, codes.at(NOW + 5 * STEP), NOW + 7 * STEP)  # two steps behind
    assert not accepted(graph, codes.at(NOW + 9 * STEP), NOW + 7 * STEP)
    assert accepted(graph, codes.at(NOW + 7 * STEP), NOW + 7 * STEP)


def test_each_recovery_code_lets_in_once_and_signs_out_elsewhere(graph: Graph) -> None:
    _, recovery = with_factor(graph)
    before = accounts.find(graph, "asha")
    assert len({*recovery}) == 10

    used = accepted(graph, recovery[3].lower().replace("-", " "), NOW)

    assert used
    assert used.generation == before.generation + 1
    assert not accepted(graph, recovery[3], NOW)
    assert accepted(graph, recovery[0], NOW)
    assert second_factor.recovery_left(accounts.properties(graph, "asha")) == 8
    for wrong in ("", "1", "x", "3-00000-00000", "\ud800" * 6, "٣" * 6, "9" * 11):
        assert not accepted(graph, wrong, NOW)

    new = second_factor.renew_recovery(graph, "asha", now=NOW, random=token_bytes)
    assert not accepted(graph, recovery[1], NOW)
    assert accepted(graph, new[1], NOW)


def test_a_secret_opens_with_its_key_and_for_its_account_only(graph: Graph) -> None:
    codes, recovery = with_factor(graph)
    stored = accounts.properties(graph, "asha")

    assert not [part for part in (codes.secret, *recovery) if part in str(stored)]
    with pytest.raises(Refused) as refusal:
        accepted(graph, codes.at(NOW + STEP), NOW, key=b"z" * 32)
    assert OTHER_KEY.matches(refusal.value)
    accounts.add(graph, "bina", [grant_of("staff")], None, NOW)
    with pytest.raises(Refused, match="cannot be checked here"):
        second_factor.set_up(graph, "bina", stored["codes"], codes.at(NOW), key=KEY, now=NOW, random=token_bytes)
    assert accepted(graph, recovery[0], NOW, key=b"z" * 32)  # which no key seals


def test_who_took_it_away_and_each_recovery_code_stand_in_the_trail(graph: Graph) -> None:
    _, recovery = with_factor(graph)
    accepted(graph, recovery[5], NOW)
    second_factor.renew_recovery(graph, "asha", now=NOW, random=token_bytes)
    assert account_trail.verify(graph).ok
    second_factor.reset(graph, "asha", NOW, by="account:bina")

    told = [each for each in account_trail.entries(graph) if isinstance(each, Entry)][1:]
    assert [(each.kind, each.recorded_by) for each in told] == [
        ("factor", "account:asha"),
        ("recovery_used", "account:asha"),
        ("recovery", "account:asha"),
        ("factor_reset", "account:bina"),
    ]
    assert account_trail.verify(graph).ok
    assert accounts.properties(graph, "asha").keys() == {
        *("key", "login", "grants", "password", "generation", "created_at")
    }
    with pytest.raises(Refused) as refusal:
        second_factor.reset(graph, "asha", NOW)
    assert NO_FACTOR.matches(refusal.value)


def test_a_role_must_have_one_from_its_day_on_and_the_trail_says_who_required_it(graph: Graph) -> None:
    for login, role in {"asha": "manager", "bina": "manager@hills", "chitra": "auditor@hills"}.items():
        accounts.add(graph, login, [grant_of(role)], WORDS, NOW)
    days = (date(2026, 12, 15), date(2026, 12, 20))
    asked = {login: accounts.find(graph, login).factor_due_on for login in ("asha", "bina", "chitra")}
    assert asked == {"asha": None, "bina": None, "chitra": None}

    factor_requirement.require(graph, [grant_of("manager@plains")], days[0], NOW, by="local:ram")
    asked = {login: accounts.find(graph, login).factor_due_on for login in ("asha", "bina", "chitra")}
    assert asked == {"asha": days[0], "bina": None, "chitra": None}  # asha is manager of every programme
    factor_requirement.require(graph, [grant_of("manager"), grant_of("auditor")], days[1], NOW)
    asked = {login: accounts.authenticate(graph, login, WORDS).factor_due_on for login in ("asha", "bina", "chitra")}
    assert asked == {"asha": days[1], "bina": days[1], "chitra": days[1]}
    assert account_trail.verify(graph).ok

    factor_requirement.require_in_time(days[1], datetime(2026, 12, 19, 23, 59, tzinfo=UTC))
    with pytest.raises(factor_requirement.FactorDue):
        factor_requirement.require_in_time(days[1], datetime(2026, 12, 20, tzinfo=UTC))
    with pytest.raises(Invalid):
        factor_requirement.require(graph, [grant_of("staff@hills/W3")], days[0], NOW)
    told = [each for each in account_trail.entries(graph) if isinstance(each, Entry)]
    assert [(each.recorded_by, each.payload["required"]) for each in told if each.kind == "factor_required"] == [
        ("local:ram", ["manager@plains 2026-12-15"]),
        ("local", ["auditor 2026-12-20", "manager 2026-12-20"]),
    ]
    graph.write(lambda transaction: transaction.run("MATCH (h:TrailHead) SET h.required = []"))
    assert [each.fault for each in account_trail.verify(graph).faults] == [
        "Another second factor is required than the trail says."
    ]


BEHIND: Final[tuple[LiteralString, ...]] = (
    "MATCH (a:Account {login: 'asha'}) REMOVE a.codes",
    "MATCH (a:Account {login: 'asha'}) SET a.recovery = ['x']",
)


@pytest.mark.parametrize("behind", BEHIND)
def test_a_factor_that_is_changed_behind_the_trail_is_named(graph: Graph, behind: LiteralString) -> None:
    with_factor(graph)

    graph.write(lambda transaction: transaction.run(behind))

    assert [each.fault for each in account_trail.verify(graph).faults] == [
        "What lets account asha in beside its password is not what the trail knows."
    ]
