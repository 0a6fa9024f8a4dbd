"""Questions about what waits for somebody: pass-ons for who confirms them, held acts for who settles them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from relay.ledger.held import held_list
from relay.reports import unconfirmed
from relay.service.question import Question, Says, Source
from relay.service.questions.parameters import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQuestion(Question[tuple[unconfirmed.Waiting, ...]]):
    """Unconfirmed pass-ons, the earliest first."""

    name = "waiting"
    action = "waiting"
    path = "waiting"

    as_of: AsOf
    most: Annotated[int | None, Says(sort="count", text="At most this many, the earliest.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[unconfirmed.Waiting, ...]:
        """The earliest first."""
        return unconfirmed.waiting(source.graph, programme_id, self.as_of, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """An act that the record did not take and that waits to be settled.

    Attributes:
        held_id: Under which it is settled.
        act: Its kind.
        act_id: "kind:id"; empty when it cannot be read.
        content: As it was sent. Personal.
        by: Who wrote it.
        device_id: Of the device that it came from; of a program or a command line the account.
        result: "held", "asked", "refused" or "conflict".
        code: What programs call why it was not recorded.
        sentence: Why, and what to do.
        field: The column at fault, or empty.
        waits_for: The record that it waits for, or empty.
        received_at: A UTC instant.
        written_at: By the writer's clock, a UTC instant; empty when she did not say.
    """

    held_id: str
    act: str
    act_id: str
    content: Mapping[str, Any]
    by: str
    device_id: str
    result: str
    code: str
    sentence: str
    field: str
    waits_for: str
    received_at: str
    written_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldActs(Question[tuple[HeldRow, ...]]):
    """What telephones and outboxes handed in and the record did not take, until somebody settles it. Personal."""

    name = "held"
    action = "held list"
    path = "held-acts"
    of_graph = False
    personal = True

    def answer(self, source: Source, programme_id: str) -> tuple[HeldRow, ...]:
        """In the order of arrival; empty when nothing is held."""
        return tuple(
            HeldRow(
                held_id=row.held_id,
                act=row.act,
                act_id=row.act_id,
                content=row.content,
                by=row.by,
                device_id=row.device_id,
                result=row.result,
                code=row.code,
                sentence=row.sentence,
                field=row.field,
                waits_for=row.waits_for,
                received_at=row.received_at,
                written_at=row.written_at,
            )
            for row in held_list.every(source.graph, programme_id)
        )

    def opened(self, answer: tuple[HeldRow, ...]) -> Iterable[str]:
        """The records that are held."""
        return tuple(row.act_id for row in answer if row.act_id)
