"""The tasks of savings for visits: late loans of women with animals due, and boxes that do not add up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relay.arrays.columns import NO_DAY, day_number
from relay.arrays.same_woman import women_of
from relay.reports.field.tasks import Task, Tasks
from relay.systems.groups import reading as groups
from relay.systems.savings import reading
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.arrays.lineage import Survey
    from relay.graph import Graph

BEFORE_DUE_DAYS: Final = 60
"""Days before animals are due in which a late loan may tempt a woman to sell them."""
COUNTED_SINCE: Final = timedelta(days=60)
"""Boxes counted within this time are checked: groups meet once a month, and a meeting may have been missed."""


def _tasks(graph: Graph, programme_id: str, survey: Survey) -> Iterator[Task]:
    women = _women_with_something_due(survey)
    for recorded in reading.loans_of(graph, programme_id, women).values():
        for account in GroupJournal(recorded, survey.as_of).accounts.values():
            if account.days_late(survey.as_of):
                due_on = account.due_on(survey.as_of)
                yield Task(reason="loan_late", beneficiary_id=account.loan.beneficiary_id, due_on=due_on)
    groups_that_save = reading.groups_of(graph, programme_id)
    recent = reading.read(graph, programme_id, groups_that_save, since=survey.as_of - COUNTED_SINCE)
    for group_id, recorded in recent.items():
        boxes = [*GroupJournal(recorded, survey.as_of).boxes.values()]
        first = next((each.meeting for each in boxes if each.gap is not None), None)
        if first and first.cash_before is not None and boxes[-1].unexplained:  # what came before it was not read
            yield from _treasurer(graph, programme_id, survey, group_id)


def _women_with_something_due(survey: Survey) -> list[str]:
    """The ids of women who have to pass something on within sixty days, each under all of her ids."""
    stood, snapshot, today = survey.standings, survey.snapshot, day_number(survey.as_of)
    soon = stood.there & (stood.due_day >= today) & (stood.due_day <= today + BEFORE_DUE_DAYS)
    soon &= stood.fulfilled_day == NO_DAY
    women, people = women_of(snapshot), snapshot.beneficiaries.ids
    holders = {*women[snapshot.placements.beneficiary[soon]].tolist()}
    return [people[row] for row, woman in enumerate(women.tolist()) if woman in holders]


def _treasurer(graph: Graph, programme_id: str, survey: Survey, group_id: str) -> Iterator[Task]:
    roll = groups.read(graph, programme_id, survey.as_of, group_id).roll
    for office in roll.officers_on(group_id, survey.as_of):
        if office.office == "treasurer":
            yield Task(reason="box_gap", beneficiary_id=office.beneficiary_id)


TASKS: Final = Tasks(
    reasons={
        "loan_late": Sentence("late with a loan of her savings group"),
        "box_gap": Sentence("treasurer of a group whose box does not hold what it should"),
    },
    find=_tasks,
    action="passbooks",
)
