"""The texts of all queries, of the core and of the systems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec

from relay.database import cypher
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS

_PATTERN = re.compile(r"\bMATCH (\([^)]*\)(?:<?-\[[^\]]*\]->?\([^)]*\))+)")


def _begins_elsewhere(text: str) -> list[str]:
    """The patterns that name a key, and begin at nodes of which nothing is known but their label."""
    found = (match[1] for match in _PATTERN.finditer(text))
    return [each for each in found if "{key:" in each and ":" in (first := each.partition(")")[0]) and "{" not in first]


def texts(value: object) -> Iterable[str]:
    """The texts of a constant: itself, or all that it maps to or lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts(each)


def test_a_look_up_begins_at_what_is_known_since_the_embedded_engine_reads_a_pattern_from_its_left() -> None:
    assert _begins_elsewhere("MATCH (n:Line)-[:AT]->(:Meeting {key: $key}) RETURN n") != []
    assert _begins_elsewhere("MATCH (:Meeting {key: $key})<-[:AT]-(n:Line) RETURN n") == []
    assert _begins_elsewhere("MATCH (n)-[:AT]->(:Meeting {key: $key}) RETURN n") == []

    modules = [cypher, *(import_module(f"{each.room}.cypher") for each in SYSTEMS if find_spec(f"{each.room}.cypher"))]
    statements = cypher.statements(Catalogue(SYSTEMS))
    said = [*texts(asdict(statements))]
    said += [text for module in modules for text in texts({**vars(module)}) if "MATCH" in text]

    assert [each for text in said for each in _begins_elsewhere(text)] == []
