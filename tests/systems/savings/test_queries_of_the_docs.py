"""The queries of docs/cypher.md about groups and savings beside the relay, on a village.

W1 got two goats (P1) and passed two on to W2 (P2), who is chair of G. W5 holds P5, and is in no group. L1 was to keep
P1, of which a goat was sold six weeks later; L2 was to keep P2. H keeps Moti, the buck of G.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.scenes import acts as say
from tests.systems.savings.scene import act, added, lent, met, paid

if TYPE_CHECKING:
    from relay.graph import Graph

pytestmark = pytest.mark.engine_contract

PAGE: Final = Path(__file__).parents[3] / "docs" / "cypher.md"
ROWS: Final[tuple[list[tuple[object, ...]], ...]] = (
    [("L1", "P1", "2023-05-20"), ("L2", "P2", "2023-06-20")],
    [("L1", "E1")],
    [("L1", "P1", 300), ("L2", "P2", 500)],
    [("W1", 1, 2)],
    [("W5", "P5")],
    [("G", 3, 2), ("H", 1, 0)],
    [("T1", "G")],
    [("G", 2)],
    [("Moti", "G", "H", "2023-05-01")],
    [("W2", "chair", "T1")],
)


def test_ten_queries_join_savings_and_groups_to_the_relay(village: Graph) -> None:
    kept: dict[str, say.Said] = {"purpose": "keep_animal", "principal": 500}
    added(
        village,
        say.placed("P1 on 2021-11-01"),
        say.placed("P5 on 2021-11-01"),
        say.passed("T1: P1 > P2 on 2023-01-20"),
        act("office", office_id="O2", group_id="G", beneficiary_id="W2", office="chair", from_on="2023-01-01"),
        act("custody", custody_id="K1", animal="Moti", help="goat", owner_group_id="G", keeper_group_id="H",
            from_on="2023-05-01"),
        act("custody", custody_id="K2", animal="Kali", help="goat", owner_group_id="G", keeper_group_id="G",
            from_on="2023-05-01"),
        met("M5: G on 2023-09-20", present="W1", late="W2", excused="W3"),
        lent("L1: W1 at M1", placement_id="P1", **kept),
        lent("L2: W2 at M2", placement_id="P2", **kept),
        say.happened("E1: sale of P1 on 2023-07-01", animals=1),
        say.happened("E2: sale of P2 on 2024-06-01", animals=1),
        paid("A1: W1 at M2", saved=25, loan_id="L1", principal=150),
        paid("A2: W1 at M3", saved=25, loan_id="L1", principal=50),
        paid("A3: W3 at M3", saved=25),
    )  # fmt: skip
    page = PAGE.read_text(encoding="utf-8").partition("## Ten more")[2]
    queries = re.findall(r"```cypher\n(.*?)```", page, re.DOTALL)

    assert len(queries) == len(ROWS) == 10
    for number, (query, rows) in enumerate(zip(queries, ROWS, strict=True), start=1):
        found = [tuple(map(_plain, row.values())) for row in village.rows(query.replace("relay-villages", "demo"))]
        assert found == rows, f"query {number}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a query gives
    return value.iso_format() if hasattr(value, "iso_format") else value
