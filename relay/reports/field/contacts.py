"""Names and telephone numbers of women, which are personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.database import cypher
from relay.database.acts_as_nodes import key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Name and telephone number of one woman; None if unknown or erased."""

    name: str | None
    phone: str | None


NOBODY: Final = Contact(name=None, phone=None)


def contacts(graph: Graph, programme_id: str, beneficiary_ids: Collection[str]) -> Mapping[str, Contact]:
    """Beneficiary id → contact, for those with a recorded name or telephone number.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not beneficiary_ids:
        return {}
    keys = {key_of(programme_id, f"beneficiary:{id_}"): id_ for id_ in beneficiary_ids}
    rows = graph.rows(cypher.CONTACTS, people=sorted(keys))
    return {keys[row["key"]]: Contact(name=row["name"], phone=row["phone"]) for row in rows}
