"""Records: what an id refers to, what it says now, and the names of people and places.

Whatever id a person types is resolved here: an act's, or that of a placement which a pass-on began.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from relay.database import cypher
from relay.database.acts_as_nodes import key_of
from relay.domain.model import shown
from relay.errors import Invalid, NotFound
from relay.ledger.partial_register import read
from relay.ledger.programme_heads import NoProgramme
from relay.text import Sentence, any_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relay.domain.register import Register
    from relay.domain.system import Catalogue
    from relay.graph import Graph, Transaction


_LOOKED_AT: Final = 300  # our choice: the courses or savings cycles of a large programme


class NotInRecord(NotFound):
    """No act or placement has this id, or had not happened yet on the day that was asked for."""

    reason = "Nothing in the record has the id %(id)s."
    advice = "Check the id, or search by name"
    command = "relay find NAME"

    id: str


class SeveralOfThatId(NotFound):
    """Records of several kinds share the id."""

    reason = "%(several)s and %(last)s have the id %(id)s."
    advice = "Write %(text)s."

    act_ids: Sequence[str]
    several: str
    last: str
    id: str
    text: str

    @classmethod
    def of(cls, catalogue: Catalogue, act_ids: Sequence[str]) -> Self:
        """Say how to tell them apart; they are at least two."""
        first, *others, last = (catalogue.kind(act_id.partition(":")[0]).article for act_id in act_ids)
        id_ = act_ids[0].partition(":")[2]
        both = Sentence("Both %(first)s and %(last)s have the id %(id)s.", first=first, last=last, id=id_)
        return cls(
            reason="" if others else both,
            act_ids=act_ids,
            several=", ".join([f"{first[0].upper()}{first[1:]}", *others]),
            last=last,
            id=id_,
            text=any_of([", ".join(act_ids[:-1]), act_ids[-1]]),
        )


class OtherKind(Invalid):
    """An id names a kind that does not exist, or cannot stand where it was written."""

    reason = "%(id)s names no %(any_kind)s."
    advice = "Write one of these before the colon: %(kinds)s."

    id: str
    kinds: Sequence[str]

    @property
    def any_kind(self) -> str:
        """The kinds, any of which will do."""
        return any_of(self.kinds)


def resolve(graph: Graph, programme_id: str, id_: str, kinds: Collection[str] = ()) -> str:
    """The full id, "kind:id", of the act or placement that a person means.

    Acts that were taken back still have their id.

    Args:
        graph: Where.
        programme_id: Of the programme.
        id_: "kind:id", or bare.
        kinds: Those that can stand here; empty for all.

    Raises:
        NotInRecord: There is none.
        SeveralOfThatId: The bare id is that of several of these kinds.
        OtherKind: It names a kind that cannot stand here.
        NoProgramme: The programme is not in the database.
        Unavailable: The database cannot be reached.
    """
    id_ = unicodedata.normalize("NFC", id_.strip())
    kind, colon, bare = id_.rpartition(":")
    known_kinds = graph.catalogue.kinds
    kinds = kinds or tuple(known_kinds)
    if colon and kind not in kinds:
        every = Sentence("%(id)s names no kind of record.", id=id_) if len(kinds) == len(known_kinds) else ""
        raise OtherKind(id=id_, kinds=tuple(kinds), reason=every)
    asked = [f"{each}:{bare}" for each in kinds if each == kind or not colon]
    rows = graph.rows(
        cypher.EXISTING_IDS,
        ledger=programme_id,
        acts=[key_of(programme_id, act_id) for act_id in asked],
        placements=[key_of(programme_id, act_id) for act_id in asked if act_id.startswith("placement:")],
    )
    if not rows:
        raise NoProgramme(programme_id=programme_id)
    known = {*rows[0]["acts"], *(f"placement:{placement_id}" for placement_id in rows[0]["placements"])}
    found = [act_id for act_id in asked if act_id in known]
    if not found:
        raise NotInRecord(id=id_)
    if len(found) > 1:
        raise SeveralOfThatId.of(graph.catalogue, found)
    return found[0]


def beginning(graph: Graph, programme_id: str, kind: str, text: str, most: int) -> tuple[str, ...]:
    """The ids of one kind that begin with a text, without their kind; in order, so many at most.

    Raises:
        Unavailable: The database cannot be reached.
    """
    texts = (cypher.ACTS_BEGINNING, cypher.PLACEMENTS_BEGINNING) if kind == "placement" else (cypher.ACTS_BEGINNING,)
    key = key_of(programme_id, f"{kind}:{text}")
    found = {row["act_id"] for query in texts for row in graph.rows(query, beginning=key, limit=most)}
    return tuple(sorted(act_id.partition(":")[2] for act_id in found)[:most])


def latest(graph: Graph, programme_id: str, kind: str, as_of: date, most: int) -> tuple[str, ...]:
    """The ids of the latest records of one kind that stand and are not over by a day; the latest first.

    Of a kind with more than `_LOOKED_AT` records only the first by their ids are looked at.

    Raises:
        Unavailable: The database cannot be reached.
    """
    act_ids = [f"{kind}:{each}" for each in beginning(graph, programme_id, kind, "", _LOOKED_AT)]
    register = graph.read(lambda transaction: read(transaction, programme_id, act_ids)) if act_ids else None
    if register is None:
        return ()
    standing = (each for each in act_ids if register.stands(each) and not _is_over(register, each, as_of))
    day = register.catalogue.counts_from(kind)
    ordered = sorted(standing, key=lambda act_id: str(says(register, act_id).get(day, "")), reverse=True)
    return tuple(each.partition(":")[2] for each in ordered[:most])


def _is_over(register: Register, act_id: str, as_of: date) -> bool:
    said = says(register, act_id)
    ended = register.ended_on(act_id) or said.get("closed_on") or said.get("until_on")
    return ended is not None and str(ended) < as_of.isoformat()


def says(register: Register, act_id: str) -> Mapping[str, Any]:
    """What an act says now, or said before it was taken back: column → value, and nothing that is secret to a role.

    Of a placement that no act of its own recorded, what its receipts add up to; empty when it is not in the register.
    """
    fact, entry = register.facts.get(act_id), register.entries.get(act_id)
    if entry:
        return register.catalogue.without_secrets(entry.kind, fact.values if fact else entry.act.values)
    placement = register.placements.get(act_id.partition(":")[2])
    if placement is None or not placement.receipts:
        return {}
    first = placement.receipts[0]
    return {
        "placement_id": placement.placement_id,
        "beneficiary_id": placement.beneficiary_id,
        "help": placement.help,
        "received_on": first.received_on.isoformat(),
        "animals": shown(sum(receipt.units for receipt in placement.receipts)),
        **({"condition": first.condition} if first.condition else {}),
    }


def day_of(register: Register, act_id: str) -> date | None:
    """The day on which an act or placement happened; None for what has no day of its own."""
    day = says(register, act_id).get(register.catalogue.day(act_id.partition(":")[0]))
    return date.fromisoformat(day) if day else None


class Named:
    """What the beneficiaries and places are called that some records name.

    Attributes:
        said: act id → what it says, as `says` has it.
    """

    def __init__(
        self,
        transaction: Transaction,
        programme_id: str,
        said: Mapping[str, Mapping[str, Any]],
        as_of: date = date.max,
    ) -> None:
        """Read them, in one query; `as_of` is the day by which what they hold was received."""
        self.said = said
        beneficiaries = {values["beneficiary_id"] for values in said.values() if values.get("beneficiary_id")}
        places = {place_id for act_id in said if (place_id := self._place_id(act_id))}
        rows = transaction.rows(
            cypher.PEOPLE_AND_PLACES,
            ledger=programme_id,
            as_of=as_of,
            beneficiaries=[key_of(programme_id, f"beneficiary:{id_}") for id_ in sorted(beneficiaries)],
            places=[key_of(programme_id, f"place:{id_}") for id_ in sorted(places)],
        )
        self._people: dict[str | None, Mapping[str, Any]] = {
            who["beneficiary_id"]: who for row in rows for who in row["beneficiaries"]
        }
        self._places: dict[str | None, str] = {
            place["place_id"]: place["name"] for row in rows for place in row["places"]
        }

    def _place_id(self, act_id: str) -> str | None:
        place_id: str | None = self.said[act_id].get("parent_id" if act_id.startswith("place:") else "place_id")
        return place_id

    def _who(self, act_id: str) -> Mapping[str, Any]:
        who: Mapping[str, Any] = self._people.get(self.said[act_id].get("beneficiary_id"), {})
        return who

    def beneficiary(self, beneficiary_id: str | None) -> str | None:
        """Her name; None when it is not known or was erased."""
        name: str | None = self._people.get(beneficiary_id, {}).get("name")
        return name

    def name(self, act_id: str) -> str | None:
        """The record's own name, its donor's, or that of who holds or received it; None when none is known."""
        said = self.said[act_id]
        return said.get("name") or said.get("donor") or self._who(act_id).get("name")

    def place(self, act_id: str) -> str | None:
        """Where she lives, or in which place it lies; None when that is not known."""
        return self._places.get(self._place_id(act_id)) or self._who(act_id).get("place")

    def held(self, act_id: str) -> Sequence[str]:
        """The ids of the placements that a beneficiary holds; of another record, none."""
        return self._who(act_id).get("placement_ids", ()) if act_id.startswith("beneficiary:") else ()
