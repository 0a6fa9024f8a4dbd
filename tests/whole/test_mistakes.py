"""Ten mistakes, each put right by one command, leave the record of a programme that never had them."""

from __future__ import annotations

import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from relay.ledger import reading
from relay.ledger.verify import verify
from tests.commands.conftest import alone, empty
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.graph import Graph
    from tests.commands.shell import Shell

__all__ = ("alone", "empty")  # fixtures

PAGE: Final = Path(__file__).parents[2] / "docs" / "mistakes.md"

# What would have been typed in place of a section of the page by who made no mistake.
RIGHT: Final[dict[int, tuple[str, ...]]] = {
    1: (),
    2: (),
    3: (
        "relay pass-on P2 --to B5 --into P5 --animals 1 --on 2022-03-01 --id T2",
        "relay pass-on P5 --to B6 --into P6 --animals 1 --on 2024-01-10 --id T3",
    ),
    4: ("relay pass-on P2 --to B7 --into P7 --animals 1 --on 2022-04-01 --id T4",),
    5: ("relay place --id P8 --gift G1 --beneficiary B8 --of goat --animals 2 --on 2020-05-01",),
    6: (
        "relay pass-on P8 --to B4 --into P9 --animals 1 --on 2022-06-01 --id T5",
        "relay pass-on P3 --to B4 --into P9 --animals 1 --on 2022-07-01 --id T6",
    ),
    7: ("relay event birth P8 --animals 2 --on 2021-09-01 --id E3",),
    8: ('relay register "Sita Rai" --id B9',),
    9: (),
    10: (),
}


def typed() -> tuple[list[str], dict[int, list[str]]]:
    """What the page tells to type: to begin with, and in each section."""
    beginning, *sections = re.split(r"^## (?=\d)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [re.findall(r"^\$ (.+)$", each, re.MULTILINE) for each in (beginning, *sections)]
    numbers = [int(each.partition(".")[0]) for each in sections]
    return lines[0][1:], dict(zip(numbers, lines[1:], strict=True))


class Typing:
    """A terminal in which each command is typed a minute after the one before."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell = shell
        self.folder = folder
        minutes = count()

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:  # noqa: ANN401, ARG003 - as in the class
                return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=next(minutes))

        shell.monkeypatch.setattr("relay.commands.command_session.datetime", Clock)
        shell.monkeypatch.chdir(folder)

    def type(self, line: str) -> None:
        if line.startswith("for number"):
            for number in range(1, 9):
                self.shell.ok("register", "Sita Rai", "--id", f"B{number}")
        elif line.startswith("relay "):
            self.shell.ok(*shlex.split(line)[1:])
        else:
            subprocess.run(["bash", "-c", line], check=True, cwd=self.folder)  # noqa: S607 - of the page


def recorded(graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that stands: what each act says, and each placement, without the numbers of entries."""
    found = verify(graph, "hills")
    assert found.ok, found.faults
    register = reading.replay("hills", reading.entries(graph, "hills"), CORE)
    facts = {act_id: dict(fact.values) for act_id, fact in register.facts.items()}
    return facts, {id_: _unnumbered(placement) for id_, placement in sorted(register.placements.items())}


def _unnumbered(value: Any) -> Any:  # noqa: ANN401 - tuples with names, nested
    if hasattr(value, "_asdict"):
        return {name: _unnumbered(each) for name, each in value._asdict().items() if name != "sequence"}
    return [_unnumbered(each) for each in value] if isinstance(value, tuple) else value


def test_ten_mistakes_are_put_right_by_one_command_each(empty: Shell, graph: Graph, tmp_path: Path) -> None:
    terminal = Typing(empty, tmp_path)
    beginning, sections = typed()
    assert sorted(sections) == sorted(RIGHT) == [*range(1, 11)]

    for line in (*beginning, *(line for lines in sections.values() for line in lines)):
        terminal.type(line)
    repaired = recorded(graph)
    wiped(graph)
    for line in (*beginning, *(line for lines in RIGHT.values() for line in lines)):
        terminal.type(line)

    assert repaired == recorded(graph)


def test_each_section_ends_with_the_one_command_that_repairs() -> None:
    for lines in typed()[1].values():
        assert lines[-1].startswith(("relay undo", "relay correct"))
        assert sum(line.startswith(("relay undo", "relay correct")) for line in lines[:-1]) <= 1


def test_a_mistake_that_is_not_repaired_shows(empty: Shell, graph: Graph, tmp_path: Path) -> None:
    terminal = Typing(empty, tmp_path)
    beginning, sections = typed()
    for line in (*beginning, *sections[3][:-1]):
        terminal.type(line)
    mistaken = recorded(graph)
    wiped(graph)
    for line in (*beginning, *RIGHT[3]):
        terminal.type(line)

    assert mistaken != recorded(graph)
