"""The period lock: the day up to which a programme's record is closed, and which corrections are a manager's.

A closed period is one whose figures were reported. What was recorded of it can still be corrected, but by a manager,
and `how_it_was_recorded.corrected_after_lock` shows the auditor each such correction. A manager's, too, is what one
decided: the programme, its rules, what was confirmed, which ids are one woman's, and which place lies in which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.acts import changes_of
from relay.domain.register import subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.domain.acts import Act
    from relay.domain.register import Register


_MANAGERS: Final = frozenset({"manager"})
_DECIDED: Final = {"placement": "help", "place": "parent_id"}
"""Kind → the column that only a manager corrects."""


def is_a_managers(register: Register, act: Act) -> bool:
    """Whether an act corrects what only a manager may.

    That is the programme, which holds the lock, a rule, what only managers record, what was ever confirmed, the help of
    a placement, which its pass-ons inherit, in what a place lies, by which staff are let in, and what happened in a
    closed period.
    Every day counts that was ever said of the act which is corrected: one that was moved out of a closed period by an
    earlier correction still belongs to it.
    """
    if act.kind != "correct":
        return False
    named = subject_of(act)
    if named not in register.entries:
        return False  # there is no such act; recording the correction fails with that message
    *corrections, subject = register.leading(named)
    kind, about = subject.partition(":")[0], register.about.get(subject, ())
    changed: Mapping[str, object] = {
        name: said
        for each in (*(register.entries[correct_id].act for correct_id in corrections), act)
        for name, said in changes_of(each.values).items()
    }
    if (
        register.catalogue.kind(kind).roles == _MANAGERS
        or kind in ("programme", "rule")
        or any(each.startswith("confirm:") for each in about)
    ):
        return True
    return _DECIDED.get(kind) in changed or _is_closed(register, subject, changed)


def _is_closed(register: Register, subject: str, changed: Mapping[str, object]) -> bool:
    """Whether an act happened in a closed period, by anything ever recorded about it, or about to be.

    What has no day of its own, such as a passbook line, happened on that of what it is judged through: its meeting.
    """
    closed = register.facts[f"programme:{register.programme_id}"].values.get("locked_until")
    column = register.catalogue.counts_from(subject.partition(":")[0])
    days = [said.get(column) for said in (*register.versions(subject), changed)]
    days += [
        at.values.get(register.catalogue.counts_from(at.kind))
        for name in register.catalogue.through(register.entries[subject].act)
        if (at := register.facts.get(name))
    ]
    return closed is not None and any(day is not None and str(day) <= closed for day in days)
