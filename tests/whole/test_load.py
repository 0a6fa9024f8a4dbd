"""Fifty people who read and eight who record, at once: nobody meets an error, and the server's memory stays."""

from __future__ import annotations

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count, islice, takewhile
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay.domain.questions import NOTED
from relay.ledger.reading import entries
from relay.ledger.recording import record
from relay.ledger.verify import verify
from relay.service.client import Remote
from tests.rigs.served import PATIENCE_SECONDS, hand_over, sent, serving, speaking_to, token
from tests.rigs.soak import SOAK, share
from tests.scenes import made
from tests.scenes.clerks import act, clerk, woman

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.domain.acts import Act, Value
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.rigs.served import Service

PROGRAMME: Final = "made"
PLACEMENTS: Final = 1_000 if SOAK else 200
READERS: Final = 50
WRITERS: Final = tuple(f"Q{number}" for number in range(8))
SECONDS: Final = share(300)
ROUNDS: Final = 3 if SOAK else 1  # of all pages, by one reader alone
SAMPLE_SECONDS: Final = 0.1
MORE_BYTES: Final = 32_000_000  # our choice: what the acts of a third, and a page more at once, may add to the memory

STEP: Final = 500  # acts in one transaction

ANSWERED: Final = (200, 304)


def read(port: int, secret: str, paths: Iterable[str]) -> list[float]:
    """Ask for one page after the other, as somebody who keeps what she was given; how long each took, in seconds."""
    took, kept = list[float](), dict[str, str]()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as line:
        for path in paths:
            headers = {
                "Authorization": f"Bearer {secret}",
                "Accept-Encoding": "gzip",
                "If-None-Match": kept.get(path, ""),
            }
            begun = time.perf_counter()
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            answer.read()
            took.append(time.perf_counter() - begun)
            assert answer.status in ANSWERED, (path, answer.status)
            kept[path] = answer.headers["ETag"] or ""
    return took


def pages(snapshot: Snapshot, seed: int) -> Iterator[str]:
    """One page after another, as people click; of which record is drawn."""
    draw = Random(seed)  # noqa: S311 - who clicks keeps no secrets
    pages, api = f"/p/{PROGRAMME}", f"/api/v1/programmes/{PROGRAMME}"
    while True:
        placement_id, gift_id = draw.choice(snapshot.placements.ids), draw.choice(snapshot.gifts.ids)
        yield pages
        yield f"{pages}/chains?state=broken"
        yield f"{pages}/tree/placement:{placement_id}"
        yield f"{pages}/tree/placement:{placement_id}/network.json"
        yield f"{pages}/placements?sort=-reach&page={draw.randint(1, 4)}"
        yield f"{pages}/gift/{gift_id}"
        yield f"{pages}/record/placement:{placement_id}"
        yield f"{pages}/ledger"
        yield f"{pages}/health"
        yield f"{api}/show/placement:{placement_id}"
        yield f"{api}/todo"
        yield f"{api}/trace/gift:{gift_id}"


KINDS_OF_PAGE: Final = 12


def beginning(snapshot: Snapshot) -> list[Act]:
    """The acts of a made programme, and a placement for each who will record."""
    placed = {"gift_id": snapshot.gifts.ids[0], "help": "goat", "received_on": "2024-01-01", "animals": 2}
    return [
        *made.acts(snapshot),
        *(woman(f"of {each}-1") for each in WRITERS),
        *(act("placement", f"{each}-1", beneficiary_id=f"of {each}-1", **placed) for each in WRITERS),
    ]


def founded(graph: Graph, acts: Iterable[Act]) -> list[str]:
    """Record so many acts that a busy machine would take one transaction of them for a silent database; their ids."""
    left = iter(acts)
    steps = iter(lambda: [*islice(left, STEP)], [])
    return [each.act.act_id for step in steps for each in record(graph, PROGRAMME, step, clerk("first"), answers=NOTED)]


def hand_on(original: str, remote: Remote, over: threading.Event) -> list[str]:
    """Hand on until it is over, each woman one goat each to two others; the ids of the acts, each sent once."""

    def send(kind: str, said: dict[str, Value]) -> bool:
        return remote.hand_in(PROGRAMME, kind, said).action == "added"

    acknowledged = list[str]()
    for number in count(2):
        if over.is_set():
            break
        acts = hand_over(f"{original}-{number}", f"{original}-{number // 2}", animals=1)
        acknowledged += [sent(send, kind, said) for kind, said in acts]
    return acknowledged


def watched(service: Service, seconds: float) -> list[int]:
    """The server's memory in bytes, again and again for so long."""
    until, found = time.monotonic() + seconds, list[int]()
    while time.monotonic() < until:
        found.append(service.resident_bytes())
        time.sleep(SAMPLE_SECONDS)
    return found


def at_most(seconds: list[float], hundredths: int) -> float:
    """How long so many of a hundred took at most."""
    return sorted(seconds)[(len(seconds) - 1) * hundredths // 100]


@pytest.mark.soak
def test_fifty_readers_and_eight_writers_meet_no_error_and_the_memory_stays(
    connection: Connection, graph: Graph, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    snapshot = made.programme(PLACEMENTS)
    begun = founded(graph, beginning(snapshot))
    staff, manager = token(graph, "bina", "staff"), token(graph, "chandra", "manager", "auditor")
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}

    with serving(environ, tmp_path) as service, ThreadPoolExecutor(READERS + len(WRITERS)) as people:
        over = threading.Event()
        idle = read(service.port, manager, islice(pages(snapshot, 0), KINDS_OF_PAGE * (1 + ROUNDS)))[KINDS_OF_PAGE:]
        reading = [
            people.submit(read, service.port, manager, takewhile(lambda _: not over.is_set(), pages(snapshot, seed)))
            for seed in range(1, READERS + 1)
        ]
        writing = [people.submit(hand_on, each, Remote(service.url, staff), over) for each in WRITERS]
        try:
            memory = watched(service, SECONDS)
        finally:
            over.set()
        took = [seconds for each in reading for seconds in each.result()]
        acknowledged = [act_id for each in writing for act_id in each.result()]
        assert service.stop() == 0

    assert verify(graph, PROGRAMME).faults == ()
    recorded = [entry.act_id for entry in entries(graph, PROGRAMME)]
    assert sorted(recorded) == sorted([*begun, *acknowledged])
    third = len(memory) // 3
    assert max(memory[2 * third :]) <= max(memory[third : 2 * third]) + MORE_BYTES
    on = "embedded" if graph.embedded else "Neo4j"
    record_property(f"p99 on {on}", f"{at_most(took, 99) / at_most(idle, 50):.0f} x the p50 of one reader alone")
