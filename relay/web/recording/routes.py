"""Pages that record: a form, its check page, and the page of what was recorded, with undo."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request

from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Asked
from relay.office import intake, recorded_sentence, undo
from relay.reports import record_history
from relay.web import guard, menu, privacy, sessions
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.named_records import told_beside
from relay.web.permission import action
from relay.web.recording import ceremony_form, record_lookup, visit_form
from relay.web.recording.available_forms import offers
from relay.web.recording.filled_form import FilledForm, open_form
from relay.web.recording.form_submission import CORRECTABLE, FormCheck, answers_from, check_form, record_form
from relay.web.recording.forms import all_forms
from relay.web.request import current
from relay.web.request.typed_form import pressed_button

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from werkzeug.wrappers import Response

    from relay.domain.system import Catalogue
    from relay.errors import RelayError

    Answer = str | Response | tuple[str, int]

_CHECKED: Final = 422  # the form comes back with what is wrong


def blueprint(catalogue: Catalogue) -> Blueprint:
    """The pages for the kinds of acts of a catalogue; forms of the same name need the same action."""
    pages = Blueprint("recording", __name__)
    pages.add_url_rule("/p/<programme_id>/meant/<kind>", "meant", _meant, methods=("POST",))
    pages.add_url_rule("/p/<programme_id>/record/<act_id>/recorded", "recorded", _recorded)
    pages.add_url_rule("/p/<programme_id>/record/<act_id>/undo", "undo", _undo, methods=("POST",))
    pages.add_url_rule("/p/<programme_id>/ceremony", "ceremony_day", ceremony_form.page, methods=("GET", "POST"))
    pages.add_url_rule("/p/<programme_id>/visits/made", "walk", visit_form.page, methods=("GET", "POST"))
    for end in ("", ".<any(pdf):form>"):
        pages.add_url_rule(f"/p/<programme_id>/ceremony/sheet{end}", "ceremony_sheet", ceremony_form.sheet)
    for name in dict.fromkeys(form.name for form in all_forms(catalogue)):
        forms = [form for form in all_forms(catalogue) if form.name == name]
        view = _view(name, forms[0].recording(catalogue))
        if any(form.opened_on for form in forms):
            pages.add_url_rule(f"/p/<programme_id>/record/<act_id>/{name}", name, view, methods=("GET", "POST"))
        if any(not form.opened_on for form in forms):
            pages.add_url_rule(f"/p/<programme_id>/new/{name}", name, view, methods=("GET", "POST"))
    return pages


def set_up(app: Flask) -> None:
    """Give the templates the forms that a record offers."""
    app.add_template_global(offers, "offers")


def _view(name: str, may: str) -> Callable[..., Answer]:
    @action(may, typed=True)
    def view(programme_id: str, act_id: str = "") -> Answer:  # noqa: ARG001 - `current` reads it
        form = open_form(name, act_id)
        if request.method == "GET":
            return _page("form", form)
        return _answer(form.typed(request.form), pressed_button() or "check")

    return view


def _page(template: str, filled: FilledForm, form_check: FormCheck | None = None, **more: Any) -> str:  # noqa: ANN401
    return render_template(
        f"recording/{template}.html", page=filled, form_check=form_check or FormCheck(), today=current.today(), **more
    )


def _answer(filled: FilledForm, step: str) -> Answer:
    """The form again, its check page, or a redirect to what was recorded."""
    whole = "whole" in request.form
    if step == "edit":
        return _page("form", filled)
    if not filled.is_sound:
        return _page("form", filled), _CHECKED
    if step == "record" and filled.is_recorded_already:
        return redirect(menu.url_to("recording.recorded", act_id=f"{filled.form.kind}:{filled.own_id}"), 303)
    if step == "record" and not filled.news():
        try:
            recorded = record_form(filled, answers_from(request.form.getlist("again")), whole=whole)
        except Asked:
            pass  # asked since the form was checked: it is checked once more
        except CORRECTABLE as fault:
            return _refused(filled, fault, FormCheck(fault=fault, whole=whole))
        else:
            return redirect(menu.url_to("recording.recorded", act_id=recorded.act_id), 303)
    form_check = check_form(filled, whole=whole)
    if form_check.fault:
        return _refused(filled, form_check.fault, form_check)
    lives = privacy.place_names().get(str(filled.new_woman.get("place_id", "")), "")
    beside = told_beside({each.beside for each in form_check.questions if each.beside})
    more = {"place_of_new": lives, "beside": beside}
    return _page("check", filled, form_check, now=current.head().entries, **more)


def _refused(filled: FilledForm, error: RelayError, form_check: FormCheck) -> Answer:
    """The form again, with the error at the field at fault."""
    text = error_text(error)
    blamed = filled.blaming(error.field, text)
    return _page("form", blamed, form_check, fault="" if not blamed.is_sound else text), _CHECKED


@action("find")
def _meant(programme_id: str, kind: str) -> str:  # noqa: ARG001 - `current` reads it
    """The records that the text typed so far may mean, to choose from."""
    name = request.args.get("field", "")
    text = request.form.get(name, "").strip()
    hits = (
        record_lookup.matches(kind, text, request.args.get("home"))
        if text and kind in current.graph().catalogue.kinds
        else ()
    )
    new = text if request.args.get("new") and not record_lookup.looks_like_an_id(text) else ""
    return render_template("recording/matches.html", name=name, matches=hits, text=text, new=new)


@action("show")
def _recorded(programme_id: str, act_id: str) -> str:
    """What an act recorded, in one sentence, with undo for the user who recorded it."""
    recorded = recorded_sentence.told(
        current.built_graph(), programme_id, act_id, current.today(), privacy.log_nameable, labels.SPEECH
    )
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    return render_template(
        "recording/recorded.html",
        recorded=recorded,
        record=record,
        undo_id=new_id(secrets.token_bytes(ID_BYTES)) if recorded.undone_by and _is_undoable(record) else "",
        ways={way: record_lookup.name_of(way) for way in _records_to_go_on_to(record)},
    )


def _records_to_go_on_to(record: record_history.Record) -> Iterator[str]:
    """The records to which the page of an act links: those that the act names, then its own."""
    kind = current.graph().catalogue.kind(record.id.partition(":")[0])
    if subject := record.values.get("act_id"):
        yield from _records_to_go_on_to(
            record_history.show(current.built_graph(), current.head().programme_id, str(subject), current.today())
        )
    for column in kind.columns:
        if column.begins and record.taken_back_by:
            continue  # it may be gone
        name = column.begins or column.refers_to
        if name and column.type != "ids" and record.values.get(column.name):
            yield f"{name}:{record.values[column.name]}"
    yield record.id


def _is_undoable(record: record_history.Record) -> bool:
    """Whether the user recorded it not long ago, and it was not taken back."""
    since = undo.since(current.core().now())
    mine = record.recorded_by == sessions.signed_in().by and str(record.recorded_at) >= since
    undoing = record.id.startswith(undo.UNDOING)
    return guard.may("undo", current.head().programme_id) and mine and not undoing and not record.taken_back_by


@action("undo")
def _undo(programme_id: str, act_id: str) -> Response:
    """Take back what was just recorded, by a correction."""
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    if record.recorded_by != sessions.signed_in().by:
        abort(404)
    clerk = guard.clerk(programme_id)
    correction = undo.correction(record.id, gettext("Taken back at once."), request.form.get("undo_id", ""))
    recorded = intake.hand_in(current.built_graph(), programme_id, correction, clerk)
    return redirect(menu.url_to("recording.recorded", act_id=recorded.act_id), 303)
