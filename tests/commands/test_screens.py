"""What is shown where: terminals of any width, pipes, ASCII screens, and names that try to break them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from relay.commands import exits
from relay.service.terminal import plain
from tests.commands.shell import ON, record
from tests.commands.terminal import show
from tests.rigs.one_engine import ON_THE_EMBEDDED_ENGINE
from tests.scenes import acts as say

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell
    from tests.commands.terminal import Shown

RELAY = (sys.executable, "-m", "relay.cli")
NAMES = (
    "Maya [bold]loud[/bold]",
    "Mina [/x] [red",
    'Gita "the tall" \\n',
    "two\nlines",
    "लक्ष्मी मगर",
    "र्\u200dयाली",
    "<b>Asha</b> & :goat:",
)

# How an answer is shown does not depend on it, and the goldens hold both to the same answers.
pytestmark = ON_THE_EMBEDDED_ENGINE


class OnTerminal(Protocol):
    """Runs a command on a terminal of its own."""

    def __call__(self, *words: str, columns: int = 80, **environment: str) -> Shown:
        """Run it; it must succeed, or find something."""
        ...


@pytest.fixture
def on_terminal(relay_program: Path) -> OnTerminal:
    """Give what runs a command on a terminal of its own; it must succeed, or find something."""

    def run(*words: str, columns: int = 80, **environment: str) -> Shown:
        shown = show([str(relay_program), *words], columns=columns, environment=os.environ | environment)
        assert shown.code in (exits.DONE, exits.FOUND), shown.text
        return shown

    return run


def in_pipe(*words: str, **environment: str) -> str:
    """Run a command in a process of its own, into a pipe."""
    run = [*RELAY, *words]
    answer = subprocess.run(run, env=os.environ | environment, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.decode()


@pytest.fixture
def named(shell: Shell, graph: Graph) -> Shell:
    """Give the small programme with women of all these names."""
    record(graph, *(say.woman(f"N{number}", name=name) for number, name in enumerate(NAMES)))
    return shell


def test_names_are_shown_as_they_are_and_on_one_line(named: Shell, on_terminal: OnTerminal) -> None:
    for number, name in enumerate(NAMES):
        shown = plain(name)
        assert named.ok("show", f"N{number}").pairs["name"] == shown
        assert shown in on_terminal("show", f"N{number}").text
        assert "\n" not in shown
    assert named.ok("show", "N5").pairs["name"] == NAMES[5]  # the joiner that shapes letters stays
    assert named.ok("show", "N3", "--json").json["name"] == "two\nlines"


def test_a_terminal_gets_a_table_and_a_pipe_gets_tsv(named: Shell, on_terminal: OnTerminal) -> None:
    shown = on_terminal("trace", "G1", "--as-of", ON).without_colour

    assert "by generation     1 2 1" in shown
    assert re.search(r"^P3 +lost +2022-01-10 +death +1 +2 +0 *$", shown, re.MULTILINE)
    assert "by_generation\t1 2 1" in named.ok("trace", "G1", "--as-of", ON).out


@pytest.mark.parametrize("columns", [80, 120])
def test_nothing_is_wider_than_the_screen(named: Shell, columns: int, on_terminal: OnTerminal) -> None:
    del named
    for words in (("tree", "G1", "--names"), ("show", "P2"), ("find", "Name"), ("health",), ("gifts",), ("todo",)):
        shown = on_terminal(*words, columns=columns).without_colour
        assert max(map(len, shown.splitlines())) <= columns, shown


def test_a_visit_takes_two_lines_of_a_narrow_screen(named: Shell, graph: Graph, on_terminal: OnTerminal) -> None:
    """Maya was to pass on by 2023-03-01 and broke on 2023-05-31; she has both goats. P4 is late by 29 days."""
    del named
    record(graph, say.place("L1"), say.woman("W7", name="Maya Tamang", phone="9841000001", place_id="L1"))
    record(graph, say.placed("P7 on 2021-03-01"))

    lately, long_ago = (on_terminal("todo", "--as-of", day).without_colour for day in ("2023-06-30", ON))

    assert [line.strip() for line in long_ago.splitlines()] == [
        "Ward L1 (1)",
        "1  Maya Tamang (W7, P7) · 9841000001",
        "broken since 2023-05-31, can still pass on · owes 2 goats",
        "Place not known (1)",
        "2  Name of W4 (W4, P4)",
        "29 days late, no news since 2022-06-01 · owes 2 goats",
    ]
    assert "broke 2023-05-31, can still pass on · owes 2 goats" in lately


def test_where_nobody_is_to_be_visited_a_terminal_is_told_so(named: Shell, on_terminal: OnTerminal) -> None:
    del named

    said, advised = on_terminal("todo", "--as-of", "2000-01-01", columns=200).without_colour.splitlines()

    assert said.startswith("Nobody is to be visited: ")
    assert advised.startswith("Ask of another place (--place) or a later day (--as-of); ")


def test_short_values_stay_in_one_piece_on_a_narrow_screen(named: Shell, on_terminal: OnTerminal) -> None:
    del named
    shown = on_terminal("show", "P2", "--as-of", ON).without_colour

    for value in ("pass:T1", "2021-03-01", "local:asha"):
        assert value in shown
    assert "taken back by" not in shown  # nobody took anything back


def test_states_have_words_and_colours_and_no_color_is_heeded(named: Shell, on_terminal: OnTerminal) -> None:
    del named
    coloured = on_terminal("tree", "G1", "--as-of", ON)
    colourless = on_terminal("tree", "G1", "--as-of", ON, NO_COLOR="1")

    assert "\x1b[32mfulfilled\x1b[0m" in coloured.text
    assert "\x1b[3" not in colourless.text
    assert coloured.without_colour == colourless.without_colour


@pytest.mark.soak
def test_an_ascii_screen_gets_ascii(named: Shell) -> None:
    drawn = in_pipe("tree", "G1", "--as-of", ON, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    found = in_pipe("show", "N4", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    on_screen = show(
        [*RELAY, "tree", "G1", "--as-of", ON],
        environment=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    ).without_colour

    assert drawn.splitlines()[1] == "+- 1 on 2021-03-01 > P2 fulfilled, passed 2 of 2  W2"
    assert on_screen == drawn
    assert found.isascii()
    assert json.loads(found)["name"] == NAMES[4]
    del named


@pytest.mark.soak
@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_any_locale_takes_and_gives_names(named: Shell, locale: str) -> None:
    del named
    environment = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    assert "beneficiary:N4" in in_pipe("find", "लक्ष्मी", **environment)
    assert json.loads(in_pipe("show", "N4", "--json", **environment))["name"] == NAMES[4]


def test_a_word_that_is_not_utf8_is_refused_and_not_guessed(named: Shell) -> None:
    run: list[str | bytes] = [*RELAY, "register", b"Ren\xe9e"]
    answer = subprocess.run(run, env=os.environ, capture_output=True, check=False)

    assert answer.returncode == 2
    assert b"not UTF-8" in answer.stderr
    del named


def test_an_import_shows_its_progress_on_a_terminal_only(named: Shell, on_terminal: OnTerminal) -> None:
    shown = on_terminal("import", "seeds/selei").text

    assert "a second" in shown
    assert "nothing was written" in shown
    assert "a second" not in named.ok("import", "seeds/selei").err


def test_the_progress_of_a_workbook_counts_what_it_says_it_has(
    named: Shell, tmp_path: Path, on_terminal: OnTerminal
) -> None:
    named.ok("export", str(tmp_path / "book.xlsx"))

    assert re.search(r"\d+ of about \d\d rows, \d+ a second", on_terminal("import", str(tmp_path / "book.xlsx")).text)


def test_a_row_that_cannot_stand_is_told_with_its_reason_and_what_to_do_on_a_narrow_screen(
    named: Shell, tmp_path: Path, on_terminal: OnTerminal
) -> None:
    del named
    rows = "".join(f"X{number},Maya,Q,31/06/2020\n" for number in range(9))
    (tmp_path / "beneficiaries.csv").write_text(f"beneficiary_id,name,sex,consent_on\n{rows}")

    shown = on_terminal("import", str(tmp_path)).without_colour

    assert (
        "put aside: beneficiaries.csv, row 10, beneficiary:X8, sex, Q\n"
        "  This is not one of the words that can be chosen. Use F, M." in shown
    )
    assert shown.count("  This is not a day. Write it as 2026-11-24, or as 2083-08-08 BS.") == 9
    assert max(len(line) for line in shown.splitlines() if str(tmp_path) not in line) <= 80
