"""Telling: what an act recorded, in one sentence for who recorded it, and what is owed from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.clock import zone
from relay.desk.lookup import Named, NotInRecord, says
from relay.desk.wording import PLAIN, spoken, what_it_is
from relay.domain.model import shown, standing
from relay.domain.register import ABOUT_ACTS, subject_of, takes_back
from relay.ledger.partial_register import read
from relay.ledger.programmes import NoProgramme
from relay.ledger.recording import Rehearsal
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.desk.wording import Speech
    from relay.domain.acts import Act
    from relay.domain.questions import Answers
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk

Nameable = Callable[[Collection[str]], Collection[str]]

_ENDS: Final = ("giver_placement_id", "receiver_placement_id", "placement_id")
_EVENTS: Final = {"excused": "waiver"}  # a word that cannot stand alone
_FINAL: Final = frozenset({"erase", "programme"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an act recorded.

    Attributes:
        act_id: Of the act, "kind:id".
        sentence: Who, what, from whom, to whom, what they owe and by when; in plain English.
        beneficiary_ids: Of those whose names it tells.
        undone_by: The command that takes it back; None where nothing does.
    """

    act_id: str
    sentence: str
    beneficiary_ids: tuple[str, ...]
    undone_by: str | None


def told(
    graph: Graph,
    programme_id: str,
    act_id: str,
    as_of: date,
    nameable: Nameable = frozenset,
    speech: Speech = PLAIN,
) -> Told:
    """What an act recorded, as the record says it now.

    Args:
        graph: Where.
        programme_id: Of the programme.
        act_id: Of the act, "kind:id".
        as_of: The day by which is told what is owed.
        nameable: Those of some beneficiaries whose names may be told; the others are told by their ids.
        speech: The language of its words.

    Raises:
        NotInRecord: There is no such act.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """

    def recorded(transaction: Transaction) -> Told:
        register = _read(transaction, programme_id, (act_id,))
        if act_id not in register.entries:
            raise NotInRecord(id=act_id)
        register = _read(transaction, programme_id, (act_id, *_touched(register, act_id)))
        return _Telling(transaction, register, act_id, as_of, nameable, speech).told()

    return graph.read(recorded)


