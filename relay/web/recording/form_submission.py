"""Submitting a form: checked first, without recording, then recorded with its questions answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from relay.domain.rulebook import SeveralReceipts
from relay.errors import Asked, Code, Conflict, Invalid, NotFound, Refused
from relay.office import intake
from relay.web import guard
from relay.web.i18n.sentences import error_text, translate_at_form
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from relay.domain.questions import Answers
    from relay.errors import RelayError
    from relay.office.intake import Recorded
    from relay.web.recording.filled_form import FilledForm

CORRECTABLE = (Refused, Invalid, Conflict, NotFound)
"""Errors that the user can correct in the form; any other error is one of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCheck:
    """The result of checking a form against the rules.

    Attributes:
        questions: All that seems wrong but can be true; recording the form answers it with yes.
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


def answers_from(codes: Iterable[str]) -> Answers:
    """The codes of questions among some words, as answers; other words are left out."""
    codes_ = {code: code for code in get_args(Code)}
    return frozenset(codes_[code] for code in codes if code in codes_)


def row_fault(error: RelayError | None, again: Collection[str], field_of: Callable[[str], str]) -> dict[str, Any]:
    """The attributes of a form's row that was not recorded: `faults`, and `question` if it can be confirmed.

    Args:
        error: Why it was not recorded; None when it was.
        again: The questions to which the row answers yes already.
        field_of: Returns the field of the row into which a column is typed; "" for none.

    Returns:
        Empty when it was recorded. A fault without a field has the key "".
    """
    if error is None:
        return {}
    if isinstance(error, Asked) and error.code not in again:
        return {"question": error.code, "faults": {"": translate_at_form(error.reason)}}
    return {"faults": {field_of(error.field): error_text(error)}}


def check_form(filled: FilledForm, *, whole: bool = False) -> FormCheck:
    """Check a form against the rules, with every question that they ask; nothing is recorded.

    Raises:
        Unavailable: The database cannot be reached.
    """
    questions = list[Asked]()
    while True:
        answers = answers_from(each.code for each in questions)
        try:
            recorded = record_form(filled, answers, whole=whole, rehearses=True)
        except Asked as question:
            if question.code in answers:  # cannot be answered here
                return FormCheck(fault=question, whole=whole)
            questions.append(question)
        except CORRECTABLE as fault:
            return FormCheck(fault=fault, whole=whole)
        else:
            return FormCheck(questions=tuple(questions), notes=recorded.notes, whole=whole)


def record_form(filled: FilledForm, answers: Answers, *, whole: bool = False, rehearses: bool = False) -> Recorded:
    """Record the act of a form.

    Args:
        filled: The form.
        answers: The questions that are answered with yes.
        whole: Whether a correction applies to every act that filled the placement.
        rehearses: Whether nothing is written.

    Raises:
        RelayError: It was not recorded; the error says why.
    """
    graph, programme_id = current.built_graph(), current.head().programme_id
    clerk = replace(guard.clerk(programme_id), rehearses=rehearses)
    act = intake.made(graph, programme_id, filled.form.kind, filled.values(), random=clerk.random)
    if she := filled.new_woman:
        woman = intake.made(graph, programme_id, "beneficiary", she, random=clerk.random)
        return intake.hand_in_together(graph, programme_id, (woman, act), clerk, answers=answers)[-1]
    return intake.hand_in(graph, programme_id, act, clerk, answers=answers, whole=whole)
