"""What the tests of systems take from those of the command line."""

from __future__ import annotations

from tests.commands.conftest import alone

__all__ = ["alone"]
