"""The receipt of an erasure, for whoever asked to be forgotten: without her name, with the ledger's proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from relay.doctor import where_erased
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("erasure_receipt", __name__)


@blueprint.get("/p/<programme_id>/record/<act_id>/erased")
@blueprint.get("/p/<programme_id>/record/<act_id>/erased.<any(pdf):form>")
@action("erase")
def printed(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """What was erased of a record, by which entry, and where it still is; her name is written on it by hand."""
    graph, settings = current.built_graph(), current.core().settings
    erasure = where_erased.erasure(graph, programme_id, act_id)
    page = render_template(
        "erasure_receipt.html",
        act_id=act_id,
        erasure=erasure,
        remainders=where_erased.remainders(graph, settings.data_folder, erasure.entry, embedded=not settings.neo4j),
        today=current.today(),
    )
    return pdf.page_or_pdf(page, form, f"{programme_id}-erasure")
