"""Texts that name other records: each name, or id while names are off, is a link to that record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from relay.domain.model import shown
from relay.reports import search
from relay.web import menu, privacy
from relay.web.i18n import labels
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_BEGIN, _END = "\ue000", "\ue001"  # for private use, and so in no text that people read
_MARKED: Final = re.compile(f"{_BEGIN}([^{_END}]*){_END}")  # of an act, whose kind is not told beside it, after "="
_MOST: Final = 120  # our choice: letters of a name


def _mark(kind: str, id_: str) -> str:
    return f"{_BEGIN}{kind}:{id_}{_END}" if kind else f"{_BEGIN}={id_}{_END}"


MARKING: Final = replace(labels.SPEECH, record=_mark, tells=True)
"""The reader's language, with every record that a text names marked, so that `NamedRecords` can put in its name."""


class NamedRecords:
    """What the records are called that some texts name, as far as this reader may see it and wants to."""

    def __init__(self, texts: Iterable[str], act_ids: Iterable[str] = (), on: privacy.Where = "list") -> None:
        """Read the names of the records that texts in `MARKING` name, and of others; logs that people are named.

        Args:
            texts: The texts.
            act_ids: The other records, "kind:id".
            on: Where people are named.
        """
        ids = {*act_ids, *(named.removeprefix("=") for text in texts for named in _MARKED.findall(text))}
        of_kind = {kind: [each.partition(":")[2] for each in ids if each.startswith(f"{kind}:")] for kind in _NAMED}
        self._names: Mapping[str, Mapping[str, str]] = {
            "beneficiary": privacy.names(on, of_kind["beneficiary"]),
            "group": privacy.group_names() if of_kind["group"] else {},
            "place": privacy.place_names() if of_kind["place"] else {},
        }

    def name(self, act_id: str) -> str:
        """The name of a record; its id without the kind where it has none, or none may be seen."""
        kind, _, id_ = act_id.partition(":")
        return labels.plain(self._names.get(kind, {}).get(id_, id_), _MOST)

    def _called(self, marked: str) -> str:
        """What stands for a mark: the name, and for an act without one its kind and id."""
        act_id = marked.removeprefix("=")
        return labels.record(act_id) if marked != act_id and not self.is_named(act_id) else self.name(act_id)

    def is_named(self, act_id: str) -> bool:
        """Whether a record is called by a name and not by its id."""
        kind, _, id_ = act_id.partition(":")
        return id_ in self._names.get(kind, {})

    def link(self, marked: str) -> Markup:
        """The name of a record, "kind:id", as a link to it."""
        url = menu.url_to("staff.record", act_id=marked.removeprefix("="))
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(url, self._called(marked))

    def html(self, text: str, most: int = 300) -> Markup:
        """A text in `MARKING`, with links; without them each stretch has so many letters at most."""
        parts = _MARKED.split(text)  # text and marks in turn
        return Markup("").join(
            self.link(part) if nth % 2 else escape(_stretch(part, most)) for nth, part in enumerate(parts)
        )

    def text(self, text: str) -> str:
        """The same without links, and with how many animals somebody holds."""
        return labels.plain(_MARKED.sub(lambda mark: _holding(mark[1]) or self._called(mark[1]), text), 300)


_NAMED: Final = ("beneficiary", "group", "place")


def told_beside(act_ids: Collection[str]) -> list[Markup]:
    """Records beside which a form asks something, each by name as a link, with where she lives and what she holds.

    Raises:
        Unavailable: The database cannot be reached.
    """
    programme_id = current.head().programme_id
    hits = current.graph().read(
        lambda transaction: [*search.described(transaction, programme_id, [*act_ids], speech=MARKING)]
    )
    names = NamedRecords((hit.what for hit in hits), (hit.id for hit in hits), "form")
    told = Markup('{}, <bdi>{}</bdi> <small class="quiet"><bdi>{}</bdi></small>')
    return [told.format(names.link(hit.id), names.text(hit.what), labels.record(hit.id)) for hit in hits]


def _holding(named: str) -> str:
    """How many animals of each kind the placements of "held:P1;P4" have received; empty for other records."""
    kind, _, ids = named.partition(":")
    if kind != "held":
        return ""
    survey, received = current.survey(), dict[str, int]()
    placements = survey.snapshot.placements
    rows = (placements.ids.row(each) for each in ids.split(";"))
    for row in (each for each in rows if each is not None):
        help_ = survey.snapshot.helps[placements.help[row]]
        received[help_] = received.get(help_, 0) + int(survey.standings.received[row])
    return ", ".join(labels.units(shown(units), help_) for help_, units in received.items() if units) or ids


def _stretch(text: str, most: int) -> str:
    return labels.plain(text, most) if text.strip() else text
