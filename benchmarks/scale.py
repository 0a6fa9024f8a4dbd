"""What grows with what: `python -m benchmarks.scale [SIZE …] [--programmes N …]`, the tables of docs/scale.md.

Each size is measured in a process of its own, without a database: how large the snapshot of a made programme is on
disk, how long it takes to open it and to survey its day, and what the process holds in memory of its own, and mapped.
Then so many programmes are opened one after the other, as a service opens those of all who ask; they are one file,
opened under one number after the other, and those that were asked for longest ago are let go.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.machine import describe, milliseconds, say
from relay.arrays import cache, disk, lineage
from relay.arrays.tables import Snapshot
from tests.scenes import made

DAY: Final = made.LAST_DAY + timedelta(days=1)
SIZES: Final = (10_000, 100_000, 1_000_000)
PROGRAMMES: Final = (100, 1_000, 10_000)
OF_EACH: Final = 100_000  # placements
MEGABYTE: Final = 1e6


def held() -> tuple[float, float]:
    """Megabytes that this process holds for itself, and those that are mapped from files."""
    said = Path("/proc/self/smaps_rollup").read_text()
    sizes = {line.split()[0]: int(line.split()[1]) for line in said.splitlines()[1:]}
    own = sizes["Anonymous:"]
    return own * 1024 / MEGABYTE, (sizes["Rss:"] - own) * 1024 / MEGABYTE


def of_size(folder: Path, size: int) -> None:
    """One line of the first table."""
    disk.keep(folder, made.programme(size))
    gc.collect()
    path = next(folder.glob("*.snapshot"))
    before = held()
    found: list[Snapshot | None] = []
    opening = milliseconds(lambda: found.append(disk.kept(folder, "made")))
    snapshot = found[0]
    assert snapshot  # noqa: S101 - it was kept just now
    opened = held()
    surveying = milliseconds(lambda: lineage.survey(snapshot, DAY))
    surveyed = held()
    say(
        f"| {size:,} | {path.stat().st_size / MEGABYTE:.1f} MB | {opening:.0f} ms | {surveying:,.0f} ms "
        f"| {opened[0] - before[0]:.1f} MB | {surveyed[0] - before[0]:.0f} MB |"
    )


def opened_in_turn(folder: Path, programmes: int) -> None:
    """One line of the second table."""
    disk.keep(folder, made.programme(OF_EACH))
    gc.collect()
    before, places = held(), OrderedDict[int, Snapshot | None]()

    def all_of_them() -> None:
        for number in range(programmes):
            places[number] = disk.kept(folder, "made")
            if len(places) > cache.MOST:
                places.popitem(last=False)

    took = milliseconds(all_of_them) / programmes
    own, mapped = held()
    say(f"| {programmes:,} | {took:.1f} ms | {own - before[0]:.1f} MB | {mapped - before[1]:.0f} MB |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--programmes", nargs="*", type=int, default=PROGRAMMES)
    parser.add_argument("--one", choices=("size", "programmes"))
    asked = parser.parse_args()
    if asked.one:
        with tempfile.TemporaryDirectory() as folder:
            (of_size if asked.one == "size" else opened_in_turn)(Path(folder), asked.sizes[0])
        return
    say(f"Measured on {describe()}.\n")
    say("| placements | on disk | opened | surveyed | its own memory, opened | and surveyed |")
    say("| --- | --- | --- | --- | --- | --- |")
    for what, numbers in (("size", asked.sizes), ("programmes", asked.programmes)):
        if what == "programmes":
            say(f"\n| programmes of {OF_EACH:,}, opened in turn | each | its own memory | mapped |")
            say("| --- | --- | --- | --- |")
        for number in numbers:
            command = [sys.executable, "-m", "benchmarks.scale", str(number), "--one", what]
            subprocess.run(command, check=True)  # noqa: S603 - our own command


if __name__ == "__main__":
    main()
