"""Accounts that are linked with who somebody is at the organisation's own sign-in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, LiteralString

import pytest

from relay.access import account_trail, accounts, linked_sign_in
from relay.access.linked_sign_in import LINKED_ELSEWHERE, NOT_A_SUBJECT, NOT_LINKED
from relay.access.roles import grant_of
from relay.errors import RelayError

if TYPE_CHECKING:
    from relay.graph import Graph

NOW: Final = datetime(2026, 12, 1, 6, 15, tzinfo=UTC)
THERE: Final = "https://login.example.org"


def account_there(graph: Graph, subject: str, issuer: str = THERE) -> str:
    found = linked_sign_in.account_of(graph, issuer, subject)
    return found.login if found else ""


def test_a_subject_leads_to_one_account_of_its_issuer_until_the_link_ends(graph: Graph) -> None:
    for login in ("asha", "bina"):
        accounts.add(graph, login, [grant_of("manager")], None, NOW)
    before = linked_sign_in.link(graph, "asha", THERE, "17", NOW)

    assert account_there(graph, "17") == "asha"
    assert (account_there(graph, "1"), account_there(graph, "17", "https://other.example.org")) == ("", "")
    with pytest.raises(RelayError) as refusal:
        linked_sign_in.link(graph, "bina", THERE, "17", NOW)
    assert LINKED_ELSEWHERE.matches(refusal.value)
    assert account_there(graph, "17") == "asha"

    assert linked_sign_in.unlink(graph, "asha", NOW).generation == before.generation + 1
    linked_sign_in.link(graph, "bina", THERE, "17", NOW)
    assert account_there(graph, "17") == "bina"
    accounts.remove(graph, "bina")
    accounts.add(graph, "bina", [grant_of("manager")], None, NOW)
    assert account_there(graph, "17") == ""
    assert account_trail.verify(graph).ok


def test_what_is_no_subject_and_what_is_not_linked_is_refused(graph: Graph) -> None:
    accounts.add(graph, "asha", [grant_of("manager")], None, NOW)
    for subject in ("", " ", "a\nb", "x" * 256):
        with pytest.raises(RelayError) as refusal:
            linked_sign_in.link(graph, "asha", THERE, subject, NOW)
        assert NOT_A_SUBJECT.matches(refusal.value)
    with pytest.raises(RelayError) as refusal:
        linked_sign_in.unlink(graph, "asha", NOW)
    assert NOT_LINKED.matches(refusal.value)


@pytest.mark.parametrize("behind", ["SET a.subject = 'https://login.example.org 18'", "REMOVE a.subject"])
def test_a_link_that_somebody_wrote_into_the_database_is_found(graph: Graph, behind: LiteralString) -> None:
    accounts.add(graph, "asha", [grant_of("manager")], None, NOW)
    linked_sign_in.link(graph, "asha", THERE, "17", NOW)
    graph.write(lambda transaction: transaction.run("MATCH (a:Account) " + behind))

    assert [each.fault for each in account_trail.verify(graph).faults] == [
        "What lets account asha in beside its password is not what the trail knows."
    ]
