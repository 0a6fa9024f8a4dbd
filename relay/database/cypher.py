"""Every Cypher query that the core runs.

The patterns are drawn in `projection`. Each query runs on both engines and uses only what both support. Values are
passed as parameters, never put into the text; every column is named after the field that receives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, LiteralString, cast

from relay.domain.vocabulary import SHOWN

if TYPE_CHECKING:
    from relay.domain.schema import Kind
    from relay.domain.system import Catalogue

# ---------------------------------------------------------------------------------------------------- schema

# Neo4j only: all indexes, including those of unique constraints. One row = an index; cost: none.
INDEXES: Final[LiteralString] = """
SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint
WHERE type = 'RANGE' AND size(properties) = 1
RETURN name, labelsOrTypes[0] AS label, properties[0] AS property, owningConstraint IS NOT NULL AS unique
"""

# What Relay made unique and what it gave an index, each as "Label.property". One row; none in a database that Relay
# never opened, null in one that an earlier version prepared.
SCHEMA: Final[LiteralString] = """
MATCH (s:Schema {key: 'schema'}) RETURN s.unique AS unique, s.indexed AS indexed
"""

SET_SCHEMA: Final[LiteralString] = "MERGE (s:Schema {key: 'schema'}) SET s.unique = $unique, s.indexed = $indexed"

# Neo4j with roles only, on its database "system": what the current user may and may not do. One row = a privilege; in
# no order; cost: none.
PRIVILEGES: Final[LiteralString] = """
SHOW USER PRIVILEGES YIELD access, action, graph, segment RETURN access, action, graph, segment
"""

# Whether a database that Relay never opened holds anything: one ledger, and the labels of one node. Cost: one node.
ANY_LEDGER: Final[LiteralString] = "MATCH (l:Ledger) WHERE l.sequence IS NOT NULL RETURN l.key AS key LIMIT 1"
ANY_NODE: Final[LiteralString] = "MATCH (n) RETURN labels(n) AS labels LIMIT 1"

# ---------------------------------------------------------------------------------------------------- programmes

# One row = a programme with the head of its ledger, which has the programme's key; by programme_id; cost: one row a
# programme.
LEDGERS: Final[LiteralString] = """
MATCH (l:Ledger) WHERE l.key = l.programme_id
OPTIONAL MATCH (p:Programme {key: l.programme_id + '/programme/' + l.programme_id})
RETURN l.programme_id AS programme_id, l.sequence AS sequence, l.hash AS hash, l.projection AS projection,
       p.name AS name, p.timezone AS timezone, p.systems AS systems,
       p.country AS country, p.own_columns AS own_columns,
       l.copy_of AS copy_of, l.copied_at AS copied_at, l.alarm AS alarm,
       l.copy_has AS copy_has, l.in_step_until AS in_step_until
ORDER BY programme_id
"""

# Begin a programme's ledger; changes nothing when it has begun.
BEGIN_LEDGER: Final[LiteralString] = """
MERGE (l:Ledger {key: $key})
ON CREATE SET l.programme_id = $programme_id, l.sequence = 0, l.hash = $hash, l.projection = $projection
"""

# ---------------------------------------------------------------------------------------------------- recording

# The FIRST statement of every write: lock the head of the ledger, then read what the acts touch. One row; every list in
# no order; cost: one index look-up for each key, and a scan of :Held up to the first that is open.
#
#     (:Entry)-[:ABOUT*0..]->(subject)<-[:ABOUT*0..]-(:Entry)      entries of `acts` and all entries about them
#     (:Entry)-[:RECORDED]->(n)                                    `others`: what stands of acts of any other kind
#
# A read asks for the same without the lock. All keys are in one map, whatever is asked for: Neo4j plans a text anew
# where a list is empty that was not, and each plan takes a second. On the embedded engine p {.help} in a list within a
# list makes null of the whole row: there {help: p.help} is written.
_LOAD: Final[LiteralString] = """
RETURN l.sequence AS sequence, l.hash AS hash, l.projection AS projection, l.copy_of AS copy_of,
  l.in_step_until AS in_step_until,
  COLLECT { MATCH (e:Entry {key: l.programme_id + '/entry/' + toString(l.sequence)})
            RETURN e.recorded_at } AS last_recorded_at,
  COLLECT { MATCH (h:Held {scope: l.programme_id}) WHERE h.state = 'open' RETURN h.held_id LIMIT 1 } AS held,
  COLLECT { MATCH (p:Programme {key: $programme}) RETURN properties(p) } AS programmes,
  COLLECT { MATCH (:Programme {key: $programme})-[:RULED_BY]->(r:Rule) RETURN properties(r) } AS rules,
  COLLECT { UNWIND $keys.entries AS act MATCH (e:Entry {act_key: act})
            MATCH (e)-[:ABOUT*0..]->(s:Entry) MATCH (s)<-[:ABOUT*0..]-(c:Entry)
            WITH DISTINCT c
            RETURN {entry: properties(c),
                    opened: COLLECT { MATCH (o:Personal {key: c.act_key}) RETURN o.opened }} } AS entries,
  COLLECT { UNWIND $keys.women AS key MATCH (n:Beneficiary {key: key})
            RETURN {node: properties(n),
                    personal: COLLECT { MATCH (o:Personal {key: n.key})
                                        RETURN {name: o.name, household_id: o.household_id} },
                    holds: COLLECT { MATCH (n)-[:HOLDS]->(p:Placement)
                                     RETURN {placement_id: p.placement_id, help: p.help} },
                    kept: COLLECT { MATCH (s:Same)-[:KEEPS]->(n) RETURN properties(s) },
                    joined: COLLECT { MATCH (s:Same)-[:JOINS]->(n) RETURN properties(s) }} } AS women,
  COLLECT { UNWIND $keys.placements AS key MATCH (p:Placement {key: key})
            RETURN {placement_id: p.placement_id, beneficiary_id: p.beneficiary_id, help: p.help,
                    personal: COLLECT { MATCH (o:Personal {key: $holder + p.beneficiary_id})
                                        RETURN {name: o.name, household_id: o.household_id} },
                    filled: COLLECT { MATCH (:Gift)-[f:FILLED]->(p) RETURN properties(f) },
                    received: COLLECT { MATCH (:Placement)-[r:PASSED_TO]->(p) RETURN properties(r) },
                    passed: COLLECT { MATCH (p)-[r:PASSED_TO]->(:Placement) RETURN properties(r) },
                    events: COLLECT { MATCH (e:Event)-[:HAPPENED_TO]->(p) RETURN properties(e) }} } AS placements,
  COLLECT { UNWIND $keys.others AS act MATCH (e:Entry {act_key: act})-[:RECORDED]->(n) RETURN properties(n) } AS others
"""
LOCK_AND_LOAD: Final[LiteralString] = "MATCH (l:Ledger {key: $ledger}) SET l.lock = $lock WITH l" + _LOAD
READ_AND_LOAD: Final[LiteralString] = "MATCH (l:Ledger {key: $ledger})" + _LOAD

# The FIRST statement of a step that was judged in memory: lock the head of the ledger, and return whether it is where
# the step begins and who locked it before.
LOCK: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
WITH l, l.lock AS earlier
SET l.lock = $lock
WITH l, earlier
RETURN l.sequence AS sequence, l.hash AS hash, l.projection AS projection, l.copy_of AS copy_of,
       l.in_step_until AS in_step_until, earlier
"""

# What a clerk may leave out of a pass-on: the giver, by placement or by holder under any of her ids, and the pass-on if
# it was already recorded. One row; placements by id; cost: index look-ups.
HAND_OVER: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN COLLECT { MATCH (p:Placement {key: $giver}) RETURN p.placement_id } AS giver,
  COLLECT { UNWIND $holders AS holder MATCH (:Beneficiary {key: holder})-[:HOLDS]->(p:Placement)
            RETURN p.placement_id AS placement_id ORDER BY placement_id } AS held_by_giver,
  COLLECT { MATCH (e:Entry {act_key: $act}) RETURN e.payload } AS recorded
