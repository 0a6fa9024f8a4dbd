"""Where a record belongs: the places of the people it is about, and all places around those.

Staff of one place record and open what belongs there. A hand-over belongs where the giver lives and where the receiver
does; what names neither people nor places, such as a gift or a rule, belongs to no place.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.database.acts_as_nodes import key_of, keys_of
from relay.domain.register import subject_of
from relay.errors import Failure, NotFound, refused
from relay.ledger import programme_heads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from relay.access.roles import Grant
    from relay.domain.acts import Act
    from relay.domain.register import Register
    from relay.graph import Graph, Transaction


NO_PLACE_MEANT: Final = Failure(
    NotFound,
    "no_place_meant",
    "There is no place %(text)s in %(programme_id)s.",
    advice="Check the id, or search by name",
    command="relay find NAME",
    field="place_id",
)


PLACES_OF_THAT_NAME: Final = Failure(
    NotFound,
    "places_of_that_name",
    "Several places of %(programme_id)s are called %(text)s.",
    advice="Write the id of one: %(ids)s.",
    field="place_id",
)


_SUBJECTS: Final = ("act_id", "subject_id")
_PLACEMENTS: Final = ("placement_id", "giver_placement_id", "receiver_placement_id")
_PLACES: Final = ("place_id", "parent_id")
_MOVING: Final = {
    "placement": ("Placement", "placement_id"),
    "beneficiary": ("Beneficiary", "beneficiary_id"),
    "group": ("Group", "group_id"),
    "place": ("Place", "place_id"),
}
"""Kinds that may have moved since they were recorded → their label, and the column that leads to where they are now."""


_AT_HOME: Final = {"beneficiary": ("place_id", "group_id"), "group": ("place_id",), "place": ("parent_id",)}
"""Kinds that are at home somewhere → the columns that say where."""


def places_of(graph: Graph | Transaction, programme_id: str, values: Mapping[str, Any]) -> frozenset[str]:
    """The places in which something lies, each with all that it lies within; empty when it lies nowhere.

    Args:
        graph: Where; or a transaction, in which to look.
        programme_id: Of the programme.
        values: What an act says.

    Raises:
        Unavailable: The database cannot be reached.
    """
    homes = _homes_of(graph, programme_id, values)
    return _around(homes, _parents(graph, programme_id)) if homes else frozenset()


def _homes_of(graph: Graph | Transaction, programme_id: str, values: Mapping[str, Any]) -> set[str]:
    """The places in which something lies, without what they lie within."""
    said, seen = [values], set[str]()
    for each in said:
        subjects = [str(each[name]) for name in _SUBJECTS if each.get(name)]
        subjects += [f"{kind}:{each[name]}" for name, kind in graph.catalogue.leading.items() if each.get(name)]
        said += [_leading(graph, programme_id, subject) for subject in subjects if subject not in seen]
        seen.update(subjects)
    known = {name: value for each in said for name, value in each.items()}
    row: Mapping[str, Any] = next(
        iter(
            graph.rows(
                cypher.WHEREABOUTS,
                ledger=programme_id,
                people=[
                    *_keys(programme_id, "beneficiary", known, ("beneficiary_id",)),
                    *(
                        key_of(programme_id, f"beneficiary:{id_}")
                        for column, kind in graph.catalogue.rosters.items()
                        if kind == "beneficiary" and known.get(column)
                        for id_ in str(known[column]).split(";")
                    ),
                ],
                placements=_keys(programme_id, "placement", known, _PLACEMENTS),
                groups=_keys(programme_id, "group", known, ("group_id",)),
            )
        ),
        {"homes": []},
    )
    return {str(known[name]) for name in _PLACES if known.get(name)} | {str(home) for home in row["homes"] if home}


def places_of_record(graph: Graph | Transaction, programme_id: str, act_id: str) -> frozenset[str]:
    """The places in which a record lies, by its full id; empty when there is none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return places_of(graph, programme_id, _leading(graph, programme_id, act_id))


