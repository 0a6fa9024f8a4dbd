"""The table of docs/figures.md: what is done to Relay, how often, and whether it held: `make figures`.

Each line runs its tests at full scale (RELAY_SOAK=1) in a separate process, and shows the result of pytest.
`python -m benchmarks.figures disk savings` runs the lines that speak of a disk or of savings; the others stay as they
stand, with their day. `--part` runs the fiftieth that `make test` runs, and prints the table instead.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.machine import describe, say

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "figures.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line of the table.

    Attributes:
        done: What is done to it.
        often: How often, in whole.
        withstood: What it means that the tests pass.
        tests: Which, as pytest names them.
    """

    done: str
    often: str
    withstood: str
    tests: tuple[str, ...]


TAMPERING: Final = "tests/ledger/test_tampering.py::test_whatever_is"
FIGURES: Final = (
    Figure(
        done="An entry of the stored ledger altered",
        often="250 on each engine",
        withstood="all found, each named at its place",
        tests=(f"{TAMPERING}_altered_in_the_graph_is_named", "-k", "an_entry"),
    ),
    Figure(
        done="A property in the graph altered, removed or added",
        often="250 on each engine",
        withstood="all found, each named at its place",
        tests=(f"{TAMPERING}_altered_in_the_graph_is_named", "-k", "a_property"),
    ),
    Figure(
        done="A node or relationship removed, or one too many",
        often="250 on each engine",
        withstood="all found, each named at its place",
        tests=(f"{TAMPERING}_altered_in_the_graph_is_named", "-k", "missing_or_surplus"),
    ),
    Figure(
        done="An exported ledger reordered, cut, altered, or rewritten with hashes that fit",
        often="250 of each engine's",
        withstood="all found by Relay at their place, all seen with Python alone",
        tests=(f"{TAMPERING}_done_to_an_exported_file_is_named_by_relay_and_seen_with_python_alone",),
    ),
    Figure(
        done="Malformed cells, CSV files, rules, workbooks, ledgers, backups, checkpoints, sealed files",
        often="100,000",
        withstood="no crash, nothing half written",
        tests=("tests/whole/test_fuzz.py",),
    ),
    Figure(
        done="The embedded engine killed under 8 writers",
        often="100 kills",
        withstood="0 acknowledged acts lost, 0 doubled, the ledger verifies",
        tests=(
            "tests/whole/test_faults.py::test_whatever_was_acknowledged_survives_kill_after_kill_and_nothing_is_half_done",
        ),
    ),
    Figure(
        done="The engine, the pages and the command line killed at any moment under 8 writers",
        often="10 minutes",
        withstood="0 acknowledged acts lost, 0 doubled, the ledger verifies",
        tests=("tests/whole/test_kills.py",),
    ),
    Figure(
        done="Fifty people who read pages and 8 who record, at once",
        often="5 minutes on each engine",
        withstood="no error, 0 acts lost, 0 doubled, the server's memory stays",
        tests=("tests/whole/test_load.py",),
    ),
    Figure(
        done="Strangers who send half requests, long logins, large bodies, and read no answer",
        often="2.5 minutes on each engine",
        withstood="no reader shut out, p95 below 3 times its calm value, memory within 50 MB",
        tests=("tests/whole/test_strangers.py",),
    ),
    Figure(
        done="The line cut before and after a commit, silent, talking nonsense, refused",
        often="each once or 8 times on each engine",
        withstood="every act recorded once, an answer within 20 s",
        tests=("tests/whole/test_faults.py", "-k", "cut_off or told_that_nobody_knows or whatever_the_line_does"),
    ),
    Figure(
        done="A moved leader, a follower behind, a server gone, said by the driver itself",
        often="7 errors at 4 moments on each engine",
        withstood="every act lands once, no read older than one's own write",
        tests=("tests/database/test_driver_errors.py",),
    ),
    Figure(
        done="The database silent for 15 s as rows are imported or a backup is restored",
        often="each once on each engine",
        withstood="the same ids sent again, every act recorded once",
        tests=("tests/whole/test_faults.py", "-k", "sends_the_same_again"),
    ),
    Figure(
        done="A data folder, its disk, its clock, its copies or its restore broken in more than ten ways",
        often="each once, or once on each engine",
        withstood="each told by relay doctor, with advice that mends it",
        tests=("tests/doctor/test_examination.py",),
    ),
    Figure(
        done="Savings groups that save, lend, repay, lose and count at random, recorded act by act",
        often="200 at ten days each on each engine",
        withstood="every figure as an oracle in plain Python, written apart, tells it",
        tests=("tests/systems/savings/test_oracle_on_engines.py",),
    ),
    Figure(
        done="A disk that fills up while clerks record",
        often="once",
        withstood="a clear message, nothing acknowledged lost",
        tests=(
            "tests/whole/test_faults.py::test_a_full_disk_is_said_and_costs_nothing_that_was_acknowledged",
            "tests/backup/test_backup_files.py::test_a_disk_with_too_little_room_refuses_writes_in_a_clear_sentence_and_goes_on_reading",
        ),
    ),
)


