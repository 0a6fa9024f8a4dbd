"""Questions about what was recorded: how it is told in a sentence, and what could be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from relay.office import recorded_sentence, undo
from relay.office.lookup import resolve
from relay.service.question import Question, Says, Source
from relay.service.questions.parameters import AsOf, Id


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoableQuestion(Question[undo.Undoable]):
    """The newest thing that whoever asks recorded, as far as it still stands: what relay undo would take back."""

    name = "undoable"
    action = "undo"
    path = "undoable"
    ids_only = True

    since: Annotated[str, Says(sort="word", text="From when on, UTC, such as 2026-11-24T22:28:19Z.")]
    at: Annotated[str | None, Says(sort="word", text="All that was recorded at this time, such as an import.")] = None

    def answer(self, source: Source, programme_id: str) -> undo.Undoable:
        """The acts, the newest first."""
        return undo.undoable(source.graph, programme_id, source.by, since=self.since, at=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldQuestion(Question[recorded_sentence.Told]):
    """What an act recorded, in one sentence: who, what, from whom, to whom, and what they owe. Personal."""

    name = "told"
    action = "show"
    path = "told/<id>"
    personal = True

    id: Id
    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> recorded_sentence.Told:
        """The sentence, with the names that the reader may see."""
        act_id = resolve(source.graph, programme_id, self.id)
        return recorded_sentence.told(source.graph, programme_id, act_id, self.as_of, source.reader.nameable)

    def opened(self, answer: recorded_sentence.Told) -> Iterable[str]:
        """Those whose name is told."""
        return (f"beneficiary:{id_}" for id_ in answer.beneficiary_ids)
