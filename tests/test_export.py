"""Exporting on both engines: what is exported imports again as the same, and is the same bytes on either engine."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay import ledger, verify
from relay.exchange import ReportRow, read_folder_or_workbook
from relay.exporting import export_programme
from relay.importing import import_programme
from relay.ledger import NoProgramme
from tests.acts import (
    beginnings,
    claimed,
    clerk,
    confirmed,
    corrected,
    erased,
    gift,
    group,
    happened,
    passed,
    place,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)

if TYPE_CHECKING:
    from relay.acts import Act
    from relay.config import Connection
    from relay.graph import Graph

PATHS = ("folder", "workbook.xlsx")


def keep(graph: Graph, *acts: Act, by: str = "local:asha") -> None:
    """Record acts that must all stand."""
    outcomes = ledger.record(graph, "demo", acts, clerk(by))
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def kept(graph: Graph) -> None:
    """Record a little of everything: places, a group, a pooled couple, a split one, two helps, events and a claim."""
    keep(
        graph,
        *beginnings(4),
        place("L1", kind="district", latitude=27.7172, longitude=85.324),
        place("L2", parent_id="L1", kind="ward"),
        group("V1", kind="womens_group", place_id="L2"),
        woman("W5", name="सीता", sex="F", birth_year=1980, phone="+977 98", place_id="L2", group_id="V1"),
        woman("W6", kind="group", consent_on="2020-02-01"),
        gift("G2", help_="pig", animals=4, note='two "wards", one\nhill'),
        placed("P1 on 2020-03-01", females=2, males=0, condition="young", tags="A1;A2", ceremony_id="C1"),
        placed("P2 on 2020-03-01"),
        passed("T1: P1 > P3 on 2021-03-01", 0.5, females=0.5, witness="Gita", dam_tag="A1", note="at dawn"),
        passed("T2: P2 > P3 on 2021-03-01", 1.125, kind="exchanged"),
        passed("T3: P1 > P4 on 2021-04-01", 1, help="pig"),
        happened("E1: birth of P1 on 2020-12-01", animals=3, females=2, males=1, tags="A3;A4"),
        happened("E2: extended of P2 on 2021-12-01", until_on="2023-03-01", reason="illness"),
        happened("E3: checked of P3 on 2022-01-01", outcome="partly", note="one away"),
        claimed("K1", value=0, source="leaflet"),
    )


def changed(graph: Graph) -> None:
    """Correct every kind, take back one of some, bring one back, and confirm."""
    keep(
        graph,
        corrected("programme:demo", "C1", name="The Relay"),
        corrected("rule:pig@2020-01-01", "C2", months=15),
        corrected("place:L2", "C3", name="Ward Two", parent_id=None),
        corrected("group:V1", "C4", name="Another Group"),
        corrected("beneficiary:W5", "C5", name="गीता", phone=None),
        corrected("gift:G2", "C6", note=None, animals=5),
        corrected("placement:P2", "C7", received_on="2020-04-01", females=1),
        corrected("pass:T1", "C8", animals=0.625, witness="Maya", note="at noon"),
        corrected("event:E1", "C9", animals=4, tags=None),
        corrected("claim:K1", "C10", value=2),
        taken_back("event:E3", "C11"),
        taken_back("pass:T3", "C12"),
        happened("E4: visit of P1 on 2022-01-01"),
        taken_back("event:E4", "C13"),
        taken_back("correct:C13", "C14"),
    )
    keep(graph, confirmed("pass:T2"), by="local:bina")


def reimported(graph: Graph, path: Path) -> set[str]:
    """What becomes of the rows of an export that is imported again."""
    return {row.action for row in run(graph, path)}


def run(graph: Graph, path: Path, *, apply: bool = False) -> list[ReportRow]:
    return list(import_programme(graph, path, clerk(), apply=apply))


def bytes_of(path: Path) -> dict[str, bytes]:
    """The files of a folder, or the parts of a workbook."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def exported_acts(path: Path) -> dict[str, Act]:
    rows = list(read_folder_or_workbook(path))
    assert [row.faults for row in rows if row.faults] == []
    return {row.act.act_id: row.act for row in rows if row.act}


# --- there and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_names", [True, False], ids=["with names", "without names"])
@pytest.mark.parametrize("name", PATHS)
def test_what_is_exported_imports_again_as_the_same(
    graph: Graph, tmp_path: Path, name: str, *, with_names: bool
) -> None:
    kept(graph)
    before = ledger.head(graph, "demo")

    export_programme(graph, "demo", tmp_path / name, with_names=with_names)

    assert reimported(graph, tmp_path / name) == {"same"}
    assert len(exported_acts(tmp_path / name)) == before.entries
    assert ledger.head(graph, "demo") == before


