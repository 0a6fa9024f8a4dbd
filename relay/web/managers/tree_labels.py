"""The texts of the boxes and tabs of a relay tree, on the page and in its drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.web.i18n.labels import SHAPES, cause, help_word, plain, record, state, units
from relay.web.i18n.language import cached_by_language, day, gettext, ngettext, number, other_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from relay.reports.tree_layout import Tab, TreeBox
    from relay.reports.trees import BreakPoint, GivenHelp, ReceivedHelp, TreeNode, TreePlan

LONGEST: Final = 31  # characters in a line of a box, as many as fit
BOLD: Final = 27  # the same in bold
ASIDE: Final = 12  # characters of the id that stands beside a name


def lines(node: TreeNode, name: str, broke: BreakPoint | None = None) -> list[str]:
    """The text on the box of a placement: who holds it, how it stands, and since when and why it broke.

    Args:
        node: The placement.
        name: The name of the holder as far as it may be shown, else her id; then the id of the placement stands there.
        broke: Since when and why it is broken or lost; None if it is not.
    """
    first = plain(node.placement_id, BOLD)
    if name != node.beneficiary_id:
        first = plain(name, BOLD - 5 - min(len(node.placement_id), ASIDE))
    passed = plain(_passed(node.state, node.passed, node.owed), BOLD - 2)
    lines = [first, f"{SHAPES[node.state]} {passed}"]
    if broke:
        lines.append(plain(_since(broke.since_on, broke.cause), LONGEST))
    return lines


def aside(node: TreeNode, name: str) -> str:
    """The id that stands small beside the name on a box; "" where it stands in the name's place."""
    return plain(node.placement_id, ASIDE) if name != node.beneficiary_id else ""


def gift_lines(gift_id: str, given: GivenHelp, donor: str) -> list[str]:
    """The text on the box of a gift: what was given and when, and by whom if the donor may be shown, else ""."""
    what = units(given.units, given.help)
    if given.given_on:
        what = gettext("%(what)s, %(day)s", what=what, day=day(given.given_on))
    lines = [gettext("gift %(id)s", id=gift_id), what]
    if donor:
        lines.append(gettext("from %(donor)s", donor=donor))
    return [plain(line, LONGEST) for line in lines]


def gift_title(gift_id: str, given: GivenHelp, donor: str) -> str:
    """All that is known of a gift, as text; `donor` is "" if it may not be shown."""
    lines = [gettext("The original gift %(id)s", id=gift_id), units(given.units, given.help)]
    if given.given_on:
        lines.append(gettext("given on %(day)s", day=_both(given.given_on)))
    if donor:
        lines.append(gettext("from %(donor)s", donor=donor))
    return "\n".join(lines)


def generation(nth: int, start: str) -> str:
    """What a generation is called.

    Args:
        nth: Pass-ons from the beginning; 0 is the beginning itself.
        start: The id that the tree was asked for by, "gift:ID" or "placement:ID".
    """
    if nth:
        return gettext("generation %(number)s", number=nth)
    return gettext("first placements") if start.startswith("gift:") else gettext("beginning")


# texts that are the same on many boxes


@cached_by_language
def _passed(state_: str, passed: float, owed: float) -> str:
    return gettext("%(state)s · %(passed)s of %(owed)s", state=state(state_), passed=number(passed), owed=number(owed))


@cached_by_language
def _since(day_: date, cause_: str) -> str:
    return gettext("since %(day)s: %(cause)s", day=day(day_), cause=cause(cause_))


@cached_by_language
def _broke(state_: str, since_on: date, cause_: str, still_owed: float) -> str:
    return gettext(
        "%(state)s since %(day)s: %(cause)s, %(owed)s still owed",
        state=state(state_),
        day=_both(since_on),
        cause=cause(cause_),
        owed=number(still_owed),
    )


@cached_by_language
def _received(help_: str, on: date) -> str:
    return gettext("%(help)s, received %(day)s", help=help_word(help_), day=_both(on))


@cached_by_language
def _due(on: date) -> str:
    return gettext("due %(day)s", day=_both(on))


@cached_by_language
def _passed_on(state_: str, passed: float, owed: float) -> str:
    return gettext(
        "%(state)s: passed on %(passed)s of %(owed)s", state=state(state_), passed=number(passed), owed=number(owed)
    )


@cached_by_language
def _from(giver: str, on: date, help_: str, units_: float) -> str:
    return gettext("from %(giver)s: %(units)s, %(day)s", giver=record(giver), units=units(units_, help_), day=day(on))


def title(node: TreeNode, name: str, receipts: Iterable[ReceivedHelp], box: TreeBox) -> str:
    """All that is known of a placement and its box, as text."""
    lines = [
        gettext("Placement %(id)s, held by %(name)s", id=node.placement_id, name=name),
        _received(node.help, node.received_on),
        *(_from(each.giver, each.received_on, each.help, each.units) for each in receipts),
        _due(node.due_on),
        _passed_on(node.state, node.passed, node.owed),
    ]
    if box.break_point:
        broke = box.break_point
        lines.append(_broke(broke.state, broke.since_on, broke.cause, broke.still_owed))
    if box.givers > 1:
        lines.append(ngettext("joint pass-on from %(num)s giver", "joint pass-on from %(num)s givers", box.givers))
    return "\n".join(lines)


def planned_lines(plan: TreePlan, name: str) -> list[str]:
    """The text on the box of a planned receiver, two lines."""
    if not plan.expected_on:
        return [plain(name, LONGEST), gettext("planned")]
    return [plain(name, LONGEST), gettext("planned, %(day)s", day=day(plan.expected_on))]


def planned_title(plan: TreePlan, name: str) -> str:
    """All that is known of a plan, as text."""
    lines = [
        gettext("%(name)s is to receive %(help)s next", name=name, help=help_word(plan.help)),
        gettext("chosen on %(day)s", day=_both(plan.chosen_on)),
    ]
    if plan.expected_on:
        lines.append(gettext("expected on %(day)s", day=_both(plan.expected_on)))
    return "\n".join(lines)


def _both(value: date) -> str:
    other = other_day(value)
    return f"{day(value)} ({other})" if other else day(value)


def folded(tab: Tab) -> str:
    """The text on a tab, such as "+43 below, 7 late"."""
    parts: list[Any] = [gettext("+%(number)s below", number=tab.below)]
    if tab.late:
        parts.append(gettext("%(number)s late", number=tab.late))
    if tab.broken:
        parts.append(gettext("%(number)s broken", number=tab.broken))
    return ", ".join(map(str, parts))