"""

# Which givers, each named in a row by a placement or by its holder, hold something that the programme's rules count in
# another unit. One row = a giver as named; in no order; cost: index look-ups for each, and the rules.
GIVERS_OF_OTHER_UNITS: Final[LiteralString] = """
UNWIND $givers AS giver
OPTIONAL MATCH (p:Placement {key: giver.placement})
OPTIONAL MATCH (:Beneficiary {key: giver.holder})-[:HOLDS]->(h:Placement)
MATCH (:Programme {key: $programme})-[:RULED_BY]->(r:Rule {help: coalesce(p.help, h.help)})
WHERE r.unit <> $unit
RETURN DISTINCT giver.said AS giver
"""

# What depends on acts that may be taken back. One row = a kind, with the properties of its nodes or relationships that
# refer to one act, since one row for each would take longer to send than to find; in no order.
_POINTING_AT: Final[LiteralString] = """
UNWIND $keys AS key
CALL (key) { BRANCHES }
WITH key, kind, collect(values) AS many
RETURN kind, many
"""
_POINTING_BY: Final[LiteralString] = (
    "MATCH (:TARGET {key: key})<-[:TYPE]-(n:LABEL) RETURN 'KIND' AS kind, properties(n) AS values"
)
# The same for references in a column without a relationship; cost: one scan of the kind for all keys.
_POINTING_BY_ID: Final[LiteralString] = """
MATCH PATTERN WHERE n.COLUMN IS NOT NULL AND split(n.key, '/')[0] + '/NAMED/' + n.COLUMN IN $keys
RETURN 'KIND' AS kind, collect(properties(n)) AS many
"""
_PATTERNS: Final[Mapping[str, LiteralString]] = {
    "placement": "(:Gift)-[n:FILLED]->(:Placement)",
    "pass": "(:Placement)-[n:PASSED_TO]->(:Placement)",
}
_EXPRESSED_BY_PATTERNS: Final = frozenset(
    {
        ("placement", "gift_id"),
        ("placement", "beneficiary_id"),
        ("pass", "giver_placement_id"),
        ("pass", "beneficiary_id"),
    }
)
"""Kind and column of references that the relationships of the relay itself express."""
_UNION: Final[LiteralString] = "\n    UNION "
_POINTING_BY_ITS_OWN: Final[Mapping[str, tuple[LiteralString, ...]]] = {
    "gift": ("MATCH (:Gift {key: key})-[r:FILLED]->(:Placement) RETURN 'placement' AS kind, properties(r) AS values",),
    "beneficiary": (
        """MATCH (:Beneficiary {key: key})-[:HOLDS]->(p:Placement) MATCH (:Placement)-[r:PASSED_TO]->(p)
    RETURN 'pass' AS kind, properties(r) AS values""",
        """MATCH (:Beneficiary {key: key})-[:HOLDS]->(p:Placement) MATCH (:Gift)-[r:FILLED]->(p)
    RETURN 'placement' AS kind, properties(r) AS values""",
    ),
}

# One row = a placement of one kind of help; by id; cost: a scan, so only for a new rule or a corrected one.
PLACEMENTS_OF_HELP: Final[LiteralString] = """
MATCH (p:Placement {programme_id: $programme_id, help: $help})
RETURN p.placement_id AS placement_id ORDER BY placement_id
"""

# Entries whose payload contains one of some texts, such as '"placement_id":"P1"'; in ledger order; cost: a scan.
ENTRIES_NAMING: Final[LiteralString] = """
MATCH (e:Entry {programme_id: $programme_id})
WHERE e.kind IN $kinds AND any(text IN $texts WHERE e.payload CONTAINS text)
RETURN e.act_id AS act_id ORDER BY e.sequence
"""

# The pass-ons that were corrected. One row = an entry; in ledger order; cost: one step for each correction.
CORRECTED_PASSES: Final[LiteralString] = """
MATCH (:Entry {programme_id: $programme_id, kind: 'correct'})-[:ABOUT]->(e:Entry {kind: 'pass'})
WITH DISTINCT e
RETURN e.act_id AS act_id, e.payload AS payload ORDER BY e.sequence
"""

# What a batch adds or changes, and the new head of the ledger: `WRITE_HEAD`, then the part for each list that has rows,
# in this order, nodes before relationships.
WRITE_HEAD: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger}) SET l.sequence = $sequence, l.hash = $hash
WITH l"""
_WRITE_ENTRY: Final[LiteralString] = """
CALL () { UNWIND $Entry AS row CREATE (n:Entry) SET n = row }"""
_WRITE_NODE: Final[LiteralString] = """
CALL () { UNWIND $LABEL AS row MERGE (n:LABEL {key: row.key}) SET n = row }"""
# Published figures stay on a placement whose facts change; the next publication updates them.
_WRITE_PLACEMENT: Final[LiteralString] = """
CALL () { UNWIND $Placement AS row MERGE (n:Placement {key: row.key})
  WITH n, row, {shown_state: n.shown_state, shown_passed: n.shown_passed, shown_still_owed: n.shown_still_owed,
                shown_generation: n.shown_generation, shown_reach: n.shown_reach,
                shown_caption: n.shown_caption} AS shown
  SET n = row SET n += shown }"""
_WRITE_EDGE: Final[LiteralString] = """
CALL () { UNWIND $ROWS AS row MATCH (a:START {key: row.start}) MATCH (b:END {key: row.end})
  CREATE (a)-[r:TYPE]->(b) SET r = row.properties }"""

# For corrections only: what no longer exists, or has changed. Relationships are matched by the keys of their ends, and
# those with values also by their own key.
_UNLINK: Final[LiteralString] = """
UNWIND $rows AS row MATCH (a:START {key: row.start})-[r:TYPE]->(b:END {key: row.end})
WHERE row.properties.key IS NULL OR r.key = row.properties.key DELETE r
"""
_RELINK: Final[LiteralString] = """
UNWIND $rows AS row MATCH (a:START {key: row.start})-[r:TYPE]->(b:END {key: row.end})
WHERE r.key = row.properties.key SET r = row.properties
"""
_DROP: Final[LiteralString] = "UNWIND $rows AS row MATCH (n:LABEL {key: row.key}) DETACH DELETE n"
# An animal is deleted only when no act names it.
_DROP_ANIMAL: Final[LiteralString] = """
UNWIND $rows AS row MATCH (n:Animal {key: row.key})
WHERE NOT EXISTS { MATCH (n)-[:WENT_TO]->(:Placement) } AND NOT EXISTS { MATCH (n)-[:NAMED_IN]->(:Event) } DELETE n
"""

# ---------------------------------------------------------------------------------------------------- the ledger read

# One row: of each entry its sequence, its properties, and its openings as JSON text, or null; by sequence; cost: one
# look-up an entry. A row for each takes the driver as long again as all else that is done with it.
ENTRIES: Final[LiteralString] = """
UNWIND range($first, $last) AS sequence
MATCH (e:Entry {key: $prefix + toString(sequence)})
WITH sequence, e ORDER BY sequence
RETURN collect([sequence, properties(e), head(COLLECT { MATCH (o:Personal {key: e.act_key}) RETURN o.opened })])
  AS entries
"""

# The first entry of a ledger with this number or a later one, by its key. One row, null for none; cost: a scan of the
# ledger.
ENTRY_FROM: Final[LiteralString] = """
MATCH (e:Entry) WHERE e.key STARTS WITH $prefix
WITH toInteger(substring(e.key, size($prefix))) AS sequence WHERE sequence >= $first
RETURN min(sequence) AS first
"""

# One row = an entry that passes all filters ('' is no filter); newest first; cost: a scan of the ledger.
ENTRIES_FOUND: Final[LiteralString] = """
MATCH (e:Entry {programme_id: $programme_id})
WHERE ($kind = '' OR e.kind = $kind) AND ($by = '' OR e.recorded_by = $by)
  AND e.recorded_at >= $first AND e.recorded_at < $before
  AND ($act_id = '' OR e.act_id = $act_id OR e.act_id ENDS WITH $ending OR e.hash STARTS WITH $hash
       OR any(text IN $texts WHERE e.payload CONTAINS text))
RETURN e.sequence AS sequence ORDER BY sequence DESC
"""

# One row = an act of some kinds whose entry's hash begins with a code; by sequence; cost: a scan of the ledger.
CERTIFIED: Final[LiteralString] = """
MATCH (e:Entry {programme_id: $programme_id})
WHERE e.kind IN $kinds AND e.hash STARTS WITH $code
RETURN e.act_id AS act_id ORDER BY e.sequence LIMIT 2
"""

# One row = an entry; by sequence; cost: one look-up an entry.
ENTRIES_AT: Final[LiteralString] = """
UNWIND $sequences AS sequence
MATCH (e:Entry {key: $prefix + toString(sequence)})
RETURN sequence, properties(e) AS entry ORDER BY sequence
"""

# One row = the last entry recorded before an instant, and the first one recorded at or after another; null if there is
# none; cost: a scan of the ledger.
ENTRIES_AROUND_INSTANTS: Final[LiteralString] = """
MATCH (e:Entry {programme_id: $programme_id})
RETURN max(CASE WHEN e.recorded_at < $before THEN e.sequence END) AS last,
  min(CASE WHEN e.recorded_at >= $from THEN e.sequence END) AS later
"""

# One row = a programme with entries: when something was last erased (null for never), the last entry recorded after an
# instant (null for none), and the latest time of any entry; cost: a scan of all ledgers.
RECORDING_TIMES: Final[LiteralString] = """
MATCH (e:Entry)
RETURN e.programme_id AS programme_id, max(CASE WHEN e.kind = 'erase' THEN e.recorded_at END) AS erased_at,
  max(CASE WHEN e.recorded_at > $after THEN e.sequence END) AS ahead, max(e.recorded_at) AS latest
ORDER BY programme_id
"""

# One row when an act is in the ledger.
RECORDED: Final[LiteralString] = "MATCH (e:Entry {act_key: $key}) RETURN e.sequence AS sequence"

# Everything in the database except what other programmes own, which has their id and a key that begins with it; in any
# order; cost: a scan of the database.
_OTHERS: Final[LiteralString] = """
coalesce(NODE.programme_id IN $others AND NODE.key + '/' STARTS WITH NODE.programme_id + '/', false)
"""
ENTRY_NODES: Final[LiteralString] = """
MATCH (n:Entry) WHERE NOT OTHERS
RETURN labels(n) AS labels, properties(n) AS properties
""".replace("OTHERS", _OTHERS.replace("NODE", "n"))
OTHER_NODES: Final[LiteralString] = """
MATCH (n) WHERE NOT n:Entry AND NOT n:Access AND NOT OTHERS
RETURN labels(n) AS labels, properties(n) AS properties
""".replace("OTHERS", _OTHERS.replace("NODE", "n"))
ALL_EDGES: Final[LiteralString] = """
MATCH (a)-[r]->(b)
WHERE NOT (OTHERS_START AND OTHERS_END)
RETURN labels(a) AS start_labels, a.key AS start, type(r) AS type, labels(b) AS end_labels, b.key AS end,
  properties(r) AS properties
""".replace("OTHERS_START", _OTHERS.replace("NODE", "a")).replace("OTHERS_END", _OTHERS.replace("NODE", "b"))

# The nodes of some keys, and the relationships that begin there; any order; cost: one look-up a key.
_SOME_NODES: Final[LiteralString] = """
UNWIND $keys AS key MATCH (n:LABEL {key: key}) RETURN labels(n) AS labels, properties(n) AS properties
"""
_SOME_EDGES: Final[LiteralString] = """
UNWIND $keys AS key MATCH (a:LABEL {key: key})-[r]->(b)
RETURN labels(a) AS start_labels, a.key AS start, type(r) AS type, labels(b) AS end_labels, b.key AS end,
  properties(r) AS properties
"""

# ---------------------------------------------------------------------------------------------------- rebuilding

# Note what a ledger is a copy of, and what its latest part brought; see `relay.following`.
SET_COPY: Final[LiteralString] = "MATCH (l:Ledger {key: $key}) SET l += $copy"

# The same of an original alone: what its followers say is no news of a copy's own original.
SET_COPIED: Final[LiteralString] = "MATCH (l:Ledger {key: $key}) WHERE coalesce(l.copy_of, '') = '' SET l += $copy"

# One row: the head of a ledger, and what was noted of it as a copy; or none.
COPY: Final[LiteralString] = """
MATCH (l:Ledger {key: $key})
RETURN l.sequence AS sequence, l.hash AS hash, l.projection AS projection,
       l.copy_of AS copy_of, l.promoted_at AS promoted_at, l.alarm AS alarm,
       l.copied_held AS held, l.copied_access AS access, l.copy_has AS copy_has
"""

