"""Who asks the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.shell import tell_story
from tests.web.api.programme import client_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings


@pytest.fixture
def api(graph: Graph, settings: Settings) -> FlaskClient:
    """Give somebody who may do everything, on a small programme."""
    tell_story(graph)
    return client_of(graph, settings)
