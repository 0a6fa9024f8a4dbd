"""Two containers that start at one time on one data folder: one serves, the other does no harm.

container 1 ── namespaces of its own for processes and the network ──┐
                                                                     ├── one data folder
container 2 ── namespaces of its own for processes and the network ──┘
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay.database import embedded_server
from relay.ledger import reading, verify
from tests.rigs.pace import wait_until
from tests.rigs.served import ROOT
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

CONTAINER = ("unshare", "--user", "--map-root-user", "--pid", "--net", "--fork", "--mount-proc", "--kill-child")
RELAY = f"{sys.executable} {ROOT / 'cli.py'}"
BEGINS = f"""
ip link set lo up
{RELAY} programme add hills --name Hills && echo begun && sleep 600
{RELAY} engine stop; echo stopped $?; sleep 600
"""
"""One begins a programme and stays; the other, which cannot, tries to stop what it has no process of."""


@pytest.mark.soak
def test_of_two_containers_that_start_at_once_one_serves_and_the_other_harms_nothing(
    data_folder: Path, tmp_path: Path
) -> None:
    environ = os.environ | {"RELAY_DATA": str(data_folder), "LOGNAME": "asha"}
    said = [tmp_path / "one", tmp_path / "other"]
    ran: list[subprocess.Popen[bytes]] = []
    for file in said:
        with file.open("w") as output:
            command = [*CONTAINER, "sh", "-c", BEGINS]
            ran.append(subprocess.Popen(command, env=environ, stdout=output, stderr=subprocess.STDOUT))
    try:
        wait_until(lambda: sorted(each.read_text().count("stopped 4") for each in said) == [0, 1], seconds=120)
        wait_until(lambda: sorted(each.read_text().count("begun") for each in said) == [0, 1], seconds=120)
    finally:
        for each in ran:
            each.kill()
            each.wait()

    (other,) = (each.read_text() for each in said if "stopped" in each.read_text())
    assert "runs in another container" in other
    wait_until(lambda: not embedded_server.status(data_folder).running)
    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        assert [entry.act_id for entry in reading.entries(graph, "hills")] == ["programme:hills"]
        assert verify.verify(graph, "hills").ok
