"""Settings of a programme: name, rules, systems and lock, changed by managers and administrators and nobody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.domain.schema import Role
from relay.domain.system import Catalogue
from relay.ledger import programme_heads, reading
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.commands.shell import record
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph

HILLS = "/p/hills/settings"


@pytest.fixture
def hills(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give a programme in which one woman received two goats on 2020-03-01, by the rule of 2020-01-01."""
    graph = wiped(graphs(Catalogue(SYSTEMS)))
    record(graph, say.programme("hills"), say.rule(), say.gift(), say.woman("W1"), programme_id="hills")
    record(graph, say.placed("P1 on 2020-03-01"), programme_id="hills")
    return graph


@pytest.fixture
def reader_as(hills: Graph, tmp_path: Path) -> Callable[[Role], FlaskClient]:
    """Give the browser of somebody with a role."""

    def signed_in(role: Role) -> FlaskClient:
        app = create_app(hills, Settings.read({"RELAY_DATA": str(tmp_path)}), now=lambda: relays.NOW)
        client = app.test_client()
        accounts.add(hills, role, (grant_of(f"{role}@hills"),), WORDS, relays.NOW)
        sign_in(client, role)
        return client

    return signed_in


def send(client: FlaskClient, path: str, **typed: Any) -> tuple[int, str]:  # noqa: ANN401 - fields of a form
    page = client.get(path).text.partition("<main")[2]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    answer = client.post(path, data={**hidden, **typed}, follow_redirects=True)
    return answer.status_code, words(answer.text)


def last_act(graph: Graph) -> str:
    *_, last = reading.entries(graph, "hills")
    return last.act_id.partition(":")[0]


@pytest.mark.engine_contract
def test_a_manager_changes_name_systems_and_lock_with_a_reason(
    hills: Graph, reader_as: Callable[[Role], FlaskClient]
) -> None:
    manager = reader_as("manager")
    assert 'href="/p/hills/settings"' in manager.get("/p/hills").text
    assert send(manager, HILLS, name="High hills", why="")[0] == 422, "the auditor has to be told why"
    status, told = send(manager, HILLS, name="High hills", why="The committee renamed it.")
    assert (status, "Recorded." in told) == (200, True)
    assert send(manager, f"{HILLS}/systems", systems=["savings"], why="They save.")[0] == 200
    head = programme_heads.head(hills, "hills")
    assert (head.name, head.systems) == ("High hills", ("groups", "savings"))

    status, told = send(manager, f"{HILLS}/lock", **{"locked_until.other": "2025-07-16", "why": "Reported."})
    assert (status, "What happened up to 16 Jul 2025" in told) == (200, True)
    entries = programme_heads.head(hills, "hills").entries
    assert "Nothing was changed." in send(manager, HILLS, name="High hills", why="Once more.")[1]
    assert programme_heads.head(hills, "hills").entries == entries


def test_what_orders_the_waiting_list_and_what_is_needed_are_chosen_one_by_one_in_words(
    hills: Graph, reader_as: Callable[[Role], FlaskClient]
) -> None:
    manager = reader_as("manager")
    send(manager, f"{HILLS}/systems", systems=["planning", "goals"], why="We plan now.")
    page = manager.get(HILLS).text
    typed = {"name": "Hills", "why": "As agreed.", "requires": ["shed", ""], "activities": ["pigs, tea shop"]}

    order = ["woman_led", "", "asked_on", "woman_led", "", "Far from a road"]
    status, told = send(manager, HILLS, **typed, order=order)

    assert (status, "Recorded." in told) == (200, True)
    (said,) = reading.said(hills, "hills", "programme")
    assert said["order"] == "woman_led;asked_on;far_from_a_road"
    assert (said["requires"], said["activities"]) == ("shed", "pigs;tea_shop")
    assert "Who comes first on the waiting list?" in page
    assert page.count('<select name="order"') == 5
    chosen = re.findall(r'<option value="(\w+)" selected>', manager.get(HILLS).text)
    assert chosen == ["woman_led", "asked_on", "far_from_a_road"]


@pytest.mark.engine_contract
def test_a_rule_is_read_in_a_sentence_before_it_is_recorded_and_binds_only_what_comes(
    hills: Graph, reader_as: Callable[[Role], FlaskClient]
) -> None:
    administrator = reader_as("administrator")
    assert 'href="/p/hills/settings"' in administrator.get("/p/hills/accesses").text
    rule = {"help": "goat", "given": "2", "owed": "1", "months": "12", "from.other": "2026-01-01", "unit": "animal"}
    late = {**rule, "from.other": "2020-02-01", "form.step": "check"}
    status, told = send(administrator, f"{HILLS}/rules", **late)
    assert (status, "would change the past" in told) == (422, True)

    status, told = send(administrator, f"{HILLS}/rules", **rule, **{"form.step": "check"})
    assert "Each woman who receives 2 goats passes on 1 within 12 months." in told
    assert last_act(hills) == "placement", "nothing is recorded yet"
    status, told = send(administrator, f"{HILLS}/rules", **rule, **{"form.step": "record"})
    assert (status, last_act(hills)) == (200, "rule")
    assert "It is for what was received from 1 Jan 2026 on." in told

    status, told = send(administrator, f"{HILLS}/rules/goat@2026-01-01", **{**rule, "owed": "2", "why": "A slip."})
    assert "Each woman who receives 2 goats passes on 2 within 12 months." in told
    assert last_act(hills) == "correct"


@pytest.mark.parametrize("role", ["staff", "auditor", "protection"])
def test_nobody_else_sees_a_link_or_opens_a_page_of_settings(
    role: Role, reader_as: Callable[[Role], FlaskClient]
) -> None:
    other = reader_as(role)

    assert 'href="/p/hills/settings"' not in other.get("/", follow_redirects=True).text
    for path in (HILLS, f"{HILLS}/rules", f"{HILLS}/systems", f"{HILLS}/lock", f"{HILLS}/rules/goat@2020-01-01"):
        assert (path, other.get(path).status_code, other.post(path).status_code) in ((path, 403, 403), (path, 403, 400))
