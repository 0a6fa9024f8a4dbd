"""Intake: what a member of staff says, made into an act that can be recorded, and handed in.

It only completes the input; whether it may be recorded is for the rule book, under the ledger's lock. Missing ids are
generated here from random bytes that the shell passes in, never as the next number: two clerks offline would clash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final

from relay.database import cypher
from relay.database.acts_as_nodes import key_of
from relay.domain.acts import ID_BYTES, Act, Value, id_made_of, new_id
from relay.domain.questions import EVERY_ANSWER, NEW, NO_ANSWER, Answers
from relay.domain.system import Catalogue
from relay.errors import Refused, Unavailable
from relay.graph import Graph
from relay.ledger.batch import Clerk, Outcome
from relay.ledger.her_ids import her_ids
from relay.ledger.programme_heads import NoProgramme
from relay.ledger.recording import record, record_one, record_together
from relay.office import wrong_receiver
from relay.office.lookup import NotInRecord, OtherKind, SeveralOfThatId, resolve
from relay.office.recorded_sentence import Nameable, told_of
from relay.text import Sentence

GIVERS: Final = ("placement", "beneficiary")
"""What may pass on: a placement, or a beneficiary who holds one."""


class HoldsSeveral(Refused):
    """A beneficiary is named as giver and holds several placements."""

    reason = "Beneficiary %(beneficiary_id)s holds several placements: %(placements)s."
    advice = "Name the placement that passes on."
    field = "giver_placement_id"

    beneficiary_id: str
    placements: Sequence[str]


class HoldsNone(NotInRecord):
    """Neither a placement nor a beneficiary with one has this id."""

    reason = "There is no placement %(id)s, and no beneficiary %(id)s who holds one."
    field = "giver_placement_id"


def pass_on(
    graph: Graph,
    programme_id: str,
    said: Mapping[str, Value],
    *,
    giver: str,
    random: Callable[[int], bytes],
) -> Act:
    """The pass-on that a clerk describes.

    Args:
        graph: Where.
        programme_id: Of the programme.
        said: Columns of passes.csv as far as they were given; `beneficiary_id` is among them.
        giver: A placement, or a beneficiary who holds exactly one.
        random: Gives that many random bytes, for ids that were not given.

    Returns:
        With every id. A placement that it begins and that has no id is named after the pass-on's own id, so that
        who sends the same twice says the same twice.

    Raises:
        HoldsNone: The giver is not in the record.
        OtherKind: What is named as giver can hold nothing.
        SeveralOfThatId: The bare id is that of a placement, and of a beneficiary who holds another one.
        HoldsSeveral: The giver holds several placements.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    pass_id = str(said.get("pass_id") or new_id(random(ID_BYTES)))
    kind, colon, bare = giver.rpartition(":")
    if colon and kind not in GIVERS:
        raise OtherKind(id=giver, kinds=GIVERS)
    holders = her_ids(graph, programme_id, bare) if kind in ("", "beneficiary") else ()
    rows = graph.rows(
        cypher.HAND_OVER,
        ledger=programme_id,
        giver=key_of(programme_id, f"placement:{bare}") if kind in ("", "placement") else "",
        holders=[key_of(programme_id, f"beneficiary:{id_}") for id_ in holders],
        act=key_of(programme_id, f"pass:{pass_id}"),
    )
    if not rows:
        raise NoProgramme(programme_id=programme_id)
    row = rows[0]
    receiver_id = said.get("receiver_placement_id") or _recorded_receiver(row) or begun_by(pass_id)
    return act(
        "pass",
        {
            **said,
            "pass_id": pass_id,
            "giver_placement_id": _giver(graph.catalogue, row, bare),
            "receiver_placement_id": receiver_id,
        },
        "pass_id",
        random,
    )


