"""Examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SHOWN: Final = [path for path in sorted((ROOT / "relay").rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_example_in_a_docstring_gives_what_it_shows(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    found = doctest.testmod(import_module(name))

    assert found.attempted > 0
    assert found.failed == 0
