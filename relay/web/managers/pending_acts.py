"""Managers settle pending acts: those that telephones and outboxes handed in, and that could not be recorded."""

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
from relay.ledger.held.receiving import Sender
from relay.reports.field.tasks import HELD_DAYS
from relay.web import menu, privacy, sessions
from relay.web.api.sent_acts import Settlement, settle_act
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
    """The pending acts, the oldest first, each with a form to settle it."""
    rows = held_list.every(current.graph(), programme_id)
    privacy.log_opened("held", (row.act_id for row in rows if row.act_id))
    core = current.core()
    since = core.now().astimezone(UTC) - timedelta(days=HELD_DAYS)
    late = {row.held_id for row in rows if datetime.fromisoformat(row.received_at) < since}
    links = {row.held_id: _links(row, core.graph.catalogue) for row in rows}
    return render_template(
        "pending_acts.html",
        rows=rows,
        late=late,
        links=links,
        as_text=_to_text,
        without_commands=held_list.without_commands,
        login_of=login_of,
    )


@blueprint.post("/p/<programme_id>/<any(held):name>")
@action("held settle")
def settle(programme_id: str, name: str) -> Response:  # noqa: ARG001 - as above
    """Settle one: hand it in corrected, discard it, or say that it is the same as a record."""
    core, by = current.core(), sessions.signed_in().by
    row = held_list.one(core.graph, programme_id, request.form.get("held_id", ""))
    source = Sender(
        programme_id=programme_id, device_id=by, place_id="", by=by, systems=current.head().systems, holds=True
    )
    clerk = Clerk(by=by, now=core.now(), random=secrets.token_bytes)
    wish = _settlement(row)
    if wish is None:
        flash(gettext("Write why it is discarded, or as which record it is the same."))
        return redirect(menu.url_to("held.page", name="held"), 303)
    outcome = settle_act(core.graph, source, row, wish, clerk, grants=None)
    if outcome.held_id:
        flash(gettext("Still held: %(why)s", why=outcome.sentence))
    else:
        flash(gettext("%(act_id)s is settled.", act_id=outcome.act_id or row.act))
    return redirect(menu.url_to("held.page", name="held"), 303)


def _links(row: HeldAct, catalogue: Catalogue) -> Mapping[str, str]:
    """Column → the record that it names; the record for which the act waits does not exist yet, and is left out."""
    named = catalogue.named_by(row.as_act) if row.as_act else ()
    return {column: name for column, name in named if name != row.waits_for}


def _settlement(row: HeldAct) -> Settlement | None:
    """How the act is to be settled; None if the form is incomplete."""
    how, text = request.form.get("settle", ""), request.form.get("text", "").strip()
    if how == "hand_in":
        return Settlement(settle=how, content=_content(row), again="again" in request.form)
    if not text or how not in ("discard", "same"):
        return None
    return Settlement(settle=how, reason=text, same_as=text)


def _content(row: HeldAct) -> Mapping[str, Any]:
    """The content of the act with what the form changed; columns that were emptied are left out."""
    content = dict(row.content)
    for name, was in row.content.items():
        text = request.form.get(f"column.{name}")
        if text is None or text == _to_text(was):
            continue
        content[name] = _as_sent(text, was)
    return {name: value for name, value in content.items() if value is not None}


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_sent(text: str, was: object) -> Any:  # noqa: ANN401 - JSON
    if not text.strip():
        return None
    if isinstance(was, str):
        return text.strip()
    try:
        return plain_json.read(text)
    except ValueError:
        return text.strip()
