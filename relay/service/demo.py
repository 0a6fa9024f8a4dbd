"""The demonstration: the seeds' programme, imported, then corrected, confirmed and erased as the seeds say."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import seeds
from relay.domain.acts import Act
from relay.exchange.importing import import_programme
from relay.graph import Graph
from relay.ledger import reading, recording
from relay.ledger.batch import Clerk

DEMO: Final = "relay-demo"
DAY: Final = date(2026, 11, 25)  # on which the seeds end: on later days nearly all is overdue
GIFT: Final = "G31"  # its tree fits one screen, splits, is pooled once, and broke for each reason that there is
SECOND_CLERK: Final = "local:second-clerk"  # confirms what the first one recorded: two persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of the demonstration's rows and acts.

    Attributes:
        entries: In the programme's ledger now.
        actions: Action → rows and acts, as in the report of an import; empty when all was there already.
    """

    entries: int
    actions: Mapping[str, int]


def load_demo(graph: Graph, clerk: Clerk) -> Loaded:
    """Load the demonstration programme, or find that it is there; one that was cut short goes on.

    Raises:
        RelayError: A correction, confirmation or erasing was refused: somebody has recorded in the demonstration.
        Unavailable: The database cannot be reached.
    """
    folder = Path(seeds.__file__).parent
    acts = tuple(_acts(folder / f"{DEMO}-corrections.toml"))
    if reading.recorded(graph, DEMO, acts[-1].act_id):
        return Loaded(entries=_entries(graph), actions={})
    actions = Counter[str](row.action for row in import_programme(graph, folder / DEMO, clerk, apply=True))
    for outcome in recording.record(graph, DEMO, acts, replace(clerk, by=SECOND_CLERK)):
        if outcome.error:
            raise outcome.error
        actions[outcome.action] += 1
    return Loaded(entries=_entries(graph), actions=actions)


def _entries(graph: Graph) -> int:
    return next(head.entries for head in reading.heads(graph) if head.programme_id == DEMO)


def _acts(file: Path) -> Iterator[Act]:
    blocks = tomllib.loads(file.read_text(encoding="utf-8"))
    for kind in ("correct", "confirm", "erase"):
        for values in blocks.get(kind, ()):
            yield Act(kind=kind, id=values[f"{kind}_id"], values=values)
