"""Planning beside husbandry: whose animals can be passed on already comes first, with what that rests on.

On 2024-06-30: P0 (goats, 2022-07-15) was found not to be pregnant on 2024-06-01, so it is ready 240 days later;
P01 (goats, 2022-07-20) was ready 403 days after its receipt. Both are due in July. W9 and W10 ask, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from relay.settings import Settings
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.husbandry.scene import added, bred
from tests.systems.planning.scene import asked

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

DAY: Final = "2024-06-30"


@pytest.fixture
def waiting(village: Graph) -> Graph:
    added(village, say.corrected("programme:demo", "C1", systems="planning;husbandry"))
    added(
        village,
        say.woman("W10"),
        say.placed("P0 on 2022-07-15", beneficiary_id="W8"),
        say.placed("P01 on 2022-07-20", beneficiary_id="W7"),
        bred("K1: not_pregnant of P0 on 2024-06-01"),
        asked("R1: W9 on 2024-01-01"),
        asked("R2: W10 on 2024-01-02"),
    )
    return village


def test_a_proposal_tells_from_when_on_givers_can_pass_on_and_who_can_comes_first(
    alone: Shell, connection: Connection, waiting: Graph
) -> None:
    alone.use(connection)

    rows = alone.ok("plan", "propose", "--json", "--as-of", DAY).json

    told = [(row["giver_placement_id"], row["rank"], row["ready_on"], row["rests_on"]) for row in rows]
    assert told == [("P01", 2, "2023-08-27", "typical"), ("P0", 1, "2025-01-27", "typical")]
    added(waiting, say.corrected("programme:demo", "C2", systems="planning"))
    rows = alone.ok("plan", "propose", "--json", "--as-of", DAY).json
    assert [(row["giver_placement_id"], row["ready_on"]) for row in rows] == [("P0", None), ("P01", None)]


def test_the_pages_of_planning_show_the_same(waiting: Graph, tmp_path: Path) -> None:
    client = create_app(waiting, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()

    for page, begins in (("proposal", "<tbody>"), ("plans", "Due soon, and nobody is planned")):
        text = client.get(f"/p/demo/{page}", query_string={"as_of": DAY}).text.partition(begins)[2]
        assert 0 < text.index(">P01</bdi>") < text.index(">P0</bdi>"), page
        assert "can pass on from about 27 Aug 2023 (usual time since receipt 20 Jul 2022)" in text, page
