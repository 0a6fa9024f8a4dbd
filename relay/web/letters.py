"""Letters: what managers are told by mail, in the words of the page that shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, render_template

from relay.ledger import programme_heads
from relay.service.mailing import Letter
from relay.service.question import Source
from relay.service.questions.digest import DigestQuestion
from relay.web.app import create_app
from relay.web.i18n.language import force_language
from relay.web.managers import digest
from relay.web.request import current

if TYPE_CHECKING:
    from datetime import datetime

    from relay.graph import Graph
    from relay.settings import Settings


def digest_letter(
    graph: Graph, settings: Settings, programme_id: str, *, now: datetime, language: str, site: str | None
) -> Letter:
    """The digest of a programme on the day as a letter, without names.

    Args:
        graph: An open graph; the caller closes it.
        settings: The settings.
        programme_id: The programme.
        now: The instant.
        language: The language of the letter.
        site: The host name of the pages, to which the letter links; None: it has no links.

    Raises:
        NotBuilt: Its graph was built by another version, or is being rebuilt.
        Unavailable: The database cannot be reached.
    """
    app = create_app(graph, settings, now=lambda: now)
    with app.test_request_context(f"/p/{programme_id}/digest"), force_language(language):
        g.head = programme_heads.head(graph, programme_id)
        source = Source(graph=graph, folder=settings.data_folder, cached_survey=current.cached_survey, now=now)
        found = DigestQuestion(as_of=current.today()).ask(source, g.head)
        told = {
            "parts": digest.parts(found),
            "found": found,
            "base": f"https://{site}" if site else "",
            "page": digest.url_of_page(),
        }
        return Letter(
            subject=digest.subject(found, g.head.name),
            text=render_template("digest_mail.txt", **told),
            html=render_template("digest_mail.html", **told),
        )