def rehearsed(
    graph: Graph,
    programme_id: str,
    acts: Sequence[Act],
    clerk: Clerk,
    answers: Answers,
    nameable: Nameable = frozenset,
) -> Told:
    """What the first of some acts would record that can be recorded together; nothing is written.

    Args:
        graph: Where.
        programme_id: Of the programme.
        acts: In order.
        clerk: Who would record.
        answers: The questions that each of the acts answers.
        nameable: As of `told`.

    Raises:
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    rehearsal = Rehearsal(graph, programme_id, clerk, answers=answers)
    act, context = acts[0], rehearsal.context

    def around(transaction: Transaction) -> None:
        context.load_around(transaction, acts)
        if act.kind in ABOUT_ACTS:
            context.load_records(transaction, _touched(context.register, subject_of(act)))
        else:
            context.load_records(transaction, _ends(act.values))

    graph.read(around)
    rehearsal.offer(acts)
    register = context.register
    programme = register.facts.get(f"programme:{programme_id}")
    if programme is None:
        raise NoProgramme(programme_id=programme_id)
    as_of = clerk.now.astimezone(zone(str(programme.values["timezone"]))).date()
    return graph.read(lambda transaction: _Telling(transaction, register, act.act_id, as_of, nameable, PLAIN).told())


def _touched(register: Register, act_id: str) -> tuple[str, ...]:
    """What an act is about in the end, and the placements between which that happened."""
    subject = register.last_subject(act_id)
    return (subject, *_ends(says(register, subject)))


def _ends(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"placement:{said[end]}" for end in _ENDS if said.get(end))


class _Telling:
    """One act, being told."""

    def __init__(
        self,
        transaction: Transaction,
        register: Register,
        act_id: str,
        as_of: date,
        nameable: Nameable,
        speech: Speech,
    ) -> None:
        self.register, self.act_id, self.as_of, self.speech = register, act_id, as_of, speech
        self.subject = register.last_subject(act_id)
        self.said = says(register, self.subject)
        ends = [register.placements.get(str(self.said[end])) for end in _ENDS if self.said.get(end)]
        holders = {each.beneficiary_id for each in ends if each}
        holders |= {str(self.said["beneficiary_id"])} if self.said.get("beneficiary_id") else set()
        shown_by_name = nameable(sorted(holders)) if holders else ()
        rows = {f"beneficiary:{each}": {"beneficiary_id": each} for each in shown_by_name}
        named = Named(transaction, register.programme_id, rows)
        found = {row["beneficiary_id"]: named.beneficiary(row["beneficiary_id"]) for row in rows.values()}
        if self.subject in rows:  # she may not be in the database yet
            found[self.said["beneficiary_id"]] = self.said.get("name")
        self.names: Mapping[str, str] = {id_: name for id_, name in found.items() if name}

    def told(self) -> Told:
        kind = self.act_id.partition(":")[0]
        return Told(
            act_id=self.act_id,
            sentence=self._sentence(kind),
            beneficiary_ids=tuple(sorted(self.names)),
            undone_by=None if kind in _FINAL else "relay undo",
        )

    def _sentence(self, kind: str) -> Sentence:
        entry = self.register.entries[self.act_id]
        if kind == "erase":
            return Sentence("All that was personal about %(id)s is erased.", id=self.subject)
        what, owed = self._happened(), self._owed()
        if kind == "confirm":
            return Sentence("Confirmed: %(what)s.", what=what)
        if kind == "correct" and not self.register.stands(self.subject):
            return Sentence("Taken back: %(what)s.%(owed)s", what=what, owed=owed)
        if kind == "correct" and takes_back(entry.act):
            return Sentence("It stands again: %(what)s.%(owed)s", what=what, owed=owed)
        if kind == "correct":
            return Sentence("Corrected: %(what)s.%(owed)s", what=what, owed=owed)
        return Sentence("Recorded: %(what)s.%(owed)s", what=what, owed=owed)

    def _happened(self) -> str:
        said, speech = self.said, self.speech
        if self.subject.startswith("pass:"):
            giver, receiver = str(said["giver_placement_id"]), said["receiver_placement_id"]
            return Sentence(
                "%(giver)s passed on %(units)s to %(receiver)s on %(day)s, from placement %(giving)s to %(receiving)s",
                giver=self._holder(giver),
                units=self._units(giver),
                receiver=self._who(said["beneficiary_id"]),
                day=speech.day(said["passed_on"]),
                giving=giver,
                receiving=receiver,
            )
        if self.subject.startswith("placement:"):
            return Sentence(
                "%(receiver)s received %(units)s from gift %(gift_id)s on %(day)s, placement %(receiving)s",
                receiver=self._who(said["beneficiary_id"]),
                units=self._units(),
                gift_id=said["gift_id"],
                day=speech.day(said["received_on"]),
                receiving=said["placement_id"],
            )
        if self.subject.startswith("event:"):
            placement_id = str(said["placement_id"])
            event = speech.say(_EVENTS.get(said["kind"]) or spoken(said["kind"]))
            many, ending = said.get("animals"), said.get("outcome") or said.get("reason")
            at = Sentence(
                "%(event)s at placement %(placement_id)s of %(holder)s on %(day)s",
                event=Sentence("%(event)s of %(many)s", event=event, many=speech.units(many, None)) if many else event,
                placement_id=placement_id,
                holder=self._holder(placement_id),
                day=speech.day(said["happened_on"]),
            )
            return Sentence("%(event)s: %(outcome)s", event=at, outcome=speech.say(spoken(ending))) if ending else at
        what = what_it_is(self.register.catalogue, self.subject, said, speech)
        if self.subject.startswith("beneficiary:"):
            return Sentence(
                "%(who)s, %(what)s%(belonging)s",
                who=self._who(said["beneficiary_id"]),
                what=what,
                belonging=self._belonging(),
            )
        if self.subject.startswith("rule:"):
            return f"{what} ({self.subject}): {_ruled(said)}"
        called = said["name"] if self.subject.startswith("place:") else ""  # that of a group is personal
        return f"{what} {called}".strip() + f" ({self.subject})"

    def _belonging(self) -> str:
        """Where she lives, and with whom."""
        place_id, group_id = self.said.get("place_id"), self.said.get("group_id")
        if place_id and group_id:
            return Sentence(", in %(place_id)s, group %(group_id)s", place_id=place_id, group_id=group_id)
        if place_id:
            return Sentence(", in %(place_id)s", place_id=place_id)
        return Sentence(", group %(group_id)s", group_id=group_id) if group_id else ""

    def _units(self, giver_id: str = "") -> str:
        giver = self.register.placements.get(giver_id)
        return self.speech.units(self.said["animals"], self.said.get("help") or (giver.help if giver else None))

    def _who(self, beneficiary_id: Any) -> str:  # noqa: ANN401 - a value of an act
        name = self.names.get(beneficiary_id)
        return f"{name} ({beneficiary_id})" if name else str(beneficiary_id)

    def _holder(self, placement_id: str) -> str:
        placement = self.register.placements.get(placement_id)
        if placement is None:
            return Sentence("placement %(id)s", id=placement_id)
        return self._who(placement.beneficiary_id)

    def _owed(self) -> str:
        """What each placement that it touches owes from then on; the receiver's first."""
        ends = [str(self.said[end]) for end in reversed(_ENDS) if self.said.get(end)]
        owing = [owed for each in ends if (owed := self._owing(each))]
        if not owing:
            return ""
        if len(owing) == 1:
            return Sentence(" %(owing)s.", owing=owing[0])
        return Sentence(" %(owing)s; %(other)s.", owing=owing[0], other=owing[1])

    def _owing(self, placement_id: str) -> str:
        placement = self.register.placements.get(placement_id)
        stood = standing(placement, self.register.rules, self.as_of) if placement else None
        if placement is None or stood is None:
            return ""
        who = self._who(placement.beneficiary_id)
        if stood.state == "excused":
            return Sentence("%(who)s was excused from the rest", who=who)
        if stood.state == "lost":
            return Sentence("%(who)s has lost what she received, and has nothing to pass on", who=who)
        if not stood.still_owed:
            return Sentence("%(who)s owes nothing more", who=who)
        said = {
            "who": who,
            "units": self.speech.units(shown(stood.still_owed), placement.help),
            "day": self.speech.day(stood.due_on.isoformat()),
        }
        if stood.due_on >= self.as_of:
            still = Sentence("%(who)s still owes %(units)s by %(day)s", **said)
            return still if stood.passed else Sentence("%(who)s owes %(units)s by %(day)s", **said)
        still = Sentence("%(who)s still owes %(units)s, due on %(day)s", **said)
        return still if stood.passed else Sentence("%(who)s owes %(units)s, due on %(day)s", **said)


def _ruled(said: Mapping[str, Any]) -> str:
    owed = f"{said['owed']:g}" if said.get("owed") is not None else f"{said['owed_per_given']:g} for each"
    grace = f" and {said['grace_days']:g} days of grace" if said.get("grace_days") else ""
    return f"{said['given']:g} given, {owed} owed within {said['months']:g} months{grace}"


def _read(transaction: Transaction, programme_id: str, act_ids: tuple[str, ...]) -> Register:
    register = read(transaction, programme_id, act_ids)
    if register is None:
        raise NoProgramme(programme_id=programme_id)
    return register
