"""What is asked of the graph about goals."""

from __future__ import annotations

from typing import Final, LiteralString

# One row = a goal, with its incomes, which are personal, as they are known; by id; cost: a scan of :Goal.
#
#     (:Personal)  by key  (:Goal)
GOALS: Final[LiteralString] = """
MATCH (g:Goal {programme_id: $programme_id})
RETURN g.goal_id AS goal_id, g.beneficiary_id AS beneficiary_id, g.kind AS kind, g.activity AS activity,
  toString(g.set_on) AS set_on, toString(g.target_on) AS target_on, g.placement_id AS placement_id,
  head(COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.baseline_income }) AS baseline_income,
  head(COLLECT { MATCH (o:Personal {key: g.key}) RETURN o.target_income }) AS target_income
ORDER BY goal_id
"""

# One row = a step to a goal; by id; cost: a scan of :GoalStep.
STEPS: Final[LiteralString] = """
MATCH (s:GoalStep {programme_id: $programme_id})
RETURN s.goal_step_id AS goal_step_id, s.goal_id AS goal_id, s.step AS step, toString(s.planned_on) AS planned_on,
  toString(s.done_on) AS done_on
ORDER BY goal_step_id
"""

# One row = a visit to a goal, with what came in and was spent, which is personal; by id; cost: a scan of :GoalVisit.
#
#     (:Personal)  by key  (:GoalVisit)
VISITS: Final[LiteralString] = """
MATCH (v:GoalVisit {programme_id: $programme_id})
RETURN v.goal_visit_id AS goal_visit_id, v.goal_id AS goal_id, toString(v.visited_on) AS visited_on,
  v.status AS status, v.months_covered AS months_covered, v.jobs AS jobs,
  head(COLLECT { MATCH (o:Personal {key: v.key}) RETURN o.income }) AS income,
  head(COLLECT { MATCH (o:Personal {key: v.key}) RETURN o.expenses }) AS expenses
ORDER BY goal_visit_id
"""
