"""Managers confirm what staff recorded: the pass-ons that wait for a second person, and who opened what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request

from relay.access import access_log
from relay.desk import intake
from relay.reports.unconfirmed import waiting as waiting_for_a_second_person
from relay.web import guard, menu, sessions
from relay.web.i18n.language import gettext
from relay.web.permission import action
from relay.web.request import current, parameters

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SHOWN: Final = 50  # our choice: pass-ons on a page, the earliest that the reader can confirm first
ACCESSES: Final = 200  # our choice: lines on the page; `relay access log` tells more

blueprint = Blueprint("confirming", __name__)


@blueprint.get("/p/<programme_id>/waiting")
@action("waiting")
def waiting(programme_id: str) -> str:
    """The pass-ons that nobody confirmed, a page of them."""
    login, page = sessions.signed_in().login, parameters.number("page", 1) or 1
    found = waiting_for_a_second_person(current.built(), programme_id, current.as_of(), SHOWN * page + 1, last_by=login)
    rows = found[SHOWN * (page - 1) : SHOWN * page]
    return render_template("waiting.html", rows=rows, page=page, more=len(found) > SHOWN * page, own=login)


@blueprint.post("/p/<programme_id>/waiting")
@action("confirm")
def confirm(programme_id: str) -> Response:
    """Confirm one of them."""
    said = {"act_id": f"pass:{request.form.get('pass_id', '')}"}
    clerk = replace(guard.clerk(programme_id), seen=request.form.get("seen", 0, type=int))
    act = intake.made(current.built(), programme_id, "confirm", said, random=clerk.random)
    intake.hand_in(current.built(), programme_id, act, clerk)
    flash(gettext("Pass-on %(pass_id)s is confirmed.", pass_id=request.form["pass_id"]))
    return redirect(menu.to("confirming.waiting", page=request.args.get("page")), 303)


@blueprint.get("/p/<programme_id>/accesses")
@action("access log")
def opened(programme_id: str) -> str:  # noqa: ARG001 - `asked` reads it
    """Who opened whose record or names."""
    found = access_log.newest(current.core().settings.data_folder, current.head().programme_id, ACCESSES)
    return render_template("accesses.html", rows=found, most=ACCESSES)
