"""What can be asked about wells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from relay.graph import Graph
from relay.service.question import Question, Source
from relay.service.questions.parameters import AsOf
from tests.systems.wells import cypher


@dataclass(frozen=True, slots=True, kw_only=True)
class Well:
    """A well, and whether it was in order when somebody last looked; None when nobody did."""

    well_id: str
    beneficiary_id: str
    dug_on: date
    depth: float | None
    works: str | None


def wells(graph: Graph, programme_id: str, as_of: date) -> tuple[Well, ...]:
    """All wells that were dug by a day."""
    rows = graph.rows(cypher.WELLS, programme_id=programme_id, as_of=as_of)
    return tuple(
        Well(
            well_id=row["well_id"],
            beneficiary_id=row["beneficiary_id"],
            dug_on=date.fromisoformat(row["dug_on"]),
            depth=row["depth"],
            works=row["works"],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wells(Question[tuple[Well, ...]]):
    """All wells, and whether they were in order."""

    name = "wells"
    action = "wells"
    path = "wells"

    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[Well, ...]:
        """By id."""
        return wells(source.graph, programme_id, self.as_of)


QUESTIONS: Final = (Wells,)
