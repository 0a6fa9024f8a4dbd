"""Questions about one gift or placement: how far it travelled, and where its chains broke."""

from __future__ import annotations

from dataclasses import dataclass, replace

from relay.arrays import lineage
from relay.arrays.from_graph import load_below
from relay.arrays.lineage import Survey
from relay.reports import trees
from relay.service.question import Source
from relay.service.questions.parameters import Read, RelayId


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuestion(Read[trees.Trace]):
    """How far a gift or placement travelled, and where it broke."""

    name = "trace"
    action = "trace"
    path = "trace/<id>"

    id: RelayId

    def answer(self, source: Source, programme_id: str) -> trees.Trace:
        """Of all that descends from it."""
        return trees.trace(_survey_below(self, source, programme_id), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeQuestion(Read[trees.Tree]):
    """The relay below a gift or placement."""

    name = "tree"
    action = "tree"
    path = "tree/<id>"

    id: RelayId

    def answer(self, source: Source, programme_id: str) -> trees.Tree:
        """Its placements and what binds them.

        Plans are known as of now alone: with `as_known` they are left out.
        """
        graph, used = source.graph, source.systems
        if self.as_known is not None or not trees.finders(graph.catalogue, used):
            return trees.tree(_survey_below(self, source, programme_id), self.id)
        whole = replace(self, confirmed_only=False).survey(source, programme_id)
        plans = trees.plans(graph, programme_id, whole, used)
        asked = self.survey(source, programme_id) if self.confirmed_only else whole
        return trees.tree(asked, self.id, plans)


def _survey_below(question: TraceQuestion | TreeQuestion, source: Source, programme_id: str) -> Survey:
    """The relays that it is about, as far as the tree below its gift or placement needs them."""
    if source.cached_survey or question.as_known is not None:
        return question.survey(source, programme_id)
    snapshot = load_below(source.graph, programme_id, question.id)
    return lineage.survey(snapshot, question.as_of, confirmed_only=question.confirmed_only)
