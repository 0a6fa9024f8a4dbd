"""Checks and what they found.

audited   G1 > P1 > P2 in one household           T1 corrected and confirmed; P2 was not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.audit.checks import CHECKS
from tests.web.addresses import AUDITED
from tests.web.reading import rows, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_every_check_is_listed_with_what_it_found_and_looked_at(client: FlaskClient) -> None:
    text = words(client.get(f"{AUDITED}/audit").text)

    assert all(check.title in text for check in CHECKS)
    assert "1 1 same household" in text
    assert "0 1 cycle" in text


def test_a_finding_leads_to_its_record_and_to_the_entries_of_its_acts(client: FlaskClient) -> None:
    text = client.get(f"{AUDITED}/findings?check=same_household").text

    assert "giver and receiver live in the same household." in text
    assert 'href="/p/audited/record/pass:T1"' in text
    assert 'href="/p/audited/ledger/7"' in text
    assert "too soon" not in words(text).partition("Show")[2]


def test_findings_are_taken_away_as_they_are_shown(client: FlaskClient) -> None:
    as_csv = rows(client.get(f"{AUDITED}/findings.csv?severity=high").text)
    as_json = client.get(f"{AUDITED}/findings.json?severity=high").get_json()

    assert [row["check_id"] for row in as_csv] == [row["check_id"] for row in as_json["rows"]]
    assert {"check_id": "same_household", "acts": [7]}.items() <= as_json["rows"][0].items()
    assert client.get(f"{AUDITED}/findings.xlsx").data[:2] == b"PK"
