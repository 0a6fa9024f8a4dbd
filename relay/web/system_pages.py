"""The pages of systems: their views, their links in the menu, and what they add to a record's page."""

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
"""A group of the menu."""


def _no_part(_: Record) -> Markup | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLink:
    """A link of the menu to a page of a system.

    Attributes:
        endpoint: The endpoint of the page, within the blueprint.
        label: Its text.
        key: The keyboard shortcut that opens it after "g".
        group: The group of the menu in which it stands.
    """

    endpoint: str
    label: Sentence
    key: str
    group: Group = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedWords:
    """The words that a form offers for a column.

    Attributes:
        labels: Word → its label, in order; empty where the programme has none.
        are_all: Whether no other word may be said.
        in_order: Whether it counts which word stands first.
    """

    labels: Mapping[str, str]
    are_all: bool = True
    in_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPages:
    """The pages of a system; a programme that does not use the system does not have them.

    Attributes:
        blueprint: Its views. It has the name of the system; each URL begins with /p/<programme_id>/, and each view
            declares its action (`permission.action`).
        links: Its links in the menu.
        on_record: Returns what it adds to the page of a record, or None.
        in_place_of: Form and the kind of record that offers it → the endpoint that is opened in its place.
        words: Kind of act and column → returns the words that forms offer for it.
    """

    blueprint: Blueprint
    links: tuple[SystemLink, ...] = ()
    on_record: Callable[[Record], Markup | None] = field(default=_no_part)
    in_place_of: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    words: Mapping[tuple[str, str], Callable[[], OfferedWords]] = field(
        default_factory=dict[tuple[str, str], Callable[[], OfferedWords]]
    )


@cache
def pages_of(catalogue: Catalogue) -> Mapping[str, SystemPages]:
    """System → its pages; systems without pages are left out."""
    parts = {name: system.part("pages", "PAGES") for name, system in catalogue.systems.items()}
    return {name: pages for name, pages in parts.items() if isinstance(pages, SystemPages)}


@cache
def in_place_of(catalogue: Catalogue) -> Mapping[tuple[str, str], str]:
    """Form and the kind of record that offers it → the page of a system that is opened in its place."""
    return {
        form: f"{name}.{endpoint}"
        for name, pages in pages_of(catalogue).items()
        for form, endpoint in pages.in_place_of.items()
    }
