"""The desk: what a member of staff says, made into an act that can be recorded, and handed in.

Ids that nobody gave are made here from randomness that the shell gives, never the next number: two clerks offline
would clash.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

from relay import cypher
from relay.acts import ID_BYTES, KEYS, Act, Value, new_id, rule_id
from relay.batch import Clerk, NoProgramme
from relay.entries import Entry
from relay.errors import NotFound, Refused
from relay.graph import Graph
from relay.ledger import record_one
from relay.projection import key_of
from relay.records import KINDS, OtherKind, SeveralOfThatId, resolve
from relay.rulebook import GivenToHerself, Twin
from relay.sentences import Sentence

GIVERS: Final = ("placement", "beneficiary")
"""What may pass on: a placement, or a beneficiary who holds one."""


class HoldsSeveral(Refused):
    """A beneficiary is named as giver and holds several placements."""

    def __init__(self, beneficiary_id: str, placement_ids: Iterable[str]) -> None:
        """List them."""
        super().__init__(
            Sentence(
                "Beneficiary %(beneficiary_id)s holds several placements: %(placements)s.",
                beneficiary_id=beneficiary_id,
                placements=", ".join(placement_ids),
            ),
            Sentence("Name the placement that passes on."),
            field="giver_placement_id",
        )


class HoldsNone(NotFound):
    """Neither a placement nor a beneficiary with one has this id."""

    def __init__(self, id_: str) -> None:
        """Name the id."""
        super().__init__(
            Sentence("There is no placement %(id)s, and no beneficiary %(id)s who holds one.", id=id_),
            Sentence("Look for it: relay find %(id)s", id=shlex.quote(id_)),
            field="giver_placement_id",
        )


class HoldsOneAlready(Refused):
    """The receiver holds a placement of that help already."""

    def __init__(self, beneficiary_id: str, help_: str, placement_ids: Iterable[str]) -> None:
        """List her placements."""
        super().__init__(
            Sentence(
                "Beneficiary %(beneficiary_id)s already holds %(help)s: placement %(placements)s.",
                beneficiary_id=beneficiary_id,
                help=help_,
                placements=", ".join(placement_ids),
            ),
            Sentence(
                "Add to it with --into PLACEMENT (over the API: receiver_placement_id), or begin a new placement with"
                " --new (new=true)."
            ),
            field="receiver_placement_id",
        )


def pass_on(
    graph: Graph,
    programme_id: str,
    said: Mapping[str, Value],
    *,
    giver: str,
    new: bool,
    again: bool,
    random: Callable[[int], bytes],
) -> Act:
    """The pass-on that a clerk describes.

    Args:
        graph: Where.
        programme_id: Of the programme.
        said: Columns of passes.csv as far as they were said; `beneficiary_id` is among them.
        giver: A placement, or a beneficiary who holds exactly one.
        new: Begin a new placement although she holds one of that help.
        again: Do not mind that the same hand-over seems to be recorded under another id.
        random: Gives that many random bytes, for ids that nobody gave.

    Returns:
        With every id. A placement that it begins, and that nobody named, is named after the pass-on's own id, so that
        who sends the same twice says the same twice.

    Raises:
        HoldsNone: The giver is not in the record.
        OtherKind: What is named as giver can hold nothing.
        SeveralOfThatId: The bare id is that of a placement, and of a beneficiary who holds another one.
        HoldsSeveral: The giver holds several placements.
        GivenToHerself: The receiver is the giver.
        Twin: The same hand-over is recorded under another id and `again` was not said.
        HoldsOneAlready: The receiver holds that help already, and neither a placement of hers, `new` nor `again` was
            said.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    pass_id = str(said.get("pass_id") or new_id(random(ID_BYTES)))
    kind, colon, bare = giver.rpartition(":")
    if colon and kind not in GIVERS:
        raise OtherKind(giver, GIVERS)
    rows = graph.rows(
        cypher.HAND_OVER,
        ledger=programme_id,
        giver=key_of(programme_id, f"placement:{bare}") if kind in ("", "placement") else "",
        holder=key_of(programme_id, f"beneficiary:{bare}") if kind in ("", "beneficiary") else "",
        receiver=key_of(programme_id, f"beneficiary:{said.get('beneficiary_id')}"),
        act=key_of(programme_id, f"pass:{pass_id}"),
        on=date.fromisoformat(str(said["passed_on"])),
        animals=said["animals"],
    )
    if not rows:
        raise NoProgramme(programme_id)
    row = rows[0]
    giver_id, help_ = _giver(row, bare)
    if giver_id in [each["placement_id"] for each in row["held_by_receiver"]]:
        raise GivenToHerself(f"pass:{pass_id}")
    wanted = str(said.get("help") or help_)
    twins = [
        f"pass:{twin['pass_id']}"
        for twin in row["twins"]
        if (twin["giver_placement_id"], twin["help"] or help_) == (giver_id, wanted)
    ]
    if twins and f"pass:{pass_id}" not in twins and not again:
        raise Twin(f"pass:{pass_id}", twins[0])
    receiver_id = said.get("receiver_placement_id") or _recorded_receiver(row) or new_id(_made_from(pass_id))
    if not (row["recorded"] or new or again):
        _begins_no_second(row["held_by_receiver"], str(said["beneficiary_id"]), str(receiver_id), wanted)
    return act(
        "pass",
        {
            **said,
            "pass_id": pass_id,
            "giver_placement_id": giver_id,
            "receiver_placement_id": receiver_id,
        },
        "pass_id",
        random,
    )


