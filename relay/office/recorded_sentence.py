"""Telling: what an act recorded, in one sentence for who recorded it, and what is owed from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.model import shown, standing
from relay.domain.register import takes_back
from relay.ledger.batch import today_of
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme
from relay.office.lookup import NotInRecord, says
from relay.office.wording import PLAIN, spoken, what_it_is
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction
    from relay.ledger.batch import Clerk, Outcome
    from relay.office.wording import Speech

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
    register = graph.read(lambda transaction: _around(transaction, programme_id, act_id))
    return _Telling(register, act_id, as_of, nameable, speech).told()


def told_of(outcome: Outcome, clerk: Clerk, nameable: Nameable = frozenset) -> Told | None:
    """What an act recorded, or would record: from the register in which it was judged, so that nothing more is read.

    Args:
        outcome: Of the act.
        clerk: Who recorded it, or tried to.
        nameable: As of `told`.

    Returns:
        None for what was not recorded just now.

    Raises:
        Unavailable: It cannot be written down that she is told names.
    """
    if outcome.register is None:
        return None
    as_of = today_of(outcome.register, clerk, outcome.act)
    return _Telling(outcome.register, outcome.act.act_id, as_of, nameable, PLAIN).told()


def undone_by(act_id: str) -> str | None:
    """The command that takes an act back; None where nothing does."""
    return None if act_id.partition(":")[0] in _FINAL else "relay undo"


def _around(transaction: Transaction, programme_id: str, act_id: str) -> Register:
    """An act, what it is about in the end, and the placements and the woman that this names."""
    register = _read(transaction, programme_id, (act_id,))
    if act_id not in register.entries:
        raise NotInRecord(id=act_id)
    subject = register.last_subject(act_id)
    said = says(register, subject)
    named = [f"placement:{said[end]}" for end in _ENDS if said.get(end)]
    named += [f"{kind}:{said[f'{kind}_id']}" for kind in ("beneficiary", "place") if said.get(f"{kind}_id")]
    return _read(transaction, programme_id, (act_id, subject, *named))


class _Telling:
    """One act, being told."""

    def __init__(self, register: Register, act_id: str, as_of: date, nameable: Nameable, speech: Speech) -> None:
        self.register, self.act_id, self.as_of, self.speech = register, act_id, as_of, speech
        self.subject = register.last_subject(act_id)
        self.said = says(register, self.subject)
        ends = [register.placements.get(str(self.said[end])) for end in _ENDS if self.said.get(end)]
        holders = {each.beneficiary_id for each in ends if each}
        holders |= {str(self.said["beneficiary_id"])} if self.said.get("beneficiary_id") else set()
        names = {id_: name for id_ in sorted(holders) if (name := self._name(id_))}
        shown = nameable([*names]) if names else ()
        self.names: Mapping[str, str] = {id_: name for id_, name in names.items() if id_ in shown}

    def _name(self, beneficiary_id: str) -> str | None:
        """Hers, as she is called now; None where it is not known, or was erased."""
        act_id = f"beneficiary:{beneficiary_id}"
        fact = self.register.facts.get(act_id)
        said = self.said if act_id == self.subject else fact.values if fact else {}  # she may have been taken back
        return said.get("name")

    def told(self) -> Told:
        return Told(
            act_id=self.act_id,
            sentence=self._sentence(),
            beneficiary_ids=tuple(self.names),
            undone_by=undone_by(self.act_id),
        )

    def _sentence(self) -> Sentence:
        entry = self.register.entries[self.act_id]
        kind = entry.kind
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
        place_id, group_id = self._place(self.said.get("place_id")), self.said.get("group_id")
        if place_id and group_id:
            return Sentence(", in %(place_id)s, group %(group_id)s", place_id=place_id, group_id=group_id)
        if place_id:
            return Sentence(", in %(place_id)s", place_id=place_id)
        return Sentence(", group %(group_id)s", group_id=group_id) if group_id else ""

    def _place(self, place_id: Any) -> Any:  # noqa: ANN401 - a value of an act
        """The name of a place; its id where the name is not known."""
        place = self.register.facts.get(f"place:{place_id}")
        return place.values.get("name", place_id) if place else place_id

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
