"""What is asked of the graph about wells."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a well that was dug by a day, with the last visit by then, or null; by well id; cost: a scan of :Well.
#
#     (v:WellVisit)-[:VISIT_TO]->(w:Well)
WELLS: Final[LiteralString] = """
MATCH (w:Well {programme_id: $programme_id}) WHERE w.dug_on <= $as_of
RETURN w.well_id AS well_id, w.beneficiary_id AS beneficiary_id, toString(w.dug_on) AS dug_on, w.depth AS depth,
  head(COLLECT { MATCH (v:WellVisit)-[:VISIT_TO]->(w) WHERE v.visited_on <= $as_of
                 RETURN v.works ORDER BY v.visited_on DESC, v.sequence DESC }) AS works
ORDER BY well_id
"""
