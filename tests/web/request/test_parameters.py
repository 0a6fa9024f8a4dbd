"""What a URL may ask for, and what becomes of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize(
    "path", ["/p/demo/tree/gift:G1?as_of=soon", "/p/demo/tree/gift:G1?axis=x", "/p/demo/ledger?page=x"]
)
def test_an_address_that_cannot_be_read_is_explained(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("page", ["placements", "placements.json", "visits", "health"])
def test_what_an_address_asks_for_is_never_passed_over(client: FlaskClient, page: str) -> None:
    for said in ("stat=broken", "names=full&names=ids"):
        answer = client.get(f"{HILLS}/{page}?{said}")
        assert answer.status_code == 400, said
        assert said.partition("=")[0] in answer.text

    assert client.get(f"{HILLS}/{page}?names=full&as_of=2024-01-01&lang=fr").status_code == 200


def test_what_a_messenger_hangs_on_to_a_link_changes_nothing(client: FlaskClient) -> None:
    plain = client.get("/p/hills/chains?state=broken")
    passed_round = client.get("/p/hills/chains?state=broken&fbclid=IwAR0&utm_source=viber")

    assert passed_round.status_code == 200
    assert passed_round.text.count("<tr") == plain.text.count("<tr")
