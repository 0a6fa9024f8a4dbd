"""Programmes, the environment, help, completion, and what ends a command early."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from relay import cli
from relay.commands import exits
from relay.database import embedded_server
from relay.errors import Unavailable
from relay.exchange.exchange_format import write_folder
from tests.commands.shell import ON, record
from tests.commands.terminal import show
from tests.rigs.typed import below
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

PROGRAM = cli.program(CORE)


def commands(group: click.Group = PROGRAM, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words, those of groups too."""
    for name, command in below(group).items():
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


# ------------------------------------------------------------------------------------------------ programmes


def test_an_empty_database_says_how_to_begin(empty: Shell) -> None:
    for words in (("trace", "P1"), ("find", "Maya"), ("health",), ("ledger", "verify"), ("export", "x")):
        answer = empty.run(*words)
        assert (answer.code, answer.out) == (exits.NOT_DONE, "")
        assert "relay demo" in answer.err
        assert "relay import" in answer.err
    assert empty.ok("programme", "list", "--json").json == []


def test_a_programme_is_begun(empty: Shell) -> None:
    empty.ok("programme", "add", "hills", "--name", "Hill villages", "--goal-generations", "5")
    again = empty.run("programme", "add", "hills", "--name", "Other")

    assert empty.ok("programme", "list").rows[1][:3] == ["hills", "Hill villages", "Asia/Kathmandu"]
    assert again.code == exits.NOT_DONE


def test_a_period_is_locked_and_what_is_corrected_or_added_in_it_is_shown_to_the_auditor(shell: Shell) -> None:
    shell.ok("correct", "T1", "--how", "wrong-data", "--set", "females=1", "--why", "misread", "--id", "C1")
    to_come = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()  # in every time zone
    locked = shell.run("programme", "lock", to_come, "--why", "too early")
    shell.ok("programme", "lock", "2025-12-31", "--why", "The yearly report is sent.")
    shell.ok("correct", "T1", "--how", "wrong-data", "--set", "animals=2", "--why", "read again", "--id", "C2")

    shell.ok("event", "visit", "P1", "--on", "2025-12-31", "--id", "E9")

    audit = shell.run("audit", "--json")

    assert (locked.code, f"{to_come}, but today is" in locked.err) == (exits.NOT_DONE, True)
    found = {checked["check_id"]: checked["findings"] for checked in json.loads(audit.out)["checks"]}
    assert [finding["subject_id"] for finding in found["corrected_after_lock"]] == ["pass:T1"]
    assert [finding["subject_id"] for finding in found["recorded_after_lock"]] == ["event:E9"]


def test_several_programmes_must_be_named(shell: Shell, graph: Graph) -> None:
    record(graph, say.programme("hills"), programme_id="hills")

    unnamed = shell.run("trace", "G1", "--as-of", ON)
    assert unnamed.code == exits.NOT_DONE
    assert "demo, hills" in unnamed.err
    assert "--programme" in unnamed.err
    for words in (("--programme", "demo", "trace", "G1"), ("trace", "G1", "--programme", "demo")):
        assert shell.ok(*words, "--as-of", ON).pairs["reach"] == "3"
    wrong = shell.run("--programme", "dmeo", "trace", "G1")
    assert wrong.code == exits.NOT_DONE
    assert "demo, hills" in wrong.err


def test_nothing_is_begun_before_it_is_known_of_which_programme(
    shell: Shell, graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, say.programme("hills"), programme_id="hills")
    monkeypatch.setenv("RELAY_DATA", str(tmp_path / "data"))

    answer = shell.run("engine", "rebuild")
    assert (answer.code, "--programme" in answer.err) == (exits.NOT_DONE, True)
    assert "backup" not in answer.err
    assert shell.ok("engine", "rebuild", "--programme", "demo", "--json").json["programme_id"] == "demo"


