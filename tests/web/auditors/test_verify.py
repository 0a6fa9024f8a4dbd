"""Whether the record holds together, as a page.

audited   G1 > P1 > P2 in one household           T1 corrected and confirmed; P2 was not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.addresses import AUDITED

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_head_hash_that_was_noted_is_looked_for(client: FlaskClient) -> None:
    noted = client.get("/api/v1/programmes/audited/ledger").get_json()["entries"][3]["hash"]

    assert "Nothing wrong" in client.get(f"{AUDITED}/verify?noted={noted}").text
    assert "The head hash you noted is in the ledger" in client.get(f"{AUDITED}/verify?noted={noted.upper()}").text
    assert "is not in this ledger" in client.get(f"{AUDITED}/verify?noted={'0' * 63}1").text


def test_a_slip_of_the_pen_does_not_look_like_a_ledger_that_was_cut(client: FlaskClient) -> None:
    answer = client.get(f"{AUDITED}/verify?noted=d92b")

    assert answer.status_code == 400
    assert "Not a head hash" in answer.text


def test_what_was_changed_behind_the_ledger_is_named_at_its_entry(client: FlaskClient, recorded: Graph) -> None:
    text = "MATCH ()-[r:PASSED_TO {key: 'audited/pass/T1'}]->() SET r.animals = $animals"
    recorded.write(lambda transaction: transaction.run(text, animals=9.0))
    found = client.get(f"{AUDITED}/verify?noted=").text
    recorded.write(lambda transaction: transaction.run(text, animals=1.0))

    assert "1 fault" in found
    assert "animals is 9.0 where the ledger says 1" in found
    assert 'href="/p/audited/ledger/7"' in found
    assert "Nothing wrong" in client.get(f"{AUDITED}/verify?noted=").text
