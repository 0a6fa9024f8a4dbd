"""Labels and links of the parts into which a programme is broken down, such as places, groups and donors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.reports.breakdown import UNKNOWN, PartNames
from relay.web import menu, privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: Final = {
    "help": lazy_gettext("help"),
    "place": lazy_gettext("place"),
    "donor": lazy_gettext("donor"),
    "group": lazy_gettext("group"),
    "sex": lazy_gettext("sex"),
    "year": lazy_gettext("year of receipt"),
    "generation": lazy_gettext("generation"),
}
"""Word of `vocabulary.PARTED_BY` → its label."""

OVERLAPPING: Final = ("place", "donor")
"""Breakdowns whose parts overlap: a ward lies in its district, a pooled placement descends from two donors' gifts."""

_SEXES: Final = {"F": lazy_gettext("women"), "M": lazy_gettext("men")}


@dataclass(frozen=True, kw_only=True)
class PartLabels:
    """The labels of parts.

    Attributes:
        names: How much of a donor's name is shown, one of `labels.NAMES`.
    """

    names: str = labels.NAMES[0]

    @cached_property
    def called(self) -> PartNames:
        """The names of places and donors."""
        return privacy.places_and_donors()

    @cached_property
    def _first_gifts(self) -> Mapping[str, str]:
        return self.called.first_gifts()

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return privacy.group_names()

    def label(self, word: str, part: str | int | None) -> str:
        """The label of a part; logs that donors are named."""
        if part is None:
            return gettext("not known")
        if word == "place":
            return self.called.places.get(str(part), str(part))
        if word == "group":
            return self._groups.get(str(part), str(part))
        if word == "donor":
            gift_id = self._first_gifts.get(str(part), "")
            return (
                labels.named("", str(part), self.names)
                if self._names_donors
                else gettext("who gave %(gift)s", gift=gift_id)
            )
        if word == "help":
            return labels.help_word(str(part))
        return str(_SEXES.get(str(part), part))

    @cached_property
    def _names_donors(self) -> bool:
        if not self.hidden:
            privacy.log_donors_named(self.called.donors)
        return not self.hidden

    @property
    def hidden(self) -> bool:
        """Whether the names of donors are hidden."""
        return self.names == labels.NAMES[0]

    def filter(self, word: str, part: str | int | None) -> Mapping[str, str]:
        """The filter of placements that shows this part only; a donor is identified by their first gift."""
        if word == "donor":
            return {"donor_of": UNKNOWN if part is None else self._first_gifts.get(str(part), "")}
        return {word: UNKNOWN if part is None else str(part)}

    def link(self, word: str, part: str | int | None) -> str | None:
        """The URL of a part's own page; None when it has none."""
        if part is None or word in ("sex", "year", "generation"):
            return None
        if word in ("place", "group"):
            return menu.url_to("managers.part", word=word, part_id=part)
        if word == "help":
            return menu.url_to("lists.page", name="placements", help=part)
        return menu.url_to("lists.page", name="gifts", donor_of=self._first_gifts.get(str(part), ""))
