"""Both engines keep and tell the same, to the byte: the seeds, and small programmes as hypothesis draws them.

The seeds are loaded once, for all tests that only read them.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from relay import graph as relay_graph
from relay import seeds
from relay.arrays import lineage, snapshot_cache, tables
from relay.arrays.from_graph import load
from relay.arrays.lineage import Survey
from relay.audit import run
from relay.backup import ledger_backup
from relay.database import embedded_server
from relay.domain.questions import NOTED
from relay.domain.system import Catalogue
from relay.domain.vocabulary import PARTED_BY
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import programme_heads, reading, recording, verify
from relay.reports import breakdown as parts
from relay.reports import record_history, trees
from relay.reports.chains import chains, gifts
from relay.reports.field.visits import todo
from relay.reports.health import health
from relay.service import demo
from relay.service.json_codec import json_of
from relay.systems import SYSTEMS
from tests.audit.test_run import CORRECTED_OFTEN, audited
from tests.rigs import demo_folder
from tests.rigs.backups import of_these_alone
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import strategies
from tests.scenes.acts import clerk
from tests.scenes.core import CORE
from tests.whole.test_docs import queries
from tests.whole.test_seeds import promised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection

PROGRAMMES: Final = 200 if SOAK else 8
OF_PLANNING: Final = {"served out of order": {"pass:T1182"}, "waits for years": {"request:R038"}}
SEEDS: Final = ("relay-demo", "mansa", "selei")


@pytest.fixture(scope="session")
def engines(embedded_engine: Connection, neo4j_server: Connection) -> Iterator[tuple[Graph, Graph]]:
    """Give a graph on each engine, the embedded one first; what is in them is the tests' to wipe."""
    with relay_graph.connect(embedded_engine, CORE) as embedded, relay_graph.connect(neo4j_server, CORE) as neo4j:
        yield embedded, neo4j


def exported(graph: Graph, programme_id: str, folder: Path) -> dict[str, bytes]:
    """What an engine exports of a programme with names, by file; the folder is gone again."""
    export_programme(graph, programme_id, folder, with_names=True)
    written = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    shutil.rmtree(folder)
    return written


def differing(one: Graph, other: Graph, programme_id: str) -> tuple[str, ...]:
    """Columns in which two engines differ: trees, traces, chains, figures and surveys of any day are made of them."""
    return tables.differences(load(one, programme_id), load(other, programme_id))


@settings(
    max_examples=PROGRAMMES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(offered=strategies.programmes())
def test_small_programmes_are_kept_and_told_alike(
    engines: tuple[Graph, Graph], tmp_path: Path, offered: list[Act]
) -> None:
    outcomes, heads, exports = [], [], []
    for graph in map(wiped, engines):
        recorded = recording.record(graph, "demo", offered, clerk(), answers=NOTED)
        outcomes.append([(outcome.action, str(outcome.error), outcome.notes) for outcome in recorded])
        heads.append(programme_heads.head(graph, "demo"))
        exports.append(exported(graph, "demo", tmp_path / "export"))

    assert outcomes[0] == outcomes[1]
    assert heads[0] == heads[1]
    assert exports[0] == exports[1]
    assert differing(*engines, "demo") == ()


@pytest.fixture(scope="module")
def seeded(
    neo4j_server: Connection, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Graph, Graph]]:
    """Load the seeds into an embedded engine, and restore its backup on Neo4j.

    Neo4j loads them in `test_everything_is_answered_as_it_was`, and a backup of before is restored on the embedded
    engine by `test_a_backup_of_before_is_restored_and_gives_the_same_figures`.
    """
    data_folder = demo_folder.copied(shared_folder, tmp_path_factory.mktemp("seeded") / "data")
    with (
        relay_graph.connect(embedded_server.ensure(data_folder), Catalogue(SYSTEMS)) as embedded,
        relay_graph.connect(neo4j_server, Catalogue(SYSTEMS)) as neo4j,
    ):
        wiped(neo4j)
        for programme_id in SEEDS[1:]:
            report = import_programme(
                embedded, Path(seeds.__file__).parent / programme_id, clerk(today=demo.DAY), apply=True
            )
            assert {row.action for row in report} == {"added"}
        ledger_backup.restore(neo4j, of_these_alone([*ledger_backup.backup_lines(embedded)], SEEDS), clerk())
        yield embedded, neo4j
    embedded_server.stop(data_folder)


@pytest.mark.soak
def test_a_backup_of_the_seeds_restores_on_the_other_engine(seeded: tuple[Graph, Graph]) -> None:
    """Exports, trees and traces follow from the graph, which is compared with the ledger in full."""
    source, target = seeded

    assert [*programme_heads.heads(target)] == [
        head for head in programme_heads.heads(source) if head.programme_id in SEEDS
    ]
    assert [*ledger_backup.backup_lines(target)] == of_these_alone([*ledger_backup.backup_lines(source)], SEEDS)
    assert all(verify.verify(target, programme_id).ok for programme_id in (SEEDS if SOAK else SEEDS[1:]))


