"""A batch of acts: judged one after another against a register, and what they change in the graph.

Acts that come together, in an import or a request, are also checked against each other: if one of them does not agree
with the record, those that depend on it may be about another woman or placement than the record's, and are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Literal

from relay.access.roles import Locked, NotAllowed
from relay.domain.acts import Act, RuleMeant
from relay.domain.entries import Entry, differing, seal
from relay.domain.notes import Note, of_clocks
from relay.domain.period_lock import is_a_managers
from relay.domain.questions import NO_ANSWER, Answers, hand_over
from relay.domain.register import ABOUT_ACTS, Change, Register, filled_by, subject_of
from relay.domain.rulebook import (
    HeldByAnother,
    OtherHelp,
    TakenBack,
    judge,
    moved,
    require_known,
    require_one_holder,
    require_seen,
)
from relay.errors import Asked, Conflict, Failure, Invalid, Refused, RelayError, refused
from relay.graph import Transaction
from relay.instants import instant, zone
from relay.ledger.graph_changes import Delta, rows_of
from relay.ledger.programme_heads import Head, NoProgramme
from relay.ledger.projection import Edge, Node, entry_edges, entry_node, touched
from relay.text import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """The person who records, the time, and a source of random bytes, as the caller gives them.

    Attributes:
        by: An account id, or "local:LOGIN".
        now: The instant, with its zone.
        random: Gives that many random bytes.
        seen: Number of the last entry of the ledger when she read the act that she now confirms; None if she reads it
            now.
        places: Those for which she records; None everywhere.
        manages: Whether she may correct what only a manager may (`period`).
        rehearses: Whether what she hands in is judged, and nothing of it is written.
        kinds: The kinds of acts that she may record; None all.
        subjects: The kinds of acts that she may correct, take back, confirm or erase; None all.
    """

    by: str
    now: datetime
    random: Callable[[int], bytes] = field(repr=False)
    seen: int | None = None
    places: frozenset[str] | None = None
    manages: bool = True
    rehearses: bool = False
    kinds: frozenset[str] | None = None
    subjects: frozenset[str] | None = None

    def require_allowed(self, register: Register, act: Act) -> None:
        """Let her record what she may; whether a guess at something secret is right she is not told either.

        Raises:
            NotAllowed: She may not.
        """
        catalogue = register.catalogue
        if self.kinds is not None and act.kind not in self.kinds:
            raise NotAllowed.to(catalogue.kind(act.kind).recording, catalogue)
        if self.subjects is not None and act.kind in ABOUT_ACTS:
            kind = register.last_subject(subject_of(act)).partition(":")[0]
            if kind in catalogue.kinds and kind not in self.subjects:
                raise NotAllowed.to(catalogue.kind(kind).recording if catalogue.secret(kind) else "find", catalogue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one act.

    Attributes:
        act: As it was given.
        action: "added", "same" (recorded before with the same content), "asked" with the question, or "not" with the
            error that says why.
        entry: In which it stands in the ledger, or None when there is none.
        notes: What is noted for the auditor.
        error: Why it was not recorded, or None.
        against: What the rules said against it, though it was recorded as it stands in an export; or None.
        register: With what it touches, as it stands after it and all that was recorded, or tried, together with it;
            None where it was not recorded just now.
        copied: Whether a copy on another machine has its entry; None where no copy is in step.
    """

    act: Act
    action: Literal["added", "same", "asked", "not"]
    entry: Entry | None = None
    notes: tuple[Note, ...] = ()
    error: RelayError | None = None
    against: RelayError | None = None
    register: Register | None = field(default=None, compare=False, repr=False)
    copied: bool | None = field(default=None, compare=False)

    @property
    def sequence(self) -> int | None:
        """Of its entry, or None when there is none."""
        return self.entry.sequence if self.entry else None


USED_OTHERWISE: Final = Failure(
    Conflict,
    "used_otherwise",
    "%(act_id)s was recorded before (entry %(sequence)s) with other content in: %(fields)s.",
    advice="If this is a different one, give it another id; else correct the earlier one",
    command="relay correct %(act_id)s",
)


_OF_ANOTHER: Final = Sentence("What you recorded now says something else: give it a new id.")
"""What to do where an id that was taken back is used for another fact."""


GIVEN_TWICE: Final = Failure(
    Conflict,
    "given_twice",
    "%(act_id)s is given twice, with other content in: %(fields)s.",
    advice="Keep one of the two, or give one of them another id.",
)


class StandsOnDoubt(Conflict):
    """An act depends on one that came together with it and does not agree with the record, or cannot be read."""

    reason = "%(act_id)s depends on %(doubtful)s, which is in doubt."
    advice = "Put %(doubtful)s right first; its own line says what is wrong."

    act_id: str
    doubtful: str


