"""A laptop without a line: acts are kept in files, sent later, held where the record does not take them, settled."""

from __future__ import annotations

import hmac
import json
import os
import stat
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, devices
from relay.access.roles import grant_of
from relay.commands import exits
from relay.ledger import programme_heads, reading
from relay.ledger.held import held_list
from relay.outbox.stored_acts import Outbox
from tests.web import relays

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell


def outbox_folder() -> Path:
    return Path(os.environ["RELAY_DATA"]) / "outbox"


def event_line(id_: str, placement_id: str = "P1") -> str:
    content = {"event_id": id_, "placement_id": placement_id, "kind": "visit", "happened_on": "2024-06-01"}
    return json.dumps({"act": "event", "content": content, "written_at": "2024-06-01T10:00:00Z"})


def saved_by_a_telephone(graph: Graph, folder: Path, *ids: str) -> Path:
    """A file that a telephone of maya's saved: visits to P77, each sealed with its token."""
    accounts.add(graph, "maya", (grant_of("staff@demo"),), None, relays.NOW)
    code = devices.make_code(
        graph, "maya", programme_id="demo", place_id="W1", around=(), now=relays.NOW, random=token_bytes
    )
    made = devices.enrol(graph, code.code, "phone", now=relays.NOW, random=token_bytes)
    device_id, key = made.device.device_id, sha256(made.token.encode()).digest()
    lines = [json.dumps({"relay_outbox": 1, "programme_id": "demo", "device_id": device_id, "place": "W1"})]
    for id_ in ids:
        text = event_line(id_, "P77")
        seal = hmac.new(key, f"demo\n{device_id}\n{text}".encode(), "sha256").hexdigest()
        lines.append(json.dumps({"sealed": text, "seal": seal}))
    saved = folder / "phone.jsonl"
    saved.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return saved


