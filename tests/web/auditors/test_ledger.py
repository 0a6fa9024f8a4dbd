"""The ledger as pages.

audited   G1 > P1 > P2 in one household           T1 corrected and confirmed; P2 was not found
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.web.addresses import AUDITED
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_the_ledger_is_read_page_by_page_newest_first(client: FlaskClient) -> None:
    first, second = (client.get(f"/p/large/ledger{page}").text for page in ("", "?page=2"))
    last = ledger_length = int(re.findall(r'href="/p/large/ledger/(\d+)"', first)[0])

    sequences = [
        int(each) for each in re.findall(r'<th scope=row[^>]*><a href="/p/large/ledger/(\d+)"', first + second)
    ]
    assert sequences == list(range(last, last - 100, -1))
    assert ledger_length == 3 + 1023 + 1 + 1022  # programme, rule, gift; women; the first placement; pass-ons


def test_the_ledger_is_searched(client: FlaskClient) -> None:
    def found(query: str) -> list[int]:
        return [row["sequence"] for row in client.get(f"{AUDITED}/ledger.json?{query}").get_json()["rows"]]

    assert found("kind=correct") == [8]
    assert found("naming=T1") == [10, 8, 7]
    assert found("by=local:maya") == [10]
    assert found("since=2026-11-25&until=2026-11-25&sort=sequence") == list(range(1, 11))
    assert found("until=2026-11-24") == []
    assert "No match. Loosen the filters" in client.get(f"{AUDITED}/ledger?naming=nobody").text


def test_a_file_of_the_ledger_holds_nothing_personal(client: FlaskClient) -> None:
    text = client.get(f"{AUDITED}/ledger.json").text

    assert "Name of" not in text
    assert "H1" not in text
    assert "asked again" not in text


def test_an_act_is_shown_before_and_after_with_what_was_said_of_it(client: FlaskClient) -> None:
    act, correction = (client.get(f"{AUDITED}/ledger/{sequence}").text for sequence in (7, 8))
    entries = client.get("/api/v1/programmes/audited/ledger").get_json()["entries"]

    assert "animals 2 1 Later changes" in words(correction)
    assert "“misread”" in correction
    assert re.findall(r'href="/p/audited/ledger/(\d+)"', act.partition("Later changes")[2])[:2] == ["8", "10"]
    assert [entry["hash"] in act for entry in entries if entry["sequence"] in (6, 7)] == [True, True]
    assert "Commitment to why" in correction


def test_an_entry_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{AUDITED}/ledger/11").status_code == 404
