"""The catalogue of the core alone, which nearly all tests work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.system import Catalogue

if TYPE_CHECKING:
    from relay.domain.schema import Kind

CORE: Final = Catalogue()
IN_TABLES: Final[tuple[Kind, ...]] = tuple(kind for kind in CORE.filed if kind.file in CORE.files)
"""The kinds that have a CSV file."""
