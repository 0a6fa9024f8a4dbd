"""However honestly a programme is recorded and changed, its copy takes all of it, in parts of any size.

Acts, corrections, restorations and erasures of all kinds and systems are drawn; none is taken for a falsification.
`make soak` draws 1,000 histories, every run a few.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest

from relay import graph as relay_graph
from relay.domain.questions import NOTED
from relay.following import parts
from relay.following.copying import Copy, Keeper
from relay.ledger import reading, verify
from relay.ledger.batch import Clerk
from relay.ledger.recording import record
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.settings import Connection

ACTS: Final = 60
HISTORIES: Final = range(1000 if SOAK else 3)


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold what all systems record."""
    return wiped(graphs(drawn.EVERYTHING))


@pytest.fixture
def there(second_engine: Connection) -> Iterator[Graph]:
    """Give the empty graph of the copy."""
    with relay_graph.connect(second_engine, drawn.EVERYTHING) as copy:
        yield wiped(copy)


@pytest.mark.parametrize("seed", HISTORIES)
def test_no_honest_history_is_refused_and_the_copy_is_sound(
    graph: Graph, there: Graph, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - drawn cases
    book = say.Book(*drawn.beginnings(), catalogue=drawn.EVERYTHING)
    keeper = Keeper(
        graph=there, folder=tmp_path, clerk=Clerk(by="local:bina", now=datetime.now(UTC), random=token_bytes)
    )
    copy, after = Copy(keeper=keeper, programme_id="demo", url="https://relay.example.org"), 0
    record(graph, "demo", drawn.beginnings(), say.clerk(), answers=NOTED)

    for _ in range(ACTS):
        woman = random.choice(("W1", "W2", "W3"))
        act = say.erased(f"beneficiary:{woman}") if random.random() < 0.03 else drawn.next_act(random, book.register)
        if book.offer(act, by=drawn.by(act)).action == "added":
            record(graph, "demo", [act], say.clerk(drawn.by(act)), answers=NOTED)
        if random.random() < 0.2:
            part = parts.part(graph, "demo", "entries", after, random.choice((1, 5, 1000)))
            after = copy.take_entries(part).sequence
    copy.take_entries(parts.part(graph, "demo", "entries", after, 1000))

    assert [*reading.entries(there, "demo")] == [*reading.entries(graph, "demo")]
    assert verify.verify(there, "demo").faults == ()
    assert parts.blocks(there, "demo", 1, 1000, 7) == parts.blocks(graph, "demo", 1, 1000, 7)
