"""Labels: words and values of the record in the reader's language, and names as far as the reader may see them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from relay.audit.checks import checks_of
from relay.domain.entries import CHANGES
from relay.domain.own_columns import OWN, is_own
from relay.office import wording
from relay.reports import drawing, tree_sheets
from relay.reports.tree_layout import BOX_WIDTH, LINE
from relay.text import UNITS, InLanguages
from relay.web.i18n.language import (
    cached_by_language,
    catalogue,
    country,
    day,
    gettext,
    iso_day,
    language,
    lazy_gettext,
    ngettext,
    number,
    other_day,
    percent,
    pgettext,
    places,
    signed,
)
from relay.web.i18n.periods import months_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from relay.domain.system import Catalogue
    from relay.reports.animals import Expected

STATES: Final = {
    "fulfilled": lazy_gettext("fulfilled"),
    "excused": lazy_gettext("excused"),
    "lost": lazy_gettext("lost"),
    "broken": lazy_gettext("broken"),
    "late": lazy_gettext("late"),
    "due": lazy_gettext("due soon"),
    "in_time": lazy_gettext("in time"),
    "complete": lazy_gettext("complete"),
    "growing": lazy_gettext("growing"),
    "weakened": lazy_gettext("weakened"),
}
ROLES: Final = {
    "staff": lazy_gettext("staff"),
    "manager": lazy_gettext("manager"),
    "auditor": lazy_gettext("auditor"),
    "administrator": lazy_gettext("administrator"),
    "protection": lazy_gettext("keeper of the protection counts"),
}

CAUSES: Final = {
    "overdue": lazy_gettext("overdue"),
    "death": lazy_gettext("animals died"),
    "theft": lazy_gettext("animals stolen"),
    "sale": lazy_gettext("animals sold"),
    "slaughter": lazy_gettext("animals slaughtered"),
    "left": lazy_gettext("she left"),
}
SEVERITIES: Final = {"high": lazy_gettext("high"), "medium": lazy_gettext("medium"), "low": lazy_gettext("low")}
CAME_BY: Final = {"gift": lazy_gettext("from a gift"), "pass_on": lazy_gettext("by pass-on")}
OUTCOMES: Final = {
    "found": lazy_gettext("found"),
    "partly": lazy_gettext("found in part"),
    "not_found": lazy_gettext("not found"),
}
CONDITIONS: Final = {
    "young": lazy_gettext("young"),
    "adult": lazy_gettext("adult"),
    "pregnant": lazy_gettext("pregnant"),
}
BASES: Final = {
    "weaned": lazy_gettext("weaned %(day)s"),
    "born": lazy_gettext("born %(day)s"),
    "pregnant": lazy_gettext("pregnant since %(day)s"),
    "typical": lazy_gettext("usual time since receipt %(day)s"),
}
"""What a day from which on she can pass on rests on → its label, with the day of that."""
HELPS: Final = {
    "goat": lazy_gettext("goat"),
    "buck": lazy_gettext("buck"),
    "pig": lazy_gettext("pig"),
    "sheep": lazy_gettext("sheep"),
    "chicken": lazy_gettext("chicken"),
    "cow": lazy_gettext("cow"),
    "buffalo": lazy_gettext("buffalo"),
    "seed_capital": lazy_gettext("seed capital"),
}
"""The kinds of help that many programmes give; others are shown as the programme writes them."""
COUNTED_UNITS: Final = {"animal": lazy_gettext("animal"), "rupee": lazy_gettext("rupee")}
"""What is counted of the usual helps; another unit is shown as the programme writes it."""
NAMES: Final = ("ids", "initials", "full")
"""How much of a name is shown; ids first, since a tree may be shown in the village."""

COLOURS: Final = {
    "fulfilled": "#1b6b3f",
    "excused": "#2b6f77",
    "in_time": "#665e52",
    "due": "#1a648c",
    "late": "#8a5300",
    "broken": "#b0301c",
    "lost": "#73303f",
    "gift": "#17495c",
}
"""State → its colour in a downloaded drawing; on a page the style sheet decides, for light and dark."""

FILLS: Final = {"broken": "#fbebe6", "lost": "#f6e9ea", "late": "#fdf3e0", "gift": "#e6f0f3"}
RADIUS: Final = drawing.RADIUS
DASHES: Final = {state: " ".join(map(str, dashes)) for state, dashes in drawing.DASHES.items()}

SHAPES: Final = {"fulfilled": "●", "excused": "◌", "lost": "✕", "broken": "■", "late": "▲", "due": "◔", "in_time": "○"}
"""State of a placement → the shape that stands before its word, as the style sheet has it in lists."""

_JOINERS: Final = "\u200c\u200d"  # Devanagari is written with them


def set_up(app: Flask) -> None:
    """Give the labels to the templates, as filters."""
    for name, filter_ in FILTERS.items():
        app.add_template_filter(filter_, name)
    app.context_processor(lambda: LOOK)


@cached_by_language
def state(word: str) -> str:
    """A state of a placement or chain."""
    return str(STATES.get(word, word))


def kind(word: str) -> str:
    """A kind of record."""
    kinds = catalogue().kinds
    return gettext(kinds[word].title) if word in kinds else word


def system_title(name: str) -> str:
    """What a system is called."""
    systems = catalogue().systems
    return gettext(systems[name].title) if name in systems else name


def role(word: str) -> str:
    """A role that an account holds."""
    return str(ROLES[word])


def cause(word: str) -> str:
    """Why a placement broke."""
    return str(CAUSES.get(word, word))


def record(act_id: str) -> str:
    """A record by its id, such as "placement P0155" of placement:P0155."""
    kind_, _, id_ = act_id.partition(":")
    if kind_ == "gift":
        return gettext("gift %(id)s", id=id_)
    return gettext("placement %(id)s", id=id_) if kind_ == "placement" else f"{kind(kind_)} {id_}"


def severity(word: str) -> str:
    """The severity of a finding."""
    return str(SEVERITIES.get(word, word))


def check(check_id: str) -> str:
    """The title of a check of the core or of a system; its texts are translated where it is declared."""
    return gettext(_titles(catalogue()).get(check_id, check_id))


@cache
def _titles(catalogue: Catalogue) -> Mapping[str, str]:
    return {each.check_id: each.title for each in checks_of(catalogue, catalogue.systems)}


def came_by(word: str | None) -> str:
    """How help came to a placement; None for any way."""
    return gettext("in any way") if word is None else str(CAME_BY.get(word, word))


def outcome(word: str) -> str:
    """What a check in the field found."""
    return str(OUTCOMES.get(word, word))


def condition(word: str) -> str:
    """In which condition help was received."""
    return str(CONDITIONS.get(word, word))


def basis(found: Expected) -> str:
    """What a day from which on she can pass on rests on, such as "pregnant since 10 Feb 2024"; empty without one."""
    return str(BASES[found.rests_on]) % {"day": day(found.since_on)} if found.rests_on and found.since_on else ""


def ready(found: Expected) -> str:
    """From when on she can pass on, and what that rests on; empty where nothing can be said."""
    if found.ready_on is None:
        return ""
    return gettext("can pass on from about %(day)s (%(why)s)", day=day(found.ready_on), why=basis(found))


def help_word(word: str) -> str:
    """A kind of help."""
    return str(HELPS.get(word) or word.replace("_", " "))


def units(many: float | None, help_: str | None) -> str:
    """A number with its unit, such as "2 goats"; the number or the kind of help alone if the other is None."""
    if many is None or help_ is None:
        return number(many) if many is not None else help_word(help_ or "")
    return _count_with_help(many, help_, number(many))


def unit_word(many: float, help_: str) -> str:
    """The word for that many units of a help without the number, such as "goats"."""
    return _count_with_help(many, help_, "").strip()


def _count_with_help(many: float, help_: str, count: str) -> str:
    """A number with its unit; a fraction has the plural form of the next whole number: 0.5 goat, 1.5 goats."""
    if help_ not in UNITS:
        return f"{count} {help_word(help_)}"
    return ngettext(*UNITS[help_], math.ceil(many), count=count)


def _record_word(text: str) -> str:
    return level(text.replace(" ", "_")) or pgettext("record", text)


def level(word: str) -> str | None:
    """A level of place of the programme's country; None for a word that is none."""
    return country().word(word, language())


