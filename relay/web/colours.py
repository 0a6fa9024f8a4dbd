"""Light or dark: the colours of every page, as the reader chose them, else as her device has them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from relay.web import remembered_choice
from relay.web.i18n.language import lazy_gettext, url_of_this_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

COLOURS: Final = {
    "device": lazy_gettext("As the device"),
    "light": lazy_gettext("Light"),
    "dark": lazy_gettext("Dark"),
}
"""Each choice and its words; the first one is that of a reader who has not chosen."""

PARAMETER: Final = "colours"
"""The parameter of a URL, and the cookie, that holds the choice."""


def set_up(app: Flask) -> None:
    """Give the colours to the templates of an application, and store a choice in a cookie."""
    app.add_template_global(chosen, "chosen_colours")
    app.add_template_global(choices, "colour_choices")
    app.after_request(partial(remembered_choice.remember, PARAMETER, COLOURS))


def chosen() -> str:
    """The colours of this page: those in its URL, else those of the cookie, else those of the device."""
    return remembered_choice.chosen(PARAMETER, COLOURS) or next(iter(COLOURS))


def choices() -> Mapping[str, tuple[str, str]]:
    """Choice → its words and the URL of this page in these colours."""
    return {word: (str(label), url_of_this_page(PARAMETER, word)) for word, label in COLOURS.items()}
