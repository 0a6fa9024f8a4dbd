"""The pages of auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_hostile_ids_and_names_are_text_on_the_pages_of_auditors(client: FlaskClient) -> None:
    for path in ("ledger", "ledger/5", "findings", "health?by=donor&names=full", "sample?size=9&seed=1&names=full"):
        text = client.get(f"/p/hostile/{path}").text
        assert "<script>document" not in text, path
        assert "<img src=x" not in text, path