def column(name: str) -> str:
    """The name of a column; a column changed by a correction has the name of the column itself."""
    if is_own(own := name.removeprefix(CHANGES)):
        return _question(own)
    return pgettext("column", wording.heading(name.removeprefix(CHANGES)))


def _question(name: str) -> str:
    """What a column of the programme's own asks; its name where several of that name ask differently."""
    asked = {each.questions for each in catalogue().own if each.key == name}
    if len(asked) != 1:
        return wording.heading(name.removeprefix(OWN))
    return InLanguages(dict(asked.pop())).in_language(language())


def label(name: str) -> str:
    """The same where the value is shown by its name: "place" of place_id."""
    if is_own(name):
        return column(name)
    return pgettext("column", wording.label(name.removeprefix(CHANGES)))


def lead(what: str) -> Markup:
    """A label with the colon of the language, such as "Day: " or « Jour : »."""
    return escape(gettext("%(what)s: ")) % {"what": what}


def answer(word: str) -> str:
    """An answer that a column of the programme's own offers: yes and no in the reader's language."""
    return _record_word(wording.spoken(word))


SPEECH: Final = wording.Speech(say=_record_word, column=column, units=units, day=iso_day)
"""The functions with which `office.wording` describes records in the reader's language."""


def value_text(value: object, name: str) -> str:
    """A value of a column, in the reader's language."""
    if isinstance(value, Mapping):
        called = help_word if name == "equivalents" else column
        return ", ".join(f"{called(key)} {value_text(each, key)}" for key, each in value.items())
    if value is None:
        return gettext("nothing")
    if name == "help":
        return help_word(str(value))
    if name == "unit":
        return str(COUNTED_UNITS.get(str(value), value))
    catalogue_ = catalogue()
    if isinstance(value, int | float) and name in catalogue_.amount_columns:
        return number(value)
    if name in catalogue_.day_columns:
        return iso_day(str(value))
    if name in catalogue_.month_columns:
        return months_named(str(value))
    return answer(str(value)) if name in catalogue_.chosen else str(value)


