"""The graph query of planning: in which household each woman lives."""

from __future__ import annotations

from typing import Final, LiteralString

# The household of everybody of whom it is known, as columns of one length. One row; cost: a scan of :Personal.
HOUSEHOLDS: Final[LiteralString] = """
MATCH (o:Personal {programme_id: $programme_id}) WHERE o.household_id IS NOT NULL
RETURN collect(o.key) AS keys, collect(o.household_id) AS households
"""
