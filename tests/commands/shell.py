"""A shell for the tests: the command line run in this process, and what it answers."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relay import cli
from relay.commands import exits
from relay.domain.questions import NOTED
from relay.ledger import recording
from tests.rigs import neo4j_server
from tests.scenes import acts as say

if TYPE_CHECKING:
    import pytest

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection

ON = "2024-06-30"  # the day on which the tests' programme is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the first table, its header among them, as a pipe gets them."""
        table, _, _ = self.out.partition("\n\n")
        return [line.split("\t") for line in table.splitlines()]

    @property
    def pairs(self) -> dict[str, str]:
        """What is known of one thing."""
        return {row[0]: row[1] for row in self.rows}

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The one JSON value on stdout."""
        return json.loads(self.out)


class Shell:
    """Runs commands on a database, as a person does who set NEO4J_URI or RELAY_DATA."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Begin in an empty environment."""
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        for name in ("RELAY_DATA", "RELAY_URL", "RELAY_TOKEN", "RELAY_PROGRAMME", "NEO4J_URI", "NEO4J_PASSWORD"):
            monkeypatch.delenv(name, raising=False)

    def use(self, connection: Connection) -> None:
        """Let NEO4J_URI and the others name a database; the embedded engine speaks the same protocol."""
        for name, value in neo4j_server.settings(connection).items():
            self.monkeypatch.setenv(name, value)

    def run(self, *words: str) -> Answer:
        """Run one command."""
        self.monkeypatch.setattr(sys, "argv", ["relay", *words])
        self.capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        said = self.capsys.readouterr()
        return Answer(code=code, out=said.out, err=said.err)

    def ok(self, *words: str) -> Answer:
        """Run a command that must succeed."""
        answer = self.run(*words)
        assert answer.code == exits.DONE, answer
        return answer


def record(graph: Graph, *acts: Act, programme_id: str = "demo", by: str = "local:asha") -> None:
    """Record acts that must stand."""
    outcomes = recording.record(graph, programme_id, acts, say.clerk(by), answers=NOTED)
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def tell_story(graph: Graph) -> None:
    """Record a small programme.

    P1 split her two goats between P2 and P3; P2 passed two on to P4; P3's goat died. On 2024-06-30 P1 and P2 are
    fulfilled, P3 is lost since 2022-01-10, and P4, due on 2024-06-01, is late.

        G1 ── P1 ─┬─ P2 ── P4
                  └─ P3 †
    """
    record(
        graph,
        *say.beginnings(),
        say.placed("P1 on 2020-03-01"),
        say.passed("T1: P1 > P2 on 2021-03-01", animals=1),
        say.passed("T2: P1 > P3 on 2021-09-01", animals=1),
        say.passed("T3: P2 > P4 on 2022-06-01"),
        say.happened("E1: death of P3 on 2022-01-10", animals=1),
    )
