"""The digest of a week: counts that agree with the lists that they open, and no name."""

from __future__ import annotations

import re
from datetime import date, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts, devices
from relay.access.roles import Grant
from relay.domain.model import add_months
from relay.ledger import programme_heads
from relay.service.question import Source
from relay.service.questions.digest import DigestQuestion
from relay.web import digest_letter
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS
from tests.web.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.reports.digest import Digest
    from relay.settings import Settings

WEEK = "/p/week"
TODAY = relays.NOW.date()


@pytest.fixture(scope="module")
def week(recorded: Graph) -> Iterator[Graph]:
    """Give a programme with two wards, whose staff are ann (W1) and ben (W2), and a telephone of ann's.

    P1 of W1 broke three days ago, P2 of W1 and P4 of W2 broke two months ago and were on the visit list; P2 was visited
    yesterday. P3 of W1 is due in three days, P5 of W2 in forty.
    """

    def ago(days: int) -> str:
        return (TODAY - timedelta(days=days)).isoformat()

    def due_in(placement: str, days: int) -> str:
        return f"{placement} on {add_months(TODAY + timedelta(days=days), -24).isoformat()}"

    relays.record(
        recorded,
        "week",
        [
            say.programme("week"),
            say.rule(),
            say.gift(),
            say.place("W1", name="Dawn"),
            say.place("W2", name="Dusk"),
            *(
                say.woman(f"W{nth}", place_id=place, name=f"Junkiri {nth}")
                for nth, place in enumerate(("W1", "W1", "W1", "W2", "W2"), 1)
            ),
            *(say.placed(f"P{nth} on {ago(200)}") for nth in (1, 2, 4)),
            say.placed(due_in("P3", 3)),
            say.placed(due_in("P5", 40)),
            say.happened(f"E1: death of P1 on {ago(3)}", animals=2),
            say.happened(f"E2: death of P2 on {ago(60)}", animals=2),
            say.happened(f"E4: death of P4 on {ago(60)}", animals=2),
            say.happened(f"E5: visit of P2 on {ago(1)}"),
        ],
    )
    for login, place_id in (("ann", "W1"), ("ben", "W2")):
        grant = Grant(role="staff", programme_id="week", place_id=place_id)
        accounts.add(recorded, login, (grant,), WORDS, relays.NOW)
    yield recorded
    for login in ("ann", "ben"):
        accounts.remove(recorded, login)


def told(graph: Graph, settings: Settings, as_of: date = TODAY) -> Digest:
    source = Source(graph=graph, folder=settings.data_folder, now=relays.NOW)
    return DigestQuestion(as_of=as_of).ask(source, programme_heads.head(graph, "week"))


def test_a_week_is_counted_as_it_was(week: Graph, settings: Settings) -> None:
    found = told(week, settings)

    assert (found.broke, [(each.name, each.many) for each in found.broke_at]) == (1, [("Dawn", 1)])
    assert (found.due_soon, found.due, found.to_confirm, found.held) == (1, 2, 0, 0)
    assert [(each.place_names, each.logins, each.made, each.due) for each in found.visits] == [
        (("Dawn",), ("ann",), 1, 2),  # P2, and P3, which was due in ten days then
        (("Dusk",), ("ben",), 0, 2),  # P4 and P5
    ]


@pytest.mark.usefixtures("week")
def test_every_number_is_that_of_the_list_to_which_it_leads(reader: FlaskClient) -> None:
    page = reader.get(f"{WEEK}/digest").text
    links = re.findall(r'<li><a href="([^"]+)">(?:\w+: )?(\d+)', page)

    assert {path.partition("?")[0] for path, _ in links} == {f"{WEEK}/placements", f"{WEEK}/visits"}
    for path, many in links:
        if "state=due" not in path and "place=" not in path:
            total = re.search(r'data-total="(\d+)"', reader.get(path.replace("&amp;", "&")).text)
            assert total
            assert total[1] == many, path


def test_a_telephone_is_silent_after_two_weeks(week: Graph, settings: Settings, reader: FlaskClient) -> None:
    around = frozenset({"W1"})
    for days in (15, 13):
        now = relays.NOW - timedelta(days=days)
        made = devices.make_code(
            week, "ann", programme_id="week", place_id="W1", around=around, now=now, random=token_bytes
        )
        devices.enrol(week, made.code, f"{days} days", now=now, random=token_bytes)

    (silent,) = told(week, settings).silent

    assert (silent.login, silent.place_name, silent.held) == ("ann", "Dawn", 0)
    assert silent.heard_on == TODAY - timedelta(days=15)
    assert "The telephone of ann for Dawn has not been heard of since" in text_of(reader, f"{WEEK}/digest")


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "What is due"), ("fr", "Ce qui vient à échéance"), ("ne", "के बुझाउने बेला भयो")]
)
def test_the_letter_says_the_same_in_each_language_and_names_nobody(
    week: Graph, settings: Settings, language: str, heading: str
) -> None:
    letter = digest_letter(week, settings, "week", now=relays.NOW, language=language, site="relay.example.org")

    for text in (letter.text, letter.html):
        assert heading in text
        assert "https://relay.example.org/p/week/digest" in text
        assert "Junkiri" not in text
    assert 'href="https://relay.example.org/p/week/placements?since=' in letter.html


def test_only_managers_are_told(door: FlaskClient, people: dict[str, str]) -> None:
    asked = {
        role: door.get("/p/demo/digest", headers={"Authorization": f"Bearer {secret}"}).status_code
        for role, secret in people.items()
    }

    assert {role for role, status in asked.items() if status == 200} == {"manager"}
