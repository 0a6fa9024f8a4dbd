"""Which Relay this is can be told: its version and its commit."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from relay import version

CLONE = Path(version.__file__).parents[1]


def test_a_clone_tells_its_commit_and_another_folder_none(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    assert version.commit_of(tmp_path) == ""
    for words in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "begin"]):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "file").touch()
    subprocess.run([*git, "add", "file"], check=True)

    assert re.fullmatch("[0-9a-f]{12}-dirty", version.commit_of(tmp_path))


def test_a_wheel_tells_the_commit_that_it_was_built_from(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(CLONE)], check=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        commit = packed.read(f"relay/{version.COMMIT}").decode()
    assert commit.removesuffix("-dirty") == version.commit_of(CLONE).removesuffix("-dirty") != ""
