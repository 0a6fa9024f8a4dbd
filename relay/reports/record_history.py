"""The history of one act or placement: its gifts, its hand-overs, who recorded what, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.database.acts_as_nodes import key_of, kind_and_id, values_of
from relay.domain.kinds import rule_id
from relay.domain.model import Quantity, Rule, shown, standing
from relay.domain.register import takes_back
from relay.instants import zone
from relay.ledger.entry_diff import difference
from relay.ledger.her_ids import her_ids
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme
from relay.office.lookup import Named, NotInRecord, day_of, resolve, says
from relay.office.wording import PLAIN, what_it_is, what_she_did
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relay.domain.entries import Entry
    from relay.graph import Graph, Transaction
    from relay.ledger.entry_diff import ChangedField
    from relay.office.wording import Speech

_ENDS: Final = ("giver_placement_id", "receiver_placement_id", "placement_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedField:
    """What a correction changed in one column.

    Attributes:
        field: Name of the column.
        before: Value before; None if there was none, or if it was erased.
        after: Value from then on; None if it was emptied, or erased since.
        before_id: Id of the beneficiary that `before` names, or who holds the placement that it names, or None.
        before_name: Her name; None if unknown or erased.
        after_id: The same for `after`.
        after_name: The same for `after`.
    """

    field: str
    before: Any
    after: Any
    before_id: str | None
    before_name: str | None
    after_id: str | None
    after_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a record's history.

    Attributes:
        happened_on: Day on which it happened; for acts without a day (corrections, registrations) the day of recording.
        id: Id of the act, "kind:id".
        what: What happened, in words, without the day.
        gift_id: Id of the gift it came from, or None.
        giver_placement_id: Id of the placement that passed on, or None.
        receiver_placement_id: Id of the placement that received, or None.
        beneficiary_id: Id of the other side of a hand-over: the holder of the placement it came from or went to.
        name: Her name, or the donor's; None if unknown or erased.
        why: Reason given for a correction.
        changes: For a correction: column → value from then on, None if it was emptied.
        changed: For a correction: what it changed, in the order of the columns.
        note: Free text, or None.
        witness: Witness of a hand-over, or None.
        sequence: Sequence number of its entry in the ledger.
        recorded_by: An account id, or "local:LOGIN".
        recorded_at: When it was recorded (UTC).
        confirm_id: Id of the act by which a second person confirmed it, or None.
        taken_back_by: Id of the correction that took it back, or None.
    """

    happened_on: date
    id: str
    what: str
    gift_id: str | None
    giver_placement_id: str | None
    receiver_placement_id: str | None
    beneficiary_id: str | None
    name: str | None
    why: str | None
    changes: Mapping[str, Any] | None
    changed: tuple[CorrectedField, ...]
    note: str | None
    witness: str | None
    sequence: int
    recorded_by: str
    recorded_at: str
    confirm_id: str | None
    taken_back_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementState:
    """The state of a placement on the day; units are of its own help.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Id of its holder.
        help: Help that was received.
        received_on: Day of the earliest receipt.
        animals: Units received by the day.
        rule_id: Id of the rule that binds, or None if none was in force.
        due_on: Day by which all is to be passed on.
        owed: Units owed in total.
        passed: Units passed on so far.
        still_owed: Units still owed; 0 when everything was passed on.
        state: One of `vocabulary.STATES`.
        fulfilled_on: The day on which passed reached owed, or None.
        since_on: Day since which it is lost or broken, else None.
        cause: Why it is lost or broken, else None.
        can_pass_on: Whether she can still pass on: something is left to breed from, and she has not left.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    received_on: date
    animals: Quantity
    rule_id: str | None
    due_on: date
    owed: Quantity
    passed: Quantity
    still_owed: Quantity
    state: str
    fulfilled_on: date | None
    since_on: date | None
    cause: str | None
    can_pass_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A gift that a placement descends from, by way of one original placement.

    Attributes:
        gift_id: Id of the gift.
        donor: Name of the donor; None if unknown or erased.
        help: Help that was given.
        given_on: Day on which it was given.
        placement_id: Id of the original placement that it filled.
        pass_ons: The least number of pass-ons from there; 0 for an original placement itself.
    """

    gift_id: str
    donor: str | None
    help: str
    given_on: date
    placement_id: str
    pass_ons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything about one act or placement.

    Attributes:
        id: Id of the record, "kind:id".
        what: What it is, in words, without a person's name.
        name: Its own name, its donor's, or the name of its holder or receiver; None if none is known.
        holder_id: Id of the beneficiary with that name; for a correction, of the one it is about; None if there is
            none.
        place: Where she lives, or which place it lies in; None if that is unknown.
        values: Column → current value, personal columns included; None for what is empty, withheld or erased. An act
            that was taken back has its last values. What is secret from a role is left out.
        withheld: Personal columns that were recorded and are gone now.
        sequence: Sequence number of its entry; None for a placement that a pass-on began, as the next two.
        recorded_by: An account id, or "local:LOGIN".
        recorded_at: When it was recorded (UTC).
        confirm_id: The act by which a second person confirmed it, or None.
        taken_back_by: Act id of the correction that took it back, or None.
        standing: State of a placement, else None.
        placements: Placements that a beneficiary holds, or that a gift filled, by id.
        history: In order of day, then sequence.
        gifts: Gifts from which a placement descends, or the placement that an event or pass-on belongs to; by gift,
            then placement.
    """

    id: str
    what: str
    name: str | None
    holder_id: str | None
    place: str | None
    values: Mapping[str, Any]
    withheld: tuple[str, ...]
    sequence: int | None
    recorded_by: str | None
    recorded_at: str | None
    confirm_id: str | None
    taken_back_by: str | None
    standing: PlacementState | None
    placements: tuple[PlacementState, ...]
    history: tuple[Happening, ...]
    gifts: tuple[Origin, ...]


def show(
    graph: Graph, programme_id: str, id_: str, as_of: date, *, confirmed_only: bool = False, speech: Speech = PLAIN
) -> Record:
    """One record with its history and the gifts it descends from, as of a day.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        id_: "kind:id", or a bare id if only one kind has it.
        as_of: Reference day: later hand-overs and events are left out, but corrections count as now known. A record
            that may lie ahead, such as a planned ceremony, is shown before its day.
        confirmed_only: Leave unconfirmed pass-ons out of the states and of the gifts; the history shows all of them,
            and by which act each was confirmed.
        speech: Language of the texts.

    Raises:
        NotInRecord: There is no such record, or it had not happened by the day.
        SeveralOfThatId: Several kinds have this bare id.
        OtherKind: There is no such kind.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    act_id = resolve(graph, programme_id, id_)
    return graph.read(
        lambda transaction: _RecordReader(transaction, programme_id, act_id, as_of, confirmed_only, speech).record()
    )


