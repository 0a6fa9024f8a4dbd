"""Administrators query the graph in Cypher: only where the database itself allows nothing but reading.

The embedded database does: it has a user that cannot write and cannot read names or accounts. Neo4j Community Edition
has no such users, so this page is not available with Neo4j.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template, request

from relay.access.roles import EVERY
from relay.database import cypher, engine
from relay.errors import NotFound
from relay.graph import NotAnswered, QueryAnswer, connect
from relay.web import guard
from relay.web.i18n.language import lazy_gettext
from relay.web.permission import action
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from relay.settings import Settings

ROWS: Final = 500  # our choice: what a page still shows at once
LONGEST: Final = 10_000  # characters of a query; our choice

START: Final = (
    lazy_gettext("How many more placements descend from a gift?"),
    lazy_gettext("How many placements are one pass-on away from its original placements, and how many are two?"),
    lazy_gettext("What was passed on, and when most recently?"),
    lazy_gettext("Which gifts does a placement descend from?"),
    lazy_gettext("Which original pig placements never passed anything on?"),
    lazy_gettext("How many placements are there in each district?"),
    lazy_gettext("How many were received in each year?"),
    lazy_gettext("What was corrected, by which act, and by whom?"),
)
"""What the queries of `cypher.TO_START_FROM` ask."""

blueprint = Blueprint("query", __name__)


class NotEverywhere(NotFound):
    """Who asks is no administrator of every programme in the database."""

    reason = "A query reads every programme of the database."
    suggestion = "This needs the role administrator in all of them: ask someone who has it."


def is_offered(settings: Settings) -> bool:
    """Whether the database refuses all but reading to who asks queries of her own."""
    return settings.neo4j is None


@dataclass(frozen=True, kw_only=True)
class QueryPage:
    """A query and its answer.

    Attributes:
        programme_id: Of the programme from which it is asked.
        text: Of the query; "" before one is asked.
        table: The answer; None before one is asked, or when there is none.
        error: Why there is none.
    """

    programme_id: str
    text: str
    table: QueryAnswer | None = None
    error: NotAnswered | None = None

    @classmethod
    def of_request(cls) -> QueryPage:
        """Ask what the form holds, or begin with one of the queries to start from.

        Raises:
            NotEverywhere: Who asks is no administrator of every programme.
            Unavailable: The database cannot be reached.
        """
        if not guard.may("query", EVERY):
            raise NotEverywhere
        programme_id, text = current.head().programme_id, request.form.get("query", "")[:LONGEST].strip()
        if not text:
            return cls(programme_id=programme_id, text=_to_start_from(parameters.number("start"), programme_id))
        settings = current.core().settings
        reader = replace(
            engine.reader(settings.data_folder, current.graph().catalogue.readable), plain=settings.plain_driver
        )
        with connect(reader, current.graph().catalogue) as graph:
            try:
                return cls(programme_id=programme_id, text=text, table=graph.ask(text, ROWS))
            except NotAnswered as error:
                return cls(programme_id=programme_id, text=text, error=error)

    @property
    def start(self) -> list[tuple[int, str]]:
        """The queries to start from: number and what each asks."""
        return [(number, str(asks)) for number, asks in enumerate(START, 1)]

    def shown(self, value: Any) -> str:  # noqa: ANN401 - what a query may answer
        """A value of the answer as text."""
        if value is None or isinstance(value, str):
            return value or ""
        return json.dumps(value, ensure_ascii=False)


def _to_start_from(number: int | None, programme_id: str) -> str:
    if not number or number > len(cypher.TO_START_FROM):
        return ""
    return cypher.TO_START_FROM[number - 1].replace("relay-demo", programme_id)


@blueprint.route("/p/<programme_id>/query", methods=["GET", "POST"])
@action("query")
def page(programme_id: str) -> str:  # noqa: ARG001 - `asked` reads it
    """A query of somebody's own, and what the database answers."""
    return render_template("query.html", page=QueryPage.of_request(), most=ROWS, longest=LONGEST)
