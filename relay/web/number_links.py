"""Numbers as links: each number on a page leads to the list of exactly the rows that it counts or adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from relay.web.i18n import labels, language
from relay.web.i18n.language import gettext
from relay.web.menu import url_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask


def set_up(app: Flask) -> None:
    """Give these functions to the templates."""
    app.add_template_global(number)
    app.add_template_global(states)
    app.add_template_global(tallies)
    app.add_template_global(stacked_bar)


def number(value: float, href: str, text: str | None = None, of: str = "total") -> Markup:
    """A number as a link to the rows that it counts; zero is no link.

    Args:
        value: The number.
        href: The URL of the list of these rows.
        text: The text of the link, if it is not the number alone.
        of: The units that it adds up over these rows; "total" if it counts the rows.
    """
    shown = escape(language.number(value) if text is None else text)
    made_of = gettext("A sum: opens the placements that it adds up")
    what = "" if of == "total" else f' data-of="{escape(of)}" title="{escape(made_of)}"'
    if value:
        return Markup(f'<a class="door" data-count="{value}"{what} href="{escape(href)}">{shown}</a>')  # noqa: S704
    return Markup(f'<span data-count="0"{what} data-href="{escape(href)}">{shown}</span>')  # noqa: S704


def states(counts: Mapping[str, int], where: Mapping[str, str] | None = None, name: str = "placements") -> Markup:
    """The number in each state, each as a link to the list of that state; states with zero are left out.

    Args:
        counts: State → number of placements or chains.
        where: Other filters of the list.
        name: The name of the list.
    """
    return tallies(counts, url_to("lists.page", **{**(where or {}), "name": name}))


def tallies(counts: Mapping[str, int], listed: str) -> Markup:
    """The same as `states`, with `listed` the URL of the list without the state."""
    begun = f"{listed}{'&' if '?' in listed else '?'}state="
    parts = (
        f'<span class="tally {escape(word)}">'
        f"{number(count, f'{begun}{word}', f'{language.number(count)} {labels.state(word)}')}</span> "
        for word, count in counts.items()
        if count
    )
    return Markup("".join(parts))  # noqa: S704 - each is escaped


def stacked_bar(counts: Mapping[str, int], *, thin: bool = False, most: int | None = None) -> Markup:
    """A stacked bar (SVG) of the shares of the states, hidden from screen readers: the numbers stand next to it.

    Args:
        counts: State → number.
        thin: Whether it is as thin as fits into a cell of a table.
        most: The number for which the bar would be as long as its room; the sum of the counts when left out.
    """
    height = 8 if thin else 20
    share = sum(counts.values()) / most if most else 1.0
    parts = "".join(
        f'<rect class="{escape(word)}" x="{x * share:g}" y="0" width="{width * share:g}" height="{height}"/>'
        for word, x, width in labels.bar_stretches(counts)
    )
    return Markup(  # noqa: S704 - words are escaped, and the rest are numbers
        f'<svg class="stack{" thin" if thin else ""}" viewBox="0 0 1000 {height}" preserveAspectRatio="none"'
        f' aria-hidden="true">{parts}</svg>'
    )
