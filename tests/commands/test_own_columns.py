"""Columns of a programme's own: recorded by commands and files, corrected, exported, restored, erased.

    T1   colour=red   cost=12.5   seen=no   vet=(personal) "Hari of the next ward"

`colour` is a choice, `cost` a number, `checked_on` a day, `seen` yes or no, and `vet` a personal text.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.ledger import reading, verify
from tests.rigs.soak import SOAK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

VET: Final = "Hari of the next ward"
COLUMNS: Final = {
    "colour": ("--type", "choice", "--choices", "red;blue", "--personal", "no"),
    "cost": ("--type", "number", "--personal", "no"),
    "checked_on": ("--type", "day", "--personal", "no"),
    "seen": ("--type", "yes_or_no", "--personal", "no"),
    "vet": ("--type", "text"),
}
SAID: Final = {"colour": "red", "cost": "12.5", "checked_on": "2024-05-31", "seen": "no", "vet": VET}


def define(shell: Shell, of: str = "event") -> None:
    """Add a column of each type."""
    for name, how in COLUMNS.items():
        shell.ok("column", "add", "--of", of, "--name", name, "--question", f"{name.capitalize()}?", *how)


def own(**said: str) -> list[str]:
    """As options of a command."""
    return [word for name, value in said.items() for word in ("--own", f"{name}={value}")]


def last(graph: Graph) -> dict[str, Any]:
    """What the newest entry says."""
    return dict([*reading.entries(graph, "demo")][-1].payload)


def values(shell: Shell, act_id: str) -> dict[str, Any]:
    """What a record says now, in own columns."""
    said = shell.ok("show", act_id, "--json").json["values"]
    return {
        name.removeprefix("own."): value
        for name, value in said.items()
        if name.startswith("own.") and value is not None
    }


def birth(shell: Shell, *words: str) -> Any:  # noqa: ANN401 - an answer
    """Record a birth."""
    return shell.run("event", "birth", "P4", "--on", "2024-06-01", "--id", "E8", *words)


def test_a_column_of_each_type_is_recorded_shown_and_verified(shell: Shell, graph: Graph) -> None:
    define(shell)
    assert birth(shell, *own(**SAID)).code == 0

    said = last(graph)
    assert (said["own.colour"], said["own.cost"], said["own.seen"]) == ("red", 12.5, "no")
    assert len(said["own.vet"]) == len("0" * 64)  # a commitment
    assert values(shell, "event:E8") == {**SAID, "cost": 12.5}
    assert verify.verify(graph, "demo").faults == ()


def test_what_was_said_in_one_is_corrected(shell: Shell, graph: Graph) -> None:
    define(shell)
    birth(shell, *own(**SAID))
    changes = ("--set", "own.colour=blue", "--set", "own.vet=Gita", "--set", "own.seen=")
    shell.ok("correct", "event:E8", "--how", "wrong-data", "--why", "misread", *changes)

    assert values(shell, "event:E8") == {"colour": "blue", "cost": 12.5, "checked_on": "2024-05-31", "vet": "Gita"}
    assert verify.verify(graph, "demo").faults == ()


def test_an_export_brings_the_columns_and_what_they_say_to_another_database(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    define(shell)
    birth(shell, *own(**SAID))
    for path in ("out", "out.xlsx"):
        shell.ok("export", str(tmp_path / path), "--with-names")
    shell.ok("export", str(tmp_path / "nameless"))
    graph.write(lambda transaction: transaction.run("MATCH (n) DETACH DELETE n"))
    shell.ok("import", str(tmp_path / "out.xlsx"), "--apply")

    assert values(shell, "event:E8") == {**SAID, "cost": 12.5}
    again = shell.ok("import", str(tmp_path / "out"), "--apply")
    assert "added" not in again.out
    assert VET not in (tmp_path / "nameless" / "events.csv").read_text()
    assert "own.vet" not in (tmp_path / "nameless" / "events.csv").read_text()


def test_a_file_that_does_not_define_them_is_read_by_those_of_the_programme(shell: Shell, tmp_path: Path) -> None:
    define(shell)
    (tmp_path / "events.csv").write_text(
        "event_id,placement_id,kind,happened_on,own.colour,own.cost\nE8,P4,birth,2024-06-01,blue,3\n"
        "E9,P4,birth,2024-06-01,green,3\n"
    )
    answer = shell.run("import", str(tmp_path), "--apply")

    assert values(shell, "event:E8") == {"colour": "blue", "cost": 3}
    assert "own.colour" in answer.out
    assert "green" in answer.out


def test_a_backup_restores_them(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    define(shell)
    birth(shell, *own(**SAID))
    (tmp_path / "phrase").write_text("four words or five\n")
    phrase = ("--passphrase-file", str(tmp_path / "phrase"))
    shell.ok("backup", str(tmp_path / "all.backup"), *phrase)
    graph.write(lambda transaction: transaction.run("MATCH (n) DETACH DELETE n"))
    shell.ok("restore", str(tmp_path / "all.backup"), *phrase)

    assert values(shell, "event:E8") == {**SAID, "cost": 12.5}
    assert verify.verify(graph, "demo").faults == ()


def test_what_is_personal_is_erased_with_her_and_nothing_else(shell: Shell, graph: Graph) -> None:
    for of in ("beneficiary", "placement", "pass"):
        define_vet = ("--of", of, "--name", "vet", "--question", "Vet?", "--type", "text")
        shell.ok("column", "add", *define_vet)
    shell.ok("column", "add", "--of", "placement", "--name", "fed", "--question", "Fed?", "--type", "yes_or_no",
             "--personal", "no")  # fmt: skip
    shell.ok("register", "Sita Lama", "--id", "B90", "--own", f"vet={VET}")
    shell.ok("place", "--id", "P90", "--gift", "G1", "--beneficiary", "B90", "--of", "goat", "--animals", "1",
             "--on", "2024-06-01", "--again", *own(vet=VET, fed="yes"))  # fmt: skip
    shell.ok("register", "Maya Rai", "--id", "B91")
    shell.ok("pass-on", "P90", "--to", "B91", "--into", "P91", "--animals", "1", "--id", "T90", "--on", "2024-06-20",
             "--again", *own(vet=VET))  # fmt: skip
    shell.ok("erase", "beneficiary:B90", "--yes")

    assert (values(shell, "beneficiary:B90"), values(shell, "pass:T90")) == ({}, {})
    assert values(shell, "placement:P90") == {"fed": "yes"}
    assert VET not in str(
        graph.rows("MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN properties(n) AS n, properties(r) AS r")
    )
    assert verify.verify(graph, "demo").faults == ()


def test_an_ended_column_is_no_longer_asked_and_what_it_said_stays(shell: Shell) -> None:
    define(shell)
    birth(shell, *own(**SAID))
    shell.ok("column", "end", "event.colour", "--on", "2024-06-20", "--why", "no longer tagged")
    answer = shell.run("event", "birth", "P4", "--on", "2024-06-01", "--again", "--own", "colour=red")

    assert answer.code != 0
    assert "with a column of the programme's own: checked_on, cost, seen, vet." in answer.err
    assert values(shell, "event:E8")["colour"] == "red"
    rows = {row[1]: row[-1] for row in shell.ok("column", "list").rows}
    assert (rows["colour"], rows["cost"]) == ("2024-06-20", "")


def test_what_is_required_is_asked_from_its_day_on_and_never_refused(shell: Shell) -> None:
    shell.ok("column", "add", "--of", "event", "--name", "colour", "--question", "Colour?", "--type", "text",
             "--required-from", "2024-06-02")  # fmt: skip
    before = birth(shell)
    on_the_day = shell.run("event", "birth", "P4", "--on", "2024-06-02", "--id", "E9")
    again = shell.run("event", "birth", "P4", "--on", "2024-06-02", "--id", "E9", "--again")

    assert (before.code, on_the_day.code, again.code) == (0, 1, 0)
    assert "leaves out own.colour, which the programme asks for since 2024-06-02" in on_the_day.err


def refused(shell: Shell, *words: str) -> str:
    """Say why a command changed nothing."""
    before = shell.ok("column", "list").out
    answer = shell.run(*words)
    assert answer.code != 0
    assert shell.ok("column", "list").out == before
    return answer.err


def add(name: str, *how: str, of: str = "event") -> tuple[str, ...]:
    """The command that adds a column."""
    return "column", "add", "--of", of, "--name", name, "--question", "What?", *(how or ("--type", "text"))


def test_what_would_mislead_is_refused_with_the_reason(shell: Shell) -> None:
    define(shell)
    correct = ("correct", "column:event.colour", "--why", "else")
    change = (*correct, "--how", "wrong-data", "--set")

    assert "event has a column reason already: one of Relay's." in refused(shell, *add("reason"))
    assert "would lose an answer that may have been recorded: red." in refused(shell, *change, "choices=blue;green")
    assert "whether a column is personal is never changed" in refused(shell, *change, "personal=yes")
    assert "cannot be changed" in refused(shell, *change, "type=text")
    assert "cannot be taken back" in refused(shell, *correct, "--how", "did-not-happen")
    assert "a choice names its answers" in refused(shell, *add("size", "--type", "choice"))
    assert "a choice names its answers" in refused(shell, *add("size", "--type", "text", "--choices", "a;b"))
    assert "at least two different" in refused(shell, *add("size", "--type", "choice", "--choices", "a;a"))
    assert "belongs to groups" in refused(shell, *add("size", of="meeting"))
    assert "other content in: personal, question, type" in refused(shell, *add("cost"))


def test_a_choice_gets_another_answer(shell: Shell) -> None:
    define(shell)
    change = ("--how", "wrong-data", "--set", "choices=red;blue;green", "--why", "new tags")
    shell.ok("correct", "column:event.colour", *change)
    birth(shell, "--own", "colour=green")

    assert values(shell, "event:E8") == {"colour": "green"}


def test_the_twenty_first_is_refused_until_one_has_ended(shell: Shell) -> None:
    for number in range(1, 21):
        shell.ok(*add(f"c{number}"))

    assert "has 20 columns of its own, which is the most" in refused(shell, *add("c21"))
    shell.ok("column", "end", "event.c3", "--on", "2024-06-20")
    shell.ok(*add("c21"))


def test_a_persons_column_that_is_not_personal_is_asked_about(shell: Shell) -> None:
    caste = add("caste", "--type", "text", "--personal", "no", of="beneficiary")

    assert "can never be erased" in refused(shell, *caste)
    shell.ok(*caste, "--again")


def test_what_reads_as_a_commitment_is_refused_where_it_is_not_personal(shell: Shell) -> None:
    shell.ok(*add("code", "--type", "text", "--personal", "no"))

    assert "so the ledger writes what is personal" in refused(
        shell, *("event", "birth", "P4", "--own", f"code={'a' * 64}")
    )


DRAWN: Final = 100 if SOAK else 12  # of one programme, whose commands read all of its columns
WORDS: Final = ("=1+1", "सीता राम", 'said "no"', "a;b", "-", "own.cost", "0012", "1,5", "l'âne", "x" * 200)
ANSWERS: Final[Mapping[str, Callable[[Random], str]]] = {
    "text": lambda random: random.choice(WORDS),
    "number": lambda random: str(random.choice((0, 3, 12.5, 100_000))),
    "choice": lambda random: random.choice(("red", "सेतो", "dark blue")),
    "day": lambda random: f"2024-{random.randint(1, 5):02}-{random.randint(1, 28):02}",
    "yes_or_no": lambda random: random.choice(("yes", "no")),
}


@pytest.mark.parametrize("seed", range(10 if SOAK else 1))
def test_whatever_is_defined_and_said_comes_back_by_file_and_is_verified(
    shell: Shell, graph: Graph, tmp_path: Path, seed: int
) -> None:
    random, said = Random(44 + seed), dict[str, dict[str, str]]()  # noqa: S311 - a test
    for drawn in range(DRAWN):
        types = {f"c{drawn}_{number}": random.choice([*ANSWERS]) for number in range(random.randint(1, 4))}
        for name, type_ in types.items():
            choices = ("--choices", "red;सेतो;dark blue") if type_ == "choice" else ()
            shell.ok(*add(name, "--type", type_, *choices, "--personal", random.choice(("yes", "no"))))
        said[f"X{drawn}"] = {name: ANSWERS[type_](random) for name, type_ in types.items()}
        shell.ok("event", "visit", "P4", "--on", "2024-06-01", "--id", f"X{drawn}", *own(**said[f"X{drawn}"]))
        for name in types:
            shell.ok("column", "end", f"event.{name}", "--on", "2024-06-20")
    before = {id_: values(shell, f"event:{id_}") for id_ in said}
    shell.ok("export", str(tmp_path / "out"), "--with-names")
    assert verify.verify(graph, "demo").faults == ()
    graph.write(lambda transaction: transaction.run("MATCH (n) DETACH DELETE n"))
    shell.ok("import", str(tmp_path / "out"), "--apply")

    assert {id_: values(shell, f"event:{id_}") for id_ in said} == before
    assert {id_: {name: f"{value:.6g}" if isinstance(value, int | float) else value for name, value in each.items()}
            for id_, each in before.items()} == said  # fmt: skip


@pytest.mark.parametrize("named", ['"own.school"', "own.school"], ids=["in quotes", "without"])
def test_a_map_of_a_register_names_one(shell: Shell, tmp_path: Path, named: str) -> None:
    shell.ok(*add("school", "--type", "number", of="beneficiary"))
    (tmp_path / "ngo.csv").write_text("SN,Name,School\n1,Rita Harro,5\n2,Sita Utis,many\n", encoding="utf-8")
    (tmp_path / "ngo.toml").write_text(
        '[register]\nheader = [1]\nkey = "SN"\ncalendar = "AD"\ncolumns = ["SN", "Name", "School"]\n\n'
        '[[make]]\nact = "beneficiary"\nbeneficiary_id = "ngo-{SN}"\nname = "Name"\n'
        f'{named} = "School"\n'
    )
    answer = shell.run("import", str(tmp_path / "ngo.csv"), "--map", str(tmp_path / "ngo.toml"), "--apply")

    assert values(shell, "beneficiary:ngo-1") == {"school": 5}
    assert "School" in answer.out + answer.err
    assert shell.run("show", "beneficiary:ngo-2").code != 0


def test_the_auditor_is_told_where_one_is_missing_that_was_required(shell: Shell) -> None:
    shell.ok(*add("colour", "--type", "text", "--required-from", "2024-06-01"))
    birth(shell, "--again")
    shell.ok("event", "birth", "P4", "--on", "2024-06-01", "--id", "E9", "--own", "colour=red")

    report = {check["check_id"]: check for check in shell.run("audit", "--json").json["checks"]}
    assert [each["subject_id"] for each in report["required_missing"]["findings"]] == ["event:E8"]
