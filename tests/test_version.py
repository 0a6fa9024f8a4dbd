"""Which Relay this is can be told: its version and its commit."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from relay import version

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clone_tells_its_commit_and_another_folder_none(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    assert version.commit_of(tmp_path) == ""
    for words in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "begin"]):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "file").touch()
    subprocess.run([*git, "add", "file"], check=True)

    assert re.fullmatch("[0-9a-f]{12}-dirty", version.commit_of(tmp_path))
