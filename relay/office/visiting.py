"""Visits that were made on one walk: what each woman was found with, recorded together.

Ids are made of the walk's own id and the placement, so that who sends a page twice records it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from relay.domain.acts import Act, Value, id_made_of
from relay.domain.questions import NO_ANSWER, Answers
from relay.errors import Failure, Invalid, refused
from relay.ledger.recording import record_rows

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Clerk, Outcome

MOST_VISITS: Final = 50
"""Visits of one walk that are recorded at once (our choice: nobody makes more in a day)."""


TOO_MANY_VISITS: Final = Failure(
    Invalid,
    "too_many_visits",
    "At most %(most)s visits are recorded at once.",
    advice="Record the others on another page.",
    values={"most": MOST_VISITS},
)


NOBODY_VISITED: Final = Failure(
    Invalid,
    "nobody_visited",
    "No row says what was found.",
    advice="Choose for each woman who was visited whether the animals were found.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit.

    Attributes:
        placement_id: Of whom.
        said: What was recorded about it: `outcome`, and a `note` where there is one.
        answers: The questions that it answers.
    """

    placement_id: str
    said: Mapping[str, Value] = field(default_factory=dict[str, Value])
    answers: Answers = NO_ANSWER


VISIT: Final = "visit"
CHECKED: Final = "checked"
"""The event of a placement of an audit sample, looked for where the record says it is."""


def id_of(walk_id: str, placement_id: str, kind: str = VISIT) -> str:
    """The id of a visit that was made on a walk."""
    return id_made_of(f"{walk_id}/{placement_id}/{kind}")


def record_walk(
    graph: Graph,
    programme_id: str,
    walk_id: str,
    happened_on: str,
    visits: Sequence[Visited],
    clerk: Clerk,
    *,
    kind: str = VISIT,
) -> tuple[Outcome, ...]:
    """Record the visits of a walk in one transaction; each stands or falls alone.

    Args:
        graph: Where.
        programme_id: Of the programme.
        walk_id: Minted with the page; it is not recorded itself.
        happened_on: The day of the walk, ISO.
        visits: Who was visited, each placement once.
        clerk: Who records.
        kind: Of the events: `VISIT`, or `CHECKED` for placements of an audit sample.

    Returns:
        The outcome of each, in order.

    Raises:
        Invalid: There are no visits; or there are more than `MOST_VISITS`.
        NoProgramme: The programme is not there.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    if not visits:
        raise refused(NOBODY_VISITED)
    if len(visits) > MOST_VISITS:
        raise refused(TOO_MANY_VISITS)
    acts = [_act(walk_id, happened_on, each, kind) for each in visits]
    again = {act.act_id: each.answers for act, each in zip(acts, visits, strict=True)}
    recorded = record_rows(graph, programme_id, [(act,) for act in acts], clerk, again=again)
    return tuple(outcomes[-1] for outcomes in recorded)


def _act(walk_id: str, happened_on: str, visited: Visited, kind: str) -> Act:
    event_id = id_of(walk_id, visited.placement_id, kind)
    said: dict[str, Value] = {
        "event_id": event_id,
        "placement_id": visited.placement_id,
        "kind": kind,
        "happened_on": happened_on,
    }
    return Act(kind="event", id=event_id, values=said | dict(visited.said))
