"""Questions of an auditor: what is odd, and what to look at in the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from relay.arrays import snapshot_cache
from relay.audit import run, sampling
from relay.service.question import Question, Says, Source
from relay.service.questions.parameters import AsKnown, AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion(Question[run.Audit]):
    """What looks wrong in the whole record, and the acts that show it."""

    name = "audit"
    action = "audit"
    path = "audit"

    as_of: AsOf
    as_known: AsKnown = None

    def answer(self, source: Source, programme_id: str) -> run.Audit:
        """What each check found."""
        last, folder = source.last(programme_id, self.as_known), source.folder / snapshot_cache.FOLDER
        return run.audit(source.graph, programme_id, self.as_of, last=last, folder=folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuestion(Question[sampling.Sample]):
    """Placements to verify in the field, and what was found so far."""

    name = "sample"
    action = "audit sample"
    path = "audit/sample"

    as_of: AsOf
    as_known: AsKnown = None
    size: Annotated[int, Says(sort="count", text="How many placements to verify.")]
    seed: Annotated[int, Says(sort="number", text="Seed of the random draw: the same seed draws the same placements.")]

    def answer(self, source: Source, programme_id: str) -> sampling.Sample:
        """Drawn from what stood on that day."""
        return sampling.sample(
            source.graph,
            programme_id,
            self.as_of,
            size=self.size,
            seed=self.seed,
            last=source.last(programme_id, self.as_known),
            folder=source.folder / snapshot_cache.FOLDER,
        )
