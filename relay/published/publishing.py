"""Writing the published figures into the graph; only placements whose figures changed are written.

    (:Placement:ShownBroken {shown_state, shown_passed, shown_still_owed, shown_generation, shown_reach, shown_caption})
    (:Published {key, programme_id, as_of, sequence, hash})      exists only while all placements show these figures
    (:Publishing {key, programme_id, publisher})                 exists only while somebody is publishing

The figures are not part of the ledger, and Relay does not read them back: they are for people who open the graph
without Relay. They are written in several transactions, between which others may record. `Published` is deleted first
and written last, so that a publication that was interrupted does not count as complete.
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
        programme_id: Id of the programme.
        as_of: The day whose figures are shown.
        sequence: Sequence number of the newest entry that they include.
        hash: Hash of that entry.
    """

    programme_id: str
    as_of: date
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingDone:
    """What one publication did.

    Attributes:
        publication: What is published now.
        placements: Number of placements that show figures.
        changed: Number of placements whose figures were changed.
    """

    publication: Publication
    placements: int
    changed: int


Marks = tuple[tuple[str, ...], tuple[object, ...]]
"""What is published on a placement: its extra labels, and the values of its `SHOWN_PROPERTIES`."""


def published(graph: Graph, programme_id: str) -> Publication | None:
    """What is published of a programme.

    Returns:
        None if nothing is published, or if the `Published` node was altered.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for row in graph.rows(cypher.PUBLISHED, programme_id=programme_id):
        node: Mapping[str, Any] = row["published"]
        if {*node} == {"key", "programme_id", "as_of", "sequence", "hash"} and hasattr(node["as_of"], "to_native"):
            as_of = node["as_of"].to_native()
            return Publication(programme_id=programme_id, as_of=as_of, sequence=node["sequence"], hash=node["hash"])
    return None


def marks(graph: Graph, programme_id: str) -> dict[str, Marks]:
    """What is published on the placements of a programme, by key; placements with nothing on them are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (row,) = graph.rows(cypher.PUBLISHED_FIGURES, programme_id=programme_id)
    return {
        key: (tuple(sorted(each for each in labels if each != "Placement")), tuple(values))
        for key, labels, *values in row["layer"]
    }


def marks_of(shown: Shown) -> Marks:
    """The labels and properties that a placement with these figures should have."""
    label = next(label for state, label in SHOWN.items() if state == shown.shown_state)
    return (label,), tuple(asdict(shown).values())


def alike(value: object, expected: object) -> bool:
    """Whether a property has the expected value and type."""
    return value == expected and type(value) is type(expected)


def publish(
    graph: Graph, programme_id: str, as_of: date, folder: Path | None, random: Callable[[int], bytes]
) -> PublishingDone:
    """Write the figures of every placement on a day, as now recorded.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Reference day; what happens later does not count.
        folder: Cache folder of snapshots; None caches none.
        random: Gives the number of random bytes asked for.

    Raises:
        NoProgramme: It is not in the database.
        NotBuilt: Its graph is being rebuilt or restored, or was built by another version.
        Conflict: Somebody else began to publish the same programme.
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
    shown_now = marks(graph, programme_id)
    nothing: Marks = ((), (None,) * len(SHOWN_PROPERTIES))
    changed = [key for key in {**shown_now, **wanted} if _differ(shown_now.get(key, nothing), wanted.get(key, nothing))]
    for some in _steps(changed):
        off, on = list[tuple[str, str]](), list[tuple[str, str]]()
        rows: list[Mapping[str, Any]] = []
        for key in some:
            (had, _), (has, values) = shown_now.get(key, nothing), wanted.get(key, nothing)
            off += ((label, key) for label in had if label not in has)
            on += ((label, key) for label in has if label not in had)
            rows.append({"key": key, "shown": dict(zip(SHOWN_PROPERTIES, values, strict=True))})
        if off:
            graph.write(partial(step, partial(_by_label, cypher.UNLABEL, off)))
        graph.write(partial(step, partial(_show, rows, on)))
    graph.write(partial(step, end))
    return PublishingDone(publication=publication, placements=len(wanted), changed=len(changed))


def _differ(had: Marks, has: Marks) -> bool:
    return had[0] != has[0] or not all(map(alike, had[1], has[1]))


def _steps(keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
    left = iter(keys)
    while some := tuple(islice(left, STEP)):
        yield some


def _show(rows: Iterable[Mapping[str, Any]], on: Iterable[tuple[str, str]], transaction: Transaction) -> None:
    transaction.run(cypher.SHOW, rows=[*rows])
    _by_label(cypher.LABEL, on, transaction)


def _by_label(texts: Mapping[str, Any], labelled: Iterable[tuple[str, str]], transaction: Transaction) -> None:
    """Run each label's statement on the keys that are listed under it; labels that Relay did not define are skipped."""
    keys: dict[str, list[str]] = {}
    for label, key in labelled:
        keys.setdefault(label, []).append(key)
    for label, text in texts.items():
        if label in keys:
            transaction.run(text, keys=keys[label])
