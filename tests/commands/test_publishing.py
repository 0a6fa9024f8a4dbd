"""The states in the graph itself, published from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.commands import exits

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell


def test_the_command_publishes_a_day_and_verify_says_whether_it_is_current(shell: Shell, graph: Graph) -> None:
    first = shell.ok("graph", "publish", "--as-of", "2023-01-01", "--json").json
    assert (first["publication"]["as_of"], first["changed"]) == ("2023-01-01", first["placements"])
    again = shell.ok("graph", "publish", "--as-of", "2023-01-01").pairs
    assert (again["as_of"], again["changed"]) == ("2023-01-01", "0")
    assert shell.ok("ledger", "verify").pairs["published"] == "current"

    shell.ok("event", "visit", "P2", "--on", "2023-01-02")
    assert shell.ok("ledger", "verify", "--json").json["published"] == "stale"

    graph.write(
        lambda transaction: transaction.run("MATCH (p:Placement {placement_id: 'P2'}) SET p.shown_state = 'lost'")
    )
    found = shell.run("ledger", "verify")
    assert found.code == exits.FOUND
    assert "shown_state is lost where the ledger says" in found.out
