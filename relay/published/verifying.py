"""Whether the published figures agree with the ledger: they are computed again as of their entry and compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relay.arrays import from_register, lineage, verifying
from relay.database import cypher
from relay.domain.entries import Fault
from relay.ledger import programme_heads
from relay.ledger.projection import SHOWN_PROPERTIES
from relay.published.publishing import Marks, Publication, alike, marks, marks_of, published
from relay.published.shown_figures import layer
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

    from relay.arrays.tables import Snapshot
    from relay.graph import Graph
    from relay.ledger.checkpoints import Checkpoint
    from relay.ledger.verify import Verification

LOOKS: Final = 6
PAUSE_SECONDS: Final = 2.0
"""How often, and how far apart, a layer that is being written is looked at again (our choice: serve writes but what
differs, within a second or two; what is not whole after ten seconds was cut short)."""


def verified(
    graph: Graph,
    programme_id: str,
    folder: Path,
    *,
    noted: str | None = None,
    checkpoints: tuple[Checkpoint, ...] = (),
    public_keys: Collection[str] = (),
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> Verification:
    """`verifying.verified`, and whether the published figures agree with the ledger.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    compared: list[Publication] = []

    def unlike(now: Snapshot) -> Iterator[Fault]:
        layer_, shown = _read_while_idle(graph, programme_id)
        if layer_ is None:
            yield from _not_published(graph, programme_id, shown)
            return
        compared.append(layer_)
        yield from _differences(graph, now, layer_, shown)

    result = verifying.verified(
        graph,
        programme_id,
        folder,
        noted=noted,
        checkpoints=checkpoints,
        public_keys=public_keys,
        also=unlike,
        progress=progress,
    )
    if not compared:
        return result
    return replace(result, published="current" if compared[-1].hash == result.head_hash else "stale")


def _read_while_idle(graph: Graph, programme_id: str) -> tuple[Publication | None, dict[str, Marks]]:
    """What is published, and the figures on placements, read while nobody is publishing."""
    before, shown = published(graph, programme_id), marks(graph, programme_id)
    for _ in range(LOOKS):
        after = published(graph, programme_id)
        if before == after and (after or not graph.rows(cypher.IS_PUBLISHING, programme_id=programme_id)):
            break
        time.sleep(PAUSE_SECONDS)
        before, shown = published(graph, programme_id), marks(graph, programme_id)
    return before, shown


def _not_published(graph: Graph, programme_id: str, shown: dict[str, Marks]) -> Iterator[Fault]:
    """Figures on placements although nothing is published, or the `Published` node was altered."""
    there = graph.rows(cypher.PUBLISHED, programme_id=programme_id)
    if there or shown:
        sentence = Sentence(
            "The published states of %(programme_id)s were altered, or publishing was interrupted. Publish them again: "
            "`relay graph publish`.",
            programme_id=programme_id,
        )
        yield Fault(sequence=None, fault=sentence)


def _differences(graph: Graph, now: Snapshot, layer_: Publication, on_placements: dict[str, Marks]) -> Iterator[Fault]:
    stale = layer_.sequence != now.sequence
    then = _when_published(graph, layer_) if stale else now
    if then is None or then.head_hash != layer_.hash:
        sentence = Sentence(
            "The published states name entry %(sequence)s, whose hash in the ledger is a different one. Publish them "
            "again: `relay graph publish`.",
            sequence=layer_.sequence,
        )
        yield Fault(sequence=None, fault=sentence)
        return
    wanted = {key: marks_of(shown) for key, shown in layer(lineage.survey(then, layer_.as_of)).items()}
    for key in sorted({**on_placements, **wanted}):
        if key not in on_placements:
            if not stale:  # else an act that came since may have taken it out of the graph
                yield _differs(key, "shown_state", None, wanted[key][1][0])
        elif key not in wanted:
            yield _differs(key, "shown_state", on_placements[key][1][0] or on_placements[key][0], None)
        else:
            yield from _differences_at(key, on_placements[key], wanted[key])


def _when_published(graph: Graph, layer_: Publication) -> Snapshot | None:
    """The programme as it was known when it was published; None if its ledger never had that entry."""
    if not 0 < layer_.sequence <= programme_heads.head(graph, layer_.programme_id).entries:
        return None
    return from_register.snapshot_as_known(graph, layer_.programme_id, layer_.sequence)


def _differences_at(key: str, shown: Marks, wanted: Marks) -> Iterator[Fault]:
    (labels, values), (labels_wanted, values_wanted) = shown, wanted
    if labels != labels_wanted:
        yield _differs(key, Sentence("its label"), "/".join(labels) or None, "/".join(labels_wanted))
    for name, is_, should in zip(SHOWN_PROPERTIES, values, values_wanted, strict=True):
        if not alike(is_, should):
            yield _differs(key, name, is_, should)


def _differs(key: str, name: str, value: object, wanted: object) -> Fault:
    sentence = Sentence(
        "The published state of Placement %(key)s was altered: %(name)s is %(found)s where the ledger says %(wanted)s.",
        key=key,
        name=name,
        found=value,
        wanted=wanted,
    )
    return Fault(sequence=None, fault=sentence)
