"""Settings of a programme, for its managers and administrators: its name, rules, systems and the period that is locked.

A change is a correction of the programme's own act, or of a rule, with a reason for the auditor. A rule for other help,
or for what is received later, is an act of its own. A form that is sent twice is recorded once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request

from relay.domain.acts import ID_BYTES, new_id
from relay.domain.model import Rule
from relay.domain.own_columns import COLUMN
from relay.errors import Asked
from relay.exchange import cells
from relay.office import intake
from relay.reports import record_history
from relay.web import guard, menu
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.recording import offered
from relay.web.recording.form_fields import Field, blamed, field_of
from relay.web.recording.form_submission import CORRECTABLE
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.setting_up import rule_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from werkzeug.wrappers import Response

    Answer = str | Response | tuple[str, int]

blueprint = Blueprint("settings", __name__)

OWN_ID: Final = "own_id"
USUAL_UNIT: Final = "animal"

_CHECKED: Final = 422
_SYSTEMS: Final = "systems"
_LOCK: Final = "locked_until"
_FIRST_OF_COLUMN: Final = ("of", "name", "question", "type", "choices", "personal")
_FIRST_OF_RULE: Final = ("help", "given", "owed", "months", "grace_days", "from")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """A form that corrects the programme or a rule, or records a rule.

    Attributes:
        asked: The fields that are shown.
        more: The fields that are folded away.
        why: The field of the reason; None for a rule that is new.
        own_id: The id of the act, made with the form.
        fault: What is wrong with the whole of it, in the reader's language; empty when nothing is.
    """

    asked: tuple[Field, ...]
    more: tuple[Field, ...] = ()
    why: Field | None = None
    own_id: str
    fault: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields, the reason last."""
        return (*self.asked, *self.more, *((self.why,) if self.why else ()))

    @property
    def is_sound(self) -> bool:
        """Whether all fields could be read."""
        return not any(field.fault for field in self.fields)

    @property
    def more_is_open(self) -> bool:
        """Whether a field that is folded away is wrong."""
        return any(field.fault for field in self.more)

    def typed(self) -> SettingsForm:
        """The form with the texts that were sent."""
        sent = request.form
        own_id = sent.get(OWN_ID, "")
        return replace(
            self,
            asked=tuple(field.typed(sent) for field in self.asked),
            more=tuple(field.typed(sent) for field in self.more),
            why=self.why and self.why.typed(sent),
            own_id=own_id if own_id.isalnum() and len(own_id) <= len(self.own_id) else self.own_id,
        )

    def blaming(self, column: str, fault: str) -> SettingsForm:
        """The form with a fault at the field of a column, or at the whole if it has no such field."""
        known = any(field.name == column for field in (*self.asked, *self.more))
        asked, more = blamed(self.asked, column, fault), blamed(self.more, column, fault)
        return replace(self, asked=asked, more=more, fault="" if known else fault)

    def values(self) -> dict[str, Any]:
        """Column → value; empty fields are left out."""
        return {field.name: field.value for field in (*self.asked, *self.more) if field.value is not None}

    def changes(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Column → its new value, where it differs; None empties it."""
        fields = (*self.asked, *self.more)
        return {field.name: field.value for field in fields if field.value != before.get(field.name)}

    def carried(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of the check page, name and text."""
        yield OWN_ID, self.own_id
        yield from ((field.name, field.text) for field in (*self.asked, *self.more) if field.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRule:
    """A rule in the list.

    Attributes:
        rule_id: Its id.
        sentence: What it says.
        details: What else it says.
        is_coming: Whether it is for what will be received after today.
    """

    rule_id: str
    sentence: str
    details: tuple[str, ...]
    is_coming: bool


# -- the programme


@blueprint.route("/p/<programme_id>/settings", methods=("GET", "POST"))
@action("programme settings")
def page(programme_id: str) -> Answer:
    """The programme's name, its goal, and what its systems ask of it."""
    before = _values(_programme_act(programme_id))
    left_out = {"id", "timezone", _SYSTEMS, _LOCK}
    columns = current.catalogue().columns_on("programme", current.head().systems)
    form = _form("programme", [each.name for each in columns if each.name not in left_out], before)
    return _corrected("programme", form, _programme_act(programme_id), before, head=current.head())


@blueprint.route("/p/<programme_id>/settings/lock", methods=("GET", "POST"))
@action("programme settings")
def lock(programme_id: str) -> Answer:
    """The day up to which only managers correct what happened."""
    before = _values(_programme_act(programme_id))
    form = _form("programme", [_LOCK], before, needed={_LOCK})
    return _corrected("lock", form, _programme_act(programme_id), before, locked_until=before.get(_LOCK))


@blueprint.route("/p/<programme_id>/settings/systems", methods=("GET", "POST"))
@action("programme settings")
def systems(programme_id: str) -> Answer:
    """The systems that the programme uses."""
    before = _values(_programme_act(programme_id))
    wanted = current.head().systems
    if request.method == "POST":
        wanted = current.catalogue().with_needs(request.form.getlist(_SYSTEMS))
    form = _form("programme", [], before)
    changes = {_SYSTEMS: ";".join(wanted) or None} if {*wanted} != {*current.head().systems} else {}
    return _corrected(
        "systems",
        form,
        _programme_act(programme_id),
        before,
        changes=changes,
        systems=current.catalogue().systems.values(),
        wanted=wanted,
    )


# -- rules


@blueprint.route("/p/<programme_id>/settings/rules", methods=("GET", "POST"))
@action("programme settings")
def rules(programme_id: str) -> Answer:
    """The rules, and a form for one more."""
    columns = [each.name for each in current.catalogue().columns_on("rule", current.head().systems)]
    form = _form("rule", columns, {"unit": USUAL_UNIT}, first=_FIRST_OF_RULE, with_why=False)
    if request.method == "GET":
        return _rules_page(form)
    form, step = form.typed(), pressed_button()
    if step == "edit" or not form.is_sound:
        return _rules_page(form), 200 if step == "edit" else _CHECKED
    try:
        act = intake.made(current.built_graph(), programme_id, "rule", form.values(), random=secrets.token_bytes)
        clerk = replace(guard.clerk(programme_id), manages=True, rehearses=step != "record")
        recorded = intake.hand_in(current.built_graph(), programme_id, act, clerk)
    except CORRECTABLE as error:
        return _rules_page(form.blaming(error.field, error_text(error))), _CHECKED
    rule = Rule.of(act.values)
    if not recorded.dry_run:
        flash(rule_sentences.sentence(rule))
        return redirect(menu.url_to("settings.rules"), 303)
    details = list(rule_sentences.details(rule))
    return render_template("settings_rule_check.html", form=form, said=rule_sentences.sentence(rule), details=details)


@blueprint.route("/p/<programme_id>/settings/rules/<rule_id>", methods=("GET", "POST"))
@action("programme settings")
def rule(programme_id: str, rule_id: str) -> Answer:  # noqa: ARG001 - `current` reads it
    """A rule that was recorded with a mistake, to be put right."""
    act_id = f"rule:{rule_id}"
    if rule_id not in dict(_rules()):
        abort(404)
    before = _values(act_id)
    columns = current.catalogue().columns_on("rule", current.head().systems)
    changeable = [each.name for each in columns if not each.fixed]
    form = _form("rule", changeable, before, first=_FIRST_OF_RULE)
    said = rule_sentences.sentence(Rule.of(before))
    return _corrected("rule", form, act_id, before, goes_to="settings.rules", said=said)


def _rules() -> Iterator[tuple[str, Rule]]:
    """Rule id → rule, of those in force, by help and then the latest first."""
    rule_id = current.catalogue().kind("rule").id_of
    found = sorted(current.snapshot().rules, key=lambda each: (each.help, -each.from_on.toordinal()))
    for each in found:
        values = {"help": each.help, "from": each.from_on.isoformat()}
        if each.condition:
            values["condition"] = each.condition
        yield rule_id(values) if rule_id else "", each


def _rules_page(form: SettingsForm) -> str:
    listed = [
        ListedRule(
            rule_id=rule_id,
            sentence=rule_sentences.sentence(each),
            details=tuple(rule_sentences.details(each)),
            is_coming=each.from_on > current.today(),
        )
        for rule_id, each in _rules()
    ]
    return render_template("settings_rules.html", part="rules", rules=listed, form=form, today=current.today())


# -- columns of the programme's own


@blueprint.route("/p/<programme_id>/settings/columns", methods=("GET", "POST"))
@action("programme settings")
def columns(programme_id: str) -> Answer:
    """The columns of the programme's own, and a form for one more."""
    names = [each.name for each in COLUMN.columns if each.name != "ended_on"]
    form = _form("column", names, {}, first=_FIRST_OF_COLUMN, needed={"personal"}, with_why=False)
    if request.method == "GET":
        return _columns_page(form)
    form = form.typed()
    if not form.is_sound:
        return _columns_page(form), _CHECKED
    try:
        act = intake.made(current.built_graph(), programme_id, "column", form.values(), random=secrets.token_bytes)
        answers = intake.answers_of(new=False, again=pressed_button() == "again")
        intake.hand_in(
            current.built_graph(), programme_id, act, replace(guard.clerk(programme_id), manages=True), answers=answers
        )
    except CORRECTABLE as error:
        asked_again = isinstance(error, Asked)
        return _columns_page(form.blaming(error.field, error_text(error)), asked_again=asked_again), _CHECKED
    flash(gettext("Recorded."))
    return redirect(menu.url_to("settings.columns"), 303)


@blueprint.route("/p/<programme_id>/settings/columns/<column_id>", methods=("GET", "POST"))
@action("programme settings")
def column(programme_id: str, column_id: str) -> Answer:  # noqa: ARG001 - `current` reads it
    """A column of the programme's own: what it asks, and its end."""
    own = next((each for each in current.head().own if each.column_id == column_id), None)
    if own is None:
        abort(404)
    act_id = f"column:{column_id}"
    before = _values(act_id)
    changeable = [each.name for each in COLUMN.columns if not each.fixed and (own.choices or each.name != "choices")]
    form = _form("column", changeable, before)
    return _corrected("column", form, act_id, before, goes_to="settings.columns", said=own.column.meaning)


def _columns_page(form: SettingsForm, *, asked_again: bool = False) -> str:
    return render_template(
        "settings_columns.html",
        part="columns",
        columns=current.head().own,
        form=form,
        today=current.today(),
        asked_again=asked_again,
    )


# -- forms


def _programme_act(programme_id: str) -> str:
    return f"programme:{programme_id}"


def _values(act_id: str) -> Mapping[str, Any]:
    """The values of an act as it stands today; columns without a value are left out."""
    programme_id = current.head().programme_id
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    return {name: value for name, value in record.values.items() if value is not None}


def _form(
    kind: str,
    names: Sequence[str],
    values: Mapping[str, Any],
    *,
    first: Sequence[str] = (),
    needed: frozenset[str] | set[str] = frozenset(),
    with_why: bool = True,
) -> SettingsForm:
    """A form for columns of a kind with their values; where some come first, the others are folded away."""

    def fields(some: Sequence[str]) -> tuple[Field, ...]:
        return tuple(_field(kind, name, values, needed=name in needed) for name in some)

    shown = [name for name in first if name in names] if first else names
    why = current.catalogue().kind("correct").column("why")
    return SettingsForm(
        asked=fields(shown),
        more=fields([name for name in names if name not in shown]),
        why=field_of("correct", why, needed=True) if with_why and why else None,
        own_id=new_id(secrets.token_bytes(ID_BYTES)),
    )


def _field(kind: str, name: str, values: Mapping[str, Any], *, needed: bool) -> Field:
    column = current.catalogue().kind(kind).column(name)
    if column is None:
        abort(404)
    text = cells.write(values[name]) if values.get(name) is not None else ""
    field = field_of(kind, column, needed=column.required or needed, text=text)
    known = offered.words_of(kind, column) if column.type == "words" else None
    if known is None:
        return field
    stated = {word: labels.value_text(word, name) for word in filter(None, text.split(";"))}
    return replace(field, choices={**stated, **known.labels}, are_all=known.are_all, in_order=known.in_order)


def _corrected(
    part: str,
    form: SettingsForm,
    act_id: str,
    before: Mapping[str, Any],
    *,
    changes: Mapping[str, Any] | None = None,
    goes_to: str = "",
    **shown: Any,  # noqa: ANN401 - what the page shows beside the form
) -> Answer:
    """The page of a form, or the correction that it records."""
    template = f"settings_{part}.html"
    if request.method == "GET":
        return render_template(template, part=part, form=form, today=current.today(), **shown)
    form = form.typed()
    if form.is_sound:
        changed = form.changes(before) if changes is None else changes
        fault = _correct(act_id, form, changed) if changed else None
        if fault is None:
            flash(gettext("Recorded.") if changed else gettext("Nothing was changed."))
            return redirect(menu.url_to(goes_to or str(request.endpoint)), 303)
        form = form.blaming(*fault)
    return render_template(template, part=part, form=form, today=current.today(), **shown), _CHECKED


def _correct(act_id: str, form: SettingsForm, changes: Mapping[str, Any]) -> tuple[str, str] | None:
    """Record a correction; where it is refused, the column at fault and what is wrong."""
    programme_id = current.head().programme_id
    said: dict[str, Any] = {
        "correct_id": form.own_id,
        "act_id": act_id,
        "how": "wrong_data",
        "why": form.why.value if form.why else None,
        "changes": dict(changes),
    }
    clerk = replace(guard.clerk(programme_id), manages=True)
    try:
        act = intake.made(current.built_graph(), programme_id, "correct", said, random=clerk.random)
        intake.hand_in(current.built_graph(), programme_id, act, clerk)
    except CORRECTABLE as error:
        return error.field, error_text(error)
    return None
