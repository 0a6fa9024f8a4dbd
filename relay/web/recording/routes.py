"""Pages that record: a form, its check page, the answer, and undo beside it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request

from relay.desk import intake, recorded_sentence, undo
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Asked
from relay.reports import record_history
from relay.web import guard, menu, privacy, sessions
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import say_error
from relay.web.permission import action
from relay.web.recording import ceremony_form, record_lookup, visit_form
from relay.web.recording.available_forms import offers
from relay.web.recording.filled_form import Filled, opened
from relay.web.recording.form_submission import SAYS_NO, JudgedForm, answers_of, handed_in, judged
from relay.web.recording.forms import every
from relay.web.request import current
from relay.web.request.typed_form import pressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from werkzeug.wrappers import Response

    from relay.domain.system import Catalogue
    from relay.errors import RelayError

    Answer = str | Response | tuple[str, int]

_CHECKED: Final = 422  # the form comes back with what is wrong


def blueprint(catalogue: Catalogue) -> Blueprint:
    """The pages for the kinds of acts of a catalogue; a form of one name is one action, wherever it is opened."""
    pages = Blueprint("recording", __name__)
    pages.add_url_rule("/p/<programme_id>/meant/<kind>", "meant", _meant, methods=("POST",))
    pages.add_url_rule("/p/<programme_id>/record/<act_id>/recorded", "recorded", _recorded)
    pages.add_url_rule("/p/<programme_id>/record/<act_id>/undo", "undo", _undo, methods=("POST",))
    pages.add_url_rule("/p/<programme_id>/ceremony", "ceremony_day", ceremony_form.page, methods=("GET", "POST"))
    pages.add_url_rule("/p/<programme_id>/visits/made", "walk", visit_form.page, methods=("GET", "POST"))
    for end in ("", ".<any(pdf):form>"):
        pages.add_url_rule(f"/p/<programme_id>/ceremony/sheet{end}", "ceremony_sheet", ceremony_form.sheet)
    for name in dict.fromkeys(form.name for form in every(catalogue)):
        forms = [form for form in every(catalogue) if form.name == name]
        view = _view(name, forms[0].recording(catalogue))
        if any(form.opened_on for form in forms):
            pages.add_url_rule(f"/p/<programme_id>/record/<act_id>/{name}", name, view, methods=("GET", "POST"))
        if any(not form.opened_on for form in forms):
            pages.add_url_rule(f"/p/<programme_id>/new/{name}", name, view, methods=("GET", "POST"))
    return pages


def set_up(app: Flask) -> None:
    """Let the pages of an application offer the forms of a record, as far as its reader may record."""
    app.add_template_global(offers, "offers")


def _view(name: str, may: str) -> Callable[..., Answer]:
    @action(may, typed=True)
    def view(programme_id: str, act_id: str = "") -> Answer:  # noqa: ARG001 - `current` reads it
        form = opened(name, act_id)
        if request.method == "GET":
            return _page("form", form)
        return _answer(form.typed(request.form), pressed() or "check")

    return view


def _page(template: str, filled: Filled, judgement: JudgedForm | None = None, **more: Any) -> str:  # noqa: ANN401
    return render_template(
        f"recording/{template}.html", page=filled, judged=judgement or JudgedForm(), today=current.today(), **more
    )


def _answer(filled: Filled, step: str) -> Answer:
    """The form again, its check page, or where the answer is."""
    whole = "whole" in request.form
    if step == "edit":
        return _page("form", filled)
    if not filled.is_sound:
        return _page("form", filled), _CHECKED
    if step == "record" and filled.is_told_already:
        return redirect(menu.to("recording.recorded", act_id=f"{filled.form.kind}:{filled.own_id}"), 303)
    if step == "record" and not filled.news():
        try:
            recorded = handed_in(filled, answers_of(request.form.getlist("again")), whole=whole)
        except Asked:
            pass  # asked since the form was checked: it is checked once more
        except SAYS_NO as fault:
            return _refused(filled, fault, JudgedForm(fault=fault, whole=whole))
        else:
            return redirect(menu.to("recording.recorded", act_id=recorded.act_id), 303)
    judgement = judged(filled, whole=whole)
    if judgement.fault:
        return _refused(filled, judgement.fault, judgement)
    return _page("check", filled, judgement, now=current.head().entries)


def _refused(filled: Filled, error: RelayError, judgement: JudgedForm) -> Answer:
    """The form again, with what the rule book says against it beside the field at fault."""
    said = say_error(error)
    blamed = filled.blaming(error.field, said)
    return _page("form", blamed, judgement, fault="" if not blamed.is_sound else said), _CHECKED


@action("find")
def _meant(programme_id: str, kind: str) -> str:  # noqa: ARG001 - `current` reads it
    """The records that the words typed so far may mean, to choose among."""
    name = request.args.get("field", "")
    text = request.form.get(name, "").strip()
    found = (
        record_lookup.near(kind, text, request.args.get("home"))
        if text and kind in current.graph().catalogue.kinds
        else ()
    )
    return render_template("recording/matches.html", name=name, found=found, chosen="")


@action("show")
def _recorded(programme_id: str, act_id: str) -> str:
    """What an act recorded, in one sentence, with undo beside it for who recorded it."""
    told = recorded_sentence.told(current.built(), programme_id, act_id, current.today(), privacy.told, labels.SPEECH)
    found = record_history.show(current.built(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    return render_template(
        "recording/recorded.html",
        told=told,
        record=found,
        undo_id=new_id(secrets.token_bytes(ID_BYTES)) if told.undone_by and _is_undoable(found) else "",
        ways={way: record_lookup.called(way) for way in _ways(found)},
    )


def _ways(found: record_history.Record) -> Iterator[str]:
    """Where one goes on from an act: the records that it names, then its own."""
    kind = current.graph().catalogue.kind(found.id.partition(":")[0])
    if subject := found.values.get("act_id"):
        yield from _ways(
            record_history.show(current.built(), current.head().programme_id, str(subject), current.today())
        )
    for column in kind.columns:
        if column.begins and found.taken_back_by:
            continue  # it may be gone
        name = column.begins or column.refers_to
        if name and column.type != "ids" and found.values.get(column.name):
            yield f"{name}:{found.values[column.name]}"
    yield found.id


def _is_undoable(found: record_history.Record) -> bool:
    """Whether who is asking recorded it of late, and it still stands."""
    since = undo.since(current.core().now())
    mine = found.recorded_by == sessions.signed_in().by and str(found.recorded_at) >= since
    undoing = found.id.startswith(undo.UNDOING)
    return guard.may("undo", current.head().programme_id) and mine and not undoing and not found.taken_back_by


@action("undo")
def _undo(programme_id: str, act_id: str) -> Response:
    """Take back what was just recorded, by a correction like any other."""
    found = record_history.show(current.built(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    if found.recorded_by != sessions.signed_in().by:
        abort(404)
    clerk = guard.clerk(programme_id)
    correction = undo.correction(found.id, gettext("Taken back at once."), request.form.get("undo_id", ""))
    recorded = intake.hand_in(current.built(), programme_id, correction, clerk)
    return redirect(menu.to("recording.recorded", act_id=recorded.act_id), 303)
