"""What tests of the database share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay.database import engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def data_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for an engine that the test starts, and stop that engine afterwards."""
    folder = tmp_path / "data"
    yield folder
    engine.stop(folder)
