"""A self-check: requests each kind of page as a browser would, but without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.errors import Failure, Refused, refused
from relay.web import menu
from relay.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flask import Flask

    from relay.graph import Graph
    from relay.settings import Settings


PAGES_FAIL: Final = Failure(
    Refused,
    "pages_fail",
    "These pages do not answer: %(failing)s.",
    advice="See the log above; it names the fault.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPages:
    """The pages that were tried.

    Attributes:
        paths: Every URL that was requested; all of them answered.
    """

    paths: tuple[str, ...]


def try_pages(graph: Graph, settings: Settings, programme_id: str, gift_id: str, day: date) -> TriedPages:
    """Request each kind of page once.

    Args:
        graph: An open graph; the caller closes it.
        settings: The settings.
        programme_id: A programme.
        gift_id: A gift of it from which something was placed.
        day: The day as of which pages are requested.

    Raises:
        Refused: Some page does not answer with status 200.
    """
    app = create_app(graph, settings, owner="trial")
    client, paths = app.test_client(), tuple(_paths(app, programme_id, gift_id, day))
    failing = tuple(path for path in paths if client.get(path, follow_redirects=True).status_code != 200)  # noqa: PLR2004 - HTTP's own
    if failing:
        raise refused(PAGES_FAIL, failing=failing)
    return TriedPages(paths=paths)


def _paths(app: Flask, programme_id: str, gift_id: str, day: date) -> Iterator[str]:
    here, on = f"/p/{programme_id}", f"?as_of={day}"
    yield "/"
    yield from (f"{path}{on}" for path in menu.pages(app, programme_id).values())
    for page in ("visits/print", f"gift/{gift_id}", f"tree/gift:{gift_id}", f"record/gift:{gift_id}"):
        yield f"{here}/{page}{on}"
