"""Labels: the field words of the relay as people read them, in their language, and names as far as they may be seen."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from relay.audit.checks import CHECKS
from relay.desk import wording
from relay.domain.acts import DAY_COLUMNS
from relay.domain.bikram_sambat import bikram_sambat
from relay.domain.entries import CHANGES
from relay.reports import drawing
from relay.reports.tree_layout import BOX_WIDTH, Box, Tab
from relay.web.i18n.language import (
    day,
    gettext,
    iso_day,
    lazy_gettext,
    ngettext,
    number,
    percent,
    pgettext,
    places,
    plural,
    remembered,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from flask import Flask

    from relay.reports.trees import Receipt

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
CAUSES: Final = {
    "overdue": lazy_gettext("overdue"),
    "death": lazy_gettext("animals died"),
    "theft": lazy_gettext("animals stolen"),
    "sale": lazy_gettext("animals sold"),
    "slaughter": lazy_gettext("animals slaughtered"),
    "left": lazy_gettext("she left"),
}
KINDS: Final = {
    "programme": lazy_gettext("Programme"),
    "rule": lazy_gettext("Rule"),
    "place": lazy_gettext("Place"),
    "group": lazy_gettext("Group"),
    "beneficiary": lazy_gettext("Beneficiary"),
    "gift": lazy_gettext("Gift"),
    "placement": lazy_gettext("Placement"),
    "pass": lazy_gettext("Pass-on"),
    "event": lazy_gettext("Event"),
    "claim": lazy_gettext("Claim"),
    "correct": lazy_gettext("Correction"),
    "confirm": lazy_gettext("Confirmation"),
    "erase": lazy_gettext("Erasure"),
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
"""The helps that many programmes give; others are shown as the programme names them."""
UNITS: Final = {
    "goat": plural("%(count)s goat", "%(count)s goats"),
    "buck": plural("%(count)s buck", "%(count)s bucks"),
    "pig": plural("%(count)s pig", "%(count)s pigs"),
    "sheep": plural("%(count)s sheep", "%(count)s sheep"),
    "chicken": plural("%(count)s chicken", "%(count)s chickens"),
    "cow": plural("%(count)s cow", "%(count)s cows"),
    "buffalo": plural("%(count)s buffalo", "%(count)s buffaloes"),
    "seed_capital": plural("%(count)s seed capital", "%(count)s seed capital"),  # rupees, of which there are many
}
"""So many units of each of them."""
TEXTS: Final = {"record": wording.TEXTS, "column": wording.HEADINGS}
"""Texts of the core that pages show, by the context in which the catalogues hold them."""
TITLES: Final = {check.check_id: check.title for check in CHECKS}
NAMES: Final = ("ids", "initials", "full")
"""How much of a name is shown; ids first, since a tree may be shown in the village."""

COLOURS: Final = {
    "fulfilled": "#1d6f36",
    "excused": "#2b6777",
    "in_time": "#5b6770",
    "due": "#1c5d99",
    "late": "#8a5300",
    "broken": "#b3261e",
    "lost": "#7a2a86",
    "gift": "#3a3f8f",
}
"""Of a drawing that is taken away; on a page the style sheet decides, which knows whether it is dark."""

FILLS: Final = {"broken": "#fdecea", "lost": "#f7eaf9", "late": "#fff6e5", "gift": "#eceefb"}
RADIUS: Final = drawing.RADIUS
DASHES: Final = {state: " ".join(map(str, dashes)) for state, dashes in drawing.DASHES.items()}

LONGEST: Final = 30  # characters on a box, as many as fit
_JOINERS: Final = "\u200c\u200d"  # Devanagari is written with them


def set_up(app: Flask) -> None:
    """Give them to the templates."""
    for name, filter_ in FILTERS.items():
        app.add_template_filter(filter_, name)
    app.context_processor(lambda: LOOK)


def state(word: str) -> str:
    """A state of a placement or chain."""
    return str(STATES.get(word, word))


def kind(word: str) -> str:
    """A kind of record."""
    return str(KINDS.get(word, word))


def cause(word: str) -> str:
    """Why a placement broke."""
    return str(CAUSES.get(word, word))


def record(act_id: str) -> str:
    """A gift or placement by its id, such as "placement P0155" of placement:P0155."""
    kind_, _, id_ = act_id.partition(":")
    return gettext("gift %(id)s", id=id_) if kind_ == "gift" else gettext("placement %(id)s", id=id_)


def severity(word: str) -> str:
    """What a finding weighs."""
    return str(SEVERITIES.get(word, word))


def check(check_id: str) -> str:
    """What a check finds; its texts are taken into the catalogues from `relay.audit.checks`."""
    return gettext(TITLES.get(check_id, check_id))


def came_by(word: str | None) -> str:
    """How help came to a placement; None where it is not told apart."""
    return gettext("in any way") if word is None else str(CAME_BY.get(word, word))


def outcome(word: str) -> str:
    """What a check in the field found."""
    return str(OUTCOMES.get(word, word))


def condition(word: str) -> str:
    """In which condition help was received."""
    return str(CONDITIONS.get(word, word))


def help_word(word: str) -> str:
    """A kind of help."""
    return str(HELPS.get(word) or word.replace("_", " "))


def units(many: float | None, help_: str | None) -> str:
    """So many units of a help, such as "2 goats"; one of the two alone where the other is not told."""
    if many is None or help_ is None:
        return number(many) if many is not None else help_word(help_ or "")
    return _counted(many, help_, number(many))


def unit_word(many: float, help_: str) -> str:
    """What so many units of a help are called, to stand beside their number: "goats"."""
    return _counted(many, help_, "").strip()


def _counted(many: float, help_: str, count: str) -> str:
    """A number with a help; a fraction is spoken of as the next whole number is: 0.5 goat, 1.5 goats."""
    if help_ not in UNITS:
        return f"{count} {help_word(help_)}"
    return ngettext(*UNITS[help_], math.ceil(many), count=count)


def _say(text: str) -> str:
    return pgettext("record", text)


def column(name: str) -> str:
    """What a column of a record is called; what a correction changed, as the column itself."""
    return pgettext("column", wording.heading(name.removeprefix(CHANGES)))


SPEECH: Final = wording.Speech(say=_say, column=column, units=units, day=iso_day)
"""The language of the reader, to tell records in."""


def said(value: object, name: str) -> str:
    """What a column of a record says."""
    if isinstance(value, Mapping):
        called = help_word if name == "equivalents" else column
        return ", ".join(f"{called(key)} {said(each, key)}" for key, each in value.items())
    if value is None:
        return gettext("nothing")
    if name == "help":
        return help_word(str(value))
    if name in DAY_COLUMNS:
        return iso_day(str(value))
    return _say(wording.spoken(str(value))) if name in wording.CHOSEN else str(value)


def plain(text: str, most: int | None = None) -> str:
    """Text on one line, without characters that have no shape or turn the reading direction round, and cut to size."""
    kept = text if text.isprintable() else "".join(map(_shape, text))
    return kept if most is None or len(kept) <= most else f"{kept[: most - 1].rstrip()}…"


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
    """A person as the reader wants her named; by her id when she may not be or has no name."""
    if not name or mode == NAMES[0]:
        return id_
    return initials(name) if mode == "initials" else plain(name)


def lines(box: Box, name: str) -> list[str]:
    """What stands on a box, one to three lines."""
    node = box.node
    if node is None:
        return [gettext("gift %(id)s", id=box.key.partition(":")[2])]
    passed = _passed(node.state, node.passed, node.owed)
    found = [node.placement_id, passed]
    if name != node.beneficiary_id:
        found = [name, f"{node.placement_id} · {passed}"]
    found = [plain(line, LONGEST) for line in found]
    if box.break_point:
        found.append(plain(_since(box.break_point.since_on, box.break_point.cause), LONGEST))
    return found


# what many boxes of a tree say alike


@remembered
def _passed(state_: str, passed: float, owed: float) -> str:
    return gettext("%(state)s · %(passed)s of %(owed)s", state=state(state_), passed=number(passed), owed=number(owed))


@remembered
def _since(day_: date, cause_: str) -> str:
    return gettext("since %(day)s: %(cause)s", day=day_.isoformat(), cause=cause(cause_))


@remembered
def _broke(state_: str, since_on: date, cause_: str, still_owed: float) -> str:
    return gettext(
        "%(state)s since %(day)s: %(cause)s, %(owed)s still owed",
        state=state(state_),
        day=_both(since_on),
        cause=cause(cause_),
        owed=number(still_owed),
    )


@remembered
def _received(help_: str, on: date) -> str:
    return gettext("%(help)s, received %(day)s", help=help_word(help_), day=_both(on))


@remembered
def _due(on: date) -> str:
    return gettext("due %(day)s", day=_both(on))


@remembered
def _passed_on(state_: str, passed: float, owed: float) -> str:
    return gettext(
        "%(state)s: passed on %(passed)s of %(owed)s", state=state(state_), passed=number(passed), owed=number(owed)
    )


@remembered
def _from(giver: str, on: date, help_: str, units_: float) -> str:
    return gettext("from %(giver)s: %(units)s, %(day)s", giver=record(giver), units=units(units_, help_), day=day(on))


def told(box: Box, name: str, receipts: Iterable[Receipt]) -> str:
    """All that is known of a box, as text."""
    node = box.node
    if node is None:
        return gettext("The original gift %(id)s", id=box.key.partition(":")[2])
    found = [
        gettext("Placement %(id)s, held by %(name)s", id=node.placement_id, name=name),
        _received(node.help, node.received_on),
        *(_from(each.giver, each.received_on, each.help, each.units) for each in receipts),
        _due(node.due_on),
        _passed_on(node.state, node.passed, node.owed),
    ]
    if box.break_point:
        broke = box.break_point
        found.append(_broke(broke.state, broke.since_on, broke.cause, broke.still_owed))
    if box.givers > 1:
        found.append(ngettext("pooled by %(num)s giver", "pooled by %(num)s givers", box.givers))
    return "\n".join(found)


def _both(value: date) -> str:
    sambat = bikram_sambat(value)
    return f"{day(value)} ({sambat})" if sambat else day(value)


def stretches(counts: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """One bar of a thousand, parted: word, where its stretch begins, and how long it is, to a tenth.

    >>> stretches({"late": 1, "due": 0, "lost": 3})
    [('late', 0.0, 247.0), ('lost', 250.0, 747.0)]
    """
    total, before = sum(counts.values()), 0
    found = list[tuple[str, float, float]]()
    for word, count in counts.items():
        if count:
            found.append((word, round(1000 * before / total, 1), round(max(1000 * count / total - 3, 2), 1)))
            before += count
    return found


def folded(tab: Tab) -> str:
    """What a tab says, such as "+43 below, 7 late"."""
    parts: list[Any] = [gettext("+%(number)s below", number=tab.below)]
    if tab.late:
        parts.append(gettext("%(number)s late", number=tab.late))
    if tab.broken:
        parts.append(gettext("%(number)s broken", number=tab.broken))
    return ", ".join(map(str, parts))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "bs": bikram_sambat,
    "came_by": came_by,
    "cause": cause,
    "check": check,
    "column": column,
    "condition": condition,
    "day": day,
    "help": help_word,
    "kind": kind,
    "outcome": outcome,
    "percent": percent,
    "places": places,
    "plain": plain,
    "record": record,
    "said": said,
    "severity": severity,
    "shown": number,
    "signed": signed,
    "state": state,
    "stretches": stretches,
    "unit_word": unit_word,
    "units": units,
}
LOOK: Final = {"COLOURS": COLOURS, "FILLS": FILLS, "RADIUS": RADIUS, "DASHES": DASHES, "BOX_WIDTH": BOX_WIDTH}
