"""Every Cypher text is run on both engines, and what it reads is the same: of a record of drawn acts of every kind.

Acts and hashes are the same on both, since one holds the other's backup; what a text writes is taken back again.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast

import pytest

from relay import graph as relay_graph
from relay.backup import ledger_backup
from relay.database import cypher
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from tests.database.test_cypher import texts
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes.acts import clerk
from tests.whole.test_round_trip import book_of, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relay.graph import Graph, Transaction
    from relay.settings import Connection

EVERYTHING: Final = Catalogue(SYSTEMS)
OWN: Final = "demo"
OF_NEO4J_ALONE: Final = {"relay.database INDEXES", "relay.database PRIVILEGES"}
"""What Neo4j tells of itself: tests/database/test_shared_neo4j.py and tests/access/test_read_only_user.py."""
OF_THE_SCHEMA: Final = {"migrations", "indexes"}
"""What each test's Neo4j is given as it is connected to, and the embedded engine as it is made."""
OF_THE_PAGE: Final = {"relay.database TO_START_FROM"}
"""Queries about the demonstration, which are those of docs/cypher.md: tests/database/test_both_engines.py."""
BEGINNINGS: Final = {"relay.database WRITE_HEAD"}
"""What is run with each of the texts that go on from it, and is none by itself."""
NOT_THE_SAME: Final = {
    f"relay.database {name}"
    for name in ("TRAIL", "TRAIL_HEAD", "ENROLMENTS", "SCHEMA", "ANY_NODE", "OTHER_NODES", "LOCK")
}
"""What tells who restored, which one of the two did, systems of other tests, marks of locks, or any one node."""

WRITES: Final = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE)\b")
LABEL_OF_KEYS: Final = re.compile(r":`?(\w+)`? \{key: ")
NAME: Final = re.compile(r":\s*`?\w+`?|\$\w+|'\w+'")
EARLY, LATE = "2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
MANY: Final = 25  # keys of each label that are asked about

ACCESSES: Final = {
    "chain": {
        "key": "access/p/2026-11-a",
        "of": f"{OWN}/2026-11",
        "scope": OWN,
        "chain": "2026-11-a",
        "sequence": 1,
        "at": EARLY,
        "hash": "h",
    },
    "line": {"key": "access/p/2026-11-a/1", "of": f"{OWN}/2026-11", "scope": OWN, "chain": "2026-11-a", "sequence": 1},
}
"""The chain of an access log, and its line."""

SAID: Final[dict[str, Any]] = {
    "ledger": OWN,
    "programme_id": OWN,
    "scope": OWN,
    "month": "2026-11",
    "months": [f"{OWN}/2026-11"],
    **ACCESSES,
    "line": {"key": "access/p/2026-11-a/2"},
    "previous_hash": "h",
    "programme": f"{OWN}/programme/{OWN}",
    "holder": f"{OWN}/beneficiary/",
    "prefix": f"{OWN}/entry/",
    "corrections": f"{OWN}/correct:",
    "beginning": f"{OWN}/",
    "first": 1,
    "last": 40,
    "sequences": [1, 2, 3],
    "sequence": 7,
    "after": 0,
    "skip": 0,
    "many": 30,
    "limit": 20,
    "most": 1000,
    "no_day": -(2**31),
    "as_of": date(2030, 1, 1),
    "unit": "none",
    "help": "goat",
    "kinds": ["pass", "placement", "correct"],
    "kind": "",
    "level": "ward",
    "by": "",
    "act_id": "",
    "ending": "",
    "hash": "",
    "texts": ['"'],
    "code": "",
    "made": "{}",
    "failed_at": LATE,
    "before": LATE,
    "from": EARLY,
    "now": LATE,
    "since": None,
    "used_at": LATE,
    "lock": "asha",
    "others": ["another"],
    "group_id": None,
    "login": "asha",
    "token_id": "t",
    "device_id": "d",
    "of": "device",
    "names": ["beneficiary:B0001"],
    "origin": "",
    "projection": 1,
    "publisher": "asha",
    "entry": {"key": "e", "sequence": 1},
    "ceremony_id": "none",
    "meeting_id": "M",
    "account": {"key": "b"},
    "token": {"key": "b"},
    "device": {"key": "b"},
    "published": {"key": OWN},
    "map": {"key": "m"},
    "rows": [{"key": "k", "start": "a", "end": "b", "properties": {"key": "k"}, "shown": {}}],
}
"""Parameter → what is given for it; a list that is not named is empty."""
OTHERWISE: Final[Mapping[str, dict[str, Any]]] = {
    " COLUMNS ": {"first": f"{OWN}/", "beyond": f"{OWN}0", "many": 1000},
    " BORDER ": {"first": f"{OWN}/", "beyond": f"{OWN}0", "many": 1},
    " ENTRIES_FOUND ": {"first": EARLY},
    " PERSONAL ": {"people": f"{OWN}/beneficiary/"},
    " WRITERS_OF_SETTLED ": {"act_id": "pass:T"},
    " SETTLED_OF_DEVICE ": {"since": EARLY},
    " FAILED_TRIES ": {"keys": ["f"]},
    " BACKUPS ": {"key": "all"},
    " FOLLOWED_TRAIL ": {"of": "p"},
    " FIRST_ACCESS ": {"chain": {"key": "access/p/2026-11-b"}},
    " NEWEST_ACCESSES ": {"of": f"{OWN}/2026-11"},
    " ACCESSES ": {"of": f"{OWN}/2026-11"},
    " ACCESSES_OF_CHAINS ": {"chains": [ACCESSES["chain"]]},
    " DELETE_ACCESSES ": {"of": f"{OWN}/2026-11"},
    " DROP_OPENED ": {"prefix": "none/", "first": 1, "last": 2},
    " DROP_ENTRIES ": {"prefix": "none/", "first": 1, "last": 2},
    " SET_COPIED ": {"copy": {"copied_at": ""}},
    " SET_COPY ": {"copy": {"copy_of": "https://relay.example.org"}},
    " SET_TOKEN ": {"values": {"alarm": ""}},
    " ADD_FOLLOWED_TRAIL ": {"rows": [{"key": "trail/p/1", "of": "p", "sequence": 1}]},
    " PUT_ACCESS": {"rows": [{"key": "k"}]},
    " HOLD ": {"rows": [{"key": "k"}]},
    " KEEP_VIEWS ": {"rows": [{"key": "k"}]},
    " DELETE_OWN_VIEWS ": {"by": "a"},
    " NAMED_IN_TEXT ": {"text": "somebody"},
    "export ": {"last": 10**9},
}
"""Part of a name → what is given to such a text in the place of that."""

