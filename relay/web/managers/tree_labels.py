"""The texts of the boxes and tabs of a relay tree, on the page and in its drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.web.i18n.labels import cause, help_word, plain, record, state, units
from relay.web.i18n.language import cached_by_language, day, gettext, ngettext, number
from relay.web.i18n.periods import bs_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from relay.reports.tree_layout import Tab, TreeBox
    from relay.reports.trees import ReceivedHelp, TreePlan

LONGEST: Final = 30  # characters in a line of a box, as many as fit


def lines(box: TreeBox, name: str) -> list[str]:
    """The text on a box, one to three lines."""
    node = box.node
    if node is None:
        return [gettext("gift %(id)s", id=box.key.partition(":")[2])]
    passed = _passed(node.state, node.passed, node.owed)
    lines = [node.placement_id, passed]
    if name != node.beneficiary_id:
        lines = [name, f"{node.placement_id} · {passed}"]
    lines = [plain(line, LONGEST) for line in lines]
    if box.break_point:
        lines.append(plain(_since(box.break_point.since_on, box.break_point.cause), LONGEST))
    return lines


# texts that are the same on many boxes


@cached_by_language
def _passed(state_: str, passed: float, owed: float) -> str:
    return gettext("%(state)s · %(passed)s of %(owed)s", state=state(state_), passed=number(passed), owed=number(owed))


@cached_by_language
def _since(day_: date, cause_: str) -> str:
    return gettext("since %(day)s: %(cause)s", day=day_.isoformat(), cause=cause(cause_))


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


def title(box: TreeBox, name: str, receipts: Iterable[ReceivedHelp]) -> str:
    """All that is known of a box, as text."""
    node = box.node
    if node is None:
        return gettext("The original gift %(id)s", id=box.key.partition(":")[2])
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
    return [plain(name, LONGEST), gettext("planned, %(day)s", day=plan.expected_on.isoformat())]


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
    sambat = bs_day(value)
    return f"{day(value)} ({sambat})" if sambat else day(value)


def folded(tab: Tab) -> str:
    """The text on a tab, such as "+43 below, 7 late"."""
    parts: list[Any] = [gettext("+%(number)s below", number=tab.below)]
    if tab.late:
        parts.append(gettext("%(number)s late", number=tab.late))
    if tab.broken:
        parts.append(gettext("%(number)s broken", number=tab.broken))
    return ", ".join(map(str, parts))