def test_a_role_where_there_is_nothing_is_said_to_be_so(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    """L1 is called Tansen, L2 and L3 Rampur. Who is bound to a place that is not there would see nothing."""
    record(graph, say.place("L1", name="Tansen"), say.place("L2", name="Rampur"), say.place("L3", name="Rampur"))
    (tmp_path / "password").write_text("correct horse battery")
    words = ("account", "add", "asha", "--password-file", str(tmp_path / "password"))

    refused = shell.run(*words, "--role", "staff@demo/L9")
    assert (refused.code, "There is no place L9 in demo." in refused.err) == (exits.NOT_DONE, True)
    several = shell.run(*words, "--role", "staff@demo/rampur")
    assert (several.code, "Write the id of one: L2, L3." in several.err) == (exits.NOT_DONE, True)
    slips = shell.ok(*words, "--role", "staff@dmeo", "--role", "staff@demo/tansen", "--role", "staff@demo/L1", "--json")
    assert "there is no programme dmeo yet" in slips.err
    assert slips.json["roles"] == "staff@dmeo staff@demo/L1"
    assert shell.ok("account", "role", "asha", "--role", "staff@demo/L1", "--role", "auditor").err == ""


def test_the_demonstration_stays_out_of_a_real_database(shell: Shell) -> None:
    answer = shell.run("demo")

    assert answer.code == exits.NOT_DONE
    assert "RELAY_DATA" in answer.err


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_is_accepted_before_and_after_the_command(shell: Shell, place: str) -> None:
    words = ("trace", "G1", "--as-of", ON)
    answer = shell.ok("--json", *words) if place == "before" else shell.ok(*words, "--json")

    assert answer.json["reach"] == 3


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_they_are_accepted_between_two_words_of_a_command_too(shell: Shell, nth: int) -> None:
    words = ["ledger", "verify"]
    words[nth:nth] = ["--json", "--programme", "demo"]

    assert shell.ok(*words).json["ok"]


# ------------------------------------------------------------------------------------------------ the environment


def test_a_database_that_does_not_answer_ends_with_4(alone: Shell) -> None:
    alone.monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    alone.monkeypatch.setenv("NEO4J_PASSWORD", "secret-word")

    answer = alone.run("find", "Maya")
    assert (answer.code, answer.out) == (exits.UNAVAILABLE, "")
    assert "127.0.0.1:1" in answer.err
    assert "secret-word" not in answer.err


def test_a_wrong_password_ends_with_4(empty: Shell) -> None:
    empty.monkeypatch.setenv("NEO4J_PASSWORD", "secret-word")

    answer = empty.run("find", "Maya")
    assert answer.code == exits.UNAVAILABLE
    assert "password" in answer.err.lower()
    assert "secret-word" not in answer.err


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("NEO4J_URI", "localhost", "NEO4J_URI is not a URL"),
        ("NEO4J_URI", "bolt://127.0.0.1", "NEO4J_PASSWORD is not"),
        ("NEO4J_URI", "neo4j://asha:secret@127.0.0.1", "NEO4J_URI is not a URL"),
        ("NEO4J_URI", "bolt://127.0.0.1?policy=x", "NEO4J_URI is not a URL"),
        ("RELAY_URL", "relay.example.org", "RELAY_URL is not a URL"),
    ],
)
def test_settings_that_cannot_be_are_named(alone: Shell, name: str, value: str, sentence: str) -> None:
    alone.monkeypatch.setenv(name, value)

    answer = alone.run("find", "Maya")
    assert answer.code == exits.NOT_DONE
    assert sentence in answer.err


def test_what_nobody_foresaw_is_told_with_where_it_happened_and_without_a_value(shell: Shell, graph: Graph) -> None:
    name = "Sita Magar"
    graph.write(lambda t: t.run("MATCH (p:Placement) SET p.received_on = $name", name=name))
    graph.write(lambda t: t.run("MATCH ()-[f:FILLED]->() SET f.received_on = $name", name=name))

    answer = shell.run("gifts")

    assert answer.code in (exits.NOT_DONE, exits.UNAVAILABLE)
    assert "Traceback" not in answer.err
    assert name not in answer.err
    assert "relay ledger verify" in answer.err or "See the database's log" in answer.err