def new_homes(
    graph: Graph | Transaction, programme_id: str, act: Act, register: Register
) -> tuple[frozenset[str], ...]:
    """The places to which an act brings a person, a group or a place, each with all around it.

    A registration, an entry into a group and a correction of where somebody lives bring somebody, and so does whatever
    takes such a correction back; a hand-over does not. Empty places stand for nowhere.

    Args:
        graph: Where; or a transaction, in which to look.
        programme_id: Of the programme.
        act: The act.
        register: With everything that the act touches, as it is before the act.

    Raises:
        Unavailable: The database cannot be reached.
    """
    kind, now = act.kind, act.values
    was: Mapping[str, Any] = {}
    if act.kind == "correct":
        subject = register.last_subject(subject_of(act))
        settled = register.settled(subject, act) if subject in register.entries else None
        if settled is None:  # nobody is there any more whom it could bring somewhere
            return ()
        kind, now = settled.kind, settled.values
        was = register.facts[subject].values if subject in register.facts else was
    named = _AT_HOME.get(kind, ("group_id",) if "beneficiary_id" in now else ())
    changed = [name for name in named if now.get(name) != was.get(name)]
    homes = [{name: now[name]} for name in changed if now.get(name)]
    homes += [{} for name in changed if name != "group_id" and not now.get(name)]  # taken from hers
    return tuple(places_of(graph, programme_id, each) for each in homes)


def people_in(
    graph: Graph, programme_id: str, place_ids: frozenset[str], beneficiary_ids: Collection[str]
) -> frozenset[str]:
    """Those of some people who live in some places or in any place inside these, or whose group does.

    Raises:
        Unavailable: The database cannot be reached.
    """
    parent = _parents(graph, programme_id)
    homes = _homes_of_people(graph, programme_id, beneficiary_ids)
    return frozenset(id_ for id_, lies in homes.items() if place_ids & _around(lies, parent))


def lying_in(graph: Graph, programme_id: str, place_ids: frozenset[str], act_ids: Collection[str]) -> frozenset[str]:
    """Those of some records, by full id, that lie in some places.

    People, groups and places may be many where somebody searches, and are looked up at once; others one by one.

    Raises:
        Unavailable: The database cannot be reached.
    """
    parent = _parents(graph, programme_id)
    people = [act_id.partition(":")[2] for act_id in act_ids if act_id.startswith("beneficiary:")]
    homes = {f"place:{id_}": {id_} for id_ in parent}
    homes |= {f"group:{id_}": lies for id_, lies in _homes_of_groups(graph, programme_id).items()}
    homes |= {f"beneficiary:{id_}": lies for id_, lies in _homes_of_people(graph, programme_id, people).items()}

    def homes_of(act_id: str) -> set[str]:
        known = homes.get(act_id)
        return _homes_of(graph, programme_id, _leading(graph, programme_id, act_id)) if known is None else known

    somewhere = (act_id for act_id in act_ids if graph.catalogue.lies(act_id.partition(":")[0]))
    return frozenset(act_id for act_id in somewhere if place_ids & _around(homes_of(act_id), parent))


