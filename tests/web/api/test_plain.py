"""What comes in is read into plain values or refused where it comes in: by no way does it stop what stands beside it.

a list of acts:   E1 (a visit)   ✗ (no number, half a letter, lists within lists)   E2 (a visit)
recorded       refused, in a sentence                            recorded
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.ledger import programme_heads
from relay.ledger.held import held_list
from relay.web import create_app
from tests.web import relays
from tests.web.api.test_offline_devices import HERE, enrolled, phone
from tests.web.readers import staff_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

__all__ = ["phone"]

DEEP: Final = 900
NO_NUMBERS: Final = ("9999999999999999", "9" * 400, "-1" + "0" * 16, "NaN", "Infinity", "-Infinity", "1e400", "1e25")
NASTY: Final = (
    *NO_NUMBERS,
    '"\\ud800"',
    '["\\udfff"]',
    "[" * DEEP + "]" * DEEP,
    '{"a":' * DEEP + "1" + "}" * DEEP,
)
"""Each as JSON says it: what Python reads, and what no ledger, database or page can hold."""
TYPED: Final = ("true", "[1]", '{"a": 1}', '""', "0.1234567", "-1", "1e9")
"""Of plain values those that no number of animals is; they are held as they came."""


def visit(id_: str, animals: str = "1", **more: str) -> str:
    """An act as JSON, with a value as it is written there."""
    said = {"event_id": f'"{id_}"', "placement_id": '"P1"', "kind": '"visit"', "happened_on": '"2024-06-01"'}
    content = ", ".join(f'"{name}": {value}' for name, value in (said | {"animals": animals} | more).items())
    return f'{{"act": "event", "content": {{{content}}}}}'


def sent(phone: FlaskClient, headers: dict[str, str], *acts: str) -> list[dict[str, Any]]:
    body = f'{{"acts": [{", ".join(acts)}], "hold": true}}'
    answer = phone.post(f"{HERE}/acts", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["acts"]
    return found


@pytest.mark.parametrize("value", NASTY)
def test_each_act_of_a_list_is_judged_alone_whatever_stands_in_another(
    phone: FlaskClient, graph: Graph, value: str
) -> None:
    _, headers = enrolled(phone, graph)
    half = value if value.startswith('"') else '"\\ud800"'
    wrong = [
        visit("E7", value),
        visit("E8", note=value),
        visit("E9", **{half.strip('"'): "1"}),
        visit("E3", event_id=half),
        f'{{"act": {half}, "content": {{}}}}',
        f'{{"act": "event", "content": {value}}}',
        f'{{"act": "event", "content": {{}}, "written_at": {value}}}',
        f'{{"act": "event", "content": {{}}, "more": {value}}}',
        value,
    ]
    told = sent(phone, headers, visit("E1"), *wrong, visit("E2"))

    assert [row["result"] for row in told] == ["added", *["refused"] * len(wrong), "added"]
    assert all(row["sentence"] and not row["held_id"] for row in told[1:-1])
    assert told[1]["field"] == "animals"
    assert told[2]["field"] == "note"
    assert held_list.every(graph, "wards") == ()


@pytest.mark.parametrize("value", NASTY)
def test_a_body_that_says_such_a_thing_is_refused_in_a_sentence(phone: FlaskClient, graph: Graph, value: str) -> None:
    headers = staff_of(graph, "W1")
    before = programme_heads.head(graph, "wards")
    visited = f'{{"placement_id": "P1", "kind": "visit", "happened_on": "2024-06-01", "animals": {value}}}'
    corrected = f'{{"act_id": "gift:G1", "how": "wrong_data", "why": "x", "changes": {{"animals": {value}}}}}'
    for path, body in (
        (f"{HERE}/acts/event", visited),
        (f"{HERE}/acts/correct", corrected),
        (f"{HERE}/find", f'{{"text": {value}}}'),
        (f"{HERE}/held/0123", f'{{"settle": "discard", "reason": {value}}}'),
        ("/api/v1/tokens", f'{{"login": "a", "password": "b", "days": {value}}}'),
        ("/api/v1/devices", f'{{"code": {value}, "name": "b"}}'),
        (f"{HERE}/maps", f'{{"name": "a", "text": {value}}}'),
    ):
        answer = phone.post(path, data=body, content_type="application/json", headers=headers)

        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert answer.get_json()["error"]["reason"], path
    assert programme_heads.head(graph, "wards") == before


def test_the_page_of_what_is_held_is_drawn_from_plain_text_whatever_that_is(
    phone: FlaskClient, graph: Graph, settings: Settings
) -> None:
    _, headers = enrolled(phone, graph)
    sent(phone, headers, *(visit(f"T{number}", value) for number, value in enumerate(TYPED)))
    sent(phone, headers, *(visit(f"D{number}", happened_on=value) for number, value in enumerate(TYPED)))
    sent(phone, headers, *(visit(f"N{number}", placement_id=value) for number, value in enumerate(TYPED)))
    held = held_list.every(graph, "wards")
    assert len(held) > 2 * len(TYPED)

    page = create_app(graph, settings, now=lambda: relays.NOW, owner="asha").test_client().get("/p/wards/held")

    assert page.status_code == 200
    assert page.text.count('aria-labelledby="h-') == len(held)


def test_what_an_earlier_version_kept_and_cannot_be_read_is_told_and_can_be_thrown_away(
    phone: FlaskClient, graph: Graph
) -> None:
    _, headers = enrolled(phone, graph)
    for number, value in enumerate(NASTY):
        (held,) = sent(phone, headers, visit(f"E{number}", placement_id='"P77"'))
        content = f'{{"event_id": "E{number}", "animals": {value}}}'
        graph.write(
            lambda transaction, held=held, content=content: transaction.run(  # type: ignore[misc]
                "MATCH (h:Held {key: $key}) SET h.content = $content",
                key=f"held/wards/{held['held_id']}",
                content=content,
            )
        )
    found = held_list.every(graph, "wards")
    assert {str(row.sentence) for row in found} == {
        "What was handed in cannot be read. Discard it, and ask who wrote it to record it again."
    }

    assert len(phone.get(f"{HERE}/held", headers=headers).get_json()["held"]) == len(NASTY)
    for row in found:
        wish = {"settle": "discard", "reason": "cannot be read"}
        answer = phone.post(f"{HERE}/held/{row.held_id}", json=wish, headers=headers)
        assert answer.get_json()["result"] == "discarded"
    assert held_list.every(graph, "wards") == ()
