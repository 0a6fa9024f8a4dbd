"""The database user for queries that auditors write themselves: it can neither write nor read personal data.

The embedded engine makes this user. On Neo4j an operator makes it, if the edition has roles. Before each use Relay asks
the database for the user's privileges, and refuses if they are more than reading what is not personal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher, embedded_server
from relay.database.driver_errors import NoRoles
from relay.errors import Refused
from relay.graph import Graph, connect_to_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from relay.domain.system import Catalogue
    from relay.settings import Connection, Settings

READS: Final = frozenset({"match", "read", "traverse"})
"""The actions in Neo4j's list of privileges that only read."""


class ReaderMissing(Refused):
    """No such user is named, or the edition of Neo4j has none."""

    reason = (
        "This page is closed here. It needs a database user whom the database itself keeps from writing and from "
        "personal data, and Neo4j Community Edition has no such users."
    )
    advice = (
        "With the embedded database the page is open, and a backup restored there can be asked the same. On other "
        "editions name such a user in NEO4J_READER: relay help operators shows how to make it."
    )


class ReaderMayMore(Refused):
    """The user who is named may do more than read what is not personal."""

    reason = "This page is closed: the database lets the user of NEO4J_READER do more than it should (%(first)s)."
    advice = "Take all of these rights from that user, as relay help operators shows; there are %(many)s."

    first: str
    many: int


def connect(settings: Settings, catalogue: Catalogue) -> Graph:
    """Connect as that user; the caller closes the graph.

    Raises:
        ReaderMissing: There is no such user.
        ReaderMayMore: The database lets it do more.
        Unavailable: The database cannot be reached, or refuses the user's password.
    """
    if settings.neo4j is None:
        readers = embedded_server.reader(settings.data_folder, catalogue.readable)
    elif settings.neo4j_reader is None:
        raise ReaderMissing
    else:
        readers = settings.neo4j_reader
        _require_read_only(readers, catalogue)
    return connect_to_read(readers, catalogue)


def _require_read_only(readers: Connection, catalogue: Catalogue) -> None:
    with connect_to_read(replace(readers, database="system"), catalogue) as system:
        try:
            privileges = system.rows(cypher.PRIVILEGES)
        except NoRoles as error:
            raise ReaderMissing from error
    if more := excess_privileges(privileges, readers.database, {*embedded_server.READABLE, *catalogue.readable}):
        raise ReaderMayMore(first=more[0], many=len(more))


def excess_privileges(privileges: Iterable[Mapping[str, Any]], database: str, readable: Collection[str]) -> list[str]:
    """The privileges of a Neo4j user beyond reading some labels and relationships of one database.

    A privilege that is not recognised counts as too much, unless exactly the same is denied too. Neo4j lets everybody
    run procedures and load files, so both have to be denied.

    Args:
        privileges: Rows of `cypher.PRIVILEGES`.
        database: The database that is queried.
        readable: The labels and relationship types that may be read.

    Returns:
        One text for each, "ACTION GRAPH SEGMENT", sorted; empty when there are none.
    """
    rights = [(str(row["access"]), _named(row)) for row in privileges]
    denied = {named for access, named in rights if access == "DENIED"}
    harmless = {f"NODE({name})" for name in readable} | {f"RELATIONSHIP({name})" for name in readable}
    excess = {
        " ".join(named)
        for access, named in rights
        if access != "DENIED" and named not in denied and not _is_harmless(named, database, harmless)
    }
    return sorted(excess)


def _named(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row["action"]), str(row["graph"]), str(row["segment"])


def _is_harmless(named: tuple[str, str, str], database: str, harmless: Collection[str]) -> bool:
    action, graph, segment = named
    return action == "access" or (action in READS and graph == database and segment in harmless)