def by_id(graph: Graph, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Some roles, each once, with their places by id, whether a person wrote the id or the name.

    Those of programmes that are not there yet stay as they are.

    Raises:
        NotFound: A place is not there: its staff would see nothing; or several are called so.
        Unavailable: The database cannot be reached.
    """
    known = {head.programme_id for head in programme_heads.heads(graph)}
    told = (
        replace(each, place_id=meant(graph, each.programme_id, each.place_id))
        if each.place_id and each.programme_id in known
        else each
        for each in grants
    )
    return tuple(dict.fromkeys(told))


def names(graph: Graph, programme_id: str) -> Mapping[str, str]:
    """Place id → its name, of all places of a programme; none of a programme that is not there.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = graph.rows(cypher.PLACE_NAMES, ledger=programme_id)
    return {id_: name for row in rows for id_, name in zip(row["ids"], row["names"], strict=True)}


def names_in_grants(graph: Graph, grants: Iterable[Grant]) -> Mapping[tuple[str, str], str]:
    """Programme id and place id → name, of the places to which some roles are limited.

    Raises:
        Unavailable: The database cannot be reached.
    """
    limited = {(each.programme_id, each.place_id) for each in grants if each.place_id}
    called = {programme_id: names(graph, programme_id) for programme_id, _ in limited}
    return {(programme_id, id_): name for programme_id, id_ in limited if (name := called[programme_id].get(id_))}


def meant(graph: Graph, programme_id: str, text: str) -> str:
    """The id of the place that has this id or name.

    Raises:
        NotFound: There is none, or several are called so.
        Unavailable: The database cannot be reached.
    """
    (row,) = graph.rows(cypher.PLACE_NAMES, ledger=programme_id)
    if text in row["ids"]:
        return text
    named = zip(row["ids"], row["names"], strict=True)
    found: list[str] = sorted(id_ for id_, name in named if _folded(name) == _folded(text))
    if not found:
        raise refused(NO_PLACE_MEANT, text=text, programme_id=programme_id)
    if len(found) > 1:
        raise refused(PLACES_OF_THAT_NAME, text=text, programme_id=programme_id, ids=", ".join(found))
    return found[0]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def groups_in(graph: Graph, programme_id: str, place_ids: frozenset[str]) -> frozenset[str]:
    """Those groups of a programme that are at home in some places or in any place inside these.

    Raises:
        Unavailable: The database cannot be reached.
    """
    homes, parent = _homes_of_groups(graph, programme_id), _parents(graph, programme_id)
    return frozenset(id_ for id_, lies in homes.items() if place_ids & _around(lies, parent))


def _homes_of_people(graph: Graph, programme_id: str, beneficiary_ids: Collection[str]) -> dict[str, set[str]]:
    """Where those of some people who stand live, and where their groups do."""
    keys = [key_of(programme_id, f"beneficiary:{id_}") for id_ in beneficiary_ids]
    rows = graph.rows(cypher.HOMES, people=keys)
    return {row["beneficiary_id"]: {row["home"], row["home_of_group"]} - {None} for row in rows}


def _homes_of_groups(graph: Graph, programme_id: str) -> dict[str, set[str]]:
    """Where the groups of a programme are at home that are so anywhere."""
    return {row["group_id"]: {row["home"]} for row in graph.rows(cypher.GROUP_HOMES, programme_id=programme_id)}


def _leading(graph: Graph | Transaction, programme_id: str, act_id: str) -> Mapping[str, Any]:
    """What leads from a record to where it lies: its own id where it stands and may have moved, else what it said."""
    kind, _, bare = act_id.partition(":")
    if kind in _MOVING:
        label, column = _MOVING[kind]
        if graph.rows(cypher.statements(graph.catalogue).some_nodes[label], keys=[key_of(programme_id, act_id)]):
            return {column: bare}
    return _payload(graph, programme_id, act_id)


def _payload(graph: Graph | Transaction, programme_id: str, act_id: str) -> Mapping[str, Any]:
    rows = graph.rows(cypher.PAYLOAD, key=key_of(programme_id, act_id))
    payload: Mapping[str, Any] = json.loads(rows[0]["payload"]) if rows else {}
    return payload


def _keys(programme_id: str, kind: str, known: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    return [key_of(programme_id, f"{kind}:{known[name]}") for name in names if known.get(name)]


def _parents(graph: Graph | Transaction, programme_id: str) -> Mapping[str, str | None]:
    """Place id → the place in which it lies."""
    first, beyond = keys_of(programme_id, "place")
    columns = graph.rows(cypher.COLUMNS["places"], programme_id=programme_id, first=first, beyond=beyond)[0]
    return dict(zip(columns["ids"], columns["parent"], strict=True))


def _around(place_ids: set[str], parent: Mapping[str, str | None]) -> frozenset[str]:
    """Some places and all that they lie within."""
    found = set[str]()
    for place_id in place_ids:
        while place_id and place_id not in found:  # places that lie within each other are no endless way up
            found.add(place_id)
            place_id = parent.get(place_id) or ""  # noqa: PLW2901 - the way up
    return frozenset(found)
