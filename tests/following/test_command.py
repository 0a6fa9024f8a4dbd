"""`relay follow` and `relay follower`, as the keepers of two machines type them, and what the pages then say."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.following.copying import Copy
from relay.ledger.checkpoints import from_text
from relay.ledger.held import held_list
from relay.ledger.recording import record
from relay.service.client import keep_token
from relay.service.client import sign_in as service_sign_in
from relay.settings import Settings
from relay.web import create_app
from tests.commands.shell import Shell
from tests.following.conftest import DEMO, serving
from tests.following.test_following import entries, rechain
from tests.ledger.test_checkpoints import script
from tests.scenes.acts import beginnings, clerk, corrected, woman
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    from relay.settings import Connection
    from tests.following.conftest import Machines


@pytest.fixture
def shells(
    machines: Machines,
    connection: Connection,
    second_engine: Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> TwoShells:
    """Give a terminal at each machine."""
    record(machines.original, DEMO, beginnings(), clerk())
    return TwoShells(machines, connection, second_engine, Shell(monkeypatch, capsys))


class TwoShells:
    """A terminal at each of two machines."""

    def __init__(self, machines: Machines, original: Connection, copy: Connection, shell: Shell) -> None:
        """Keep all."""
        self.machines, self._original, self._copy, self.shell = machines, original, copy, shell

    @property
    def original(self) -> Shell:
        """At the original."""
        return self._at(self._original, self.machines.original_folder)

    @property
    def copy(self) -> Shell:
        """At the copy."""
        return self._at(self._copy, self.machines.copy_folder)

    def _at(self, connection: Connection, folder: Path) -> Shell:
        self.shell.use(connection)
        self.shell.monkeypatch.setenv("RELAY_DATA", str(folder))
        return self.shell

    def token_file(self, folder: Path) -> str:
        """What the keeper of the original hands over, in a file."""
        key = self.copy.ok("follow", "--key").out.strip()
        made = self.original.ok("follower", "add", "head-office", key, "--json").json
        path = folder / "token.txt"
        path.write_text(made["secret"])
        return str(path)


def test_two_keepers_begin_a_copy_in_three_commands_and_go_on_in_one(shells: TwoShells, tmp_path: Path) -> None:
    url, token = shells.machines.url, shells.token_file(tmp_path)

    first = shells.copy.ok("follow", url, "--token-file", token)
    record(shells.machines.original, DEMO, [woman("W9")], clerk())
    second = shells.copy.ok("follow", url, "--json").json
    compared = shells.copy.ok("follow", url, "--compare").pairs
    listed = shells.original.ok("follower", "list", "--json").json

    assert first.pairs["new"] == str(len(beginnings()))
    assert (second["new"], second["entries"]) == (1, len(beginnings()) + 1)
    assert compared["entries"] == str(second["entries"])
    assert [(each["name"], each["alarm"]) for each in listed] == [("head-office", "")]
    assert entries(shells.machines.copy) == entries(shells.machines.original)


def test_who_confirmed_the_ledger_is_listed_and_the_script_knows_a_true_confirmation(
    shells: TwoShells, tmp_path: Path
) -> None:
    alone = shells.original.ok("ledger", "checkpoint").out
    token = shells.token_file(tmp_path)
    shells.copy.ok("follow", shells.machines.url, "--token-file", token)

    said = shells.original.ok("ledger", "checkpoint").out
    (kept,) = shells.original.ok("follower", "list", "--json").json
    file = tmp_path / "confirmed.json"
    file.write_text(kept["confirmed"])
    public_key = from_text(kept["confirmed"]).public_key

    assert "head-office" not in alone
    assert re.search(rf"head-office\t{len(beginnings())}\t2026-12-0\d [^\t]*\t{public_key}\tyes", said)
    assert script(file, public_key)[0] == 0
    flipped = bytearray(file.read_bytes())
    flipped[flipped.index(b'"head_hash":"') + 20] ^= 1
    file.write_bytes(flipped)
    assert script(file, public_key)[0] == 1

    rechain(shells.machines.original, since=3)
    assert f"{public_key}\tno" in shells.original.ok("ledger", "checkpoint").out


def test_who_records_in_a_copy_is_told_where(shells: TwoShells, tmp_path: Path) -> None:
    token = shells.token_file(tmp_path)
    shells.copy.ok("follow", shells.machines.url, "--token-file", token)

    refused = shells.copy.run("register", "Sita")

    assert (refused.code, shells.machines.url in refused.err) == (1, True)
    assert "Sita" not in refused.err


def test_what_does_not_extend_the_copy_ends_with_three(shells: TwoShells, tmp_path: Path) -> None:
    token = shells.token_file(tmp_path)
    shells.copy.ok("follow", shells.machines.url, "--token-file", token)
    rechain(shells.machines.original, since=3)

    refused = shells.copy.run("follow", shells.machines.url)
    compared = shells.copy.run("follow", shells.machines.url, "--compare")
    status = shells.copy.ok("status")

    assert (refused.code, compared.code) == (3, 3)
    assert "does not extend this copy" in refused.err
    assert "From entry 3 on they are others at the original" in compared.out
    assert "The original and its copy do not agree" in status.err


def test_without_a_token_or_an_address_it_is_said_what_is_missing(shells: TwoShells) -> None:
    assert "relay follower add" in shells.copy.run("follow", shells.machines.url).err
    assert shells.copy.run("follow").code == 2
    assert shells.copy.run("follow", shells.machines.url, "--every", "soon").code == 2
    assert "begins with age1" in shells.original.run("follower", "add", "head-office", "age1short").err
    assert "No follower of programme demo" in shells.original.run("follower", "remove", "head-office").err


def answering(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Type words, each where something is asked."""
    typed = iter(words)

    def prompt(_question: str, *, err: bool) -> str:
        assert err
        return next(typed)

    monkeypatch.setattr("click.prompt", prompt)


