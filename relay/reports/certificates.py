"""Certificates: what the holder of a printed code may learn about one hand-over, without any name or id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.domain.kinds import HOW_CORRECTED
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme
from relay.office.lookup import says

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.domain.entries import Entry
    from relay.domain.model import Quantity
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction

CERTIFIED: Final = ("pass", "placement")
"""Kinds of acts that are certified: those by which somebody received."""

_DIGITS: Final = 16
_CODE: Final = re.compile(f"[0-9a-f]{{{_DIGITS}}}")
_WRONG_DATA: Final = HOW_CORRECTED[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A hand-over as it is recorded now.

    Attributes:
        code: Code that leads to it.
        happened_on: Day of the hand-over.
        help: Help that was received.
        animals: Units received.
        is_passed_on: True if it came from another woman, False if from a gift.
        is_confirmed: Whether a second person confirmed it.
        is_corrected: Whether a correction changed it.
        is_taken_back: Whether it was taken back; then the other attributes are as they were before.
    """

    code: str
    happened_on: date
    help: str
    animals: Quantity
    is_passed_on: bool
    is_confirmed: bool
    is_corrected: bool
    is_taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Between whom a hand-over was, and where: for the paper that they are given, not for strangers.

    Attributes:
        receiver_id: Id of who received.
        giver_id: Id of who passed it on; None if it came from a gift.
        agreed: Those of the two of whom the record says that they agreed to be named on certificates.
        place_id: The place of the ceremony, else the place where the receiver lives; None if neither is known.
    """

    receiver_id: str
    giver_id: str | None
    agreed: tuple[str, ...]
    place_id: str | None


def code_of(entry_hash: str) -> str:
    """The code for an act, from the hash of its entry: 64 of its 256 bits, too many to guess."""
    return entry_hash[:_DIGITS]


def certificate(graph: Graph, programme_id: str, act_id: str) -> Certificate | None:
    """The certificate of an act; None if acts of its kind have none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return graph.read(lambda transaction: _of_act(transaction, programme_id, act_id))


def parties(graph: Graph, programme_id: str, act_id: str) -> Parties:
    """Between whom a hand-over was, and where, of an act that has a certificate.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return graph.read(lambda transaction: _parties(transaction, programme_id, act_id))


def _parties(transaction: Transaction, programme_id: str, act_id: str) -> Parties:
    def said(id_: str) -> Mapping[str, Any]:
        return says(_read(transaction, programme_id, id_), id_)

    values = said(act_id)
    giver = values.get("giver_placement_id")
    giver_id = said(f"placement:{giver}").get("beneficiary_id") if giver else None
    people = {id_: said(f"beneficiary:{id_}") for id_ in (values["beneficiary_id"], giver_id) if id_}
    ceremony = values.get("ceremony_id")
    place_id = said(f"ceremony:{ceremony}").get("place_id") if ceremony else None
    return Parties(
        receiver_id=values["beneficiary_id"],
        giver_id=giver_id,
        agreed=tuple(id_ for id_, person in people.items() if person.get("name_agreed_on")),
        place_id=place_id or people[values["beneficiary_id"]].get("place_id"),
    )


def by_code(graph: Graph, programme_id: str, code: str) -> Certificate | None:
    """The certificate with a code, in upper or lower case; None if this programme has none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    code = code.casefold()
    if not _CODE.fullmatch(code):
        return None
    rows = graph.rows(cypher.CERTIFIED, programme_id=programme_id, code=code, kinds=list(CERTIFIED))
    return certificate(graph, programme_id, rows[0]["act_id"]) if len(rows) == 1 else None


def _of_act(transaction: Transaction, programme_id: str, act_id: str) -> Certificate | None:
    register = _read(transaction, programme_id, act_id)
    entry = register.entries.get(act_id)
    if entry is None or entry.kind not in CERTIFIED:
        return None
    values, fact = says(register, act_id), register.facts.get(act_id)
    return Certificate(
        code=code_of(entry.hash),
        happened_on=date.fromisoformat(values[register.catalogue.day(entry.kind)]),
        help=str(values.get("help") or _help_of_giver(transaction, programme_id, str(values["giver_placement_id"]))),
        animals=values["animals"],
        is_passed_on=entry.kind == "pass",
        is_confirmed=bool(fact and fact.confirm_id),
        is_corrected=_is_corrected(register, entry),
        is_taken_back=not register.stands(act_id),
    )


def _help_of_giver(transaction: Transaction, programme_id: str, placement_id: str) -> str:
    register = _read(transaction, programme_id, f"placement:{placement_id}")
    placement = register.placements.get(placement_id)
    return placement.help if placement else ""


def _read(transaction: Transaction, programme_id: str, act_id: str) -> Register:
    register = read(transaction, programme_id, (act_id,))
    if register is None:
        raise NoProgramme(programme_id=programme_id)
    return register


def _is_corrected(register: Register, entry: Entry) -> bool:
    """Whether a correction of its values is in force."""
    later = (register.entries[act_id] for act_id in register.about.get(entry.act_id, ()))
    return any(
        each.kind == "correct" and each.payload["how"] == _WRONG_DATA and register.stands(each.act_id) for each in later
    )
