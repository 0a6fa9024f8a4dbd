"""Every number is a door: it leads to exactly the rows that it counts, or whose units are added up.

Numbers in the cells, cards, headings and captions of every page are walked. One that is no door says why: `EXEMPT` and
`NOT_OF_THE_RECORD` tell all reasons there are. Sentences are read, not walked: what they count stands beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from flask import request
from hypothesis import HealthCheck, Phase, given, settings

from relay.access import access_log
from relay.access.access_log import Access
from relay.domain.questions import NOTED
from relay.ledger import recording
from relay.systems import SYSTEMS
from relay.web.auditors.findings import FINDINGS, LOOKED_AT
from relay.web.auditors.ledger import LEDGER
from relay.web.lists.listing import Listing, ListPage
from relay.web.lists.programme_lists import LISTINGS
from relay.web.managers.unconfirmed_pass_ons import WAITING
from tests.rigs.soak import drawn
from tests.scenes import acts as say
from tests.scenes import strategies
from tests.web import addresses, relays
from tests.web.addresses import FAILURES, HILLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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

OTHERS: Final = {"findings": FINDINGS, "checked": LOOKED_AT, "waiting": WAITING, "ledger": LEDGER}

OF_SYSTEMS: Final = {
    system.name: listing for system in SYSTEMS if isinstance(listing := system.part("pages", "COUNTED"), Listing)
}

TOLD: Final = frozenset({"td", "dd", "h1", "h2", "h3", "figcaption"})
"""Where numbers stand: in the cells of tables and cards, and in their headings."""

EXEMPT: Final[Mapping[str, str]] = {
    "measure": "it counts no rows: days, generations, people met more than once, comings, steps, rupees, what is owed",
    "apart": "it leads to nobody on purpose: few women, or what only some roles may know of one, such as her income",
    "change": "it is the difference of the two counts beside it, which are doors",
    "estimate": "statistics make it of all placements, and no list has its rows",
    "here": "the rows that it counts are all on this very page, in several tables",
    "state": "it is a word",
    "words": "it is a sentence",
    "why": "it is a sentence",
    "hash": "it is a hash",
    "unseen": "it repeats for the ear what stands beside it",
}
"""Class of what is no door → why not."""

NOT_OF_THE_RECORD: Final[Mapping[str, str]] = {
    "/api/v1/docs": "it tells how the record is asked",
    "/help/": "it tells what checks look for",
    "/print": "it is paper",
    "sheet": "it is paper",
    "/certificate": "it is paper",
    "/erased": "it is paper",
}
"""Part of a page's address → why nothing leads from its numbers anywhere."""

_NAMES: Final = frozenset({"bdi", "time", "svg", "select", "option", "input", "button", "code"})
_VOID: Final = frozenset({"input", "br", "img", "meta", "link", "rect", "path", "col", "hr", "wbr"})
_ROWS: Final = {"tbody": "tr", "ul": "li"}
"""What holds rows → what one of them is."""

_NO_COUNT: Final = re.compile(
    r"[\d.,]+\s*%|[0-9]{4}-[0-9]{2}(-[0-9]{2})?|[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}|[A-Z][a-z]+ 20[0-9]{2}"
    r"|[A-Za-z]+:?[0-9]+|Entry [0-9]+"
)
"""A share, whose two numbers are doors beside it; a day, a month; an id."""


class Numbers(HTMLParser):
    """The numbers of a page.

    Attributes:
        doors: Each with where it leads, and what is counted there.
        bare: What stands in a cell, card or heading with a number that is no door, and does not say why.
        here: What a heading counts, and how many rows the table or items the list below it has.
    """

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.doors: list[tuple[float, str, str]] = []
        self.bare: list[str] = []
        self.here: list[tuple[int, int]] = []
        self._open: list[tuple[str, bool, bool]] = []
        self._rows: int | None = None
        self._rows_of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one in."""
        said = {name: value or "" for name, value in attrs}
        if "data-count" in said:
            where = said.get("href") or said.get("data-href", "")
            self.doors.append((float(said["data-count"]), where, said.get("data-of", "total")))
        if tag in _ROWS and self.here and self._rows is None:
            self._rows, self._rows_of = 0, tag
        if self._rows is not None and tag == _ROWS[self._rows_of]:
            self._rows += 1
        if "data-rows" in said:
            self.here.append((int(said["data-rows"]), -1))
            self._rows, self._rows_of = None, ""
        if tag not in _VOID:
            skipped = (
                tag in _NAMES
                or not said.keys().isdisjoint({"data-count", "data-rows", "data-total"})
                or not EXEMPT.keys().isdisjoint(said.get("class", "").split())
                or bool(re.search(r"/ledger/[0-9]+$", said.get("href", "").partition("?")[0]))
            )
            self._open.append((tag, tag in TOLD, skipped))

    def handle_endtag(self, tag: str) -> None:
        """Leave it, and what was left open in it."""
        if tag in _VOID:
            return
        if tag == self._rows_of and self.here and self.here[-1][1] < 0:
            self.here[-1] = (self.here[-1][0], self._rows or 0)
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look for numbers in what is told."""
        told = any(told for _, told, _ in self._open) and not any(skipped for *_, skipped in self._open)
        if told and re.search(r"\d", _NO_COUNT.sub("", data)):
            self.bare.append(data.strip())