def kill(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_promotes_is_told_how_many_can_sign_in_there_and_whether_the_accounts_came_to_their_end(
    shells: TwoShells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines, token = shells.machines, shells.token_file(tmp_path)
    accounts.add(machines.original, "meena", [grant_of("manager@demo")], WORDS, machines.now)
    accounts.add(machines.copy, "hari", [grant_of("manager@other")], WORDS, machines.now)
    answering(monkeypatch, "no", "no")
    with monkeypatch.context() as killed, suppress(KeyboardInterrupt):
        killed.setattr(Copy, "take_beside", kill)
        machines.token = Path(token).read_text()
        machines.follow()

    in_between = shells.copy.run("follow", "--promote").err
    shells.copy.ok("follow", machines.url, "--token-file", token)
    whole = shells.copy.run("follow", "--promote").err

    assert "own password: 0" in in_between
    assert f"fetch once more first: relay follow {machines.url}" in in_between
    assert "own password: 1" in whole
    assert "once more" not in whole


def test_who_has_the_former_original_give_way_is_told_what_is_left_to_do_and_is_asked_once(
    shells: TwoShells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = shells.machines
    accounts.add(machines.original, "meena", [grant_of("manager@demo")], WORDS, machines.now)
    token_file = shells.token_file(tmp_path)
    shells.copy.ok("follow", machines.url, "--token-file", token_file)
    answering(monkeypatch, "hills", "demo", "demo")
    assert "“hills” is not the id" in shells.copy.run("follow", "--promote").err
    shells.copy.ok("follow", "--promote")
    record(machines.original, DEMO, [woman("W8"), corrected("beneficiary:W1", phone="९८")], clerk())
    key = shells.original.ok("follow", "--key").out.strip()
    token = tmp_path / "back.txt"
    token.write_text(shells.copy.ok("follower", "add", "old-house", key, "--json").json["secret"])

    with serving(machines.copy, machines.copy_folder, machines.now) as url:
        assert "not signed in" in shells.original.run("follow", url, "--token-file", str(token), "--give-way").err
        keep_token(Settings.read(os.environ).config_folder, url, service_sign_in(url, "meena", WORDS))
        refused = shells.original.run("follow", url)
        gave_way = shells.original.ok("follow", url, "--give-way")

    assert "relay follow URL --give-way" in refused.err
    assert re.search(r"correct:C1\t.*phone ९८", gave_way.out)
    assert "held for a person: 1;" in gave_way.err
    assert [row.act_id for row in held_list.every(machines.copy, DEMO)] == ["beneficiary:W8"]
    assert entries(machines.copy) == entries(machines.original)
    assert "do not agree" not in shells.original.ok("status").err


def test_a_copy_says_on_its_pages_what_it_is_and_offers_no_form(machines: Machines) -> None:
    record(machines.original, DEMO, beginnings(), clerk())
    accounts.add(machines.original, "asha", [grant_of("staff@demo"), grant_of("auditor@demo")], WORDS, machines.now)
    machines.add_follower()
    machines.follow()

    app = create_app(machines.copy, Settings.read({"RELAY_DATA": str(machines.copy_folder)}), now=lambda: machines.now)
    client = app.test_client()
    sign_in(client, "asha")
    page = client.get("/p/demo/record/beneficiary:W1").text

    text = re.sub(r"<[^>]+>", "", page)
    assert f"This is a copy, as of entry {len(beginnings())}" in text
    assert machines.url in page
    assert not re.search(r'href="[^"]*(/new/|/record/[^/"]+/\w)', page)
    assert "do not agree" not in text