def _giver(catalogue: Catalogue, row: Mapping[str, Any], id_: str) -> str:
    """The placement that passes on; a bare id may be a placement's or that of a beneficiary with one."""
    held: list[str] = row["held_by_giver"]
    if row["giver"]:
        if any(each != id_ for each in held):
            raise SeveralOfThatId.of(catalogue, [f"placement:{id_}", f"beneficiary:{id_}"])
        return id_
    if not held:
        raise HoldsNone(id=id_)
    if len(held) > 1:
        raise HoldsSeveral(beneficiary_id=id_, placements=held)
    return held[0]


def begun_by(pass_id: str) -> str:
    """The id of the placement that a pass-on begins where nobody gave one: the same for whoever sends it twice."""
    return id_made_of(pass_id)


def _recorded_receiver(row: Mapping[str, Any]) -> str | None:
    return json.loads(row["recorded"][0])["receiver_placement_id"] if row["recorded"] else None


def act(kind: str, said: Mapping[str, Value], id_column: str, random: Callable[[int], bytes]) -> Act:
    """An act of a kind from its input; a missing id is generated.

    Args:
        kind: Of the act.
        said: Its columns as far as they were given; nothing empty.
        id_column: Which of them is its own id.
        random: Gives that many random bytes.
    """
    id_ = str(said.get(id_column) or new_id(random(ID_BYTES)))
    return Act(kind=kind, id=id_, values={**said, id_column: id_})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The outcome of an act that was handed in.

    Attributes:
        programme_id: Of the programme.
        act_id: Of the act.
        action: "added" or "same".
        sequence: Of its entry in the ledger.
        placement_id: For a gift's placement or a pass-on: the placement that received; else None.
        notes: What was noted for the auditor, as sentences.
        dry_run: Whether nothing was recorded, since it was only tried.
        sentence: What it recorded, or of a dry run would record; None where nobody asked, and for what is not new.
        copied: Whether a copy on another machine has its entry; None where no copy is in step.
    """

    programme_id: str
    act_id: str
    action: str
    sequence: int | None
    placement_id: str | None
    notes: tuple[str, ...]
    dry_run: bool = False
    sentence: str | None = None
    copied: bool | None = None


def made(
    graph: Graph,
    programme_id: str,
    kind: str,
    said: Mapping[str, Value],
    *,
    random: Callable[[int], bytes],
) -> Act:
    """The act of a kind from its input, with every id that it needs.

    A pass-on may name the giver by her own id instead of a placement's, and a correction, confirmation or erasure its
    subject by a bare id.

    Args:
        graph: Where.
        programme_id: Of the programme.
        kind: Of the act.
        said: Its columns as far as they were given; nothing empty.
        random: Gives that many random bytes, for ids that were not given.

    Raises:
        RelayError: As `pass_on` and `lookup.resolve` say.
    """
    if kind == "pass":
        giver = str(said["giver_placement_id"])
        return pass_on(graph, programme_id, said, giver=giver, random=random)
    declared = graph.catalogue.kind(kind)
    if declared.id_of:
        return Act(kind=kind, id=declared.id_of(said), values=said)
    subject = {"correct": "act_id", "confirm": "act_id", "end": "act_id", "erase": "subject_id"}.get(kind)
    if subject:
        named = tuple(each for _, each in graph.catalogue.references(kind))
        kinds = ("pass",) if kind == "confirm" else named
        said = {**said, subject: resolve(graph, programme_id, str(said[subject]), kinds=kinds)}
    return act(kind, said, declared.id_column, random)


def answers_of(*, new: bool, again: bool) -> Answers:
    """The questions that a clerk answers: with `again` all of them, with `new` only whether a placement is begun."""
    if again:
        return EVERY_ANSWER
    return NEW if new else NO_ANSWER


def hand_in(
    graph: Graph,
    programme_id: str,
    act_: Act,
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
    whole: bool = False,
    nameable: Nameable | None = None,
) -> Recorded:
    """Record an act, or say what would become of it where the clerk only tries.

    Args:
        graph: Where.
        programme_id: Of the programme.
        act_: As `made`.
        clerk: Who records.
        answers: The questions that the act answers.
        whole: Of a correction of who holds a placement: correct every act that fills it, all or none.
        nameable: As of `became`.

    Raises:
        RelayError: It was not recorded; the error says why.
    """
    if act_.kind == "erase":
        return _erase(graph, programme_id, act_, clerk, nameable)
    if act_.kind == "correct":
        (recorded,) = hand_in_together(
            graph, programme_id, (act_,), clerk, answers=answers, whole=whole, nameable=nameable
        )
        return recorded
    return became(programme_id, record_one(graph, programme_id, act_, clerk, answers=answers), clerk, nameable)


def hand_in_together(
    graph: Graph,
    programme_id: str,
    acts: Sequence[Act],
    clerk: Clerk,
    *,
    answers: Answers = NO_ANSWER,
    whole: bool = False,
    nameable: Nameable | None = None,
) -> tuple[Recorded, ...]:
    """Record acts in one transaction, all of them or none, or only try it.

    Args:
        graph: Where.
        programme_id: Of the programme.
        acts: As `made`, in order; none confirms or erases, and none founds the programme.
        clerk: Who records.
        answers: The questions that each of the acts answers.
        whole: As of `hand_in`.
        nameable: As of `became`.

    Returns:
        The outcome of each, in order; a correction has the notes of all acts that it led to.

    Raises:
        RelayError: None was recorded; the error says why.
    """
    meant = [
        wrong_receiver.corrections(graph, programme_id, each, whole=whole) if each.kind == "correct" else (each,)
        for each in acts
    ]
    outcomes = iter(record_together(graph, programme_id, [*chain(*meant)], clerk, answers=answers))
    return tuple(_first_of([*islice(outcomes, len(each))], programme_id, clerk, nameable) for each in meant)


def _first_of(outcomes: Sequence[Outcome], programme_id: str, clerk: Clerk, nameable: Nameable | None) -> Recorded:
    """The outcome of the first of some acts, with the notes of all."""
    notes = tuple(note.sentence for outcome in outcomes for note in outcome.notes)
    return replace(became(programme_id, outcomes[0], clerk, nameable), notes=notes)


def _erase(graph: Graph, programme_id: str, act_: Act, clerk: Clerk, nameable: Nameable | None) -> Recorded:
    """Erase what is personal; of a woman, under every id that she has, as far as anything is left there."""
    kind, _, id_ = str(act_.values["subject_id"]).partition(":")
    others = [each for each in her_ids(graph, programme_id, id_) if each != id_] if kind == "beneficiary" else []
    acts = [act_]
    for number, other_id in enumerate(others, 2):
        own_id = f"{act_.id}-{number}"
        acts.append(Act(kind="erase", id=own_id, values={"erase_id": own_id, "subject_id": f"beneficiary:{other_id}"}))
    outcomes = record(graph, programme_id, acts, clerk)
    done = [outcome for outcome in outcomes if not outcome.error]
    if not done and outcomes[0].error:
        raise outcomes[0].error
    erased = [str(each.act.values["subject_id"]) for each in done[1:]]
    told = [Sentence("%(subject)s, the same person, was erased too.", subject=subject) for subject in erased]
    return replace(became(programme_id, done[0], clerk, nameable), notes=tuple(told))


def became(programme_id: str, outcome: Outcome, clerk: Clerk, nameable: Nameable | None = None) -> Recorded:
    """The outcome of an act, as whoever handed it in is told.

    Args:
        programme_id: Of the programme.
        outcome: Of the act.
        clerk: Who handed it in.
        nameable: Those of some beneficiaries whose names the sentence may tell; None where no sentence is asked for.
    """
    values, told = outcome.act.values, None
    if nameable:
        with suppress(Unavailable):  # it is recorded even where that cannot be told
            told = told_of(outcome, clerk, nameable)
    return Recorded(
        programme_id=programme_id,
        act_id=outcome.act.act_id,
        action=outcome.action,
        sequence=outcome.sequence,
        placement_id=str(values.get("receiver_placement_id") or values.get("placement_id") or "") or None,
        notes=tuple(note.sentence for note in outcome.notes),
        dry_run=clerk.rehearses,
        sentence=told.sentence if told else None,
        copied=outcome.copied,
    )