def numbers_of(client: FlaskClient, path: str) -> Numbers:
    answer = client.get(path)
    assert answer.status_code in (200, FAILURES.get(path)), path
    found = Numbers()
    found.feed(answer.text.partition("<main")[2].partition("</main>")[0])
    return found


def behind(app: Flask, where: str, of: str) -> float | None:
    """What a list holds that a number leads to: its rows, or units added up; made, but not written as a page."""
    with app.test_request_context(where):
        app.preprocess_request()
        name = str((request.view_args or {})["name"])
        known = OF_SYSTEMS if str(request.endpoint).endswith(".counted") else OTHERS if name in OTHERS else LISTINGS
        page = ListPage.of_request(name, known[name])
        if of == "total":
            return len(page.rows)
        return getattr(page.units, of) if page.units else 0


def wrong_doors(client: FlaskClient, pages: Iterable[str]) -> tuple[int, list[str]]:
    """How many doors were opened, and what is wrong with those that do not hold what they count."""
    doors = {
        (count, unescape(where), of, path) for path in pages for count, where, of in numbers_of(client, path).doors
    }
    found = dict[tuple[str, str], float | None]()
    for _, leading in groupby(sorted((where, of) for _, where, of, _ in doors), lambda door: door[0].split("/")[2]):
        with client.application.app_context():  # so that the head of a programme's ledger is read once
            found |= {(where, of): behind(client.application, where, of) for where, of in leading}
    wrong = [
        f"{path}: {count} {of} at {where}: {found[where, of]}"
        for count, where, of, path in sorted(doors)
        if found[where, of] != count
    ]
    return len(doors), wrong


def reached(client: FlaskClient, begin: str, most: int) -> list[str]:
    """The pages of a programme that links lead to from its first one, so many of each kind at most; each is there."""
    routes, seen, many = client.application.url_map.bind("localhost"), {begin}, Counter[object]()
    pages = [begin]
    for page in pages:  # more are added meanwhile
        answer = client.get(page)
        assert answer.status_code in (200, 404), page  # a ceremony of a day to come is not there yet
        for link in dict.fromkeys(unescape(each) for each in re.findall(r'href="([^"#]+)', answer.text)):
            path = link.partition("?")[0]
            if link in seen or not f"{path}/".startswith(f"{begin}/") or re.search(r"\.[a-z]+$", path):
                continue
            seen.add(link)
            endpoint, names = routes.match(path)
            about = (endpoint, *(str(names.get(name)).partition(":")[0] for name in ("name", "act_id", "id_", "word")))
            many[about] += 1
            if many[about] <= most:
                pages.append(link)
    return pages


@pytest.mark.parametrize(("programme_id", "pages"), [("hills", PAGES), ("demo", MAIN)])
def test_every_number_leads_to_exactly_the_rows_that_it_counts(
    client: FlaskClient, programme_id: str, pages: Sequence[str]
) -> None:
    opened, wrong = wrong_doors(client, (f"/p/{programme_id}{page}" for page in pages))

    assert wrong == []
    assert opened > 100


def test_the_list_behind_a_number_says_so(client: FlaskClient) -> None:
    due = client.get("/p/hills/placements?counted=due_animals&place=PAL").text

    total, owed = (re.search(rf'data-{of}="([^"]+)"', due) for of in ("total", "due_owed"))
    assert total
    assert owed
    assert re.search(rf">{total[1]}</small></h1>", due)
    assert f"Past their due date: {owed[1]} owed" in due
    assert "These placements together: " in due


def test_a_sum_says_what_it_opens_before_and_after(client: FlaskClient) -> None:
    """Of the animals that four placements were given it leads to these four."""
    page = client.get("/p/hills/health").text
    sums = re.findall(r'<a class="door" [^>]*data-of=[^>]*>', page)

    assert len(sums) > 5
    assert all(' title="A sum: opens the placements that it adds up"' in each for each in sums)
    assert page.count(' title="A sum: ') == len(sums)


