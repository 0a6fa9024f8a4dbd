"""What tests of the database share."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import neo4j
import pytest

from relay.database import embedded_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.settings import Connection


@pytest.fixture
def data_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for an engine that the test starts, and stop that engine afterwards."""
    folder = tmp_path / "data"
    yield folder
    embedded_server.stop(folder)


def query(connection: Connection, text: LiteralString) -> list[neo4j.Record]:
    """Ask one question over Bolt."""
    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, connection.password)) as driver:
        return driver.execute_query(text, database_=connection.database).records


def relay_of(data_folder: Path) -> Connection:
    """Start an engine with 400 placements in a row, of which each passed on to the next."""
    connection = embedded_server.ensure(data_folder)
    query(connection, "UNWIND range(1, 400) AS i CREATE (:Placement {placement_id: i, note: 'placement ' + i})")
    query(
        connection,
        "MATCH (a:Placement) MATCH (b:Placement {placement_id: a.placement_id + 1}) CREATE (a)-[:PASSED_TO]->(b)",
    )
    return connection


@pytest.fixture(scope="session")
def once_stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of an engine that kept 400 placements and was stopped: to be copied, not to be used."""
    folder = tmp_path_factory.mktemp("once") / "data"
    relay_of(folder)
    embedded_server.stop(folder)
    return folder


@pytest.fixture
def stopped(once_stopped: Path, data_folder: Path) -> Path:
    """Give a folder in which an engine kept 400 placements and was stopped; one that is started there is stopped."""
    shutil.copytree(once_stopped, data_folder)
    return data_folder


@pytest.fixture(scope="session")
def running(once_stopped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the folder of an engine that serves 400 placements, for tests that only look."""
    folder = tmp_path_factory.mktemp("running") / "data"
    shutil.copytree(once_stopped, folder)
    (folder / embedded_server.STATE_FILE).unlink()  # its port is left to the copies
    embedded_server.ensure(folder)
    yield folder
    embedded_server.stop(folder)
