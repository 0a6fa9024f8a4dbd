"""Security headers, what is sent again and what is not, and files to take away."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.scenes import acts as say
from tests.web import relays
from tests.web.reading import LEFT_OUT

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_a_page_is_not_sent_again_until_something_is_recorded(client: FlaskClient, recorded: Graph) -> None:
    client.get("/p/demo")  # which begins the session that forms hang on
    first = client.get("/p/demo/tree/gift:G1")
    tag = {"If-None-Match": first.headers["ETag"]}

    assert client.get("/p/demo/tree/gift:G1", headers=tag).status_code == 304
    assert client.get("/p/demo/tree/gift:G1?names=full", headers=tag).status_code == 200
    relays.record(recorded, "demo", [say.woman("W77")])
    assert client.get("/p/demo/tree/gift:G1", headers=tag).status_code == 200


def test_what_was_just_done_is_told_once(client: FlaskClient) -> None:
    said = "Pass-on T1 is confirmed."
    for path in ("/p/demo/chains", "/p/demo/waiting"):  # which does not show it, and which does
        with client.session_transaction() as session:
            session["_flashes"] = [("message", said)]
        before = client.get(path)
        assert (before.headers["Cache-Control"], "ETag" in before.headers) == ("no-store", False), path
        assert (said in before.text) == path.endswith("waiting")

    after = client.get("/p/demo/waiting")
    again = client.get("/p/demo/waiting", headers={"If-None-Match": after.headers["ETag"]})
    assert (said in after.text, again.status_code) == (False, 304)


def test_a_file_is_kept_for_good_and_the_page_that_there_is_none_is_not(client: FlaskClient) -> None:
    with client.get("/static/relay.css") as file:
        tag = {"If-None-Match": file.headers["ETag"]}
        assert (file.status_code, "immutable" in file.headers["Cache-Control"]) == (200, True)
    with client.get("/static/relay.css", headers=tag) as same:
        assert (same.status_code, "immutable" in same.headers["Cache-Control"]) == (304, True)

    none = client.get("/static/none.css")

    assert (none.status_code, none.headers["Cache-Control"]) == (404, "private, no-cache")


@pytest.mark.parametrize("file", ["gifts.csv", "chains.xlsx", "tree/gift:G1/tree.svg", "tree/gift:G1/tree.html"])
def test_a_file_that_leaves_out_what_nobody_confirmed_says_so_in_its_name(halves: FlaskClient, file: str) -> None:
    def name(asked: str) -> str:
        return str(halves.get(f"/p/halves/{file}?{asked}").headers["Content-Disposition"])

    assert "-confirmed." in name("confirmed_only=true")
    assert "-confirmed" not in name("")
    if file.endswith("html"):
        assert LEFT_OUT in halves.get(f"/p/halves/{file}?confirmed_only=true").text


def test_the_files_of_others_are_those_of_the_lock() -> None:
    vendor = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "vendor.py"))

    assert vendor["faults"]() == []
