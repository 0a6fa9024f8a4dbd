"""Docstrings and the developers' page name what is there: a module that was renamed takes its mentions along."""

from __future__ import annotations

import ast
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[1]
MENTION: Final = re.compile(r"`([a-z_]+)\.([A-Za-z_]+)(?:\([^`]*\))?`")
FILES: Final = {"cfg", "csv", "json", "jsonl", "js", "md", "py", "toml", "xlsx"}  # a file's name, and no module's
LIBRARIES: Final = {"jpype", "numpy"}


def names_of(tree: ast.Module) -> set[str]:
    """Whatever a module or a class of it gives a name to."""
    named = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            named.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            named.add(node.id)
    return named


def modules() -> dict[str, set[str]]:
    """The last word of each module and package of Relay → the names in it; those of two that are called alike."""
    found = dict[str, set[str]]()
    for path in sorted((ROOT / "relay").rglob("*.py")):
        package = path.stem == "__init__"
        names = names_of(ast.parse(path.read_text(encoding="utf-8")))
        names |= {each.stem for each in path.parent.iterdir()} if package else set[str]()
        found.setdefault(path.parent.name if package else path.stem, set()).update(names)
    return found


def lost(text: str, known: Mapping[str, set[str]]) -> Iterator[str]:
    """Mentions of `module.name` in a text that lead nowhere, in Relay or in a library."""
    for mention in MENTION.finditer(text):
        module, name = mention.groups()
        if name in FILES or name in known.get(module, ()):
            continue
        of_others = module in sys.stdlib_module_names or module in LIBRARIES
        if not (of_others and hasattr(import_module(module), name)):
            yield mention[0]


def test_a_mention_of_what_is_gone_is_found_and_one_of_what_is_there_is_not() -> None:
    known = {"herd": {"count"}}

    assert [*lost("`herd.count(day)`, `herd.gone`, `flock.count`, `herd.toml`, `gc.collect`", known)] == [
        "`herd.gone`",
        "`flock.count`",
    ]


def test_every_name_that_a_docstring_or_the_developers_page_mentions_is_there() -> None:
    known = modules()
    texts = [*sorted((ROOT / "relay").rglob("*.py")), ROOT / "docs" / "developers.md"]

    found = {path.relative_to(ROOT): [*lost(path.read_text(encoding="utf-8"), known)] for path in texts}

    assert {path: mentions for path, mentions in found.items() if mentions} == {}
