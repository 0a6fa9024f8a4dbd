"""What an audit costs after each act: `python -m benchmarks.auditing [PLACEMENTS] [--rounds N] [--at FOLDER]`.

A made programme whose ledger holds every act, on the embedded engine. Each round records one act and then runs `relay
todo`, `relay audit` and `relay audit sample` as processes of their own, and opens the pages of the same questions at a
service that has answered them before. Figures are medians of the rounds, in processor time, which other work on the
machine changes little. Writing the programme takes longest: in a FOLDER it is there the next time.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import closing, nullcontext
from datetime import timedelta
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from benchmarks.lineage import CLERK, same
from benchmarks.machine import describe, say
from relay.database import embedded_server
from relay.domain.questions import NOTED
from relay.exchange.exchange_format import write_folder
from relay.exchange.importing import import_programme
from relay.graph import connect
from relay.ledger.programme_heads import heads
from relay.ledger.recording import record_one
from tests.rigs.served import COMMAND, ROOT, serving, token
from tests.scenes import acts as act
from tests.scenes import made
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.graph import Graph
    from tests.rigs.served import Service

DAY: Final = made.LAST_DAY + timedelta(days=1)
ASKED: Final = ("todo", "audit", "audit sample")
QUESTIONS: Final = {
    "todo": ("todo", "--most", "20"),
    "audit": ("audit",),
    "audit sample": ("audit", "sample", "--size", "40", "--seed", "1"),
}
PAGES: Final = {"todo": "visits?", "audit": "audit?", "audit sample": "sample?size=40&seed=1&"}
OK: Final = 200
FOUND_SOMETHING: Final = (0, 3)


def write(graph: Graph, placements: int) -> None:
    """Import a whole made programme."""
    with tempfile.TemporaryDirectory() as register:
        write_folder(Path(register) / "made", made.acts(made.programme(placements)), CORE, with_names=True)
        for row in import_programme(graph, Path(register) / "made", CLERK, apply=True):
            same((row.action, "added"))


def process(question: str, environ: Mapping[str, str]) -> tuple[float, float, float]:
    """A command as a process of its own: seconds of processor, by the clock, and its peak memory in megabytes."""
    words = [*COMMAND, "--programme", "made", *QUESTIONS[question], "--as-of", DAY.isoformat()]
    begun = time.perf_counter()
    running = subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    _, ended, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(ended)
    if running.returncode not in FOUND_SOMETHING:
        raise AssertionError(words)
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024


def rounds(many: int, ask: Callable[[str], tuple[float, ...]], move_on: Callable[[], object], where: str) -> None:
    """Lines of the table: each question once for each act."""
    took = defaultdict[str, list[tuple[float, ...]]](list)
    for _ in range(many):
        for question in ASKED:
            move_on()
            took[question].append(ask(question))
    for question, each in took.items():
        used, clock, *memory = (statistics.median(column) for column in zip(*each, strict=True))
        goal = "at most 15 s" if question == "audit" else ""
        held = f"{memory[0]:,.0f} MB" if memory else ""
        say(f"| {question} | {where} | {used:.2f} s | {clock:.1f} s | {goal} | {held} |")


def measure(at: Path, placements: int, many: int) -> None:
    """Print the table."""
    data = at / "data"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    environ |= {"RELAY_DATA": str(data)}
    with connect(embedded_server.ensure(data), CORE) as graph:
        if not heads(graph):
            write(graph, placements)
        numbers, run = count(), token_hex(4)
        secret = token(graph, f"chandra-{run}", "manager", "auditor")

        def move_on() -> None:
            said = f"{run}-{next(numbers)}: visit of P1 on {DAY}"
            same((record_one(graph, "made", act.happened(said), CLERK, answers=NOTED).action, "added"))

        for question in ASKED:
            used, clock, _ = process(question, environ)
            say(f"{question}, the first time: {used:.1f} s of processor, {clock:.1f} s by the clock")
        say("\n| question | where | processor | by the clock | goal | peak |")
        say("| --- | --- | --- | --- | --- | --- |")
        rounds(many, lambda question: process(question, environ), move_on, "command")
        with serving(environ, at) as service:
            for question in ASKED:
                page(service, secret, question)
            rounds(many, lambda question: page(service, secret, question), move_on, "page")


def page(service: Service, secret: str, question: str) -> tuple[float, float]:
    """A page: seconds of the service's processor, and by the clock."""
    headers = {"Authorization": f"Bearer {secret}", "Accept": "text/html"}
    before, begun = service.used_seconds(), time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=600)) as line:
        line.request("GET", f"/p/made/{PAGES[question]}as_of={DAY}", headers=headers)
        answer = line.getresponse()
        answer.read()
    same((answer.status, OK))
    return service.used_seconds() - before, time.perf_counter() - begun


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("placements", nargs="?", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at", type=Path, help="where the programme is, or is to be, written; removed if left out")
    asked = parser.parse_args()
    say(f"Measured on {describe()}; {asked.placements:,} placements.\n")
    with nullcontext(str(asked.at)) if asked.at else tempfile.TemporaryDirectory() as folder:
        try:
            measure(Path(folder), asked.placements, asked.rounds)
        finally:
            embedded_server.stop(Path(folder) / "data")


if __name__ == "__main__":
    main()
