"""Where a reader can go from every page: five groups, named after what people do."""

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
from relay.web.i18n.language import lazy_gettext, this_page
from relay.web.i18n.sentences import say
from relay.web.permission import permission_of
from relay.web.request import current
from relay.web.request.parameters import CONFIRMED_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from flask import Flask


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLink:
    """Somewhere to go.

    Attributes:
        endpoint: Of the page.
        label: What it is called.
        key: The key that leads there after "g".
        values: What else its address says.
        everywhere: Whether it takes the role in every programme.
        by_place: Whether it can be of one place: so it is for who works for one, to whom the rest is closed.
        system: Whose page it is; empty for the core's.
    """

    endpoint: str
    label: Any
    key: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    everywhere: bool = False
    by_place: bool = False
    system: str = ""

    @property
    def href(self) -> str:
        """Where it leads this reader."""
        places = privacy.within() if self.by_place else None
        own = next(iter(places)) if places and len(places) == 1 else None
        return to(self.endpoint, place=own, **self.values)

    @property
    def name(self) -> str:
        """Of the page, in a word that no other page has."""
        part, _, view = self.endpoint.rpartition(".")
        word = self.values.get("name") or (part if view == "page" else view.rstrip("_"))
        return f"{self.system}-{word}" if self.system else word

    @property
    def is_here(self) -> bool:
        """Whether this is the page that is shown."""
        said = request.view_args or {}
        return request.endpoint == self.endpoint and all(said.get(name) == self.values[name] for name in self.values)


def _list(name: str, label: Any, key: str, *, by_place: bool = False) -> MenuLink:  # noqa: ANN401 - lazy text
    return MenuLink(endpoint="lists.page", label=label, key=key, values={"name": name}, by_place=by_place)


SECTIONS: Final = (
    (
        "today",
        lazy_gettext("Today"),
        (
            MenuLink(endpoint="managers.programme", label=lazy_gettext("Overview"), key="o"),
            _list("visits", lazy_gettext("Visits"), "v", by_place=True),
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
            _list("gifts", lazy_gettext("Gifts"), "g"),
            _list("chains", lazy_gettext("Chains"), "c", by_place=True),
            _list("placements", lazy_gettext("Placements"), "p", by_place=True),
            MenuLink(endpoint="managers.map_", label=lazy_gettext("Map"), key="m"),
        ),
    ),
    (
        "people",
        lazy_gettext("People"),
        (
            _list("people", lazy_gettext("Women and men"), "b", by_place=True),
            _list("groups", lazy_gettext("Groups"), "u"),
            _list("places", lazy_gettext("Places"), "w"),
            MenuLink(endpoint="duplicates.page", label=lazy_gettext("Likely duplicates"), key="d"),
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
            MenuLink(endpoint="importing.page", label=lazy_gettext("Import"), key="i"),
            MenuLink(endpoint="confirming.opened", label=lazy_gettext("Access log"), key="x"),
        ),
    ),
)
"""Group, heading and links, after what people do; a page that an application does not have is left out."""


def set_up(app: Flask) -> None:
    """Give the ways to the templates."""
    app.add_template_global(sections, "sections")
    app.add_template_global(privacy.names_on, "names_on")
    app.add_template_global(to, "to")
    app.add_template_global(begins, "begins")
    app.add_template_global(counting_all, "counting_all")
    app.add_template_global(past, "past")
    app.add_template_global(to_today, "to_today")
    app.url_defaults(_still_confirmed_only)


def sections() -> list[tuple[str, list[MenuLink]]]:
    """Headings with the links whose pages there are, and which who is asking may open."""
    found = [
        (str(heading), [link for link in (*links, *_of_systems(group)) if _is_open(link)])
        for group, heading, links in SECTIONS
    ]
    return [(heading, links) for heading, links in found if links]


def _of_systems(group: str) -> Iterator[MenuLink]:
    """What the systems that the programme uses add to a group."""
    for name, part in system_pages.of(current.graph().catalogue).items():
        if name in current.head().systems:
            for each in part.links:
                if each.group == group:
                    endpoint = f"{name}.{each.endpoint}"
                    yield MenuLink(endpoint=endpoint, label=say(each.label), key=each.key, system=name)


def pages(app: Flask, programme_id: str) -> dict[str, str]:
    """Name → URL of every page of an application that a section leads to."""
    links = [link for _group, _heading, links in SECTIONS for link in links if link.endpoint in app.view_functions]
    with app.test_request_context():
        return {link.name: _address(link.endpoint, programme_id=programme_id, **link.values) for link in links}


def _address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - whatever the route's parameters are
    return url_for(endpoint, **values)


def _is_open(link: MenuLink) -> bool:
    if link.endpoint not in current_app.view_functions:
        return False
    action = permission_of(link.endpoint).action
    return action is None or guard.may(action, EVERY if link.everywhere else current.head().programme_id)


def _still_confirmed_only(endpoint: str, values: dict[str, Any]) -> None:
    """Who counts only what is confirmed goes on so from page to page."""
    if "programme_id" in values and not endpoint.startswith("api.") and has_request_context():
        values.setdefault(CONFIRMED_ONLY, request.args.get(CONFIRMED_ONLY))


def past() -> date | None:
    """The day of this page, where it is one before today and the reader may not have noticed."""
    if g.get("head") and request.args.get("as_of"):
        with suppress(Invalid):  # the page says that it cannot be read
            day = current.as_of()
            return day if day < current.today() else None
    return None


def to_today() -> str:
    """The URL of this page as of today."""
    return this_page("as_of", None)


def counting_all() -> str:
    """The URL of this page with everything counted, confirmed or not."""
    return this_page(CONFIRMED_ONLY, None)


def begins(programme_id: str) -> str:
    """Where a programme begins for this reader: who looks after accounts alone sees who opened what.

    Who holds a role of some system alone begins with the first of its pages.
    """
    of_systems = (
        f"{name}.{link.endpoint}"
        for name, part in system_pages.of(current.graph().catalogue).items()
        for link in part.links
    )
    known = ("managers.programme", "confirming.opened", *of_systems)
    page = next(
        (
            each
            for each in known
            if each in current_app.view_functions and guard.may(str(permission_of(each).action), programme_id)
        ),
        known[0],
    )
    return _address(page, programme_id=programme_id, as_of=_day())


def to(endpoint: str, **values: object) -> str:
    """The URL of a page of this programme, on the same day as this page."""
    if "here" not in g:  # a page has hundreds of links: to go past `url_for` and its defaults takes half the time
        g.here = {"programme_id": current.head().programme_id, "as_of": _day()}
        _still_confirmed_only(endpoint, g.here)
    said = {name: value for name, value in {**g.here, **values}.items() if value is not None}
    rules = current_app.url_map.iter_rules(endpoint)
    _, path = next(built for rule in rules if rule.suitable_for(said) and (built := rule.build(said)))
    return f"{request.script_root}{path}"


def to_each(endpoint: str, *names: str, **values: object) -> Callable[..., str]:
    """Gives `to` of pages that differ in some parameters alone, by the values of these: the rest is worked out once.

    Args:
        endpoint: Of the pages.
        names: The parameters in which they differ.
        values: All others.
    """
    marked = to(endpoint, **values, **{name: f"~{nth}~" for nth, name in enumerate(names)})
    url = re.sub(r"~(\d)~", r"{\1}", marked)
    return lambda *each: url.format(*(quote(str(value), safe=_KEPT) for value in each))


_KEPT: Final = "!$'()*,/:;@"
"""What stands as it is both in a path and in a query."""


def _day() -> str | None:
    return request.args.get("as_of") or None