class _RecordReader:
    """Reads one record and puts it together."""

    def __init__(
        self,
        transaction: Transaction,
        programme_id: str,
        act_id: str,
        as_of: date,
        confirmed_only: bool,  # noqa: FBT001 - as `show` was asked
        speech: Speech,
    ) -> None:
        self.transaction = transaction
        self.programme_id = programme_id
        self.act_id = act_id
        self.kind, _, self.id = act_id.partition(":")
        self.as_of = as_of
        self.confirmed_only = confirmed_only
        self.speech = speech
        self.ids = her_ids(transaction, programme_id, self.id) if self.kind == "beneficiary" else (self.id,)
        self.at_ceremony = self._at_ceremony()
        self.belonging, self.telling = self._belonging()
        corrected = self._corrected()
        register = read(transaction, programme_id, (act_id, *self.belonging, *self.telling, *corrected))
        if register is None:
            raise NoProgramme(programme_id=programme_id)
        self.register = register
        self.days = self._days()
        self.values = says(self.register, act_id)
        if self._exists_from() > as_of:
            raise NotInRecord(
                id=act_id,
                reason=Sentence("Nothing in the record of %(as_of)s has the id %(id)s.", id=act_id, as_of=as_of),
            )
        self.start_id = str(self.values.get("giver_placement_id" if self.kind == "pass" else "placement_id", ""))
        begun = [self.start_id] if self.start_id else self._placements_shown()
        self.above: dict[str, Mapping[str, Any]] = {row["placement_id"]: row for row in self.at_ceremony}
        self.above |= {id_: row for each in begun for id_, row in self._above(each).items()}
        values_by_id = {act_id: says(register, act_id) for act_id in (*register.entries, act_id)}
        values_by_id |= {
            f"placement:{id_}": {"beneficiary_id": row["beneficiary_id"]} for id_, row in self.above.items()
        }
        self.changed = {
            each.act_id: tuple(field for field in difference(register, each).fields if not field.secret)
            for each in register.entries.values()
            if each.kind == "correct" and not takes_back(each.act)
        }
        self.holders = self._holders()
        if self.kind in ("event", "correct"):
            values_by_id[act_id] = {**values_by_id[act_id], "beneficiary_id": self._about_whom()}
        self.holder_id: str | None = (
            self.id if self.kind == "beneficiary" else values_by_id[act_id].get("beneficiary_id")
        )
        values_by_id |= {f"changed {id_}": {"beneficiary_id": id_} for id_ in self._changed_ids()}
        self.named = Named(transaction, programme_id, values_by_id)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _at_ceremony(self) -> list[dict[str, Any]]:
        """What was handed over at a ceremony; empty for other records."""
        if self.kind != "ceremony":
            return []
        return self.transaction.rows(cypher.AT_CEREMONY, programme_id=self.programme_id, ceremony_id=self.id)

    def _belonging(self) -> tuple[list[str], list[str]]:
        """What else has to be read.

        Returns:
            Ids of the placements that a gift filled, or that a beneficiary holds under any of her ids; and keys of the
            acts that belong to the record's history.
        """
        statements = cypher.statements(self.transaction.catalogue)
        rows: list[dict[str, Any]] = []
        if self.kind in ("gift", "beneficiary") or self.transaction.catalogue.is_told(self.kind):
            for id_ in self.ids:
                key = key_of(self.programme_id, f"{self.kind}:{id_}")
                rows += self.transaction.rows(statements.belonging, ledger=self.programme_id, key=key)
        belonging = [f"placement:{each}" for row in rows for each in (*row["filled"], *row["held"])]
        keys = [each for row in rows for type_ in statements.telling for each in row[type_]]
        keys += [row["key"] for row in self.at_ceremony]
        return belonging, [":".join(kind_and_id(each)) for each in keys]

    def _placements_shown(self) -> list[str]:
        """Ids of the placements whose history is shown: the placement itself, or all that a beneficiary holds."""
        if self.kind == "placement":
            return [self.id]
        return [each.partition(":")[2] for each in self.belonging] if self.kind == "beneficiary" else []

    def _corrected(self) -> list[str]:
        """Acts that were taken back, or were once recorded for this record, so the graph no longer links to them."""
        references = [{column: id_} for id_ in self._placements_shown() for column in _ENDS]
        references += [{"beneficiary_id": id_} for id_ in self.ids] if self.kind == "beneficiary" else []
        if not references:
            return []
        texts = [json.dumps(each, ensure_ascii=False, separators=(",", ":"))[1:-1] for each in references]
        corrections = key_of(self.programme_id, "correct:")
        rows = self.transaction.rows(cypher.CORRECTED_NAMING, corrections=corrections, texts=texts)
        return [row["act_id"] for row in rows]

    def _days(self) -> Mapping[str, date]:
        """Act id → its day: its own, or that of its meeting; acts without a day are left out."""
        acts = {act_id: self.register.facts.get(act_id, entry.act) for act_id, entry in self.register.entries.items()}
        at = {act_id: name for act_id, act in acts.items() for name in self.register.catalogue.through(act)}
        meetings = read(self.transaction, self.programme_id, at.values()) if at else None
        days = {act_id: day_of(self.register, act_id) for act_id in (self.act_id, *self.belonging, *acts)}
        days |= {act_id: day_of(meetings, name) for act_id, name in at.items() if meetings}
        return {act_id: day for act_id, day in days.items() if day}

    def _above(self, placement_id: str) -> dict[str, Mapping[str, Any]]:
        key = key_of(self.programme_id, f"placement:{placement_id}")
        return {row["placement_id"]: row for row in self.transaction.rows(cypher.ABOVE, key=key)}

    def _holders(self) -> Mapping[str, str]:
        """Placement id → its holder, for placements that corrections changed or that a correction is about."""
        placement_ids = {
            str(value)
            for fields in self.changed.values()
            for each in fields
            if each.name in _ENDS
            for value in (each.before, each.after)
            if value
        }
        if self.kind == "correct":
            placement_ids |= {str(end) for name in _ENDS if (end := self._subject().get(name))}
        register = read(self.transaction, self.programme_id, [f"placement:{each}" for each in placement_ids])
        placements = register.placements.values() if register else ()
        return {each.placement_id: each.beneficiary_id for each in placements}

    def _subject(self) -> Mapping[str, Any]:
        """The values of the act that a correction is about, even if it was taken back."""
        return says(self.register, self.register.last_subject(self.act_id))

    def _about_whom(self) -> str | None:
        """The woman whose placement an event happened to, or whom a correction is about."""
        if self.kind == "event":
            return self._holder(self.start_id)
        values = self._subject()
        ends = (self.holders.get(str(values.get(name))) for name in _ENDS)
        beneficiary_id: str | None = values.get("beneficiary_id") or next(filter(None, ends), None)
        return beneficiary_id

    def _changed_ids(self) -> set[str]:
        values = (
            self._woman_named_by(each.name, value)
            for fields in self.changed.values()
            for each in fields
            for value in (each.before, each.after)
        )
        return {id_ for id_ in values if id_}

    def _woman_named_by(self, field: str, value: Any) -> str | None:  # noqa: ANN401 - a value of an act
        """The woman that a column names, or the holder of the placement that it names; None for other columns."""
        if value is None or field not in (*_ENDS, "beneficiary_id"):
            return None
        return str(value) if field == "beneficiary_id" else self.holders.get(str(value))

    # -- what is known ---------------------------------------------------------------------------------------------

    def _exists_from(self) -> date:
        """The day from which the record exists: for a gift, also the day of an earlier placement from it.

        A record whose day may lie ahead exists from the beginning.
        """
        if self._may_lie_ahead:
            return date.min
        placed = self.belonging if self.kind == "gift" else ()
        return min((self.days[act_id] for act_id in (self.act_id, *placed) if act_id in self.days), default=date.min)

    @property
    def _may_lie_ahead(self) -> bool:
        """Whether the record's day may be later than its recording, as for a ceremony."""
        kind = self.register.catalogue.kind(self.kind)
        column = kind.column(kind.day)
        return bool(column and column.coming)

    def _holder(self, placement_id: str | None) -> str | None:
        return self.above[placement_id]["beneficiary_id"] if placement_id in self.above else None

    # -- the parts of the record -----------------------------------------------------------------------------------

    def record(self) -> Record:
        register, entry, values = self.register, self.register.entries.get(self.act_id), self.values
        hidden = {*register.catalogue.hidden(self.kind, register.systems), *register.catalogue.secret(self.kind)}
        fact = register.facts.get(self.act_id)
        return Record(
            id=self.act_id,
            what=what_it_is(register.catalogue, self.act_id, self._with_help(values), self.speech),
            name=self.named.name(self.act_id),
            holder_id=self.holder_id,
            place=self.named.place(self.act_id),
            values={name: values.get(name) for name in register.catalogue.keys(self.kind) if name not in hidden},
            withheld=tuple(sorted(entry.withheld)) if entry else (),
            sequence=entry.sequence if entry else None,
            recorded_by=entry.recorded_by if entry else None,
            recorded_at=entry.recorded_at if entry else None,
            confirm_id=fact.confirm_id if fact else None,
            taken_back_by=register.taken_back_by(self.act_id),
            standing=self._standing(self.id) if self.kind == "placement" else None,
            placements=tuple(self._placements()),
            history=tuple(sorted(self._history(), key=lambda line: (line.happened_on, line.sequence))),
            gifts=tuple(sorted(self._gifts(), key=lambda origin: (origin.gift_id, origin.placement_id))),
        )

    def _placements(self) -> Iterator[PlacementState]:
        for act_id in self.belonging:
            stood = self._standing(act_id.partition(":")[2])
            if stood:
                yield stood

    def _standing(self, placement_id: str) -> PlacementState | None:
        placement = self.register.placements.get(placement_id)
        if placement is None:
            return None
        stood = standing(placement, self.register.rules, self.as_of, confirmed_only=self.confirmed_only)
        if stood is None:
            return None
        return PlacementState(
            placement_id=placement_id,
            beneficiary_id=placement.beneficiary_id,
            help=placement.help,
            received_on=stood.received_on,
            animals=shown(stood.received),
            rule_id=_rule_id(stood.rule) if stood.rule else None,
            due_on=stood.due_on,
            owed=shown(stood.owed),
            passed=shown(stood.passed),
            still_owed=shown(stood.still_owed),
            state=stood.state,
            fulfilled_on=stood.fulfilled_on,
            since_on=stood.since_on,
            cause=stood.cause,
            can_pass_on=stood.can_pass_on,
        )

    def _history(self) -> Iterator[Happening]:
        timezone = zone(str(self.register.facts[f"programme:{self.programme_id}"].values["timezone"]))
        for act_id in self._with_acts_about(self._own_acts()):
            entry = self.register.entries[act_id]
            recorded_on = datetime.fromisoformat(entry.recorded_at).astimezone(timezone).date()
            yield self._happening(entry, self.days.get(act_id, recorded_on))

    def _own_acts(self) -> Iterator[str]:
        """Acts that the record consists of, as far as they had happened by the day."""
        placements = {*self._placements_shown()}
        for act_id, entry in self.register.entries.items():
            values = says(self.register, act_id)
            own = act_id == self.act_id or act_id in self.telling
            if entry.kind in ("placement", "pass", "event"):
                own = own or bool(placements & {values.get(end) for end in _ENDS})
                own = own or (self.kind == "beneficiary" and entry.payload.get("beneficiary_id") in self.ids)
            come = self.days.get(act_id, date.min) <= self.as_of or (act_id == self.act_id and self._may_lie_ahead)
            if own and come:
                yield act_id

    def _with_acts_about(self, act_ids: Iterable[str]) -> Iterator[str]:
        """Acts together with corrections, confirmations and erasures of them, and of those in turn."""
        for act_id in act_ids:
            yield act_id
            yield from self._with_acts_about(self.register.about.get(act_id, ()))

    def _happening(self, entry: Entry, day: date) -> Happening:
        act_id, values, fact = entry.act_id, says(self.register, entry.act_id), self.register.facts.get(entry.act_id)
        giver_id, receiver_id = values.get("giver_placement_id"), values.get("receiver_placement_id")
        other_id = values.get("beneficiary_id")
        if entry.kind == "pass" and receiver_id in self._placements_shown():
            other_id = self._holder(giver_id)
        elif other_id in self.ids and self.kind == "beneficiary":  # herself is no other side
            other_id = None
        gift = self.above.get(self.id, {}).get("gifts", ()) if entry.kind == "placement" else ()
        return Happening(
            happened_on=day,
            id=act_id,
            what=self._told(act_id, values),
            gift_id=values.get("gift_id"),
            giver_placement_id=giver_id,
            receiver_placement_id=receiver_id,
            beneficiary_id=other_id,
            name=next((each["donor"] for each in gift), None) or self.named.beneficiary(other_id),
            why=values.get("why"),
            changes=values.get("changes"),
            changed=tuple(map(self._changed_field, self.changed.get(act_id, ()))),
            note=values.get("note"),
            witness=values.get("witness"),
            sequence=entry.sequence,
            recorded_by=entry.recorded_by,
            recorded_at=entry.recorded_at,
            confirm_id=fact.confirm_id if fact else None,
            taken_back_by=self.register.taken_back_by(act_id),
        )

    def _told(self, act_id: str, values: Mapping[str, Any]) -> str:
        """What a line of the history says."""
        catalogue = self.register.catalogue
        giver_id = self._holder(values.get("giver_placement_id"))
        values = {**self._with_help(values), **({"giver_id": giver_id} if giver_id else {})}
        registered = act_id == self.act_id and self.kind in ("group", "place")
        if not self.speech.tells or not (registered or self.kind in ("beneficiary", "placement")):
            return what_it_is(catalogue, act_id, values, self.speech, dated=False)
        if act_id.startswith("event:") and (placement := self.register.placements.get(str(values.get("placement_id")))):
            values["help"] = placement.help
        received = bool(giver_id) and values.get("receiver_placement_id") in self._placements_shown()
        return what_she_did(catalogue, act_id, values, self.speech, received=received)

    def _with_help(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values of an act; a pass-on is given its help, which it states only if the giver received another."""
        giver = self.above.get(str(values.get("giver_placement_id")))
        return {**values, "help": values.get("help") or giver["help"]} if giver else values

    def _changed_field(self, field: ChangedField) -> CorrectedField:
        before_id, after_id = (
            self._woman_named_by(field.name, field.before),
            self._woman_named_by(field.name, field.after),
        )
        return CorrectedField(
            field=field.name,
            before=field.before,
            after=field.after,
            before_id=before_id,
            before_name=self.named.beneficiary(before_id),
            after_id=after_id,
            after_name=self.named.beneficiary(after_id),
        )

    def _gifts(self) -> Iterator[Origin]:
        """The gifts above the placement, found generation by generation along pass-ons that had happened by the day."""
        givers: dict[str, list[str]] = {}
        for placement_id, row in self.above.items():
            counting = [each for each in row["given"] if each["confirm_id"] or not self.confirmed_only]
            for given in map(values_of, counting):
                if given["passed_on"] <= self.as_of.isoformat():
                    givers.setdefault(given["receiver_placement_id"], []).append(placement_id)
        seen, frontier, pass_ons = {self.start_id}, [self.start_id], 0
        while frontier:
            for placement_id in frontier:
                yield from self._filling(placement_id, pass_ons)
            frontier = sorted({giver for key in frontier for giver in givers.get(key, ())} - seen)
            seen.update(frontier)
            pass_ons += 1

    def _filling(self, placement_id: str, pass_ons: int) -> Iterator[Origin]:
        for gift in map(values_of, self.above.get(placement_id, {}).get("gifts", ())):
            if gift["received_on"] <= self.as_of.isoformat():
                yield Origin(
                    gift_id=gift["gift_id"],
                    donor=gift["donor"],
                    help=gift["help"],
                    given_on=date.fromisoformat(gift["given_on"]),
                    placement_id=placement_id,
                    pass_ons=pass_ons,
                )


def _rule_id(rule: Rule) -> str:
    condition = {"condition": rule.condition} if rule.condition else {}
    return rule_id({"help": rule.help, "from": rule.from_on.isoformat(), **condition})
