"""A line to the database that breaks at any moment of anything that records: what is said afterwards is true.

    browser, program ──▶ service ──▶ line ──✂──▶ database

"Nothing was recorded" is said only where nothing was. Whoever is told anything else sends the same once more, over a
sound line, and then all of it stands, once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay import graph as relay_graph
from relay.ledger import reading
from relay.ledger.held import held_list
from relay.ledger.verify import verify
from relay.settings import Settings
from relay.web import create_app
from tests.commands.shell import record
from tests.rigs.faulty_line import between
from tests.rigs.soak import SOAK
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.reading import words
from tests.web.recording.test_routes import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.rigs.faulty_line import Fault, Line, Moment

API: Final = "/api/v1/programmes/wards"
PLENTY: Final = 9_000  # animals, so that nobody is asked whether she can have had what she passes on
DEAD: Final = 99  # times that a line breaks which stays broken
_EVERY: Final[list[tuple[Moment, Fault, int]]] = [
    ("statement", "cut_after", DEAD),
    ("statement", "cut_after", 1),
    ("commit", "cut_before", DEAD),
]
CUTS: Final = _EVERY if SOAK else _EVERY[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A service whose database answers over a line, and the database itself."""

    client: FlaskClient
    graph: Graph
    line: Line

    @property
    def recorded(self) -> tuple[str, ...]:
        """The acts of the ledger, in order."""
        return tuple(entry.act_id for entry in reading.entries(self.graph, "wards"))


@pytest.fixture
def office(graph: Graph, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Give a service in which P1 has plenty to pass on; whoever is at this machine may do everything."""
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", 0.1)
    record(
        graph,
        say.programme("wards"),
        say.rule(),
        say.gift(),
        say.place("RAM", kind="ward"),
        say.woman("W1", place_id="RAM"),
        say.placed("P1 on 2020-03-01", animals=PLENTY),
        say.happened("E0: birth of P1 on 2021-06-01", animals=PLENTY),
        programme_id="wards",
    )
    with (
        between(connection.uri) as line,
        relay_graph.connect(replace(connection, uri=line.uri, on_this_machine=False), CORE) as broken,
    ):
        settings = Settings.read({"RELAY_DATA": str(tmp_path)})
        app = create_app(broken, settings, now=lambda: relays.NOW, owner="asha")
        app.config["WTF_CSRF_ENABLED"] = False
        yield Office(client=app.test_client(), graph=graph, line=line)


def woman(number: int) -> dict[str, Any]:
    return {"beneficiary_id": f"N{number}", "name": "Maya", "place_id": "RAM"}


def handover(number: int) -> dict[str, Any]:
    """P1 ── T(number) ── Q(number), which N(number) holds."""
    return {
        "pass_id": f"T{number}",
        "giver_placement_id": "P1",
        "receiver_placement_id": f"Q{number}",
        "beneficiary_id": f"N{number}",
        "passed_on": "2022-03-01",
        "animals": 1,
    }


def birth(number: int) -> dict[str, Any]:
    return {
        "event_id": f"E{number}",
        "placement_id": f"Q{number}",
        "kind": "birth",
        "happened_on": "2023-01-05",
        "animals": 1,
    }


def batch(*acts: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"acts": [{"act": kind, "content": content} for kind, content in acts], "hold": True}


def an_act(office: Office, number: int) -> Callable[[], TestResponse]:
    """One woman, for whom her hand-over waits."""
    office.client.post(f"{API}/acts", json=batch(("pass", handover(number))))
    return lambda: office.client.post(f"{API}/acts/beneficiary", json=woman(number))


def a_list(office: Office, number: int) -> Callable[[], TestResponse]:
    """A woman and her hand-over, for which a birth waits."""
    office.client.post(f"{API}/acts", json=batch(("event", birth(number))))
    both = batch(("beneficiary", woman(number)), ("pass", handover(number)))
    return lambda: office.client.post(f"{API}/acts", json=both)


def what_is_held(office: Office, number: int) -> Callable[[], TestResponse]:
    """A hand-over that waits for a woman, handed in for another one; a birth waits for it."""
    office.client.post(f"{API}/acts/beneficiary", json=woman(number))
    wrong = handover(number) | {"beneficiary_id": "nobody"}
    office.client.post(f"{API}/acts", json=batch(("pass", wrong), ("event", birth(number))))
    (held,) = (each for each in held_list.every(office.graph, "wards") if each.act_id == f"pass:T{number}")
    body = {"settle": "hand_in", "content": handover(number)}
    return lambda: office.client.post(f"{API}/held/{held.held_id}", json=body)


def a_correction(office: Office, number: int) -> Callable[[], TestResponse]:
    office.client.post(f"{API}/acts", json=batch(("beneficiary", woman(number)), ("pass", handover(number))))
    said = {"correct_id": f"K{number}", "act_id": f"pass:T{number}", "how": "wrong_data", "why": "a slip"}
    body = {**said, "changes": {"passed_on": "2022-05-01"}}
    return lambda: office.client.post(f"{API}/acts/correct", json=body)


def a_ceremony(office: Office, number: int) -> Callable[[], TestResponse]:
    """Two hand-overs of one day on a page."""
    for each in (number, -number - 1):
        office.client.post(f"{API}/acts/beneficiary", json=woman(each))
    path = "/p/wards/ceremony?place=RAM"
    typed = {
        "1.did": "1",
        "1.giver": "P1",
        "1.receiver": f"N{number}",
        "1.animals": "1",
        "2.did": "1",
        "2.giver": "P1",
        "2.receiver": f"N{-number - 1}",
        "2.animals": "1",
    }
    sent = {
        **Inputs(office.client.get(path).text).sent,
        "form.step": "record",
        "held_on": "today",
        "counted": "2",
        **typed,
    }
    return lambda: office.client.post(path, data=sent)


WAYS: Final = {
    "an act": an_act,
    "a list": a_list,
    "what is held": what_is_held,
    "a correction": a_correction,
    "a ceremony": a_ceremony,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("moment", "fault", "times"), CUTS)
def test_nothing_was_recorded_is_said_only_where_nothing_was_and_else_the_same_is_sent_again(
    office: Office, way: str, moment: Moment, fault: Fault, times: int
) -> None:
    number = 0
    for number in count():
        send = WAYS[way](office, number)
        before = office.recorded
        office.line.break_at(moment, fault, after=number, times=times)
        told = send()
        came, office.line.left = office.line.came, 0
        said, after = str(told.json) if told.is_json else words(told.text), office.recorded
        where = f"{way} {moment} {number} {fault} {times}: {told.status_code} {said[:600]}"
        if told.status_code < 400:
            assert after != before, where
        elif "Nothing was recorded" in said:
            assert after == before, where
        else:
            assert "is not recorded twice" in said, where

        again = send()
        settled_meanwhile = after != before and again.status_code == 404
        assert again.status_code < 400 or settled_meanwhile, f"{where}; {again.json or words(again.text)[:900]}"
        whole = office.recorded
        assert len(set(whole)) == len(whole), where
        if after != before:
            assert set(whole) - set(before), where
        if not came:
            break
    assert number > 1
    assert verify(office.graph, "wards").faults == ()
