"""Fines by the rule of a group: for being absent, coming late, or saving nothing; they add up."""

from __future__ import annotations

from collections.abc import Collection

from relay.systems.savings.journal.records import SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule


def fine_of(rule: SavingsRule, meeting: SavingsMeeting, ids: Collection[str], *, saved: bool) -> int:
    """The fine of a member for a meeting, in paisa; 0 if the meeting has no roster.

    Args:
        rule: Rule in force on that day.
        meeting: The meeting.
        ids: All ids of the member.
        saved: Whether she saved at it.
    """
    if not meeting.attended or not meeting.excused.isdisjoint(ids):
        return 0
    earned = (
        ("absent", meeting.attended.isdisjoint(ids)),
        ("late", not meeting.late.isdisjoint(ids)),
        ("unsaved", meeting.kind == "savings" and not saved),
    )
    return sum(rule.fines.get(word, 0) for word, is_so in earned if is_so)
