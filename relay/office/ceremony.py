"""A ceremony day: what many hand over on one day, said row by row and recorded together.

Ids are made of the ceremony's own id and the number of the row, so that who sends a day twice records it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from relay.database import cypher
from relay.database.acts_as_nodes import key_of
from relay.domain.acts import Act, Value, id_made_of
from relay.domain.model import Quantity, shown, thousandths
from relay.domain.questions import NO_ANSWER, Answers
from relay.domain.rulebook import InTheFuture
from relay.domain.vocabulary import ANIMAL
from relay.errors import Failure, Invalid, Refused, RelayError, refused
from relay.ledger.recording import record_rows
from relay.office import intake

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.ledger.batch import Clerk, Outcome

MOST_ROWS: Final = 300
"""Hand-overs of one ceremony that are recorded at once. Four groups passed on 178 animals in one."""


OTHER_NUMBER_OF_ANIMALS: Final = Failure(
    Refused,
    "other_number_of_animals",
    "The rows hand over %(said)s animals, but %(counted)s were counted in the yard.",
    advice="Count again, and look for a row that is ticked by mistake or missing. Nothing new was recorded.",
    field="counted",
)


TOO_MANY_ROWS: Final = Failure(
    Invalid,
    "too_many_rows",
    "A ceremony is recorded with at most %(most)s rows at once.",
    advice="Record the others as a second ceremony.",
    values={"most": MOST_ROWS},
)


NOBODY_HANDS_OVER: Final = Failure(
    Invalid,
    "nobody_hands_over",
    "No hand-over is ticked.",
    advice="Tick each woman who handed over.",
)


NO_RECEIVER: Final = Failure(
    Invalid,
    "no_receiver",
    "It is not said to whom.",
    advice="Write her id, or the name of a woman who is new.",
    field="beneficiary_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """A ceremony at which many holders hand over animals on one day.

    Attributes:
        ceremony_id: Id of the ceremony.
        held_on: The day, ISO.
        place_id: Id of the place where it was held; women first registered at it are recorded as living there. None if
            unknown.
        group_id: Id of the group that held it; women first registered at it are recorded as its members. None if of no
            group.
        name: What it is called; None if it has no name.
        witness: Who saw all of it; None when nobody is named.
    """

    ceremony_id: str
    held_on: str
    place_id: str | None = None
    group_id: str | None = None
    name: str | None = None
    witness: str | None = None

    def act(self) -> Act:
        """That it was held."""
        named = {"place_id": self.place_id, "group_id": self.group_id, "name": self.name}
        values: dict[str, Value] = {"ceremony_id": self.ceremony_id, "held_on": self.held_on}
        values |= {column: value for column, value in named.items() if value is not None}
        return Act(kind="ceremony", id=self.ceremony_id, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRow:
    """One row: somebody handed something over.

    Attributes:
        number: Of the row.
        giver: A placement, or a beneficiary who holds just one.
        receiver: Her id, or the name of a woman who is new.
        is_new: Whether it is a name even if an id reads the same.
        said: What else is said of the pass-on: column → value; `animals` is among them.
        answers: The questions that this row answers.
    """

    number: int
    giver: str
    receiver: str
    is_new: bool = False
    said: Mapping[str, Value] = field(default_factory=dict[str, Value])
    answers: Answers = NO_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """The outcome of a row.

    Attributes:
        number: Of the row.
        action: "added", "same" (recorded before), "asked" with the question, or "not" with the reason.
        error: Why it was not recorded, or None.
        pass_id: Of the pass-on that it is, or would be.
        beneficiary_id: Who received; None where that is not clear.
        notes: What was noted for the auditor.
    """

    number: int
    action: Literal["added", "same", "asked", "not"]
    error: RelayError | None = None
    pass_id: str
    beneficiary_id: str | None = None
    notes: tuple[str, ...] = ()


def id_of(ceremony_id: str, number: int, what: str) -> str:
    """The id of what a row of a ceremony records: a "pass", or a "beneficiary" who is new."""
    return id_made_of(f"{ceremony_id}/{number}/{what}")


def with_money(graph: Graph, programme_id: str, givers: Iterable[str]) -> frozenset[str]:
    """Those of some givers who hold what the rules count in rupees, or anything else than animals."""
    said = [
        {
            "said": giver,
            "placement": key_of(programme_id, f"placement:{giver.removeprefix('placement:')}"),
            "holder": key_of(programme_id, f"beneficiary:{giver.removeprefix('beneficiary:')}"),
        }
        for giver in givers
        if giver
    ]
    found = graph.rows(
        cypher.GIVERS_OF_OTHER_UNITS,
        programme=key_of(programme_id, f"programme:{programme_id}"),
        givers=said,
        unit=ANIMAL,
    )
    return frozenset(row["giver"] for row in found)


def units(rows: Iterable[HandOverRow]) -> Quantity:
    """How much some rows hand over in all."""
    return shown(sum(thousandths(float(str(row.said.get("animals", 0)))) for row in rows))


def require_counted(graph: Graph, programme_id: str, rows: Sequence[HandOverRow], counted: Quantity) -> None:
    """Let nothing be recorded while rows and yard do not agree.

    Raises:
        Refused: The rows hand over another number of animals than were counted in the yard.
    """
    money = with_money(graph, programme_id, [row.giver for row in rows])
    said = units(row for row in rows if row.giver not in money)
    if said != counted:
        raise refused(OTHER_NUMBER_OF_ANIMALS, said=said, counted=counted)


def record_day(
    graph: Graph, programme_id: str, ceremony: Ceremony, rows: Sequence[HandOverRow], clerk: Clerk
) -> tuple[RowOutcome, ...]:
    """Record a ceremony with what was handed over at it, in one transaction; each row stands or falls alone.

    A woman who is new is registered with the row in which she receives, or not at all.

    Args:
        graph: Where.
        programme_id: Of the programme.
        ceremony: The day.
        rows: Who handed over.
        clerk: Who records.

    Returns:
        The outcome of each row, in order.

    Raises:
        Invalid: There are no rows; or there are more than `MOST_ROWS`.
        InTheFuture: The ceremony is still to come.
        RelayError: The ceremony itself cannot be recorded, and so nothing was.
    """
    if not rows:
        raise refused(NOBODY_HANDS_OVER)
    if len(rows) > MOST_ROWS:
        raise refused(TOO_MANY_ROWS)
    known = _known(graph, programme_id, rows)
    made = dict[int, tuple[Act, ...]]()
    fallen = dict[int, RelayError]()
    for place, row in enumerate(rows):
        try:
            made[place] = tuple(_acts(graph, programme_id, ceremony, row, clerk, is_known=row.receiver in known))
        except RelayError as error:
            fallen[place] = error
    again = {act.act_id: rows[place].answers for place, acts in made.items() for act in acts[1:]}
    recorded = dict(
        zip(made, record_rows(graph, programme_id, [*made.values()], clerk, again=again), strict=True) if made else ()
    )
    became = tuple(
        _became(ceremony, row, made.get(place, ()), recorded.get(place, ()), fallen.get(place))
        for place, row in enumerate(rows)
    )
    early = [each.error for each in became if isinstance(each.error, InTheFuture)]
    if len(early) == len(rows):  # the day itself is not yet: a ceremony may be announced, its hand-overs may not
        act = ceremony.act()
        raise InTheFuture(act_id=act.act_id, field="held_on", day=ceremony.held_on, today=early[0].today)
    return became


def standing(graph: Graph, programme_id: str, ceremony_id: str, rows: Sequence[HandOverRow]) -> tuple[RowOutcome, ...]:
    """Those of some rows that were recorded before, each as "same": what is sent again in vain still tells of them."""
    ids = {id_of(ceremony_id, row.number, "pass"): row for row in rows}
    return tuple(
        RowOutcome(
            number=ids[id_].number,
            action="same",
            pass_id=id_,
            beneficiary_id=None if ids[id_].is_new else ids[id_].receiver,
        )
        for id_ in ids.keys() & _recorded(graph, programme_id, "pass", ids)
    )


def _known(graph: Graph, programme_id: str, rows: Sequence[HandOverRow]) -> frozenset[str]:
    """Those of the receivers that are ids of somebody in the record."""
    return _recorded(graph, programme_id, "beneficiary", [row.receiver for row in rows if not row.is_new])


def _recorded(graph: Graph, programme_id: str, kind: str, ids: Iterable[str]) -> frozenset[str]:
    """Those of some ids under which an act of a kind is recorded."""
    keys = [key_of(programme_id, f"{kind}:{id_}") for id_ in ids]
    found = graph.rows(cypher.EXISTING_IDS, ledger=programme_id, acts=keys, placements=[])
    return frozenset(act_id.partition(":")[2] for row in found for act_id in row["acts"])


def _acts(
    graph: Graph, programme_id: str, ceremony: Ceremony, row: HandOverRow, clerk: Clerk, *, is_known: bool
) -> Sequence[Act]:
    """The ceremony, the woman where she is new, and the pass-on."""
    if not row.receiver:
        raise refused(NO_RECEIVER)
    acts, receiver_id = [ceremony.act()], row.receiver
    if row.is_new or not (is_known or any(map(str.isdigit, row.receiver))):
        receiver_id = id_of(ceremony.ceremony_id, row.number, "beneficiary")
        lives = {"place_id": ceremony.place_id, "group_id": ceremony.group_id}
        she: dict[str, Value] = {"beneficiary_id": receiver_id, "name": row.receiver, "sex": "F"}
        she |= {column: value for column, value in lives.items() if value is not None}
        acts.append(Act(kind="beneficiary", id=receiver_id, values=she))
    said: dict[str, Value] = {
        "pass_id": id_of(ceremony.ceremony_id, row.number, "pass"),
        "beneficiary_id": receiver_id,
        "passed_on": ceremony.held_on,
        "ceremony_id": ceremony.ceremony_id,
        **({"witness": ceremony.witness} if ceremony.witness else {}),
        **row.said,
    }
    acts.append(intake.pass_on(graph, programme_id, said, giver=row.giver, random=clerk.random))
    return acts


def _became(
    ceremony: Ceremony, row: HandOverRow, acts: Sequence[Act], outcomes: Sequence[Outcome], error: RelayError | None
) -> RowOutcome:
    """The outcome of a row, from those of its acts."""
    last = outcomes[-1] if outcomes else None
    if last and last.error and last.act.kind == "ceremony":
        raise last.error
    return RowOutcome(
        number=row.number,
        action="not" if last is None else last.action,
        error=error or (last.error if last else None),
        pass_id=id_of(ceremony.ceremony_id, row.number, "pass"),
        beneficiary_id=str(acts[-1].values["beneficiary_id"]) if acts else None,
        notes=tuple(note.sentence for outcome in outcomes for note in outcome.notes),
    )
