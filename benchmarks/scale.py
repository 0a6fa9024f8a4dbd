"""What grows with what: `python -m benchmarks.scale [SIZE …] [--acts N …] [--programmes N …]`: tables of docs/scale.md.

Each size is measured in a process of its own, without a database: how large the snapshot of a made programme is on
disk, how long it takes to open it and to survey its day, and what the process holds in memory of its own, and mapped.
Then so many programmes are opened one after the other, as a service opens those of all who ask; they are one file,
opened under one number after the other, and those that were asked for longest ago are let go.

Between the two, ledgers of so many acts, or a few more, on the embedded engine: what it takes to import them, to record
one more, to read the programme anew, to audit it for the first time, to verify it and to back it up.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
from collections import OrderedDict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.auditing import write
from benchmarks.lineage import CLERK
from benchmarks.machine import describe, milliseconds, p50, say
from relay.arrays import lineage, snapshot_file
from relay.arrays.from_graph import load
from relay.arrays.tables import Snapshot
from relay.audit.run import audit
from relay.backup.backup_files import write_backup
from relay.database import embedded_server
from relay.domain.questions import NOTED
from relay.graph import connect
from relay.ledger import programme_heads
from relay.ledger.recording import record_one
from relay.ledger.verify import verify
from tests.scenes import acts as act
from tests.scenes import made
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY: Final = made.LAST_DAY + timedelta(days=1)
SIZES: Final = (10_000, 100_000, 1_000_000)
ACTS: Final = (1_000, 10_000, 100_000)
RECORDED: Final = 20  # one more act, so often: the median tells
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
    snapshot_file.write(folder, made.programme(size))
    gc.collect()
    path = next(folder.glob("*.snapshot"))
    before = held()
    found: list[Snapshot | None] = []
    opening = milliseconds(lambda: found.append(snapshot_file.read(folder, "made")))
    snapshot = found[0]
    assert snapshot  # noqa: S101 - it was kept just now
    opened = held()
    surveying = milliseconds(lambda: lineage.survey(snapshot, DAY))
    surveyed = held()
    say(
        f"| {size:,} | {path.stat().st_size / MEGABYTE:.1f} MB | {opening:.0f} ms | {surveying:,.0f} ms "
        f"| {opened[0] - before[0]:.1f} MB | {surveyed[0] - before[0]:.0f} MB |"
    )


def of_acts(folder: Path, acts: int) -> None:
    """One line of the table of ledgers."""
    with connect(embedded_server.ensure(folder), CORE) as graph:
        writing = milliseconds(lambda: write(graph, acts // 3))  # a woman, her placement, and how she came by it
        (head,) = programme_heads.heads(graph)
        one_more = [act.happened(f"V{number}: visit of P1 on {DAY}") for number in range(RECORDED)]
        recording = [milliseconds(partial(record_one, graph, "made", each, CLERK, answers=NOTED)) for each in one_more]
        loading = milliseconds(lambda: load(graph, "made"))
        looking = milliseconds(lambda: audit(graph, "made", DAY))
        verifying = milliseconds(lambda: verify(graph, "made"))
        path = folder / "all.jsonl"
        keeping = milliseconds(lambda: write_backup(graph, path))
    embedded_server.stop(folder)
    size = path.stat().st_size / MEGABYTE
    say(
        f"| {head.entries:,} | {writing / 1000:.1f} s | {p50(recording):.1f} ms | {loading / 1000:.1f} s "
        f"| {looking / 1000:.1f} s | {verifying / 1000:.1f} s | {keeping / 1000:.1f} s, {size:.1f} MB |"
    )


def opened_in_turn(folder: Path, programmes: int) -> None:
    """One line of the second table."""
    snapshot_file.write(folder, made.programme(OF_EACH))
    gc.collect()
    before, places = held(), OrderedDict[int, Snapshot | None]()

    def all_of_them() -> None:
        for number in range(programmes):
            places[number] = snapshot_file.read(folder, "made")
            if len(places) > snapshot_file.SNAPSHOT_CACHE.most:
                places.popitem(last=False)

    took = milliseconds(all_of_them) / programmes
    own, mapped = held()
    say(f"| {programmes:,} | {took:.1f} ms | {own - before[0]:.1f} MB | {mapped - before[1]:.0f} MB |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--acts", nargs="*", type=int, default=ACTS)
    parser.add_argument("--programmes", nargs="*", type=int, default=PROGRAMMES)
    parser.add_argument("--one", choices=MEASURED)
    asked = parser.parse_args()
    if asked.one:
        with tempfile.TemporaryDirectory() as folder:
            MEASURED[asked.one](Path(folder), asked.sizes[0])
        return
    say(f"Measured on {describe()}.\n")
    say("| placements | on disk | opened | surveyed | its own memory, opened | and surveyed |")
    say("| --- | --- | --- | --- | --- | --- |")
    each_by_itself("size", asked.sizes)
    say("\n| acts | imported | one more recorded | programme read anew | first audit | verified | backed up |")
    say("| --- | --- | --- | --- | --- | --- | --- |")
    each_by_itself("acts", asked.acts)
    say(f"\n| programmes of {OF_EACH:,}, opened in turn | each | its own memory | mapped |")
    say("| --- | --- | --- | --- |")
    each_by_itself("programmes", asked.programmes)


MEASURED: Final = {"size": of_size, "acts": of_acts, "programmes": opened_in_turn}


def each_by_itself(what: str, numbers: Iterable[int]) -> None:
    """Lines of a table, each by a process of its own."""
    for number in numbers:
        command = [sys.executable, "-m", "benchmarks.scale", str(number), "--one", what]
        subprocess.run(command, check=True)  # noqa: S603 - our own command


if __name__ == "__main__":
    main()
