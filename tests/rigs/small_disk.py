"""A small disk of its own: a process that sees one, where the system lets anybody mount what nobody else sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]


def on_a_small_disk(function: str, size: int, folder: Path) -> Mapping[str, Any]:
    """Call a function in a process of its own, with a folder on a disk of that many bytes; the JSON that it prints.

    Args:
        function: "module:name".
        size: In bytes.
        folder: Beneath which the disk is mounted.
    """
    module, _, name = function.partition(":")
    script = f"from pathlib import Path; from {module} import {name}; {name}(Path('data'))"
    mounted = f'mkdir data && mount -t tmpfs -o size={size},mode=700 tmpfs data && exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted, "sh", sys.executable, "-c", script],  # noqa: S607  wherever the system has it
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, f"a small disk needs `unshare -rm`: {done.stderr}"
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found
