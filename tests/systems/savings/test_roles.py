"""Who may see what: field staff amounts, managers sums of groups, auditors ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.access import accounts
from relay.access.roles import grant_of, matrix
from relay.settings import Settings
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.savings.scene import CATALOGUE, added, lent
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph

OF_ONE_WOMAN = (
    "record/group:G/savings-sheet",
    "record/group:G/share-out",
    "record/beneficiary:W1/her-passbook?group=G",
    "record/group:G/savings-meeting",
)


def test_amounts_of_one_woman_are_for_staff_and_auditors_and_staff_record() -> None:
    may = matrix(CATALOGUE)

    assert may["savings"] == {"staff", "manager", "auditor"}
    assert may["passbooks"] == {"staff", "auditor"}
    assert may["savings_rule"] == {"manager"}
    assert {may[each] for each in ("lend", "passbook", "flow", "loan_event", "payout")} == {frozenset({"staff"})}


@pytest.mark.parametrize(("role", "statuses"), [("manager", [403] * 4), ("auditor", [200, 200, 200, 403])])
def test_managers_see_groups_and_no_woman(village: Graph, tmp_path: Path, role: str, statuses: list[int]) -> None:
    added(village, lent("L1: W1 at M1", principal=500, due_on="2023-06-01"))
    accounts.add(village, role, (grant_of(f"{role}@demo"),), WORDS, say.clerk().now)
    client = create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None).test_client()
    sign_in(client, role)

    page = client.get("/p/demo/record/group:G/savings")

    assert page.status_code == 200
    assert ("What each member owes" in page.text) is (role == "auditor")
    assert ("loan:L1" in page.text) is (role == "auditor")
    assert [client.get(f"/p/demo/{each}").status_code for each in OF_ONE_WOMAN] == statuses
