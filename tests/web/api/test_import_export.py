"""Files over the line: what is no file is refused, and nobody imports into a programme that is not hers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.ledger import programme_heads
from relay.service.client import SentForm
from tests.web.api.sending import posted
from tests.web.readers import bearer

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph

SENT: Final = {"path": "gifts", "is_folder": True, "names": ["gifts.csv"]}
WISH: Final[dict[str, Any]] = {"wish": {"programme_id": "demo"}, "writes": True}
GIFTS: Final = "gift_id,donor,help,given_on\nG90,A friend,goat,2021-01-01\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sent": None},
        {"wish": None},
        {"wish": {**WISH, "wish": {"answers": "some"}}},
        {"sent": {**SENT, "names": []}},
        {"sent": {**SENT, "names": ["gifts.csv", "more.csv"]}},
        {"sent": {**SENT, "names": ["../gifts.csv"]}},
        {"sent": {**SENT, "names": [".."]}},
        {"sent": {**SENT, "names": ["a\0.csv"]}},
        {"sent": {**SENT, "names": ["ग" * 86]}},
        {"sent": {"path": "none", "is_folder": False, "names": []}},
    ],
)
def test_what_is_no_file_with_what_is_to_be_done_with_it_is_refused(
    client: FlaskClient, people: dict[str, str], recorded: Graph, wrong: dict[str, Any]
) -> None:
    said = {name: value for name, value in ({"sent": SENT, "wish": WISH} | wrong).items() if value is not None}
    form = SentForm(fields={name: json.dumps(value) for name, value in said.items()}, files=[GIFTS.encode()])
    body, content_type = form.encoded()
    before = programme_heads.head(recorded, "demo")

    answer = client.post(
        "/api/v1/registers/import", data=body, content_type=content_type, headers=bearer(people["manager"])
    )

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"]["code"] == "not_a_file"
    assert programme_heads.head(recorded, "demo") == before


def test_everybody_imports_into_a_programme_of_hers_alone(
    client: FlaskClient, people: dict[str, str], recorded: Graph
) -> None:
    """Each of them has a role in the programme demo and in no other."""
    headers, files = bearer(people["manager"]), {"gifts.csv": GIFTS}
    before = programme_heads.head(recorded, "large")

    own, unnamed = posted(client, headers, files, programme_id="demo"), posted(client, headers, files)
    wishes: list[dict[str, Any]] = [
        {"programme_id": "large"},
        {"usual": "large"},
        {"programme_id": "large", "map": "goats"},
        {"usual": "nowhere"},
    ]
    strange = [posted(client, headers, files, writes=True, **wish) for wish in wishes]
    named_in_it = posted(
        client,
        headers,
        {**files, "rules.toml": '[programme]\nid = "large"\nname = "L"\ntimezone = "UTC"\n'},
        writes=True,
    )

    assert '"gift:G90"' in own.text
    assert '"gift:G90"' in unnamed.text
    assert "its rows are for demo, the only one here." in unnamed.text
    for answer in (*strange, named_in_it):
        assert '"gift:G90"' not in answer.text
        assert '"status":404' in answer.text
    assert programme_heads.head(recorded, "large") == before
    assert posted(client, bearer(people["auditor"]), files).status_code == 403