KEPT: Final[Mapping[str, dict[str, Any]]] = {
    "ADD_ACCOUNT": {"account": {"key": "asha", "login": "asha"}},
    "ADD_TOKEN": {
        "token": {
            "key": "t",
            "token_id": "d",
            "of": "device",
            "login": "asha",
            "created_at": EARLY,
            "expires_at": LATE,
            "revoked_at": "",
            "handed_in": 0,
        }
    },
    "KEEP_MAP": {"key": "m", "map": {"key": "m", "scope": OWN, "name": "m"}},
    "KEEP_VIEWS": {
        "rows": [{"key": "v", "scope": OWN, "view_id": "v", "title": "v", "kept_by": "a", "seen_by": "own"}]
    },
    "HOLD": {
        "rows": [
            {
                "key": f"h{state}",
                "held_id": f"h{state}",
                "scope": OWN,
                "device_id": "d",
                "state": state,
                "names": ["beneficiary:B0001"],
                "became": "pass:T",
                "by": "bina",
                "settled_by": "asha",
                "act_id": "pass:T",
                "received_at": "2024-01-01T00:00:00Z",
                "settled_at": "2024-01-02T00:00:00Z",
            }
            for state in ("open", "recorded")
        ]
    },
    "FIRST_ACCESS": ACCESSES,
    "COUNT_FAILED_TRY": {"key": "f", "source": "s", "now": EARLY, "forgotten": EARLY},
    "NOTE_BACKUP": {"key": "all", "made": "{}"},
    "LOCK_TRAIL": {"origin": ""},
    "ADD_TO_TRAIL": {"sequence": 1, "hash": "", "entry": {"key": "trail/1", "sequence": 1, "kind": "device"}},
    "ADD_FOLLOWED_TRAIL": {"rows": [{"key": "trail/p/1", "of": "p", "sequence": 1}]},
    "PUBLISH": {"published": {"key": OWN, "programme_id": OWN}},
    "BEGIN_PUBLISHING": {"programme_id": OWN, "publisher": "asha"},
}
"""What no backup brings along: texts that write it, and one of each."""