@pytest.mark.parametrize("with_names", [True, False], ids=["with names", "without names"])
@pytest.mark.parametrize("name", PATHS)
def test_after_corrections_it_is_exported_as_it_stands_and_imports_as_the_same(
    graph: Graph, tmp_path: Path, name: str, *, with_names: bool
) -> None:
    kept(graph)
    changed(graph)

    export_programme(graph, "demo", tmp_path / name, with_names=with_names)

    acts = exported_acts(tmp_path / name)
    assert reimported(graph, tmp_path / name) == {"same"}
    assert acts["placement:P2"].values["received_on"] == "2020-04-01"
    assert acts["place:L2"].values.get("parent_id") is None
    assert "tags" not in acts["event:E1"].values
    assert {"event:E3", "pass:T3"}.isdisjoint(acts)
    assert "event:E4" in acts
    assert acts["beneficiary:W5"].values.get("name") == ("गीता" if with_names else None)


@pytest.mark.parametrize("with_names", [True, False], ids=["with names", "without names"])
def test_after_erasing_nothing_of_her_is_exported_and_it_imports_as_the_same(
    graph: Graph, tmp_path: Path, *, with_names: bool
) -> None:
    kept(graph)
    changed(graph)
    keep(graph, erased("beneficiary:W5"), erased("beneficiary:W1", "X2"), erased("pass:T1", "X3"))

    export_programme(graph, "demo", tmp_path / "folder", with_names=with_names)

    everything = b"\n".join(bytes_of(tmp_path / "folder").values()).decode()
    assert reimported(graph, tmp_path / "folder") == {"same"}
    assert not any(gone in everything for gone in ("गीता", "सीता", "Name of W1", "Maya", "Gita", "at noon", "at dawn"))
    assert ("Name of W2" in everything) == with_names


@pytest.mark.parametrize("with_names", [True, False], ids=["with names", "without names"])
def test_an_export_founds_the_same_programme_elsewhere(graph: Graph, tmp_path: Path, *, with_names: bool) -> None:
    kept(graph)
    changed(graph)
    export_programme(graph, "demo", tmp_path / "first", with_names=with_names)
    graph.write(lambda transaction: transaction.run("MATCH (n) WHERE NOT n:Schema DETACH DELETE n"))

    report = run(graph, tmp_path / "first", apply=True)
    export_programme(graph, "demo", tmp_path / "second", with_names=with_names)

    assert {row.action for row in report} == {"added"}
    assert verify.verify(graph, "demo").ok
    assert bytes_of(tmp_path / "second") == bytes_of(tmp_path / "first")


def test_text_that_a_spreadsheet_would_run_comes_back_as_it_was(graph: Graph, tmp_path: Path) -> None:
    hostile = ["=1+1", "@SUM(A1)", "+977 98", "-3", "'=quoted", "''", 'a "quote", a comma; two\nlines', "[red]<b>&amp;"]
    women = [woman(f"W{number}", name=name) for number, name in enumerate(hostile, start=1)]
    keep(graph, *beginnings(0), *women, gift("=G9", note="\u202ehidden"))

    for name in PATHS:
        export_programme(graph, "demo", tmp_path / name, with_names=True)
        acts = exported_acts(tmp_path / name)

        assert [acts[act.act_id].values["name"] for act in women] == hostile
        assert acts["gift:=G9"].values["note"] == "\u202ehidden"
        assert reimported(graph, tmp_path / name) == {"same"}
    for line in (tmp_path / "folder" / "beneficiaries.csv").read_text("utf-8-sig").splitlines():
        assert not any(cell[:1] in {"=", "@", "+", "-"} for cell in line.replace('"', "").split(","))


def test_an_unknown_programme_is_not_exported(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(NoProgramme):
        export_programme(graph, "nowhere", tmp_path / "folder")

    assert list(tmp_path.iterdir()) == []


def test_only_the_asked_programme_is_exported(graph: Graph, tmp_path: Path) -> None:
    kept(graph)
    export_programme(graph, "demo", tmp_path / "alone", with_names=True)
    other = [act for act in beginnings(3) if act.kind != "programme"]
    ledger.record(graph, "other", [programme("other"), *other, placed("P9 on 2020-03-01", beneficiary_id="W1")], clerk())

    export_programme(graph, "demo", tmp_path / "beside", with_names=True)

    assert bytes_of(tmp_path / "beside") == bytes_of(tmp_path / "alone")


# --- one on either engine ---------------------------------------------------------------------------------------------


def test_both_engines_export_the_same_bytes(
    embedded_engine: Connection, neo4j_server: Connection, tmp_path: Path
) -> None:
    exports: list[dict[str, bytes]] = []
    for number, connection in enumerate((embedded_engine, neo4j_server)):
        with relay_graph.connect(connection) as graph:
            graph.write(lambda transaction: transaction.run("MATCH (n) WHERE NOT n:Schema DETACH DELETE n"))
            kept(graph)
            changed(graph)
            keep(graph, rule("goat", "2024-01-01", owed=1), rule("goat", "2020-02-01", condition="pregnant"))
            for name in PATHS:
                for with_names in (True, False):
                    path = tmp_path / f"{number}-{with_names}-{name}"
                    export_programme(graph, "demo", path, with_names=with_names)
                    exports.append(bytes_of(path))

    half = len(exports) // 2
    assert exports[:half] == exports[half:]
    assert all(exports)
