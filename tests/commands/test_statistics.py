"""Managers and auditors: what the past says of the future, never without its interval.

The story is told in `shell`: on 2024-06-30 P1 was fulfilled after 549 days and P2 after 457; P3 was lost after 131; P4
has waited for 760, and is late.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from relay.commands import exits
from tests.commands.shell import ON, record
from tests.scenes.acts import confirmed, corrected, happened, placed, woman

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell


def test_survival_tells_how_long_it_takes_and_how_sure_that_is(shell: Shell) -> None:
    """Of three who waited 457 days one was fulfilled then, and of two one after 549: 2/3, and 2/3 · 1/2."""
    answer = shell.ok("survival", "--as-of", ON)
    header, row = answer.rows
    found = shell.ok("survival", "--as-of", ON, "--json").json

    told = dict(zip(header, row, strict=True))
    counted = ("placements", "fulfilled", "waiting", "excused", "lost")
    assert [told[name] for name in counted] == ["4", "2", "1", "0", "1"]
    assert told["median_days"] == "549 (from 457)"
    assert told["waiting_12_months"] == "100.0%"  # before the first step down
    assert told["waiting_36_months"] == ""  # beyond what was seen
    assert told["waiting_24_months"] == "33.3% (0.9% to 77.4%)"
    assert [(step["days"], step["at_risk"]) for step in found["whole"]["steps"]] == [(457, 3), (549, 2)]
    assert found["whole"]["seen_days"] == 760
    assert "Half of them have passed on everything after 549 days, about 18 months." in answer.err


def test_survival_says_so_when_nobody_has_passed_on_everything(shell: Shell) -> None:
    """By the end of 2020 P1 alone was there, and had passed on nothing."""
    answer = shell.ok("survival", "--as-of", "2020-12-31")

    assert "Nobody has passed on everything yet, so it cannot be told how long that takes." in answer.err
    assert "confidence" not in answer.err


def test_a_forecast_says_in_a_sentence_what_it_means(shell: Shell, graph: Graph) -> None:
    """Twenty more women received in 2020 and passed on nothing: 3 begun by 24, far fewer than one each."""
    numbers = range(20, 40)
    record(
        graph, *(woman(f"W{number}") for number in numbers), *(placed(f"P{number} on 2020-03-01") for number in numbers)
    )

    answer = shell.ok("forecast", "--as-of", ON)

    assert "goat: each placement begins fewer than one other, so if nothing changes this relay dies out." in answer.err


def test_survival_is_parted_and_the_parts_compared(shell: Shell) -> None:
    told = shell.ok("survival", "--as-of", ON, "--by", "year").out
    refused = shell.run("survival", "--by", "colour")

    assert "\n2020\t\t1\t1\t549 (" in told
    assert "\none\tother\tslower\tp\tcorrected_p\n2020\t2021\t2020\t" in told
    assert (refused.code, "colour" in refused.err) == (exits.USAGE, True)


def test_forecast_tells_what_becomes_of_the_relay_if_nothing_changes(shell: Shell) -> None:
    """All four are due and began 2, 1, 0 and 0; the one open end is P4, who is late, and no late one began any."""
    answer = shell.ok("forecast", "--as-of", ON)

    assert answer.pairs["reproduction"].startswith("0.75, between 0.")
    assert answer.pairs["reproduction"].endswith(" (3 begun by the 4 placements that have come due)")
    assert answer.pairs["open_ends"] == "1: 0 not yet due, 1 late"
    assert answer.pairs["dies_out"].startswith("100.0%, between ")
    assert "goat: too little is known to tell whether this relay grows or dies out." in answer.err
    assert answer.pairs["further_reach"] == "0.0, at least 0.0"
    assert "confidence of 95%" in answer.err
    assert answer.pairs["simulated"].startswith("1000 of 1000 runs died out, between 99.6% and 100.0%, after 0.0 more")
    assert answer.out.endswith("\n0\t2\t1\n1\t1\t0\n2\t1\t0\n")


def test_forecast_is_the_same_for_the_same_seed_and_asks_for_one_relay(shell: Shell) -> None:
    def foretold(*words: str) -> Any:  # noqa: ANN401 - JSON
        return shell.ok("forecast", *words, "--as-of", ON, "--json").json

    assert foretold("--seed", "7") == foretold("--seed", "7") != foretold("--seed", "8")
    assert foretold("P3")["ends"] == {"in_time": [], "late": 0}
    assert shell.run("forecast", "P9", "--as-of", ON).code == exits.NOT_DONE


def test_while_nobody_s_time_has_come_nothing_is_foretold(shell: Shell) -> None:
    answer = shell.ok("forecast", "--as-of", "2021-01-01")

    assert (answer.out, "nothing to go by" in answer.err) == ("", True)
    assert shell.ok("forecast", "--as-of", "2021-01-01", "--json").json is None


def test_deadlines_are_judged_by_the_births_recorded(shell: Shell, graph: Graph) -> None:
    header, *before = shell.ok("deadlines", "--as-of", ON).rows
    record(graph, happened("E2: birth of P1 on 2020-12-01", animals=2))

    goat, pig = shell.ok("deadlines", "--as-of", ON).rows[1:]

    assert [row[5] for row in before] == ["no births recorded"] * 2
    assert header[5:] == ["enough_born", "too_soon", "late_for_want_of_births"]
    assert goat == [
        "goat",
        "",
        "2020-01-01",
        "24",
        "4",
        "100.0%, between 2.5% and 100.0% (1 of 1)",
        "too few to say",
        "0",
    ]
    assert pig[:5] == ["pig", "", "2020-01-01", "12", "0"]
    assert shell.ok("deadlines", "--as-of", ON, "--json").json[0]["recorded"] == 1


def test_it_says_of_how_many_the_sex_of_the_young_is_assumed(shell: Shell, graph: Graph) -> None:
    """P1 had passed on all she owes in time; of P4's two one is female, the other with chance one half."""
    born = (happened(f"E1{n}: birth of P{n} on 2023-12-01", animals=2, females=1) for n in (1, 4))
    record(graph, corrected("rule:goat@2020-01-01", sex="F"), *born)

    told = shell.ok("deadlines", "--as-of", ON).rows[1]

    assert told[5].endswith("(1.5 of 2, assumed for 1 with young of unknown sex)")


def test_they_read_what_was_known_and_what_was_confirmed(shell: Shell, graph: Graph) -> None:
    known = str(len(shell.ok("ledger", "log", "--last", "0", "--json").json) - 1)  # without the death of P3
    record(graph, confirmed("pass:T3"), by="local:bina")

    assert shell.ok("survival", "--as-of", ON, "--as-known", known, "--json").json["whole"]["lost"] == 0
    assert shell.ok("survival", "--as-of", ON, "--confirmed-only", "--json").json["whole"]["placements"] == 2
    assert shell.ok("forecast", "--as-of", ON, "--confirmed-only", "--json").json["reproduction"]["placements"] == 2
    assert shell.ok("deadlines", "--as-of", ON, "--confirmed-only", "--json").json[0]["placements"] == 2


def test_the_command_line_begins_without_what_estimates() -> None:
    code = "import sys, relay.cli; sys.exit(any(name in sys.modules for name in ('scipy', 'numpy', 'neo4j')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
