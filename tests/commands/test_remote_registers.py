"""Registers from another machine: imported, exported and kept maps through the service, as at the database."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from relay.access import access_log
from relay.commands import exits
from relay.commands.command_session import Session
from relay.exchange.sheets import all_sheets
from relay.ledger import batch, programme_heads, reading
from relay.settings import Settings
from relay.web import create_app
from tests.commands.shell import record, tell_story
from tests.commands.test_remote import elsewhere, home, said, token
from tests.rigs.in_a_thread import answering
from tests.rigs.one_engine import ON_THE_EMBEDDED_ENGINE
from tests.rigs.pace import wait_until
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

pytestmark = ON_THE_EMBEDDED_ENGINE  # What goes over the line does not depend on it.

REGISTER = """SN,Name,Animal,Gift,Date received,Animals,Received from
1,Rita Harro,goat,G1,2023-02-01,2,
2,Sita Utis,goat,,2024-06-01,2,1
3,Maya Kafal,goat,,2024-02-31,2,1
"""


@pytest.fixture
def service(graph: Graph, tmp_path: Path) -> Iterator[str]:
    """Serve the API of the shell's database as `relay serve` does, and say where."""
    settings = Settings.read({"RELAY_DATA": str(tmp_path / "service")})
    with answering(create_app(graph, settings)) as site:
        yield site


@pytest.fixture
def register(shell: Shell, tmp_path: Path) -> tuple[str, str]:
    """Give a register, and the map that is proposed for it."""
    path, map_ = tmp_path / "ngo.csv", tmp_path / "ngo.toml"
    path.write_text(REGISTER, encoding="utf-8")
    map_.write_text(shell.ok("map", "propose", str(path)).out, encoding="utf-8")
    return str(path), str(map_)


def test_an_import_says_the_same_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str]
) -> None:
    path, map_ = register
    asked = (
        ("import", path, "--map", map_),
        ("import", path, "--map", map_, "--json"),
        ("import", path, "--map", map_, "--apply", "--strict"),
        ("import", path, "--map", map_, "--apply"),
        ("import", path, "--map", map_, "--apply"),
        ("import", path),
    )
    here = [said(shell.run(*words)) for words in asked]

    tell_story(wiped(graph))
    elsewhere(shell, service, token(graph, "staff", "manager"))
    there = [said(shell.run(*words)) for words in asked]

    for words, own, other in zip(asked, here, there, strict=True):
        assert own == other, words
    assert [code for code, _, _ in there][:4] == [exits.FOUND, exits.FOUND, exits.NOT_DONE, exits.FOUND]
    by = {entry.recorded_by for entry in reading.entries(graph, "demo") if "ngo" in entry.act_id}
    assert by == {"account:bina"}
    home(shell, connection)


def test_folders_and_workbooks_say_the_same_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    folder, book = tmp_path / "नेपाली “a” folder", tmp_path / "a book.xlsx"
    for path in (folder, book):
        shell.ok("export", str(path), "--with-names")
    with (folder / "events.csv").open("a", encoding="utf-8") as events:
        events.write("E8,P1,visit,2024-01-32\n")
    for name in ("claim.csv", "photo.jpg", "places.txt"):
        (folder / name).touch()
    (folder / "more").mkdir()
    asked = [
        ("import", str(path), *more)
        for path in (folder, book, tmp_path)
        for more in ((), ("--json",), ("--programme", "hills"), ("--apply",), ("--apply", "--strict"))
    ]
    here = [said(shell.run(*words)) for words in asked]
    elsewhere(shell, service, token(graph, "staff", "manager"))
    there = [said(shell.run(*words)) for words in asked]
    home(shell, connection)

    for words, own, other in zip(asked, here, there, strict=True):
        assert own == other, words
    assert "2024-01-32" in there[0][1]
    assert "claim.csv" in there[0][1]
    assert "photo.jpg" not in there[0][1]
    wait_until(lambda: not [*(tmp_path / "service" / "uploads").iterdir()])  # it is deleted once the answer is out


