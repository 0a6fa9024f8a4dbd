"""The demonstration: the seeds' programme, imported, then corrected, confirmed and erased as the seeds say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import seeds
from relay import ledger
from relay.acts import Act
from relay.graph import Graph
from relay.importing import Count, import_programme
from relay.ledger import Clerk

DEMO: Final = "relay-demo"
SECOND_CLERK: Final = "local:second-clerk"  # confirms what the first one recorded: two persons


def load_demo(graph: Graph, clerk: Clerk) -> str:
    """Load the demonstration programme, or find that it is there.

    Returns:
        A sentence that sums up what was done.

    Raises:
        Unavailable: The database cannot be reached; run it again, and it goes on.
    """
    folder = Path(seeds.__file__).parent
    acts = tuple(_acts(folder / f"{DEMO}-corrections.toml"))
    there = next((head for head in ledger.heads(graph) if head.programme_id == DEMO), None)
    if there and ledger.recorded(graph, DEMO, acts[-1].act_id):
        return f"The demonstration programme is there already, with {there.entries} acts; nothing was changed."
    count = Count()
    for _ in count.through(import_programme(graph, folder / DEMO, clerk, apply=True)):
        pass
    second = replace(clerk, by=SECOND_CLERK)
    outcomes = ledger.record(graph, DEMO, acts, second)
    added = count.actions["added"] + sum(outcome.action == "added" for outcome in outcomes)
    return f"{added} acts of eight years were recorded: gifts, placements, pass-ons, births, losses, corrections."


def _acts(file: Path) -> Iterator[Act]:
    blocks = tomllib.loads(file.read_text(encoding="utf-8"))
    for kind in ("correct", "confirm", "erase"):
        for values in blocks.get(kind, ()):
            yield Act(kind=kind, id=values[f"{kind}_id"], values=_plain(values))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    changes = values.get("changes")
    return {**values, "changes": _plain(changes)} if changes else dict(values)
