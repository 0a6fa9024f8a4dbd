"""`relay serve`: for this machine alone, or behind a proxy that speaks TLS, and nothing between."""

from __future__ import annotations

import logging
import re
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts
from relay.access.roles import OWNER
from relay.errors import Invalid, Refused
from relay.settings import Settings
from relay.web import serve, server
from relay.web.traffic.listener import listener
from tests.rigs.in_a_thread import close

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph

WORDS = "goats pass from hand to hand"


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Give the settings of a new data folder."""
    return Settings.read({"RELAY_DATA": str(tmp_path)})


@pytest.fixture
def account(recorded: Graph) -> Iterator[None]:
    """Give somebody who can sign in with a password."""
    accounts.add(recorded, "chief", OWNER, WORDS, datetime.now(UTC))
    yield
    accounts.remove(recorded, "chief")


class Served:
    """A server that runs beside the test, on a port of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Keep the server, to close it."""
        self.said: list[str] = []
        self.spoke = threading.Event()
        self.threads: list[threading.Thread] = []
        self.server: Any = None

        def kept(*args: Any, **how: Any) -> Any:  # noqa: ANN401 - as the front has it
            self.server = listener(*args, **how)
            return self.server

        monkeypatch.setattr(server, "listener", kept)

    def say(self, sentence: str) -> None:
        """Hear what is said."""
        self.said.append(sentence)
        self.spoke.set()

    def get(self, path: str = "", **headers: str) -> tuple[int, str]:
        """Ask for a path of the address that was said, following where it leads."""
        found = re.search(r"http://[^ ]+", self.said[0])
        assert found
        url = f"{found[0].rstrip('/')}{path}"
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        try:
            with opener.open(urllib.request.Request(url, headers=headers), timeout=20) as answer:  # noqa: S310 - loopback
                return answer.status, answer.url
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Give a server that is closed in the end."""
    log = logging.getLogger("relay.web")
    before = (log.handlers, log.level, log.propagate)
    served = Served(monkeypatch)
    yield served
    close(served.server)
    for thread in served.threads:
        thread.join(timeout=10)
    log.handlers, log.level, log.propagate = before


def run(served: Served, graph: Graph, settings: Settings, **how: Any) -> None:  # noqa: ANN401
    thread = threading.Thread(target=lambda: serve(graph, settings, owner="asha", announce=served.say, **how))
    served.threads.append(thread)
    thread.start()
    assert served.spoke.wait(30)


def test_a_new_installation_works_for_its_owner_at_once_and_for_nobody_else(
    served: Served, recorded: Graph, own: Settings
) -> None:
    run(served, recorded, own)

    address = served.said[0]
    assert address.startswith("Relay is at http://127.0.0.1:")
    status, url = served.get()
    assert (status, url.count("/")) == (200, 3)  # the front page
    assert served.get()[0] == 404  # the link opens once
    assert (own.data_folder / "session.key").stat().st_mode & 0o777 == 0o600
    accounts.remove(recorded, "asha")


@pytest.mark.parametrize("host", ["::", "10.0.0.1", "192.0.2.1", "relay.example.org"])
@pytest.mark.parametrize("how", [(None, None), ("relay.example.org", None), (None, "192.0.2.7")], ids=str)
def test_no_other_machine_is_listened_to_without_a_site_and_its_proxy(
    recorded: Graph, own: Settings, host: str, how: tuple[str | None, str | None]
) -> None:
    with pytest.raises(Refused, check=server.NOT_THIS_MACHINE.matches):
        serve(recorded, own, owner="asha", host=host, site=how[0], proxy=how[1], announce=print)


def test_a_site_to_which_nobody_could_sign_in_prints_a_link_until_somebody_can(
    served: Served, recorded: Graph, own: Settings
) -> None:
    for each in accounts.all_accounts(recorded):
        accounts.remove(recorded, each.login)
    run(served, recorded, own, site="relay.example.org", proxy="127.0.0.1")

    link = re.search(
        r"https://relay.example.org(/sign-in/once/[\w-]+), by the proxy that asks (http://\S+)", served.said[0]
    )
    assert link
    served.said[0] = link[2]
    host = {"Host": "relay.example.org", "X-Forwarded-Proto": "https"}
    accounts.add(recorded, "chief", OWNER, WORDS, datetime.now(UTC))
    assert served.get(link[1], **host)[0] == 404
    accounts.remove(recorded, "chief")
    assert served.get(link[1], **host)[0] != 404
    accounts.remove(recorded, "asha")


@pytest.mark.parametrize("site", ["https://relay.example.org", "relay.example.org/relay", ""])
def test_a_site_is_a_name_and_no_address(recorded: Graph, own: Settings, site: str) -> None:
    with pytest.raises(Invalid, match="host name alone"):
        serve(recorded, own, owner="asha", site=site, announce=print)


@pytest.mark.usefixtures("account")
def test_a_site_believes_its_proxy_alone(served: Served, recorded: Graph, own: Settings) -> None:
    run(served, recorded, own, site="relay.example.org", proxy="127.0.0.1")

    assert served.said[0].startswith("Relay is at https://relay.example.org/, by the proxy that asks http://127.0.0.1:")
    host = {"Host": "relay.example.org"}
    assert served.get("/sign-in", **host)[0] == 403
    assert served.get("/sign-in", **host, **{"X-Forwarded-Proto": "https"})[0] == 200
    assert served.get("/healthz", Host="localhost")[0] == 200


@pytest.mark.usefixtures("account")
def test_a_site_does_not_believe_another_that_it_was_encrypted(served: Served, recorded: Graph, own: Settings) -> None:
    run(served, recorded, own, site="relay.example.org", proxy="192.0.2.7")

    headers = {"Host": "relay.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
    assert served.get("/sign-in", **headers)[0] == 403