# Delete entries of a ledger from one to its last, after what is personal in them; see `relay.following.parting`.
DROP_OPENED: Final[LiteralString] = """
UNWIND range($first, $last) AS sequence MATCH (e:Entry {key: $prefix + toString(sequence)})
MATCH (o:Personal {key: e.act_key}) DETACH DELETE o
"""
DROP_ENTRIES: Final[LiteralString] = """
UNWIND range($first, $last) AS sequence MATCH (e:Entry {key: $prefix + toString(sequence)}) DETACH DELETE e
"""

SET_PROJECTION: Final[LiteralString] = "MATCH (l:Ledger {key: $key}) SET l.projection = $projection"

# Up to $limit relationships between entries of a programme. One row = the number deleted.
CLEAR_ENTRIES: Final[LiteralString] = """
MATCH (:Entry {programme_id: $programme_id})-[r:NEXT|ABOUT]->(:Entry)
WITH r LIMIT $limit DELETE r RETURN count(*) AS cleared
"""

# Up to $limit nodes of a programme's projection, without entries and personal values. One row = the number deleted.
CLEAR: Final[LiteralString] = """
MATCH (n {programme_id: $programme_id}) WHERE NOT n:Entry AND NOT n:Ledger AND NOT n:Personal
WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS cleared
"""

# ---------------------------------------------------------------------------------------------------- publishing

# What is published of a programme. One row, or none; cost: one look-up.
PUBLISHED: Final[LiteralString] = "MATCH (s:Published {key: $programme_id}) RETURN properties(s) AS published"

# Figures on placements, whether or not anything is published. One row: for each such placement its key, labels and
# figures; in no order; cost: a scan of the programme's placements.
PUBLISHED_FIGURES: Final[LiteralString] = """
MATCH (p:Placement {programme_id: $programme_id})
WHERE size(labels(p)) > 1 OR p.shown_state IS NOT NULL OR p.shown_passed IS NOT NULL OR p.shown_still_owed IS NOT NULL
   OR p.shown_generation IS NOT NULL OR p.shown_reach IS NOT NULL OR p.shown_caption IS NOT NULL
RETURN collect([p.key, labels(p), p.shown_state, p.shown_passed, p.shown_still_owed, p.shown_generation,
                p.shown_reach, p.shown_caption]) AS layer
"""

# Withdraw what is published, and register who publishes next.
UNPUBLISH: Final[LiteralString] = "MATCH (s:Published {key: $programme_id}) DELETE s"
BEGIN_PUBLISHING: Final[LiteralString] = """
MERGE (c:Publishing {key: $programme_id}) SET c.programme_id = $programme_id, c.publisher = $publisher
"""

# The FIRST statement of each step: nobody else can publish until the transaction ends. One row, the publisher; or none.
PUBLISHER: Final[LiteralString] = """
MATCH (c:Publishing {key: $programme_id}) SET c.programme_id = $programme_id WITH c RETURN c.publisher AS publisher
"""

# One row while somebody is publishing, or was interrupted; cost: one look-up.
IS_PUBLISHING: Final[LiteralString] = "MATCH (c:Publishing {key: $programme_id}) RETURN c.publisher AS publisher"

# A label is removed and another one set in two transactions: within one, the embedded engine would see two placements
# of the same key.
UNLABEL: Final[Mapping[str, LiteralString]] = {
    label: "UNWIND $keys AS key MATCH (p:Placement {key: key}) REMOVE p:LABEL".replace("LABEL", label)
    for label in SHOWN.values()
}
SHOW: Final[LiteralString] = "UNWIND $rows AS row MATCH (p:Placement {key: row.key}) SET p += row.shown"
LABEL: Final[Mapping[str, LiteralString]] = {
    label: "UNWIND $keys AS key MATCH (p:Placement {key: key}) SET p:LABEL".replace("LABEL", label)
    for label in SHOWN.values()
}

PUBLISH: Final[LiteralString] = "MERGE (s:Published {key: $published.key}) SET s = $published"
END_PUBLISHING: Final[LiteralString] = "MATCH (c:Publishing {key: $programme_id}) DELETE c"

# ---------------------------------------------------------------------------------------------------- columns

# The columns of a snapshot, table by table: one row of lists of equal length, in any order. Empty values are '', 0, -1
# or $no_day, since collect() leaves nulls out. Days are days since 1970-01-01.
_PASS_COLUMNS: Final[LiteralString] = """
RETURN collect(r.pass_id) AS ids, collect(a.placement_id) AS giver, collect(b.placement_id) AS receiver,
  collect(duration.inDays(date('1970-01-01'), r.passed_on).days) AS day, collect(r.sequence) AS sequence,
  collect(coalesce(r.help, a.help)) AS help, collect(r.animals) AS units,
  collect(coalesce(r.females, 0.0)) AS females, collect(coalesce(r.males, 0.0)) AS males,
  collect(coalesce(r.condition, '')) AS condition, collect(coalesce(r.kind, 'in_kind') = 'in_kind') AS in_kind,
  collect(r.confirm_id IS NOT NULL) AS confirmed
"""
_PLACEMENT_COLUMNS: Final[LiteralString] = """
OPTIONAL MATCH (:Gift)-[f:FILLED]->(p)
RETURN collect(p.placement_id) AS ids, collect(p.beneficiary_id) AS beneficiary, collect(p.help) AS help,
  collect(coalesce(p.gift_id, '')) AS gift, collect(coalesce(f.sequence, 0)) AS sequence,
  collect(coalesce(duration.inDays(date('1970-01-01'), f.received_on).days, $no_day)) AS filled_day,
  collect(coalesce(f.animals, 0.0)) AS filled_units, collect(coalesce(f.condition, '')) AS filled_condition
"""
_EVENT_COLUMNS: Final[LiteralString] = """
RETURN collect(e.placement_id) AS placement, collect(e.kind) AS kind, collect(e.sequence) AS sequence,
  collect(duration.inDays(date('1970-01-01'), e.happened_on).days) AS day, collect(coalesce(e.animals, 1.0)) AS units,
  collect(coalesce(e.females, 0.0)) AS females, collect(coalesce(e.males, 0.0)) AS males,
  collect(coalesce(duration.inDays(date('1970-01-01'), e.until_on).days, $no_day)) AS until
"""
_BENEFICIARY_COLUMNS: Final[LiteralString] = """
RETURN collect(b.beneficiary_id) AS ids, collect(coalesce(b.sex, '')) AS sex, collect(b.sequence) AS sequence,
  collect(coalesce(b.place_id, '')) AS place, collect(coalesce(b.group_id, '')) AS `group`
"""
_GIFT_COLUMNS: Final[LiteralString] = """
RETURN collect(g.gift_id) AS ids, collect(g.help) AS help, collect(g.sequence) AS sequence,
  collect(duration.inDays(date('1970-01-01'), g.given_on).days) AS day, collect(coalesce(g.animals, -1.0)) AS units
"""

# A part of a programme: keys from $first on and before $beyond; in large tables, $many nodes after $skip in the order
# in which the database reads them, which does not change while nothing is written. One row, as above; cost: on Neo4j a
# range of an index, on the embedded engine a scan of one label up to there.
COLUMNS: Final[Mapping[str, LiteralString]] = {
    "passes": """
MATCH (a:Placement {programme_id: $programme_id}) WHERE a.key >= $first AND a.key < $beyond
WITH a SKIP $skip LIMIT $many
MATCH (a)-[r:PASSED_TO]->(b:Placement)
"""
    + _PASS_COLUMNS,
    "placements": """
MATCH (p:Placement {programme_id: $programme_id}) WHERE p.key >= $first AND p.key < $beyond
WITH p SKIP $skip LIMIT $many
"""
    + _PLACEMENT_COLUMNS,
    "events": """
MATCH (e:Event {programme_id: $programme_id}) WHERE e.key >= $first AND e.key < $beyond
WITH e SKIP $skip LIMIT $many
"""
    + _EVENT_COLUMNS,
    "beneficiaries": """
MATCH (b:Beneficiary {programme_id: $programme_id}) WHERE b.key >= $first AND b.key < $beyond
WITH b SKIP $skip LIMIT $many
"""
    + _BENEFICIARY_COLUMNS,
    "gifts": """
MATCH (g:Gift {programme_id: $programme_id}) WHERE g.key >= $first AND g.key < $beyond
"""
    + _GIFT_COLUMNS,
    "groups": """
MATCH (g:Group {programme_id: $programme_id}) WHERE g.key >= $first AND g.key < $beyond
RETURN collect(g.group_id) AS ids, collect(g.sequence) AS sequence, collect(coalesce(g.place_id, '')) AS place
""",
    "places": """
MATCH (p:Place {programme_id: $programme_id}) WHERE p.key >= $first AND p.key < $beyond
RETURN collect(p.place_id) AS ids, collect(p.sequence) AS sequence, collect(coalesce(p.parent_id, '')) AS parent
""",
    "sames": """
MATCH (s:Same {programme_id: $programme_id}) WHERE s.key >= $first AND s.key < $beyond
RETURN collect(s.same_id) AS ids, collect(s.sequence) AS sequence, collect(s.kept_id) AS kept,
  collect(s.other_id) AS other
""",
}

# Some placements by $keys, with what they received and what happened to them; some beneficiaries and gifts. One row, as
# above; cost: look-ups.
SOME_COLUMNS: Final[Mapping[str, LiteralString]] = {
    "passes": """
UNWIND $keys AS key MATCH (b:Placement {key: key}) MATCH (a:Placement)-[r:PASSED_TO]->(b)
"""
    + _PASS_COLUMNS,
    "placements": """
UNWIND $keys AS key MATCH (p:Placement {key: key})
"""
    + _PLACEMENT_COLUMNS,
    "events": """
UNWIND $keys AS key MATCH (p:Placement {key: key}) MATCH (e:Event)-[:HAPPENED_TO]->(p)
"""
    + _EVENT_COLUMNS,
    "beneficiaries": """
UNWIND $keys AS key MATCH (b:Beneficiary {key: key})
"""
    + _BENEFICIARY_COLUMNS,
    "gifts": """
UNWIND $keys AS key MATCH (g:Gift {key: key})
"""
    + _GIFT_COLUMNS,
}

