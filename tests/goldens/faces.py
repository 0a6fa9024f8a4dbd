"""The two faces that are asked, command line and API: their clock stands still, and random bytes are the same."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import msgspec

from relay import cli
from relay.access import accounts, api_tokens
from relay.access.roles import ROLES, Grant, grant_of
from relay.commands.command_session import Session
from relay.ledger.batch import Clerk
from relay.service.question import Kind, sent_beside
from relay.service.questions.every import QUESTIONS
from relay.settings import Settings
from relay.web import create_app
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection

NOW: Final = datetime(2026, 11, 25, 6, 15, tzinfo=UTC)  # noon in Nepal, on the day that the demonstration is read
EVERYBODY: Final = "bina"  # an account that holds every role
_REQUEST: Final = {"X-Request-Id": "a-golden-request"}  # an error names it


class Seeded:
    """Random bytes that are the same in each run.

    Each length has a row of its own: an import makes salts while another thread locks the ledger.
    """

    def __init__(self) -> None:
        """Begin each row."""
        self._rows: dict[int, Random] = {}

    def begin_again(self) -> None:
        """Begin each row once more."""
        self._rows.clear()

    def __call__(self, length: int = 32) -> bytes:
        """That many bytes."""
        return self._rows.setdefault(length, Random(length)).randbytes(length)  # noqa: S311 - the same in each run


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Command line and API on one open graph.

    Attributes:
        graph: Open.
        settings: With a data folder of its own.
        random: For all that is recorded.
        secrets: Login → the token that proves it.
        client: Of the API.
        asks_twice: Whether a question is asked of the command line as well.
    """

    graph: Graph
    settings: Settings
    random: Seeded
    secrets: Mapping[str, str]
    client: Any
    asks_twice: bool

    # ------------------------------------------------------------------------------------------------ command line

    def run(self, *words: str) -> Said:
        """Run a command in a pipe."""
        session = Session(CORE)
        session.now, session.settings, session.graph = NOW, self.settings, self.graph
        session.by = "local:asha"
        session.clerk = Clerk(by=session.by, now=NOW, random=self.random)
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        code = 0
        with (
            patch.object(cli, "Session", return_value=session),
            patch.object(sys, "argv", ["relay", *words]),
            patch.object(sys, "stdin", io.StringIO()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
        return Said(code=code, out=_text(out), err=_text(err))

    def json(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """What a command prints with --json, which is written as it always is."""
        said = self.run(*words, "--json")
        assert said.code in (0, 3), said
        value = json.loads(said.out)
        assert said.out == f"{json.dumps(value, ensure_ascii=False, indent=2)}\n", words
        return value

    # ------------------------------------------------------------------------------------------------ API

    def ask(self, path: str, *, method: str = "GET", login: str | None = EVERYBODY, **how: Any) -> Any:  # noqa: ANN401 - werkzeug's
        """Ask the API, or a page's address."""
        headers = {**_REQUEST, **({"Authorization": f"Bearer {self.secrets[login]}"} if login else {})}
        return self.client.open(path, method=method, headers=headers, **how)

    def answered(self, programme_id: str, question: Kind, wish: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The API's answer to a question, which is written as it always is."""
        path = question.path.replace("<id>", str(wish.get("id")))
        beside = {each.name for each in sent_beside(question)}
        body = {name: value for name, value in wish.items() if name in beside}
        address = {name: _in_address(value) for name, value in wish.items() if name not in (*beside, "id")}
        how: dict[str, Any] = {"method": "POST", "json": body} if body else {}
        answer = self.ask(f"/api/v1/programmes/{programme_id}/{path}", query_string=address, **how)
        assert answer.status_code == 200, (question.name, wish, answer.text)
        return json_of(answer.text)


def json_of(text: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON of an answer of the API, which is written as it always is."""
    value = json.loads(text)
    assert text == f"{msgspec.json.encode(value).decode()}\n"
    return value


QUESTION: Final[Mapping[str, Kind]] = {each.name: each for each in QUESTIONS}

_COMMANDS: Final = {
    "sample": ("audit", "sample"),
    "entries": ("ledger", "log"),
    "verify": ("ledger", "verify"),
    "accesses": ("access", "log"),
}
"""The command that asks a question, where it is called otherwise."""

_WITHOUT_COMMAND: Final = frozenset({"told", "names", "resolve", "givers"})
_ARGUMENTS: Final = frozenset({("find", "text"), ("forecast", "about")})
_OPTIONS: Final = {"help": "--of", "noted": "--head"}


def words_of(question: str, wish: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The command that asks a question; None when there is none."""
    if question in _WITHOUT_COMMAND or "before" in wish:
        return None
    words = [*_COMMANDS.get(question, (question,))]
    for name, value in wish.items():
        if name == "id" or (question, name) in _ARGUMENTS:
            words.append(value)
        elif value is True:
            words.append(f"--{name.replace('_', '-')}")
        else:
            option = "--last" if question == "accesses" else _OPTIONS.get(name, f"--{name.replace('_', '-')}")
            words += [word for each in _several(value) for word in (option, str(each))]
    return tuple(words)


def _several(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a parameter
    return value if isinstance(value, tuple) else (value,)


def _in_address(value: Any) -> Any:  # noqa: ANN401 - a parameter
    return "true" if value is True else value


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written: Any = stream.buffer
    text: str = written.getvalue().decode()
    return text


@contextlib.contextmanager
def opened(graph: Graph, connection: Connection, folder: Path) -> Generator[Faces]:
    """Both faces on an empty graph; the working folder is one of its own meanwhile.

    Args:
        graph: Open, and empty.
        connection: To its database.
        folder: Empty.
    """
    random = Seeded()
    settings = Settings(
        data_folder=folder / "data",
        config_folder=folder / "config",
        neo4j=connection,
        url=None,
        token=None,
    )
    with (
        patch.object(secrets, "token_bytes", random),
        patch.dict(os.environ, {"COLUMNS": "80"}),
        contextlib.chdir(folder),
    ):
        settings.data_folder.mkdir()
        roles = {EVERYBODY: tuple(Grant(role=role) for role in ROLES), "staff": (grant_of("staff@relay-demo/PAL"),)}
        for login, grants in roles.items():
            accounts.add(graph, login, grants, None, NOW)
        issued = {login: api_tokens.issue(graph, login, days=30, now=NOW, random=random).secret for login in roles}
        client = create_app(graph, settings, now=lambda: NOW).test_client()
        yield Faces(
            graph=graph, settings=settings, random=random, secrets=issued, client=client, asks_twice=graph.embedded
        )
