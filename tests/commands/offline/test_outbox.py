"""A laptop without a line: acts are kept in files, sent later, held where the record does not take them, settled."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from relay.commands import exits
from relay.ledger import programmes, reading
from relay.ledger.held import rows

if TYPE_CHECKING:
    import pytest

    from relay.graph import Graph
    from tests.commands.shell import Shell


def outbox_folder() -> Path:
    return Path(os.environ["RELAY_DATA"]) / "outbox"


def test_what_is_recorded_offline_is_kept_and_then_sent(shell: Shell, graph: Graph) -> None:
    before = programmes.head(graph, "demo").entries
    kept = shell.ok("register", "Maya", "--id", "B9", "--sex", "F", "--offline", "--programme", "demo", "--json")
    assert (kept.json["act_id"], kept.json["action"]) == ("beneficiary:B9", "kept")
    shell.ok("event", "visit", "P1", "--on", "2024-06-01", "--id", "E9", "--offline", "--programme", "demo")
    shell.ok("event", "visit", "P77", "--on", "2024-06-01", "--id", "E10", "--offline", "--programme", "demo")
    files = sorted(outbox_folder().glob("*.jsonl"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert programmes.head(graph, "demo").entries == before

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
    assert programmes.head(graph, "demo").entries == before + 2
    assert shell.ok("sync", "--json").json == []


def test_a_manager_settles_what_is_held(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    saved = tmp_path / "phone.jsonl"
    acts = [
        {
            "act": "event",
            "content": {"event_id": id_, "placement_id": "P77", "kind": "visit", "happened_on": "2024-06-01"},
        }
        for id_ in ("E1x", "E2x", "E3x")
    ]
    head = {"relay_outbox": 1, "programme_id": "demo", "device_id": "D1", "place": "W1"}
    lines = [head, *({**act, "written_at": "2024-06-01T10:00:00Z"} for act in acts)]
    saved.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert shell.run("sync", str(saved)).code == exits.FOUND
    held = {row["act_id"]: row["held_id"] for row in shell.ok("held", "list", "--json").json}
    assert set(held) == {"event:E1x", "event:E2x", "event:E3x"}

    assert shell.run("held", "settle", held["event:E1x"], "--set", "placement_id=P78").code == exits.FOUND
    assert "added" in shell.ok("held", "settle", held["event:E1x"], "--set", "placement_id=P1").err
    shell.ok("held", "settle", held["event:E2x"], "--discard", "another ward")
    shell.ok("held", "settle", held["event:E3x"], "--same-as", "event:E1x")
    assert shell.run("held", "settle", held["event:E3x"], "--hand-in").code == exits.NOT_DONE
    assert shell.run("held", "settle", "x").code == exits.USAGE

    assert rows.every(graph, "demo") == ()
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
        answer = shell.run("sync", str(broken))
        assert (answer.code, "broken.jsonl" in answer.err) == (exits.NOT_DONE, True)


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
