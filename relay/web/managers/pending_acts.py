"""Managers settle pending acts: those that telephones and outboxes handed in, and that could not be recorded."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request

from relay.domain import plain_json
from relay.domain.entries import login_of
from relay.ledger.batch import Clerk
from relay.ledger.held import held_list
from relay.ledger.held.receiving import Sender
from relay.reports.field.tasks import HELD_DAYS
from relay.web import guard, menu, privacy, sessions
from relay.web.api.sent_acts import Settlement, settle_act
from relay.web.i18n.language import gettext
from relay.web.permission import action
from relay.web.recording import offered
from relay.web.recording.form_fields import field_of
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from werkzeug.wrappers import Response

    from relay.domain.schema import Column
    from relay.domain.system import Catalogue
    from relay.ledger.held.held_list import HeldAct
    from relay.web.recording.form_fields import Field

blueprint = Blueprint("held", __name__)

_PREFIX: Final = "column."
_NOT_PLAIN: Final = frozenset({"changes", "equivalents", "pairs"})
_CHECKED: Final = 422  # the form comes back with what is wrong


@blueprint.get("/p/<programme_id>/<any(held):name>")
@action("held list")
def page(programme_id: str, name: str) -> str:  # noqa: ARG001 - the menu knows the page by it
    """The pending acts, the oldest first; one that is opened has a form to settle it."""
    rows = held_list.every(current.graph(), programme_id)
    opened = next((row for row in rows if row.held_id == request.args.get("open")), None)
    return _shown(rows, opened, _fields(opened) if opened else ())


def _shown(rows: Sequence[HeldAct], opened: HeldAct | None, fields: Sequence[Field], fault: str = "") -> str:
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
        opened=opened.held_id if opened else "",
        fields=fields,
        others=_others(opened) if opened else {},
        alike=offered.acts_beside(opened.act, opened.names) if opened else (),
        fault=fault,
        today=current.today(),
        as_text=_to_text,
        without_commands=held_list.without_commands,
        login_of=login_of,
    )


@blueprint.post("/p/<programme_id>/<any(held):name>")
@action("held settle")
def settle(programme_id: str, name: str) -> Response | tuple[str, int]:  # noqa: ARG001 - as above
    """Settle one: hand it in corrected, discard it, or say that it is the same as a record."""
    core, by = current.core(), sessions.signed_in().by
    row = held_list.one(core.graph, programme_id, request.form.get("held_id", ""))
    guard.require_proven_for((row.act,))
    source = Sender(
        programme_id=programme_id, device_id=by, place_id="", by=by, systems=current.head().systems, holds=True
    )
    clerk = Clerk(by=by, now=core.now(), random=secrets.token_bytes)
    before = _fields(row)
    fields = tuple(field.typed(request.form) if _is_sent(field) else field for field in before)
    changed = tuple(
        now for was, now in zip(before, fields, strict=True) if (now.text, now.chosen) != (was.text, was.chosen)
    )
    if request.form.get("settle") == "hand_in" and any(field.fault for field in changed):
        fault = gettext("Still held: look at what is marked below.")
        return _shown(held_list.every(core.graph, programme_id), row, fields, fault), _CHECKED
    wish = _settlement(row, changed)
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


def _settlement(row: HeldAct, changed: Iterable[Field]) -> Settlement | None:
    """How the act is to be settled; None if the form is incomplete."""
    how, text = request.form.get("settle", ""), request.form.get("text", "").strip()
    if how == "same":
        text = request.form.get("same_as", text)
    if how == "hand_in":
        return Settlement(settle=how, content=_content(row, changed), again="again" in request.form)
    if not text or how not in ("discard", "same"):
        return None
    return Settlement(settle=how, reason=text, same_as=text)


def _fields(row: HeldAct) -> tuple[Field, ...]:
    """A field for each column that the act says, needs, or is at fault in, as far as it is one value."""
    kind = current.graph().catalogue.kinds.get(row.act)
    columns = kind.columns if kind else ()
    said = (each for each in columns if each.name in row.content or each.required or each.name == row.field)
    return tuple(
        _field(row.act, column, row.content.get(column.name)) for column in said if column.name not in _others(row)
    )


def _field(kind: str, column: Column, value: object) -> Field:
    field = replace(field_of(kind, column, needed=column.required), prefix=_PREFIX)
    if known := offered.words_of(kind, column) if column.type in ("help", "words", "level") else None:
        field = replace(field, choices=known.labels, are_all=known.are_all)
    return field if value is None else field.typed({field.name: _to_text(value)})


def _others(row: HeldAct) -> Mapping[str, object]:
    """What the act says that is not one value, such as the changes of a correction, or is no column at all."""
    kind = current.graph().catalogue.kinds.get(row.act)
    plain = {column.name for column in kind.columns if column.type not in _NOT_PLAIN} if kind else set[str]()
    said = row.content.items()
    return {name: value for name, value in said if name not in plain or not isinstance(value, str | int | float)}


def _is_sent(field: Field) -> bool:
    return any(name == field.name or name.startswith(f"{field.name}.") for name in request.form)


def _content(row: HeldAct, changed: Iterable[Field]) -> Mapping[str, Any]:
    """The content of the act with what the form changed; columns that were emptied are left out."""
    content = dict(row.content) | {field.column.name: field.value for field in changed}
    for name, was in _others(row).items():
        text = request.form.get(f"{_PREFIX}{name}")
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