EVERY: Final = (*dict.fromkeys((*(f"{HILLS}{page}" for page in PAGES), *addresses.PAGES, *FAILURES)),)


@pytest.mark.parametrize("page", EVERY)
def test_no_number_of_any_page_stands_bare_without_a_reason(client: FlaskClient, page: str) -> None:
    found = numbers_of(client, page)

    assert found.bare == [] or any(part in page for part in NOT_OF_THE_RECORD)
    assert [each for each in found.here if each[0] != each[1]] == []


def test_every_door_of_every_page_leads_to_what_it_counts(client: FlaskClient) -> None:
    walked = {f"{HILLS}{page}" for page in PAGES}
    opened, wrong = wrong_doors(client, [page for page in addresses.PAGES if page not in walked])

    assert wrong == []
    assert opened > 100


def test_each_record_of_an_opening_of_many_has_a_door(client: FlaskClient, recorded: Graph) -> None:
    """Eight women were named at once: five stand in the line, and three behind "and 3 more"."""
    ids = tuple(f"beneficiary:W{number}" for number in range(1, 9))
    at = relays.NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    access_log.write(recorded, "hills", Access(at=at, by="local:asha", what="lists.page", ids=ids))

    page = client.get("/p/hills/accesses").text.partition("<tbody>")[2].partition("</tr>")[0]

    assert re.findall(r'href="/p/hills/record/([^"]+)"', page) == [*ids]
    assert "and 3 more" in page.partition("<details>")[2].partition("</summary>")[0]
    assert numbers_of(client, "/p/hills/accesses").bare == []


def test_a_bare_number_is_found_and_one_that_says_why_is_not() -> None:
    found = Numbers()
    found.feed(
        """<h1>Placements <small data-total="7">7</small></h1><td><svg><path d="M0 1"/></svg> 4</td><td class="measure">
        5</td><dd>6 of 8</dd><h2 data-rows="2">2 placements</h2><table><tbody><tr><tr></tbody></table><td>P5, 1 May 2024
        </td><td><a href="/p/demo/ledger/9">9</a></td><td>74.2 %</td><h2 data-rows="3">3</h2><tbody><tr></tbody>
        <h2 data-rows="2">2</h2><ul><li>a</li><li>b</li></ul><table><tbody><tr></tbody></table>
        <h2 data-rows="1">1</h2><ul><li>a</li><li>b</li></ul>"""
    )

    assert found.bare == ["4", "6 of 8"]
    assert found.here == [(2, 2), (3, 1), (2, 2), (1, 2)]


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

    assert wrong_doors(client, (f"/p/{programme_id}{page}" for page in MAIN))[1] == []


def test_a_generation_of_a_gift_is_counted_and_listed_from_that_gift(client: FlaskClient, recorded: Graph) -> None:
    """P3 is of generation 2 in the chains of G1, of 1 in those of G2, and so of 1 in the programme.

    G1 ── P1 ── P2 ─┐
    G2 ── P4 ───────┴─ P3 ── P5
    """
    begun = (say.programme("pooled"), say.rule(), say.gift("G1"), say.gift("G2"))
    women = (say.woman(f"W{number}") for number in range(1, 6))
    placed = (say.placed("P1 on 2020-03-01"), say.placed("P4 on 2020-03-01", gift_id="G2"))
    handed = ("T1: P1 > P2 on 2021-03-01", "T2: P2 > P3 on 2022-03-01", "T3: P4 > P3 on 2022-03-02")
    passed = (say.passed(each, animals=1) for each in (*handed, "T4: P3 > P5 on 2023-03-01"))
    recording.record(recorded, "pooled", [*begun, *women, *placed, *passed], say.clerk(), answers=NOTED)

    def listed(filters: str) -> list[tuple[str, int]]:
        rows = client.get(f"/p/pooled/placements.json?{filters}").json["rows"]  # type: ignore[index]  # it is an object
        return [(row["placement_id"], row["generation"]) for row in rows]

    assert listed("gift=G1&generation=2") == [("P3", 2)]
    assert listed("gift=G1&sort=-generation") == [("P5", 3), ("P3", 2), ("P2", 1), ("P1", 0)]
    assert listed("gift=G2&generation=2") == [("P5", 2)]
    assert listed("generation=1") == [("P2", 1), ("P3", 1)]
    opened, wrong = wrong_doors(client, ("/p/pooled/gifts", "/p/pooled/health?by=generation&by=donor", "/p/pooled"))
    assert (opened > 20, wrong) == (True, [])
