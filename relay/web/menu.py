"""The menu of every page: groups of links, named after what people do; and the URLs of pages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flask import current_app, g, has_request_context, request, url_for

from relay.access.roles import EVERY
from relay.errors import Invalid
from relay.web import guard, privacy, system_pages
from relay.web.i18n.language import lazy_gettext, url_of_this_page
from relay.web.i18n.sentences import translate
from relay.web.permission import permission_of
from relay.web.request import current
from relay.web.request.parameters import CONFIRMED_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from flask import Flask


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLink:
    """A link of the menu.

    Attributes:
        endpoint: The endpoint of the page.
        label: Its text, translated when it is shown.
        key: The keyboard shortcut that opens it after "g".
        values: Other parameters of its URL.
        everywhere: Whether a reader needs the role in every programme.
        by_place: Whether the page is limited to the place of staff who work for a single place.
        rare: Whether it stands after the pages of systems, since it is seldom opened.
        system: The system to which the page belongs; empty for the core.
    """

    endpoint: str
    label: Any
    key: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    everywhere: bool = False
    by_place: bool = False
    rare: bool = False
    system: str = ""

    @property
    def href(self) -> str:
        """The URL for this reader."""
        places = privacy.visible_places() if self.by_place else None
        own = next(iter(places)) if places and len(places) == 1 else None
        return url_to(self.endpoint, place=own, **self.values)

    @property
    def name(self) -> str:
        """A name of the page that no other page has."""
        part, _, view = self.endpoint.rpartition(".")
        word = self.values.get("name") or (part if view == "page" else view.rstrip("_"))
        return f"{self.system}-{word}" if self.system else word

    @property
    def is_here(self) -> bool:
        """Whether this is the page that is shown."""
        url_values = request.view_args or {}
        return request.endpoint == self.endpoint and all(
            url_values.get(name) == self.values[name] for name in self.values
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuGroup:
    """A group of the menu: a line that opens and closes.

    Attributes:
        heading: Its text.
        links: The links that stand under it when it is open.
        more: Those that are folded once more, since the menu would become too long; may be empty.
        is_open: Whether it is open when the page is loaded; exactly one group is.
    """

    heading: str
    links: tuple[MenuLink, ...]
    more: tuple[MenuLink, ...]
    is_open: bool

    @classmethod
    def of(cls, heading: str, links: Sequence[MenuLink], most: int, *, is_open: bool) -> MenuGroup:
        """A group of at most so many lines; the page that is shown is never folded away."""
        shown = list(links if len(links) <= most else links[: most - 1])
        here = next((link for link in links if link.is_here and link not in shown), None)
        if here:
            shown[-1] = here
        more = tuple(link for link in links if link not in shown)
        return cls(heading=heading, links=tuple(shown), more=more, is_open=is_open)

    @property
    def all(self) -> tuple[MenuLink, ...]:
        """All its links, in their order."""
        return (*self.links, *self.more)


def _list_link(name: str, label: Any, key: str, *, by_place: bool = False) -> MenuLink:  # noqa: ANN401 - lazy text
    return MenuLink(endpoint="lists.page", label=label, key=key, values={"name": name}, by_place=by_place)


SECTIONS: Final = (
    (
        "today",
        lazy_gettext("Today"),
        (
            MenuLink(endpoint="managers.programme", label=lazy_gettext("Overview"), key="o"),
            _list_link("visits", lazy_gettext("Visits"), "v", by_place=True),
            MenuLink(
                endpoint="confirming.waiting", label=lazy_gettext("To confirm"), key="n", values={"name": "waiting"}
            ),
            MenuLink(endpoint="held.page", label=lazy_gettext("Held"), key="e", values={"name": "held"}),
        ),
    ),
    (
        "relays",
        lazy_gettext("Relays"),
        (
            _list_link("gifts", lazy_gettext("Gifts"), "g"),
            _list_link("chains", lazy_gettext("Chains"), "c", by_place=True),
            _list_link("placements", lazy_gettext("Placements"), "p", by_place=True),
            MenuLink(endpoint="managers.map_", label=lazy_gettext("Map"), key="m"),
        ),
    ),
    (
        "people",
        lazy_gettext("People"),
        (
            _list_link("people", lazy_gettext("Women and men"), "b", by_place=True),
            _list_link("groups", lazy_gettext("Groups"), "u"),
            _list_link("places", lazy_gettext("Places"), "w"),
            MenuLink(endpoint="duplicates.page", label=lazy_gettext("Likely duplicates"), key="d", rare=True),
        ),
    ),
    (
        "check",
        lazy_gettext("Check"),
        (
            MenuLink(endpoint="auditors.health", label=lazy_gettext("Health"), key="h"),
            MenuLink(endpoint="auditors.survival", label=lazy_gettext("Survival"), key="s"),
            MenuLink(endpoint="auditors.audit", label=lazy_gettext("Audit"), key="a"),
            MenuLink(endpoint="auditors.sample", label=lazy_gettext("Sample"), key="r", values={"name": "sample"}),
            MenuLink(endpoint="auditors.entries", label=lazy_gettext("Ledger"), key="l", values={"name": "ledger"}),
            MenuLink(endpoint="auditors.verify", label=lazy_gettext("Verify"), key="y"),
            MenuLink(endpoint="query.page", label=lazy_gettext("Query"), key="q", everywhere=True),
        ),
    ),
    (
        "manage",
        lazy_gettext("Manage"),
        (
            MenuLink(endpoint="digest.page", label=lazy_gettext("The week"), key="j"),
            MenuLink(endpoint="importing.page", label=lazy_gettext("Import"), key="i"),
            MenuLink(endpoint="settings.page", label=lazy_gettext("Settings"), key="0"),
            MenuLink(endpoint="confirming.opened", label=lazy_gettext("Access log"), key="x"),
        ),
    ),
)
"""Group, heading and links of the core."""

MOST_LINES: Final = 12
"""The lines of the menu when a page is loaded: headings, and the links of the open group (our choice)."""


def set_up(app: Flask) -> None:
    """Give the menu and the URL functions to the templates."""
    app.add_template_global(menu_groups)
    app.add_template_global(privacy.names_on, "names_on")
    app.add_template_global(url_to)
    app.add_template_global(start_url)
    app.add_template_global(url_counting_all)
    app.add_template_global(past_day)
    app.add_template_global(url_of_today)
    app.url_defaults(_hand_on_confirmed_only)


def menu_groups() -> list[MenuGroup]:
    """The groups of the menu with the links that this reader may open; groups without any are left out.

    The group of the page that is shown is open, else the first one. The lines seen then are `MOST_LINES` at the most.
    """
    all_links = [
        (str(heading), sorted(filter(_is_open, (*links, *_system_links(group))), key=lambda link: link.rare))
        for group, heading, links in SECTIONS
    ]
    groups = [(heading, links) for heading, links in all_links if links]
    here = [heading for heading, links in groups if any(link.is_here for link in links)]
    opened = next(iter([*here, *(heading for heading, _links in groups)]), "")
    return [
        MenuGroup.of(heading, links, MOST_LINES - len(groups), is_open=heading == opened) for heading, links in groups
    ]


def _system_links(group: str) -> Iterator[MenuLink]:
    """The links that the systems of the programme add to a group."""
    for name, part in system_pages.pages_of(current.graph().catalogue).items():
        if name in current.head().systems:
            for each in part.links:
                if each.group == group:
                    endpoint = f"{name}.{each.endpoint}"
                    yield MenuLink(endpoint=endpoint, label=translate(each.label), key=each.key, system=name)


def pages(app: Flask, programme_id: str) -> dict[str, str]:
    """Name → URL of every page in the menu of the core."""
    links = [link for _group, _heading, links in SECTIONS for link in links if link.endpoint in app.view_functions]
    with app.test_request_context():
        return {link.name: _url(link.endpoint, programme_id=programme_id, **link.values) for link in links}


def _url(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - whatever the route's parameters are
    return url_for(endpoint, **values)


def _is_open(link: MenuLink) -> bool:
    if link.endpoint not in current_app.view_functions:
        return False
    action = permission_of(link.endpoint).action
    return action is None or guard.may(action, EVERY if link.everywhere else current.head().programme_id)


def _hand_on_confirmed_only(endpoint: str, values: dict[str, Any]) -> None:
    """Carry the parameter `confirmed_only` from page to page."""
    if "programme_id" in values and not endpoint.startswith("api.") and has_request_context():
        values.setdefault(CONFIRMED_ONLY, request.args.get(CONFIRMED_ONLY))


def past_day() -> date | None:
    """The day of this page if it is before today, so that the page can say so; else None."""
    if g.get("head") and request.args.get("as_of"):
        with suppress(Invalid):  # the page says that it cannot be read
            day = current.as_of()
            return day if day < current.today() else None
    return None


def url_of_today() -> str:
    """The URL of this page as of today."""
    return url_of_this_page("as_of", None)


def url_counting_all() -> str:
    """The URL of this page counting all pass-ons, confirmed or not."""
    return url_of_this_page(CONFIRMED_ONLY, None)


def start_url(programme_id: str) -> str:
    """The URL of the first page of a programme that this reader may open.

    It is the overview; the access log for somebody who only administers accounts; else the first page of a system.
    """
    of_systems = (
        f"{name}.{link.endpoint}"
        for name, part in system_pages.pages_of(current.graph().catalogue).items()
        for link in part.links
    )
    pages_ = ("managers.programme", "confirming.opened", *of_systems)
    page = next(
        (
            each
            for each in pages_
            if each in current_app.view_functions and guard.may(str(permission_of(each).action), programme_id)
        ),
        pages_[0],
    )
    return _url(page, programme_id=programme_id, as_of=_day_in_url())


def url_to(endpoint: str, **values: object) -> str:
    """The URL of a page of this programme, as of the same day as this page; values that are None are left out."""
    if "here" not in g:  # a page has hundreds of links: to go past `url_for` and its defaults takes half the time
        g.here = {"programme_id": current.head().programme_id, "as_of": _day_in_url()}
        _hand_on_confirmed_only(endpoint, g.here)
    parameters = {name: value for name, value in {**g.here, **values}.items() if value is not None}
    rules = current_app.url_map.iter_rules(endpoint)
    _, path = next(built for rule in rules if rule.suitable_for(parameters) and (built := rule.build(parameters)))
    return f"{request.script_root}{path}"


def url_maker(endpoint: str, *names: str, **values: object) -> Callable[..., str]:
    """Make a function that returns URLs which differ in a few parameters alone; all the rest is worked out once.

    Args:
        endpoint: The endpoint of the pages.
        names: The parameters in which the URLs differ; the function takes their values in this order.
        values: All other parameters, as for `url_to`.
    """
    marked = url_to(endpoint, **values, **{name: f"~{nth}~" for nth, name in enumerate(names)})
    url = re.sub(r"~(\d)~", r"{\1}", marked)
    return lambda *each: url.format(*(quote(str(value), safe=_SAFE_CHARACTERS) for value in each))


_SAFE_CHARACTERS: Final = "!$'()*,/:;@"
"""Characters that need no escape, neither in a path nor in a query."""


def _day_in_url() -> str | None:
    return request.args.get("as_of") or None
