"""What is shown where: terminals of any width, pipes, ASCII screens, and names that try to break them."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from relay.printing import plain
from tests import acts as say
from tests.cli.shell import ON, record

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.cli.shell import Shell

NAMES = (
    "Maya [bold]loud[/bold]",
    "Mina [/x] [red",
    'Gita "the tall" \\n',
    "two\nlines",
    "लक्ष्मी मगर",
    "र्\u200dयाली",
    "<b>Asha</b> & :goat:",
)


def on_terminal(*words: str, columns: int = 80, **environment: str) -> str:
    """Run a command on a terminal of its own; what it shows, line ends as on paper."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = os.environ | {"TERM": "xterm-256color", **environment}
    run = [sys.executable, "-c", "import cli; cli.main()", *words]
    with subprocess.Popen(run, env=variables, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b"".join(_read(ours))
        os.close(ours)
    assert process.returncode in (0, 3), said.decode()
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> list[bytes]:
    read: list[bytes] = []
    try:
        while piece := os.read(terminal, 4096):
            read.append(piece)
    except OSError:  # Linux says so when the other end has closed
        return read
    return read


def in_pipe(*words: str, **environment: str) -> str:
    """Run a command in a process of its own, into a pipe."""
    run = [sys.executable, "-c", "import cli; cli.main()", *words]
    answer = subprocess.run(run, env=os.environ | environment, capture_output=True, check=True)
    return answer.stdout.decode()


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.fixture
def named(shell: Shell, graph: Graph) -> Shell:
    """Give the small programme with women of all these names."""
    record(graph, *(say.woman(f"N{number}", name=name) for number, name in enumerate(NAMES)))
    return shell


def test_names_are_shown_as_they_are_and_on_one_line(named: Shell) -> None:
    for number, name in enumerate(NAMES):
        shown = plain(name)
        assert named.ok("show", f"N{number}").pairs["name"] == shown
        assert shown in on_terminal("show", f"N{number}")
        assert "\n" not in shown
    assert named.ok("show", "N5").pairs["name"] == NAMES[5]  # the joiner that shapes letters stays
    assert named.ok("show", "N3", "--json").json["name"] == "two\nlines"


def test_a_terminal_gets_a_table_and_a_pipe_gets_tsv(named: Shell) -> None:
    shown = without_colour(on_terminal("trace", "G1", "--as-of", ON))

    assert "by generation     1 2 1" in shown
    assert re.search(r"^P3 +lost +2022-01-10 +death +1 +2 +0 *$", shown, re.MULTILINE)
    assert "by_generation\t1 2 1" in named.ok("trace", "G1", "--as-of", ON).out


@pytest.mark.parametrize("columns", [80, 120])
def test_nothing_is_wider_than_the_screen(named: Shell, columns: int) -> None:
    del named
    for words in (("tree", "G1", "--names"), ("show", "P2"), ("find", "Name"), ("health",), ("gifts",), ("todo",)):
        shown = without_colour(on_terminal(*words, columns=columns))
        assert max(map(len, shown.splitlines())) <= columns, shown


def test_short_values_stay_in_one_piece_on_a_narrow_screen(named: Shell) -> None:
    del named
    shown = without_colour(on_terminal("show", "P2", "--as-of", ON))

    for value in ("pass:T1", "2021-03-01", "local:asha"):
        assert value in shown
    assert "taken back by" not in shown  # nobody took anything back


def test_states_have_words_and_colours_and_no_color_is_heeded(named: Shell) -> None:
    del named
    coloured = on_terminal("tree", "G1", "--as-of", ON)
    plain_text = on_terminal("tree", "G1", "--as-of", ON, NO_COLOR="1")

    assert "\x1b[32mfulfilled\x1b[0m" in coloured
    assert "\x1b[3" not in plain_text
    assert without_colour(coloured) == without_colour(plain_text)


def test_an_ascii_screen_gets_ascii(named: Shell) -> None:
    drawn = in_pipe("tree", "G1", "--as-of", ON, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    found = in_pipe("show", "N4", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    on_screen = without_colour(on_terminal("tree", "G1", "--as-of", ON, PYTHONIOENCODING="ascii", PYTHONUTF8="0"))

    assert drawn.splitlines()[1] == "+- 1 on 2021-03-01 > P2 fulfilled, passed 2 of 2  W2"
    assert on_screen == drawn
    assert found.isascii()
    assert json.loads(found)["name"] == NAMES[4]
    del named


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_any_locale_takes_and_gives_names(named: Shell, locale: str) -> None:
    del named
    environment = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    assert "beneficiary:N4" in in_pipe("find", "लक्ष्मी", **environment)
    assert json.loads(in_pipe("show", "N4", "--json", **environment))["name"] == NAMES[4]


def test_a_word_that_is_not_utf8_is_refused_and_not_guessed(named: Shell) -> None:
    run = [sys.executable, "-c", "import cli; cli.main()", "register", b"Ren\xe9e"]
    answer = subprocess.run(run, env=os.environ, capture_output=True, check=False)

    assert answer.returncode == 2
    assert b"not UTF-8" in answer.stderr
    del named


def test_an_import_shows_its_progress_on_a_terminal_only(named: Shell) -> None:
    shown = on_terminal("import", "seeds/selei")

    assert "a second" in shown
    assert "nothing was written" in shown
    assert "a second" not in named.ok("import", "seeds/selei").err