def plain(text: str, most: int | None = None) -> str:
    """Text on one line, without control characters and characters that change the reading direction.

    Args:
        text: The text.
        most: Longer text is cut to so many characters, the last of them "…".
    """
    shown = text if text.isprintable() else "".join(map(_shape, text))
    return shown if most is None or len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


def _shape(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character)[0] != "C":
        return character
    return " " if character.isspace() else ""


def initials(name: str) -> str:
    """The first letter of each word, with its vowel sign.

    >>> initials("Rita Harro"), initials("अस्मिता तितेपाती")
    ('R. H.', 'अ. ति.')
    """
    return " ".join(f"{_first_letter(word)}." for word in plain(name).split())


def _first_letter(word: str) -> str:
    end = 1
    while end < len(word) and unicodedata.category(word[end])[0] == "M" and word[end] != "\u094d":
        end += 1
    return word[:end]


def named(id_: str, name: str | None, mode: str) -> str:
    """A person's name as `mode` says, one of `NAMES`; her id if she has no name, or it may not be shown."""
    if not name or mode == NAMES[0]:
        return id_
    return initials(name) if mode == "initials" else plain(name)


def bar_stretches(counts: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """The parts of a stacked bar of length 1000: word, start and length, rounded to a tenth; zeros are left out.

    >>> bar_stretches({"late": 1, "due": 0, "lost": 3})
    [('late', 0.0, 247.0), ('lost', 250.0, 747.0)]
    """
    total, before = sum(counts.values()), 0
    stretches = list[tuple[str, float, float]]()
    for word, count in counts.items():
        if count:
            stretches.append((word, round(1000 * before / total, 1), round(max(1000 * count / total - 3, 2), 1)))
            before += count
    return stretches


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "answer": answer,
    "basis": basis,
    "bs": other_day,
    "came_by": came_by,
    "cause": cause,
    "check": check,
    "column": column,
    "condition": condition,
    "day": day,
    "help": help_word,
    "kind": kind,
    "label": label,
    "lead": lead,
    "months": months_named,
    "outcome": outcome,
    "percent": percent,
    "places": places,
    "ready": ready,
    "plain": plain,
    "record": record,
    "role_name": role,
    "value_text": value_text,
    "severity": severity,
    "shown": number,
    "signed": signed,
    "state": state,
    "system_title": system_title,
    "unit_word": unit_word,
    "units": units,
}
COMING: Final = " ".join(map(str, drawing.COMING))
LOOK: Final = {
    "COLOURS": COLOURS,
    "FILLS": FILLS,
    "RADIUS": RADIUS,
    "DASHES": DASHES,
    "COMING": COMING,
    "BOX_WIDTH": BOX_WIDTH,
    "LINE": LINE,
    "SHAPES": SHAPES,
    "SHEET_WIDTH": tree_sheets.WIDTH,
}
