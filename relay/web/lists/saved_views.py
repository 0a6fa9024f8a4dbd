"""Saved views on pages: which of them a reader sees, where each leads, and how a list becomes one."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from flask import g, request, url_for

from relay.access import roles
from relay.access import saved_views as kept_views
from relay.access.roles import EVERY
from relay.access.saved_views import EVERYBODY, OWN, SavedView
from relay.errors import Conflict, Failure, Invalid, RelayError, refused
from relay.exchange.cells import read_day
from relay.instants import instant
from relay.ledger import reading
from relay.reports.breakdown import UNKNOWN
from relay.web import guard, sessions
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.lists import browser_views, own_columns
from relay.web.lists.browser_views import BrowserView
from relay.web.lists.listing import Filter, ListPage
from relay.web.lists.programme_lists import LISTINGS
from relay.web.request import current
from relay.web.request.parameters import CONFIRMED_ONLY, NOT_A_CHOICE

if TYPE_CHECKING:
    from collections.abc import Sequence

QUERY: Final = "query"
"""The name of the query page, as `SavedView.page`; all others are lists."""

_SHOWING: Final = frozenset({"managers.programme", "lists.page", "query.page", "views.page"})
"""Endpoints of pages that show saved views, and so may change while the ledger does not."""

_ID_BYTES: Final = 5


NOT_IN_A_VIEW: Final = Failure(
    Invalid,
    "not_in_a_view",
    "A saved view holds choices, days, numbers and ids of records; “%(field)s” is none of them.",
    advice="Choose from the list, save the view again, and look for people with the search.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A saved view as a reader sees it.

    Attributes:
        view: The view.
        mine: Whether this reader kept it.
        deletable: Whether this reader may delete it.
    """

    view: SavedView
    mine: bool
    deletable: bool

    @property
    def title(self) -> str:
        """Its name."""
        return self.view.title

    @property
    def href(self) -> str:
        """The URL of what it shows."""
        return href(self.view)

    @property
    def link(self) -> str:
        """The URL that can be sent to others."""
        return url_for(
            "views.opened", programme_id=self.view.programme_id, view_id=self.view.view_id, confirmed_only=None
        )

    @property
    def where(self) -> str:
        """The title of its page."""
        return str(LISTINGS[self.view.page].title) if self.view.page in LISTINGS else gettext("Query")

    @property
    def seen_by(self) -> str:
        """Who may see it, in words."""
        return seen_by_label(self.view.seen_by)


def href(view: SavedView) -> str:
    """The URL of what a view shows, which is always one of its page, whatever is stored."""
    if view.page == QUERY:
        return url_for("query.page", programme_id=view.programme_id, view=view.view_id, confirmed_only=None)
    # the view itself, not the page on which it is opened, decides whether unconfirmed pass-ons are left out
    address = url_for("lists.page", programme_id=view.programme_id, name=view.page, confirmed_only=None)
    return f"{address}?{view.query}" if view.query else address


