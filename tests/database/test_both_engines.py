"""Both engines keep and tell the same, to the byte: the seeds, and small programmes as hypothesis draws them."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import seeds
from relay import graph as relay_graph
from relay.backup import replay
from relay.domain.questions import NOTED
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import reading, recording, verify
from relay.reports import trees
from relay.service import demo
from relay.service.json_codec import json_of
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import strategies
from tests.scenes.acts import clerk
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection

PROGRAMMES: Final = 200 if SOAK else 40
SEEDS: Final = ("relay-demo", "mansa", "selei")


@pytest.fixture(scope="session")
def engines(embedded_engine: Connection, neo4j_server: Connection) -> Iterator[tuple[Graph, Graph]]:
    """Give a graph on each engine, the embedded one first; what is in them is the tests' to wipe."""
    with relay_graph.connect(embedded_engine, CORE) as embedded, relay_graph.connect(neo4j_server, CORE) as neo4j:
        yield embedded, neo4j


def told(graph: Graph, programme_id: str, today: date, folder: Path) -> dict[str, bytes]:
    """What an engine tells of a programme: its export with names, and the tree and trace of all that can be asked."""
    export_programme(graph, programme_id, folder, with_names=True)
    written = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
    shutil.rmtree(folder)
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
    """Every gift and placement, by id."""
    asked = "MATCH (n {programme_id: $programme_id}) WHERE n:Gift OR n:Placement RETURN n.key AS key ORDER BY key"
    keys = [str(row["key"]).split("/", 2) for row in graph.rows(asked, programme_id=programme_id)]
    return [f"{kind}:{id_}" for _, kind, id_ in keys]


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
    embedded, neo4j = (told(graph, programme_id, demo.DAY, tmp_path / "export") for graph in seeded)

    assert embedded == neo4j
    files = [nameless(graph, programme_id, tmp_path) for graph in seeded]
    assert files[0] == files[1]
    assert reading.head(seeded[0], programme_id) == reading.head(seeded[1], programme_id)


@pytest.mark.parametrize("way", [(0, 1), (1, 0)], ids=["embedded to neo4j", "neo4j to embedded"])
def test_a_backup_of_the_seeds_restores_on_the_other_engine(
    seeded: tuple[Graph, Graph], tmp_path: Path, way: tuple[int, int]
) -> None:
    source, target = (seeded[number] for number in way)
    lines = list(replay.backup(source))
    heads, telling = reading.heads(source), told(source, "relay-demo", demo.DAY, tmp_path / "export")

    replay.restore(wiped(target), lines, clerk())

    assert reading.heads(target) == heads
    assert list(replay.backup(target)) == lines
    assert told(target, "relay-demo", demo.DAY, tmp_path / "export") == telling
    assert verify.verify(target, "relay-demo").ok