def test_an_unchanged_export_is_taken_as_it_stands_from_elsewhere_too(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    """A name of two lines would be put aside today; whoever edits the export has a register like any other."""
    with shell.monkeypatch.context() as of_before:
        of_before.setattr(batch, "judge", say.unjudged)
        record(graph, say.woman("W9", name="Maya\nTamang"))
    paths = [str(tmp_path / name) for name in ("demo", "demo.xlsx")]
    for path in paths:
        shell.ok("export", path, "--with-names")
    wiped(graph)
    here = [shell.run("import", path, "--json") for path in paths]
    elsewhere(shell, service, token(graph, "administrator", "staff", "manager"))
    there = [shell.run("import", path, "--json") for path in paths]
    written = shell.run("import", paths[0], "--apply")
    again = str(tmp_path / "again")
    shell.ok("export", again, "--with-names")
    women = tmp_path / "demo" / "beneficiaries.csv"
    exported = women.read_bytes()
    women.write_bytes(exported.replace(b"Name of W2", b"Name of W3"))
    edited = shell.run("import", paths[0])
    home(shell, connection)

    for own, other in zip(here, there, strict=True):
        assert (own.code, own.json) == (other.code, other.json)
        noted = {row["act_id"]: row["notes"] for row in other.json["rows"] if row["notes"]}
        assert noted == {"beneficiary:W9": ["name: This name has several lines."]}
    assert written.code == exits.DONE
    assert "1 put aside" in edited.err
    assert exported == (tmp_path / "again" / "beneficiaries.csv").read_bytes()


def test_a_register_is_handed_back_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str], tmp_path: Path
) -> None:
    path, map_ = register
    words = ("import", path, "--map", map_, "--report")
    here = shell.run(*words, str(tmp_path / "here.xlsx"))
    elsewhere(shell, service, token(graph, "staff", "manager"))
    there = shell.run(*words, str(tmp_path / "there.xlsx"))
    taken = shell.run(*words, str(tmp_path / "there.xlsx"))
    unread = shell.run("import", str(tmp_path), "--report", str(tmp_path / "none.xlsx"))
    home(shell, connection)

    assert (here.code, here.out) == (there.code, there.out)
    rows = [[page.rows for page in all_sheets(tmp_path / f"{side}.xlsx")] for side in ("here", "there")]
    assert rows[0] == rows[1]
    assert "already exists" in taken.err
    assert (unread.code, "--report needs --map" in unread.err) == (exits.USAGE, True)


def test_an_import_from_elsewhere_is_taken_back_as_a_whole(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str]
) -> None:
    elsewhere(shell, service, token(graph, "staff", "manager"))
    written = shell.run("import", register[0], "--map", register[1], "--apply")
    at = written.err.partition("undo --import ")[2].split()[0]

    shell.ok("undo", "--import", at, "--yes")

    assert "0 added, 0 same, 6 put aside" in shell.run("import", register[0], "--map", register[1]).err
    home(shell, connection)


def test_a_role_allows_no_more_in_an_import(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str], tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    block = '[[rule]]\nhelp = "cow"\nunit = "animal"\ngiven = 1\nowed = 1\nmonths = 36\nfrom = 2026-12-01\n'
    (rules / "rules.toml").write_text(block, encoding="utf-8")

    elsewhere(shell, service, token(graph, "auditor", login="anu"))
    auditor = shell.run("import", register[0], "--map", register[1])
    elsewhere(shell, service, token(graph, "staff@demo/W3", login="wari"))
    of_a_place = shell.run("import", register[0], "--map", register[1])
    elsewhere(shell, service, token(graph, "staff", login="bina"))
    of_a_rule = shell.run("import", str(rules), "--apply")

    assert (auditor.code, "You do not have access to import." in auditor.err) == (exits.NOT_DONE, True)
    assert "Your account covers W3 only" in of_a_place.err
    assert of_a_rule.code == exits.FOUND
    assert "You do not have access to rule." in of_a_rule.out
    home(shell, connection)


def test_maps_kept_by_a_colleague_are_found_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str], tmp_path: Path
) -> None:
    path, map_ = register
    elsewhere(shell, service, token(graph, "staff", "manager"))
    shell.ok("map", "keep", map_, "--name", "goats")
    titled = tmp_path / "ward 5.csv"
    titled.write_text(f"Ward 5,,,,,,\n{REGISTER}", encoding="utf-8")

    listed = shell.ok("map", "list", "--json").json
    shown = shell.ok("map", "show", "goats").out
    imported = shell.run("import", str(titled))
    named = shell.run("import", path, "--map", "goats")
    home(shell, connection)

    assert [(each["name"], each["columns"], each["kept_by"]) for each in listed] == [("goats", 7, "account:bina")]
    assert shown == (tmp_path / "ngo.toml").read_text(encoding="utf-8")
    assert f"{titled} is read by the kept map goats, which has the same columns." in imported.err
    assert "5 added, 0 same, 1 put aside, 0 refused; nothing was written." in imported.err
    assert "5 added, 0 same, 1 put aside, 0 refused; nothing was written." in named.err
    assert shell.ok("map", "forget", "goats").out
    assert "There is no kept map goats." in shell.run("import", path, "--map", "goats").err


def test_a_map_is_proposed_from_elsewhere_as_here(
    shell: Shell, graph: Graph, connection: Connection, service: str, register: tuple[str, str]
) -> None:
    here = shell.ok("map", "propose", register[0]).out
    elsewhere(shell, service, token(graph, "staff"))

    assert shell.ok("map", "propose", register[0]).out == here
    home(shell, connection)


