"""Which Relay this is: its version, and the commit that it was built from."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

VERSION: Final = "0.1.0"
"""The one place that tells it."""
_HERE: Final = Path(__file__).parent
COMMIT: Final = "commit.txt"
"""The file of a package that says its commit; `setup.py` writes it."""


def version() -> str:
    """The version and the commit, such as "0.1.0 (8254c0c9a1b2)"; the version alone where no commit is known.

    "-dirty" is added where files of a clone were changed since.
    """
    built = _HERE / COMMIT
    commit = built.read_text(encoding="ascii") if built.exists() else commit_of(_HERE.parent)
    return VERSION + (f" ({commit})" if commit else "")


def commit_of(clone: Path) -> str:
    """The commit of a clone; empty where it is none, or git is not there."""
    if not (clone / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(clone), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - nothing typed by others
    except OSError:
        return ""
    return said.stdout.strip()
