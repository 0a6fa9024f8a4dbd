"""What is asked of the API and recorded through it, in a small programme."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, api_tokens
from relay.access.roles import ROLES, Grant
from relay.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings


HERE: Final = "/api/v1/programmes/demo"

ACTS: Final[dict[str, dict[str, Any]]] = {
    "place": {"place_id": "L1", "name": "Ward 1"},
    "group": {"group_id": "W9", "name": "Sunrise", "kind": "womens_group"},
    "beneficiary": {"beneficiary_id": "B1", "name": "Maya", "sex": "F", "birth_year": 1990, "place_id": "L1"},
    "rule": {"help": "cow", "unit": "animal", "given": 1, "owed": 1, "months": 36, "from": "2026-11-01"},
    "column": {"of": "event", "name": "colour", "question": "Colour?", "type": "text"},
    "gift": {"gift_id": "G2", "donor": "A friend", "help": "goat", "given_on": "2023-01-01", "animals": 4},
    "placement": {
        "placement_id": "P9",
        "gift_id": "G2",
        "beneficiary_id": "B1",
        "help": "goat",
        "received_on": "2023-02-01",
        "animals": 2,
    },
    "pass": {
        "pass_id": "T9",
        "giver_placement_id": "P9",
        "beneficiary_id": "W5",
        "receiver_placement_id": "P20",
        "passed_on": "2024-01-01",
        "animals": 1,
    },
    "event": {"event_id": "E9", "placement_id": "P9", "kind": "visit", "happened_on": "2024-03-01"},
    "claim": {"claim_id": "C9", "gift_id": "G1", "what": "families", "value": 3, "as_of": "2024-01-01"},
    "ceremony": {"ceremony_id": "Y9", "held_on": "2024-01-01", "name": "Maghe Sankranti"},
    "same": {"same_id": "S1", "kept_id": "W3", "other_id": "B1", "why": "her card"},
    "different": {"different_id": "D1", "a_id": "W3", "b_id": "W5"},
    "correct": {
        "correct_id": "K1",
        "act_id": "T3",
        "how": "wrong_data",
        "why": "misread",
        "changes": {"passed_on": "2022-05-01"},
    },
    "confirm": {"confirm_id": "F1", "act_id": "T1"},
    "erase": {"erase_id": "Z1", "subject_id": "W3"},
}
"""An act of each kind but the programme's, in an order in which they stand."""


def client_of(graph: Graph, settings: Settings) -> FlaskClient:
    now = datetime.now(UTC)
    accounts.add(graph, "bina", tuple(Grant(role=role) for role in ROLES), None, now)
    secret = api_tokens.issue(graph, "bina", days=1, now=now, random=token_bytes).secret
    client = create_app(graph, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
