"""Both engines keep and tell the same, to the byte: the seeds, and small programmes as hypothesis draws them.

The seeds are loaded once for all tests below that fixture: those after it read them.
"""

from __future__ import annotations

import json
import shutil
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import seeds
from relay import graph as relay_graph
from relay.arrays import cache, lineage
from relay.audit import run
from relay.backup import replay
from relay.domain.questions import NOTED
from relay.domain.vocabulary import PARTED_BY
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import reading, recording, verify
from relay.reports import breakdown as parts
from relay.reports import record_history, trees
from relay.reports.chains import chains, gifts
from relay.reports.field.visits import todo
from relay.reports.health import health
from relay.service import demo
from relay.service.json_codec import json_of
from tests.audit.test_run import CORRECTED_OFTEN, audited
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
    from relay.domain.register import Register
    from relay.graph import Graph
    from relay.settings import Connection

PROGRAMMES: Final = 200 if SOAK else 20
SEEDS: Final = ("relay-demo", "mansa", "selei")
MANY: Final = 1_000


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


def told(graph: Graph, programme_id: str, today: date, folder: Path) -> dict[str, bytes]:
    """What an engine tells of a programme: its export with names, and the tree and trace of what can be asked."""
    written = exported(graph, programme_id, folder)
    relay = trees.relay(graph, programme_id, today)
    for asked in askable(graph, programme_id):
        try:
            answer: object = {"tree": json_of(relay.tree(asked)), "trace": json_of(relay.trace(asked))}
        except trees.NotInRelay as error:
            answer = str(error)
        written[asked] = json.dumps(answer, ensure_ascii=False).encode()
    return written


def nameless(graph: Graph, programme_id: str, folder: Path) -> list[bytes]:
    """What an engine exports without names, as a workbook and as CSV files."""
    export_programme(graph, programme_id, folder / "nameless", with_names=False)
    export_programme(graph, programme_id, folder / "nameless.xlsx", with_names=False)
    return [file.read_bytes() for file in (*sorted((folder / "nameless").iterdir()), folder / "nameless.xlsx")]


def askable(graph: Graph, programme_id: str) -> list[str]:
    """Every gift, and placements by id: of many one in ten, since all of them stand in the trees of their gifts."""
    asked = "MATCH (n {programme_id: $programme_id}) WHERE n:Gift OR n:Placement RETURN n.key AS key ORDER BY key"
    keys = [str(row["key"]).split("/", 2) for row in graph.rows(asked, programme_id=programme_id)]
    gifts = [f"gift:{id_}" for _, kind, id_ in keys if kind == "gift"]
    placements = [f"placement:{id_}" for _, kind, id_ in keys if kind == "placement"]
    return [*gifts, *placements[:: 10 if len(placements) > MANY and not SOAK else 1]]


