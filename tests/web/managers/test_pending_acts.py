"""The page on which managers settle what is held."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relay.access import accounts
from relay.access.roles import grant_of
from relay.ledger.held import held_list
from relay.ledger.held.receiving import Sender, take_in
from relay.web import create_app
from relay.web.api.sent_acts import ActAsSent, read_act
from tests.commands.shell import record, tell_story
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings


def office(graph: Graph, settings: Settings) -> FlaskClient:
    """A manager's browser, in a programme where three visits to an unknown placement wait."""
    tell_story(graph)
    record(graph, say.place("W1"))
    accounts.add(graph, "bina", (grant_of("manager@demo"),), WORDS, relays.NOW)
    accounts.add(graph, "maya", (grant_of("staff@demo"),), None, relays.NOW)
    for id_ in ("E1x", "E2x", "E3x"):
        hand_in(graph, "event", event_id=id_, placement_id="P77", kind="visit", happened_on="2024-06-01")
    client = create_app(graph, settings, now=lambda: relays.NOW).test_client()
    sign_in(client, "bina")
    return client


def hand_in(graph: Graph, act: str, **content: object) -> None:
    """A telephone of maya's hands in one act."""
    by, clerk = "account:maya", say.clerk("account:maya")
    source = Sender(programme_id="demo", device_id="D1", place_id="", by=by, systems=(), holds=True)
    sent = read_act(graph, source, ActAsSent(act=act, content=content), clerk, (grant_of("staff@demo"),))
    take_in(graph, source, [sent])


def posted(client: FlaskClient, address: str, **form: str) -> str:
    page = client.get(address).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(address, data={"csrf_token": token[1], **form}, follow_redirects=True).text


def test_a_manager_settles_each_in_another_way(graph: Graph, settings: Settings) -> None:
    client = office(graph, settings)
    page = client.get("/p/demo/held").text
    assert page.count('aria-labelledby="h-') == 3
    assert "P77" in page
    one, two, three = (row.held_id for row in held_list.every(graph, "demo"))

    assert "Still held" in posted(
        client, "/p/demo/held", held_id=one, settle="hand_in", **{"column.placement_id": "P78"}
    )
    posted(client, "/p/demo/held", held_id=one, settle="hand_in", **{"column.placement_id": "P1"})
    assert "Write why" in posted(client, "/p/demo/held", held_id=two, settle="discard", text=" ")
    posted(client, "/p/demo/held", held_id=two, settle="discard", text="another ward")
    assert "Nothing is held" in posted(client, "/p/demo/held", held_id=three, settle="same", text="event:E1x")
    assert held_list.every(graph, "demo") == ()


def test_one_is_opened_with_the_fields_of_its_form_and_says_what_is_wrong_in_each(
    graph: Graph, settings: Settings
) -> None:
    client = office(graph, settings)
    one = held_list.every(graph, "demo")[0].held_id
    page = client.get("/p/demo/held", query_string={"open": one}).text
    assert page.count('value="hand_in"') == 1, "the others are closed"
    assert 'name="column.kind" value="visit" checked' in page
    assert 'id="column.placement_id-fault">Nothing in the record has this name or id.' in page

    typed = {"column.placement_id": "P1", "column.happened_on": "other", "column.happened_on.other": "2024-06-01"}
    wrong = {**typed, "column.happened_on.other": "2024-13-01"}
    assert "Still held: look at what is marked below." in posted(
        client, "/p/demo/held", held_id=one, settle="hand_in", **wrong
    )
    posted(client, "/p/demo/held", held_id=one, settle="hand_in", **typed)
    assert one not in {row.held_id for row in held_list.every(graph, "demo")}


def test_nobody_is_sent_for_what_was_just_settled(graph: Graph, settings: Settings) -> None:
    client = office(graph, settings)
    said = {"pass_id": "T100", "giver_placement_id": "P1", "beneficiary_id": "W4", "receiver_placement_id": "P400"}
    hand_in(graph, "pass", **said, animals=100, passed_on="2024-06-01")
    told = [client.get(address).text.count("hers is held") for address in ("/p/demo", "/p/demo/visits")]

    held = next(row.held_id for row in held_list.every(graph, "demo") if "placement:P1" in row.names)
    posted(client, "/p/demo/held", held_id=held, settle="discard", text="written twice")

    told += [client.get(address).text.count("hers is held") for address in ("/p/demo", "/p/demo/visits")]
    assert told == [1, 2, 0, 1]  # the list of visits has it among its filters too


def test_what_is_held_is_told_in_words_with_links_to_what_is_recorded(graph: Graph, settings: Settings) -> None:
    client = office(graph, settings)
    said = {"pass_id": "T100", "giver_placement_id": "P1", "beneficiary_id": "W4", "receiver_placement_id": "P400"}
    hand_in(graph, "pass", **said, animals=100, passed_on="2024-06-01")
    page = client.get("/p/demo/held").text
    visit, asked = page.split("<article")[1], page.split("<article")[4]

    assert "Written by maya" in visit
    assert "record/placement:P77" not in visit  # there is none yet
    assert "record/placement:P1" in asked
    assert "1 Jun 2024" in asked
    assert "at most" in asked, asked
    assert "--again" not in asked
