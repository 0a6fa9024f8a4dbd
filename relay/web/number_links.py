"""Every number is a door: it leads to exactly the rows that it counts, or whose units are added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from relay.web.i18n import labels, language
from relay.web.i18n.language import gettext
from relay.web.menu import to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask


def set_up(app: Flask) -> None:
    """Give them to the templates."""
    app.add_template_global(number)
    app.add_template_global(states)
    app.add_template_global(stack)


def number(value: float, href: str, text: str | None = None, of: str = "total") -> Markup:
    """A number that leads to what it counts; zero leads nowhere.

    Args:
        value: The number.
        href: Where the rows are listed that it counts.
        text: How it is said, where not as the number alone.
        of: What of these rows it sums: "total" for how many they are.
    """
    said = escape(language.number(value) if text is None else text)
    made_of = gettext("A sum: opens the placements that it adds up")
    what = "" if of == "total" else f' data-of="{escape(of)}" title="{escape(made_of)}"'
    if value:
        return Markup(f'<a class="door" data-count="{value}"{what} href="{escape(href)}">{said}</a>')  # noqa: S704
    return Markup(f'<span data-count="0"{what} data-href="{escape(href)}">{said}</span>')  # noqa: S704


def states(counts: Mapping[str, int], where: Mapping[str, str] | None = None, name: str = "placements") -> Markup:
    """How many are in each state, each number leading to these.

    Args:
        counts: State → placements, or chains.
        where: What the list is filtered by beside the state.
        name: Of the list.
    """
    return tallies(counts, to("lists.page", **{**(where or {}), "name": name}))


def tallies(counts: Mapping[str, int], listed: str) -> Markup:
    """The same, given the URL of the list but for the state."""
    begun = f"{listed}{'&' if '?' in listed else '?'}state="
    said = (
        f'<span class="tally {escape(word)}">'
        f"{number(count, f'{begun}{word}', f'{language.number(count)} {labels.state(word)}')}</span> "
        for word, count in counts.items()
        if count
    )
    return Markup("".join(said))  # noqa: S704 - each is escaped


def stack(counts: Mapping[str, int], *, thin: bool = False) -> Markup:
    """One bar of a hundred per cent, parted by state; the numbers stand beside it as text."""
    height = 8 if thin else 20
    parts = "".join(
        f'<rect class="{escape(word)}" x="{x}" y="0" width="{width}" height="{height}"/>'
        for word, x, width in labels.stretches(counts)
    )
    return Markup(  # noqa: S704 - words are escaped, and the rest are numbers
        f'<svg class="stack{" thin" if thin else ""}" viewBox="0 0 1000 {height}" preserveAspectRatio="none"'
        f' aria-hidden="true">{parts}</svg>'
    )