def test_a_data_folder_that_cannot_be_used_is_named(alone: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    alone.monkeypatch.setenv("RELAY_DATA", str(tmp_path / "file" / "data"))

    for words in (("find", "Maya"), ("engine", "start")):
        answer = alone.run(*words)
        assert answer.code == exits.UNAVAILABLE
        assert str(tmp_path / "file") in answer.err
        assert "RELAY_DATA" in answer.err


def test_a_file_that_cannot_be_written_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    for words in (("backup",), ("export",), ("ledger", "export")):
        answer = shell.run(*words, str(tmp_path / "file" / "out"))
        assert answer.code == exits.NOT_DONE, answer
        assert str(tmp_path / "file") in answer.err


def test_a_path_without_a_name_is_no_file(shell: Shell) -> None:
    for words in (("backup", "."), ("backup", ""), ("ledger", "export", ""), ("ledger", "evidence", "")):
        answer = shell.run(*words)
        assert (answer.code, "Traceback" in answer.err) == (exits.NOT_DONE, False)
        assert ". is a folder. Name a file in it." in answer.err
    assert "/dev/full is not a file name" in shell.run("backup", "/dev/full").err
    assert not Path("/dev/full").is_file()


def test_the_engine_starts_stops_and_says_how_it_does(alone: Shell) -> None:
    assert alone.ok("engine", "status").pairs["running"] == "no"
    assert alone.ok("status", "--json").json["programmes"] == []
    try:
        assert alone.ok("engine", "start").pairs["running"] == "yes"
        status = alone.ok("status")
        assert status.pairs["database"] == "embedded"
        assert "one machine" in status.err
    finally:
        assert alone.ok("engine", "stop", "--json").json == {"stopped": True}
    assert alone.ok("engine", "stop", "--json").json == {"stopped": False}


# ------------------------------------------------------------------------------------------------ help, completion


def test_help_lists_every_command_under_its_users(alone: Shell) -> None:
    attributes = [each for rows in cli.USERS.values() for _, *found in rows for each in found]
    listed = [each.rstrip("_").replace("_", "-") for each in attributes]

    listed.remove("end")  # of what only systems record
    assert sorted(listed) == sorted(below(PROGRAM))
    said = alone.ok("--help").out
    assert not any(f"  {name} " in said for name in ("end", "plan", "request"))
    assert "..." not in said.partition("Staff:")[2]
    assert max(map(len, said.splitlines())) <= 80
    assert all(f"  {name} " in said for name in listed)


@pytest.mark.parametrize("words", [words for words, _ in commands()], ids=" ".join)
def test_every_command_explains_itself_with_an_example(alone: Shell, words: tuple[str, ...]) -> None:
    said = alone.ok(*words, "--help").out

    command = dict(commands())[words]
    if not isinstance(command, click.Group) or command.invoke_without_command:
        assert "--json" in said
        assert "--programme ID" in said
        assert f"Example:\n  relay {' '.join(words)}" in said


def test_commands_of_a_system_stand_under_its_name_where_the_programme_uses_it(
    alone: Shell, connection: Connection, graph: Graph
) -> None:
    del graph  # empties it
    alone.use(connection)
    alone.ok("programme", "add", "demo", "--name", "Hills")
    alone.ok("programme", "systems", "demo", "groups", "savings")

    said = alone.ok("--help").out

    core, _, of_systems = said.partition("\nGroups:\n")
    assert "\nSavings:\n" in of_systems
    assert "  savings-sheet " in of_systems
    assert "  membership " in of_systems
    assert "  membership " not in core
    assert "\nProtection:\n" not in said
    assert "  end " in core.partition("Managers:")[0], "of a membership, by staff"


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("unconfirmed", "waiting"),
        ("savings-sheet", "sheet"),
        ("savings-meeting", "meeting-sheet"),
        ("site-count", "count"),
        ("raw-counts", "counts"),
        ("add-service", "service"),
    ],
)
def test_a_command_that_was_renamed_is_found_by_its_earlier_name(alone: Shell, now: str, before: str) -> None:
    by_now, by_before = (alone.ok(name, "--help").out.replace(name, "NAME", 1) for name in (now, before))

    assert by_before == by_now
    assert f"  {before} " not in alone.ok("--help").out


