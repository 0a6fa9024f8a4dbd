"""The sentence about a person: who it is, where she lives, and what she owes.

The page of her record begins with it; lists and the front page say the same of one placement by `owing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.web.i18n.labels import cause, plain, units
from relay.web.i18n.language import day, gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from flask import Flask

    from relay.domain.model import Quantity
    from relay.reports.record_history import PlacementState

_PRESSING: Final = ("broken", "late", "due", "lost", "in_time")
"""States in which something is owed, the most pressing first."""


def set_up(app: Flask) -> None:
    """Give the sentences to the templates."""
    app.add_template_global(owing)
    app.add_template_global(what_broken_means)
    app.add_template_filter(what_is_owed)


def owing(
    state: str,
    still_owed: Quantity,
    help_: str,
    due_on: date,
    *,
    since_on: date | None = None,
    cause_: str | None = None,
    can_pass_on: bool = False,
) -> str:
    """What somebody owes for one placement, as the end of a sentence: "owes 2 goats since 19 Jul 2024".

    Args:
        state: One of `vocabulary.STATES`.
        still_owed: Units still owed.
        help_: The help.
        due_on: Day by which all is to be passed on.
        since_on: Day since which it is lost or broken.
        cause_: Why it is lost.
        can_pass_on: Whether to say of one that is broken that she can still pass on.
    """
    owed, due = units(still_owed, help_), day(due_on)
    if state == "fulfilled":
        return gettext("has passed on all that was owed")
    if state == "excused":
        return gettext("is excused and owes nothing more")
    if state == "lost" and since_on:
        why = cause(cause_ or "left")
        return gettext("cannot pass on %(owed)s (%(why)s, %(day)s)", owed=owed, why=why, day=day(since_on))
    if state in ("late", "broken"):
        told = gettext("owes %(owed)s since %(day)s", owed=owed, day=day(since_on) if since_on else due)
        return gettext("%(told)s; can still pass on", told=told) if state == "broken" and can_pass_on else told
    return gettext("owes %(owed)s by %(day)s", owed=owed, day=due)


def about(who: str, place: str | None, placements: Iterable[PlacementState]) -> str:
    """One sentence about a person, with all that she owes, the most pressing first.

    Args:
        who: Her name, or her id while names are off; "" where the heading above the sentence says it.
        place: Where she lives; None if that is unknown.
        placements: What she holds, in any order; empty for somebody who holds nothing.
    """
    held = list(placements)
    owed = _by_urgency(held)
    if not held:
        said = gettext("holds nothing yet")
    elif owed:
        said = "; ".join(dict.fromkeys(map(what_is_owed, owed)))
    else:
        said = what_is_owed(max(held, key=lambda one: (one.state == "fulfilled", one.received_on)))
    called, where = plain(who, 120), plain(place or "", 120)
    if not called:
        return gettext("%(place)s: %(said)s.", place=where, said=said) if where else as_sentence(said)
    if where:
        return gettext("%(who)s, %(place)s, %(said)s.", who=called, place=where, said=said)
    return gettext("%(who)s %(said)s.", who=called, said=said)


def as_sentence(said: str) -> str:
    """Words as a sentence of their own: with a capital where the language has them, and its full stop."""
    return gettext("%(said)s.", said=said[:1].upper() + said[1:])


def what_broken_means(due_on: date, since_on: date, *, can_pass_on: bool) -> str:
    """Why a placement counts as broken, and whether that can be mended, as a sentence.

    Args:
        due_on: Day by which all was to be passed on.
        since_on: Day since which it is broken: the first one after the days of grace.
        can_pass_on: Whether she can still pass on.
    """
    grace = (since_on - due_on).days - 1
    if grace:
        why = ngettext(
            "“Broken” means more than %(num)s day overdue",
            "“Broken” means more than %(num)s days overdue",
            grace,
        )
    else:
        why = gettext("“Broken” means overdue")
    return (
        gettext("%(why)s; passing on all that is owed, however late, still mends it.", why=why)
        if can_pass_on
        else as_sentence(why)
    )


def most_pressing(placements: Iterable[PlacementState]) -> PlacementState | None:
    """The placement that is to be seen to first; None when nothing is owed for any."""
    return next(iter(_by_urgency(placements)), None)


def _by_urgency(placements: Iterable[PlacementState]) -> list[PlacementState]:
    """Those for which something is owed, the most pressing first."""
    owed = (each for each in placements if each.state in _PRESSING)
    return sorted(owed, key=lambda one: (_PRESSING.index(one.state), one.due_on))


def what_is_owed(stood: PlacementState) -> str:
    """The same of a placement as its record shows it."""
    return owing(
        stood.state,
        stood.still_owed,
        stood.help,
        stood.due_on,
        since_on=stood.since_on,
        cause_=stood.cause,
        can_pass_on=stood.can_pass_on,
    )
