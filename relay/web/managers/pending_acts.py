"""Managers settle what telephones and outboxes handed in and the record did not take."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request

from relay.domain import plain_json
from relay.domain.entries import login_of
from relay.ledger.batch import Clerk
from relay.ledger.held import held_list
from relay.ledger.held.taking_in import Sender
from relay.reports.field.tasks import HELD_DAYS
from relay.web import menu, privacy, sessions
from relay.web.api.sent_acts import Settlement, settled
from relay.web.i18n.language import gettext
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from werkzeug.wrappers import Response

    from relay.domain.system import Catalogue
    from relay.ledger.held.held_list import HeldAct

blueprint = Blueprint("held", __name__)


@blueprint.get("/p/<programme_id>/<any(held):name>")
@action("held list")
def page(programme_id: str, name: str) -> str:  # noqa: ARG001 - the menu knows the page by it
    """What is held, the longest first, each with what can become of it."""
    found = held_list.every(current.graph(), programme_id)
    privacy.opened("held", (row.act_id for row in found if row.act_id))
    core = current.core()
    since = core.now().astimezone(UTC) - timedelta(days=HELD_DAYS)
    late = {row.held_id for row in found if datetime.fromisoformat(row.received_at) < since}
    links = {row.held_id: _links(row, core.graph.catalogue) for row in found}
    return render_template(
        "pending_acts.html",
        rows=found,
        late=late,
        links=links,
        as_text=_shown,
        without_commands=held_list.without_commands,
        login_of=login_of,
    )


@blueprint.post("/p/<programme_id>/<any(held):name>")
@action("held settle")
def settle(programme_id: str, name: str) -> Response:  # noqa: ARG001 - as above
    """Settle one: what was put right is handed in, another is discarded, or is the same as a record."""
    core, by = current.core(), sessions.signed_in().by
    row = held_list.one(core.graph, programme_id, request.form.get("held_id", ""))
    source = Sender(
        programme_id=programme_id, device_id=by, place_id="", by=by, systems=current.head().systems, holds=True
    )
    clerk = Clerk(by=by, now=core.now(), random=secrets.token_bytes)
    wish = _wish(row)
    if wish is None:
        flash(gettext("Write why it is discarded, or as which record it is the same."))
        return redirect(menu.to("held.page", name="held"), 303)
    became = settled(core.graph, source, row, wish, clerk, grants=None)
    if became.held_id:
        flash(gettext("Still held: %(why)s", why=became.sentence))
    else:
        flash(gettext("%(act_id)s is settled.", act_id=became.act_id or row.act))
    return redirect(menu.to("held.page", name="held"), 303)


def _links(row: HeldAct, catalogue: Catalogue) -> Mapping[str, str]:
    """The columns that name a record, each with the record; what it waits for is none yet."""
    named = catalogue.named_by(row.as_act) if row.as_act else ()
    return {column: name for column, name in named if name != row.waits_for}


def _wish(row: HeldAct) -> Settlement | None:
    """How it is to be settled; None where the form does not say enough."""
    how, text = request.form.get("settle", ""), request.form.get("text", "").strip()
    if how == "hand_in":
        return Settlement(settle=how, content=_content(row), again="again" in request.form)
    if not text or how not in ("discard", "same"):
        return None
    return Settlement(settle=how, reason=text, same_as=text)


def _content(row: HeldAct) -> Mapping[str, Any]:
    """What was sent, with what the form changed; a column that was emptied is left out."""
    content = dict(row.content)
    for name, was in row.content.items():
        said = request.form.get(f"column.{name}")
        if said is None or said == _shown(was):
            continue
        content[name] = _as_sent(said, was)
    return {name: value for name, value in content.items() if value is not None}


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_sent(said: str, was: object) -> Any:  # noqa: ANN401 - JSON
    if not said.strip():
        return None
    if isinstance(was, str):
        return said.strip()
    try:
        return plain_json.read(said)
    except ValueError:
        return said.strip()
