"""Certificates as a stranger opens them: what they tell, and what they never do.

G1 > P1 > P2 by T1, confirmed; > P3 by T2, corrected; > P4 by T3, taken back; W2 is erased
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Final

import pytest

from relay.ledger import programme_heads, reading
from relay.reports.certificates import code_of
from relay.web import create_app
from relay.web.traffic import shared_state
from relay.web.traffic.limits import LOOKS_A_MINUTE
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

PAPERS: Final = "papers"
HOST: Final = "https://relay.example.org"


@pytest.fixture
def codes(recorded: Graph) -> dict[str, str]:
    """Act id → its code, of the programme of papers."""
    if PAPERS not in {head.programme_id for head in programme_heads.heads(recorded)}:
        women = [say.woman(f"W{number}", name_agreed_on="2022-02-20") for number in (1, 2, 3)]
        women.append(say.woman("W4"))
        begun = (say.programme(PAPERS), say.rule(owed=3), say.gift(), *women, say.placed("P1 on 2020-03-01"))
        passed = [say.passed(f"T{number}: P1 > P{number + 1} on 2022-03-01", animals=1) for number in (1, 2, 3)]
        record(recorded, *begun, *passed, programme_id=PAPERS, by="local:bina")
        later = (
            say.confirmed("pass:T1"),
            say.corrected("pass:T2", passed_on="2022-03-05"),
            say.taken_back("pass:T3", "C2"),
            say.erased("beneficiary:W2"),
        )
        record(recorded, *later, programme_id=PAPERS)
    return {entry.act_id: code_of(entry.hash) for entry in reading.entries(recorded, PAPERS)}


@pytest.fixture
def stranger(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give somebody who has no account, at a site."""
    return create_app(recorded, settings, now=lambda: relays.NOW, site="relay.example.org").test_client()


def opened(client: FlaskClient, code: str, programme: str = PAPERS) -> TestResponse:
    return client.get(f"/v/{programme}/{code}", base_url=HOST)


def test_a_stranger_reads_what_is_recorded_today_and_no_name_or_id(
    stranger: FlaskClient, codes: dict[str, str]
) -> None:
    confirmed, corrected, back = (words(opened(stranger, codes[f"pass:T{number}"]).text) for number in (1, 2, 3))
    assert "1 Mar 2022" in confirmed
    assert "1 goat" in confirmed
    assert "Confirmed by a second person yes" in confirmed  # although W2, who received, is erased
    assert "5 Mar 2022" in corrected
    assert "Corrected since yes" in corrected
    assert "This was taken back" in back
    assert "This was taken back" not in confirmed + corrected
    for said in (confirmed, corrected, back):
        assert not any(word in said for word in ("W1", "W2", "W3", "W4", "P1", "T1", "Name of", "Donor", "bina"))
    assert opened(stranger, codes["pass:T1"].upper()).status_code == 200
    assert "a gift" in words(opened(stranger, codes["placement:P1"]).text)


def test_wrong_unknown_and_foreign_codes_are_answered_alike(stranger: FlaskClient, codes: dict[str, str]) -> None:
    right = codes["pass:T1"]
    one_wrong = f"{right[:-1]}{'0' if right[-1] != '0' else '1'}"
    tried = [
        (one_wrong, PAPERS),
        (right, "demo"),  # of another programme
        (right, "nowhere"),
        (right[:8], PAPERS),
        (f"{right}00", PAPERS),
        ("x OR true", PAPERS),
        (codes["beneficiary:W2"], PAPERS),  # which certifies nothing
        (codes["erase:X1"], PAPERS),
    ]
    answers = [opened(stranger, code, programme) for code, programme in tried]
    said = {words(each.text) for each in answers}
    assert {each.status_code for each in answers} == {404}
    assert len(said) == 1
    assert "There is no certificate with this code." in said.pop()


def test_it_sets_no_cookie_is_not_kept_and_not_logged(
    stranger: FlaskClient, codes: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="relay.web"):
        answer = stranger.get(f"/v/{PAPERS}/{codes['pass:T1']}?lang=ne", base_url=HOST)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert "प्रमाणपत्र" in answer.text
    assert caplog.records == []


def test_who_tries_codes_one_after_another_has_to_wait(
    stranger: FlaskClient, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_state, "_MINUTE", math.inf)  # however long the machine takes for them
    statuses = [opened(stranger, codes["pass:T1"]).status_code for _ in range(LOOKS_A_MINUTE + 1)]
    assert statuses == [200] * LOOKS_A_MINUTE + [429]


def test_a_certificate_is_printed_with_its_code_only_where_there_is_a_public_host(
    asha: FlaskClient, recorded: Graph, settings: Settings, codes: dict[str, str]
) -> None:
    path, code = f"/p/{PAPERS}/record/pass:T1/certificate", codes["pass:T1"].upper()
    at_home = asha.get(path)
    assert at_home.status_code == 200
    assert code not in at_home.text
    site = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha", site="relay.example.org").test_client()
    assert f"{HOST}/v/{PAPERS}/{code}" in site.get(path, base_url=HOST).text
    assert asha.get(f"/p/{PAPERS}/record/beneficiary:W1/certificate").status_code == 404


def test_a_certificate_names_the_two_only_where_the_record_says_that_they_agreed(
    asha: FlaskClient, codes: dict[str, str]
) -> None:
    assert codes
    both, one, gift = (
        words(asha.get(f"/p/{PAPERS}/record/{act}/certificate").text) for act in ("pass:T2", "pass:T3", "placement:P1")
    )

    assert "given to Name of W3 who received 1 goat passed on to her by Name of W1" in both
    assert "5 Mar 2022 · 2078-11-21 BS" in both
    assert "by hand" not in both
    assert "given to who received 1 goat passed on to her by Name of W1" in one
    assert "does not say that W4 agreed" in one
    assert "Name of W4" not in one
    assert "given to Name of W1 who received 2 goats Received from a gift" in gift
