"""The service killed once a list of acts is in the ledger and before it answers: sending it again doubles nothing.

    P1 ── T9 ── P9 (Maya; E9: two kids) ── T10 ── P10 (Kamala; E10: a visit)

One telephone sent E9 before anybody knew P9, so that it is held. The other sends Maya, T9 and a visit of P99, which
nobody knows.
"""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay import graph as relay_graph
from relay.ledger import reading
from relay.ledger.held import held_list, trying_again
from relay.ledger.verify import verify
from relay.settings import Settings
from relay.web import create_app
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.api.test_offline_devices import HERE, SIX, enrolled, phone, sent

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Connection

__all__ = ["phone"]

UNKNOWN: Final = ("event", {"event_id": "E99", "placement_id": "P99", "kind": "visit", "happened_on": "2024-06-01"})


def killed(*_: object) -> None:
    """As the machine does when its power fails."""
    os.kill(os.getpid(), signal.SIGKILL)


def send_and_be_killed(connection: Connection, folder: Path, headers: dict[str, str], body: dict[str, Any]) -> None:
    """Take in a list in a process of its own, which is killed as soon as the list is in the ledger."""
    pytest.MonkeyPatch().setattr(trying_again, "after", killed)
    with relay_graph.connect(connection, CORE) as graph:
        app = create_app(graph, Settings.read({"RELAY_DATA": str(folder)}), now=lambda: relays.NOW)
        app.test_client().post(f"{HERE}/acts", json=body, headers=headers)


def test_a_list_that_was_recorded_and_not_answered_is_recorded_once(
    phone: FlaskClient, graph: Graph, connection: Connection, tmp_path: Path
) -> None:
    first, hers = enrolled(phone, graph)
    assert sent(phone, hers, SIX[3])[0]["waits_for"] == "placement:P9"
    second, mine = enrolled(phone, graph)
    mine_of_all = (SIX[0], SIX[2], UNKNOWN)
    body = {"acts": [{"act": kind, "content": content} for kind, content in mine_of_all], "hold": True}
    process = get_context("spawn").Process(target=send_and_be_killed, args=(connection, tmp_path, mine, body))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert [each.act_id for each in reading.entries(graph, "wards")][9:] == ["beneficiary:B9", "pass:T9"]
    held = held_list.of_device(graph, "wards", second)
    assert [row.act_id for row in held] == ["event:E99"]
    assert [row.act_id for row in held_list.of_device(graph, "wards", first)] == ["event:E9"]  # nobody tried it again

    answers = sent(phone, mine, *mine_of_all)

    assert [(each["result"], each["held_id"]) for each in answers] == [
        ("same", ""),
        ("same", ""),
        ("held", held[0].held_id),
    ]
    assert held_list.of_device(graph, "wards", second) == held
    assert held_list.of_device(graph, "wards", first) == ()
    written = [each.act_id for each in reading.entries(graph, "wards")]
    assert written[9:] == ["beneficiary:B9", "pass:T9", "event:E9"]
    assert verify(graph, "wards").faults == ()
