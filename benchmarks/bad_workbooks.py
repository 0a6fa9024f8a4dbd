"""How soon, and in how little memory, a bad workbook is told to be bad: `python -m benchmarks.bad_workbooks`.

Each is a process of its own, `relay map propose FILE`, as a person would start it; its time and its peak are what the
system counted for it. The database runs already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.machine import describe, say
from benchmarks.memory import RELAY
from relay.database import embedded_server
from tests.exchange.test_sheets import workbook
from tests.exchange.test_workbook_safety import MOST_MEMORY, MOST_SECONDS, REFUSED
from tests.register_maps.test_header_search import HEADER, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PREETI: Final = [[number, name, "Tansen-5", "2024-02-01", 2] for number, name in enumerate(("l;tf yfkf", "nIdL du/"))]
_TWO_CALENDARS: Final = [
    [number, f"Rita {'I' * number}", "Tansen-5", day, 2]
    for number, day in enumerate(("2080-01-05", "2080-02-05", "2024-03-05"), 1)
]

TOLD: Final[Mapping[str, Callable[[Path], Path]]] = {
    "Preeti-font text": lambda path: workbook(path / "a.xlsx", {"S": [HEADER, *_PREETI]}),
    "two calendars in one column": lambda path: workbook(path / "a.xlsx", {"S": [HEADER, *_TWO_CALENDARS]}),
    "several sheets, none a register": lambda path: workbook(path / "a.xlsx", {"Notes": [["x"]], "S": [["Total", 4]]}),
    "an ordinary register": lambda path: workbook(path / "a.xlsx", {"S": [HEADER, *ROWS]}),
}
"""What is read, and told in the map that is proposed."""


def made(what: str, folder: Path) -> Path:
    """Write one; in another process, since a process that is started counts the peak of whoever started it."""
    makers = {name: make for name, (make, _) in REFUSED.items()} | dict(TOLD)
    return makers[what](folder)


def measured(path: Path, data: Path) -> tuple[float, float, int, str]:
    """Wall time and processor time in seconds, peak in kB, and the first line that it said of the file."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as heard:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [RELAY, "map", "propose", str(path)],
            env={**os.environ, "RELAY_DATA": str(data)},
            stdout=subprocess.DEVNULL,
            stderr=heard,
        )
        _, _, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - begun
        heard.seek(0)
        first = next((line for line in heard.read().splitlines() if line.startswith("relay:")), "a map is proposed")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, first.replace(str(path), path.name)


def main() -> None:
    """Measure each, and print a table."""
    say(f"Measured on {describe()}; goal {MOST_SECONDS} s and {MOST_MEMORY // 1000} MB.\n")
    say("| what | wall | processor | peak | said |")
    say("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as at, ProcessPoolExecutor(1) as writer:
        data = Path(at) / "data"
        embedded_server.ensure(data)
        for number, what in enumerate((*REFUSED, *TOLD)):
            folder = Path(at) / str(number)
            folder.mkdir()
            path = writer.submit(made, what, folder).result()
            wall, processor, peak, first = measured(path, data)
            say(f"| {what} | {wall:.1f} s | {processor:.1f} s | {peak // 1000} MB | {first[:90]} |")
            shutil.rmtree(folder)
        embedded_server.stop(data)


if __name__ == "__main__":
    main()
