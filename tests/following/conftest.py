"""Two machines: one keeps a programme and serves it, the other keeps a copy; each has an engine and a data folder."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay import graph as relay_graph
from relay.access import followers
from relay.backup.encryption import public_key_of
from relay.database import embedded_server
from relay.following import fetching
from relay.following.copying import Keeper
from relay.ledger.batch import Clerk
from relay.ledger.verify import silent
from relay.service.client import Remote
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.in_a_thread import answering
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from relay.following.fetching import Compared, Followed
    from relay.graph import Graph
    from relay.settings import Connection

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
DEMO = "demo"


@dataclass
class Machines:
    """The two machines.

    Attributes:
        original: The database of the one that keeps the programme.
        copy: The database of the other.
        original_folder: The data folder of the one.
        copy_folder: The data folder of the other.
        url: Where the one answers.
        token: With which the other fetches.
        now: The time at both.
    """

    original: Graph
    copy: Graph
    original_folder: Path
    copy_folder: Path
    url: str
    token: str = ""
    now: datetime = NOON

    @property
    def line(self) -> fetching.Original:
        """The original as the copy reaches it."""
        return fetching.Original(remote=Remote(self.url, self.token), secret_key=fetching.secret_key(self.copy_folder))

    @property
    def keeper(self) -> Keeper:
        """The machine of the copy."""
        clerk = Clerk(by="local:bina", now=self.now, random=token_bytes)
        return Keeper(graph=self.copy, folder=self.copy_folder, clerk=clerk)

    def follow(self) -> Followed:
        """Fetch once, an hour after the last time."""
        self.now += timedelta(hours=1)
        return fetching.follow(self.line, self.keeper, programme_id=None, progress=silent)

    def compare(self) -> Compared:
        """Hold all entries against each other."""
        return fetching.compare(self.line, self.keeper, programme_id=None)

    @property
    def former_keeper(self) -> Keeper:
        """The machine of the original, once it follows in turn."""
        clerk = Clerk(by="local:asha", now=self.now, random=token_bytes)
        return Keeper(graph=self.original, folder=self.original_folder, clerk=clerk)

    def in_turn(self, url: str) -> fetching.Original:
        """The promoted copy as the former original reaches it at a URL, with a token made there."""
        token = let_follow(self.copy, "old-house", self.original_folder, self.now)
        return fetching.Original(remote=Remote(url, token), secret_key=fetching.secret_key(self.original_folder))

    def add_follower(self, name: str = "head-office", programme_id: str = DEMO) -> str:
        """Let the copy follow; its token."""
        self.token = let_follow(self.original, name, self.copy_folder, self.now, programme_id)
        return self.token


def let_follow(graph: Graph, name: str, folder: Path, now: datetime, programme_id: str = DEMO) -> str:
    """Let the machine with a data folder follow a programme; its token."""
    key = public_key_of(fetching.secret_key(folder))
    return followers.add(
        graph, name, key, programme_id=programme_id, now=now, random=token_bytes, by="local:asha"
    ).secret


@contextmanager
def serving(graph: Graph, folder: Path, now: datetime = NOON) -> Generator[str]:
    """Serve a database's pages and API; where."""
    settings = Settings.read({"RELAY_DATA": str(folder)})
    with answering(create_app(graph, settings, now=lambda: now)) as url:
        yield url


@pytest.fixture(scope="session")
def second_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Run another embedded engine, for the copy."""
    data_folder = tmp_path_factory.mktemp("copy")
    yield embedded_server.ensure(data_folder)
    embedded_server.stop(data_folder)


@pytest.fixture
def machines(graph: Graph, second_engine: Connection, tmp_path: Path) -> Iterator[Machines]:
    """Give an original on each engine and a copy on the embedded one, both empty; nobody follows yet."""
    with relay_graph.connect(second_engine, CORE) as copy:
        wiped(copy)
        with serving(graph, tmp_path / "original") as url:
            yield Machines(
                original=graph,
                copy=copy,
                original_folder=tmp_path / "original",
                copy_folder=tmp_path / "copy",
                url=url,
            )
