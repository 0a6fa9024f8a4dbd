"""What is asked of the graph about requests and plans."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a request, with its criteria, which are personal, and the day on which it was ended, or null; by id; cost:
# a scan of :Request.
#
#     (:End)-[:ENDS_REQUEST]->(:Request)
REQUESTS: Final[LiteralString] = """
MATCH (r:Request {programme_id: $programme_id})
RETURN r.request_id AS request_id, r.beneficiary_id AS beneficiary_id, r.help AS help,
  toString(r.asked_on) AS asked_on, r.ready AS ready, r.place_id AS place_id,
  head(COLLECT { MATCH (o:Personal {key: r.key}) RETURN o.criteria }) AS criteria,
  head(COLLECT { MATCH (e:End)-[:ENDS_REQUEST]->(r) RETURN toString(e.until_on) }) AS ended_on
ORDER BY request_id
"""

# One row = a check of a request; by id; cost: a scan of :RequestCheck.
CHECKS: Final[LiteralString] = """
MATCH (c:RequestCheck {programme_id: $programme_id})
RETURN c.request_check_id AS request_check_id, c.request_id AS request_id, toString(c.checked_on) AS checked_on,
  c.wants AS wants, c.ready AS ready
ORDER BY request_check_id
"""

# One row = a plan, with the day on which it was ended, or null; by id; cost: a scan of :Plan.
#
#     (:End)-[:ENDS_PLAN]->(:Plan)
PLANS: Final[LiteralString] = """
MATCH (p:Plan {programme_id: $programme_id})
RETURN p.plan_id AS plan_id, p.beneficiary_id AS beneficiary_id, p.help AS help, toString(p.chosen_on) AS chosen_on,
  p.giver_placement_id AS giver_placement_id, p.gift_id AS gift_id, toString(p.expected_on) AS expected_on,
  p.rank AS rank, head(COLLECT { MATCH (e:End)-[:ENDS_PLAN]->(p) RETURN toString(e.until_on) }) AS ended_on
ORDER BY plan_id
"""

# The programme's own words. One row, or none.
PROGRAMME: Final[LiteralString] = """
MATCH (p:Programme {key: $key}) RETURN properties(p) AS programme
"""

# One row = a place; by id; cost: a scan of :Place.
PLACES: Final[LiteralString] = """
MATCH (p:Place {programme_id: $programme_id})
RETURN p.place_id AS place_id, p.name AS name, p.kind AS kind, p.parent_id AS parent_id, p.latitude AS latitude,
  p.longitude AS longitude
ORDER BY place_id
"""

# The household of everybody of whom it is known, as columns of one length. One row; cost: a scan of :Personal.
HOUSEHOLDS: Final[LiteralString] = """
MATCH (o:Personal {programme_id: $programme_id}) WHERE o.household_id IS NOT NULL
RETURN collect(o.key) AS keys, collect(o.household_id) AS households
"""
