"""The forms that a record's page offers, as far as its reader may use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.web import guard, menu, system_pages
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import translate
from relay.web.recording.forms import ANY, forms_on
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.system import Catalogue
    from relay.ledger.programmes import LedgerHead
    from relay.reports.record_history import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link to a form.

    Attributes:
        title: The title of the form.
        href: Its URL.
        mends: Whether it corrects the record itself, and so is shown less prominently.
    """

    title: str
    href: str
    mends: bool


def offers(record: Record | None = None) -> tuple[Offer, ...]:
    """The forms of a record, or without one of the programme, that the reader may use; none if it was taken back."""
    if record and record.taken_back_by:
        return ()
    head, catalogue = current.head(), current.graph().catalogue
    kind = record.id.partition(":")[0] if record else ""
    return (*_ceremony_day(kind, record), *_forms(catalogue, kind, record, head))


def _ceremony_day(kind: str, record: Record | None) -> Iterator[Offer]:
    """The ceremony form for a place or group, or for the whole programme."""
    if kind in ("", "place", "group") and guard.may("pass-on", current.head().programme_id):
        of = {kind: record.id.partition(":")[2]} if record else {}
        yield Offer(title=gettext("Ceremony day"), href=menu.url_to("recording.ceremony_day", **of), mends=False)


def _forms(catalogue: Catalogue, kind: str, record: Record | None, head: LedgerHead) -> Iterator[Offer]:
    pages = system_pages.in_place_of(catalogue)
    return (
        Offer(
            title=translate(form.title),
            href=menu.url_to(
                pages.get((form.name, kind), f"recording.{form.name}"), act_id=record.id if record else None
            ),
            mends=form.mends,
        )
        for form in forms_on(catalogue, kind, head.systems)
        if guard.may(form.recording(catalogue), head.programme_id)
        and (form.opened_on != ANY or (record and record.sequence))
    )
