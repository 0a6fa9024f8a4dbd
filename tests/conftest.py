"""What every test may ask for: the two engines, and a graph on each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay import engine
from relay import graph as relay_graph
from tests import neo4j_server as neo4j
from tests.wiping import wiped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.config import Connection
    from relay.graph import Graph


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Run a real Neo4j 5.26 with a password, for as long as the tests run."""
    with neo4j.serve(tmp_path_factory.mktemp("neo4j")) as connection:
        yield connection


@pytest.fixture(scope="session")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Run the embedded engine in a folder of its own, for as long as the tests run."""
    data_folder = tmp_path_factory.mktemp("embedded")
    yield engine.ensure(data_folder)
    engine.stop(data_folder)


@pytest.fixture(scope="session", params=["embedded_engine", "neo4j_server"], ids=["embedded", "neo4j"])
def connection(request: pytest.FixtureRequest) -> Connection:
    """Give the address of a database; a test that asks for it is run on both engines."""
    found: Connection = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def graph(connection: Connection) -> Iterator[Graph]:
    """Give an empty graph of each engine."""
    with relay_graph.connect(connection) as graph:
        wiped(graph)
        yield graph