# The placements that a gift filled, and the one of a key. One row = a key; by key; cost: look-ups.
ROOTS: Final[LiteralString] = """
CALL () { MATCH (:Gift {key: $gift})-[:FILLED]->(p:Placement) RETURN p.key AS key
          UNION MATCH (p:Placement {key: $placement}) RETURN p.key AS key }
RETURN key ORDER BY key
"""

# The placements that descend from some, and those that some descend from, these included. One row = a key; in any
# order; cost: each placement once for each of $keys, since DISTINCT is next to the pattern (see ABOVE).
BELOW_SOME: Final[LiteralString] = """
UNWIND $keys AS key
CALL (key) { MATCH (:Placement {key: key})-[:PASSED_TO*0..]->(p:Placement) RETURN DISTINCT p }
RETURN DISTINCT p.key AS key
"""
ABOVE_SOME: Final[LiteralString] = """
UNWIND $keys AS key
CALL (key) { MATCH (:Placement {key: key})<-[:PASSED_TO*0..]-(p:Placement) RETURN DISTINCT p }
RETURN DISTINCT p.key AS key
"""

# First key of the next part of a table, $many nodes after $first, by kind of record. One row = a key, or none if no
# more follow; cost: on Neo4j so many keys of an index.
_FIRST_KEY_OF_NEXT_PART: Final[LiteralString] = """
MATCH (n:LABEL) WHERE n.key >= $first AND n.key < $beyond
WITH n.key AS key ORDER BY key SKIP $many LIMIT 1 RETURN key
"""
FIRST_KEY_OF_NEXT_PART: Final[Mapping[str, LiteralString]] = {
    "placement": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Placement"),
    "event": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Event"),
    "beneficiary": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Beneficiary"),
    "gift": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Gift"),
    "group": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "`Group`"),
    "place": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Place"),
    "same": _FIRST_KEY_OF_NEXT_PART.replace("LABEL", "Same"),
}

# Number of nodes that a large table of a programme is read from, by kind of record. One row; cost: a scan of one label.
_NUMBER_OF_NODES: Final[LiteralString] = "MATCH (n:LABEL {programme_id: $programme_id}) RETURN count(n) AS many"
NUMBER_OF_NODES: Final[Mapping[str, LiteralString]] = {
    "placement": _NUMBER_OF_NODES.replace("LABEL", "Placement"),
    "event": _NUMBER_OF_NODES.replace("LABEL", "Event"),
    "beneficiary": _NUMBER_OF_NODES.replace("LABEL", "Beneficiary"),
}

# The head of a ledger. One row, or none without the ledger.
HEAD: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger}) RETURN l.sequence AS sequence, l.hash AS hash, l.projection AS projection
"""

# The head of a ledger and its existing entries from $first to $last. One row, or none without the ledger; entries by
# sequence; cost: one look-up for each entry.
HEAD_AND_ENTRIES: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN l.sequence AS sequence, l.hash AS hash, l.projection AS projection,
  COLLECT { UNWIND range($first, CASE WHEN l.sequence < $last THEN l.sequence ELSE $last END) AS sequence
            MATCH (e:Entry {key: $prefix + toString(sequence)}) RETURN properties(e) ORDER BY sequence } AS entries
"""

# One row = a programme's goal and its rules, by sequence.
RULES_AND_GOAL: Final[LiteralString] = """
OPTIONAL MATCH (p:Programme {key: $key})
OPTIONAL MATCH (p)-[:RULED_BY]->(r:Rule)
WITH p, r ORDER BY r.sequence
RETURN p.goal_generations AS goal_generations, collect(properties(r)) AS rules
"""

# ---------------------------------------------------------------------------------------------------- records

# Which of some acts are recorded, and which of some placements exist. One row; lists in no order; cost: one index
# look-up for each key.
EXISTING_IDS: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN COLLECT { UNWIND $acts AS key MATCH (e:Entry {act_key: key}) RETURN e.act_id } AS acts,
  COLLECT { UNWIND $placements AS key MATCH (p:Placement {key: key}) RETURN p.placement_id } AS placements
"""

# The acts, and the placements, whose key begins with a text. One row = an id; by id; cost: the index entries that begin
# so, and a round trip for each beginning: inside a subquery, or for several at once, one engine scans instead.
ACTS_BEGINNING: Final[LiteralString] = """
MATCH (e:Entry) WHERE e.act_key STARTS WITH $beginning RETURN e.act_id AS act_id ORDER BY e.act_key LIMIT $limit
"""
PLACEMENTS_BEGINNING: Final[LiteralString] = """
MATCH (p:Placement) WHERE p.key STARTS WITH $beginning
RETURN 'placement:' + p.placement_id AS act_id ORDER BY p.key LIMIT $limit
"""

# Every name, phone and household of a programme as columns of one length: people, groups and donors. One row; in no
# order, but the same in each column; "" for what is absent; cost: a scan of :Personal.
NAMES: Final[LiteralString] = """
MATCH (o:Personal {programme_id: $programme_id})
WHERE o.name IS NOT NULL OR o.donor IS NOT NULL OR o.phone IS NOT NULL OR o.household_id IS NOT NULL
RETURN collect(o.key) AS keys, collect(coalesce(o.name, o.donor, '')) AS names,
  collect(coalesce(o.phone, '')) AS phones, collect(coalesce(o.household_id, '')) AS households
"""

# Every place of a programme with its name and the place around it, as columns, "" for none, and what the programme says
# of its country. One row, or none without the programme; cost: a scan of :Place.
PLACE_NAMES: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
OPTIONAL MATCH (h:Programme {key: l.programme_id + '/programme/' + l.programme_id})
OPTIONAL MATCH (p:Place {programme_id: l.programme_id})
RETURN l.sequence AS sequence, h.country AS country, collect(p.place_id) AS ids, collect(p.name) AS names,
  collect(coalesce(p.parent_id, '')) AS parents
"""

# Where each beneficiary of a programme lives, if known, as columns. One row; cost: a scan of :Beneficiary.
WHERE_PEOPLE_LIVE: Final[LiteralString] = """
MATCH (b:Beneficiary {programme_id: $programme_id}) WHERE b.place_id IS NOT NULL
RETURN collect(b.beneficiary_id) AS ids, collect(b.place_id) AS homes
"""

# Names of some beneficiaries and places. One row; lists in no order; cost: look-ups.
PEOPLE_AND_PLACES: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN COLLECT { UNWIND $beneficiaries AS key MATCH (b:Beneficiary {key: key})
         RETURN {beneficiary_id: b.beneficiary_id, place_id: b.place_id,
                 name: head(COLLECT { MATCH (o:Personal {key: key}) RETURN o.name }),
                 place: head(COLLECT { MATCH (b)-[:LIVES_IN]->(p:Place) RETURN p.name }),
                 placement_ids: COLLECT { MATCH (b)-[:HOLDS]->(h:Placement) WHERE h.received_on <= $as_of
                                          RETURN h.placement_id ORDER BY h.placement_id }} } AS beneficiaries,
  COLLECT { UNWIND $places AS key MATCH (p:Place {key: key})
         RETURN {place_id: p.place_id, name: p.name} } AS places
"""

# All beneficiaries of a programme except groups, and all personal values about them, as columns; "" or 0 for unknown
# values. One row each, in no order; cost: scans of :Beneficiary and :Personal.
PEOPLE: Final[LiteralString] = """
MATCH (b:Beneficiary {programme_id: $programme_id}) WHERE coalesce(b.kind, 'person') <> 'group'
OPTIONAL MATCH (b)-[:MEMBER_OF]->(w:`Group`)
RETURN collect(b.key) AS keys, collect(b.beneficiary_id) AS ids, collect(coalesce(b.sex, '')) AS sexes,
  collect(coalesce(b.place_id, w.place_id, '')) AS places
"""
PERSONAL: Final[LiteralString] = """
MATCH (o:Personal {programme_id: $programme_id}) WHERE o.key STARTS WITH $people AND o.name IS NOT NULL
RETURN collect(o.key) AS keys, collect(o.name) AS names, collect(coalesce(o.phone, '')) AS phones,
  collect(coalesce(o.birth_year, 0)) AS years, collect(coalesce(o.household_id, '')) AS households
"""

# Acts that declare beneficiaries of a programme to be one woman, or two. One row = an act; by sequence; cost: scans of
# :Same and :Different.
SAME_AND_DIFFERENT_WOMEN: Final[LiteralString] = """
CALL () { MATCH (s:Same {programme_id: $programme_id})
          RETURN s.key AS key, 'same' AS kind, s.kept_id AS one, s.other_id AS other, s.sequence AS sequence
    UNION MATCH (d:Different {programme_id: $programme_id})
          RETURN d.key AS key, 'different' AS kind, d.a_id AS one, d.b_id AS other, d.sequence AS sequence }
RETURN key, kind, one, other, sequence ORDER BY sequence
"""

# At most $most who live in each of some places, and as many whose group is there and who have no known place of their
# own, with personal values. One row = a beneficiary; in no order; cost: those who live there.
NEIGHBOURS: Final[LiteralString] = """
UNWIND $places AS place
CALL (place) { MATCH (:Place {key: place})<-[:LIVES_IN]-(b:Beneficiary) RETURN b LIMIT $most
         UNION MATCH (:Place {key: place})<-[:BASED_IN]-(:`Group`)<-[:MEMBER_OF]-(b:Beneficiary)
               WHERE b.place_id IS NULL RETURN b LIMIT $most }
MATCH (o:Personal {key: b.key})
RETURN b.beneficiary_id AS beneficiary_id, b.sex AS sex, b.kind AS kind, o.name AS name, o.phone AS phone,
  o.birth_year AS birth_year, o.household_id AS household_id, place
"""

# Units placed from some gifts. One row = a gift that something was placed from; in no order; cost: its placements.
PLACED: Final[LiteralString] = """
UNWIND $gifts AS gift
MATCH (:Gift {key: gift})-[f:FILLED]->(:Placement)
RETURN gift, sum(f.animals) AS animals
"""

# Pairs of beneficiaries, of some, of whom one passed on to the other. One row = a pair; in no order; cost: the
# placements of each.
PASSED_BETWEEN: Final[LiteralString] = """
UNWIND $pairs AS pair
MATCH (:Beneficiary {key: pair.one})-[:HOLDS]->(a:Placement)
MATCH (a)-[:PASSED_TO]->(b:Placement)
MATCH (b)<-[:HOLDS]-(:Beneficiary {key: pair.other})
RETURN DISTINCT pair.one AS one, pair.other AS other
"""

# Acts that declare some beneficiaries to be one woman with others. One row = an act; in no order; cost: look-ups.
SAMES_OF: Final[LiteralString] = """
UNWIND $people AS key
CALL (key) { MATCH (:Beneficiary {key: key})<-[:KEEPS]-(s:Same) RETURN s
       UNION MATCH (:Beneficiary {key: key})<-[:JOINS]-(s:Same) RETURN s }