def test_with_json_a_failure_is_what_the_api_answers(shell: Shell) -> None:
    cases = {
        ("show", "nothing"): (404, "Nothing in the record has the id nothing.", "not_in_record", None),
        ("place", "--gift", "G9", "--beneficiary", "W1", "--animals", "1", "--of", "goat"): (
            404,
            "There is no gift G9",
            "missing",
            "gift_id",
        ),
        ("trace", "P1", "--as-of", "2024-13-01"): (400, "--as-of 2024-13-01: There is no month", None, None),
        ("trace", "--nonsense"): (400, "No such option '--nonsense'.", None, None),
    }
    for words, (status, reason, code, field) in cases.items():
        answer = shell.run(*words, "--json")
        told = json.loads(answer.err)["error"]
        assert answer.out == ""
        assert told["reason"].startswith(reason)
        assert told | {"reason": "", "suggestion": ""} == {
            "status": status,
            "reason": "",
            "suggestion": "",
            "field": field,
            "code": code,
            "request_id": None,
            "beside": None,
        }
        assert json.loads(shell.run("--json", *words).err) == {"error": told}
        assert not shell.run(*words).err.startswith("{")


def test_a_question_about_a_day_to_come_says_what_is_not_known(shell: Shell) -> None:
    ahead = shell.ok("health", "--as-of", "2099-01-01", "--json")

    assert "2099-01-01 is still to come: nothing that happens after" in ahead.err
    assert ahead.json["as_of"] == "2099-01-01"
    assert shell.ok("health", "--as-of", ON).err == ""


def test_a_graph_for_others_shows_no_day_to_come(shell: Shell) -> None:
    refused = shell.run("graph", "publish", "--as-of", "2099-01-01")

    assert refused.code == exits.USAGE
    assert "2099-01-01 is still to come" in refused.err
    shell.ok("graph", "publish", "--as-of", ON)


def test_a_file_is_named_as_what_is_in_it(shell: Shell, tmp_path: Path) -> None:
    for name in ("out.docx", "out.txt"):
        refused = shell.run("export", str(tmp_path / name))
        assert refused.code == exits.NOT_DONE
        assert f"{name} does not end in .xlsx or .csv. Name it out.xlsx." in refused.err
        assert not (tmp_path / name).exists()
    shell.ok("export", str(tmp_path / "relay-2026.11"))


def test_a_group_without_a_command_tells_its_usage_once(alone: Shell) -> None:
    answer = alone.run("ledger")

    assert answer.code == exits.USAGE
    assert answer.err.count("Usage:") == 1
    assert "verify" in answer.err


def test_an_unknown_command_or_option_suggests_the_closest(alone: Shell) -> None:
    command, option = alone.run("pas-on"), alone.run("pass-on", "P1", "--animal", "2")

    assert (command.code, option.code) == (exits.USAGE, exits.USAGE)
    assert "pass-on" in command.err
    assert "--animals" in option.err


@pytest.mark.parametrize("shell_name", ["bash", "zsh"])
def test_the_shell_completes_commands_and_options(shell_name: str) -> None:
    source = _completed({"_RELAY_COMPLETE": f"{shell_name}_source"})
    assert "_RELAY_COMPLETE" in source

    for typed, expected in (("relay tra", "trace"), ("relay engine st", "status"), ("relay tree --as-", "--as-of")):
        asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
        assert expected in _completed({"_RELAY_COMPLETE": f"{shell_name}_complete", **asked})


def _completed(environment: dict[str, str]) -> str:
    run = [sys.executable, "-m", "relay.cli"]
    return subprocess.run(run, env=os.environ | environment, capture_output=True, text=True, check=False).stdout


# ------------------------------------------------------------------------------------------------ ended early