class RuleInDoubt(Conflict):
    """What begins with an act may come under a rule that came together with it and is not recorded."""

    reason = "%(act_id)s may fall under a rule for %(help)s that came with it and was not recorded."
    advice = "Put the rule right first: it cannot apply to what was recorded before it."

    act_id: str
    help: str


SAME_AS_TAKEN_BACK: Final = Failure(
    Asked,
    "same_as_taken_back",
    "%(act_id)s is the same hand-over as %(earlier)s, which was taken back.",
    advice="Leave it out. If it did happen, use --again.",
    field="pass_id",
)


@dataclass(slots=True, kw_only=True)
class EarlierActs:
    """The acts of an import or a request that were judged already: its later acts are compared with them.

    Attributes:
        since: The last entry of the ledger before the first of its acts; None until that is judged.
        doubtful: An act that does not agree with the record, or depends on such a one → the act that is at fault.
        filled: "placement:ID" that a doubtful act fills → the act that is at fault.
        agreed: "placement:ID" → an act that fills it and says what the record says.
        unread: Acts that cannot be read.
        unsettled: Rules that cannot be read, or were refused.
        undone: Hand-over → the pass-on that recorded it and was taken back.
        unchanged: Whether they stand in an export of Relay's that nobody changed since.
        recorded: How many of them are in the ledger.
    """

    since: int | None = None
    doubtful: dict[str, str] = field(default_factory=dict[str, str])
    filled: dict[str, str] = field(default_factory=dict[str, str])
    agreed: dict[str, str] = field(default_factory=dict[str, str])
    unread: set[str] = field(default_factory=set[str])
    unsettled: set[RuleMeant] = field(default_factory=set[RuleMeant])
    undone: dict[tuple[object, ...], str] = field(default_factory=dict[tuple[object, ...], str])
    unchanged: bool = False
    recorded: int = 0

    def are_all_of(self, head: Head) -> bool:
        """Whether they are an export of a ledger, and this one holds nothing else: it is taken as it stands there."""
        return self.unchanged and 0 < head.sequence == self.recorded

    def leaves_in_doubt(self, help_: str, on: str, condition: str, register: Register) -> bool:
        """Whether what is first received on a day may come under a rule that came, and that is not in the record."""
        may = [rule for rule in self.unsettled if rule.may_bind(help_, on, condition)]
        if not may:
            return False
        there = {(each.help, each.from_on.isoformat(), each.condition or "") for each in register.rules}
        return any((rule.help, rule.on, rule.condition) not in there for rule in may)

    def doubt(self, act: Act, fault: str) -> None:
        """Mark an act, and the placement it fills, as unconfirmed."""
        self.doubtful.setdefault(act.act_id, fault)
        if filled := filled_by(act):
            self.filled.setdefault(filled, fault)

    def agree(self, act: Act) -> None:
        """Take the placement that an act fills for the record's."""
        if filled := filled_by(act):
            self.agreed[filled] = act.act_id

    def fault(self, name: str, register: Register) -> str | None:
        """The act for whose sake an act, or "placement:ID", is in doubt; None when it is not.

        A placement is in doubt with her who holds it and with what filled it, but not where another act agreed.
        """
        agreeing = self.agreed.get(name)
        agreed = agreeing is not None and agreeing not in self.doubtful
        if name in self.doubtful and not (agreed and self.doubtful[name] != name):
            return self.doubtful[name]
        if name in self.filled and not agreed:
            return self.filled[name]
        if name in self.unread and register.knows(name):
            return name
        kind, _, id_ = name.partition(":")
        if agreed or kind != "placement" or id_ not in register.placements:
            return None
        placement = register.placements[id_]
        for behind in (f"beneficiary:{placement.beneficiary_id}", *(each.act_id for each in placement.receipts)):
            if behind in self.doubtful or behind in self.unread:
                return self.doubtful.get(behind, behind)
        return None


_DOUBT: Final = (StandsOnDoubt, HeldByAnother, OtherHelp)


