"""Access logs of earlier versions, which were files of a data folder: read into the database once, then set aside.

    DATA FOLDER/accesses/PROGRAMME/2026-11.jsonl      what was opened in November 2026, the newest last
    DATA FOLDER/accesses.jsonl, accesses.older.jsonl  for all programmes together, the newer first

What was read stands beside it under the same name with ".read" at its end, with the lines that nobody can read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from relay.access import access_log
from relay.access.access_log import MONTH_LETTERS, Access
from relay.instants import is_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph

NAMES: Final = ("accesses.older.jsonl", "accesses.jsonl", "accesses")
"""Oldest first."""
READ: Final = ".read"


def take_in(graph: Graph, folder: Path) -> None:
    """Read what is there into chains of its own, one for each programme and month.

    What cannot be read stays where it is; `relay doctor` tells of it. Whoever was interrupted begins anew: the same
    lines make the same chains.

    Raises:
        Unavailable: The database cannot be reached; the files stay.
    """
    there = [folder / name for name in NAMES if (folder / name).exists()]
    lines: defaultdict[tuple[str, str], list[Access]] = defaultdict(list)
    try:
        for path in there:
            for programme_id, access in _accesses(path):
                lines[programme_id, access.at[:MONTH_LETTERS]].append(access)
    except OSError:
        return
    for (programme_id, month), accesses in lines.items():
        mark = sha256(repr(accesses).encode()).hexdigest()[:16]
        access_log.put(graph, access_log.chained(programme_id, f"{month}-{mark}", accesses))
    for path in there:
        with suppress(OSError):  # another process set it aside
            path.rename(f"{path}{READ}")


def _accesses(path: Path) -> Iterator[tuple[str, Access]]:
    """The programme and the access of each line that can be read, oldest first."""
    for file in sorted(path.glob("*/*.jsonl")) if path.is_dir() else (path,):
        for line in file.read_bytes().splitlines():
            try:
                written = json.loads(line)
                at, by, what = (str(written[name]) for name in ("at", "by", "what"))
                access = Access(at=at, by=by, what=what, ids=tuple(map(str, written["ids"])))
                if is_instant(at):
                    yield str(written["programme_id"]), access
            except (ValueError, TypeError, KeyError):  # torn off when the power failed
                continue
