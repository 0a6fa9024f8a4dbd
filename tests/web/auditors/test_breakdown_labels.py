"""What the parts of a programme are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.addresses import DEMO

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_donor_is_named_only_when_asked_for(client: FlaskClient) -> None:
    hidden, named = (client.get(f"{DEMO}/health?by=donor{names}").text for names in ("", "&names=full"))

    assert "who gave G1" in hidden
    assert "Donor of G1" not in hidden
    assert "Donor of G1" in named
    assert "Donor of G1" not in client.get(f"{DEMO}/rates.csv?by=donor").text
