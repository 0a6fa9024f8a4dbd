"""What every test may ask for: the two engines, and a graph on each of them."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import argon2
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from playwright.sync_api import expect, sync_playwright
from werkzeug.routing import Rule
from xdist.scheduler import LoadScopeScheduling

from relay import graph as relay_graph
from relay.access import accounts
from relay.arrays import kernels as relay_loops
from relay.database import embedded_server
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from tests.rigs import chromium as debians
from tests.rigs import classes, demo_folder
from tests.rigs import neo4j_server as neo4j
from tests.rigs.soak import SOAK, left_to_soak
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE
from tests.systems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jinja2.bccache import Bucket
    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

    from relay.graph import Graph
    from relay.settings import Connection


if not SOAK:  # both engines are Java: a test of some seconds is over before it would have paid to compile them twice
    # With room for what they compile: by itself that is 48 MB then, which Neo4j fills within minutes.
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
# Started in the background by a shell, the tests would ignore Ctrl-C, and so would every command that they send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["XDG_CACHE_HOME"] = str(neo4j.ROOT / ".cache")  # where nobody's own is touched, and the next run finds it
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each command that a test runs compiles Relay anew
# Each run draws the same cases, and `make soak` new ones. How long one takes tells nothing: the machine may be busy.
settings.register_profile("relay", derandomize=not SOAK, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relay")


_LONGEST: Final = (
    "test_docs",
    "test_goldens",
    "test_every_page",
    "test_faults",
    "test_both_engines",
    "test_embedded_server",
)


def pytest_configure(config: pytest.Config) -> None:
    """Before any worker begins, have the engine's classes archived."""
    if not hasattr(config, "workerinput"):
        classes.have_them_archived()


def _on_neo4j(test: str) -> bool:
    return "neo4j" in test or "both_engines" in test


class _OneWorkerForNeo4j(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Give all tests on Neo4j to one worker, and each file of others to one.

    Neo4j plans a query when it is first asked, for half a second of a processor: a second server would plan it again.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "neo4j" if _on_neo4j(nodeid) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Have the tests given out as above; a test on Neo4j says so in its name."""
    return _OneWorkerForNeo4j(config, log)


def _turn(item: pytest.Item) -> int:
    if _on_neo4j(item.nodeid):
        return int(item.path.stem == "test_shared_neo4j")  # it changes the schema, after which all is planned anew
    return 2 if item.path.stem in _LONGEST else 3


_LEFT: Final = pytest.StashKey[Counter[str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make soak` what only it runs; begin with what takes longest, so that at the end no worker waits."""
    left = {item: why for item in items if (why := left_to_soak(item))}
    config.stash[_LEFT] = Counter(left.values())
    config.hook.pytest_deselected(items=[*left])
    items[:] = sorted((item for item in items if item not in left), key=_turn)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell who started this worker what it left; each worker collects everything, and leaves the same."""
    told, left = getattr(session.config, "workeroutput", None), session.config.stash.get(_LEFT, None)
    if told is not None and left:
        told["left_to_soak"] = dict(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """Hear what a worker left."""
    node.config.stash[_LEFT] = Counter(getattr(node, "workeroutput", {}).get("left_to_soak", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say in one line what `make soak` runs beyond this run, just above the line that says how long it took."""
    if left := config.stash.get(_LEFT, Counter[str]()):
        told = ", ".join(f"{number} {why}" for why, number in sorted(left.items()))
        terminalreporter.write_line(f"Left to make soak: {told}; and each drawn test at its full length.")


def pytest_collection_finish() -> None:
    """Have nobody look for garbage among all that was imported and collected."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def neo4j_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the one Neo4j, with its certificate."""
    home = tmp_path_factory.mktemp("neo4j")
    neo4j.certify(home)
    return home


@pytest.fixture(scope="session")
def neo4j_server(neo4j_home: Path) -> Iterator[Connection]:
    """Run a real Neo4j 5.26 with a password, for as long as the tests run; who wants TLS gets it."""
    with neo4j.serve(neo4j_home) as connection:
        for catalogue in (Catalogue(SYSTEMS), CATALOGUE):
            neo4j.prepare(connection, catalogue)
        yield connection


@pytest.fixture(scope="session")
def embedded_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Run the embedded engine in a folder of its own, for as long as the tests run."""
    data_folder = tmp_path_factory.mktemp("embedded")
    yield embedded_server.ensure(data_folder)
    embedded_server.stop(data_folder)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def demonstration(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Run an engine that holds the demonstration and the villages, as `relay demo` loads them; tests only read them."""
    data_folder = demo_folder.copied(shared_folder, tmp_path_factory.mktemp("demonstration") / "data")
    yield embedded_server.ensure(data_folder)
    embedded_server.stop(data_folder)


@pytest.fixture(scope="session", params=["embedded_engine", "neo4j_server"], ids=["embedded", "neo4j"])
def connection(request: pytest.FixtureRequest) -> Connection:
    """Give the address of a database; a test that asks for it is run on both engines."""
    found: Connection = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def graphs(connection: Connection) -> Iterator[Callable[[Catalogue], Graph]]:
    """Connect to each engine once for each catalogue: each time it would look at the password and the schema."""
    with ExitStack() as opened:

        @cache
        def connected(catalogue: Catalogue) -> Graph:
            return opened.enter_context(relay_graph.connect(connection, catalogue))

        yield connected


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine."""
    return wiped(graphs(CORE))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, and wait for what a page shall show as patiently as for the page itself."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = debians.launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords with less memory and time than Relay does: what is tested is who is let in, not the cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=1024))
        yield


class _Compiled(BytecodeCache):
    """Templates that were compiled once in this process: each test may make an application of its own."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """Compile each template once, not once for each application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Compile each address once, not once for each application: three quarters of what making one costs."""
    compiled, compile_anew = dict[Any, Any](), Rule._compile_builder  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def compiled_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        key = (self.rule, (*self._trace,), repr(self.defaults), append_unknown)  # pyright: ignore[reportPrivateUsage]
        if key not in compiled:
            compiled[key] = compile_anew(self, append_unknown)
        found: Callable[..., tuple[str, str]] = compiled[key]
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiled_once)
        yield


@pytest.fixture(params=["plain", "compiled"] if find_spec("numba") else ["plain"])
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the loops over columns plain, and compiled where numba is installed."""
    for limit in ("COMPILE_FROM", "COMPILE_AFTER"):
        monkeypatch.setattr(relay_loops, limit, 0 if request.param == "compiled" else 10**9)
