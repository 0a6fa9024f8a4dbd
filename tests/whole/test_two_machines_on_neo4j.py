"""Two web machines on one Neo4j, with data folders of their own, behind a balancer that alternates.

Every second request is answered by the other machine: what a page keeps until the next one has to be known to both.
"""

from __future__ import annotations

import json
import re
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from relay import private_files
from relay.access import accounts, sign_in_tries
from relay.access.roles import grant_of
from relay.graph import connect
from relay.ledger import checkpoints, recording
from tests.rigs.browsing import Browser
from tests.rigs.served import PATIENCE_SECONDS, Service, serving, speaking_to, token
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.readers import WORDS
from tests.web.reading import words
from tests.web.recording.test_routes import Inputs

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from relay.graph import Graph
    from relay.settings import Connection

Machines = tuple[Service, Service]


@pytest.fixture
def graph(neo4j_server: Connection) -> Iterator[Graph]:
    """Give the database of both machines, empty."""
    with connect(neo4j_server, CORE) as shared:
        yield wiped(shared)


@contextmanager
def two_machines(neo4j: Connection, folder: Path) -> Generator[Machines]:
    """Two services, each with a data folder of its own, and with the two keys that docs/operators.md names alike."""
    checkpoints.make_key(folder, "demo", secrets.token_bytes)
    private_files.create_or_read(folder / "session.key", secrets.token_hex(32).encode())
    environ = speaking_to(neo4j) | {
        "RELAY_SESSION_KEY_FILE": str(folder / "session.key"),
        "RELAY_CHECKPOINT_KEY_FILE": str(checkpoints.key_path(folder, "demo")),
    }
    for name in ("one", "two"):
        (folder / name).mkdir()
    with (
        serving(environ | {"RELAY_DATA": str(folder / "one" / "data")}, folder / "one") as one,
        serving(environ | {"RELAY_DATA": str(folder / "two" / "data")}, folder / "two") as two,
    ):
        yield one, two


def api(machine: Service, path: str, secret: str) -> dict[str, object]:
    """What the API of one of them answers."""
    request = Request(f"{machine.url}/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})  # noqa: S310 - loopback
    with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback
        found: dict[str, object] = json.load(answer)
        return found


def signed_in(browser: Browser, login: str, password: str = WORDS) -> str:
    """Sign in by the form; the page that follows."""
    return browser.open("/sign-in", {"csrf_token": browser.token("/sign-in"), "login": login, "password": password})[1]


def filled(browser: Browser, path: str, step: str, page: str, **typed: str) -> tuple[str, str]:
    """Send a page's form as it stands, with what is typed, for one of its steps."""
    return browser.open(path, Inputs(page).sent | typed | {"form.step": step})


def test_what_a_page_keeps_until_the_next_request_both_machines_know(
    neo4j_server: Connection, graph: Graph, tmp_path: Path
) -> None:
    """Each of the two begins every walk once: of all that is sent one after the other, they answer in turn."""
    relays.record(graph, "demo", list(relays.small()))
    maya = tuple(map(grant_of, ("manager", "staff", "auditor", "administrator")))
    accounts.add(graph, "maya", maya, WORDS, datetime.now(UTC))
    with two_machines(neo4j_server, tmp_path) as machines:
        for turn, (first, second) in enumerate((machines, machines[::-1])):
            browser = Browser(first.url, second.url)
            assert "Sign out" in signed_in(browser, "maya")
            csrf = {"csrf_token": browser.token("/p/demo/find")}

            where, page = browser.open("/p/demo/find", csrf | {"q": "Name of W1"})
            assert ("Name" in where, "beneficiary:W1" in page) == (False, True)
            assert "beneficiary:W1" in browser.open(where)[1]
            assert 'value="Name of W"' in browser.open("/p/demo/tree/gift:G1", csrf | {"q": "Name of W"})[1]

            for names in ("on", "off"):
                browser.open("/p/demo/names", csrf | {"names": names}, {"Referer": f"{first.url}/p/demo/people"})
                assert ("Name of W1" in browser.open("/p/demo/people")[1]) == (names == "on")

            browser.open("/p/demo/placements/views", csrf | {"query": "state=late", "title": f"Late {turn}"})
            assert f"Late {turn}" in browser.open("/p/demo/placements")[1]

            form = dict(
                re.findall(r'name="(csrf_token|code)" value="([^"]+)"', browser.open("/p/demo/gift/G1/links")[1])
            )
            made = browser.open("/p/demo/gift/G1/links", form)[1]
            story = re.search(r'link-made">https?://[^/]+(/s/[^<]+)<', made)
            assert story
            assert all("Passing the Relay" in browser.open(story[1])[1] for _ in machines)

            path = "/p/demo/new/person"
            named = {"beneficiary_id": f"NILA-{turn}", "name": f"Nila {turn}", "sex": "F"}
            checked = filled(browser, path, "check", browser.open(path)[1], **named)[1]
            where, done = filled(browser, path, "record", checked)
            assert f"NILA-{turn}" in browser.open("/p/demo/people")[1]
            undo = f"{where.removesuffix('/recorded')}/undo"
            assert "Taken back: " in words(browser.open(undo, Inputs(done).sent)[1])
            assert f"NILA-{turn}" not in browser.open("/p/demo/people")[1]


def test_one_log_one_key_one_count_of_guesses_and_no_erased_name(
    neo4j_server: Connection, graph: Graph, tmp_path: Path
) -> None:
    relays.record(graph, "demo", list(relays.small()))
    secret = token(graph, "asha", "manager", "auditor", "administrator")
    accounts.add(graph, "maya", (grant_of("manager"),), WORDS, datetime.now(UTC))
    with two_machines(neo4j_server, tmp_path) as machines:
        keys = {str(api(each, "/programmes/demo/ledger/checkpoint", secret)["public_key"]) for each in machines}
        for each in machines:
            api(each, "/programmes/demo/show/P5", secret)
        logs = [api(each, "/programmes/demo/accesses", secret) for each in machines]
        sound = [api(each, "/programmes/demo/accesses/verify", secret) for each in machines]
        browser = Browser(*(each.url for each in machines))
        for _ in range(sign_in_tries.FREE):
            with pytest.raises(HTTPError, match="401"):
                signed_in(browser, "maya", "not the words")
        with pytest.raises(HTTPError, match="429"):
            signed_in(browser, "maya")

        named = "/programmes/demo/names?beneficiary_id=W1"
        assert all("Name of W1" in str(api(each, named, secret)) for each in machines)
        recording.record(graph, "demo", [say.erased("beneficiary:W1")], say.clerk())
        assert not any("Name of W1" in str(api(each, named, secret)) for each in machines)
    assert len(keys) == 1
    assert logs[0] == logs[1]
    assert [each["ok"] for each in sound] == [True, True]
    files = [path for name in ("one", "two") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if b"Name of W1" in path.read_bytes()] == []