def test_a_reader_that_had_enough_is_no_failure_to_explain(shell: Shell) -> None:
    run = [sys.executable, "-m", "relay.cli", "ledger", "log", "--last", "0", "--json"]
    with subprocess.Popen(run, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

    del shell
    assert said == ""
    assert process.returncode == exits.NOT_DONE


def test_an_interrupted_command_says_so(alone: Shell) -> None:
    """A listener that never answers keeps the command waiting until Ctrl-C."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        alone.monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{port}")
        alone.monkeypatch.setenv("NEO4J_PASSWORD", "x")
        run = [sys.executable, "-m", "relay.cli", "find", "Maya"]
        with subprocess.Popen(run, env=os.environ, stderr=subprocess.PIPE, text=True) as process:
            line, _ = listener.accept()
            with line:
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(2)
                if process.poll() is None:  # the first one came where Python lets nothing interrupt it
                    process.send_signal(signal.SIGINT)
                assert process.stderr is not None
                said = process.stderr.read()

    assert process.returncode == exits.NOT_DONE
    assert "stopped" in said
    assert "Traceback" not in said


def test_a_graph_of_another_version_is_not_asked_but_its_ledger_is(shell: Shell, graph: Graph) -> None:
    graph.write(lambda transaction: transaction.run("MATCH (l:Ledger {key: 'demo'}) SET l.projection = 1"))

    for words in (("waiting",), ("show", "P1"), ("find", "W1"), ("health",), ("tree", "G1"), ("ledger", "verify")):
        answer = shell.run(*words)
        assert answer.code == exits.UNAVAILABLE, words
        assert "relay engine rebuild" in answer.err, words
    assert shell.ok("ledger", "log", "--last", "1").out


def test_an_interrupted_import_says_how_much_is_recorded_and_goes_on_when_it_is_run_again(
    shell: Shell, tmp_path: Path
) -> None:
    write_folder(tmp_path / "more", [say.programme(), *(say.woman(f"V{n}") for n in range(30))], CORE, with_names=True)
    importing = ("import", str(tmp_path / "more"), "--apply")

    def stopped_at(rows: int) -> Callable[[Path], Callable[[int], None]]:
        def progress(done: int) -> None:
            if done >= rows:
                raise KeyboardInterrupt

        return lambda _: progress

    shell.monkeypatch.setattr("relay.exchange.importing.STEP", 8)
    shell.monkeypatch.setattr("relay.commands.files._progress", stopped_at(16))
    stopped = shell.run(*importing)
    rehearsed = shell.run(*importing[:-1])
    shell.monkeypatch.setattr("relay.commands.files._progress", stopped_at(1000))
    again = shell.ok(*importing)

    assert stopped.code == exits.NOT_DONE
    assert stopped.err == "Stopped: 7 rows or more are recorded. Run the same command again: it goes on.\n"
    assert (rehearsed.code, rehearsed.err) == (exits.NOT_DONE, "Stopped: nothing was written.\n")
    assert again.err.startswith(
        "15 added, 16 same, 0 put aside, 0 refused.\nTo take all of it back: relay undo --import 2"
    )


def test_an_import_in_which_the_database_fails_says_how_much_is_recorded(shell: Shell, tmp_path: Path) -> None:
    write_folder(tmp_path / "more", [say.programme(), *(say.woman(f"V{n}") for n in range(30))], CORE, with_names=True)

    def fails_at_16(_: Path) -> Callable[[int], None]:
        def progress(done: int) -> None:
            if done >= 16:
                raise Unavailable(reason="The database cannot be reached.", advice="Nothing was recorded.")

        return progress

    shell.monkeypatch.setattr("relay.exchange.importing.STEP", 8)
    shell.monkeypatch.setattr("relay.commands.files._progress", fails_at_16)
    failed = shell.run("import", str(tmp_path / "more"), "--apply", "--json")
    rehearsed = shell.run("import", str(tmp_path / "more"))

    assert failed.code == rehearsed.code == exits.UNAVAILABLE
    assert "7 rows or more are recorded. Run the same command again: it goes on." in failed.err
    assert "Nothing was recorded." in rehearsed.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_written_out_is_said_to_be(shell: Shell, unbuffered: str) -> None:
    run = [sys.executable, "-m", "relay.cli", "ledger", "log"]
    own = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(run, env=own, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    del shell
    assert done.returncode == exits.NOT_DONE
    assert done.stderr == "relay: the answer could not be written out: No space left on device.\n"


def test_who_looks_for_a_way_to_edit_is_shown_how_a_mistake_is_put_right(alone: Shell) -> None:
    for word in ("remove", "delete", "edit"):
        answer = alone.run(word, "pass:T1")
        assert (answer.code, "relay correct --help" in answer.err) == (exits.USAGE, True)
    assert "No such command 'frob'" in alone.run("frob").err


def test_what_is_not_found_is_not_sent_to_look_for_itself(shell: Shell) -> None:
    for word in ("show", "tree"):
        assert shell.run(word, "Zq [7]").err.endswith("Check the id, or search by name: relay find NAME\n")


# ------------------------------------------------------------------------------------------------ quickness


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """The benchmarks measure how quick this makes `relay --help`."""
    heavy = "arcadedb_embedded", "flask", "neo4j", "networkx", "numpy", "rapidfuzz", "rich", "json", "secrets"
    run = [sys.executable, "-c", "import sys, relay.cli; print(*sys.modules)"]

    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert not set(heavy) & set(loaded)


# -- which programme, which record -----------------------------------------------------------------------------------


def test_the_programme_is_named_by_the_command_the_environment_or_what_was_chosen(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("hills", "plains"):
        shell.ok("programme", "add", name, "--name", name)

    several = shell.run("health")
    assert several.code == exits.NOT_DONE
    assert "relay programme use ID" in several.err

    assert shell.run("programme", "use", "valley").code == exits.NOT_DONE
    assert shell.ok("programme", "use", "hills").err.startswith("From now on hills is meant")
    assert shell.ok("health", "--json").json["programme_id"] == "hills"
    assert shell.ok("health", "--json", "--programme", "demo").json["programme_id"] == "demo"
    monkeypatch.setenv("RELAY_PROGRAMME", "plains")
    assert shell.ok("health", "--json").json["programme_id"] == "plains"
    monkeypatch.setenv("RELAY_PROGRAMME", "valley")
    assert "There is no programme valley" in shell.run("health").err


def test_rows_that_name_no_programme_are_for_the_usual_one(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.ok("programme", "add", "hills", "--name", "Hills")
    monkeypatch.setenv("RELAY_PROGRAMME", "hills")
    for folder, text in (
        ("own", None),
        ("other", '[programme]\nid = "plains"\nname = "P"\ntimezone = "Asia/Kathmandu"\n'),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "beneficiaries.csv").write_text("beneficiary_id,name\nB1,Maya\n", encoding="utf-8")
        if text:
            (tmp_path / folder / "rules.toml").write_text(text, encoding="utf-8")

    assert "its rows are for hills.\n" in shell.ok("import", str(tmp_path / "own"), "--apply").err
    shell.ok("import", str(tmp_path / "other"), "--apply")

    assert shell.ok("show", "B1", "--json").json["id"] == "beneficiary:B1"
    assert shell.ok("show", "B1", "--programme", "plains", "--json").json["name"] == "Maya"


def test_what_was_chosen_and_is_not_there_any_more_is_passed_over(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    shell.ok("programme", "use", "demo")
    kept = tmp_path / "relay" / "programmes.json"
    kept.write_text(kept.read_text().replace('"demo"', '"gone"'))

    assert shell.ok("health", "--json").json["programme_id"] == "demo"


def test_a_name_will_do_for_an_id_when_it_is_clear_whose_it_is(shell: Shell, graph: Graph) -> None:
    record(graph, say.woman("W8", name="Junkiri Makaibari"), say.woman("W9", name="Maya Tamang"))
    record(graph, say.placed("P8 on 2023-01-10"))

    passed = shell.ok(
        "pass-on", "junkiri makaibari", "--to", "Maya", "--placement", "P2001", "--animals", "2", "--on", "2024-06-29"
    )
    event = shell.ok("event", "visit", "W8", "--on", "yesterday")

    assert passed.pairs["placement_id"] == "P2001"
    assert "junkiri makaibari is taken for P8" in passed.err
    assert "Maya is taken for W9: Maya Tamang" in passed.err
    assert "W8 is taken for P8" in event.err
    assert shell.ok("show", "P2001", "--json").json["values"]["beneficiary_id"] == "W9"
    assert shell.ok("trace", "Junkiri", "--json").json["id"] == "placement:P8"
    assert shell.ok("forecast", "Junkiri", "--json").json == shell.ok("forecast", "P8", "--json").json
    assert shell.ok("show", "Junkiri", "--json").json["id"] == "beneficiary:W8"


def test_a_name_will_do_for_an_id_in_a_correction_too(shell: Shell, graph: Graph) -> None:
    """T3 was P2's, to W4; P8 is Junkiri's, who lives in Ratnanagar-2."""
    record(graph, say.place("L1", name="Ratnanagar-2"), say.woman("W8", name="Junkiri Makaibari"))
    record(graph, say.woman("W9", name="Gita Tamang"), say.woman("W7", name="Sunita Rai"))
    record(graph, say.placed("P8 on 2020-03-01"))

    receiver = shell.ok("correct", "T3", "--receiver", "Gita")
    giver = shell.ok("correct", "T3", "--giver", "Junkiri")
    holder = shell.ok("correct", "placement:P8", "--beneficiary", "Sunita", "--again")
    place = shell.ok("correct", "beneficiary:W8", "--place", "Ratnanagar-2")
    nobody = shell.run("correct", "T3", "--receiver", "Xqzw")

    assert "Gita is taken for W9: Gita Tamang" in receiver.err
    assert "Junkiri is taken for P8" in giver.err
    assert "Sunita is taken for W7: Sunita Rai" in holder.err
    assert "Ratnanagar-2 is taken for L1" in place.err
    values = shell.ok("show", "pass:T3", "--json").json["values"]
    assert (values["giver_placement_id"], values["beneficiary_id"]) == ("P8", "W9")
    assert shell.ok("show", "W8", "--json").json["values"]["place_id"] == "L1"
    assert nobody.code == exits.NOT_DONE


def test_a_name_that_may_be_several_is_asked_about_and_one_that_is_none_is_told(shell: Shell, graph: Graph) -> None:
    record(graph, say.woman("W8", name="Maya Rai"), say.woman("W9", name="Maya Tamang"))

    several = shell.run("pass-on", "P4", "--to", "Maya", "--animals", "1")
    nobody = shell.run("pass-on", "P4", "--to", "Xqzw", "--animals", "1")

    assert several.code == exits.USAGE
    assert "This may mean several: W8: Maya Rai" in several.err
    assert "W9: Maya Tamang" in several.err
    assert nobody.code == exits.NOT_DONE
    assert "There is no beneficiary Xqzw in the record." in nobody.err


# -- what a terminal offers ------------------------------------------------------------------------------------------


def completed(shell: Shell, typed: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the shell is offered to complete what was typed."""
    words = typed.split(" ")
    monkeypatch.setenv("_RELAY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    return [line.partition(",")[2] for line in shell.run().out.splitlines() if line]


def test_the_tab_key_offers_words_programmes_and_ids(
    shell: Shell, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, say.place("L1"))
    offered = {
        typed: completed(shell, typed, monkeypatch)
        for typed in (
            "relay event b",
            "relay pass-on P",
            "relay pass-on P1 --to W",
            "relay place --condition p",
            "relay health --programme d",
            "relay show P4",
            "relay correct W1",
            "relay correct pass:T",
            "relay chains --of g",
            "relay rule --of g",
            "relay todo --place L",
            "relay programme systems demo pl",
        )
    }

    assert offered["relay event b"] == ["birth"]
    assert offered["relay pass-on P"] == ["P1", "P2", "P3", "P4"]
    assert offered["relay pass-on P1 --to W"] == [f"W{number}" for number in range(1, 7)]
    assert offered["relay place --condition p"] == ["pregnant"]
    assert offered["relay health --programme d"] == ["demo"]
    assert offered["relay show P4"] == ["P4"]
    assert offered["relay correct W1"] == ["W1"]
    assert offered["relay correct pass:T"][:2] == ["pass:T1", "pass:T2"]
    assert offered["relay chains --of g"] == offered["relay rule --of g"] == ["goat"]
    assert offered["relay todo --place L"] == ["L1"]
    assert offered["relay programme systems demo pl"] == ["planning"]


def test_the_tab_key_starts_no_database(alone: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert completed(alone, "relay pass-on P", monkeypatch) == []
    assert not (tmp_path / "data" / "engine.json").exists()


@pytest.mark.soak
def test_a_first_command_says_what_it_waits_for(tmp_path: Path) -> None:
    environment = {**os.environ, "RELAY_DATA": str(tmp_path / "data")}
    for name in ("NEO4J_URI", "RELAY_URL"):
        environment.pop(name, None)
    try:
        first, second = (
            show(
                [sys.executable, "-m", "relay.cli", "programme", "list"],
                environment=environment,
            ).text
            for _ in range(2)
        )
    finally:
        embedded_server.stop(tmp_path / "data")

    assert "Starting the database; this takes some seconds." in first
    assert "Starting" not in second