def _giver(row: Mapping[str, Any], id_: str) -> tuple[str, str]:
    """The placement that passes on, and its help; a bare id may be a placement's or that of a beneficiary with one."""
    held = row["held_by_giver"]
    if row["giver"]:
        if any(each["placement_id"] != id_ for each in held):
            raise SeveralOfThatId([f"placement:{id_}", f"beneficiary:{id_}"])
        return id_, row["giver"][0]
    if not held:
        raise HoldsNone(id_)
    if len(held) > 1:
        raise HoldsSeveral(id_, [each["placement_id"] for each in held])
    return held[0]["placement_id"], held[0]["help"]


def _begins_no_second(held: Iterable[Mapping[str, Any]], beneficiary_id: str, receiver_id: str, help_: str) -> None:
    """Refuse to begin a placement where she holds that help already: it may be a slip of the pen for hers."""
    of_that_help = [each["placement_id"] for each in held if each["help"] == help_]
    if of_that_help and receiver_id not in [each["placement_id"] for each in held]:
        raise HoldsOneAlready(beneficiary_id, help_, of_that_help)


def _made_from(pass_id: str) -> bytes:
    return sha256(pass_id.encode()).digest()


def _recorded_receiver(row: Mapping[str, Any]) -> str | None:
    return json.loads(row["recorded"][0])["receiver_placement_id"] if row["recorded"] else None


def act(kind: str, said: Mapping[str, Value], id_column: str, random: Callable[[int], bytes]) -> Act:
    """An act of a kind from what was said; an id that nobody gave is made.

    Args:
        kind: Of the act.
        said: Its columns as far as they were said; nothing empty.
        id_column: Which of them is its own id.
        random: Gives that many random bytes.
    """
    id_ = str(said.get(id_column) or new_id(random(ID_BYTES)))
    return Act(kind=kind, id=id_, values={**said, id_column: id_})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of an act that was handed in.

    Attributes:
        programme_id: Of the programme.
        act_id: Of the act.
        action: "added" or "same".
        sequence: Of its entry in the ledger.
        placement_id: For a gift's placement or a pass-on: the placement that received; else None.
        notes: What was noted for the auditor, as sentences.
    """

    programme_id: str
    act_id: str
    action: str
    sequence: int | None
    placement_id: str | None
    notes: tuple[str, ...]


def made(
    graph: Graph,
    programme_id: str,
    kind: str,
    said: Mapping[str, Value],
    *,
    new: bool = False,
    again: bool = False,
    random: Callable[[int], bytes],
) -> Act:
    """The act of a kind from what was said, with every id that it needs.

    A pass-on may name the giver by her own id instead of a placement's, and a correction, confirmation or erasure its
    subject by a bare id.

    Args:
        graph: Where.
        programme_id: Of the programme.
        kind: Of the act.
        said: Its columns as far as they were said; nothing empty.
        new: See `pass_on`.
        again: See `pass_on`.
        random: Gives that many random bytes, for ids that nobody gave.

    Raises:
        RelayError: As `pass_on` and `records.resolve` say.
    """
    if kind == "pass":
        giver = str(said["giver_placement_id"])
        return pass_on(graph, programme_id, said, giver=giver, new=new, again=again, random=random)
    if kind == "rule":
        return Act(kind=kind, id=rule_id(said), values=said)
    subject = {"correct": "act_id", "confirm": "act_id", "erase": "subject_id"}.get(kind)
    if subject:
        kinds = ("pass",) if kind == "confirm" else KINDS
        said = {**said, subject: resolve(graph, programme_id, str(said[subject]), kinds=kinds)}
    return act(kind, said, KEYS[kind][0], random)


def hand_in(
    graph: Graph,
    programme_id: str,
    act_: Act,
    clerk: Clerk,
    *,
    again: bool = False,
    tell: Callable[[Graph, Entry], object] | None = None,
) -> Recorded:
    """Record an act.

    Args:
        graph: Where.
        programme_id: Of the programme.
        act_: As `made`.
        clerk: Who records.
        again: See `pass_on`.
        tell: Is told the entry in which it stands then.

    Raises:
        RelayError: It was not recorded; the error says why.
    """
    outcome = record_one(graph, programme_id, act_, clerk, again=again)
    if outcome.entry and tell:
        tell(graph, outcome.entry)
    values = outcome.act.values
    return Recorded(
        programme_id=programme_id,
        act_id=outcome.act.act_id,
        action=outcome.action,
        sequence=outcome.sequence,
        placement_id=str(values.get("receiver_placement_id") or values.get("placement_id") or "") or None,
        notes=tuple(note.sentence for note in outcome.notes),
    )
