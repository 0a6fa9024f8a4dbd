"""A data folder with the demonstration, loaded once in a run and copied for every test that wants it."""

from __future__ import annotations

import fcntl
import json
import shutil
from typing import TYPE_CHECKING, Final

from relay.database import embedded_server
from relay.domain.system import Catalogue
from relay.graph import connect
from relay.service import demo
from relay.systems import SYSTEMS
from tests.scenes.acts import clerk

if TYPE_CHECKING:
    from pathlib import Path

_ACTIONS: Final = "actions.json"


def copied(shared: Path, folder: Path) -> Path:
    """Copy the folder, with its engine stopped, to where nothing is yet.

    Args:
        shared: Of all workers of this run: who comes first loads the demonstration below it, and others wait.
        folder: Where the copy goes.
    """
    shutil.copytree(_loaded(shared) / "data", folder)
    return folder


def actions(shared: Path) -> dict[str, dict[str, int]]:
    """Programme → what was done to load it: action → rows and acts."""
    done: dict[str, dict[str, int]] = json.loads((_loaded(shared) / _ACTIONS).read_text(encoding="utf-8"))
    return done


def _loaded(shared: Path) -> Path:
    made = shared / "demonstration"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / _ACTIONS).exists():
            by = clerk(today=demo.DAY)
            with connect(embedded_server.ensure(made / "data"), Catalogue(SYSTEMS)) as graph:
                done = {demo.DEMO: demo.load_demo(graph, by).actions, demo.VILLAGES: demo.load_villages(graph, by)}
            embedded_server.stop(made / "data")
            (made / _ACTIONS).write_text(json.dumps(done), encoding="utf-8")
    return made
