"""The graph queries of learning."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a session; by id; cost: a scan of the sessions of all courses.
#
#     (:Meeting)-[:SESSION_OF]->(:Course)
SESSIONS: Final[LiteralString] = """
MATCH (m:Meeting)-[:SESSION_OF]->(c:Course {programme_id: $programme_id})
RETURN m.meeting_id AS meeting_id, c.course_id AS course_id, m.kind AS kind, toString(m.held_on) AS held_on,
  m.minutes AS minutes, m.present AS present, m.late AS late, m.excused AS excused, m.women AS women, m.men AS men,
  m.girls AS girls, m.boys AS boys
ORDER BY meeting_id
"""
