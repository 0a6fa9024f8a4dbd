"""Managers and auditors at the command line: health, chains, gifts, todo.

The story is told in `shell`: on 2024-06-30 P1 and P2 are fulfilled, P3 is lost, P4 late since 2024-06-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.commands import exits
from tests.commands.shell import ON, record
from tests.scenes import acts as say

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell


def test_health_is_told_in_a_table_and_as_json(shell: Shell) -> None:
    told, json = shell.ok("health", "--as-of", ON), shell.ok("health", "--as-of", ON, "--json").json

    assert told.pairs["placements"] == "4: 1 original, 3 passed on"
    assert told.pairs["states"] == "2 fulfilled, 1 lost, 1 late"
    assert told.pairs["fulfilled_of_due"] == "50.0% (2 of 4)"
    assert json["states"]["lost"] == 1
    assert json["rates"]["passed_of_owed"] == {"numerator": 4, "denominator": 8, "share": 0.5}


def test_health_is_parted_and_donors_are_told_only_when_asked_for(shell: Shell) -> None:
    parted = shell.ok("health", "--as-of", ON, "--by", "donor", "--by", "year")
    alone = shell.ok("health", "--as-of", ON)

    assert "Donor of G1\t" in parted.out
    assert "\n2021\t" in parted.out
    assert "Donor" not in alone.out


def test_a_check_answers_by_its_exit_code(shell: Shell) -> None:
    """P3 was lost on 2022-01-10: found for ever, but nothing new since 2023."""
    assert shell.run("health", "--as-of", ON, "--check").code == exits.FOUND
    assert shell.run("health", "--as-of", "2022-01-09", "--check").code == exits.DONE
    assert shell.run("health", "--as-of", ON, "--compare", "2023-01-01", "--check").code == exits.DONE
    assert shell.run("health", "--as-of", ON, "--compare", "2022-01-09", "--check").code == exits.FOUND
    assert shell.ok("health", "--as-of", ON).code == exits.DONE


def test_what_changed_is_told(shell: Shell) -> None:
    told = shell.ok("health", "--as-of", ON, "--compare", "2022-01-09").out

    assert "in_time\tlost\t1\n" in told
    assert "\nbroke\tP3\n" in told


def test_chains_are_listed_and_filtered(shell: Shell) -> None:
    header, *rows = shell.ok("chains", "--as-of", ON, "--of", "goat", "--state", "weakened", "--sort", "reach").rows

    assert header[:4] == ["placement_id", "gift_id", "chain_state", "reach"]
    assert [row[:4] for row in rows] == [["P1", "G1", "weakened", "3"]]
    assert shell.ok("chains", "--as-of", ON, "--state", "broken", "--json").json == []
    assert shell.run("chains", "--place", "L9").code == exits.NOT_DONE


def test_gifts_are_listed_and_a_donors_name_is_never_said_back(shell: Shell) -> None:
    assert shell.ok("gifts", "--as-of", ON, "--donor", "donor of g1").rows[1][:5] == [
        "G1",
        "goat",
        "2020-01-01",
        "1",
        "3",
    ]

    refused = shell.run("gifts", "--donor", "Maya Tamang")
    assert refused.code == exits.NOT_DONE
    assert "Maya" not in refused.err
    assert shell.run("gifts", "--donor", "").code == exits.NOT_DONE


def test_chains_and_gifts_are_read_page_by_page(shell: Shell, graph: Graph) -> None:
    record(graph, say.gift("G2"), say.gift("G3"))

    pages = [shell.ok("gifts", "--as-of", ON, "--most", "2", "--skip", str(skip)).rows[1:] for skip in (0, 2, 4)]

    assert [[row[0] for row in page] for page in pages] == [["G1", "G2"], ["G3"], []]
    assert shell.ok("chains", "--as-of", ON, "--skip", "1", "--json").json == []
    assert [row[0] for row in shell.ok("chains", "--as-of", ON, "--most", "1").rows[1:]] == ["P1"]


def test_the_list_of_visits_says_why(shell: Shell) -> None:
    header, row = shell.ok("todo", "--as-of", ON, "--most", "1").rows

    told = dict(zip(header, row, strict=True))
    assert (told["placement_id"], told["reasons"], told["days"]) == ("P4", "late, no word", "-29")
    assert shell.ok("todo", "--as-of", ON, "--json").json[0]["depends"] == {"chains": 1, "reach": 3, "generations": 2}


def test_what_the_ledger_does_not_know_yet_is_told_at_once(shell: Shell) -> None:
    for words in (("health",), ("trace", "G1"), ("audit",), ("audit", "sample", "--size", "2", "--seed", "1")):
        answer = shell.run(*words, "--as-known", "999999999")
        assert answer.code == exits.NOT_DONE
        assert "There is no entry 999999999 in this ledger" in answer.err
        assert "There is no entry 0 in this ledger" in shell.run(*words, "--as-known", "0").err


def test_reads_take_what_was_known_and_what_was_confirmed(shell: Shell) -> None:
    known = len(shell.ok("ledger", "log", "--last", "0", "--json").json) - 1  # without the death of P3

    assert shell.ok("health", "--as-of", ON, "--as-known", str(known), "--json").json["states"]["lost"] == 0
    assert shell.ok("chains", "--as-of", ON, "--confirmed-only", "--json").json[0]["reach"] == 0
