"""What is asked of the graph about services, counts and releases."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a service; by place, kind and id; cost: a scan of :Service.
SERVICES: Final[LiteralString] = """
MATCH (s:Service {programme_id: $programme_id})
RETURN s.service_id AS service_id, s.name AS name, s.kind AS kind, s.place_id AS place_id, s.phone AS phone,
  s.hours AS hours, s.languages AS languages, toString(s.checked_on) AS checked_on, toString(s.closed_on) AS closed_on
ORDER BY place_id, kind, service_id
"""

# One row = a place; by id; cost: a scan of :Place.
PLACES: Final[LiteralString] = """
MATCH (p:Place {programme_id: $programme_id})
RETURN p.place_id AS place_id, p.kind AS kind, p.parent_id AS parent_id
ORDER BY place_id
"""

# One row = a protection committee, with the days of its meetings; by id; cost: a scan of :Group.
#
#     (:Meeting)-[:MEETING_OF]->(:Group)
COMMITTEES: Final[LiteralString] = """
MATCH (g:Group {programme_id: $programme_id, kind: 'protection_committee'})
RETURN g.group_id AS group_id, g.place_id AS place_id,
  COLLECT { MATCH (m:Meeting)-[:MEETING_OF]->(g) RETURN toString(m.held_on) } AS held
ORDER BY group_id
"""

# One row = a count of committees, with its number, which is secret, or null where it is not known; by id; cost: a scan
# of :CommitteeCount.
#
#     (:Personal)  by key  (:CommitteeCount)
COUNTS: Final[LiteralString] = """
MATCH (n:CommitteeCount {programme_id: $programme_id})
RETURN n.committee_count_id AS id, n.place_id AS place_id, n.month AS month, n.measure AS measure,
  head(COLLECT { MATCH (o:Personal {key: n.key}) RETURN o.count }) AS number
ORDER BY id
"""

# One row = a count of a site for advice, with its visits, which are secret, or null where they are not known; by id;
# cost: a scan of :SiteCount.
#
#     (:Personal)  by key  (:SiteCount)-[:COUNTED_AT]->(:Site)
SITE_COUNTS: Final[LiteralString] = """
MATCH (n:SiteCount {programme_id: $programme_id})-[:COUNTED_AT]->(s:Site)
RETURN n.site_count_id AS id, s.site_id AS site_id, s.place_id AS place_id, n.month AS month,
  head(COLLECT { MATCH (o:Personal {key: n.key}) RETURN o.visits }) AS number
ORDER BY id
"""

# One row = a release; in the order in which they were made; cost: a scan of :Release.
RELEASES: Final[LiteralString] = """
MATCH (r:Release {programme_id: $programme_id})
RETURN r.release_id AS release_id, r.measure AS measure, r.from_month AS from_month, r.until_month AS until_month,
  r.level AS level, r.span AS span, r.k AS k, r.entries AS entries, r.table AS table
ORDER BY r.sequence
"""

# One row = a place, month and measure of which a count is recorded, and nothing of the number; in order; cost: a scan
# of :CommitteeCount.
REPORTED: Final[LiteralString] = """
MATCH (n:CommitteeCount {programme_id: $programme_id})
RETURN DISTINCT n.place_id AS place_id, n.month AS month, n.measure AS measure
ORDER BY place_id, month, measure
"""
