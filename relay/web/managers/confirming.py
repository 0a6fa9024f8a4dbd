"""Managers confirm pass-ons that staff recorded; and the page of the access log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request

from relay.access import access_log, access_log_verification
from relay.domain.acts import ID_BYTES, Act, id_made_of, new_id
from relay.domain.entries import login_of
from relay.ledger.recording import record
from relay.reports import unconfirmed
from relay.service import failure
from relay.web import guard, menu, sessions
from relay.web.i18n.language import gettext, ngettext
from relay.web.lists import downloads
from relay.web.lists.listing import ListPage
from relay.web.managers import unconfirmed_pass_ons
from relay.web.managers.unconfirmed_pass_ons import WAITING
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as Answer

    from relay.ledger.batch import Outcome
    from relay.reports.field.contacts import Contact
    from relay.reports.record_history import Record
    from relay.web.managers.unconfirmed_pass_ons import WaitingRow

ACCESSES: Final = 200  # our choice: lines on the page; `relay access log` shows more

blueprint = Blueprint("confirming", __name__)


@blueprint.get("/p/<programme_id>/<any(waiting):name>")
@action("waiting")
def waiting(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The list of unconfirmed pass-ons, with how many each person recorded."""
    current.built_graph()  # the cached list may be from before another version built the graph
    page = ListPage.of_request(name, WAITING)
    return render_template("waiting.html", page=page, recorders=unconfirmed.by_recorder(page.rows))


@blueprint.get(f"/p/<programme_id>/<any(waiting):name>.<any({', '.join(downloads.FORMS)}):form>")
@action("waiting")
def waiting_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The list of unconfirmed pass-ons as a file."""
    current.built_graph()
    return downloads.file(ListPage.of_request(name, WAITING), form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """Some pass-ons that somebody wants to confirm together.

    Attributes:
        page: The list in which they were ticked.
        pass_ids: The pass-ons, in order, each once.
        own_id: An id made with the page, so that a form sent twice confirms once.
        seen: The number of the ledger's last entry when the page was opened.
    """

    page: ListPage
    pass_ids: Sequence[str]
    own_id: str
    seen: int

    @classmethod
    def of_form(cls) -> Confirmations:
        """Read them from the sent form."""
        ticked = request.form.getlist("shown" if "every" in request.form else "pass_id")
        return cls(
            page=ListPage.of_request("waiting", WAITING),
            pass_ids=tuple(dict.fromkeys(ticked)),
            own_id=request.form.get("own_id") or new_page_id(),
            seen=request.form.get("seen", 0, type=int),
        )

    @property
    def acts(self) -> tuple[Act, ...]:
        """The acts that confirm them."""
        ids = (id_made_of(f"{self.own_id}/{pass_id}") for pass_id in self.pass_ids)
        return tuple(
            Act(kind="confirm", id=id_, values={"confirm_id": id_, "act_id": f"pass:{pass_id}"})
            for id_, pass_id in zip(ids, self.pass_ids, strict=True)
        )

    def outcomes(self, *, rehearses: bool) -> dict[str, Outcome]:
        """Pass id → the outcome of its confirmation; each is recorded or refused alone.

        Raises:
            Unavailable: The database cannot be reached.
        """
        programme_id = current.head().programme_id
        clerk = replace(guard.clerk(programme_id), seen=self.seen, rehearses=rehearses)
        return dict(zip(self.pass_ids, record(current.built_graph(), programme_id, self.acts, clerk), strict=True))

    @property
    def rows(self) -> Mapping[str, WaitingRow]:
        """Pass id → its row in the list, of those that are still unconfirmed."""
        return {
            row.pass_id: row for row in unconfirmed_pass_ons.waiting_rows(self.page) if row.pass_id in self.pass_ids
        }

    @property
    def people(self) -> Mapping[str, Contact]:
        """Beneficiary id → contact, of givers and receivers, as far as they may be named."""
        return self.page.people(self.rows.values()) if self.page.with_names else {}


@blueprint.post("/p/<programme_id>/waiting")
@action("confirm")
def confirm(programme_id: str) -> str | Answer | tuple[str, int]:
    """The check page for some pass-ons; or confirm them, when that was sent."""
    wanted = Confirmations.of_form()
    if not wanted.pass_ids:
        flash(gettext("Nothing was ticked."))
        return redirect(wanted.page.link(), 303)
    recording = pressed_button() == "record"
    outcomes = wanted.outcomes(rehearses=not recording)
    errors = [each.error for each in outcomes.values() if each.error]
    confirmed = [pass_id for pass_id, each in outcomes.items() if not each.error]
    if recording and not errors:
        return _answer(wanted, confirmed)
    noted = {} if recording else unconfirmed.noted(current.built_graph(), programme_id, wanted.pass_ids)
    text = render_template(
        "confirming.html",
        wanted=wanted,
        outcomes=outcomes,
        noted=noted,
        recorded=recording,
        of_record="of_record" in request.form,
    )
    return (text, failure.status_of(errors[0])) if recording and not confirmed else text


def _answer(wanted: Confirmations, confirmed: Sequence[str]) -> Answer:
    """Redirect after all were confirmed: to the recorded act if it came from a record's page, else to the list."""
    if "of_record" in request.form:
        return redirect(menu.url_to("recording.recorded", act_id=wanted.acts[0].act_id), 303)
    flash(
        gettext("Pass-on %(pass_id)s is confirmed.", pass_id=confirmed[0])
        if len(confirmed) == 1
        else ngettext("%(num)s pass-on is confirmed.", "%(num)s pass-ons are confirmed.", len(confirmed))
    )
    return redirect(wanted.page.link(), 303)


@blueprint.app_template_global("confirmable")
def confirmable(record: Record) -> bool:
    """Whether the user may confirm a record: an unconfirmed pass-on that she neither recorded nor corrected."""
    if not record.id.startswith("pass:") or record.confirm_id or record.taken_back_by:
        return False
    recorders = [record.recorded_by, *(each.recorded_by for each in record.history if each.id.startswith("correct:"))]
    hers = sessions.signed_in().login in [login_of(by) for by in recorders if by]
    return guard.may("confirm", current.head().programme_id) and not hers


@blueprint.get("/p/<programme_id>/accesses")
@action("access log")
def opened(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The access log: who opened whose record or names; and whether it is whole, where the URL asks for that."""
    graph, of, today = current.graph(), current.head().programme_id, current.core().now().date()
    return render_template(
        "access_log.html",
        rows=access_log.read_newest(graph, of, ACCESSES),
        most=ACCESSES,
        verification=access_log_verification.verify(graph, of, today) if "check" in request.args else None,
    )


@blueprint.app_template_global("new_page_id")
def new_page_id() -> str:
    """A new id for a page, from which the ids of its confirmations are made."""
    return new_id(secrets.token_bytes(ID_BYTES))
