"""Taking in a list of acts in any order: what can stand is recorded, and the rest is held where that is wished."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.domain.canonical_json import canonical
from relay.errors import Failure, Refused, refused
from relay.instants import instant
from relay.ledger.copy_in_step import with_copied
from relay.ledger.held import held_list, trying_again
from relay.ledger.held.held_list import MOST_A_DEVICE, HeldAct
from relay.ledger.held.judging import HandedIn, in_any_order, lock
from relay.ledger.held.why_held import BY_HAND, FromRevoked, in_doubt, standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relay.domain.acts import Act
    from relay.domain.questions import Answers
    from relay.domain.system import Catalogue
    from relay.errors import RelayError
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk, Outcome


HELD_LIST_FULL: Final = Failure(
    Refused,
    "held_list_full",
    "%(most)s acts of this device are held already, so this one is not.",
    advice="Keep it on the device, and ask the office to settle what is held.",
    values={"most": MOST_A_DEVICE},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Where a list of acts comes from.

    Attributes:
        programme_id: Of the programme.
        device_id: Of the device; of a program or a command line the account, as in `by`.
        place_id: To which the device is bound; empty for none.
        by: Who wrote it, as the ledger names who records.
        holds: Whether what is not recorded is held.
        systems: That the programme uses.
        revoked: Whether the device was: then everything is held and nothing judged.
        takes: The kinds of acts that may come this way; None for all. Others are held for a person.
        of_another: Whether somebody else carries it here than wrote it: then everything is held for a person.
        parted: Whether it is what the former original has and this one does not: then everything is held for a person,
            once, and what is held or was settled already stays as it is.
    """

    programme_id: str
    systems: tuple[str, ...]
    device_id: str
    place_id: str
    by: str
    holds: bool
    revoked: bool = False
    takes: frozenset[str] | None = None
    of_another: bool = False
    parted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAct:
    """One act of a list, as it was sent.

    Attributes:
        kind: As it was named.
        content: As it was sent. Personal.
        written_at: By the writer's clock, a UTC instant; empty when she did not say.
        again: Whether it answers whatever Relay asks.
        act: What it means; None when it cannot be read.
        clerk: By whom it is recorded, and what she may.
        answers: The questions that it answers.
        refusal: Why it cannot be read, or why she may not record it; None where neither is so.
    """

    kind: str
    content: Mapping[str, Any] = field(repr=False)
    written_at: str
    again: bool
    act: Act | None
    clerk: Clerk
    answers: Answers
    refusal: RelayError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """The outcome of one act of a list.

    Attributes:
        act_id: "kind:id"; empty when it cannot be read.
        result: "added", "same", "asked", "held", "refused" or "conflict".
        sequence: Of its entry; None when there is none.
        code: What programs call why it was not recorded; empty when it was.
        sentence: Why it was not, and what to do; empty when it was.
        field: The column at fault; empty for none.
        held_id: Under which it is held; empty when it is not.
        waits_for: The record that it waits for; empty for none.
        copied: Whether a copy on another machine has its entry; None where no copy is in step.
    """

    act_id: str
    result: str
    sequence: int | None = None
    code: str = ""
    sentence: str = ""
    field: str = ""
    held_id: str = ""
    waits_for: str = ""
    copied: bool | None = None


