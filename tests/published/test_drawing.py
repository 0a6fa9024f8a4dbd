"""The queries of docs/drawing.md draw what they say, from an index on: the village stands in for the demonstration."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import neo4j
import pytest

from relay import graph as relay_graph
from relay.domain.system import Catalogue
from relay.domain.vocabulary import SHOWN
from relay.ledger import recording
from relay.published.publishing import publish
from relay.systems import SYSTEMS
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.village import DAY, VILLAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relay.graph import Graph
    from relay.settings import Connection

pytestmark = pytest.mark.engine_contract

ROOT: Final = Path(__file__).parents[2]
IN_THE_VILLAGE: Final = {
    "relay-demo": "demo",
    "'G31'": "'G1'",
    "'P0573'": "'P9'",
    "'B0567'": "'W9'",
    "'T0454'": "'T1'",
    "'2026-12-01'": "'2023-03-01'",
    "'2027-01-01'": "'2023-04-01'",
}

# In order, what each draws of the village: the ids of all placements in it.
#     G1 ── P8 ── P9      P8 is broken, and so is P12, below P11 of G3
DRAWN: Final = (
    {"P8", "P11", "P12"},
    {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P13"},
    {"P8", "P9"},
    {"P9"},
    {"P8", "P9"},
    {"P1", "P2"},
    {"P2"},
    {"P10"},
    {"P4", "P6", "P7"},
    {"P2", "P4"},
    {"P1", "P2", "P3", "P4", "P5", "P11", "P12"},
    {"P1"},
    {"P9"},
    set[str](),
)
SOUGHT: Final = {
    2: "NodeIndexSeek",
    3: "NodeIndexSeek",
    4: "NodeIndexSeek",
    5: "NodeIndexSeek",
    6: "DirectedRelationshipIndexSeek",
    10: "NodeIndexSeekByRange",
    12: "NodeIndexSeek",
    13: "NodeIndexSeek",
    14: "NodeUniqueIndexSeek",
}
"""The queries that begin at an id or a day, and what finds it."""


def queries() -> list[str]:
    """Those of the page, with the village's ids."""
    page = (ROOT / "docs" / "drawing.md").read_text(encoding="utf-8")
    found: list[str] = re.findall(r"```cypher\n(.*?)```", page, re.DOTALL)
    for theirs, ours in IN_THE_VILLAGE.items():
        found = [each.replace(theirs, ours) for each in found]
    return found


@pytest.fixture(scope="module")
def shown(connection: Connection) -> Iterator[Graph]:
    """Give the village, published."""
    with relay_graph.connect(connection, CORE) as graph:
        wiped(graph)
        tagged = say.corrected("placement:P1", "CT", tags="999000000000282")
        recording.record(graph, "demo", [*VILLAGE, tagged], say.clerk())
        publish(graph, "demo", DAY, None, bytes)
        if not graph.embedded:  # else it plans by what was there before, in tests that ran earlier
            graph.rows("CALL db.prepareForReplanning(120)")
        yield graph
        wiped(graph)


def placements(rows: Iterable[dict[str, Any]]) -> set[str]:
    """The ids of all placements that rows of nodes or paths draw."""
    drawn = [value for row in rows for value in row.values()]
    nodes = [node for value in drawn for node in getattr(value, "nodes", (value,))]
    return {node["placement_id"] for node in nodes if "Placement" in node.labels}


def test_each_query_draws_what_it_asks(shown: Graph) -> None:
    *drawing, counting = queries()
    found = [placements(shown.rows(query)) for query in drawing]  # pyright: ignore[reportArgumentType] - read from the page

    assert found == [*DRAWN]
    counted = {row["state"]: row["placements"] for row in shown.rows(counting)}  # pyright: ignore[reportArgumentType] - the same
    assert counted == {"broken": 2, "due": 1, "excused": 2, "fulfilled": 2, "in_time": 2, "late": 1, "lost": 3}


def test_whoever_opens_the_database_with_the_driver_alone_sees_broken_chains_by_one_short_query(
    shown: Graph, connection: Connection
) -> None:
    """P8 and P12 are broken; P12 descends from P11."""
    assert shown.rows("MATCH (p:Published) RETURN p.programme_id AS id") == [{"id": "demo"}]
    login = (connection.user, connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=login) as driver:
        first = neo4j.Query(queries()[0])  # pyright: ignore[reportArgumentType] - read from the page
        chains, _, _ = driver.execute_query(first, database_=connection.database)

    assert placements(map(dict, chains)) == {"P8", "P11", "P12"}


def operators(plan: dict[str, Any]) -> Iterator[str]:
    """Every step of a plan."""
    yield plan["operatorType"].partition("@")[0]
    for child in plan.get("children", ()):
        yield from operators(child)


def test_neo4j_begins_each_query_at_an_index(shown: Graph) -> None:
    if shown.embedded:  # which tells no plans
        return
    for number, query in enumerate(queries(), start=1):
        profiled = shown.read(lambda transaction, text=query: transaction._transaction.run(f"PROFILE {text}").consume())  # type: ignore[misc]  # noqa: SLF001
        steps = [*operators(profiled.profile or {})]

        assert "AllNodesScan" not in steps, number
        assert SOUGHT.get(number, "") in ("", *steps), (number, steps)


def test_the_style_colours_every_state() -> None:
    style = (ROOT / "deploy" / "relay.grass").read_text(encoding="utf-8")

    assert {*re.findall(r"^node\.(Shown\w+) ", style, re.MULTILINE)} == {*SHOWN.values()}
    assert style.index("node.Placement ") < style.index("node.Shown")  # what stands later is believed
    assert style.count("{") == style.count("}")


def test_what_each_kind_records_has_a_style_and_a_caption_that_it_bears() -> None:
    style = (ROOT / "deploy" / "relay.grass").read_text(encoding="utf-8")
    styled = dict(re.findall(r'^node\.(\w+) \{.*caption: "\{(\w+)\}"', style, re.MULTILINE))

    for kind in Catalogue(SYSTEMS).kinds.values():
        if kind.label:
            assert styled[kind.label] in {column.name for column in kind.columns if not column.personal}, kind.label


def test_each_id_that_the_page_names_stands_in_the_demonstration() -> None:
    """T0596, which the page named once, is taken back there."""
    demo = ROOT / "seeds" / "relay-demo"
    corrections = tomllib.loads((demo.parent / "relay-demo-corrections.toml").read_text(encoding="utf-8"))["correct"]
    gone = {each["act_id"].partition(":")[2] for each in corrections if each["how"] == "did_not_happen"}
    files = ("gifts", "placements", "passes", "beneficiaries")
    there = {
        cell
        for name in files
        for line in (demo / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        for cell in line.split(",")[:3]
    }
    page = (ROOT / "docs" / "drawing.md").read_text(encoding="utf-8")

    assert {id_ for id_ in re.findall(r"'([GPTB][0-9]+)'", page) if id_ in gone or id_ not in there} == set()
