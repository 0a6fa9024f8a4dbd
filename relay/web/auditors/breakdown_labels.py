"""What the parts of a programme are called on a page, and where each one's own page is."""

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
"""By what a programme is parted, as people read it; the words are those of `vocabulary.PARTED_BY`."""

OVERLAPPING: Final = ("place", "donor")
"""Parts that share placements: a ward lies in its district, a pooled placement descends from two donors' gifts."""

_SEXES: Final = {"F": lazy_gettext("women"), "M": lazy_gettext("men")}


@dataclass(frozen=True, kw_only=True)
class PartLabels:
    """What parts are called.

    Attributes:
        names: How much of a donor's name is shown, one of `labels.NAMES`.
    """

    names: str = labels.NAMES[0]

    @cached_property
    def called(self) -> PartNames:
        """Places and donors."""
        return privacy.places_and_donors()

    @cached_property
    def _first_gifts(self) -> Mapping[str, str]:
        return self.called.first_gifts()

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return privacy.group_names()

    def label(self, word: str, part: str | int | None) -> str:
        """What a part is called. That donors are named is written down."""
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
            privacy.donors_named(self.called.donors)
        return not self.hidden

    @property
    def hidden(self) -> bool:
        """Whether donors are not named."""
        return self.names == labels.NAMES[0]

    def filter(self, word: str, part: str | int | None) -> Mapping[str, str]:
        """What placements are filtered by to show this part only; a donor is named by the first gift."""
        if word == "donor":
            return {"donor_of": UNKNOWN if part is None else self._first_gifts.get(str(part), "")}
        return {word: UNKNOWN if part is None else str(part)}

    def link(self, word: str, part: str | int | None) -> str | None:
        """The address of a part's own page; None when it has none."""
        if part is None or word in ("sex", "year", "generation"):
            return None
        if word in ("place", "group"):
            return menu.to("managers.part", word=word, part_id=part)
        if word == "help":
            return menu.to("lists.page", name="placements", help=part)
        return menu.to("lists.page", name="gifts", donor_of=self._first_gifts.get(str(part), ""))
