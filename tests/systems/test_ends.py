"""What was recorded open is ended once, not before its own day, and everything else of an act holds for its end too.

W1 ── well K1, dug 2022-01-01 ── visited 2022-05-01          W2 ── well K2, dug 2023-06-01
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay import cli
from relay.backup import ledger_backup
from relay.domain.acts import SYSTEM_OFF, Act
from relay.domain.rulebook import CANNOT_BE_ENDED, ENDED_ALREADY, ENDED_BEFORE_IT_BEGAN, Missing
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import reading, verify
from relay.reports import record_history
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.systems import CATALOGUE, SYSTEMS
from tests.systems.wells.scene import added, outcomes, refusal, visit, well

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell


def end(end_id: str, act_id: str, until_on: str, **values: str) -> Act:
    return Act(kind="end", id=end_id, values={"end_id": end_id, "act_id": act_id, "until_on": until_on, **values})


def test_what_is_open_ends_once_and_on_no_day_before_its_own(village: Graph) -> None:
    assert ENDED_BEFORE_IT_BEGAN.matches(refusal(village, end("N1", "well:K2", "2023-05-31")))
    added(village, end("N2", "well:K1", "2022-01-01", reason="It fell in."), end("N3", "well:K2", "2024-01-01"))
    (again,) = outcomes(village, end("N3", "well:K2", "2024-01-01"))

    assert again.action == "same"
    assert ENDED_ALREADY.matches(refusal(village, end("N4", "well:K1", "2023-01-01")))
    assert "but today is" in str(refusal(village, end("N5", "well:K2", "2024-07-01")))
    assert verify.verify(village, "demo").ok
    assert record_history.show(village, "demo", "well:K1", say.TODAY).history[-1].id == "well_visit:V2"
    told = [line.what for line in record_history.show(village, "demo", "well:K2", say.TODAY).history]
    assert told[-1] == "end of well:K2"


def test_only_what_is_recorded_and_of_a_kind_that_says_so_is_ended(village: Graph) -> None:
    assert isinstance(refusal(village, end("N1", "well:K9", "2024-01-01")), Missing)
    for other in ("well_visit:V1", "beneficiary:W1", "K1", "nothing:K1"):
        assert CANNOT_BE_ENDED.matches(refusal(village, end("N1", other, "2024-01-01")))


def test_of_two_ends_that_come_together_one_is_recorded(village: Graph) -> None:
    one, other = outcomes(village, end("N1", "well:K1", "2024-01-01"), end("N2", "well:K1", "2024-02-01"))

    assert one.error is None
    assert ENDED_ALREADY.matches(other.error)


def test_an_end_is_corrected_taken_back_and_brought_back_as_far_as_the_rules_allow(village: Graph) -> None:
    added(village, end("N1", "well:K2", "2024-01-01"))

    assert "cannot be taken back while" in str(refusal(village, say.taken_back("well:K2", "C1")))
    assert ENDED_BEFORE_IT_BEGAN.matches(refusal(village, say.corrected("end:N1", "C2", until_on="2023-01-01")))
    assert ENDED_BEFORE_IT_BEGAN.matches(refusal(village, say.corrected("well:K2", "C3", dug_on="2024-02-01")))
    added(village, say.corrected("end:N1", "C4", until_on="2024-02-01"), say.taken_back("end:N1", "C5"))
    added(village, end("N2", "well:K2", "2024-03-01"))
    assert ENDED_ALREADY.matches(refusal(village, say.taken_back("correct:C5", "C6")))
    assert verify.verify(village, "demo").ok


def test_ends_are_exported_imported_and_restored(village: Graph, tmp_path: Path) -> None:
    added(village, end("N1", "well:K1", "2024-01-01", reason="It fell in."))
    lines = list(ledger_backup.backup_lines(village))
    for name in ("folder", "book.xlsx"):
        export_programme(village, "demo", tmp_path / name, with_names=True)
        assert {row.action for row in import_programme(village, tmp_path / name, say.clerk())} == {"same"}

    assert "N1,well:K1,2024-01-01,It fell in." in (tmp_path / "folder" / "ends.csv").read_text("utf-8-sig")
    wiped(village)
    report = import_programme(village, tmp_path / "folder", say.clerk(), apply=True)
    assert {row.action for row in report} == {"added"}
    ledger_backup.restore(wiped(village), lines, say.clerk())
    assert verify.verify(village, "demo").ok


def test_nothing_ends_where_nothing_that_can_is_used(village: Graph) -> None:
    added(village, say.corrected("programme:demo", "C1", systems=None))

    assert SYSTEM_OFF.matches(refusal(village, end("N1", "well:K1", "2024-01-01")))
    assert "end" not in CORE.kinds
    assert CATALOGUE.systems_of("end") == {"wells"}


def test_an_end_is_recorded_by_its_command(
    alone: Shell, connection: Connection, village: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert village.catalogue is CATALOGUE
    alone.use(connection)
    monkeypatch.setattr(cli.main, "__defaults__", (SYSTEMS,))

    assert "  end " in alone.ok("--help").out
    alone.ok("end", "K1", "--on", "2024-01-01", "--reason", "It fell in.")
    assert "was already ended" in alone.run("end", "well:K1", "--on", "2024-01-01").err
    alone.ok("programme", "systems", "demo", "--none")
    assert "  end " not in alone.ok("--help").out


def test_an_end_has_a_form_on_the_record_of_what_can_be_ended(village: Graph, tmp_path: Path) -> None:
    client = create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()

    form = client.get("/p/demo/record/well:K1/end").text
    assert 'name="until_on"' in form
    assert "/record/well:K1/end" in client.get("/p/demo/record/well:K1").text
    assert client.get("/p/demo/record/beneficiary:W1/end").status_code == 404
    added(
        village, visit("V9", "K1", "2024-01-01"), well("K7", "W3"), say.corrected("programme:demo", "C1", systems=None)
    )
    assert client.get("/p/demo/record/well:K1/end").status_code == 404


def test_what_acts_of_one_kind_say_is_read_with_the_day_of_their_end_and_what_is_personal_where_asked(
    village: Graph,
) -> None:
    added(village, end("X1", "well:K1", "2024-01-01"), well("K3", "W3"), say.taken_back("well:K3"))
    plain = {"dug_on": "2022-01-01", "depth": 12, "well_id": "K1", "beneficiary_id": "W1", "ended_on": "2024-01-01"}

    first, second = reading.said(village, "demo", "well")

    assert (first, second["well_id"], second.get("ended_on")) == (plain, "K2", None)
    assert reading.said(village, "demo", "well", personal=True)[0] == plain | {"story": "Her mother dug it."}
    assert reading.said(village, "demo", "no_kind") == []
