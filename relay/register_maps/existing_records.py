"""The records of a programme that a register may refer to: its helps, gifts, places and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relay.countries.country import country_of
from relay.database.acts_as_nodes import kind_and_id
from relay.ledger import programme_heads
from relay.ledger.reading import standing

if TYPE_CHECKING:
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingRecords:
    """The records of a programme that a register may refer to.

    Attributes:
        helps: Help → units that a placement normally receives, by the programme's rules.
        gifts: Gift id → its help.
        places: Place id → its name; the smallest come before the places they lie in.
        groups: Group id → its name.
    """

    helps: Mapping[str, float] = field(default_factory=dict[str, float])
    gifts: Mapping[str, str] = field(default_factory=dict[str, str])
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: Mapping[str, str] = field(default_factory=dict[str, str])


def existing_records(graph: Graph, programme_id: str) -> ExistingRecords:
    """Read the records that a register may refer to.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    head = programme_heads.head(graph, programme_id)
    last, smallest = head.entries, country_of(head.country).level_names[0]
    records = {
        kind: [
            (kind_and_id(properties["key"])[1], {**properties, **personal})
            for properties, personal in standing(graph, programme_id, kind, last)
        ]
        for kind in ("rule", "gift", "place", "group")
    }
    wards_first = sorted(records["place"], key=lambda place: place[1].get("kind") != smallest)
    return ExistingRecords(
        helps={values["help"]: values["given"] for _, values in records["rule"]},
        gifts={id_: values["help"] for id_, values in records["gift"]},
        places={id_: values["name"] for id_, values in wards_first},
        groups={id_: values.get("name", id_) for id_, values in records["group"]},
    )
