"""Acts judged under the ledger's lock: what all recording shares, and acts that came in any order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from relay.access.account_trail import enrolments
from relay.access.roles import NotIntoThatPlace, NotThatPlace
from relay.database import cypher
from relay.domain.entries import login_of
from relay.domain.questions import NO_ANSWER
from relay.domain.rulebook import ON_HER_TELEPHONE, SAME_PERSON, Missing
from relay.errors import refused
from relay.ledger.batch import Batch, EarlierActs, Outcome
from relay.ledger.held import held_list
from relay.ledger.partial_register import lock_and_load
from relay.ledger.places import new_homes, places_of, places_of_record
from relay.ledger.programme_heads import NoProgramme, require_built, require_original

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relay.domain.acts import Act
    from relay.domain.questions import Answers
    from relay.domain.register import Register
    from relay.errors import RelayError
    from relay.graph import Transaction
    from relay.ledger.batch import Clerk
    from relay.ledger.programme_heads import Head


def locked(transaction: Transaction, programme_id: str, acts: Sequence[Act], clerk: Clerk) -> tuple[Head, Register]:
    """Lock the ledger, and read what the acts touch.

    Raises:
        NoProgramme: The programme is not there.
        NotBuilt: The graph is another version's.
        IsACopy: It is a copy.
    """
    loaded = lock_and_load(transaction, programme_id, acts, clerk.random(8).hex())
    if loaded is None:
        raise NoProgramme(programme_id=programme_id)
    head, register = loaded
    require_original(programme_id, head.copy_of)
    require_built(programme_id, head.projection)
    return head, register


def lock(transaction: Transaction, programme_id: str, clerk: Clerk) -> str:
    """Lock the ledger before anything else is read: whoever reads first and locks later loses to all who did not.

    Returns:
        Until when its copy is taken to be in step, a UTC instant; empty where none is.

    Raises:
        IsACopy: It is a copy.
    """
    for row in transaction.rows(cypher.LOCK, ledger=programme_id, lock=clerk.random(8).hex()):
        require_original(programme_id, row["copy_of"])
        return row["in_step_until"] or ""
    return ""


def offered(transaction: Transaction, batch: Batch, act: Act) -> Outcome:
    """Judge an act, unless by what it says, or by what is recorded under its id, it lies outside her places.

    Nobody is brought into another place either: who may not record there does not decide who belongs there.
    """
    allowed, programme_id = batch.clerk.places, batch.register.programme_id
    if act.kind == "confirm":  # the ledger does not know of who wrote what another put right
        error = _her_own(transaction, batch, str(act.values["act_id"]))
        if error:
            return Outcome(act=act, action="not", error=error)
    if allowed is not None:
        lies = [places_of(transaction, programme_id, act.values)]
        if act.act_id in batch.register.entries:  # else the answer would tell what was recorded elsewhere
            lies.append(places_of_record(transaction, programme_id, act.act_id))
        if not all(allowed & each for each in lies):
            return Outcome(act=act, action="not", error=NotThatPlace(places=sorted(allowed)))
        if not all(allowed & each for each in new_homes(transaction, programme_id, act, batch.register)):
            return Outcome(act=act, action="not", error=NotIntoThatPlace(places=sorted(allowed)))
    return batch.offer(act)


def _her_own(transaction: Transaction, batch: Batch, subject: str) -> RelayError | None:
    """Why who confirms is no second person, as far as the ledger does not say it; None where she is one.

    She wrote what somebody else put right, or made the code of the telephone on which it was recorded.
    """
    register, login = batch.register, login_of(batch.clerk.by)
    writers = held_list.writers_of(transaction, register.programme_id, subject)
    if login in map(login_of, writers):
        return refused(SAME_PERSON, act_id=subject)
    said = (subject, *register.about.get(subject, ()))
    entries = [register.entries[each] for each in said if each in register.entries]
    if not writers and all(entry.written_at is None for entry in entries):
        return None
    of_hers = [each for each in enrolments(transaction) if login_of(each.made_by) == login]
    if any(each.device_id in writers.values() or any(map(each.may_have_recorded, entries)) for each in of_hers):
        return refused(ON_HER_TELEPHONE, act_id=subject)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One act of those that came in any order.

    Attributes:
        act: Which.
        clerk: By whom it is recorded, and what she may.
        answers: The questions that it answers.
        refusal: Why she may not record it whatever it says; None where she may.
    """

    act: Act
    clerk: Clerk
    answers: Answers = NO_ANSWER
    refusal: RelayError | None = None


def in_any_order(
    transaction: Transaction, programme_id: str, handed_in: Sequence[HandedIn], doubtful: EarlierActs
) -> tuple[Outcome, ...]:
    """Record those acts that can stand, each as soon as what it depends on does; others are told why not.

    Args:
        transaction: In which; the ledger is locked in it.
        programme_id: Of the programme.
        handed_in: In any order; none founds the programme.
        doubtful: What came from the same source and does not agree with the record.

    Returns:
        One outcome for each, in the order in which they were given.

    Raises:
        NoProgramme: The programme is not there.
        NotBuilt: The graph is another version's.
    """
    kinds = [*transaction.catalogue.kinds]
    outcomes = {
        number: Outcome(act=each.act, action="not", error=each.refusal)
        for number, each in enumerate(handed_in)
        if each.refusal
    }
    left = [number for number in range(len(handed_in)) if number not in outcomes]
    left.sort(key=lambda number: kinds.index(handed_in[number].act.kind))  # what others name comes first
    while left:  # what an earlier round recorded is written before the next: where it lies is looked up in the graph
        first = handed_in[left[0]].clerk
        head, register = locked(transaction, programme_id, [handed_in[number].act for number in left], first)
        batch = Batch(register, head, first, earlier=doubtful)
        for number in left:
            each = handed_in[number]
            batch.clerk, batch.answers = each.clerk, each.answers
            outcomes[number] = _waiting(batch, offered(transaction, batch, each.act))
        batch.write(transaction)
        held_list.forget(transaction, programme_id, erased(outcomes[number] for number in left))
        still = [number for number in left if outcomes[number].error]
        if len(still) == len(left):
            break
        left = still
    return tuple(outcomes[number] for number in range(len(handed_in)))


def erased(outcomes: Iterable[Outcome]) -> frozenset[str]:
    """The records of which what is personal was erased by some acts."""
    done = (outcome.act for outcome in outcomes if outcome.act.kind == "erase" and not outcome.error)
    return frozenset(str(act.values["subject_id"]) for act in done)


def _waiting(batch: Batch, outcome: Outcome) -> Outcome:
    """The same, but what lies nowhere as yet, since what it names is not recorded, waits for that."""
    if not isinstance(outcome.error, NotThatPlace):
        return outcome
    for column, name in batch.register.catalogue.named_by(outcome.act):
        if not batch.register.knows(name):
            return replace(outcome, error=Missing(act_id=name, field=column))
    return outcome
