"""A copy becomes the original, and the old original gives way to it.

original   1 ─ 2 ─ 3 ─ 4 ✕                    the machine burns, or was cut off
copy       1 ─ 2 ─ 3 ─ 4 ─ promoted ─ 6 ─ 7   is recorded into from then on
"""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.database import cypher
from relay.domain.questions import NOTED
from relay.errors import NotFound
from relay.following import asking, copying, fetching
from relay.following.copying import DoesNotExtend, Keeper
from relay.ledger import programme_heads, verify
from relay.ledger.checkpoints import make_key
from relay.ledger.programme_heads import IsACopy
from relay.ledger.recording import record, record_one
from tests.following.conftest import DEMO, Machines, serving
from tests.following.test_following import entries
from tests.scenes.acts import beginnings, clerk, passed, placed, woman

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph


@pytest.fixture
def followed(machines: Machines) -> Machines:
    """Give the two machines, with a programme at one and all of it at the other."""
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 0.5)]
    record(machines.original, DEMO, begun, clerk(), answers=NOTED)
    machines.add_follower()
    machines.follow()
    return machines


@pytest.fixture
def promoted(followed: Machines) -> Iterator[str]:
    """Have the copy become the original, and serve it; where."""
    copying.promote(followed.keeper, DEMO, "head-office")
    with serving(followed.copy, followed.copy_folder) as url:
        yield url


def is_a_copy(graph: Graph) -> bool:
    copied = programme_heads.head(graph, DEMO).copied
    return bool(copied and copied.url)


def silently(_said: str) -> None:
    pass


def test_a_promoted_copy_is_recorded_into_and_its_ledger_says_so(followed: Machines) -> None:
    before = len(entries(followed.copy))

    copying.promote(followed.keeper, DEMO, "head-office")
    record_one(followed.copy, DEMO, woman("W9"), clerk())

    said = entries(followed.copy)[before]
    assert (said.kind, said.payload["act_id"]) == ("correct", "programme:demo")
    assert said.payload["changes"]["original"].startswith("head-office, 2026-12-01T")
    assert len(entries(followed.copy)) == before + 2
    assert verify.verify(followed.copy, DEMO).ok
    assert not is_a_copy(followed.copy)


def test_what_is_no_copy_cannot_be_promoted(followed: Machines) -> None:
    here = Keeper(graph=followed.original, folder=followed.original_folder, clerk=followed.keeper.clerk)

    with pytest.raises(NotFound, match="Nothing here is a copy of programme demo"):
        copying.promote(here, DEMO, "head-office")


def test_the_old_original_gives_way_when_it_hears_that_its_copy_was_promoted(followed: Machines, promoted: str) -> None:
    said: list[str] = []
    record_one(followed.original, DEMO, woman("W8"), clerk())

    asking.give_way(followed.original, promoted, said.append)

    assert said == [f"demo is recorded at {promoted} now; here it is a copy."]
    with pytest.raises(IsACopy, match=promoted):
        record_one(followed.original, DEMO, woman("W9"), clerk())


def test_an_original_goes_on_where_its_copy_is_a_copy_or_cannot_be_reached(followed: Machines) -> None:
    with serving(followed.copy, followed.copy_folder) as url:
        asking.give_way(followed.original, url, silently)
    asking.give_way(followed.original, "http://127.0.0.1:9", silently)

    assert not is_a_copy(followed.original)
    record_one(followed.original, DEMO, woman("W9"), clerk())


@pytest.mark.parametrize("lie", ["another key", "an entry of the original's"])
def test_an_original_does_not_give_way_to_a_lie(followed: Machines, tmp_path: Path, lie: str) -> None:
    folder = followed.copy_folder
    if lie == "another key":
        copying.promote(followed.keeper, DEMO, "head-office")
        folder = tmp_path / "liar"
        make_key(folder, DEMO, token_bytes)
    else:  # what the copy signed before is shown as if it were later
        noted = {"promoted_at": "2026-12-01T12:00:00Z"}
        followed.copy.write(lambda transaction: transaction.run(cypher.SET_COPY, key=DEMO, copy=noted))
    with serving(followed.copy, folder) as url:
        asking.give_way(followed.original, url, silently)

    assert not is_a_copy(followed.original)


def follow_back(followed: Machines, url: str) -> fetching.Followed:
    """The old original follows the new one."""
    original = followed.in_turn(url)
    return fetching.follow(original, followed.former_keeper, programme_id=None, progress=verify.silent)


def test_the_old_original_follows_in_turn(followed: Machines, promoted: str) -> None:
    record_one(followed.copy, DEMO, woman("W9"), clerk())

    brought = follow_back(followed, promoted)

    assert brought.new == 2
    assert entries(followed.original) == entries(followed.copy)
    assert is_a_copy(followed.original)
    assert verify.verify(followed.original, DEMO).ok


def test_where_both_recorded_after_the_parting_nothing_is_merged_by_itself(followed: Machines, promoted: str) -> None:
    record_one(followed.original, DEMO, woman("W8"), clerk())
    asking.give_way(followed.original, promoted, silently)
    before = entries(followed.original)

    with pytest.raises(DoesNotExtend):
        follow_back(followed, promoted)

    assert entries(followed.original) == before