def take_in(graph: Graph, source: Sender, sent: Sequence[SentAct]) -> tuple[TakenIn, ...]:
    """Record what can stand of a list, and hold the rest where that is wished; then what waited for any of it.

    Returns:
        A row for each act, in the order in which they were sent.

    Raises:
        NoProgramme: The programme is not there.
        NotBuilt: The graph is another version's.
        Unavailable: The database cannot be reached; nothing was recorded.
        UnknownOutcome: The line was cut twice while committing, or went silent.
    """
    if not sent:
        return ()
    work = _TakingIn(source=source, sent=tuple(sent))
    taken, in_step_until = graph.write(work.in_transaction, again=work.in_transaction)  # once recorded it is the same
    # with what was recorded before: whoever recorded it may have been killed before what waited for it was tried
    recorded = [each.act for each, row in zip(sent, taken, strict=True) if each.act and row.result in ("added", "same")]
    clerk = sent[0].clerk
    trying_again.after(graph, source.programme_id, recorded, clerk)
    return with_copied(graph, source.programme_id, taken, in_step_until=in_step_until, now=clerk.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakingIn:
    """A list on its way in."""

    source: Sender
    sent: tuple[SentAct, ...]

    def in_transaction(self, transaction: Transaction) -> tuple[tuple[TakenIn, ...], str]:
        """A row for each act, and until when the copy is taken to be in step."""
        in_step_until = lock(transaction, self.source.programme_id, self.sent[0].clerk)
        before = held_list.of_device(transaction, self.source.programme_id, self.source.device_id)
        outcomes = {} if self.source.revoked else self._judged(transaction, before)
        errors = {number: self._error(number, outcomes.get(number)) for number in range(len(self.sent))}
        there = self._there_already(transaction, before, errors)
        left = {number: error for number, error in errors.items() if number not in there}
        kept = self._held(transaction.catalogue, before, left) if self.source.holds else {}
        if self.source.revoked:
            new = {row.held_id for row in kept.values()} - {row.held_id for row in before}
            transaction.run(cypher.COUNT_HANDED_IN, device_id=self.source.device_id, many=len(new))
        now = self.sent[0].clerk.now.astimezone(UTC)
        acts = {
            each.act.act_id: outcome.sequence
            for number, each in enumerate(self.sent)
            if each.act and (outcome := outcomes.get(number)) and not outcome.error
        }
        settled = [
            row.settled("recorded", at=now, sequence=acts[row.act_id], became=row.act_id)
            for row in before
            if row.act_id in acts
        ]
        held_list.keep(transaction, (*kept.values(), *settled))
        catalogue = transaction.catalogue
        rows = {
            number: self._row(catalogue, number, outcomes.get(number), error, kept.get(number))
            for number, error in left.items()
        }
        return tuple({**rows, **there}[number] for number in errors), in_step_until

    def _there_already(
        self, transaction: Transaction, before: Sequence[HeldAct], errors: Mapping[int, RelayError | None]
    ) -> dict[int, TakenIn]:
        """Of what a former original sends, what is held already, or was settled: number → "same"."""
        if not self.source.parted:
            return {}
        programme_id, now = self.source.programme_id, self.sent[0].clerk.now.astimezone(UTC)
        settled = held_list.settled_of(transaction, programme_id, self.source.device_id, now)
        ids = {row.held_id for row in (*before, *settled)}
        return {
            number: TakenIn(act_id=each.act.act_id if each.act else "", result="same")
            for number, each in enumerate(self.sent)
            if errors[number] and self._held_id(each) in ids
        }

    def _held_id(self, each: SentAct) -> str:
        """The id under which an act is held: who sends the same again holds it once."""
        act = each.act.act_id if each.act else each.kind
        said = canonical([self.source.programme_id, self.source.device_id, act, each.content])
        return sha256(said).hexdigest()[:16]

    def _judged(self, transaction: Transaction, before: Sequence[HeldAct]) -> dict[int, Outcome]:
        readable = [number for number, each in enumerate(self.sent) if each.act]
        handed_in = [
            HandedIn(act=each.act, clerk=each.clerk, answers=each.answers, refusal=each.refusal)
            for each in (self.sent[number] for number in readable)
            if each.act
        ]
        outcomes = in_any_order(transaction, self.source.programme_id, handed_in, in_doubt(before))
        return dict(zip(readable, outcomes, strict=True))

    def _error(self, number: int, outcome: Outcome | None) -> RelayError | None:
        if outcome:
            return outcome.error
        return FromRevoked() if self.source.revoked else self.sent[number].refusal

    def _held(
        self, catalogue: Catalogue, before: Sequence[HeldAct], errors: Mapping[int, RelayError | None]
    ) -> dict[int, HeldAct]:
        """The rows that are to be kept, as far as there is room."""
        known, kept = {row.held_id: row for row in before}, dict[int, HeldAct]()
        room = MOST_A_DEVICE - len(known)
        for number, error in errors.items():
            if error is None or not may_be_kept(catalogue, self.sent[number].kind, self.sent[number].content):
                continue
            row = self._as_held(catalogue, self.sent[number], error)
            if row.held_id not in known:
                if not room:
                    continue
                room -= 1
            known[row.held_id] = kept[number] = row
        return kept

    def _as_held(self, catalogue: Catalogue, each: SentAct, error: RelayError) -> HeldAct:
        source, act_id = self.source, each.act.act_id if each.act else ""
        result, waits_for = standing(error)
        return HeldAct(
            held_id=self._held_id(each),
            programme_id=source.programme_id,
            device_id=source.device_id,
            place_id=source.place_id,
            by=source.by,
            act=each.kind,
            act_id=act_id,
            content=each.content,
            values=each.act.values if each.act else {},
            names=trying_again.names_of(each.act, catalogue) if each.act else (),
            again=each.again,
            by_hand=isinstance(error, BY_HAND),
            result=result,
            code=error.code,
            sentence=held_list.why(error),
            field=error.field,
            waits_for=waits_for,
            received_at=instant(each.clerk.now.astimezone(UTC)),
            written_at=each.written_at,
        )

    def _row(
        self,
        catalogue: Catalogue,
        number: int,
        outcome: Outcome | None,
        error: RelayError | None,
        kept: HeldAct | None,
    ) -> TakenIn:
        each = self.sent[number]
        act_id = each.act.act_id if each.act else ""
        if error is None and outcome:
            return TakenIn(act_id=act_id, result=outcome.action, sequence=outcome.sequence)
        error = error or FromRevoked()
        result, waits_for = standing(error)
        if self.source.holds and kept is None and may_be_kept(catalogue, each.kind, each.content):
            error, result, waits_for = refused(HELD_LIST_FULL), "refused", ""
        return TakenIn(
            act_id=act_id,
            result="refused" if result == "held" and kept is None else result,
            code=error.code,
            sentence=held_list.why(error),
            field=error.field,
            held_id=kept.held_id if kept else "",
            waits_for=waits_for,
        )


def may_be_kept(catalogue: Catalogue, kind: str, content: Mapping[str, Any]) -> bool:
    """Whether an act may lie outside the ledger.

    Not where one role alone reads what it says, or what it corrects; nor what is no act at all.
    """
    return bool(kind) and not (
        catalogue.secret(kind) or catalogue.secret(str(content.get("act_id", "")).partition(":")[0])
    )