class Batch:
    """Acts judged one after another against a register, and what they change in the graph."""

    def __init__(
        self,
        register: Register,
        head: Head,
        clerk: Clerk,
        *,
        answers: Answers = NO_ANSWER,
        again: Mapping[str, Answers] | None = None,
        earlier: EarlierActs | None = None,
        resent: bool = False,
        together: bool = False,
    ) -> None:
        """Begin after the head of the ledger.

        Args:
            register: With everything that the acts touch.
            head: The end of the ledger.
            clerk: Who records.
            answers: The questions that each of the acts answers.
            again: Act id → the questions that this act answers besides.
            earlier: Those that came before these in one import; these are added to it.
            resent: The first answer to these very acts was lost.
            together: All of the acts are recorded or none: `require_whole` is asked after the last.
        """
        self.register = register
        self.head = head
        self.clerk = clerk
        self.answers = answers
        self.again = again or {}
        self.earlier = earlier or EarlierActs()
        if self.earlier.since is None:
            self.earlier.since = head.sequence
        self.resent = resent
        self.together = together
        self.moved = set[str]()
        self.recorded_at = instant(clerk.now.astimezone(UTC))
        self.entries: list[Entry] = []
        self.before: dict[str, tuple[Node | Edge, ...]] = {}

    def offer(self, act: Act) -> Outcome:
        """Judge an act and take it in, or say why not."""
        recorded = self.register.entries.get(act.act_id)
        try:
            outcome = self._recorded_before(act, recorded) if recorded else self._recorded_now(act)
        except RelayError as error:
            if act.kind == "rule" and not recorded:
                self.earlier.unsettled.add(RuleMeant.of(act.values))
            if isinstance(error, _DOUBT):
                self.earlier.doubt(act, error.doubtful if isinstance(error, StandsOnDoubt) else act.act_id)
            return Outcome(act=act, action="asked" if isinstance(error, Asked) else "not", error=error)
        self.earlier.agree(act)
        self.earlier.recorded += 1
        return outcome

    def _recorded_now(self, act: Act) -> Outcome:
        if not self.head.sequence and act.kind != "programme":
            raise NoProgramme(programme_id=self.register.programme_id)
        self.clerk.require_allowed(self.register, act)
        if not self.clerk.manages and is_a_managers(self.register, act):
            raise Locked
        self._stands_on_no_doubt(act)
        if act.kind == "confirm" and self.clerk.seen is not None:
            require_seen(self.register, act, self.clerk.seen)
        change, notes, against = self._judged(act)
        self.moved |= {*moved(self.register, change)}
        self._has_a_zone(change)
        self._comes_under_no_doubt(act, change)
        entry = seal(
            act,
            programme_id=self.register.programme_id,
            sequence=self.head.sequence + 1,
            previous_hash=self.head.hash,
            recorded_by=self.clerk.by,
            recorded_at=self.recorded_at,
            salt=lambda: self.clerk.random(16),
            catalogue=self.register.catalogue,
        )
        behind = of_clocks(self.head.recorded_at, self.clerk.now.astimezone(UTC), act.written_at)
        self._take(change, entry)
        return Outcome(
            act=act,
            action="added",
            entry=entry,
            notes=(*behind, *notes),
            against=against,
            register=self.register,
        )

    def _judged(self, act: Act) -> tuple[Change, tuple[Note, ...], RelayError | None]:
        """What an act changes, what is noted of it, and what the rules say against it where it is taken all the same.

        In an export stands what was recorded, corrections included: what it says may depend on rows further down.
        """
        sequence = self.head.sequence + 1
        try:
            change, notes = judge(
                self.register,
                act,
                sequence,
                by=self.clerk.by,
                today=today_of(self.register, self.clerk, act),
                answers=self._answers(act),
                together=self.together,
            )
        except (Refused, Invalid) as against:
            if isinstance(against, Asked) or not self.earlier.are_all_of(self.head):
                raise
            change = self.register.change(act, sequence)
            for fact in filter(None, change.facts.values()):
                require_known(self.register, fact)
            return change, (), against
        return change, notes, None

    def _answers(self, act: Act) -> Answers:
        return self.answers | self.again.get(act.act_id, NO_ANSWER)

    def replay(self, entry: Entry) -> None:
        """Apply an entry as it is, without judging it."""
        self._take(self.register.change(entry.act, entry.sequence), entry)

    def _take(self, change: Change, entry: Entry) -> None:
        for thing in touched(self.register, change):
            if thing not in self.before:
                self.before[thing] = tuple(rows_of(self.register, thing))
        self.before.setdefault(entry.act_id, ())
        self.register.take(change)
        self.register.note_entry(entry)
        self.entries.append(entry)
        self.head = Head(sequence=entry.sequence, hash=entry.hash, projection=self.head.projection)

    def _recorded_before(self, act: Act, recorded: Entry) -> Outcome:
        if self.register.catalogue.secret(act.kind) or act.kind == "correct":
            self.clerk.require_allowed(self.register, act)
        by = self.register.taken_back_by(act.act_id)
        if by:
            if act.kind == "pass":
                self.earlier.undone[self._hand_over(act)] = act.act_id
            raise TakenBack(act_id=act.act_id, by=by, advice=_OF_ANOTHER if self._otherwise(act, recorded) else "")
        fields = self._otherwise(act, recorded)
        mine = (recorded.recorded_at, recorded.recorded_by) == (self.recorded_at, self.clerk.by)
        if fields:
            if not self._are_new(fields, recorded):
                self.earlier.doubt(act, act.act_id)
            twice = mine and recorded.sequence > (self.earlier.since or 0)
            if twice:
                raise refused(GIVEN_TWICE, act_id=act.act_id, fields=fields, field=fields[0])
            raise refused(USED_OTHERWISE, act_id=act.act_id, sequence=recorded.sequence, fields=fields, field=fields[0])
        return Outcome(act=act, action="added" if mine and self.resent else "same", entry=recorded)

    def _otherwise(self, act: Act, recorded: Entry) -> tuple[str, ...]:
        """The fields in which an act differs from what was recorded; none where it agrees with what that ever said."""
        erased = self.register.erased_fields(act.act_id)
        personal = self.register.catalogue.personal(act.kind)
        fields = differing(recorded.act.values, act, erased=erased, personal=personal)
        versions = self.register.versions(act.act_id) if fields else ()
        agrees = any(not differing(said, act, erased=erased, personal=personal) for said in versions)
        return () if agrees else fields

    def _are_new(self, fields: Sequence[str], recorded: Entry) -> bool:
        """Whether the record says nothing in some fields of an act, such as a telephone that was not known."""
        now = self.register.settled(recorded.act_id)
        known = {**recorded.act.values, **(now.values if now else {})}
        return not any(name in known for name in fields)

    def _stands_on_no_doubt(self, act: Act) -> None:
        earlier, register = self.earlier, self.register
        if not (earlier.doubtful or earlier.unread or earlier.undone):
            return
        catalogue = register.catalogue
        for column, name in (*catalogue.named_by(act), *catalogue.begun_by(act)):
            if (fault := earlier.fault(name, register)) and fault != act.act_id:
                raise StandsOnDoubt(act_id=act.act_id, doubtful=fault, field=column)
        if act.kind == "pass" and (undone := earlier.undone.get(self._hand_over(act))):
            question = refused(SAME_AS_TAKEN_BACK, act_id=act.act_id, earlier=undone)
            if question.code not in self._answers(act):
                raise question

    def _comes_under_no_doubt(self, act: Act, change: Change) -> None:
        filled = filled_by(act)
        if not (filled and self.earlier.unsettled):
            return
        placement_id = filled.partition(":")[2]
        placement = change.placements.get(placement_id)
        if placement is None or placement_id in self.register.placements:
            return
        column, help_ = "received_on" if act.kind == "placement" else "passed_on", placement.help
        on, condition = str(act.values[column]), str(act.values.get("condition", ""))
        if self.earlier.leaves_in_doubt(help_, on, condition, self.register):
            raise RuleInDoubt(act_id=act.act_id, help=help_, field=column)

    def _hand_over(self, act: Act) -> tuple[object, ...]:
        giver_id = str(act.values["giver_placement_id"])
        return giver_id, *hand_over(act.values, self.register.placements.get(giver_id))

    def _has_a_zone(self, change: Change) -> None:
        for fact in change.facts.values():
            if fact and fact.kind == "programme":
                zone(str(fact.values["timezone"]))

    def write(self, transaction: Transaction) -> None:
        """Write the entries and what changed in the graph; nothing when no act was taken in."""
        if self.entries:
            self.delta().write(transaction, self.register.programme_id, self.head)

    def delta(self) -> Delta:
        """What has to be written so that the graph follows: the entries, and what they changed."""
        delta = Delta()
        for entry in self.entries:
            delta.add(entry_node(entry))
            for edge in entry_edges(self.register, entry):
                delta.add(edge)
        for thing, was in self.before.items():
            delta.between(was, rows_of(self.register, thing))
        return delta


def today_of(register: Register, clerk: Clerk, act: Act) -> date:
    """The date in the programme's time zone; before there is a programme, in that of the act that founds it."""
    programme = register.facts.get(f"programme:{register.programme_id}")
    values = programme.values if programme else act.values
    return clerk.now.astimezone(zone(str(values.get("timezone", "UTC")))).date()


def require_whole(register: Register, moved_ids: Collection[str]) -> None:
    """Let what was recorded together leave no placement with several holders.

    Args:
        register: With all of it.
        moved_ids: Of the placements that it gave from one beneficiary to another.

    Raises:
        SeveralReceipts: One has several.
    """
    for placement_id in sorted(moved_ids):
        require_one_holder(register, None, placement_id)
