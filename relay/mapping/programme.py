"""What a map has to know of a programme: its helps, gifts, places and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relay.database.keys_and_properties import kind_and_id
from relay.ledger import programmes
from relay.ledger.reading import standing

if TYPE_CHECKING:
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is recorded of a programme that a register may speak of.

    Attributes:
        helps: The helps of its rules → units that a placement is meant to receive.
        gifts: Gift id → its help.
        places: Place id → its name; wards before what they lie in.
        groups: Group id → its name.
    """

    helps: Mapping[str, float] = field(default_factory=dict[str, float])
    gifts: Mapping[str, str] = field(default_factory=dict[str, str])
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: Mapping[str, str] = field(default_factory=dict[str, str])


def known_of(graph: Graph, programme_id: str) -> Programme:
    """Read what a map has to know.

    Raises:
        NoProgramme: It is not in the database.
        Unavailable: The database cannot be reached.
    """
    last = programmes.head(graph, programme_id).entries
    found = {
        kind: [
            (kind_and_id(properties["key"])[1], {**properties, **personal})
            for properties, personal in standing(graph, programme_id, kind, last)
        ]
        for kind in ("rule", "gift", "place", "group")
    }
    wards_first = sorted(found["place"], key=lambda place: place[1].get("kind") != "ward")
    return Programme(
        helps={values["help"]: values["given"] for _, values in found["rule"]},
        gifts={id_: values["help"] for id_, values in found["gift"]},
        places={id_: values["name"] for id_, values in wards_first},
        groups={id_: values.get("name", id_) for id_, values in found["group"]},
    )
