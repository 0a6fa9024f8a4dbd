"""The pages of the lists, and their downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template

from relay.reports.rates import made_of
from relay.web.lists import downloads, own_columns, visit_words
from relay.web.lists.listing import ListPage
from relay.web.lists.programme_lists import LISTINGS, reason
from relay.web.papers import pdf
from relay.web.permission import action

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("lists", __name__)
blueprint.add_app_template_filter(reason, "reason")
blueprint.add_app_template_global(made_of, "made_of")
blueprint.add_app_template_global(visit_words.visit_owes)
blueprint.add_app_template_global(visit_words.other_reasons)
blueprint.add_app_template_global(pdf.is_offered, "offers_pdf")

_NAME: Final = f"<any({', '.join(LISTINGS)}):name>"


@blueprint.get(f"/p/<programme_id>/{_NAME}")
@action("gifts")
def page(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """A list as a page."""
    return render_template("list.html", page=ListPage.of_request(name, own_columns.listing(name)))


@blueprint.get(f"/p/<programme_id>/{_NAME}.<any({', '.join(downloads.FORMS)}):form>")
@action("gifts")
def file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """A list as a file."""
    return downloads.file(ListPage.of_request(name, own_columns.listing(name)), form)


@blueprint.get("/p/<programme_id>/visits/print")
@blueprint.get("/p/<programme_id>/visits/print.<any(pdf):form>")
@action("todo")
def visit_list(programme_id: str, form: str | None = None) -> Response | str:
    """The visit list to print: all visits that pass the filters, with room to write."""
    page = render_template("visit_list.html", page=ListPage.of_request("visits", LISTINGS["visits"]))
    return pdf.page_or_pdf(page, form, f"{programme_id}-visits")
