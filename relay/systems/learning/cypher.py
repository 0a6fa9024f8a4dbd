"""What is asked of the graph about classes and sites."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a course; by id; cost: a scan of :Course.
COURSES: Final[LiteralString] = """
MATCH (c:Course {programme_id: $programme_id})
RETURN c.course_id AS course_id, c.name AS name, c.kind AS kind, c.group_id AS group_id, c.place_id AS place_id,
  toString(c.from_on) AS from_on, toString(c.until_on) AS until_on, c.sessions AS sessions, c.minutes AS minutes,
  c.min_attendance AS min_attendance, c.tested AS tested, c.topic AS topic
ORDER BY course_id
"""

# One row = an enrolment, with the result, which is personal, and the day on which it was ended, or null; by id; cost: a
# scan of :Enrolment.
#
#     (:End)-[:ENDS_ENROLMENT]->(:Enrolment)  by key  (:Personal)
ENROLMENTS: Final[LiteralString] = """
MATCH (e:Enrolment {programme_id: $programme_id})
RETURN e.enrolment_id AS enrolment_id, e.course_id AS course_id, e.beneficiary_id AS beneficiary_id,
  toString(e.enrolled_on) AS enrolled_on, toString(e.left_on) AS left_on, toString(e.completed_on) AS completed_on,
  head(COLLECT { MATCH (o:Personal {key: e.key}) RETURN o.result }) AS result,
  head(COLLECT { MATCH (x:End)-[:ENDS_ENROLMENT]->(e) RETURN toString(x.until_on) }) AS ended_on
ORDER BY enrolment_id
"""

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

# One row = a rule that requires something; by id; cost: the programme's rules.
RULES: Final[LiteralString] = """
MATCH (r:Rule {programme_id: $programme_id}) WHERE r.requires IS NOT NULL
RETURN r.key AS key, r.requires AS requires, r.requires_within_months AS requires_within_months
ORDER BY key
"""

# One row = a site, with the months that were counted, and nothing of the numbers; by id; cost: a scan of :Site.
#
#     (:SiteCount)-[:COUNTED_AT]->(:Site)
SITES: Final[LiteralString] = """
MATCH (s:Site {programme_id: $programme_id}) WHERE s.opened_on <= $as_of
RETURN s.site_id AS site_id, s.kind AS kind, s.place_id AS place_id, toString(s.opened_on) AS opened_on,
  toString(s.closed_on) AS closed_on, COLLECT { MATCH (n:SiteCount)-[:COUNTED_AT]->(s) RETURN n.month } AS months
ORDER BY site_id
"""
