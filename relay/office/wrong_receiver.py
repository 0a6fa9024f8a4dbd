"""Repair: a hand-over that was somebody else's is corrected with all that fills the same placement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act, changes_of, id_made_of
from relay.domain.register import filled_by, subject_of
from relay.errors import Failure, Invalid, refused
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.domain.acts import Value
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction

HOLDER: Final = "beneficiary_id"


ONLY_THE_HOLDER: Final = Failure(
    Invalid,
    "only_the_holder",
    "Of a whole placement only the beneficiary can be corrected.",
    advice="Correct the rest act by act, without --whole.",
    field="changes",
)


def corrections(graph: Graph, programme_id: str, act: Act, *, whole: bool = False) -> tuple[Act, ...]:
    """The corrections that a correction of who holds a placement comes to.

    A placement that pass-ons began has no act of its own: the first act that fills it is corrected in its place.

    Args:
        graph: Where.
        programme_id: Of the programme.
        act: A correction, with the full id of its subject.
        whole: Correct every act that fills the same placement and does not say so yet.

    Returns:
        The correction itself first. The ids of the others follow from its own, so that who sends it twice says the
        same twice.

    Raises:
        Invalid: Something else is corrected of the whole.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    subject, changes = subject_of(act), changes_of(act.values)
    if whole and set(changes) != {HOLDER}:
        raise refused(ONLY_THE_HOLDER)
    if HOLDER not in changes or not subject.startswith(("placement:", "pass:")):
        return (act,)
    register = graph.read(lambda transaction: _around(transaction, programme_id, subject))
    filling = [receipt.act_id for each in register.placements.values() for receipt in each.receipts]
    if subject not in register.entries and filling:
        subject = filling[0]
        act = _about(act, act.id, subject)
    others = [each for each in filling if each != subject] if whole else []
    return act, *(
        _about(act, id_made_of(f"{act.id} {each}"), each)
        for each in others
        if register.facts[each].values[HOLDER] != changes[HOLDER]
    )


def _around(transaction: Transaction, programme_id: str, subject: str) -> Register:
    """An act that fills a placement, and all that fills it; or, named itself, the placement."""
    register = read(transaction, programme_id, (subject,))
    entry = register.entries.get(subject) if register else None
    filled = filled_by(entry.act) if entry else None
    register = read(transaction, programme_id, (subject, filled or subject)) if register else None
    if register is None:
        raise NoProgramme(programme_id=programme_id)
    return register


def _about(act: Act, correct_id: str, subject: str) -> Act:
    values: Mapping[str, Value] = {**act.values, "correct_id": correct_id, "act_id": subject}
    return Act(kind="correct", id=correct_id, values=values)