@pytest.fixture(scope="module")
def engines(embedded_engine: Connection, neo4j_server: Connection) -> Iterator[tuple[Graph, Graph]]:
    """Give the record on each engine, the embedded one first; Neo4j may plan for as long as a busy machine makes it."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        patch.setattr(relay_graph, "SILENCE_SECONDS", relay_graph.LOCAL_SILENCE_SECONDS)
        embedded, neo4j = (
            wiped(opened.enter_context(relay_graph.connect(each, EVERYTHING)))
            for each in (embedded_engine, neo4j_server)
        )
        recorded(embedded, book_of(1)[1])
        ledger_backup.restore(neo4j, list(ledger_backup.backup_lines(embedded, encrypted=True)), clerk())
        for graph in (embedded, neo4j):
            graph.write(written)
        yield embedded, neo4j
        for graph in (embedded, neo4j):
            wiped(graph)


def written(transaction: Transaction) -> None:
    for name, said in KEPT.items():
        transaction.run(vars(cypher)[name], **said)


def asked() -> dict[str, LiteralString]:
    """Name → text, of all that the core and each system ask and write.

    Of what is composed for each kind of act `make soak` runs all, and every run one of each shape.
    """
    found = dict[str, str]()
    for room in ("relay.database", *(each.room for each in SYSTEMS if find_spec(f"{each.room}.cypher"))):
        for name, value in vars(import_module(f"{room}.cypher")).items():
            if name.isupper() and not name.startswith("_"):
                found |= {f"{room} {name} {number}": text for number, text in enumerate(texts(value))}
    shapes = set[tuple[str, frozenset[str]]]()
    for use, value in asdict(cypher.statements(EVERYTHING)).items():
        for number, text in enumerate(texts(value)):
            shape = (use, frozenset(NAME.sub("", part) for part in re.split(r"\bUNION\b|,\n", text)))
            if SOAK or shape not in shapes:
                found[f"{use} {number}"] = cypher.WRITE_HEAD + text if use == "write" else text
            shapes.add(shape)
    return {
        name: cast("LiteralString", text)  # type: ignore[redundant-cast]  # mypy takes it for str
        for name, text in found.items()
        if " " in text and name.rpartition(" ")[0] not in OF_NEO4J_ALONE | OF_THE_SCHEMA | OF_THE_PAGE | BEGINNINGS
    }


def parameters(name: str, text: str, keys: Mapping[str, list[str]]) -> dict[str, Any]:
    """What a text is asked with: of each parameter something that the record has.

    Args:
        name: Of the text.
        text: The text itself.
        keys: As `keys_of` gives them.
    """
    label = next(iter(LABEL_OF_KEYS.findall(text)), "Placement")
    some, acts = keys.get(label, []), keys["act_key"]
    women, placements, gifts = keys["Beneficiary"], keys["Placement"], keys["Gift"]
    given = SAID | {
        "key": some[0] if some else acts[0],
        "keys": some,
        "people": women,
        "acts": acts,
        "placements": placements,
        "places": keys["Place"],
        "gifts": gifts,
        "groups": keys["Group"],
        "holders": women,
        "beneficiaries": women,
        "gift": gifts[0],
        "placement": placements[0],
        "giver": placements[0],
        "act": acts[0],
        "givers": [{"said": each, "placement": each, "holder": None} for each in placements],
        "pairs": [{"one": one, "other": other} for one in women for other in women],
    }
    if "_AND_LOAD " in name:
        given["keys"] = {"women": women, "placements": placements, "entries": acts, "others": acts}
    for part, others in OTHERWISE.items():
        if part in name:
            given |= others
    return {each: given.get(each, []) for each in re.findall(r"\$(\w+)", text)}


def keys_of(graph: Graph) -> dict[str, list[str]]:
    """Label → the first keys of its nodes; "act_key" → those of entries by what they record."""
    rows = graph.rows("MATCH (n) WHERE n.key IS NOT NULL RETURN labels(n)[0] AS label, n.key AS key ORDER BY key")
    found = dict[str, list[str]]()
    for row in rows:
        found.setdefault(row["label"], []).append(row["key"])
    entries = graph.rows("MATCH (e:Entry) RETURN e.act_key AS key ORDER BY e.sequence")
    return {label: each[:MANY] for label, each in found.items()} | {"act_key": [row["key"] for row in entries[:MANY]]}


class TakenBack(Exception):
    """The end of a transaction that keeps nothing."""


def answered(graph: Graph, text: LiteralString, said: Mapping[str, Any]) -> list[str]:
    """The rows of a text, in an order of their own, what it wrote taken back."""
    found = list[str]()

    def work(transaction: Transaction) -> None:
        found[:] = sorted(repr(in_order(row)) for row in transaction.rows(text, **said))
        raise TakenBack

    if WRITES.search(text):
        with pytest.raises(TakenBack):
            graph.write(work)
        return found
    return sorted(repr(in_order(row)) for row in graph.rows(text, **said))


def in_order(value: Any) -> Any:  # noqa: ANN401 - of a row
    """A value whose lists and keys have one order: texts promise that of rows alone, and not all do."""
    if isinstance(value, dict):
        return sorted((key, in_order(each)) for key, each in value.items())
    if isinstance(value, list):
        return sorted((in_order(each) for each in value), key=repr)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def test_every_text_is_answered_alike_on_both_engines(engines: tuple[Graph, Graph]) -> None:
    keys, told, differing = keys_of(engines[0]), dict[str, bool](), list[str]()

    for name, text in asked().items():
        said = parameters(name, text, keys)
        one, other = (answered(graph, text, said) for graph in engines)
        if one != other and name.rpartition(" ")[0] not in NOT_THE_SAME:
            differing.append(name)
        if not WRITES.search(text):
            told[name] = bool(one)

    assert differing == []
    assert len(told) > 100
    assert len([name for name, anything in told.items() if not anything]) < len(told) / 5, told