def views_of(page: str | None = None) -> Sequence[ShownView]:
    """The views of this programme that this reader sees, or of one of its pages, by name; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return [each for each in _visible() if page in (None, each.view.page)]


def found(text: str) -> Sequence[ShownView]:
    """The views that this reader sees in whose name all words of a text stand; empty for an empty text."""
    words = text.casefold().split()
    return [each for each in _visible() if words and all(word in each.title.casefold() for word in words)]


def one(view_id: str) -> ShownView:
    """The view with an id, if this reader sees it.

    Raises:
        NotFound: There is none.
    """
    for each in _visible():
        if each.view.view_id == view_id:
            return each
    raise refused(kept_views.NO_SUCH_VIEW)


def _visible() -> Sequence[ShownView]:
    if "saved_views" not in g:
        programme_id, user = current.head().programme_id, sessions.signed_in()
        manages = guard.may("programme lock", programme_id)
        g.saved_views = [
            ShownView(view=view, mine=view.kept_by == user.by, deletable=manages or view.kept_by == user.by)
            for view in kept_views.every(current.graph(), programme_id)
            if _opens(view.page) and view.is_for(user.by, user.grants)
        ]
    views: Sequence[ShownView] = g.saved_views
    return views


def _opens(page: str) -> bool:
    """Whether this version has a page of that name, and this reader may open it."""
    if page == QUERY:
        return guard.may("query", EVERY)
    return page in LISTINGS and guard.may("gifts", current.head().programme_id)


def page_state() -> str:
    """What the page of this request shows of saved views, as text that changes when they do; "" if it shows none."""
    if request.endpoint not in _SHOWING:
        return ""
    return f"{browser_views.cookie_value()} {[(each.view, each.deletable) for each in _visible()]}"


# ------------------------------------------------------------------------------------------------ who sees it


def seen_by_choices(page: str) -> list[tuple[str, str]]:
    """Who may see a view of a page: the word in the form, and its label."""
    of_page = roles.matrix(current.graph().catalogue)["query" if page == QUERY else "gifts"]
    words = (EVERYBODY, *(role for role in roles.ROLES if role in of_page), OWN)
    return [(word, seen_by_label(word)) for word in words]


def seen_by_label(word: str) -> str:
    """Who may see a view, in words."""
    if word == OWN:
        return gettext("only who kept it")
    if word == EVERYBODY:
        return gettext("everybody in this programme")
    return gettext("who has the role %(role)s", role=labels.role(word))


# ------------------------------------------------------------------------------------------------ kept


def keep_from_form(page: str, query: str) -> ShownView:
    """Keep what the form of a list or of the query page says; it replaces the reader's own view of the same name.

    Raises:
        Invalid: Something of it cannot be kept.
        Conflict: Somebody else shares a view of this name.
    """
    seen_by = request.form.get("seen_by") or EVERYBODY
    choices = [word for word, _ in seen_by_choices(page)]
    if seen_by not in choices:
        raise refused(NOT_A_CHOICE, field="seen_by", choices=", ".join(choices))
    return _keep(page, request.form.get("title", ""), request.form.get("about", ""), query, seen_by)


def keep_from_browser() -> int:
    """Keep what this browser stored, for the reader alone.

    Returns:
        How many could not be kept, since a filter is no longer valid or somebody shares a view of that name.

    Raises:
        Unavailable: The database cannot be reached.
    """
    left = 0
    for stored in offered():
        try:
            _keep(stored.name, stored.title, "", stored.query, OWN)
        except (Invalid, Conflict):
            left += 1
    return left


def offered() -> tuple[BrowserView, ...]:
    """The views of this programme that this browser stored, and that were not yet kept or dropped."""
    return browser_views.stored(current.head().programme_id)


def _keep(page: str, title: str, about: str, query: str, seen_by: str) -> ShownView:
    said = query.replace("\r\n", "\n").strip() if page == QUERY else urlencode(_without_names(page, query))
    user, core = sessions.signed_in(), current.core()
    view = SavedView(
        view_id=secrets.token_hex(_ID_BYTES),
        programme_id=current.head().programme_id,
        page=page,
        title=labels.plain(title).strip(),
        about=labels.plain(about).strip(),
        query=said,
        seen_by=seen_by,
        kept_by=user.by,
        kept_at=instant(core.now()),
    )
    g.pop("saved_views", None)
    return ShownView(view=kept_views.keep(core.graph, view), mine=True, deletable=True)


def _without_names(name: str, query: str) -> dict[str, str]:
    """The parameters of a list that a view keeps: filters that were chosen or are ids, its order and its day.

    Whether names are shown is left to who opens it.

    Raises:
        Invalid: A filter has another value.
    """
    listing, said = own_columns.listing(name), dict(parse_qsl(query))
    survey = current.survey_of_all()
    page = ListPage(
        name=name,
        listing=listing,
        survey=survey,
        as_of=survey.as_of,
        today=current.today(),
        names=labels.NAMES[0],
        asked_for=said,
    )
    for each in listing.filters:
        if each.name in said and not _is_kept(page, each, said[each.name]):
            raise refused(NOT_IN_A_VIEW, field=str(each.label))
    sortable = {f"{sign}{column.key}" for column in listing.columns if column.sort for sign in ("", "-")}
    if said.get("sort") not in sortable:
        said.pop("sort", None)
    if "as_of" in said and not _is_day(said["as_of"]):
        del said["as_of"]
    if said.get(CONFIRMED_ONLY) != "true":
        said.pop(CONFIRMED_ONLY, None)
    own = {*(each.name for each in listing.filters), "sort", "as_of", CONFIRMED_ONLY}
    return {key: value for key, value in said.items() if key in own}


def _is_kept(page: ListPage, filter_: Filter, value: str) -> bool:
    if value == UNKNOWN:
        return True
    if filter_.choices:
        return value in {word for word, _ in filter_.choices(page)} or _is_place(page, filter_.name, value)
    if filter_.typed == "date":
        return _is_day(value)
    if filter_.typed == "number":
        return value.isdecimal()
    if filter_.typed == "decimal":
        return value.replace(".", "", 1).isdecimal()
    act_id = value if ":" in value else f"beneficiary:{value}"
    return bool(reading.recorded(current.graph(), current.head().programme_id, act_id))


def _is_place(page: ListPage, name: str, value: str) -> bool:
    """Whether a value is a place, of which long lists offer only those with others inside."""
    return name == "place" and page.survey.snapshot.places.ids.row(value) is not None


def _is_day(value: str) -> bool:
    with suppress(RelayError):
        return bool(read_day(value, current.today()))
    return False