@settings(
    max_examples=PROGRAMMES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(offered=strategies.programmes())
def test_small_programmes_are_kept_and_told_alike(
    engines: tuple[Graph, Graph], tmp_path: Path, offered: list[Act]
) -> None:
    outcomes, heads, tellings = [], [], []
    for graph in map(wiped, engines):
        recorded = recording.record(graph, "demo", offered, clerk(), answers=NOTED)
        outcomes.append([(outcome.action, str(outcome.error), outcome.notes) for outcome in recorded])
        heads.append(reading.head(graph, "demo"))
        tellings.append(told(graph, "demo", date(2023, 12, 31), tmp_path / "export"))

    assert outcomes[0] == outcomes[1]
    assert heads[0] == heads[1]
    assert tellings[0] == tellings[1]


@pytest.fixture(scope="module")
def seeded(engines: tuple[Graph, Graph]) -> tuple[Graph, Graph]:
    """Load the seeds into both engines, by two clerks who draw the same random numbers."""
    for graph in map(wiped, engines):
        demo.load_demo(graph, clerk(today=demo.DAY))
        for programme_id in SEEDS[1:]:
            report = import_programme(
                graph, Path(seeds.__file__).parent / programme_id, clerk(today=demo.DAY), apply=True
            )
            assert {row.action for row in report} == {"added"}
    return engines


@pytest.mark.parametrize("programme_id", SEEDS)
def test_the_seeds_are_kept_and_told_alike(seeded: tuple[Graph, Graph], tmp_path: Path, programme_id: str) -> None:
    embedded, neo4j = seeded
    on_embedded, on_neo4j = (told(graph, programme_id, demo.DAY, tmp_path / "export") for graph in seeded)

    assert on_embedded == on_neo4j
    files = [nameless(graph, programme_id, tmp_path) for graph in seeded]
    assert files[0] == files[1]
    assert reading.head(embedded, programme_id) == reading.head(neo4j, programme_id)


@pytest.mark.parametrize("way", [(0, 1), (1, 0)], ids=["embedded to neo4j", "neo4j to embedded"])
def test_a_backup_of_the_seeds_restores_on_the_other_engine(
    seeded: tuple[Graph, Graph], tmp_path: Path, way: tuple[int, int]
) -> None:
    """Trees and traces follow from the graph, which is compared with the ledger in full."""
    source, target = (seeded[number] for number in way)
    lines, heads = list(replay.backup(source)), reading.heads(source)

    replay.restore(wiped(target), lines, clerk())

    assert reading.heads(target) == heads
    assert list(replay.backup(target)) == lines
    exports = [exported(graph, demo.DEMO, tmp_path / "export") for graph in (source, target)]
    assert exports[0] == exports[1]
    assert all(verify.verify(target, programme_id).ok for programme_id in SEEDS)


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


def month_ends(first: int, last: int) -> Iterator[date]:
    """Of every third month; in the soak of every one."""
    for year in range(first, last + 1):
        for month in range(1 if SOAK else 3, 13, 1 if SOAK else 3):
            yield date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def answers(graph: Graph, programme_id: str, as_of: date) -> str:
    """Everything that managers and auditors are told of a day, names included."""
    names = parts.names(graph, programme_id, PARTED_BY)
    survey = lineage.survey(cache.snapshot(graph, programme_id), as_of)
    words = PARTED_BY if as_of.month == 12 else ()
    told = (health(survey, by=words, names=names), tuple(chains(survey)), gifts(survey), todo(survey, names=names))
    return json.dumps(json_of(told))


def test_both_engines_give_the_same_json_at_the_ends_of_months(seeded: tuple[Graph, Graph]) -> None:
    for as_of in month_ends(2018, 2030):
        embedded, neo4j = (answers(graph, demo.DEMO, as_of) for graph in seeded)
        assert embedded == neo4j, as_of


def test_each_odd_row_of_the_demonstration_is_found_on_both_engines(seeded: tuple[Graph, Graph]) -> None:
    for graph in seeded:
        assert audited(graph, demo.DEMO) == promised() | CORRECTED_OFTEN


@pytest.fixture(scope="module")
def registers(seeded: tuple[Graph, Graph]) -> tuple[Register, ...]:
    """Read the ledger of the demonstration back from each engine."""
    return tuple(reading.replay(demo.DEMO, reading.entries(graph, demo.DEMO), CORE) for graph in seeded)


@pytest.mark.parametrize("year", range(2018, 2031))
def test_both_engines_find_the_same_at_the_end_of_a_month(registers: tuple[Register, ...], year: int) -> None:
    found = 0
    for month in range(1, 13) if SOAK else (4, 12):
        as_of = date(year, month, monthrange(year, month)[1])
        embedded, neo4j = (run.audit_of(register, as_of) for register in registers)
        assert json_of(embedded) == json_of(neo4j), as_of
        found = embedded.found

    assert found >= {2018: 0, 2020: 5, 2030: 23}.get(year, 0)


# -- the queries of docs/cypher.md -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [0, 1], ids=["embedded", "neo4j"])
def test_ten_queries_give_the_figures_of_the_command_line(seeded: tuple[Graph, Graph], engine: int) -> None:
    demonstration = seeded[engine]
    relay = trees.relay(demonstration, demo.DEMO, demo.DAY)
    expected = [answer(demonstration, relay) for answer in ANSWERS]

    assert len(queries()) == len(ANSWERS) == 10
    for number, (query, rows) in enumerate(zip(queries(), expected, strict=True), start=1):
        answered = demonstration.rows(query)  # pyright: ignore[reportArgumentType] - read from the page
        found = [tuple(map(_plain, row.values())) for row in answered]
        assert found == rows, f"query {number}"
        assert rows, f"query {number} shows nothing"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a query gives
    return date.fromisoformat(value.iso_format()) if hasattr(value, "iso_format") else value


def _by(relay: trees.Relay, graph: Graph, word: str) -> dict[str, int]:
    names = parts.names(graph, demo.DEMO, (word,))
    (breakdown,) = health(relay.survey, by=(word,), names=names).breakdowns
    return {str(part.part): part.placements.total for part in breakdown.parts}


def _districts(relay: trees.Relay, graph: Graph) -> list[tuple[str, int]]:
    kinds = graph.rows("MATCH (p:Place {kind: 'district'}) RETURN p.place_id AS place_id")
    districts = {row["place_id"] for row in kinds}
    return sorted((place_id, count) for place_id, count in _by(relay, graph, "place").items() if place_id in districts)


def _findings(graph: Graph, check_id: str) -> list[tuple[str]]:
    checks = {check.check_id: check for check in run.audit(graph, demo.DEMO, demo.DAY).checks}
    return sorted((finding.subject_id.removeprefix("pass:"),) for finding in checks[check_id].findings)


ANSWERS: Final[tuple[Callable[[Graph, trees.Relay], list[Any]], ...]] = (
    lambda _, relay: [(relay.trace("G31").reach,)],
    lambda _, relay: list(enumerate(relay.trace("G31").by_generation)),
    lambda _, relay: [
        (each.help, each.units, relay.trace("G31").latest_passed_on) for each in relay.trace("G31").passed
    ],
    lambda graph, _: sorted(
        (each.gift_id, each.placement_id) for each in record_history.show(graph, demo.DEMO, "P0573", demo.DAY).gifts
    ),
    lambda _, relay: [(each.placement_id,) for each in chains(relay.survey, help_="pig", sort="id") if each.reach == 0],
    lambda graph, relay: _districts(relay, graph),
    lambda graph, relay: [(int(year), count) for year, count in sorted(_by(relay, graph, "year").items())],
    lambda graph, _: _findings(graph, "same_household"),
    lambda graph, _: _findings(graph, "no_witness"),
    lambda graph, _: [
        (entry.payload["act_id"], entry.act_id, entry.recorded_by)
        for entry in reading.entries(graph, demo.DEMO)
        if entry.kind == "correct"
    ],
)
"""What the command line's functions say, for each query in order."""
