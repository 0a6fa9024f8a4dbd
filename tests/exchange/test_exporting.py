"""Exporting: what stands, as it stands now, to the byte the same on both engines, and importing again as "same"."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings

from relay.domain.questions import EVERY_ANSWER, NOTED, Answers
from relay.errors import Unavailable
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.graph import connect
from relay.ledger import reading, recording
from relay.ledger.batch import Clerk
from relay.ledger.programme_heads import NoProgramme
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.strategies import programmes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection

MADE: Final = 12 if SOAK else 2  # each is imported eight times; test_both_engines.py draws many more
CLERK: Final = Clerk(
    by="local:asha",
    now=datetime(2026, 11, 24, 6, 15, tzinfo=UTC),
    random=Random(1).randbytes,  # noqa: S311 - so that a run can be repeated
)


@pytest.fixture(scope="module")
def engines(embedded_engine: Connection, neo4j_server: Connection) -> Iterator[tuple[Graph, Graph]]:
    """Give an open graph of each engine."""
    with ExitStack() as opened:
        yield (
            opened.enter_context(connect(embedded_engine, CORE)),
            opened.enter_context(connect(neo4j_server, CORE)),
        )


def recorded(graph: Graph, acts: Sequence[Act]) -> Graph:
    """Record what stands of some acts; half of them by a second clerk, so that pass-ons can be confirmed."""
    wiped(graph)
    recording.record(graph, "demo", acts[: len(acts) // 2], say.clerk(), answers=EVERY_ANSWER)
    recording.record(graph, "demo", acts[len(acts) // 2 :], say.clerk("local:maya"), answers=EVERY_ANSWER)
    return graph


def content(path: Path) -> dict[str, bytes]:
    """The files of a folder, or the workbook."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


def exported(graph: Graph, path: Path, *, programme_id: str = "demo", with_names: bool = True) -> dict[str, bytes]:
    export_programme(graph, programme_id, path, with_names=with_names)
    return content(path)


def actions(graph: Graph, path: Path, *, apply: bool = False, answers: Answers = NOTED) -> set[str]:
    return {row.action for row in import_programme(graph, path, CLERK, apply=apply, answers=answers)}


# --- what is written --------------------------------------------------------------------------------------------------


def test_corrections_are_applied_and_what_was_taken_back_is_left_out(graph: Graph, tmp_path: Path) -> None:
    recorded(
        graph,
        [
            *say.beginnings(3),
            say.placed("P1 on 2020-03-01"),
            say.passed("T1: P1 > P2 on 2021-03-01", 1, note="seen"),
            say.passed("T2: P1 > P3 on 2021-04-01", 1),
            say.corrected("pass:T1", "C1", animals=2, note=None),
            say.corrected("beneficiary:W2", "C2", name="True Name"),
            say.taken_back("pass:T2", "C3"),
            say.confirmed("pass:T1", "F1"),
        ],
    )

    files = exported(graph, tmp_path / "with")

    lines = files["passes.csv"].decode("utf-8-sig").splitlines()
    assert lines[1:] == ["T1,P1,P2,W2,2021-03-01,2,,,,,,,,,,,"]
    assert files["beneficiaries.csv"].decode("utf-8-sig").splitlines()[1:] == [
        "W1,Name of W1,,,,H1,,,,,,",
        "W2,True Name,,,,H2,,,,,,",
        "W3,Name of W3,,,,H3,,,,,,",
    ]
    assert list(files) == ["beneficiaries.csv", "gifts.csv", "passes.csv", "placements.csv", "rules.toml"]


def test_without_names_nothing_personal_is_written(graph: Graph, tmp_path: Path) -> None:
    recorded(
        graph, [*say.beginnings(2), say.placed("P1 on 2020-03-01"), say.passed("T1: P1 > P2 on 2021-03-01", note="x y")]
    )

    files = exported(graph, tmp_path / "without", with_names=False)

    for personal in (b"Name of", b"Donor of", b"H1", b"x y", b"note", b"household_id"):
        assert not any(personal in text for text in files.values()), personal
    assert files["beneficiaries.csv"].decode("utf-8-sig").splitlines()[0] == (
        "beneficiary_id,kind,sex,place_id,group_id,consent_on,name_agreed_on"
    )