def outcome(figure: Figure, *, whole: bool) -> tuple[str, bool]:
    """What came of a figure's tests, in pytest's own numbers, what they measured, and whether all passed."""
    environment = os.environ | ({"RELAY_SOAK": "1"} if whole else {})
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        reported = ("-o", "junit_family=xunit1", f"--junitxml={report.name}")  # the one that holds properties
        command = [sys.executable, "-m", "pytest", "-q", *reported, *figure.tests]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        noted = Path(report.name).read_text(encoding="utf-8")
    measured = re.findall(r'<property name="(?!hypothesis)(.+?)" value="(.+?)"', noted)
    counts = re.findall(r"(\d+ (?:passed|failed|errors?|skipped))", ended.stdout.rpartition("\n=")[2] or ended.stdout)
    said = ", ".join([*counts, *map(" ".join, measured)])
    return said or f"pytest ended with {ended.returncode}", ended.returncode == 0


COLUMNS: Final = ("what is done to it", "how often", "what came of it", "day", "before", "test")


def row(figure: Figure, said: str, *, passed: bool) -> list[str]:
    """The cells of a line of the table, but for what came of it before."""
    came = figure.withstood if passed else "**not withstood**" if "failed" in said else "**could not be tried here**"
    file = figure.tests[0].partition("::")[0]
    return [figure.done, figure.often, f"{came} ({said})", f"{datetime.now(UTC):%Y-%m-%d}", "", f"[{file}](../{file})"]


def rewrite(row: list[str]) -> None:
    """Put a line into the page, in the place of the one of before, of which it tells what came and when."""
    begins, _, table = PAGE.read_text(encoding="utf-8").partition("<!-- ")
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    stand = {cells[0]: cells for cells in lines[2:]}
    if before := stand.get(row[0]):
        row[-2] = f"{before[2]}, {before[3]}"
    stand[row[0]] = row
    told = [COLUMNS, ["---"] * len(COLUMNS), *(stand[figure.done] for figure in FIGURES if figure.done in stand)]
    written = "\n".join(f"| {' | '.join(cells)} |" for cells in told)
    made = f"<!-- written by make figures -->\nEach on the day that its line tells: {describe()}.\n"
    PAGE.write_text(f"{begins}{made}\n{written}\n", encoding="utf-8")


def main() -> int:
    """Run what is asked for; 1 when something did not withstand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="of the lines to run; none: all of them")
    parser.add_argument("--part", action="store_true", help="a fiftieth of each, printed only")
    asked = parser.parse_args()
    every = True
    for figure in FIGURES:
        if asked.words and not any(word.casefold() in figure.done.casefold() for word in asked.words):
            continue
        said, passed = outcome(figure, whole=not asked.part)
        cells = row(figure, said, passed=passed)
        every &= passed
        say(" | ".join(filter(None, cells)))
        if not asked.part:
            rewrite(cells)
    return 0 if every else 1


if __name__ == "__main__":
    sys.exit(main())
