"""Two pages of help, one about all forms and one about all checks; forms and findings link to their part of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template

from relay.audit.checks import checks_of
from relay.web.i18n.labels import column
from relay.web.i18n.language import lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.permission import public
from relay.web.recording.forms import all_forms
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHEN: Final[Mapping[str, Any]] = {
    "pass-on": lazy_gettext("She handed animals on to another woman. Open it from the giver's placement."),
    "event": lazy_gettext("Young were born; an animal died, was stolen, slaughtered or sold; she left; she was ill."),
    "visit": lazy_gettext("You saw her animals, or looked for them and did not find them."),
    "excuse": lazy_gettext("The committee waived the rest of what she owes, and said why."),
    "extension": lazy_gettext("The committee gave her more time. Until then she is not late."),
    "placement": lazy_gettext("She received animals from a gift, not from another woman."),
    "person": lazy_gettext("A woman or man is new. Relay asks if somebody like her is registered already."),
    "group": lazy_gettext("A women's group or another group is new."),
    "place": lazy_gettext("A ward, village or district is new. It lies in a larger place."),
    "same": lazy_gettext("One woman was registered twice. Both numbers stay, and count as one person."),
    "different": lazy_gettext("Two women are alike and are two people. Relay will not ask again."),
    "gift": lazy_gettext("Somebody gave animals to the programme. Placements come from it."),
    "correct": lazy_gettext(
        "Something was recorded wrongly. Say what is right, and why; what stood there stays in the history."
    ),
    "take-back": lazy_gettext(
        "What was recorded did not happen at all. It no longer counts, and stays in the history."
    ),
}
"""Form → when it is used; forms of systems have their title alone."""

WHAT_TO_DO: Final[Mapping[str, Any]] = {
    "high": lazy_gettext(
        "Open the records, ask the person who recorded them, and hold them against the paper. What is wrong is"
        " corrected. Until then do not quote figures that rest on them."
    ),
    "medium": lazy_gettext(
        "Open the record and see who lives there. Visit her, or ask the group; record what was found as a visit."
    ),
    "low": lazy_gettext(
        "Ask whoever recorded it for what is missing, and correct the record. Tell the staff of that place what to"
        " write next time."
    ),
}
"""Severity of a check → what to do about a finding."""

blueprint = Blueprint("help", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormHelp:
    """The help for a form: its name, its title, when it is used, and the columns that it asks for, in order."""

    name: str
    title: str
    when: str
    asks: tuple[str, ...]


@blueprint.get("/help/recording")
@public()
def recording() -> str:
    """The page of help about all forms."""
    return render_template("help_recording.html", forms=tuple(_forms()))


@blueprint.get("/help/checks")
@public()
def of_checks() -> str:
    """The page of help about all checks, those of systems too."""
    catalogue = current.graph().catalogue
    checks = checks_of(catalogue, tuple(catalogue.systems))
    return render_template("help_checks.html", checks=checks, todo=WHAT_TO_DO)


def _forms() -> Iterator[FormHelp]:
    catalogue, names = current.graph().catalogue, set[str]()
    for form in all_forms(catalogue):
        if form.name not in names:
            names.add(form.name)
            asked, _ = form.columns(catalogue, tuple(catalogue.systems))
            yield FormHelp(
                name=form.name,
                title=translate(form.title),
                when=str(WHEN.get(form.name, "")),
                asks=tuple(column(each.name) for each in asked),
            )