def test_rows_go_by_the_ledger_whatever_their_ids_and_dates(graph: Graph, tmp_path: Path) -> None:
    acts = [say.gift("G9"), say.gift("G10", given_on="2019-01-01"), say.gift("A", given_on="2021-01-01")]
    recorded(graph, [say.programme(), say.rule(), *acts])

    gifts = exported(graph, tmp_path / "p")["gifts.csv"].decode("utf-8-sig").splitlines()

    assert [line.split(",")[0] for line in gifts] == ["gift_id", "G9", "G10", "A"]


def test_what_is_read_in_several_parts_is_as_what_is_read_in_one(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(graph, [*say.beginnings(7), *(say.gift(f"G{number}", given_on="2020-01-01") for number in range(2, 13))])
    whole = exported(graph, tmp_path / "whole")

    for at_once in (6, 5):  # 12 gifts: their last part is full, or not
        monkeypatch.setattr(reading, "_AT_ONCE", at_once)
        assert exported(graph, tmp_path / str(at_once)) == whole


def test_what_is_corrected_while_it_is_exported_is_read_anew(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W1 and her placement are taken back once she was read, and before it is."""
    recorded(graph, [*say.beginnings(2), say.placed("P1 on 2020-03-01")])
    standing, times = reading.standing, list[str]()

    def meanwhile(graph: Graph, programme_id: str, kind: str, last: int) -> Iterator[Any]:
        if kind == "placement" and len(times) < most:
            times.append(kind)
            about = "placement:P1" if len(times) == 1 else f"correct:C{len(times) - 1}"
            recording.record(graph, "demo", [say.taken_back(about, f"C{len(times)}")], say.clerk())
        yield from standing(graph, programme_id, kind, last)

    monkeypatch.setattr(reading, "standing", meanwhile)
    most = 1
    assert "placements.csv" not in exported(graph, tmp_path / "once")

    most = 100
    with pytest.raises(Unavailable, match="Others are making corrections faster"):
        exported(graph, tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_two_programmes_of_one_database_are_exported_apart(graph: Graph, tmp_path: Path) -> None:
    recorded(graph, say.beginnings(2))
    recording.record(graph, "other", [say.programme("other"), say.woman("W9")], say.clerk())

    assert b"W9" not in exported(graph, tmp_path / "demo")["beneficiaries.csv"]
    assert list(exported(graph, tmp_path / "other", programme_id="other")) == ["beneficiaries.csv", "rules.toml"]


def test_a_programme_that_is_not_there_is_not_exported(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(NoProgramme):
        export_programme(graph, "nowhere", tmp_path / "p")

    assert not (tmp_path / "p").exists()


# --- and read again ---------------------------------------------------------------------------------------------------


def test_a_nameless_export_imports_into_an_empty_database(graph: Graph, tmp_path: Path) -> None:
    recorded(graph, [*say.beginnings(2), say.placed("P1 on 2020-03-01"), say.passed("T1: P1 > P2 on 2021-03-01")])
    files = exported(graph, tmp_path / "first", with_names=False)

    assert actions(wiped(graph), tmp_path / "first", apply=True) == {"added"}
    assert exported(graph, tmp_path / "second", with_names=False) == files


# --- both engines -----------------------------------------------------------------------------------------------------


@settings(max_examples=MADE, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(acts=programmes())
def test_any_programme_that_both_engines_export_comes_back_whole(
    engines: tuple[Graph, Graph], tmp_path_factory: pytest.TempPathFactory, acts: list[Act]
) -> None:
    here = tmp_path_factory.mktemp("made")

    for graph in engines:
        kept = exported(recorded(graph, acts), here / "named")
        exported(graph, here / "nameless", with_names=False)
        assert actions(graph, here / "named") == {"same"}
        assert actions(graph, here / "nameless") == {"same"}

        assert actions(wiped(graph), here / "named", apply=True, answers=EVERY_ANSWER) == {"added"}
        assert exported(graph, here / "again") == kept
