"""The page of saved views, the link of each, and how they are kept and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request

from relay.access import saved_views as kept_views
from relay.errors import refused
from relay.web import menu
from relay.web.i18n.language import gettext, ngettext
from relay.web.lists import browser_views, saved_views
from relay.web.lists.programme_lists import LISTINGS
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("views", __name__)
blueprint.add_app_template_global(saved_views.views_of, "views_of")
blueprint.add_app_template_global(saved_views.offered, "views_in_browser")
blueprint.add_app_template_global(saved_views.seen_by_choices, "seen_by_choices")


@blueprint.get("/p/<programme_id>/views")
@action("saved views")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All saved views that this reader sees."""
    return render_template("saved_views.html", views=saved_views.views_of())


@blueprint.get("/p/<programme_id>/views/<view_id>")
@action("saved views")
def opened(programme_id: str, view_id: str) -> Response:  # noqa: ARG001 - as above
    """What a saved view shows, under the link that was sent to the reader."""
    return redirect(saved_views.one(view_id).href, 303)


@blueprint.post("/p/<programme_id>/views/<view_id>")
@action("saved views")
def delete(programme_id: str, view_id: str) -> Response:  # noqa: ARG001 - as above
    """Delete a view that the reader kept; a manager deletes any that she sees."""
    shown = saved_views.one(view_id)
    if not shown.deletable:
        raise refused(kept_views.NOT_YOUR_VIEW)
    kept_views.delete(current.graph(), shown.view)
    flash(gettext("“%(view)s” is deleted.", view=shown.title), "view")
    return redirect(menu.url_to("views.page"), 303)


@blueprint.post("/p/<programme_id>/views")
@action("saved views")
def take_over(programme_id: str) -> Response:
    """Keep the views that this browser stored, or drop them; either way they are offered no more."""
    if "keep" in request.form:
        stored = len(saved_views.offered())
        left = saved_views.keep_from_browser()
        kept = stored - left
        flash(ngettext("%(num)s view is kept.", "%(num)s views are kept.", kept), "view")
        if left:
            flash(ngettext("%(num)s view could not be kept.", "%(num)s views could not be kept.", left), "view")
    response = redirect(menu.url_to("views.page"), 303)
    browser_views.take_out(response, programme_id)
    return response


@blueprint.post(f"/p/<programme_id>/<any({', '.join(LISTINGS)}):name>/views")
@action("gifts")
def keep_list(programme_id: str, name: str) -> Response:  # noqa: ARG001 - as above
    """Keep a list with its filters and order under a name."""
    return _kept(name)


@blueprint.post("/p/<programme_id>/query/views")
@action("query")
def keep_query(programme_id: str) -> Response:  # noqa: ARG001 - as above
    """Keep a query under a name."""
    return _kept(saved_views.QUERY)


def _kept(page_name: str) -> Response:
    shown = saved_views.keep_from_form(page_name, request.form.get("query", ""))
    link = current.address_of(shown.link)
    flash(gettext("“%(view)s” is kept. Its link can be sent: %(link)s", view=shown.title, link=link), "view")
    return redirect(shown.href, 303)
