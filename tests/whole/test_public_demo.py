"""The public demonstration as it runs: a night takes away what visitors recorded, and it keeps to a small machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from http.cookiejar import CookieJar
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from relay.service.public_demo import FOLDER, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
MOST_MEGABYTES: Final = 1000
VISIT: Final = "/p/relay-demo/record/placement:P0424/visit"


class Visitor:
    """Somebody with a browser, who enters by the button of an account."""

    def __init__(self, site: str, login: str) -> None:
        """Enter."""
        self._site, self._browser = site, build_opener(HTTPCookieProcessor(CookieJar()))
        self.send("/sign-in", self.open("/sign-in"), login=login, password=PASSWORD)

    def open(self, path: str) -> str:
        """Read a page."""
        with self._browser.open(self._site + path, timeout=60) as answer:
            return str(answer.read().decode())

    def send(self, path: str, page: str, **fields: str) -> str:
        """Send a form of a page."""
        (token, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', page)
        body = urlencode({"csrf_token": token, **fields}).encode()
        with self._browser.open(self._site + path, body, timeout=60) as answer:
            return str(answer.read().decode())


class Running:
    """`relay demo --public` in a process of its own."""

    def __init__(self, data_folder: Path) -> None:
        """Begin it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "RELAY_"))}
        self.folder = data_folder / FOLDER
        self._said: Queue[str] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "demo", "--public"],
            env=environment | {"RELAY_DATA": str(data_folder), "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()

    def _listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as said:
            for line in said:
                if found := re.search(r"Relay is at (http://\S+?)/ ", line):
                    self._said.put(found[1])

    def site(self) -> str:
        """Where it answers, once it does."""
        return self._said.get(timeout=600)

    def processes(self) -> list[int]:
        """Its own process, and that of its database."""
        engine = re.search(r'"pid": ?(\d+)', (self.folder / "engine.json").read_text(encoding="utf-8"))
        assert engine
        return [self.process.pid, int(engine[1])]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Run one, and end it."""
    running = Running(tmp_path)
    yield running
    running.process.terminate()
    code = running.process.wait(60)
    running.listening.join(10)
    assert code == 0


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process takes")
def test_after_a_night_what_visitors_recorded_is_gone_and_all_keeps_to_one_processor_and_one_gigabyte(
    running: Running,
) -> None:
    site = running.site()
    staff, auditor = Visitor(site, "staff"), Visitor(site, "auditor")
    said = {"outcome": "found", "happened_on": "today", "event_id": "V1", "form.step": "record"}
    staff.send(VISIT, staff.open(VISIT), **said)
    for page in ("", "/gifts", "/chains", "/visits", "/health", "/audit"):
        assert "A demonstration: nobody in it lives." in auditor.open(f"/p/relay-demo{page}")

    taken = {pid: _megabytes(pid) for pid in running.processes()}
    allowed = {pid: len(os.sched_getaffinity(pid)) for pid in running.processes()}
    before = auditor.open("/p/relay-demo/ledger")
    running.process.send_signal(signal.SIGALRM)  # as the clock does at three
    after = Visitor(running.site(), "auditor").open("/p/relay-demo/ledger")

    assert "9,079 entries" in before
    assert "9,078 entries" in after
    assert sum(taken.values()) < MOST_MEGABYTES, taken
    assert set(allowed.values()) == {1}


def _megabytes(pid: int) -> int:
    """The memory of a process, what it shares with others divided among them."""
    (kilobytes,) = re.findall(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(kilobytes) // 1024