RETURN DISTINCT s.key AS key, s.kept_id AS kept_id, s.other_id AS other_id, s.sequence AS sequence
"""

# Names and telephone numbers of some beneficiaries. One row = a beneficiary with personal values; by key; cost:
# look-ups.
CONTACTS: Final[LiteralString] = """
UNWIND $people AS key
MATCH (o:Personal {key: key})
RETURN key, o.name AS name, o.phone AS phone ORDER BY key
"""

# The placements that a placement descends from, itself included, with the pass-ons of each. One row = such a placement;
# by placement_id; cost: once for each, since DISTINCT is next to the pattern and nothing else is: in any other form one
# engine follows every path, and there are 2^k through k pairs of women who pooled.
#
#     (:Gift)-[:FILLED]->(a:Placement)-[:PASSED_TO*0..]->(:Placement {key: $key})
ABOVE: Final[LiteralString] = """
CALL () { MATCH (:Placement {key: $key})<-[:PASSED_TO*0..]-(a:Placement) RETURN DISTINCT a }
RETURN a.placement_id AS placement_id, a.beneficiary_id AS beneficiary_id, a.help AS help,
  COLLECT { MATCH (a)-[r:PASSED_TO]->(:Placement) RETURN r {.receiver_placement_id, .passed_on, .confirm_id} } AS given,
  COLLECT { MATCH (g:Gift)-[f:FILLED]->(a)
            RETURN {gift_id: g.gift_id, help: g.help, given_on: g.given_on, received_on: f.received_on,
                    donor: head(COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.donor })} } AS gifts
ORDER BY placement_id
"""

# The placements of a gift or of a beneficiary, then the acts that belong to the history of a record. One row; by id;
# cost: look-ups.
_BELONGING: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN COLLECT { MATCH (:Gift {key: $key})-[:FILLED]->(p:Placement)
                 RETURN p.placement_id ORDER BY p.placement_id } AS filled,
  COLLECT { MATCH (:Beneficiary {key: $key})-[:HOLDS]->(p:Placement)
            RETURN p.placement_id ORDER BY p.placement_id } AS held"""
_TELLING: Final[LiteralString] = """,
  COLLECT { MATCH (:TARGET {key: $key})<-[:TYPE]-(n:LABEL) RETURN n.key ORDER BY n.key } AS TYPE"""

# Hand-overs at a ceremony, with corrections. One row = a hand-over with the placement that passed on or, if a gift was
# placed, that received; its givers and gifts are not included; by key; cost: a scan of :Placement.
#
#     (p:Placement)-[:PASSED_TO {ceremony_id}]->(:Placement)     (:Gift)-[:FILLED {ceremony_id}]->(p:Placement)
AT_CEREMONY: Final[LiteralString] = """
CALL () { MATCH (p:Placement {programme_id: $programme_id})-[r:PASSED_TO {ceremony_id: $ceremony_id}]->(:Placement)
          RETURN r.key AS key, p
          UNION ALL
          MATCH (:Gift {programme_id: $programme_id})-[r:FILLED {ceremony_id: $ceremony_id}]->(p:Placement)
          RETURN r.key AS key, p }
RETURN key, p.placement_id AS placement_id, p.beneficiary_id AS beneficiary_id, p.help AS help,
  [] AS given, [] AS gifts ORDER BY key
"""

# The corrected acts whose payload contains one of some texts, such as '"placement_id":"P1"', since acts that were taken
# back are no longer linked to what they named. By sequence; cost: the corrections of the programme.
CORRECTED_NAMING: Final[LiteralString] = """
MATCH (c:Entry) WHERE c.act_key STARTS WITH $corrections
MATCH (c)-[:ABOUT]->(e:Entry) WHERE any(text IN $texts WHERE e.payload CONTAINS text)
WITH DISTINCT e RETURN e.act_id AS act_id ORDER BY e.sequence
"""

# ---------------------------------------------------------------------------------------------------- export

# Kind → its acts in force: $many of them after entry $after, up to entry $last; as many as the embedded engine can
# sort in memory quickly. One row = the properties of a node or relationship that has the act's columns, and the
# personal values as they are now, or null; by sequence; cost: a scan of one label.
_IN_LEDGER_ORDER: Final = """ WHERE n.sequence > $after AND n.sequence <= $last
WITH n ORDER BY n.sequence LIMIT $many
RETURN properties(n) AS properties, head(COLLECT { MATCH (o:Personal {key: n.key}) RETURN properties(o) }) AS personal
ORDER BY properties.sequence
"""
_EXPORT: Final[LiteralString] = "MATCH (n:LABEL {programme_id: $programme_id})" + _IN_LEDGER_ORDER
_EXPORT_EDGES: Final[Mapping[str, LiteralString]] = {
    "placement": "MATCH (:Gift {programme_id: $programme_id})-[n:FILLED]->(:Placement)" + _IN_LEDGER_ORDER,
    "pass": "MATCH (:Placement {programme_id: $programme_id})-[n:PASSED_TO]->(:Placement)" + _IN_LEDGER_ORDER,
}

# ---------------------------------------------------------------------------------------------------- donors

# The donor of each gift, which is personal. One row = a gift, with null if its donor is unknown or was erased; by gift
# id; cost: a scan of :Gift and a look-up each.
DONORS: Final[LiteralString] = """
MATCH (g:Gift {programme_id: $programme_id})
RETURN g.gift_id AS gift_id, head(COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.donor }) AS donor
ORDER BY gift_id
"""

# ---------------------------------------------------------------------------------------------------- lists and the map

# The name of each group, which is personal like every name. One row = a group, with null if its name is unknown or was
# erased; by group id; cost: a scan of :Group and a look-up each.
GROUP_NAMES: Final[LiteralString] = """
MATCH (g:Group {programme_id: $programme_id})
RETURN g.group_id AS group_id, head(COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.name }) AS name
ORDER BY group_id
"""

# One row = a place of a level; by place id; cost: a scan of :Place.
PLACES_OF_A_LEVEL: Final[LiteralString] = """
MATCH (p:Place {programme_id: $programme_id}) WHERE p.kind = $level
RETURN p.place_id AS place_id, p.name AS name, p.latitude AS latitude, p.longitude AS longitude ORDER BY place_id
"""

# ---------------------------------------------------------------------------------------------------- accounts

# All accounts. One row = an account; by login; cost: a scan of :Account.
ACCOUNTS: Final[LiteralString] = "MATCH (a:Account) RETURN properties(a) AS account ORDER BY a.login"

# An account, and which roles must have a second factor, null if nobody ever said so. One row, or none; cost: two index
# look-ups.
ACCOUNT: Final[LiteralString] = """
MATCH (a:Account {key: $key}) OPTIONAL MATCH (h:TrailHead {key: 'trail'})
RETURN properties(a) AS account, h.required AS required
"""

# The account, locked until the transaction ends.
LOCK_ACCOUNT: Final[LiteralString] = (
    "MATCH (a:Account {key: $key}) SET a.login = a.login WITH a RETURN properties(a) AS account"
)

# The account that is linked with who somebody is at the organisation's own sign-in. One row, or none; cost: a scan of
# :Account.
LINKED_ACCOUNT: Final[LiteralString] = "MATCH (a:Account) WHERE a.subject = $subject RETURN a.login AS login"

ADD_ACCOUNT: Final[LiteralString] = "CREATE (a:Account) SET a = $account"

# Set an account, and end the sessions that are not of its generation; cost: an index look-up each.
SET_ACCOUNT: Final[LiteralString] = """
MATCH (a:Account {key: $key}) SET a = $account
WITH a MATCH (t:Token {of: 'session', login: a.login}) WHERE t.generation <> a.generation DELETE t
"""

REMOVE_ACCOUNT: Final[LiteralString] = """
MATCH (a:Account {key: $key}) OPTIONAL MATCH (t:Token {of: 'session', login: a.login}) DELETE a, t
"""

# ---------------------------------------------------------------------------------------------------- tries to sign in

# The failed tries with some keys. One row = a source and a login; in no order; cost: an index look-up each.
FAILED_TRIES: Final[LiteralString] = """
MATCH (t:FailedTries) WHERE t.key IN $keys
RETURN t.key AS key, t.failed AS failed, t.failed_at AS failed_at
"""

# Count one more; those of a day ago count no longer. The first SET locks the node before it is read.
COUNT_FAILED_TRY: Final[LiteralString] = """
MERGE (t:FailedTries {key: $key}) SET t.source = $source
WITH t SET t.failed = CASE WHEN t.failed_at > $forgotten THEN t.failed + 1 ELSE 1 END, t.failed_at = $now
"""

# The number of logins with which a source failed. One row; cost: a scan of :FailedTries, which are few.
LOGINS_TRIED: Final[LiteralString] = "MATCH (t:FailedTries {source: $source}) RETURN count(t) AS many"

FORGET_TRIES: Final[LiteralString] = "MATCH (t:FailedTries {key: $key}) DELETE t"

FORGET_OLD_TRIES: Final[LiteralString] = "MATCH (t:FailedTries) WHERE t.failed_at <= $forgotten DELETE t"

# All but the newest; cost: a scan of :FailedTries.
FORGET_OLDEST_TRIES: Final[LiteralString] = """
MATCH (t:FailedTries) WITH t ORDER BY t.failed_at DESC, t.key SKIP $most DELETE t
"""

# ---------------------------------------------------------------------------------------------------- backups

# What is noted of the backups of a database, whichever machine makes them. One row, or none.
BACKUPS: Final[LiteralString] = """
MATCH (b:Backups {key: $key}) RETURN coalesce(b.made, '') AS made, b.failed_at AS failed_at, b.code AS code
"""

NOTE_BACKUP: Final[LiteralString] = "MERGE (b:Backups {key: $key}) SET b.made = $made, b.failed_at = '', b.code = ''"

