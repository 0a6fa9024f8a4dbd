"""What the pages of a system may be: views, links in the menu, and a part of a record's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

from flask import Blueprint

if TYPE_CHECKING:
    from markupsafe import Markup

    from relay.domain.system import Catalogue
    from relay.reports.record_history import Record
    from relay.text import Sentence


Group = Literal["today", "relays", "people", "check", "manage"]
"""Of the menu, after what people do."""


def _no_part(_: Record) -> Markup | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLink:
    """A way to a page of a system.

    Attributes:
        endpoint: Of the page, within the blueprint.
        label: What it is called.
        key: The key that leads there after "g".
        group: In which group of the menu it stands.
    """

    endpoint: str
    label: Sentence
    key: str
    group: Group = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPages:
    """The pages of a system; in a programme that does not use it they are not there.

    Attributes:
        blueprint: Its views; it is named like the system, and each address begins with
            /p/<programme_id>/ and says its action (`permission.action`).
        links: In the menu.
        on_record: What it adds to the page of a record, or None where it adds nothing.
        in_place_of: Form and the kind of record that offers it → the endpoint that is opened in its place.
    """

    blueprint: Blueprint
    links: tuple[SystemLink, ...] = ()
    on_record: Callable[[Record], Markup | None] = field(default=_no_part)
    in_place_of: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])


@cache
def of(catalogue: Catalogue) -> Mapping[str, SystemPages]:
    """System → its pages, of those that have some."""
    found = {name: system.part("pages", "PAGES") for name, system in catalogue.systems.items()}
    return {name: pages for name, pages in found.items() if isinstance(pages, SystemPages)}


@cache
def in_place_of(catalogue: Catalogue) -> Mapping[tuple[str, str], str]:
    """Form and the kind of record that offers it → the page of a system that is opened in its place."""
    return {
        form: f"{name}.{endpoint}"
        for name, pages in of(catalogue).items()
        for form, endpoint in pages.in_place_of.items()
    }
