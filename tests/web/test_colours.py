"""Light or dark: what a reader chose, on every page that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_pages_are_as_the_device_has_them_until_somebody_chooses_and_then_as_she_chose(client: FlaskClient) -> None:
    begun = client.get("/p/demo")
    chosen = client.get("/p/demo?colours=dark")
    after = client.get("/p/demo", headers={"If-None-Match": begun.headers["ETag"]})
    door = client.get("/sign-in")
    undone = client.get("/sign-in?colours=device")

    assert "data-theme" not in begun.text
    assert 'href="/p/demo?colours=dark"' in begun.text
    assert 'data-theme="dark"' in chosen.text
    assert (after.status_code, 'data-theme="dark"' in after.text) == (200, True), "not the page that she had in light"
    assert 'data-theme="dark"' in door.text
    assert "data-theme" not in undone.text
    assert "data-theme" not in client.get("/p/demo").text


def test_an_unknown_colour_is_neither_shown_nor_remembered(client: FlaskClient) -> None:
    answer = client.get("/p/demo?colours=plaid")

    assert "data-theme" not in answer.text
    assert [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("colours=")] == []
