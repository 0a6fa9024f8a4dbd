"""The graph queries of protection."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a protection committee, with the days of its meetings; by id; cost: a scan of :Group.
#
#     (:Meeting)-[:MEETING_OF]->(:Group)
COMMITTEES: Final[LiteralString] = """
MATCH (g:Group {programme_id: $programme_id, kind: 'protection_committee'})
RETURN g.group_id AS group_id, g.place_id AS place_id,
  COLLECT { MATCH (m:Meeting)-[:MEETING_OF]->(g) RETURN toString(m.held_on) } AS held
ORDER BY group_id
"""
