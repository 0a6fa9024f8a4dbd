"""How long the pages of a large programme take: `python -m benchmarks.pages [SIZE] [--clicking SECONDS]`.

Every figure is a ratio of one run, against an empty page of the same server: one that asks who is there, reads the head
of the ledger and has nothing but its frame. Before each request an act is recorded, so that no answer of an earlier one
helps: the snapshot is refreshed and the day surveyed for each. With --plain, no loop is compiled, as where numba is not
installed. With --clicking, fifty people open one page after another, each as soon as the one before is there, while
acts go on being recorded; every answer that is not a page is counted.
"""

from __future__ import annotations

import argparse
import http.client
import logging
import tempfile
import threading
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks import made_graph
from benchmarks.lineage import CLERK, COMPILED, MILLION, plain, same
from benchmarks.machine import describe, milliseconds, p50, say
from relay.arrays import lineage
from relay.database import embedded_server
from relay.domain.questions import NOTED
from relay.graph import Graph, connect
from relay.ledger import recording
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.scenes import acts as act
from tests.scenes import made
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from relay.arrays.tables import Snapshot

DAY: Final = made.LAST_DAY + timedelta(days=1)
ROUNDS: Final = 25
PEOPLE: Final = 50
TREE: Final = 1_000  # placements in the tree that is asked for
EMPTY: Final = "/p/made/find"
OK: Final = 200


class Programme:
    """A made programme in a database, to which acts are added."""

    def __init__(self, graph: Graph, size: int) -> None:
        """Write it beneath a ledger that has its rule and its gifts."""
        self.graph, self.snapshot = graph, made.programme(size)
        begun = list(islice(made.acts(self.snapshot), 2 + len(self.snapshot.gifts)))
        same(*((outcome.action, "added") for outcome in recording.record(graph, "made", begun, CLERK)))
        made_graph.write(graph, self.snapshot)
        self._numbers = count()

    def move_on(self) -> None:
        """Record one more act."""
        number, women, placements = next(self._numbers), self.snapshot.beneficiaries, self.snapshot.placements
        said = f"N{number}: {placements.ids[len(placements) - 1]} > X{number} on {DAY}"
        handed = act.passed(said, 0.01, beneficiary_id=women.ids[number])
        same((recording.record_one(self.graph, "made", handed, CLERK, answers=NOTED).action, "added"))


def root_of_a_tree(snapshot: Snapshot) -> str:
    """The placement whose tree is nearest to a thousand."""
    reach = lineage.survey(snapshot, DAY).reach
    return str(snapshot.placements.ids[int(np.abs(reach - TREE).argmin())])


@contextmanager
def served(graph: Graph, settings: Settings) -> Generator[int]:
    """The pages behind their door; gives the port."""
    app = create_app(graph, settings, owner="benchmark")
    with answering(app) as site:
        yield int(site.rpartition(":")[2])


def asker(port: int) -> Callable[[str], int]:
    """One reader's connection; gives the number that HTTP gives an answer, once all of it is there."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(path: str) -> int:
        line.request("GET", path, headers={"Accept": "text/html,application/json", "Accept-Encoding": "gzip"})
        answer = line.getresponse()
        answer.read()
        return answer.status

    return ask


def ratios(programme: Programme, port: int, *, compiled: bool) -> None:
    """Each page against the empty one."""
    on = f"as_of={DAY}"
    root, size = root_of_a_tree(programme.snapshot), len(programme.snapshot.placements)
    whole = f"at most {(15 if size >= MILLION else 7) if compiled else 25} x"
    pages = {
        "empty page": (EMPTY, ""),
        "front page": (f"/p/made?{on}", whole),
        "list of placements": (f"/p/made/placements?{on}", whole),
        "list of chains": (f"/p/made/chains?{on}", whole),
        f"tree of {TREE:,} placements, data": (
            f"/p/made/tree/placement:{root}/network.json?depth=99&{on}",
            "at most 12 x" if compiled else whole,
        ),
    }
    ask, took = asker(port), {what: list[float]() for what in pages}
    for path, _goal in pages.values():
        same((ask(path), OK))  # the programme is read, and loops are compiled
    for _ in range(ROUNDS):
        for what, (path, _goal) in pages.items():
            programme.move_on()
            took[what].append(milliseconds(lambda path=path: same((ask(path), OK))))  # type: ignore[misc]
    empty = p50(took["empty page"])
    for what, (_path, goal) in pages.items():
        say(f"| {what} | {p50(took[what]):,.0f} ms | {p50(took[what]) / empty:.1f} x | {goal} |")


def clicking(programme: Programme, port: int, seconds: int) -> None:
    """Fifty people at once, while acts go on being recorded."""
    until, statuses, lock = time.monotonic() + seconds, list[int](), threading.Lock()

    def person(number: int) -> None:
        ask, draw = asker(port), Random(number)  # noqa: S311 - simulated clicks keep no secrets
        for path in _walk(programme.snapshot, draw):
            if time.monotonic() > until:
                return
            try:
                status = ask(path)
            except (OSError, http.client.HTTPException):
                status = 0
            with lock:
                statuses.append(status)

    people = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for each in people:
        each.start()
    while time.monotonic() < until:
        programme.move_on()
        time.sleep(1)
    for each in people:
        each.join()
    failed = len(statuses) - statuses.count(OK)
    say(f"\n{PEOPLE} people clicked for {seconds} s: {len(statuses):,} pages, {failed} of them not answered.")


def _walk(snapshot: Snapshot, draw: Random) -> Iterator[str]:
    ids, gifts = snapshot.placements.ids, snapshot.gifts.ids
    while True:
        yield f"/p/made?as_of={DAY}"
        yield f"/p/made/chains?state=broken&as_of={DAY}&page={draw.randint(1, 5)}"
        placement_id = ids[draw.randrange(len(ids))]
        yield f"/p/made/tree/placement:{placement_id}?as_of={DAY}"
        yield f"/p/made/gift/{gifts[draw.randrange(len(gifts))]}?as_of={DAY}"
        yield f"/p/made/placements?sort=-reach&as_of={DAY}&page={draw.randint(1, 5)}"


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=100_000, help="placements in the programme")
    parser.add_argument("--plain", action="store_true", help="compile no loop")
    parser.add_argument("--clicking", type=int, metavar="SECONDS", help="let fifty people click for so long")
    asked = parser.parse_args()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # fifty readers, eight threads: a queue is no news
    say(f"Measured on {describe()}; {asked.size:,} placements.\n")
    compiled = COMPILED and not asked.plain
    with tempfile.TemporaryDirectory() as at, nullcontext() if compiled else plain():
        folder = Path(at)
        with connect(embedded_server.ensure(folder), CORE) as graph:
            programme = Programme(graph, asked.size)
            with served(graph, Settings.read({"RELAY_DATA": at})) as port:
                say("| what | p50 | ratio | goal |\n| --- | --- | --- | --- |")
                ratios(programme, port, compiled=compiled)
                if asked.clicking:
                    clicking(programme, port, asked.clicking)
        embedded_server.stop(folder)


if __name__ == "__main__":
    main()
