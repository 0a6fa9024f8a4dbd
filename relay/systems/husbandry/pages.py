"""The page of husbandry, and from when on she can pass on, on the pages of a woman and of a placement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from markupsafe import Markup

from relay.systems.husbandry.questions import ready_rows
from relay.text import Sentence
from relay.web import guard, privacy
from relay.web.i18n.sentences import translate
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import SystemLink, SystemPages

if TYPE_CHECKING:
    from relay.reports.record_history import Record

blueprint = Blueprint("husbandry", __name__, template_folder="templates")

BASES: Final = {
    "weaned": Sentence("weaned"),
    "born": Sentence("born"),
    "pregnant": Sentence("pregnant since"),
    "typical": Sentence("usual time since receipt"),
}
"""What a ready day rests on → its label."""


@blueprint.app_template_filter("basis")
def _basis(word: str) -> str:
    return translate(BASES[word])


@blueprint.get("/p/<programme_id>/husbandry")
@action("husbandry")
def page(programme_id: str) -> str:
    """From when on each can pass on who still owes."""
    rows = ready_rows(current.built_graph(), programme_id, current.survey_of_all())
    names = privacy.names("list", {each.beneficiary_id for each in rows})
    return render_template("husbandry/husbandry.html", rows=rows, names=names)


def _on_record(record: Record) -> Markup | None:
    """From when on she can pass on, on her record and on those of her placements."""
    programme_id, (kind, _, id_) = current.head().programme_id, record.id.partition(":")
    if kind not in ("beneficiary", "placement") or not guard.may("husbandry", programme_id):
        return None
    hers = {each.placement_id for each in record.placements} if kind == "beneficiary" else {id_}
    found = ready_rows(current.built_graph(), programme_id, current.survey_of_all(), hers)
    rows = [row for row in found if row.ready_on]
    return Markup(render_template("husbandry/hers.html", rows=rows)) if rows else None  # noqa: S704 - a template escapes


PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="page", label=Sentence("Husbandry"), key="4", group="relays"),),
    on_record=_on_record,
)
