"""A system made for the tests gets from Relay all that a kind of act of the core gets, by its folder and one line.

W1 ── well K1 ── visit V1 (in order), V2 (dry)          W2 ── well K2, which nobody visited
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay import cli
from relay.audit import run
from relay.backup import ledger_backup
from relay.domain.acts import SYSTEM_OFF
from relay.domain.entries import UnknownKind
from relay.domain.rulebook import NO_SUCH_SYSTEM, SYSTEM_NEEDS
from relay.domain.schema import Column
from relay.domain.system import Catalogue, System
from relay.exchange import cells
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.graph import connect
from relay.ledger import places, programme_heads, reading, verify
from relay.reports import record_history
from relay.settings import Settings
from relay.text import Sentence
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.systems import CATALOGUE, SYSTEMS
from tests.systems.pumps.rules import NOTHING_TO_PUMP, deep_enough
from tests.systems.wells import WELLS
from tests.systems.wells.kinds import KINDS
from tests.systems.wells.questions import wells
from tests.systems.wells.rules import TOO_DEEP, not_too_deep
from tests.systems.wells.scene import added, outcomes, refusal, visit, well

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON: Final = say.TODAY.isoformat()


# ---------------------------------------------------------------------------------------------------- recording


def test_its_acts_are_judged_noted_and_stand_in_the_graph(village: Graph) -> None:
    (again,) = outcomes(village, well("K1", "W1", story="Her mother dug it."))
    (dry,) = outcomes(village, visit("V3", "K2", "2023-07-01", works="no"))

    assert again.action == "same"
    assert [note.note for note in dry.notes] == ["dry"]
    assert TOO_DEEP.matches(refusal(village, well("K3", "W1", depth=101)))
    assert str(refusal(village, visit("V4", "K9", "2023-07-01"))).startswith("There is no well K9 in the record.")
    assert "but today is" in str(refusal(village, well("K4", "W1", dug_on="2024-07-01")))
    assert verify.verify(village, "demo").ok
    told = village.rows("MATCH (v:WellVisit)-[:VISIT_TO]->(w:Well)-[:KEPT_BY]->(b:Beneficiary) RETURN count(v) AS many")
    assert told[0]["many"] == 3


def test_its_acts_are_corrected_taken_back_and_brought_back(village: Graph) -> None:
    corrected = say.corrected("well:K1", "C1", depth=15)
    taken_back = say.taken_back("well_visit:V2", "C2")

    assert "cannot be taken back while" in str(refusal(village, say.taken_back("well:K1", "C9")))
    assert "cannot be taken back while" in str(refusal(village, say.taken_back("beneficiary:W1", "C8")))
    assert TOO_DEEP.matches(refusal(village, say.corrected("well:K1", "C7", depth=500)))
    added(village, corrected, taken_back)
    assert [(each.well_id, each.depth, each.works) for each in wells(village, "demo", say.TODAY)] == [
        ("K1", 15.0, "yes"),
        ("K2", 12.0, None),
    ]
    added(village, say.taken_back("correct:C2", "C3"))
    assert wells(village, "demo", say.TODAY)[0].works == "no"
    assert verify.verify(village, "demo").ok


def test_what_is_personal_in_them_is_erased_with_her(village: Graph) -> None:
    assert "Her mother dug it." in "".join(ledger_backup.export_lines(village, "demo", with_names=True))

    added(village, say.erased("beneficiary:W1"))

    assert "Her mother dug it." not in "".join(ledger_backup.export_lines(village, "demo", with_names=True))
    assert village.rows("MATCH (o:Personal) WHERE o.story IS NOT NULL RETURN o.key AS key") == []
    assert verify.verify(village, "demo").ok


def test_they_are_asked_for_as_of_a_day_and_audited(village: Graph) -> None:
    before, later = (wells(village, "demo", day) for day in (date(2022, 12, 31), say.TODAY))
    checks = {check.check_id: check for check in run.audit(village, "demo", say.TODAY).checks}

    assert [(each.well_id, each.works) for each in before] == [("K1", "yes")]
    assert [(each.well_id, each.works) for each in later] == [("K1", "no"), ("K2", None)]
    assert checks["well_never_visited"].population == 2
    assert [finding.subject_id for finding in checks["well_never_visited"].findings] == ["well:K2"]
    assert checks["recorded_late"].population == 0, "all of it was recorded together"


def test_the_record_of_what_they_name_tells_of_them(village: Graph) -> None:
    woman = record_history.show(village, "demo", "beneficiary:W1", say.TODAY)
    dug = record_history.show(village, "demo", "well:K1", date(2022, 12, 31))

    assert [line.what for line in woman.history if line.id == "well:K1"] == ["well kept by W1"]
    assert [line.id for line in dug.history] == ["well:K1", "well_visit:V1"]
    assert dug.values["story"] == "Her mother dug it."


# ---------------------------------------------------------------------------------------------------- rosters


def dug_by(graph: Graph) -> dict[str, list[str]]:
    """Of each well, who dug it, as the graph has them."""
    rows = graph.rows("MATCH (w:Well)-[:DUG_BY]->(b:Beneficiary) RETURN w.well_id AS well, b.beneficiary_id AS woman")
    found: dict[str, list[str]] = {}
    for row in rows:
        found[row["well"]] = sorted([*found.get(row["well"], []), row["woman"]])
    return found


def test_a_column_may_name_several_women_each_tied_to_the_act(village: Graph, tmp_path: Path) -> None:
    added(village, well("K3", "W3", dug_by="W1;W2", story="They dug for a week."))

    assert dug_by(village) == {"K3": ["W1", "W2"]}
    assert str(refusal(village, well("K4", "W3", dug_by="W1;W9"))) == (
        "There is no beneficiary W9 in the record. Record it first, or correct the id."
    )
    assert "cannot be taken back while" in str(refusal(village, say.taken_back("beneficiary:W2", "C9")))
    added(village, say.corrected("well:K3", "C1", dug_by="W1;W3"))
    assert dug_by(village) == {"K3": ["W1", "W3"]}
    assert verify.verify(village, "demo").ok
    woman = record_history.show(village, "demo", "beneficiary:W1", say.TODAY)
    assert "well:K3" in [line.id for line in woman.history]

    for name in ("folder", "book.xlsx"):
        export_programme(village, "demo", tmp_path / name, with_names=True)
        assert {row.action for row in import_programme(village, tmp_path / name, say.clerk())} == {"same"}
    ledger_backup.rebuild(village, "demo")
    assert dug_by(village) == {"K3": ["W1", "W3"]}
    added(village, say.corrected("well:K3", "C2", dug_by=None))
    assert dug_by(village) == {}
    assert verify.verify(village, "demo").ok


def test_what_is_personal_in_an_act_is_erased_with_each_whom_it_names(village: Graph) -> None:
    added(village, well("K3", "W3", dug_by="W1", story="They dug for a week."))
    added(village, say.corrected("well:K3", "C1", dug_by="W1;W2"))

    added(village, say.erased("beneficiary:W2"))

    told = "".join(ledger_backup.export_lines(village, "demo", with_names=True))
    assert "They dug for a week." not in told
    assert "Her mother dug it." in told, "the well of W1, which W2 has nothing to do with"
    assert dug_by(village) == {"K3": ["W1", "W2"]}
    assert verify.verify(village, "demo").ok


def test_an_act_lies_where_each_whom_it_names_lives(village: Graph) -> None:
    added(village, say.place("1"), say.place("2"))
    added(village, *(say.corrected(f"beneficiary:W{each}", f"C{each}", place_id=str(each)) for each in (1, 2)))
    added(village, well("K3", "W3", dug_by="W1;W2"))

    assert places.places_of_record(village, "demo", "well:K3") == {"1", "2"}


def test_several_ids_are_read_each_once_and_in_order() -> None:
    column = next(column for column in KINDS[1].columns if column.name == "dug_by")

    assert cells.read(column, " W2; W1;\nW2 ") == "W1;W2"
    assert cells.read(column, 12) == "12"
    assert cells.read(column, " ; ") is None
    with pytest.raises(cells.CellFault):
        cells.read(column, "W1;gift:G1")


def test_a_woman_among_several_may_be_named_by_her_name(shell: Shell) -> None:
    names = [f"W{number}" for number in (1, 2)]
    shown = {id_: shell.ok("show", f"beneficiary:{id_}", "--json").json["values"]["name"] for id_ in names}

    said = shell.ok(
        "well", "--id", "K5", "--beneficiary", "W3", "--on", "2024-01-01", "--dug-by", ";".join(shown.values())
    )

    assert all(f"({id_})" in said.err or id_ in said.err for id_ in names)
    assert shell.ok("show", "well:K5", "--json").json["values"]["dug_by"] == "W1;W2"


# ---------------------------------------------------------------------------------------------------- files


def test_they_are_exported_and_imported_as_folder_and_workbook(village: Graph, tmp_path: Path) -> None:
    for name in ("folder", "book.xlsx"):
        export_programme(village, "demo", tmp_path / name, with_names=True)
        assert {row.action for row in import_programme(village, tmp_path / name, say.clerk())} == {"same"}

    rules = (tmp_path / "folder" / "rules.toml").read_text()
    assert 'systems = ["wells"]' in rules
    assert '[[well_rule]]\nsource = "spring"\nfrom = 2021-01-01\nlitres = 20\n' in rules
    assert "K1,W1,2022-01-01,12,Her mother dug it." in (tmp_path / "folder" / "wells.csv").read_text("utf-8-sig")
    wiped(village)
    report = import_programme(village, tmp_path / "folder", say.clerk(), apply=True)
    assert {row.action for row in report} == {"added"}
    assert [each.works for each in wells(village, "demo", say.TODAY)] == ["no", None]


def test_a_backup_brings_them_back_and_a_relay_without_them_names_them(village: Graph, connection: Connection) -> None:
    lines = list(ledger_backup.backup_lines(village))

    ledger_backup.restore(wiped(village), lines, say.clerk())

    assert list(ledger_backup.backup_lines(village)) == lines
    assert verify.verify(village, "demo").ok
    ledger_backup.rebuild(village, "demo")
    assert verify.verify(village, "demo").ok
    with connect(connection, CORE) as without:
        with pytest.raises(UnknownKind) as told:  # whoever reads its ledger is not told to restore a backup of the same
            list(reading.entries(without, "demo"))
        assert told.value.suggestion == "Use a version of Relay that has the system to which it belongs."
        with pytest.raises(ledger_backup.OtherSystem, match="not have: wells"):
            ledger_backup.restore(wiped(without), lines, say.clerk())


# ---------------------------------------------------------------------------------------------------- switches


def test_a_programme_that_does_not_use_them_records_none_and_keeps_what_is_there(village: Graph) -> None:
    added(village, say.corrected("programme:demo", "C1", systems=None))

    assert SYSTEM_OFF.matches(refusal(village, well("K3", "W3")))
    assert programme_heads.head(village, "demo").systems == ()
    assert "well_never_visited" not in {check.check_id for check in run.audit(village, "demo", say.TODAY).checks}
    added(village, say.corrected("well:K1", "C2", depth=9), say.erased("well:K1"))
    assert verify.verify(village, "demo").ok
    assert (
        ledger_backup.check_backup(list(ledger_backup.backup_lines(village)), CATALOGUE)[0].entries
        == programme_heads.head(village, "demo").entries
    )


def test_a_system_that_there_is_not_or_that_needs_another_is_refused(village: Graph) -> None:
    assert NO_SUCH_SYSTEM.matches(refusal(village, say.corrected("programme:demo", "C1", systems="wells;ponds")))
    assert SYSTEM_NEEDS.matches(refusal(village, say.corrected("programme:demo", "C1", systems="pumps")))
    added(village, say.corrected("programme:demo", "C1", systems="pumps;wells"))
    assert programme_heads.head(village, "demo").systems == ("pumps", "wells")


def test_a_system_refuses_what_another_records_where_both_are_used(village: Graph) -> None:
    assert refusal(village, well("K3", "W3", depth=4)) is None

    added(village, say.corrected("programme:demo", "C1", systems="wells;pumps"))

    assert NOTHING_TO_PUMP.matches(refusal(village, well("K4", "W3", depth=4)))
    assert NOTHING_TO_PUMP.matches(refusal(village, say.corrected("well:K1", "C2", depth=4)))


def test_money_is_counted_in_whole_paisa() -> None:
    paid = next(column for column in KINDS[2].columns if column.name == "paid")

    assert [cells.read(paid, cell) for cell in ("12.5", 0, 12.25)] == [12.5, 0, 12.25]
    for cell, advice in (("12.345", "Write 12.35"), ("-3", "Write 3")):
        with pytest.raises(cells.CellFault) as found:
            cells.read(paid, cell)
        assert advice in str(found.value.suggestion)


def test_a_programme_without_systems_is_recorded_and_exported_as_ever(
    graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    added(graph, *say.beginnings(2))
    export_programme(graph, "demo", tmp_path / "with", with_names=True)
    export_programme(graph, "demo", tmp_path / "with.xlsx", with_names=True)
    lines = list(ledger_backup.export_lines(graph, "demo", with_names=True))

    with connect(connection, CORE) as core:
        wiped(core)
        added(core, *say.beginnings(2))
        export_programme(core, "demo", tmp_path / "core", with_names=True)
        export_programme(core, "demo", tmp_path / "core.xlsx", with_names=True)
        assert list(ledger_backup.export_lines(core, "demo", with_names=True)) == lines

    files = [{file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("with", "core")]
    assert files[0] == files[1]
    assert (tmp_path / "with.xlsx").read_bytes() == (tmp_path / "core.xlsx").read_bytes()


# ---------------------------------------------------------------------------------------------------- shells


@pytest.fixture
def shell(alone: Shell, connection: Connection, village: Graph, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Give a shell whose program knows wells."""
    assert village.catalogue is CATALOGUE
    alone.use(connection)
    monkeypatch.setattr(cli.main, "__defaults__", (SYSTEMS,))
    return alone


