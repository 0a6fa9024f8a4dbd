"""The receipt for a woman who asked to be forgotten: what it says, and that it does not name her.

W1, Maya, holds P1; she is erased by entry 6. A backup of 2020 still has her.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.backup import backup_files
from relay.ledger import programme_heads, reading
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web.reading import words

if TYPE_CHECKING:
    import pytest
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

FORGOTTEN: Final = "forgotten"
RECORD: Final = f"/p/{FORGOTTEN}/record/beneficiary:W1"


def erase(graph: Graph) -> str:
    """Record it once; the hash of the entry that erased her."""
    if FORGOTTEN not in {head.programme_id for head in programme_heads.heads(graph)}:
        begun = (say.programme(FORGOTTEN), say.rule(), say.gift(), say.woman("W1", name="Maya"))
        acts = (*begun, say.placed("P1 on 2020-03-01"), say.erased("beneficiary:W1"))
        record(graph, *acts, programme_id=FORGOTTEN)
    return list(reading.entries(graph, FORGOTTEN))[-1].hash


def test_the_receipt_tells_what_was_erased_by_which_entry_and_where_it_still_is(
    client: FlaskClient, recorded: Graph, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hash_ = erase(recorded)
    older = private_files.folder(backup_files.own_folder(settings.data_folder)) / "relay-2020-01-01T000000Z.jsonl"
    older.touch(mode=0o600)
    os.utime(older, (1577836800, 1577836800))  # 2020-01-01

    page = client.get(f"{RECORD}/erased")
    older.unlink()
    later = client.get(f"{RECORD}/erased")

    said = words(page.text)
    assert page.status_code == 200
    assert f"Entry 6 {hash_}" in said
    assert "Record Beneficiary W1" in said
    assert "Erased name" in said
    assert "A copy from before the erasure, of 2020-01-01" in said
    assert "A copy from before the erasure, of 2020-01-01" not in words(later.text)
    assert "Maya" not in page.text + caplog.text
    assert str(settings.data_folder) not in page.text


def test_her_record_leads_to_it_and_a_record_of_which_nothing_was_erased_does_not(
    client: FlaskClient, recorded: Graph
) -> None:
    erase(recorded)

    assert f"{RECORD}/erased" in client.get(RECORD).text
    assert "/erased" not in client.get(f"/p/{FORGOTTEN}/record/gift:G1").text
    assert client.get(f"/p/{FORGOTTEN}/record/gift:G1/erased").status_code == 404


def test_it_speaks_the_readers_language_and_is_a_pdf_too(client: FlaskClient, recorded: Graph) -> None:
    erase(recorded)

    assert "un effacement</h1>" in client.get(f"{RECORD}/erased?lang=fr").text
    assert client.get(f"{RECORD}/erased.pdf?lang=ne").data.startswith(b"%PDF-")