def test_an_export_from_elsewhere_is_the_same_file(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    for name, more in (("plain", ()), ("named", ("--with-names",))):
        shell.ok("export", str(tmp_path / f"here-{name}"), *more)
    shell.ok("export", str(tmp_path / "here.xlsx"))
    elsewhere(shell, service, token(graph, "manager"))
    for name, more in (("plain", ()), ("named", ("--with-names",))):
        shell.ok("export", str(tmp_path / f"there-{name}"), *more)
        shell.ok("export", str(tmp_path / f"there-{name}"), *more)
    shell.ok("export", str(tmp_path / "there.xlsx"))
    misnamed = shell.run("export", str(tmp_path / "there.pdf"))
    home(shell, connection)

    assert (tmp_path / "here.xlsx").read_bytes() == (tmp_path / "there.xlsx").read_bytes()
    assert "does not end in" in misnamed.err
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "there-named").iterdir()} == {0o600}

    for name in ("plain", "named"):
        here, there = (
            {file.name: file.read_bytes() for file in (tmp_path / f"{side}-{name}").iterdir()}
            for side in ("here", "there")
        )
        assert here == there
    opened = access_log.read_newest(graph, "demo")
    assert {(each.what, each.ids) for each in opened} == {("export", ("programme:demo",))}
    assert [each.by.partition(":")[0] for each in opened] == ["account", "account", "local"]


def test_names_leave_with_a_manager_only(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    elsewhere(shell, service, token(graph, "auditor"))
    shell.ok("export", str(tmp_path / "plain"))
    refused = shell.run("export", str(tmp_path / "named"), "--with-names")
    home(shell, connection)

    assert (refused.code, "You do not have access to export names." in refused.err) == (exits.NOT_DONE, True)
    assert not (tmp_path / "named").exists()
    assert not access_log.read_newest(graph, "demo")


def test_an_empty_workbook_from_elsewhere_is_the_same(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    shell.ok("template", str(tmp_path / "here.xlsx"))
    elsewhere(shell, service, token(graph, "staff"))
    shell.ok("template", str(tmp_path / "there.xlsx"))
    home(shell, connection)

    here, there = ([page.rows for page in all_sheets(tmp_path / f"{side}.xlsx")] for side in ("here", "there"))
    assert here == there


def test_a_ceremony_from_elsewhere_is_written_tried_and_recorded_once(
    shell: Shell, graph: Graph, connection: Connection, service: str, tmp_path: Path
) -> None:
    """W4 lives in L1 and owes two goats; one of them goes to W6."""
    shell.ok("register", "Ward 1", "--kind", "place", "--id", "L1")
    shell.ok("correct", "beneficiary:W4", "--how", "wrong-data", "--why", "asked", "--set", "place_id=L1")
    asked, sheets = ("--place", "L1", "--on", "2024-06-29"), [tmp_path / "here.csv", tmp_path / "there.csv"]
    here = shell.run("ceremony", "sheet", str(sheets[0]), *asked)
    elsewhere(shell, service, token(graph, "staff"))
    there = shell.run("ceremony", "sheet", str(sheets[1]), *asked)
    assert (here.code, there.code) == (exits.DONE, exits.DONE), (here, there)
    rows = [list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())) for path in sheets]
    ticked = [{**row, "handed_over": "x", "receiver": "W6", "animals": "1"} for row in rows[1] if row["giver"]][:1]
    typed = tmp_path / "typed.csv"
    with typed.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*ticked[0]])
        table.writeheader()
        table.writerows(ticked)
    said_of = [
        shell.run("ceremony", "record", str(typed), "--counted", "1", *more)
        for more in (("--dry-run",), ("--again",), ("--again",))
    ]
    elsewhere(shell, service, token(graph, "auditor", login="anu"))
    refused = shell.run("ceremony", "record", str(typed), "--counted", "1", "--again")
    home(shell, connection)

    own = [[(row["giver"], row["owes"]) for row in each] for each in rows]
    assert own[0] == own[1]
    assert [each.err.splitlines()[-1].split(",")[0] for each in said_of[1:]] == ["1 added", "0 added"], said_of
    assert "A dry run: nothing was recorded." in said_of[0].err
    assert "You do not have access to ceremony record." in refused.err


def test_the_tab_key_offers_ids_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str
) -> None:
    here = Session(CORE)
    own = here.beginning("placement", "P"), here.beginning("placement", "P2"), here.beginning("gift", "none")
    here.close()
    elsewhere(shell, service, token(graph, "staff"))
    there = Session(CORE)

    assert (
        there.beginning("placement", "P"),
        there.beginning("placement", "P2"),
        there.beginning("gift", "none"),
    ) == own
    assert own[1] == ("P2",)
    home(shell, connection)


def test_a_programme_is_added_switched_and_locked_in_a_dry_run_only(
    shell: Shell, graph: Graph, connection: Connection, service: str
) -> None:
    asked = (
        ("programme", "add", "hills", "--name", "Hills", "--dry-run"),
        ("programme", "lock", "2024-01-01", "--why", "reported", "--dry-run"),
    )
    before = programme_heads.head(graph, "demo").entries
    here = [said(shell.run(*words)) for words in asked]
    elsewhere(shell, service, token(graph, "manager", "administrator"))
    there = [said(shell.run(*words)) for words in asked]
    home(shell, connection)

    assert here == there
    assert all((code, "A dry run: nothing was recorded." in err) == (exits.DONE, True) for code, _, err in here), here
    assert [head.programme_id for head in programme_heads.heads(graph)] == ["demo"]
    assert programme_heads.head(graph, "demo").entries == before
