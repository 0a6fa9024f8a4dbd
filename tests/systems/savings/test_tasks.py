"""What savings ask of whoever visits.

W1 and W2 have to pass on by 2023-11-01; W3 holds nothing. W1 and W3 are late with loans; W2 repaid hers, and
is treasurer. At M5, on 2023-09-20, 300 of 1,000 are missing from the box.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.settings import Settings
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.savings.scene import act, added, flow, lent, met, paid
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON = ("--as-of", "2023-10-01")
LATE = "late with a loan of her savings group"


@pytest.fixture
def lending(village: Graph) -> Graph:
    added(
        village,
        say.placed("P1 on 2021-11-01"),
        say.placed("P2 on 2021-11-01"),
        act("office", office_id="O2", group_id="G", beneficiary_id="W2", office="treasurer", from_on="2023-01-01"),
        *(lent(f"L{number}: W{number} at M1", principal=500, months=2) for number in (1, 2, 3)),
        paid("A2: W2 at M2", loan_id="L2", principal=500),
        met("M5: G on 2023-09-20", cash_before=1000, cash_after=700),
    )
    return village


@pytest.fixture
def shell(alone: Shell, connection: Connection, lending: Graph) -> Shell:
    assert lending.catalogue.systems
    alone.use(connection)
    return alone


def reasons(shell: Shell, *options: str) -> dict[str, set[str]]:
    found: list[dict[str, Any]] = shell.ok("todo", "--json", *(options or ON)).json
    return {each["beneficiary_id"]: {*each["reasons"]} & {"loan_late", "box_gap"} for each in found}


def test_who_is_late_with_a_loan_is_visited_while_something_of_hers_falls_due(shell: Shell, lending: Graph) -> None:
    assert reasons(shell) == {"W1": {"loan_late"}, "W2": {"box_gap"}}
    assert reasons(shell, "--as-of", "2023-08-31").get("W1", set()) == set(), "62 days before the due day"

    added(lending, paid("A1: W1 at M4", loan_id="L1", principal=500))

    assert "loan_late" not in reasons(shell).get("W1", set())


def test_a_gap_is_asked_about_until_somebody_writes_it_down(shell: Shell, lending: Graph) -> None:
    added(lending, met("M6: G on 2023-09-25", cash_before=700, cash_after=700))
    assert "box_gap" in reasons(shell)["W2"]

    added(lending, flow("F6: missing at M6", 300))

    assert "box_gap" not in reasons(shell).get("W2", set())


def test_staff_read_on_their_list_who_is_late_and_managers_do_not(lending: Graph, tmp_path: Path) -> None:
    told = {}
    for role in ("staff", "manager"):
        accounts.add(lending, role, (grant_of(f"{role}@demo"),), WORDS, say.clerk().now)
        client = create_app(lending, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None).test_client()
        sign_in(client, role)
        pages = [client.get(f"/p/demo{page}?as_of={date(2023, 10, 1)}") for page in ("/visits", "", "/visits/print")]
        assert [each.status_code for each in pages] == [200, 200, 200]
        told[role] = [LATE in each.text for each in pages]

    assert told == {"staff": [True, True, True], "manager": [False, False, False]}
