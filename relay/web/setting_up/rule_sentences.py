"""What a rule says, in sentences that somebody understands who never saw a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.model import shown
from relay.web.i18n import labels
from relay.web.i18n.language import day, gettext, lazy_gettext, ngettext, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.model import Rule

_ONLY: Final = {"F": lazy_gettext("Only females count."), "M": lazy_gettext("Only males count.")}


def sentence(rule: Rule) -> str:
    """The rule itself, such as "Each woman who receives 2 goats passes on 2 within 24 months."."""
    months = ngettext("%(num)s month", "%(num)s months", rule.months, num=number(rule.months))
    given = labels.units(shown(rule.given), rule.help)
    if rule.owed_per_given is not None:
        return gettext(
            "Each woman who receives %(given)s passes on %(owed)s for each that she received, within %(months)s.",
            given=given,
            owed=number(shown(rule.owed_per_given)),
            months=months,
        )
    owed = number(shown(rule.owed or 0))
    return gettext(
        "Each woman who receives %(given)s passes on %(owed)s within %(months)s.",
        given=given,
        owed=owed,
        months=months,
    )


def details(rule: Rule) -> Iterator[str]:
    """What else it says, a sentence each; from which day it is valid comes first."""
    yield gettext("It is for what was received from %(day)s on.", day=day(rule.from_on))
    if rule.condition:
        yield gettext(
            "It is for what was %(condition)s when it was received.", condition=labels.condition(rule.condition)
        )
    if rule.grace_days:
        yield ngettext(
            "A chain counts as broken %(num)s day after that.",
            "A chain counts as broken %(num)s days after that.",
            rule.grace_days,
            num=number(rule.grace_days),
        )
    if rule.earliest_days:
        yield ngettext(
            "A pass-on within %(num)s day of receipt is noted for the auditor.",
            "A pass-on within %(num)s days of receipt is noted for the auditor.",
            rule.earliest_days,
            num=number(rule.earliest_days),
        )
    if rule.sex:
        yield str(_ONLY[rule.sex])
    for other, worth in rule.equivalents.items():
        yield gettext(
            "%(one)s counts as %(worth)s.",
            one=labels.units(1, other),
            worth=labels.units(shown(worth), rule.help),
        )
