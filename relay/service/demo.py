"""The demonstration: the seeds' programme, imported, corrected, confirmed and erased as they say; then its systems.

Beside it are the villages, a second and small programme, whose women learn, aim at something and meet in groups.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from relay import seeds
from relay.domain.acts import Act, changes_of
from relay.domain.system import Catalogue
from relay.exchange.importing import import_programme
from relay.graph import Graph
from relay.ledger import programme_heads, reading, recording
from relay.ledger.batch import Clerk

DEMO: Final = "relay-demo"
DAY: Final = date(2026, 11, 25)  # on which the seeds end: on later days nearly all is overdue
VILLAGES: Final = "relay-villages"
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

    It uses those systems that this Relay has and that the seeds switch on; folders of others wait beside it.

    Raises:
        RelayError: A correction, confirmation or erasing was refused: somebody has recorded in the demonstration.
        Unavailable: The database cannot be reached.
    """
    folder = Path(seeds.__file__).parent
    switching = tuple(_acts(folder / f"{DEMO}-systems.toml"))
    used = {name for act in switching for name in _systems(act)}
    shown = [folder / f"{DEMO}-{name}" for name in graph.catalogue.systems if name in used]
    actions = Counter[str]()
    acts = tuple(_acts(folder / f"{DEMO}-corrections.toml"))
    if not reading.recorded(graph, DEMO, acts[-1].act_id):
        actions += _imported(graph, folder / DEMO, clerk)
        actions += _recorded(graph, acts, clerk)
    if shown and not reading.recorded(graph, DEMO, _last(graph.catalogue, shown[-1])):
        actions += _recorded(graph, switching, clerk)
        for number, each in enumerate(shown, start=1):
            actions += _imported(graph, each, _later(clerk, number))
    return Loaded(entries=_entries(graph), actions=actions)


def load_villages(graph: Graph, clerk: Clerk) -> Mapping[str, int]:
    """Load the villages, or find that they are there; what was cut short goes on. Action → rows.

    Their folder comes first, then that of each system, relay-villages-NAME.

    Raises:
        Unavailable: The database cannot be reached.
    """
    folder = Path(seeds.__file__).parent
    own = (folder / f"{VILLAGES}-{name}" for name in graph.catalogue.systems)
    actions = Counter[str]()
    for number, each in enumerate((folder / VILLAGES, *(each for each in own if each.is_dir()))):
        if not reading.recorded(graph, VILLAGES, _last(graph.catalogue, each)):
            actions += _imported(graph, each, _later(clerk, number), VILLAGES)
    return actions


def _later(clerk: Clerk, seconds: int) -> Clerk:
    """The clerk at the second of an import: no two are of one, and each that is taken costs a search of the ledger."""
    return replace(clerk, now=clerk.now + timedelta(seconds=seconds))


def _imported(graph: Graph, folder: Path, clerk: Clerk, programme_id: str = DEMO) -> Counter[str]:
    rows = import_programme(graph, folder, clerk, programme_id=programme_id, apply=True)
    return Counter(row.action for row in rows)


def _recorded(graph: Graph, acts: Sequence[Act], clerk: Clerk) -> Counter[str]:
    outcomes = recording.record(graph, DEMO, acts, replace(clerk, by=SECOND_CLERK))
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error
    return Counter(outcome.action for outcome in outcomes)


def _systems(act: Act) -> Sequence[str]:
    """The systems that a correction of the programme switches on."""
    return str(changes_of(act.values).get("systems", "")).split(";")


def _last(catalogue: Catalogue, folder: Path) -> str:
    """The act of the last row of a folder."""
    kind = [kind for kind in catalogue.filed if (folder / f"{kind.file}.csv").exists()][-1]
    row = (folder / f"{kind.file}.csv").read_text(encoding="utf-8").splitlines()[-1]
    return f"{kind.name}:{row.partition(',')[0]}"


def _entries(graph: Graph) -> int:
    return next(head.entries for head in programme_heads.heads(graph) if head.programme_id == DEMO)


def _acts(file: Path) -> Iterator[Act]:
    blocks = tomllib.loads(file.read_text(encoding="utf-8"))
    for kind in ("correct", "confirm", "erase"):
        for values in blocks.get(kind, ()):
            yield Act(kind=kind, id=values[f"{kind}_id"], values=values)
