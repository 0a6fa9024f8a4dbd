"""Auditors: what `relay audit` and `relay audit sample` answer, as a table in a pipe and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.audit.checks import CHECKS
from relay.commands import exits
from relay.ledger import reading
from tests.commands.shell import ON, record
from tests.scenes.acts import happened, passed, placed

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell


def test_the_command_prints_what_each_check_found_and_says_so_by_its_exit_code(shell: Shell, graph: Graph) -> None:
    clean = shell.ok("audit")
    record(graph, placed("P5 on 2020-03-01"), passed("T5: P5 > P6 on 2020-04-01"))

    odd = shell.run("audit")

    assert clean.rows[0] == ["check_id", "title", "severity", "found", "population"]
    assert [row[0] for row in clean.rows[1:]] == [check.check_id for check in CHECKS]
    assert odd.code == exits.FOUND
    _, _, findings = odd.out.partition("\n\n")
    header, first = (line.split("\t") for line in findings.splitlines())
    sequences = {entry.act_id: entry.sequence for entry in reading.entries(graph, "demo")}
    assert header == ["check_id", "sentence", "acts", "evidence"]
    assert first == [
        "too_soon",
        "pass:T5: passed on 31 days after receipt; no sooner than 150 is possible.",
        str(sequences["pass:T5"]),
        str(sequences["placement:P5"]),
    ]
    shell.ok("audit", "--as-of", "2020-03-31")


def test_the_json_has_the_keys_that_programs_rely_on(shell: Shell, graph: Graph) -> None:
    record(graph, placed("P5 on 2020-03-01"), passed("T5: P5 > P6 on 2020-04-01"))

    answer = shell.run("audit", "--json")

    found = answer.json
    assert answer.code == exits.FOUND
    assert list(found) == ["programme_id", "as_of", "checks"]
    too_soon = next(each for each in found["checks"] if each["findings"])
    assert list(too_soon) == ["check_id", "title", "sentence", "why", "severity", "population", "findings"]
    assert too_soon["population"] == 4
    assert [list(finding) for finding in too_soon["findings"]] == [["subject_id", "acts", "evidence", "sentence"]]
    assert too_soon["findings"][0]["subject_id"] == "pass:T5"


def test_options_before_a_subcommand_are_not_lost_in_silence(shell: Shell) -> None:
    answer = shell.run("audit", "--as-of", "2024-01-01", "sample", "--size", "2", "--seed", "1")

    assert answer.code == exits.USAGE
    assert "after sample" in answer.err


def test_a_sample_is_drawn_from_what_was_known_and_judged_by_what_is(shell: Shell, graph: Graph) -> None:
    first = shell.ok("audit", "sample", "--size", "2", "--seed", "5", "--as-of", ON)
    known = first.err.rpartition("--as-known ")[2].split()[0]
    for row in first.rows[1:]:
        record(graph, happened(f"V{row[1]}: checked of {row[1]} on {ON}", outcome="found"))
    record(graph, placed("P5 on 2020-03-01"), placed("P6 on 2020-03-01"))

    words = ("audit", "sample", "--size", "2", "--seed", "5", "--as-of", ON, "--as-known", known)
    second = shell.ok(*words)
    found = shell.ok(*words, "--json").json

    assert [row[1] for row in second.rows] == [row[1] for row in first.rows]
    assert [row[10] for row in second.rows[1:]] == ["found", "found"]
    assert "2 checked" in second.out
    assert (found["population"], found["as_known"], found["error_rate"]["wrong"]) == (4, int(known), 0)


def test_names_are_shown_only_when_asked_for(shell: Shell) -> None:
    words = ("audit", "sample", "--size", "4", "--seed", "5", "--as-of", ON)

    assert "Name of" not in shell.ok(*words).out
    assert "Name of W1" in shell.ok(*words, "--names").out


def test_a_size_of_nothing_is_refused(shell: Shell) -> None:
    assert shell.run("audit", "sample", "--size", "0", "--seed", "5").code == exits.USAGE
