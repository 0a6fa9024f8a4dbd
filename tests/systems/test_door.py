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

    naming -= {"web/accounts/identity_provider.py"}  # of what a provider says of a person, which OpenID calls claims

    assert naming == {
        *("domain/kinds.py", "audit/checks.py", "audit/gifts_and_claims.py"),
        *("commands/recording.py", "cli.py"),
    }


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
        assert all(catalogue.system_of(kind) for kind in rules.ask), f"{system.name}: of the core the core asks"


PARTS: dict[str, str] = {
    "__init__": "",
    "rules": "RULES",
    "notes": "NOTES",
    "checks": "CHECKS",
    "questions": "QUESTIONS",
    "commands": "COMMANDS",
    "pages": "PAGES",
    "tasks": "TASKS",
}
"""Module of a system that is found by its name → what it gives; `System` tells them all."""


def not_reached(folder: Path, package: str) -> set[str]:
    """What of a system would be silently nothing: modules that no part of it imports, and parts that give nothing."""
    trees = {
        path.relative_to(folder).with_suffix(""): ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")
    }
    modules = {".".join(path.parts).removesuffix(".__init__"): tree for path, tree in trees.items()}
    found = {name for name, given in PARTS.items() if name in modules and given and not defines(modules[name], given)}
    waiting, reached = [name for name in PARTS if name in modules], set[str]()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += (names_of(modules[name], package) & modules.keys()) - reached
    return found | {name for name in modules.keys() - reached if modules[name].body[1:]}


def defines(tree: ast.Module, name: str) -> bool:
    """Whether a module gives something a name."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in ast.walk(tree)
    )


def names_of(tree: ast.Module, package: str) -> set[str]:
    """The modules of a package that a module imports, without its name."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return {name.removeprefix(f"{package}.") for name in found if name.startswith(f"{package}.")}


def test_every_module_of_a_system_is_found_by_its_name_or_imported() -> None:
    for system in SYSTEMS:
        assert not_reached(HOUSE / "systems" / system.name, system.room) == set(), system.name


def test_a_misspelt_module_and_a_misspelt_name_are_seen(tmp_path: Path) -> None:
    """The checks stand in a module that is never asked for; the pages give themselves a name that is not either."""
    for name, text in (
        ("__init__", "from relay.domain.system import System"),
        ("rules", "from relay.systems.wells import levels\nRULES = 1"),
        ("levels", "import datetime\nDEEP = 3"),
        ("check", "import datetime\nCHECKS = ()"),
        ("pages", "PAGE = 1"),
    ):
        (tmp_path / f"{name}.py").write_text(f'"""Wells."""\n{text}\n', "utf-8")

    assert not_reached(tmp_path, "relay.systems.wells") == {"check", "pages"}


def test_a_system_that_imports_another_is_seen_to() -> None:
    assert imported(Path(made.__file__).parent, "tests.systems") >= {"planning", "wells"}
    assert imported(Path(made.__file__).parent / "wells", "tests.systems") == set()
