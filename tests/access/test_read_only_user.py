"""Who asks queries of her own is kept from all else by the database, or asks nothing.

relay_reader   may read :Gift and [:FILLED] of the database neo4j, which is harmless here
PUBLIC         may also run procedures and load files, which has to be denied
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import pytest

from relay.access import read_only_user
from relay.database import embedded_server
from relay.domain.system import Catalogue
from relay.settings import Settings
from relay.systems import SYSTEMS
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.settings import Connection

COLUMNS: Final[tuple[str, ...]] = ("access", "action", "graph", "segment")
READABLE: Final = {"Gift", "FILLED"}
HARMLESS: Final = (
    "GRANTED access neo4j database",
    "GRANTED match neo4j NODE(Gift)",
    "GRANTED match neo4j RELATIONSHIP(FILLED)",
    "DENIED write * NODE(*)",
)
EVERYBODYS: Final = (
    "GRANTED access DEFAULT database",
    "GRANTED execute * PROCEDURE(*)",
    "GRANTED execute * FUNCTION(*)",
    "GRANTED load * ALL DATA",
)
DENIED: Final = tuple(each.replace("GRANTED", "DENIED") for each in EVERYBODYS[1:])
"""As Neo4j's manual lists privileges; the tests' own Neo4j, a Community Edition, has none to list."""


def beyond(*said: str) -> list[str]:
    rows: list[dict[str, str]] = [dict(zip(COLUMNS, each.split(" ", 3), strict=True)) for each in said]
    return read_only_user.excess_privileges(rows, "neo4j", READABLE)


def test_who_reads_what_is_readable_and_is_denied_what_everybody_may_is_let_in() -> None:
    assert beyond(*HARMLESS, *EVERYBODYS, *DENIED) == []


def test_what_everybody_may_is_too_much_until_it_is_denied() -> None:
    expected = ["execute * FUNCTION(*)", "execute * PROCEDURE(*)", "load * ALL DATA"]

    assert beyond(*HARMLESS, *EVERYBODYS) == expected
    assert beyond(*HARMLESS, *EVERYBODYS, *DENIED[:2]) == ["load * ALL DATA"]


@pytest.mark.parametrize(
    "more",
    [
        "match neo4j NODE(Personal)",
        "read neo4j NODE(Account)",
        "traverse neo4j NODE(*)",
        "match * NODE(Gift)",
        "write neo4j NODE(*)",
        "create_element neo4j NODE(Gift)",
        "set_property neo4j NODE(Gift)",
        "dbms_actions * database",
        "something_new neo4j NODE(Gift)",
    ],
)
def test_any_other_right_is_too_much_even_beside_a_narrower_denial(more: str) -> None:
    assert beyond(*HARMLESS, f"GRANTED {more}", "DENIED read neo4j NODE(Token)") == [more]


def test_without_a_named_user_neo4j_is_not_even_asked(tmp_path: Path) -> None:
    nowhere = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x", "RELAY_DATA": str(tmp_path)}

    with pytest.raises(read_only_user.ReaderMissing):
        read_only_user.connect(Settings.read(nowhere), CORE)


def test_an_edition_of_neo4j_without_roles_lets_nobody_in_whoever_is_named(
    neo4j_server: Connection, tmp_path: Path
) -> None:
    here = {"NEO4J_URI": neo4j_server.uri, "NEO4J_PASSWORD": neo4j_server.password, "RELAY_DATA": str(tmp_path)}
    named = {"NEO4J_READER": neo4j_server.user, "NEO4J_READER_PASSWORD": neo4j_server.password}

    with pytest.raises(read_only_user.ReaderMissing, match="Community Edition has no such users"):
        read_only_user.connect(Settings.read(here | named), CORE)


def test_a_user_who_may_more_is_told_apart_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, rows = list[str](), [{"access": "GRANTED", "action": "write", "graph": "*", "segment": "NODE(*)"}]

    class Double:
        """A Neo4j with roles, as far as it is asked here: the tests' own has none."""

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def rows(self, query: str) -> list[dict[str, str]]:
            asked.append(query)
            return rows

    def double(*_: object) -> Double:
        return Double()

    monkeypatch.setattr(read_only_user, "connect_to_read", double)
    here = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x", "RELAY_DATA": str(tmp_path)}
    settings = Settings.read(here | {"NEO4J_READER": "relay_reader", "NEO4J_READER_PASSWORD": "y"})
    assert settings.neo4j_reader == replace(settings.neo4j, user="relay_reader", password="y")  # type: ignore[type-var]

    with pytest.raises(read_only_user.ReaderMayMore, match=r"write \* NODE"):
        read_only_user.connect(settings, CORE)
    rows.clear()

    assert isinstance(read_only_user.connect(settings, CORE), Double)
    assert len(asked) == 2


def test_the_operators_page_grants_exactly_what_is_readable() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
    granted = re.search(r"GRANT MATCH \{\*\} ON GRAPH neo4j ELEMENTS ([^;]*) TO relay_reader;", page)

    assert granted
    every = {*embedded_server.READABLE, *Catalogue(SYSTEMS).readable}
    assert re.findall(r"\w+", granted[1]) == sorted(each for each in every if "~" not in each)
