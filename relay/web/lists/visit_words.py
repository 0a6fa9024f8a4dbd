"""Why somebody is to be visited, in words: what she owes, as in the sentence about her, and what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.web.i18n.her_sentence import owing
from relay.web.i18n.labels import units
from relay.web.i18n.language import day, gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relay.reports.field.visits import Visit
    from relay.web.lists.rows import VisitRow

_SAID: Final = ("broke", "can_still", "due", "late")
"""Reasons for a visit that the words about what she owes say already."""


def visit_owes(visit: Visit | VisitRow) -> str:
    """What a woman to visit owes, as the end of a sentence; "" if she is visited for another reason."""
    if visit.help is None or visit.state is None or visit.due_on is None or visit.still_owed is None:
        return ""
    if visit.state == "lost" and visit.since_on:
        owed = units(visit.still_owed, visit.help)
        return gettext("cannot pass on %(owed)s since %(day)s", owed=owed, day=day(visit.since_on))
    can_pass_on = "can_still" in visit.reasons
    return owing(
        visit.state, visit.still_owed, visit.help, visit.due_on, since_on=visit.since_on, can_pass_on=can_pass_on
    )


def other_reasons(visit: Visit | VisitRow) -> Sequence[str]:
    """The reasons for a visit that `visit_owes` does not say."""
    return [each for each in visit.reasons if each not in _SAID or visit.help is None]
