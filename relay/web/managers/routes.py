"""Pages for managers: the programmes, the overview of one, trees, gifts, the map, places and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for

from relay.access.roles import EVERY
from relay.reports import trees
from relay.reports.tree_layout import MOST
from relay.web import guard, menu
from relay.web.managers import menu_counts, programmes, tree_downloads
from relay.web.managers.country_map import CountryMap
from relay.web.managers.first_steps import next_step
from relay.web.managers.gift import GiftPage
from relay.web.managers.overview import Overview
from relay.web.managers.place_or_group import PartPage
from relay.web.managers.tree import TreePage, TreeRequest
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.request import current, parameters
from relay.web.staff import search_words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

blueprint = Blueprint("managers", __name__)
blueprint.add_app_template_global(next_step)


@blueprint.get("/")
@action("programme list")
def front() -> str | Answer:
    """The list of programmes; if there is only one, a redirect to its first page, and to its beginning if none."""
    heads = guard.heads()
    if not heads and guard.may("programme add", EVERY):
        return redirect(url_for("beginning.page"))
    if len(heads) == 1:
        return redirect(menu.start_url(heads[0].programme_id))
    return render_template("front.html", rows=programmes.programme_rows(heads))


@blueprint.get("/p/<programme_id>")
@action("gifts")
def programme(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The overview of a programme."""
    return render_template("programme.html", page=Overview.of_request())


@blueprint.get("/p/<programme_id>/open-work.json")
@action("gifts")
def open_work_(programme_id: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The counts in the menu."""
    return jsonify(menu_counts.counts())


def _page(id_: str, *, file: bool = False) -> TreePage:
    return TreePage(current.survey_below(id_), id_, TreeRequest.of_request(file=file))


@blueprint.get("/p/<programme_id>/tree/<id_>")
@action("tree")
def tree(programme_id: str, id_: str) -> str | Answer:  # noqa: ARG001 - `current` reads it
    """A relay tree."""
    page, text = _page(id_), search_words.words_in_url()
    placement_ids = page.placements_matching(text) if text else []
    if len(placement_ids) == 1:
        return redirect(page.focusing(placement_ids[0]))
    return render_template("tree.html", page=page, q=text, placement_ids=placement_ids)


@blueprint.post("/p/<programme_id>/tree/<id_>")
@action("tree", by_form=False)
def search_in(programme_id: str, id_: str) -> Answer:  # noqa: ARG001 - `current` reads it
    """Search a tree for the words that a form sends."""
    return redirect(_page(id_).link(search=search_words.sealed_words()), 303)


@blueprint.get("/p/<programme_id>/tree/<id_>/network.json")
@action("tree")
def network(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The picture of a tree as JSON, for the script that draws it."""
    return jsonify(tree_downloads.network(_page(id_)))


@blueprint.get("/p/<programme_id>/tree/<id_>/tree.<form>")
@action("tree")
def download(programme_id: str, id_: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """A tree as a file: svg, html, graphml or json."""
    return tree_downloads.file(_page(id_, file=True), parameters.choice_in_path(form, tree_downloads.FORMS))


@blueprint.get("/p/<programme_id>/tree/<id_>/print")
@blueprint.get("/p/<programme_id>/tree/<id_>/print.<any(pdf):form>")
@action("tree")
def sheets(programme_id: str, id_: str, form: str | None = None) -> Response | str:
    """A tree over sheets of paper, with a key and with the numbers of the sheets that join."""
    wish = TreeRequest.of_request().with_view(depth=MOST, opened=frozenset(), by_date=False)
    page = TreePage(current.survey_below(id_), id_, wish)
    name = f"{programme_id}-{page.id.replace(':', '-')}-{wish.as_of}"
    return pdf.page_or_pdf(render_template("tree_sheets.html", page=page), form, name)


@blueprint.get("/p/<programme_id>/trace/<id_>.json")
@action("trace")
def trace(programme_id: str, id_: str) -> Response:  # noqa: ARG001 - `current` reads it
    """How far a gift or placement has travelled, as JSON."""
    return jsonify(trees.trace(current.survey_below(id_), id_))


@blueprint.get("/p/<programme_id>/gift/<gift_id>")
@action("gifts")
def gift(programme_id: str, gift_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The page of a gift, for its donor."""
    return render_template("gift.html", page=GiftPage.of_request(gift_id))


@blueprint.get("/p/<programme_id>/map")
@action("health")
def map_(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The map of the country, coloured by the chains that began in each place."""
    sheet = CountryMap()
    return render_template(
        "map.html", areas=sheet.areas(current.survey()), sheet=sheet, as_of=current.as_of(), today=current.today()
    )


@blueprint.get("/p/<programme_id>/<any(group, place):word>/<part_id>")
@action("health")
def part(programme_id: str, word: str, part_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The page of a group or a place."""
    return render_template("part.html", page=PartPage.of_request(word, part_id))
