"""The layer written into the graph: what is wrong or missing on each placement, and nothing else.

    (:Placement:ShownBroken {shown_state, shown_passed, shown_still_owed, shown_generation, shown_reach, shown_caption})
    (:Published {key, programme_id, as_of, sequence, hash})      there only while all placements show what it says
    (:Publishing {key, programme_id, publisher})                 there only while somebody writes the layer

The layer is no part of the ledger, and nothing reads it back: whoever opens the graph without Relay sees it. It is
written in steps, between which others record; `Published` goes first and comes back last, so that a layer cut short
passes for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from relay.arrays import lineage, snapshot_cache
from relay.database import cypher
from relay.domain.vocabulary import SHOWN
from relay.errors import Conflict, Failure, refused
from relay.ledger.projection import SHOWN_PROPERTIES
from relay.ledger.reading import STEP
from relay.published.shown_figures import Shown, layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from relay.graph import Graph, Transaction


PUBLISHED_MEANWHILE: Final = Failure(
    Conflict,
    "published_meanwhile",
    "Someone else is publishing %(programme_id)s at the same moment.",
    advice="Leave it to them, or run the same command again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is published of a programme.

    Attributes:
        programme_id: Of the programme.
        as_of: The day that is shown.
        sequence: Of the newest entry that is shown.
        hash: Of that entry.
    """

    programme_id: str
    as_of: date
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingDone:
    """What was done to publish it.

    Attributes:
        publication: What is published now.
        placements: How many placements show something.
        changed: How many of all placements show something else than before.
    """

    publication: Publication
    placements: int
    changed: int


Marks = tuple[tuple[str, ...], tuple[object, ...]]
"""What stands on a placement: its labels beside its own, and what its `SHOWN_PROPERTIES` hold."""


def published(graph: Graph, programme_id: str) -> Publication | None:
    """What is published of a programme; None when nothing is, or what says so was altered.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for row in graph.rows(cypher.PUBLISHED, programme_id=programme_id):
        found: Mapping[str, Any] = row["published"]
        if {*found} == {"key", "programme_id", "as_of", "sequence", "hash"} and hasattr(found["as_of"], "to_native"):
            as_of = found["as_of"].to_native()
            return Publication(programme_id=programme_id, as_of=as_of, sequence=found["sequence"], hash=found["hash"])
    return None


def marks(graph: Graph, programme_id: str) -> dict[str, Marks]:
    """What stands on the placements of a programme, by key; those on which nothing stands are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (row,) = graph.rows(cypher.LAYER, programme_id=programme_id)
    return {
        key: (tuple(sorted(each for each in labels if each != "Placement")), tuple(values))
        for key, labels, *values in row["layer"]
    }


def marks_of(shown: Shown) -> Marks:
    """What should stand on a placement that shows this."""
    label = next(label for state, label in SHOWN.items() if state == shown.shown_state)
    return (label,), tuple(asdict(shown).values())


def alike(found: object, wanted: object) -> bool:
    """Whether a property holds what it should, in the type that it should have."""
    return found == wanted and type(found) is type(wanted)


def publish(
    graph: Graph, programme_id: str, as_of: date, folder: Path | None, random: Callable[[int], bytes]
) -> PublishingDone:
    """Show on every placement how it stands on a day, as known now.

    Args:
        graph: Where.
        programme_id: Of the programme.
        as_of: The day.
        folder: Where snapshots are kept from one run to the next; None keeps none.
        random: Gives that many random bytes.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Conflict: Somebody else began to publish it.
        Unavailable: The database cannot be reached; then nothing may be published.
    """
    snapshot = snapshot_cache.snapshot(graph, programme_id, folder)
    wanted = {key: marks_of(shown) for key, shown in layer(lineage.survey(snapshot, as_of)).items()}
    publisher = random(16).hex()
    publication = Publication(
        programme_id=programme_id, as_of=as_of, sequence=snapshot.sequence, hash=snapshot.head_hash
    )

    def begin(transaction: Transaction) -> None:
        transaction.run(cypher.BEGIN_PUBLISHING, programme_id=programme_id, publisher=publisher)
        transaction.run(cypher.UNPUBLISH, programme_id=programme_id)

    def step(work: Callable[[Transaction], None], transaction: Transaction) -> None:
        holders = transaction.rows(cypher.PUBLISHER, programme_id=programme_id)
        if [each["publisher"] for each in holders] != [publisher]:
            raise refused(PUBLISHED_MEANWHILE, programme_id=programme_id)
        work(transaction)

    def end(transaction: Transaction) -> None:
        transaction.run(cypher.PUBLISH, published={"key": programme_id, **asdict(publication)})
        transaction.run(cypher.END_PUBLISHING, programme_id=programme_id)

    graph.write(begin)
    found = marks(graph, programme_id)
    nothing: Marks = ((), (None,) * len(SHOWN_PROPERTIES))
    changed = [key for key in {**found, **wanted} if _unlike(found.get(key, nothing), wanted.get(key, nothing))]
    for some in _steps(changed):
        off, on = list[tuple[str, str]](), list[tuple[str, str]]()
        rows: list[Mapping[str, Any]] = []
        for key in some:
            (had, _), (has, values) = found.get(key, nothing), wanted.get(key, nothing)
            off += ((label, key) for label in had if label not in has)
            on += ((label, key) for label in has if label not in had)
            rows.append({"key": key, "shown": dict(zip(SHOWN_PROPERTIES, values, strict=True))})
        if off:
            graph.write(partial(step, partial(_by_label, cypher.UNLABEL, off)))
        graph.write(partial(step, partial(_show, rows, on)))
    graph.write(partial(step, end))
    return PublishingDone(publication=publication, placements=len(wanted), changed=len(changed))


def _unlike(had: Marks, has: Marks) -> bool:
    return had[0] != has[0] or not all(map(alike, had[1], has[1]))


def _steps(keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
    left = iter(keys)
    while some := tuple(islice(left, STEP)):
        yield some


def _show(rows: Iterable[Mapping[str, Any]], on: Iterable[tuple[str, str]], transaction: Transaction) -> None:
    transaction.run(cypher.SHOW, rows=[*rows])
    _by_label(cypher.LABEL, on, transaction)


def _by_label(texts: Mapping[str, Any], labelled: Iterable[tuple[str, str]], transaction: Transaction) -> None:
    """Run the text of each label on the keys that it is about; of a label that is none of Relay's nothing is done."""
    keys: dict[str, list[str]] = {}
    for label, key in labelled:
        keys.setdefault(label, []).append(key)
    for label, text in texts.items():
        if label in keys:
            transaction.run(text, keys=keys[label])
