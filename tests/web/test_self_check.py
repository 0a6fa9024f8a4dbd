"""The self-check asks for every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.errors import Refused
from relay.web import try_pages
from relay.web.self_check import PAGES_FAIL
from tests.web import relays

if TYPE_CHECKING:
    from flask import Flask

    from relay.graph import Graph


def test_a_trial_asks_for_every_page_of_the_sections(recorded: Graph, app: Flask) -> None:
    tried = try_pages(recorded, app.extensions["relay"].settings, "hills", "G1", relays.TODAY)

    assert {"/", "/p/hills/chains?as_of=2026-11-25", "/p/hills/map?as_of=2026-11-25"} <= set(tried.paths)


def test_a_trial_names_the_page_that_does_not_answer(recorded: Graph, app: Flask) -> None:
    with pytest.raises(Refused, check=PAGES_FAIL.matches, match="/p/hills/gift/none"):
        try_pages(recorded, app.extensions["relay"].settings, "hills", "none", relays.TODAY)
