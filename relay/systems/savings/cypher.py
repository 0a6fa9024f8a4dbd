"""The graph queries of savings."""

from __future__ import annotations

from typing import Final, LiteralString

# Of which groups cycles are recorded. One row = a group and its kind, or null; by id; cost: a scan of :Cycle.
#
#     (:Cycle)-[:RUN_BY]->(:Group)
GROUPS: Final[LiteralString] = """
MATCH (c:Cycle {programme_id: $programme_id}) WHERE $group_id IS NULL OR c.group_id = $group_id
WITH DISTINCT c.group_id AS group_id
OPTIONAL MATCH (g:Group {programme_id: $programme_id, group_id: group_id})
RETURN group_id, head(collect(g.kind)) AS kind ORDER BY group_id
"""

# The programme, and all that is recorded of the savings of some groups, of meetings since a day. One row = the name of
# a kind, and the properties of its acts, of one meeting where they hang on one, since a row for each would take longer
# to send than to find; by kind; cost: look-ups of the groups, and what hangs on them.
#
#     (:PassbookLine)-[:WRITTEN_AT]->(:Meeting)<-[:LENT_AT]-(:Loan)<-[:EVENT_OF]-(:LoanEvent)
#     (:Flow)-[:MOVED_AT]->(:Meeting)<-[:PAID_AT]-(:Payout)
#     (:Cycle)-[:RUN_BY]->(:Group)<-[:MEETING_OF]-(:Meeting), (:Membership)-[:MEMBERSHIP_IN]->(:Group)
RECORDED: Final[LiteralString] = """
CALL () {
    MATCH (n:Programme {key: $programme}) RETURN 'programme' AS kind, collect(properties(n)) AS many
    UNION ALL
    MATCH (n:SavingsRule {programme_id: $programme_id}) RETURN 'savings_rule' AS kind, collect(properties(n)) AS many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:RUN_BY]-(n:Cycle)
    RETURN 'cycle' AS kind, collect(properties(n)) AS many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(n:Meeting) WHERE $since IS NULL OR n.held_on >= $since
    RETURN 'meeting' AS kind, collect(properties(n)) AS many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEMBERSHIP_IN]-(n:Membership)
    RETURN 'membership' AS kind, collect(properties(n)) AS many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(m:Meeting) WHERE $since IS NULL OR m.held_on >= $since
    MATCH (n:PassbookLine)-[:WRITTEN_AT]->(m)
    WITH m, collect(properties(n)) AS many RETURN 'passbook' AS kind, many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(m:Meeting) WHERE $since IS NULL OR m.held_on >= $since
    MATCH (n:Loan)-[:LENT_AT]->(m)
    WITH m, collect(properties(n)) AS many RETURN 'loan' AS kind, many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(m:Meeting) WHERE $since IS NULL OR m.held_on >= $since
    MATCH (n:LoanEvent)-[:EVENT_OF]->(:Loan)-[:LENT_AT]->(m)
    WITH m, collect(properties(n)) AS many RETURN 'loan_event' AS kind, many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(m:Meeting) WHERE $since IS NULL OR m.held_on >= $since
    MATCH (n:Flow)-[:MOVED_AT]->(m)
    WITH m, collect(properties(n)) AS many RETURN 'flow' AS kind, many
    UNION ALL
    UNWIND $keys AS key MATCH (:Group {key: key})<-[:MEETING_OF]-(m:Meeting) WHERE $since IS NULL OR m.held_on >= $since
    MATCH (n:Payout)-[:PAID_AT]->(m)
    WITH m, collect(properties(n)) AS many RETURN 'payout' AS kind, many }
RETURN kind, many ORDER BY kind
"""

# The programme, and the loans of some women, with all that was recorded of each. One row = the properties of one act,
# and the name of its kind; by kind and id; cost: their loans.
#
#     (:Beneficiary)<-[:LENT_TO]-(:Loan)<-[:REPAYS]-(:PassbookLine)-[:WRITTEN_AT]->(:Meeting)
#     (:LoanEvent)-[:EVENT_OF]->(:Loan)-[:LENT_AT]->(:Meeting)
LOANS_OF: Final[LiteralString] = """
CALL () {
    MATCH (n:Programme {key: $programme}) RETURN 'programme' AS kind, properties(n) AS values
    UNION
    MATCH (n:SavingsRule {programme_id: $programme_id}) RETURN 'savings_rule' AS kind, properties(n) AS values
    UNION
    UNWIND $keys AS key MATCH (:Beneficiary {key: key})<-[:LENT_TO]-(n:Loan)
    RETURN 'loan' AS kind, properties(n) AS values
    UNION
    UNWIND $keys AS key MATCH (:Beneficiary {key: key})<-[:LENT_TO]-(:Loan)-[:LENT_AT]->(n:Meeting)
    RETURN 'meeting' AS kind, properties(n) AS values
    UNION
    UNWIND $keys AS key MATCH (:Beneficiary {key: key})<-[:LENT_TO]-(:Loan)<-[:REPAYS]-(n:PassbookLine)
    RETURN 'passbook' AS kind, properties(n) AS values
    UNION
    UNWIND $keys AS key
    MATCH (:Beneficiary {key: key})<-[:LENT_TO]-(:Loan)<-[:REPAYS]-(:PassbookLine)-[:WRITTEN_AT]->(n:Meeting)
    RETURN 'meeting' AS kind, properties(n) AS values
    UNION
    UNWIND $keys AS key MATCH (:Beneficiary {key: key})<-[:LENT_TO]-(:Loan)<-[:EVENT_OF]-(n:LoanEvent)
    RETURN 'loan_event' AS kind, properties(n) AS values }
RETURN kind, values ORDER BY kind, values.key
"""

# When memberships were ended. One row = a membership and the day; by id; cost: a scan of :End.
#
#     (:End)-[:ENDS_MEMBERSHIP]->(:Membership)
ENDED: Final[LiteralString] = """
MATCH (e:End {programme_id: $programme_id})-[:ENDS_MEMBERSHIP]->(m:Membership)
RETURN m.membership_id AS membership_id, toString(e.until_on) AS until_on ORDER BY membership_id
"""

# In which groups a woman has a passbook. One row = a group; by id; cost: her lines.
#
#     (:Beneficiary)<-[:PASSBOOK_OF]-(:PassbookLine)-[:WRITTEN_AT]->(:Meeting)
PASSBOOKS: Final[LiteralString] = """
MATCH (:Beneficiary {key: $key})<-[:PASSBOOK_OF]-(:PassbookLine)-[:WRITTEN_AT]->(m:Meeting)
RETURN DISTINCT m.group_id AS group_id ORDER BY group_id
"""