@pytest.mark.soak
@pytest.mark.parametrize("programme_id", SEEDS)
def test_the_seeds_are_told_alike(seeded: tuple[Graph, Graph], tmp_path: Path, programme_id: str) -> None:
    """What is exported as CSV files, and with names, is among the goldens of each engine."""
    files = [tmp_path / "embedded.xlsx", tmp_path / "neo4j.xlsx"]

    for graph, file in zip(seeded, files, strict=True):
        export_programme(graph, programme_id, file, with_names=False)

    assert files[0].read_bytes() == files[1].read_bytes()
    assert differing(*seeded, programme_id) == ()


@pytest.mark.soak
@pytest.mark.parametrize(("engine", "name"), [(0, "named.XLSX"), (1, "nameless")], ids=["embedded", "neo4j"])
def test_what_is_exported_imports_again_as_the_same_after_corrections_and_erasures(
    seeded: tuple[Graph, Graph], engine: int, name: str, tmp_path: Path
) -> None:
    """Each engine takes back one form of what both export alike."""
    path = tmp_path / name
    export_programme(seeded[engine], demo.DEMO, path, with_names=name.startswith("named"))

    files = [*path.iterdir()] if path.is_dir() else [path]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert {row.action for row in import_programme(seeded[engine], path, clerk(today=demo.DAY))} == {"same"}


# -- what managers and auditors are told -------------------------------------------------------------------------------


def answers(graph: Graph, programme_id: str, as_of: date) -> str:
    """Everything that managers and auditors are told of a day, names included."""
    names = parts.names(graph, programme_id, PARTED_BY)
    survey = lineage.survey(snapshot_cache.snapshot(graph, programme_id), as_of)
    told = (health(survey, by=PARTED_BY, names=names), tuple(chains(survey)), gifts(survey), todo(survey, names=names))
    return json.dumps(json_of(told))


@pytest.mark.soak
def test_both_engines_give_the_same_json(seeded: tuple[Graph, Graph]) -> None:
    """On one day: those of another are made of the same columns and names."""
    embedded, neo4j = (answers(graph, demo.DEMO, demo.DAY) for graph in seeded)

    assert embedded == neo4j


@pytest.mark.soak
def test_each_odd_row_of_the_demonstration_is_found_on_both_engines(seeded: tuple[Graph, Graph]) -> None:
    for graph in seeded:
        assert audited(graph, demo.DEMO) == promised() | CORRECTED_OFTEN | OF_PLANNING


# -- the queries of docs/cypher.md -------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("engine", [0, 1], ids=["embedded", "neo4j"])
def test_ten_queries_give_the_figures_of_the_command_line(seeded: tuple[Graph, Graph], engine: int) -> None:
    demonstration = seeded[engine]
    survey = lineage.survey(load(demonstration, demo.DEMO), demo.DAY)
    expected = [answer(demonstration, survey) for answer in ANSWERS]

    assert len(queries()) == len(ANSWERS) == 10
    for number, (query, rows) in enumerate(zip(queries(), expected, strict=True), start=1):
        answered = demonstration.rows(query)  # pyright: ignore[reportArgumentType] - read from the page
        found = [tuple(map(_plain, row.values())) for row in answered]
        assert found == rows, f"query {number}"
        assert rows, f"query {number} shows nothing"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a query gives
    return date.fromisoformat(value.iso_format()) if hasattr(value, "iso_format") else value


def _by(survey: Survey, graph: Graph, word: str) -> dict[str, int]:
    names = parts.names(graph, demo.DEMO, (word,))
    (breakdown,) = health(survey, by=(word,), names=names).breakdowns
    return {str(part.part): part.placements.total for part in breakdown.parts}


def _districts(survey: Survey, graph: Graph) -> list[tuple[str, int]]:
    kinds = graph.rows("MATCH (p:Place {kind: 'district'}) RETURN p.place_id AS place_id")
    districts = {row["place_id"] for row in kinds}
    return sorted((place_id, count) for place_id, count in _by(survey, graph, "place").items() if place_id in districts)


def _findings(graph: Graph, check_id: str) -> list[tuple[str]]:
    checks = {check.check_id: check for check in run.audit(graph, demo.DEMO, demo.DAY).checks}
    return sorted((finding.subject_id.removeprefix("pass:"),) for finding in checks[check_id].findings)


ANSWERS: Final[tuple[Callable[[Graph, Survey], list[Any]], ...]] = (
    lambda _, survey: [(trees.trace(survey, "G31").reach,)],
    lambda _, survey: list(enumerate(trees.trace(survey, "G31").by_generation)),
    lambda _, survey: [
        (each.help, each.units, trees.trace(survey, "G31").latest_passed_on)
        for each in trees.trace(survey, "G31").passed
    ],
    lambda graph, _: sorted(
        (each.gift_id, each.placement_id) for each in record_history.show(graph, demo.DEMO, "P0573", demo.DAY).gifts
    ),
    lambda _, survey: [(each.placement_id,) for each in chains(survey, help_="pig", sort="id") if each.reach == 0],
    lambda graph, survey: _districts(survey, graph),
    lambda graph, survey: [(int(year), count) for year, count in sorted(_by(survey, graph, "year").items())],
    lambda graph, _: _findings(graph, "same_household"),
    lambda graph, _: _findings(graph, "no_witness"),
    lambda graph, _: [
        (entry.payload["act_id"], entry.act_id, entry.recorded_by)
        for entry in reading.entries(graph, demo.DEMO)
        if entry.kind == "correct"
    ],
)
"""What the command line's functions say, for each query in order."""
