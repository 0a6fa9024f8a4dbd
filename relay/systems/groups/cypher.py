"""The graph queries of groups."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a group, of all or the one that is meant; by id; cost: a scan of :Group.
GROUPS: Final[LiteralString] = """
MATCH (w:`Group` {programme_id: $programme_id}) WHERE $group_id IS NULL OR w.group_id = $group_id
RETURN w.group_id AS group_id, w.kind AS kind, w.place_id AS place_id ORDER BY group_id
"""

# What is recorded of all groups, or of one: who belongs to them, holds their offices, and holds help as a group, when
# they met, and the programme's own words. One row = the name of a kind, the properties of an act and the day of its
# end, or null; in no order; cost: scans of :Membership, :Office and :Meeting, or of one group look-ups.
#
#     (:End)-[:ENDS_MEMBERSHIP]->(:Membership)-[:MEMBERSHIP_IN]->(:Group)<-[:OFFICE_IN]-(:Office)<-[:ENDS_OFFICE]-(:End)
#     (:Meeting)-[:MEETING_OF]->(:Group)<-[:MEMBER_OF]-(:Beneficiary {kind: 'group'})
_MEMBERSHIP: Final[LiteralString] = """
    RETURN 'membership' AS kind, properties(n) AS said,
      head(COLLECT { MATCH (n)<-[:ENDS_MEMBERSHIP]-(e:End) RETURN toString(e.until_on) }) AS ended_on
    UNION ALL """
_OFFICE: Final[LiteralString] = """
    RETURN 'office' AS kind, properties(n) AS said,
      head(COLLECT { MATCH (n)<-[:ENDS_OFFICE]-(e:End) RETURN toString(e.until_on) }) AS ended_on
    UNION ALL """
_MEETING: Final[LiteralString] = """
    RETURN 'meeting' AS kind, properties(n) AS said, null AS ended_on
    UNION ALL MATCH (n:Programme {key: $programme})
    RETURN 'programme' AS kind, properties(n) AS said, null AS ended_on"""
OF_ALL: Final[LiteralString] = (
    "CALL () { MATCH (n:Membership {programme_id: $programme_id})"
    + _MEMBERSHIP
    + "MATCH (n:Office {programme_id: $programme_id})"
    + _OFFICE
    + "MATCH (n:Meeting {programme_id: $programme_id})"
    + _MEETING
    + "} RETURN kind, said, ended_on"
)
OF_ONE: Final[LiteralString] = (
    "CALL () { MATCH (:`Group` {key: $key})<-[:MEMBERSHIP_IN]-(n:Membership)"
    + _MEMBERSHIP
    + "MATCH (:`Group` {key: $key})<-[:OFFICE_IN]-(n:Office)"
    + _OFFICE
    + "MATCH (:`Group` {key: $key})<-[:MEETING_OF]-(n:Meeting)"
    + _MEETING
    + """
    UNION ALL MATCH (:`Group` {key: $key})<-[:MEMBER_OF]-(n:Beneficiary {kind: 'group'})
    RETURN 'beneficiary' AS kind, properties(n) AS said, null AS ended_on } RETURN kind, said, ended_on"""
)

# One row = a custody, of all or of those in which one group is owner or keeper, with the day and the reason of its end,
# which is personal; in no order; cost: a scan of :Custody.
#
#     (:End)-[:ENDS_CUSTODY]->(:Custody)
CUSTODIES: Final[LiteralString] = """
MATCH (c:Custody {programme_id: $programme_id})
WHERE $group_id IS NULL OR $group_id IN [c.owner_group_id, c.keeper_group_id]
RETURN c.custody_id AS custody_id, c.animal AS animal, c.help AS help, c.owner_group_id AS owner_group_id,
  c.keeper_beneficiary_id AS keeper_beneficiary_id, c.keeper_group_id AS keeper_group_id,
  toString(c.from_on) AS from_on, toString(c.until_on) AS until_on, c.reason AS reason,
  head(COLLECT { MATCH (c)<-[:ENDS_CUSTODY]-(e:End) RETURN toString(e.until_on) }) AS ended_on,
  head(COLLECT { MATCH (c)<-[:ENDS_CUSTODY]-(e:End) MATCH (o:Personal {key: e.key}) RETURN o.reason }) AS ended_for
"""

# The groups of which some ids of a woman are members, past ones too. One row = a group; by id; cost: look-ups.
#
#     (:Beneficiary)<-[:MEMBERSHIP_OF]-(:Membership)
GROUPS_OF_HER: Final[LiteralString] = """
UNWIND $people AS key
MATCH (:Beneficiary {key: key})<-[:MEMBERSHIP_OF]-(m:Membership)
RETURN DISTINCT m.group_id AS group_id ORDER BY group_id
"""

# Whom a meeting chose to receive next, where planning is there. One row = a plan; by id; cost: a scan of :Plan.
CHOSEN_AT: Final[LiteralString] = """
MATCH (p:Plan {programme_id: $programme_id}) WHERE p.meeting_id = $meeting_id
RETURN p.plan_id AS plan_id, p.beneficiary_id AS beneficiary_id, p.votes_for AS votes_for,
  p.votes_against AS votes_against
ORDER BY plan_id
"""

# The pass-ons from what some people hold, and the group that stood in for the giver, or null. One row = a pass-on; by
# id; cost: look-ups.
#
#     (:Beneficiary)-[:HOLDS]->(:Placement)-[:PASSED_TO {by_group_id}]->(:Placement)
PASSED: Final[LiteralString] = """
UNWIND $people AS key
MATCH (:Beneficiary {key: key})-[:HOLDS]->(p:Placement)
MATCH (p)-[r:PASSED_TO]->(:Placement) WHERE r.passed_on <= $as_of
RETURN r.pass_id AS pass_id, r.by_group_id AS by_group_id ORDER BY pass_id
"""

# What some placements are of. One row = a placement and its help; by id; cost: look-ups.
HELPS: Final[LiteralString] = """
UNWIND $keys AS key MATCH (p:Placement {key: key})
RETURN p.placement_id AS placement_id, p.help AS help ORDER BY placement_id
"""