def test_its_commands_are_listed_and_run_only_where_it_is_used(shell: Shell) -> None:
    assert "  well-visit " in shell.ok("--help").out
    shell.ok("well", "--id", "K5", "--beneficiary", "W3", "--on", "2024-01-01", "--depth", "8")
    assert "no water" in shell.ok("well-visit", "K5", "--works", "no", "--on", "2024-02-01").err
    assert shell.ok("wells", "--as-of", ON, "--json").json[-1]["works"] == "no"
    assert shell.ok("programme", "systems", "demo", "--json").json["systems"] == ["wells"]

    shell.ok("programme", "systems", "demo", "--none")

    assert "well-visit" not in shell.ok("--help").out
    assert "does not use" in shell.run("wells").err
    assert "does not use" in shell.run("well", "--id", "K6", "--beneficiary", "W3").err
    assert "There is no system ponds." in shell.run("programme", "systems", "demo", "ponds").err
    assert shell.ok("programme", "systems", "demo", "wells", "pumps", "--json").json["systems"] == ["wells", "pumps"]


def test_its_pages_are_there_only_where_it_is_used(village: Graph, tmp_path: Path) -> None:
    client = create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()

    assert "<li>K1</li>" in client.get("/p/demo/wells").text
    record = client.get("/p/demo/record/beneficiary:W1").text
    assert "She keeps 1 wells." in record
    assert "All wells" in record
    assert "Visit to a well" in client.get("/p/demo/ledger").text

    form = client.get("/p/demo/record/beneficiary:W2/well").text
    assert all(f'name="{column}"' in form for column in ("dug_on", "depth", "story", "well_id"))
    own_id = re.search(r'name="own_id" value="(\w+)"', form)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert own_id
    assert token
    sent = {"csrf_token": token[1], "own_id": own_id[1], "seen": "99", "dug_on": "2022-05-01", "form.step": "record"}
    assert (
        "is deeper than a well dug by hand"
        in client.post("/p/demo/record/beneficiary:W2/well", data={**sent, "depth": "101"}).text
    )
    assert client.post("/p/demo/record/beneficiary:W2/well", data={**sent, "depth": "9"}).status_code == 303
    assert "/record/beneficiary:W2/well" in client.get("/p/demo/record/beneficiary:W2").text
    assert client.get("/p/demo/record/well:K1/well-visit").status_code == 200

    added(village, say.corrected("programme:demo", "C1", systems=None))

    assert client.get("/p/demo/record/beneficiary:W2/well").status_code == 404
    assert "/record/beneficiary:W2/well" not in client.get("/p/demo/record/beneficiary:W2").text
    assert client.get("/p/demo/wells").status_code == 404
    assert "She keeps" not in client.get("/p/demo/record/beneficiary:W1").text
    assert "All wells" not in client.get("/p/demo/record/beneficiary:W1").text


