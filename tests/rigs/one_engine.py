"""For a module whose tests need one engine only."""

from __future__ import annotations

from typing import Final

import pytest

ON_THE_EMBEDDED_ENGINE: Final = [
    pytest.mark.usefixtures("connection"),
    pytest.mark.parametrize("connection", ["embedded_engine"], ids=["embedded"], indirect=True),
]
"""Not a fixture in place of `connection`: what was made of it for another module's engine would be handed on."""
