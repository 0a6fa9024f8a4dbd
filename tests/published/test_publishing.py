"""What is published is what Relay answers, on any day and either engine; what anybody else writes there is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from relay import graph as relay_graph
from relay.arrays import lineage, snapshot_cache
from relay.backup import ledger_backup
from relay.domain.vocabulary import SHOWN, STATES
from relay.errors import Conflict
from relay.ledger import recording
from relay.published import publishing, verifying
from relay.published.publishing import PUBLISHED_MEANWHILE, publish
from relay.published.updating import refresh
from relay.reports.health import health
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.scenes.village import DAY, VILLAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph
    from relay.ledger.verify import Verification
    from relay.settings import Connection

DAYS = (date(2021, 6, 30), DAY, date(2024, 6, 30))
AGAIN = "Publish them again: `relay graph publish`."
NOTHING_IS_PUBLISHED = f"The published states of demo were altered, or publishing was interrupted. {AGAIN}"


def random(many: int) -> bytes:
    """No two of a test are made at once: any bytes do."""
    return bytes(many)


@pytest.fixture(scope="module")
def settled(connection: Connection) -> Iterator[Graph]:
    """Give the village, which tests publish and deface but do not record into."""
    with relay_graph.connect(connection, CORE) as graph:
        wiped(graph)
        recording.record(graph, "demo", VILLAGE, say.clerk())
        yield graph
        wiped(graph)


def verified(graph: Graph, folder: Path) -> Verification:
    """The whole check."""
    return verifying.verified(graph, "demo", folder)


def counted(graph: Graph, query: Any) -> dict[Any, Any]:  # noqa: ANN401 - a literal of the test
    """Rows of a column `word` and a column `many`."""
    return {row["word"]: row["many"] for row in graph.rows(query)}


def test_whoever_opens_the_graph_counts_what_health_says_on_three_days(settled: Graph) -> None:
    for day in DAYS:
        publish(settled, "demo", day, None, random)
        found = health(lineage.survey(snapshot_cache.snapshot(settled, "demo"), day))

        states = counted(
            settled,
            "MATCH (p:Placement) WHERE p.shown_state IS NOT NULL RETURN p.shown_state AS word, count(p) AS many",
        )
        assert {state: states.get(state, 0) for state in STATES} == found.states
        labels = counted(
            settled,
            "MATCH (p:Placement) UNWIND labels(p) AS word WITH word, p WHERE word <> 'Placement' "
            "RETURN word, count(p) AS many",
        )
        assert labels == {SHOWN[state]: many for state, many in found.states.items() if many}  # type: ignore[index]
        passed = counted(
            settled,
            "MATCH (p:Placement) WHERE p.shown_state IS NOT NULL RETURN p.help AS word, sum(p.shown_passed) AS many",
        )
        assert passed == {each.help: each.passed for each in found.by_help}
        generations = counted(
            settled,
            "MATCH (p:Placement) WHERE p.shown_state IS NOT NULL RETURN p.shown_generation AS word, count(p) AS many",
        )
        assert generations == {each.generation: each.placements for each in found.by_generation}


def test_a_placement_shows_its_state_its_numbers_and_no_name(settled: Graph) -> None:
    publish(settled, "demo", DAY, None, random)

    (row,) = settled.rows(
        "MATCH (p:ShownBroken {placement_id: 'P8'}) RETURN p.shown_state AS state, p.shown_passed AS passed, "
        "p.shown_still_owed AS owed, p.shown_generation AS generation, p.shown_reach AS reach, "
        "p.shown_caption AS caption"
    )
    assert row == {
        "state": "broken",
        "passed": 1.0,
        "owed": 1.0,
        "generation": 0,
        "reach": 1,
        "caption": "P8: broken, 1 of 2",
    }
    assert {*SHOWN} == {*STATES}
    (there,) = settled.rows(
        "MATCH (s:Published) RETURN s.programme_id AS programme_id, s.as_of AS as_of, s.hash AS hash"
    )
    assert (there["programme_id"], there["as_of"].to_native()) == ("demo", DAY)
    assert there["hash"] == snapshot_cache.snapshot(settled, "demo").head_hash


P8 = "The published state of Placement demo/placement/P8 was altered: "
FORGED: dict[str, tuple[Any, str]] = {
    "a state": (
        "MATCH (p:Placement {placement_id: 'P8'}) SET p.shown_state = 'fulfilled'",
        f"{P8}shown_state is fulfilled where the ledger says broken.",
    ),
    "a number": (
        "MATCH (p:Placement {placement_id: 'P8'}) SET p.shown_passed = 2.0",
        f"{P8}shown_passed is 2.0 where the ledger says 1.0.",
    ),
    "a type": (
        "MATCH (p:Placement {placement_id: 'P8'}) SET p.shown_reach = 1.0",
        f"{P8}shown_reach is 1.0 where the ledger says 1.",
    ),
    "a label": (
        "MATCH (p:Placement {placement_id: 'P8'}) REMOVE p:ShownBroken",
        f"{P8}its label is None where the ledger says ShownBroken.",
    ),
    "nothing": (
        """MATCH (p:Placement {placement_id: 'P8'}) SET p.shown_state = null, p.shown_passed = null,
        p.shown_reach = null, p.shown_still_owed = null, p.shown_generation = null, p.shown_caption = null
        REMOVE p:ShownBroken""",
        f"{P8}shown_state is None where the ledger says broken.",
    ),
    "the entry": (
        "MATCH (s:Published) SET s.hash = '00'",
        f"The published states name entry {len(VILLAGE)}, whose hash in the ledger is a different one. {AGAIN}",
    ),
    "the publication": ("MATCH (s:Published) DELETE s", NOTHING_IS_PUBLISHED),
    "more of it": ("MATCH (s:Published) SET s.by = 'somebody'", NOTHING_IS_PUBLISHED),
    "a fact": (
        "MATCH (p:Placement {placement_id: 'P8'}) SET p.shown_name = 'Sita'",
        "Placement demo/placement/P8 was altered: shown_name is Sita where the ledger says None.",
    ),
    "another node": (
        "MATCH (g:Gift {gift_id: 'G2'}) SET g.shown_state = 'late'",
        "Gift demo/gift/G2 was altered: shown_state is late where the ledger says None.",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_is_written_there_by_somebody_else_is_named(settled: Graph, tmp_path: Path, what: str) -> None:
    statement, fault = FORGED[what]
    publish(settled, "demo", DAY, None, random)
    assert (verified(settled, tmp_path).ok, verified(settled, tmp_path).published) == (True, "current")

    settled.write(lambda transaction: transaction.run(statement))
    found = verified(settled, tmp_path)
    settled.write(
        lambda transaction: transaction.run(
            "MATCH (n) WHERE n:Gift OR n:Placement SET n.shown_name = null WITH n WHERE n:Gift SET n.shown_state = null"
        )
    )

    assert [each.fault for each in found.faults] == [fault]
    publish(settled, "demo", DAY, None, random)
    assert verified(settled, tmp_path).ok


def test_a_layer_of_before_is_stale_and_is_brought_up_to_date_where_it_differs(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", VILLAGE, say.clerk())
    publish(graph, "demo", DAY, tmp_path, random)

    recording.record(
        graph, "demo", [say.woman("W14"), say.passed("T6: P8 > P14 on 2022-12-31", animals=1)], say.clerk()
    )
    recording.record(
        graph,
        "demo",
        [say.taken_back("pass:T5"), say.happened("E9: extended of P2 on 2022-12-31", until_on="2023-05-01")],
        say.clerk(),
    )
    found = verified(graph, tmp_path)
    assert (found.ok, found.faults, found.published) == (True, (), "stale")

    # P8 passed on the rest, P14 is new, P2 has more time, and P11 without its pass-on shows less; P12 is gone with all
    # that it showed
    assert publish(graph, "demo", DAY, tmp_path, random).changed == 4
    assert publish(graph, "demo", DAY, tmp_path, random).changed == 0
    assert (verified(graph, tmp_path).ok, verified(graph, tmp_path).published) == (True, "current")


def test_a_graph_that_is_rebuilt_has_nothing_published(graph: Graph, tmp_path: Path) -> None:
    recording.record(graph, "demo", VILLAGE, say.clerk())
    publish(graph, "demo", DAY, tmp_path, random)

    ledger_backup.rebuild(graph, "demo")

    assert publishing.published(graph, "demo") is None
    assert (verified(graph, tmp_path).ok, verified(graph, tmp_path).published) == (True, None)


def test_what_is_kept_up_is_written_once_a_day_and_after_each_act(settled: Graph) -> None:
    noon = datetime(2023, 1, 1, 6, 15, tzinfo=UTC)
    settled.write(lambda transaction: transaction.run("MATCH (s:Published) DELETE s"))

    (first,) = refresh(settled, None, noon, random)
    assert first.publication.as_of == DAY
    assert refresh(settled, None, noon, random) == ()
    (next_day,) = refresh(settled, None, datetime(2023, 1, 1, 18, 30, tzinfo=UTC), random)  # past midnight in Kathmandu
    assert next_day.publication.as_of == date(2023, 1, 2)


def test_of_two_who_publish_at_once_the_first_gives_way(settled: Graph, tmp_path: Path) -> None:
    publish(settled, "demo", DAYS[0], None, random)
    begun: list[int] = []

    def claims_meanwhile(many: int) -> bytes:
        begun.append(many)
        return bytes(many)

    other = publishing.marks

    def marks(graph: Graph, programme_id: str) -> dict[str, publishing.Marks]:
        found = other(graph, programme_id)
        if len(begun) == 1:
            begun.append(0)
            publish(graph, programme_id, DAYS[2], None, lambda many: b"1" * many)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "marks", marks)
        with pytest.raises(Conflict, check=PUBLISHED_MEANWHILE.matches):
            publish(settled, "demo", DAYS[1], None, claims_meanwhile)

    there = publishing.published(settled, "demo")
    assert there
    assert there.as_of == DAYS[2]
    assert verified(settled, tmp_path).ok