NOTE_FAILED_BACKUP: Final[LiteralString] = "MERGE (b:Backups {key: $key}) SET b.failed_at = $failed_at, b.code = $code"

# ---------------------------------------------------------------------------------------------------- tokens

# The tokens of a kind. One row = a token; by login, then age; cost: an index look-up.
TOKENS: Final[LiteralString] = """
MATCH (t:Token {of: $of}) RETURN properties(t) AS token ORDER BY t.login, t.created_at, t.token_id
"""

# A token with its account, null where there is none, and which roles must have a second factor, null if nobody ever
# said so. One row, or none; cost: three index look-ups.
TOKEN: Final[LiteralString] = """
MATCH (t:Token {key: $key}) OPTIONAL MATCH (a:Account {key: 'account/' + t.login})
OPTIONAL MATCH (h:TrailHead {key: 'trail'})
RETURN properties(t) AS token, properties(a) AS account, h.required AS required
"""

# The same, and delete the token, so that it can be used only once.
TAKE_TOKEN: Final[LiteralString] = """
MATCH (t:Token {key: $key}) WITH t, properties(t) AS token DELETE t
WITH token OPTIONAL MATCH (a:Account {key: 'account/' + token.login})
RETURN token, properties(a) AS account
"""

ADD_TOKEN: Final[LiteralString] = "CREATE (t:Token) SET t = $token"

SET_TOKEN: Final[LiteralString] = "MATCH (t:Token {key: $key}) SET t += $values"

TOKEN_USED: Final[LiteralString] = "MATCH (t:Token {key: $key}) SET t.last_used_at = $used_at"

REMOVE_TOKEN: Final[LiteralString] = "MATCH (t:Token {key: $key}) DELETE t"

REVOKE_TOKEN: Final[LiteralString] = "MATCH (t:Token {key: $key}) WHERE t.revoked_at = '' SET t.revoked_at = $now"

REMOVE_OLD_TOKENS: Final[LiteralString] = "MATCH (t:Token {of: $of}) WHERE t.expires_at <= $now DELETE t"

# Count what a telephone handed in since it was revoked.
COUNT_HANDED_IN: Final[LiteralString] = """
MATCH (t:Token {of: 'device', token_id: $device_id}) SET t.handed_in = t.handed_in + $many
"""

# Tokens that an earlier version stored elsewhere, or without their kind; see `relay.access.token_table`.
FROM_EARLIER_TABLES: Final[tuple[LiteralString, ...]] = (
    "MATCH (t:Token) WHERE t.of IS NULL SET t.of = 'token', t.revoked_at = ''",
    """
    MATCH (d:Device) CREATE (t:Token) SET t = properties(d)
    SET t.of = 'device', t.token_id = d.device_id, t.created_at = d.enrolled_at, t.expires_at = '' DELETE d
    """,
    """
    MATCH (c:EnrolmentCode) CREATE (t:Token) SET t = properties(c)
    SET t.of = 'enrolment', t.token_id = '', t.created_at = '', t.last_used_at = '', t.revoked_at = '' DELETE c
    """,
)

# ---------------------------------------------------------------------------------------------------- pending acts

# One row = an act that is held in a programme and not settled; in the order of arrival; cost: a scan of :Held.
HELD: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id}) WHERE h.state = 'open'
RETURN properties(h) AS held ORDER BY h.received_at, h.act_id, h.held_id
"""

# The number of these acts. One row; cost: a scan of :Held.
HELD_COUNT: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id}) WHERE h.state = 'open' RETURN count(h) AS many
"""

# The pending acts of one device.
HELD_BY_DEVICE: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id, device_id: $device_id}) WHERE h.state = 'open'
RETURN properties(h) AS held ORDER BY h.received_at, h.act_id, h.held_id
"""

# The acts of one device that were settled since an instant.
SETTLED_OF_DEVICE: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id, device_id: $device_id}) WHERE h.state <> 'open' AND h.settled_at >= $since
RETURN properties(h) AS held ORDER BY h.settled_at, h.act_id, h.held_id
"""

# One row, or none; cost: an index look-up.
HELD_ONE: Final[LiteralString] = "MATCH (h:Held {key: $key}) RETURN properties(h) AS held"

# The pending acts that name one of some records, or are one of them. Cost: a scan of :Held.
HELD_NAMING: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id}) WHERE h.state = 'open' AND any(name IN h.names WHERE name IN $names)
RETURN properties(h) AS held ORDER BY h.received_at, h.act_id, h.held_id
"""

# Who wrote an act that somebody else handed in, and on which device. One row = both; cost: a scan of :Held.
WRITERS_OF_SETTLED: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id, became: $act_id}) WHERE h.state = 'recorded' AND h.settled_by <> ''
RETURN DISTINCT h.by AS by, h.device_id AS device_id ORDER BY by, device_id
"""

# Whether any act is pending. One row, or none; cost: a scan of :Held up to the first.
ANYTHING_HELD: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id}) WHERE h.state = 'open' RETURN h.held_id AS held_id LIMIT 1
"""

# Delete what was settled long ago, except who wrote what somebody else handed in.
FORGET_SETTLED: Final[LiteralString] = """
MATCH (h:Held {scope: $programme_id})
WHERE h.state <> 'open' AND h.settled_at < $before AND (h.state <> 'recorded' OR h.settled_by = '') DELETE h
"""

# Delete all that is held in a programme but some.
DROP_OTHER_HELD: Final[LiteralString] = "MATCH (h:Held {scope: $programme_id}) WHERE NOT h.key IN $keys DELETE h"

# Store rows, each replacing the one with its key.
HOLD: Final[LiteralString] = "UNWIND $rows AS row MERGE (h:Held {key: row.key}) SET h = row"

# ---------------------------------------------------------------------------------------------------- access log

# Append a line to a chain that ends with some hash, or begin a chain. One row; none where the chain does not end so.
# Cost: one look-up; neither touches what another process writes.
ADD_ACCESS: Final[LiteralString] = """
MATCH (c:AccessChain {key: $chain.key}) WHERE c.hash = $previous_hash SET c = $chain
CREATE (a:Access) SET a = $line RETURN a.sequence AS sequence
"""
FIRST_ACCESS: Final[LiteralString] = """
CREATE (c:AccessChain) SET c = $chain CREATE (a:Access) SET a = $line RETURN a.sequence AS sequence
"""

# One row = a chain of a programme whose name begins with a month, or with ''; by name; cost: a scan of :AccessChain.
ACCESS_CHAINS: Final[LiteralString] = """
MATCH (c:AccessChain {scope: $scope}) WHERE c.chain STARTS WITH $month AND c.sequence > 0
RETURN properties(c) AS chain ORDER BY c.chain
"""

# One row = one of the chains of some programme's months that were written to last, these first; cost: these chains.
LATEST_ACCESS_CHAINS: Final[LiteralString] = """
MATCH (c:AccessChain) WHERE c.of IN $months
RETURN properties(c) AS chain ORDER BY c.at DESC, c.chain DESC LIMIT $most
"""

# One row = a month of which a programme has chains; the last one first; cost: a scan of :AccessChain.
ACCESS_MONTHS: Final[LiteralString] = """
MATCH (c:AccessChain {scope: $scope}) RETURN DISTINCT left(c.chain, 7) AS month ORDER BY month DESC
"""

# One row = a line of a programme's month; the newest first, or by chain; cost: all lines of the month.
NEWEST_ACCESSES: Final[LiteralString] = """
MATCH (a:Access {of: $of})
RETURN properties(a) AS line ORDER BY a.at DESC, a.chain DESC, a.sequence DESC LIMIT $most
"""
ACCESSES: Final[LiteralString] = """
MATCH (a:Access {of: $of}) RETURN properties(a) AS line ORDER BY a.chain, a.sequence
"""

# One row = a line of one of some chains, up to its end; by chain; cost: one look-up a line.
ACCESSES_OF_CHAINS: Final[LiteralString] = """
UNWIND $chains AS chain UNWIND range(1, chain.sequence) AS sequence
MATCH (a:Access {key: chain.key + '/' + toString(sequence)}) RETURN properties(a) AS line ORDER BY chain.key, sequence
"""

# Up to $limit lines of a programme's month. One row = the number deleted.
DELETE_ACCESSES: Final[LiteralString] = """
MATCH (a:Access {of: $of}) WITH a LIMIT $limit DELETE a RETURN count(*) AS deleted
"""

# Store rows, each replacing the one with its key.
PUT_ACCESSES: Final[LiteralString] = "UNWIND $rows AS row MERGE (a:Access {key: row.key}) SET a = row"
PUT_ACCESS_CHAINS: Final[LiteralString] = "UNWIND $rows AS row MERGE (c:AccessChain {key: row.key}) SET c = row"

# ---------------------------------------------------------------------------------------------------- accounts' trail

# The FIRST statement of each change of permissions, except for the account's own lock: one row, the end of the trail,
# locked until the transaction ends.
LOCK_TRAIL: Final[LiteralString] = """
MERGE (h:TrailHead {key: 'trail'}) SET h.lock = 'trail'
WITH h RETURN coalesce(h.sequence, 0) AS sequence, coalesce(h.hash, $origin) AS hash
"""

ADD_TO_TRAIL: Final[LiteralString] = """
MATCH (h:TrailHead {key: 'trail'}) SET h.sequence = $sequence, h.hash = $hash
CREATE (e:TrailEntry) SET e = $entry
"""

# One row, the expected end of the trail; or none. `required`: which roles must have a second factor, or null.
TRAIL_HEAD: Final[LiteralString] = """
MATCH (h:TrailHead {key: 'trail'})
RETURN coalesce(h.sequence, 0) AS sequence, h.hash AS hash, h.required AS required
"""

SET_REQUIRED: Final[LiteralString] = "MATCH (h:TrailHead {key: 'trail'}) SET h.required = $required"

# One row = an entry of the trail; by sequence; cost: a scan of :TrailEntry. One that was followed has `of`.
TRAIL: Final[LiteralString] = (
    "MATCH (e:TrailEntry) WHERE e.of IS NULL RETURN properties(e) AS entry ORDER BY e.sequence, e.key"
)

# The trails of the machines whose programmes are copied, beside this machine's own: one, all, and added to.
FOLLOWED_TRAIL: Final[LiteralString] = (
    "MATCH (e:TrailEntry {of: $of}) RETURN properties(e) AS entry ORDER BY e.sequence"
)
FOLLOWED_TRAILS: Final[LiteralString] = (
    "MATCH (e:TrailEntry) WHERE e.of IS NOT NULL RETURN properties(e) AS entry ORDER BY e.key"
)
ADD_FOLLOWED_TRAIL: Final[LiteralString] = "UNWIND $rows AS row MERGE (e:TrailEntry {key: row.key}) SET e = row"

# One row = an entry of the trail that tells of telephones; by sequence; cost: a scan of :TrailEntry.
ENROLMENTS: Final[LiteralString] = """
MATCH (e:TrailEntry) WHERE e.kind IN ['began', 'device'] RETURN properties(e) AS entry ORDER BY e.sequence, e.key
"""

# One row = an account that recorded something, and when it last did so; by login; cost: a scan of all ledgers.
RECORDED_BY_ACCOUNTS: Final[LiteralString] = """
MATCH (e:Entry) WHERE e.recorded_by STARTS WITH 'account:'
WITH substring(e.recorded_by, 8) AS login, max(e.recorded_at) AS latest
RETURN login, latest ORDER BY login
"""

# ---------------------------------------------------------------------------------------------------- saved maps

# One row = a map that is saved in a programme; by name; cost: a scan of :RegisterMap.
MAPS: Final[LiteralString] = """
MATCH (m:RegisterMap {scope: $programme_id}) RETURN properties(m) AS map ORDER BY m.name
"""

KEEP_MAP: Final[LiteralString] = "MERGE (m:RegisterMap {key: $key}) SET m = $map"

FORGET_MAP: Final[LiteralString] = "MATCH (m:RegisterMap {key: $key}) DELETE m"

# ---------------------------------------------------------------------------------------------------- saved views

# One row = a view that a programme keeps; by title; cost: a scan of :SavedView.
VIEWS: Final[LiteralString] = """
MATCH (v:SavedView {scope: $programme_id}) RETURN properties(v) AS view ORDER BY v.title, v.view_id
"""

# Store rows, each replacing the one with its key.
KEEP_VIEWS: Final[LiteralString] = "UNWIND $rows AS row MERGE (v:SavedView {key: row.key}) SET v = row"

DELETE_VIEW: Final[LiteralString] = "MATCH (v:SavedView {key: $key}) DELETE v"

DELETE_OWN_VIEWS: Final[LiteralString] = "MATCH (v:SavedView {kept_by: $by, seen_by: 'own'}) DELETE v"

# Whether a text of small letters has the full name of somebody, or between quotation marks a name of one word. One row,
# or none; cost: a scan of :Personal up to the first.
NAMED_IN_TEXT: Final[LiteralString] = """
MATCH (o:Personal) WHERE o.key STARTS WITH $holder AND o.name IS NOT NULL AND
  ((o.name CONTAINS ' ' AND $text CONTAINS toLower(o.name))
   OR $text CONTAINS "'" + toLower(o.name) + "'" OR $text CONTAINS '"' + toLower(o.name) + '"')
