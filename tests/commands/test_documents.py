"""`relay help` shows what Relay is documented by, wherever it is installed; neither a line nor a database is needed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from relay import documents
from relay.commands import exits
from tests.commands.terminal import show

if TYPE_CHECKING:
    import pytest

    from tests.commands.shell import Shell

RELAY = Path(documents.__file__).parent


def test_every_document_is_listed_by_its_title(shell: Shell) -> None:
    headers, *rows = shell.ok("help").rows

    assert headers == ["name", "title"]
    assert ["operators", "For operators"] in rows
    documents_of_a_clone = (RELAY.parent / "docs").rglob("*.md")
    assert {name.rpartition("/")[2] for name, title in rows if title} == {
        path.stem for path in documents_of_a_clone if path.stem != "README"
    }


def test_a_document_is_shown_and_a_link_says_by_which_command_it_is_followed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_URL", "http://127.0.0.1:9")  # where nobody answers

    text = shell.ok("help", "operators").out

    assert text.startswith("# For operators\n")
    assert "a programme of your own (`relay help programme`)" in text.replace("\n", " ")
    assert not re.search(r"\]\((?!https?://)", text)
    assert shell.ok("help", "operators", "--json").json["text"] == text
    readme = documents.without_links("a tour for [staff](docs/tours/staff-en.md), the [licence](LICENSE)")
    assert readme == "a tour for staff (`relay help tours/staff-en`), the licence"


def test_on_a_terminal_it_is_set_in_its_width(shell: Shell) -> None:  # noqa: ARG001 - an empty environment
    command = [sys.executable, "-m", "relay.cli", "help", "week"]
    environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    shown = show(command, columns=60, environment=environ | {"PAGER": "cat"})

    lines = shown.without_colour.splitlines()
    assert lines[0].strip() == "A week at the desk"
    assert max(map(len, lines)) <= 60
    assert shown.code == exits.DONE


def test_a_document_that_is_not_there_is_refused_with_how_to_find_it(shell: Shell) -> None:
    answer = shell.run("help", "../README")

    assert (answer.code, answer.out) == (exits.USAGE, "")
    assert "relay help lists them all" in answer.err


def test_no_message_sends_people_to_a_file_that_an_installed_relay_keeps_elsewhere() -> None:
    sending = re.compile(r'^[^#\n]*"[^"\n]*docs/\w+\.md', re.MULTILINE)
    code = {path: path.read_text(encoding="utf-8") for path in RELAY.rglob("*.py") if path.name != "documents.py"}

    assert sending.search('advice="See docs/operators.md."')
    assert [path.name for path, text in code.items() if sending.search(text)] == []
