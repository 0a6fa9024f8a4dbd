"""A small machine: `python -m benchmarks.small_machine [PLACEMENTS]`, the table of docs/scale.md; as root, on Linux.

A made programme is imported with all that the machine has. Then a control group has 2 GB of memory, no swap, and a
quarter of one core, and in it whole processes do what a day asks, each once, from an engine that is stopped and a cache
that is empty.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.auditing import write
from benchmarks.machine import describe, say
from relay.database import embedded_server
from relay.graph import connect
from relay.ledger.recording import record
from tests.rigs.served import COMMAND, ROOT, serving, token
from tests.scenes.clerks import act, clerk, woman
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLACEMENTS: Final = 100_000
MEMORY: Final = 2_000_000_000  # bytes
SHARE: Final = 25_000  # of 100,000 microseconds of one core
ROWS: Final = 1_000  # of the register that is imported
GROUPS: Final = Path("/sys/fs/cgroup")
NAME: Final = "relay-small-machine"


def joined() -> Path:
    """Make the control group, have this process and all that it starts in it, and tell where its memory is counted.

    Raises:
        OSError: There are none, or they may not be made.
    """
    if (GROUPS / "memory").is_dir():
        limits = {
            "memory": {"memory.limit_in_bytes": MEMORY},
            "cpu": {"cpu.cfs_period_us": 100_000, "cpu.cfs_quota_us": SHARE},
        }
        groups = [GROUPS / controller / NAME for controller in limits]
    else:
        limits = {"": {"memory.max": MEMORY, "memory.swap.max": 0, "cpu.max": f"{SHARE} 100000"}}
        groups = [GROUPS / NAME]
    for group, values in zip(groups, limits.values(), strict=True):
        group.mkdir(exist_ok=True)
        for name, value in values.items():
            (group / name).write_text(str(value))
        (group / "cgroup.procs").write_text(str(os.getpid()))
    return groups[0]


def peak(group: Path) -> float:
    """The most memory that the group had at a time, in megabytes, the pages of files included that it read."""
    name = "memory.max_usage_in_bytes" if (group / "memory.max_usage_in_bytes").exists() else "memory.peak"
    return int((group / name).read_text()) / 1e6


def killed(group: Path) -> int:
    """How many processes were killed because memory ran out."""
    name = "memory.oom_control" if (group / "memory.oom_control").exists() else "memory.events"
    said = dict(line.split() for line in (group / name).read_text().splitlines())
    return int(said["oom_kill"])


def begin(data_folder: Path, placements: int) -> str:
    """Import the programme, and a woman who has just received and one who shall; the token of a manager."""
    placed = {"gift_id": "G1", "help": "goat", "received_on": "2024-01-01", "animals": 2}
    with connect(embedded_server.ensure(data_folder), CORE) as graph:
        write(graph, placements)
        acts = [woman("giver"), woman("receiver"), act("placement", "Q1", beneficiary_id="giver", **placed)]
        outcomes = record(graph, "made", acts, clerk("first"))
        assert [each.action for each in outcomes] == ["added"] * 3, outcomes  # noqa: S101 - or nothing is measured
        secret = token(graph, "chandra", "manager")
    embedded_server.stop(data_folder)
    return secret


def line(done: str, seconds: float) -> None:
    """One line of the table."""
    say(f"| {done} | {seconds:,.1f} s |")


def run(done: str, words: Sequence[str], environ: Mapping[str, str]) -> None:
    """A command as a whole process."""
    begun = time.perf_counter()
    ended = subprocess.run([*COMMAND, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if ended.returncode not in (0, 3):
        raise AssertionError(words, ended.returncode, ended.stderr)
    line(done, time.perf_counter() - begun)


def page(address: str, secret: str) -> float:
    """How long a page takes, in seconds."""
    begun = time.perf_counter()
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {secret}"})  # noqa: S310 - our own
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        answer.read()
    return time.perf_counter() - begun


def register(folder: Path) -> Path:
    """A register of women who are not in the record yet."""
    folder.mkdir()
    with (folder / "beneficiaries.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("beneficiary_id", "sex"))
        rows.writerows((f"new{number}", "F") for number in range(ROWS))
    return folder


def main() -> None:
    placements = int(sys.argv[1]) if len(sys.argv) > 1 else PLACEMENTS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environ = os.environ | {"RELAY_DATA": str(folder / "data"), "RELAY_PROGRAMME": "made", "HOME": str(folder)}
        secret, new = begin(folder / "data", placements), register(folder / "new")
        group = joined()
        say(f"{describe()}; {placements:,} placements, {MEMORY / 1e9:.0f} GB of memory, a quarter of one core\n")
        say("| done | took |\n| --- | --- |")
        run("`relay engine start`", ["engine", "start"], environ)
        run(
            "a pass-on by the command line",
            ["pass-on", "Q1", "--to", "receiver", "--animals", "1", "--on", "2024-06-01"],
            environ,
        )
        begun = time.perf_counter()
        with serving(environ, folder) as service:
            line("`relay serve`, until it answers", time.perf_counter() - begun)
            line("the front page, the first time", page(f"{service.url}/p/made", secret))
            line("the front page, again", page(f"{service.url}/p/made", secret))
            run(f"an import of {ROWS:,} women", ["import", str(new), "--apply"], environ)
            line("the front page, after it", page(f"{service.url}/p/made", secret))
            line("a list of placements", page(f"{service.url}/p/made/placements", secret))
        run("`relay todo`", ["todo"], environ)
        run("`relay audit`, the first", ["audit"], environ)
        run("`relay audit`, again", ["audit"], environ)
        embedded_server.stop(folder / "data")
        say(f"\nAt most {peak(group):,.0f} MB of memory at a time, files read included; killed: {killed(group)}.")


if __name__ == "__main__":
    main()