RETURN true AS named LIMIT 1
"""

# ---------------------------------------------------------------------------------------------------- confirmation

# The unconfirmed pass-ons. One row = a pass-on, with who recorded it, when, and who corrected it.
#
#     (a:Placement)-[r:PASSED_TO]->(b:Placement)   without r.confirm_id
_UNCONFIRMED: Final[LiteralString] = """
MATCH (a:Placement {programme_id: $programme_id})-[r:PASSED_TO]->(b:Placement) WHERE r.confirm_id IS NULL
  AND r.passed_on <= $as_of
"""
_WHOSE_WORD: Final[LiteralString] = """
RETURN r.pass_id AS pass_id, a.placement_id AS giver_placement_id, b.placement_id AS receiver_placement_id,
  a.beneficiary_id AS giver_beneficiary_id, b.beneficiary_id AS beneficiary_id, toString(r.passed_on) AS passed_on,
  coalesce(r.help, a.help) AS help, r.animals AS animals,
  head(COLLECT { MATCH (e:Entry {act_key: r.key}) RETURN e.recorded_by }) AS recorded_by,
  head(COLLECT { MATCH (e:Entry {act_key: r.key}) RETURN e.recorded_at }) AS recorded_at,
  COLLECT { MATCH (e:Entry {act_key: r.key}) MATCH (e)<-[:ABOUT]-(c:Entry {kind: 'correct'})
            WHERE NOT EXISTS { MATCH (c)<-[:ABOUT]-(d:Entry {kind: 'correct'})
                               WHERE NOT EXISTS { MATCH (d)<-[:ABOUT]-(:Entry {kind: 'correct'}) } }
            RETURN DISTINCT c.recorded_by ORDER BY c.recorded_by } AS corrected_by
"""

# By day, then id; cost: a scan of the programme's placements, and a look-up for each row.
UNCONFIRMED: Final[LiteralString] = f"""
{_UNCONFIRMED}
WITH a, r, b ORDER BY r.passed_on, r.pass_id LIMIT $most
{_WHOSE_WORD}
ORDER BY passed_on, pass_id
"""

# The same, with those that one account recorded or corrected last; cost: a look-up for each unconfirmed pass-on.
UNCONFIRMED_OWN_LAST: Final[LiteralString] = f"""
{_UNCONFIRMED}
{_WHOSE_WORD}
ORDER BY any(who IN corrected_by + recorded_by WHERE who ENDS WITH $last), passed_on, pass_id LIMIT $most
"""

# ---------------------------------------------------------------------------------------------------- whereabouts

# The places of some people, holders of placements and groups, or of their groups. One row, or none without the
# programme; homes in no order, null if unknown; cost: index look-ups.
WHEREABOUTS: Final[LiteralString] = """
MATCH (l:Ledger {key: $ledger})
RETURN COLLECT { UNWIND $people AS key MATCH (b:Beneficiary {key: key}) RETURN b.place_id }
  + COLLECT { UNWIND $people AS key MATCH (:Beneficiary {key: key})-[:MEMBER_OF]->(w:`Group`) RETURN w.place_id }
  + COLLECT { UNWIND $placements AS key MATCH (:Placement {key: key})<-[:HOLDS]-(b:Beneficiary) RETURN b.place_id }
  + COLLECT { UNWIND $placements AS key
              MATCH (:Placement {key: key})<-[:HOLDS]-(:Beneficiary)-[:MEMBER_OF]->(w:`Group`) RETURN w.place_id }
  + COLLECT { UNWIND $groups AS key MATCH (w:`Group` {key: key}) RETURN w.place_id } AS homes
"""

# One row = a beneficiary, with her place and her group's, null if unknown; in no order; cost: one index look-up for
# each key.
HOMES: Final[LiteralString] = """
UNWIND $people AS key MATCH (b:Beneficiary {key: key})
OPTIONAL MATCH (b)-[:MEMBER_OF]->(w:`Group`)
RETURN b.beneficiary_id AS beneficiary_id, b.place_id AS home, w.place_id AS home_of_group
"""

# One row = a group with a place; in no order; cost: a scan of :Group.
GROUP_HOMES: Final[LiteralString] = """
MATCH (w:`Group` {programme_id: $programme_id}) WHERE w.place_id IS NOT NULL
RETURN w.group_id AS group_id, w.place_id AS home
"""

# One row = the values of an act as JSON text; or none.
PAYLOAD: Final[LiteralString] = "MATCH (e:Entry {act_key: $key}) RETURN e.payload AS payload"

# ---------------------------------------------------------------------------------------------------- to start from

# Example queries for the query page: those of docs/cypher.md without personal values, on the demonstration programme.
TO_START_FROM: Final[tuple[LiteralString, ...]] = (
    """MATCH (g:Gift {key: 'relay-demo/gift/G31'})-[:FILLED]->(o:Placement)
MATCH (o)-[:PASSED_TO*0..]->(p:Placement)
RETURN count(DISTINCT p) - count(DISTINCT o) AS reach""",
    """MATCH (g:Gift {key: 'relay-demo/gift/G31'})-[:FILLED]->(o:Placement)
MATCH path = (o)-[:PASSED_TO*0..]->(p:Placement)
WITH p, min(length(path)) AS distance
RETURN distance, count(p) AS placements ORDER BY distance""",
    """MATCH (g:Gift {key: 'relay-demo/gift/G31'})-[:FILLED]->(o:Placement)
MATCH (o)-[:PASSED_TO*0..]->(giver:Placement)
WITH DISTINCT giver
MATCH (giver)-[r:PASSED_TO]->(:Placement)
RETURN coalesce(r.help, giver.help) AS help, sum(r.animals) AS units, max(r.passed_on) AS latest ORDER BY help""",
    """MATCH (p:Placement {key: 'relay-demo/placement/P0573'})
MATCH (p)<-[:PASSED_TO*0..]-(o:Placement)
WITH DISTINCT o
MATCH (g:Gift)-[:FILLED]->(o)
RETURN g.gift_id AS gift_id, o.placement_id AS placement_id ORDER BY gift_id, placement_id""",
    """MATCH (g:Gift {programme_id: 'relay-demo'})-[:FILLED]->(p:Placement {help: 'pig'})
WHERE NOT EXISTS { MATCH (p)-[:PASSED_TO]->(:Placement) }
RETURN DISTINCT p.placement_id AS placement_id ORDER BY placement_id""",
    """MATCH (b:Beneficiary {programme_id: 'relay-demo'})-[:HOLDS]->(p:Placement)
MATCH (b)-[:LIVES_IN]->(home:Place)
MATCH (home)-[:PART_OF*0..]->(d:Place {kind: 'district'})
RETURN d.place_id AS place_id, count(p) AS placements ORDER BY place_id""",
    """MATCH (p:Placement {programme_id: 'relay-demo'})
RETURN p.received_on.year AS year, count(p) AS placements ORDER BY year""",
    """MATCH (c:Entry {programme_id: 'relay-demo', kind: 'correct'})-[:ABOUT]->(e:Entry)
