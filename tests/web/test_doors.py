"""Every number is a door: it leads to exactly the rows that it counts, or whose units are added up.

A number that counts nothing in the record is marked as a measure (days, a generation, what one placement owes) or as
the change beside two numbers that are doors.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from flask import request
from hypothesis import HealthCheck, Phase, given, settings

from relay.domain.questions import NOTED
from relay.ledger import recording
from relay.web.auditors.findings import FINDINGS, LOOKED_AT
from relay.web.lists.listing import ListPage
from relay.web.lists.programme_lists import LISTINGS
from relay.web.managers.inbox import WAITING
from tests.rigs.soak import drawn
from tests.scenes import acts as say
from tests.scenes import strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.testing import FlaskClient

    from relay.domain.acts import Act
    from relay.graph import Graph

PAGES: Final = (
    "",
    "?as_of=2024-01-01",
    "/health",
    "/health?as_of=2026-11-25&compare=2024-01-01&by=place&by=help&by=group&by=donor&by=sex&by=year&by=generation",
    "/health?as_of=2022-01-01&compare=2026-11-25",
    "/map",
    "/audit",
    "/findings",
    "/gifts",
    "/chains",
    "/placements",
    "/people",
    "/groups",
    "/places",
    "/rates?by=place",
    "/rates?by=help",
    "/waiting",
    "/place/PAL",
    "/group/S1",
    "/tree/gift:G1",
    "/tree/placement:P2",
)

MAIN: Final = (
    "?as_of=2023-01-01",
    "/health?as_of=2023-01-01&compare=2021-07-01&by=place&by=help&by=donor",
    "/gifts",
    "/chains",
    "/people",
    "/places",
    "/tree/gift:G1",
    "/gift/G1",
)
"""Of programmes beside the first."""

OTHERS: Final = {"findings": FINDINGS, "checked": LOOKED_AT, "waiting": WAITING}

TOLD: Final = frozenset({"td", "dd", "h2", "h3"})
"""Where numbers stand: in the cells of tables and cards, and in their headings."""

EXEMPT: Final = frozenset({"measure", "change", "state", "hash", "unseen", "why", "words"})
"""Classes of what is no count: a measure of one thing, the change beside two counts, a word, a sentence, a hash."""

_NAMES: Final = frozenset({"bdi", "time", "svg", "select", "option", "input", "button"})
_VOID: Final = frozenset({"input", "br", "img", "meta", "link", "rect", "path"})
_SHARE: Final = re.compile(r"[\d.,]+\s*%")


class Numbers(HTMLParser):
    """The numbers of a page: those that are doors, and those that stand bare in a cell or card."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.doors: list[tuple[float, str, str]] = []
        self.bare: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one in."""
        said = {name: value or "" for name, value in attrs}
        if "data-count" in said:
            where = said.get("href") or said.get("data-href", "")
            self.doors.append((float(said["data-count"]), where, said.get("data-of", "total")))
        if tag not in _VOID:
            skipped = tag in _NAMES or "data-count" in said or bool(EXEMPT & {*said.get("class", "").split()})
            self._open.append((tag, tag in TOLD, skipped))

    def handle_endtag(self, tag: str) -> None:
        """Leave it, and what was left open in it."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look for numbers in what is told."""
        told = any(told for _, told, _ in self._open) and not any(skipped for *_, skipped in self._open)
        if told and re.search(r"\d", _SHARE.sub("", data)):
            self.bare.append(data.strip())


def numbers_of(client: FlaskClient, path: str) -> Numbers:
    answer = client.get(path)
    assert answer.status_code == 200, path
    found = Numbers()
    found.feed(answer.text.partition("<main")[2].partition("</main>")[0])
    return found


def behind(app: Flask, where: str, of: str) -> float | None:
    """What a list holds that a number leads to: its rows, or units added up; made, but not written as a page."""
    with app.test_request_context(where):
        app.preprocess_request()
        name = str((request.view_args or {})["name"])
        page = ListPage.of_request(name, OTHERS[name] if name in OTHERS else LISTINGS[name])
        if of == "total":
            return len(page.rows)
        return getattr(page.units, of) if page.units else 0


def wrong_doors(client: FlaskClient, programme_id: str, pages: Sequence[str]) -> tuple[int, list[str]]:
    """How many doors were opened, and what is wrong with those that do not hold what they count."""
    doors = {
        (count, unescape(where), of, path)
        for path in pages
        for count, where, of in numbers_of(client, f"/p/{programme_id}{path}").doors
    }
    with client.application.app_context():  # so that the ledger's head is read once
        found = {(where, of): behind(client.application, where, of) for _, where, of, _ in sorted(doors)}
    wrong = [
        f"{path}: {count} {of} at {where}: {found[where, of]}"
        for count, where, of, path in sorted(doors)
        if found[where, of] != count
    ]
    return len(doors), wrong


@pytest.mark.parametrize(("programme_id", "pages"), [("hills", PAGES), ("demo", MAIN)])
def test_every_number_leads_to_exactly_the_rows_that_it_counts(
    client: FlaskClient, programme_id: str, pages: Sequence[str]
) -> None:
    opened, wrong = wrong_doors(client, programme_id, pages)

    assert wrong == []
    assert opened > 100


def test_the_list_behind_a_number_says_so(client: FlaskClient) -> None:
    due = client.get("/p/hills/placements?counted=due_animals&place=PAL").text

    total, owed = (re.search(rf'data-{of}="([^"]+)"', due) for of in ("total", "due_owed"))
    assert total
    assert owed
    assert re.search(rf">{total[1]}</small></h1>", due)
    assert f"Past their due date: {owed[1]} owed" in due


@pytest.mark.parametrize("page", PAGES)
def test_no_number_stands_bare_in_a_cell_or_a_card(client: FlaskClient, page: str) -> None:
    assert numbers_of(client, f"/p/hills{page}").bare == []


@settings(
    max_examples=drawn(6),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(offered=strategies.programmes())
def test_so_does_every_number_of_a_programme_that_is_drawn(
    client: FlaskClient, recorded: Graph, offered: list[Act]
) -> None:
    programme_id = f"drawn-{uuid4().hex}"
    acts = [say.programme(programme_id), *(act for act in offered if act.kind != "programme")]
    recording.record(recorded, programme_id, acts, say.clerk(), answers=NOTED)

    assert wrong_doors(client, programme_id, MAIN)[1] == []
