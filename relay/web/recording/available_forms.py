"""The forms that a record's page offers, as far as its reader may use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.web import guard, menu, system_pages
from relay.web.i18n.language import gettext, lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.recording.forms import ANY, forms_on
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.system import Catalogue
    from relay.reports.record_history import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link to a form.

    Attributes:
        form: The name of the form.
        act_id: The record from which it is opened; empty for the programme.
        title: The title of the form.
        href: Its URL.
        part: The part of life that it tells of, such as "Animals".
        mends: Whether it corrects the record itself, and so is shown less prominently.
    """

    form: str
    act_id: str
    title: str
    href: str
    part: str
    mends: bool


_PARTS: Final = {
    "beneficiary": lazy_gettext("People"),
    "group": lazy_gettext("People"),
    "place": lazy_gettext("People"),
}
"""Kind of act of the core → the part of life that it tells of; others tell of animals, as plans do."""


def offers(record: Record | None = None) -> tuple[Offer, ...]:
    """The forms of a record, or without one of the programme, that the reader may use; none if it was taken back."""
    if record and record.taken_back_by:
        return ()
    kind, act_id = (record.id.partition(":")[0], record.id) if record else ("", "")
    return (*_ceremony_day(kind, act_id), *_forms(kind, act_id, mending=bool(record and record.sequence)))


def offers_by_part(kind: str, act_id: str) -> tuple[Offer, ...]:
    """The forms of a record of a kind that the reader may use, without those that correct it."""
    return tuple(each for each in _forms(kind, act_id, mending=False) if not each.mends)


def _ceremony_day(kind: str, act_id: str) -> Iterator[Offer]:
    """The ceremony form for a place or group, or for the whole programme."""
    if kind in ("", "place", "group") and guard.may("pass-on", current.head().programme_id):
        of = {kind: act_id.partition(":")[2]} if kind else {}
        yield Offer(
            form="ceremony-day",
            act_id=act_id,
            title=gettext("Ceremony day"),
            href=menu.url_to("recording.ceremony_day", **of),
            part=gettext("Animals"),
            mends=False,
        )


def _forms(kind: str, act_id: str, *, mending: bool) -> Iterator[Offer]:
    head, catalogue = current.head(), current.catalogue()
    pages = system_pages.in_place_of(catalogue)
    return (
        Offer(
            form=form.name,
            act_id=act_id,
            title=translate(form.title),
            href=menu.url_to(pages.get((form.name, kind), f"recording.{form.name}"), act_id=act_id or None),
            part=gettext("Put right") if form.mends else _part_of(catalogue, form.kind),
            mends=form.mends,
        )
        for form in forms_on(catalogue, kind, head.systems)
        if guard.may(form.recording(catalogue), head.programme_id) and (form.opened_on != ANY or mending)
    )


def _part_of(catalogue: Catalogue, kind: str) -> str:
    """The part of life that acts of a kind tell of: their system, or of the core animals or people."""
    system = catalogue.system_of(kind)
    if system and system.name != "planning":
        return translate(system.title)
    return str(_PARTS.get(kind) or gettext("Animals"))
