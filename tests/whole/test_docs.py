"""The documents are true: commands run, queries answer what the command line answers, links lead somewhere."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import sys
from dataclasses import dataclass, field, fields
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest

from benchmarks.figures import FIGURES
from relay import cli
from relay import graph as relay_graph
from relay.arrays.snapshot_file import SNAPSHOT_CACHE
from relay.backup import ledger_backup
from relay.cached import likely_duplicates, register
from relay.commands import exits, options
from relay.database import embedded_server
from relay.domain import entries
from relay.exchange import exchange_format as exchange
from relay.ledger.checkpoints import Checkpoint
from relay.ledger.programme_heads import PROJECTION
from relay.outbox import stored_acts
from relay.service import json_codec
from relay.service.demo import DAY, DEMO
from relay.systems.savings import cached_journals
from tests.commands.terminal import show
from tests.rigs import demo_folder
from tests.rigs.pace import next_second
from tests.rigs.typed import below
from tests.rigs.warm import warm_relay
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE, IN_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "seeds" / "README.md")
LINK: Final = re.compile(r"(?<!`)\[[^\]]+\]\(([^)\s]+)\)")
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


# ------------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_are_there(document: Path) -> None:
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles], link


def test_every_room_is_on_the_developers_page_with_its_own_sentence() -> None:
    page = (ROOT / "docs" / "developers.md").read_text(encoding="utf-8")

    for room in (ROOT / "relay").rglob("__init__.py"):
        name = room.parent.relative_to(ROOT / "relay").as_posix()
        if name != ".":
            sentence = str(ast.get_docstring(ast.parse(room.read_text(encoding="utf-8")))).splitlines()[0]
            assert f"| `{name}` | {sentence} |" in page


def test_each_defence_names_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "threat_model.md").read_text(encoding="utf-8")
    there = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    named = re.findall(r"`(test_\w+)`", page)
    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in there] == []


def test_the_page_for_a_new_programme_lists_every_column() -> None:
    page = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")

    for kind in IN_TABLES:
        said = [
            column.name + "*" * column.required + (f" ({', '.join(column.choices)})" if column.choices else "")
            for column in kind.columns
        ]
        assert f"| {kind.file}.csv | {', '.join(said)} |" in page


def test_the_rules_of_that_page_are_what_is_imported(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
    (rules,) = (block for language, block in BLOCK.findall(page) if language == "toml")
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")

    programme, rule = exchange.read_folder_or_workbook(tmp_path, CORE)

    assert (programme.act_id, rule.act_id) == ("programme:hills", "rule:goat@2024-01-01@pregnant")
    assert not programme.faults
    assert rule.act is not None
    assert set(rule.act.values) == {column.name for column in CORE.kind("rule").columns} - {"owed_per_given"}


def test_the_numbers_of_what_is_promised_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    caches = (SNAPSHOT_CACHE, register.REGISTERS, cached_journals.JOURNALS, cached_journals.SUMS)

    assert re.findall(r"^\| ([^|]+) \| ([\d, ]+) \|", page, re.MULTILINE) == [
        (
            "entries of a ledger, of the trail of accounts, and each line of an exported ledger",
            f"{entries.FORMAT}, {entries.WRITTEN_FORMAT}",
        ),
        ("a checkpoint", "1"),
        ("a backup", str(ledger_backup.FORMAT)),
        ("acts kept offline: the file of a telephone, the outbox of a laptop", str(stored_acts.FORMAT)),
        ("JSON that commands print with `--json`, and the API", json_codec.API.removeprefix("/api/v")),
        ("the graph, with the states that are published in it", str(PROJECTION)),
        *((f"the cached file `{each.name}`", str(each.version)) for each in caches),
        ("the cached file `pairs`", str(likely_duplicates.FORMAT)),
    ]
    assert [each.name for each in fields(Checkpoint)] == [
        *("programme_id", "sequence", "head_hash", "made_at", "public_key", "signature"),
    ]


def test_the_table_of_figures_is_that_of_the_command_that_writes_it() -> None:
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")

    assert [line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")][2:] == [
        figure.done for figure in FIGURES
    ]


# ------------------------------------------------------------------------------------------------ commands


@dataclass(slots=True)
class Command:
    """A command of a document.

    Attributes:
        words: What is typed.
        code: With which it ends; "# exit 3", as the last line below it, says that it is not 0.
        shown: Lines that are shown below it; "…" stands for any lines, or for any text within a line.
    """

    words: str
    code: int = exits.DONE
    shown: list[str] = field(default_factory=list)


def commands(document: Path) -> list[Command]:
    """What a document tells to type, in its order; a block of TOML that begins with "# FILE" is that file."""
    found: list[Command] = []
    for language, block in BLOCK.findall(document.read_text(encoding="utf-8")):
        if language == "toml" and (file := re.match(r"# (\S+/\S+\.toml)\n", block)):
            found.append(Command(f"cat > {file[1]} <<'END'\n{block}END"))
        for line in block.splitlines() if language == "console" else ():
            if line.startswith("$ "):
                found.append(Command(line.removeprefix("$ ")))
            elif said := re.fullmatch(r"# exit (\d)", line):
                found[-1].code = int(said[1])
            else:
                found[-1].shown.append(line)
    return found


def test_what_is_shown_below_a_command_and_how_it_ends_is_read_from_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ one\nsaid\n…\n# exit 3\n$ two\n```\n\n```sh\n$ three\n```\n", encoding="utf-8")

    assert commands(page) == [Command("one", exits.FOUND, ["said", "…"]), Command("two")]


@pytest.fixture(scope="module")
def sandbox(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a folder like a checkout, with the demonstration loaded, and `relay` and `python` on the path."""
    folder = tmp_path_factory.mktemp("sandbox")
    for name in ("docs", "seeds"):
        (folder / name).symlink_to(ROOT / name)
    programs = tmp_path_factory.mktemp("bin")
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')  # a link would leave its environment
    python.chmod(0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "RELAY_"))}
    environment |= {
        "PAGER": "cat",
        "RELAY_DATA": str(folder / "data"),
        "NO_COLOR": "1",
        "HOME": str(folder),
        "CI": "true",
    }
    environment |= {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    environment |= {"PAGER": "cat"}
    embedded_server.ensure(demo_folder.copied(shared_folder, folder / "data"))
    with warm_relay(programs):
        yield folder, environment
        for state in folder.glob("*/engine.json"):
            embedded_server.stop(state.parent)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a data folder for one page after the other."""
    folder = tmp_path_factory.mktemp("running") / "data"
    yield folder
    embedded_server.stop(folder)


def emptied(data_folder: Path) -> Path:
    """The same folder, with an empty database that runs."""
    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        wiped(graph)
    return data_folder


_GOES_ON: Final = [ROOT / "docs" / name for name in ("mistakes.md", "operators.md")]
"""The operator backs up, restores and compares the few acts that were recorded before."""

SAID_WHEN_SLOW: Final = ("Starting the database; this takes some seconds.", "Waiting for the database.")
"""What is said where a machine is busy: a page may show it, and a quick machine may leave it out."""

SITTINGS: Final = [*([page] for page in DOCUMENTS if page not in _GOES_ON), _GOES_ON]
"""Pages whose commands are typed one after the other."""


@pytest.mark.parametrize("pages", SITTINGS, ids=lambda pages: pages[-1].name)
def test_every_command_runs_and_shows_what_is_said(
    pages: Sequence[Path], sandbox: tuple[Path, dict[str, str]], running: Path
) -> None:
    """What `export NAME=VALUE` says holds for all that follows, as in a terminal.

    A page that begins a record of its own does so in an empty database that runs already, unless it shows the start.
    """
    folder, environment = sandbox
    typed = [command for page in pages for command in commands(page)]
    shows_the_start = any("Starting the database" in line for command in typed for line in command.shown)
    for command, following in zip_longest(typed, typed[1:]):
        if following and following.words.startswith("relay undo"):
            next_second()
        if said := re.fullmatch(r"export (\w+)=(\S+)", command.words):
            environment = environment | {said[1]: said[2]}
            if said[1] == "RELAY_DATA" and not shows_the_start:
                environment["RELAY_DATA"] = str(emptied(running))
        shown = show(["bash", "-c", command.words], environment=environment, folder=folder)

        assert shown.code == command.code, (command.words, shown.text)
        if command.shown:
            lines = (line.rstrip() for line in shown.without_colour.strip().splitlines())
            actual = "".join(f"{line}\n" for line in lines if line not in SAID_WHEN_SLOW)
            assert re.fullmatch(_pattern(command.shown), actual), f"$ {command.words}\n{actual}"


def _pattern(shown: list[str]) -> str:
    """What fits the lines that a page shows; each "…" is held to its line, so that no text takes long to compare."""
    lines = "\n".join(line for line in shown if line not in SAID_WHEN_SLOW).strip().splitlines()
    return "".join("(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + "\n" for line in lines)


def test_on_a_terminal_the_demonstration_ends_by_serving_its_pages(sandbox: tuple[Path, dict[str, str]]) -> None:
    folder, environment = sandbox
    at_hand = {name: value for name, value in environment.items() if name != "CI"}

    shown = show(["relay", "demo"], environment=at_hand, folder=folder, until="(Ctrl-C to stop)")

    assert shown.code == exits.DONE
    addresses = re.findall(r"http://\S+", shown.text)
    assert [re.sub(r":\d+", "", each) for each in addresses] == [f"http://127.0.0.1/p/{DEMO}?as_of={DAY}"]


def test_the_example_of_every_command_runs(sandbox: tuple[Path, dict[str, str]], running: Path) -> None:
    """In the order of the command line, but for those that a page tells to type; one may use what another records.

    A record is backed up and restored that has few acts.
    """
    folder, environment = sandbox
    few = {"RELAY_DATA": str(emptied(running))}
    (folder / "password.txt").write_text("a few words that nobody guesses\n", encoding="utf-8")
    second = "relay account add bina --role staff --password-file password.txt"
    with_a_phone = "relay account add junkiri --role staff --password-file password.txt"
    proposed = "relay map propose seeds/registers/example.csv > ngo.toml"
    begun = f"RELAY_DATA={running} relay import seeds/mansa --apply"
    for needed in (second, with_a_phone, proposed, begun):
        assert show(["bash", "-c", needed], environment=environment, folder=folder).code == exits.DONE
    elsewhere = {"backup": few, "restore": few, "confirm": {"LOGNAME": "second-clerk"}}
    on_pages = {command.words for page in DOCUMENTS for command in commands(page)}
    for command in _examples(cli.program(CORE)):
        if command.example in on_pages and command.name not in elsewhere:
            continue
        own = environment | elsewhere.get(str(command.name), {})
        until = {"serve": "http://", "login": "Login"}.get(str(command.name))
        example = command.example
        if command.name == "restore":
            emptied(running)
        if command.name == "revoke" and "token" in example:
            listed = show(["relay", "token", "list", "--json"], environment=own, folder=folder)
            example = f"relay token revoke {json.loads(listed.text)[-1]['token_id']}"
        shown = show(["bash", "-c", example], environment=own, folder=folder, until=until)

        nothing_there = command.name == "login" or example.startswith(_OF_WHAT_IS_NOT_THERE)  # and nobody answers
        expected = (exits.NOT_DONE,) if nothing_there else (exits.DONE, exits.FOUND)
        assert shown.code in expected, (example, shown.text)


_OF_WHAT_IS_NOT_THERE: Final = (
    *("relay device revoke", "relay held settle", "relay follow "),
    *("relay account second-factor reset", "relay account link", "relay account unlink"),
    *("relay outbox show", "relay outbox drop"),
)
"""Examples that name what only another run would have made."""


def _examples(group: click.Group) -> Iterator[options.RelayCommand]:
    for command in below(group).values():
        if isinstance(command, click.Group):
            yield from _examples(command)
        elif isinstance(command, options.RelayCommand) and command.example:
            yield command


def test_a_tampered_ledger_is_found_without_relay(sandbox: tuple[Path, dict[str, str]]) -> None:
    """What docs/auditors.md describes: somebody changes a day, somebody cuts the end off."""
    folder, environment = sandbox
    export = ["relay", "ledger", "export", "whole.jsonl", "--programme", DEMO]
    assert show(export, environment=environment, folder=folder).code == exits.DONE
    lines = (folder / "whole.jsonl").read_text(encoding="utf-8").splitlines()[:200]
    head = json.loads(lines[-1])["hash"]
    entry = json.loads(lines[99])

    def verified(changed: list[str], *more: str) -> tuple[int, str]:
        (folder / "tampered.jsonl").write_text("\n".join(changed) + "\n", encoding="utf-8")
        words = ["python", "docs/verify_ledger.py", "tampered.jsonl", *more]
        shown = show(words, environment=environment, folder=folder)
        return shown.code, shown.text

    assert verified(lines, head)[0] == 0
    altered = [*lines[:99], json.dumps(entry | {"recorded_by": "local:other"}), *lines[100:]]
    assert verified(altered) == (1, "entry 100 was altered: its hash does not fit its content\n")
    swapped = [*lines[:99], lines[100], lines[99], *lines[101:]]
    assert verified(swapped) == (1, "entry 100 does not follow the entry before it\n")
    assert verified(lines[:-1])[0] == 0  # nobody can see it without the head that was noted
    code, said = verified(lines[:-1], head)
    assert (code, "cut or rewritten" in said) == (1, True)


# ------------------------------------------------------------------------------------------------ queries


def test_the_python_of_the_page_asks_the_first_query_and_is_answered(sandbox: tuple[Path, dict[str, str]]) -> None:
    folder, environment = sandbox
    page = (ROOT / "docs" / "cypher.md").read_text(encoding="utf-8")
    (program,) = (block for language, block in BLOCK.findall(page) if language == "python")
    (folder / "first_question.py").write_text(program, encoding="utf-8")
    traced = show(["relay", "trace", "G31", "--json", "--programme", DEMO], environment=environment, folder=folder)

    answered = show(["python", "first_question.py", "data"], environment=environment, folder=folder)

    assert " ".join(queries()[0].split()) in " ".join(program.split())
    assert answered.text.strip() == str({"reach": json.loads(traced.text)["reach"]})


def queries() -> list[str]:
    """The queries of docs/cypher.md about the relay alone, in order."""
    text = (ROOT / "docs" / "cypher.md").read_text(encoding="utf-8").partition("## Ten more")[0]
    return [block for language, block in BLOCK.findall(text) if language == "cypher"]