def test_what_is_recorded_offline_is_kept_and_then_sent(shell: Shell, graph: Graph) -> None:
    before = programme_heads.head(graph, "demo").entries
    kept = shell.ok("register", "Maya", "--id", "B9", "--sex", "F", "--offline", "--programme", "demo", "--json")
    assert (kept.json["act_id"], kept.json["action"]) == ("beneficiary:B9", "kept")
    shell.ok("event", "visit", "P1", "--on", "2024-06-01", "--id", "E9", "--offline", "--programme", "demo")
    shell.ok("event", "visit", "P77", "--on", "2024-06-01", "--id", "E10", "--offline", "--programme", "demo")
    files = sorted(outbox_folder().glob("*.jsonl"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert programme_heads.head(graph, "demo").entries == before

    listed = shell.ok("outbox", "list", "--json").json
    assert [each["act"] for each in listed] == ["beneficiary", "event", "event"]
    assert "Maya" in shell.ok("outbox", "show", listed[0]["name"]).out
    sent = shell.run("sync", "--json")

    assert sent.code == exits.FOUND
    assert {row["act_id"]: row["result"] for row in sent.json} == {
        "beneficiary:B9": "added",
        "event:E9": "added",
        "event:E10": "held",
    }
    assert [*outbox_folder().glob("*.jsonl")] == []
    assert programme_heads.head(graph, "demo").entries == before + 2
    assert shell.ok("sync", "--json").json == []


def test_a_manager_settles_what_is_held(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    saved = saved_by_a_telephone(graph, tmp_path, "E1x", "E2x", "E3x")
    refused = shell.run("sync", str(saved))
    assert (refused.code, "visit" in refused.err) == (exits.NOT_DONE, True), "nobody was there to say yes"
    assert held_list.every(graph, "demo") == ()
    assert shell.run("sync", str(saved), "--yes").code == exits.FOUND
    held = {row["act_id"]: row["held_id"] for row in shell.ok("held", "list", "--json").json}
    assert set(held) == {"event:E1x", "event:E2x", "event:E3x"}

    assert shell.run("held", "settle", held["event:E1x"], "--set", "placement_id=P78").code == exits.FOUND
    assert "added" in shell.ok("held", "settle", held["event:E1x"], "--set", "placement_id=P1").err
    shell.ok("held", "settle", held["event:E2x"], "--discard", "another ward")
    shell.ok("held", "settle", held["event:E3x"], "--same-as", "event:E1x")
    assert shell.run("held", "settle", held["event:E3x"], "--hand-in").code == exits.NOT_DONE
    assert shell.run("held", "settle", "x").code == exits.USAGE

    assert held_list.every(graph, "demo") == ()
    last = [*reading.entries(graph, "demo")][-1]
    assert (last.act_id, last.format, last.written_at) == ("event:E1x", 2, "2024-06-01T10:00:00Z")


def test_a_kept_act_is_dropped_with_a_reason_and_damage_is_told(shell: Shell, tmp_path: Path) -> None:
    shell.ok(
        "gift",
        "--id",
        "G8",
        "--donor",
        "A friend",
        "--of",
        "goat",
        "--animals",
        "2",
        "--offline",
        "--programme",
        "demo",
    )
    (kept,) = shell.ok("outbox", "list", "--json").json
    assert shell.run("outbox", "drop", "nothing.jsonl", "--why", "x").code == exits.NOT_DONE
    shell.ok("outbox", "drop", kept["name"], "--why", "entered twice")
    assert shell.ok("outbox", "list", "--json").json == []

    for text in ("", "{}\n", '{"relay_outbox":1,"programme_id":"demo"}\nnonsense\n'):
        broken = tmp_path / "broken.jsonl"
        broken.write_text(text, encoding="utf-8")
        answer = shell.run("sync", str(broken), "--json")
        assert (answer.code, "broken.jsonl" in answer.err) == (exits.FOUND, True)
        assert [row["result"] for row in answer.json] == ["unreadable"]


def test_one_bad_line_or_file_is_told_and_passed_over(shell: Shell, tmp_path: Path) -> None:
    """Of two files one has a good line between bad ones, the other is none at all."""
    head = '{"relay_outbox":1,"programme_id":"demo","device_id":""}'
    good, more = (event_line(id_) for id_ in ("E1x", "E2x"))
    bad = ["nonsense", '{"act":"event","content":{"animals":9999999999999999}}', "[" * 900, '{"act":7,"content":{}}']
    saved, none = tmp_path / "saved.jsonl", tmp_path / "none.jsonl"
    saved.write_text("\n".join((head, *bad[:2], good, *bad[2:], more)), encoding="utf-8")
    none.write_bytes(b"\xff")

    answer = shell.run("sync", str(none), str(saved), "--yes", "--json")

    assert answer.code == exits.FOUND
    assert [row["result"] for row in answer.json] == ["unreadable"] * 5 + ["added"] * 2
    assert [f"line {number}" in answer.err for number in (2, 3, 5, 6)] == [True] * 4


def test_a_damaged_file_of_the_outbox_stops_nothing_but_itself(shell: Shell) -> None:
    for id_ in ("E9", "E10", "E11"):
        shell.ok("event", "visit", "P1", "--on", "2024-06-01", "--id", id_, "--offline", "--programme", "demo")
    damaged = sorted(outbox_folder().glob("*.jsonl"))[1]
    damaged.write_bytes(damaged.read_bytes()[:-20])

    listed = shell.ok("outbox", "list", "--json")
    assert [bool(row["fault"]) for row in listed.json] == [False, True, False]
    assert damaged.name in listed.err
    assert shell.run("outbox", "show", damaged.name).code == exits.NOT_DONE
    sent = shell.run("sync", "--json")
    assert sorted(row["result"] for row in sent.json) == ["added", "added", "unreadable"]
    assert [*outbox_folder().glob("*.jsonl")] == [damaged], "it is kept until somebody drops it"
    shell.ok("outbox", "drop", damaged.name, "--why", "damaged")


def sent_meanwhile(outbox: Outbox) -> list[Path]:
    """The files of an outbox from which another process has sent one since they were listed."""
    return [outbox.folder / "gone.jsonl"]


def test_two_that_sync_at_once_both_end_well(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.ok("event", "visit", "P1", "--on", "2024-06-01", "--id", "E9", "--offline", "--programme", "demo")
    drop = Outbox.drop

    def after_another(outbox: Outbox, name: str) -> None:
        drop(outbox, name)
        drop(outbox, name)

    monkeypatch.setattr(Outbox, "drop", after_another)
    assert shell.ok("sync", "--json").json[0]["result"] == "added"

    shell.ok("event", "visit", "P1", "--on", "2024-06-01", "--id", "E10", "--offline", "--programme", "demo")
    monkeypatch.setattr(Outbox, "_files", sent_meanwhile)
    assert shell.ok("sync", "--json").json == []


def test_a_doctored_file_confirms_erases_and_renames_nothing(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    """Asha, who owns the machine, is sent a file of acts that telephones have no forms for."""
    before = programme_heads.head(graph, "demo").entries
    doctored = tmp_path / "doctored.jsonl"
    acts = [
        {"act": "confirm", "content": {"confirm_id": "F9", "act_id": "pass:T1"}},
        {"act": "erase", "content": {"erase_id": "X9", "subject_id": "beneficiary:W1"}},
        {
            "act": "correct",
            "content": {
                "correct_id": "K9",
                "act_id": "programme:demo",
                "how": "wrong_data",
                "why": "x",
                "changes": {"name": "Mine"},
            },
        },
    ]
    head = {"relay_outbox": 1, "programme_id": "demo", "device_id": ""}
    doctored.write_text("\n".join(map(json.dumps, (head, *acts))), encoding="utf-8")

    answer = shell.run("sync", str(doctored), "--yes", "--json")

    assert [row["result"] for row in answer.json] == ["held"] * 3
    assert "is not handed in by a telephone, a file or an outbox" in answer.json[0]["sentence"]
    assert programme_heads.head(graph, "demo").entries == before
    sealed = saved_by_a_telephone(graph, tmp_path, "E1x")
    sealed.write_text(sealed.read_text("utf-8").replace("P77", "P1"), encoding="utf-8")
    changed = shell.run("sync", str(sealed), "--yes", "--json")
    assert [(row["result"], row["held_id"]) for row in changed.json] == [("refused", "")]
    assert "This was changed after the telephone saved it" in changed.json[0]["sentence"]


def test_what_managers_alone_record_is_not_kept_without_a_line(shell: Shell) -> None:
    refused = shell.run("confirm", "pass:T1", "--offline", "--programme", "demo")

    assert refused.code == exits.NOT_DONE
    assert "cannot be recorded offline" in refused.err
    assert not outbox_folder().exists()


def test_what_cannot_be_reached_is_kept(alone: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RELAY_TOKEN", "relay_x")
    monkeypatch.setenv("RELAY_PROGRAMME", "demo")
    refused = alone.run("event", "visit", "P1", "--on", "2024-06-01")
    assert refused.code == exits.UNAVAILABLE
    assert "--offline" in refused.err

    alone.ok("event", "visit", "P1", "--on", "2024-06-01", "--offline")
    assert alone.run("sync").code == exits.UNAVAILABLE
    assert len([*outbox_folder().glob("*.jsonl")]) == 1


@pytest.mark.soak
def test_with_a_passphrase_nothing_on_the_disk_can_be_read(alone: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_PROGRAMME", "demo")
    monkeypatch.setenv("RELAY_OUTBOX_PASSPHRASE", "goats pass from hand to hand")
    alone.ok("register", "Maya Tamang", "--id", "B9", "--offline")
    monkeypatch.delenv("RELAY_OUTBOX_PASSPHRASE")
    alone.ok("register", "Kamala Tamang", "--id", "B10", "--offline")  # keeping asks for no passphrase

    assert all(b"Tamang" not in file.read_bytes() for file in outbox_folder().iterdir())
    assert alone.run("outbox", "list").code == exits.NOT_DONE
    monkeypatch.setenv("RELAY_OUTBOX_PASSPHRASE", "goats pass from hand to hand")
    assert len(alone.ok("outbox", "list", "--json").json) == 2

    (outbox_folder() / "outbox.key.age").unlink()
    for command in (("register", "Gita Tamang", "--id", "B11", "--offline"), ("outbox", "list"), ("sync",)):
        refused = alone.run(*command)
        assert (refused.code, "is gone, so nothing is kept" in refused.err) == (exits.NOT_DONE, True), command


def test_a_passphrase_that_can_be_guessed_seals_no_outbox(alone: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_PROGRAMME", "demo")
    for passphrase in ("x", "eleven sign"):
        monkeypatch.setenv("RELAY_OUTBOX_PASSPHRASE", passphrase)

        refused = alone.run("register", "Maya Tamang", "--id", "B9", "--offline")

        assert (refused.code, "fewer than 12 characters" in refused.err) == (exits.NOT_DONE, True)
        assert [*outbox_folder().iterdir()] == []


def test_what_one_account_kept_is_not_recorded_as_anothers(shell: Shell, graph: Graph) -> None:
    """Maya kept a visit on this laptop, and somebody else syncs it."""
    content = {"event_id": "E9", "placement_id": "P1", "kind": "visit", "happened_on": "2024-06-01"}
    Outbox(folder=outbox_folder()).store(
        "demo", "event", content, by="account:maya", written_at="2024-06-01T10:00:00Z", again=False
    )

    sent = shell.run("sync", "--json")

    assert [(row["result"], bool(row["held_id"])) for row in sent.json] == [("held", True)]
    assert [row.by for row in held_list.every(graph, "demo")] == ["account:maya"]
