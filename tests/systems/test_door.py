"""A kind of act is declared in one place, and nothing below the command line knows a system by name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import relay
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from tests import systems as made

HOUSE = Path(relay.__file__).parent
NAMED = re.compile(r'"claims?"|\bClaim\b|CLAIMED_OF|claim_id|"claim:|\.claim\b')


def test_a_claim_is_named_by_its_declaration_its_check_and_its_command_alone() -> None:
    modules = {path.relative_to(HOUSE).as_posix(): path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.py")}

    naming = {name for name, text in modules.items() if NAMED.search(text)}

    assert naming == {"domain/kinds.py", "audit/checks.py", "audit/paperwork.py", "commands/recording.py"}


def imported(folder: Path, package: str) -> set[str]:
    """The systems of a package that the modules of a folder import."""
    found = set[str]()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            found |= {name.split(".")[2] for name in names if name and name.startswith(f"{package}.")}
    return found - {folder.name}


def test_a_system_lies_in_its_folder_and_imports_no_other_than_it_needs() -> None:
    for system in SYSTEMS:
        folder = HOUSE / "systems" / system.name

        assert folder.is_dir(), system.name
        assert imported(folder, "relay.systems") <= {*system.needs, *system.knows}, system.name


def test_a_system_judges_acts_of_its_own_of_the_core_and_of_systems_that_it_needs_or_knows() -> None:
    catalogue = Catalogue(SYSTEMS)
    for system in SYSTEMS:
        rules = system.rules
        judged = {*rules.refuse, *rules.ask, *rules.note}
        whose = {of.name for kind in judged if (of := catalogue.system_of(kind))}

        assert judged <= catalogue.kinds.keys(), system.name
        assert whose <= {system.name, *system.needs, *system.knows}, system.name
        assert rules.ask.keys() <= {kind.name for kind in system.kinds}, system.name


def test_a_system_that_imports_another_is_seen_to() -> None:
    assert imported(Path(made.__file__).parent, "tests.systems") >= {"planning", "wells"}
    assert imported(Path(made.__file__).parent / "wells", "tests.systems") == set()
