"""What is asked of the graph about groups."""

from __future__ import annotations

from typing import Final, LiteralString

# The programme's own words. One row, or none.
PROGRAMME: Final[LiteralString] = """
MATCH (p:Programme {key: $key}) RETURN properties(p) AS programme
"""

# One row = a group, of all or the one that is meant; by id; cost: a scan of :Group.
GROUPS: Final[LiteralString] = """
MATCH (w:`Group` {programme_id: $programme_id}) WHERE $group_id IS NULL OR w.group_id = $group_id
RETURN w.group_id AS group_id, w.kind AS kind, w.place_id AS place_id ORDER BY group_id
"""

# One row = a membership, with the day on which it was ended, or null; in no order; cost: a scan of :Membership, or of
# one group alone a look-up.
#
#     (:End)-[:ENDS_MEMBERSHIP]->(:Membership)-[:MEMBERSHIP_IN]->(:Group)
_MEMBERSHIP: Final[LiteralString] = """
RETURN m.membership_id AS membership_id, m.group_id AS group_id, m.beneficiary_id AS beneficiary_id,
  toString(m.from_on) AS from_on, toString(m.until_on) AS until_on, m.member_no AS member_no,
  head(COLLECT { MATCH (e:End)-[:ENDS_MEMBERSHIP]->(m) RETURN toString(e.until_on) }) AS ended_on
"""
MEMBERSHIPS: Final[LiteralString] = "MATCH (m:Membership {programme_id: $programme_id})" + _MEMBERSHIP
MEMBERSHIPS_IN: Final[LiteralString] = "MATCH (m:Membership)-[:MEMBERSHIP_IN]->(:`Group` {key: $key})" + _MEMBERSHIP

# One row = an office, the same way.
#
#     (:End)-[:ENDS_OFFICE]->(:Office)-[:OFFICE_IN]->(:Group)
_OFFICE: Final[LiteralString] = """
RETURN o.office_id AS office_id, o.group_id AS group_id, o.beneficiary_id AS beneficiary_id, o.office AS office,
  toString(o.from_on) AS from_on, toString(o.until_on) AS until_on,
  head(COLLECT { MATCH (e:End)-[:ENDS_OFFICE]->(o) RETURN toString(e.until_on) }) AS ended_on
"""
OFFICES: Final[LiteralString] = "MATCH (o:Office {programme_id: $programme_id})" + _OFFICE
OFFICES_IN: Final[LiteralString] = "MATCH (o:Office)-[:OFFICE_IN]->(:`Group` {key: $key})" + _OFFICE

# One row = a meeting, the same way.
#
#     (:Meeting)-[:MEETING_OF]->(:Group)
_MEETING: Final[LiteralString] = """
RETURN m.meeting_id AS meeting_id, m.group_id AS group_id, m.course_id AS course_id, m.kind AS kind,
  toString(m.held_on) AS held_on, m.present AS present, m.late AS late, m.excused AS excused, m.women AS women,
  m.men AS men, m.girls AS girls, m.boys AS boys
"""
MEETINGS: Final[LiteralString] = "MATCH (m:Meeting {programme_id: $programme_id})" + _MEETING
MEETINGS_OF: Final[LiteralString] = "MATCH (m:Meeting)-[:MEETING_OF]->(:`Group` {key: $key})" + _MEETING

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
  head(COLLECT { MATCH (e:End)-[:ENDS_CUSTODY]->(c) RETURN toString(e.until_on) }) AS ended_on,
  head(COLLECT { MATCH (e:End)-[:ENDS_CUSTODY]->(c) MATCH (o:Personal {key: e.key}) RETURN o.reason }) AS ended_for
"""

# The groups of which some ids of a woman are members, past ones too. One row = a group; by id; cost: look-ups.
#
#     (:Beneficiary)<-[:MEMBERSHIP_OF]-(:Membership)
GROUPS_OF_HER: Final[LiteralString] = """
UNWIND $people AS key
MATCH (m:Membership)-[:MEMBERSHIP_OF]->(:Beneficiary {key: key})
RETURN DISTINCT m.group_id AS group_id ORDER BY group_id
"""

# The beneficiaries as which a group itself holds help. One row = one; by id; cost: the people of the group.
#
#     (:Beneficiary {kind: 'group'})-[:MEMBER_OF]->(:Group)
HOLDERS: Final[LiteralString] = """
MATCH (b:Beneficiary {kind: 'group'})-[:MEMBER_OF]->(:`Group` {key: $key})
RETURN b.beneficiary_id AS beneficiary_id ORDER BY beneficiary_id
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
