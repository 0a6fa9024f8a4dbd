"""Strangers who never sign in: they cost a service no memory, and its readers hardly any time."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest

from tests.rigs.pace import wait_until
from tests.rigs.served import ROOT, serving, speaking_to, token
from tests.rigs.soak import SOAK
from tests.scenes import made
from tests.whole.test_load import KINDS_OF_PAGE, at_most, founded, pages, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.rigs.served import Service

PLACEMENTS: Final = 1_000 if SOAK else 200
SECONDS: Final = 150 if SOAK else 6  # of the attack: some hundred pages, on an idle machine
ROUNDS: Final = 20 if SOAK else 1  # of all pages, in calm before the attack and once more after it
MORE_BYTES: Final = 50_000_000
SLOWER: Final = 3  # times, of the 95th of a hundred pages


def while_attacked(service: Service, secret: str, paths: Iterator[str]) -> list[float]:
    """How long the pages took that were read while strangers did all they can."""
    attack = [sys.executable, "-m", "tests.rigs.strangers", str(service.port), str(SECONDS)]
    with subprocess.Popen(attack, cwd=ROOT) as strangers:
        took = list[float]()
        while strangers.poll() is None:
            took.append(patiently(service, secret, next(paths)))
        assert strangers.returncode == 0
    return took


def in_calm(service: Service, secret: str, paths: Iterator[str]) -> list[float]:
    """How long the same pages took without strangers."""
    return [patiently(service, secret, path) for path in islice(paths, KINDS_OF_PAGE * ROUNDS)]


def patiently(service: Service, secret: str, path: str) -> float:
    """How long a page took, asked for as browsers do: once more where a new connection had to make room for another."""
    begun = time.perf_counter()
    try:
        read(service.port, secret, [path])
    except ConnectionResetError:
        read(service.port, secret, [path])
    return time.perf_counter() - begun


@pytest.mark.soak
def test_strangers_cost_a_service_no_memory_and_nobody_is_shut_out(
    connection: Connection, graph: Graph, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every page that is asked for meanwhile is answered; in whole, at most three times as late as in calm."""
    snapshot = made.programme(PLACEMENTS)
    founded(graph, made.acts(snapshot))
    manager = token(graph, "chandra", "manager", "auditor")
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}

    with serving(environ, tmp_path) as service:
        paths = pages(snapshot, 1)
        read(service.port, manager, islice(paths, KINDS_OF_PAGE))
        calm = in_calm(service, manager, paths)
        before = service.resident_bytes()
        took = while_attacked(service, manager, paths)
        wait_until(lambda: service.resident_bytes() <= before + MORE_BYTES)  # a password being hashed takes 64 MiB
        after = service.resident_bytes()
        calm += in_calm(service, manager, paths)
        assert service.stop() == 0

    assert took
    slower = at_most(took, 95) / at_most(calm, 95)
    assert slower < SLOWER or not SOAK
    on = "embedded" if graph.embedded else "Neo4j"
    record_property(f"p95 on {on}", f"{slower:.1f} x calm of {len(took)} pages, {(after - before) / 1e6:+.0f} MB")