# ---------------------------------------------------------------------------------------------------- the catalogue


def test_systems_that_do_not_fit_together_are_found_when_they_are_put_together() -> None:
    twice = System(name="more", title=Sentence("Change"), does=Sentence("Change"), kinds=KINDS[1:2])
    alone = System(name="alone", title=Sentence("Alone"), does=Sentence("Alone"), kinds=KINDS[2:])
    lost = System(name="lost", title=Sentence("Lost"), does=Sentence("Lost"), needs=("nowhere",))

    for systems, fault in (((WELLS, twice), "well"), ((alone,), "well"), ((lost,), "nowhere")):
        with pytest.raises((ValueError, KeyError), match=fault):
            Catalogue(systems)


def test_an_act_of_a_kind_that_nobody_knows_cannot_be_read(village: Graph) -> None:
    lines = list(ledger_backup.export_lines(village, "demo", with_names=True))

    found = verify.verify_lines(lines, CORE)

    unknown = [line for line in lines if json.loads(line)["kind"].startswith("well")]
    assert len([fault for fault in found.faults if "does not know" in fault.fault]) == len(unknown) == 5
    assert verify.verify_lines(lines, CATALOGUE).ok


# ---------------------------------------------------------------------------------------------------- beside others


def _pumps(**how: Any) -> System:  # noqa: ANN401 - of a system
    pump = replace(KINDS[1], name="pump", file="pumps", label="Pump", ended_by="", columns=_PUMP)
    return System(name="pumps", title=Sentence("Pumps"), does=Sentence("Pumps"), kinds=(pump,), **how)


_PUMP: Final = (
    Column(name="pump_id", type="id", required=True, fixed=True),
    Column(name="well_id", type="id", refers_to="well", edge="STANDS_ON", told=True, elsewhere=True),
)


def test_what_a_column_names_of_another_system_is_a_plain_id_where_that_is_missing() -> None:
    assert Catalogue([_pumps()]).references("pump") == ()
    assert Catalogue([_pumps(), WELLS]).references("pump") == (("well_id", "well"),)


def test_a_system_judges_acts_of_others_that_it_needs_or_knows_where_they_are_there() -> None:
    for tie in ({"needs": ("wells",)}, {"knows": ("wells",)}):
        catalogue = Catalogue([WELLS, _pumps(**tie, room="tests.systems.pumps")])

        assert [*catalogue.rules_on("well", ("wells", "pumps"))] == [not_too_deep, deep_enough]
        assert [*catalogue.rules_on("well", ())] == [not_too_deep]
