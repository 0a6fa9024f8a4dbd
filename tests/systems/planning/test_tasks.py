"""What planning asks of whoever visits.

P1 (W1) owes one goat, due 2024-08-01. W3, W4 and W5 are ready; V2 asked in 2023 and has no shed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relay.settings import Settings
from relay.web import create_app
from tests.systems.planning.scene import added, checked, planned

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON = ("--as-of", "2024-06-30")


@pytest.fixture
def shell(alone: Shell, connection: Connection, meadow: Graph) -> Shell:
    assert meadow.catalogue.systems
    alone.use(connection)
    return alone


def reasons(shell: Shell, *options: str) -> dict[tuple[str | None, str], list[str]]:
    found: list[dict[str, Any]] = shell.ok("todo", "--json", *ON, *options).json
    return {(each["placement_id"], each["beneficiary_id"]): each["reasons"] for each in found}


def test_who_is_due_while_nobody_is_planned_is_told_so_and_old_requests_come_last(shell: Shell, meadow: Graph) -> None:
    found = reasons(shell)

    assert "nobody_planned" in found["P1", "W1"]
    assert found[None, "V2"] == ["stale"], "nothing was heard of her since 2023-01-01"
    assert (None, "W3") not in found

    added(meadow, planned("N1: P1 > V2 on 2024-06-01", expected_on="2024-07-15"), checked("C1: R6 on 2024-06-01"))

    found = reasons(shell)
    assert "nobody_planned" not in found["P1", "W1"]
    assert found[None, "V2"] == ["not_ready"], "she has no shed, and was heard of this month"
    assert (None, "V2") in reasons(shell, "--place", "2")
    assert (None, "V2") not in reasons(shell, "--place", "1")
    assert not any("nobody_planned" in why for why in reasons(shell, "--as-known", "2024-06-30").values())


def test_who_was_to_receive_long_ago_and_did_not_is_visited_until_she_is_planned_anew(
    shell: Shell, meadow: Graph
) -> None:
    """W3 was to receive on 2024-03-01, more than 90 days ago, and W4 on 2024-05-01, which is not so long."""
    added(meadow, planned("N1: P1 > W3 on 2024-02-01", expected_on="2024-03-01"))
    added(meadow, planned("N2: P1 > W4 on 2024-02-01", expected_on="2024-05-01"))

    found = reasons(shell)
    assert found[None, "W3"] == ["missed"]
    assert "missed" not in found.get((None, "W4"), ())

    added(meadow, planned("N3: P1 > W3 on 2024-06-01", expected_on="2024-07-15"))
    assert "missed" not in reasons(shell).get((None, "W3"), ())


def test_the_list_of_visits_says_it_in_words(shell: Shell, meadow: Graph, tmp_path: Path) -> None:
    lines = shell.ok("todo", *ON, "--format", "csv").out
    assert "nobody planned" in lines
    client = create_app(meadow, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()

    def seen(page: str, **query: str) -> str:
        answer = client.get(f"/p/demo{page}", query_string={"as_of": "2024-06-30", **query})
        assert answer.status_code == 200
        return answer.text

    assert "nobody is planned to receive from her" in seen("/visits")
    assert "nobody is planned to receive from her" in seen("")
    only = seen("/visits", reason="stale")
    assert "no news of her request for a year" in only
    assert "beneficiary:V2" in only
    assert "beneficiary:W1" not in only
    assert "beneficiary:W1" in seen("/visits")
    assert "no news of her request for a year" in seen("/visits/print")
