"""Counts in the menu of what is to be done on the day of the page: visits, unconfirmed pass-ons, and pending acts.

A script requests them after the page is loaded, so that no page waits for them. Each is the number of rows of the list
to which its link in the menu leads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.ledger.held import held_list
from relay.web import guard, privacy
from relay.web.i18n import digits
from relay.web.i18n.labels import NAMES
from relay.web.i18n.language import number
from relay.web.lists.listing import ListPage
from relay.web.lists.programme_lists import LISTINGS
from relay.web.managers.unconfirmed_pass_ons import WAITING
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def counts() -> dict[str, str]:
    """Name of a link in the menu → the number of rows in its list, as text in the reader's language.

    Links with zero rows, and those that this reader may not open, are left out.

    Raises:
        Invalid: A parameter of the URL cannot be read.
        Unavailable: The database cannot be reached.
    """
    programme_id = current.head().programme_id
    counts = {name: count() for name, (action, count) in _COUNTS.items() if guard.may(action, programme_id)}
    return {name: digits.as_chosen(number(many)) for name, many in counts.items() if many}


def _visits() -> int:
    own = privacy.visible_places()
    return _rows("visits", {"place": next(iter(own))} if own and len(own) == 1 else {})


def _waiting() -> int:
    return _rows("waiting", {})


def _pending() -> int:
    return held_list.many(current.graph(), current.head().programme_id)


def _rows(name: str, asked_for: Mapping[str, str]) -> int:
    listing = LISTINGS.get(name, WAITING)
    page = ListPage(
        name=name,
        listing=listing,
        survey=current.survey_of_all() if listing.of_record else current.survey(),
        as_of=current.as_of(),
        today=current.today(),
        names=NAMES[0],
        asked_for=asked_for,
        order=listing.order,
    )
    return len(page.rows)


_COUNTS: Final[Mapping[str, tuple[str, Callable[[], int]]]] = {
    "visits": ("todo", _visits),
    "waiting": ("waiting", _waiting),
    "held": ("held list", _pending),
}
