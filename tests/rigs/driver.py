"""Whether the tests use the driver without its internals: `RELAY_PLAIN_DRIVER=1 python -m pytest` runs them all so."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Final

import pytest

from relay.database import engine
from relay.settings import Connection, Settings

PLAIN: Final = Settings.read({"RELAY_PLAIN_DRIVER": os.environ.get("RELAY_PLAIN_DRIVER", "")}).plain_driver


def speak_plainly(patch: pytest.MonkeyPatch) -> None:
    """Have each engine that a test joins itself be spoken to as the environment says, too."""
    connection = engine.State.connection

    def plain(state: engine.State) -> Connection:
        return replace(connection(state), plain=PLAIN)

    patch.setattr(engine.State, "connection", plain)
