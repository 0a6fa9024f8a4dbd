"""The pages of wells."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from markupsafe import Markup

from relay.reports.record_history import Record
from relay.text import Sentence
from relay.web.permission import action
from relay.web.request import current
from relay.web.system_pages import SystemLink, SystemPages
from tests.systems.wells.questions import wells

blueprint = Blueprint("wells", __name__)


@blueprint.get("/p/<programme_id>/wells")
@action("wells")
def page(programme_id: str) -> str:
    """All wells."""
    found = wells(current.built_graph(), programme_id, current.as_of())
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(each.well_id) for each in found))


def _on_record(record: Record) -> Markup | None:
    if not record.id.startswith("beneficiary:"):
        return None
    kept = sum(each.id.startswith("well:") for each in record.history)
    return Markup("<p>She keeps {} wells.</p>").format(kept)


PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="page", label=Sentence("All wells"), key="k"),),
    on_record=_on_record,
)
