"""Fines that the rule of a group names: of who was absent, came late, or saved nothing; each of them adds up."""

from __future__ import annotations

from collections.abc import Collection

from relay.systems.savings.journal.records import SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule


def fine_of(rule: SavingsRule, meeting: SavingsMeeting, ids: Collection[str], *, saved: bool) -> int:
    """What a member is fined for a meeting, in paisa; 0 where nobody wrote down who came.

    Args:
        rule: In force that day.
        meeting: Which.
        ids: The ids that are hers.
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
