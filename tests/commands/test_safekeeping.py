"""What is kept outside: checkpoints, evidence, sealed and rotated backups, and the drill that tries one out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any, Final, LiteralString
from unittest.mock import Mock

import click
import pyrage
import pytest

from relay.backup import backup_files
from relay.commands import exits
from relay.commands.command_session import Session
from relay.database import embedded_server
from relay.domain.entries import Fault
from relay.errors import refused
from relay.service import mailing
from tests.commands.shell import record
from tests.rigs.wiping import wiped
from tests.scenes import acts as say

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

NOBODY: LiteralString = "MATCH (e:Entry {act_id: 'placement:P1'}) SET e.recorded_by = 'local:nobody'"
_age: Any = pyrage


def alter(graph: Graph, statement: LiteralString) -> None:
    graph.write(lambda transaction: transaction.run(statement))


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# ------------------------------------------------------------------------------------------------ checkpoints


def test_a_first_checkpoint_makes_the_programmes_key_and_says_so_once(shell: Shell, tmp_path: Path) -> None:
    first = shell.ok("ledger", "checkpoint", str(tmp_path / "checkpoint.json"))
    second = shell.ok("ledger", "checkpoint", "--json")

    assert "A key was made for demo" in first.err
    assert first.pairs["public_key"] in first.err
    assert second.err == ""
    assert second.json["public_key"] == first.pairs["public_key"]
    assert (tmp_path / "data" / "keys" / "demo.pem").stat().st_mode & 0o777 == 0o600
    written = json.loads((tmp_path / "checkpoint.json").read_text(encoding="utf-8"))
    assert {name: str(value) for name, value in written.items()} == first.pairs


def test_a_ledger_that_only_grew_fits_its_checkpoint_and_one_changed_before_it_does_not(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    """The same ledger, but for who recorded its placement P1, is written anew: every hash in it fits."""
    kept, export = str(tmp_path / "checkpoint.json"), str(tmp_path / "ledger.jsonl")
    shell.ok("ledger", "checkpoint", kept)
    shell.ok("register", "Maya")
    shell.ok("ledger", "export", export)
    assert shell.ok("ledger", "verify", "--checkpoint", kept).pairs["ok"] == "yes"
    assert shell.ok("ledger", "verify", export, "--checkpoint", kept).pairs["ok"] == "yes"

    wiped(graph)
    record(graph, *say.beginnings())
    record(graph, say.placed("P1 on 2020-03-01"), by="local:nobody")
    for number in range(20):
        record(graph, say.woman(f"V{number}"))

    assert shell.ok("ledger", "verify").pairs["ok"] == "yes"
    rewritten = shell.run("ledger", "verify", "--checkpoint", kept, "--json")
    assert rewritten.code == exits.FOUND
    (fault,) = rewritten.json["faults"]
    assert "the later hashes were recomputed" in fault["fault"]


def test_a_checkpoint_is_believed_by_the_key_that_was_noted_down(shell: Shell, alone: Shell, tmp_path: Path) -> None:
    kept, export = str(tmp_path / "checkpoint.json"), str(tmp_path / "ledger.jsonl")
    public_key = shell.ok("ledger", "checkpoint", kept).pairs["public_key"]
    shell.ok("ledger", "export", export)
    alone.monkeypatch.setenv("RELAY_DATA", str(tmp_path / "auditor"))  # whose machine knows no key

    unknown = alone.ok("ledger", "verify", export, "--checkpoint", kept)
    right = alone.ok("ledger", "verify", export, "--checkpoint", kept, "--key", public_key)
    wrong = alone.run("ledger", "verify", export, "--checkpoint", kept, "--key", "0" * 64)

    assert f"Signed with key {public_key}: compare it" in unknown.err
    assert right.err == ""
    assert wrong.code == exits.FOUND
    assert "signed with another key" in wrong.out


def test_checkpoints_of_two_machines_are_believed_together_when_both_keys_are_given(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    """A programme moves by its backup, but its key is left behind: the first checkpoint there makes another."""
    old, new, backup = (str(tmp_path / name) for name in ("old.json", "new.json", "backup.jsonl"))
    first = shell.ok("ledger", "checkpoint", old).pairs["public_key"]
    shell.ok("backup", backup)
    wiped(graph)
    (tmp_path / "data" / "keys" / "demo.pem").rename(tmp_path / "kept.pem")

    restored = shell.ok("restore", backup)
    second = shell.ok("ledger", "checkpoint", new).pairs["public_key"]
    both = ("ledger", "verify", "--checkpoint", old, "--checkpoint", new)
    alone = shell.run(*both)

    assert f"{tmp_path / 'data' / 'keys' / 'demo.pem'} before the next checkpoint" in restored.err
    assert shell.ok("restore", backup).err == ""  # there is a key by now
    assert (alone.code, "on another machine of the programme, give each with --key" in alone.out) == (exits.FOUND, True)
    assert shell.ok(*both, "--key", first, "--key", second).pairs["ok"] == "yes"
    assert shell.run(*both, "--key", first).code == exits.FOUND


def test_a_noted_hash_or_key_may_be_typed_in_groups_and_capitals_and_a_slip_is_no_fault_of_the_ledger(
    shell: Shell, tmp_path: Path
) -> None:
    kept = str(tmp_path / "checkpoint.json")
    said = shell.ok("ledger", "checkpoint", kept).pairs
    head, key = (" ".join((value[:32], value[32:])).upper() for value in (said["head_hash"], said["public_key"]))

    assert shell.ok("ledger", "verify", "--head", head, "--checkpoint", kept, "--key", key).pairs["ok"] == "yes"
    for slip in ("", head[:-1], f"{head[:-1]}g", f"{head}0"):
        for option, word in (("--head", "head hash"), ("--key", "public key")):
            answer = shell.run("ledger", "verify", option, slip, "--checkpoint", kept)
            assert (answer.code, f"Not a {word}" in answer.err) == (exits.NOT_DONE, True), (option, slip)
    assert shell.run("ledger", "verify", "--key", key).code == exits.USAGE  # which has nothing to say
    other = shell.run("ledger", "verify", "--head", "0" * 64)
    assert (other.code, "cut or rewritten, or the hash belongs to another copy" in other.out) == (exits.FOUND, True)


@pytest.mark.parametrize(
    "words", [("ledger", "checkpoint"), ("ledger", "export"), ("ledger", "evidence")], ids=" ".join
)
def test_a_file_that_is_there_is_kept_as_it_is(shell: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "kept"
    shell.ok(*words, str(file))
    kept = file.read_bytes()

    again = shell.run(*words, str(file))

    assert (again.code, file.read_bytes()) == (exits.NOT_DONE, kept)
    assert again.err == f"relay: {file} already exists and was left as it is. Name another file.\n"
    assert sorted(each for each in names(tmp_path) if each != "data") == ["kept"]


@pytest.mark.soak
def test_a_backup_takes_the_place_of_a_backup_and_of_nothing_else(shell: Shell, tmp_path: Path) -> None:
    kept, register, sealed = tmp_path / "kept.jsonl", tmp_path / "register.csv", tmp_path / "letters.age"
    checkpoint, ledger = tmp_path / "checkpoint.json", tmp_path / "ledger.jsonl"
    register.write_text("beneficiary_id,name\n", encoding="utf-8")
    sealed.write_bytes(_age.passphrase.encrypt(b"letters", "other words than ours"))
    shell.ok("ledger", "checkpoint", str(checkpoint))
    shell.ok("ledger", "export", str(ledger))
    shell.ok("backup", str(kept))

    for file in (register, sealed, checkpoint, ledger):
        before = file.read_bytes()
        assert (
            shell.run("backup", str(file)).err
            == f"relay: {file} already exists and was left as it is. Name another file.\n"
        )
        assert file.read_bytes() == before
    assert shell.run("backup", str(kept)).code == exits.DONE
    assert shell.run("backup", str(tmp_path)).err == f"relay: {tmp_path} is a folder. Name a file in it.\n"


def test_what_is_refused_leaves_no_line_and_no_key(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for words in (("export", "--with-names"), ("evidence", "--with-names"), ("checkpoint",)):
        assert shell.run("ledger", words[0], str(tmp_path / "there"), *words[1:]).code == exits.NOT_DONE

    assert shell.ok("access", "log", "--json").json == []
    assert not (tmp_path / "data" / "keys").exists()


@pytest.mark.parametrize(
    ("words", "file", "what"),
    [
        (("export",), "folder", "export"),
        (("export", "--format", "graphml"), "relay.graphml", "export"),
        (("ledger", "export"), "ledger.jsonl", "ledger export"),
        (("ledger", "evidence"), "evidence.zip", "ledger evidence"),
    ],
)
def test_who_takes_all_names_out_is_written_down(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], file: str, what: str
) -> None:
    (tmp_path / "named").mkdir()
    shell.ok(*words, str(tmp_path / file))
    assert shell.ok("access", "log", "--json").json == []

    shell.ok(*words, str(tmp_path / "named" / file), "--with-names")

    (line,) = shell.ok("access", "log", "--json").json
    assert (line["what"], line["ids"]) == (what, ["programme:demo"])


def test_where_that_cannot_be_written_down_no_name_goes_out(shell: Shell, tmp_path: Path) -> None:
    def full(_session: Session) -> None:
        raise refused(embedded_server.DISK_FULL, data_folder=tmp_path, free_mb=0)

    shell.monkeypatch.setattr(Session, "_require_room", full)

    answer = shell.run("ledger", "export", str(tmp_path / "named"), "--with-names")

    assert answer.code == exits.UNAVAILABLE
    assert "The access log cannot be written, so this is not shown" in answer.err
    assert not (tmp_path / "named").exists()


def test_a_file_that_is_no_checkpoint_is_said_to_be_none(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")

    answer = shell.run("ledger", "verify", "--checkpoint", str(tmp_path / "other.json"))

    assert answer.code == exits.NOT_DONE
    assert "not a checkpoint" in answer.err


def test_the_evidence_is_checked_with_python_alone(shell: Shell, tmp_path: Path) -> None:
    bundle, folder = tmp_path / "evidence.zip", tmp_path / "auditor"
    said = shell.ok("ledger", "evidence", str(bundle), "--json").json
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)

    checked = subprocess.run(
        [sys.executable, "-S", "-I", "verify_ledger.py", "ledger.jsonl", "checkpoint.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said["with_names"] is False
    last, head = said["checkpoint"]["sequence"], said["checkpoint"]["head_hash"]
    assert checked.stdout == (f"checkpoint.json is of entry {last}; 0 came later\n{last} entries, head {head}: sound\n")
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert "Name of" not in (folder / "ledger.jsonl").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ backups


def test_the_newest_backups_are_kept_in_the_folder_that_was_named_or_in_the_data_folder(
    shell: Shell, tmp_path: Path
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    for day in ("01", "02", "03"):
        (folder / f"relay-2026-01-{day}T000000Z.jsonl").touch()
    (folder / "letter.txt").touch()

    said = shell.ok("backup", str(folder), "--keep", "2", "--json").json
    shell.ok("backup", "--keep", "2")

    assert [path.rpartition("/")[2] for path in said["deleted"]] == [
        "relay-2026-01-01T000000Z.jsonl",
        "relay-2026-01-02T000000Z.jsonl",
    ]
    assert len(names(folder)) == 3
    assert {"letter.txt", "relay-2026-01-03T000000Z.jsonl"} < {*names(folder)}
    assert len(names(tmp_path / "data" / "backups")) == 1
    nowhere = shell.run("backup")
    assert nowhere.code == exits.USAGE
    assert "--keep" in nowhere.err


def test_an_empty_database_pushes_no_backup_out_of_its_folder(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    shell.ok("backup", str(folder), "--keep", "1")
    kept = names(folder)
    wiped(graph)

    refused = shell.run("backup", str(folder), "--keep", "1")

    assert (refused.code, names(folder)) == (exits.NOT_DONE, kept)
    assert "NEO4J_DATABASE" in refused.err


@pytest.mark.soak
def test_a_backup_sealed_with_a_passphrase_is_restored_with_it_only(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    file, right = tmp_path / "backup.age", tmp_path / "right"
    asked = Mock(side_effect=["four plain words here", "four other words here"])
    shell.monkeypatch.setattr(click, "prompt", asked)
    kept = shell.ok("backup", str(file), "--encrypt").rows[1]
    wiped(graph)

    refused = shell.run("restore", str(file))
    assert refused.code == exits.NOT_DONE
    assert "does not open with this passphrase" in refused.err
    assert [call.kwargs["confirmation_prompt"] for call in asked.call_args_list] == [True, False]
    assert b"Name of" not in file.read_bytes()
    right.write_text("four plain words here\n", encoding="utf-8")
    shell.monkeypatch.setenv("RELAY_PASSPHRASE_FILE", str(right))
    assert shell.ok("restore", str(file)).rows[1] == kept
    shell.ok("ledger", "verify")


def test_an_empty_file_is_no_passphrase(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    empty = shell.run("backup", str(tmp_path / "other.age"), "--passphrase-file", str(tmp_path / "empty"))

    assert empty.code == exits.USAGE
    assert not (tmp_path / "other.age").exists()


def test_a_passphrase_that_is_soon_guessed_seals_nothing(shell: Shell, tmp_path: Path) -> None:
    for said in ("goat", 12 * " "):
        (tmp_path / "short").write_text(f"{said}\n", encoding="utf-8")
        refused = shell.run("backup", str(tmp_path / "kept.age"), "--passphrase-file", str(tmp_path / "short"))
        assert "at least 12 characters" in refused.err
    assert names(tmp_path) == ["data", "short"] or names(tmp_path) == ["short"]


def test_where_nobody_can_be_asked_for_a_passphrase_the_file_for_it_is_named(shell: Shell, tmp_path: Path) -> None:
    run = [
        sys.executable,
        "-m",
        "relay.cli",
        "backup",
        str(tmp_path / "backup.age"),
        "--encrypt",
    ]
    said = subprocess.run(
        run, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True
    )

    del shell
    assert (said.returncode, said.stderr.splitlines()[-1]) == (
        exits.USAGE,
        "Error: There is no terminal to ask on: use --passphrase-file.",
    )


def test_a_backup_sealed_for_a_key_is_restored_by_its_holder_only(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    owner, file, key_file = _age.x25519.Identity.generate(), tmp_path / "backup.age", tmp_path / "key.txt"
    key_file.write_text(f"# created: 2026-11-25\n# public key: {owner.to_public()}\n{owner}\n", encoding="utf-8")
    kept = shell.ok("backup", str(file), "--to", str(owner.to_public())).rows[1]
    wiped(graph)

    without = shell.run("restore", str(file))
    assert without.code == exits.USAGE
    assert "--key-file" in without.err
    assert shell.ok("restore", str(file), "--key-file", str(key_file)).rows[1] == kept
    no_key = shell.run("backup", str(tmp_path / "other.age"), "--to", "age1nonsense")
    assert no_key.code == exits.NOT_DONE
    assert "age-keygen" in no_key.err


def test_a_drill_leaves_the_database_alone_and_says_how_each_programme_came_out(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.jsonl")
    kept = shell.ok("backup", file).rows[1]
    wiped(graph)

    drilled = shell.ok("restore", file, "--drill")

    assert drilled.rows == [["programme_id", "entries", "head_hash", "ok"], [*kept, "yes"]]
    assert shell.ok("programme", "list", "--json").json == []


def test_a_drill_that_finds_something_says_what_and_ends_with_3(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl"
    file.touch()
    fault = Fault(sequence=7, fault="Entry 7 was altered.")
    drilled = backup_files.DrillResult(programme_id="demo", entries=9, head_hash="0" * 64, ok=False, faults=(fault,))
    shell.monkeypatch.setattr(backup_files, "drill", Mock(return_value=(drilled,)))

    table, as_json = shell.run("restore", str(file), "--drill"), shell.run("restore", str(file), "--drill", "--json")

    assert (table.code, as_json.code) == (exits.FOUND, exits.FOUND)
    assert "demo\t7\tEntry 7 was altered." in table.out
    assert as_json.json["programmes"][0]["faults"] == [{"sequence": 7, "fault": "Entry 7 was altered."}]


def test_a_ledger_that_cannot_be_believed_is_not_taken_for_a_backup(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl"
    shell.ok("backup", str(file))
    good = file.read_bytes()
    alter(graph, NOBODY)

    refused = shell.run("backup", str(file))

    assert refused.code == exits.NOT_DONE
    assert "cannot be trusted" in refused.err
    assert file.read_bytes() == good


def test_the_embedded_engine_is_checked_before_its_record_is_taken_for_a_good_one(alone: Shell, tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl"
    try:
        alone.ok("programme", "add", "hills", "--name", "Hill villages")
        alone.ok("backup", str(file))
        good = file.read_bytes()
        alone.ok("register", "Maya")
        damaged = embedded_server.DatabaseDamaged(data_folder=tmp_path / "data", finding="4 faults")
        alone.monkeypatch.setattr(embedded_server, "check", Mock(side_effect=damaged))

        refused = alone.run("backup", str(file))
    finally:
        alone.ok("engine", "stop")

    assert refused.code == exits.UNAVAILABLE
    assert "damaged (4 faults)" in refused.err
    assert file.read_bytes() == good


def test_status_says_when_the_last_backup_was_made_and_what_it_does_not_hold(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    entries = shell.ok("status", "--json").json["programmes"][0]["entries"]

    def told() -> tuple[Any, int]:
        status = shell.ok("status", "--json").json
        return status["last_backup"], status["programmes"][0]["entries_since_backup"]

    assert told() == (None, entries)
    before = shell.ok("status")
    assert before.pairs["last_backup"] == "never"
    assert f"Entries recorded since the last backup: {entries}. Make one: relay backup PATH" in before.err
    shell.ok("backup", str(tmp_path / "all.jsonl"))
    (last, since) = told()
    assert (last["file"], since) == (str(tmp_path / "all.jsonl"), 0)
    assert "Make one" not in shell.ok("status").err
    record(graph, say.woman("W90"), say.woman("W91"))
    assert told() == (last, 2)
    shell.run("backup", str(tmp_path / "nowhere" / "all.jsonl"))
    assert told() == (last, 2)


def test_what_one_machine_backed_up_or_failed_to_is_known_to_the_others_and_each_remembers_its_own(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    """A backs up, and B, with a folder of its own, knows. A database set back knows nothing of it, but A does."""
    first, second = str(tmp_path / "data"), str(tmp_path / "second")
    shell.ok("backup", str(tmp_path / "all.jsonl"))
    made_at = shell.ok("digest").pairs["last_backup"]
    shell.run("backup", str(tmp_path / "nowhere" / "all.jsonl"))

    shell.monkeypatch.setenv("RELAY_DATA", second)
    digest = shell.ok("digest").pairs
    assert (digest["last_backup"], digest["backup_failed"] != "no") == (made_at, True)
    assert shell.ok("status", "--json").json["programmes"][0]["entries_since_backup"] == 0
    assert list((tmp_path / "second").rglob("*backup*")) == []
    wiped(graph)
    record(graph, say.programme("demo"), say.woman("W1"))
    assert "it was set back" not in shell.ok("status").err

    shell.monkeypatch.setenv("RELAY_DATA", first)
    assert "it was set back" in shell.ok("status").err
    (tmp_path / "kept").mkdir()
    assert shell.run("backup", str(tmp_path / "kept"), "--keep", "1").code == exits.FOUND

    shell.monkeypatch.setenv("RELAY_DATA", second)
    assert shell.ok("digest").pairs["backup_failed"].endswith(" set_back")


def test_a_backup_that_fails_is_noted_for_the_digest_and_mailed_at_once_until_one_is_made(
    shell: Shell, tmp_path: Path
) -> None:
    sent = Mock()
    shell.monkeypatch.setattr(mailing, "send", sent)
    for name, value in {"": "smtp://localhost", "_FROM": "relay@example.org", "_TO": "maya@example.org"}.items():
        shell.monkeypatch.setenv(f"RELAY_MAIL{name}", value)

    assert shell.run("backup", str(tmp_path)).code != exits.DONE  # it is a folder
    told = shell.ok("digest").pairs["backup_failed"]
    shell.ok("backup", str(tmp_path / "all.jsonl"))

    code = told.partition(" ")[2]
    (letter,) = (call.args[1] for call in sent.call_args_list)
    assert letter.subject.endswith(" failed")
    assert f"failed: {code}." in letter.text
    assert str(tmp_path) not in letter.text + told
    assert shell.ok("digest").pairs["backup_failed"] == "no"


def test_a_database_that_was_set_back_is_told_and_pushes_no_older_backup_out(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    def kept() -> set[str]:
        return {file.name for file in (tmp_path / "kept").iterdir()}

    (tmp_path / "kept").mkdir()
    shell.ok("backup", str(tmp_path / "kept"), "--keep", "1")
    (first,) = kept()
    wiped(graph)
    record(graph, say.programme("demo"), say.woman("W1"))

    assert "it was set back, or is another" in shell.ok("status").err
    assert "Make one" not in shell.ok("status").err
    time.sleep(1.1)  # files are named by the second
    answer = shell.run("backup", str(tmp_path / "kept"), "--keep", "1")
    assert (answer.code, "older backups stay" in answer.err) == (exits.FOUND, True)
    assert first in kept()
    assert "it was set back" in shell.ok("status").err

    shell.ok("backup", str(tmp_path / "all.jsonl"))  # whoever looked at it says that it is right

    assert "it was set back" not in shell.ok("status").err


_KEPT: Final = '{"at": "x", "file": "y", "programmes": [{"programme_id": "demo", "head_hash": "z", "entries": 5}]}'
UNREADABLE: Final = (
    *("", "[]", "{}", "[" * 100_000, '{"at": 1, "file": 2, "programmes": [{"entries": 1}]}'),
    *(_KEPT.replace("5", entries) for entries in ('"5"', "null", "2.5")),
)


@pytest.mark.parametrize("written", UNREADABLE)
def test_a_note_of_the_last_backup_that_cannot_be_read_is_none(
    shell: Shell, graph: Graph, tmp_path: Path, written: str
) -> None:
    shell.ok("backup", str(tmp_path / "all.jsonl"))
    graph.write(lambda transaction: transaction.run("MATCH (b:Backups) SET b.made = 'x'"))
    (tmp_path / "data" / "last_backup.json").write_text(written, encoding="utf-8")

    assert shell.ok("status").pairs["last_backup"] == "never"
    assert shell.ok("status").pairs["data_folder"] == str(tmp_path / "data")  # where keys lie, on Neo4j too


def test_a_backup_stands_although_the_note_of_it_cannot_be_written(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "data" / "last_backup.json").mkdir(parents=True)

    made = shell.ok("backup", str(tmp_path / "all.jsonl"))

    assert "could not be saved" in made.err
    assert "read back" in made.err
    assert (tmp_path / "all.jsonl").exists()


def test_a_backup_of_another_ledger_of_that_name_holds_nothing_of_this_one(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    shell.ok("backup", str(tmp_path / "all.jsonl"))
    wiped(graph)
    record(graph, say.programme("demo"), *(say.woman(f"W{number}") for number in range(40)))

    assert shell.ok("status", "--json").json["programmes"][0]["entries_since_backup"] == 41


def test_a_programme_that_is_gone_and_another_ledger_of_that_length_are_told_too(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    record(graph, say.programme("two"), say.woman("W1"), programme_id="two")
    shell.ok("backup", str(tmp_path / "all.jsonl"))
    graph.write(lambda t: t.run("MATCH (n {programme_id: 'two'}) DETACH DELETE n"))

    assert "2 entries of two" in shell.ok("status").err

    record(graph, say.programme("two"), say.woman("W2"), programme_id="two")
    assert "2 entries of two" in shell.ok("status").err
    (tmp_path / "kept").mkdir()
    assert shell.run("backup", str(tmp_path / "kept"), "--keep", "1").code == exits.FOUND


@pytest.mark.parametrize("free_bytes", [embedded_server.LOW_FREE_BYTES, embedded_server.LOW_FREE_BYTES - 1])
def test_status_warns_before_the_disk_is_full(alone: Shell, free_bytes: int) -> None:
    alone.monkeypatch.setattr(embedded_server, "free_bytes", Mock(return_value=free_bytes))

    said = alone.ok("status").err

    assert ("nearly full" in said) == (free_bytes < embedded_server.LOW_FREE_BYTES)
