"""Sites for advice, with monthly numbers of visits; visitors are not recorded, and nothing leads to them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.bikram_sambat import days_of, month_days, month_of, months_from, share_a_day
from relay.errors import Failure, Invalid, Refused, refused
from relay.systems.groups.rules import require_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relay.domain.register import Fact, Register

_PARTS: Final = ("under_18", "referred")


SITE_NOT_OPEN: Final = Failure(
    Refused,
    "site_not_open",
    "%(act_id)s: site %(site_id)s was not open in %(month)s.",
    advice="Check the month, and the days on which the site opened and closed.",
    field="month",
)


COUNTED_ALREADY: Final = Failure(
    Refused,
    "counted_already",
    "%(act_id)s: site %(site_id)s was already counted in that month, by %(earlier)s.",
    advice="Correct that one instead",
    command="relay correct %(earlier)s --how wrong-data --set visits=N",
    field="month",
)


MORE_THAN_VISITS: Final = Failure(
    Invalid,
    "more_than_visits",
    "%(act_id)s does not add up: women and men together, those under 18 and those referred are visits too.",
    advice="Write whole numbers, none larger than the number of visits.",
    field="visits",
)


def refuse_site(register: Register, fact: Fact) -> None:
    """Refuse dates that contradict each other or a recorded count."""
    require_order(fact, "opened_on", "closed_on")
    for count in register.beside("site_count", fact.act_id):
        _while_open(count, fact)


def refuse_count(register: Register, fact: Fact) -> None:
    """Refuse a second count of a month, a month in which the site was not open, and numbers that do not add up."""
    values = fact.values
    site = register.facts[f"site:{values['site_id']}"]
    _while_open(fact, site)
    for other in register.beside("site_count", site.act_id):
        if other.act_id != fact.act_id and share_a_day(
            *((each["month"], each["month"]) for each in (other.values, values))
        ):
            raise refused(COUNTED_ALREADY, act_id=fact.act_id, site_id=site.id, earlier=other.act_id)
    numbers = {name: values[name] for name in ("visits", "women", "men", *_PARTS) if values.get(name) is not None}
    visits = numbers.get("visits")
    whole = all(number % 1 == 0 for number in numbers.values())
    if not whole or (
        visits is not None
        and max(numbers.get("women", 0) + numbers.get("men", 0), *(numbers.get(name, 0) for name in _PARTS)) > visits
    ):
        raise refused(MORE_THAN_VISITS, act_id=fact.act_id)


def _while_open(count: Fact, site: Fact) -> None:
    first, last = days_of(count.values["month"])
    opened_on, closed_on = site.values["opened_on"], site.values.get("closed_on")
    if last.isoformat() < opened_on or (closed_on and first.isoformat() > closed_on):
        raise refused(SITE_NOT_OPEN, act_id=count.act_id, site_id=site.id, month=count.values["month"])


def months_missing(site: Mapping[str, Any], reported: Collection[str], as_of: date) -> list[str]:
    """The whole months up to a day for which a site has no count.

    Months are those of the calendar of its first count, or Gregorian ones if it never counted. Months in which the site
    opened or closed are not required.

    Args:
        site: Columns of the site's act.
        reported: Months with a count.
        as_of: Reference day; what happens later does not count.

    Returns:
        Months, such as "2083-08 BS", in order.
    """
    sambat = any(month.endswith(" BS") for month in reported)
    opened_on, closed_on = date.fromisoformat(site["opened_on"]), site.get("closed_on")
    last_day = min(as_of, date.fromisoformat(closed_on)) if closed_on else as_of
    first, last = (month_of(day, sambat=sambat) for day in (opened_on, last_day))
    return [
        month
        for month in (months_from(first, last) if first and last else ())
        if (days := month_days(month)) and opened_on <= days[0] and days[1] <= last_day and month not in reported
    ]