RETURN e.act_id AS act_id, c.act_id AS corrected_by, c.recorded_by AS recorded_by ORDER BY c.sequence""",
)

# ---------------------------------------------------------------------------------------------------- for each kind

_MIGRATION: Final[LiteralString] = "CREATE CONSTRAINT NAME IF NOT EXISTS FOR (n:LABEL) REQUIRE n.PROPERTY IS UNIQUE"
_MIGRATION_OF_EDGES: Final[LiteralString] = """
CREATE CONSTRAINT NAME IF NOT EXISTS FOR ()-[r:TYPE]-() REQUIRE r.PROPERTY IS UNIQUE
"""
_INDEX: Final[LiteralString] = "CREATE INDEX NAME IF NOT EXISTS FOR (n:LABEL) ON (n.PROPERTY)"
_INDEX_OF_EDGES: Final[LiteralString] = "CREATE INDEX NAME IF NOT EXISTS FOR ()-[r:TYPE]-() ON (r.PROPERTY)"

# Properties that people query when they open the graph; Relay itself looks up everything but tokens by key.
_ASKED_FOR: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (
    *(("Placement", "placement_id"), ("Placement", "beneficiary_id"), ("Placement", "due_on")),
    *(("Beneficiary", "beneficiary_id"), ("Gift", "gift_id"), ("Animal", "tag")),
    *(("Place", "place_id"), ("Group", "group_id"), ("Event", "event_id")),
)
_ASKED_FOR_BY_RELAY: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (
    ("Token", "of"),
    ("Access", "of"),
    ("AccessChain", "of"),
)
_ASKED_FOR_OF_EDGES: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (("PASSED_TO", "pass_id"),)
_OWN_LABELS: Final[tuple[LiteralString, ...]] = (
    *("Schema", "Ledger", "Entry", "Personal"),
    *("Account", "Backups", "FailedTries", "Token", "RegisterMap", "SavedView"),
    *("Published", "Publishing"),
    "Held",
    *("TrailHead", "TrailEntry"),
    *("Access", "AccessChain"),
    "Animal",
)
_OWN_EDGES: Final[Mapping[LiteralString, tuple[LiteralString, LiteralString]]] = {
    "RULED_BY": ("Programme", "Rule"),
    "FILLED": ("Gift", "Placement"),
    "HOLDS": ("Beneficiary", "Placement"),
    "PASSED_TO": ("Placement", "Placement"),
    "ABOUT": ("Entry", "Entry"),
    "NEXT": ("Entry", "Entry"),
    "WENT_TO": ("Animal", "Placement"),
    "NAMED_IN": ("Animal", "Event"),
}
_WITH_VALUES: Final[tuple[LiteralString, ...]] = ("FILLED", "PASSED_TO", "WENT_TO", "NAMED_IN")
"""Relationships that hold the values of an act; each of them has its own key."""
_RECORDED: Final[LiteralString] = "RECORDED"
"""From an entry to a node of any kind that it recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The queries that depend on the kinds of acts, composed from literal pieces.

    Attributes:
        edges: Relationship → labels of its start and end; "" for an end that can be an act of any kind.
        migrations: Label or relationship, and property → statement that makes the property unique; each is run on its
            own.
        indexes: Label or relationship, and property → statement that makes an index.
        pointing_at: Kind → query for what depends on acts of it, which may be taken back; absent if nothing can.
        beside: The same without dependence on rosters, next to which nothing is judged.
        write: Label or relationship → part of a statement after `WRITE_HEAD`, nodes before relationships; here and
            below, relationships have the names of `edge_name`.
        unlink: Relationship → statement that removes some.
        relink: Relationship with values of an act → statement that changes some.
        drop: Label → statement that removes some nodes; `$rows` as in `write`.
        some_nodes: Label → query for the nodes with some keys.
        some_edges: Label → query for the relationships that start at some keys.
        belonging: Query for the placements of a record, and for the acts that belong to its history.
        telling: Columns of that query's row with keys of such acts.
        export: Kind → query for its acts in force, in ledger order.
    """

    edges: Mapping[str, tuple[LiteralString, LiteralString]]
    migrations: Mapping[tuple[str, str], LiteralString]
    indexes: Mapping[tuple[str, str], LiteralString]
    pointing_at: Mapping[str, LiteralString]
    beside: Mapping[str, LiteralString]
    write: Mapping[str, LiteralString]
    unlink: Mapping[str, LiteralString]
    relink: Mapping[str, LiteralString]
    drop: Mapping[str, LiteralString]
    some_nodes: Mapping[str, LiteralString]
    some_edges: Mapping[str, LiteralString]
    belonging: LiteralString
    telling: tuple[str, ...]
    export: Mapping[str, LiteralString]


def _filled_in(piece: LiteralString, words: Iterable[tuple[LiteralString, LiteralString]]) -> LiteralString:
    """A piece of text with its words in capitals replaced."""
    for capitals, word in words:
        piece = piece.replace(capitals, word)
    return piece


def edge_name(type_: LiteralString | str, to: LiteralString | str = "") -> str:
    """The name of a relationship among the statements; it includes the label of the end if that can be any."""
    return f"{type_}_{to}" if to else type_


def schema_name(label: str, property_: str) -> str:
    """The name of a property's constraint or index."""
    return f"{label.lower()}_{property_}"


def _named(piece: LiteralString, label: LiteralString, property_: LiteralString) -> LiteralString:
    """The name and the target of a constraint or index, as text of a statement."""
    names: tuple[tuple[LiteralString, LiteralString], ...] = (
        *(("NAME", f"{label.lower()}_{property_}"), ("PROPERTY", property_)),
        *(("LABEL", label), ("TYPE", label)),
    )
    return _filled_in(piece, names)


def _referred_to_by_id(catalogue: Catalogue) -> Iterator[tuple[Kind, LiteralString, LiteralString]]:
    """Columns that refer to a record without a relationship: kind, column, and kind of the record."""
    for kind in catalogue.kinds.values():
        for column in kind.columns:
            if column.refers_to and not column.edge and (kind.name, column.name) not in _EXPRESSED_BY_PATTERNS:
                # declared in code, both of them
                name = cast("LiteralString", column.name)  # type: ignore[redundant-cast]  # mypy takes it for str
                named = cast("LiteralString", column.refers_to)  # type: ignore[redundant-cast]
                yield kind, name, named


@cache
def statements(catalogue: Catalogue) -> Statements:
    """The statements for all kinds of acts in a catalogue."""
    labels = catalogue.labels
    nodes: tuple[LiteralString, ...] = (*labels.values(), "Animal")
    edges: Mapping[LiteralString, tuple[LiteralString, LiteralString]] = {**_OWN_EDGES, **catalogue.edges}
    unique: list[tuple[LiteralString, LiteralString]] = [
        *((label, "key") for label in (*_OWN_LABELS, *labels.values())),
        ("Entry", "act_key"),
    ]
    pointing: dict[str, list[LiteralString]] = {kind: [*own] for kind, own in _POINTING_BY_ITS_OWN.items()}
    beside: dict[str, list[LiteralString]] = {kind: [*own] for kind, own in pointing.items()}
    belonging: LiteralString = _BELONGING
    telling: list[str] = []
    for kind in catalogue.kinds.values():
        for column, edge, named in catalogue.pointers(kind.name):
            ends: tuple[tuple[LiteralString, LiteralString], ...] = (
                *(("LABEL", kind.label), ("TYPE", edge)),
                *(("TARGET", labels[named]), ("KIND", kind.name)),
            )
            if kind.name != "event":  # which is read with its placement
                pointing.setdefault(named, []).append(_filled_in(_POINTING_BY, ends))
                if column not in kind.rosters:
                    beside.setdefault(named, []).append(_filled_in(_POINTING_BY, ends))
            if column.told:
                belonging += _filled_in(_TELLING, ends)
                telling.append(edge)
    ties: list[tuple[LiteralString, LiteralString, LiteralString, LiteralString]] = [
        *((type_, type_, start, end) for type_, (start, end) in edges.items()),
        *((f"{_RECORDED}_{label}", _RECORDED, "Entry", label) for label in labels.values()),
    ]

    def tied(piece: LiteralString) -> Mapping[str, LiteralString]:
        return {
            name: _filled_in(piece, (("START", start), ("END", end), ("TYPE", type_), ("ROWS", name)))
            for name, type_, start, end in ties
        }

    def all_of(texts: Mapping[str, Sequence[LiteralString]]) -> Mapping[str, LiteralString]:
        return {kind: _POINTING_AT.replace("BRANCHES", _UNION.join(branches)) for kind, branches in texts.items()}

    pointing_at: dict[str, LiteralString] = {**all_of(pointing)}
    for kind, name, named in _referred_to_by_id(catalogue):
        words: tuple[tuple[LiteralString, LiteralString], ...] = (
            ("PATTERN", _PATTERNS.get(kind.name) or f"(n:{kind.label})"),
            *(("NAMED", named), ("COLUMN", name), ("KIND", kind.name)),
        )
        text = _filled_in(_POINTING_BY_ID, words)
        pointing_at[named] = f"{pointing_at[named]}UNION ALL{text}" if named in pointing_at else text

    return Statements(
        edges={**edges, _RECORDED: ("Entry", "")},
        migrations={
            **{(label, each): _named(_MIGRATION, label, each) for label, each in unique},
            ("PASSED_TO", "key"): _named(_MIGRATION_OF_EDGES, "PASSED_TO", "key"),
        },
        indexes={
            **{(label, each): _named(_INDEX, label, each) for label, each in (*_ASKED_FOR, *_ASKED_FOR_BY_RELAY)},
            **{(type_, each): _named(_INDEX_OF_EDGES, type_, each) for type_, each in _ASKED_FOR_OF_EDGES},
        },
        pointing_at=pointing_at,
        beside=all_of(beside),
        write={
            "Entry": _WRITE_ENTRY,
            **{label: _WRITE_NODE.replace("LABEL", label) for label in (*nodes, "Personal")},
            "Placement": _WRITE_PLACEMENT,
            **tied(_WRITE_EDGE),
        },
        unlink=tied(_UNLINK),
        relink={name: text for name, text in tied(_RELINK).items() if name in _WITH_VALUES},
        drop={
            **{label: _DROP.replace("LABEL", label) for label in (*labels.values(), "Personal")},
            "Animal": _DROP_ANIMAL,
        },
        some_nodes={label: _SOME_NODES.replace("LABEL", label) for label in ("Entry", *nodes, "Personal")},
        some_edges={label: _SOME_EDGES.replace("LABEL", label) for label in ("Entry", *nodes)},
        belonging=belonging,
        telling=tuple(telling),
        export={
            kind: _EXPORT_EDGES.get(kind) or _EXPORT.replace("LABEL", labels[kind])
            for kind in (each.name for each in catalogue.filed)
        },
    )
