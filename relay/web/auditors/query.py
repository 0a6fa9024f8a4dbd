"""Auditors and administrators query the graph in Cypher, as a database user who can only read.

If the database has no user who can neither write nor read names and accounts, the page is closed, and says why.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, render_template, request

from relay.access import read_only_user
from relay.access.roles import EVERY
from relay.database import cypher
from relay.errors import Failure, NotFound, refused
from relay.exchange.cells import escaped
from relay.graph import NotAnswered, QueryAnswer
from relay.web import guard, responses
from relay.web.i18n.language import lazy_gettext
from relay.web.lists import saved_views
from relay.web.permission import action
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from relay.errors import Refused

ROWS: Final = 500  # our choice: what a page still shows at once
FILE_ROWS: Final = 50_000  # our choice: what a spreadsheet still opens at once
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
"""What the queries of `cypher.TO_START_FROM` ask, in their order."""

blueprint = Blueprint("query", __name__)


NOT_EVERYWHERE: Final = Failure(
    NotFound,
    "not_everywhere",
    "Queries can read every programme in this database.",
    advice="This needs the role auditor or administrator in all of them: ask someone who has one.",
)


class TooManyForAFile(NotAnswered):
    """A query answers with more rows than a file may have."""

    reason = "This query has more than %(most)s rows, so no file was made."
    advice = "Add a LIMIT or conditions."
    most = FILE_ROWS


@dataclass(frozen=True, kw_only=True)
class QueryPage:
    """A query and its answer.

    Attributes:
        programme_id: The programme from whose pages it is asked.
        text: The text of the query; "" before one is asked.
        table: The answer; None before a query is asked, or if it has an error.
        error: The error of the query; None if there is none.
        closed: Why the page is closed; None if it is open.
    """

    programme_id: str
    text: str
    table: QueryAnswer | None = None
    error: NotAnswered | None = None
    closed: Refused | None = None

    @classmethod
    def of_request(cls) -> QueryPage:
        """Run the query in the form, or begin with one of the queries to start from.

        Raises:
            NotFound: The user may not query every programme.
            Unavailable: The database cannot be reached.
        """
        if not guard.may("query", EVERY):
            raise refused(NOT_EVERYWHERE)
        programme_id, text = current.head().programme_id, request.form.get("query", "")[:LONGEST].strip()
        try:
            graph = read_only_user.connect(current.core().settings, current.graph().catalogue)
        except (read_only_user.ReaderMissing, read_only_user.ReaderMayMore) as error:
            return cls(programme_id=programme_id, text=text, closed=error)
        with graph:
            if not text:
                return cls(programme_id=programme_id, text=_offered(programme_id))
            try:
                table = graph.ask(text, FILE_ROWS if request.form.get("form") in FORMS else ROWS)
                return cls(programme_id=programme_id, text=text, table=table)
            except NotAnswered as error:
                return cls(programme_id=programme_id, text=text, error=error)

    @property
    def start(self) -> list[tuple[int, str]]:
        """The queries to start from, each with its number and what it asks."""
        return [(number, str(asks)) for number, asks in enumerate(START, 1)]

    def shown(self, value: Any) -> str:  # noqa: ANN401 - what a query may answer
        """A value of the answer as text."""
        if value is None or isinstance(value, str):
            return value or ""
        return json.dumps(value, ensure_ascii=False)

    def opens(self, column: str, value: object) -> str | None:
        """The record whose id or key a value of the answer is, by the name of its column; None if it is none."""
        programme_id, kinds = self.programme_id, current.graph().catalogue.filed
        if not isinstance(value, str) or not value:
            return None
        if column.rpartition(".")[2] == "key" or value.startswith(f"{programme_id}/"):
            of, _, name = value.partition("/")
            kind, _, id_ = name.partition("/")
            return f"{kind}:{id_}" if of == programme_id and kind in {each.name for each in kinds} and id_ else None
        ids = {each.id_column: each.name for each in kinds}
        kind = ids.get(column.rpartition(".")[2], "")
        return f"{kind}:{value}" if kind else None


def _offered(programme_id: str) -> str:
    """The query in the URL or of a saved view, which is shown before it is run, or one to start from."""
    if view_id := request.args.get("view"):
        shown = saved_views.one(view_id).view
        return shown.query if shown.page == saved_views.QUERY else ""
    return request.args.get("query", "")[:LONGEST].strip() or _to_start_from(parameters.number("start"), programme_id)


def _to_start_from(number: int | None, programme_id: str) -> str:
    if not number or number > len(cypher.TO_START_FROM):
        return ""
    return cypher.TO_START_FROM[number - 1].replace("relay-demo", programme_id)


def _csv(page: QueryPage, table: QueryAnswer) -> Response:
    text = io.StringIO(newline="")
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(escaped(column) for column in table.columns)
    sheet.writerows([escaped(page.shown(value)) for value in row] for row in table.rows)
    # with a byte-order mark, without which Excel does not show Devanagari
    return Response(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")


def _json(page: QueryPage, table: QueryAnswer) -> Response:
    answer = {"query": page.text, "columns": table.columns, "rows": table.rows}
    return Response(json.dumps(answer, ensure_ascii=False), content_type="application/json")


FORMS: Final = {"csv": _csv, "json": _json}


@blueprint.route("/p/<programme_id>/query", methods=["GET", "POST"])
@action("query")
def page(programme_id: str) -> Response | str:
    """A query and its answer, as a page or as a file."""
    asked, form = QueryPage.of_request(), request.form.get("form", "")
    if asked.table and form in FORMS:
        if not asked.table.more:
            name = f"{programme_id}-query-{current.today()}.{form}"
            return responses.as_attachment(FORMS[form](asked, asked.table), name)
        asked = replace(asked, table=None, error=TooManyForAFile())
    return render_template("query.html", page=asked, most=ROWS, longest=LONGEST)
