"""What becomes of a filled form: judged without being recorded, then handed in with the questions answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from relay.desk import intake
from relay.domain.rulebook import SeveralReceipts
from relay.errors import Asked, Code, Conflict, Invalid, NotFound, Refused
from relay.web import guard
from relay.web.i18n.sentences import say_beside, say_error
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from relay.desk.intake import Recorded
    from relay.domain.questions import Answers
    from relay.errors import RelayError
    from relay.web.recording.filled_form import Filled

SAYS_NO = (Refused, Invalid, Conflict, NotFound)
"""What who filled the form in can put right; anything else is a failure of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedForm:
    """What the rule book says of a form.

    Attributes:
        questions: What seems wrong but can be true, all of it; recording the form answers it.
        notes: What would be noted for the auditor.
        fault: Why it cannot be recorded; None when it can.
        whole: Whether every act that filled the placement is to be corrected.
    """

    questions: tuple[Asked, ...] = ()
    notes: tuple[str, ...] = ()
    fault: RelayError | None = None
    whole: bool = False

    @property
    def may_be_whole(self) -> bool:
        """Whether it could be recorded if every act that filled the placement were corrected."""
        return self.whole or isinstance(self.fault, SeveralReceipts)


def answers_of(codes: Iterable[str]) -> Answers:
    """The questions that a form answers; other words are left out."""
    known = {code: code for code in get_args(Code)}
    return frozenset(known[code] for code in codes if code in known)


def objection(error: RelayError | None, again: Collection[str], beside: Callable[[str], str]) -> dict[str, Any]:
    """What stands at a row that was not recorded: its `question`, or its `faults` alone; empty where it was.

    Args:
        error: Why it was not; None when it was.
        again: The questions that the row answers already.
        beside: The field of the row into which a column is typed; empty for none.
    """
    if error is None:
        return {}
    if isinstance(error, Asked) and error.code not in again:
        return {"question": error.code, "faults": {"": say_beside(error.reason)}}
    return {"faults": {beside(error.field): say_error(error)}}


def judged(filled: Filled, *, whole: bool = False) -> JudgedForm:
    """What the rule book would say of a form, with every question that it would ask; nothing is recorded.

    Raises:
        Unavailable: The database cannot be reached.
    """
    questions = list[Asked]()
    while True:
        answers = answers_of(each.code for each in questions)
        try:
            recorded = handed_in(filled, answers, whole=whole, rehearses=True)
        except Asked as question:
            if question.code in answers:  # cannot be answered here
                return JudgedForm(fault=question, whole=whole)
            questions.append(question)
        except SAYS_NO as fault:
            return JudgedForm(fault=fault, whole=whole)
        else:
            return JudgedForm(questions=tuple(questions), notes=recorded.notes, whole=whole)


def handed_in(filled: Filled, answers: Answers, *, whole: bool = False, rehearses: bool = False) -> Recorded:
    """Record what a form says.

    Raises:
        RelayError: It was not recorded; the error says why.
    """
    graph, programme_id = current.built(), current.head().programme_id
    clerk = replace(guard.clerk(programme_id), rehearses=rehearses)
    act = intake.made(graph, programme_id, filled.form.kind, filled.said(), random=clerk.random)
    return intake.hand_in(graph, programme_id, act, clerk, answers=answers, whole=whole)
