"""Forms as they are sent: checked, asked, recorded once, undone, and never lost.

G1 ── P1, which W1 holds; W2 to W12 live beside her and hold nothing
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest

from relay.ledger import reading
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.reading import words

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

PROGRAMME: Final = "forms"
AT: Final = f"/p/{PROGRAMME}"


class Inputs(HTMLParser):
    """What the form of a page would send, as it was filled in by the page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and said.get("name") and (said.get("type") not in ("radio", "checkbox") or "checked" in said):
            self.sent[str(said["name"])] = said.get("value") or ""


@pytest.fixture
def clerk(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give the browser of Asha, in a programme of one placement and women who hold nothing."""
    if PROGRAMME not in {head.programme_id for head in reading.heads(recorded)}:
        women = (say.woman(f"W{number}", name=f"Maya {chr(64 + number)}") for number in range(1, 13))
        begun = (say.programme(PROGRAMME), say.rule(), say.gift(), *women, say.placed("P1 on 2020-03-01"))
        record(recorded, *begun, programme_id=PROGRAMME)
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


def step(client: FlaskClient, path: str, answer: TestResponse, step_: str, **typed: str) -> TestResponse:
    return client.post(path, data={**Inputs(answer.text).sent, **typed, "step": step_})


def filled(client: FlaskClient, path: str, **typed: str) -> TestResponse:
    """The answer to a form that is opened, filled in and checked."""
    opened = client.get(path)
    assert opened.status_code == 200, opened.text
    return step(client, path, opened, "check", **typed)


def entries(graph: Graph) -> list[str]:
    return [f"{entry.kind} {entry.payload.get('how', '')}".strip() for entry in reading.entries(graph, PROGRAMME)]


def test_a_pass_on_is_checked_recorded_told_and_undone(clerk: FlaskClient, recorded: Graph) -> None:
    path, before = f"{AT}/record/placement:P1/pass-on", len(entries(recorded))
    checked = filled(clerk, path, beneficiary_id="W2", animals="1", passed_on="today")
    assert checked.status_code == 200
    assert "Maya B" in words(checked.text)
    assert "25 Nov 2026" in words(checked.text)
    assert len(entries(recorded)) == before  # nothing yet

    done = step(clerk, path, checked, "record")
    assert done.status_code == 303
    answer = clerk.get(done.location)
    assert "Recorded: Maya A (W1) passed on 1 goat to Maya B (W2) on 2026-11-25" in words(answer.text)
    assert entries(recorded)[before:] == ["pass"]

    again = step(clerk, path, checked, "record")  # a double tap, or the back button
    assert (again.status_code, again.location) == (303, done.location)
    assert entries(recorded)[before:] == ["pass"]

    undone = clerk.post(f"{done.location.removesuffix('/recorded')}/undo", data=Inputs(answer.text).sent)
    assert undone.status_code == 303
    assert entries(recorded)[before:] == ["pass", "correct did_not_happen"]
    assert "Taken back: " in words(clerk.get(undone.location).text)
    assert ">Undo<" not in clerk.get(done.location).text
