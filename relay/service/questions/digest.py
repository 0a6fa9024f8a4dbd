"""The question what managers are told of a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from relay.arrays import lineage
from relay.backup.backup_status import backup_state
from relay.reports import breakdown
from relay.reports.digest import DAYS, Digest, digest
from relay.reports.field import tasks
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestQuestion(Question[Digest]):
    """What broke in a week, what is due, what waits, which telephones are silent, and which visits were made."""

    name = "digest"
    action = "digest"
    path = "digest"

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> Digest:
        """In counts; nobody is named."""
        graph, survey = source.graph, source.survey(programme_id, self.as_of)
        week_ago = self.as_of - timedelta(days=DAYS)
        cached = source.cached_survey
        before = cached(week_ago, False) if cached else lineage.survey(survey.snapshot, week_ago)  # noqa: FBT003
        hidden = tasks.hidden(graph.catalogue, source.systems, source.reader.may)
        return digest(
            graph,
            survey,
            before,
            names=breakdown.names(graph, programme_id, ("place",)),
            tasks=tasks.seen(tasks.tasks(graph, programme_id, survey, source.systems), hidden),
            now=source.now,
            backup=backup_state(graph, source.folder),
        )
