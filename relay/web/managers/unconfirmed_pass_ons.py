"""The list of unconfirmed pass-ons, which wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.instants import zone
from relay.reports import unconfirmed
from relay.reports.breakdown import within
from relay.web import sessions
from relay.web.i18n.language import gettext, lazy_gettext
from relay.web.lists import filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing
from relay.web.request import current
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.model import Quantity
    from relay.reports.unconfirmed import Waiting
    from relay.web.lists.listing import Choice, ListPage

AGES: Final = ("7", "30", "90")  # our choice: days that a pass-on has waited at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """An unconfirmed pass-on, as the list shows it.

    Attributes:
        act_id: The pass-on, "pass:ID".
        giver_id: Who passed on; None if imported data does not say.
        beneficiary_id: Who received.
        recorded_on: The day, in the programme's time zone, since which it waits.
        days: For how many days it has waited today; 0 if it was recorded later.
        is_own: Whether the reader recorded or corrected it, so that she cannot confirm it.
    """

    act_id: str
    passed_on: date
    giver_id: str | None
    beneficiary_id: str
    help: str
    animals: Quantity
    recorded_by: str
    recorded_on: date
    days: int
    is_own: bool

    @property
    def pass_id(self) -> str:
        """Its id without the kind."""
        return self.act_id.partition(":")[2]


def waiting_rows(page: ListPage) -> tuple[WaitingRow, ...]:
    """All unconfirmed pass-ons on the day of a page; those that the reader recorded or corrected come last."""
    login, timezone = sessions.signed_in().login, zone(current.head().timezone)
    programme_id, as_of = current.head().programme_id, page.as_of

    def row(each: Waiting) -> WaitingRow:
        recorded_on = each.since(timezone)
        return WaitingRow(
            act_id=f"pass:{each.pass_id}",
            passed_on=each.passed_on,
            giver_id=each.giver_beneficiary_id,
            beneficiary_id=each.beneficiary_id,
            help=each.help,
            animals=each.animals,
            recorded_by=each.recorded_by,
            recorded_on=recorded_on,
            days=max((page.today - recorded_on).days, 0),
            is_own=each.is_own_word_of(login),
        )

    return cached_for_survey(
        page.survey,
        ("unconfirmed", login, page.today),
        lambda: tuple(map(row, unconfirmed.waiting(current.built_graph(), programme_id, as_of, last_by=login))),
    )


def _filtered_rows(page: ListPage) -> tuple[WaitingRow, ...]:
    """The unconfirmed pass-ons that pass the filters."""
    place, by, older = (page.asked_for.get(name) for name in ("place", "by", "older"))
    lives = _living_in(page, place) if place else None
    return tuple(
        row
        for row in waiting_rows(page)
        if (lives is None or lives(row.giver_id) or lives(row.beneficiary_id))
        and by in (None, row.recorded_by)
        and (older is None or row.days >= int(older))
    )


def _living_in(page: ListPage, place_id: str) -> Callable[[str | None], bool]:
    """Make a function that returns whether a person lives in a place, or in any place inside it."""
    snapshot = page.survey.snapshot
    inside, ids = within(snapshot, place_id), snapshot.beneficiaries.ids

    def lives(beneficiary_id: str | None) -> bool:
        row = None if beneficiary_id is None else ids.row(beneficiary_id)
        return row is not None and bool(inside[row])

    return lives


def _recorders(page: ListPage) -> list[Choice]:
    return [(by, by) for by in sorted({row.recorded_by for row in waiting_rows(page)})]


def _ages(page: ListPage) -> list[Choice]:  # noqa: ARG001 - all choices are made of a page
    return [(days, gettext("%(days)s days or longer", days=days)) for days in AGES]


WAITING: Final = Listing(
    title=lazy_gettext("Pass-ons waiting for a second person"),
    about=lazy_gettext(
        "A pass-on cannot be confirmed by the person who recorded or corrected it. Ask the giver or the receiver, then "
        "confirm; a mistake is corrected, never deleted."
    ),
    empty=lazy_gettext("Nothing to confirm: every pass-on is confirmed, or none is recorded."),
    columns=(
        ListColumn(key="act_id", label=lazy_gettext("Pass-on"), cell="to_confirm"),
        ListColumn(key="passed_on", label=lazy_gettext("Passed on"), cell="day", sort=True),
        ListColumn(key="giver_id", label=lazy_gettext("Giver"), cell="person"),
        ListColumn(key="beneficiary_id", label=lazy_gettext("Receiver"), cell="person"),
        ListColumn(key="animals", label=lazy_gettext("Units"), cell="units"),
        ListColumn(key="recorded_by", label=lazy_gettext("Recorded by"), cell="by", sort=True),
        ListColumn(key="recorded_on", label=lazy_gettext("Waiting since"), cell="day", sort=True),
        ListColumn(key="days", label=lazy_gettext("Days"), cell="number", sort=True, downwards=True),
    ),
    filters=(
        Filter(name="place", label=lazy_gettext("Place"), choices=filter_choices.place_choices),
        Filter(name="by", label=lazy_gettext("Recorded by"), choices=_recorders),
        Filter(name="older", label=lazy_gettext("Waiting for"), choices=_ages),
    ),
    order="",
    find_rows=_filtered_rows,
    endpoint="confirming.waiting",
    files="confirming.waiting_file",
    of_record=True,
    of_reader=True,
)
