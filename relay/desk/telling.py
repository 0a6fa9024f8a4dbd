"""Telling: what an act recorded, in one sentence for who recorded it, and what is owed from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.desk.lookup import Named, NotInRecord, says
from relay.desk.wording import spoken, what_it_is
from relay.domain.model import Quantity, shown, standing
from relay.domain.register import takes_back
from relay.ledger.context import read
from relay.ledger.reading import NoProgramme

if TYPE_CHECKING:
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction

Nameable = Callable[[Collection[str]], Collection[str]]

_ENDS: Final = ("giver_placement_id", "receiver_placement_id", "placement_id")
_EVENTS: Final = {"excused": "waiver"}  # a word that cannot stand alone
_FINAL: Final = frozenset({"erase", "programme"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an act recorded.

    Attributes:
        act_id: Of the act, "kind:id".
        sentence: Who, what, from whom, to whom, what they owe and by when; in English.
        beneficiary_ids: Of those whose names it tells.
        undone_by: The command that takes it back; None where nothing does.
    """

    act_id: str
    sentence: str
    beneficiary_ids: tuple[str, ...]
    undone_by: str | None


def told(graph: Graph, programme_id: str, act_id: str, as_of: date, nameable: Nameable = frozenset) -> Told:
    """What an act recorded, as the record says it now.

    Args:
        graph: Where.
        programme_id: Of the programme.
        act_id: Of the act, "kind:id".
        as_of: The day by which is told what is owed.
        nameable: Those of some beneficiaries whose names may be told; the others are told by their ids.

    Raises:
        NotInRecord: There is no such act.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    return graph.read(lambda transaction: _Telling(transaction, programme_id, act_id, as_of, nameable).told())


class _Telling:
    """One act, being told."""

    def __init__(
        self, transaction: Transaction, programme_id: str, act_id: str, as_of: date, nameable: Nameable
    ) -> None:
        self.act_id, self.as_of = act_id, as_of
        register = _read(transaction, programme_id, (act_id,))
        if act_id not in register.entries:
            raise NotInRecord(id=act_id)
        self.subject = register.last_subject(act_id)
        self.said = says(register, self.subject)
        ends = [str(self.said[end]) for end in _ENDS if self.said.get(end)]
        self.register = _read(
            transaction, programme_id, (act_id, self.subject, *(f"placement:{each}" for each in ends))
        )
        holders = {each.beneficiary_id for each in self.register.placements.values()}
        holders |= {str(self.said["beneficiary_id"])} if self.said.get("beneficiary_id") else set()
        rows = {f"beneficiary:{each}": {"beneficiary_id": each} for each in nameable(sorted(holders))}
        named = Named(transaction, programme_id, rows)
        found = {row["beneficiary_id"]: named.beneficiary(row["beneficiary_id"]) for row in rows.values()}
        self.names: Mapping[str, str] = {id_: name for id_, name in found.items() if name}

    def told(self) -> Told:
        kind = self.act_id.partition(":")[0]
        return Told(
            act_id=self.act_id,
            sentence=self._sentence(kind),
            beneficiary_ids=tuple(sorted(self.names)),
            undone_by=None if kind in _FINAL else "relay undo",
        )

    def _sentence(self, kind: str) -> str:
        entry = self.register.entries[self.act_id]
        if kind == "erase":
            return f"All that was personal about {self.subject} is erased."
        if kind == "confirm":
            return f"Confirmed: {self._happened()}."
        if kind == "correct" and not self.register.stands(self.subject):
            return f"Taken back: {self._happened()}.{self._owed()}"
        if kind == "correct":
            back = takes_back(entry.act)
            return f"{'It stands again' if back else 'Corrected'}: {self._happened()}.{self._owed()}"
        return f"Recorded: {self._happened()}.{self._owed()}"

    def _happened(self) -> str:
        said = self.said
        if self.subject.startswith("pass:"):
            giver, receiver = str(said["giver_placement_id"]), said["receiver_placement_id"]
            return (
                f"{self._holder(giver)} passed on {self._units(giver)} to {self._who(said['beneficiary_id'])}"
                f" on {said['passed_on']}, from placement {giver} to {receiver}"
            )
        if self.subject.startswith("placement:"):
            return (
                f"{self._who(said['beneficiary_id'])} received {self._units()} from gift {said['gift_id']}"
                f" on {said['received_on']}, placement {said['placement_id']}"
            )
        if self.subject.startswith("event:"):
            placement_id = str(said["placement_id"])
            many = f" of {said['animals']:g}" if said.get("animals") else ""
            found = f": {spoken(said['outcome'])}" if said.get("outcome") else ""
            return (
                f"{_EVENTS.get(said['kind']) or spoken(said['kind'])}{many} at placement {placement_id} of"
                f" {self._holder(placement_id)} on {said['happened_on']}{found}"
            )
        what = what_it_is(self.register.catalogue, self.subject, said)
        if self.subject.startswith("beneficiary:"):
            return ", ".join((self._who(said["beneficiary_id"]), what, *self._belongs()))
        if self.subject.startswith("rule:"):
            return f"{what} ({self.subject}): {_ruled(said)}"
        called = said["name"] if self.subject.startswith("place:") else ""  # that of a group is personal
        return f"{what} {called}".strip() + f" ({self.subject})"

    def _belongs(self) -> list[str]:
        """Where she lives, and with whom."""
        ties = (("in", "place_id"), ("group", "group_id"))
        return [f"{word} {self.said[column]}" for word, column in ties if self.said.get(column)]

    def _units(self, giver_id: str = "") -> str:
        giver = self.register.placements.get(giver_id)
        return _units(self.said["animals"], self.said.get("help") or (giver.help if giver else ""))

    def _who(self, beneficiary_id: Any) -> str:  # noqa: ANN401 - a value of an act
        name = self.names.get(beneficiary_id)
        return f"{name} ({beneficiary_id})" if name else str(beneficiary_id)

    def _holder(self, placement_id: str) -> str:
        placement = self.register.placements.get(placement_id)
        return self._who(placement.beneficiary_id) if placement else f"placement {placement_id}"

    def _owed(self) -> str:
        """What each placement that it touches owes from then on; the receiver's first."""
        ends = [str(self.said[end]) for end in reversed(_ENDS) if self.said.get(end)]
        owing = [owed for each in ends if (owed := self._owing(each))]
        return f" {'; '.join(owing)}." if owing else ""

    def _owing(self, placement_id: str) -> str:
        placement = self.register.placements.get(placement_id)
        stood = standing(placement, self.register.rules, self.as_of) if placement else None
        if placement is None or stood is None:
            return ""
        who = self._who(placement.beneficiary_id)
        if stood.state == "excused":
            return f"{who} was excused from the rest"
        if stood.state == "lost":
            return f"{who} has lost what she received, and has nothing to pass on"
        if not stood.still_owed:
            return f"{who} owes nothing more"
        still = "still owes" if stood.passed else "owes"
        by = f" by {stood.due_on}" if stood.due_on >= self.as_of else f", due on {stood.due_on}"
        return f"{who} {still} {_units(shown(stood.still_owed), placement.help)}{by}"


def _ruled(said: Mapping[str, Any]) -> str:
    owed = f"{said['owed']:g}" if said.get("owed") is not None else f"{said['owed_per_given']:g} for each"
    grace = f" and {said['grace_days']:g} days of grace" if said.get("grace_days") else ""
    return f"{said['given']:g} given, {owed} owed within {said['months']:g} months{grace}"


def _units(number: Quantity, help_: str) -> str:
    return f"{number:g} {help_}".strip()


def _read(transaction: Transaction, programme_id: str, act_ids: tuple[str, ...]) -> Register:
    register = read(transaction, programme_id, act_ids)
    if register is None:
        raise NoProgramme(programme_id=programme_id)
    return register
