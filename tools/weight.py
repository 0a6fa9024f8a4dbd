"""How heavy the house is: lines of code by room, modules, classes, and what a pass-on and the page of health take.

    python tools/weight.py [FOLDER]      of relay/ below a folder, by default this one

A line of code has a token that is no comment and no docstring.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_CODE: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_ERROR: Final = "RelayError"
_MANY: Final = 15  # files of a folder: conventions.md


def lines_of_code(source: str) -> int:
    """How many lines have a token that is no comment and no docstring."""
    tree = ast.parse(source)
    documented = [
        node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    told = {line for node in documented for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    found = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NOT_CODE:
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - told)


def errors_of(classes: dict[str, list[str]]) -> set[str]:
    """The classes that extend `RelayError`, however far."""
    found = {_ERROR}
    while more := {name for name, bases in classes.items() if name not in found and found & {*bases}}:
        found |= more
    return found


def weighed(relay: Path) -> Iterator[tuple[str, int | str]]:
    """What is counted, each with its number; rooms by their path."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(relay.rglob("*.py"))}
    rooms = Counter[str]()
    for path in trees:
        rooms[str(path.parent.relative_to(relay.parent))] += lines_of_code(path.read_text(encoding="utf-8"))
    yield from sorted(rooms.items())
    declared = [node for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)]
    classes = {node.name: [ast.unparse(base).rpartition(".")[2] for base in node.bases] for node in declared}
    rows = [
        node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Failure"
    ]
    twice = sorted(name for name, times in Counter(node.name for node in declared).items() if times > 1)
    yield "lines of code", sum(rooms.values())
    yield "modules", len(trees)
    crowded = [folder for folder, files in Counter(path.parent for path in trees).items() if files > _MANY]
    yield f"folders of more than {_MANY} modules", len(crowded)
    yield "classes", len(declared)
    yield "error classes", len(errors_of(classes))
    yield "failures that are rows", len(rows)
    yield "names of several classes", f"{len(twice)}: {', '.join(twice)}"


if __name__ == "__main__":
    for what, many in weighed(Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "relay"):
        print(f"{many:>7,}  {what}" if isinstance(many, int) else f"{what}: {many}")  # noqa: T201
